"""`blue rules`: what check looks for, each rule with an example that breaks it, and the marker words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from blue_cli.cli.options import call
from blue_cli.cli.output import Result, Screen
from blue_cli.dialogue.grammar import MARKERS
from blue_cli.dialogue.rulebook import DIALOGUE, RULES, Rule
from blue_cli.errors import NotFound
from blue_cli.views.findings import as_document, format_text
from blue_cli.views.listing import Column, paint
from blue_cli.views.text import sanitize

COLUMNS = (
    Column("rule", style="id"),
    Column("severity", style="by value"),
    Column("group"),
    Column("fixable"),
    Column("summary", flex=True),
)
WORDS = (Column("word", style="id"), Column("example"), Column("summary", flex=True))


def command(
    rule: Annotated[str, typer.Argument(metavar="[RULE]", help="Explain this one.")] = "",
    markers: Annotated[bool, typer.Option("--markers", help="The marker words instead.")] = False,
) -> Result:
    """What check looks for; with RULE why, how to mend it, and an example."""
    if markers:
        return _words()
    if rule:
        return _explained(_find(rule))
    rows = [[r.id, r.severity, r.group, "fixable" if r.fixable else "", r.summary] for r in RULES.values()]
    document = {"rules": [_document(r) for r in RULES.values()]}
    return Result("blue/rules@1", document, columns=COLUMNS, rows=rows, counts=f"{len(rows)} rules")


def _words() -> Result:
    narrow = call().world.stdout.isatty()  # the example shows the word; a program may want it in a column of its own
    rows = [[m.word, m.example, m.summary][narrow:] for m in MARKERS]
    document = {"markers": [{"word": m.word, "example": m.example, "summary": m.summary, "produced": m.produced} for m in MARKERS]}
    return Result("blue/rules@1", document, columns=WORDS[narrow:], rows=rows, counts=f"{len(rows)} markers")


def _find(name: str) -> Rule:
    from difflib import get_close_matches

    if name not in RULES:
        near = get_close_matches(name, RULES, 3)
        raise NotFound(f'no rule is named "{name}"', fix=f"did you mean {near[0]}?" if near else "blue rules lists them", suggestions=near)
    return RULES[name]


def _document(rule: Rule) -> dict[str, Any]:
    fields = rule._asdict()
    del fields["example"]
    return fields


def _explained(rule: Rule) -> Result:
    from blue_cli.actions.check import check_example

    report = check_example(rule)
    document = {"rule": {**_document(rule), "example": dict(rule.example), "findings": [as_document(f) for f in report.findings]}}

    def text(screen: Screen) -> str:
        head = f"{paint(rule.id, 'title', screen.color)}: {paint(rule.severity, rule.severity, screen.color)}, {rule.group}"
        said = format_text(report, lambda path: path, screen.color, whole=True)
        lines = [
            head,
            "",
            f"  {rule.summary}",
            f"  why: {rule.why}",
            f"  fix: {rule.fix}",
            "",
            *_example(rule.example),
            "blue check says:",
            "",
        ]
        return "\n".join([*lines, *(f"  {line}" for line in said.splitlines())]) + "\n"

    return Result("blue/rules@1", document, text)


def _example(files: Mapping[str, str]) -> list[str]:
    """The files of an example, without the `dialogue.md` that all of them share."""
    lines: list[str] = []
    shown = {path: text for path, text in files.items() if text != DIALOGUE} or files
    for path, text in shown.items():
        lines += [f"{sanitize(path)}:", "", *(f"    {sanitize(line)}".rstrip() for line in text.splitlines()), ""]
    return lines
