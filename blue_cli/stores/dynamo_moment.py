"""Questions for SQL, asked of a table in DynamoDB: what the items `answers` say becomes tables in memory.

So a question is written once. Every rule that the tables have holds here too: rows that break one are not taken, and the
dialogue is asked itself.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from blue_cli.stores.base import Entry
from blue_cli.stores.dynamo_answers import ANSWERS, unpacked
from blue_cli.stores.dynamo_items import META, Item, key, partition, place
from blue_cli.stores.dynamo_wire import Wire
from blue_cli.stores.projecting import MAKE_STATE, SET_FORMAT, Projector

Answer = TypeVar("Answer")

TYPES = {"int": "INTEGER", "text": "TEXT", "real": "REAL", "strict": " STRICT"}
MAKE_DIALOGUES = "CREATE TABLE blue_dialogues (key {int} PRIMARY KEY, uid {text}, id {text}, version {text}){strict}"


class Memory:
    """Tables in memory: a transaction under way (`projecting.Asked`) that nobody else sees."""

    lock = ""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None)

    def one(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows of one statement."""
        return self._connection.execute(statement, tuple(values)).fetchall()

    def fill(self, table: str, types: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Add rows to a table."""
        self._connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(types))})", rows)

    def define(self, statement: str) -> None:
        """A statement that makes a table."""
        self._connection.execute(statement.format(**TYPES))

    def has(self, tables: Sequence[str]) -> list[str]:
        """Which of these tables there are."""
        there = {name for (name,) in self.one("SELECT name FROM sqlite_master WHERE type = 'table'", ())}
        return [table for table in tables if table in there]

    def close(self) -> None:
        """Forget it all."""
        self._connection.close()


def moment(wire: Wire, projector: Projector | None, form: str, entries: Iterable[Entry], work: Callable[[Any], Answer]) -> Answer:
    """What `work` answers of tables that hold these dialogues as far as their items of this form say; of none without a projector.

    Each dialogue is of one moment; all of them are not, as when they are asked one after the other.
    """
    ask = Memory()
    try:
        if projector is not None and _define(ask, projector):
            _fill(ask, wire, projector, form, list(dict.fromkeys(entry.uid for entry in entries)))
        return work(ask)
    finally:
        ask.close()


def _define(ask: Memory, projector: Projector) -> bool:
    """Make the tables, with all that they hold true; whether this SQLite can."""
    try:
        for statement in (MAKE_DIALOGUES, *(one for one in projector.statements if one.startswith("CREATE TABLE")), MAKE_STATE):
            ask.define(statement)
    except sqlite3.Error:  # older than STRICT tables
        return False
    ask.one(SET_FORMAT, (projector.format,))
    return True


def _fill(ask: Memory, wire: Wire, projector: Projector, form: str, uids: Sequence[str]) -> None:
    """What `meta` says goes in as what is there, what `answers` says as what was made of it; the question compares them."""
    numbers = {uid: number for number, uid in enumerate(uids)}
    owners = {pk: uid for uid in uids for pk in (partition(uid), place(uid))}
    for item in wire.items([where for uid in uids for where in (key(partition(uid), META), key(place(uid), ANSWERS))]):
        uid = owners[item["pk"]["S"]]
        if item["sk"]["S"] == ANSWERS and item.get("form") == {"S": form}:
            _take(ask, projector, numbers[uid], item)
        elif "v" in item and "id" in item:
            ask.fill("blue_dialogues", "1234", [(numbers[uid], uid, item["id"].get("S"), item["v"].get("S"))])


def _take(ask: Memory, projector: Projector, number: int, item: Item) -> None:
    """The rows of one dialogue, all of them or none: whoever may write to the table may write anything."""
    ask.one("SAVEPOINT one", ())
    try:
        rows = unpacked(item)
        for table in projector.tables:
            ask.fill(table.name, ("", *(column.type for column in table.columns)), [(number, *row) for row in rows[table.name]])
    except (sqlite3.Error, zlib.error, ValueError, LookupError, TypeError, OverflowError, RecursionError):
        ask.one("ROLLBACK TO one", ())
    ask.one("RELEASE one", ())
