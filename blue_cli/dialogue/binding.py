"""The two maps of a contribution's front matter: `ids:` and `refs:` (FORMAT.md, section 1).

Both are written once, when the file is added: from then on no later file and no renumbering can change what it means.
"""

from __future__ import annotations

from collections.abc import Mapping

from blue_cli.dialogue import document, frontmatter, resolve
from blue_cli.dialogue.cast import about
from blue_cli.dialogue.grammar import ENTITY, MOVE, REF, RULING, STANCE, VERDICT
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import local
from blue_cli.dialogue.markers import Mark
from blue_cli.dialogue.sources import Source


def assign(graph: Graph, source: Source) -> dict[str, str]:
    """`ids:` of a file: local → display id of every entity in it, as the graph numbers them now."""
    mine = [e for e in graph.entities.values() if e.path == source.path]
    return {local(e.kind, e.number): e.id for e in mine}


def bind(graph: Graph, source: Source) -> dict[str, str]:
    """`refs:` of a file: every display id written in it as a target → the canonical id that it means now."""
    bound: dict[str, str] = {}
    for mark in source.marks:
        for token in tokens(graph, mark):
            if token.form == "display":
                found = graph.cast.resolver.find(token, source.author, source.round, {})
                if found.target is not None and not found.note:
                    bound[token.written] = found.target
    return dict(sorted(bound.items()))


def tokens(graph: Graph, mark: Mark) -> list[resolve.Token]:
    """Every target written in one marker, also behind VIA and INTO."""
    slugs = graph.cast.resolver.slugs
    if mark.row.shape == STANCE:
        return resolve.lex_targets(about(mark.label), slugs, free=True)
    if mark.row.shape in (ENTITY, VERDICT):
        return []
    if mark.row.shape in (REF, MOVE):
        return resolve.lex_targets(mark.label.partition(":")[0], slugs, free=True)
    found = resolve.lex_act(mark.label, slugs)
    if mark.row.shape == RULING:
        for part in resolve.clauses(mark.label):
            found += resolve.lex_targets(part, slugs, free=True)
    return found


def bound(source: Source) -> dict[str, str]:
    """`refs:` as the file has it."""
    refs = source.front.get("refs")
    return {k: v for k, v in refs.items() if isinstance(v, str)} if isinstance(refs, dict) else {}


def with_maps(data: bytes, ids: Mapping[str, str], refs: Mapping[str, str]) -> bytes:
    """A contribution with these two maps in its front matter; everything else as it stands."""
    parts = document.read(data)
    changes = {"ids": dict(ids) or None, "refs": dict(refs) or None}
    front = frontmatter.update(parts.front, changes, "contribution")
    return document.replace_front(parts, front if parts.front is not None else front.replace("\n", parts.newline))
