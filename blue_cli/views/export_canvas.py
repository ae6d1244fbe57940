"""`export --format canvas`: the graph on a JSON Canvas 1.0 (jsoncanvas.org/spec/1.0), for Obsidian and others. Pure.

A group a round from left to right, and in it what was said first, laid out by `layers`. Texts are markdown there, so labels
are made inert.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.links import AGAINST, FOR, Links
from blue_cli.dialogue.verdicts import standing
from blue_cli.views.graphs import VERDICT, Edge, Node, Wanted, draw
from blue_cli.views.layers import Box, TooDense, arrange
from blue_cli.views.quoting import inert

Document = dict[str, Any]
NOT_CARRIED = "the texts of contributions, the life of each thing, moves and references that no thing makes, scores"
WIDTH, HEIGHT = 300, 140  # of a node, in the canvas's units
MARGIN, BETWEEN, HEAD = 40, 160, 260  # around a group's nodes; between groups; height of the head
_APART, _COLUMNS = 24, 4
_COLORS = {"P": "5", "T": "2", "R": "4", "E": "6", "C": "#1d4ed8", VERDICT: "3"}  # 1 red … 6 purple; a stance has none
_EDGE_COLORS = {FOR: "4", AGAINST: "1"}


def canvas(graph: Graph) -> Document:
    """The document: nodes in the order in which they are drawn, groups first."""
    drawing = draw(Links(graph), Wanted())
    rounds = sorted({node.round for node in drawing.nodes})
    groups, cards, at, x = [], [], {}, 0
    for number in rounds:
        members = [node for node in drawing.nodes if node.round == number]
        boxes = _placed(members, drawing.edges)
        width, height = _size(boxes)
        groups.append(
            {"id": f"round-{number}", "type": "group", "x": x, "y": 0, "width": width + 2 * MARGIN, "height": height + 2 * MARGIN,
             "label": f"round {number}"}
        )  # fmt: skip
        for node, box in zip(members, boxes, strict=True):
            at[node.name] = (x + MARGIN + round(box.x), MARGIN + round(box.y))
            cards.append(_card(node, *at[node.name]))
        x += width + 2 * MARGIN + BETWEEN
    return {"nodes": [_head(graph), *groups, *cards], "edges": [_edge(i, edge, at) for i, edge in enumerate(drawing.edges, 1)]}


def _placed(nodes: Sequence[Node], edges: Sequence[Edge]) -> Sequence[Box]:
    """Where the nodes of a round go: by layers, or in rows where too much hangs together."""
    number = {node.name: i for i, node in enumerate(nodes)}
    pairs = list(dict.fromkeys((number[e.source], number[e.target]) for e in edges if e.source in number and e.target in number))
    if pairs:
        try:
            return arrange(len(nodes), [pair for pair in pairs if pair[0] != pair[1]], WIDTH, HEIGHT).boxes
        except TooDense:
            pass
    return [Box(i % _COLUMNS * (WIDTH + _APART), i // _COLUMNS * (HEIGHT + _APART), WIDTH, HEIGHT) for i in range(len(nodes))]


def _size(boxes: Sequence[Box]) -> tuple[int, int]:
    return round(max(box.x for box in boxes)) + WIDTH, round(max(box.y for box in boxes)) + HEIGHT


def _head(graph: Graph) -> Document:
    """What is asked, what was decided, and what is not here, above the rounds."""
    verdict = standing(graph)
    parts = [f"# {inert(graph.meta.title)}", inert(graph.meta.question)]
    parts += [f"**{inert(verdict.id)}**: {inert(verdict.recommendation)}"] if verdict else ["No verdict yet."]
    parts += [] if graph.complete else ["Not everything of the dialogue could be read: states are unknown."]
    parts += [f"*Made by blue export. Not here: {NOT_CARRIED}.*"]
    return {
        "id": "dialogue", "type": "text", "x": 0, "y": -HEAD - BETWEEN // 2, "width": 3 * WIDTH, "height": HEAD,
        "text": "\n\n".join(filter(None, parts)),
    }  # fmt: skip


def _card(node: Node, x: int, y: int) -> Document:
    text = f"**{inert(node.id)}** {inert(node.status)} · {inert(node.by)}\n\n{inert(node.label)}".rstrip()
    card: Document = {"id": node.name, "type": "text", "x": x, "y": y, "width": WIDTH, "height": HEIGHT, "text": text}
    return {**card, "color": _COLORS[node.kind]} if node.kind in _COLORS else card


def _edge(number: int, edge: Edge, at: Mapping[str, tuple[int, int]]) -> Document:
    """An edge from the side of its source that looks at its target."""
    dx, dy = at[edge.target][0] - at[edge.source][0], at[edge.target][1] - at[edge.source][1]
    sides = ("right", "left") if dx > 0 else ("left", "right") if dx < 0 else ("bottom", "top") if dy > 0 else ("top", "bottom")
    drawn = {"id": f"e{number}", "fromNode": edge.source, "fromSide": sides[0], "toNode": edge.target, "toSide": sides[1], "toEnd": "arrow"}
    color = {"color": _EDGE_COLORS[edge.side]} if edge.side in _EDGE_COLORS else {}
    return {**drawn, **color, "label": edge.type}
