"""Reading a register in one word, for the tests of its parts."""

from __future__ import annotations

from typing import Any

from blue_cli.dialogue import register
from blue_cli.dialogue.model import Register, RegisterRow

SLUGS = ("muffin", "macaron", "strudel", "croissant", "creme-brulee")


def read(tensions: str, verdict: str | None = None, last: int = 3) -> Register:
    return register.read(tensions, "d/tensions.md", SLUGS, last, verdict, "d/verdict.md")


def rows(tensions: str, verdict: str | None = None, last: int = 3) -> tuple[RegisterRow, ...]:
    return read(tensions, verdict, last).rows


def one(tensions: str, last: int = 3) -> RegisterRow:
    found = rows(tensions, last=last)
    assert len(found) == 1, found
    return found[0]


def column(name: str, found: tuple[RegisterRow, ...]) -> list[Any]:
    return [getattr(row, name) for row in found]


def table(header: str, *body: str) -> str:
    return "\n".join([header, "|".join("---" for _ in header.split("|")), *body]) + "\n"


WORDS = {
    "open": ["Open", "ACTIVE", "not resolved", "Not yet addressed", "Unresolved"],
    "addressed": [
        *("Addressed", "Partial", "Partially resolved", "PARTIALLY ADDRESSED", "partly open"),
        *("Narrowed", "Conditional", "Conditionally resolved", "Acknowledged"),
    ],
    "resolved": ["Resolved", "RESOLVED", "Fully resolved", "Narrowed → resolved"],
    "reopened": ["Reopened", "Re-opened"],
    "accepted": ["Accepted", "Deferred", "Superseded"],
}
