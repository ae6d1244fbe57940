"""Dialogues for tests: a dict of path → text becomes a graph, by the same way that the program goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blue_cli.dialogue import sources
from blue_cli.dialogue.assemble import assemble
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import DIALOGUE, address_of, uid_in
from blue_cli.dialogue.model import Entity
from blue_cli.dialogue.sources import Sources

ID = "2026-11-24T0528Z-cache-policy"
UID = "019b7871-2680-70e4-b285-a2d6ce8fe84a"
OLDER = f"older:{ID}"


def head(*experts: str, **fields: Any) -> str:
    """The text of a `dialogue.md`: each expert a slug or a whole flow map; other fields as they are to stand there."""
    lines = ["blue: 1", f"uid: {UID}", "title: Cache policy", "experts:"]
    lines += [f"- {{slug: {e}}}" if not e.startswith("{") else f"- {e}" for e in experts]
    lines += [f"{key}: {value}" for key, value in fields.items()]
    return "---\n" + "\n".join(lines) + "\n---\n"


def read(files: Mapping[str, str | bytes], near: bool = False, only: str = "") -> Sources:
    """The sources of a dialogue; one without `dialogue.md` is an older one."""
    blobs = {address_of(path): text if isinstance(text, bytes) else text.encode() for path, text in files.items()}
    return sources.read(ID, uid_in(blobs.get(DIALOGUE, b""), ID), blobs, (), near, only)


def graph(files: Mapping[str, str | bytes], only: str = "") -> Graph:
    """The graph of a dialogue, or what a narrow reading makes of it."""
    return assemble(read(files, only=only), only)


def panel(*rounds: Mapping[str, str], experts: str = "", **fields: Any) -> dict[str, str]:
    """The files of a native dialogue: one map of author → body a round; the panel is who writes, or `experts`."""
    slugs = experts.split() or sorted({slug for bodies in rounds for slug in bodies} - {"judge"})
    files = {"dialogue.md": head(*slugs, **fields)}
    for number, bodies in enumerate(rounds):
        files |= {f"round-{number}/{author}.md": body for author, body in bodies.items()}
    return files


def statuses(of: Graph, kind: str = "T") -> dict[str, str]:
    """Canonical id → status."""
    return {entity.canonical: standing.status for entity, standing in of.of_kind(kind)}


def troubles(of: Graph) -> list[tuple[str, str]]:
    """(rule, word) of whatever could not be taken as written."""
    return [(t.rule, t.word) for t in of.troubles]


def edges(of: Graph) -> list[tuple[str, str, str | None]]:
    """(source, type, target) of every ref."""
    return [(r.source, r.type, r.target) for r in of.refs]


def moves(of: Graph) -> list[tuple[str, str, tuple[str, ...]]]:
    """(expert, type, targets) of every move."""
    return [(m.expert, m.type, m.targets) for m in of.moves]


def entity(of: Graph, name: str) -> Entity:
    """One entity by canonical id."""
    return of.entities[name]
