"""`blue init --git-config`: only this clone, only when asked, told what was done."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from blue_cli.actions.gitconfig import FILE, values
from tests.cli.program import Said, blue
from tests.git.repository import git

KEYS = tuple(values("blue"))


def init(folder: Path, *words: str, **env: str) -> Said:
    return blue("init", "--git-config", *words, cwd=folder, env={"HOME": "/nonexistent", "PATH": os.defpath, **env})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    return tmp_path


def test_what_was_set_and_what_was_left_is_said(root: Path) -> None:
    git(root, "config", "diff.blue.textconv", "mine")
    said = init(root)
    assert said.status == 0
    assert said.out.splitlines()[3:] == [
        "set .gitattributes", "set merge.blue.name", "set merge.blue.driver", "set diff.blue.cachetextconv",
        "left diff.blue.textconv as it is: it is not from blue",
    ]  # fmt: skip
    again = init(root, "--json").json["git"]
    assert again["kept"] == [FILE, "merge.blue.name", "merge.blue.driver", "diff.blue.cachetextconv"]
    assert again["left"] == ["diff.blue.textconv"] and again["made"] == again["changed"] == []


def test_git_reads_what_was_written(root: Path) -> None:
    init(root)
    said = git(root, "check-attr", "text", "diff", "merge", "--", ".blue/dialogues/d/round-0/muffin.md", "README.md")
    assert said.splitlines()[:3] == [
        f".blue/dialogues/d/round-0/muffin.md: {name}" for name in ("text: unset", "diff: blue", "merge: blue")
    ]
    assert said.count("unspecified") == 3
    assert git(root, "config", "--local", "--get", "merge.blue.driver") == values(called())["merge.blue.driver"]


def called() -> str:
    return shlex.join([sys.executable, "-m", "blue_cli"])


def test_a_blue_on_the_path_is_called_by_its_name_and_another_program_of_that_name_is_not(root: Path, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "blue"
    program.parent.mkdir()
    for script, name in (("exit 2", called()), (f'exec {called()} "$@"', "blue")):
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        init(root, PATH=f"{program.parent}{os.pathsep}{os.defpath}", PYTHONPATH=str(Path(__file__).parents[2]))
        assert git(root, "config", "--local", "merge.blue.driver").startswith(f"{name} --no-input merge-file ")


def test_a_folder_with_blanks_and_quotes_in_it(tmp_path: Path) -> None:
    root = tmp_path / "it's a repository"
    root.mkdir()
    git(root, "init", "-q")
    assert init(root).status == 0
    assert (root / FILE).exists() and git(root, "config", "--local", "merge.blue.name")


@pytest.mark.parametrize("path", ["/nonexistent", os.defpath], ids=["no git", "no repository"])
def test_without_git_nothing_is_made(tmp_path: Path, path: str) -> None:
    said = init(tmp_path, PATH=path)
    assert said.status == 7 and "git" in said.err
    assert list(tmp_path.iterdir()) == []


def test_never_without_being_asked(root: Path) -> None:
    blue("init", cwd=root, env={"HOME": "/nonexistent", "PATH": os.defpath})
    assert not (root / FILE).exists() and "blue" not in git(root, "config", "--local", "-l")


def test_settings_of_the_user_are_neither_read_nor_written(root: Path, tmp_path: Path) -> None:
    mine = tmp_path / "gitconfig"
    mine.write_text('[diff "blue"]\n\ttextconv = mine\n')
    before = mine.read_bytes()
    init(root, GIT_CONFIG_GLOBAL=str(mine))
    assert mine.read_bytes() == before
    assert git(root, "config", "--local", "diff.blue.textconv") == values(called())["diff.blue.textconv"]


def test_two_values_of_one_setting_are_somebody_elses(root: Path) -> None:
    for value in ("one", "two"):
        subprocess.run(["git", "-C", str(root), "config", "--add", "merge.blue.driver", value], check=True)
    assert "left merge.blue.driver as it is: it is not from blue" in init(root).out
