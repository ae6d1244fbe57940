"""A key on paper: four lines that people can type, each with its own check.

    key  umk#0123456789abcdef
      1  00000 00000 00000

A line is 8 bytes of the key as a number, 13 digits to the base 32, and two digits that check it: (number · 32 +
line) mod 1021. As 1021 is a prime, every single wrong digit, every two neighbours in the wrong order and every
exchanged line is found for certain. The alphabet is Crockford's, without I, L, O and U; what is typed for 0 and 1 is
understood. The name of the key, which is its check value, stands above.
"""

from __future__ import annotations

import re

from blue_cli.crypto.aead import KEY, same
from blue_cli.crypto.keys.material import PREFIX, Umk
from blue_cli.errors import Refused

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LINES = 4
SIZE = KEY // LINES  # bytes of a line
DIGITS = 13  # of the number of a line; two more check it
PRIME = 1021
_TYPED = str.maketrans("OIL", "011", " \t-")


def write(umk: Umk) -> list[str]:
    """The lines to print."""
    secret = umk.reveal()
    rows = [_row(number, secret[number * SIZE - SIZE : number * SIZE]) for number in range(1, LINES + 1)]
    return [
        "# A key of blue on paper. Who has this paper reads everything sealed with it.",
        "# To type it in: blue key import -    Large or small letters; there is no I, L, O or U.",
        "# The last two characters of a line check it.",
        f"key  {umk.id}",
        *rows,
    ]


def read(text: str) -> Umk:
    """The key that was typed. `Refused`, with every line that has a mistake and none of what it says."""
    rows = {int(match[1]): match[2] for match in re.finditer(r"(?m)^[ \t]*([1-4])[ \t.:)]+(\S.*?)[ \t\r]*$", text)}
    name = re.search(re.escape(PREFIX) + r"([0-9a-fA-F]{16})(?![0-9a-fA-F])", text)
    problems = [] if name else [f"the name of the key is missing: {PREFIX} and 16 hex digits"]
    parts: list[bytes] = []
    for number in range(1, LINES + 1):
        try:
            parts.append(_part(number, rows.get(number, "")))
        except ValueError as error:
            problems.append(f"line {number}: {error}")
    if problems or not name:
        raise Refused("this is no paper form of a key", why="\n".join(problems), fix="see what it looks like: blue key export --help")
    umk = Umk(b"".join(parts))
    if not same(umk.check, bytes.fromhex(name[1])):
        raise Refused("the lines are not those of the key named above them", why="each line is right in itself")
    return umk


def _row(number: int, part: bytes) -> str:
    value = int.from_bytes(part, "big")
    digits = _digits(value, DIGITS) + _digits(_check(number, value), 2)
    return f"  {number}  {digits[:5]} {digits[5:10]} {digits[10:]}"


def _part(number: int, typed: str) -> bytes:
    """The bytes of a line; ValueError says what is wrong with it."""
    digits = typed.upper().translate(_TYPED)
    if not digits:
        raise ValueError("missing")
    if set(digits) - set(ALPHABET):
        raise ValueError("a character that cannot be in it")
    if len(digits) != DIGITS + 2:
        raise ValueError(f"{len(digits)} of {DIGITS + 2} characters")
    value = _number(digits[:DIGITS])
    if value >= 1 << 8 * SIZE or _number(digits[DIGITS:]) != _check(number, value):
        raise ValueError("a wrong character, or two in the wrong order")
    return value.to_bytes(SIZE, "big")


def _check(number: int, value: int) -> int:
    return (value * 32 + number) % PRIME


def _digits(value: int, count: int) -> str:
    return "".join(ALPHABET[value >> 5 * at & 31] for at in reversed(range(count)))


def _number(digits: str) -> int:
    value = 0
    for digit in digits:
        value = value * 32 + ALPHABET.index(digit)
    return value
