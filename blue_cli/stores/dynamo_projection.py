"""The projection of a table in DynamoDB: an item a row, and three indexes across all dialogues.

    pk                sk                          what
    projection#{uid}  dialogue                    the dialogue's row: version v of what it was made of; form of all rows; number n
                                                  and sum of the others; token g of whoever wrote them
    projection#{uid}  tension#{canonical id} ...  every other row: perspective#, ref#{position}, event#..., verdict#...
    projection#{uid}  answers                     all rows once more, in one item (`dynamo_answers`)
    directory         !projection                 that there is one, and of which form

A partition of its own, so that loading a dialogue reads none of it. An index has the keys `{word}#{shard}`, 16 shards by
uid, so that all open dialogues do not share one hot key; ask all sixteen. Indexes of DynamoDB lag behind: they are for
queries from outside. Commands read `answers`, which says itself of which version it is.

Only differences are written, after the commit, and never over those of somebody else: every transaction has two conditions,
that the dialogue still has the version which these rows are of, and that the `dialogue` item is as it was read. Where one
transaction is not enough, that item says nothing in between but whose turn it is. So rows are of one version, or there is
no version to be read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from blue_cli.errors import Conflict, Unavailable
from blue_cli.stores.base import Entry, Snapshot
from blue_cli.stores.dynamo_answers import LEFT_OUT, answers
from blue_cli.stores.dynamo_commit import conditioned, new_token
from blue_cli.stores.dynamo_items import DIRECTORY, ITEMS, META, TRANSACTION, Item, Operation, key, operation_size, partition, place, slices
from blue_cli.stores.dynamo_wire import Wire
from blue_cli.stores.projecting import Condition, Projector

FLAG, HEAD = "!projection", "dialogue"
LAYOUT = 2  # of the items; with the projector's format the form of all this
SHARDS = 16
WITHOUT = ("entities",)  # what foreign keys need
TRIES = 5  # of writing the rows, while somebody else does the same
TEXT = 16_000  # characters of a text; a longer one is in `answers` and in the dialogue, and a row is no larger than an item
ROOM = 2  # operations of a transaction that are no rows
LOOKS, PAUSE = 600, 1.0  # for an index that is being made, and seconds between two of them


def index(table: str, column: str) -> str:
    """The name of an index, and of the attribute that is its key."""
    return f"{table}_{column}"


def shard(uid: str) -> int:
    """Which of the keys of a word this dialogue's items have."""
    return hashlib.sha256(uid.encode()).digest()[0] % SHARDS


# --- made and dropped --------------------------------------------------------------------------------------------


def form(projector: Projector) -> str:
    """Of which form the items are that this projector makes."""
    return f"{projector.format}/{LAYOUT}"


def form_of(wire: Wire) -> str:
    """Of which form the projection is; "" where there is none."""
    flag = wire.get(DIRECTORY, FLAG)
    return str(flag.get("form", {}).get("S", "?")) if flag else ""


def begin(wire: Wire, projector: Projector, entries: Sequence[Entry]) -> list[str]:
    """Make the indexes where they are missing; the uids of the dialogues whose rows are missing or old."""
    for table, column in projector.indexed.items():
        _make_index(wire, index(table, column))
    if form_of(wire) != form(projector):
        wire.batch([{**key(DIRECTORY, FLAG), "form": {"S": form(projector)}}])
    return _behind(wire, projector, entries)


def drop(wire: Wire, projector: Projector, entries: Sequence[Entry]) -> bool:
    """Take indexes and rows away; whether there were any. The flag goes first, so that nobody writes more."""
    there = form_of(wire) != ""
    wire.batch((), [key(DIRECTORY, FLAG)])
    for table, column in projector.indexed.items():
        _drop_index(wire, index(table, column))
    for entry in entries:
        clear(wire, entry.uid)
    return there


def clear(wire: Wire, uid: str) -> None:
    """Take the rows of a dialogue away, first the one that says that the others are there."""
    gone = [item["sk"]["S"] for item in wire.query(place(uid))]
    if HEAD in gone:
        wire.batch((), [key(place(uid), HEAD)])
    wire.batch((), [key(place(uid), sk) for sk in gone if sk != HEAD])


def condition(wire: Wire, projector: Projector, entries: Sequence[Entry]) -> Condition:
    """How it stands with the projection."""
    there = form_of(wire)
    if there != form(projector):
        return Condition(there != "")
    return Condition(True, True, len(_behind(wire, projector, entries)))


def _behind(wire: Wire, projector: Projector, entries: Sequence[Entry]) -> list[str]:
    """The uids of the dialogues whose rows are not of their version and id, or of another form: the flag is set before all
    rows are made anew, and somebody may be killed in between."""
    uids = list(dict.fromkeys(entry.uid for entry in entries))
    keys = [where for uid in uids for where in (key(place(uid), HEAD), key(partition(uid), META))]
    said = {item["pk"]["S"]: (item.get("v"), item.get("id"), item.get("form")) for item in wire.items(keys)}
    return [uid for uid in uids if said.get(place(uid)) != (*said.get(partition(uid), ())[:2], {"S": form(projector)})]


def _make_index(wire: Wire, name: str) -> None:
    if name in _indexes(wire):
        return
    keys = [{"AttributeName": name, "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}]
    made = {"Create": {"IndexName": name, "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}}}
    _change(wire, made, (name, "at"))
    _await(wire, lambda: _indexes(wire).get(name) == "ACTIVE")


def _drop_index(wire: Wire, name: str) -> None:
    if name in _indexes(wire):
        _change(wire, {"Delete": {"IndexName": name}}, ())
        _await(wire, lambda: name not in _indexes(wire))


def _change(wire: Wire, what: Mapping[str, Any], keys: Sequence[str]) -> None:
    """DynamoDB makes and drops one index at a time. `keys` are strings."""
    given = {"AttributeDefinitions": [{"AttributeName": one, "AttributeType": "S"} for one in keys]} if keys else {}
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


def write(wire: Wire, projector: Projector, snapshot: Snapshot) -> bool:
    """Have the rows of a dialogue say what this snapshot does; False when the dialogue has changed since.

    Whatever a query shows of somebody else's transaction that runs beside it, ours fails then: theirs was of another version,
    or has written another `dialogue` item. `Conflict` when others did so each time.
    """
    made = {item["sk"]["S"]: item for item in items(projector, snapshot)}
    head = made.pop(HEAD) | {"form": {"S": form(projector)}, "n": {"N": str(len(made))}, "sum": {"S": _sum(made.values())}}
    for turn in range(TRIES):
        wire.wait(turn)
        if _brought(wire, snapshot, head, made):
            return True
        meta = wire.get(partition(snapshot.uid), META) or {}
        if (meta.get("v"), meta.get("id")) != ({"S": snapshot.version}, {"S": snapshot.id}):
            return False
    raise Conflict(f"somebody else kept writing the rows of {snapshot.id}", fix="run the same command again")


def _brought(wire: Wire, snapshot: Snapshot, head: Item, made: Mapping[str, Item]) -> bool:
    """Write what differs, if nobody came between."""
    pk = place(snapshot.uid)
    there = {item["sk"]["S"]: item for item in wire.query(pk)}
    old = there.pop(HEAD, {})
    # rows that are not what was written are not compared with: a query may be torn, and somebody may have edited them
    known = {sk: _mark(item) for sk, item in there.items()} if old.get("sum") == {"S": _sum(there.values())} else {}
    changes: list[Operation] = [{"Put": {"Item": item}} for sk, item in made.items() if known.get(sk) != _mark(item)]
    changes += [{"Delete": {"Key": key(pk, sk)}} for sk in there if sk not in made]
    if not changes and _mark({name: value for name, value in old.items() if name != "g"}) == _mark(head):
        return True
    still = conditioned({"ConditionCheck": {"Key": key(partition(snapshot.uid), META)}}, {"v": snapshot.version, "id": snapshot.id})
    last = _turn(head, old)
    weight = sum(map(operation_size, (still, last, *changes)))
    if len(changes) + ROOM <= ITEMS and weight <= TRANSACTION:
        return wire.transact([still, last, *changes], new_token())
    return _in_turns(wire, still, head, old, changes)


def _in_turns(wire: Wire, still: Operation, head: Item, old: Item, changes: Sequence[Operation]) -> bool:
    """More than one transaction takes. Whoever is killed in between leaves a `dialogue` item without a version."""
    where = {name: head[name] for name in ("pk", "sk")}
    first = _turn(where, old)
    mine = first["Put"]["Item"]
    turn = conditioned({"ConditionCheck": {"Key": where}}, {"g": mine["g"]["S"]})
    steps = [[first], *([turn, *some] for some in slices(changes, ROOM)), [_turn(head, mine)]]
    return all(wire.transact([still, *step], new_token()) for step in steps)


def _turn(head: Item, old: Item) -> Operation:
    """Put the `dialogue` item under a new token, if it still has the one that was read."""
    made: Operation = {"Put": {"Item": head | {"g": {"S": new_token()}}}}
    token = old.get("g", {}).get("S", "")
    return conditioned(made, {"g": token} if token else {}, () if token else ("g",))


def none_of(uid: str) -> Operation:
    """For the transaction after which no row of a dialogue may be left: whoever writes rows puts the `dialogue` item first, so
    where `clear` has left none there is none."""
    return conditioned({"ConditionCheck": {"Key": key(place(uid), HEAD)}}, {}, ("pk",))


def _sum(those: Iterable[Item]) -> str:
    """One hash over items, whatever their order. 32 hex digits."""
    total = 0
    for item in those:
        total ^= int.from_bytes(hashlib.sha256(repr(_mark(item)).encode()).digest()[:16], "big")
    return f"{total:032x}"


def _mark(item: Item) -> list[tuple[str, str]]:
    """What an item says, the same before it is written and after it is read: DynamoDB spells numbers in its own way."""
    return sorted((name, _spelled(*value.popitem())) for name, value in ((name, dict(value)) for name, value in item.items()))


def _spelled(kind: str, value: Any) -> str:
    if kind != "N":
        return f"{kind}{value}" if kind == "S" else f"{kind}{bytes(value)!r}" if kind == "B" else f"{kind}{value!r}"
    if value.isdigit():
        return f"N{value}"
    from decimal import Decimal

    number = Decimal(value)
    return f"N{number.normalize():f}" if number else "N0"


def items(projector: Projector, snapshot: Snapshot) -> Iterator[Item]:
    """The rows of a dialogue as items, and as the one of `answers`."""
    rows = projector.rows(snapshot)
    for table in (table for table in projector.tables if table.name not in WITHOUT):
        names = [column.name for column in table.columns]
        for row in rows.get(table.name, ()):
            whole = zip(names, row, strict=True)
            said = {name: value for name, value in whole if name not in LEFT_OUT and value is not None and len(str(value)) <= TEXT}
            sk = "#".join([table.item, *(_in_order(said[name]) for name in table.keys)])
            item = {**key(place(snapshot.uid), sk), **{name: _value(value) for name, value in said.items()}}
            item |= {"at": {"S": f"{snapshot.id}#{sk}"}} | ({"v": {"S": snapshot.version}} if sk == HEAD else {})
            word = str(said.get(projector.indexed.get(table.name, ""), ""))
            if word:
                item[index(table.name, projector.indexed[table.name])] = {"S": f"{word}#{shard(snapshot.uid)}"}
            yield item
    yield from (item | {"form": {"S": form(projector)}} for item in answers(projector.tables, rows, snapshot))


def _in_order(value: Any) -> str:
    """Part of a sort key: numbers in the order of numbers."""
    return f"{value:06d}" if isinstance(value, int) else str(value)


def _value(value: Any) -> dict[str, Any]:
    """A number that is larger, or nearer to nothing, than DynamoDB's are text."""
    fits = isinstance(value, int) or (isinstance(value, float) and (not value or 1e-129 < abs(value) < 1e125))
    return {"N": repr(value)} if fits else {"S": str(value)}
