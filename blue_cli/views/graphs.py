"""`blue graph`: what is drawn, and the drawing as tree, mermaid, DOT and JSON. Pure; every label is untrusted.

Node ids are made here (`n0`, `n1`, …) and labels are quoted to inert form, so that no label adds a node, an edge, a link
or an attribute (HARDENING.md, mermaid and DOT).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.links import AGAINST, CHANGE, FOR, Links, Words
from blue_cli.dialogue.queries import around, why
from blue_cli.dialogue.verdicts import verdicts
from blue_cli.views.text import cut, sanitize
from blue_cli.views.trees import tree
from blue_cli.views.why import called, item, label_of, plain_line, step_line

VERDICT = "V"  # the letter of verdicts among the kinds of nodes
LABEL = 80  # columns of a label in mermaid and DOT
_ROOTS = "TR"


class Node(NamedTuple):
    """A thing to draw. `name` is its canonical id or a verdict's address."""

    name: str
    id: str
    kind: str
    label: str
    status: str
    by: str
    round: int


class Edge(NamedTuple):
    """Something a node says about another, once for each type."""

    source: str
    target: str
    type: str
    side: str


class Wanted(NamedTuple):
    """What is drawn: at most `depth` links from `around`, of these kinds (letters) and statuses; empty means any."""

    around: str = ""
    depth: int = 2
    kinds: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()


class Drawing(NamedTuple):
    """What is drawn of a dialogue."""

    links: Links
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    around: str


def draw(links: Links, wanted: Wanted, joined: bool = True) -> Drawing:
    """The nodes and edges that were asked for, in the order of their ids; what `around` names is always among them.

    Without `joined` no edges: a tree finds its own.
    """
    graph = links.graph
    near = around(links, wanted.around, wanted.depth) if wanted.around else None
    nodes = [
        node for node in _nodes(graph)
        if node.name == wanted.around
        or ((near is None or node.name in near) and _any(wanted.kinds, node.kind) and _any(wanted.statuses, node.status))
    ]  # fmt: skip
    return Drawing(links, tuple(nodes), tuple(_edges(links, {node.name for node in nodes})) if joined else (), wanted.around)


def _any(wanted: Collection[str], value: str) -> bool:
    return not wanted or value in wanted


def _nodes(graph: Graph) -> Iterable[Node]:
    for name, entity in sorted(graph.entities.items(), key=lambda pair: ("TRPCES".index(pair[1].kind), pair[1].round, pair[1].id, pair[0])):
        standing = graph.standing[name]
        yield Node(name, graph.shown(name), entity.kind, label_of(graph, name), standing.status, entity.author, entity.round)
    for verdict in verdicts(graph):
        yield Node(verdict.address, verdict.id, VERDICT, verdict.recommendation, verdict.kind, verdict.author, verdict.round)


def _edges(links: Links, names: Collection[str]) -> Iterable[Edge]:
    """Each (source, target, type) once. A merged one points to what it became part of."""
    seen = set()
    for link in links.all:
        ends = (link.target, link.source) if link.type == "merged" else (link.source, link.target)
        edge = Edge(*ends, link.type, link.side)
        if edge not in seen and edge.source in names and edge.target in names:
            seen.add(edge)
            yield edge


# --- tree ------------------------------------------------------------------------------------------------------


def tree_text(drawing: Drawing, columns: int, color: bool) -> str:
    """What speaks for and against each tension and recommendation; what belongs to none of them follows."""
    graph, words = drawing.links.graph, Words(drawing.links.graph)
    names = frozenset(node.name for node in drawing.nodes)
    roots = [drawing.around] * bool(drawing.around)
    roots += [n.name for n in drawing.nodes if n.kind in _ROOTS] + [n.name for n in drawing.nodes]
    steps = why(drawing.links, roots, None, names)
    lines = [step_line(graph, s, words, color) if s.link else plain_line(graph, s.name, "", color) for s in steps]
    return "".join(f"{line}\n" for line in tree(lines, [step.depth for step in steps], columns, color))


# --- mermaid ---------------------------------------------------------------------------------------------------

_MERMAID_ARROW = {FOR: "-->", AGAINST: "-.->"}
_MERMAID_STYLES = {
    "P": "stroke:#0e7490", "T": "stroke:#c2410c", "R": "stroke:#15803d", "E": "stroke:#6d28d9", "C": "stroke:#1d4ed8",
    "S": "stroke:#78716c", VERDICT: "stroke:#a16207,stroke-width:3px",
}  # fmt: skip


def mermaid(drawing: Drawing) -> str:
    """A mermaid flowchart, evidence on the left, what it is about on the right."""
    ids = {node.name: f"n{i}" for i, node in enumerate(drawing.nodes)}
    lines = ["flowchart LR"]
    lines += [f'  {ids[n.name]}["{mermaid_label(_title(n))}"]:::{n.kind}' for n in drawing.nodes]
    lines += [f"  {ids[e.source]} {_MERMAID_ARROW.get(e.side, '-->')}|{e.type}| {ids[e.target]}" for e in drawing.edges]
    used = {node.kind for node in drawing.nodes}
    lines += [f"  classDef {kind} {style}" for kind, style in _MERMAID_STYLES.items() if kind in used]
    return "\n".join(lines) + "\n"


def _title(node: Node) -> str:
    return sanitize(f"{node.id} {node.status}: {cut(' '.join(node.label.split()), LABEL)}")


def mermaid_label(text: str) -> str:
    """A text between quotes in mermaid: whatever is no letter, digit, blank or comma becomes mermaid's `#code;`."""
    return "".join(char if char.isalnum() or char in " ," else f"#{ord(char)};" for char in text)


# --- DOT -------------------------------------------------------------------------------------------------------

_DOT_EDGE = {FOR: "solid", AGAINST: "dashed", CHANGE: "dotted"}


def dot(drawing: Drawing) -> str:
    """A Graphviz digraph."""
    ids = {node.name: f"n{i}" for i, node in enumerate(drawing.nodes)}
    lines = ["digraph blue {", "  rankdir=LR;", '  node [shape=box, style=rounded, fontname="sans-serif"];', "  edge [fontsize=10];"]
    for node in drawing.nodes:
        lines.append(f'  {ids[node.name]} [label="{dot_label(_title(node))}", class="{node.kind}"];')
    for edge in drawing.edges:
        style = _DOT_EDGE.get(edge.side, "solid")
        lines.append(f'  {ids[edge.source]} -> {ids[edge.target]} [label="{edge.type}", style={style}];')
    return "\n".join([*lines, "}"]) + "\n"


def dot_label(text: str) -> str:
    r"""A text between quotes in DOT: quotes and backslashes escaped (`\N`, `\G` and others mean something there), and `&`."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")


# --- JSON ------------------------------------------------------------------------------------------------------


def document(drawing: Drawing) -> dict[str, Any]:
    """`graph --json`: edges name nodes by `canonical_id`."""
    graph = drawing.links.graph
    return {
        "dialogue": graph.meta.id,
        "around": called(graph, drawing.around) if drawing.around else None,
        "nodes": [item(graph, node.name) for node in drawing.nodes],
        "edges": [edge._asdict() for edge in drawing.edges],
        "complete": graph.complete,
    }
