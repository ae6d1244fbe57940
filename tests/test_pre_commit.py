"""The hooks that the project offers to pre-commit (https://pre-commit.com), run by pre-commit itself, without a network."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
import yaml

from tests.git.hooking import PROJECT, Clone, Done, script

pytest.importorskip("pre_commit", reason="pre-commit is not installed: pip install '.[test]'")

BAD = "---\nexpert: muffin\nround: 0\n---\n[RE:SUPPORT T0909]\n"
OFFLINE = {"PIP_NO_INDEX": "1", "http_proxy": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1"}


def framework(clone: Clone, *words: str, **env: str) -> Done:
    """pre-commit, which keeps what it makes in this test's home."""
    return clone.run(sys.executable, "-m", "pre_commit", *words, PRE_COMMIT_HOME=str(clone.home / "pre-commit"), **{**OFFLINE, **env})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository of the project, as pre-commit clones it."""
    root = tmp_path / "project"
    root.mkdir()
    for name in (".pre-commit-hooks.yaml", "pyproject.toml", "README.md"):
        shutil.copy(PROJECT / name, root / name)
    shutil.copytree(PROJECT / "blue_cli", root / "blue_cli", ignore=shutil.ignore_patterns("__pycache__"))
    clone = Clone(root)
    clone.ok("init", "-q", "-b", "main")
    clone.ok("add", "-A")
    clone.ok("commit", "-q", "-m", "x")
    return root


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    clone = Clone(tmp_path / "work").begin()
    clone.blue("init")
    clone.blue("dialogue", "new", "Cache", "--id", "cache", "--expert", "muffin:A")
    clone.ok("add", "-A")
    clone.ok("commit", "-q", "-m", "x")
    return clone


def use(clone: Clone, hook: str, project: Path, **env: str) -> None:
    revision = clone.ok("rev-parse", "HEAD", cwd=project)
    config = {"repos": [{"repo": str(project), "rev": revision, "hooks": [{"id": hook}]}]}
    (clone.root / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    done = framework(clone, "install", "--install-hooks", **env)
    assert done.status == 0, done
    clone.ok("add", "-A")


def stopped_then_passed(clone: Clone) -> None:
    path = clone.root / ".blue/dialogues/cache/round-0/muffin.md"
    path.parent.mkdir()
    path.write_text(BAD)
    clone.ok("add", "-A")
    home = {"PRE_COMMIT_HOME": str(clone.home / "pre-commit")}
    done = clone.git("commit", "-m", "x", **home)
    assert done.status == 1 and "error[dangling-ref]" in done.said and "pre-commit: refused" in done.said
    assert clone.git("commit", "-m", "x", BLUE_SKIP_HOOKS="1", **home).status == 0
    path.write_text(BAD.replace("[RE:SUPPORT T0909]", "All well."))
    done = clone.git("commit", "-a", "-m", "x", **home)
    assert done.status == 0 and "Passed" in done.said, done


def test_the_manifest_is_one(project: Path) -> None:
    clone = Clone(project)
    assert framework(clone, "validate-manifest", ".pre-commit-hooks.yaml") == (0, "")


def test_blue_check_system_runs_the_blue_that_is_there(clone: Clone, project: Path) -> None:
    use(clone, "blue-check-system", project)
    stopped_then_passed(clone)


def test_a_deletion_is_checked_too(clone: Clone, project: Path) -> None:
    use(clone, "blue-check-system", project)
    script(clone.bin / "blue", '#!/bin/sh\necho "asked: $*"\nexit 1\n')
    clone.ok("rm", "-q", "README")
    assert "asked: hooks run pre-commit" in clone.git("commit", "-m", "x", PRE_COMMIT_HOME=str(clone.home / "pre-commit")).said


def test_blue_check_installs_itself(clone: Clone, project: Path, tmp_path: Path) -> None:
    """pre-commit makes an environment with `pip install .`. Without a network it needs a folder of wheels, that of
    setuptools included: $PIP_FIND_LINKS names one."""
    wheels = tmp_path / "wheels"
    words = ["pip", "download", "-q", "-d", str(wheels), ".", "setuptools>=77"]
    done = clone.run(sys.executable, "-m", *words, cwd=project, PIP_NO_INDEX="1")
    if done.status:
        pytest.skip("no wheels of what blue needs lie here (PIP_FIND_LINKS=FOLDER), and the tests use no network")
    use(clone, "blue-check", project, PIP_FIND_LINKS=str(wheels))
    (clone.bin / "blue").unlink()  # the hook has its own
    stopped_then_passed(clone)


@pytest.mark.parametrize("hook", ["pre-commit", "pre-push", "commit-msg"])
def test_the_lines_that_install_prints_are_a_configuration(clone: Clone, hook: str) -> None:
    (clone.root / ".pre-commit-config.yaml").write_text("repos: []\n")
    (one,) = clone.blue("hooks", "install", f"--{hook}", "--json").json["hooks"]
    (clone.root / ".pre-commit-config.yaml").write_text("repos:\n" + one["lines"] + "\n")
    assert framework(clone, "validate-config") == (0, "")
    assert framework(clone, "install", "-t", hook).status == 0
    clone.ok("add", "-A")
    home = {"PRE_COMMIT_HOME": str(clone.home / "pre-commit")}
    if hook == "commit-msg":
        done = clone.git("commit", "-m", "T\n\nBlue-Other: x", **home)
        assert done.status == 1 and "blue knows no Blue-Other line" in done.said
        return
    path = clone.root / ".blue/dialogues/cache/round-0/muffin.md"
    path.parent.mkdir()
    path.write_text(BAD)
    clone.ok("add", "-A")
    done = clone.git("commit", "-m", "x", **home)
    if hook == "pre-push":
        clone.run("git", "init", "-q", "--bare", str(clone.root.parent / "bare"))
        done = clone.git("push", str(clone.root.parent / "bare"), "main", **home)
    assert done.status == 1 and "error[dangling-ref]" in done.said
