"""How several values become one string of bytes, in one way only: length prefixes, base64, canonical JSON."""

from __future__ import annotations

import json
from binascii import Error, a2b_base64, b2a_base64
from typing import Any


def lp(*parts: bytes | str) -> bytes:
    """Each part with its length before it, four bytes, big end first: no two different lists give the same bytes.

    Text is UTF-8.
    """
    out = []
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        out += [len(data).to_bytes(4, "big"), data]
    return b"".join(out)


def unlp(data: bytes, count: int) -> list[bytes]:
    """The `count` parts of what `lp` made; ValueError when it is not exactly that."""
    parts, at = [], 0
    for _ in range(count):
        size = int.from_bytes(data[at : at + 4], "big")
        if at + 4 + size > len(data):
            raise ValueError("shorter than it says")
        parts.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    if at != len(data):
        raise ValueError("longer than it says")
    return parts


def b64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648, section 4), no line ends."""
    return b2a_base64(data, newline=False).decode()


def unb64(text: str | bytes) -> bytes:
    """The bytes of canonical base64. ValueError for anything else: white space, missing padding, stray bits at the end.

    A second spelling of the same bytes would be a change that no tag sees.
    """
    if not text.isascii():
        raise ValueError("not base64")
    raw = text.encode() if isinstance(text, str) else text
    try:
        data = a2b_base64(raw, strict_mode=True)
    except Error as error:
        raise ValueError("not base64") from error
    if b2a_base64(data, newline=False) != raw:
        raise ValueError("not canonical base64")
    return data


def canonical_json(value: Any) -> bytes:
    """One spelling a value: sorted keys, no spaces, UTF-8 unescaped (RFC 8785 for text, whole numbers, lists and maps)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
