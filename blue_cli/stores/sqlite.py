"""Dialogues in one SQLite file: a folder's worth of them on one machine, found by an index.

The file is made by `prepare` and by nothing else. It is opened only when it is a plain file, says by its application id
that it is ours, and holds nothing that would act on our statements (a clone can bring such a file along).
"""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

from blue_cli.errors import BlueError, Conflict, Unavailable, WrongCall
from blue_cli.stores.base import Facts
from blue_cli.stores.relational import FORMAT, OVER, SET_FORMAT, TABLES, Answer, Ask, RelationalStore

APPLICATION = 0x626C7565  # "blue", in the file's header
TYPES = {"int": "INTEGER", "text": "TEXT", "bytes": "BLOB", "real": "REAL", "key": "INTEGER PRIMARY KEY AUTOINCREMENT", "strict": " STRICT"}
OWN = "('blue_store', 'blue_dialogues', 'blue_blobs')"
# Views and triggers in these names would run a stranger's SQL as a part of ours.
ODD = f"SELECT count(*) FROM sqlite_schema WHERE (type = 'trigger' AND tbl_name IN {OWN}) OR (type = 'view' AND name IN {OWN})"
INIT = "blue store init"
# secure_delete: what was sealed, or taken away, does not stay readable in pages that are free
PRAGMAS = ("trusted_schema = OFF", "cell_size_check = ON", "foreign_keys = ON", "synchronous = FULL", "secure_delete = ON")
LEAST = 512  # bytes of a database; SQLite would take anything shorter for a new one, and write over it
BESIDE = ("-wal", "-shm", "-journal")  # files that SQLite opens with the database, and follows where they lead
_DISK = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it may not be written",
    sqlite3.SQLITE_PERM: "it may not be written",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
}
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class SqliteStore(RelationalStore):
    """The dialogues in the file `path`; `shown` is how messages name it. `patience` in seconds: the wait for another writer."""

    def __init__(self, path: str, shown: str, patience: float = 10.0) -> None:
        self._path = path
        self._shown = shown
        self._patience = patience
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None

    def read(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of one statement."""
        with self._using() as connection:
            return connection.execute(statement, values).fetchall()

    def write(self, work: Callable[[Ask], Answer]) -> Answer:
        """What `work` answers, in one transaction that has the file's write lock from its beginning."""
        with self._using() as connection, _transaction(connection):
            return work(SqliteAsk(connection, self._shown))

    def moment(self, work: Callable[[Ask], Answer]) -> Answer:
        """What `work` answers, in one transaction that only reads; writers go on beside it."""
        with self._using() as connection, _transaction(connection, "BEGIN"):
            return work(SqliteAsk(connection, self._shown))

    def close(self) -> None:
        """End the connection; the last one to end puts the log back into the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        with self._lock, said(self._shown):
            if self._connection is None:
                self._connection = self._open()
            yield self._connection

    def _open(self) -> sqlite3.Connection:
        if not _is_there(self._path, self._shown):
            raise Unavailable(f"{self._shown}: there is no such database", fix=INIT)
        connection = connect(self._path, self._patience)
        try:
            refuse_strange(connection, self._shown)
        except BaseException:
            connection.close()
            raise
        return connection


class SqliteAsk(Ask):
    """A transaction under way. It has the write lock of the whole file, so no row needs one."""

    def __init__(self, connection: sqlite3.Connection, shown: str) -> None:
        self._connection = connection
        self._shown = shown

    def one(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Its rows."""
        return self._connection.execute(statement, values).fetchall()

    def seen(self, key: int, addresses: Sequence[str]) -> dict[str, bytes]:
        """What lies at these addresses: a look into the index for each, since nothing is sent anywhere."""
        statement = "SELECT address, data FROM blue_blobs WHERE dialogue = ? AND address = ?"
        return dict(row for address in addresses for row in self._connection.execute(statement, (key, address)))

    def put(self, key: int, blobs: Mapping[str, bytes]) -> None:
        """Write these."""
        statement = f"INSERT INTO blue_blobs (dialogue, address, data) VALUES (?, ?, ?) {OVER}"
        self._connection.executemany(statement, [(key, address, data) for address, data in blobs.items()])

    def drop(self, key: int, addresses: Sequence[str]) -> None:
        """Take these away."""
        self._connection.executemany("DELETE FROM blue_blobs WHERE dialogue = ? AND address = ?", [(key, one) for one in addresses])

    def fill(self, table: str, types: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Add rows."""
        self._connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(types))})", rows)

    def define(self, statement: str) -> None:
        """Make or drop a table."""
        self._connection.execute(statement.format(**TYPES))

    def has(self, tables: Sequence[str]) -> list[str]:
        """Which are there. `Unavailable` for a view of such a name, or a trigger on such a table: a stranger's SQL."""
        named = ", ".join("?" * len(tables))
        question = f"SELECT type, tbl_name FROM sqlite_schema WHERE tbl_name IN ({named}) AND type <> 'index'"
        found = self._connection.execute(question, tables).fetchall()
        if any(type != "table" for type, _ in found):
            raise Unavailable(f"{self._shown} holds triggers or views where blue's tables should be", why="they would act in blue's name")
        return [name for _, name in found]


# --- from a URL ---------------------------------------------------------------------------------------------------


def open_url(url: str, root: str) -> SqliteStore:
    """The store that `sqlite:///name.db` (below `root`) or `sqlite:////path/name.db` names. Opens nothing yet."""
    return SqliteStore(*place_of(url, root))


def prepare(url: str, root: str) -> bool:
    """Make the file and its tables where they are missing; whether anything was made. Safe to run again, and by two at once."""
    path, shown = place_of(url, root)
    with said(shown):
        if not _is_there(path, shown):
            _make(path, shown)
        with closing(connect(path, 10.0)) as connection:
            if _is_blank(connection):
                connection.execute("PRAGMA journal_mode = WAL")  # kept in the file; readers and a writer don't wait for each other
            with _transaction(connection):
                made = _is_blank(connection)
                if made:
                    _make_tables(connection)
            refuse_strange(connection, shown)
    return made


def describe(url: str, root: str) -> Facts:
    """What there is. A file that is not there, or has no tables yet, is not `ready`."""
    path, shown = place_of(url, root)
    engine = f"SQLite {sqlite3.sqlite_version}"
    with said(shown):
        if not _is_there(path, shown):
            return Facts(engine, False)
        with closing(connect(path, 10.0)) as connection:
            if _is_blank(connection):
                return Facts(engine, False)
    with closing(SqliteStore(path, shown)) as store:
        return store.facts(engine)


def place_of(url: str, root: str) -> tuple[str, str]:
    """The path of the file, and the same as the URL has it. `WrongCall` for a URL that names none."""
    from urllib.parse import unquote, unquote_to_bytes

    rest = url.partition(":")[2]
    written = rest.removeprefix("///")
    if rest == written or not written.strip("/") or set("?#") & set(written) or b"\0" in unquote_to_bytes(written):
        raise WrongCall(
            "not the URL of an SQLite file", why="it names a file and nothing else", fix="sqlite:///name.db, or sqlite:////path/name.db"
        )
    name = unquote(written)
    return os.path.join(root, name), name


# --- the file -----------------------------------------------------------------------------------------------------


def _is_there(path: str, shown: str) -> bool:
    """Whether a plain file is there. `Unavailable` when it, a folder named on the way from the workspace, or a file that SQLite
    keeps beside it is anything else: a clone can bring a link along, and writing would follow it; a FIFO waits for ever."""
    base, parts = path.removesuffix(shown), shown.split("/")
    folders = ["/".join(parts[:count]) for count in range(1, len(parts))] if base else []
    for name in folders:
        _refuse_other(base + name, shown, stat.S_ISDIR)
    for suffix in BESIDE:
        _refuse_other(path + suffix, shown + suffix, stat.S_ISREG)
    there = _refuse_other(path, shown, stat.S_ISREG)
    if there and 0 < os.lstat(path).st_size < LEAST:
        raise Unavailable(f"{shown} is damaged, or no SQLite database", why="it is too short", fix="name another file")
    return there


def _refuse_other(path: str, shown: str, is_right: Callable[[int], bool]) -> bool:
    """Whether something is there; `Unavailable` when it is not of the right kind."""
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise Unavailable(f"{shown}: it cannot be read", why=error.strerror or "") from None
    if not is_right(mode):
        raise Unavailable(f"unsafe-path: {shown} is not a plain file in plain folders", why="a link would lead somewhere else")
    return True


def _make(path: str, shown: str) -> None:
    """An empty file, with the mode that any new file of this user gets."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666))
    except OSError as error:
        raise Unavailable(f"{shown}: it cannot be made", why=error.strerror or "", fix="make its folder, or name another file") from None


def connect(path: str, patience: float) -> sqlite3.Connection:
    """A connection to a file that exists; it never makes one. A commit is on the disk when it returns (FULL)."""
    from urllib.parse import quote

    connection = sqlite3.connect(
        f"file:{quote(os.path.abspath(path))}?mode=rw", uri=True, timeout=patience, isolation_level=None, check_same_thread=False
    )
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _number(connection: sqlite3.Connection, question: str) -> int:
    return int(connection.execute(question).fetchone()[0])


def _is_blank(connection: sqlite3.Connection) -> bool:
    """Whether nobody has made anything in it: also what a killed `prepare` leaves."""
    numbers = [_number(connection, q) for q in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_schema")]
    return not any(numbers)


def _make_tables(connection: sqlite3.Connection) -> None:
    for table in TABLES:
        connection.execute(table.format(**TYPES))
    connection.execute(SET_FORMAT, (FORMAT,))
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {FORMAT}")


def refuse_strange(connection: sqlite3.Connection, shown: str) -> None:
    """`Unavailable` for a file that is another program's, of another version of blue, or holds what would act in our name."""
    if _is_blank(connection):
        raise Unavailable(f"{shown}: it is empty", fix=INIT)
    if _number(connection, "PRAGMA application_id") != APPLICATION:
        raise Unavailable(f"{shown} is the database of another program", why="blue did not make it", fix="name another file")
    version = _number(connection, "PRAGMA user_version")
    if version != FORMAT:
        fix = "use a newer blue" if version > FORMAT else "copy the dialogues out with the blue that made it"
        raise Unavailable(f"{shown} has tables of version {version}", why=f"this blue knows version {FORMAT}", fix=fix)
    if _number(connection, ODD):
        raise Unavailable(f"{shown} holds triggers or views where blue's tables should be", why="they would act in blue's name")


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    """All or nothing. The write lock is taken at once: a lock wanted in the middle could not be waited for."""
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk may have ended it already
            connection.execute("ROLLBACK")
        raise


@contextmanager
def said(shown: str) -> Iterator[None]:
    """What SQLite raises, in our words."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(error, shown) from None


def _translated(error: sqlite3.Error, shown: str) -> BlueError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the rest says more than anybody needs
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Conflict(f"{shown} is locked", why="someone else kept writing for 10 s", fix="run the same command again")
    if code in _BROKEN:
        return Unavailable(f"{shown} is damaged, or no SQLite database", why=str(error), fix="restore it from a copy")
    words = _DISK.get(code, "it cannot be used")
    return Unavailable(f"{shown}: {words}", why=str(error))
