"""Questions to all dialogues in DynamoDB: a request for fifty of them, and what their own partitions say, byte for byte."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import pytest

from blue_cli.actions import recalled
from blue_cli.actions.listing import list_things
from blue_cli.actions.projecting import Graphs, condition
from blue_cli.actions.stats import stats
from blue_cli.dialogue.ids import uuid7
from blue_cli.dialogue.schema import TABLES
from blue_cli.errors import Unavailable
from blue_cli.stores import dynamo_answers, dynamo_wire
from blue_cli.stores.dynamo_answers import ANSWERS
from blue_cli.stores.dynamo_items import DIRECTORY, key, place
from blue_cli.stores.dynamo_projection import FLAG, form
from blue_cli.stores.dynamodb import DynamoStore
from blue_cli.stores.memory import MemoryStore
from blue_cli.stores.projecting import Asked
from blue_cli.views.items import Filter
from tests.dialogue.build import panel
from tests.dialogue.judged import AGREED, with_verdict
from tests.stores.dynamo import Watched, dynamo, endpoint, everything, new_table, plain  # noqa: F401 - a fixture
from tests.stores.projections import assert_same, blobs, fill, of

pytestmark = pytest.mark.usefixtures("dynamo")
FILES = panel({"muffin": "[TENSION T01: é 100%]\n[STANCE S01: HOLD]\nx\n", "scone": "[RE:SUPPORT MUFFIN-T0001] [RE:RESOLVE T99]\n"})


def filled(*dialogues: Any) -> tuple[str, DynamoStore]:
    """A table of these dialogues, with their rows; without indexes, which nobody asks here."""
    url = new_table()
    store = plain(url)
    store.wire.batch([{**key(DIRECTORY, FLAG), "form": {"S": form(Graphs())}}])
    for number, files in enumerate(dialogues):
        store.create(uuid7(number, number), f"d{number}", blobs(files, uuid7(number, number)))
        store.project(uuid7(number, number), Graphs())
    store.projector = Graphs
    return url, store


@cache
def filled_once(endpoint: str) -> tuple[str, DynamoStore]:
    """The same table for tests that change only its `answers`."""
    return filled(FILES)


class Inside(NamedTuple):
    """A store whose every question is about one moment: that of a transaction under way."""

    ask: Asked
    texts: bool

    def moment(self, work: Callable[[Asked], Any]) -> Any:
        return work(self.ask)


def loads(url: str) -> list[str]:
    """What is sent for a list of all tensions."""
    watched = Watched(url)
    watched.store.projector = Graphs
    with_rows = list_things(watched.store, "tensions", Filter(all=True), None, True, 1, of(watched.store))
    assert with_rows == list_things(plain(url), "tensions", Filter(all=True), None, True, 1, None)
    return watched.sent


def test_the_rows_say_what_the_partitions_say() -> None:
    """Every question there is, to the rows that one reading brings, and to the same dialogues in memory."""
    dialogues = (AGREED, with_verdict(AGREED), FILES, panel({"muffin": "[TENSION T01: a\x00b]\n"}))
    _, store = filled(*dialogues)
    memory: Any = MemoryStore()
    fill(memory, dialogues)
    answered = store.moment(lambda ask: assert_same(memory, of(Inside(ask, store.texts))) or len(recalled.current(ask)))
    assert answered == 4


def test_fifty_dialogues_are_one_request(monkeypatch: pytest.MonkeyPatch) -> None:
    assert dynamo_wire.GETS == 100, "two items of each"
    monkeypatch.setattr(dynamo_wire, "GETS", 10)
    url, _ = filled(*[FILES] * 7)
    assert loads(url) == ["GetItem", "Query", "BatchGetItem", "BatchGetItem", "Query"]


def test_only_what_is_behind_is_asked_itself() -> None:
    url, store = filled(FILES, AGREED, AGREED)
    store.projector = None
    store.commit(uuid7(1, 1), store.load(uuid7(1, 1)).version, {"contribution/03#muffin": b"[TENSION T01: new]\n"})
    assert loads(url) == ["GetItem", "Query", "BatchGetItem", "Query", "Query"]


def test_without_a_projection_one_item_is_asked_for_in_vain() -> None:
    url = new_table()
    plain(url).create(uuid7(0, 0), "d", blobs(FILES, uuid7(0, 0)))
    assert loads(url) == ["GetItem", "Query", "Query"]


def test_figures_are_in_the_rows_and_words_are_in_the_files() -> None:
    url, _ = filled(FILES)
    watched = Watched(url)
    watched.store.projector = Graphs
    stats(watched.store, None, 1, of(watched.store))
    assert watched.sent == ["GetItem", "Query", "BatchGetItem", "Query"]
    watched.sent.clear()
    list_things(watched.store, "stances", Filter(), None, True, 1, of(watched.store))
    assert watched.sent == ["Query", "Query"]


def test_what_an_answer_leaves_is_asked_for_again() -> None:
    url, _ = filled(FILES, AGREED)
    watched = Watched(url)
    watched.store.projector = Graphs
    wire = watched.store.wire
    real = wire.client.batch_get_item

    def some(RequestItems: Any) -> Any:
        keys = RequestItems[wire.target.table]["Keys"]
        answer = real(RequestItems={wire.target.table: {"Keys": keys[:1], "ConsistentRead": True}})
        return answer | {"UnprocessedKeys": {wire.target.table: {"Keys": keys[1:]}} if keys[1:] else {}}

    wire.client.batch_get_item = some
    list_things(watched.store, "tensions", Filter(), None, False, 1, of(watched.store))
    assert watched.sent == ["GetItem", "Query", *["BatchGetItem"] * 4, "Query"]


def test_an_answer_that_leaves_everything_is_asked_for_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    _, store = filled_once(endpoint())
    wire = store.wire
    left = {"Responses": {}, "UnprocessedKeys": {wire.target.table: {"Keys": [key("a", "b")]}}}
    asked: list[Any] = []
    monkeypatch.setattr(wire.client, "batch_get_item", lambda RequestItems: asked.append(RequestItems) or left, raising=False)
    with pytest.raises(Unavailable, match="does not answer for now"):
        list(wire.items([key("a", "b")]))
    assert len(asked) == dynamo_wire.TRIES


def test_a_dialogue_that_fits_into_no_item_is_asked_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamo_answers, "ITEM", 200)
    url, store = filled(FILES)
    assert ANSWERS not in {sk for _, sk in everything(url)}
    assert condition(store).behind == 0
    assert loads(url) == ["GetItem", "Query", "BatchGetItem", "Query", "Query"]


def _packed(rows: Any) -> bytes:
    return zlib.compress(json.dumps(rows).encode())


NO_ANSWERS = {
    "no JSON": b"x", "no item": None, "cut": _packed({})[:-5], "no table": _packed({}), "deep": zlib.compress(b"[" * 200_000),
    "other rows": _packed({table.name: [[1, 2]] for table in Graphs.tables}), "a bomb": zlib.compress(b" " * (17 << 20) + b"{}"),
    "a list": _packed([]), "no list": _packed({table.name: 7 for table in Graphs.tables}),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_what_blue_did_not_write_is_no_answer(name: str) -> None:
    url, store = filled_once(endpoint())
    data = NO_ANSWERS[name]
    item = {**key(place(uuid7(0, 0)), ANSWERS), "form": {"S": form(Graphs())}, **({"rows": {"B": data}} if data is not None else {})}
    store.wire.client.put_item(TableName=store.wire.target.table, Item=item)
    assert loads(url) == ["GetItem", "Query", "BatchGetItem", "Query", "Query"]


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "larger than any": lambda raw: raw + b" " * (17 << 20),
    "one row of the last table wrong": lambda raw: json.dumps(json.loads(raw) | {TABLES[-1].name: [[1]]}).encode(),
    "of another version": lambda raw: json.dumps(json.loads(raw) | {"dialogues": [[*json.loads(raw)["dialogues"][0][:-1], "v"]]}).encode(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_no_longer_what_blue_wrote_is_no_answer(change: str) -> None:
    url, store = filled_once(endpoint())
    store.project(uuid7(0, 0), Graphs())
    wire, where = store.wire, (place(uuid7(0, 0)), ANSWERS)
    item = everything(url)[where]
    packed = zlib.compress(CHANGES[change](zlib.decompress(item["rows"]["B"])))
    wire.client.put_item(TableName=wire.target.table, Item=item | {"rows": {"B": packed}})
    assert loads(url) == ["GetItem", "Query", "BatchGetItem", "Query", "Query"]
