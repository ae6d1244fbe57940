"""Canonical front matter as the tool writes it: keys, scalars, flow maps and lists (FORMAT.md, section 1).

Every pattern stands as text: a run that only reads compiles none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_PLAIN = r"[A-Za-z0-9](?:[A-Za-z0-9._+-]|[ ]+(?=[A-Za-z0-9._+-])|:(?=[A-Za-z0-9._+-]))*+"
_NOT_NUMBER = r"[G-NP-SU-WYg-np-su-wy]"  # letters of no number, time or date in YAML 1.1 and 1.2
_NOT_TEXT = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_ROUND = r"0|[1-9][0-9]{0,17}"
_PLAIN_KEY = r"[A-Za-z_][A-Za-z0-9_-]{0,63}"
# Folded by YAML, refused by YAML, or not what they seem on a screen (bidi): never literally in a line of ours.
_HIDDEN = '["\\\\\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]'
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def write_field(key: str, value: Any, inner: tuple[str, ...] = ()) -> str:
    """The lines of one field. A list has one item a line, so that branches merge; `inner` orders the keys of its maps."""
    name = _key(key, top=True)
    if isinstance(value, list | tuple) and value:
        return f"{name}:\n" + "".join(f"- {_flow(item, inner)}\n" for item in value)
    return f"{name}: {_flow(value, inner)}\n"


def ordered(fields: Mapping[str, Any], order: Iterable[str]) -> Iterable[str]:
    """The keys that have a value: those of `order` in its order, then the others in theirs."""
    known = [key for key in order if key in fields]
    return [key for key in dict.fromkeys([*known, *fields]) if fields[key] is not None]


def _flow(value: Any, order: tuple[str, ...] = ()) -> str:
    if isinstance(value, Mapping):
        keys = ordered(value, order)
        return "{" + ", ".join(f"{_key(str(key))}: {_flow(value[key])}" for key in keys) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        return _decimal(value)
    if isinstance(value, int):
        return str(value)
    text = str(value)
    return text if is_plain(text) else quoted(text)


def is_plain(text: str) -> bool:
    """Whether a text may stand without quotes: YAML 1.1 and 1.2 both read it as this text (RFC 3339 times excepted)."""
    if not re.fullmatch(_PLAIN, text):
        return False
    if text[0] in "0123456789":
        return any((re.search(_NOT_NUMBER, text), re.fullmatch(_TIME, text), re.fullmatch(_UUID, text)))
    return text.lower() not in _NOT_TEXT


def quoted(text: str) -> str:
    """A JSON string that is one line of YAML too. NUL and lone surrogates, which no store keeps, become U+FFFD."""
    return '"' + re.sub(_HIDDEN, lambda match: _escape(match[0]), text) + '"'


def _escape(char: str) -> str:
    if char == "\0" or "\ud800" <= char <= "\udfff":
        return "\ufffd"
    return _SHORT.get(char) or f"\\u{ord(char):04x}"


def _key(key: str, top: bool = False) -> str:
    """A key; digits are text in a key, so rounds need no quotes inside a map."""
    plain = re.fullmatch(_PLAIN_KEY, key) and key.lower() not in _NOT_TEXT
    return key if plain or (re.fullmatch(_ROUND, key) and not top) else quoted(key)


def _decimal(value: float) -> str:
    """Without an exponent, which YAML 1.1 and 1.2 read differently. What no decimal can say becomes text."""
    text = repr(value)
    if value != value or abs(value) >= 1e308:
        return quoted(text)
    if "e" in text:
        from decimal import Decimal

        text = format(Decimal(text), "f")
    return text if "." in text else text + ".0"
