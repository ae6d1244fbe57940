"""What the relational stores share: tables, statements, and what a commit is. Engines say how a transaction is had.

A dialogue is one row of `blue_dialogues` and a row of `blue_blobs` a file. Its `version` is a random token that the
commit itself brought, so that a writer whose connection broke can see by `recent` whether its commit went through.
Values reach a statement as parameters only.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from blue_cli.dialogue.ids import DIALOGUE, UID, is_name, uid_in
from blue_cli.errors import NotFound
from blue_cli.stores import projecting
from blue_cli.stores.base import Entry, Facts, Row, Snapshot, Stale
from blue_cli.stores.keys import HEAD, STRAIGHT, Keys
from blue_cli.stores.limits import check_id, check_paths, check_uid, uid_taken

FORMAT = 1  # of these tables; a database with another number is left alone
TOKEN = 16  # characters of a version; 96 random bits
RECENT = 32  # commits of a dialogue that are remembered, for a writer who lost the reply to one

# What stands in braces is an engine's: the types, and how a key is made.
TABLES = (
    """CREATE TABLE blue_store (format {int} NOT NULL){strict}""",
    """CREATE TABLE blue_dialogues (
        key {key},
        uid {text} NOT NULL UNIQUE, -- what it is loaded by: as written, else older:id, or copy:id when another has that
        written {text}, -- the uid in its dialogue.md
        id {text} NOT NULL,
        folded {text} NOT NULL UNIQUE, -- the id by casefold
        version {text} NOT NULL,
        recent {text} NOT NULL -- the tokens of the last commits, newest first
    ){strict}""",
    """CREATE INDEX blue_dialogues_written ON blue_dialogues (written)""",
    """CREATE TABLE blue_blobs (
        dialogue {int} NOT NULL REFERENCES blue_dialogues (key) ON DELETE CASCADE,
        address {text} NOT NULL,
        data {bytes} NOT NULL,
        PRIMARY KEY (dialogue, address)
    ){strict}""",
)
LIST = "SELECT id, uid FROM blue_dialogues ORDER BY id"
NAMED = "SELECT id, uid FROM blue_dialogues WHERE id = ?"
LOAD = """SELECT b.address, b.data, d.uid, d.id, d.version FROM blue_dialogues d LEFT JOIN blue_blobs b ON b.dialogue = d.key
    WHERE d.{where} ORDER BY b.address"""
STAMP = "SELECT id, version FROM blue_dialogues WHERE {where}"
FIND = "SELECT key, uid, written, id, version, recent FROM blue_dialogues WHERE {where} OR key = ?"
BY_UID, BY_ID = "uid = ?", "folded = ?"
TWINS = "SELECT key, uid, written, id, version, recent FROM blue_dialogues WHERE folded = ? OR uid = ?"
ADD = "INSERT INTO blue_dialogues (uid, written, id, folded, version, recent) VALUES (?, ?, ?, ?, ?, ?) RETURNING key"
OVER = "ON CONFLICT (dialogue, address) DO UPDATE SET data = excluded.data"
MARK = "UPDATE blue_dialogues SET version = ?, recent = ? WHERE key = ?"
NAME = "UPDATE blue_dialogues SET id = ?, folded = ?, uid = ?, recent = ? WHERE key = ?"
CLAIM = "UPDATE blue_dialogues SET uid = ?, written = ? WHERE key = ?"
OWNED = "SELECT 1 FROM blue_dialogues WHERE uid = ? AND key <> ?"
NEXT_OWNER = "SELECT key, uid, written, id, version, recent FROM blue_dialogues WHERE written = ? AND key <> ? ORDER BY key LIMIT 1"
FORMAT_IS = "SELECT format FROM blue_store"
SET_FORMAT = "INSERT INTO blue_store (format) VALUES (?)"
COUNT = "SELECT (SELECT count(*) FROM blue_dialogues), count(*), coalesce(sum(length(data)), 0) FROM blue_blobs"

Answer = TypeVar("Answer")


class Held(NamedTuple):
    """A row of `blue_dialogues`."""

    key: int
    uid: str
    written: str | None
    id: str
    version: str
    recent: str


class Ask(ABC):
    """A transaction under way. Every statement has its values beside it."""

    lock = ""  # what makes a SELECT hold the rows it found

    @abstractmethod
    def one(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Its rows; none for a statement that only writes."""

    @abstractmethod
    def seen(self, key: int, addresses: Sequence[str]) -> dict[str, bytes]:
        """What lies at these addresses of a dialogue."""

    @abstractmethod
    def put(self, key: int, blobs: Mapping[str, bytes]) -> None:
        """Write these, over whatever is there."""

    @abstractmethod
    def drop(self, key: int, addresses: Sequence[str]) -> None:
        """Take these away."""


    @abstractmethod
    def fill(self, table: str, types: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Add rows to a table whose columns have these types (names as in `TABLES`)."""

    @abstractmethod
    def define(self, statement: str) -> None:
        """A statement that makes or drops a table: its types stand in braces, as in `TABLES`."""

    @abstractmethod
    def has(self, tables: Sequence[str]) -> list[str]:
        """Which of these tables are there. `Unavailable` where one of the names is something that acts in blue's name."""


class Attempt:
    """One call to write, however often it is tried: its token, and the row that it found the first time."""

    def __init__(self) -> None:
        from base64 import urlsafe_b64encode

        self.token = urlsafe_b64encode(os.urandom(TOKEN * 3 // 4)).decode()
        self.key = -1

    def is_done(self, row: Held) -> bool:
        """Whether an earlier try went through, and only its reply was lost."""
        return self.token in row.recent.split(" ")

    def recent(self, row: Held | None) -> str:
        """What is remembered from now on."""
        return " ".join([self.token, *(row.recent.split(" ") if row else ())][:RECENT])


class RelationalStore(projecting.Holder):
    """Dialogues in two tables. Raises, besides what the contract says, `Unavailable` when the engine does not do its part."""

    forkable = False  # a connection belongs to one process

    @abstractmethod
    def read(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of one statement, as they were at one moment."""

    @abstractmethod
    def write(self, work: Callable[[Ask], Answer]) -> Answer:
        """What `work` answers, done in one transaction; done again when the engine asks for that or broke off."""

    @abstractmethod
    def moment(self, work: Callable[[Ask], Answer]) -> Answer:
        """What `work` answers, all of its questions about one moment. It writes nothing."""

    @abstractmethod
    def close(self) -> None:
        """End the connection."""

    def dialogues(self) -> Iterable[Entry]:
        """Every dialogue once, sorted by id. One query."""
        return [Row(id, uid) for id, uid in self.read(LIST)]

    def by_id(self, id: str) -> Row | None:
        """The dialogue of exactly this id. One query."""
        return next((Row(*row) for row in self.read(NAMED, (id,))), None) if is_name(id) else None

    def load(self, uid: str) -> Snapshot:
        """The whole dialogue as it was at one moment, or `NotFound`. One query."""
        where, value = _condition(uid)
        rows = self.read(LOAD.format(where=where), (value,))
        if not rows or not _answers(rows[0][3], uid):
            raise NotFound(f"no such dialogue: {uid}")
        known, id, version = rows[0][2:]
        return Snapshot(known, id, {row[0]: row[1] for row in rows if row[0] is not None}, version)

    def stamp(self, uid: str) -> str:
        """Its id and its version (`base.stamp`). One query, of one row."""
        where, value = _condition(uid)
        rows = self.read(STAMP.format(where=where), (value,))
        if not rows or not _answers(rows[0][0], uid):
            raise NotFound(f"no such dialogue: {uid}")
        return " ".join(rows[0])

    def commit(self, uid: str, expect: str, puts: Mapping[str, bytes], deletes: Iterable[str] = ()) -> str:
        """Write all if the version is still `expect`, else `Stale`; the new version. What is there already is not written."""
        deletes = tuple(deletes)
        check_paths(puts, deletes)
        attempt = Attempt()
        return self._write(attempt, puts, lambda ask: _commit(ask, attempt, uid, expect, puts, deletes))

    def create(self, uid: str, id: str, puts: Mapping[str, bytes]) -> str:
        """Make a dialogue; `Conflict` when the uid or the id (by casefold) is taken."""
        check_paths(puts, ())
        check_id(id, ())
        check_uid(uid, id, puts, Keys(lambda _: b""), ())
        attempt = Attempt()
        return self._write(attempt, puts, lambda ask: _create(ask, attempt, uid, id, puts))

    def rename(self, uid: str, id: str) -> None:
        """Give a dialogue another id; `NotFound`, or `Conflict` when the id is taken."""
        attempt = Attempt()
        self._write(attempt, {}, lambda ask: _rename(ask, attempt, uid, id))

    def _write(self, attempt: Attempt, puts: Mapping[str, bytes], work: Callable[[Ask], Answer]) -> Answer:
        """What `work` answers; the projection follows in the same transaction."""

        def both(ask: Ask) -> Answer:
            answer = work(ask)
            projecting.keep(ask, self.projector, attempt.key, puts)
            return answer

        return self.write(both)

    def facts(self, engine: str) -> Facts:
        """What there is, in figures."""
        dialogues, files, size = self.read(COUNT)[0]
        return Facts(engine, True, FORMAT, dialogues, files, int(size))


# --- inside a transaction: each of these may be run again, from its beginning ------------------------------------


def _commit(ask: Ask, attempt: Attempt, uid: str, expect: str, puts: Mapping[str, bytes], deletes: Sequence[str]) -> str:
    row = _find(ask, attempt, uid)
    if attempt.is_done(row):
        return attempt.token
    if row.version != expect:
        raise Stale(f"{row.id} was changed by someone else", fix="run the same command again")
    before = ask.seen(row.key, list(dict.fromkeys((*puts, *deletes))))
    new = {address: data for address, data in puts.items() if address not in deletes and before.get(address) != data}
    gone = [address for address in dict.fromkeys(deletes) if address in before]
    if not new and not gone:
        return expect
    ask.put(row.key, new)
    ask.drop(row.key, gone)
    if DIALOGUE in new or DIALOGUE in gone:
        _claim(ask, row, uid_in(new.get(DIALOGUE, b"")[:HEAD], row.id))
    ask.one(MARK, (attempt.token, attempt.recent(row), row.key))
    return attempt.token


def _create(ask: Ask, attempt: Attempt, uid: str, id: str, puts: Mapping[str, bytes]) -> str:
    others = [Held(*row) for row in ask.one(TWINS, (id.casefold(), uid))]
    if any(attempt.is_done(other) for other in others):
        return attempt.token
    check_id(id, [other.id for other in others])
    if others:
        raise uid_taken(uid, others[0].id)
    written = uid if UID.fullmatch(uid) else None
    attempt.key = ask.one(ADD, (uid, written, id, id.casefold(), attempt.token, attempt.recent(None)))[0][0]
    ask.put(attempt.key, puts)
    return attempt.token


def _rename(ask: Ask, attempt: Attempt, uid: str, id: str) -> None:
    row = _find(ask, attempt, uid)
    if attempt.is_done(row):
        return
    check_id(id, ())
    others = [Held(*other) for other in ask.one(TWINS, (id.casefold(), ""))]
    check_id(id, [other.id for other in others if other.key != row.key])
    kind = row.uid.partition(":")[0] + ":"
    ask.one(NAME, (id, id.casefold(), kind + id if kind in STRAIGHT else row.uid, attempt.recent(row), row.key))


def _claim(ask: Ask, row: Held, uid: str) -> None:
    """Give a dialogue the uid that its `dialogue.md` now says. One that another dialogue has stays that one's; one that is
    given up goes to the oldest copy that says it as well."""
    written = uid if UID.fullmatch(uid) else None
    if written == row.written:
        return
    taken = bool(ask.one(OWNED, (uid, row.key)))
    ask.one(CLAIM, (f"copy:{row.id}" if taken else uid, written, row.key))
    if row.written is not None and row.uid == row.written:
        for heir in ask.one(NEXT_OWNER, (row.written, row.key)):
            ask.one(CLAIM, (row.written, row.written, heir[0]))


def _find(ask: Ask, attempt: Attempt, uid: str) -> Held:
    """The row of a dialogue, held. The one that an earlier try found counts, though its uid or id may have changed by that."""
    where, value = _condition(uid)
    rows = [Held(*row) for row in ask.one(FIND.format(where=where) + ask.lock, (value, attempt.key))]
    mine = [row for row in rows if row.key == attempt.key and attempt.is_done(row)]
    found = mine or [row for row in rows if row.uid == uid or (uid.startswith(STRAIGHT) and _answers(row.id, uid))]
    if not found:
        raise NotFound(f"no such dialogue: {uid}")
    attempt.key = found[0].key
    return found[0]


def _condition(uid: str) -> tuple[str, str]:
    """How a dialogue is found. `NotFound` for what is no uid at all, which never reaches an engine."""
    prefix, colon, id = uid.partition(":")
    if prefix + colon in STRAIGHT and is_name(id):
        return BY_ID, id.casefold()
    if not UID.fullmatch(uid):
        raise NotFound(f"no such dialogue: {uid}")
    return BY_UID, uid


def _answers(id: str, uid: str) -> bool:
    """Whether the dialogue of this id may answer: `older:ID` means that very spelling."""
    return not uid.startswith(STRAIGHT) or uid.partition(":")[2] == id
