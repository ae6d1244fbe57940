"""What lies in a commit or in the index: names and hashes, without any content."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

FILES = ("100644", "100755")
LINK, FOLDER, GITLINK = "120000", "040000", "160000"
UNKNOWN = -1  # of a size


class Item(NamedTuple):
    """A name with what is under it. `size` is in bytes, -1 where git did not say; `stage` is not 0 in an open merge."""

    mode: str
    oid: str
    size: int = UNKNOWN
    stage: int = 0


class Change(NamedTuple):
    """That a path differs between two sides: `status` is a letter (A, D, M, T, U), `item` what it is now (None: gone)."""

    status: str
    path: str
    item: Item | None


def fields(data: bytes) -> Iterable[str]:
    """The parts of an answer that end in NUL. Bytes that are no UTF-8 become surrogates, as in `os.fsdecode`."""
    return data.decode("utf-8", "surrogateescape").split("\0")[:-1]


def of_tree(data: bytes) -> dict[str, Item]:
    """What `ls-tree -z [-l]` answers, by path: `mode type oid [size]<tab>path`."""
    found = {}
    for line in fields(data):
        head, _, path = line.partition("\t")
        mode, _, oid, *size = head.split()
        found[path] = Item(mode, oid, int(size[0]) if size and size[0].isdigit() else UNKNOWN)  # "BAD": not here
    return found


def of_index(data: bytes) -> list[tuple[str, Item]]:
    """What `ls-files -s -z` answers, in its order: `mode oid stage<tab>path`; an unmerged path comes once a stage."""
    found = []
    for line in fields(data):
        head, _, path = line.partition("\t")
        mode, oid, stage = head.split()
        found.append((path, Item(mode, oid, UNKNOWN, int(stage))))
    return found


def of_changes(data: bytes) -> list[Change]:
    """What `diff-index --raw -z` or `diff-tree --raw -z` answers without renames: `:mode mode oid oid status`, then the path."""
    return paired(list(fields(data)))


def paired(parts: Sequence[str]) -> list[Change]:
    """The changes of such an answer, split already."""
    found = []
    for head, path in zip(parts[::2], parts[1::2], strict=True):
        _, mode, _, oid, status = head.split()
        found.append(Change(status[:1], path, None if status[:1] == "D" else Item(mode, oid)))
    return found
