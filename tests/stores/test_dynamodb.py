"""Dialogues in DynamoDB keep the contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings

from blue_cli.stores.base import Store
from blue_cli.stores.sealed import Sealed
from tests.stores.contract import StoreContract
from tests.stores.dynamo import dynamo, new_table, plain  # noqa: F401 - a fixture
from tests.stores.machine import MODERATE, StoreMachine
from tests.stores.sealing import ID, UID, nobody, ring, sealed_store

pytestmark = pytest.mark.usefixtures("dynamo")


class TestDynamo(StoreContract):
    @pytest.fixture
    def url(self) -> str:
        return new_table()

    @pytest.fixture
    def store(self, url: str) -> Store:
        return plain(url)

    @pytest.fixture
    def again(self, url: str) -> Callable[[], Store]:
        return lambda: plain(url)


class TestSmallPages(TestDynamo):
    """The same with two items a page."""

    @pytest.fixture
    def store(self, url: str) -> Store:
        return plain(url, page=2)


class DynamoMachine(StoreMachine):
    def open_store(self) -> tuple[Store, Store]:
        url = new_table()
        return plain(url), plain(url, page=3)


TestMachine = DynamoMachine.TestCase
TestMachine.settings = settings(MODERATE, max_examples=6)


@pytest.mark.parametrize("keys", [ring, nobody])
def test_a_sealed_dialogue_reads_as_in_memory(keys: Callable[[], Any]) -> None:
    here, there = sealed_store(), plain(new_table())
    there.create(UID, ID, here.load(UID).blobs)
    assert there.load(UID).blobs == here.load(UID).blobs  # to the byte: the address is the same everywhere
    one, two = (Sealed(store, keys).load(UID) for store in (there, here))
    assert (one.blobs, one.unread, one.seal) == (two.blobs, two.unread, two.seal)


def test_a_sealed_dialogue_is_written_through_it() -> None:
    store = plain(new_table())
    sealed = Sealed(sealed_store(store), ring)
    sealed.commit(UID, sealed.load(UID).version, {"contribution/02#muffin": b"---\nblue: 1\n---\nsecret\n"})
    assert b"secret" not in store.load(UID).blobs["contribution/02#muffin"]
    assert Sealed(store, ring).load(UID).blobs["contribution/02#muffin"].endswith(b"secret\n")
