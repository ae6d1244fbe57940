"""`blue why --impact`: what would fall with a thing, as a tree and as JSON. Pure; every label is untrusted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.queries import Fall, Impact
from blue_cli.views.trees import Line, tree
from blue_cli.views.why import head, item, plain_line

_HOW = {"depend": "depends on it", "support": "loses its last support", "verdict": "rests on it"}


def impact_text(graph: Graph, name: str, found: Impact, depth: int | None, columns: int, color: bool) -> str:
    """What would fall with it, as a tree: each thing below what takes it down."""
    lines = [*head(graph, name, columns, color)]
    told, hidden = _falls(found.falls, name, depth)
    if told:
        noun = "thing" if len(found.falls) == 1 else "things"
        lines += ["", f"if it fell, {len(found.falls)} more {noun} would fall:", ""]
        lines += tree([_fall(graph, fall, color) for fall in told], [fall.depth for fall in told], columns, color)
    else:
        lines += ["", "if it fell, nothing else would fall"]
    if hidden:
        lines += [f"and {hidden} more below that depth"]
    if found.weakened:
        lines += ["", "and these would lose support:", ""]
        lines += tree([_weak(graph, n, *lost, color) for n, lost in found.weakened.items()], [1] * len(found.weakened), columns, color)
    return "\n".join(lines) + "\n"


def _falls(falls: Sequence[Fall], name: str, depth: int | None) -> tuple[list[Fall], int]:
    """The falls in the order of their tree, and how many are below the depth asked for."""
    below: dict[str, list[Fall]] = {}
    for fall in falls:
        below.setdefault(fall.because, []).append(fall)
    told: list[Fall] = []
    waiting = below.get(name, [])[::-1]
    while waiting:
        fall = waiting.pop()
        if depth is None or fall.depth <= depth:
            told.append(fall)
            waiting += below.get(fall.name, [])[::-1]
    return told, len(falls) - len(told)


def _fall(graph: Graph, fall: Fall, color: bool) -> Line:
    return plain_line(graph, fall.name, f"  {_HOW[fall.how]}", color)


def _weak(graph: Graph, name: str, lost: int, kept: int, color: bool) -> Line:
    return plain_line(graph, name, f"  loses {lost}, keeps {kept}", color)


def impact_document(graph: Graph, name: str, found: Impact, depth: int | None) -> dict[str, Any]:
    """`why --impact --json`: what would fall, in the order in which it would."""
    falls = [fall for fall in found.falls if depth is None or fall.depth <= depth]
    return {
        "dialogue": graph.meta.id,
        "item": item(graph, name),
        "falls": [{**item(graph, f.name), "how": f.how, "because": _because(graph, f.because), "depth": f.depth} for f in falls],
        "weakened": [{**item(graph, n), "lost": lost, "kept": kept} for n, (lost, kept) in found.weakened.items()],
        "complete": graph.complete,
    }


def _because(graph: Graph, name: str) -> str:
    return graph.shown(name).removeprefix("verdict/")
