"""Lists: rows or JSON items of one kind of thing, from one dialogue or from all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from blue_cli.actions.everywhere import ask
from blue_cli.actions.load import load
from blue_cli.dialogue.grammar import STATUSES
from blue_cli.stores.base import Store
from blue_cli.views.items import LISTS, Cells, Filter

if TYPE_CHECKING:
    from blue_cli.actions.projected import Projection

Answer = tuple[list[Cells], list[dict[str, Any]], dict[str, int], bool]  # rows, items, counts by status, whether all was read


class Listed(NamedTuple):
    """A list: rows for text or items for JSON (the other is empty), how many of each status there are, and whether
    everything could be read."""

    rows: list[Cells]
    items: list[dict[str, Any]]
    counts: Mapping[str, int | None]
    complete: bool


def list_things(
    store: Store,
    noun: str,
    wanted: Filter,
    uid: str | None,
    json: bool,
    processes: int = 1,
    projection: Projection | None = None,
) -> Listed:
    """The things of one noun (`LISTS`): of the dialogue `uid`, or of every dialogue when it is None, as far as possible by
    the projection."""

    def question(store: Store, uid: str) -> Answer:
        return _answer(store, noun, wanted, uid, json)

    if uid is not None:
        answers: Iterable[Answer] = [question(store, uid)]
    else:
        answers = ask(store, question, processes, _known(projection, noun, wanted, json))
    rows: list[Cells] = []
    items: list[dict[str, Any]] = []
    counts = dict.fromkeys(STATUSES.get(LISTS[noun].kind, ()), 0)  # also where there is no dialogue
    complete = True
    for some_rows, some_items, some_counts, whole in answers:
        rows += some_rows
        items += some_items
        complete = complete and whole
        for status, n in some_counts.items():
            counts[status] = counts.get(status, 0) + n
    return Listed(rows, items, dict.fromkeys(counts) if not complete else counts, complete)


def _known(projection: Projection | None, noun: str, wanted: Filter, json: bool) -> Mapping[str, Answer]:
    if projection is None:
        return {}
    from blue_cli.actions.projected import lists  # a list of files need not load it

    return lists(projection, noun, wanted, json)


def _answer(store: Store, noun: str, wanted: Filter, uid: str, json: bool) -> Answer:
    listing = LISTS[noun]
    graph = load(store, uid, only=listing.kind if listing.kind == "T" and not json else "")
    found = list(listing.find(graph, wanted))
    rows = [] if json else [listing.cells(graph, thing) for thing in found]
    items = [listing.document(graph, thing) for thing in found] if json else []
    counts = graph.counts(listing.kind) if listing.kind else {}
    return rows, items, counts, graph.complete
