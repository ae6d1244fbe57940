"""Dialogues in a store that holds a projection, and what both ways of asking all of them say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from blue_cli.actions.listing import list_things
from blue_cli.actions.projected import Projection
from blue_cli.actions.projecting import Graphs, project
from blue_cli.actions.search import find_words
from blue_cli.actions.stats import stats
from blue_cli.dialogue.grammar import STATUSES
from blue_cli.dialogue.ids import DIALOGUE, address_of, uid_in, uuid7
from blue_cli.dialogue.schema import TABLES
from blue_cli.dialogue.search import words_of
from blue_cli.stores.projecting import Asked
from blue_cli.stores.relational import RelationalStore
from blue_cli.views.items import LISTS, Filter
from tests.dialogue.build import UID

Files = Mapping[str, str | bytes]
FILTERS = (
    Filter(),
    Filter(all=True, by="muffin"),
    Filter(raised=True),
    Filter(round=1),
    Filter(statuses=frozenset({*STATUSES["T"][1:3], "support", "concede", "approve", "core"})),
)
WORDS = ("a", "muffin-t0001?", "100%", "under_score!", "é")


def blobs(files: Files, uid: str) -> dict[str, bytes]:
    """The files of a dialogue as blobs, under a uid of its own."""
    raw = {address_of(path): text if isinstance(text, bytes) else text.encode() for path, text in files.items()}
    return {address: data.replace(UID.encode(), uid.encode()) for address, data in raw.items()}


def fill(store: RelationalStore, dialogues: Iterable[Files]) -> list[str]:
    """Put each of them into the store; their uids."""
    uids = []
    for number, files in enumerate(dialogues):
        id, data = f"d{number}", blobs(files, uuid7(number, number))
        uids.append(uid_in(data.get(DIALOGUE, b""), id))
        store.create(uids[-1], id, data)
    return uids


def of(store: Any) -> Projection:
    """The store's projection, in which no dialogue is doubted."""
    return Projection(store, lambda uid, id: False)


def made(store: RelationalStore) -> int:
    """Make the projection, or bring it up to date; how many dialogues were written."""
    return list(project(store))[-1][1]  # type: ignore[arg-type]


def questions(store: RelationalStore) -> Iterator[tuple[str, Callable[[Projection | None], Any]]]:
    """Every question that can be put to all dialogues, by name."""
    for noun in LISTS:
        for wanted in FILTERS:
            for items in (False, True):
                yield (
                    f"{noun} {wanted} {items}",
                    lambda p, noun=noun, wanted=wanted, items=items: list_things(store, noun, wanted, None, items, 1, p),
                )
    yield "stats", lambda p: stats(store, None, 1, p)
    for word in WORDS:
        for kind, by in (("", ""), ("T", "muffin")):
            yield f"search {word} {kind} {by}", lambda p, w=word, k=kind, b=by: find_words(store, words_of(w), k, b, None, True, 1, p)


def assert_same(store: RelationalStore, projection: Projection | None = None) -> None:
    """The projection, that of the store itself if it is no other, says byte for byte what the partitions say."""
    projection = projection or of(store)
    for name, ask in questions(store):
        assert json.dumps(ask(projection)) == json.dumps(ask(None)), name


def dump(store: RelationalStore) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the projection, with the ids of dialogues for their keys; versions left out."""

    def work(ask: Asked) -> dict[str, list[tuple[Any, ...]]]:
        ids = dict(ask.one("SELECT dialogue, id FROM dialogues", ()))
        found = {}
        for table in TABLES:
            names = ", ".join(column.name for column in table.columns if column.name != "version")
            rows = [(ids[row[0]], *row[1:]) for row in ask.one(f"SELECT dialogue, {names} FROM {table.name}", ())]
            found[table.name] = sorted(rows, key=repr)
        return found

    return store.moment(work)


def fresh(store: RelationalStore) -> dict[str, list[tuple[Any, ...]]]:
    """The same after the projection was dropped and made again."""
    from blue_cli.actions.projecting import unproject

    unproject(store)  # type: ignore[arg-type]
    made(store)
    return dump(store)


def follow(store: RelationalStore) -> None:
    """Have writes keep the projection current, as a workspace does."""
    store.projector = Graphs
