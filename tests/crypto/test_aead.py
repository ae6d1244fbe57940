"""The primitives; what others published of them is in test_known_answers.py."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import blue_cli
from blue_cli.crypto import aead

KEY, NONCE = bytes(range(32)), bytes(12)


@settings(max_examples=30)
@given(st.binary(max_size=100), st.binary(max_size=40))
def test_what_was_encrypted_is_decrypted(data: bytes, associated: bytes) -> None:
    sealed = aead.encrypt(KEY, NONCE, data, associated)
    assert len(sealed) == len(data) + aead.TAG
    assert aead.decrypt(KEY, NONCE, sealed, associated) == data


@pytest.mark.parametrize("part", ["key", "nonce", "data", "associated", "short"])
def test_any_other_part_is_refused_without_a_word_about_it(part: str) -> None:
    sealed = aead.encrypt(KEY, NONCE, b"secret", b"place")
    wrong = {
        "key": (KEY[::-1], NONCE, sealed, b"place"),
        "nonce": (KEY, b"1" * 12, sealed, b"place"),
        "data": (KEY, NONCE, b"x" + sealed[1:], b"place"),
        "associated": (KEY, NONCE, sealed, b"other"),
        "short": (KEY, NONCE, sealed[:10], b"place"),
    }[part]
    with pytest.raises(aead.Broken) as caught:
        aead.decrypt(*wrong)
    assert str(caught.value) == "the tag does not match"
    assert caught.value.__cause__ is None


def test_keys_of_two_infos_and_of_two_hashes_differ() -> None:
    keys = {aead.hkdf256(KEY, b"", b"one"), aead.hkdf256(KEY, b"", b"two"), aead.hkdf512(KEY, b"", b"one"), aead.hkdf256(KEY, b"s", b"one")}
    assert len(keys) == 4
    assert aead.hkdf512_pair(KEY, b"s", b"one", b"two") == (aead.hkdf512(KEY, b"s", b"one"), aead.hkdf512(KEY, b"s", b"two"))


def test_comparison_is_of_whole_strings() -> None:
    assert aead.same(b"abc", b"abc")
    assert not aead.same(b"abc", b"abd")
    assert not aead.same(b"abc", b"ab")


def test_argon2id_is_that_of_rfc_9106_in_its_parameters() -> None:
    one = aead.argon2id(b"passphrase", bytes(16), 64, 1, 1)
    assert len(one) == aead.KEY
    assert one == aead.argon2id(b"passphrase", bytes(16), 64, 1, 1)
    others = {aead.argon2id(*wrong) for wrong in [
        (b"Passphrase", bytes(16), 64, 1, 1), (b"passphrase", b"1" * 16, 64, 1, 1),
        (b"passphrase", bytes(16), 128, 1, 1), (b"passphrase", bytes(16), 64, 2, 1),
    ]}  # fmt: skip
    assert len(others) == 4
    assert one not in others


def test_no_other_file_imports_the_library() -> None:
    for path in Path(blue_cli.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert path.name == "aead.py" or not any(n.split(".")[0] in ("cryptography", "Crypto") for n in names), path
