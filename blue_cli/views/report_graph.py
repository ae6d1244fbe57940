"""The argument graph in the report page: the drawing of `blue graph --format svg` with nodes that are links. Pure.

Colours and fonts come from the page's stylesheet; a script may pan and zoom it, nothing here needs one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from blue_cli.dialogue.links import Links
from blue_cli.views.graphs import Drawing, Wanted, draw
from blue_cli.views.layers import Box
from blue_cli.views.report_names import Names
from blue_cli.views.svg import BOX, LEGEND, TALL, Picture, Shape, curve, fit, look_of, words_in
from blue_cli.views.svgtext import escape, units

EDGE = 12.0  # free space around the drawing
HEADS = {"depend": "M0 4 3.8 1 7.6 4 3.8 7z"}
HEAD = "M0 .8 7.6 4 0 7.2z"


class Figure(NamedTuple):
    """The drawing (HTML), what it is in words, how edges look (class, word), and what has to be said about it."""

    svg: str
    about: str
    legend: tuple[tuple[str, str], ...]
    note: str


class _Node(NamedTuple):
    """Where a box leads, and what it is: a canonical id's DOM id, or a round's text in a clustered drawing."""

    href: str
    id: str


def figure(links: Links, names: Names) -> Figure | None:
    """The drawing of a whole dialogue; None when nothing in it is about anything."""
    drawing, loose = _hanging(draw(links, Wanted()), names)
    if not drawing.edges:
        return None
    picture, laid = fit(drawing)
    nodes = _clusters(picture, names) if picture.note else [_Node(names.href(n.name), names.id(n.name)) for n in drawing.nodes]
    wide, high = laid.width + 2 * EDGE, laid.height + 2 * EDGE
    looks = {look_of(edge) for edge in picture.edges}
    parts = [
        f'<svg viewBox="0 0 {units(wide)} {units(high)}" width="{units(wide)}" height="{units(high)}">',
        _heads(looks),
        f'<g class="canvas" transform="translate({units(EDGE)} {units(EDGE)})">',
        *(_edge(picture, nodes, i, *curve(picture, laid, i)) for i in range(len(picture.edges))),
        *(_box(shape, node, box) for shape, node, box in zip(picture.shapes, nodes, laid.boxes, strict=True)),
        "</g></svg>",
    ]
    notes = [picture.note.partition("; --around")[0], f"{loose} more stand alone and are not drawn" if loose else ""]
    legend = tuple((side, word) for side, word in LEGEND if side in looks)
    return Figure("\n".join(parts), _about(drawing), legend, ". ".join(filter(None, notes)))


def _hanging(drawing: Drawing, names: Names) -> tuple[Drawing, int]:
    """What is about something or has something about it, called as the page calls it; and how much is left out."""
    ends = {name for edge in drawing.edges for name in (edge.source, edge.target)}
    nodes = tuple(node._replace(id=names.shown(node.name)) for node in drawing.nodes if node.name in ends)
    return drawing._replace(nodes=nodes), len(drawing.nodes) - len(nodes)


def _about(drawing: Drawing) -> str:
    nodes, edges = len(drawing.nodes), len(drawing.edges)
    return f"{nodes} {'thing' if nodes == 1 else 'things'}, {edges} {'connection' if edges == 1 else 'connections'} between them"


def _clusters(picture: Picture, names: Names) -> list[_Node]:
    """In a clustered drawing a box is what an expert wrote in a round, or a verdict they gave in it."""
    texts = [f"{shape.note.replace(' ', '-')}-{shape.id}" for shape in picture.shapes]
    return [_Node(f"#{text if names.has_text(text) else 'rounds'}", text) for text in texts]


def _heads(looks: set[str]) -> str:
    one = (
        '<marker id="head-{0}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse"'
        ' orient="auto-start-reverse"><path class="head m{0}" d="{1}"/></marker>'
    )
    return "<defs>" + "".join(one.format(side, HEADS.get(side, HEAD)) for side, _ in LEGEND if side in looks) + "</defs>"


def _edge(picture: Picture, nodes: list[_Node], i: int, d: str, head: str, about: str) -> str:
    a, b = picture.ends[i]
    look = look_of(picture.edges[i])
    thick = f' stroke-width="{min(1 + picture.strong[i] ** 0.5, 8):.1f}"' if picture.strong[i] > 1 else ""
    ends = f'data-from="{escape(nodes[a].id)}" data-to="{escape(nodes[b].id)}"'
    return f'<path class="edge e{look}"{thick} {ends} marker-{head}="url(#head-{look})" d="{d}"><title>{escape(about)}</title></path>'


def _box(shape: Shape, node: _Node, box: Box) -> str:
    return "".join(_pieces(shape, node, box.x, box.y))


def _pieces(shape: Shape, node: _Node, x: float, y: float) -> Iterator[str]:
    yield f'<a class="{shape.css}" href="{escape(node.href)}" data-id="{escape(node.id)}"><title>{escape(shape.title)}</title>'
    yield f'<rect class="box" x="{units(x)}" y="{units(y)}" width="{units(BOX)}" height="{units(TALL)}" rx="3"/>'
    yield from words_in(shape, x, y)
    yield "</a>"
