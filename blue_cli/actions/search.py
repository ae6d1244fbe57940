"""Searching one dialogue, or all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from blue_cli.actions.everywhere import ask
from blue_cli.actions.load import fold
from blue_cli.dialogue.search import may_match, rank, search
from blue_cli.stores.base import Store
from blue_cli.views.search import cells, document

if TYPE_CHECKING:
    from blue_cli.actions.projected import Projection

Row = tuple[tuple[Any, ...], str, tuple[str, ...], dict[str, Any] | None]  # rank, dialogue, cells, document
Answer = tuple[list[Row], bool]


class Found(NamedTuple):
    """Hits, best first: cells of a row each, and a JSON item where items were wanted. `complete`: whether everything could be
    read."""

    rows: list[tuple[str, ...]]
    items: list[dict[str, Any]]
    complete: bool


def find_words(
    store: Store,
    words: Sequence[str],
    kind: str,
    by: str,
    uid: str | None,
    items: bool,
    processes: int = 1,
    projection: Projection | None = None,
) -> Found:
    """What matches in the dialogue `uid`, or in every dialogue when it is None, as far as possible by the projection."""

    def question(store: Store, uid: str) -> Answer:
        return _answer(store, uid, words, kind, by, items)

    known: Mapping[str, Answer] = {}
    if projection is not None and uid is None:
        from blue_cli.actions import projected

        known = projected.words(projection, words, kind, by, items)
    answers = [question(store, uid)] if uid is not None else list(ask(store, question, processes, known))
    hits = sorted((row for rows, _ in answers for row in rows), key=lambda row: row[:2])
    return Found([row[2] for row in hits], [row[3] for row in hits if row[3]], all(whole for _, whole in answers))


def _answer(store: Store, uid: str, words: Sequence[str], kind: str, by: str, items: bool) -> Answer:
    snapshot = store.load(uid)
    if not snapshot.unread and not may_match(snapshot.blobs, words):
        return [], True
    graph = fold(snapshot)
    hits = search(graph, words, kind, by)
    return [(rank(hit), graph.meta.id, cells(graph, hit), document(graph, hit) if items else None) for hit in hits], graph.complete
