"""The `Blue-...` lines of a commit message: what they anchor must be there, and one that blue does not know is a slip."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from blue_cli.actions.audit import EventLog, broken_anchors
from blue_cli.crypto.audit import TRAILER
from blue_cli.errors import Finding

RULE = "trailer"
KNOWN = (TRAILER,)
_OURS = re.compile(r"(blue-[a-z0-9-]+)[ \t]*:", re.I)
_TRAILER = re.compile(r"[A-Za-z0-9-]+[ \t]*:|\s|\(cherry picked from ")
_SCISSORS = re.compile(r"^\S+ -{24} >8 -{24}$", re.M)


def anchored(message: str) -> bool:
    """Whether the message anchors an audit log, so that the logs are needed."""
    return f"\n{TRAILER}:" in f"\n{message}"


def check(message: str, path: str, ports: Sequence[EventLog]) -> list[Finding]:
    """What is wrong with the lines of a message. `ports` are the audit logs of each workspace; a log is in one of them."""
    return [*_unknown(message, path), *_broken(message, path, ports)]


def written(text: str, comment: str = "#") -> str:
    """A message as git will take it from its file: without comments, and without the changes that `commit -v` shows."""
    cut = _SCISSORS.search(text)
    return "\n".join("" if line.startswith(comment) else line for line in (text[: cut.start()] if cut else text).split("\n"))


def _unknown(message: str, path: str) -> Iterator[Finding]:
    """Lines of the last paragraph; further up it is prose, as in "blue-green: both"."""
    from difflib import get_close_matches

    for number, line in _trailers(message.split("\n")):
        ours = _OURS.match(line)
        if ours and ours[1] not in KNOWN:
            near = get_close_matches(ours[1].title(), KNOWN, 1, 0.6)
            fix = f"did you mean {near[0]}?" if near else f"blue writes {', '.join(KNOWN)}: blue audit anchor"
            yield Finding(RULE, f"blue knows no {ours[1]} line", path, number, 1, fix=fix, severity="error", suggestions=tuple(near))


def _trailers(lines: Sequence[str]) -> list[tuple[int, str]]:
    """The lines of the last paragraph with their numbers, if they are trailers and something stands before them
    (git-interpret-trailers(1))."""
    last = len(lines)
    while last and not lines[last - 1].strip():
        last -= 1
    first = last
    while first and lines[first - 1].strip():
        first -= 1
    found = [(number + 1, lines[number]) for number in range(first, last)]
    above = any(line.strip() for line in lines[:first])
    return found if above and all(_TRAILER.match(line) for _, line in found) else []


def _broken(message: str, path: str, ports: Sequence[EventLog]) -> Iterator[Finding]:
    """Anchors whose events no workspace has, line by line."""
    for number, line in enumerate(message.split("\n"), 1):
        if not (ports and anchored(line)):
            continue
        each = [broken_anchors(port, line) for port in ports]
        if all(each):
            for problem in each[0]:
                yield Finding(RULE, problem.message, path, number, 1, why=problem.why, fix="blue audit anchor", severity="error")
