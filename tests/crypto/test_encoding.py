"""How values become bytes, in one way only."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.crypto.encoding import b64, canonical_json, lp, unb64, unlp

PARTS = st.lists(st.binary(max_size=12), max_size=5)


@given(PARTS, PARTS)
def test_two_different_lists_never_encode_alike(one: list[bytes], other: list[bytes]) -> None:
    assert (lp(*one) == lp(*other)) == (one == other)


@given(PARTS)
def test_what_was_put_together_comes_apart_again(parts: list[bytes]) -> None:
    assert unlp(lp(*parts), len(parts)) == parts


@given(st.binary(max_size=40), st.integers(0, 4))
def test_only_one_string_of_bytes_comes_apart_to_the_same_parts(data: bytes, count: int) -> None:
    try:
        parts = unlp(data, count)
    except ValueError:
        return
    assert lp(*parts) == data


def test_parts_of_text_are_utf_8() -> None:
    assert lp("ä", b"") == b"\0\0\0\2\xc3\xa4\0\0\0\0"


@given(st.binary(max_size=64))
def test_base64_comes_back(data: bytes) -> None:
    assert unb64(b64(data)) == data


@given(st.text("ABCDwxyz0189+/=\n -_", max_size=12) | st.text(max_size=8))
def test_base64_has_one_spelling_only(text: str) -> None:
    try:
        data = unb64(text)
    except ValueError:
        return
    assert b64(data) == text


@pytest.mark.parametrize("text", ["QQ", "QQ=", "QR==", "QQ==\n", " QQ==", "QQ==QQ==", "QQ=Q", "Q-_Q", "ä", "====", "Q"])
def test_other_spellings_of_base64_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        unb64(text)


def test_canonical_json_sorts_and_escapes_nothing_it_need_not() -> None:
    assert canonical_json({"b": [1, True, None], "a": "ä\n"}) == '{"a":"ä\\n","b":[1,true,null]}'.encode()
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(float("nan"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_canonical_json_says_what_it_was_given(value: object) -> None:
    assert json.loads(canonical_json(value)) == value
