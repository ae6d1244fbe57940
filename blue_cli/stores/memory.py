"""Dialogues in memory: for tests, dry runs, and as the plainest reading of the store contract."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

from blue_cli.dialogue.ids import DIALOGUE
from blue_cli.errors import NotFound
from blue_cli.stores.base import Entry, Facts, Row, Snapshot, Stale, count
from blue_cli.stores.keys import HEAD, Keys
from blue_cli.stores.limits import check_id, check_uid, paths_of


def open_url(url: str, root: str) -> MemoryStore:
    """An empty store: it lives as long as this process."""
    return MemoryStore()


def prepare(url: str, root: str) -> bool:
    """There is nothing to make."""
    return False


def describe(url: str, root: str) -> Facts:
    """Nothing, whenever it is asked."""
    return count(MemoryStore(), "memory")


class MemoryStore:
    """A store that lives as long as the process. One lock, held for moments, makes it safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._dialogues: dict[str, dict[str, bytes]] = {}
        self._versions: dict[str, int] = {}
        self._count = 0
        self._keys = Keys(lambda id: self._dialogues[id].get(DIALOGUE, b"")[:HEAD])

    def dialogues(self) -> Iterable[Entry]:
        """Every dialogue once, sorted by id."""
        with self._lock:
            return [Row(id, self._keys.uid_of(id)) for id in sorted(self._dialogues)]

    def by_id(self, id: str) -> Row | None:
        """The dialogue of exactly this id."""
        with self._lock:
            return Row(id, self._keys.uid_of(id)) if id in self._dialogues else None

    def load(self, uid: str) -> Snapshot:
        """The whole dialogue, or `NotFound`."""
        with self._lock:
            id = self._find(uid)
            return Snapshot(self._keys.uid_of(id), id, dict(self._dialogues[id]), str(self._versions[id]))

    def commit(self, uid: str, expect: str, puts: Mapping[str, bytes], deletes: Iterable[str] = ()) -> str:
        """Write all if the version is still `expect`, else `Stale`; the new version."""
        deletes = tuple(deletes)
        paths_of(puts, deletes)
        with self._lock:
            id = self._find(uid)
            before = self._dialogues[id]
            if str(self._versions[id]) != expect:
                raise Stale(f"{id} was changed by someone else", fix="run the same command again")
            after = {address: data for address, data in {**before, **puts}.items() if address not in deletes}
            return expect if after == before else self._keep(id, after)

    def create(self, uid: str, id: str, puts: Mapping[str, bytes]) -> str:
        """Make a dialogue; `Conflict` when the uid or the id (by casefold) is taken."""
        paths_of(puts, ())
        with self._lock:
            check_id(id, self._dialogues)
            check_uid(uid, id, puts, self._keys, sorted(self._dialogues))
            return self._keep(id, puts)

    def rename(self, uid: str, id: str) -> None:
        """Give a dialogue another id; `NotFound`, or `Conflict` when the id is taken."""
        with self._lock:
            old = self._find(uid)
            check_id(id, [other for other in self._dialogues if other != old])
            self._dialogues[id], self._versions[id] = self._dialogues.pop(old), self._versions.pop(old)
            self._keys.forget(old)

    def _find(self, uid: str) -> str:
        id = self._keys.find(uid, lambda: sorted(self._dialogues))
        if id not in self._dialogues:
            raise NotFound(f"no such dialogue: {uid}")
        assert id is not None
        return id

    def _keep(self, id: str, blobs: Mapping[str, bytes]) -> str:
        """Store what a dialogue holds from now on. Versions are never used twice, also not by a later dialogue of this id."""
        self._count += 1
        self._dialogues[id] = dict(sorted(blobs.items()))
        self._versions[id] = self._count
        self._keys.learn(id, blobs.get(DIALOGUE, b"")[:HEAD])
        return str(self._count)
