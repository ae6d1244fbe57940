"""Any store, with writing switched off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NoReturn

from blue_cli.errors import Conflict
from blue_cli.stores.base import Entry, Snapshot, Store


class Refusing:
    """The writing half of a store that is only read: commit, create and rename raise `Conflict` and say why."""

    _why = ""

    def commit(self, uid: str, expect: str, puts: Mapping[str, bytes], deletes: Iterable[str] = ()) -> str:
        """Always `Conflict`."""
        self._refuse()

    def create(self, uid: str, id: str, puts: Mapping[str, bytes]) -> str:
        """Always `Conflict`."""
        self._refuse()

    def rename(self, uid: str, id: str) -> None:
        """Always `Conflict`."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise Conflict("read-only store: nothing was written", why=self._why)


class ReadOnly(Refusing):
    """Reads what `store` reads, and writes nothing."""

    def __init__(self, store: Store, why: str = "") -> None:
        self._store = store
        self._why = why

    def dialogues(self) -> Iterable[Entry]:
        """As the store behind it."""
        return self._store.dialogues()

    def load(self, uid: str) -> Snapshot:
        """As the store behind it."""
        return self._store.load(uid)
