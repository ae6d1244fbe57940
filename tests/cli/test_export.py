"""`blue export`: the whole of a dialogue, on stdout or in a file."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from tests.cli.program import blue


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    blue("dialogue", "new", "Cache", "--id", "cache", "--expert", "muffin:A", cwd=tmp_path)
    blue("round", "add", "--expert", "muffin", cwd=tmp_path, stdin=io.BytesIO("[TENSION T01: ünï]\n".encode()))
    return tmp_path


def test_stdout_and_file_have_the_same_bytes(root: Path) -> None:
    out = blue("export", cwd=root).out
    assert json.loads(out)["schema"] == "blue/export@1"
    said = blue("export", "-o", "x.json", cwd=root)
    assert (said.status, said.out) == (0, "wrote x.json\n")
    assert (root / "x.json").read_text() == out == blue("export", "--json", cwd=root).out
    assert sorted(p.name for p in root.iterdir()) == [".blue", "x.json"]


def test_a_file_that_is_there_is_replaced_with_its_mode(root: Path) -> None:
    (root / "x.json").write_text("old")
    (root / "x.json").chmod(0o640)
    (root / "link.json").symlink_to("x.json")
    assert blue("export", "-o", "link.json", cwd=root).status == 0
    assert (root / "link.json").is_symlink()
    assert ((root / "x.json").stat().st_mode & 0o777, json.loads((root / "x.json").read_text())["complete"]) == (0o640, True)


@pytest.mark.parametrize("name", ["nowhere/x.json", ".", "x" * 300])
def test_a_place_that_cannot_be_written(root: Path, name: str) -> None:
    said = blue("export", "-o", name, "--json", cwd=root)
    assert (said.status, said.json["error"]["code"]) == (7, "unavailable")
    assert ".blue-tmp" not in said.out
    assert sorted(p.name for p in root.iterdir()) == [".blue"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_said(root: Path) -> None:
    assert blue("export", "-o", "/dev/full", cwd=root).status == 7


def test_formats_that_there_are_not(root: Path) -> None:
    assert blue("export", "--format", "yaml", cwd=root).status == 2
    assert blue("export", "-d", "nothing", cwd=root).status == 3
