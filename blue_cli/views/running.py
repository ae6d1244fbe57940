"""A round that commands answer, as it is seen: rows while it runs, a line for each thing that happens, the table at its end.

Pure: seconds are passed in. What a command wrote to standard error is untrusted and shown escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from blue_cli.dialogue.convergence import measure
from blue_cli.dialogue.graph import Graph
from blue_cli.errors import Finding
from blue_cli.views.dialogue import held_up, known
from blue_cli.views.export import convergence
from blue_cli.views.findings import as_document
from blue_cli.views.listing import BY_VALUE, Column, paint
from blue_cli.views.text import cut, sanitize, width

ADDED, REJECTED, BROKEN, OVERTAKEN = "added", "rejected", "failed", "overtaken"
"""How asking somebody ends: the answer stands; it never became one; the command never gave one; another wrote it first."""
WAITING, RUNNING, RETRYING = "waiting", "running", "retrying"
LAST_LINE = 200  # characters of standard error that are shown beside a name

ROUND = Column("round", right=True)
COLUMNS = (
    Column("expert", style="id"), Column("state", style=BY_VALUE), Column("brought", flex=True), Column("tries", right=True),
    Column("seconds", right=True), Column("sent", right=True), Column("received", right=True), Column("exit", right=True),
    Column("why", flex=True), Column("path", flex=True, tail=True),
)  # fmt: skip


class Told(NamedTuple):
    """How asking somebody went. Seconds and bytes count all tries; `answer` is what they wrote last, when it was not added.

    `path` and `brought` (how many of each kind) say what an answer has become, `err` is the end of standard error, and
    `aside` where an answer that was not added is kept.
    """

    name: str
    state: str
    tries: int
    status: int | None
    seconds: float
    sent: int
    received: int
    path: str = ""
    brought: Mapping[str, int] = {}
    why: str = ""
    findings: tuple[Finding, ...] = ()
    answer: bytes = b""
    err: bytes = b""
    aside: str = ""


# --- the table at its end --------------------------------------------------------------------------------------------


def cells(told: Told) -> tuple[str, ...]:
    """A row of `COLUMNS`."""
    status = "" if told.status is None else str(told.status)
    return (
        told.name, told.state, said(told.brought), str(told.tries), f"{told.seconds:.1f}", str(told.sent), str(told.received),
        status, told.why, told.path,
    )  # fmt: skip


def said(brought: Mapping[str, int]) -> str:
    """What a contribution holds, in words: `2 perspectives, 1 tension`."""
    return ", ".join(f"{n} {name if n > 1 else _ONE.get(name, name)}" for name, n in brought.items())


_ONE = {
    "perspectives": "perspective", "tensions": "tension", "recommendations": "recommendation", "claims": "claim", "stances": "stance",
    "refs": "ref",
}  # fmt: skip


def document(told: Told) -> dict[str, Any]:
    """How asking somebody went, as JSON."""
    return {
        "expert": told.name, "state": told.state, "tries": told.tries, "exit": told.status, "seconds": round(told.seconds, 3),
        "sent": told.sent, "received": told.received, "path": told.path or None, "brought": dict(told.brought),
        "why": told.why or None, "findings": [as_document(f) for f in told.findings], "kept": told.aside or None,
        "stderr": told.err.decode(errors="replace"),
    }  # fmt: skip


def progress(graph: Graph) -> dict[str, Any]:
    """How far the dialogue is, as JSON."""
    return convergence(graph, measure(graph))


def velocity(graph: Graph) -> str:
    """The velocity as it forms, and who has signalled."""
    measured = measure(graph)
    signals = f"{len(measured.signals)} of {len(measured.panel)} signal CONVERGE"
    return f"velocity {known(measured.velocity)}: {held_up(measured)}; {signals}"


# --- a line for each thing that happens ------------------------------------------------------------------------------


def told_line(told: Told, color: bool) -> str:
    """How it went, in one line."""
    facts = said(told.brought) if told.state == ADDED else told.why
    after = f", {told.tries} tries" if told.tries > 1 else ""
    return f"{paint(told.name, 'id', color)}: {paint(told.state, told.state, color)} after {told.seconds:.1f} s{after}" + (
        f": {sanitize(facts)}" if facts else ""
    )


def last_line(err: bytes) -> str:
    """The last line of what was written to standard error, escaped and short."""
    lines = err.decode(errors="replace").replace("\r", "\n").strip().split("\n")
    return cut(sanitize(lines[-1].strip()), LAST_LINE)


# --- rows while it runs ----------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """Somebody while the round runs: since when they are in this state (seconds), and what there is to say of it."""

    name: str
    state: str = WAITING
    since: float = 0.0
    note: str = ""


def rows(title: str, people: Sequence[Row], foot: str, now: float, columns: int, high: int, color: bool) -> list[str]:
    """The view: at most `high` lines, none wider than `columns`. When they do not all fit, those that run come first."""
    wide = max((width(row.name) for row in people), default=0)
    order = {RETRYING: 0, RUNNING: 0, REJECTED: 1, BROKEN: 1, OVERTAKEN: 1, ADDED: 2, WAITING: 3}
    room = max(high - 2, 0)
    shown = list(people) if len(people) <= room else sorted(people, key=lambda row: order.get(row.state, 0))[: max(room - 1, 0)]
    left = len(people) - len(shown)
    lines = [paint(cut(sanitize(title), columns), "title", color)]
    lines += [_row(row, wide, now, columns, color) for row in shown]
    lines += [paint(cut(f"and {left} more", columns), "dim", color)] if left and room else []
    return [*lines, cut(foot, columns)][:high]


def _row(row: Row, wide: int, now: float, columns: int, color: bool) -> str:
    """One line: a mark, the name, the state, and what there is to say."""
    runs = row.state in (RUNNING, RETRYING)
    mark = _MARKS.get(row.state, "·")
    state = f"{row.state} {max(now - row.since, 0):.0f} s" if runs else row.state
    name = cut(row.name, max(min(wide, columns - 20), 1))
    head = f"{mark} {name}{' ' * (min(wide, columns) - width(name))}  {state}"
    note = cut(sanitize(row.note), max(columns - width(head) - 2, 0)) if row.note else ""
    if width(head) > columns:
        return cut(head, columns)
    painted = head.replace(f"{mark} ", paint(mark, row.state, color) + " ", 1) if color else head
    return painted + (f"  {paint(note, 'dim', color)}" if note else "")


_MARKS = {WAITING: "·", RUNNING: "▸", RETRYING: "↻", ADDED: "✓", REJECTED: "✗", BROKEN: "✗", OVERTAKEN: "!"}


def blockers(texts: Sequence[str]) -> Iterator[str]:
    """What keeps a dialogue from its verdict, one a line."""
    yield from (f"  {sanitize(text)}" for text in texts)
