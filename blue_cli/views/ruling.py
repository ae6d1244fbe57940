"""What a ruling or a score did, as text and JSON (`blue rule`, `blue round score`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from blue_cli.dialogue.convergence import measure
from blue_cli.dialogue.graph import Graph
from blue_cli.views import export
from blue_cli.views.added import Change, change_documents, outcome
from blue_cli.views.listing import paint
from blue_cli.views.text import sanitize


class File(NamedTuple):
    """A ruling as it was written. Names are canonical ids; `created` False: it was there already."""

    type: str
    name: str
    into: str | None
    via: str | None
    reason: str
    round: int
    path: str
    created: bool


def document(graph: Graph, file: File, changed: Sequence[Change]) -> dict[str, Any]:
    """`blue/rule@1`."""
    into, via = (graph.shown(name) if name else None for name in (file.into, file.via))
    return {
        "created": file.created, "dialogue": graph.meta.id, "round": file.round, "type": file.type,
        "id": graph.shown(file.name), "canonical_id": file.name, "into": into, "via": via, "reason": file.reason,
        "path": file.path, "changed": change_documents(changed), "convergence": export.convergence(graph, measure(graph)),
    }  # fmt: skip


def text(graph: Graph, file: File, changed: Sequence[Change], color: bool) -> str:
    """Where it went, what it changed, and what comes next."""
    entity = graph.entities[file.name]
    head = f"ruled {sanitize(file.path)}" if file.created else f"{sanitize(file.path)} is there already"
    about = f"  {paint(graph.shown(file.name), 'id', color)} {paint(file.type, file.type, color)}  {sanitize(entity.label)}"
    joined = []
    if file.into:
        by = ", ".join(graph.standing[file.into].contributors)
        joined = [f"{paint(graph.shown(file.into), 'id', color)} is now by {by}"]
    nothing = [] if changed or not file.created else [f"{graph.shown(file.name)} stood so already: nothing changes"]
    return "\n".join([head, about, *joined, *nothing, *outcome(graph, changed, color)]) + "\n"
