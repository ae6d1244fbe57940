"""Items, their sizes, and a dialogue from items: pure, so Hypothesis may do what it likes."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.dialogue.ids import uuid7
from blue_cli.stores import dynamo_items as items
from blue_cli.stores.dynamo_commit import conditioned
from blue_cli.stores.dynamo_items import Torn, checksum, folded, key, lay_out, meta_values, partition, size, slices, view_of
from blue_cli.stores.limits import BLOB

UID = uuid7(1, 1)
ADDRESSES = st.sampled_from(["dialogue", "contribution/00#a", "ruling/01#T0001", "file/x", "file/" + "ä" * 600 + "/x", "file/t#000"])
LARGE = st.integers(items.PART - 1, BLOB)
BLOBS = st.binary(max_size=30) | st.builds(lambda size, seed: random.Random(seed).randbytes(size), LARGE, st.integers())


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"pk": {"S": "a"}}, 3),
        ({"ä": {"S": "ä"}}, 4),
        ({"n": {"N": "0"}}, 3),
        ({"n": {"N": "1234"}}, 4),
        ({"n": {"N": "-123"}}, 5),
        ({"d": {"B": b"\x00" * 10}}, 11),
        ({"d": {"B": b""}}, 1),
        ({"b": {"BOOL": True}}, 2),
        ({"l": {"L": []}}, 4),
        ({"l": {"L": [{"S": "ab"}, {"S": ""}]}}, 8),
    ],
)
def test_the_size_of_an_item_is_that_of_its_names_and_values(item: Any, expected: int) -> None:
    """AWS, "DynamoDB item sizes and formats": UTF-8 bytes, two digits a byte and one more, 3 for a list and 1 for each in it."""
    assert size(item) == expected


def meta(tokens: dict[str, str], over: str = "") -> items.Item:
    return {**key(partition(UID), "meta"), "id": {"S": "one"}, **meta_values("v", tokens, ["v"], over)}


@given(st.dictionaries(ADDRESSES, BLOBS, max_size=4), st.randoms())
def test_what_is_laid_out_reads_back_directly_and_before_it_is_folded(blobs: dict[str, bytes], chance: random.Random) -> None:
    layout = lay_out(partition(UID), "t", blobs)
    tokens = dict.fromkeys(blobs, "t")
    direct = [what["Item"] for one in layout.direct for what in one.values()]
    for some in ([*layout.parts, *direct, meta(tokens)], [*layout.parts, *layout.redo, meta(tokens, "t")]):
        chance.shuffle(some)
        view = view_of(UID, some)
        assert view is not None and view.blobs == blobs and list(view.blobs) == sorted(blobs)
        assert view.garbage == () and view.unread == ()
        assert all(size(item) <= items.ITEM and len(item["sk"]["S"].encode()) <= items.KEY for item in some)
        if blobs:  # an item less is not a dialogue of this moment
            lost = [item for item in some if item["sk"]["S"] != "meta"]
            lost.pop()
            with pytest.raises(Torn):
                view_of(UID, [*lost, meta(tokens, "t" if some[0] in layout.redo or layout.redo[0] in some else "")])


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz")), unique_by=lambda pair: pair[0]))
def test_the_sum_does_not_depend_on_an_order_and_tells_any_two_apart(pairs: list[tuple[str, str]]) -> None:
    assert checksum(dict(pairs)) == checksum(dict(reversed(pairs)))
    assert all(checksum(dict(pairs)) != checksum({**dict(pairs), address: token + "'"}) for address, token in pairs)


def test_items_of_writers_who_lost_are_garbage_and_not_seen() -> None:
    ours, theirs = (lay_out(partition(UID), token, {"file/x": b"1" * (items.PART + 1), "file/y": b"2"}) for token in ("ours", "theirs"))
    direct = [what["Item"] for one in ours.direct for what in one.values()]
    view = view_of(UID, [*theirs.parts, *theirs.redo, *ours.parts, *direct, meta(dict.fromkeys(["file/x", "file/y"], "ours"))])
    assert view is not None and view.blobs["file/x"] == b"1" * (items.PART + 1)
    assert sorted(view.garbage) == sorted(item["sk"]["S"] for item in (*theirs.parts, *theirs.redo))


def test_a_redo_item_can_take_a_blob_away() -> None:
    old, gone = lay_out(partition(UID), "1", {"file/x": b"x"}), lay_out(partition(UID), "2", {"file/x": None})
    there = [what["Item"] for one in old.direct for what in one.values()]
    view = view_of(UID, [*there, *gone.redo, meta({}, "2")])
    assert view is not None and view.blobs == {}
    assert folded(gone.redo[0]) == {"Delete": {"Key": key(partition(UID), "blob#file/x")}}


@given(st.lists(st.integers(0, items.PART), max_size=260), st.integers(1, 3))
def test_slices_hold_the_limits_and_lose_nothing(sizes: list[int], room: int) -> None:
    operations = [{"Put": {"Item": {"d": {"B": b"x" * one}}}} for one in sizes]
    parts = list(slices(operations, room))
    assert [one for part in parts for one in part] == operations
    for part in parts:
        assert 0 < len(part) <= items.ITEMS - room
        assert sum(map(items.operation_size, part)) <= items.TRANSACTION - 2048 * room


def test_no_partition_is_no_dialogue() -> None:
    assert view_of(UID, []) is None
    assert view_of(UID, [{**key(partition(UID), "meta"), "moved": {"S": "t"}}]) is None


def test_a_condition_names_everything_so_that_no_word_is_reserved() -> None:
    made = conditioned({"Delete": {"Key": key("a", "b")}}, {"v": "1", "f": 1}, absent=("over",))["Delete"]
    assert made["ConditionExpression"] == "#v = :_v AND #f = :_f AND attribute_not_exists(#over)"
    assert made["ExpressionAttributeNames"] == {"#v": "v", "#f": "f", "#over": "over"}
    assert made["ExpressionAttributeValues"] == {":_v": {"S": "1"}, ":_f": {"N": "1"}}
