"""Two versions of a text merged over the one that both come from, line by line. Pure, and never long on hostile texts.

A line of either side that the other did not take out is in the result (a property test holds it): what cannot be merged
stands in conflict markers as git writes them, with lines that both have written once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

SIZE = 7  # of a conflict marker, where git asks for no other
_CELLS = 40_000  # of a table of two gaps that share no line of their own
_NEAR = 3  # lines that two conflicts have between them and become one

Lines = Sequence[str]
Pairs = list[tuple[int, int]]


class Style(NamedTuple):
    """How conflicts are marked: the length of the markers and what stands behind those of each side."""

    size: int = SIZE
    ours: str = "ours"
    theirs: str = "theirs"


class Merged(NamedTuple):
    """The text, and how many conflicts stand in it."""

    text: str
    conflicts: int


def merge(base: str, ours: str, theirs: str, style: Style) -> Merged:
    """The changes of both sides to `base`; what both changed, each in its own way, between conflict markers."""
    if ours == theirs or theirs == base:
        return Merged(ours, 0)
    if ours == base:
        return Merged(theirs, 0)
    out: list[str] = []
    conflicts = 0
    for first, mine, other in _chunks(_lines(base), _lines(ours), _lines(theirs)):
        if mine in (first, other):
            out += other
        elif other == first:
            out += mine
        else:
            text, count = _marked(mine, other, style)
            out.append(text)
            conflicts += count
    return Merged("".join(out), conflicts)


def beside(ours: str, theirs: str, style: Style) -> Merged:
    """Both texts: what they share once, the rest between conflict markers."""
    return Merged(*_marked(_lines(ours), _lines(theirs), style))


def _lines(text: str) -> list[str]:
    """With their ends; only a line feed ends a line."""
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _chunks(base: Lines, ours: Lines, theirs: Lines) -> Iterator[tuple[Lines, Lines, Lines]]:
    """Pieces of the three in step: in between, each on its own, the lines that all of them have."""
    mine, other = dict(pairs(base, ours)), dict(pairs(base, theirs))
    i = j = k = 0
    for at in sorted(mine.keys() & other.keys()):
        to, too = mine[at], other[at]
        if (i, j, k) != (at, to, too):
            yield base[i:at], ours[j:to], theirs[k:too]
        yield base[at : at + 1], ours[to : to + 1], theirs[too : too + 1]
        i, j, k = at + 1, to + 1, too + 1
    yield base[i:], ours[j:], theirs[k:]


# --- conflicts -----------------------------------------------------------------------------------------------------


def _marked(ours: Lines, theirs: Lines, style: Style) -> tuple[str, int]:
    out: list[str] = []
    conflicts = 0
    for mine, other in _near_joined(_segments(ours, theirs)):
        if mine == other:
            out += mine
        else:
            out.append(_conflict(mine, other, style))
            conflicts += 1
    return "".join(out), conflicts


def _segments(ours: Lines, theirs: Lines) -> Iterator[tuple[list[str], list[str]]]:
    """What differs, and, as the same list twice, what does not."""
    j = k = 0
    same: list[str] = []
    for to, too in [*_alike(ours, theirs), (len(ours), len(theirs))]:
        if (j, k) != (to, too):
            yield same, same
            same = []
            yield list(ours[j:to]), list(theirs[k:too])
        same += ours[to : to + 1]
        j, k = to + 1, too + 1
    yield same, same


def _alike(ours: Lines, theirs: Lines) -> Pairs:
    """`pairs`, the same ones whoever merges: of two that are equally long it takes what its first argument decides."""
    if list(ours) <= list(theirs):
        return pairs(ours, theirs)
    return [(i, j) for j, i in pairs(theirs, ours)]


def _near_joined(segments: Iterator[tuple[list[str], list[str]]]) -> list[tuple[list[str], list[str]]]:
    """Without the few lines between two conflicts: a person reads one larger conflict more easily, as git has it."""
    out: list[tuple[list[str], list[str]]] = []
    for mine, other in segments:
        near = len(out) > 1 and mine != other and len(out[-1][0]) <= _NEAR and out[-2][0] != out[-2][1]
        if near:
            between, _ = out.pop()
            before, behind = out.pop()
            out.append((before + between + mine, behind + between + other))
        else:
            out.append((mine, other))
    return out


def _conflict(ours: Lines, theirs: Lines, style: Style) -> str:
    end = "\r\n" if next((line for line in (*ours, *theirs) if line), "").endswith("\r\n") else "\n"
    head, middle, tail = (mark * style.size for mark in "<=>")
    return "".join(
        (
            f"{head} {style.ours}".rstrip() + end,
            *(_ended(line, end) for line in ours),
            middle + end,
            *(_ended(line, end) for line in theirs),
            f"{tail} {style.theirs}".rstrip() + end,
        )
    )


def _ended(line: str, end: str) -> str:
    """The last line of a file may have no end, and a marker must not be glued to it."""
    return line if line.endswith("\n") else line + end


# --- which lines are the same --------------------------------------------------------------------------------------


def pairs(a: Lines, b: Lines) -> Pairs:
    """Lines of `a` and `b` that are the same, in order: by those that occur once in each ("patience"), then in between.

    Work grows with the number of lines, whatever they are; where it would not, lines count as different, which costs a
    larger conflict and loses nothing.
    """
    found: Pairs = []
    budget = 40 * (len(a) + len(b)) + 10 * _CELLS
    gaps = [(0, len(a), 0, len(b))]
    while gaps and budget > 0:
        gap = _trimmed(a, b, gaps.pop(), found)
        a0, a1, b0, b1 = gap
        budget -= 4 + a1 - a0 + b1 - b0
        if a0 == a1 or b0 == b1:
            continue
        anchors = _anchors(a, b, gap)
        if anchors:
            found += anchors
            ends = [(a0 - 1, b0 - 1), *anchors, (a1, b1)]
            gaps += [(i + 1, k, j + 1, m) for (i, j), (k, m) in pairwise(ends)]
        elif (a1 - a0) * (b1 - b0) <= min(_CELLS, budget):
            budget -= (a1 - a0) * (b1 - b0)
            found += _longest(a, b, gap)
    return sorted(found)


Gap = tuple[int, int, int, int]


def _trimmed(a: Lines, b: Lines, gap: Gap, found: Pairs) -> Gap:
    a0, a1, b0, b1 = gap
    while a0 < a1 and b0 < b1 and a[a0] == b[b0]:
        found.append((a0, b0))
        a0, b0 = a0 + 1, b0 + 1
    while a0 < a1 and b0 < b1 and a[a1 - 1] == b[b1 - 1]:
        a1, b1 = a1 - 1, b1 - 1
        found.append((a1, b1))
    return a0, a1, b0, b1


def _anchors(a: Lines, b: Lines, gap: Gap) -> Pairs:
    """Lines that occur once on each side of the gap: the longest run of them that is in order on both."""
    a0, a1, b0, b1 = gap
    once, other = Counter(a[a0:a1]), Counter(b[b0:b1])
    place = {b[j]: j for j in range(b0, b1) if other[b[j]] == 1}
    common = [(i, place[a[i]]) for i in range(a0, a1) if once[a[i]] == 1 and a[i] in place]
    tops: list[int] = []  # per length: the smallest place in `b` at which such a run ends
    ends: list[int] = []
    before: list[int] = []
    for n, (_, j) in enumerate(common):
        length = bisect_left(tops, j)
        tops[length : length + 1] = [j]
        ends[length : length + 1] = [n]
        before.append(ends[length - 1] if length else -1)
    run, at = [], ends[-1] if ends else -1
    while at >= 0:
        run.append(common[at])
        at = before[at]
    return run[::-1]


def _longest(a: Lines, b: Lines, gap: Gap) -> Pairs:
    """The longest common subsequence of a small gap."""
    a0, a1, b0, b1 = gap
    wide = b1 - b0 + 1
    table = [[0] * wide]
    for i in range(a1 - 1, a0 - 1, -1):
        row, below = [0] * wide, table[-1]
        for j in range(b1 - 1, b0 - 1, -1):
            k = j - b0
            row[k] = below[k + 1] + 1 if a[i] == b[j] else max(below[k], row[k + 1])
        table.append(row)
    found, i, j = [], a0, b0
    while i < a1 and j < b1:
        if a[i] == b[j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif table[a1 - i - 1][j - b0] >= table[a1 - i][j - b0 + 1]:
            i += 1
        else:
            j += 1
    return found
