"""What `blue graph` draws, and that no label adds anything to it."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.dialogue.links import Links
from blue_cli.views.graphs import Drawing, Wanted, document, dot, dot_label, draw, mermaid, mermaid_label, tree_text
from tests.dialogue.build import graph, panel

HOSTILE = [
    'x"] --> evil["y', 'x"]; evil; n0["', "a\\", '\\" evil', "<b>&amp;</b>", "`md`", "%% comment", "end", "click n0 href",
    "#quot;", "\x1b(B \u202e",
    "</title><script>alert(1)</script>", "x | y", "a:::T", "\\N \\G \\l", "http://evil.example/x.png", "1. list", "短い" * 60, "x" * 500,
]  # fmt: skip


def drawing(*labels: str, wanted: Wanted = Wanted()) -> Drawing:  # noqa: B008 - a NamedTuple is never changed
    """Claims that support the first, with any labels: markers cannot hold all that a label may, a view must take it."""
    claims = "\n\n".join(f"[CLAIM: {i}]\n" + ("[RE:SUPPORT C01]" if i else "") for i in range(len(labels)))
    of = draw(Links(graph(panel({"muffin": claims}))), wanted)
    return of._replace(nodes=tuple(node._replace(label=label) for node, label in zip(of.nodes, labels, strict=True)))


def full(wanted: Wanted = Wanted()) -> Drawing:  # noqa: B008
    files = panel(
        {"muffin": "[TENSION T01: t]\n\n[RECOMMENDATION R01: r]\n[RE:ADDRESS T01] [RE:DEPEND E01]\n\n[EVIDENCE E01: e]"},
        {"scone": "[RECOMMENDATION R01: s]\n[RE:OPPOSE MUFFIN-R01]\n\n[PERSPECTIVE P01: alone]"},
    )
    files["verdicts/final.md"] = "---\nkind: final\nround: 1\nauthor: judge\nrecommendation: do it\n---\n[RE:SUPPORT MUFFIN-R0001]\n"
    return draw(Links(graph(files)), wanted)


def names(of: Drawing) -> list[str]:
    return [node.name for node in of.nodes]


def test_everything_by_itself() -> None:
    of = full()
    assert names(of) == ["MUFFIN-T0001", "MUFFIN-R0001", "SCONE-R0101", "SCONE-P0101", "MUFFIN-E0001", "verdict/final"]
    assert {tuple(edge)[:3] for edge in of.edges} == {
        ("MUFFIN-R0001", "MUFFIN-T0001", "address"),
        ("MUFFIN-R0001", "MUFFIN-E0001", "depend"),
        ("SCONE-R0101", "MUFFIN-R0001", "oppose"),
        ("verdict/final", "MUFFIN-R0001", "support"),
    }


def test_around_kinds_and_statuses() -> None:
    assert names(full(Wanted("MUFFIN-E0001", 1))) == ["MUFFIN-R0001", "MUFFIN-E0001"]
    assert names(full(Wanted("MUFFIN-E0001", 2, frozenset("T")))) == ["MUFFIN-T0001", "MUFFIN-E0001"]
    assert names(full(Wanted(kinds=frozenset("RV")))) == ["MUFFIN-R0001", "SCONE-R0101", "verdict/final"]
    assert names(full(Wanted(statuses=frozenset({"cited", "addressed"})))) == ["MUFFIN-T0001", "MUFFIN-E0001"]


def test_a_tree_starts_at_tensions_then_recommendations_then_what_is_left() -> None:
    lines = tree_text(full(), 0, False).splitlines()
    assert [line.split()[0] for line in lines if line[0].isalpha()] == ["T0001?", "P0101?"]
    assert any("= addressed by R0001?" in line for line in lines) and any(
        "│" not in line and "- opposed by R0101?" in line for line in lines
    )
    assert any("supported by judge with final" in line or "supported by final" in line for line in lines)


def test_json_names_nodes_by_canonical_id() -> None:
    found = document(full())
    ids = {node["canonical_id"] for node in found["nodes"]}
    assert {end for edge in found["edges"] for end in (edge["source"], edge["target"])} <= ids


# --- labels are inert ------------------------------------------------------------------------------------------

NODE = re.compile(r'  (n\d+)\["(?:[^"\[\]<>`\\;]|#\d+;)*"\]:::[PTRECSV]')
EDGE = re.compile(r"  (n\d+) (?:-->|-\.->)\|[a-z]+\| (n\d+)")
STYLE = re.compile(r"  classDef [PTRECSV] [a-z0-9:#,-]+")


def mermaid_graph(text: str) -> tuple[int, int]:
    """(nodes, edges) by a grammar that knows no more than what we write; AssertionError for anything else."""
    first, *lines = text.splitlines()
    assert first == "flowchart LR"
    assert all(NODE.fullmatch(line) or EDGE.fullmatch(line) or STYLE.fullmatch(line) for line in lines), text
    return sum(bool(NODE.fullmatch(line)) for line in lines), sum(bool(EDGE.fullmatch(line)) for line in lines)


DOT_LINE = re.compile(r'  (?:n\d+ \[label="((?:[^"\\\n]|\\["\\])*)", class="[A-Z]"\]|n\d+ -> n\d+ \[label="[a-z]+", style=[a-z]+\]);')


def dot_graph(text: str) -> tuple[int, int]:
    lines = text.splitlines()
    assert lines[0] == "digraph blue {" and lines[-1] == "}"
    assert all(DOT_LINE.fullmatch(line) for line in lines[4:-1]), text
    return sum("->" not in line.partition("[")[0] for line in lines[4:-1]), sum("->" in line.partition("[")[0] for line in lines[4:-1])


def test_no_label_adds_a_node_or_an_edge() -> None:
    of = drawing("root", *HOSTILE)
    assert len(of.nodes) == len(HOSTILE) + 1
    expected = (len(of.nodes), len(of.edges))
    assert mermaid_graph(mermaid(of)) == expected
    assert dot_graph(dot(of)) == expected


@given(st.lists(st.text(max_size=40), max_size=4))
@settings(max_examples=100, deadline=None)
def test_nor_does_any_text(labels: list[str]) -> None:
    of = drawing("root", *labels)
    assert mermaid_graph(mermaid(of)) == (len(of.nodes), len(of.edges))
    assert dot_graph(dot(of)) == (len(of.nodes), len(of.edges))


def test_what_a_label_becomes() -> None:
    assert mermaid_label('a "b" <c>') == "a #34;b#34; #60;c#62;"
    assert dot_label('a "b\\" <&>') == 'a \\"b\\\\\\" <&amp;>'


@pytest.mark.skipif(shutil.which("dot") is None, reason="no Graphviz here")
def test_graphviz_reads_it_as_meant() -> None:
    of = drawing("root", *HOSTILE)
    run = subprocess.run(["dot", "-Tplain"], input=dot(of), capture_output=True, text=True, check=True)
    words = [line.split(" ", 1)[0] for line in run.stdout.splitlines()]
    assert (words.count("node"), words.count("edge")) == (len(of.nodes), len(of.edges))
