"""What is said to a command besides the pack: what was wrong with its answer, and what a verdict needs. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from blue_cli.errors import Finding
from blue_cli.views.preface import fence_for
from blue_cli.views.text import sanitize, sanitize_lines

SHOWN = 200  # findings, and lines around them; an answer that has more of them is not mended by a list
WIDE = 400  # characters of a line that are shown


def again(text: str, answer: bytes, findings: Iterable[Finding]) -> str:
    """The pack once more, followed by what was wrong with the answer and the lines in which it was.

    The pack stands first, byte for byte, so that a prompt cache serves both tries.
    """
    listed = list(findings)[:SHOWN]
    lines = answer.decode(errors="replace").split("\n")
    said = "\n".join(_said(finding, lines) for finding in listed)
    return (
        f"{text.rstrip()}\n\n# Your answer was not added\n\n"
        "You have answered this already, and the answer could not be taken as it was. Write the whole text once more, with "
        "this put right. What follows are findings, with the lines of your answer that they are about:\n\n" + said
    )


def _said(finding: Finding, lines: list[str]) -> str:
    """A finding, with its line in a fence."""
    place = f"line {finding.line}: " if finding.line else ""
    parts = [f"- {place}{sanitize(finding.message)} ({finding.rule})"]
    parts += [f"  {name}: {sanitize(text)}" for name, text in (("why", finding.why), ("fix", finding.fix)) if text]
    if 0 < finding.line <= len(lines) and lines[finding.line - 1].strip():
        line = sanitize_lines(lines[finding.line - 1][:WIDE])
        fence = fence_for(line)
        parts += ["", f"  {fence}text", f"  {line}", f"  {fence}"]
    return "\n".join(parts) + "\n"
