"""The line for whoever waits: nothing for a second, then how far it is, then gone."""

from __future__ import annotations

import io

from blue_cli.cli.progress import PATIENCE, Watched
from blue_cli.stores.memory import MemoryStore


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def three() -> MemoryStore:
    store = MemoryStore()
    for n in range(3):
        store.create(f"older:d{n}", f"d{n}", {"file/a.txt": b""})
    return store


def watched() -> tuple[Watched, io.StringIO, Clock]:
    terminal, clock = io.StringIO(), Clock()
    return Watched(three(), terminal, clock), terminal, clock


def test_a_quick_reading_says_nothing() -> None:
    store, terminal, clock = watched()
    for entry in store.dialogues():
        clock.now += PATIENCE / 4
        store.load(entry.uid)
    store.clear()
    assert terminal.getvalue() == ""


def test_a_slow_one_says_how_far_it_is_and_leaves_a_clean_line() -> None:
    store, terminal, clock = watched()
    for entry in store.dialogues():
        clock.now += PATIENCE * 0.6
        store.load(entry.uid)
    assert terminal.getvalue() == "\rread 2 of 3 dialogues\x1b[K\rread 3 of 3 dialogues\x1b[K"
    store.clear()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_it_is_the_store_in_every_other_respect() -> None:
    store, _, _ = watched()
    version = store.commit("older:d0", store.load("older:d0").version, {"file/b.txt": b"x"})
    store.rename("older:d0", "e0")
    store.create("older:f0", "f0", {"file/a.txt": b""})
    assert [e.id for e in store.dialogues()] == ["d1", "d2", "e0", "f0"]
    assert version and not store.forkable
