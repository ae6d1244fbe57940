"""`blue graph --format svg`: the drawing itself, as one file that needs nothing else. Pure; every label is untrusted.

Colours follow the reader's light or dark mode. No script, no link, no font, no image: text and shapes only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from blue_cli.dialogue.grammar import KIND_NAMES
from blue_cli.dialogue.links import AGAINST, ANSWER, CHANGE, FOR
from blue_cli.dialogue.queries import GONE
from blue_cli.views.graphs import VERDICT, Drawing, Edge, Node
from blue_cli.views.layers import Layout, TooDense, arrange
from blue_cli.views.svgtext import cut, escape, measure, two_lines, units

CLUSTERED = 400  # nodes above which rounds and experts are drawn instead of what they said
BOX, TALL = 216.0, 62.0
MARGIN, HEAD = 28.0, 84.0
PAD, LINE = 14.0, 15.0  # inside a box: left of the text, from one line to the next
ROOM = BOX - PAD - 10
DEPEND = "depend"  # drawn apart from what else is for something: it points the other way, at what must stand
LEGEND = ((FOR, "for"), (DEPEND, "depends on"), (AGAINST, "against"), (ANSWER, "answers"), (CHANGE, "changes"))
_SINGULAR = {**{letter: name.rstrip("s") for letter, name in KIND_NAMES.items()}, VERDICT: "verdict"}
_COLOURS = {  # kind or side: in the light, in the dark
    "T": ("#c2410c", "#fb923c"), "R": ("#15803d", "#4ade80"), "P": ("#0e7490", "#22d3ee"), "E": ("#6d28d9", "#a78bfa"),
    "C": ("#1d4ed8", "#60a5fa"), "S": ("#78716c", "#a8a29e"), VERDICT: ("#a16207", "#facc15"),
}  # fmt: skip
_SIDES = {
    FOR: ("#3f7d58", "#6fbf8f"), DEPEND: ("#9a6700", "#d4a72c"),
    AGAINST: ("#c0392b", "#f1746a"), ANSWER: ("#2f6f9f", "#7ab8e6"), CHANGE: ("#8a8a8a", "#9a9a9a"),
}  # fmt: skip
_DASHES = {AGAINST: "6 4", CHANGE: "2 4", ANSWER: "12 3"}  # never colour alone


class Shape(NamedTuple):
    """What stands in one box: a class, the line above, the word on its right, the text, and what a pointer over it tells."""

    css: str
    id: str
    note: str
    label: str
    title: str


class Picture(NamedTuple):
    """Boxes and edges, with how strong each edge is, and a line that says what was done to draw them."""

    shapes: Sequence[Shape]
    edges: Sequence[Edge]
    ends: Sequence[tuple[int, int]]
    strong: Sequence[int]
    note: str


def svg(drawing: Drawing) -> tuple[str, str]:
    """The drawing, and what has to be said about it: that it was clustered, or that edges were left out; else ""."""
    picture, laid = fit(drawing)
    wide, high = max(laid.width, 560) + 2 * MARGIN, laid.height + HEAD + MARGIN
    about = drawing.links.graph.meta
    named = f"{about.title or about.id}: {_count(len(drawing.nodes), 'node')}, {_count(len(drawing.edges), 'edge')}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{units(wide)}" height="{units(high)}" viewBox="0 0 {units(wide)} {units(high)}"'
        f' role="img" aria-label="{escape(named)}">',
        f"<title>{escape(named)}</title>",
        _style(),
        _markers(),
        f'<rect class="page" width="{units(wide)}" height="{units(high)}"/>',
        *_header(cut(about.title or about.id, wide - 2 * MARGIN, 17), picture),
        f'<g transform="translate({units(MARGIN)} {units(HEAD)})">',
        *(_edge(picture, laid, i) for i in range(len(picture.edges))),
        *(line for shape, box in zip(picture.shapes, laid.boxes, strict=True) for line in _box(shape, box.x, box.y)),
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n", picture.note


def fit(drawing: Drawing) -> tuple[Picture, Layout]:
    """The picture as it is when it can be drawn so; else clustered, then with its strongest edges only."""
    picture = _plain(drawing) if len(drawing.nodes) <= CLUSTERED else _clustered(drawing)
    try:
        return picture, _lay(picture)
    except TooDense:
        picture = picture if picture.note else _clustered(drawing)
    kept = 2 * len(picture.ends)
    while True:
        try:
            return picture, _lay(picture)
        except TooDense:
            kept = min(kept // 2, 2 * len(picture.shapes))
            picture = _strongest(picture, kept)


def _lay(picture: Picture) -> Layout:
    """Evidence on the left: what depends on something stands right of it."""
    turned = [(b, a) if edge.type == "depend" else (a, b) for edge, (a, b) in zip(picture.edges, picture.ends, strict=True)]
    return arrange(len(picture.shapes), turned, BOX, TALL)


def _plain(drawing: Drawing) -> Picture:
    at = {node.name: i for i, node in enumerate(drawing.nodes)}
    shapes = [_shape(node, drawing.around) for node in drawing.nodes]
    return Picture(shapes, drawing.edges, [(at[e.source], at[e.target]) for e in drawing.edges], [1] * len(drawing.edges), "")


def _shape(node: Node, around: str) -> Shape:
    css = f"node k{node.kind}{' gone' if node.status in GONE or node.status == 'merged' else ''}{' here' if node.name == around else ''}"
    title = f"{node.id} ({node.status}), {_SINGULAR[node.kind]} by {node.by} in round {node.round}: {node.label}"
    return Shape(css, node.id, "" if node.kind == "S" else node.status, node.label, title)


def _clustered(drawing: Drawing) -> Picture:
    """One box for what an expert said in a round; edges between two of them are one, as strong as there are many."""
    groups: dict[tuple[int, str], dict[str, int]] = {}
    home: dict[str, tuple[int, str]] = {}
    for node in drawing.nodes:
        home[node.name] = key = (node.round, node.by)
        counts = groups.setdefault(key, {})
        counts[node.kind] = counts.get(node.kind, 0) + 1
    places = {key: i for i, key in enumerate(sorted(groups))}
    strength: dict[tuple[int, int, str], int] = {}
    for edge in drawing.edges:
        a, b = places[home[edge.source]], places[home[edge.target]]
        a, b = (b, a) if edge.type == "depend" else (a, b)
        if a != b:
            strength[a, b, edge.side] = strength.get((a, b, edge.side), 0) + 1
    shapes = [_group(round, by, groups[round, by]) for round, by in places]
    edges = [Edge(str(a), str(b), f"{n} {side}", side) for (a, b, side), n in strength.items()]
    note = (
        f"{len(drawing.nodes)} nodes, drawn as {_count(len(shapes), 'cluster')} by round and expert; --around, --kind or --status show less"
    )
    return Picture(shapes, edges, [(a, b) for a, b, _ in strength], list(strength.values()), note)


def _group(round: int, by: str, counts: dict[str, int]) -> Shape:
    said = ", ".join(f"{n} {KIND_NAMES.get(kind, 'verdicts') if n > 1 else _SINGULAR[kind]}" for kind, n in counts.items())
    most = max(counts, key=lambda kind: counts[kind])
    return Shape(f"node k{most}", by, f"round {round}", said, f"{by} in round {round}: {said}")


def _strongest(picture: Picture, kept: int) -> Picture:
    """Only the strongest edges; the note says how many are missing."""
    order = sorted(range(len(picture.ends)), key=lambda i: (-picture.strong[i], picture.ends[i]))[:kept]
    note = f"{picture.note.partition('; the ')[0]}; the {kept} strongest connections between them"
    return Picture(
        picture.shapes, [picture.edges[i] for i in order], [picture.ends[i] for i in order], [picture.strong[i] for i in order], note
    )


# --- pieces ----------------------------------------------------------------------------------------------------


def _style() -> str:
    light = "".join(_rules({name: pair[0] for name, pair in {**_COLOURS, **_SIDES}.items()}, "#1f2328", "#59636e", "#ffffff", "#f6f8fa"))
    dark = "".join(_rules({name: pair[1] for name, pair in {**_COLOURS, **_SIDES}.items()}, "#e6edf3", "#9198a1", "#0d1117", "#161b22"))
    shape = (
        "text{font-family:ui-sans-serif,system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;font-size:11.5px}"
        ".id{font-weight:600;font-size:12px}.note{font-size:10.5px}.big{font-size:17px;font-weight:600}"
        ".edge{fill:none;stroke-width:1.4;stroke-opacity:.75}.box{stroke-width:1;stroke-opacity:.45}.bar{stroke:none}"
        ".gone .bar,.gone .box{opacity:.5}.gone .box{stroke-dasharray:4 3}.here .box{stroke-width:2.5;stroke-opacity:1}"
        + "".join(f".e{side}{{stroke-dasharray:{dash}}}" for side, dash in _DASHES.items())
    )
    return f"<style>{shape}{light}@media (prefers-color-scheme:dark){{{dark}}}</style>"


def _rules(colours: dict[str, str], ink: str, dim: str, page: str, paper: str) -> Iterator[str]:
    yield f"svg{{background:{page}}}text{{fill:{ink}}}.note,.gone text{{fill:{dim}}}.page{{fill:{page}}}.box{{fill:{paper}}}"
    for name, colour in colours.items():
        if name in _SIDES:
            yield f".e{name}{{stroke:{colour}}}.m{name}{{fill:{colour}}}"
        else:
            yield f".k{name} .box{{stroke:{colour}}}.k{name} .bar{{fill:{colour}}}"


def _markers() -> str:
    """Arrow heads, one a side."""
    one = (
        '<marker id="a{0}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse"'
        ' orient="auto-start-reverse"><path class="m{0}" d="{1}"/></marker>'
    )
    heads = {DEPEND: "M0 4 3.8 1 7.6 4 3.8 7z"}
    return "<defs>" + "".join(one.format(side, heads.get(side, "M0 .8 7.6 4 0 7.2z")) for side in _SIDES) + "</defs>"


def _header(title: str, picture: Picture) -> Iterator[str]:
    """The title, what the colours and lines mean, and what has to be said about the drawing."""
    yield f'<text class="big" x="{units(MARGIN)}" y="34">{escape(title)}</text>'
    kinds, looks = {s.css.split()[1] for s in picture.shapes}, {look_of(edge) for edge in picture.edges}
    x = MARGIN
    for letter, name in _SINGULAR.items():
        if f"k{letter}" in kinds:
            yield f'<g class="k{letter}"><rect class="bar" x="{units(x)}" y="47" width="10" height="10" rx="2"/></g>'
            yield f'<text class="note" x="{units(x + 15)}" y="56">{name}</text>'
            x += 30 + measure(name, 10.5)
    for side, word in ((side, word) for side, word in LEGEND if side in looks):
        yield f'<path class="edge e{side}" marker-end="url(#a{side})" d="M{units(x)} 52H{units(x + 30)}"/>'
        yield f'<text class="note" x="{units(x + 36)}" y="56">{word}</text>'
        x += 52 + measure(word, 10.5)
    if picture.note:
        yield f'<text class="note" x="{units(MARGIN)}" y="75">{escape(picture.note)}</text>'


def curve(picture: Picture, laid: Layout, i: int) -> tuple[str, str, str]:
    """An edge's path, the end that its head is at, and what it says. A curve through each gap, straight through columns;
    the head is where the edge points, also when it runs backward."""
    edge, way = picture.edges[i], laid.ways[i]
    d = [f"M{units(way[0][0])} {units(way[0][1])}"]
    for k in range(1, len(way)):
        (x0, y0), (x, y) = way[k - 1], way[k]
        middle = (x0 + x) / 2
        d.append(f"C{units(middle)} {units(y0)} {units(middle)} {units(y)} {units(x)} {units(y)}" if k % 2 else f"H{units(x)}")
    head = "start" if laid.flipped[i] != (edge.type == "depend") else "end"
    names = f"{picture.shapes[picture.ends[i][0]].id} {edge.type} {picture.shapes[picture.ends[i][1]].id}"
    return "".join(d), head, names


def _edge(picture: Picture, laid: Layout, i: int) -> str:
    d, head, names = curve(picture, laid, i)
    thick = f' stroke-width="{min(1 + picture.strong[i] ** 0.5, 8):.1f}"' if picture.strong[i] > 1 else ""
    look = look_of(picture.edges[i])
    return f'<path class="edge e{look}"{thick} marker-{head}="url(#a{look})" d="{d}"><title>{escape(names)}</title></path>'


def look_of(edge: Edge) -> str:
    """How an edge is drawn: by its side; what something depends on has a look of its own."""
    return DEPEND if edge.type == DEPEND else edge.side


def _box(shape: Shape, x: float, y: float) -> Iterator[str]:
    yield f'<g class="{shape.css}"><title>{escape(shape.title)}</title>'
    yield f'<rect class="box" x="{units(x)}" y="{units(y)}" width="{units(BOX)}" height="{units(TALL)}" rx="6"/>'
    yield f'<rect class="bar" x="{units(x)}" y="{units(y + 8)}" width="4" height="{units(TALL - 16)}" rx="2"/>'
    yield from words_in(shape, x, y)
    yield "</g>"


def words_in(shape: Shape, x: float, y: float) -> Iterator[str]:
    """What stands in a box: its id, the word on the right, and the label in two lines."""
    note = cut(shape.note, ROOM / 2, 10.5)
    left = ROOM - measure(note, 10.5) - 8
    yield f'<text class="id" x="{units(x + PAD)}" y="{units(y + 20)}">{escape(cut(shape.id, left, 12.5))}</text>'
    if note:
        yield f'<text class="note" text-anchor="end" x="{units(x + BOX - 10)}" y="{units(y + 20)}">{escape(note)}</text>'
    for i, line in enumerate(two_lines(shape.label, ROOM)):
        yield f'<text x="{units(x + PAD)}" y="{units(y + 20 + LINE * (i + 1) + 1)}">{escape(line)}</text>'


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'s' if n != 1 else ''}"
