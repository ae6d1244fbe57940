"""What a question about reasons is about: an entity or a verdict."""

from __future__ import annotations

from blue_cli.actions.overview import find
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import FINAL, is_name
from blue_cli.dialogue.verdicts import standing, verdicts


def subject(graph: Graph, word: str) -> str:
    """The canonical id or the verdict's address that a person means; `final` is the standing one.

    `NotFound` with the closest ids.
    """
    id = word.strip().removeprefix("verdict/")
    if graph.find(id) is None and is_name(id):
        known = {v.id.casefold(): v for v in verdicts(graph)}
        now = standing(graph)
        verdict = now if id.casefold() == FINAL and now and id.casefold() not in known else known.get(id.casefold())
        if verdict is not None:
            return verdict.address
    return find(graph, word).canonical
