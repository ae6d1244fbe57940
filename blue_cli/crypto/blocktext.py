"""The `seal:` block as lines of `dialogue.md`: found, exchanged and taken out, with no touch to anything else.

So an operation on keys changes one line, and the ciphertext stays as it is.
"""

from __future__ import annotations

import re
from functools import lru_cache

from blue_cli.crypto.place import Malformed, byte_pattern

_SEAL = byte_pattern(rb"^seal:[^\n]*\n(?:[ \t][^\n]*\n|- [^\n]*\n)*", re.M)


def seal_text(data: bytes) -> str | None:
    """The `seal:` lines of a `dialogue.md`, sealed or not, with their line ends; None when there are none."""
    found = _seal_span(data)
    return data[found[0] : found[1]].decode(errors="replace") if found else None


def with_seal(data: bytes, line: str | None) -> bytes:
    """A `dialogue.md` with another `seal:` line (it ends with a line feed), or without one. All else stays byte for byte.

    Raises `Malformed` for a file without front matter.
    """
    end = _front_end(data)
    new = (line or "").encode()
    if data.startswith(b"---\r"):
        new = new.replace(b"\n", b"\r\n")
    sealed = data.find(b"\nsealed: {", 0, end) + 1
    start, stop = _seal_span(data) or (sealed or end, sealed or end)
    return data[:start] + new + data[stop:]


def _front_end(data: bytes) -> int:
    """Offset of the closing `---`."""
    end = data.find(b"\n---", 3)
    if not data.startswith((b"---\n", b"---\r\n")) or end < 0:
        raise Malformed("no front matter")
    return end + 1


def _seal_span(data: bytes) -> tuple[int, int] | None:
    try:
        match = _SEAL.search(data, 0, _front_end(data))
    except Malformed:
        return None
    return match.span() if match else None


def without_seal(text: bytes) -> bytes:
    """The rest of a sealed `dialogue.md`, after a look at the spelling of its block; what it says is `block`'s."""
    found = _seal_span(text)
    if not found:
        return text
    start, end = found
    if not _is_canonical(text[start:end]):
        raise Malformed("the seal block is not spelled as blue writes it")
    if not text.startswith(b"sealed: {", end):
        raise Malformed("the seal block is not where it must be")
    return text[:start] + text[end:]


@lru_cache(64)
def _is_canonical(line: bytes) -> bool:
    from blue_cli.dialogue.canonical import read as read_front
    from blue_cli.dialogue.handwriting import write_field

    fields = read_front(line.decode("ascii", "replace"))
    return fields is not None and list(fields) == ["seal"] and write_field("seal", fields["seal"]).encode() == line
