"""Markers in a body: text in, marks out, and back.

One pass with one regular expression finds what could be a marker; the block scanner is asked only for bodies in
which a line could be hidden (code, tables, HTML, quotes). Never raises: what cannot be read yields no mark, and
`nearmiss` says so.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from blue_cli.dialogue import blocks
from blue_cli.dialogue.grammar import BY_WORD, ENTITY, ENTITY_OF, MARKERS, MOVE, REF, STANCE, Marker


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


_WORDS = "|".join(sorted((re.escape(m.word) for m in MARKERS if ":" not in m.word), key=len, reverse=True))
_INSIDE = r"([^\[\]\\\n]*(?:\\.[^\[\]\\\n]*)*)(.?)"  # DESIGN.md, speed: this shape takes a third of the obvious one's time
_CANDIDATE = re.compile(
    r"\[(?:(" + _WORDS + r")(?![0-9A-Za-z])|((?:RE|MOVE):[A-Z]+)|([0-9A-Za-z][0-9A-Za-z-]*)-([PTRECS])(\d+)(?![0-9A-Za-z]))" + _INSIDE
)
_BULLETS = r"[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?:#{1,6}[ \t]+)?"
OPENING = re.compile(_BULLETS + r"(?:\*\*|__)?")
_FIELD = re.compile(_BULLETS + r"\*\*[^*\n]{1,60}(?::\*\*|\*\*[ \t]*:)[ \t]*(?:\*\*)?")
_BETWEEN = re.compile(r"[ \t,;&*_]*")
_IDENTIFIED = re.compile(
    r"[ \t]*([PTRECS](?:\d|-(?=[0-9A-Za-z]))(?:[0-9A-Za-z.-]*[0-9A-Za-z])?)?[.-]?[ \t]*(?:(?::|--?|[—–])[ \t]*)?(.*)", re.S
)
_LEADING = " \t:*_—–-"
_STOP = re.compile(r"\n {0,3}[#=*_-]")
_CLOSED = "]"


def scan(text: str, start: int, line: int, near: bool = False) -> tuple[list[Mark], blocks.Blocks | None]:
    """All marks of the body that begins at offset `start`, on line `line` of the file, in order.

    `text` has only line feeds as line ends. The block reading comes back too, where one was needed (or asked for
    with `near`), so that the caller need not read again.
    """
    view = _Body(text, start, line)
    if near:
        view.read_blocks()
    marks: list[Mark] = []
    for match in _CANDIDATE.finditer(text, start):
        row = _row(match)
        if row is None or not view.counts(row, match.start(), marks):
            continue
        mark = _mark(view, row, match)
        if mark is not None:
            marks.append(mark)
    return marks, view.blocks


def _row(match: re.Match[str]) -> Marker | None:
    """The grammar row a candidate belongs to."""
    word = match[1] or match[2]
    if word:
        return BY_WORD.get(word)
    # `[MACARON-T01]` without a label is a mention; `[STRUDEL-P0001]` can only be the id of an entity
    return ENTITY_OF[match[4]] if len(match[5]) >= 4 or match[6].lstrip().startswith(":") else None


class _Body:
    """The body under the scan: where lines begin, and what hides a marker. Block reading happens at most once."""

    __slots__ = ("at", "blocks", "hidden", "line", "plain", "start", "starts", "text")

    def __init__(self, text: str, start: int, line: int) -> None:
        self.text = text
        self.start = start
        self.line = line
        self.at = start
        self.plain = blocks.plain(text if start == 0 else text[start:])
        self.blocks: blocks.Blocks | None = None
        self.starts: list[int] = []
        self.hidden: dict[int, list[tuple[int, int]]] = {}

    def read_blocks(self) -> blocks.Blocks:
        """The block structure of the body."""
        if self.blocks is None:
            body = self.text[self.start :]
            self.blocks = blocks.read(body)
        return self.blocks

    def line_of(self, pos: int) -> int:
        """The line of an offset; asked for with rising offsets only."""
        self.line += self.text.count("\n", self.at, pos)
        self.at = pos
        return self.line

    def counts(self, row: Marker, pos: int, before: list[Mark]) -> bool:
        """Whether a marker of this row may stand at this offset (FORMAT.md, section 2)."""
        line_start = self.text.rfind("\n", self.start, pos) + 1 or self.start
        if line_start != pos and row.shape not in (REF, MOVE) and not self._stands(row, line_start, pos, before):
            return False
        return self.plain or self._visible(pos)

    def _stands(self, row: Marker, line_start: int, pos: int, before: list[Mark]) -> bool:
        """Whether it starts its line or, when it opens nothing, follows a marker or a bold field name."""
        if OPENING.fullmatch(self.text, line_start, pos):
            return True
        if row.shape in (ENTITY, STANCE):
            return False
        if before and before[-1].end > line_start and _BETWEEN.fullmatch(self.text, before[-1].end, pos):
            return True
        return _FIELD.fullmatch(self.text, line_start, pos) is not None

    def _visible(self, pos: int) -> bool:
        read = self.read_blocks()
        index = self.text.count("\n", self.start, pos)
        if read.kinds[index] not in (blocks.TEXT, blocks.HEADING):
            return False
        return not any(a <= pos < b for a, b in self._hidden(read, read.regions[index]))

    def _hidden(self, read: blocks.Blocks, first: int) -> list[tuple[int, int]]:
        """Code spans, links and comments of the inline region that begins at line `first` of the body."""
        if first not in self.hidden:
            last = first
            while last + 1 < len(read.regions) and read.regions[last + 1] == first:
                last += 1
            begin, end = self._offset(first), self._offset(last + 1)
            self.hidden[first] = blocks.hidden(self.text, begin, end)
        return self.hidden[first]

    def _offset(self, index: int) -> int:
        """The offset at which line `index` of the body begins."""
        if not self.starts:
            self.starts = line_starts(self.text, self.start)
        return self.starts[index] if index < len(self.starts) else len(self.text)


def line_starts(text: str, start: int) -> list[int]:
    """The offsets at which the lines from `start` on begin."""
    starts = [start]
    at = text.find("\n", start)
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts


def _mark(view: _Body, row: Marker, match: re.Match[str]) -> Mark | None:
    """The mark of a candidate that counts; None when its bracket is never closed on its line."""
    text, pos = view.text, match.start()
    inside, end = match[6], match.end()
    if match[7] != _CLOSED:
        closing = closing_bracket(text, pos)
        if closing < 0:
            return None
        inside, end = text[match.start(6) : closing], closing + 1
    line = view.line_of(pos)
    column = pos - text.rfind("\n", 0, pos)
    if row.shape not in (ENTITY, STANCE):
        return Mark(row, pos, end, line, column, "", "", inside)
    written, label = _identify(inside)
    author = match[3].lower() if match[3] else ""
    if author:
        written, label = f"{match[3]}-{match[4]}{match[5]}", inside.lstrip(_LEADING)
    label = label.strip() or _rest_of_line(text, end)
    return Mark(row, pos, end, line, column, written, author, label)


def _identify(inside: str) -> tuple[str, str]:
    """The id as written and the label, from what stands between an entity's word and its `]`."""
    match = _IDENTIFIED.fullmatch(inside)
    assert match is not None  # every part is optional
    return match[1] or "", match[2]


def _rest_of_line(text: str, end: int) -> str:
    """The label of a marker that has none inside: `[PERSPECTIVE P03] text`, `[PERSPECTIVE P11]: text`."""
    stop = text.find("\n", end)
    return text[end : stop if stop >= 0 else len(text)].strip(_LEADING)


def closing_bracket(text: str, pos: int) -> int:
    """The offset of the `]` that balances the `[` at `pos` on its line, else of the first one, else -1."""
    stop = text.find("\n", pos)
    stop = stop if stop >= 0 else len(text)
    depth, first, at = 0, -1, pos
    while at < stop:
        char = text[at]
        if char == "\\":
            at += 1
        elif char == "[":
            depth += 1
        elif char == "]":
            first = at if first < 0 else first
            depth -= 1
            if not depth:
                return at
        at += 1
    return first


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
