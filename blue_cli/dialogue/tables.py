"""Tables as judges draw them, with `|` or with box characters, and the lines of a text that may hold one.

A table is known by its header: a row with an ID cell. No delimiter row is asked for, since a drawn table has borders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from blue_cli.dialogue.document import MAX_LINE
from blue_cli.dialogue.pattern import pattern
from blue_cli.dialogue.wording import plain

# --- lines -------------------------------------------------------------------------------------------------


class Line(NamedTuple):
    """A line, from 1. `problem` tells what hides the rest of the text from here, or this line."""

    number: int
    text: str
    fenced: bool = False
    problem: str = ""


_FENCE = pattern(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}(?=[^`]*$)|~{3,})(.*)")
_HTML = pattern(r" {0,3}<(!--|pre\b|script\b|style\b|textarea\b)", re.I)


def lines(text: str) -> Iterator[Line]:
    """The lines of a text that mean something: blank ones stand for HTML comments, raw HTML and fence marks.

    A fence or comment without an end hides all that follows; it is reported on the line that opens it.
    """
    hidden = 0  # the line that opened what is still open
    fence = end = ""
    for number, raw in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        line = raw.rstrip("\r \t")
        if len(line) > MAX_LINE:
            yield Line(number, "", problem="limit")
        elif fence:
            fence = "" if _closes(line, fence) else fence
            yield Line(number, line if fence else "", fenced=True)
        elif end:
            end = "" if end in line.lower() else end
            yield Line(number, "")
        elif opened := _FENCE.match(line):
            fence, hidden = opened[1], number
            yield Line(number, "")
        elif html := _HTML.match(line):
            end, hidden = _html_end(html, line), number
            yield Line(number, "")
        else:
            yield Line(number, _uncommented(line))
    if fence or end:
        yield Line(hidden, "", problem="fence" if fence else "html")


def _closes(line: str, fence: str) -> bool:
    bare = line.strip(" \t>")
    return len(bare) >= len(fence) and not bare.strip(fence[0])


def _html_end(opened: re.Match[str], line: str) -> str:
    """What the rest of the text must hold to end this block; '' when the line itself holds it."""
    end = "-->" if opened[1] == "!--" else f"</{opened[1].lower()}>"
    return "" if end in line.lower()[opened.end() :] else end


def _uncommented(line: str) -> str:
    """The line with each comment in it blanked, so that columns stay."""
    at, done = line.find("<!--"), 0
    parts: list[str] = []
    while at >= 0 and (end := line.find("-->", at) + 3) > 2:
        parts += (line[done:at], " " * (end - at))
        at, done = line.find("<!--", end), end
    return "".join(parts) + line[done:]


# --- rows --------------------------------------------------------------------------------------------------

_VERTICAL = pattern(r"[│┃║]")
_PIPE = pattern(r"(?<!\\)\|")
_BORDER = frozenset("─━═-=+:|│┃║┌┐└┘├┤┬┴┼┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬╒╕╘╛╞╡╤╧╪╟╢╥╨╫ \t")


def is_border(line: str) -> bool:
    """Whether a line is a rule between rows: `|---|`, `+---+`, `├───┼`; a `---` alone is a thematic break."""
    bare = line.strip()
    return bool(bare) and not (set(bare) - _BORDER) and bool(set(bare) - {"-", "="})


def cells(line: str) -> list[str] | None:
    """The cells of a row, None for a line that is none. `\\|` is a bar inside a cell."""
    bare = line.strip()
    bars = _VERTICAL if _VERTICAL.search(bare) else _PIPE
    parts = bars.split(bare)
    if len(parts) < 2:
        return None
    if not parts[0].strip():
        del parts[0]
    if len(parts) > 1 and not parts[-1].strip():
        del parts[-1]
    return [part.strip().replace("\\|", "|") for part in parts]


# The columns of a register, by the words judges head them with (FORMAT.md, section 7); the first word that is there wins.
_HEADS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "ids", "tension id", "tension ids", "#"),
    "label": ("tension", "label", "title", "description", "name", "summary", "topic"),
    "status": ("status", "current status", "final status", "state"),
    "raised": ("raised", "raised in", "raised round", "round raised", "opened"),
    "resolved": ("resolved", "resolved in", "resolved round", "round resolved"),
    "resolution": ("resolution", "resolutions"),
    "by": ("raised by", "owner", "owners", "raiser", "raisers", "contributors", "contributor"),
    "round": ("round", "rounds"),
}
_ASIDE = pattern(r"\([^()]*\)$")  # `Raised (round)`
Columns = Mapping[str, int]


def columns(row: Sequence[str]) -> Columns | None:
    """What each column of a header row is, None when the row is no header with an ID column."""
    heads = [" ".join(_ASIDE.sub("", plain(cell)).lower().rstrip("?: ").split()) for cell in row]
    if not any(head in _HEADS["id"] for head in heads):
        return None
    found = {role: next((heads.index(word) for word in words if word in heads), -1) for role, words in _HEADS.items()}
    return {role: at for role, at in found.items() if at >= 0}
