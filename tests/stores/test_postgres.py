"""Dialogues in PostgreSQL: the contract on a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from blue_cli.stores.base import Store
from blue_cli.stores.postgres import PostgresStore, open_url, prepare
from tests.stores import postgres
from tests.stores.machine import MODERATE, StoreMachine
from tests.stores.rows import Queries, RelationalContract


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """One database for this module; each test gets a schema of its own."""
    url = postgres.fresh()
    yield url
    postgres.drop(url)


@pytest.fixture
def url(database: str) -> Iterator[str]:
    yield (made := schema(database))
    postgres.ask(f"DROP SCHEMA IF EXISTS {made.rpartition('=')[2]} CASCADE", database)


def schema(database: str) -> str:
    """The URL of a new schema, with its tables."""
    url = f"{database}{'&' if '?' in database else '?'}schema=s{next(postgres.NUMBERS)}"
    assert prepare(url, "")
    return url


@pytest.fixture
def opened() -> Iterator[list[PostgresStore]]:
    """Stores to be closed in the end: a server has a hundred connections."""
    stores: list[PostgresStore] = []
    yield stores
    for store in stores:
        store.close()


class TestPostgres(RelationalContract):
    @pytest.fixture
    def again(self, url: str, opened: list[PostgresStore]) -> Callable[[], Store]:
        def make() -> Store:
            opened.append(open_url(url, ""))
            return opened[-1]

        return make

    @pytest.fixture
    def store(self, again: Callable[[], Store]) -> Store:
        return again()

    @pytest.fixture
    def queries(self, store: Any, monkeypatch: pytest.MonkeyPatch) -> Queries:
        def begin() -> list[str]:
            store._connected()
            sent: list[str] = []
            monkeypatch.setattr(psycopg.Cursor, "execute", noting(sent, psycopg.Cursor.execute))
            return sent

        return begin


def noting(sent: list[str], real: Callable[..., Any]) -> Callable[..., Any]:
    """The same, with each statement noted."""

    def note(self: Any, statement: str, *args: Any, **kwargs: Any) -> Any:
        sent.append(statement)
        return real(self, statement, *args, **kwargs)

    return note


class PostgresMachine(StoreMachine):
    database = ""

    def open_store(self) -> tuple[Store, Store]:
        type(self).database = type(self).database or postgres.fresh()
        self.url = schema(self.database)
        self.stores = open_url(self.url, ""), open_url(self.url, "")
        return self.stores

    def teardown(self) -> None:
        if self.handles:
            for store in self.stores:
                store.close()
            postgres.ask(f"DROP SCHEMA {self.url.rpartition('=')[2]} CASCADE", self.database)


TestMachine = PostgresMachine.TestCase
TestMachine.settings = MODERATE
