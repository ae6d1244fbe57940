"""A key file under a passphrase: Argon2id (RFC 9106) makes a key from it, AES-256-GCM encrypts the master key.

    # comment lines
    blue-key-v1-passphrase
    argon2id MEMORY_KIB PASSES LANES
    base64 of the salt, 16 bytes
    base64 of nonce (12), ciphertext (32), tag (16)
    check value of the key inside, 16 hex digits
    checksum of the five lines above (SHA-256, its first 16 hex digits)

The check value is the key's public name, so nobody is asked for a passphrase in vain. The checksum tells a damaged
file from a wrong passphrase; it protects nothing. The first, second and fifth of these lines are associated data.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import NamedTuple

from blue_cli.crypto.aead import KEY, NONCE, TAG, Broken, argon2id, decrypt, encrypt, same
from blue_cli.crypto.encoding import b64, lp
from blue_cli.crypto.keys.material import Damaged, Umk, check_value, decoded, key_id
from blue_cli.crypto.keys.place import Missing, read_private
from blue_cli.errors import Locked, Refused

PROTECTED = "blue-key-v1-passphrase"
VARIABLE = "BLUE_PASSPHRASE_FILE"
SALT = 16  # bytes (RFC 9106, section 3.1)
SHORTEST = 8  # characters of a new passphrase (NIST SP 800-63B, section 5.1.1.1)
LONGEST = 1024  # bytes
Ask = Callable[[str], str]


class Cost(NamedTuple):
    """What one guess costs: KiB of memory, passes over it, lanes."""

    memory: int
    passes: int
    lanes: int


USUAL = Cost(64 * 1024, 3, 1)
LEAST = USUAL  # no version of blue wrote less: a cheaper file is somebody's attempt to have the passphrase guessed
MOST = Cost(1024 * 1024, 16, 16)  # a file must not be able to take all memory, or an hour


class Protection:
    """How this run comes by a passphrase: from a file, from a person, or not at all.

    `ask` prompts a person, None where there is none. `least` and `usual` are for tests only: the real cost is
    half a second a guess.
    """

    def __init__(self, env: Mapping[str, str], ask: Ask | None, least: Cost = LEAST, usual: Cost = USUAL) -> None:
        self._env = env
        self._ask = ask
        self._least = least
        self.usual = usual

    def passphrase(self, prompt: str, twice: bool = False) -> bytes:
        """The passphrase as bytes. `Locked` when there is no way to get one; `Refused` for a new one that will not do."""
        file = self._env.get(VARIABLE, "")
        text = _first_line(file) if file else [self._asked(prompt)]
        given = normalized(text[0]) if text else b""
        if not given:
            raise Locked("the passphrase is empty")
        if twice:
            self._judge(given, asked=not file)
        return given

    def _asked(self, prompt: str) -> str:
        if self._ask is None:
            raise Locked("a passphrase is needed, and nobody is here to ask", fix=f"a file of mode 0600: {VARIABLE}=FILE")
        try:
            return self._ask(prompt)
        except EOFError:
            raise Locked("no passphrase was given") from None

    def _judge(self, given: bytes, asked: bool) -> None:
        if len(given.decode()) < SHORTEST:
            raise Refused(f"the passphrase has fewer than {SHORTEST} characters", fix="several words that nobody said before")
        if asked and not same(normalized(self._asked("the same again: ")), given):
            raise Refused("the two passphrases differ, nothing is written")

    def id_of(self, lines: list[str]) -> str:
        """The key's name in a file's lines, without the passphrase. `Damaged` when they are not whole."""
        return key_id(_parse(lines).check)

    def unlock(self, lines: list[str], shown: str) -> Umk:
        """The key inside. `Damaged`, or `Locked` for a wrong passphrase or a cost outside the bounds."""
        form = _parse(lines)
        _bound(form.cost, self._least, shown)
        given = self.passphrase(f"passphrase of {shown}: ")
        try:
            umk = Umk(decrypt(argon2id(given, form.salt, *form.cost), form.nonce, form.body, _associated(form)))
        except Broken:
            raise Locked(f"the passphrase does not open {shown}") from None
        if not same(umk.check, form.check):
            raise Damaged("its check value is of another key")
        return umk


def _first_line(file: str) -> list[str]:
    try:
        return read_private(file, f"${VARIABLE}", LONGEST + 2).splitlines()[:1]
    except Missing:
        raise Locked(f"there is no file that ${VARIABLE} could mean", why=f"it says {file}") from None


def normalized(text: str) -> bytes:
    """A passphrase as bytes: NFC (RFC 8265), because keyboards disagree on how an accent is spelled."""
    data = unicodedata.normalize("NFC", text).encode(errors="replace")
    if len(data) > LONGEST:
        raise Locked(f"the passphrase is longer than {LONGEST} bytes")
    return data


def protect(umk: Umk, protection: Protection, random: Callable[[int], bytes] = os.urandom) -> str:
    """The text of a key file under a passphrase, which is asked for twice."""
    given = protection.passphrase(f"a passphrase for {umk.id}: ", twice=True)
    form = _Form(protection.usual, random(SALT), random(NONCE), b"", umk.check)
    body = encrypt(argon2id(given, form.salt, *form.cost), form.nonce, umk.reveal(), _associated(form))
    lines = [
        f"argon2id {form.cost.memory} {form.cost.passes} {form.cost.lanes}",
        b64(form.salt),
        b64(form.nonce + body),
        form.check.hex(),
    ]
    comment = f"# The key {umk.id} of blue, under a passphrase. Without both nobody reads what is sealed with it.\n"
    return comment + "\n".join([PROTECTED, *lines, _checksum(lines)]) + "\n"


# --- the lines ---------------------------------------------------------------------------------------------


class _Form(NamedTuple):
    """What the file says; nothing of it is secret."""

    cost: Cost
    salt: bytes
    nonce: bytes
    body: bytes
    check: bytes


def _parse(lines: list[str]) -> _Form:
    if len(lines) != 5:
        raise Damaged(f"it has {len(lines)} of 5 lines")
    if lines[4] != _checksum(lines[:4]):
        raise Damaged("its checksum does not match")
    numbers = re.fullmatch("argon2id ([1-9][0-9]{0,9}) ([1-9][0-9]{0,9}) ([1-9][0-9]{0,9})", lines[0])
    salt, sealed = decoded(lines[1]), decoded(lines[2])
    if not numbers or len(salt) != SALT or len(sealed) != NONCE + KEY + TAG:
        raise Damaged("a line has not the form it should have")
    return _Form(Cost(*map(int, numbers.groups())), salt, sealed[:NONCE], sealed[NONCE:], check_value(lines[3]))


def _bound(cost: Cost, least: Cost, shown: str) -> None:
    """Refuse a cost before it is paid: what a file says must neither take the machine down nor make guessing cheap."""
    for name, number, low, high in zip(Cost._fields, cost, least, MOST, strict=True):
        if not low <= number <= high:
            why = f"{name} is {number}, allowed are {low} to {high}"
            raise Locked(f"{shown} is refused: blue did not choose this cost of a guess", why=why)


def _associated(form: _Form) -> bytes:
    return lp(PROTECTED, *map(str, form.cost), form.check)


def _checksum(lines: list[str]) -> str:
    return sha256("\n".join([PROTECTED, *lines]).encode()).hexdigest()[:16]
