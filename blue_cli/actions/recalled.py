"""Rows of the projection become as much of a graph as a question looks at, so that the same code answers it as any other."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from blue_cli.dialogue.assemble import assemble
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.model import Entity, Event, Expert, Meta, Move, Ref, Standing, new
from blue_cli.dialogue.schema import EVENTS, OF_KIND
from blue_cli.dialogue.sources import NO_REGISTER, Source, Sources
from blue_cli.stores.projecting import IS_CURRENT, Asked

Row = tuple[Any, ...]

CURRENT = f"""SELECT d.dialogue, d.uid, d.id, d.native, d.rounds, d.panels, d.verdicts, d.status, d.figures
    FROM dialogues d JOIN blue_dialogues b ON {IS_CURRENT} WHERE d.exact = 1 ORDER BY d.id"""
THINGS = """SELECT dialogue, canonical_id, id, registered, author, round, number, local_id, label, path, line, at_column,
    contributors, status, judge_word, merged_into, {more} FROM {table} WHERE {where} ORDER BY dialogue, position"""
MORE = {"T": "proposed_by", "S": "stance, confidence, about"}
EVENTS_OF = """SELECT dialogue, canonical_id, type, round, actors, reference, path, line, confirms, status
    FROM {table} ORDER BY dialogue, canonical_id, position"""
NAMED = """SELECT e.dialogue, e.canonical_id, e.kind, e.id, e.registered, r.label
    FROM entities e LEFT JOIN recommendations r ON r.dialogue = e.dialogue AND r.canonical_id = e.canonical_id"""
REFS = """SELECT dialogue, source, verdict, author, type, target, misses, written, round, path, line, at_column
    FROM refs ORDER BY dialogue, position"""
MOVES = """SELECT dialogue, position, expert, round, type, target, target_expert, text, path, line, at_column
    FROM moves ORDER BY dialogue, position, part"""
EXPERTS = """SELECT dialogue, slug, role, tier, relevance, source, reason, focus, from_round, to_round, wrote
    FROM experts ORDER BY dialogue, position"""


class Known(NamedTuple):
    """A dialogue whose rows are current and say all that its files do."""

    key: int
    uid: str
    id: str
    native: int
    rounds: int
    panels: str
    verdicts: int
    status: str
    figures: str


def current(ask: Asked) -> list[Known]:
    """Every dialogue that its rows can speak for."""
    return [Known(*row) for row in ask.one(CURRENT, ())]


class Draft:
    """As much of a graph as is known so far."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.entities: dict[str, Entity] = {}
        self.standing: dict[str, Standing] = {}
        self.abouts: dict[str, str] = {}
        self.texts: dict[str, list[str]] = {}
        self.ends: dict[str, int] = {}
        self.refs: list[Ref] = []
        self.moves: list[Move] = []
        self.experts: list[Expert] = []
        self.writers: dict[int, tuple[str, ...]] = {}

    def keep(self, path: str, content: str) -> tuple[int, int]:
        """Where a content lies from now on: the files are not here, so each has a text of what was said in it."""
        begin = self.ends.get(path, 0)
        self.texts.setdefault(path, []).append(content)
        self.ends[path] = begin + len(content)
        return begin, begin + len(content)

    def graph(self) -> Graph:
        """What is known, as a graph."""
        one = self.known
        files = tuple(new(Source, ("", path, 0, "", "".join(parts), 0, 1, {}, [], None, ())) for path, parts in self.texts.items())
        panels = {int(number): tuple(slugs) for number, slugs in json.loads(one.panels).items()} if self.experts else {}
        meta = Meta(one.id, one.uid, "", experts=tuple(self.experts), panels=panels, native=bool(one.native))
        writers = {**({one.rounds - 1: ()} if one.rounds else {}), **self.writers}
        return NOTHING._replace(
            meta=meta,
            sources=NOTHING.sources._replace(meta=meta, files=files),
            entities=self.entities,
            standing=self.standing,
            abouts=self.abouts,
            refs=tuple(self.refs),
            moves=tuple(self.moves),
            writers=writers,
        )


NOTHING = assemble(Sources(Meta("", "", ""), (), (), (), NO_REGISTER, {}, ()))


def things(
    ask: Asked, known: Mapping[int, Known], kind: str, whole: bool, where: str = "1 = 1", values: Sequence[str] = ()
) -> dict[int, Draft]:
    """The entities of one kind by dialogue; with their content where they are wanted `whole`. `where` is a constant of ours."""
    more = [*([MORE[kind]] if kind in MORE else []), *(["content"] if whole else [])]
    drafts: dict[int, Draft] = {}
    question = THINGS.format(more=", ".join(more or ["1"]), table=OF_KIND[kind].name, where=where)
    for row in ask.one(question, values):
        if row[0] in known:
            draft = drafts.get(row[0]) or drafts.setdefault(row[0], Draft(known[row[0]]))
            _take(draft, kind, row, row[-1] if whole else "")
    return drafts


def _take(draft: Draft, kind: str, row: Row, content: str) -> None:
    _, name, id, registered, author, round, number, local, label, path, line, column, by, status, word, into, *more = row
    begin, end = draft.keep(path, content) if content else (0, 0)
    stance = None
    if kind == "S":
        stance = (more[0], more[1]) if more[0] else None
        if more[2]:
            draft.abouts[name] = more[2]
    proposed = _parts(more[0]) if kind == "T" else ()
    said = (name, id, kind, author, round, number, local, label, path, line, column, begin, end, bool(registered), stance)
    draft.entities[name] = new(Entity, said)
    draft.standing[name] = new(Standing, (status, _parts(by), (), word, into, proposed))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def add_events(ask: Asked, drafts: Mapping[int, Draft], kind: str) -> None:
    """What happened to the entities of one kind."""
    events: dict[tuple[int, str], list[Event]] = {}
    for key, name, type, round, actors, reference, path, line, confirms, status in ask.one(EVENTS_OF.format(table=EVENTS[kind].name), ()):
        event = Event(type, round, _parts(actors), reference, path, line, confirms, status or "")
        events.setdefault((key, name), []).append(event)
    for key, draft in drafts.items():
        for name, standing in draft.standing.items():
            draft.standing[name] = standing._replace(events=tuple(events.get((key, name), ())))


def add_names(ask: Asked, drafts: Mapping[int, Draft]) -> None:
    """How everything else is called that a list may name. It has an id and a label, and no standing: no list is about it."""
    for key, name, kind, id, registered, label in ask.one(NAMED, ()):
        draft = drafts.get(key)
        if draft and name not in draft.entities:
            draft.entities[name] = new(Entity, (name, id, kind, "", 0, 0, None, label or "", "", 0, 0, 0, 0, bool(registered), None))


def refs(ask: Asked, known: Mapping[int, Known]) -> dict[int, Draft]:
    """Every ref, by dialogue."""
    drafts: dict[int, Draft] = {}
    for key, source, verdict, author, type, target, misses, *place in ask.one(REFS, ()):
        if key in known:
            speaker = source or (f"verdict/{verdict}" if verdict is not None else f"@{author}")
            written, round, path, line, column = place
            one = Ref(speaker, type, target if target is not None else misses, written, author, round, path, line, column)
            drafts.setdefault(key, Draft(known[key])).refs.append(one)
    add_names(ask, drafts)
    return drafts


def moves(ask: Asked, known: Mapping[int, Known]) -> dict[int, Draft]:
    """Every move, by dialogue. One with several targets has as many rows."""
    drafts: dict[int, Draft] = {}
    last = None
    for key, position, expert, round, type, target, slug, *place in ask.one(MOVES, ()):
        if key in known:
            found = drafts.setdefault(key, Draft(known[key])).moves
            aims = tuple(name for name in (target, slug) if name is not None)
            before = found.pop().targets if last == (key, position) else ()
            found.append(Move(expert, round, type, before + aims, *place))
            last = key, position
    add_names(ask, drafts)
    return drafts


def experts(ask: Asked, known: Mapping[int, Known]) -> dict[int, Draft]:
    """Who is on the panels, by dialogue."""
    drafts: dict[int, Draft] = {}
    for key, slug, role, tier, *rest, wrote in ask.one(EXPERTS, ()):
        if key in known:
            draft = drafts.setdefault(key, Draft(known[key]))
            draft.experts.append(Expert(slug, role, tier, *rest))
            for number in map(int, _parts(wrote)):
                draft.writers[number] = (*draft.writers.get(number, ()), slug)
    return drafts
