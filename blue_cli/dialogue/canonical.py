"""Canonical front matter: the small strict reader (FORMAT.md, section 1). `handwriting` is the writer whose inverse it is.

The reader takes only text that every YAML reader would read the same, and says None to all other text, which then goes
to `strictyaml`. A test holds the two equal wherever this one answers; it is here because it is a hundred times faster.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from blue_cli.dialogue.pattern import pattern

# --- scalars: one decision for both readers ------------------------------------------------------------------

_INTEGER = pattern(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = pattern(r"-?(?:0|[1-9][0-9]{0,307})\.[0-9]{1,1100}")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


def typed(text: str) -> Any:
    """What an unquoted scalar means: a plain number, true, false, null, else the text itself.

    `no`, `12:30`, `017`, `1e3` and dates are text: YAML 1.1 makes False, 750 and 15 of the first three (HARDENING.md).
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] > "9":
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


# --- reading -------------------------------------------------------------------------------------------------

# Characters that PyYAML refuses inside quotes, or folds. A class this wide takes milliseconds to compile, so it stands
# apart from the patterns of every line, and as text: `re` compiles it when the first odd string comes.
_REFUSED = r"[^ -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_QUOTED = r'"((?:[^"\\]|\\.)*+)"'
_BARE = r"((?:[A-Za-z0-9]|-[0-9])(?:[A-Za-z0-9._+-]|[ ]+(?=[A-Za-z0-9._+-])|:(?=[A-Za-z0-9._+-]))*+)"
_SCALAR = pattern(f"{_QUOTED}|{_BARE}")
_FIELD = pattern(rf"([A-Za-z_][A-Za-z0-9_-]{{0,63}}+): (?:{_QUOTED}|{_BARE})")
_WORD = r"[A-Za-z][A-Za-z0-9-]{0,150}+(?<=[0-9])"  # a letter first, a digit last: text in every YAML
_WORD_MAP = pattern(rf"([a-z]{{1,64}}): \{{({_WORD}: {_WORD}(?:, {_WORD}: {_WORD})*+)\}}")
_LOOSE = _BARE.replace("((?:", "(?:(?:", 1)
_PLAIN_MAP = pattern(rf"- \{{([a-z_]{{1,64}}+: {_LOOSE}(?:, [a-z_]{{1,64}}+: {_LOOSE})*+)\}}")
_NAME = pattern(r"([A-Za-z_][A-Za-z0-9_-]{0,63}+):")
_PAIR = pattern(rf"((?:{_QUOTED}|([A-Za-z0-9_][A-Za-z0-9_-]{{0,150}}+)): )(?:(?:{_QUOTED}|{_BARE})(, |\}}))?")
_ESCAPE = pattern(r'\\(?:[bfnrt"\\/]|u(?!0000)(?![dD][89a-fA-F])[0-9a-fA-F]{4})')
_ESCAPED: dict[str, str] = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_DEPTH = 6  # of maps and lists in each other; more is for the YAML loader


class _Unusual(Exception):
    """Not canonical: the YAML loader decides."""


def read(front: str) -> dict[str, Any] | None:
    """The fields of canonical front matter, or None for any other text. Never raises."""
    try:
        return _read(front.replace("\r\n", "\n") if "\r" in front else front)
    except _Unusual:
        return None


# A contribution as the tool writes it: nearly every file there is. The general reader says the same of it.
_CONTRIBUTION = pattern(
    r"blue: 1\ndialogue: ([0-9a-f]{8}-[0-9a-f-]{27})\nround: ([0-9]|[1-9][0-9])\nexpert: ([a-z][a-z0-9-]*[0-9a-z])\n"
    r"created: ([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)\n(?:ids: \{([A-Z0-9:, ]*)\}\n)?"
)
_IDS = pattern(r"[PTRECS][0-9]{2,3}: [PTRECS][0-9]{4,8}(?:, [PTRECS][0-9]{2,3}: [PTRECS][0-9]{4,8})*+")


def _contribution(front: str) -> dict[str, Any] | None:
    """The fields of a contribution without refs or unknown keys; None for anything else."""
    match = _CONTRIBUTION.fullmatch(front)
    if match is None or match[3] in _WORDS:
        return None
    uid, round, expert, created, ids = match.groups()
    fields: dict[str, Any] = {"blue": 1, "dialogue": uid, "round": int(round), "expert": expert, "created": created}
    if ids is not None:
        if not _IDS.fullmatch(ids):
            return None
        words = iter(ids.replace(",", ":").split(": "))
        fields["ids"] = dict(zip(words, words))  # noqa: B905  # each word with the next
        if len(fields["ids"]) != ids.count(":"):
            return None
    return fields


def _read(front: str) -> dict[str, Any]:
    known = _contribution(front)
    if known is not None:
        return known
    pairs: list[tuple[str, Any]] = []
    opened: list[list[Any]] = []
    lines = front.split("\n")
    if not lines[-1]:
        lines.pop()
    field = _recalled if len(front) < _SHORT_TEXT else _field
    for line in lines:
        pair = None if line[-1:] in "}]" else field(line)  # also an empty line
        if pair is None:
            _structure(line, pairs, opened)
        else:
            pairs.append(pair)
    fields = dict(pairs)
    if len(fields) != len(pairs) or [] in opened:  # `key:` and nothing below it is null
        raise _Unusual
    return fields


def _field(line: str) -> tuple[str, Any] | None:
    """Key and value of a line with a scalar, None for anything else."""
    match = _FIELD.fullmatch(line)
    if not match or match[1] in _WORDS:
        return None
    key, quoted, bare = match.groups()
    return key, _unescaped(quoted) if bare is None else typed(bare)


# The same few lines stand in thousands of files. Only from short front matter, so that a stranger cannot fill the memory.
_recalled = lru_cache(2048)(_field)
_SHORT_TEXT = 4096


def _structure(line: str, pairs: list[tuple[str, Any]], opened: list[list[Any]]) -> None:
    """Take in a line that holds a map or list, opens a list, or is an item of the list opened last."""
    match = _WORD_MAP.fullmatch(line)
    if match and match[1] not in _WORDS:
        words = match[2].replace(",", ":").split(": ")
        word = iter(words)
        fields = dict(zip(word, word))  # noqa: B905  # each word with the next; `strict=` costs as much as the call
        if len(fields) * 2 != len(words):
            raise _Unusual
        pairs.append((match[1], fields))
    elif line[:2] == "- ":
        if not opened or pairs[-1][1] is not opened[-1]:
            raise _Unusual
        opened[-1].append(_plain_map(line) or _whole(line, 2))
    else:
        _open(line, pairs, opened)


def _plain_map(line: str) -> dict[str, Any] | None:
    """An item that is a map of unquoted scalars, as a list of experts is; None for anything else."""
    match = _PLAIN_MAP.fullmatch(line)
    if match is None:
        return None
    pairs = [pair.split(": ") for pair in match[1].split(", ")]
    fields = {key: typed(value) for key, value in pairs}
    if len(fields) != len(pairs) or not _WORDS.keys().isdisjoint(fields):
        raise _Unusual
    return fields


def _open(line: str, pairs: list[tuple[str, Any]], opened: list[list[Any]]) -> None:
    name = _NAME.match(line)
    if not name or name[1] in _WORDS:
        raise _Unusual
    if name.end() == len(line):
        opened.append([])
        pairs.append((name[1], opened[-1]))
    elif line.startswith((" {", " ["), name.end()):
        pairs.append((name[1], _whole(line, name.end() + 1)))
    else:
        raise _Unusual


def _whole(line: str, at: int) -> Any:
    value, end = _value(line, at, 1)
    if end != len(line):
        raise _Unusual
    return value


def _value(line: str, at: int, depth: int) -> tuple[Any, int]:
    if line.startswith(("{", "["), at):
        if depth > _DEPTH:
            raise _Unusual
        return _map(line, at + 1, depth) if line[at] == "{" else _list(line, at + 1, depth)
    match = _SCALAR.match(line, at)
    if not match:
        raise _Unusual
    return (typed(match[2]) if match[1] is None else _unescaped(match[1])), match.end()


def _map(line: str, at: int, depth: int) -> tuple[dict[str, Any], int]:
    fields: dict[str, Any] = {}
    if line.startswith("}", at):
        return fields, at + 1
    while True:
        match = _PAIR.match(line, at)
        if not match or match.end(1) - at > 200:  # a YAML key has at most 1024 characters
            raise _Unusual
        _, quoted_key, bare_key, quoted, bare, end = match.groups()
        key = bare_key or _unescaped(quoted_key)
        if key in fields or bare_key in _WORDS:
            raise _Unusual
        at = match.end()
        if end is None:
            fields[key], at = _value(line, at, depth + 1)
            end = line[at : at + 1] if line.startswith("}", at) else line[at : at + 2]
            at += len(end)
        else:
            fields[key] = typed(bare) if quoted is None else _unescaped(quoted)
        if end == "}":
            return fields, at
        if end != ", ":
            raise _Unusual


def _list(line: str, at: int, depth: int) -> tuple[list[Any], int]:
    items: list[Any] = []
    if line.startswith("]", at):
        return items, at + 1
    while True:
        value, at = _value(line, at, depth + 1)
        items.append(value)
        if line.startswith("]", at):
            return items, at + 1
        at = _comma(line, at)


def _comma(line: str, at: int) -> int:
    if not line.startswith(", ", at):
        raise _Unusual
    return at + 2


def _unescaped(text: str) -> str:
    """The inside of a JSON string, where JSON and YAML agree on it (no surrogate pairs, no NUL)."""
    if not (text.isascii() and text.isprintable()) and re.search(_REFUSED, text):
        raise _Unusual
    if "\\" not in text:
        return text
    if "\\" in _ESCAPE.sub("", text):
        raise _Unusual
    return _ESCAPE.sub(_replaced, text)


def _replaced(match: re.Match[str]) -> str:
    escape = match[0][1:]
    return chr(int(escape[1:], 16)) if escape[0] == "u" else _ESCAPED.get(escape, escape)
