"""In which order a commit is written to DynamoDB, so that a reader sees all of it or nothing, whenever it is cut off.

1. What does not fit into the deciding transaction goes first, under the new token: parts of large blobs, and for more
   than 92 changes or 4 MB the redo items. Nobody sees them.
2. One transaction decides: `meta` gets the new version if it still has the one expected. With redo items it only gets
   `over`, and from then on readers put the redo items in front of the blobs themselves.
3. What is left: folding the redo items in, each transaction on the condition that `over` still says so; and sweeping what
   no longer means anything. If that is cut off, the next commit does it.

What is swept was seen at the version that the commit expected, so it belongs to writers who expected that one or an
older one, and has lost; a writer who is still under way has put nothing of it there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from blue_cli.errors import Unavailable
from blue_cli.stores.dynamo_items import (
    DIRECTORY,
    FORMAT,
    LOG,
    META,
    PARTS,
    ROW_OF_FORMAT,
    Item,
    Layout,
    Operation,
    View,
    checksum,
    folded,
    key,
    lay_out,
    meta_values,
    part_keys,
    partition,
    slices,
)
from blue_cli.stores.dynamo_wire import Unanswered, Wire


class Writer:
    """The writing requests of one store. None or False instead of a result: a condition did not hold, nothing was changed."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def commit(self, view: View, changes: Mapping[str, bytes | None], still: Sequence[Operation] = ()) -> View | None:
        """The dialogue with these changes, if it still has the version of `view` and what `still` checks holds."""
        view = self._settled(view)
        token = new_token()
        layout = lay_out(partition(view.uid), token, changes)
        after = _after(view, view.uid, token, token, changes, layout)
        self._wire.batch(layout.parts if layout.fits else layout.parts + layout.redo)
        values = meta_values(after.version, after.tokens, after.log, after.over)
        meta = update(key(partition(view.uid), META), values, equal=_unchanged(view), absent=("over",))
        if not self._flip([meta, *still, *(layout.direct if layout.fits else ())], token, view.uid):
            return None
        replaced = [sk for address in changes for sk in view.parts.get(address, ())]
        return self._finished(after, [*view.garbage, *replaced])

    def create(self, uid: str, id: str, puts: Mapping[str, bytes]) -> View | None:
        """A new dialogue, if neither its uid nor its id is taken."""
        token = new_token()
        empty = View(uid, id, "", {}, {}, {}, (), "", (), ())
        layout = lay_out(partition(uid), token, puts)
        after = _after(empty, uid, token, token, puts, layout)
        self._wire.batch(layout.parts if layout.fits else layout.parts + layout.redo)
        known = conditioned({"ConditionCheck": {"Key": key(DIRECTORY, ROW_OF_FORMAT)}}, {"f": FORMAT}, or_absent=True)
        operations = [known, _new_meta(after), _new_row(id, uid), *(layout.direct if layout.fits else ())]
        return self._finished(after, ()) if self._flip(operations, token, uid) else None

    def rename(self, view: View, id: str) -> bool:
        """Another id for the same uid, if it is free and `view` still holds."""
        token = new_token()
        log = {"log": {"L": [{"S": one} for one in (*view.log, token)[-LOG:]]}}
        meta = update(key(partition(view.uid), META), {"id": {"S": id}, **log}, equal={"v": view.version, "id": view.id})
        return self._flip([meta, *_rows(view, view.uid, id)], token, view.uid)

    def move(
        self, view: View, uid: str, id: str, changes: Mapping[str, bytes | None], version: str | None, still: Sequence[Operation] = ()
    ) -> View | None:
        """The dialogue with these changes, under another uid: a copy in the partition of that uid, and a grave in its own.

        `changes` holds every blob; `version` None is a new one.
        """
        view = self._settled(view)
        token = new_token()
        puts = {address: data for address, data in changes.items() if data is not None}
        layout = lay_out(partition(uid), token, puts)
        empty = View(uid, id, "", {}, {}, {}, view.log, "", (), ())
        after = _after(empty, uid, version or token, token, puts, layout)
        self._wire.batch(layout.parts if layout.fits else layout.parts + layout.redo)
        grave: Operation = {"Put": {"Item": {**key(partition(view.uid), META), "f": {"N": str(FORMAT)}, "moved": {"S": token}}}}
        left = conditioned(grave, {**_unchanged(view), "id": view.id}, absent=("over",))
        operations = [left, *still, _new_meta(after), *_rows(view, uid, id), *(layout.direct if layout.fits else ())]
        if not self._flip(operations, token, uid):
            return None
        with suppress(Unavailable):
            self.clear(view.uid)
        return self._finished(after, ())

    def clear(self, uid: str) -> None:
        """Empty the partition that a dialogue has moved out of. Nobody can move in before: the grave stands where `meta` would."""
        pk = partition(uid)
        grave = self._wire.get(pk, META)
        check_format(grave)
        moved = grave.get("moved", {}).get("S", "") if grave else ""
        if not moved:
            return
        items = list(self._wire.query(pk, "blob#"))
        self._wire.batch((), [key(pk, sk) for item in items for sk in _parts_of(item)])
        still = conditioned({"ConditionCheck": {"Key": key(pk, META)}}, {"moved": moved})
        for some in slices([{"Delete": {"Key": key(pk, item["sk"]["S"])}} for item in items]):
            if not self._wire.transact([still, *some], new_token()):
                return
        self._wire.transact([conditioned({"Delete": {"Key": key(pk, META)}}, {"moved": moved})], new_token())

    # --- the parts of it ---

    def _flip(self, operations: list[Operation], token: str, uid: str) -> bool:
        """The deciding transaction. A refusal, or no answer, may follow on our own success: then `meta` knows the token."""
        try:
            return self._wire.transact(operations, token) or self._landed(token, uid)
        except Unanswered:
            if self._landed(token, uid):
                return True
            raise

    def _landed(self, token: str, uid: str) -> bool:
        meta = self._wire.get(partition(uid), META)
        check_format(meta)
        return meta is not None and {"S": token} in meta.get("log", {}).get("L", [])

    def _settled(self, view: View) -> View:
        """The same dialogue with nothing left to fold in."""
        if not view.over:
            return view
        self._fold(view.uid, view.over, view.redo)
        garbage = (*view.garbage, *(item["sk"]["S"] for item in view.redo))
        return view._replace(over="", redo=(), garbage=garbage)

    def _finished(self, after: View, garbage: Iterable[str]) -> View:
        """The third phase. The commit stands whatever happens here, so a store that fails now is no error."""
        pk = partition(after.uid)
        with suppress(Unavailable):
            if after.over:
                self._fold(after.uid, after.over, after.redo)
                garbage = [*garbage, *(item["sk"]["S"] for item in after.redo)]
                after = after._replace(over="", redo=())
            self._wire.batch((), [key(pk, sk) for sk in garbage])
        return after

    def _fold(self, uid: str, over: str, redo: Iterable[Item]) -> None:
        """Do what the redo items say. Somebody else who does it at the same time does the same."""
        where = key(partition(uid), META)
        still = conditioned({"ConditionCheck": {"Key": where}}, {"over": over})
        for some in slices([folded(item) for item in redo]):
            if not self._wire.transact([still, *some], new_token()):
                return
        self._wire.transact([update(where, {}, equal={"over": over}, remove="over")], new_token())


def new_token() -> str:
    """Never used before: 64 random bits, in hex."""
    return os.urandom(8).hex()


def check_format(item: Item | None) -> None:
    """`Unavailable` for a dialogue, or a table, in a form of tomorrow: it is neither read nor written."""
    form = str(FORMAT) if item is None else item.get("f", {}).get("N", str(FORMAT))
    if form != str(FORMAT):
        raise Unavailable("the table was written by a newer blue", why=f"its form is {form[:9]}, known is {FORMAT}", fix="update blue")


def conditioned(operation: Operation, equal: Mapping[str, str | int], absent: Iterable[str] = (), or_absent: bool = False) -> Operation:
    """The operation on a condition: attributes of the item that equal something, others that are not there."""
    ((verb, what),) = operation.items()
    tests = [f"#{name} = :_{name}" for name in equal] + [f"attribute_not_exists(#{name})" for name in absent]
    text = " AND ".join(tests) + (" OR attribute_not_exists(pk)" if or_absent else "")
    names = {f"#{name}": name for name in (*equal, *absent)}
    values = {f":_{name}": {"S": value} if isinstance(value, str) else {"N": str(value)} for name, value in equal.items()}
    given = {"ExpressionAttributeValues": what.get("ExpressionAttributeValues", {}) | values}
    return {
        verb: {
            **what,
            "ConditionExpression": text,
            "ExpressionAttributeNames": what.get("ExpressionAttributeNames", {}) | names,
            **{name: those for name, those in given.items() if those},  # DynamoDB takes no empty ones
        }
    }


def update(where: Item, values: Item, equal: Mapping[str, str | int], absent: Iterable[str] = (), remove: str = "") -> Operation:
    """Set some attributes of an item, or remove one, on a condition."""
    text = f"REMOVE #{remove}" if remove else "SET " + ", ".join(f"#{name} = :{name}" for name in values)
    what = {
        "Key": where,
        "UpdateExpression": text,
        "ExpressionAttributeNames": {f"#{name}": name for name in values},
        "ExpressionAttributeValues": {f":{name}": value for name, value in values.items()},
    }
    return conditioned({"Update": what}, equal, absent)


def _unchanged(view: View) -> dict[str, str | int]:
    """That `meta` says what it said. A dialogue that was renamed there and back has its version again, and other tokens."""
    return {"v": view.version, "sum": checksum(view.tokens)}


def _new(item: Item) -> Operation:
    return {"Put": {"Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}


def _new_meta(after: View) -> Operation:
    values = meta_values(after.version, after.tokens, after.log, after.over)
    return _new({**key(partition(after.uid), META), "id": {"S": after.id}, **values})


def _new_row(id: str, uid: str) -> Operation:
    return _new({**key(DIRECTORY, id.casefold()), "id": {"S": id}, "uid": {"S": uid}})


def _rows(view: View, uid: str, id: str) -> list[Operation]:
    """The directory's row of a dialogue, changed to this uid and id; an id that only changes its case keeps its row."""
    old = key(DIRECTORY, view.id.casefold())
    if id.casefold() == view.id.casefold():
        return [update(old, {"id": {"S": id}, "uid": {"S": uid}}, equal={"uid": view.uid})]
    return [conditioned({"Delete": {"Key": old}}, {"uid": view.uid}), _new_row(id, uid)]


def _after(before: View, uid: str, version: str, token: str, changes: Mapping[str, bytes | None], layout: Layout) -> View:
    """What a reader sees once the deciding transaction is through."""
    blobs = {a: d for a, d in sorted({**before.blobs, **changes}.items()) if d is not None}
    tokens = {a: t for a, t in {**before.tokens, **dict.fromkeys(changes, token)}.items() if changes.get(a, b"") is not None}
    parts = {address: sks for address, sks in before.parts.items() if address not in changes}
    parts |= {item["a"]["S"]: _parts_of(item) for item in layout.redo if "p" in item}
    over, redo = ("", ()) if layout.fits else (token, layout.redo)
    return View(uid, before.id, version, blobs, tokens, parts, (*before.log, token), over, redo, (), before.unread)


def _parts_of(item: Item) -> tuple[str, ...]:
    """The sort keys of the parts of a blob; none of one that blue did not write."""
    count, address, token = (item.get(name, {}).get(kind, "") for name, kind in (("p", "N"), ("a", "S"), ("g", "S")))
    return part_keys(token, address or item["sk"]["S"].removeprefix("blob#"), int(count)) if count in PARTS else ()
