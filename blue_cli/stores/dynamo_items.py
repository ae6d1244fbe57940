"""How a dialogue lies in a table of DynamoDB: keys, items, their sizes, and a dialogue from the items of its partition.

    pk                  sk                      what
    dialogue#{uid}      meta                    version v, id, how many blobs n, sum, the last writers' tokens log, [over], format f
    dialogue#{uid}      blob#{address}          token g of the commit that wrote it, and its bytes d, or how many parts p
    dialogue#{uid}      part#{g}#{address}#000  a part of a blob that fits into no item
    dialogue#{uid}      redo#{g}#{address}      a change of a commit that fits into no transaction
    directory           {id, casefolded}        id, uid: the listing, and why an id has one winner
    directory           !format                 f: which form of all this the table has

A part or redo item means nothing until `meta` (or a blob) names its token, so whatever a writer puts there beforehand
nobody sees; `over` names the redo items that stand in front of the blobs until they are folded in.

A Query is no snapshot: DynamoDB may show some items of a transaction and not yet the others. So `sum` holds all blobs
together: the exclusive or of one hash a blob, over its address and token. A view that is not of one moment has another sum.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from blue_cli.dialogue.ids import path_of
from blue_cli.stores.base import Unread
from blue_cli.stores.limits import BLOB

Item = dict[str, dict[str, Any]]  # as botocore has it: {"sk": {"S": "meta"}, "d": {"B": b"..."}}
Operation = dict[str, Any]  # one of a transaction

FORMAT = 1
ITEM = 400 * 1024  # bytes of an item, names and values (AWS, "Service, account, and table quotas")
KEY = 1024  # bytes of a sort key
ITEMS = 100  # of a transaction
TRANSACTION = 4_000_000  # bytes of the items of a transaction
BATCH = 25  # items of a batch
GETS = 100  # items of a batch that is read
PART = 384 * 1024  # bytes of a blob that still lie in one item
PARTS = tuple(map(str, range(1, -(-BLOB // PART) + 1)))  # how many a blob may have
LOG = 20  # tokens that meta remembers
ROOM = 8  # operations of a transaction that are not blobs: meta, directory, checks
META, DIRECTORY, ROW_OF_FORMAT = "meta", "directory", "!format"
LONG = 900  # bytes of an address that still is a key itself


class Torn(Exception):
    """These items are not of one moment."""


class View(NamedTuple):
    """A dialogue as its partition shows it. `garbage` are sort keys that mean nothing, as of this version."""

    uid: str
    id: str
    version: str
    blobs: Mapping[str, bytes]
    tokens: Mapping[str, str]
    parts: Mapping[str, tuple[str, ...]]  # sort keys, of the blobs that have some
    log: tuple[str, ...]
    over: str
    redo: tuple[Item, ...]
    garbage: tuple[str, ...]
    unread: tuple[Unread, ...] = ()


class Layout(NamedTuple):
    """Changes, as items. `parts` are written beforehand; then either `direct` in one transaction, or `redo`."""

    parts: tuple[Item, ...]
    direct: tuple[Operation, ...]
    redo: tuple[Item, ...]

    @property
    def fits(self) -> bool:
        """Whether `direct` goes into one transaction, with room for the rest of it."""
        return len(self.direct) + ROOM <= ITEMS and sum(map(operation_size, self.direct)) + ROOM * 2048 <= TRANSACTION


# --- keys --------------------------------------------------------------------------------------------------------


def partition(uid: str) -> str:
    """The partition key of a dialogue."""
    return f"dialogue#{uid}"


def place(uid: str) -> str:
    """The partition key of a dialogue's rows in the projection."""
    return f"projection#{uid}"


def name_of(address: str) -> str:
    """An address as the last part of a key; of one that is too long its hash, which is no address."""
    raw = address.encode()
    return address if len(raw) <= LONG else f"sha256:{hashlib.sha256(raw).hexdigest()}"


def blob_key(address: str) -> str:
    """The sort key of a blob."""
    return f"blob#{name_of(address)}"


def part_keys(token: str, address: str, count: int) -> tuple[str, ...]:
    """The sort keys of the parts of a blob."""
    return tuple(f"part#{token}#{name_of(address)}#{number:03d}" for number in range(count))


def key(pk: str, sk: str) -> Item:
    """The key of an item."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


# --- sizes -------------------------------------------------------------------------------------------------------


def size(item: Item) -> int:
    """The bytes of an item as DynamoDB counts them: names in UTF-8, and values (AWS, "Item sizes and formats")."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: dict[str, Any]) -> int:
    ((kind, inner),) = value.items()
    if kind == "S":
        return len(str(inner).encode())
    if kind == "N":
        return (len(str(inner).lstrip("-")) + 1) // 2 + 1 + str(inner).startswith("-")
    if kind == "L":
        return 3 + sum(1 + _value_size(one) for one in inner)
    return len(inner) if kind == "B" else 1


def operation_size(operation: Operation) -> int:
    """The bytes that an operation brings into its transaction; of a deletion those of its key."""
    ((_, what),) = operation.items()
    return size(what.get("Item") or {**what["Key"], **what.get("ExpressionAttributeValues", {})})


def slices(operations: Iterable[Operation], room: int = 1) -> Iterator[list[Operation]]:
    """Operations in transactions: `room` operations of each are left free."""
    taken: list[Operation] = []
    weight = 0
    for operation in operations:
        more = operation_size(operation)
        if taken and (len(taken) + room >= ITEMS or weight + more + room * 2048 > TRANSACTION):
            yield taken
            taken, weight = [], 0
        taken.append(operation)
        weight += more
    if taken:
        yield taken


# --- writing -----------------------------------------------------------------------------------------------------


def lay_out(pk: str, token: str, changes: Mapping[str, bytes | None]) -> Layout:
    """What has to be written for these changes; None is a blob that goes."""
    parts: list[Item] = []
    direct: list[Operation] = []
    redo: list[Item] = []
    for address, data in changes.items():
        count = 0 if data is None or len(data) <= PART else -(-len(data) // PART)
        for number, sk in enumerate(part_keys(token, address, count)):
            parts.append({**key(pk, sk), "d": {"B": (data or b"")[number * PART : (number + 1) * PART]}})
        body: Item = {"g": {"S": token}, "a": {"S": address}}
        body |= {"gone": {"BOOL": True}} if data is None else {"p": {"N": str(count)}} if count else {"d": {"B": data}}
        redo.append({**key(pk, f"redo#{token}#{name_of(address)}"), **body})
        direct.append(folded(redo[-1]))
    return Layout(tuple(parts), tuple(direct), tuple(redo))


def folded(redo: Item) -> Operation:
    """The operation that does what a redo item says. The address is kept where the key does not hold it."""
    address, body = redo["a"]["S"], {name: value for name, value in redo.items() if name in ("g", "d", "p")}
    where = key(redo["pk"]["S"], blob_key(address))
    if "gone" in redo:
        return {"Delete": {"Key": where}}
    return {"Put": {"Item": where | body | ({"a": redo["a"]} if name_of(address) != address else {})}}


def meta_values(version: str, tokens: Mapping[str, str], log: Iterable[str], over: str = "") -> Item:
    """What `meta` says of the blobs with these tokens."""
    item: Item = {
        "f": {"N": str(FORMAT)},
        "v": {"S": version},
        "n": {"N": str(len(tokens))},
        "sum": {"S": checksum(tokens)},
        "log": {"L": [{"S": token} for token in tuple(log)[-LOG:]]},
    }
    return item | ({"over": {"S": over}} if over else {})


def checksum(tokens: Mapping[str, str]) -> str:
    """One hash over all blobs, whatever their order: by address and token. 32 hex digits."""
    total = 0
    for address, token in tokens.items():
        total ^= int.from_bytes(hashlib.sha256(f"{address}\0{token}".encode()).digest()[:16], "big")
    return f"{total:032x}"


# --- reading -----------------------------------------------------------------------------------------------------


def view_of(uid: str, items: Iterable[Item]) -> View | None:
    """The dialogue that these items are, None without one. `Torn` when they are not of one moment, or none of ours."""
    found = {item["sk"]["S"]: item for item in items}
    meta = found.get(META)
    if meta is None or "moved" in meta:
        return None
    try:
        return _view(uid, meta, found)
    except (KeyError, ValueError, TypeError, AttributeError):  # whoever may write to the table may write anything
        raise Torn from None


def _view(uid: str, meta: Item, found: Mapping[str, Item]) -> View:
    over = meta.get("over", {"S": ""})["S"]
    redo = tuple(item for sk, item in found.items() if over and sk.startswith(f"redo#{over}#"))
    chosen = _chosen(found, redo)
    tokens = {address: item["g"]["S"] for address, item in chosen.items()}
    if checksum(tokens) != meta["sum"]["S"]:
        raise Torn
    unread = [fault for address, item in sorted(chosen.items()) if (fault := _fault(address, item))]
    for fault in unread:
        del chosen[fault.detail]
    parts = {address: part_keys(item["g"]["S"], address, int(item["p"]["N"])) for address, item in chosen.items() if "p" in item}
    blobs = {address: _data(item, parts.get(address), found) for address, item in sorted(chosen.items())}
    used = {sk for keys in parts.values() for sk in keys} | {item["sk"]["S"] for item in redo}
    garbage = tuple(sk for sk in found if sk.startswith(("part#", "redo#")) and sk not in used)
    log = tuple(token["S"] for token in meta["log"]["L"])
    told = tuple(fault._replace(detail="") for fault in unread)
    return View(uid, meta["id"]["S"], meta["v"]["S"], blobs, tokens, parts, log, over, redo, garbage, told)


def _fault(address: str, item: Item) -> Unread | None:
    """Why a blob is not read: no path, or larger than any blob. `detail` is its address. blue writes neither."""
    try:
        path = path_of(address)
    except ValueError:
        return Unread(address.encode("unicode_escape").decode(), "unsafe-name", address)
    return Unread(path, "too-large", address) if "p" in item and item["p"]["N"] not in PARTS else None


def _chosen(found: Mapping[str, Item], redo: Iterable[Item]) -> dict[str, Item]:
    """For each address the item that holds: the blob's own, or the one that is still to be folded in."""
    chosen = {item.get("a", {"S": sk[5:]})["S"]: item for sk, item in found.items() if sk.startswith("blob#")}
    for item in redo:
        if "gone" in item:
            chosen.pop(item["a"]["S"], None)
        else:
            chosen[item["a"]["S"]] = item
    return chosen


def _data(item: Item, parts: tuple[str, ...] | None, found: Mapping[str, Item]) -> bytes:
    if parts is None:
        return bytes(item["d"]["B"])
    if any(sk not in found for sk in parts):
        raise Torn
    return b"".join(bytes(found[sk]["d"]["B"]) for sk in parts)
