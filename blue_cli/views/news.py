"""What happened in a dialogue, a line an event: for whoever watches it (`blue watch`). Pure; what is said is untrusted.

A dialogue keeps no times, so the order is the one of the rounds: within a round the contributions by author, then what the
judge did. What comes while somebody watches is known to be newer than what was there (`arrived`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from blue_cli.dialogue.grammar import KIND_NAMES, KIND_WORD
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import JUDGE
from blue_cli.dialogue.model import Entity, Event
from blue_cli.dialogue.scores import scores
from blue_cli.dialogue.sources import Source
from blue_cli.dialogue.verdicts import verdicts

TOGETHER = "the panel"  # who did it when several had to
PROPOSED = "would settle"  # a resolution of a tension is proposed, and not confirmed yet


class News(NamedTuple):
    """One event. `id` is the display id of what it happened to, empty when it is about no entity."""

    round: int
    by: str
    what: str
    id: str
    text: str


def news(graph: Graph) -> list[News]:
    """Everything that happened, the oldest first."""
    return [found for _, found in sorted(_placed(graph), key=lambda pair: pair[0])]


def arrived(before: Sequence[News], after: Sequence[News]) -> list[News]:
    """What is there now and was not before, the oldest first. What was taken back is no news of its own: its status is."""
    known = set(before)
    return [one for one in after if one not in known]


def cells(one: News) -> tuple[str, ...]:
    """TSV: round, by, what, id, text."""
    return (str(one.round), one.by, one.what, one.id, one.text)


# (round, 0 for contributions and 1, 2, 3 for what follows them, path, line): where an event belongs
_Place = tuple[int, int, str, int]


def _placed(graph: Graph) -> Iterator[tuple[_Place, News]]:
    yield from _written(graph)
    yield from _judged(graph)
    if graph.meta.closed:
        last = graph.last_round or 0
        yield (last, 4, "", 0), News(last, "", "closed", "", str(graph.meta.closed.get("reason") or ""))


def _written(graph: Graph) -> Iterator[tuple[_Place, News]]:
    brought: dict[str, list[str]] = {}
    for entity in graph.entities.values():
        brought.setdefault(entity.path, []).append(entity.kind)
    for source in graph.sources.files:
        if source.author != JUDGE:
            yield (source.round, 0, source.path, 0), _contribution(graph, source, brought.get(source.path, []))
    for name, where in graph.standing.items():
        entity = graph.entities[name]
        # The birth of anything but a tension is told by who wrote it.
        for event in where.events if entity.kind == "T" else where.events[1:]:
            yield _place(event), _event(graph, entity, event)


def _judged(graph: Graph) -> Iterator[tuple[_Place, News]]:
    for round, given in scores(graph.sources).by_round.items():
        for slug, score in given.items():
            yield (round, 2, slug, 0), News(round, JUDGE, "scored", "", f"{slug} {score.total}")
    for found in verdicts(graph):
        said = News(found.round, found.author, "verdict", found.id, found.recommendation)
        yield (found.round, 3, found.path, found.number), said


def _place(event: Event) -> _Place:
    late = event.actors == (JUDGE,) or event.confirms is not None  # a ruling, or what the whole round made stand
    return event.round, int(late), event.path, event.line


def _contribution(graph: Graph, source: Source, added: Sequence[str]) -> News:
    """`muffin wrote: 2 perspectives, 1 tension, signals CONVERGE`."""
    parts = [_count(added.count(kind), kind) for kind in KIND_NAMES if kind in added]
    parts += ["signals CONVERGE"] if source.author in graph.signals.get(source.round, ()) else []
    return News(source.round, source.author, "wrote", "", ", ".join(parts))


def _count(n: int, kind: str) -> str:
    return f"{n} {KIND_WORD[kind] if n == 1 else KIND_NAMES[kind]}"


def _event(graph: Graph, entity: Entity, event: Event) -> News:
    who = TOGETHER if len(event.actors) > 1 or event.confirms is not None else ", ".join(event.actors)
    what = PROPOSED if (entity.kind, event.type) == ("T", "proposed") else event.type
    return News(event.round, who, what, graph.shown(entity.canonical), entity.label)
