"""Everything that was said, named: the entities of a dialogue with their local, canonical and display ids.

An older judge's register (FORMAT.md, section 7) is matched with the experts' tensions here, or brings its own.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from blue_cli.dialogue import identity, markers, resolve
from blue_cli.dialogue.grammar import ENTITY, STANCE, STANCES, VERDICT
from blue_cli.dialogue.ids import JUDGE, canonical
from blue_cli.dialogue.markers import Mark
from blue_cli.dialogue.model import Entity, RegisterRow, new
from blue_cli.dialogue.pattern import pattern
from blue_cli.dialogue.sources import Source, Sources


class Cast(NamedTuple):
    """Who is who.

    owners    for each file, offset of an entity's marker → its canonical id
    foreign   entity markers with another author's name on them, which define nothing
    beyond    markers for which no local number was left
    doubled   markers that wanted a local number that was taken
    rows      each register row with the canonical id of the tension it is about
    counting  the tensions that count, where not all do (else None)
    """

    entities: dict[str, Entity]
    owners: Sequence[Mapping[int, str]]
    foreign: tuple[tuple[Source, Mark], ...]
    doubled: tuple[tuple[Source, Mark], ...]
    rows: tuple[tuple[RegisterRow, str], ...]
    counting: frozenset[str] | None
    resolver: resolve.Resolver
    beyond: tuple[tuple[Source, Mark], ...] = ()


_STANCE = pattern(r"\s*([A-Za-z]+)\s*(?:\|\s*(\d+(?:\.\d+)?|\.\d+))?")


def cast(sources: Sources, only: str = "") -> Cast:
    """Name everything, or entities of the kinds in `only`. They come in the order of the files."""
    numberings = [identity.number(s.marks, s.author, only) for s in sources.files]
    saying = [(s, n) for s, n in zip(sources.files, numberings, strict=True) if n is not identity.NOTHING]
    shown = iter(identity.displays([identity.FileIds(s.author, s.round, n.entities, ids_of(s)) for s, n in saying]))
    entities: dict[str, Entity] = {}
    owners: list[Mapping[int, str]] = []
    for source, numbering in zip(sources.files, numberings, strict=True):
        owners.append({} if numbering is identity.NOTHING else _define(source, numbering, next(shown), entities, only))
    doubled = tuple((s, numbered.mark) for s, n in saying for numbered in n.entities if numbered.doubled)
    beyond = tuple((s, mark) for s, n in saying for mark in n.beyond)
    foreign = tuple((s, mark) for s, n in saying for mark in n.foreign)
    slugs = _slugs(sources)
    rows, counting = _match(sources, entities, slugs)
    by_number = {entities[name].number: name for row, name in rows if row.author is None}
    resolver = resolve.Resolver(entities, slugs, by_number, _spelled(rows), sources.meta.tensions == JUDGE)
    return Cast(entities, owners, foreign, doubled, rows, counting, resolver, beyond)


def ids_of(source: Source) -> Mapping[str, str]:
    """The `ids:` of a file, or nothing when it has none of the right shape."""
    ids = source.front.get("ids")
    return ids if isinstance(ids, dict) else {}


def _slugs(sources: Sources) -> frozenset[str]:
    return frozenset([e.slug for e in sources.meta.experts] + [s.author for s in sources.files]) - {JUDGE}


def _define(
    source: Source, numbering: identity.Numbering, ids: Sequence[tuple[str, bool]], entities: dict[str, Entity], only: str
) -> dict[int, str]:
    """The entities of one file, into `entities`; returns where their markers stand.

    With `only`, nobody will ask for their content, and where it ends is not looked for.
    """
    if not numbering.entities:
        return {}
    ends: Sequence[int] = [len(source.text)] if only else source.ends or content_ends(source)
    owned: dict[int, str] = {}
    author, round, path = source.author, source.round, source.path
    prefix, digits = f"{author.upper()}-", f"{round:02d}"
    for (mark, kind, number, _), (id, assigned) in zip(numbering.entities, ids, strict=True):
        _, pos, start, line, column, written, _, label = mark
        name = f"{prefix}{kind}{digits}{number:02d}"
        owned[pos] = name
        entities[name] = new(Entity, (
            name, id, kind, author, round, number, written or None, label, path,
            line, column, start, ends[bisect_left(ends, start)], assigned, stance(label) if kind == "S" else None,
        ))  # fmt: skip
    return owned


def content_ends(source: Source) -> list[int]:
    """The offsets at which the content of an entity before them ends: entities, headings, thematic breaks, the end."""
    begins = [m.pos for m in source.marks if m.row.letter and m.author in ("", source.author)]
    return sorted([*begins, *markers.stops(source.text, source.start, source.blocks), len(source.text)])


def stance(label: str) -> tuple[str, float | None] | None:
    """The stance and its confidence in a label (`APPROVE | 0.85`); None when the word is no stance."""
    match = _STANCE.match(label)
    if match is None or match[1].upper() not in STANCES:
        return None
    return match[1].upper(), float(match[2]) if match[2] else None


def about(label: str) -> str:
    """What a stance is on (`APPROVE | 0.85 on R0101`); "" when it does not say."""
    match = _STANCE.match(label)
    rest = label[match.end() :].partition(":")[0].split() if match else []
    return " ".join(rest[1:]) if rest[:1] == ["on"] else ""


# --- the older judge's register ------------------------------------------------------------------------------


def _match(
    sources: Sources, entities: dict[str, Entity], slugs: frozenset[str]
) -> tuple[tuple[tuple[RegisterRow, str], ...], frozenset[str] | None]:
    """Each register row with its tension: the expert's that its id names, else one of the judge's own."""
    if not sources.register.rows:
        judged = frozenset(n for n, e in entities.items() if e.kind == "T" and e.author == JUDGE)
        return (), judged if sources.meta.tensions == JUDGE else None
    rows: list[tuple[RegisterRow, str]] = []
    own: dict[int, str] = {}
    first_acts = _first_acts(sources, slugs)
    firsts = _firsts(entities)
    for row in sources.register.rows:
        name = _experts(row, entities, firsts) if row.author else own.get(row.number)
        if name is None and row.author is None:
            name = own[row.number] = _judges(row, entities, sources, first_acts)
        if name is not None:
            rows.append((row, name))
    if not own:
        return tuple(rows), None
    counting = frozenset(name for _, name in rows)
    for name, entity in entities.items():  # no file says which of them became which of the register's
        if entity.kind == "T" and name not in counting:
            entities[name] = entity._replace(id=name, assigned=True)
    return tuple(rows), counting


def _firsts(entities: Mapping[str, Entity]) -> dict[tuple[str, int], str]:
    """For each author and local number the earliest of their tensions."""
    firsts: dict[tuple[str, int], str] = {}
    for name, entity in entities.items():
        if entity.kind == "T":
            firsts.setdefault((entity.author, entity.number), name)
    return firsts


def _experts(row: RegisterRow, entities: Mapping[str, Entity], firsts: Mapping[tuple[str, int], str]) -> str | None:
    """The expert's tension that a row names: of the round it says, else the first of that number."""
    if row.id_round is not None:
        name = canonical(row.author or "", "T", row.id_round, row.number)
        return name if name in entities else None
    return firsts.get((row.author or "", row.number))


def _judges(row: RegisterRow, entities: dict[str, Entity], sources: Sources, first_acts: Mapping[int, int]) -> str:
    """A tension of the register's own, added to the entities."""
    from blue_cli.dialogue import older

    named = sources.named.get(f"T{row.number:02d}")
    raised = older.raised_round(row, first_acts.get(row.number), named)
    name = canonical(JUDGE, "T", raised, row.number)
    entities[name] = Entity(
        name, row.written, "T", JUDGE, raised, row.number, row.written, row.label, row.path, row.line, row.column, 0, 0, True
    )  # fmt: skip
    return name


def _first_acts(sources: Sources, slugs: frozenset[str]) -> dict[int, int]:
    """The first round after round 0 in which an act names a bare tension number."""
    first: dict[int, int] = {}
    for source in sources.files:
        if source.round == 0:
            continue
        for mark in source.marks:
            if mark.row.shape in (ENTITY, STANCE, VERDICT):
                continue
            for token in resolve.lex_act(mark.label, slugs):
                if token.form == "bare" and token.kind == "T":
                    first[token.number] = min(first.get(token.number, source.round), source.round)
    return first


def _spelled(rows: Sequence[tuple[RegisterRow, str]]) -> dict[str, str]:
    """Register rows by the spelling that names no round before the id: `MACARON-T1` (for `MACARON-T01 (R0)`)."""
    spelled: dict[str, str] = {}
    for row, name in rows:
        if row.author and not re.search(r"[ -][Rr]\d+-", row.written):
            spelled.setdefault(f"{row.author}-T{row.number}".upper(), name)
    return spelled
