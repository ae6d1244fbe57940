"""The primitives, and the only file that imports `cryptography`: AES-256-GCM, HKDF, HMAC, Argon2id, comparison."""

from __future__ import annotations

import hmac
from hashlib import sha512 as _sha512

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY = 32  # bytes of every key
NONCE = 12  # bytes (NIST SP 800-38D, section 8.2.1)
TAG = 16  # bytes at the end of a ciphertext

_SHA256, _SHA512 = hashes.SHA256(), hashes.SHA512()


class Broken(ValueError):
    """A ciphertext that this key and these associated data did not make."""


def encrypt(key: bytes, nonce: bytes, data: bytes, associated: bytes) -> bytes:
    """AES-256-GCM: the ciphertext with its 16 bytes of tag behind it. A nonce is never used twice with one key."""
    return AESGCM(key).encrypt(nonce, data, associated)


def decrypt(key: bytes, nonce: bytes, data: bytes, associated: bytes) -> bytes:
    """The plaintext, or `Broken`, which says no more than that."""
    try:
        return AESGCM(key).decrypt(nonce, data, associated)
    except InvalidTag:
        raise Broken("the tag does not match") from None


def hkdf256(key: bytes, salt: bytes, info: bytes, length: int = KEY) -> bytes:
    """HKDF with SHA-256 (RFC 5869)."""
    return HKDF(_SHA256, length, salt, info).derive(key)


def hkdf512(key: bytes, salt: bytes, info: bytes, length: int = KEY) -> bytes:
    """HKDF with SHA-512 (RFC 5869)."""
    return HKDF(_SHA512, length, salt, info).derive(key)


def hkdf512_pair(key: bytes, salt: bytes, one: bytes, other: bytes) -> tuple[bytes, bytes]:
    """`hkdf512` for two infos at once, 32 bytes each: half the time, since what they share is computed once.

    It is called for every file. A test holds it equal to `hkdf512`. `salt` has at most 128 bytes.
    """
    extracted = _hmac512(salt, key)
    inner, outer = _pads(extracted)
    first = _sha512(outer + _sha512(inner + one + b"\1").digest()).digest()
    second = _sha512(outer + _sha512(inner + other + b"\1").digest()).digest()
    return first[:KEY], second[:KEY]


_INNER, _OUTER = bytes(x ^ 0x36 for x in range(256)), bytes(x ^ 0x5C for x in range(256))
_PADDING = bytes(128)  # SHA-512 takes 128 bytes at a time


def _pads(key: bytes) -> tuple[bytes, bytes]:
    block = key + _PADDING[len(key) :]
    return block.translate(_INNER), block.translate(_OUTER)


def _hmac512(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA-512 (RFC 2104) for a key of at most 128 bytes: as the libraries, without what they do around each call."""
    inner, outer = _pads(key)
    return _sha512(outer + _sha512(inner + data).digest()).digest()


def mac(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA-256 (RFC 2104)."""
    return hmac.digest(key, data, "sha256")


def same(one: bytes, other: bytes) -> bool:
    """Whether two strings of bytes are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one, other)


def argon2id(passphrase: bytes, salt: bytes, memory_kib: int, passes: int, lanes: int) -> bytes:
    """A key from a passphrase (RFC 9106). Takes `memory_kib` KiB and, on purpose, a good part of a second."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    return Argon2id(salt=salt, length=KEY, iterations=passes, lanes=lanes, memory_cost=memory_kib).derive(passphrase)
