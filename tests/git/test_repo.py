"""Questions to git: right answers from a friendly repository, and nothing run by a hostile one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from blue_cli.git import repo
from tests.git.repository import commit, git, repository


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "work")


def test_head_names_the_commit_as_people_do(root: Path) -> None:
    short = git(root, "rev-parse", "--short", "HEAD")
    assert repo.head(str(root)) == f"{short} First, with\ta tab"


def test_without_a_commit_or_a_repository_or_git_there_is_none(tmp_path: Path) -> None:
    assert repo.head(str(tmp_path)) == "" and repo.commits_with(str(tmp_path), "x") is None
    git(tmp_path, "init", "-q")
    assert repo.head(str(tmp_path)) == ""
    assert repo.head(str(tmp_path), {"PATH": "/nonexistent"}) == ""


def test_commits_are_those_that_changed_the_path_on_any_branch(root: Path) -> None:
    (root / "a").mkdir()
    for text in ("one", "two"):
        (root / "a/file").write_text(text)
        commit(root, text)
    git(root, "checkout", "-q", "-b", "other", "HEAD~1")
    (root / "a/file").write_text("three")
    commit(root, "three")
    assert repo.commits_with(str(root), "a/file") == 3
    assert repo.commits_with(str(root), "a") == 3
    assert repo.commits_with(str(root), "never") == 0


def test_a_path_is_no_pattern_and_no_option(root: Path) -> None:
    assert repo.commits_with(str(root), "*") == 0
    assert repo.commits_with(str(root), ":(glob)**") == 0
    assert repo.commits_with(str(root), "--output=stolen") == 0 and not (root / "stolen").exists()
    assert repo.commits_with(str(root), "a\0b") is None


def test_a_workspace_may_lie_below_the_top(root: Path) -> None:
    (root / "sub/.blue").mkdir(parents=True)
    (root / "sub/.blue/x").write_text("x")
    commit(root, "x")
    assert repo.commits_with(str(root / "sub"), ".blue/x") == 1


def test_what_the_environment_says_of_another_repository_does_not_count(root: Path, tmp_path: Path) -> None:
    other = repository(tmp_path / "other")
    commit_env = {"PATH": os.environ["PATH"], "GIT_DIR": str(other / ".git"), "GIT_WORK_TREE": str(other)}
    assert repo.head(str(root), commit_env) == repo.head(str(root))
    assert repo.head(str(root), commit_env).split()[0] == git(root, "rev-parse", "--short", "HEAD")


def test_no_program_of_the_repository_is_run(root: Path) -> None:
    witness, program = root.parent / "ran", root.parent / "program"
    program.write_text(f"#!/bin/sh\ntouch {witness}\n")
    program.chmod(0o755)
    git(root, "config", "core.fsmonitor", str(program))
    (root / ".git/hooks/post-commit").write_text(program.read_text())
    (root / ".git/hooks/post-commit").chmod(0o755)
    git(root, "config", "user.name", "x")
    git(root, "config", "user.email", "x@example.org")
    (root / "README").write_text("changed\n")
    assert repo.ask(str(root), ["status", "--porcelain"], ["README"])
    assert repo.ask(str(root), ["commit", "-q", "--allow-empty", "-m", "x"]) is not None
    assert not witness.exists()
    git(root, "status")
    assert witness.exists(), "a git that is asked without care does run it"


def test_a_bare_repository_in_the_work_tree_is_none(root: Path) -> None:
    bare = root / "evil"
    git(root, "clone", "-q", "--bare", str(root), str(bare))
    git(bare, "rev-parse", "HEAD")
    assert repo.ask(str(bare), ["rev-parse", "HEAD"]) is None


def test_nobody_is_asked_for_a_password_and_nothing_is_written(root: Path) -> None:
    before = sorted((path, path.stat().st_mtime_ns) for path in (root / ".git").rglob("*"))
    repo.head(str(root))
    repo.commits_with(str(root), "README")
    repo.ask(str(root), ["status", "--porcelain"])
    assert sorted((path, path.stat().st_mtime_ns) for path in (root / ".git").rglob("*")) == before
    assert repo.QUIET["GIT_TERMINAL_PROMPT"] == "0"
