"""Dialogues in PostgreSQL: for many people on many machines, each commit decided by the lock of one row."""

from __future__ import annotations

import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, LiteralString

from blue_cli.errors import Unavailable
from blue_cli.stores.base import Facts
from blue_cli.stores.postgres_errors import is_passing, said, translated
from blue_cli.stores.postgres_url import Target, target_of
from blue_cli.stores.relational import FORMAT, FORMAT_IS, OVER, SET_FORMAT, TABLES, Answer, Ask, RelationalStore

if TYPE_CHECKING:
    import psycopg

TYPES = {
    "int": "bigint",
    "text": 'text COLLATE "C"',  # bytes decide what comes first and what is equal, whatever the database's language
    "bytes": "bytea",
    "real": "double precision",
    "key": "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "strict": "",
}
OLDEST = 140000  # libpq's number for PostgreSQL 14
TRIES = 7  # of one call, with pauses between them that double: 3 s in all
PAUSE = 0.05  # seconds
DEADLINE = 40.0  # seconds for one call with all its tries; longer than the server gives a statement
MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
LOCK = 0x626C7565  # the advisory lock of whoever makes the tables


class PostgresStore(RelationalStore):
    """The dialogues in one schema of a database. One connection, opened when it is needed and again when it broke."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._lock = threading.RLock()
        self._connection: psycopg.Connection | None = None

    def read(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of one statement."""
        return self._tried(lambda connection: connection.execute(_sql(statement), values, binary=True).fetchall())

    def write(self, work: Callable[[Ask], Answer]) -> Answer:
        """What `work` answers, in one transaction; done again after a conflict inside the engine or a broken connection."""
        return self._tried(lambda connection: _transact(connection, work))

    def moment(self, work: Callable[[Ask], Answer]) -> Answer:
        """What `work` answers, in one transaction that sees what was there when it began."""
        return self._tried(lambda connection: _transact(connection, work, MOMENT))

    def close(self) -> None:
        """End the connection."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _tried(self, act: Callable[[psycopg.Connection], Answer]) -> Answer:
        """Bounded: `TRIES` times, with growing pauses, for what another try may change, and `DEADLINE` in all."""
        import psycopg

        end = time.monotonic() + DEADLINE
        for turn in range(TRIES):
            try:
                with self._lock, _ending(self._connected(), end) as connection:
                    return act(connection)
            except psycopg.Error as error:
                if self._connection is not None and self._connection.broken:
                    self.close()
                if turn == TRIES - 1 or time.monotonic() > end or not is_passing(error):
                    raise translated(error, self._target.shown) from None
            time.sleep(PAUSE * 2**turn * random.uniform(0.5, 1.0))
        raise AssertionError("the last turn answers or raises")

    def _connected(self) -> psycopg.Connection:
        if self._connection is None:
            connection = connect(self._target)
            try:
                refuse_strange(connection, self._target.shown)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection


@contextmanager
def _ending(connection: psycopg.Connection, end: float) -> Iterator[psycopg.Connection]:
    """Cut the line at that moment: libpq would wait for ever for a server that is stuck but answers the network."""
    timer = threading.Timer(max(0.0, end - time.monotonic()), _cut, (connection.fileno(),))
    timer.daemon = True
    timer.start()
    try:
        yield connection
    finally:
        timer.cancel()


def _cut(descriptor: int) -> None:
    with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as line:
        line.shutdown(socket.SHUT_RDWR)


class PostgresAsk(Ask):
    """A transaction under way."""

    lock = " FOR UPDATE"

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def one(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Its rows."""
        cursor = self._connection.execute(_sql(statement), values)
        return cursor.fetchall() if cursor.description else []

    def seen(self, key: int, addresses: Sequence[str]) -> dict[str, bytes]:
        """What lies at these addresses."""
        statement = "SELECT address, data FROM blue_blobs WHERE dialogue = %s AND address = ANY(%s)"
        return dict(self._connection.execute(statement, (key, addresses), binary=True).fetchall())

    def put(self, key: int, blobs: Mapping[str, bytes]) -> None:
        """Write these, all in one statement; their bytes as they are (`%b`), not as digits."""
        if blobs:
            statement = f"INSERT INTO blue_blobs (dialogue, address, data) SELECT %s, * FROM unnest(%s::text[], %b::bytea[]) {OVER}"
            self._connection.execute(_sql(statement), (key, list(blobs), list(blobs.values())))

    def drop(self, key: int, addresses: Sequence[str]) -> None:
        """Take these away."""
        if addresses:
            self._connection.execute("DELETE FROM blue_blobs WHERE dialogue = %s AND address = ANY(%s)", (key, addresses))

    def fill(self, table: str, types: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Add rows, all in one statement: an array a column."""
        if rows:
            arrays = ", ".join(f"%s::{TYPES[type].partition(' COLLATE')[0]}[]" for type in types)
            columns = [list(column) for column in zip(*rows, strict=True)]
            self._connection.execute(_sql(f"INSERT INTO {table} SELECT * FROM unnest({arrays})"), columns)

    def define(self, statement: str) -> None:
        """Make or drop a table."""
        self._connection.execute(_sql(statement.format(**TYPES)))

    def has(self, tables: Sequence[str]) -> list[str]:
        """Which are there, in the schema that is meant."""
        question = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename = ANY(%s)"
        return [name for (name,) in self._connection.execute(question, (list(tables),))]


def _transact(connection: psycopg.Connection, work: Callable[[Ask], Answer], begin: LiteralString = "") -> Answer:
    with connection.transaction():
        if begin:
            connection.execute(begin)
        return work(PostgresAsk(connection))


def _sql(statement: str) -> LiteralString:
    """The statement with this driver's placeholders. Every one is a constant of ours, whatever the type checker can see."""
    return statement.replace("?", "%s")


# --- from a URL ---------------------------------------------------------------------------------------------------


def open_url(url: str, root: str) -> PostgresStore:
    """The store that `postgresql://[user[:password]@][host][:port]/database[?schema=name&...]` names. Opens nothing yet."""
    return PostgresStore(target_of(url))


def prepare(url: str, root: str) -> bool:
    """Make the schema and its tables where they are missing; whether anything was made. Safe to run again, and by two at once."""
    target = target_of(url)
    with said(target.shown), closing(connect(target)) as connection:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            made = not _has_tables(connection)
            if made:
                _make_tables(connection, target.schema)
        refuse_strange(connection, target.shown)
    return made


def describe(url: str, root: str) -> Facts:
    """What there is. A database without blue's tables is not `ready`."""
    target = target_of(url)
    with said(target.shown), closing(connect(target)) as connection:
        engine, ready = f"PostgreSQL {connection.info.parameter_status('server_version')}", _has_tables(connection)
    if not ready:
        return Facts(engine, False)
    with closing(PostgresStore(target)) as store:
        return store.facts(engine)


# --- the connection -----------------------------------------------------------------------------------------------


def connect(target: Target) -> psycopg.Connection:
    """A connection whose statements are transactions of their own. Statements are not prepared: poolers lose those."""
    import logging

    import psycopg

    logging.getLogger("psycopg").setLevel(logging.CRITICAL + 1)  # it would write to stderr what libpq says
    connection = psycopg.connect(target.conninfo, autocommit=True, prepare_threshold=None)
    version, encoding = connection.info.server_version, connection.info.parameter_status("server_encoding")
    if version >= OLDEST and encoding == "UTF8":
        return connection
    connection.close()
    if version < OLDEST:
        raise Unavailable(f"{target.shown} is older than PostgreSQL 14", fix="use a newer server")
    raise Unavailable(f"{target.shown} does not keep UTF-8", why="some names could not be stored", fix="createdb -E UTF8 -T template0")


def _has_tables(connection: psycopg.Connection) -> bool:
    row = connection.execute("SELECT to_regclass('blue_store') IS NOT NULL").fetchone()
    return bool(row and row[0])


def _make_tables(connection: psycopg.Connection, schema: str) -> None:
    """`schema` matched `NAME`. IF NOT EXISTS would ask for the right to make one where it is there already."""
    if not connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,)).fetchone():
        connection.execute(_sql(f"CREATE SCHEMA {schema}"))
    for table in TABLES:
        connection.execute(_sql(table.format(**TYPES)))
    connection.execute(_sql(SET_FORMAT), (FORMAT,))


def refuse_strange(connection: psycopg.Connection, shown: str) -> None:
    """`Unavailable` for tables of another version."""
    row = connection.execute(_sql(FORMAT_IS)).fetchone()
    version = row[0] if row else 0
    if version != FORMAT:
        fix = "use a newer blue" if version > FORMAT else "copy the dialogues out with the blue that made it"
        raise Unavailable(f"{shown} has tables of version {version}", why=f"this blue knows version {FORMAT}", fix=fix)
