"""A line on the terminal for whoever waits: how many dialogues have been read, once that takes more than a second."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TextIO

from blue_cli.stores.base import Entry, Row, Snapshot, Store, by_id

PATIENCE = 1.0  # seconds before anything is shown
PAUSE = 0.1  # seconds between two states of the line


class Watched:
    """A store that tells on a terminal how far a reading of all dialogues has come. `clock` counts seconds."""

    def __init__(self, store: Store, terminal: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._terminal = terminal
        self._clock = clock
        self._began = self._shown = clock()
        self._process = os.getpid()
        self._total = self._read = 0

    @property
    def forkable(self) -> bool:
        """Whether the store behind may be used by a forked child."""
        return getattr(self._store, "forkable", False)

    def dialogues(self) -> Iterable[Entry]:
        """As the store; from here on reading is counted."""
        entries = list(self._store.dialogues())
        self._total, self._read = len(entries), 0
        return entries

    def by_id(self, id: str) -> Row | None:
        """As the store."""
        return by_id(self._store, id)

    def load(self, uid: str) -> Snapshot:
        """As the store."""
        self._read += 1
        now = self._clock()
        long = now - self._began > PATIENCE and now - self._shown > PAUSE
        if long and self._total and self._process == os.getpid():  # without a listing it is one dialogue, however often
            self._shown = now
            self._terminal.write(f"\rread {self._read} of {self._total} dialogues\x1b[K")
            self._terminal.flush()
        return self._store.load(uid)

    def clear(self) -> None:
        """Take the line away, before anything else is written; it comes back with the next listing."""
        self._total = 0
        if self._shown > self._began:
            self._terminal.write("\r\x1b[K")
            self._terminal.flush()
            self._began = self._shown = self._clock()

    def commit(self, uid: str, expect: str, puts: Mapping[str, bytes], deletes: Iterable[str] = ()) -> str:
        """As the store."""
        return self._store.commit(uid, expect, puts, deletes)

    def create(self, uid: str, id: str, puts: Mapping[str, bytes]) -> str:
        """As the store."""
        return self._store.create(uid, id, puts)

    def rename(self, uid: str, id: str) -> None:
        """As the store."""
        self._store.rename(uid, id)


class Steps:
    """A line that tells how far something has come: `words` has two places, for what is done and what there is to do."""

    def __init__(self, terminal: TextIO, words: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._terminal = terminal
        self._words = words
        self._clock = clock
        self._began = self._shown = clock()

    def at(self, done: int, total: int) -> None:
        """So much is done."""
        now = self._clock()
        if now - self._began > PATIENCE and now - self._shown > PAUSE:
            self._shown = now
            self._terminal.write(f"\r{self._words.format(done, total)}\x1b[K")
            self._terminal.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._shown > self._began:
            self._terminal.write("\r\x1b[K")
            self._terminal.flush()
