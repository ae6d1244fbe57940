"""What `check --fix` writes so that ids and markers stand: pure planning, bytes by address.

    registration(graph, blobs, round) → {address: bytes}    the `ids:` and `refs:` of every unregistered file (of one round)
    renumbering(graph, blobs)         → {address: bytes}    the `ids:` of files that claim a display id of another's
    respelling(graph, blobs, places)  → {address: bytes}    near-miss markers, the only change ever made to a body

Each is a step of its own on a graph that was made from these very blobs: fold again before the next one. The same
blobs give the same bytes anywhere, so it does not matter on which clone they are mended.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from blue_cli.dialogue import binding, document, nearmiss
from blue_cli.dialogue.cast import ids_of
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import display, local
from blue_cli.dialogue.meta import FORMAT
from blue_cli.dialogue.sources import Source
from blue_cli.errors import Refused

Puts = dict[str, bytes]


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
        if round in (None, source.round) and not all(graph.entities[name].assigned for name in owned.values()):
            refs = {**binding.bind(graph, source), **binding.bound(source)}
            data = _with_maps(source, blobs[source.address], binding.assign(graph, source), refs)
            if data is not None:
                puts[source.address] = data
    return puts


def _with_maps(source: Source, data: bytes, ids: Mapping[str, str], refs: Mapping[str, str]) -> bytes | None:
    """The file with these maps; None when it cannot be changed without losing something."""
    if document.read(data).problem or not _known(source):
        return None
    try:
        return binding.with_maps(data, ids, refs)
    except Refused:
        return None


def _known(source: Source) -> bool:
    """Whether a file is of a format that this program may write."""
    blue = source.front.get("blue", FORMAT)
    return blue == FORMAT and blue is not True


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
            data = _with_maps(source, blobs[source.address], {**ids_of(source), **changed}, binding.bound(source))
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
        if source.path in paths and _known(source):
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
