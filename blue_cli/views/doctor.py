"""What `blue doctor` found, as text, TSV and JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from blue_cli.views.listing import counts_line, paint, tsv
from blue_cli.views.text import sanitize, width

OK, NOTE, PROBLEM = "ok", "note", "problem"
STYLE = {OK: "resolved", NOTE: "advice", PROBLEM: "error"}
SETTING = "settings."
COLUMNS = ("check", "state", "found", "why", "fix")


class Row(NamedTuple):
    """One check: what was looked at, how it stands, what was found, why that matters, what to do."""

    name: str
    state: str
    found: str
    why: str = ""
    fix: str = ""


def text(rows: Sequence[Row], color: bool) -> str:
    """For people: one line a check, and under it, where there is more to say, why, and what to do."""
    wide = max((width(row.name) for row in rows), default=0)
    lines = [line for row in rows for line in _lines(row, wide, color)]
    return "".join(f"{line}\n" for line in [*lines, _counts(rows, color)])


def _lines(row: Row, wide: int, color: bool) -> Iterable[str]:
    state = paint(f"{row.state:<{len(PROBLEM)}}", STYLE[row.state], color)
    yield f"{state}  {row.name:<{wide}}  {sanitize(row.found)}".rstrip()
    for label, said in (("why", row.why), ("fix", row.fix)):
        if said:
            yield " " * (len(PROBLEM) + 2) + f"  {label}: {sanitize(said)}"


def _counts(rows: Sequence[Row], color: bool) -> str:
    counts = {state: sum(row.state == state for row in rows) for state in (PROBLEM, NOTE)}
    if not counts[PROBLEM]:
        return "no problems" + (f", {counts[NOTE]} note{'s' if counts[NOTE] != 1 else ''}" if counts[NOTE] else "")
    shown = {f"{state}{'s' if n != 1 else ''}": n for state, n in counts.items()}
    return counts_line(shown, color=color)


def table(rows: Iterable[Row]) -> str:
    """For programs: a row a check, the columns of `COLUMNS`."""
    return tsv(rows)


def document(rows: Sequence[Row], settings: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    """The JSON document."""
    return {
        "ok": all(row.state != PROBLEM for row in rows),
        "checks": [
            {"check": row.name, "state": row.state, "found": row.found, "why": row.why or None, "fix": row.fix or None}
            for row in rows
            if not row.name.startswith(SETTING)  # they come below, in their parts
        ],
        "settings": [{"key": key, "value": value, "origin": origin} for key, value, origin in settings],
    }
