"""Markers that are none by a hair: lost to a block that hides them, never closed, or misspelt.

Never silence where somebody meant a marker, and never a finding on ordinary brackets: links, footnotes, check boxes,
mentions in a sentence (FORMAT.md, section 2, "Never a marker"). The words come from the grammar table.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from blue_cli.dialogue import blocks
from blue_cli.dialogue.brackets import closing_bracket
from blue_cli.dialogue.grammar import ACT, BY_WORD, ENTITY, ENTITY_OF, MARKERS, MOVE, REF, RULING, STANCE, Marker
from blue_cli.dialogue.markers import OPENING
from blue_cli.dialogue.pattern import pattern
from blue_cli.dialogue.sight import line_starts
from blue_cli.dialogue.sources import Source

NEAR, VERB = "near-miss-marker", "invalid-ref-type"
MOST = 200  # of one file: a text made of nothing else is no text
LONG = 24  # letters; no marker word has more


class Near(NamedTuple):
    """What nearly is a marker. `replacement` is what should stand from `pos` to `end`, "" when only a person can tell."""

    rule: str
    pos: int
    end: int
    message: str
    why: str
    fix: str
    replacement: str = ""


_WORDS = {m.word: m for m in MARKERS if ":" not in m.word and " " not in m.word}
_VERBS = {m.word.partition(":")[2]: m for m in MARKERS if m.shape in (REF, MOVE)}
_PREFIXES = ("RE", "MOVE")
_ID = r"(?:[0-9A-Za-z][0-9A-Za-z-]*-)?[PTRECSptrecs](?:\d+|-[A-Za-z0-9])"
_CANDIDATE = pattern(r"\[[ \t]*([A-Za-z]+)(?=[^A-Za-z])")
_PREFIXED = pattern(r"\[[ \t]*(?P<prefix>RE|MOVE)(?P<gap>[ \t]*[:–-]?[ \t]*)(?P<verb>[A-Za-z]+)(?![0-9A-Za-z-])", re.I)
_PLAIN = pattern(r"\[[ \t]*(?P<word>[A-Za-z]+)(?P<rest>[ \t]*(?:on[ \t]+)?(?P<id>" + _ID + r")?[^\S\n]*(?P<next>[:\]|–-]?))")
_IDENTIFIED = pattern(r"\[[0-9A-Za-z][0-9A-Za-z-]*-([PTRECS])\d{2,}[ \t]*:")


def find(source: Source) -> list[Near]:
    """The near misses of one file, in order, at most `MOST`."""
    text = source.text
    if text.count("[", source.start) == len(source.marks):  # every bracket opened a marker: there is nothing to miss
        return []
    taken = {mark.pos for mark in source.marks}
    found: list[Near] = []
    reading: _Reading | None = None
    for match in _CANDIDATE.finditer(text, source.start):
        pos = match.start()
        if pos in taken:
            continue
        first = text.rfind("\n", source.start, pos) + 1 or source.start
        opens = first == pos or (text.find("[", first, pos) < 0 and OPENING.fullmatch(text, first, pos) is not None)
        if opens or match[1].upper() in _PREFIXES:
            reading = reading or _Reading(source)
            near = reading.judge(match, opens)
            if near:
                found.append(near)
                if len(found) >= MOST:
                    break
    return found


class _Reading:
    """One file, looked at from its candidates; the blocks are read when the first one asks."""

    def __init__(self, source: Source) -> None:
        self.text = source.text
        self.start = source.start
        self.begins = [mark.pos for mark in source.marks]
        self.ends = [mark.end for mark in source.marks]
        self.read = source.blocks
        self.starts: list[int] = []
        self.hidden: dict[int, list[tuple[int, int]]] = {}

    def judge(self, match: re.Match[str], opens: bool) -> Near | None:
        """What a bracket that is no marker was meant to be, if one can tell; `opens`: it starts its line."""
        pos = match.start()
        before = bisect_right(self.begins, pos) - 1
        if before >= 0 and self.ends[before] > pos:
            return None  # inside a marker's label
        prefixed = _PREFIXED.match(self.text, pos)
        row = _exact(self.text, pos, match[1], prefixed)
        if row is not None and (opens or row.shape in (REF, MOVE)):
            return self.lost(row, pos, opens)
        meant = (prefixed and _verb(prefixed)) or (opens and _word(self.text, pos)) or None
        return meant if meant and self.visible(pos) else None

    def lost(self, row: Marker, pos: int, opens: bool) -> Near | None:
        """A marker spelled as it should be that does not count: why?"""
        hiding = self.hiding(pos, opens)
        if not hiding and not self.visible(pos):
            return None
        closing = closing_bracket(self.text, pos)
        stop = self.text.find("\n", pos)
        stop = closing + 1 if closing >= 0 else stop if stop >= 0 else len(self.text)
        if hiding:
            what, fix = hiding
            return Near(NEAR, pos, stop, f"{row.word} {what}, so it is not read", "", fix)
        if closing < 0:
            why = "a marker ends on the line it begins on"
            return Near(NEAR, pos, stop, f"{row.word} has no closing ] on its line", why, "close it with ], the text may go on behind it")
        return None

    def hiding(self, pos: int, opens: bool) -> tuple[str, str] | None:
        """The block that hides a marker at the start of a line, and the way out; None when nobody meant one there."""
        read = self.blocks()
        index = self.index(pos)
        kind = read.kinds[index]
        if 0 <= read.beyond <= index:
            return None  # one finding says that nothing from there on was read
        if not opens:
            return None
        if kind == blocks.TABLE:
            return "stands in a table", "put an empty line before it"
        if kind == blocks.HTML:
            return "stands in an HTML block", "put an empty line before it, and close what is open"
        if kind == blocks.CODE and 0 <= read.unclosed <= index:
            return "stands in a code fence that is never closed", "close the fence above it"
        if kind == blocks.QUOTE:  # without a `>` of its own, or it would not start its line
            return "continues a block quote", "put an empty line before it"
        return None

    def blocks(self) -> blocks.Blocks:
        if self.read is None:
            self.read = blocks.read(self.text[self.start :])
        if not self.starts:
            self.starts = line_starts(self.text, self.start)
        return self.read

    def index(self, pos: int) -> int:
        """The line of the body that an offset is on, from 0."""
        return bisect_right(self.starts, pos) - 1

    def visible(self, pos: int) -> bool:
        """Whether a marker could count here."""
        read = self.blocks()
        index = self.index(pos)
        if read.kinds[index] not in (blocks.TEXT, blocks.HEADING):
            return False
        first = read.regions[index]
        if first not in self.hidden:
            last = first
            while last + 1 < len(read.regions) and read.regions[last + 1] == first:
                last += 1
            end = self.starts[last + 1] if last + 1 < len(self.starts) else len(self.text)
            self.hidden[first] = blocks.hidden(self.text, self.starts[first], end)
        spans = self.hidden[first]
        before = bisect_right(spans, (pos, len(self.text))) - 1
        return before < 0 or spans[before][1] <= pos


def _exact(text: str, pos: int, word: str, prefixed: re.Match[str] | None) -> Marker | None:
    """The row of a bracket that is spelled as a marker is."""
    if text[pos + 1] in " \t":
        return None
    if prefixed and prefixed["gap"] == ":" and f"{prefixed['prefix']}:{prefixed['verb']}" in BY_WORD:
        return BY_WORD[f"{prefixed['prefix']}:{prefixed['verb']}"]
    if word in _WORDS:
        follows = text[pos + 1 + len(word) : pos + 2 + len(word)]
        return None if follows.isalnum() or follows in "-(" else _WORDS[word]
    identified = _IDENTIFIED.match(text, pos)
    return ENTITY_OF[identified[1]] if identified else None


def _verb(match: re.Match[str]) -> Near | None:
    """A ref or move whose verb or colon is not quite right."""
    verb, prefix = match["verb"].upper(), match["prefix"].upper()
    row = _VERBS.get(verb)
    if row is not None:
        wanted = f"[{row.word}"
        return _near(match, match[0].lstrip("[ \t"), wanted, wanted + _open(row), match.end())
    if match["gap"] != ":" or match["prefix"] != prefix:
        return None  # `[Re: your question]`
    known = [m.word for m in MARKERS if m.word.startswith(prefix + ":")]
    close = closest(verb, tuple(sorted(_VERBS)))
    fix = f"did you mean {_VERBS[close].word}?" if close else f"one of {', '.join(known)}"
    why = f"there are {', '.join(known)}" if close else ""
    return Near(VERB, match.start(), match.end(), f"{prefix}:{match['verb']}: no such verb", why, fix)


def _open(row: Marker) -> str:
    """How a ref or move goes on after its word."""
    return " …]" if row.targets else "]"


def _near(match: re.Match[str], written: str, wanted: str, whole: str, end: int) -> Near:
    why = "only the exact word is a marker"
    return Near(NEAR, match.start(), end, f"{written}: no such marker", why, f"did you mean {whole}?", wanted)


def _word(text: str, pos: int) -> Near | None:
    """A line that begins with a word close to a marker's, followed by what only a marker has: an id, or a colon."""
    match = _PLAIN.match(text, pos)
    if match is None or len(match["word"]) > LONG or (match["next"] == "]" and text[match.end() : match.end() + 1] == "("):
        return None
    word = match["word"]
    if word.isupper() and word in _VERBS and (match["id"] or word == "CONVERGE"):
        wanted = f"[{_VERBS[word].word}"
        return _near_word(match, wanted)
    close = _like(word, bool(match["id"]), match["next"])
    return _near_word(match, f"[{close}") if close else None


def _near_word(match: re.Match[str], wanted: str) -> Near:
    row = BY_WORD[wanted[1:]]
    whole = f"{wanted}{match['rest'].rstrip(' :|]')}: …]" if match["id"] else wanted + _open(row)
    return _near(match, match["word"], wanted, whole, match.end("word"))


def _like(word: str, identified: bool, follows: str) -> str:
    """The marker word that a word was meant to be, "" when it is rather a word of its own.

    With an id behind it, two wrong letters or another case are enough. Without one it must be in capitals, begin alike,
    be no plural, and be followed by a colon: `[PENSION: …]`, `[TENSIONS: …]` and `[note: …]` are nobody's markers.
    """
    if identified:
        return closest(word.upper(), _MEANT)
    if not word.isupper() or follows != ":" or len(word) < 6 or word[:-1] in _WORDS:
        return ""
    close = closest(word, _MEANT)
    return close if close[:1] == word[0] else ""


_MEANT = tuple(m.word for m in _WORDS.values() if m.shape in (ENTITY, STANCE, RULING, ACT))


@functools.lru_cache(maxsize=1024)
def closest(word: str, words: tuple[str, ...]) -> str:
    """The one of `words` that at most two edits make of `word` (one, when it has at most six letters); "" for none."""
    best, least = "", 3
    for other in words:
        limit = 2 if len(other) > 6 else 1
        distance = _distance(word, other, min(limit, least - 1))
        if distance <= limit and distance < least:
            best, least = other, distance
    return best


def _distance(a: str, b: str, limit: int) -> int:
    """The edit distance (Levenshtein), or more than `limit` as soon as it must be."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    row = list(range(len(b) + 1))
    for i, char in enumerate(a, 1):
        above, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (char != other))
        if min(row) > limit:
            return limit + 1
    return row[-1]


def beyond(source: Source) -> int | None:
    """The line of the file from which on the text is nested too deeply, or too long, to be read; None for none.

    Asks only of files whose blocks were read by markdown-it, which is where it can happen.
    """
    if source.blocks is None or source.blocks.beyond < 0:
        return None
    return source.line + source.blocks.beyond


def lines_of(nears: list[Near], text: str) -> Iterator[tuple[Near, int, int]]:
    """Each near miss with its line and column, from 1."""
    line, at = 1, 0
    for near in nears:
        line += text.count("\n", at, near.pos)
        at = near.pos
        yield near, line, near.pos - text.rfind("\n", 0, near.pos)
