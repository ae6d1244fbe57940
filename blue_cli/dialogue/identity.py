"""Who is who: local numbers in one file, display ids across the files of a round (FORMAT.md, section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from blue_cli.dialogue.grammar import ENTITY, STANCE
from blue_cli.dialogue.ids import BARE, JUDGE, LAST_NUMBER, display, local
from blue_cli.dialogue.markers import Mark


class Numbered(NamedTuple):
    """One entity marker with its local number. `doubled`: it wanted a number that was taken."""

    mark: Mark
    kind: str
    number: int
    doubled: bool = False


class Numbering(NamedTuple):
    """The entities of one file by position, and the marks that define nothing since another's name is on them."""

    entities: tuple[Numbered, ...]
    foreign: tuple[Mark, ...]


def number(marks: Sequence[Mark], author: str) -> Numbering:
    """Local numbers of one file: canonical spellings claim theirs first, then `T01`, then what has none, by position."""
    mine = [m for m in marks if m.row.shape in (ENTITY, STANCE)]
    foreign = tuple(m for m in mine if m.author and m.author != author)
    if foreign:
        mine = [m for m in mine if not m.author or m.author == author]
    wishes = [wish(m) for m in mine]
    taken: dict[str, set[int]] = {}
    given: list[int] = [0] * len(mine)
    doubled: set[int] = set()
    for canonical in (True, False):
        for i, mark in enumerate(mine):
            if bool(mark.author) == canonical and wishes[i]:
                if wishes[i] in taken.setdefault(mark.row.letter, set()):
                    doubled.add(i)
                else:
                    given[i] = wishes[i]
                    taken[mark.row.letter].add(wishes[i])
    for i, mark in enumerate(mine):
        if not given[i]:
            used = taken.setdefault(mark.row.letter, set())
            given[i] = max(used, default=0) + 1
            used.add(given[i])
    entities = (Numbered(m, m.row.letter, n, i in doubled) for i, (m, n) in enumerate(zip(mine, given, strict=True)) if n <= LAST_NUMBER)
    return Numbering(tuple(entities), foreign)


def wish(mark: Mark) -> int:
    """The local number that an entity's id asks for; 0 when it is missing or odd."""
    if mark.author:
        digits = mark.written.rpartition("-")[2][1:]
    else:
        if not mark.written or mark.written[0] != mark.row.letter or not mark.written[1:].isdigit():
            return 0
        digits = mark.written[1:]
    asked = int(digits[2:] if len(digits) >= 4 else digits)
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


def displays(files: Iterable[FileIds]) -> tuple[list[list[tuple[str, bool]]], dict[tuple[int, str], int]]:
    """For each file, in the order given, (display id, whether it is assigned) of each entity; and the highest
    assigned number by round and kind.

    Unassigned ones count on from the highest assigned, by slug among experts, the judge last.
    """
    files = list(files)
    highest: dict[tuple[int, str], int] = {}
    for f in files:
        for key, value in f.ids.items():
            if is_assignment(key, value, f.round):
                place = (f.round, key[0])
                highest[place] = max(highest.get(place, 0), int(value[3:]))
    next_free = dict(highest)
    out: list[list[tuple[str, bool]]] = [[] for _ in files]
    order = sorted(range(len(files)), key=lambda i: (files[i].round, files[i].author == JUDGE, files[i].author))
    for i in order:
        f = files[i]
        for entity in f.entities:
            value = f.ids.get(local(entity.kind, entity.number))
            if value is not None and is_assignment(entity.kind + "1", value, f.round):
                out[i].append((value, True))
                continue
            place = (f.round, entity.kind)
            next_free[place] = next_free.get(place, 0) + 1
            out[i].append((display(entity.kind, f.round, next_free[place]), False))
    return out, highest


def is_assignment(key: str, value: object, round: int) -> bool:
    """Whether an entry of `ids:` can stand: a display id of the key's kind and the file's round."""
    return (
        isinstance(value, str)
        and bool(BARE.fullmatch(key) or len(key) == 2)
        and value[:1] == key[:1]
        and value[1:].isascii()
        and value[1:].isdigit()
        and len(value) >= 5
        and value[1:3] == f"{round:02d}"
        and int(value[3:]) > 0
    )
