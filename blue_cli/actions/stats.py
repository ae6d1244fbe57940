"""Figures: of one dialogue, or of all of them and their sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from blue_cli.actions.everywhere import ask
from blue_cli.actions.load import load
from blue_cli.dialogue.convergence import status
from blue_cli.dialogue.grammar import KIND_NAMES, UNSETTLED
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import JUDGE
from blue_cli.dialogue.links import DOUBTS, Links
from blue_cli.dialogue.model import Standing
from blue_cli.dialogue.scores import scores
from blue_cli.stores.base import Store

if TYPE_CHECKING:
    from blue_cli.actions.projected import Projection

Figures = dict[str, Any]  # str → int, or again such a dict: what can be added up, and what `marshal` carries


class Stats(NamedTuple):
    """`lines`: (dialogue, status, its figures) each; `sums`: all of them added up. `complete`: whether everything could be
    read."""

    lines: list[tuple[str, str, Figures]]
    sums: Figures
    complete: bool


def stats(store: Store, uid: str | None, processes: int = 1, projection: Projection | None = None) -> Stats:
    """The figures of the dialogue `uid`, or of every dialogue when it is None, as far as possible by the projection."""
    answers = [_answer(store, uid)] if uid is not None else list(ask(store, _answer, processes, _known(projection)))
    sums: Figures = {}
    for _, _, figures, _ in answers:
        _add(sums, figures)
    return Stats([answer[:3] for answer in answers], sums, all(answer[3] for answer in answers))


def _known(projection: Projection | None) -> Mapping[str, tuple[str, str, Figures, bool]]:
    if projection is None:
        return {}
    from blue_cli.actions.projected import figures

    return figures(projection)


def _answer(store: Store, uid: str) -> tuple[str, str, Figures, bool]:
    graph = load(store, uid)
    return graph.meta.id, status(graph), count(graph), graph.complete


def _add(sums: Figures, more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict):
            _add(sums.setdefault(key, {}), value)
        else:
            sums[key] = sums.get(key, 0) + value


def count(graph: Graph) -> Figures:
    """The figures of one dialogue.

    `age` is the rounds that its open tensions have been open for, all together; `doubts` are objections, questions and
    challenges, and `answered` how many of them somebody has answered (`Links.unanswered`).
    """
    last = graph.last_round
    opened = [e for e, s in graph.of_kind("T") if s.status in UNSETTLED]
    links = Links(graph)
    doubts = [link for link in links.all if link.type in DOUBTS]
    return {
        "contributions": len(graph.sources.files),
        "rounds": 0 if last is None else last + 1,
        "kinds": {name: graph.counts(letter) for letter, name in KIND_NAMES.items()},
        "refs": _tally(ref.type for ref in graph.refs),
        "moves": _tally(move.type for move in graph.moves),
        "doubts": len(doubts),
        "answered": len(doubts) - sum(map(links.unanswered, doubts)),
        "open_tensions": len(opened),
        "age": sum(max(0, (last or 0) - e.round) for e in opened),
        "experts": _experts(graph),
    }


def _tally(words: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return counts


def _experts(graph: Graph) -> dict[str, Figures]:
    """What each one did: everybody on the panel, the judge where they wrote, and whoever wrote without being asked."""
    members = dict.fromkeys([*(e.slug for e in graph.meta.experts), *sorted({s.author for s in graph.sources.files}), JUDGE])
    found = {slug: _nothing() for slug in members}

    for slug, what, times in _deeds(graph):
        if slug in found:
            found[slug][what] += times
    return {slug: figures for slug, figures in found.items() if slug != JUDGE or any(figures.values())}


def _deeds(graph: Graph) -> Iterator[tuple[str, str, int]]:
    """(who, what of `_nothing`, how often), one by one."""
    for source in graph.sources.files:
        yield source.author, "contributions", 1
    for name, entity in graph.entities.items():
        yield entity.author, KIND_NAMES[entity.kind], 1
        for slug in _settlers(graph.standing[name]) if entity.kind == "T" else ():
            yield slug, "resolved", 1
    for slugs in graph.signals.values():
        yield from ((slug, "signals", 1) for slug in slugs)
    for by_expert in scores(graph.sources).by_round.values():
        yield from ((slug, "score", score.total) for slug, score in by_expert.items())


def _settlers(where: Standing) -> tuple[str, ...]:
    """Who resolved a tension that is resolved."""
    if where.status != "resolved":
        return ()
    return next((event.actors for event in reversed(where.events) if event.type == "resolved"), ())


def _nothing() -> Figures:
    return {"contributions": 0, **dict.fromkeys(KIND_NAMES.values(), 0), "resolved": 0, "signals": 0, "score": 0}
