"""Dialogues in memory keep the contract."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from blue_cli.stores.base import Stale, Store
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


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads change places as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_one_wins_however_the_threads_change_places(restless: None) -> None:
    store = MemoryStore()
    version = store.create("older:one", "one", {})

    def run(number: int) -> str | None:
        try:
            return store.commit("older:one", version, {f"file/{name}": b"%d" % number for name in range(20)})
        except Stale:
            return None

    with ThreadPoolExecutor(8) as pool:
        for turn in range(60):
            won = [new for new in pool.map(run, range(8 * turn, 8 * turn + 8)) if new]
            assert len(won) == 1
            version = won[0]
