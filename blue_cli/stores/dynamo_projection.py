"""The projection of a table in DynamoDB: an item a row, and three indexes across all dialogues.

    pk                sk                          what
    projection#{uid}  dialogue                    the dialogue's row, version v of what it was made of, number n of the others
    projection#{uid}  tension#{canonical id} ...  every other row: perspective#, ref#{position}, event#..., verdict#...
    directory         !projection                 that there is one, and of which form

A partition of its own, so that loading a dialogue reads none of it. An index has the keys `{word}#{shard}`, 16 shards by
uid, so that all open dialogues do not share one hot key; ask all sixteen. Indexes of DynamoDB lag behind, and no transaction
takes as many items as a dialogue has rows: so these items are written after the commit, each with its version, the
`dialogue` item last. It is for queries from outside. Commands read the partitions of the dialogues, which are never behind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from blue_cli.errors import Unavailable
from blue_cli.stores.base import Entry, Snapshot
from blue_cli.stores.dynamo_items import DIRECTORY, META, Item, key, partition
from blue_cli.stores.dynamo_wire import Wire
from blue_cli.stores.projecting import Condition, Projector

FLAG, HEAD = "!projection", "dialogue"
SHARDS = 16
LEFT_OUT = ("content", "folded")  # a text may be larger than an item, and lies in the dialogue's own partition
WITHOUT = ("entities",)  # what foreign keys need
TRIES = 3  # of writing the rows, while somebody else does the same
LOOKS, PAUSE = 600, 1.0  # for an index that is being made, and seconds between two of them


def index(table: str, column: str) -> str:
    """The name of an index, and of the attribute that is its key."""
    return f"{table}_{column}"


def place(uid: str) -> str:
    """The partition of a dialogue's rows."""
    return f"projection#{uid}"


def shard(uid: str) -> int:
    """Which of the keys of a word this dialogue's items have."""
    return hashlib.sha256(uid.encode()).digest()[0] % SHARDS


# --- made and dropped --------------------------------------------------------------------------------------------


def is_there(wire: Wire, projector: Projector | None = None) -> bool:
    """Whether there is a projection; with a projector, whether it is of its form."""
    flag = wire.get(DIRECTORY, FLAG)
    return flag is not None and (projector is None or flag.get("form") == {"S": projector.format})


def begin(wire: Wire, projector: Projector, entries: Sequence[Entry]) -> list[str]:
    """Make the indexes where they are missing; the uids of the dialogues whose rows are missing or old."""
    known = is_there(wire, projector)
    for table, column in projector.indexed.items():
        _make_index(wire, index(table, column))
    if not known:
        wire.batch([{**key(DIRECTORY, FLAG), "form": {"S": projector.format}}])
    return [entry.uid for entry in entries if not known or not _is_current(wire, entry.uid)]


def drop(wire: Wire, projector: Projector, entries: Sequence[Entry]) -> bool:
    """Take indexes and rows away; whether there were any. The flag goes first, so that nobody writes more."""
    there = is_there(wire)
    wire.batch((), [key(DIRECTORY, FLAG)])
    for table, column in projector.indexed.items():
        _drop_index(wire, index(table, column))
    for entry in entries:
        clear(wire, entry.uid)
    return there


def clear(wire: Wire, uid: str) -> None:
    """Take the rows of a dialogue away."""
    wire.batch((), [key(place(uid), item["sk"]["S"]) for item in wire.query(place(uid))])


def condition(wire: Wire, projector: Projector, entries: Sequence[Entry]) -> Condition:
    """How it stands with the projection."""
    if not is_there(wire, projector):
        return Condition(is_there(wire))
    return Condition(True, True, sum(not _is_current(wire, entry.uid) for entry in entries))


def _is_current(wire: Wire, uid: str) -> bool:
    head, meta = wire.get(place(uid), HEAD), wire.get(partition(uid), META)
    return bool(head and meta and (head.get("v"), head.get("id")) == (meta.get("v"), meta.get("id")))


def _make_index(wire: Wire, name: str) -> None:
    if name in _indexes(wire):
        return
    keys = [{"AttributeName": name, "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}]
    made = {"Create": {"IndexName": name, "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}}}
    types = [{"AttributeName": one, "AttributeType": "S"} for one in (name, "at")]
    _change(wire, made, types)
    _await(wire, lambda: _indexes(wire).get(name) == "ACTIVE")


def _drop_index(wire: Wire, name: str) -> None:
    if name in _indexes(wire):
        _change(wire, {"Delete": {"IndexName": name}}, [])
        _await(wire, lambda: name not in _indexes(wire))


def _change(wire: Wire, what: Mapping[str, Any], types: Sequence[Mapping[str, str]]) -> None:
    """DynamoDB makes and drops one index at a time."""
    given = {"AttributeDefinitions": types} if types else {}
    wire.told(lambda: wire.client.update_table(TableName=wire.target.table, GlobalSecondaryIndexUpdates=[what], **given))


def _await(wire: Wire, is_done: Any) -> None:
    for _ in range(LOOKS):
        if is_done():
            return
        wire.sleep(PAUSE)
    raise Unavailable(f"{wire.target.shown} is still making or dropping an index", fix="run the same command again later")


def _indexes(wire: Wire) -> dict[str, str]:
    """The table's indexes and how they are."""
    table = wire.told(lambda: wire.client.describe_table(TableName=wire.target.table))["Table"]
    return {one["IndexName"]: one.get("IndexStatus", "ACTIVE") for one in table.get("GlobalSecondaryIndexes", ())}


# --- rows ----------------------------------------------------------------------------------------------------------


def follow(wire: Wire, projector: Projector, snapshot: Snapshot) -> None:
    """Write the rows of what was just committed, where there is a projection of this form."""
    if is_there(wire, projector):
        write(wire, projector, snapshot)


def write(wire: Wire, projector: Projector, snapshot: Snapshot) -> None:
    """Write the rows of a dialogue anew. Whoever has mixed theirs with ours meanwhile is seen by the versions, and written over;
    if they come later still, their `dialogue` item is the last, and says that it is old."""
    pk, made = place(snapshot.uid), list(items(projector, snapshot))
    mine = _stamps(made)
    for _ in range(TRIES):
        there = _stamps(wire.query(pk))
        if there == mine:
            return
        wire.batch(made[1:], [key(pk, sk) for sk in there if sk not in mine])
        wire.batch(made[:1])


def _stamps(items: Iterable[Item]) -> dict[str, tuple[Any, Any]]:
    """Of each item by its sort key of which version and id it is."""
    return {item["sk"]["S"]: (item.get("v"), item.get("at")) for item in items}


def items(projector: Projector, snapshot: Snapshot) -> Iterator[Item]:
    """The rows of a dialogue as items, its own row first."""
    rows = projector.rows(snapshot)
    tables = [table for table in projector.tables if table.name not in WITHOUT]
    count = sum(len(rows.get(table.name, ())) for table in tables) - 1
    for table in tables:
        names = [column.name for column in table.columns]
        for row in rows.get(table.name, ()):
            said = {name: value for name, value in zip(names, row, strict=True) if value is not None and name not in LEFT_OUT}
            sk = "#".join([table.item, *(_in_order(said[name]) for name in table.keys)])
            item = {**key(place(snapshot.uid), sk), **{name: _value(value) for name, value in said.items()}}
            item |= {"v": {"S": snapshot.version}, "at": {"S": f"{snapshot.id}#{sk}"}}
            word = str(said.get(projector.indexed.get(table.name, ""), ""))
            if word:
                item[index(table.name, projector.indexed[table.name])] = {"S": f"{word}#{shard(snapshot.uid)}"}
            yield item | ({"n": {"N": str(count)}} if sk == HEAD else {})


def _in_order(value: Any) -> str:
    """Part of a sort key: numbers in the order of numbers."""
    return f"{value:06d}" if isinstance(value, int) else str(value)


def _value(value: Any) -> dict[str, Any]:
    return {"S": value} if isinstance(value, str) else {"N": repr(value)}
