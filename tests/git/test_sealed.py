"""Sealed dialogues in real git: branches that merge, a clone without the key, a folder that is renamed, other stores."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest

from blue_cli.stores.files import FilesStore
from blue_cli.stores.memory import MemoryStore
from tests.cli.program import Said, blue
from tests.git.repository import commit, git, repository

ID = "plans"


class Clone:
    """A work tree, and the home of whoever works in it."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root = root
        self.env = {"HOME": str(home), "PATH": "/usr/bin:/bin"}

    def blue(self, *argv: str, text: str = "", status: int = 0) -> Said:
        said = blue(*argv, cwd=self.root, env=self.env, stdin=io.BytesIO(text.encode()))
        assert said.status == status, said
        return said

    def add(self, expert: str, text: str) -> None:
        self.blue("round", "add", "--expert", expert, "-d", ID, "-", text=text)

    def labels(self) -> list[str]:
        return [line.split("\t")[4] for line in self.blue("tensions", "list", "-d", ID, "--all").out.splitlines()]


@pytest.fixture
def ours(tmp_path: Path) -> Clone:
    """A sealed dialogue with one contribution, committed."""
    clone = Clone(repository(tmp_path / "ours"), tmp_path / "home")
    clone.blue("init")
    clone.blue("key", "new")
    panel = [word for expert in ("muffin:A", "scone:B", "eclair:C") for word in ("--expert", expert)]
    clone.blue("dialogue", "new", "Secret plans", "--sealed", "--id", ID, *panel)
    clone.add("muffin", "[TENSION T01: Secret latency]\n")
    commit(clone.root, "sealed")
    return clone


def cloned(ours: Clone, name: str, home: Path) -> Clone:
    target = ours.root.parent / name
    git(ours.root.parent, "clone", "-q", str(ours.root), str(target))
    return Clone(target, home)


def test_nothing_that_git_ever_stored_can_be_read(ours: Clone) -> None:
    everything = git(ours.root, "log", "-p", "--all", "--text")
    assert "BLUE SEALED ROUND" in everything and "ecret" not in everything


def test_two_branches_that_each_add_a_sealed_round_merge_without_a_conflict(ours: Clone, tmp_path: Path) -> None:
    git(ours.root, "checkout", "-q", "-b", "other")
    ours.add("scone", "[TENSION T01: Disks]\n")
    ours.blue("rule", "T0001", "accept", "--reason", "so be it", "-d", ID)
    commit(ours.root, "scone")
    git(ours.root, "checkout", "-q", "main")
    ours.add("eclair", "[TENSION T01: People]\n")
    commit(ours.root, "eclair")
    git(ours.root, "merge", "-q", "--no-edit", "other")
    fresh = cloned(ours, "fresh", tmp_path / "home")
    for clone in (ours, fresh):
        assert sorted(clone.labels()) == ["Disks", "People", "Secret latency"]
        assert "duplicate-id" in clone.blue("check", status=1).out  # both counted on, as in any dialogue
        clone.blue("check", "--fix")
        assert "0 errors" in clone.blue("check").out
    fresh.add("muffin", "[MOVE:CONVERGE]\n")  # in sight of both branches
    assert sorted(fresh.labels()) == ["Disks", "People", "Secret latency"]


def test_a_clone_without_the_key_reads_nothing_and_changes_nothing(ours: Clone, tmp_path: Path) -> None:
    theirs = cloned(ours, "theirs", tmp_path / "nobody")
    before = git(theirs.root, "status", "--porcelain")
    for words in (["seal"], ["unseal"], ["unseal", "--stdout"], ["key", "rotate"], ["key", "reencrypt"], ["key", "rewrap"]):
        said = theirs.blue(*words, "-d", ID, status=4)
        assert "ecret" not in said.out + said.err and "umk#" in said.err
    assert git(theirs.root, "status", "--porcelain") == before == ""


def test_the_key_file_is_all_that_a_colleague_needs(ours: Clone, tmp_path: Path) -> None:
    shutil.copytree(tmp_path / "home/.blue", tmp_path / "colleague/.blue")
    assert cloned(ours, "theirs", tmp_path / "colleague").labels() == ["Secret latency"]


def test_a_renamed_dialogue_opens_as_before(ours: Clone) -> None:
    ours.blue("dialogue", "rename", "other-plans", "-d", ID)
    assert "Secret latency" in ours.blue("tensions", "list", "-d", "other-plans").out
    (ours.root / ".blue/dialogues/other-plans").rename(ours.root / ".blue/dialogues/by-hand")
    assert "Secret latency" in ours.blue("tensions", "list", "-d", "by-hand").out
    assert ours.blue("seal", "-d", "by-hand", "--json").json["changed"] is False


def test_moving_to_another_store_and_back_is_a_copy_of_bytes(ours: Clone, tmp_path: Path) -> None:
    files, memory = FilesStore(str(ours.root)), MemoryStore()
    (row,) = files.dialogues()
    memory.create(row.uid, ID, files.load(row.uid).blobs)
    said = blue("tensions", "list", "-d", ID, cwd=ours.root, env=ours.env, store=memory)
    assert "Secret latency" in said.out
    back = tmp_path / "back"
    back.mkdir()
    FilesStore(str(back)).create(row.uid, "renamed", memory.load(row.uid).blobs)
    assert "Secret latency" in blue("tensions", "list", cwd=back, env=ours.env).out


def test_a_colleague_who_unsealed_is_believed_after_unseal_here(ours: Clone, tmp_path: Path) -> None:
    theirs = cloned(ours, "theirs", tmp_path / "home")
    assert theirs.labels() == ["Secret latency"]
    ours.blue("unseal", "-d", ID)
    commit(ours.root, "unsealed")
    git(theirs.root, "pull", "-q")
    assert "blue unseal" in theirs.blue("tensions", "list", "-d", ID, status=6).err
    theirs.blue("seal", "-d", ID, status=6)
    assert "taken as meant" in theirs.blue("unseal", "-d", ID).out
    assert theirs.labels() == ["Secret latency"]


def test_sealing_says_how_many_commits_keep_the_plaintext(ours: Clone) -> None:
    ours.blue("dialogue", "new", "Open", "--id", "open", "--expert", "muffin:A")
    commit(ours.root, "one")
    ours.blue("round", "add", "--expert", "muffin", "-d", "open", "-", text="[PERSPECTIVE P01: x]\n")
    commit(ours.root, "two")
    said = ours.blue("seal", "-d", "open")
    assert "git holds its plaintext in 2 commits" in said.err
    assert ours.blue("seal", "-d", "open", "--json").json["commits"] is None
