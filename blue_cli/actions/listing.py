"""Lists: rows or JSON items of one kind of thing, from one dialogue or from all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from blue_cli.actions.everywhere import ask
from blue_cli.actions.load import load
from blue_cli.stores.base import Store
from blue_cli.views.items import LISTS, Cells, Filter


class Listed(NamedTuple):
    """A list: rows for text or items for JSON (the other is empty), how many of each status there are, and whether
    everything could be read."""

    rows: list[Cells]
    items: list[dict[str, Any]]
    counts: Mapping[str, int | None]
    complete: bool


def list_things(store: Store, noun: str, wanted: Filter, uid: str | None, json: bool, processes: int = 1) -> Listed:
    """The things of one noun (`LISTS`): of the dialogue `uid`, or of every dialogue when it is None."""

    def question(store: Store, uid: str) -> tuple[list[Cells], list[dict[str, Any]], dict[str, int], bool]:
        return _answer(store, noun, wanted, uid, json)

    answers = [question(store, uid)] if uid is not None else ask(store, question, processes)
    rows: list[Cells] = []
    items: list[dict[str, Any]] = []
    counts: dict[str, int] = {}
    complete = True
    for some_rows, some_items, some_counts, whole in answers:
        rows += some_rows
        items += some_items
        complete = complete and whole
        for status, n in some_counts.items():
            counts[status] = counts.get(status, 0) + n
    return Listed(rows, items, dict.fromkeys(counts) if not complete else counts, complete)


def _answer(
    store: Store, noun: str, wanted: Filter, uid: str, json: bool
) -> tuple[list[Cells], list[dict[str, Any]], dict[str, int], bool]:
    listing = LISTS[noun]
    graph = load(store, uid, only=listing.kind if listing.kind == "T" and not json else "")
    found = list(listing.find(graph, wanted))
    rows = [] if json else [listing.cells(graph, thing) for thing in found]
    items = [listing.document(graph, thing) for thing in found] if json else []
    counts = graph.counts(listing.kind) if listing.kind else {}
    return rows, items, counts, graph.complete
