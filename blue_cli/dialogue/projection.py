"""A graph as rows of the tables of `schema`: a view like every other, for whoever asks with SQL.

Every dialogue that can be read becomes rows, a flawed one too: a target that is none is NULL beside what was written. What
an engine cannot hold (NUL, half a surrogate pair, a number of 80 bits) is replaced, and the dialogue is then not `exact`:
questions about it are answered from its files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from blue_cli.dialogue import schema
from blue_cli.dialogue.convergence import status
from blue_cli.dialogue.grammar import MOVE, REF, RULING, STANCES
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.model import Entity, Event, Move, Ref, Ruling, Standing
from blue_cli.dialogue.scoreboard import NONE, Board, board
from blue_cli.dialogue.search import fold
from blue_cli.dialogue.verdicts import CONFIDENCES, verdicts

Value = str | int | float | None
Row = tuple[Value, ...]
Rows = Mapping[str, Sequence[Row]]  # by table, in the order in which they refer to each other; without the dialogue's key
LARGEST = 2**63 - 1
FILES = ("contribution/", "ruling/", "verdict/")


class About(NamedTuple):
    """What the files alone say: the uid a store knows the dialogue by, its version, and the figures of `blue stats`."""

    uid: str
    version: str
    addresses: Sequence[str]
    figures: Mapping[str, Any]


def rows(graph: Graph, about: About) -> Rows:
    """The rows of a dialogue."""
    scored = board(graph)
    found: dict[str, list[Row]] = {
        "experts": list(_experts(graph, scored)),
        "rounds": list(_rounds(scored)),
        "verdicts": list(_verdicts(graph)),
        **_entities(graph),
        "refs": [_ref(graph, *pair) for pair in enumerate(graph.refs)],
        "moves": [row for n, move in enumerate(graph.moves) for row in _move(graph, n, move)],
        "rulings": [row for n, ruling in enumerate(graph.rulings) for row in _ruling(graph, n, ruling)],
    }
    fitted = {name: [tuple(map(fitting, row)) for row in those] for name, those in found.items()}
    said = _dialogue(graph, about, fitted == found and all("," not in slug for slug in _slugs(graph)))
    row = tuple(map(fitting, said))
    fitted["dialogues"] = [row if row == said else tuple(map(fitting, _dialogue(graph, about, False)))]
    return {table.name: fitted.get(table.name, ()) for table in schema.TABLES}


def sealed(id: str, about: About) -> Rows:
    """The rows of a sealed dialogue: that it is there, and how many files it has."""
    counts = _counts(about.addresses)
    row: Row = (about.uid, id, None, None, None, None, 1, 0, 1, None, None, *counts, None, None, about.version)
    return {table.name: [row] if table.name == "dialogues" else () for table in schema.TABLES}


def fitting(value: Value) -> Value:
    """The value as every engine can hold it."""
    if isinstance(value, str):
        if value.isascii() and "\0" not in value:
            return value
        return value.replace("\0", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    if isinstance(value, int):
        return max(-LARGEST, min(LARGEST, int(value)))
    return None if value is not None and not -1e308 < value < 1e308 else value


def _slugs(graph: Graph) -> Iterator[str]:
    """Every name that stands in a list with commas."""
    for standing in graph.standing.values():
        yield from standing.contributors
        yield from standing.proposed_by
        for event in standing.events:
            yield from event.actors


def _counts(addresses: Iterable[str]) -> tuple[int, ...]:
    """How many contributions, rulings and verdicts there are."""
    return tuple(sum(address.startswith(kind) for address in addresses) for kind in FILES)


# --- the dialogue, who is in it, and its course ------------------------------------------------------------------


def _dialogue(graph: Graph, about: About, exact: bool) -> Row:
    meta = graph.meta
    last = graph.last_round
    panels = json.dumps({str(number): list(slugs) for number, slugs in meta.panels.items()})
    return (
        *(about.uid, meta.id, meta.title, meta.question, meta.created, status(graph), 0, int(exact), int(meta.native)),
        *(0 if last is None else last + 1, meta.max_rounds, *_counts(about.addresses)),
        *(panels, json.dumps(about.figures), about.version),
    )


def _experts(graph: Graph, scored: Board) -> Iterator[Row]:
    for position, e in enumerate(graph.meta.experts):
        wrote = ",".join(str(number) for number, who in sorted(graph.writers.items()) if e.slug in who)
        said = (e.slug, position, e.role, e.tier, e.source, e.relevance, e.reason, e.focus, e.from_round, e.to_round)
        yield (*said, wrote, scored.totals.get(e.slug, NONE).total)


def _rounds(scored: Board) -> Iterator[Row]:
    for row in scored.rows:
        state = row.state
        who = (",".join(slugs) for slugs in (state.panel, state.writers, state.signals))
        yield (state.round, *who, state.open_tensions, state.new_perspectives, state.velocity, state.percent, row.sum.total)


def _verdicts(graph: Graph) -> Iterator[Row]:
    """What a verdict's file says; what it resolved and rests on is asked of the other tables."""
    for v in verdicts(graph):
        confidence = v.confidence if v.confidence in CONFIDENCES else None
        said = (v.id, v.kind, v.number, v.round, v.author, v.created, v.recommendation, "\n".join(v.conditions), v.vote, confidence)
        yield (*said, ",".join(v.supporting_experts), v.supersedes, v.forced, int(v.overridden), v.path)


# --- what was said -----------------------------------------------------------------------------------------------


def _entities(graph: Graph) -> dict[str, list[Row]]:
    """The rows of `entities`, of the table of each kind, of its events, and of `contributors`."""
    texts = {source.path: source.text for source in graph.sources.files}
    found: dict[str, list[Row]] = {"entities": [], "contributors": []}
    for position, (name, e) in enumerate(graph.entities.items()):
        where = graph.standing[name]
        content = texts.get(e.path, "")[e.start : e.end]
        folded = "\n".join((e.id.lower(), name.lower(), fold(e.label), fold(content.strip())))
        found["entities"].append((name, e.kind, e.id, int(e.assigned), folded))
        found.setdefault(schema.OF_KIND[e.kind].name, []).append(_entity(graph, e, where, position, content))
        found["contributors"] += [(name, number, slug) for number, slug in enumerate(where.contributors)]
        if e.kind in schema.EVENTS:
            events = found.setdefault(schema.EVENTS[e.kind].name, [])
            events += [_event(name, number, event) for number, event in enumerate(where.events)]
    return found


def _entity(graph: Graph, e: Entity, where: Standing, position: int, content: str) -> Row:
    more: Row = ()
    if e.kind == "T":
        more = (",".join(where.proposed_by),)
    elif e.kind == "S":
        word, confidence = e.stance or (None, None)
        more = (word if word in STANCES else None, confidence, graph.abouts.get(e.canonical))
    said = (e.canonical, e.kind, position, e.id, int(e.assigned), e.local_id, e.label, content, e.author, e.round, e.number)
    stands = (",".join(where.contributors), where.status, where.judge_word, where.merged_into)
    return (*said, *stands, e.path, e.line, e.column, *more)


def _event(name: str, position: int, event: Event) -> Row:
    said = (name, position, event.type, event.round, ",".join(event.actors), event.reference)
    return (*said, event.path, event.line, event.confirms, event.status or None)


# --- what was done -----------------------------------------------------------------------------------------------


def is_legal(graph: Graph, shape: str, type: str, source: str | None, target: str | None) -> bool:
    """Whether the verb may be about this thing, by kind alone."""
    entity = graph.entities.get(target or "")
    if entity is None:
        return False
    allowed = schema.LEGAL.get((shape, type), "")
    if allowed == "=":
        return source in graph.entities and graph.entities[source or ""].kind == entity.kind
    return entity.kind in allowed


def _aimed(graph: Graph, shape: str, type: str, source: str | None, target: str | None) -> tuple[Value, Value]:
    """The columns `target` and `target_kind`."""
    if target is not None and is_legal(graph, shape, type, source, target):
        return target, graph.entities[target].kind
    return None, None


def _known(graph: Graph, name: str | None) -> str | None:
    return name if name in graph.entities else None


def _ref(graph: Graph, position: int, r: Ref) -> Row:
    source = _known(graph, r.source)
    kind = graph.entities[source].kind if source else None
    verdict = r.source.partition("/")[2] if r.source.startswith("verdict/") else None
    target, target_kind = _aimed(graph, REF, r.type, source, r.target)
    misses = r.target if target is None else None
    return (position, source, kind, verdict, r.author, r.type, target, target_kind, misses, r.written, r.round, r.path, r.line, r.column)


def _move(graph: Graph, position: int, m: Move) -> Iterator[Row]:
    for part, name in enumerate(m.targets or (None,)):
        aimed = _aimed(graph, MOVE, m.type, None, name)
        expert = name if name is not None and aimed[0] is None else None
        yield (position, part, m.expert, m.round, m.type, *aimed, expert, m.text, m.path, m.line, m.column)


def _ruling(graph: Graph, position: int, r: Ruling) -> Iterator[Row]:
    for part, name in enumerate(r.targets or (None,)):
        aimed = _aimed(graph, RULING, r.type, None, name)
        said = (_known(graph, r.into), _known(graph, r.via), r.reason, r.author, r.round)
        yield (position, part, r.type, *aimed, *said, r.path, r.line, r.column)
