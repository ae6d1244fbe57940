"""From what git lists to blobs: what is asked for, and what never is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.git.listing import Item
from blue_cli.stores.base import Unread
from blue_cli.stores.gitblobs import by_dialogue, read
from blue_cli.stores.limits import BLOB

OID = "0" * 40


class Objects:
    """Answers with the names it was asked for; `missing` ones with nothing."""

    def __init__(self, missing: Sequence[str] = ()) -> None:
        self.asked: list[str] = []
        self.missing = missing

    def read(self, names: Sequence[str]) -> list[bytes | None]:
        self.asked += names
        return [None if name in self.missing else name.encode() for name in names]


def reading(items: dict[str, Item], missing: Sequence[str] = ()) -> tuple[dict[str, bytes], list[Unread], list[str]]:
    objects: Any = Objects(missing)
    return *read(items, objects), objects.asked


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (Item("120000", OID, 9), "symlink"),
        (Item("160000", OID), "not-regular"),
        (Item("100644", OID, BLOB + 1), "too-large"),
        (Item("100644", OID), "unreadable"),  # git has not even the size: a partial clone would fetch it
        (Item("100644", OID, 9, 2), "unmerged"),
    ],
)
def test_what_is_not_to_be_read_is_never_asked_for(item: Item, reason: str) -> None:
    blobs, unread, asked = reading({"round-0/muffin.md": item})
    assert (blobs, [(u.path, u.reason) for u in unread], asked) == ({}, [("round-0/muffin.md", reason)], [])


def test_what_git_lost_is_told_and_the_rest_is_read_in_the_order_of_addresses() -> None:
    items = {"z.txt": Item("100644", "a", 1), "dialogue.md": Item("100755", "b", 1), "a.txt": Item("100644", "c", BLOB)}
    blobs, unread, _ = reading(items, missing=["a"])
    assert list(blobs.items()) == [("dialogue", b"b"), ("file/a.txt", b"c")]
    assert [(u.path, u.reason) for u in unread] == [("z.txt", "unreadable")]


def test_only_what_lies_in_a_dialogue_counts() -> None:
    item = Item("100644", OID, 1)
    paths = [".blue/dialogues/one/a", ".blue/dialogues/one/b/c", ".blue/dialogues/stray", ".blue/dialogues/-no/a"]
    found = [(id, inside) for id, inside, _ in by_dialogue((path, item) for path in paths)]
    assert found == [("one", "a"), ("one", "b/c")]


PATHS = st.text(max_size=20) | st.from_regex(r"(\.?[a-z\x1b\udcff]{0,3}/){0,8}[a-z.]{0,4}", fullmatch=True)


@given(st.dictionaries(PATHS, st.just(Item("100644", OID, 1))))
def test_no_name_raises_and_every_one_is_read_told_or_ignored(items: dict[str, Item]) -> None:
    blobs, unread, asked = reading(items)
    assert len(blobs) == len(asked) <= len(items)
    for entry in unread:
        entry.path.encode()
    for path in items:
        hidden = any(part.startswith(".") for part in path.split("/"))
        assert hidden or unread or blobs
