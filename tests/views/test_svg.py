"""The SVG, read back and measured: its own geometry says that nothing overlaps and no edge crosses a box."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from blue_cli.actions.load import load
from blue_cli.dialogue.links import Links
from blue_cli.stores.files import FilesStore
from blue_cli.views.graphs import Drawing, Wanted, draw
from blue_cli.views.svg import CLUSTERED, svg
from blue_cli.views.svgtext import measure
from tests.bench import arguments
from tests.views.test_graphs import HOSTILE, drawing, full

SVG = "{http://www.w3.org/2000/svg}"
Point = tuple[float, float]


class Rect(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def apart(self, other: Rect) -> bool:
        return self.right <= other.left or other.right <= self.left or self.bottom <= other.top or other.bottom <= self.top

    def holds(self, x: float, y: float, by: float = 0.1) -> bool:
        return self.left + by < x < self.right - by and self.top + by < y < self.bottom - by

    def contains(self, other: Rect) -> bool:
        return self.left <= other.left and other.right <= self.right and self.top <= other.top and other.bottom <= self.bottom


def elements(root: ElementTree.Element, tag: str, css: str = "") -> list[ElementTree.Element]:
    return [e for e in root.iter(SVG + tag) if css in e.get("class", "").split() or not css]


def boxes(root: ElementTree.Element) -> list[Rect]:
    found = []
    for rect in elements(root, "rect", "box"):
        x, y, wide, high = (float(rect.get(key, "0")) for key in ("x", "y", "width", "height"))
        found.append(Rect(x, y, x + wide, y + high))
    return found


def labels(group: ElementTree.Element) -> list[Rect]:
    """The room each text of a node takes, by the size its class is drawn in."""
    found = []
    for text in elements(group, "text"):
        size = {"id": 12.5, "note": 10.5}.get(text.get("class", ""), 11.5)
        wide, x, y = measure(text.text or "", size), float(text.get("x", "0")), float(text.get("y", "0"))
        left = x - wide if text.get("text-anchor") == "end" else x
        found.append(Rect(left, y - 0.78 * size, left + wide, y + 0.22 * size))
    return found


def points(d: str) -> list[Point]:
    """A path of M, C and H as points close to each other."""
    found: list[Point] = []
    for command, words in re.findall(r"([MCH])([-0-9. ]*)", d):
        n = [float(word) for word in words.split()]
        if command == "M":
            found.append((n[0], n[1]))
        elif command == "H":
            x0, y = found[-1]
            found += [(x0 + (n[0] - x0) * i / 40, y) for i in range(1, 41)]
        else:
            (x0, y0), (x1, y1, x2, y2, x3, y3) = found[-1], n
            for i in range(1, 41):
                t, u = i / 40, 1 - i / 40
                a, b, c, e = u**3, 3 * u * u * t, 3 * u * t * t, t**3
                found.append((a * x0 + b * x1 + c * x2 + e * x3, a * y0 + b * y1 + c * y2 + e * y3))
    return found


def check_geometry(text: str) -> ElementTree.Element:
    """AssertionError where a label leaves its box or meets another, boxes overlap, or an edge crosses a box."""
    root = ElementTree.fromstring(text)
    rects = boxes(root)
    assert all(a.apart(b) for a, b in combinations(rects, 2))
    for group, rect in zip(elements(root, "g", "node"), rects, strict=True):
        inside = labels(group)
        assert all(rect.contains(label) for label in inside), "".join(group.itertext())
        assert all(a.apart(b) for a, b in combinations(inside, 2)), "".join(group.itertext())
    for path in elements(root, "path", "edge")[len(legend(root)) :]:
        for x, y in points(path.get("d", "")):
            assert not any(rect.holds(x, y) for rect in rects), path.get("d")
    return root


def legend(root: ElementTree.Element) -> list[ElementTree.Element]:
    return [path for path in root.findall(f"{SVG}path") if "edge" in path.get("class", "")]


def arguing(folder: Path, entities: int) -> Drawing:
    store = FilesStore(str(arguments.build(folder, entities)))
    (row,) = store.dialogues()
    return draw(Links(load(store, row.uid)), Wanted())


@pytest.mark.parametrize("entities", [80, 200])
def test_no_labels_overlap_and_no_edge_crosses_a_box(entities: int, tmp_path: Path) -> None:
    of = arguing(tmp_path, entities)
    text, note = svg(of)
    root = check_geometry(text)
    assert len(elements(root, "g", "node")) == len(of.nodes) == entities
    assert len(elements(root, "path", "edge")) - len(legend(root)) == len(of.edges)
    assert note == ""


def test_the_check_can_fail(tmp_path: Path) -> None:
    text, _ = svg(arguing(tmp_path, 80))
    d = re.findall(r'd="(M[^"]*C[^"]*)"', text)[-1]
    x, y = boxes(ElementTree.fromstring(text))[0][:2]
    with pytest.raises(AssertionError):
        check_geometry(text.replace(d, f"M0 0C0 0 {x + 9} {y + 9} {x + 20} {y + 20}"))


def test_above_400_nodes_it_clusters_and_says_so(tmp_path: Path) -> None:
    of = arguing(tmp_path, CLUSTERED + 40)
    text, note = svg(of)
    root = check_geometry(text)
    assert note.startswith(f"{len(of.nodes)} nodes, drawn as {len(elements(root, 'g', 'node'))} clusters by round and expert")
    assert note in "".join(root.itertext())
    assert len(elements(root, "g", "node")) < 60


def test_what_is_too_dense_to_follow_is_clustered_too(tmp_path: Path) -> None:
    claims = "\n\n".join(f"[CLAIM C{n:02d}: c]\n" + " ".join(f"[RE:SUPPORT C{k:02d}]" for k in range(1, n)) for n in range(1, 120))
    from tests.dialogue.build import graph, panel

    text, note = svg(draw(Links(graph(panel({"muffin": claims}))), Wanted()))
    assert "drawn as 1 cluster by" in note
    check_geometry(text)


@pytest.mark.parametrize("label", HOSTILE)
def test_labels_are_inert_and_whole_in_their_title(label: str) -> None:
    text, _ = svg(drawing("root", label))
    root = check_geometry(text)
    assert len(list(root.iter(f"{SVG}script"))) == 0 and len(elements(root, "g", "node")) == 2
    assert {e.tag.removeprefix(SVG) for e in root.iter()} == {
        "svg", "title", "style", "defs", "marker", "path", "rect", "text", "g",
    }  # fmt: skip
    titles = [e.text or "" for e in root.iter(f"{SVG}title")]
    if label.isprintable():
        assert any(label in title for title in titles)


def test_it_needs_nothing_from_anywhere() -> None:
    text, _ = svg(full())
    assert re.findall(r"(?:href|src|url\((?!#)|@import|@font-face|on[a-z]+=)", text) == []
    assert re.findall(r"https?://[^\"]*", text) == ["http://www.w3.org/2000/svg"]


def test_it_says_what_it_is_to_those_who_cannot_see_it() -> None:
    root = ElementTree.fromstring(svg(full())[0])
    assert root.get("role") == "img" and root.get("aria-label") == "Cache policy: 6 nodes, 4 edges"
    assert root.findtext(f"{SVG}title") == root.get("aria-label")


def luminance(colour: str) -> float:
    """Relative luminance of a `#rrggbb` (WCAG 2.2, section 5)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_it_follows_the_readers_light_or_dark_and_every_text_can_be_read_in_it(mode: str) -> None:
    style = ElementTree.fromstring(svg(full())[0]).findtext(f"{SVG}style") or ""
    light, _, dark = style.partition("@media (prefers-color-scheme:dark){")
    rules = dict(re.findall(r"([^{}]+){([^{}]+)}", light if mode == "light" else dark))
    colours = {name: rules[name].partition(":")[2] for name in ("svg", "text", ".note,.gone text", ".page", ".box")}
    assert colours["svg"] == colours[".page"], "around a page of its own there is no rim of another colour"
    for text in (colours["text"], colours[".note,.gone text"]):
        for ground in (colours[".page"], colours[".box"]):
            high, low = sorted((luminance(text), luminance(ground)), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= 4.5  # WCAG 2.2, 1.4.3
    faded = [selector for selector, rule in re.findall(r"([^{}]+){([^{}]+)}", style) if re.search(r"(?<!-)opacity", rule)]
    assert faded == [".gone .bar,.gone .box"], "a text is never faded"


def test_nothing_is_a_drawing_too() -> None:
    check_geometry(svg(full(Wanted(statuses=frozenset({"merged"}))))[0])
