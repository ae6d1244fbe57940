"""`blue store init` and `blue store status` of a table."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from blue_cli.errors import Unavailable, WrongCall
from blue_cli.stores import dynamo_table
from blue_cli.stores.base import Facts
from blue_cli.stores.dynamo_items import DIRECTORY, ROW_OF_FORMAT, key
from blue_cli.stores.dynamo_url import target_of
from blue_cli.stores.dynamo_wire import Wire
from blue_cli.stores.dynamodb import describe, open_url, prepare
from tests.stores.contract import STRUDEL, UID, told
from tests.stores.dynamo import dynamo, endpoint, everything, new_url, plain, shared_client  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("dynamo")


def test_a_table_is_made_once_and_can_be_used() -> None:
    url = new_url()
    assert describe(url, "") == Facts("DynamoDB", False)
    assert prepare(url, "") and not prepare(url, "")
    table = shared_client(endpoint()).describe_table(TableName=target_of(url).table)["Table"]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert everything(url) == {(DIRECTORY, ROW_OF_FORMAT): {**key(DIRECTORY, ROW_OF_FORMAT), "f": {"N": "1"}}}
    store = open_url(url, "")
    store.create(UID, "one", told(UID) | {STRUDEL: b"12345"})
    assert describe(url, "") == Facts("DynamoDB", True, 1, 1, 2, 5 + len(told(UID)["dialogue"]))
    store.close()
    assert store.load(UID).id == "one"  # it is opened again when it is needed


def test_four_who_make_it_at_once_all_succeed_and_one_made_it() -> None:
    url = new_url()
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: prepare(url, ""), range(4))) == 1


def test_a_table_with_other_keys_is_left_alone() -> None:
    url = new_url()
    client, table = shared_client(endpoint()), target_of(url).table
    client.create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    store = open_url(url, "")
    for act in (
        lambda: prepare(url, ""),
        lambda: describe(url, ""),
        lambda: store.load(UID),
        lambda: list(store.dialogues()),
    ):
        with pytest.raises(WrongCall, match="not a table of blue"):
            act()
    assert client.scan(TableName=table)["Items"] == []


def test_a_table_of_a_newer_form_is_left_alone() -> None:
    url = new_url()
    prepare(url, "")
    newer = {**key(DIRECTORY, ROW_OF_FORMAT), "f": {"N": "2"}}
    shared_client(endpoint()).put_item(TableName=target_of(url).table, Item=newer)
    store = plain(url)
    for act in (lambda: prepare(url, ""), lambda: list(store.dialogues()), lambda: store.create(UID, "one", told(UID))):
        with pytest.raises(Unavailable, match="newer blue") as caught:
            act()
        assert caught.value.exit == 7
    assert everything(url) == {(DIRECTORY, ROW_OF_FORMAT): newer}


def test_a_table_that_takes_long_is_waited_for_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    wire = Wire(target_of(new_url()), pause=waits.append)
    statuses = iter(["CREATING"] * 3 + ["ACTIVE"] * 9)
    monkeypatch.setattr(dynamo_table, "_status", lambda wire: next(statuses))
    assert dynamo_table.prepare(wire)
    assert waits == [dynamo_table.PAUSE] * 3
    monkeypatch.setattr(dynamo_table, "_status", lambda wire: "CREATING")
    with pytest.raises(Unavailable, match="not there yet"):
        dynamo_table.prepare(wire)
    assert len(waits) == 3 + dynamo_table.LOOKS
