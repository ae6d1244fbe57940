"""A dialogue under examination, and findings with the exact place of the word in question."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.markers import Mark
from blue_cli.dialogue.sources import FOLDER, Source
from blue_cli.errors import Finding


class Case:
    """One dialogue as the rules see it: its graph, and the bytes that the graph came from."""

    def __init__(self, graph: Graph, blobs: Mapping[str, bytes]) -> None:
        self.graph = graph
        self.blobs = blobs
        self.native = graph.meta.native
        self._marks: dict[str, dict[tuple[int, int], list[Mark]]] = {}
        self.read = (*graph.sources.files, *graph.sources.rulings)

    @property
    def about(self) -> str:
        """The path of `dialogue.md`."""
        return f"{FOLDER}{self.graph.meta.id}/dialogue.md"

    @cached_property
    def by_path(self) -> dict[str, Source]:
        """The files that were read, by path."""
        return {source.path: source for source in self.read}

    def mark_at(self, path: str, line: int, column: int = 0, effect: str = "") -> tuple[Source, Mark] | None:
        """The marker that stands there, the first of the line that fits when no column is given."""
        source = self.by_path.get(path)
        if source is None:
            return None
        if path not in self._marks:
            self._marks[path] = _by_place(source)
        for mark in self._marks[path].get((line, column), ()):
            if effect in ("", mark.row.effect, mark.row.expert):
                return source, mark
        return None

    @cached_property
    def ids(self) -> dict[str, list[str]]:
        """The display ids of each kind, sorted, each once."""
        found: dict[str, set[str]] = {}
        for name, entity in self.graph.entities.items():
            found.setdefault(entity.kind, set()).add(self.graph.shown(name))
        return {kind: sorted(ids) for kind, ids in found.items()}

    @cached_property
    def claims(self) -> dict[str, list[str]]:
        """The canonical ids by each display id that more than one entity claims."""
        found: dict[str, list[str]] = {}
        for entity in self.graph.entities.values():
            if entity.assigned and entity.id in self.graph.cast.resolver.claimed:
                found.setdefault(entity.id, []).append(entity.canonical)
        return found


def _by_place(source: Source) -> dict[tuple[int, int], list[Mark]]:
    """The markers of a file by line and column, and all of a line under column 0: a file can hold thousands."""
    found: dict[tuple[int, int], list[Mark]] = {}
    for mark in source.marks:
        found.setdefault((mark.line, mark.column), []).append(mark)
        found.setdefault((mark.line, 0), []).append(mark)
    return found


def on(rule: str, message: str, source: Source, mark: Mark, word: str = "", **more: Any) -> Finding:
    """A finding on a word inside a marker, on the whole marker when the word is not found in it."""
    begin, length = mark.pos, mark.end - mark.pos
    found = source.text.find(word, mark.pos, mark.end) if word else -1
    if word and found < 0:  # a target is read in capitals
        match = re.compile(re.escape(word), re.I).search(source.text, mark.pos, mark.end)
        found = match.start() if match else -1
    if found >= 0:
        begin, length = found, len(word)
    column = mark.column + begin - mark.pos
    return Finding(rule, message, source.path, mark.line, column, mark.line, column + length, **more)


def on_key(rule: str, message: str, source: Source, key: str, word: str = "", **more: Any) -> Finding:
    """A finding on a field of the front matter, or on a word in its line."""
    match = re.compile(rf"^[\"']?{re.escape(key)}[\"']?[ \t]*:.*", re.M).search(source.text, 0, source.start)
    if match is None:
        return Finding(rule, message, source.path, 1, 1, **more)
    inside = match[0].find(word, len(key)) if word else 0
    at, length = (inside, len(word)) if inside > 0 else (0, len(key))
    line = source.text.count("\n", 0, match.start()) + 1
    return Finding(rule, message, source.path, line, at + 1, line, at + 1 + length, **more)
