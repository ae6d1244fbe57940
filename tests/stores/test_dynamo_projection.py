"""The projection in DynamoDB: items beside the dialogues, three sharded indexes, followed by writes, seen when it is behind."""

from __future__ import annotations

from typing import Any

import pytest

from blue_cli.actions.projecting import Graphs, condition, project, unproject
from blue_cli.dialogue.ids import uuid7
from blue_cli.errors import Unavailable
from blue_cli.stores import dynamo_projection
from blue_cli.stores.base import Snapshot
from blue_cli.stores.dynamo_items import ITEM, KEY, size
from blue_cli.stores.dynamo_projection import SHARDS, items, shard
from blue_cli.stores.dynamo_table import is_there, prepare
from blue_cli.stores.dynamo_url import target_of
from blue_cli.stores.dynamodb import DynamoStore
from blue_cli.stores.projecting import Condition
from tests.dialogue.build import panel
from tests.dialogue.judged import AGREED, with_verdict
from tests.stores.dynamo import Watched, dynamo, everything, new_table, plain  # noqa: F401 - a fixture
from tests.stores.projections import blobs

pytestmark = pytest.mark.usefixtures("dynamo")
UIDS = [uuid7(n, n) for n in range(3)]
CURRENT = Condition(True, True, 0)
OPEN = panel({"muffin": "[TENSION T01: a]\n", "scone": "[TENSION T01: b]\n"})


@pytest.fixture
def url() -> str:
    return new_table()


@pytest.fixture
def store(url: str) -> DynamoStore:
    made = plain(url)
    for number, files in enumerate((AGREED, with_verdict(AGREED), OPEN)):
        made.create(UIDS[number], f"d{number}", blobs(files, UIDS[number]))
    return made


def made(store: DynamoStore) -> int:
    return list(project(store))[-1][1]


def rows(url: str) -> dict[tuple[str, str], Any]:
    return {place: item for place, item in everything(url).items() if place[0].startswith("projection#")}


def unversioned(url: str) -> dict[tuple[str, str], Any]:
    """Without what is new each time; `rows` hold the version as well."""
    return {
        place: {name: value for name, value in item.items() if name not in ("v", "g", "sum", "rows")} for place, item in rows(url).items()
    }


def asked(store: DynamoStore, name: str, word: str) -> list[str]:
    """What an index says of a word: all shards of it."""
    found = []
    for number in range(SHARDS):
        answer = store.wire.client.query(
            TableName=store.wire.target.table,
            IndexName=name,
            KeyConditionExpression=f"{name} = :word",
            ExpressionAttributeValues={":word": {"S": f"{word}#{number}"}},
        )
        found += [item["at"]["S"] for item in answer["Items"]]
    return sorted(found)


def write(store: DynamoStore, uid: str = UIDS[2], text: bytes = b"[RESOLVED T01: done]\n") -> None:
    store.commit(uid, store.load(uid).version, {"contribution/01#muffin": text})


# --- what there is -----------------------------------------------------------------------------------------------


def test_every_row_is_an_item_of_a_partition_of_its_own(store: DynamoStore, url: str) -> None:
    before = store.load(UIDS[1]).blobs
    assert made(store) == 3
    found = rows(url)
    names = {sk.partition("#")[0] for _, sk in found}
    assert names >= {"dialogue", "tension", "ref", "event", "verdict", "recommendation", "evidence", "claim", "expert", "contributor"}
    tension = found[f"projection#{UIDS[2]}", "tension#MUFFIN-T0001"]
    assert (tension["id"], tension["status"], tension["label"]) == ({"S": "T0001"}, {"S": "open"}, {"S": "a"})
    assert found[f"projection#{UIDS[1]}", "verdict#final"]["kind"] == {"S": "final"}
    head = found[f"projection#{UIDS[2]}", "dialogue"]
    assert int(head["n"]["N"]) == sum(pk == f"projection#{UIDS[2]}" for pk, _ in found) - 1
    assert store.load(UIDS[1]).blobs == before


def test_the_indexes_find_across_dialogues_by_all_their_shards(store: DynamoStore) -> None:
    made(store)
    assert asked(store, "tensions_status", "open") == ["d2#tension#MUFFIN-T0001", "d2#tension#SCONE-T0001"]
    assert asked(store, "tensions_status", "resolved") == [f"d{n}#tension#{e}-T0001" for n in (0, 1) for e in ("MUFFIN", "SCONE")]
    assert asked(store, "dialogues_status", "open") == ["d2#dialogue"]
    assert asked(store, "contributors_expert", "scone") == [
        *(f"d{n}#contributor#SCONE-{what}#000000" for n in (0, 1) for what in ("R0001", "T0001")),
        "d2#contributor#SCONE-T0001#000000",
    ]


def test_dialogues_are_spread_over_all_shards() -> None:
    assert {shard(uuid7(n, n)) for n in range(300)} == set(range(SHARDS))


def test_it_is_dropped_without_a_trace(store: DynamoStore, url: str) -> None:
    before = everything(url)
    made(store)
    assert [unproject(store), unproject(store)] == [True, False]
    assert everything(url) == before
    table = store.wire.client.describe_table(TableName=target_of(url).table)["Table"]
    assert not table.get("GlobalSecondaryIndexes")
    assert made(store) == 3


def test_the_table_is_still_one_of_blue(store: DynamoStore, url: str) -> None:
    made(store)
    store.wire.client.put_item(TableName=target_of(url).table, Item={"pk": {"S": "x"}, "sk": {"S": "y"}})
    assert is_there(store.wire)
    assert prepare(store.wire, pause=0) is False
    unproject(store)
    assert is_there(store.wire)


def test_a_listing_does_not_see_it(store: DynamoStore) -> None:
    made(store)
    assert [row.id for row in store.dialogues()] == ["d0", "d1", "d2"]


def test_no_item_is_too_large_and_no_key_too_long() -> None:
    slug = "m" * 128
    files = panel({slug: f"[TENSION T01: {'x' * 60_000}]\n" + ("word " * 12 + "\n") * 9000})
    for item in items(Graphs(), Snapshot(UIDS[0], "d", blobs(files, UIDS[0]), "v")):
        assert size(item) <= ITEM
        assert len(item["sk"]["S"].encode()) <= KEY
        assert len(item.get("at", item["sk"])["S"].encode()) <= KEY


def test_a_text_that_is_larger_than_a_row_may_be_is_not_in_it(store: DynamoStore, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamo_projection, "TEXT", 40)
    store.commit(UIDS[2], store.load(UIDS[2]).version, {"contribution/01#muffin": b"[TENSION T01: " + b"x" * 50 + b"]\n"})
    store.project(UIDS[2], Graphs())
    tension = rows(url)[f"projection#{UIDS[2]}", "tension#MUFFIN-T0101"]
    assert "label" not in tension and tension["status"] == {"S": "open"}


# --- kept current -------------------------------------------------------------------------------------------------


def test_writes_are_followed(store: DynamoStore, url: str) -> None:
    store.projector = Graphs
    made(store)
    write(store)
    store.create(uuid7(9, 9), "new", blobs(OPEN, uuid7(9, 9)))
    store.rename(UIDS[0], "renamed")
    store.commit(UIDS[1], store.load(UIDS[1]).version, blobs(AGREED, uuid7(8, 8)), ["verdict/final"])
    assert condition(store) == CURRENT
    kept = unversioned(url)
    assert not [place for place in kept if UIDS[1] in place[0]], "the rows went with the uid"
    unproject(store)
    made(store)
    assert unversioned(url) == kept


def test_what_somebody_wrote_without_it_is_behind(store: DynamoStore) -> None:
    made(store)
    write(store)
    assert condition(store) == Condition(True, True, 1)
    assert (made(store), condition(store)) == (1, CURRENT)


def test_without_one_a_write_asks_once_more(url: str, store: DynamoStore) -> None:
    watched = Watched(url)
    watched.store.load(UIDS[2])

    def cost() -> list[str]:
        version = watched.store.load(UIDS[2]).version
        watched.sent.clear()
        watched.store.commit(UIDS[2], version, {"file/x": version.encode()})
        return list(watched.sent)

    without = cost()
    watched.store.projector = Graphs
    assert cost() == [*without, "GetItem"]


def test_a_commit_stands_when_its_rows_cannot_be_written(url: str, store: DynamoStore, monkeypatch: pytest.MonkeyPatch) -> None:
    made(store)
    store.projector = Graphs
    real = store.wire.transact

    def refuse(operations: Any, token: str) -> bool:
        if "projection#" in repr(operations):
            raise Unavailable("no")
        return real(operations, token)

    monkeypatch.setattr(store.wire, "transact", refuse)
    write(store)
    monkeypatch.undo()
    assert "contribution/01#muffin" in store.load(UIDS[2]).blobs
    assert condition(store).behind == 1


def test_a_sealed_dialogue_is_one_item(store: DynamoStore, url: str) -> None:
    made(store)
    store.projector = Graphs
    sealed = b"---\nblue: 1\nuid: " + UIDS[2].encode() + b"\ntitle: x\nseal: {v: 1}\n---\n"
    store.commit(UIDS[2], store.load(UIDS[2]).version, {"dialogue": sealed})
    assert [sk for pk, sk in rows(url) if pk == f"projection#{UIDS[2]}"] == ["dialogue"]
    assert "title" not in rows(url)[f"projection#{UIDS[2]}", "dialogue"]
