"""`blue export`: the whole of a dialogue, on stdout or in a file."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from tests.cli.program import Terminal, blue


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


# --- other formats ---------------------------------------------------------------------------------------------

OTHERS = {"md": "<!-- Made", "csv": "kind,id,", "argdown": "===\n", "aif": '{"nodes":[', "canvas": '{"nodes":['}


@pytest.mark.parametrize(("format", "start"), OTHERS.items())
def test_each_format_is_the_same_on_stdout_and_in_a_file(root: Path, format: str, start: str) -> None:
    said = blue("export", "--format", format, cwd=root)
    assert (said.status, said.out[: len(start)]) == (0, start)
    assert "ünï" in said.out
    assert blue("export", "--format", format, "-o", "out", cwd=root).out == "wrote out\n"
    assert (root / "out").read_bytes().decode() == said.out


@pytest.mark.parametrize("format", OTHERS)
def test_with_json_the_answer_is_the_document_whatever_the_file_is(root: Path, format: str) -> None:
    document = blue("export", cwd=root).out
    assert blue("export", "--format", format, "--json", cwd=root).out == document
    assert blue("export", "--format", format, "--json", "-o", "out", cwd=root).out == document
    assert (root / "out").read_text().startswith(OTHERS[format])


def test_csv_says_on_stderr_what_is_not_in_it_and_has_a_table_of_each_kind(root: Path) -> None:
    said = blue("export", "--format", "csv", "--table", "events", cwd=root)
    assert said.out.splitlines()[0].startswith("canonical_id,number,round,type")
    assert "blue: hint: not in this table: the other tables (--table)" in said.err
    assert "hint" not in blue("export", "--format", "csv", "-q", cwd=root).err


def test_a_table_of_what_has_none(root: Path) -> None:
    said = blue("export", "--format", "md", "--table", "refs", cwd=root)
    assert (said.status, "fix: blue export --format csv --table refs" in said.err) == (2, True)
    assert blue("export", "--format", "csv", "--table", "secrets", cwd=root).status == 2


@pytest.mark.parametrize("format", ["json", *OTHERS])
def test_not_among_the_dialogues(root: Path, format: str) -> None:
    said = blue("export", "--format", format, "-o", ".blue/dialogues/cache/round-0/scone.md", cwd=root)
    assert said.status == 2 and "what lies there is part of a dialogue" in said.err
    assert [path.name for path in (root / ".blue/dialogues/cache/round-0").iterdir()] == ["muffin.md"]


@pytest.mark.parametrize("format", ["md", "csv", "argdown"])
def test_no_terminal_obeys_it_and_a_program_has_it_exactly(root: Path, format: str) -> None:
    blue("round", "add", "--expert", "scone", "--new-expert", "B", cwd=root, stdin=io.BytesIO(b"[CLAIM C01: \xc2\x9b2J \xe2\x80\xae]\n"))
    shown = blue("export", "--format", format, cwd=root, stdout=Terminal()).out
    assert "\x9b" not in shown and "\u202e" not in shown and "\r" not in shown
    assert ("\x9b2J" in blue("export", "--format", format, cwd=root).out) == (format == "csv")


@pytest.mark.parametrize("format", ["json", *OTHERS])
def test_what_could_not_be_read_is_said(root: Path, format: str) -> None:
    (root / ".blue/dialogues/cache/round-0/scone.md").write_bytes(b"x" * ((1 << 20) + 1))
    said = blue("export", "--format", format, cwd=root)
    assert said.status == 0
    words = {"json": '"complete":false', "aif": '"complete":false', "md": "could be read", "csv": "", "argdown": "could be read"}
    assert words.get(format, "could be read") in said.out and (format != "csv" or "could be read" in said.err)
