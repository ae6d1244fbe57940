"""The files in an export: the same bytes, or a problem with a place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.dialogue import exported
from blue_cli.dialogue.ids import DIALOGUE
from blue_cli.views.export import contribution

FRONTS = st.sampled_from(["", "---\nblue: 1\n---\n", "---\r\nblue: 1\r\n---\r\n", "--- \nround: 0\n---\n", "---\n---\n", "---\n"])
BYTES = st.one_of(st.binary(max_size=30), st.builds(lambda bom, front, body: bom + front.encode() + body.encode(),
    st.sampled_from([b"", b"\xef\xbb\xbf"]), FRONTS, st.text(max_size=20)))  # fmt: skip


def export(*items: Any, **fields: Any) -> dict[str, Any]:
    return {"dialogue": {"id": "cache", "uid": "older:cache"}, "contributions": [*items], "complete": True, **fields}


def item(address: str = DIALOGUE, data: bytes = b"a\n", **fields: Any) -> dict[str, Any]:
    return {**contribution(address, data), **fields}


@given(BYTES)
def test_a_file_comes_back_to_the_byte(data: bytes) -> None:
    document = json.loads(json.dumps(export(item("contribution/00#muffin", data))))
    found, problems = exported.read(document)
    assert (found.blobs, problems) == ({"contribution/00#muffin": data}, [])


@pytest.mark.parametrize(
    ("document", "rule", "path"),
    [
        ({}, "invalid-id", ("dialogue", "id")),
        (export(dialogue={"id": "../x"}), "invalid-id", ("dialogue", "id")),
        (export(dialogue=[]), "invalid-id", ("dialogue", "id")),
        (export(complete=False), "missing-field", ("complete",)),
        (export(contributions={}), "missing-field", ("contributions",)),
        (export(1), "missing-field", ("contributions", 0)),
        (export(item("file/../../etc/passwd")), "unsafe-path", ("contributions", 0, "address")),
        (export(item("contribution/100#muffin")), "unsafe-path", ("contributions", 0, "address")),
        (export({**item(), "address": None}), "unsafe-path", ("contributions", 0, "address")),
        (export(item("contribution/00#muffin"), item("contribution/00#MUFFIN")), "duplicate-id", ("contributions", 1, "address")),
        (export(item(), item()), "duplicate-id", ("contributions", 1, "address")),
        (export(item(body=1)), "missing-field", ("contributions", 0)),
        (export(item(newline="x")), "missing-field", ("contributions", 0)),
        (export(item(bom="no")), "missing-field", ("contributions", 0)),
        (export(item(encoding="rot13")), "missing-field", ("contributions", 0)),
        (export(item(encoding="base64", body="=")), "encoding", ("contributions", 0, "body")),
        (export(item(encoding="base64", body="é")), "encoding", ("contributions", 0, "body")),
        (export(item(body="a" * (1 << 20) + "b")), "limit", ("contributions", 0, "body")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(document: dict[str, Any], rule: str, path: tuple[str | int, ...]) -> None:
    _, problems = exported.read(document)
    assert (rule, path) in [(p.rule, p.path) for p in problems]


KEYS = st.sampled_from(["dialogue", "contributions", "id", "uid", "address", "body", "encoding", "front_matter", "bom", "newline"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(["dialogue", "contributions", "complete", "uid"]), JSON))
def test_nothing_raises(document: dict[str, Any]) -> None:
    exported.read(document)
