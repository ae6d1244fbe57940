"""What a single line of markdown can begin or be, seen alone: the fast scanner's vocabulary (CommonMark 0.31, GFM).

Lines here hold no tabs and no line ends; a `body` is a line without the spaces it begins with.
"""

from __future__ import annotations

import functools
import re

SPECIAL = frozenset(" #>`~-*+_<|:=0123456789")  # what a line that is more than paragraph text may begin with


@functools.cache
def opening() -> re.Pattern[str]:
    """Finds a line, not the first, that begins with something in `SPECIAL` which `blocks.plain` has not looked for."""
    return re.compile(r"\n[- >~*+_:=0-9]")


# How far a block quote has come: whether a line without `>` goes on with it.
OPEN, ENDED, UNSURE, UNSURE_ENDED = range(4)


def quoted(state: int, body: str) -> int:
    """The state of a block quote after a line of its own: `OPEN` when a paragraph is open for certain."""
    inside = body[2:] if body[1:2] == " " else body[1:]
    if not inside.strip(" "):
        return ENDED if state in (OPEN, ENDED) else UNSURE_ENDED
    return OPEN if state in (OPEN, ENDED) and inside[0] not in SPECIAL else UNSURE


def is_break(body: str) -> bool:
    """Three or more of `-`, `*` or `_`, and spaces."""
    return body[0] in "-*_" and not body.strip(body[0] + " ") and body.count(body[0]) > 2


def is_tag(body: str) -> bool:
    """Whether what begins with `<` may be HTML."""
    return body[1:2] in ("/", "!", "?") or "a" <= body[1:2].lower() <= "z"


def interrupts(line: str) -> bool:
    """Whether this line may end a table or a block quote: it begins another block, or may."""
    return _interrupting().match(line) is not None


@functools.cache
def _interrupting() -> re.Pattern[str]:
    item = r"(?:[-+*]|[0-9]{1,9}[.)])(?: |$)"
    breaks = r"(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$"
    return re.compile(rf" {{0,3}}(?:#{{1,6}}(?: |$)|>|```|~~~|{item}|<[A-Za-z/!?]|{breaks})")


def cells(row: str) -> list[str]:
    """The cells of a table's row without escapes."""
    found = row.strip(" ").split("|")
    if not found[0]:
        del found[0]
    if found and not found[-1]:
        del found[-1]
    return found


@functools.lru_cache(maxsize=64)  # people draw the same few
def columns(body: str) -> int:
    """The number of columns of a table whose second line this is, 0 when it is none (GFM, "Tables")."""
    if body.strip("|:- ") or len(body) < 2 or body.startswith("- "):
        return 0
    found = cells(body)
    return len(found) if all(_is_ruler(cell.strip(" ")) for cell in found) else 0


def _is_ruler(cell: str) -> bool:
    dashes = cell.removeprefix(":").removesuffix(":")
    return dashes != "" and not dashes.strip("-")
