"""`blue init --hooks`: the folder and the hook in one go."""

from __future__ import annotations

from pathlib import Path
from subprocess import run

from tests.cli.program import blue


def test_init_installs_the_hook_and_says_so(tmp_path: Path) -> None:
    run(["git", "init", "-q", str(tmp_path)], check=True)
    said = blue("init", "--hooks", cwd=tmp_path, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"})
    assert said.status == 0 and "made .blue\n" in said.out and "made .git/hooks/pre-commit\n" in said.out
    assert b"# >>> blue >>>" in (tmp_path / ".git/hooks/pre-commit").read_bytes()
    again = blue("init", "--hooks", "--json", cwd=tmp_path, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}).json
    assert again["created"] == [] and [hook["done"] for hook in again["hooks"]] == ["unchanged"]


def test_without_a_repository_nothing_is_made(tmp_path: Path) -> None:
    said = blue("init", "--hooks", cwd=tmp_path, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"})
    assert said.status == 7 and not (tmp_path / ".blue").exists()
