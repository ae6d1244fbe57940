"""What an expert must read before writing: selected, and put in order by what it has to do with them.

Nothing of the round that they are about to write in is looked at: within a round the experts have not seen each
other (FORMAT.md, section 3). The graph itself is folded from the earlier rounds alone, so that no status, no event
and no id can tell what somebody else has just said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from blue_cli.dialogue.assemble import assemble
from blue_cli.dialogue.convergence import next_round
from blue_cli.dialogue.grammar import KIND_NAMES, KIND_WORD, UNSETTLED
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import JUDGE
from blue_cli.dialogue.model import Entity, Expert, Move, Ref, Register, RegisterRow
from blue_cli.dialogue.scores import FILE
from blue_cli.dialogue.sources import Source, Sources

REMARKS = ""  # the kind of what was said outside of any entity
TAKEN_BACK = ("conceded", "withdrawn", "rejected", "refuted", "merged")
FAR = 1 << 30  # the distance of what has nothing to do with the expert at all


class Item(NamedTuple):
    """One thing to read. `name` is a canonical id, else the path of the remarks; `why` says what the expert owes it."""

    name: str
    id: str
    kind: str
    status: str
    by: tuple[str, ...]
    round: int
    label: str
    text: str
    why: tuple[str, ...] = ()


class Reading(NamedTuple):
    """What there is to read for one expert before they write in `round`; each part in the order of its weight.

    graph   what they may see, folded
    brief   tensions and where they stand, for whoever has not written before (`new`)
    """

    expert: Expert
    round: int
    graph: Graph
    new: bool
    answer: tuple[Item, ...]
    own: tuple[Item, ...]
    brief: tuple[Item, ...]
    rest: tuple[Item, ...]


# --- whose turn, and what may be seen ------------------------------------------------------------------------


def outline(sources: Sources) -> Graph:
    """Who wrote when and what was decided, without reading what they said."""
    return assemble(sources._replace(files=tuple(s._replace(marks=[]) for s in sources.files), rulings=()))


def turn(sources: Sources, slug: str) -> tuple[int | None, tuple[str, ...]]:
    """The round an expert writes next, or None with the names of who is still missing."""
    return next_round(outline(sources), slug)


def round_under_way(sources: Sources) -> int:
    """The round that the panel writes next: the last one while somebody is missing from it."""
    graph = outline(sources)
    last = graph.last_round
    if last is None:
        return 0
    turns = [next_round(graph, slug)[0] for slug in graph.panel(last)]
    return min((n for n in turns if n is not None), default=last + 1)


def visible(sources: Sources, slug: str, round: int) -> Sources:
    """What may be seen by whoever writes in a round: the rounds before it; by the judge also the round itself, as soon as
    its whole panel has written."""
    seen = round - 1
    if slug == JUDGE:
        graph = outline(sources)
        written = graph.writers.get(round, ())
        seen += bool(written) and all(member in written for member in graph.panel(round))
    register = sources.register
    if not sources.meta.native and any(s.round > seen for s in sources.files):
        register = Register(tuple(_until(register.rows, seen)), min(seen, register.last_named or 0))
    return sources._replace(
        files=tuple(s for s in sources.files if s.round <= seen),
        rulings=tuple(s for s in sources.rulings if s.round <= seen),
        verdicts=tuple(s for s in sources.verdicts if s.round <= seen),
        register=register,
    )


def _until(rows: Iterable[RegisterRow], seen: int) -> Iterator[RegisterRow]:
    """The rows of an older register as they can have stood after a round: what is not dated may be of a later one."""
    for row in rows:
        raised = row.id_round if row.raised is None else row.raised
        if raised is not None and raised <= seen:
            known = row.settled is not None and row.settled <= seen
            yield row if known else row._replace(status=None, judge_word=None, settled=None)


# --- the selection -------------------------------------------------------------------------------------------


def read(sources: Sources, expert: Expert, round: int) -> Reading:
    """Everything an expert may read before a round, sorted into what they must answer, what is theirs, and the rest."""
    graph = assemble(visible(sources, expert.slug, round))
    shelf = _Shelf(graph)
    owed = _owed(graph, expert.slug)
    answer = [shelf.item(name, tuple(why)) for name, why in owed.items()]
    own = [e.canonical for e in _mine(graph, expert.slug) if e.canonical not in owed]
    new = bool(graph.writers) and expert.slug not in {s.author for s in graph.sources.files}.union(*graph.writers.values())
    taken = {*owed, *own}
    brief = [e.canonical for e, _ in graph.of_kind("T") if e.canonical not in taken] if new else []
    taken.update(brief)
    rest = [name for name in _by_distance(graph, shelf, {*owed, *own}) if name not in taken]
    own.sort(key=lambda n: -graph.entities[n].round)
    own_items, brief_items, others = (tuple(map(shelf.item, names)) for names in (own, brief, rest))
    return Reading(expert, round, graph, new, tuple(answer), own_items, brief_items, others)


class _Shelf:
    """Items by name, from the texts that the graph was read from."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.files: dict[str, Source] = {s.path: s for s in (*graph.sources.files, *graph.sources.rulings)}
        self.inside: dict[str, list[Entity]] = {}
        for entity in graph.entities.values():
            self.inside.setdefault(entity.path, []).append(entity)

    def item(self, name: str, why: tuple[str, ...] = ()) -> Item:
        """An entity, or what was said outside of all entities in a file."""
        entity = self.graph.entities.get(name)
        if entity is None:
            said = self.files[name]
            return Item(name, "", REMARKS, "", (said.author,), said.round, "", self.remarks(said), why)
        standing = self.graph.standing[name]
        source = self.files.get(entity.path)  # a row of an older register has no text of its own
        text = source.text[entity.start : entity.end].strip() if source else ""
        by = standing.contributors or (entity.author,)
        return Item(name, self.graph.shown(name), entity.kind, standing.status, by, entity.round, entity.label, text, why)

    def remarks(self, source: Source) -> str:
        """The body of a file without its entities and headings."""
        parts, at = [], source.start
        for entity in sorted(self.inside.get(source.path, ()), key=lambda e: e.start):
            begin = source.text.rfind("\n", 0, entity.start) + 1
            parts.append(source.text[at : max(at, begin)])
            at = max(at, entity.end)
        parts.append(source.text[at:])
        blocks = re.split(r"\n{2,}", "\n\n".join(part.strip() for part in parts))
        return "\n\n".join(block for block in blocks if block.strip() and not re.fullmatch(r"\s*(#{1,6} .*|[-*_]{3,})\s*", block))


def _mine(graph: Graph, slug: str) -> Iterator[Entity]:
    """What an expert stands by."""
    for name, entity in graph.entities.items():
        where = graph.standing[name]
        if slug in (entity.author, *where.contributors) and where.status not in TAKEN_BACK:
            yield entity


# --- what must be answered -----------------------------------------------------------------------------------

_ASKS = {"oppose": "opposes", "question": "questions", "challenge": "challenges", "request": "asks something of"}


def _owed(graph: Graph, slug: str) -> dict[str, list[str]]:
    """Canonical id, or path of remarks → why an answer is due: open tensions first, then what was said against one's own,
    the latest first."""
    owed: dict[str, list[str]] = {}
    for entity, where in graph.of_kind("T"):
        if where.status in UNSETTLED and (why := _tension(graph, entity, slug)):
            owed.setdefault(entity.canonical, []).extend(why)
    for _, source, said in sorted(_against(graph, slug), key=lambda found: -found[0]):
        reasons = owed.setdefault(source, [])
        if said not in reasons:
            reasons.append(said)
    return owed


def _tension(graph: Graph, entity: Entity, slug: str) -> list[str]:
    """Why an open tension is this expert's to answer; nothing when it is not."""
    where = graph.standing[entity.canonical]
    proposed = ", ".join(where.proposed_by)
    mine = slug in where.contributors
    if slug == JUDGE:
        return [f"{proposed} proposed a resolution: confirm it or not" if proposed else "a ruling would settle it"]
    if mine and proposed:
        return [f"you raised it, and {proposed} proposed a resolution: confirm it or not"]
    if mine:
        return ["you raised it"]
    named = re.search(rf"(?<![\w-])@{re.escape(slug)}(?![\w-])", f"{entity.label}\n{graph.content(entity)}", re.I)
    return ["it names you"] if named else []


def _against(graph: Graph, slug: str) -> Iterator[tuple[int, str, str]]:
    """(round, where it was said, what it is) of every objection, question, challenge and request to this expert that they
    have not answered."""
    aimed_at, kept = _answered(graph, slug)
    for round, author, type, target, source, path in _edges(graph):
        if type not in _ASKS or author == slug:
            continue
        mine = target == f"@{slug}" or _stands(graph, target, slug)
        if mine and max(aimed_at.get(source, -1), kept.get(target, -1)) <= round:
            whose = "you" if target.startswith("@") else f"your {graph.shown(target)}"
            yield round, source if source in graph.entities else path, f"{_ASKS[type]} {whose}"


def _stands(graph: Graph, name: str, slug: str) -> bool:
    """Whether this is the expert's, and they still stand by it."""
    entity = graph.entities.get(name)
    if entity is None:
        return False
    where = graph.standing[name]
    return slug in (entity.author, *where.contributors) and where.status not in TAKEN_BACK


_KEEPS = ("defend", "concede", "refine", "support")


def _answered(graph: Graph, slug: str) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """The latest round in which an expert aimed anything at a thing; the latest in which they held on to it, sharpened it or
    gave it up."""
    aimed_at: dict[str, int] = {}
    kept: dict[str, int] = {}
    for round, author, type, target, _, _ in _edges(graph):
        if author == slug:
            aimed_at[target] = max(round, aimed_at.get(target, 0))
            if type in _KEEPS:
                kept[target] = max(round, kept.get(target, 0))
    return aimed_at, kept


Edge = tuple[int, str, str, str, str, str]  # round, author, type, target, source ("" outside of entities), path


def _edges(graph: Graph) -> Iterator[Edge]:
    """Refs and moves alike, by their targets; what leads nowhere is left out."""
    both: tuple[tuple[Ref | Move, tuple[str, ...]], ...] = (
        *((r, (r.target,)) for r in graph.refs if r.target),
        *((m, m.targets) for m in graph.moves),
    )
    for act, targets in both:
        source = act.source if act.source in graph.entities else ""
        author = act.author if isinstance(act, Ref) else act.expert
        for target in targets:
            yield act.round, author, act.type, target, source, act.path


# --- the rest, by distance -----------------------------------------------------------------------------------


def _by_distance(graph: Graph, shelf: _Shelf, anchors: set[str]) -> list[str]:
    """Everything, nearest to the anchors first; of what is equally far the unsettled first, then the newest."""
    steps = _steps(graph, shelf, anchors)
    spoken = [path for path, s in shelf.files.items() if f"#{FILE}" not in s.address and shelf.remarks(s)]
    entities = graph.entities

    def order(name: str) -> tuple[int, int, int, str]:
        far = steps.get(name, FAR)
        if name in entities:
            entity, status = entities[name], graph.standing[name].status
            return far, 0 if status in UNSETTLED else 1, -entity.round, f"{entity.kind} {entity.id}"
        return far, 2, -shelf.files[name].round, name

    return sorted([*entities, *spoken], key=order)


def _steps(graph: Graph, shelf: _Shelf, anchors: set[str]) -> dict[str, int]:
    """Name → how many refs or moves away it is from the nearest anchor, whichever way they point."""
    near: dict[str, set[str]] = {}
    joined = [(source or path, target) for _, _, _, target, source, path in _edges(graph)]
    joined += [(r.path, target) for r in graph.rulings for target in r.targets]
    for a, b in joined:
        if b in graph.entities and (a in graph.entities or a in shelf.files):
            near.setdefault(a, set()).add(b)
            near.setdefault(b, set()).add(a)
    steps = dict.fromkeys(anchors, 0)
    edge = list(anchors)
    while edge:
        found = {n for name in edge for n in near.get(name, ()) if n not in steps}
        steps.update(dict.fromkeys(found, steps[edge[0]] + 1))
        edge = list(found)
    return steps


def kind_word(kind: str, many: bool = False) -> str:
    """What items of a kind are called."""
    words = KIND_NAMES if many else KIND_WORD
    return words.get(kind, "remarks")
