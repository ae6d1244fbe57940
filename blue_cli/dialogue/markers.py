"""Markers in a body: text in, marks out, and back.

One pass with one regular expression finds what could be a marker; the block scanner is asked only for bodies in
which a line could be hidden (code, tables, HTML, quotes). Never raises: what cannot be read yields no mark, and
`nearmiss` says so.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from blue_cli.dialogue import blocks
from blue_cli.dialogue.brackets import Brackets
from blue_cli.dialogue.grammar import BY_WORD, ENTITY, ENTITY_OF, MARKERS, MOVE, ON_TENSIONS, REF, STANCE, Marker
from blue_cli.dialogue.ids import KINDS
from blue_cli.dialogue.model import new
from blue_cli.dialogue.pattern import pattern
from blue_cli.dialogue.sight import View, line_starts


class Mark(NamedTuple):
    """One marker where it stands. Offsets count in the text that was scanned, lines and columns from 1.

    written  an entity's id as it stands (`T04-R1`), "" when there is none
    author   the name before an entity's id (`[STRUDEL-T0001`), lower case, "" when there is none
    label    an entity's label; of the others everything between the word and the `]`
    """

    row: Marker
    pos: int
    end: int
    line: int
    column: int
    written: str
    author: str
    label: str


_INSIDE = r"([^\[\]\\\n]*(?:\\.[^\[\]\\\n]*)*)(.?)"  # DESIGN.md, speed: this shape takes a third of the obvious one's time
_BULLETS = r"[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?:#{1,6}[ \t]+)?"
OPENING = pattern(_BULLETS + r"(?:\*\*|__)?")
_FIELD = _BULLETS + r"\*\*[^*\n]{1,60}(?::\*\*|\*\*[ \t]*:)[ \t]*(?:\*\*)?"  # rare: compiled when first needed
_INTRODUCES = "]*:#-+.)_,;&\n"  # how the text before a marker that counts can end; nearly all other text ends otherwise
_LOOK = 8
_GAPS = " \t,;&*_"  # what may stand between a marker and another that follows it directly
_BETWEEN = pattern(rf"[{_GAPS}]*")
_IDENTIFIED = r"[ \t]*([PTRECS](?:[0-9]|-(?=[0-9A-Za-z]))(?:[0-9A-Za-z.-]*[0-9A-Za-z])?)?[.-]?[ \t]*(?:(?::|--?|[—–])[ \t]*)?(.*)"
_SEPARATING = " \t:—–-"
_LEADING = _SEPARATING + "*_"
_STOP = pattern(r"\n {0,3}[#=*_-]")
_FIELD_REACH = 200  # a bold field name stands near the start of its line; to look further is quadratic on hostile lines


def scan(  # noqa: C901  # the innermost loop of the program: a call more for every bracket is what it would cost
    text: str, start: int, line: int, near: bool = False, only: str = ""
) -> tuple[list[Mark], blocks.Blocks | None]:
    """All marks of the body that begins at offset `start`, on line `line` of the file, in order.

    `text` has only line feeds as line ends. The block reading comes back too, where one was needed (with `near`, of every
    body that is not plain), so that the caller need not read again. With `only` (kind letters) just entities of those kinds and
    what can change a tension are looked for, and lines and columns are not counted.
    """
    view = View(text, start, near)
    marks: list[Mark] = []
    add, brackets, at = marks.append, None, start
    for match in _candidates(only).finditer(text, start):
        word, verb, author, letter, digits, inside, closed = match.groups()
        row = BY_WORD.get(word or verb) if letter is None else _authored(author, letter, digits, inside)
        if row is None:
            continue
        pos, end = match.span()
        if pos != start and text[pos - 1] != "\n" and not _stands(text, start, pos, row, marks):
            if only and _may_follow(text, start, pos):
                first = line - text.count("\n", start, at)
                return _narrowed(scan(text, start, first)[0], only), view.blocks
            continue
        if closed != "]":
            brackets = brackets or Brackets(text)
            end = brackets.closing(pos) + 1
            if not end:
                continue
            inside = text[match.start(6) : end - 1]
        if not (view.plain or view.begins(pos, end) or view.shows(pos)):
            continue
        if only and not row.letter:
            add(new(Mark, (row, pos, end, 0, 0, "", "", inside)))
            continue
        line += text.count("\n", at, pos)
        at = pos
        column = pos - text.rfind("\n", 0, pos)
        if row.shape in _OPENS:
            add(_opening(text, row, pos, end, line, column, f"{author}-{letter}{digits}" if author else "", inside))
        else:
            add(new(Mark, (row, pos, end, line, column, "", "", inside)))
    return marks, view.blocks


def _may_follow(text: str, start: int, pos: int) -> bool:
    """Whether something in brackets may stand directly before."""
    return text[max(pos - _LOOK, start) : pos].rstrip(_GAPS)[-1:] in ("]", "")


@cache
def _candidates(only: str) -> re.Pattern[str]:
    """What the scan looks at: all that could be a marker, or only what a listing of these kinds needs."""
    rows = [m for m in MARKERS if not only or (m.letter in only if m.letter else m.word in ON_TENSIONS)]
    words = "|".join(sorted((re.escape(m.word) for m in rows if ":" not in m.word), key=len, reverse=True))
    verbs = "|".join(m.word for m in rows if ":" in m.word) if only else "(?:RE|MOVE):[A-Z]+(?![A-Z])"
    authored = rf"([0-9A-Za-z][0-9A-Za-z-]*)-([{only or KINDS}])([0-9]+)"
    return re.compile(rf"\[(?:(?:({words})|({verbs})|{authored})(?![0-9A-Za-z]))" + _INSIDE)


def _narrowed(marks: list[Mark], only: str) -> list[Mark]:
    """Of all marks those that a narrow scan finds. It must see all of them where one follows another on its line."""
    return [m for m in marks if (m.row.letter in only if m.row.letter else m.row.word in ON_TENSIONS)]


def _opening(text: str, row: Marker, pos: int, end: int, line: int, column: int, authored: str, inside: str) -> Mark:
    """The mark of a candidate that opens an entity. `authored` is an id with its author's name before it."""
    written, label = (authored, inside.lstrip(_LEADING)) if authored else _identify(inside)
    author = authored.rpartition("-")[0].lower()
    return new(Mark, (row, pos, end, line, column, written, author, label.strip() or _rest_of_line(text, end)))


_ANYWHERE = frozenset((REF, MOVE))  # shapes that count in the middle of a paragraph too
_OPENS = frozenset((ENTITY, STANCE))


def _authored(author: str, letter: str, digits: str, inside: str) -> Marker | None:
    """The row of `[STRUDEL-P0001: …]`; `[MACARON-T01]` without a label is a mention and no marker."""
    if author.partition("-")[0] in BY_WORD:
        return None  # a word that a narrow scan does not look for is nobody's name
    return ENTITY_OF[letter] if len(digits) >= 4 or inside.lstrip().startswith(":") else None


def _stands(text: str, start: int, pos: int, row: Marker, before: list[Mark]) -> bool:
    """Whether a marker starts its line or, when it opens nothing, follows a marker or a bold field name.

    Refs and moves need neither; a bracket behind a backslash of its own is plain text for all.
    """
    if row.shape in _ANYWHERE:
        return text[pos - 1] != "\\" or not _is_escaped(text, pos)
    if text[max(pos - _LOOK, start) : pos].rstrip(" \t")[-1:] not in _INTRODUCES:
        return False
    line_start = text.rfind("\n", start, pos) + 1 or start
    if text.find("[", line_start, pos) < 0 and OPENING.fullmatch(text, line_start, pos):
        return True
    if row.shape in _OPENS:
        return False
    if before and before[-1].end > line_start and _BETWEEN.fullmatch(text, before[-1].end, pos):
        return True
    return pos - line_start < _FIELD_REACH and re.compile(_FIELD).fullmatch(text, line_start, pos) is not None


def _is_escaped(text: str, pos: int) -> bool:
    """Whether an odd number of backslashes stands before an offset; no more of them count than anybody would write."""
    before = text[max(pos - _FIELD_REACH, 0) : pos]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _identify(inside: str) -> tuple[str, str]:
    """The id as written and the label, from what stands between an entity's word and its `]`."""
    head, colon, label = inside.partition(":")
    if colon and len(head) == 4 and head[2:].isdigit() and head[0] == " " and head[1] in KINDS:
        return head[1:], label  # ` P01: label`, as nearly all are
    match = re.compile(_IDENTIFIED, re.S).fullmatch(inside)
    assert match is not None  # every part is optional
    return match[1] or "", match[2]


def _rest_of_line(text: str, end: int) -> str:
    """The label of a marker that has none inside: `[PERSPECTIVE P03] text`, `[PERSPECTIVE P11]: text`."""
    stop = text.find("\n", end)
    rest = text[end : stop if stop >= 0 else len(text)].lstrip(_SEPARATING).rstrip()
    for bold in ("**", "__"):
        if rest.count(bold) % 2:  # the other one stands before the marker
            rest = rest[2:] if rest.startswith(bold) else rest.removesuffix(bold)
    return rest.strip(_SEPARATING)


def stops(text: str, start: int, read: blocks.Blocks | None) -> list[int]:
    """The offsets of headings and thematic breaks: an entity's content ends at the first one after it."""
    if read is None:
        if not _STOP.search(text, max(start - 1, 0)) and text[start : start + 1] not in ("#", "-", "*", "_"):
            return []
        read = blocks.read(text[start:])
    kinds, regions = read.kinds, read.regions
    if blocks.HEADING not in kinds and blocks.BREAK not in kinds:
        return []
    starts = line_starts(text, start)
    # the underline of a heading belongs to the heading: only its first line stops
    return [at for i, at in enumerate(starts) if kinds[i] == blocks.BREAK or (kinds[i] == blocks.HEADING and regions[i] == i)]


def write(row: Marker, *, id: str = "", label: str = "", targets: str = "", reason: str = "") -> str:
    """One marker as the tool writes it. Inverse of `scan` for every row that is produced."""
    if row.shape in (ENTITY, STANCE):
        head = f"{row.word} {id}".rstrip()
        return f"[{head}: {label}]" if label else f"[{head}]"
    head = f"{row.word} {targets}".rstrip()
    return f"[{head}: {reason}]" if reason else f"[{head}]"
