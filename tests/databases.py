"""Databases behind golden sessions: what a session does to files is done to rows."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from blue_cli.dialogue.ids import DIALOGUE, address_of, uid_in
from blue_cli.stores.base import Store
from blue_cli.stores.registry import open_store, prepare
from tests.stores import dynamo  # before any test forbids to connect

PLACE = ".blue/dialogues/"


@contextmanager
def _sqlite() -> Iterator[str]:
    yield "sqlite:///blue.db"


@contextmanager
def _postgresql() -> Iterator[str]:
    from tests.stores import postgres

    url = postgres.fresh()
    yield url
    postgres.drop(url)


@contextmanager
def _dynamodb() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch, dynamo.aws(patch):
        yield dynamo.new_url()


KINDS = {"sqlite": _sqlite, "postgresql": _postgresql, "dynamodb": _dynamodb}


class Database:
    """A new database for the workspace in `folder`. `cat` reads and writes its rows as if they were files."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self._folder = folder
        assert prepare(url, str(folder))

    def _using(self, act: Callable[[Store], str]) -> str:
        store = open_store(self.url, str(self._folder))
        try:
            return act(store)
        finally:
            store.close()  # type: ignore[attr-defined]

    def write(self, path: str, text: str) -> None:
        """Put a file of a dialogue, as somebody without blue would. There is a `.blue` from then on, and nothing in it."""
        (self._folder / PLACE).mkdir(parents=True, exist_ok=True)
        id, _, rest = path.removeprefix(PLACE).partition("/")
        address, data = address_of(rest), text.encode()

        def put(store: Store) -> str:
            if id in [row.id for row in store.dialogues()]:
                return store.commit(f"older:{id}", store.load(f"older:{id}").version, {address: data})
            return store.create(uid_in(data if address == DIALOGUE else b"", id), id, {address: data})

        self._using(put)

    def read(self, path: str) -> str:
        """A file of a dialogue."""
        id, _, rest = path.removeprefix(PLACE).partition("/")
        return self._using(lambda store: store.load(f"older:{id}").blobs[address_of(rest)].decode())

    def take_in(self, files: Store) -> None:
        """Every dialogue of another store. The files they came from are taken away."""

        def copy(store: Store) -> str:
            for row in files.dialogues():
                seen = files.load(row.uid)
                store.create(seen.uid, seen.id, seen.blobs)
            return ""

        self._using(copy)
        shutil.rmtree(self._folder / PLACE)
        (self._folder / PLACE).mkdir()

    def assert_no_files(self) -> None:
        """Nothing has written past the database."""
        assert not list((self._folder / PLACE).rglob("*.md"))


@contextmanager
def database(kind: str, folder: Path) -> Iterator[Database | None]:
    """A database of this kind, None when the kind is none."""
    if kind not in KINDS:
        yield None
        return
    with KINDS[kind]() as url:
        made = Database(url, folder)
        yield made
        made.assert_no_files()
