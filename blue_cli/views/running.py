"""A round that commands answer, as it is seen: rows while it runs, a line for each thing that happens, the table at its end.

Pure: seconds are passed in. What a command wrote to standard error is untrusted and shown escaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from blue_cli.dialogue.convergence import measure
from blue_cli.dialogue.grammar import KIND_NAMES
from blue_cli.dialogue.graph import Graph
from blue_cli.errors import Finding
from blue_cli.views.dialogue import held_up, known
from blue_cli.views.export import convergence
from blue_cli.views.findings import as_document
from blue_cli.views.listing import BY_VALUE, Column, paint, table
from blue_cli.views.text import cut, sanitize, width

ADDED, REJECTED, BROKEN, OVERTAKEN = "added", "rejected", "failed", "overtaken"
"""How asking somebody ends: the answer stands; it never became one; the command never gave one; another wrote it first."""
WAITING, RUNNING, RETRYING, STOPPED = "waiting", "running", "retrying", "stopped"
VERDICT = "verdict"  # stands where a round does for what is no round
LAST_LINE = 200  # characters of a line of standard error that are shown
LEAST_NOTE = 8  # columns below which a note is left out: it would say nothing

ROUND = Column("round", right=True)
EXPERT, STATE, TRIES = Column("expert", style="id"), Column("state", style=BY_VALUE), Column("tries", right=True)
SPENT = (Column("time", right=True), Column("sent", right=True), Column("got", right=True), Column("exit", right=True))
WHAT = Column("what", flex=True)
# Of a sequence that drives a terminal, all of it: a spinner is no text. What is left is escaped all the same.
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")


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
    """A row for programs: expert, state, brought, tries, seconds, bytes sent and received, exit status, why, path."""
    status = "" if told.status is None else str(told.status)
    return (
        told.name, told.state, said(told.brought), str(told.tries), f"{told.seconds:.1f}", str(told.sent), str(told.received),
        status, told.why, told.path,
    )  # fmt: skip


def summary(asked: Sequence[tuple[str, Told]], rounds: bool, columns: int, color: bool) -> str:
    """The table for people. `asked` are the round and how it went; `rounds` shows the round. Tries are shown when there was more
    than one, and what an answer brought is said in signs where words do not fit."""
    tries = any(told.tries > 1 for _, told in asked)
    wanted = (*([ROUND] if rounds else ()), EXPERT, STATE, *([TRIES] if tries else ()), *SPENT, WHAT)
    texts = ""
    for short in (False, True):
        texts = table(wanted, (_summed(number, told, rounds, tries, short) for number, told in asked), 0 if not short else columns, color)
        if max((width(unpainted(line)) for line in texts.split("\n")), default=0) <= columns:
            break
    return texts


def _summed(number: str, told: Told, rounds: bool, tries: bool, short: bool) -> tuple[str, ...]:
    status = "" if told.status is None else str(told.status)
    brought = signs(told.brought) if short else said(told.brought)
    what = told.why if told.state != ADDED else brought or ("the final verdict" if number == VERDICT else "")
    spent = (f"{told.seconds:.1f} s", size(told.sent), size(told.received), status)
    return (*([number] if rounds else ()), told.name, told.state, *([str(told.tries)] if tries else ()), *spent, what)


def size(count: int) -> str:
    """A number of bytes in at most five signs."""
    number, unit = float(count), ""
    for bigger in ("k", "M", "G"):
        if number < 999.5:
            break
        number, unit = number / 1000, bigger
    return f"{number:.1f}{unit}" if unit and number < 9.95 else f"{number:.0f}{unit}"


def said(brought: Mapping[str, int]) -> str:
    """What a contribution holds, in words: `2 perspectives, 1 tension`, and whether it signals."""
    counts = [_counted(name, n) for name, n in brought.items() if name != SIGNALS]
    return ", ".join([*counts, *(["signals CONVERGE"] if brought.get(SIGNALS) else [])])


def signs(brought: Mapping[str, int]) -> str:
    """The same in signs: `2P 1T`, the letters being those of ids."""
    counts = [f"{n}{_SIGNS[name]}" if name in _SIGNS else _counted(name, n) for name, n in brought.items() if name != SIGNALS]
    return " ".join([*counts, *(["CONVERGE"] if brought.get(SIGNALS) else [])])


def _counted(name: str, n: int) -> str:
    return f"{n} {name if n > 1 else _ONE.get(name, name)}"


SIGNALS = "signals"
_ONE = {
    "perspectives": "perspective", "tensions": "tension", "recommendations": "recommendation", "claims": "claim", "stances": "stance",
    "refs": "ref", "scores": "score", "rulings": "ruling",
}  # fmt: skip
_SIGNS = {name: letter for letter, name in KIND_NAMES.items()}


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
    facts = said(told.brought) if told.state == ADDED else reason(told)
    after = f", {told.tries} tries" if told.tries > 1 else ""
    return f"{paint(told.name, 'id', color)}: {paint(told.state, told.state, color)} after {told.seconds:.1f} s{after}" + (
        f": {facts}" if facts else ""
    )


def reason(told: Told) -> str:
    """Why an answer was not taken, in one line: the first finding says more than how many there are, and the last line that a
    command wrote to standard error more than its exit status."""
    if not told.findings:
        return ": ".join([sanitize(told.why), *(last_lines(told.err) if told.state == BROKEN and told.status is not None else [])])
    first, more = told.findings[0], len(told.findings) - 1
    place = f"line {first.line}: " if first.line else ""
    return f"{place}{sanitize(first.message)}" + (f", and {more} more" if more else "")


def unpainted(text: str) -> str:
    """A text without what drives a terminal."""
    return _SEQUENCE.sub("", text)


def last_lines(err: bytes | str, count: int = 1) -> list[str]:
    """The last lines of what was written to standard error: without what drives a terminal, escaped, short; blank ones left out."""
    text = unpainted(err if isinstance(err, str) else err.decode(errors="replace"))
    over = [[part.strip() for part in line.split("\r") if part.strip()] for line in text.split("\n")]
    lines = [parts[-1] for parts in over if parts]  # what was written over itself, as a spinner is, was seen only last
    return [cut(sanitize(line), LAST_LINE) for line in lines][-count:]


# --- rows while it runs ----------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """Somebody while the round runs: since when they are in this state (seconds), or how long it took; and what there is to
    say of it."""

    name: str
    state: str = WAITING
    since: float = 0.0
    note: str = ""
    took: float | None = None


def rows(title: str, people: Sequence[Row], foot: str, now: float, columns: int, high: int, color: bool) -> list[str]:
    """The view: at most `high` lines, none wider than `columns`. When they do not all fit, those that run come first."""
    wide = min(max((width(sanitize(row.name)) for row in people), default=0), max(columns // 3, 1))
    room = max(high - 2, 0)
    shown, left = list(people), list[Row]()
    if len(people) > room:
        busy = sorted(people, key=lambda row: _ORDER.get(row.state, 0))
        shown, left = busy[: max(room - 1, 0)], busy[max(room - 1, 0) :]
    lines = [paint(cut(sanitize(title), columns), "title", color)]
    lines += [_row(row, wide, now, columns, color) for row in shown]
    lines += [paint(cut(f"  and {len(left)} more: {tally(left)}", columns), "dim", color)] if left and room else []
    return [*lines, _fitting(foot, columns)][: max(high, 1)]


def _fitting(foot: str, columns: int) -> str:
    """The line below, as much of it as fits: what velocity is made of can be left out, then who has signalled."""
    text = sanitize(foot)
    for shorter in (text, re.sub(": [^;]*;", ",", text), text.partition(":")[0]):
        if width(shorter) <= columns:
            return shorter
    return cut(shorter, columns)


def tally(people: Sequence[Row]) -> str:
    """How many are in which state: `3 added, 1 failed`."""
    counts: dict[str, int] = {}
    for row in sorted(people, key=lambda row: -_ORDER.get(row.state, 0)):
        counts[row.state] = counts.get(row.state, 0) + 1
    return ", ".join(f"{n} {state}" for state, n in counts.items())


def settled_line(title: str, people: Sequence[Row], foot: str, took: float, columns: int, color: bool) -> str:
    """What stays on the screen of a round that is over: one line."""
    good = all(row.state == ADDED for row in people)
    mark = "✓" if good else "✗"
    text = cut(f" {sanitize(title)}: {tally(people)} after {took:.1f} s; ", columns - 1)
    return paint(mark, ADDED if good else BROKEN, color) + text + _fitting(foot, columns - 1 - width(text))


def _row(row: Row, wide: int, now: float, columns: int, color: bool) -> str:
    """One line: a mark, the name, the state with its seconds, and what there is to say. What does not fit is cut."""
    name = cut(sanitize(row.name), wide)
    state = f"{row.state}{_seconds(row, now)}"
    parts = [
        (f"  {_MARKS.get(row.state, '·')} ", row.state), (name + " " * (wide - width(name)), "id"),
        (f"  {state}".ljust(16 if row.note else 0), row.state),
    ]  # fmt: skip
    used = sum(width(text) for text, _ in parts)
    if row.note and columns - used - 2 >= LEAST_NOTE:
        parts.append((f"  {cut(sanitize(row.note), columns - used - 2)}", "dim"))
    shown, left = "", columns
    for text, style in parts:
        fits = cut(text, left)
        shown += paint(fits, style, color)
        left = left - width(text) if fits == text else 0
    return shown


def _seconds(row: Row, now: float) -> str:
    if row.took is not None:
        return f" {row.took:.1f} s"
    return f" {max(now - row.since, 0):.0f} s" if row.state in (RUNNING, RETRYING) else ""


_MARKS = {WAITING: "·", RUNNING: "▸", RETRYING: "↻", ADDED: "✓", REJECTED: "✗", BROKEN: "✗", OVERTAKEN: "!"}
_ORDER = {RETRYING: 0, RUNNING: 0, REJECTED: 1, BROKEN: 1, OVERTAKEN: 1, ADDED: 2, WAITING: 3}
"""Who is shown when not all fit: whoever is at it, then what went wrong."""
