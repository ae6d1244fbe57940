"""`blue merge-file` as git calls it: what it writes, what it returns, and that no fault of blue's costs a text."""

from __future__ import annotations

import io
from pathlib import Path
from typing import cast

import pytest

from blue_cli.cli import merge_file
from blue_cli.cli.main import run
from tests.cli.program import Said, blue

PATH = ".blue/dialogues/d/round-0/muffin.md"
HEAD = "---\nblue: 1\n---\n"


class Files:
    """The three versions as files, beside nothing else."""

    def __init__(self, folder: Path, base: str, ours: str, theirs: str) -> None:
        self.folder = folder / "work tree"
        self.folder.mkdir()
        for name, text in (("O", base), ("A", ours), ("B", theirs)):
            (self.folder / name).write_bytes(text.encode(errors="surrogateescape"))

    def merge(self, *options: str, path: str = PATH) -> Said:
        return blue(
            "merge-file", *options, "--", "O", "A", "B", path, cwd=self.folder, env={"HOME": "/nonexistent", "PATH": "/usr/bin:/bin"}
        )

    @property
    def ours(self) -> str:
        return (self.folder / "A").read_bytes().decode(errors="surrogateescape")

    def others(self) -> list[str]:
        """What lies there besides "ours"."""
        return sorted(path.name for path in self.folder.iterdir() if path.name != "A")


def test_a_clean_merge_is_0_and_says_nothing(tmp_path: Path) -> None:
    files = Files(tmp_path, f"{HEAD}1\n2\n3\n", f"{HEAD}one\n2\n3\n", f"{HEAD}1\n2\nthree\n")
    assert files.merge() == (0, "", "")
    assert files.ours == f"{HEAD}one\n2\nthree\n" and files.others() == ["B", "O"]


def test_a_conflict_is_1_with_markers_as_git_asked_for(tmp_path: Path) -> None:
    files = Files(tmp_path, f"{HEAD}1\n", f"{HEAD}one\n", f"{HEAD}uno\n")
    assert files.merge("--marker-size=11", "--ours=HEAD", "--theirs=their branch").status == 1
    assert files.ours == f"{HEAD}{'<' * 11} HEAD\none\n{'=' * 11}\nuno\n{'>' * 11} their branch\n"


@pytest.mark.parametrize("label", ["%X", "", "a\nb", "\x1b[2J"])
def test_a_label_that_git_does_not_give_or_nobody_should_see(tmp_path: Path, label: str) -> None:
    files = Files(tmp_path, f"{HEAD}1\n", f"{HEAD}one\n", f"{HEAD}uno\n")
    files.merge(f"--ours={label}")
    assert "<<<<<<< ours\n" in files.ours


GITS = "<<<<<<< ours\none\n=======\nuno\n>>>>>>> theirs\n"


@pytest.mark.parametrize("path", ["README.md", "", ".blue/dialogues/d/notes.md", "../../etc/passwd", ".blue/dialogues/d/panel.json"])
def test_what_is_not_blues_is_merged_as_git_does(tmp_path: Path, path: str) -> None:
    files = Files(tmp_path, "1\n", "one\n", "uno\n")
    assert files.merge(path=path).status == 1
    assert files.ours == GITS and files.others() == ["B", "O"]


@pytest.mark.parametrize("head", ["---\nids: {A: 1\n---\n", "---\na: 1\na: 2\n---\n", "no front matter\n"])
def test_front_matter_that_cannot_be_read_is_merged_as_git_does(tmp_path: Path, head: str) -> None:
    files = Files(tmp_path, f"{head}1\n2\n3\n", f"{head}one\n2\n3\n", f"{head}1\n2\nthree\n")
    assert files.merge().status == 0
    assert files.ours == f"{head}one\n2\nthree\n"


def test_what_is_too_large_is_merged_as_git_does(tmp_path: Path) -> None:
    rest = "x" * 99 + "\n"
    files = Files(tmp_path, f"{HEAD}1\n" + rest * 200_000, f"{HEAD}one\n" + rest * 200_000, f"{HEAD}1\n" + rest * 200_000 + "new\n")
    assert files.merge().status == 0
    assert files.ours.startswith(f"{HEAD}one\n") and files.ours.endswith("\nnew\n")


def test_what_is_no_text_stays_unmerged(tmp_path: Path) -> None:
    files = Files(tmp_path, "\0", "one\0", "uno\0")
    said = files.merge()
    assert said.status == 1 and "git cannot merge it either" in said.err
    assert files.ours == "one\0"


def test_a_bug_in_blue_costs_nobody_a_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(merge_file, "merge", broken)
    files = Files(tmp_path, "1\n", "one\n", "uno\n")
    said = files.merge()
    assert said.status == 1 and "RecursionError in blue" in said.err
    assert files.ours == GITS


def test_without_git_what_is_not_blues_stays_unmerged(tmp_path: Path) -> None:
    files = Files(tmp_path, "1\n", "one\n", "uno\n")
    said = blue("merge-file", "O", "A", "B", "x.md", cwd=files.folder, env={"HOME": "/nonexistent", "PATH": "/nonexistent"})
    assert said.status == 1 and files.ours == "one\n"


def test_an_unreadable_version_is_no_merge(tmp_path: Path) -> None:
    files = Files(tmp_path, "1\n", "one\n", "uno\n")
    (files.folder / "B").unlink()
    assert files.merge().status == 7
    assert files.ours == "one\n"


def test_the_path_of_a_file_is_no_option_and_not_obeyed(tmp_path: Path) -> None:
    files = Files(tmp_path, f"{HEAD}1\n", "one\0\n", f"{HEAD}uno\n")
    said = files.merge(path="--version\x1b[2J'$(touch x)'")
    assert said.status == 1 and "\x1b" not in said.err
    assert files.others() == ["B", "O"]


def test_as_one_json_document(tmp_path: Path) -> None:
    files = Files(tmp_path, f"{HEAD}1\n", f"{HEAD}one\n", f"{HEAD}uno\n")
    assert files.merge("--json").json == {
        "schema": "blue/merge-file@1", "path": PATH, "merged": False, "conflicts": True, "why": None, "warnings": [],
    }  # fmt: skip


@pytest.mark.parametrize("words", [(), ("a",), ("a", "b", "c"), ("--textconv", "a", "b"), ("--marker-size=0", "a", "b", "c", "d")])
def test_a_wrong_call_is_2(words: tuple[str, ...]) -> None:
    assert blue("merge-file", *words).status == 2


# --- textconv ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data", [b"", b"plain\r\ntext", b"\xff\0\x1b[2J", b"---\nblue: 1\nsealed: {suite: 1, \n---\n-----BEGIN BLUE SEALED ROUND-----\n"]
)
def test_what_is_not_sealed_or_does_not_open_passes_byte_for_byte(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x").write_bytes(data)
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    words = ["--no-input", "merge-file", "--textconv", "--", "x"]
    status = run(words, stdin=io.BytesIO(), stdout=out, stderr=err, env={"HOME": "/nonexistent"}, cwd=str(tmp_path))
    assert (status, err.getvalue()) == (0, "")
    assert cast(io.BytesIO, out.buffer).getvalue() == data
