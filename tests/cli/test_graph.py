"""`blue graph`, asked from a shell."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.bench import arguments
from tests.cli.program import blue


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return arguments.build(tmp_path_factory.mktemp("graph"), 120)


@pytest.mark.parametrize(
    ("format", "first"), [("tree", "T0"), ("mermaid", "flowchart LR\n"), ("dot", "digraph blue {\n"), ("svg", "<svg "), ("json", "{")]
)
def test_every_format(root: Path, format: str, first: str) -> None:
    said = blue("graph", "--format", format, cwd=root)
    assert said.status == 0 and said.out.startswith(first) and "\x1b" not in said.out


def test_json_is_the_same_by_either_name(root: Path) -> None:
    document = json.loads(blue("graph", "--format", "json", cwd=root).out)
    assert document == blue("graph", "--json", cwd=root).json == blue("graph", "--json", "--format", "svg", cwd=root).json
    assert document["schema"] == "blue/graph@1" and len(document["nodes"]) == 120


@pytest.mark.parametrize("kind", ["T", "tension", "Tensions"])
def test_kinds_by_any_name(root: Path, kind: str) -> None:
    nodes = blue("graph", "--kind", kind, "--json", cwd=root).json["nodes"]
    assert {node["kind"] for node in nodes} == {"T"} and len(nodes) == 24


def test_filters_hold_for_every_format(root: Path) -> None:
    argv = ("graph", "--around", "T0001", "--depth", "1", "--status", "open,cited", "--kind", "tension", "--kind", "evidence")
    nodes = blue(*argv, "--json", cwd=root).json["nodes"]
    assert 0 < len(nodes) < 20
    assert blue(*argv, "--format", "dot", cwd=root).out.count('class="') == len(nodes)
    assert blue(*argv, "--format", "mermaid", cwd=root).out.count('["') == len(nodes)
    drawn = ElementTree.fromstring(blue(*argv, "--format", "svg", cwd=root).out)
    assert sum("node" in e.get("class", "").split() for e in drawn.iter()) == len(nodes)


@pytest.mark.parametrize(
    "argv", [("--kind", "x"), ("--status", "x"), ("--depth", "2"), ("--format", "png"), ("--around", "T0001", "--depth", "-1")]
)
def test_wrong_calls(root: Path, argv: tuple[str, ...]) -> None:
    said = blue("graph", *argv, "--json", cwd=root)
    assert (said.status, said.json["error"]["code"]) == (2, "usage")


def test_around_what_is_not_there(root: Path) -> None:
    assert blue("graph", "--around", "T9999", cwd=root).status == 3


def test_it_says_on_stderr_that_it_clustered(tmp_path: Path) -> None:
    said = blue("graph", "--format", "svg", cwd=arguments.build(tmp_path, 440))
    assert "clusters by round and expert" in said.err and said.out.startswith("<svg ")


def test_the_same_files_give_the_same_bytes(root: Path, tmp_path: Path) -> None:
    again = arguments.build(tmp_path, 120)
    for format in ("svg", "dot", "tree"):
        assert blue("graph", "--format", format, cwd=root).out == blue("graph", "--format", format, cwd=again).out


def test_only_svg_loads_the_layout(root: Path) -> None:
    for module in ("blue_cli.views.svg", "blue_cli.views.layers"):
        sys.modules.pop(module, None)
    blue("graph", cwd=root)
    assert "blue_cli.views.svg" not in sys.modules
