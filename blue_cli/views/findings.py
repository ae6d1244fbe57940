"""Findings as text for people, JSON, annotations for GitHub, and SARIF 2.1.0. Pure: findings in, text out.

Every word of a finding may come from a stranger's file; each format escapes what would be an order in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from blue_cli.dialogue.rulebook import ADVICE, ERROR, RULES, WARNING, Rule
from blue_cli.errors import Finding
from blue_cli.views.listing import paint
from blue_cli.views.text import sanitize

SEVERITIES = (ERROR, WARNING, ADVICE)
Shown = Callable[[str], str]  # a path of a finding as the reader's terminal can open it


class Report(NamedTuple):
    """Findings of one or several dialogues. `older` are the ids of those that are older dialogues; `files` were looked at."""

    findings: Sequence[Finding]
    files: int
    older: frozenset[str] = frozenset()
    skipped: tuple[str, ...] = ()
    complete: bool = True


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """How many there are of each severity."""
    found = dict.fromkeys(SEVERITIES, 0)
    for finding in findings:
        found[finding.severity] += 1
    return found


# --- text --------------------------------------------------------------------------------------------------


def format_text(report: Report, shown: Shown, color: bool = False, whole: bool = False) -> str:
    """One finding after the other, the first token clickable, then a line of counts (CLI.md, errors and findings).

    An older dialogue is one line with counts, unless `whole`.
    """
    lines: list[str] = []
    folded: dict[str, list[Finding]] = {}
    for finding in report.findings:
        folder = _folder(finding.path)
        if folder in report.older and not whole and finding.severity != ERROR:
            folded.setdefault(folder, []).append(finding)
        else:
            lines += _lines(finding, shown, color)
    for folder, some in folded.items():
        lines.append(_one_line(shown(some[0].path[: some[0].path.index(folder) + len(folder)]), some, color))
    lines.append(_counts_line(counts(report.findings), report.files))
    return "".join(f"{_inert(line)}\n" for line in lines)


def _folder(path: str) -> str:
    """The dialogue's id in a finding's path, "" when it has none."""
    parts = path.split("/")
    return parts[2] if len(parts) > 3 else ""


def _lines(finding: Finding, shown: Shown, color: bool) -> list[str]:
    numbers = [str(n) for n in (finding.line, finding.column) if n]
    place = ":".join([sanitize(shown(finding.path)), *numbers])
    label = paint(f"{finding.severity}[{finding.rule}]", finding.severity, color)
    lines = [f"{place}: {label}: {sanitize(finding.message)}"]
    for name, text in (("why", finding.why), ("fix", finding.fix)):
        if text:
            lines.append(f"  {name}: {sanitize(text)}")
    return lines


def _one_line(path: str, some: Sequence[Finding], color: bool) -> str:
    """`PATH: warning: 12 in an older dialogue: 8 dangling-ref, 4 missing-field (-v shows them)`."""
    rules: dict[str, int] = {}
    for finding in some:
        rules[finding.rule] = rules.get(finding.rule, 0) + 1
    each = ", ".join(f"{n} {rule}" for rule, n in sorted(rules.items(), key=lambda pair: (-pair[1], pair[0])))
    return f"{sanitize(path)}: {paint(WARNING, WARNING, color)}: {len(some)} in an older dialogue: {each} (-v shows them)"


def _counts_line(found: Mapping[str, int], files: int) -> str:
    parts = [f"{n} {word}{'' if n == 1 else 's'}" for word, n in found.items() if word != ADVICE]
    if found[ADVICE]:
        parts.append(f"{found[ADVICE]} {ADVICE}")
    return f"{', '.join(parts)} in {files} file{'' if files == 1 else 's'}"


def _inert(line: str) -> str:
    """A line that begins with `::` would be an order to GitHub's runner."""
    return f" {line}" if line.startswith("::") else line


# --- JSON --------------------------------------------------------------------------------------------------


def as_document(finding: Finding) -> dict[str, Any]:
    """A finding as JSON (CLI.md, errors and findings); a place that there is not is null."""
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "path": finding.path,
        "line": finding.line or None,
        "column": finding.column or None,
        "end_line": finding.end_line or None,
        "end_column": finding.end_column or None,
        "message": finding.message,
        "why": finding.why,
        "fix": finding.fix,
        "fixable": finding.fixable,
        "id": finding.id,
        "related": list(finding.related),
        "suggestions": list(finding.suggestions),
    }


def format_json(report: Report) -> dict[str, Any]:
    """The document of `blue check --json`, without schema and warnings."""
    return {
        "findings": [as_document(finding) for finding in report.findings],
        "counts": counts(report.findings),
        "files": report.files,
        "skipped_rules": list(report.skipped),
        "complete": report.complete,
    }


# --- GitHub ------------------------------------------------------------------------------------------------

_LEVELS = {ERROR: "error", WARNING: "warning", ADVICE: "notice"}


def format_github(report: Report, shown: Shown) -> str:
    """Workflow commands: one annotation a finding. In data `%`, CR and LF are escaped, in properties `:` and `,` too."""
    return "".join(f"{_annotation(finding, shown)}\n" for finding in report.findings)


def _annotation(finding: Finding, shown: Shown) -> str:
    fields = {
        "file": shown(finding.path),
        "line": finding.line,
        "endLine": finding.end_line,
        "col": finding.column,
        "endColumn": finding.end_column,
        "title": finding.rule,
    }
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in fields.items() if value)
    parts = [finding.message, *(f"{name}: {text}" for name, text in (("why", finding.why), ("fix", finding.fix)) if text)]
    return f"::{_LEVELS[finding.severity]} {properties}::{_data(chr(10).join(map(sanitize, parts)))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(sanitize(text)).replace(":", "%3A").replace(",", "%2C")


# --- SARIF -------------------------------------------------------------------------------------------------

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SARIF = {ERROR: "error", WARNING: "warning", ADVICE: "note"}


def format_sarif(report: Report, version: str) -> dict[str, Any]:
    """A SARIF 2.1.0 log (OASIS, sarif-v2.1.0): one run, the rules that were broken, one result a finding."""
    broken = sorted({finding.rule for finding in report.findings if finding.rule in RULES})
    driver = {"name": "blue", "semanticVersion": version, "rules": [_descriptor(RULES[rule]) for rule in broken]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, broken) for finding in report.findings],
    }
    return {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}


def _descriptor(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.fix},
        "defaultConfiguration": {"level": _SARIF[rule.severity]},
        "properties": {"tags": [rule.group]},
    }


def _result(finding: Finding, rules: Sequence[str]) -> dict[str, Any]:
    text = "\n".join([finding.message, *(f"{name}: {said}" for name, said in (("why", finding.why), ("fix", finding.fix)) if said)])
    index = {"ruleIndex": rules.index(finding.rule)} if finding.rule in rules else {}
    result: dict[str, Any] = {"ruleId": finding.rule, **index, "level": _SARIF[finding.severity], "message": {"text": text}}
    if finding.path:
        result["locations"] = [{"physicalLocation": _physical(finding)}]
    return result


def _physical(finding: Finding) -> dict[str, Any]:
    from urllib.parse import quote  # 3 ms, and only SARIF needs it

    numbers = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(finding.path, safe="/", errors="replace")}}
    region = {name: n for name, n in numbers.items() if n}
    return {**physical, "region": region} if finding.line else physical
