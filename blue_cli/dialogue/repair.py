"""What `check --fix` and `round add` write so that ids and markers stand: pure planning, bytes by address.

    registration(graph, blobs, round) → {address: bytes}    the `ids:` and `refs:` of every unregistered file (of one round)
    renumbering(graph, blobs)         → {address: bytes}    the `ids:` of files that claim a display id of another's
    respelling(graph, blobs, lines)   → {address: bytes}    near-miss markers, the only change ever made to a body

Each is a step of its own on a graph that was made from these very blobs: fold again before the next one. The same
blobs give the same bytes anywhere, so it does not matter on which clone they are mended.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from blue_cli.dialogue import document, frontmatter, nearmiss, resolve
from blue_cli.dialogue.cast import ids_of
from blue_cli.dialogue.grammar import ACT, INTO, MOVE, REF, RULING, STANCE, VIA
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import JUDGE, display, local
from blue_cli.dialogue.markers import Mark
from blue_cli.dialogue.meta import FORMAT
from blue_cli.dialogue.model import Entity
from blue_cli.dialogue.sources import Source
from blue_cli.errors import Refused

Puts = dict[str, bytes]

_PARTS = re.compile(f" (?:{VIA}|{INTO}) ")
_ON = re.compile(r"\bon\s+([PTRECS]\d{4,})\b")


def may_write(graph: Graph) -> bool:
    """Whether this program may change the dialogue at all: not an older one, nor one of a newer format."""
    return graph.meta.native and graph.meta.blue <= FORMAT


# --- unregistered files --------------------------------------------------------------------------------------


def registration(graph: Graph, blobs: Mapping[str, bytes], round: int | None = None) -> Puts:
    """The files (of one round) with entities whose display ids are only computed, with their `ids:` written down as
    they are computed, and the display ids in their text bound (`refs:`).

    Empty for an older dialogue. A file whose front matter cannot be read, or is of a newer format, is left alone. A
    reference that two files claim is not bound: only a person can tell what was meant.
    """
    if not may_write(graph):
        return {}
    puts: Puts = {}
    for source, owned in zip(graph.sources.files, graph.cast.owners, strict=True):
        if round is None or source.round == round:
            some = [graph.entities[name] for name in owned.values()]
            if not all(e.assigned for e in some):
                data = _registered(graph, source, some, blobs[source.address])
                if data is not None:
                    puts[source.address] = data
    return puts


def _registered(graph: Graph, source: Source, some: Iterable[Entity], data: bytes) -> bytes | None:
    ids = {**ids_of(source), **{local(e.kind, e.number): e.id for e in some}}
    given = source.front.get("refs")
    refs = {**bindings(graph, source), **(given if isinstance(given, dict) else {})}
    changes: dict[str, Any] = {"ids": ids, **({"refs": refs} if refs else {})}
    if not source.front:
        changes = {"blue": FORMAT, "dialogue": graph.meta.uid, "round": source.round, "expert": source.author, **changes}
    return _with_front(data, {"blue": FORMAT, **changes} if "blue" not in source.front else changes)


def _with_front(data: bytes, changes: Mapping[str, Any]) -> bytes | None:
    """The file with other front matter; None when it cannot be changed without losing something."""
    parts = document.read(data)
    if parts.problem:
        return None
    try:
        front = frontmatter.update(parts.front, changes, "contribution")
    except Refused:
        return None
    if parts.front is None:
        front = front.replace("\n", parts.newline)
    fields, _ = frontmatter.read(front)
    blue = fields.get("blue")
    return document.replace_front(parts, front) if blue == FORMAT and blue is not True else None


def bindings(graph: Graph, source: Source) -> dict[str, str]:
    """Each display id in the markers of a file → the canonical id it means now, by position; claimed ones left out."""
    bound: dict[str, str] = {}
    resolver = graph.cast.resolver
    for token in _tokens(source, resolver.slugs):
        if token.form == "display" and token.written not in bound:
            found = resolver.find(token, source.author, source.round, {})
            if found.target and not found.note:
                bound[token.written] = found.target
    return bound


def _tokens(source: Source, slugs: Collection[str]) -> Iterator[resolve.Token]:
    """Every target written in the markers of a file."""
    for mark in source.marks:
        if mark.row.shape in (REF, MOVE):
            yield from resolve.lex_targets(mark.label.partition(":")[0], slugs, True)
        elif mark.row.shape == STANCE:
            found = filter(None, map(resolve.lex_id, _ON.findall(mark.label)))
            yield from found
        elif mark.row.shape in (ACT, RULING):
            yield from _ruled(mark, source.author, slugs)


def _ruled(mark: Mark, author: str, slugs: Collection[str]) -> Iterator[resolve.Token]:
    """The targets of an older act, or of a ruling with what stands behind VIA and INTO."""
    if mark.row.shape == ACT or (author != JUDGE and mark.row.expert):
        yield from resolve.lex_act(mark.label, slugs)
        return
    for part in _PARTS.split(mark.label.partition(":")[0]):
        yield from resolve.lex_targets(part, slugs, True)


# --- display ids that two files claim ------------------------------------------------------------------------


def renumbering(graph: Graph, blobs: Mapping[str, bytes]) -> Puts:
    """The later files, by slug, of those that claim one display id, with the next free ids in their `ids:`.

    Bodies stay: bound references name the canonical id, and unbound ones mean the earlier file already.
    """
    if not may_write(graph) or not graph.cast.resolver.claimed:
        return {}
    taken: set[str] = set()
    highest = dict(graph.highest)
    puts: Puts = {}
    for source, owned in zip(graph.sources.files, graph.cast.owners, strict=True):
        changed: dict[str, str] = {}
        for entity in (graph.entities[name] for name in owned.values()):
            if not entity.assigned:
                continue
            if entity.id in taken:
                place = (source.round, entity.kind)
                highest[place] = highest.get(place, 0) + 1
                changed[local(entity.kind, entity.number)] = display(entity.kind, source.round, highest[place])
            taken.add(entity.id)
        if changed:
            data = _with_front(blobs[source.address], {"ids": {**ids_of(source), **changed}})
            if data is not None:
                puts[source.address] = data
    return puts


# --- near-miss markers ---------------------------------------------------------------------------------------


def respelling(graph: Graph, blobs: Mapping[str, bytes], places: Collection[tuple[str, int, int]]) -> Puts:
    """The files with the near-miss markers at these places (path, line, column) spelled as they were meant."""
    if not may_write(graph):
        return {}
    paths = {path for path, _, _ in places}
    puts: Puts = {}
    for source in (*graph.sources.files, *graph.sources.rulings):
        if source.path in paths and source.front.get("blue", FORMAT) == FORMAT:
            nears = [
                (line, column, near)
                for near, line, column in nearmiss.lines_of(nearmiss.find(source), source.text)
                if near.replacement and (source.path, line, column) in places
            ]
            data = _respelled(blobs[source.address], nears)
            if data is not None:
                puts[source.address] = data
    return puts


_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


def _respelled(data: bytes, nears: list[tuple[int, int, nearmiss.Near]]) -> bytes | None:
    """The file with these words replaced, all other bytes as they were; None when there is nothing to do, or no way."""
    parts = document.read(data)
    if not nears or parts.problem:
        return None
    lines = _LINE.findall(parts.text)
    for line, column, near in reversed(nears):
        text, at = lines[line - 1], column - 1
        lines[line - 1] = text[:at] + near.replacement + text[at + near.end - near.pos :]
    return (b"\xef\xbb\xbf" if parts.bom else b"") + "".join(lines).encode()
