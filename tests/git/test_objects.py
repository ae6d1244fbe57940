"""One git answers for many objects, with neither side waiting for the other, and never for ever."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from blue_cli.errors import Unavailable
from blue_cli.git import process
from blue_cli.git.objects import MISSING, Objects
from tests.git.repository import commit, git, repository

ENV = process.clean(os.environ)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "work")


def blob(root: Path, data: bytes) -> str:
    (root / "blob").write_bytes(data)
    return git(root, "hash-object", "-w", "blob")


def test_bytes_come_back_exactly_in_the_order_of_the_questions(root: Path) -> None:
    texts = [b"", b"\n", b"no end", bytes(range(256)) * 999, b"x blob 3\nyes\n"]
    oids = [blob(root, text) for text in texts]
    with Objects(str(root), ENV) as objects:
        assert objects.read(oids) == texts
        assert objects.read(oids[::-1]) == texts[::-1]
        assert objects.read([]) == []
        assert objects.sizes([*oids, "0" * 40]) == [*map(len, texts), MISSING]


def test_what_is_not_there_is_none_and_nothing_gets_out_of_step(root: Path) -> None:
    (root / "a folder").mkdir()
    (root / "a folder/file").write_text("inside")
    commit(root, "x")
    tree = git(root, "rev-parse", "HEAD^{tree}")
    with Objects(str(root), ENV) as objects:
        assert objects.read(["0" * 40, f"{tree}:a folder/file", f"{tree}:no such file", "nonsense", f"{tree}:README"]) == [
            None, b"inside", None, None, b"here\n",
        ]  # fmt: skip


def test_more_questions_and_answers_than_two_pipes_hold(root: Path) -> None:
    oid, large = blob(root, b"small"), blob(root, b"x" * 300_000)
    with Objects(str(root), ENV) as objects:
        assert objects.read([oid, large, oid] * 20 + [oid] * 9_000) == [b"small", b"x" * 300_000, b"small"] * 20 + [b"small"] * 9_000


def test_a_git_that_ends_or_hangs_is_an_error_and_not_a_wait(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "PATIENCE", 0.2)
    oid = blob(root, b"x")
    with Objects(str(root), ENV) as objects:
        for number, words in ((signal.SIGKILL, "ended before"), (signal.SIGSTOP, "does not answer")):
            objects.read([oid])
            assert objects._git
            os.kill(objects._git.pid, number)
            with pytest.raises(Unavailable, match=words):
                objects.read([oid])
            assert objects.read([oid]) == [b"x"], "the next question starts another one"


def test_no_git_stays_behind(root: Path) -> None:
    oid = blob(root, b"x")
    objects = Objects(str(root), ENV)
    objects.read([oid])
    assert objects._git
    pid = objects._git.pid
    objects.close()
    objects.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_without_git_that_is_said(root: Path) -> None:
    objects = Objects(str(root), {"PATH": "/nonexistent"})
    with pytest.raises(Unavailable, match="not installed"):
        objects.read(["0" * 40])
