"""The dialogues of the index: the next commit as it would be, whatever lies in the work tree."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from blue_cli.git.repo import Repository
from blue_cli.stores.base import Store
from blue_cli.stores.files import FilesStore
from blue_cli.stores.gitindex import GitIndex
from tests.git.repository import ALONE, CLEAN, commit, git, repository
from tests.stores.committed import HOSTILE, Committed, make_hostile
from tests.stores.contract import MUFFIN, OTHER, STRUDEL, UID, StoreContract, told


def index(root: Path) -> GitIndex:
    return GitIndex(Repository.find(str(root), os.environ))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one dialogue, committed."""
    root = repository(tmp_path / "work")
    FilesStore(str(root)).create(UID, "one", told(UID) | {MUFFIN: b"committed"})
    commit(root, "one")
    return root


def folder(root: Path) -> Path:
    return root / ".blue/dialogues/one"


class TestReading:
    """The reading half of what every store promises, with everything in the index and nothing committed."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Store:
        return Committed(repository(tmp_path / "empty"), GitIndex, always=False)

    @pytest.fixture
    def again(self, store: Store) -> Callable[[], Store]:
        return lambda: store

    test_empty = StoreContract.test_an_empty_store_lists_nothing
    test_sorted = StoreContract.test_a_listing_has_each_dialogue_once_sorted_by_bytes
    test_not_there = StoreContract.test_what_is_not_there_is_not_found
    test_bytes = StoreContract.test_bytes_come_back_exactly
    test_addresses = StoreContract.test_blobs_are_sorted_by_address_whatever_the_order_of_writing
    test_without_uid = StoreContract.test_a_dialogue_without_a_uid_is_known_by_its_id
    test_given_a_uid = StoreContract.test_a_dialogue_that_is_given_a_uid_is_known_by_it_from_then_on
    test_versions = StoreContract.test_a_commit_gives_the_version_that_the_next_one_expects


def test_what_is_not_to_be_read_is_reported_as_from_a_folder(root: Path) -> None:
    make_hostile(root)
    repository(root / ".blue/dialogues/hostile/inner")
    git(root, "add", "-A")
    there = index(root).load(HOSTILE)
    (root / ".blue/dialogues/hostile/inner/README").unlink()
    here = FilesStore(str(root)).load(HOSTILE)
    assert there.blobs == here.blobs
    assert [e for e in there.unread if e.path != "inner"] == list(here.unread)
    assert ("inner", "not-regular", "") in [tuple(entry) for entry in there.unread]


def test_it_is_the_index_that_is_read_and_never_the_work_tree(root: Path) -> None:
    (folder(root) / "round-0/muffin.md").write_text("staged")
    git(root, "add", "-A")
    (folder(root) / "round-0/muffin.md").write_text("only here")
    (folder(root) / "round-0/strudel.md").write_text("untracked")
    assert index(root).load(UID).blobs == told(UID) | {MUFFIN: b"staged"}


def test_what_is_touched_is_what_differs_from_the_commit(root: Path) -> None:
    assert index(root).touched == frozenset()
    (folder(root) / "round-0/strudel.md").write_text("x")
    assert index(root).touched == frozenset(), "not staged yet"
    git(root, "add", "-A")
    assert (index(root).touched, index(root).named) == ({"one"}, frozenset())
    FilesStore(str(root)).create(OTHER, "two", told(OTHER))
    git(root, "add", "-A")
    assert (index(root).touched, index(root).named) == ({"one", "two"}, {"two"})


def test_a_rename_touches_both_and_a_deletion_leaves_nothing(root: Path) -> None:
    git(root, "mv", ".blue/dialogues/one", ".blue/dialogues/uno")
    found = index(root)
    assert found.touched == {"one", "uno"} and [(e.id, e.uid) for e in found.dialogues()] == [("uno", UID)]
    git(root, "reset", "-q", "--hard")
    git(root, "rm", "-q", "--cached", ".blue/dialogues/one/round-0/muffin.md")
    assert index(root).load(UID).blobs == told(UID) and (folder(root) / "round-0/muffin.md").exists()
    git(root, "rm", "-q", "-r", "--cached", ".blue")
    assert list(index(root).dialogues()) == [] and index(root).touched == {"one"}


def test_before_the_first_commit_everything_is_touched(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    FilesStore(str(tmp_path)).create(UID, "one", told(UID))
    git(tmp_path, "add", "-A")
    assert (index(tmp_path).touched, index(tmp_path).load(UID).blobs) == ({"one"}, told(UID))


def test_what_is_only_meant_to_be_added_is_in_no_commit(root: Path) -> None:
    files = FilesStore(str(root))
    files.commit(UID, files.load(UID).version, {"contribution/00#empty": b""})
    commit(root, "an empty file, committed")
    files.commit(UID, files.load(UID).version, {STRUDEL: b"meant", "contribution/00#blank": b""})
    git(root, "add", "--intent-to-add", ".blue/dialogues/one/round-0/strudel.md")
    assert index(root).touched == frozenset()
    git(root, "add", ".blue/dialogues/one/round-0/blank.md")
    kept = {"contribution/00#empty": b"", "contribution/00#blank": b""}
    assert index(root).load(UID).blobs == told(UID) | {MUFFIN: b"committed"} | kept
    git(root, "rm", "-q", "--cached", ".blue/dialogues/one/round-0/empty.md")
    git(root, "add", "--intent-to-add", ".blue/dialogues/one/round-0/empty.md")
    assert "contribution/00#empty" not in index(root).load(UID).blobs


def conflicted(root: Path) -> None:
    """A merge that stopped: both sides wrote the same file."""
    git(root, "checkout", "-q", "-b", "other")
    (folder(root) / "round-0/muffin.md").write_text("theirs")
    commit(root, "theirs")
    git(root, "checkout", "-q", "main")
    (folder(root) / "round-0/muffin.md").write_text("ours")
    commit(root, "ours")
    done = subprocess.run(["git", "-C", str(root), "merge", "-q", "other"], env=CLEAN | ALONE, check=False, capture_output=True)
    assert done.returncode == 1


def test_an_open_merge_is_told_and_neither_side_is_taken(root: Path) -> None:
    conflicted(root)
    found = index(root)
    assert found.touched == {"one"}
    assert [(entry.path, entry.reason) for entry in found.load(UID).unread] == [("round-0/muffin.md", "unmerged")]
    assert found.load(UID).blobs == told(UID)


def test_the_index_of_a_hook_is_the_one_that_counts(root: Path) -> None:
    """`git commit -- path` and `git commit -a` give the hook an index of its own."""
    (folder(root) / "round-0/muffin.md").write_text("in the real index")
    git(root, "add", "-A")
    env = {"PATH": os.environ["PATH"], "GIT_INDEX_FILE": ".git/next"}
    subprocess.run(["git", "-C", str(root), "read-tree", "HEAD"], env=CLEAN | ALONE | env, check=True)
    inside = GitIndex(Repository.find(str(root), env, inside_hook=True, cwd=str(root)))
    assert (inside.touched, inside.load(UID).blobs[MUFFIN]) == (frozenset(), b"committed")
    outside = GitIndex(Repository.find(str(root), env))
    assert (outside.touched, outside.load(UID).blobs[MUFFIN]) == ({"one"}, b"in the real index")


def test_a_sparse_index_and_a_split_one_are_read(root: Path) -> None:
    (root / "far").mkdir()
    (root / "far/away").write_text("x")
    commit(root, "x")
    git(root, "update-index", "--split-index")
    (folder(root) / "round-0/strudel.md").write_text("x")
    git(root, "add", "-A")
    assert index(root).load(UID).blobs[STRUDEL] == b"x"
    git(root, "sparse-checkout", "set", "--cone", "--sparse-index", "far")
    assert index(root).load(UID).blobs[MUFFIN] == b"committed"
