"""Texts and labels of others inside a markdown file of ours: they can neither end what they stand in nor add to it. Pure.

Whoever wrote them writes for every later reader of the file. A label stands in a line of ours with whatever has a meaning
escaped. A whole text stands in a block quote, which its own fences, lists and headings cannot leave (CommonMark 0.31, section
5.1), without the three things that reach out of one: HTML, link reference definitions and images that are fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from blue_cli.views.text import sanitize, sanitize_lines

DEEPEST = 6
_MEANS = re.compile(r"[\\`*_\[\]<>&#!|~$@{}]|:(?=//)|(?<=[Ww]{3})\.")
_HEADING = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_FENCE = re.compile(r"(?:(`{3,})[^`]*|(~{3,}).*)")
_ODD_FENCE = re.compile(r"[ \t>*+\-0-9.)]+(?:`{3}|~{3})")  # in a list, a quote, or moved in: where it ends is another's affair
_DEFINES = re.compile(r"([ \t>*+\-0-9.)]*)\[(?=[^\]]*$|.*\]:)")  # `[a]: https://…` vanishes where it is rendered
_TICKS = re.compile("`+")
_REACHES = re.compile(r"\\.|<|!(?=\[)")
_ENTITIES = {"<": "&lt;", "!": "&#33;"}  # not with a backslash: the text may have brought one


def inert(text: str) -> str:
    """A label as markdown text on a line of ours: it reads as it was written, and does nothing."""
    return _MEANS.sub(r"\\\g<0>", sanitize(" ".join(text.split())))


def quoted(text: str, under: int) -> Iterator[str]:
    """The lines of a block quote that holds a text; its headings come below one of level `under`.

    Code is kept as it is where it surely is code; elsewhere `<` becomes `&lt;` once too often rather than once too seldom.
    """
    lines = sanitize_lines(text.replace("\r\n", "\n").replace("\r", "\n")).strip("\n").split("\n")
    sure = not any(_ODD_FENCE.match(line) for line in lines)
    fence = ""
    literal = _codes(lines)
    for i, line in enumerate(lines):
        if sure and fence:
            fence = "" if _closes(line, fence) else fence
        elif sure and (opened := _FENCE.fullmatch(line)):
            fence = opened[1] or opened[2]
        else:
            line = _line(line, under if sure else 0, i in literal)
        yield f"> {line}".rstrip() if not line.strip() else f"> {line}"


def _closes(line: str, fence: str) -> bool:
    bare = line.strip(" \t")
    return len(line) - len(line.lstrip(" ")) < 4 and len(bare) >= len(fence) and not bare.strip(fence[0])


def _line(line: str, under: int, codes: bool) -> str:
    heading = _HEADING.match(line)
    if heading and under:
        line = "#" * min(DEEPEST, under + len(heading[1])) + line[heading.end() :]
    line = _DEFINES.sub(r"\1\\[", line, count=1) if _DEFINES.match(line) else line
    at, parts = 0, []
    for start, end in _spans(line) or () if codes else ():
        parts += [_within(line[at:start]), line[start:end]]
        at = end
    return "".join([*parts, _within(line[at:])])


def _within(text: str) -> str:
    return _REACHES.sub(lambda found: _ENTITIES.get(found[0], found[0]), text)


def _codes(lines: list[str]) -> set[int]:
    """The lines whose code spans are sure: none is open at the end of any line up to the next blank ones."""
    sure: set[int] = set()
    run: list[int] = []
    for i, line in enumerate([*lines, ""]):
        if line.strip():
            run.append(i)
            continue
        if all(_spans(lines[n]) is not None for n in run):
            sure.update(run)
        run = []
    return sure


def _spans(line: str) -> list[tuple[int, int]] | None:
    """The code spans of a line (CommonMark 0.31, section 6.1); None when a run of backticks is left, or one is escaped, or a
    table may cut them."""
    if "`" not in line:
        return []
    if "\\`" in line or "|" in line:
        return None
    spans: list[tuple[int, int]] = []
    runs = [(found.start(), found.end()) for found in _TICKS.finditer(line)]
    at = 0
    while at < len(runs):
        start, end = runs[at]
        closer = next((i for i in range(at + 1, len(runs)) if runs[i][1] - runs[i][0] == end - start), 0)
        if not closer:
            return None
        spans.append((start, runs[closer][1]))
        at = closer + 1
    return spans
