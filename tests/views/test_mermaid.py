"""What mermaid itself reads in `blue graph --format mermaid`: the nodes, edges and texts that were meant, and nothing else.

It runs where node has mermaid's parser; BLUE_TEST_MERMAID names the folder:

    npm install --prefix DIR --ignore-scripts mermaid jsdom && BLUE_TEST_MERMAID=DIR python -m pytest tests/views/test_mermaid.py
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from blue_cli.actions.load import load
from blue_cli.dialogue.links import Links
from blue_cli.stores.files import FilesStore
from blue_cli.views.graphs import LABEL, Drawing, Wanted, draw, mermaid, mermaid_label
from blue_cli.views.text import cut, sanitize
from tests.views.test_graphs import HOSTILE, drawing, full

FOLDER = os.environ.get("BLUE_TEST_MERMAID", "")  # read at import: the tests run without any BLUE_*
EXAMPLE = Path(__file__).parents[2] / "fixtures" / "example"
READ = """
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";
globalThis.window = new JSDOM("").window;
globalThis.document = window.document;
const { default: mermaid } = await import("mermaid");
mermaid.initialize({});
const { type, db } = await mermaid.mermaidAPI.getDiagramFromText(readFileSync(0, "utf8"));
const nodes = [...db.getVertices().values()].map(
    ({ id, text, classes, link, haveCallback }) => ({ id, text, classes, link, haveCallback }));
const edges = db.getEdges().map(({ start, text, end }) => [start, text, end]);
console.log(JSON.stringify({ type, nodes, edges, groups: db.getSubGraphs().length }));
"""

pytestmark = pytest.mark.skipif(
    not (FOLDER and shutil.which("node")),
    reason="no node, or no BLUE_TEST_MERMAID, a folder in which npm has installed mermaid and jsdom",
)


def read(text: str) -> Any:
    """A flowchart as mermaid reads it. Its own marks around `#code;` are taken back to the characters they mean."""
    command = ["node", "--input-type=module", "-e", READ]
    said = subprocess.run(command, input=text.encode(), capture_output=True, cwd=FOLDER, timeout=60, check=True).stdout.decode()
    return json.loads(re.sub(r"ﬂ°°(\d+)¶ß", lambda code: json.dumps(chr(int(code[1])))[1:-1], said))


def example() -> Drawing:
    store = FilesStore(str(EXAMPLE))
    return draw(Links(load(store, next(iter(store.dialogues())).uid)), Wanted())


@pytest.mark.parametrize("of", [full(), example(), drawing("root", *HOSTILE)], ids=["every kind", "example", "hostile"])
def test_mermaid_reads_what_was_drawn_and_nothing_else(of: Drawing) -> None:
    found = read(mermaid(of))
    at = {node.name: f"n{i}" for i, node in enumerate(of.nodes)}
    assert found["type"].startswith("flowchart") and found["groups"] == 0
    assert found["edges"] == [[at[e.source], e.type, at[e.target]] for e in of.edges]
    for node, seen in zip(of.nodes, found["nodes"], strict=True):
        label = sanitize(cut(" ".join(node.label.split()), LABEL))
        assert seen == {"id": at[node.name], "text": f"{node.id} {node.status}: {label}", "classes": [node.kind]}


def test_a_label_that_is_not_made_inert_would_be_seen_here() -> None:
    label = 'x"] --> evil["y'
    text = mermaid(drawing("root", label))
    harmful = text.replace(mermaid_label(label), label)
    assert len(read(text)["nodes"]) == 2 and len(read(harmful)["nodes"]) == 3
