"""The projection beside the dialogues of a relational store: tables made, kept current, and read at one moment.

What the rows mean is not known here: a `Projector` from outside makes them of a snapshot. `version` in `dialogues` says what
they were made of, so that rows which somebody forgot to write are seen to be old, and never answer.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from blue_cli.errors import Conflict
from blue_cli.stores.base import Snapshot
from blue_cli.stores.sealed import holds_seal

STATE = "blue_projection"
MAKE_STATE = f"CREATE TABLE {STATE} (format {{text}} NOT NULL){{strict}}"
SET_FORMAT = f"INSERT INTO {STATE} (format) VALUES (?)"
FORMAT_IS = f"SELECT format FROM {STATE}"
HOLD = "SELECT format FROM blue_store"
SEEN = "SELECT b.address, b.data, d.uid, d.id, d.version FROM blue_dialogues d LEFT JOIN blue_blobs b ON b.dialogue = d.key WHERE d.key = ?"
HELD = "SELECT version FROM blue_dialogues WHERE key = ?"
# What makes rows current. A dialogue that got another uid or id has other rows.
IS_CURRENT = "d.dialogue = b.key AND d.version = b.version AND d.id = b.id AND d.uid = b.uid"
STALE = f"SELECT b.key FROM blue_dialogues b LEFT JOIN dialogues d ON {IS_CURRENT} WHERE d.dialogue IS NULL ORDER BY b.id"
CURRENT = f"SELECT 1 FROM blue_dialogues b JOIN dialogues d ON {IS_CURRENT} WHERE b.key = ?"
FORGET = "DELETE FROM dialogues WHERE dialogue = ?"  # and with it all that refers to it
GONE = "SELECT dialogue FROM dialogues WHERE dialogue NOT IN (SELECT key FROM blue_dialogues)"


class Shape(Protocol):
    """A table: its name, the columns after the dialogue's key, what a row is called and which columns tell it from others."""

    @property
    def name(self) -> str: ...
    @property
    def columns(self) -> Sequence[Any]: ...
    @property
    def item(self) -> str: ...
    @property
    def keys(self) -> Sequence[str]: ...


class Projector(Protocol):
    """What the projection consists of. `format` changes whenever the same dialogue would get other rows."""

    @property
    def format(self) -> str: ...
    @property
    def tables(self) -> Sequence[Shape]: ...
    @property
    def statements(self) -> Sequence[str]: ...
    @property
    def indexed(self) -> Mapping[str, str]: ...

    def rows(self, snapshot: Snapshot) -> Mapping[str, Sequence[Sequence[Any]]]:
        """The rows of a dialogue by table, without its key. Pure: it may be asked again."""
        ...


class Asked(Protocol):
    """A transaction under way (`relational.Ask`)."""

    @property
    def lock(self) -> str: ...
    def one(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]: ...
    def fill(self, table: str, types: Sequence[str], rows: Sequence[Sequence[Any]]) -> None: ...
    def define(self, statement: str) -> None: ...
    def has(self, tables: Sequence[str]) -> list[str]: ...


class Holder(ABC):
    """A relational store, as far as it holds a projection."""

    projector: Callable[[], Projector] | None = None  # what keeps the projection current, where there is one

    @abstractmethod
    def write(self, work: Callable[[Any], Any]) -> Any:
        """What `work` answers, in one transaction."""

    @abstractmethod
    def moment(self, work: Callable[[Any], Any]) -> Any:
        """What `work` answers, all of its questions about one moment. It writes nothing."""

    def begin_projection(self, projector: Projector) -> list[Any]:
        """Make it where it is missing; the keys of the dialogues whose rows are missing or old."""
        keys: list[Any] = self.write(lambda ask: begin(ask, projector))
        return keys

    def project(self, key: Any, projector: Projector) -> None:
        """Write the rows of one dialogue anew, by its key."""
        self.write(lambda ask: write(ask, projector, key))

    def drop_projection(self, projector: Projector) -> bool:
        """Take it away; whether there was one."""
        return bool(self.write(lambda ask: drop(ask, projector)))

    def condition(self, projector: Projector) -> Condition:
        """How it stands with it."""
        found: Condition = self.moment(lambda ask: condition(ask, projector))
        return found


class Condition(NamedTuple):
    """The projection of a store: whether it is there in the form that this blue knows, and how many dialogues it is behind."""

    there: bool
    known: bool = False
    behind: int = 0


def condition(ask: Asked, projector: Projector) -> Condition:
    """How it stands with the projection."""
    format = format_of(ask, projector.tables)
    if format != projector.format:
        return Condition(format != "")
    return Condition(True, True, len(ask.one(STALE, ())))


def is_there(ask: Asked) -> bool:
    """Whether there is a projection of any form."""
    return bool(ask.has((STATE,)))


def format_of(ask: Asked, tables: Iterable[Shape]) -> str:
    """The form of the tables; "" where there are none. `Unavailable` where something would act in their name."""
    if STATE not in ask.has((STATE, *(table.name for table in tables))):
        return ""
    return str(ask.one(FORMAT_IS, ())[0][0])


def begin(ask: Asked, projector: Projector) -> list[int]:
    """Make the tables where they are missing or of another form; the keys of the dialogues whose rows are missing or old."""
    ask.one(HOLD + ask.lock, ())  # two who make them at once come one after the other
    if format_of(ask, projector.tables) != projector.format:
        drop(ask, projector)
        _refuse_others(ask, projector)
        for statement in (MAKE_STATE, *projector.statements):
            ask.define(statement)
        ask.one(SET_FORMAT, (projector.format,))
    for (key,) in ask.one(GONE, ()):
        _clear(ask, projector, key)
    return [key for (key,) in ask.one(STALE, ())]


def drop(ask: Asked, projector: Projector) -> bool:
    """Take the tables away; whether there were any. Only what blue made: without its own mark nothing is touched."""
    names = [table.name for table in reversed(projector.tables)]
    there = ask.has((STATE, *names))
    if STATE not in there:
        return False
    for name in (*(name for name in names if name in there), STATE):
        ask.define(f"DROP TABLE {name}")
    return True


def _refuse_others(ask: Asked, projector: Projector) -> None:
    there = ask.has([table.name for table in projector.tables])
    if there:
        why = "the projection would have one of the same name"
        raise Conflict(f"there is a table {there[0]} that blue did not make", why=why, fix="use a database or a schema of its own")


def keep(ask: Asked, projector: Callable[[], Projector] | None, key: int, puts: Mapping[str, bytes]) -> None:
    """Write the rows of a dialogue anew where they are not current, in the transaction that changed it.

    A projection of another form is left alone, and so is any where nothing makes rows (`projector` None): what is old in it
    answers nothing. Only of what is being sealed nothing may stay readable, so those rows go with the commit that seals.
    """
    if not is_there(ask):
        return
    made = projector() if projector else None
    if made is None or format_of(ask, made.tables) != made.format:
        if holds_seal(puts) and ask.has(("dialogues",)):
            ask.one(FORGET, (key,))
    elif not ask.one(CURRENT, (key,)):
        write(ask, made, key)


def write(ask: Asked, projector: Projector, key: int) -> None:
    """Write the rows of a dialogue anew."""
    if not ask.one(HELD + ask.lock, (key,)):  # nobody writes to it from here on
        return
    found = ask.one(SEEN, (key,))
    uid, id, version = found[0][2:]
    blobs = {row[0]: bytes(row[1]) for row in sorted(row for row in found if row[0] is not None)}
    rows = projector.rows(Snapshot(uid, id, blobs, version))
    gone = [_bring(ask, table, key, rows.get(table.name, ())) for table in projector.tables]
    for table, those in zip(reversed(projector.tables), reversed(gone), strict=True):
        for values in those:
            ask.one(f"DELETE FROM {table.name} WHERE {_which(table)}", values)


def _bring(ask: Asked, table: Shape, key: int, rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Have a table say this of a dialogue; the keys of rows that are too many, to be deleted when nothing refers to them any
    more. Only what differs is written: a dialogue grows, and most of its rows stay as they are."""
    names = ["dialogue", *(column.name for column in table.columns)]
    places = [names.index(name) for name in ("dialogue", *table.keys)]
    found = ask.one(f"SELECT {', '.join(names)} FROM {table.name} WHERE dialogue = ?", (key,))
    there = {tuple(row[i] for i in places): row for row in found}
    wanted = {tuple(row[i] for i in places): row for row in ((key, *row) for row in rows)}
    ask.fill(table.name, ("int", *(column.type for column in table.columns)), [row for pk, row in wanted.items() if pk not in there])
    change = f"UPDATE {table.name} SET {', '.join(f'{name} = ?' for name in names)} WHERE {_which(table)}"
    for pk, row in wanted.items():
        if pk in there and there[pk] != row:
            ask.one(change, (*row, *pk))
    return [pk for pk in there if pk not in wanted]


def _which(table: Shape) -> str:
    """One row, by its key."""
    return " AND ".join(f"{name} = ?" for name in ("dialogue", *table.keys))


def _clear(ask: Asked, projector: Projector, key: int) -> None:
    """In the order in which nothing refers to what is taken away."""
    for table in reversed(projector.tables):
        ask.one(f"DELETE FROM {table.name} WHERE dialogue = ?", (key,))
