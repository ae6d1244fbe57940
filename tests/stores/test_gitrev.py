"""The dialogues of a commit: read as a folder would be, without asking for more than the question needs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from blue_cli.dialogue.ids import uuid7
from blue_cli.errors import Conflict, NotFound
from blue_cli.git import process
from blue_cli.git.repo import Repository
from blue_cli.stores.base import Store
from blue_cli.stores.files import FilesStore
from blue_cli.stores.gitrev import GitRevision
from tests.git.repository import CLEAN, commit, git, repository
from tests.stores.committed import HOSTILE, Committed, make_hostile
from tests.stores.contract import MUFFIN, OTHER, UID, StoreContract, told


def at(root: Path, word: str = "HEAD") -> GitRevision:
    found = Repository.find(str(root), os.environ)
    return GitRevision(found, found.resolve(word).hash)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "work")


class TestReading:
    """The reading half of what every store promises."""

    @pytest.fixture
    def store(self, root: Path) -> Store:
        return Committed(root, lambda found: GitRevision(found, found.head() or ""), always=True)

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
    commit(root, "hostile")
    there, here = at(root).load(HOSTILE), FilesStore(str(root)).load(HOSTILE)
    assert there.blobs == here.blobs and MUFFIN in there.blobs
    assert there.unread == here.unread and len(there.unread) > 6
    assert [e.id for e in at(root).dialogues()] == [e.id for e in FilesStore(str(root)).dialogues()] == ["hostile"]


def test_a_repository_inside_a_dialogue_is_not_entered(root: Path) -> None:
    make_hostile(root)
    inner = repository(root / ".blue/dialogues/hostile/inner")
    commit(root, "x")
    assert inner.is_dir() and ("inner", "not-regular", "") in [tuple(entry) for entry in at(root).load(HOSTILE).unread]


def test_a_commit_without_dialogues_has_none(root: Path) -> None:
    assert list(at(root).dialogues()) == []
    with pytest.raises(NotFound):
        at(root).load("older:cache")
    (root / "elsewhere").mkdir()
    make_hostile(root / "elsewhere")
    (root / ".blue").symlink_to("elsewhere/.blue")
    commit(root, "a link")
    assert list(at(root).dialogues()) == [], "a link is never followed"


def test_it_is_the_commit_that_is_read_and_nothing_else(root: Path) -> None:
    files = FilesStore(str(root))
    files.create(UID, "one", told(UID) | {MUFFIN: b"then"})
    commit(root, "then")
    version = files.load(UID).version
    files.commit(UID, version, {MUFFIN: b"later"})
    git(root, "add", "-A")
    assert at(root).load(UID).blobs[MUFFIN] == b"then"
    files.rename(UID, "two")
    commit(root, "renamed")
    assert at(root, "HEAD~1").load(UID).id == "one" and at(root).load(UID).id == "two"


def test_a_copied_folder_is_a_copy_here_too(root: Path) -> None:
    for id in ("a", "b"):
        (root / ".blue/dialogues" / id).mkdir(parents=True)
        (root / ".blue/dialogues" / id / "dialogue.md").write_bytes(told(UID)["dialogue"])
    commit(root, "copied")
    assert [entry.uid for entry in at(root).dialogues()] == [UID, "copy:b"]
    assert at(root).load("copy:b").id == "b"


def test_a_workspace_below_the_top_of_the_repository(root: Path) -> None:
    (root / "sub dir").mkdir()
    FilesStore(str(root / "sub dir")).create(UID, "one", told(UID))
    FilesStore(str(root)).create(OTHER, "other", told(OTHER))
    commit(root, "x")
    assert [entry.id for entry in at(root / "sub dir").dialogues()] == ["one"]
    assert at(root / "sub dir").load(UID).blobs == told(UID)


def test_nothing_can_be_written(root: Path) -> None:
    FilesStore(str(root)).create(UID, "one", told(UID))
    commit(root, "x")
    store = at(root)
    for write in (
        lambda: store.commit(UID, store.load(UID).version, {MUFFIN: b"x"}),
        lambda: store.create(OTHER, "two", told(OTHER)),
        lambda: store.rename(UID, "two"),
    ):
        with pytest.raises(Conflict, match="nothing was written"):
            write()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every git that was started, by its subcommand and what follows."""
    seen: list[str] = []

    def command(root: str, words: Sequence[str], paths: Sequence[str] = ()) -> list[str]:
        seen.append(" ".join([*words, *paths]))
        return real(root, words, paths)

    real = process.command
    monkeypatch.setattr(process, "command", command)
    return seen


def many(root: Path, count: int) -> list[str]:
    files = FilesStore(str(root))
    uids = [uuid7(number, number) for number in range(count)]
    for number, uid in enumerate(uids):
        files.create(uid, f"d{number}", told(uid) | {MUFFIN: b"x"})
    commit(root, "many")
    return uids


def test_a_listing_of_ids_starts_git_once_and_reads_no_blob(root: Path, started: list[str]) -> None:
    many(root, 5)
    store = at(root)
    started.clear()
    assert [entry.id for entry in store.dialogues()] == [f"d{number}" for number in range(5)]
    assert len(started) == 1 and started[0].startswith("ls-tree")


def test_one_dialogue_costs_its_own_tree_and_one_reader(root: Path, started: list[str]) -> None:
    many(root, 5)
    store = at(root)
    started.clear()
    entry = next(entry for entry in store.dialogues() if entry.id == "d3")
    store.load(entry.uid)
    assert [line.split()[0] for line in started] == ["ls-tree", "ls-tree", "cat-file"]
    assert started[1].endswith("/d3/")


def test_all_dialogues_cost_no_more_gits_than_two(root: Path, started: list[str]) -> None:
    many(root, 9)
    store = at(root)
    started.clear()
    for entry in store.dialogues():
        assert store.load(entry.uid).blobs[MUFFIN] == b"x"
    assert [line.split()[0] for line in started] == ["ls-tree", "ls-tree", "cat-file", "ls-tree"]


def test_a_missing_object_is_told_and_the_rest_is_read(root: Path) -> None:
    FilesStore(str(root)).create(UID, "one", told(UID) | {MUFFIN: b"lost"})
    commit(root, "x")
    oid = git(root, "rev-parse", "HEAD:.blue/dialogues/one/round-0/muffin.md")
    (root / ".git/objects" / oid[:2] / oid[2:]).unlink()
    subprocess.run(["git", "-C", str(root), "fsck"], env=CLEAN, check=False, capture_output=True)
    found = at(root).load(UID)
    assert found.blobs == told(UID)
    assert [tuple(entry) for entry in found.unread] == [("round-0/muffin.md", "unreadable", "git has no such object here")]
