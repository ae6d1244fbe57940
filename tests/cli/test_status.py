"""`blue status` and its gate as people and scripts call them."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from tests.cli.program import Said, Terminal, blue

CONVERGE = "[MOVE:CONVERGE]\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with the dialogue `cache`, in which nobody has written."""
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    assert blue("dialogue", "new", "Cache", "--id", "cache", "--expert", "muffin:A", "--expert", "scone:B", cwd=tmp_path).status == 0
    return tmp_path


def add(root: Path, expert: str, text: str) -> None:
    assert blue("round", "add", "--expert", expert, cwd=root, stdin=io.BytesIO(text.encode())).status == 0


def gate(root: Path) -> Said:
    return blue("status", "--gate", cwd=root)


def test_the_gate_says_no_until_the_panel_has_converged(root: Path) -> None:
    assert gate(root).status == 1
    add(root, "muffin", "[PERSPECTIVE P01: Cold caches]\n" + CONVERGE)
    add(root, "scone", CONVERGE)
    said = gate(root)
    assert (said.status, "P0001" in said.out, "it cannot converge yet" in said.err) == (1, True, True)
    add(root, "muffin", CONVERGE)
    add(root, "scone", CONVERGE)
    assert gate(root).status == 0


def test_the_gate_stays_open_while_the_verdict_stands_and_no_longer(root: Path) -> None:
    add(root, "muffin", CONVERGE)
    add(root, "scone", CONVERGE)
    assert blue("verdict", "add", cwd=root, stdin=io.BytesIO(b"So.\n")).status == 0
    assert gate(root).status == 0
    late = io.BytesIO(b"[TENSION T01: Late]\n")
    assert blue("round", "add", "--expert", "scone", "-d", "cache", cwd=root, stdin=late).status == 0
    said = blue("status", "--gate", "-d", "cache", cwd=root)
    assert (said.status, "verdict final of round 0 stale" in said.out, "T0101 raised by scone" in said.out) == (1, True, True)
    (cause,) = blue("status", "-d", "cache", "--json", cwd=root).json["verdict"]["causes"]
    assert (cause["what"], cause["id"], cause["by"]) == ("raised", "T0101", "scone")
    assert cause["path"] == ".blue/dialogues/cache/round-1/scone.md"


def test_without_the_option_no_answer_is_a_failure(root: Path) -> None:
    said = blue("status", cwd=root)
    assert (said.status, "the gate" in said.err) == (0, False)


def test_json_has_the_answer_on_every_way_out(root: Path) -> None:
    said = blue("status", "--gate", "--json", cwd=root)
    assert (said.status, said.json["schema"], said.json["gate"]) == (1, "blue/status@1", False)
    assert [b["expert"] for b in said.json["blockers"]] == ["muffin", "scone"]
    lost = blue("status", "--json", "-d", "nowhere", cwd=root)
    assert (lost.status, lost.json["schema"]) == (3, "blue/error@1")


def test_what_cannot_be_read_makes_everything_unknown(root: Path) -> None:
    add(root, "muffin", CONVERGE)
    os.symlink("/etc/hostname", root / ".blue/dialogues/cache/round-0/scone.md")  # never followed
    said = blue("status", "--gate", "--json", cwd=root)
    assert (said.status, said.json["complete"], said.json["convergence"]["velocity"]) == (1, False, None)
    assert "something could not be read" in gate(root).err


def test_an_older_dialogue_has_a_status_too(root: Path) -> None:
    older = root / ".blue/dialogues/2026-01-01T0000Z-tea/round-0"
    older.mkdir(parents=True)
    (older / "muffin.md").write_text("[TENSION T01: Hot]\n\n" + CONVERGE)
    said = blue("status", "--gate", "-d", "2026-01-01T0000Z-tea", cwd=root)
    assert (said.status, "converged" in said.out, "T0001?" in said.out) == (0, True, True)


def test_a_label_cannot_paint_the_terminal(root: Path) -> None:
    folder = root / ".blue/dialogues/cache/round-0"
    folder.mkdir()
    (folder / "muffin.md").write_text("[TENSION T01: \x1b(0 \x07 \x9b31m x]\n")
    said = blue("status", cwd=root, stdout=Terminal(), env={"HOME": "/", "COLUMNS": "100", "TERM": "dumb"})
    assert not {"\x1b", "\x07", "\x9b"} & set(said.out)
    assert "\\x1b(0" in said.out
