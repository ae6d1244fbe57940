"""Dialogues in PostgreSQL: the contract on a real server."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from blue_cli.errors import Unavailable, WrongCall
from blue_cli.stores import postgres as engine
from blue_cli.stores.base import Store
from blue_cli.stores.postgres import PostgresStore, describe, open_url, prepare
from blue_cli.stores.postgres_url import target_of
from tests.stores import postgres
from tests.stores.contract import UID, told
from tests.stores.machine import MODERATE, StoreMachine
from tests.stores.race import race
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


# --- which URL -----------------------------------------------------------------------------------------------------

TIGER = "t1ger-s3cret"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"postgresql://scott:{TIGER}@db.example:5433/x", "postgresql://db.example:5433/x"),
        (f"postgres://scott:{TIGER}@db.example", "postgresql://db.example"),
        (f"postgresql://db/x?password={TIGER}&schema=team_1", "postgresql://db/x (schema team_1)"),
        (f"postgresql://scott:{TIGER}%40%2F@[::1]:1/x?sslmode=disable", "postgresql://[::1]:1/x"),
        ("postgresql:///x?host=/run/postgresql", "postgresql:///x"),
    ],
)
def test_a_url_is_shown_without_user_and_password(url: str, shown: str) -> None:
    target = target_of(url)
    assert target.shown == shown
    assert "connect_timeout=5" in target.conninfo
    assert all(f"-c {name}=" in target.conninfo for name in ("statement_timeout", "lock_timeout", "search_path", "client_encoding"))


def test_options_of_a_url_stay_and_ours_come_last() -> None:
    conninfo = target_of("postgresql://h/x?connect_timeout=1&options=-c%20statement_timeout%3D0").conninfo
    assert "connect_timeout=1" in conninfo
    assert conninfo.index("statement_timeout=0") < conninfo.index("statement_timeout=30s")


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://scott:{TIGER}@x@db/x",
        f"postgresql://scott:a/{TIGER}@db/x",
        f"postgresql://scott:1/{TIGER}@db/x",
        f"postgresql://scott:1?{TIGER}@db/x",
        f"postgresql://scott:1#{TIGER}@db/x",
        f"postgresql://scott:a%{TIGER}@db/x",
        f"postgresql://scott:{TIGER} x@db/x",
        f"postgresql:{TIGER}",
        f"postgresql://h/x?nonsense={TIGER}",
        f"postgresql://h/x?schema={TIGER}",
        f"postgresql://h/x?schema=a;{TIGER}",
        "postgresql://h/x?schema=pg_catalog",
        "postgresql://h/x?schema=" + "a" * 60,
        "postgresql://h/x\0",
    ],
)
def test_what_is_no_url_is_a_wrong_call_that_repeats_none_of_it(url: str) -> None:
    for act in (open_url, prepare, describe):
        with pytest.raises(WrongCall, match="not the URL of a PostgreSQL database") as caught:
            act(url, "")
        assert TIGER not in f"{caught.value.message}{caught.value.why}{caught.value.fix}"
        assert TIGER not in "".join(traceback.format_exception(caught.value))


def test_without_the_driver_the_way_to_get_it_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(WrongCall) as caught:
        open_url("postgresql://h/x", "")
    assert (caught.value.exit, caught.value.fix) == (2, "pip install 'blue-dialogue[postgres]'")


# --- what the server is --------------------------------------------------------------------------------------------


def unavailable(url: str, monkeypatch: pytest.MonkeyPatch) -> Unavailable:
    """What every way in says."""
    monkeypatch.setattr(engine, "PAUSE", 0.0001)
    for act in (lambda: list(open_url(url, "").dialogues()), lambda: prepare(url, ""), lambda: describe(url, "")):
        with pytest.raises(Unavailable) as caught:
            act()
        assert TIGER not in "".join(traceback.format_exception(caught.value))
        assert TIGER not in f"{caught.value.message}{caught.value.why}{caught.value.fix}"
    return caught.value


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"host": "127.0.0.1", "port": "1"}, "Connection refused"),
        ({"host": "/nowhere"}, "No such file or directory"),
        ({"host": "nobody.invalid"}, "failed to resolve host"),
        ({"user": "nobody"}, "does not exist"),
        ({"dbname": "nothing"}, "does not exist"),
    ],
)
def test_a_server_that_cannot_be_reached(change: dict[str, str], why: str, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    url = postgres.at(database.rpartition("/")[2].partition("?")[0], **change, password=TIGER)
    error = unavailable(url, monkeypatch)
    if postgres.PASSWORD and "host" not in change:  # such a server looks at that first
        why = "password authentication failed"
    assert (why, error.exit) == (error.why, 7)


def test_a_user_without_the_right(database: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    role = f"blue_visitor_{os.getpid()}"
    try:
        postgres.ask(f"CREATE ROLE {role} LOGIN PASSWORD '{postgres.PASSWORD or 'any'}'")
    except psycopg.errors.InsufficientPrivilege:
        pytest.skip("the server's user may not make another")
    visitor = url + f"&user={role}"
    with pytest.raises(Unavailable, match=r"tables are not there|may not do that"):
        list(open_url(visitor, "").dialogues())
    with pytest.raises(Unavailable, match="may not do that"):
        prepare(visitor.replace("schema=s", "schema=t"), "")
    made = url.rpartition("=")[2]
    postgres.ask(f"GRANT USAGE ON SCHEMA {made} TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA {made} TO {role}", database)
    reader = open_url(visitor, "")
    assert list(reader.dialogues()) == []
    with pytest.raises(Unavailable, match="may not do that"):
        reader.create(UID, "one", told(UID))
    reader.close()
    postgres.ask(f"DROP OWNED BY {role}", database)
    postgres.ask(f"DROP ROLE {role}")


def test_a_database_that_may_only_be_read(url: str) -> None:
    reader = open_url(url + "&options=-c%20default_transaction_read_only%3Don", "")
    assert list(reader.dialogues()) == []
    with pytest.raises(Unavailable, match="may only be read"):
        reader.create(UID, "one", told(UID))
    reader.close()


def test_without_tables_the_way_to_make_them_is_shown(database: str) -> None:
    empty = f"{database}{'&' if '?' in database else '?'}schema=nothing_here"
    with pytest.raises(Unavailable, match="its tables are not there") as caught:
        open_url(empty, "").load(UID)
    assert (caught.value.exit, caught.value.fix) == (7, "blue store init")
    assert describe(empty, "").ready is False


def test_to_prepare_twice_leaves_what_is_there(url: str, opened: list[PostgresStore]) -> None:
    opened.append(open_url(url, ""))
    opened[0].create(UID, "one", told(UID))
    assert prepare(url, "") is False
    assert opened[0].load(UID).id == "one"
    assert describe(url, "")[1:] == (True, 1, 1, 1, len(told(UID)["dialogue"]))


def test_two_may_prepare_at_once(database: str) -> None:
    url = f"{database}{'&' if '?' in database else '?'}schema=s{next(postgres.NUMBERS)}"
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: prepare(url, ""), range(8))) == 1


@pytest.mark.parametrize("version", [0, 2])
def test_tables_of_another_version_are_left_alone(url: str, version: int, monkeypatch: pytest.MonkeyPatch) -> None:
    postgres.ask(f"UPDATE {url.rpartition('=')[2]}.blue_store SET format = {version}", url.rpartition("schema=")[0].rstrip("?&"))
    error = unavailable(url, monkeypatch)
    assert f"version {version}" in error.message
    assert ("newer" in error.fix) == (version > 1)


def test_a_server_that_is_too_old(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "OLDEST", 999999)
    assert "older than PostgreSQL 14" in unavailable(url, monkeypatch).message


def test_a_database_of_another_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    other = postgres.fresh("LATIN1")
    assert "UTF-8" in unavailable(other, monkeypatch).message
    postgres.drop(other)


def test_what_the_database_sorts_by_is_no_matter(url: str, opened: list[PostgresStore]) -> None:
    """A server of this test may know no language at all, so what is asked is what every column was told."""
    opened.append(open_url(url, ""))
    columns = opened[0].read(
        "SELECT c.relname, a.attname, a.attcollation::regcollation::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE c.relname LIKE 'blue_%%' AND c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND a.attcollation <> 0"
    )
    assert {collation for _, _, collation in columns} == {'"C"'}
    assert ("blue_blobs", "address") in [row[:2] for row in columns]


def test_what_the_driver_would_log_is_not_said(url: str, opened: list[PostgresStore]) -> None:
    opened.append(open_url(url, ""))
    list(opened[0].dialogues())
    assert not logging.getLogger("psycopg").isEnabledFor(logging.CRITICAL), "it quotes libpq, and that the URL"


def test_another_users_functions_are_not_found(url: str, opened: list[PostgresStore]) -> None:
    opened.append(open_url(url, ""))
    assert opened[0].read("SELECT current_setting('search_path')") == [(f"{url.rpartition('=')[2]},pg_temp",)]


def test_of_sixteen_processes_that_expect_one_version_exactly_one_wins(url: str, opened: list[PostgresStore], tmp_path: Path) -> None:
    opened.append(open_url(url, ""))
    version = opened[0].create(UID, "one", told(UID))
    assert race(url, tmp_path, version) == 1
    assert len(opened[0].load(UID).blobs) == 2
