"""Audit logs as tables, text and JSON. Pure; every word of an event is a stranger's until its tag was checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from blue_cli.crypto.audit import SHORT, Problem, Report, heads
from blue_cli.crypto.event import Event
from blue_cli.errors import Finding
from blue_cli.views.listing import Column, paint
from blue_cli.views.text import sanitize

COLUMNS = (
    Column("n", right=True), Column("at"), Column("action"), Column("dialogue", style="id", flex=True), Column("writer"),
    Column("details", flex=True), Column("key", style="dim", flex=True), Column("tag", style="dim"),
)  # fmt: skip
ON_TERMINAL = ("n", "at", "action", "dialogue", "writer", "details")
RULE = "audit"
Named = tuple[str, str, Report]  # a log's name, what people call it, what was found


def cells(event: Event, dialogue: str) -> tuple[str, ...]:
    """n, at, action, dialogue, writer, details, key, tag."""
    told = ", ".join(f"{key}={value}" for key, value in event.details.items())
    return (str(event.n), event.at, event.action, dialogue, event.writer, told, event.key, event.tag[:SHORT])


def item(event: Event, dialogue: str, folder: str) -> dict[str, Any]:
    """An event in JSON, whole."""
    document = event._asdict()
    return {**document, "dialogue": dialogue, "log": event.dialogue, "path": f"{folder}/{event.dialogue}/{event.name}",
            "details": dict(event.details), "seen": list(event.seen)}  # fmt: skip


def log(name: str, dialogue: str, report: Report) -> dict[str, Any]:
    """What was found in one log, in figures."""
    return {
        "log": name, "dialogue": dialogue, "events": len(report.events), "verified": len(report.verified),
        "unverified": report.unverified, "problems": len(report.problems), "writers": sorted({e.writer for e in report.events}),
        "heads": [event.tag for event in heads(report.events)], "missing_keys": missing_keys(report),
    }  # fmt: skip


def missing_keys(report: Report) -> list[str]:
    """The keys under which there are events that nobody here can check."""
    checked = report.verified | report.forged
    return sorted({event.key for event in report.events if event.tag not in checked})


def findings(logs: Iterable[Named], folder: str) -> list[Finding]:
    """Everything that is wrong, as errors, and what is only worth knowing, as advice."""
    found = []
    for name, _, report in logs:
        for severity, problems in (("error", report.problems), ("advice", report.notes)):
            found += [finding(problem, f"{folder}/{name}", severity) for problem in problems]
    return found


def finding(problem: Problem, folder: str, severity: str) -> Finding:
    """A problem at its place."""
    path = f"{folder}/{problem.name}" if problem.name else folder
    fix = f"who changed it: git log --stat -- {folder}" if severity == "error" else ""
    return Finding(RULE, problem.message, path, why=problem.why, fix=fix, severity=severity)


def text(logs: Sequence[Named], found: Sequence[Finding], shown: Callable[[str], str], color: bool) -> str:
    """Findings, then a line a log."""
    lines = []
    for one in found:
        lines.append(f"{sanitize(shown(one.path))}: {paint(one.severity, one.severity, color)}: {sanitize(one.message)}")
        lines += [f"  {name}: {sanitize(text)}" for name, text in (("why", one.why), ("fix", one.fix)) if text]
    return "\n".join([*lines, *(_line(dialogue, report) for _, dialogue, report in logs)]) + "\n"


def _line(dialogue: str, report: Report) -> str:
    """`cache: 12 events by 2 writers, all verified`."""
    n = len(report.events)
    writers = len({event.writer for event in report.events})
    said = f"{n} event{'' if n == 1 else 's'} by {writers} writer{'' if writers == 1 else 's'}" if n else "no events"
    if n:
        said += ", all verified" if len(report.verified) == n and not report.problems else f", {len(report.verified)} verified"
    if report.unverified:
        said += f", {report.unverified} without a key here ({', '.join(missing_keys(report))})"
    if report.problems:
        said += f", {len(report.problems)} problem{'' if len(report.problems) == 1 else 's'}"
    return f"{sanitize(dialogue)}: {sanitize(said)}"
