"""Who is who: local numbers in one file, display ids across the files of a round (FORMAT.md, section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from blue_cli.dialogue.ids import JUDGE, LAST_NUMBER, display
from blue_cli.dialogue.markers import Mark
from blue_cli.dialogue.model import new

MOST_DIGITS = 9  # of a number in an id: Python refuses to read more than 4,300


class Numbered(NamedTuple):
    """One entity marker with its local number. `doubled`: it wanted a number that was taken."""

    mark: Mark
    kind: str
    number: int
    doubled: bool = False


class Numbering(NamedTuple):
    """The entities of one file by position, and the marks that define nothing: another's name is on them, or no number is left."""

    entities: tuple[Numbered, ...]
    foreign: tuple[Mark, ...]
    beyond: tuple[Mark, ...] = ()


NOTHING = Numbering((), ())


def number(marks: Sequence[Mark], author: str, only: str = "") -> Numbering:
    """Local numbers of one file: canonical spellings claim theirs first, then `T01`, then what has none, by position.

    With `only`, of the entities of these kinds.
    """
    entities: list[Numbered] = []
    taken: set[tuple[str, int]] = set()
    for mark in marks:
        letter = mark.row.letter
        if letter and (not only or letter in only):
            asked = wish(mark)
            if not asked or (letter, asked) in taken or (mark.author and mark.author != author):
                return _contended(marks, author, only)
            taken.add((letter, asked))
            entities.append(new(Numbered, (mark, letter, asked, False)))
    return Numbering(tuple(entities), ()) if entities else NOTHING


def _contended(marks: Sequence[Mark], author: str, only: str) -> Numbering:
    """The numbering where some id is missing, odd, foreign or wanted twice."""
    named = [m for m in marks if m.row.letter and (not only or m.row.letter in only)]
    foreign = tuple(m for m in named if m.author and m.author != author)
    mine = [m for m in named if not m.author or m.author == author]
    given, doubled = _claims(mine)
    last: dict[str, int] = {}
    for i, asked in given.items():
        last[mine[i].row.letter] = max(last.get(mine[i].row.letter, 0), asked)
    for i, mark in enumerate(mine):
        if i not in given:
            given[i] = last[mark.row.letter] = last.get(mark.row.letter, 0) + 1
    entities = (Numbered(m, m.row.letter, given[i], i in doubled) for i, m in enumerate(mine) if given[i] <= LAST_NUMBER)
    beyond = tuple(m for i, m in enumerate(mine) if given[i] > LAST_NUMBER)
    return Numbering(tuple(entities), foreign, beyond)


def _claims(mine: Sequence[Mark]) -> tuple[dict[int, int], set[int]]:
    """Who gets the number that its id asks for, and whose was taken."""
    given: dict[int, int] = {}
    doubled: set[int] = set()
    taken: set[tuple[str, int]] = set()
    for canonical in (True, False):
        for i, mark in enumerate(mine):
            asked = wish(mark)
            if bool(mark.author) != canonical or not asked:
                continue
            if (mark.row.letter, asked) in taken:
                doubled.add(i)
            else:
                given[i] = asked
                taken.add((mark.row.letter, asked))
    return given, doubled


def wish(mark: Mark) -> int:
    """The local number that an entity's id asks for; 0 when it is missing or odd."""
    written = mark.written.rpartition("-")[2] if mark.author else mark.written
    digits = written[1:]
    if written[:1] != mark.row.letter or not digits.isdigit() or not digits.isascii():
        return 0
    asked = int((digits[2:] if len(digits) >= 4 else digits)[:MOST_DIGITS])
    return asked if 1 <= asked <= LAST_NUMBER else 0


def written_round(mark: Mark) -> int | None:
    """The round that an id with four or more digits names (`T0103`, `STRUDEL-T0103`), else None."""
    digits = mark.written.rpartition("-")[2][1:]
    return int(digits[:2]) if digits.isdigit() and len(digits) >= 4 else None


class FileIds(NamedTuple):
    """What display numbering needs of one file."""

    author: str
    round: int
    entities: Sequence[Numbered]
    ids: Mapping[str, str]


def displays(files: Sequence[FileIds]) -> list[list[tuple[str, bool]]]:
    """For each file, in the order given, (display id, whether it is assigned) of each entity.

    Unassigned ones count on from the highest assigned, by slug among experts, the judge last.
    """
    out: list[list[tuple[str, bool]]] = []
    missing = False
    for _, round, entities, ids in files:
        if not entities:
            out.append([])
            continue
        shown: list[tuple[str, bool]] = []
        digits = f"{round:02d}"
        for _, kind, number, _ in entities:
            value = ids.get(f"{kind}{number:02d}")
            if value is not None and is_assignment(kind + digits, value):
                shown.append((value, True))
            else:
                shown.append(("", False))
                missing = True
        out.append(shown)
    if missing:
        _count_on(files, out, highest(id for shown in out for id, assigned in shown if assigned))
    return out


def highest(assigned: Iterable[str]) -> dict[tuple[int, str], int]:
    """The highest number by round and kind among display ids that are in a file's `ids:` and name something."""
    found: dict[tuple[int, str], int] = {}
    for id in assigned:
        place = (int(id[1:3]), id[0])
        found[place] = max(found.get(place, 0), int(id[3:]))
    return found


def _count_on(files: Sequence[FileIds], out: list[list[tuple[str, bool]]], last: dict[tuple[int, str], int]) -> None:
    """Display ids for what has none assigned."""
    order = sorted(range(len(files)), key=lambda i: (files[i].round, files[i].author == JUDGE, files[i].author))
    for i in order:
        f = files[i]
        for j, entity in enumerate(f.entities):
            if not out[i][j][1]:
                place = (f.round, entity.kind)
                last[place] = last.get(place, 0) + 1
                out[i][j] = (display(entity.kind, f.round, last[place]), False)


def is_assignment(place: str, value: object) -> bool:
    """Whether an entry of `ids:` can stand: a display id of its key's kind and its file's round (`T01`)."""
    return (
        isinstance(value, str)
        and value[:3] == place
        and 5 <= len(value) <= 3 + MOST_DIGITS
        and value.isascii()
        and value[3:].isdigit()
        and value[3:].strip("0") != ""
    )
