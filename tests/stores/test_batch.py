"""Writing whole files, by one writer at a time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from blue_cli.errors import Conflict
from blue_cli.stores import batch
from blue_cli.stores.base import Stale
from blue_cli.stores.files import FilesStore
from blue_cli.stores.limits import BLOB
from tests.stores.contract import MUFFIN, OTHER, STRUDEL, UID, told


def temps(place: Path) -> list[Path]:
    return list(place.rglob(".blue-tmp-*"))


def test_what_could_not_be_read_is_not_written_over(place: Path, store: FilesStore, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "muffin.md").write_bytes(b"theirs")
    (place / "one/round-1").symlink_to(outside)
    (place / "one/round-0/muffin.md").symlink_to(outside / "muffin.md")
    with open(place / "one/round-0/huge.md", "wb") as file:
        file.truncate(BLOB + 1)
    os.mkfifo(place / "one/round-0/pipe.md")
    version = store.load(UID).version
    for address in ("contribution/01#muffin", "ruling/01#T0001", MUFFIN, "contribution/00#huge", "contribution/00#pipe"):
        for puts, deletes in (({STRUDEL: b"new", address: b"ours"}, []), ({STRUDEL: b"new"}, [address])):
            with pytest.raises(Conflict, match="unsafe-path"):
                store.commit(UID, version, puts, deletes)
    assert store.load(UID).version == version
    assert [p.name for p in outside.iterdir()] == ["muffin.md"]
    assert (outside / "muffin.md").read_bytes() == b"theirs"
    assert temps(place) == []


def test_links_that_appear_after_the_reading_are_not_followed_either(place: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (place / "one/round-1").symlink_to(tmp_path / "outside")
    (place / "one/x").symlink_to(tmp_path / "outside/x")
    (place / "one/folder").mkdir()
    fd = os.open(place / "one", os.O_RDONLY)
    for path in ("round-1/muffin.md", "x", "folder", "dialogue.md/x"):
        with pytest.raises(Conflict, match="unsafe-path"):
            batch.write(fd, "one/", {"new/a.md": b"1", path: b"2"}, known={path})
    os.close(fd)
    assert list((tmp_path / "outside").iterdir()) == []
    assert temps(place) == []
    assert not (place / "one/new").exists()


def test_a_file_that_appears_after_the_reading_is_not_replaced(place: Path) -> None:
    """As when an editor saves just then, or where `Strudel.md` is the same file as `strudel.md`."""
    fd = os.open(place / "one", os.O_RDONLY)
    with pytest.raises(Conflict, match="unsafe-path"):
        batch.write(fd, "one/", {"dialogue.md": b"1", "round-0/strudel.md": b"2"}, known={"dialogue.md"})
    batch.write(fd, "one/", {"round-0/strudel.md": b"3"}, known={"round-0/strudel.md"})
    os.close(fd)
    assert (place / "one/dialogue.md").read_bytes() == told(UID)["dialogue"]
    assert (place / "one/round-0/strudel.md").read_bytes() == b"3"
    assert temps(place) == []


def test_modes_are_kept_and_new_files_follow_the_umask(place: Path, store: FilesStore) -> None:
    (place / "one/round-0/strudel.md").chmod(0o4604)
    old = os.umask(0o027)
    try:
        store.commit(UID, store.load(UID).version, {STRUDEL: b"new", "contribution/01#muffin": b"x"})
        store.create(OTHER, "two", told(OTHER))
    finally:
        os.umask(old)
    modes = {
        path: os.stat(place / path).st_mode & 0o7777
        for path in ("one/round-0/strudel.md", "one/round-1/muffin.md", "one/round-1", "two", "two/dialogue.md")
    }
    assert list(modes.values()) == [0o604, 0o640, 0o750, 0o750, 0o640]


def test_files_are_replaced_in_the_order_of_the_puts_and_on_disk_before(
    place: Path, store: FilesStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def note(name: str) -> None:
        real = getattr(os, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            calls.append(args[1] if name == "replace" else name)
            return real(*args, **kwargs)

        monkeypatch.setattr(os, name, call)

    for name in ("replace", "fsync", "unlink"):
        note(name)
    store.commit(UID, store.load(UID).version, {"contribution/01#b": b"1", "contribution/00#c": b"2", "contribution/01#a": b"3"}, [STRUDEL])
    assert calls[:6] == ["fsync"] * 3 + ["b.md", "c.md", "a.md"]
    assert calls[6:] == ["fsync"] * 3 + ["unlink", "fsync"]


def test_what_did_not_change_is_not_written(place: Path, store: FilesStore) -> None:
    before = os.stat(place / "one/round-0/strudel.md")
    store.commit(UID, store.load(UID).version, {STRUDEL: b"strudel", MUFFIN: b"new"})
    assert os.path.samestat(before, os.stat(place / "one/round-0/strudel.md"))


def test_leftovers_are_swept_by_a_write_once_they_are_old(place: Path, store: FilesStore) -> None:
    old, new = place / "one/round-0/.blue-tmp-old", place / "one/round-0/.blue-tmp-new"
    started = place / ".blue-tmp-dialogue"
    (started / "round-0").mkdir(parents=True)
    for path in (old, new, started / "round-0/x.md"):
        path.write_text("half")
    for path in (old, started):
        os.utime(path, (time.time() - 3700,) * 2)
    assert [e.id for e in store.dialogues()] == ["one"]
    store.commit(UID, store.load(UID).version, {STRUDEL: b"new"})
    assert temps(place / "one") == [new]
    store.create(OTHER, "two", told(OTHER))
    assert not started.exists()


def test_the_folder_must_still_be_the_one_we_locked(place: Path, store: FilesStore, monkeypatch: pytest.MonkeyPatch) -> None:
    version = store.load(UID).version
    real = batch._lock

    def rename_first(fd: int, path: str) -> bool:
        if (place / "one").exists():
            (place / "one").rename(place / "two")
        return real(fd, path)

    monkeypatch.setattr(batch, "_lock", rename_first)
    with pytest.raises(Stale):
        store.commit(UID, version, {STRUDEL: b"new"})
    store.commit(UID, store.load(UID).version, {STRUDEL: b"new"})
    assert (place / "two/round-0/strudel.md").read_bytes() == b"new"


# --- several processes ---

HOLD = """
import fcntl, os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
fcntl.flock(fd, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def held(place: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process holds the lock of `one`."""
    with subprocess.Popen([sys.executable, "-c", HOLD, place / "one"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_lock_that_is_held_ends_in_a_conflict_while_reading_goes_on(place: Path, store: FilesStore, held: object) -> None:
    start = time.monotonic()
    assert store.load(UID).blobs[STRUDEL] == b"strudel"
    version = store.load(UID).version
    for act in (lambda: store.commit(UID, version, {STRUDEL: b"new"}), lambda: store.rename(UID, "two")):
        with pytest.raises(Conflict, match=r"locked for 0\.2 s") as caught:
            act()
        assert (caught.value.exit, caught.value.path) == (5, ".blue/dialogues/one")
    assert time.monotonic() - start > 0.4
    assert store.load(UID).version == version


def test_a_lock_dies_with_its_process(place: Path, store: FilesStore, held: subprocess.Popen[bytes]) -> None:
    held.kill()
    held.wait()
    store.commit(UID, store.load(UID).version, {STRUDEL: b"new"})


def test_two_dialogues_do_not_wait_for_each_other(place: Path, store: FilesStore, held: object) -> None:
    store.create(OTHER, "two", told(OTHER))
    store.commit(OTHER, store.load(OTHER).version, {STRUDEL: b"new"})
    store.rename(OTHER, "three")


def test_a_waiting_writer_goes_on_when_the_lock_is_free(place: Path, held: subprocess.Popen[bytes]) -> None:
    store, waiting = FilesStore(str(place.parent.parent), patience=30), Event()
    version = store.load(UID).version

    def write() -> str:
        waiting.set()
        return store.commit(UID, version, {STRUDEL: b"new"})

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(write)
        waiting.wait()
        time.sleep(0.05)
        assert not done.done()
        held.kill()
        assert done.result(10) == store.load(UID).version
