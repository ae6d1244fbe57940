"""The `seal:` block: its fields, what its MAC is over, and every wrong form refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.crypto import block as blocks
from blue_cli.crypto.block import Block, Wrap
from blue_cli.crypto.envelope import Malformed
from blue_cli.dialogue import frontmatter
from tests.crypto.desk import UID

ARN = "awskms:arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def wraps(versions: int) -> st.SearchStrategy[Wrap]:
    deks = st.lists(st.binary(min_size=60, max_size=60), min_size=versions, max_size=versions).map(tuple)
    epoch = st.integers(1, 10**9 - 1)
    local = st.integers(0, 2**64 - 1).map(lambda n: f"umk#{n:016x}")
    return st.builds(Wrap, local, epoch, st.binary(min_size=32, max_size=32), st.just(b""), deks) | st.builds(
        Wrap, st.sampled_from([ARN, ARN + "2"]), epoch, st.just(b""), st.binary(min_size=1, max_size=300), deks
    )


@st.composite
def any_block(draw: st.DrawFn) -> Block:
    versions = tuple(sorted(draw(st.sets(st.integers(1, 50), min_size=1, max_size=3))))
    listed = draw(st.lists(wraps(len(versions)), min_size=1, max_size=3, unique_by=lambda wrap: wrap.key))
    pending = draw(st.just("") | st.integers(0, 2**256 - 1).map(lambda n: f"{n:064x}"))
    return Block(draw(st.integers(0, 99)), versions, tuple(listed), pending, draw(st.binary(min_size=32, max_size=32)))


@settings(max_examples=60, deadline=None)
@given(any_block())
def test_a_block_comes_back_from_its_fields_and_from_its_line(block: Block) -> None:
    assert blocks.parse(blocks.fields(block)) == block
    line = blocks.line(block)
    assert line.count("\n") == 1
    assert line.isascii()
    front, problems = frontmatter.read(line)
    assert not problems
    assert blocks.parse(front["seal"]) == block


@settings(max_examples=60, deadline=None)
@given(any_block(), any_block())
def test_the_mac_is_over_everything_but_itself(one: Block, other: Block) -> None:
    same = one._replace(mac=b"") == other._replace(mac=b"")
    assert (blocks.signed(one, UID) == blocks.signed(other, UID)) == same
    assert blocks.signed(one, UID) == blocks.signed(one._replace(mac=bytes(32)), UID)
    assert blocks.signed(one, UID) != blocks.signed(one, UID[:-1] + "f" + UID[-1:])


def one(pending: str = "") -> Block:
    local = Wrap("umk#0123456789abcdef", 1, bytes(32), b"", (bytes(60), b"1" * 60))
    return Block(2, (1, 3), (local, Wrap(ARN, 2, b"", b"blob", (b"2" * 60, b"3" * 60))), pending, bytes(32))


def test_what_the_mac_is_over_is_canonical_json() -> None:
    said = json.loads(blocks.signed(one(), UID))
    assert set(said) == {"uid", "sealed", "from_round", "versions", "wraps", "pending"}
    assert said["pending"] is None
    assert json.loads(blocks.signed(one("a" * 64), UID))["pending"] == "a" * 64
    assert said["wraps"][0].keys() == {"key", "epoch", "salt", "deks"}
    assert said["wraps"][1].keys() == {"key", "epoch", "blob", "deks"}


def changed(path: str, value: Any) -> dict[str, Any]:
    fields: Any = json.loads(json.dumps(blocks.fields(one("b" * 64))))
    at = fields
    *way, last = path.split(".")
    for step in way:
        at = at[int(step)] if isinstance(at, list) else at[step]
    key: Any = int(last) if isinstance(at, list) else last
    if value is None:
        del at[key]
    else:
        at[key] = value
    return dict(fields)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *[
            (key, None)
            for key in (
                "sealed",
                "from_round",
                "versions",
                "wraps",
                "mac",
                "wraps.0.salt",
                "wraps.1.blob",
                "wraps.0.key",
                "wraps.0.deks",
                "wraps.0.deks.0",
            )
        ],
        ("note", "x"),
        ("sealed", False),
        ("sealed", "true"),
        ("from_round", -1),
        ("from_round", 100),
        ("from_round", True),
        ("from_round", "0"),
        ("versions", []),
        ("versions", [3, 1]),
        ("versions", [1, 1]),
        ("versions", [0, 1]),
        ("versions", "1"),
        ("versions", list(range(1, 300))),
        ("wraps", []),
        ("wraps", {}),
        ("wraps.0", "x"),
        ("wraps.0.note", "x"),
        ("wraps.0.blob", "AAAA"),
        ("wraps.1.salt", "AAAA"),
        ("wraps.0.key", "umk#0123"),
        ("wraps.0.key", "umk#0123456789ABCDEF"),
        ("wraps.0.key", 7),
        ("wraps.0.key", "file:/x"),
        ("wraps.1.key", "awskms:a b"),
        ("wraps.1.key", "awskms:"),
        ("wraps.1", {**blocks.fields(one())["wraps"][0], "epoch": 2}),
        ("wraps.1.key", "umk#0123456789abcdef"),
        ("wraps.0.epoch", 0),
        ("wraps.0.epoch", 1.5),
        ("wraps.0.salt", "AAAA"),
        ("wraps.0.salt", "A" * 44),
        ("wraps.0.deks.0", "A" * 79),
        ("wraps.0.deks.0", "A" * 84),
        ("wraps.0.deks.0", "A" * 79 + "*"),
        ("wraps.1.blob", ""),
        ("wraps.1.blob", "A" * 20000),
        ("pending", ""),
        ("pending", "B" * 64),
        ("pending", 5),
        ("mac", ""),
        ("mac", "A" * 43 + "B"),
        ("mac", "A" * 44),
        ("mac", 1),
    ],
)
def test_any_other_form_is_malformed(path: str, value: Any) -> None:
    with pytest.raises(Malformed) as caught:
        blocks.parse(changed(path, value))
    assert "\n" not in str(caught.value)


def test_no_map_is_malformed_too() -> None:
    for value in (None, [], "x", 3, {}):
        with pytest.raises(Malformed):
            blocks.parse(value)  # type: ignore[arg-type]  # what a stranger wrote


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.sampled_from(["key", "epoch", "salt", "deks", "a"]), x, max_size=4),
    max_leaves=6,
)


@settings(max_examples=150)
@given(
    st.sampled_from(
        [
            "sealed",
            "from_round",
            "versions",
            "wraps",
            "pending",
            "mac",
            "wraps.0",
            "wraps.0.key",
            "wraps.0.salt",
            "wraps.0.deks",
            "wraps.1.blob",
        ]
    ),
    JSON,
)
def test_nothing_but_malformed_is_raised(path: str, value: Any) -> None:
    try:
        parsed = blocks.parse(changed(path, value))
    except Malformed:
        return
    assert blocks.parse(blocks.fields(parsed)) == parsed
