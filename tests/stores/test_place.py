"""The way to `.blue/dialogues`."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from blue_cli.errors import NotFound, Unavailable
from blue_cli.stores.files import FilesStore
from blue_cli.stores.place import make_place, open_place, sync, unavailable


def test_it_is_made_once_and_found_again(tmp_path: Path) -> None:
    with pytest.raises(NotFound), open_place(str(tmp_path)):
        pass
    for _ in range(2):
        make_place(str(tmp_path))
    (tmp_path / ".blue/dialogues/one").mkdir()
    with open_place(str(tmp_path)) as place:
        assert os.listdir(place) == ["one"]


@pytest.mark.parametrize("part", [".blue", ".blue/dialogues"])
@pytest.mark.parametrize("target", ["nowhere", "../elsewhere"])
def test_nothing_is_made_through_a_link(tmp_path: Path, part: str, target: str) -> None:
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    (root / part).parent.mkdir(parents=True)
    elsewhere.mkdir()
    (root / part).symlink_to(target if part == ".blue" else f"../{target}")
    with pytest.raises(Unavailable, match="unsafe-path"):
        make_place(str(root))
        with open_place(str(root)):
            pass
    assert list(elsewhere.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "root"]


def test_a_file_in_its_place_is_said(tmp_path: Path) -> None:
    (tmp_path / ".blue").write_text("x")
    for act in (lambda: make_place(str(tmp_path)), lambda: list(FilesStore(str(tmp_path)).dialogues())):
        with pytest.raises(Unavailable, match="not a plain folder"):
            act()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk quota is used up"),
        (errno.EIO, "the disk reports an error"),
        (errno.EROFS, "it may not be written"),
        (errno.EACCES, "it may not be written"),
        (errno.EMFILE, "too many files are open"),
        (errno.ENAMETOOLONG, "it cannot be written"),
    ],
)
def test_what_the_machine_answers_in_words(number: int, words: str) -> None:
    error = unavailable(OSError(number, os.strerror(number)), "a/b.md", "written", "nothing was changed")
    assert error.message == f"a/b.md: {words}"
    assert error.why == f"{os.strerror(number)}; nothing was changed"
    assert (error.path, error.exit) == ("a/b.md", 7)


def test_a_disk_that_cannot_sync_folders_is_good_enough_and_one_that_fails_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(number: int) -> None:
        def fsync(fd: int) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "fsync", fsync)

    fail(errno.EINVAL)
    sync(0)
    fail(errno.EIO)
    with pytest.raises(OSError, match="Input/output"):
        sync(0)


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("needs /proc")
    store = FilesStore(str(tmp_path))
    before = len(os.listdir("/proc/self/fd"))
    version = store.create("older:one", "one", {"file/a/b/x": b"1", "contribution/00#a": b"2"})
    store.commit("older:one", version, {"file/c/d/y": b"1"}, ["file/a/b/x"])
    for act in (
        lambda: store.commit("older:one", version, {}),
        lambda: store.load("older:two"),
        lambda: store.create("older:one", "one", {}),
        lambda: store.rename("older:two", "x"),
    ):
        with pytest.raises(Exception, match=r"."):
            act()
    store.rename("older:one", "two")
    assert [entry.uid for entry in store.dialogues()] == ["older:two"]
    assert len(os.listdir("/proc/self/fd")) == before
