"""The folder: what it makes of names, what was left in it, and that the trial leaves nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from blue_cli.actions import grounds
from blue_cli.actions.diagnosis import NOTE, OK, PROBLEM
from blue_cli.actions.grounds import names, probe

NOW = 2_000_000_000.0


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".blue" / "dialogues" / "one").mkdir(parents=True)
    return tmp_path


def put(path: Path, age: float = 0) -> None:
    path.write_text("")
    os.utime(path, (NOW - age, NOW - age))


def test_a_good_folder_is_good_and_as_it_was(root: Path) -> None:
    assert [(check.name, check.state) for check in grounds.look(str(root), NOW)] == [("folder", OK), ("names", OK), ("leftovers", OK)]
    assert os.listdir(root / ".blue") == ["dialogues"]


def test_a_folder_that_takes_nothing_is_a_problem(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str, mode: int = 0) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "mkdir", refuse)
    [check] = probe(str(root / ".blue"))
    assert (check.state, check.found) == (PROBLEM, ".blue cannot be written: Read-only file system")


@pytest.mark.parametrize(("other", "said"), [("A", "large and small letters are one"), (grounds.DECOMPOSED, "accents are normalised")])
def test_a_folder_where_two_names_are_one(other: str, said: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = os.path.lexists
    monkeypatch.setattr(os.path, "lexists", lambda path: os.path.basename(path) == other or there(path))
    notes = [check.found for check in probe(str(root / ".blue")) if check.state == NOTE]
    assert [note.startswith(said) for note in notes] == [True]
    assert os.listdir(root / ".blue") == ["dialogues"]


@pytest.mark.parametrize("name", ["con.md", "NUL", "aux.tar.gz", "com1.md", "a:b.md", "what?.md", "end.", "end ", 'q".md', "back\\slash"])
def test_names_that_windows_has_not(name: str, root: Path) -> None:
    put(root / ".blue" / "dialogues" / "one" / name)
    [check, _] = names(str(root), NOW)
    assert check.state == PROBLEM
    assert name in check.found


def test_good_names_are_counted(root: Path) -> None:
    for name in ("console.md", "com.md", "nullable.md", "a.b", "é.md"):
        put(root / ".blue" / "dialogues" / "one" / name)
    assert next(check.found for check in names(str(root), NOW)) == "7 names, all good on every system"


def test_what_a_killed_run_left_is_told_when_it_is_old(root: Path) -> None:
    put(root / ".blue" / ".blue-tmp-new", 10)
    put(root / ".blue" / "dialogues" / "one" / ".blue-tmp-0a", 7200)
    (root / ".blue" / "dialogues" / ".blue-tmp-b c").mkdir()
    os.utime(root / ".blue" / "dialogues" / ".blue-tmp-b c", (0, 0))
    [_, check] = names(str(root), NOW)
    assert check.state == PROBLEM
    assert check.fix == "rm -r '.blue/dialogues/.blue-tmp-b c' .blue/dialogues/one/.blue-tmp-0a"


def test_links_are_not_followed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    put(elsewhere / "con.md")
    (root / ".blue" / "dialogues" / "link").symlink_to(elsewhere)
    assert [check.state for check in names(str(root), NOW)] == [OK, OK]
