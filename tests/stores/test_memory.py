"""Dialogues in memory keep the contract."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from blue_cli.stores.base import Store
from blue_cli.stores.memory import MemoryStore
from tests.stores.contract import StoreContract
from tests.stores.machine import MODERATE, StoreMachine


class TestMemory(StoreContract):
    @pytest.fixture
    def store(self) -> Store:
        return MemoryStore()

    @pytest.fixture
    def again(self, store: Store) -> Callable[[], Store]:
        return lambda: store


class MemoryMachine(StoreMachine):
    def open_store(self) -> tuple[Store, Store]:
        store = MemoryStore()
        return store, store


TestMachine = MemoryMachine.TestCase
TestMachine.settings = MODERATE


def test_a_snapshot_does_not_change_when_the_store_does() -> None:
    store = MemoryStore()
    version = store.create("older:one", "one", {"file/x": b"1"})
    seen = store.load("older:one")
    store.commit("older:one", version, {"file/x": b"2"})
    assert (seen.blobs, seen.version) == ({"file/x": b"1"}, version)
