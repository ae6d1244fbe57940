"""What the projection in DynamoDB says of a dialogue, in one item, so that fifty dialogues are one request.

    pk                sk       what
    projection#{uid}  answers  form; rows: JSON by table, compressed; uid, id and version are in the row of `dialogues`

One item is written whole or not at all, and its own row says of which version it is. So an answer is as good as from the
dialogue's partition if the version is that of `meta` read at the same time, and nothing has to be said about indexes.
Texts are left out: they would be most of it, and a question about texts reads the partitions, where each of them is once.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from blue_cli.stores.base import Snapshot
from blue_cli.stores.dynamo_items import ITEM, Item, key, place, size
from blue_cli.stores.projecting import Shape

Rows = Mapping[str, Sequence[Sequence[Any]]]

ANSWERS = "answers"
LEFT_OUT = ("content", "folded")  # a text may be larger than an item, and lies in the dialogue's own partition
ROOM = 100  # bytes of the item for what it says besides
LARGEST = 16 << 20  # bytes that 400 KB may become: JSON like this shrinks to a tenth


def answers(tables: Sequence[Shape], rows: Rows, snapshot: Snapshot) -> Iterator[Item]:
    """The item of these rows. None where it would be too large, where not every file was read, and where there is only a row
    that says that the dialogue is there, as of a sealed one: such a dialogue is asked itself."""
    if snapshot.unread or sum(map(len, rows.values())) == 1:
        return
    said = {table.name: [_without(table, row) for row in rows.get(table.name, ())] for table in tables}
    raw = json.dumps(said, separators=(",", ":")).encode()
    if len(raw) > LARGEST:
        return
    item = {**key(place(snapshot.uid), ANSWERS), "rows": {"B": zlib.compress(raw, 9)}}
    if size(item) <= ITEM - ROOM:
        yield item


def _without(table: Shape, row: Sequence[Any]) -> list[Any]:
    return ["" if column.name in LEFT_OUT else value for column, value in zip(table.columns, row, strict=True)]


def unpacked(item: Item) -> Rows:
    """The rows of an item. `ValueError`, `LookupError`, `TypeError`, `RecursionError` or `zlib.error` for what blue did not write."""
    reader = zlib.decompressobj()
    raw = reader.decompress(bytes(item["rows"]["B"]), LARGEST)
    if not reader.eof:
        raise ValueError("more than 16 MB")
    rows: Rows = json.loads(raw)
    return rows
