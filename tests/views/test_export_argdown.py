"""`export --format argdown`: what Argdown's own tool reads in it is our graph, whatever stands in the labels.

The tool is tried where it is: `argdown` on the PATH, or in the folder that BLUE_TEST_ARGDOWN names.

    npm install --prefix DIR --ignore-scripts @argdown/cli && BLUE_TEST_ARGDOWN=DIR python -m pytest tests/views/test_export_argdown.py
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
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.actions.load import load
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.links import Links
from blue_cli.stores.files import FilesStore
from blue_cli.views import export_argdown
from blue_cli.views.export_argdown import ARGUMENTS, argdown, inert, relations, titled
from blue_cli.views.graphs import Drawing, Wanted, draw
from blue_cli.views.text import sanitize
from tests.dialogue import plays
from tests.dialogue.build import graph, panel
from tests.dialogue.plays import Play
from tests.views.test_graphs import HOSTILE

TOOL = os.path.join(os.environ.get("BLUE_TEST_ARGDOWN", ""), "node_modules", ".bin", "argdown")  # read at import: no BLUE_* later
TOOL = TOOL if os.path.exists(TOOL) else shutil.which("argdown") or ""
EXAMPLE = Path(__file__).parents[2] / "fixtures" / "example"
SEEDS = [
    *HOSTILE, "", "+> [T0001]", "- x", "1. x", "(1) x", "----", "=== x ===", "a {b: c}", "}", "a } b", "#tag #(a b)", "@[T0001]",
    "*b* _i_", "// no", "/* no", "<!-- no", "[a](b)", "[T0001]: x", "<E0001>: x", "\\", "\\]", ".smile. :smile:", "a, b; c?", "é 短い 🧁",
    "> x", ">< [x]",
]  # fmt: skip
TALK = panel(
    {"muffin": "[TENSION T01: t]\n\n[CLAIM C01: c]\n\n[EVIDENCE E01: e]\n[RE:SUPPORT C01]\n\n[PERSPECTIVE P01: p]\n[RE:DEPEND E01]"},
    {"scone": "[RECOMMENDATION R01: r]\n[RE:ADDRESS MUFFIN-T01] [RE:OPPOSE MUFFIN-C01] [RE:QUESTION MUFFIN-E01] "
     "[RE:QUESTION MUFFIN-T01]\n\n[PERSPECTIVE P01: q]\n[RE:REFINE MUFFIN-P01]"},
    question='"What?"',
)  # fmt: skip
NAME = r"(?:\[[\w -]+\]|<[\w-]+>)"
LINE = re.compile(rf'{NAME}: (?:[^\\@#*_\[\],.:;</>(){{}}=+\-\n]|\\[^\n])+ \{{id: "[^"{{}}=]+", [^={{}}\n]*\}}|  [+_-]> {NAME}')


# An expert speaks for what is then found to be the same as their own.
SAME = panel(
    {"muffin": "[PERSPECTIVE P01: a]"},
    {"scone": "[PERSPECTIVE P01: b]\n[RE:SUPPORT MUFFIN-P01]", "judge": "[MERGED MUFFIN-P01 INTO SCONE-P0101]"},
)


def labelled(*labels: str) -> Graph:
    """A dialogue of claims with any labels, each for the first."""
    of = graph(panel({"muffin": "\n\n".join(f"[CLAIM: {i}]\n" + ("[RE:SUPPORT C01]" if i else "") for i in range(len(labels)))}))
    entities = {name: entity._replace(label=label) for (name, entity), label in zip(of.entities.items(), labels, strict=True)}
    return of._replace(entities=entities, meta=of.meta._replace(title=labels[0], question=labels[-1]))


def drawn(of: Graph) -> Drawing:
    return draw(Links(of), Wanted())


def said(text: str) -> list[str]:
    """The lines after the head."""
    return [line for line in text.partition("*/\n\n")[2].splitlines() if line]


def test_what_speaks_for_what() -> None:
    drawing, lines = drawn(graph(TALK)), said(argdown(graph(TALK)))
    assert {line for line in lines if line.startswith("  ")} == {
        "  +> <P0001>", "  +> [C0001]", "  -> [T0001]", "  -> [C0001]", "  _> <E0001>"
    }  # fmt: skip
    assert {(b, kind) for _, kind, b in relations(drawing) if kind == "undercut"} == {("MUFFIN-E0001", "undercut")}
    assert ("MUFFIN-E0001", "support", "MUFFIN-P0001") in set(relations(drawing)), "what another depends on supports it"
    assert (
        '[R0101]: r {id: "SCONE-R0101", kind: "recommendation", status: "proposed", by: "scone", round: 1, '
        'said: ["address T0001", "oppose C0001", "question E0001", "question T0001"]}'
    ) in lines
    assert any(line.startswith("<P0101>: q {") and line.endswith('said: ["refine P0001"]}') for line in lines)


def test_the_head_says_how_to_read_it_and_what_is_not_in_it() -> None:
    text = argdown(graph(TALK))
    assert text.startswith('===\ntitle: "Cache policy"\nsubTitle: "What?"\n===\n\n/* Made by ') and export_argdown.NOT_CARRIED in text
    assert "could not be read" not in text
    assert "Not everything of the dialogue could be read" in argdown(graph(TALK)._replace(complete=False))


def test_two_that_claim_one_id_are_called_by_their_canonical_ones() -> None:
    files = panel({"muffin": "---\nids: {C01: C0001}\n---\n[CLAIM C01: a]", "scone": "---\nids: {C01: C0001}\n---\n[CLAIM C01: b]"})
    assert sorted(titled(drawn(graph(files))).values()) == ["MUFFIN-C0001", "SCONE-C0001"]


@given(st.lists(st.sampled_from(SEEDS) | st.text(max_size=30), min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_no_label_adds_a_line_or_ends_a_string(labels: list[str]) -> None:
    of = labelled(*labels)
    lines = said(argdown(of))
    assert all(LINE.fullmatch(line) for line in lines), lines
    assert len(lines) == 2 * len(labels) - 1
    assert argdown(of).count("===") == 2


def test_nothing_speaks_for_itself() -> None:
    assert any(edge.source == edge.target for edge in drawn(graph(SAME)).edges)
    assert not [line for line in said(argdown(graph(SAME))) if line.startswith("  ")]


def test_nor_does_a_name_in_the_data() -> None:
    files = panel({"muffin": "[CLAIM C01: c]"})
    files["verdicts/final.md"] = "---\nkind: final\nround: 0\nauthor: 'x\"} \n\n  [t]: {'\nrecommendation: r\n---\n"
    lines = said(argdown(graph(files)))
    assert len(lines) == 2 and all(LINE.fullmatch(line) for line in lines)
    assert r"\u007d" in lines[1]


def test_a_label_as_argdown_text() -> None:
    assert inert("a [b] {c}, d-e: f?") == r"a \[b\] \{c\}\, d\-e\: f?"
    assert inert(" \n") == r"\-"


@given(plays.plays())
@settings(max_examples=30, deadline=None)
def test_every_dialogue(play: Play) -> None:
    files = play.files()
    text = argdown(graph(files))
    assert all(LINE.fullmatch(line) for line in said(text))
    assert text == argdown(graph(dict(reversed(files.items()))))


# --- Argdown's own tool ----------------------------------------------------------------------------------------


def read(text: str, folder: Path) -> Any:
    """What `argdown json` makes of a text. An error of its parser is one here."""
    (folder / "x.argdown").write_text(text)
    command = [TOOL, "json", str(folder / "x.argdown"), "--stdout", "--silent", "--throwExceptions"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert not run.stderr, run.stderr
    return json.loads(run.stdout)


def seen(of: Graph, found: Any) -> None:
    """That the tool has our nodes, our labels and our edges, and no others."""
    drawing, titles = drawn(of), titled(drawn(of))
    things: dict[str, dict[str, tuple[str, str]]] = {"statements": {}, "arguments": {}}
    for group, by_title in things.items():
        for title, thing in found[group].items():
            (text,) = [m["text"].rstrip() for m in thing["members"] if m.get("text")]
            by_title[title] = (text, next(m["data"]["id"] for m in thing["members"] if m.get("data")))
    for group, letters in (("arguments", ARGUMENTS), ("statements", frozenset("TRCV"))):
        assert things[group] == {
            titles[n.name]: (sanitize(" ".join(n.label.split())) or "-", n.name) for n in drawing.nodes if n.kind in letters
        }
    edges = {(r["from"], r["relationType"], r["to"]) for r in found["relations"]}
    assert edges == {(titles[a], kind, titles[b]) for a, kind, b in relations(drawing)}
    assert not found.get("tags") and not found.get("sections")


def example() -> Graph:
    store = FilesStore(str(EXAMPLE))
    return load(store, next(iter(store.dialogues())).uid)


needs_tool = pytest.mark.skipif(not TOOL, reason="no argdown on the PATH, nor in BLUE_TEST_ARGDOWN, a folder with npm's @argdown/cli")


@needs_tool
@pytest.mark.parametrize("of", [graph(TALK), example(), labelled(*SEEDS)], ids=["talk", "example", "hostile"])
def test_argdown_reads_our_graph_and_nothing_else(of: Graph, tmp_path: Path) -> None:
    seen(of, read(argdown(of), tmp_path))


@needs_tool
def test_a_label_that_is_not_made_inert_would_be_seen_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_argdown, "inert", lambda text: text)
    with pytest.raises((AssertionError, subprocess.CalledProcessError, StopIteration, ValueError)):
        seen(labelled("a", "b\n  -> [C0001]"), read(argdown(labelled("a", "b\n  -> [C0001]")), tmp_path))
