"""What is said to a command besides the pack: what was wrong with its answer, and what a verdict needs. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from blue_cli.errors import Finding
from blue_cli.views.preface import fence_for, fenced
from blue_cli.views.text import sanitize, sanitize_lines

SHOWN = 200  # findings, and lines around them; an answer that has more of them is not mended by a list
WIDE = 400  # characters of a line that are shown
WHOLE = 16_000  # characters of an answer up to which it is shown whole


def again(text: str, answer: bytes, findings: Iterable[Finding]) -> str:
    """The pack once more, followed by the answer, what was wrong with it and the lines in which it was: who answers may remember
    nothing of the first try.

    The pack stands first, byte for byte, so that a prompt cache serves both tries.
    """
    listed = list(findings)[:SHOWN]
    whole = answer.decode(errors="replace")
    lines = whole.split("\n")
    said = "\n".join(_said(finding, lines) for finding in listed)
    return (
        f"{text.rstrip()}\n\n# Your answer was not added\n\n"
        "You have answered this already, and the answer could not be taken as it was. "
        f"{_before(whole)}Write the whole text once more, with what follows put right, and answer with that text alone. These are "
        "findings, with the lines of your answer that they are about:\n\n" + said
    )


def _before(answer: str) -> str:
    """The answer as it was; "" for one of which the lines must do."""
    return f"It was:\n\n{fenced(answer.rstrip())}\n" if answer.strip() and len(answer) <= WHOLE else ""


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
