"""Where each value of a JSON text stands, so that a finding in it has a line and a column.

The values themselves come from `document.read_json`; this walk is only made when there is something to point at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from blue_cli.dialogue.document import MAX_DEPTH
from blue_cli.dialogue.pattern import pattern

Path = tuple[str | int, ...]  # keys and indexes from the top

_TOKEN = pattern(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[{}\[\],:]|[^\s{}\[\],:"]+', re.S)
_SAID = pattern(r"line (\d+) column (\d+)")  # in the words of Python's parser
_CONSTANTS = ("NaN", "Infinity", "-Infinity")


class Token(NamedTuple):
    """A key or the beginning of a value: its path, its offset, and whether it is the key."""

    path: Path
    offset: int
    text: str
    key: bool


def walk(text: str) -> Iterator[Token]:
    """Every key and value in order. Never raises, whatever the text is; ends where nobody would read on (depth)."""
    inside = _Inside()
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in "}],:":
            inside.go_on(token)
            continue
        key = inside.key
        if key:
            inside.name(token)
        yield Token(inside.path, match.start(), token, key)
        if token in "{[":
            inside.enter(token)
        if len(inside.opened) > MAX_DEPTH + 1:
            return


class _Inside:
    """Where the walk is: the brackets around it, and the key or index in each. `key`: what comes next is a key."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.key = False
        self._names: list[str] = []
        self._indexes: list[int] = []

    @property
    def path(self) -> Path:
        """The path of what stands here."""
        steps = zip(self.opened, self._names, self._indexes, strict=True)
        return tuple(name if kind == "{" else index for kind, name, index in steps)

    def enter(self, bracket: str) -> None:
        """Into an object or a list."""
        self.opened.append(bracket)
        self._names.append("")
        self._indexes.append(0)
        self.key = bracket == "{"

    def name(self, token: str) -> None:
        """A key was read."""
        self._names[-1] = _word(token)
        self.key = False

    def go_on(self, token: str) -> None:
        """A bracket closes, or the next member comes, in an object with its key."""
        if token in "}]" and self.opened:
            del self.opened[-1], self._names[-1], self._indexes[-1]
        if token == "," and self.opened:
            self._indexes[-1] += 1
        self.key = token == "," and self.opened[-1:] == ["{"]


def _word(token: str) -> str:
    try:
        word: Any = json.loads(token)
    except ValueError:
        return token
    return word if isinstance(word, str) else token


def places(text: str, wanted: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """Path → line and column, from 1, of these values and of what holds them; reads no further than to the last of them."""
    whole = {*wanted}
    missing = {path[:end] for path in whole for end in range(len(path) + 1)}
    found: dict[Path, tuple[int, int]] = {}
    line, start, done = 1, 0, 0
    for token in walk(text):
        if token.key or token.path not in missing:
            continue
        line += text.count("\n", done, token.offset)
        start = text.rfind("\n", done, token.offset) + 1 or start
        done = token.offset
        found[token.path] = line, token.offset - start + 1
        whole.discard(token.path)
        if not whole:
            break
    return found


def nearest(there: dict[Path, tuple[int, int]], path: Path) -> tuple[int, int]:
    """The place of a path, or of what would hold it."""
    while path and path not in there:
        path = path[:-1]
    return there.get(path, (1, 1))


def line_column(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def problem_place(text: str, message: str) -> tuple[int, int]:
    """Where what `document.read_json` says of a text is to be seen; its beginning when nothing tells."""
    said = _SAID.search(message)
    if said:
        return int(said[1]), int(said[2])
    seen: set[Path] = set()
    for token in walk(text):
        twice = token.key and token.path in seen
        if (twice and message.startswith("the key")) or (token.text in _CONSTANTS and message.startswith(token.text)):
            return line_column(text, token.offset)
        if len(token.path) >= MAX_DEPTH and token.text in "{[" and message.startswith("nested"):
            return line_column(text, token.offset)
        if token.key:
            seen.add(token.path)
    return 1, 1


def shown(path: Path) -> str:
    """A path as people read it, before a message: `rounds[0].contributions[2].text: `."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
    return f"{text[:120]}: " if text else ""
