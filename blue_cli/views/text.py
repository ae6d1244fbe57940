"""What untrusted text looks like on a screen, and how wide it is."""

from __future__ import annotations

import re

# Control characters and C1 drive the terminal; bidi controls and zero width make text read differently
# from what it is; tag characters hide whole sentences; a lone surrogate cannot be written at all.
_UNSAFE = (
    "\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f"
)
# Patterns stay text: `re` compiles and keeps them when the first odd character comes, most runs see none.
UNSAFE = f"[{_UNSAFE}]"
_UNSAFE_FIELD = f"[{_UNSAFE}\\\\]"
_ESCAPED = r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([tnr\\]))"
_WORDS = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": "\\\\"}


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    code = ord(char)
    if char in _WORDS:
        return _WORDS[char]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def sanitize(text: str) -> str:
    """One line that no terminal obeys: control characters, C1, bidi and zero width shown as escapes (HARDENING.md)."""
    return text if text.isprintable() else re.sub(UNSAFE, _escape, text)


def sanitize_lines(text: str) -> str:
    """Like `sanitize`, for a text of several lines: line feeds and tabs stay."""
    return "\n".join("\t".join(sanitize(cell) for cell in line.split("\t")) for line in text.split("\n"))


def escape_field(text: str) -> str:
    r"""A TSV field: what `sanitize` escapes, and the backslash, so that nothing is lost. Inverse: `unescape_field`."""
    return text if text.isprintable() and "\\" not in text else re.sub(_UNSAFE_FIELD, _escape, text)


def unescape_field(field: str) -> str:
    r"""The text of a TSV field: `\t \n \r \\ \xNN \uNNNN \UNNNNNNNN`."""

    def back(match: re.Match[str]) -> str:
        code = match[1] or match[2] or match[3]
        return chr(int(code, 16)) if code else {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}[match[4]]

    return re.sub(_ESCAPED, back, field)


def width(text: str) -> int:
    """Columns on a terminal: two for wide characters, none for combining ones (Unicode Standard Annex 11)."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(
        0 if category(char) in ("Mn", "Me", "Cf") else 2 if east_asian_width(char) in "WF" else 1 for char in text
    )


def cut(text: str, columns: int) -> str:
    """At most `columns` wide; what is left out is shown by `…`."""
    if width(text) <= columns:
        return text
    kept: list[str] = []
    left = columns - 1
    for char in text:
        left -= width(char)
        if left < 0:
            break
        kept.append(char)
    return "".join(kept).rstrip() + "…" if columns > 0 else ""


def cut_front(text: str, columns: int) -> str:
    """At most `columns` wide, the end kept: `…/round-1/muffin.md:12`."""
    return cut(text[::-1], columns)[::-1]
