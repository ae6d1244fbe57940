"""Closing a dialogue: from then on it is a record, and nothing is added to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from blue_cli.actions.dialogues import stamp
from blue_cli.actions.load import fold
from blue_cli.actions.panel import native
from blue_cli.dialogue import document, frontmatter
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import DIALOGUE
from blue_cli.dialogue.rulebook import graded
from blue_cli.dialogue.rules_verdicts import NOT_CONVERGED, STALE, WITHOUT_REASON, obstacles, told
from blue_cli.dialogue.sources import FOLDER
from blue_cli.dialogue.staleness import stale
from blue_cli.dialogue.verdicts import standing
from blue_cli.errors import Finding, Refused
from blue_cli.stores.base import Snapshot, Store, commit_loop


class Closed(NamedTuple):
    """When and why it was closed; `changed` False: it was already."""

    changed: bool
    at: str
    reason: str


def close(store: Store, uid: str, reason: str, force: str | None, now: datetime) -> Closed:
    """Close a dialogue whose final verdict stands, or any with a reason (`force`). Closed already: nothing changes.

    Raises `Refused` with what is missing for a verdict, or what has made it stale.
    """

    def plan(snapshot: Snapshot) -> tuple[Mapping[str, bytes], tuple[str, ...], Closed]:
        graph = fold(snapshot)
        if graph.meta.native and graph.meta.closed:
            return {}, (), Closed(False, *(_text(graph.meta.closed, key) for key in ("at", "reason")))
        found = [graded(f) for f in gate(native(graph), force)]
        if found:
            raise Refused("the dialogue stays open", found)
        made = Closed(True, stamp(now), (force or reason).strip())
        return {DIALOGUE: _file(snapshot, made)}, (), made

    return commit_loop(store, uid, plan)


def _text(closed: Mapping[str, Any], key: str) -> str:
    value = closed.get(key)
    return value if isinstance(value, str) else ""


def gate(graph: Graph, force: str | None) -> Iterator[Finding]:
    """Everything that keeps a dialogue from being closed."""
    final = standing(graph)
    if force is not None:
        if not force.strip():
            yield Finding(WITHOUT_REASON, "a dialogue is closed without a verdict only with a reason", fix="--force REASON")
    elif final is None:
        yield Finding(NOT_CONVERGED, "no final verdict stands", fix="blue verdict add, or --force REASON to close it without one")
        for obstacle in obstacles(graph):
            place = (obstacle.path, obstacle.line, int(obstacle.line > 0))
            yield Finding(NOT_CONVERGED, obstacle.message, *place, fix=obstacle.fix, id=obstacle.id or None)
    else:
        for cause in stale(graph, final):
            message = f"{final.id} is stale: {told(graph, cause)}"
            yield Finding(STALE, message, cause.path, cause.line, 1, fix="decide again: blue verdict add", id=cause.id or None)


def _file(snapshot: Snapshot, made: Closed) -> bytes:
    """`dialogue.md` with `closed:`; everything else as it stands."""
    parts = document.read(snapshot.blobs[DIALOGUE])
    closed = {"at": made.at, "reason": made.reason or None}
    try:
        if parts.problem or parts.front is None:
            raise Refused("", [Finding(parts.problem or "front-matter", parts.message or "no front matter", line=1, column=1)])
        return document.replace_front(parts, frontmatter.update(parts.front, {"closed": closed}, "dialogue"))
    except Refused as refused:
        path = f"{FOLDER}{snapshot.id}/dialogue.md"
        found = [graded(f._replace(path=path)) for f in refused.findings]
        raise Refused("dialogue.md cannot be changed", found, why="what cannot be read would be lost", fix="correct it by hand") from None
