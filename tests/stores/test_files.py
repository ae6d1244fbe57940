"""Dialogues as folders: the contract, and which folders are dialogues."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blue_cli.errors import NotFound
from blue_cli.stores.base import Stale, Store
from blue_cli.stores.files import FilesStore
from tests.stores.contract import OTHER, QUICK, STRUDEL, UID, StoreContract, told
from tests.stores.machine import MODERATE, StoreMachine


class TestFiles(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Store:
        return FilesStore(str(tmp_path))

    @pytest.fixture
    def again(self, store: Store, tmp_path: Path) -> Callable[[], Store]:
        return lambda: FilesStore(str(tmp_path))


class FilesMachine(StoreMachine):
    def open_store(self) -> tuple[Store, Store]:
        self.root = tempfile.mkdtemp(dir=QUICK)
        return FilesStore(self.root), FilesStore(self.root)

    def teardown(self) -> None:
        if self.handles:
            shutil.rmtree(self.root)


TestMachine = FilesMachine.TestCase
TestMachine.settings = MODERATE


def test_only_real_folders_with_a_name_are_dialogues(place: Path, store: FilesStore) -> None:
    (place / "link").symlink_to(place / "one")
    (place / "file.md").write_text("x")
    (place / "file").write_text("x")
    for name in (".hidden", ".blue-tmp-1", "a b", "con", "ä", "two"):
        (place / name).mkdir()
    assert [e.id for e in store.dialogues()] == ["one", "two"]
    for uid in ("older:link", "copy:link", "older:file", "older:con"):
        with pytest.raises(NotFound):
            store.load(uid)


def test_a_listing_reads_no_file(place: Path, store: FilesStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "read", lambda *_: pytest.fail("a file was read"))
    assert [e.id for e in store.dialogues()] == ["one"]


def test_loading_a_listed_dialogue_reads_no_other(place: Path, store: FilesStore, monkeypatch: pytest.MonkeyPatch) -> None:
    FilesStore(store._root).create(OTHER, "two", told(OTHER))
    uid = next(e.uid for e in store.dialogues() if e.id == "two")
    (place / "one/dialogue.md").unlink()
    os.mkfifo(place / "one/dialogue.md")  # whoever looks notices
    opened: list[str] = []
    real = os.open

    def note(path: str, *args: Any, **kwargs: Any) -> int:
        opened.append(path)
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", note)
    assert store.load(uid).id == "two"
    assert "one" not in opened


def test_a_workspace_without_dialogues_lists_nothing_and_finds_nothing(tmp_path: Path) -> None:
    store = FilesStore(str(tmp_path))
    assert list(store.dialogues()) == []
    for act in (lambda: store.load(UID), lambda: store.commit(UID, "", {}), lambda: store.rename(UID, "x")):
        with pytest.raises(NotFound):
            act()
    assert list(tmp_path.iterdir()) == []


def test_both_of_two_dialogues_with_one_uid_can_be_loaded(place: Path, store: FilesStore) -> None:
    shutil.copytree(place / "one", place / "one-copy")
    (place / "one-copy/round-0/strudel.md").write_bytes(b"copied")
    assert [e.uid for e in store.dialogues()] == [UID, "copy:one-copy"]
    assert store.load(UID).blobs[STRUDEL] == b"strudel"
    assert store.load("copy:one-copy").blobs[STRUDEL] == b"copied"
    store.commit("copy:one-copy", store.load("copy:one-copy").version, told(OTHER))
    assert [e.uid for e in store.dialogues()] == [UID, OTHER]


def test_what_changed_behind_our_back_is_found_again(place: Path, store: FilesStore) -> None:
    assert store.load(UID).id == "one"
    (place / "one").rename(place / "two")
    assert store.load(UID).id == "two"
    (place / "one").mkdir()
    (place / "two").rename(place / "three")
    (place / "two").mkdir()
    (place / "two/dialogue.md").write_bytes(told(OTHER)["dialogue"])
    assert store.load(UID).id == "three"
    store.rename(UID, "four")
    assert store.load(OTHER).id == "two"


def test_a_rename_never_moves_a_dialogue_that_took_the_name(place: Path, store: FilesStore) -> None:
    assert store.load(UID).id == "one"
    (place / "one").rename(place / "two")
    (place / "one").mkdir()
    (place / "one/dialogue.md").write_bytes(told(OTHER)["dialogue"])
    with pytest.raises(Stale):
        store.rename(UID, "three")
    store.rename(UID, "three")
    assert sorted(os.listdir(place)) == ["one", "three"]


def test_a_uid_beyond_the_first_read_is_the_same_in_a_listing_and_a_load(place: Path, store: FilesStore) -> None:
    for size, uid in ((40_000, OTHER), (70_000, "older:big")):
        (place / "big").mkdir(exist_ok=True)
        (place / "big/dialogue.md").write_bytes(b"---\n" + b"title: x\n" * (size // 9) + f"uid: {OTHER}\n---\n".encode())
        store = FilesStore(store._root)
        assert [e.uid for e in store.dialogues() if e.id == "big"] == [uid]
        assert FilesStore(store._root).load("copy:big").uid == uid


APPEND = """
import sys
from blue_cli.stores.base import commit_loop
from blue_cli.stores.files import FilesStore

root, uid, me = sys.argv[1:]
for turn in range(6):
    line = f"{me}.{turn}\\n".encode()
    commit_loop(FilesStore(root), uid, lambda seen: ({"file/log": seen.blobs.get("file/log", b"") + line, f"file/{me}": line}, (), None))
"""


def test_eight_processes_that_write_to_one_dialogue_lose_nothing(place: Path, store: FilesStore) -> None:
    children = [subprocess.Popen([sys.executable, "-c", APPEND, store._root, UID, str(n)]) for n in range(8)]
    assert [child.wait(60) for child in children] == [0] * 8
    assert sorted(store.load(UID).blobs["file/log"].decode().split()) == [f"{n}.{t}" for n in range(8) for t in range(6)]
    assert list(place.rglob(".blue-tmp-*")) == []
