"""`<!-- blue: ignore[rule] reason -->` on the line before: one finding of that rule is meant to be so.

A comment without a reason, or for a rule that there is none of, suppresses nothing and is itself a finding: whoever
reads the file later must be able to tell why something was let pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from blue_cli.dialogue import blocks
from blue_cli.dialogue.pattern import pattern
from blue_cli.dialogue.rulebook import RULES, WARNING
from blue_cli.dialogue.sources import Source
from blue_cli.errors import Finding

SIGN = "<!-- blue: ignore"
_COMMENT = pattern(r"^[ \t]*(<!-- blue: ignore(?:\[([^\]\n]*)\])?(?:[ \t]*([^\n]*?))?[ \t]*-->)[ \t]*$", re.M)


class Suppression(NamedTuple):
    """One comment. `covers` is the line of the finding that it lets pass."""

    path: str
    line: int
    column: int
    end_column: int
    rule: str
    reason: str
    covers: int


def read(sources: Iterable[Source]) -> list[Suppression]:
    """Every comment of these files that counts: on a line of its own, outside code."""
    found: list[Suppression] = []
    for source in sources:
        if SIGN in source.text:
            found += _read(source)
    return found


def _read(source: Source) -> list[Suppression]:
    kinds = (source.blocks or blocks.read(source.text[source.start :])).kinds
    found: list[Suppression] = []
    line, at = source.line, source.start
    for match in _COMMENT.finditer(source.text, source.start):
        line += source.text.count("\n", at, match.start(1))
        at = match.start(1)
        if kinds[line - source.line] == blocks.HTML:
            column = at - source.text.rfind("\n", 0, at)
            rule, reason = (match[2] or "").strip(), match[3] or ""
            found.append(Suppression(source.path, line, column, column + len(match[1]), rule, reason, line + 1))
    for i in range(len(found) - 2, -1, -1):  # several in a row speak for the line after them
        if found[i].covers == found[i + 1].line:
            found[i] = found[i]._replace(covers=found[i + 1].covers)
    return found


def apply(findings: Iterable[Finding], suppressions: Iterable[Suppression]) -> Iterator[Finding]:
    """The findings that no comment lets pass; each comment takes one, the first on its line."""
    open: dict[tuple[str, int, str], int] = {}
    for s in suppressions:
        if s.reason and s.rule in RULES:
            key = (s.path, s.covers, s.rule)
            open[key] = open.get(key, 0) + 1
    for finding in findings:
        key = (finding.path, finding.line, finding.rule)
        if open.get(key):
            open[key] -= 1
        else:
            yield finding


def judge(suppressions: Iterable[Suppression]) -> Iterator[Finding]:
    """Comments that suppress nothing: without a reason, or for no rule."""
    for s in suppressions:
        place = (s.path, s.line, s.column, s.line, s.end_column)
        if s.rule not in RULES:
            fix = "write <!-- blue: ignore[rule] reason -->; blue rules lists the rules"
            message = f"{s.rule}: no such rule to ignore" if s.rule else "no rule to ignore"
            yield Finding("invalid-id", message, *place, why="nothing is ignored", fix=fix, severity=WARNING)
        elif not s.reason:
            yield Finding(
                "missing-field",
                f"ignoring {s.rule} needs a reason",
                *place,
                why="nothing is ignored without one",
                fix="write the reason behind the ]",
                severity=WARNING,
            )
