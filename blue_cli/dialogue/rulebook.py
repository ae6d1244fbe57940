"""The one table of rules: id, severity, what it means. `rules` finds them, `blue rules` explains them.

Severities: error (exit 1), warning, advice (CLI.md, "Errors and findings").
"""

from __future__ import annotations

from typing import NamedTuple

from blue_cli.errors import Finding

ERROR, WARNING, ADVICE = "error", "warning", "advice"


class Rule(NamedTuple):
    """One rule. `example` is a contribution's body (or a whole file) that breaks it; a test runs each."""

    id: str
    severity: str
    group: str
    summary: str
    why: str
    fix: str
    example: str = ""
    fixable: bool = False


RULES: dict[str, Rule] = {}


def severity(rule: str) -> str:
    """The severity of a rule; `error` for one that the table does not know (a test sees to it that none is)."""
    found = RULES.get(rule)
    return found.severity if found else ERROR


def graded(finding: Finding) -> Finding:
    """The finding with its rule's severity, where it brings none of its own."""
    return finding if finding.severity else finding._replace(severity=severity(finding.rule))
