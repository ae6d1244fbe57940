"""The user's master key (UMK) and its text form.

    # comment lines
    blue-key-v1
    base64 of 32 bytes
    check value, 16 hex digits

The check value, HKDF-SHA-256 with the label "check", tells a damaged key from a tampered dialogue, and is the
key's public name: it says nothing about the key to who does not have it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import NoReturn

from blue_cli.crypto.aead import KEY, hkdf256, same
from blue_cli.crypto.encoding import b64, lp, unb64

CHECK = 8  # bytes of the check value
SALT = 32  # bytes of the salt of a KEK
PREFIX = "umk#"
VERSION = "blue-key-v1"
LIMIT = 4096  # bytes of a key file, ten times what the longest has


class Damaged(ValueError):
    """A text that is no whole key. Its message says what is wrong, and nothing of the key."""


class Umk:
    """The master key. It never enters a cipher; it shows itself to nobody."""

    __slots__ = ("_secret", "check")

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY:
            raise Damaged("it has not 32 bytes")
        self._secret = secret
        self.check = hkdf256(secret, b"", b"blue/v1/check", CHECK)

    @classmethod
    def make(cls, random: Callable[[int], bytes] = os.urandom) -> Umk:
        """A new key."""
        return cls(random(KEY))

    @property
    def id(self) -> str:
        """Its public name."""
        return key_id(self.check)

    def kek(self, uid: str, epoch: int, salt: bytes) -> bytes:
        """The key-encryption key of a dialogue: HKDF-SHA-256 (RFC 5869) over the salt, the uid and the epoch."""
        return hkdf256(self._secret, salt, b"blue/v1/kek" + lp(uid, str(epoch)))

    def reveal(self) -> bytes:
        """The 32 bytes, for writing the key down: a key file, a paper form."""
        return self._secret

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Umk) and same(self._secret, other._secret)

    def __hash__(self) -> int:
        return hash(self.check)

    def __repr__(self) -> str:
        return f"<{self.id}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not written anywhere")


def key_id(check: bytes) -> str:
    """The public name of the key with this check value."""
    return PREFIX + check.hex()


def fingerprint(id: str) -> str:
    """A key's public name in groups of four, to be compared aloud."""
    digits = id.removeprefix(PREFIX)
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def write(umk: Umk) -> str:
    """The text of a key file."""
    return (
        f"# The key {umk.id} of blue. Who has this file reads everything sealed with it.\n"
        f"# Without it nobody does. A paper form for the safe: blue key export\n"
        f"{VERSION}\n{b64(umk.reveal())}\n{umk.check.hex()}\n"
    )


def lines_of(text: str) -> tuple[str, list[str]]:
    """The version line and the lines after it, without comments; `Damaged` when it is none of blue's key files."""
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if not lines or not re.fullmatch(r"blue-key-v[0-9]{1,4}(-[a-z]{1,20})?", lines[0]):
        raise Damaged("it is no key file of blue")
    return lines[0], lines[1:]


def read(lines: list[str]) -> Umk:
    """The key from the lines after the version line; `Damaged` when the check value does not match."""
    if len(lines) != 2:
        raise Damaged(f"it has {len(lines)} of 2 lines")
    umk = Umk(decoded(lines[0]))
    if not same(umk.check, check_value(lines[1])):
        raise Damaged("its check value does not match")
    return umk


def decoded(line: str) -> bytes:
    """The bytes of a line of base64. The error names no character of it: it may be a key."""
    try:
        return unb64(line)
    except ValueError:
        raise Damaged("a line is not base64") from None


def check_value(line: str) -> bytes:
    """A check value from its hex digits."""
    if not re.fullmatch("[0-9a-f]{16}", line):
        raise Damaged("its check value is not 16 hex digits")
    return bytes.fromhex(line)
