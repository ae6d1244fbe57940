"""`export --format canvas`: a JSON Canvas by its specification, with our graph on it, and nothing on top of anything else.

The reader from npm is tried where it is; BLUE_TEST_CANVAS names the folder:

    npm install --prefix DIR --ignore-scripts @trbn/jsoncanvas && BLUE_TEST_CANVAS=DIR python -m pytest tests/views/test_export_canvas.py
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from blue_cli.actions.load import load
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.links import Links
from blue_cli.stores.files import FilesStore
from blue_cli.views import export_canvas
from blue_cli.views.export_canvas import canvas
from blue_cli.views.graphs import Wanted, draw
from blue_cli.views.layers import TooDense
from tests.dialogue import plays
from tests.dialogue.build import graph, panel
from tests.dialogue.plays import Play
from tests.views.test_export_argdown import SAME
from tests.views.test_graphs import HOSTILE

FOLDER = os.environ.get("BLUE_TEST_CANVAS", "")  # read at import: the tests run without any BLUE_*
FIXTURES = Path(__file__).parents[2] / "fixtures"
SCHEMA = Draft202012Validator(json.loads((FIXTURES / "schemas" / "jsoncanvas-1.0.json").read_text()))
READ = """
import { readFileSync } from "node:fs";
import { JSONCanvas } from "@trbn/jsoncanvas";
const read = JSONCanvas.fromString(readFileSync(0, "utf8")), made = new JSONCanvas();
read.getNodes().forEach(node => made.addNode(node));
read.getEdges().forEach(edge => made.addEdge(edge));
console.log(made.toString());
"""


def example() -> Graph:
    store = FilesStore(str(FIXTURES / "example"))
    return load(store, next(iter(store.dialogues())).uid)


def inside(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return bool(
        b["x"] <= a["x"] and b["y"] <= a["y"]
        and a["x"] + a["width"] <= b["x"] + b["width"] and a["y"] + a["height"] <= b["y"] + b["height"]
    )  # fmt: skip


def apart(a: dict[str, Any], b: dict[str, Any]) -> bool:
    beside = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
    return bool(beside or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"])


def look(of: Graph) -> dict[str, Any]:
    """The canvas, once everything that must hold of one does."""
    made = canvas(of)
    assert [error.message for error in SCHEMA.iter_errors(made)] == []
    drawing = draw(Links(of), Wanted())
    head, *rest = made["nodes"]
    groups = {node["label"]: node for node in rest if node["type"] == "group"}
    cards = {node["id"]: node for node in rest if node["type"] == "text"}
    assert [*cards] == [node.name for r in sorted({n.round for n in drawing.nodes}) for node in drawing.nodes if node.round == r]
    assert [(e["fromNode"], e["label"], e["toNode"]) for e in made["edges"]] == [(e.source, e.type, e.target) for e in drawing.edges]
    assert len({item["id"] for item in made["nodes"]}) == len(made["nodes"])
    assert all(inside(cards[node.name], groups[f"round {node.round}"]) for node in drawing.nodes)
    for several in ([*cards.values()], [head, *groups.values()]):
        assert all(apart(a, b) for a, b in combinations(several, 2))
    return made


def test_the_example() -> None:
    made = look(example())
    assert [node["label"] for node in made["nodes"] if node["type"] == "group"] == ["round 0", "round 1", "round 2"]
    head = made["nodes"][0]["text"]
    assert head.startswith("# Lending e-readers\n\nThe library was given") and "No verdict yet." in head and "Not here: " in head


def test_the_verdict_is_said_first() -> None:
    files = panel({"muffin": "[RECOMMENDATION R01: r]"})
    files["verdicts/final.md"] = "---\nkind: final\nround: 0\nauthor: judge\nrecommendation: do *it*\n---\n"
    made = look(graph(files))
    assert "**final**: do \\*it\\*" in made["nodes"][0]["text"]
    assert {node["id"]: node.get("color") for node in made["nodes"] if node["id"].startswith("verdict/")} == {"verdict/final": "3"}


def test_nothing_said_yet() -> None:
    assert look(graph(panel({}, experts="muffin")))["edges"] == []


def test_what_speaks_for_itself_is_laid_out_too() -> None:
    assert [edge["fromSide"] for edge in look(graph(SAME))["edges"] if edge["fromNode"] == edge["toNode"]] == ["top"]


@given(plays.plays())
@settings(max_examples=40, deadline=None)
def test_every_dialogue(play: Play) -> None:
    files = play.files()
    assert look(graph(files)) == look(graph(dict(reversed(files.items()))))


def test_what_hangs_together_too_closely_stands_in_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_dense(*given: object) -> None:
        raise TooDense

    monkeypatch.setattr(export_canvas, "arrange", too_dense)
    look(example())


@given(st.sampled_from(HOSTILE) | st.text(max_size=30))
@settings(max_examples=60, deadline=None)
def test_a_label_is_text_and_nothing_else(label: str) -> None:
    (node,) = draw(Links(graph(panel({"muffin": "[CLAIM C01: c]"}))), Wanted()).nodes
    card = export_canvas._card(node._replace(label=label), 0, 0)
    (first, *rest) = [t for t in MarkdownIt("commonmark").parse(card["text"]) if t.type == "inline"]
    assert {child.type for token in rest for child in token.children or ()} <= {"text", "text_special"}
    assert len(rest) <= 1 and first.content.startswith("**C0001?** asserted")


@pytest.mark.skipif(
    not (FOLDER and shutil.which("node")), reason="no node, or no BLUE_TEST_CANVAS, a folder in which npm has installed @trbn/jsoncanvas"
)
def test_the_reader_from_npm_has_the_same_again() -> None:
    made = look(example())
    command = ["node", "--input-type=module", "-e", READ]
    run = subprocess.run(command, input=json.dumps(made).encode(), capture_output=True, cwd=FOLDER, timeout=60, check=True)
    assert json.loads(run.stdout) == made
