"""Killed at any system call of a write, or told that the disk failed: each file is old or new, and the next write works."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from blue_cli.errors import Unavailable
from blue_cli.stores import batch
from blue_cli.stores.base import Store
from blue_cli.stores.files import FilesStore
from tests.stores import victim
from tests.stores.contract import MUFFIN, OTHER, QUICK, STRUDEL, UID, told

WARM = batch, shutil, hashlib  # imported before the fork: their files must not be among the calls that are counted
LATER = "contribution/01#muffin"
OLD = told(UID) | {STRUDEL: b"old" * 9000, MUFFIN: b"gone soon"}
NEW = told(UID) | {STRUDEL: b"new" * 9000, LATER: b"new", "ruling/01#T0001": b"new"}


class Act(NamedTuple):
    """A write, and every state it may leave a dialogue in: what each blob may be."""

    write: Callable[[Store], object]
    done: Callable[[Store], bool]


def _commit(store: Store) -> None:
    store.commit(UID, store.load(UID).version, {a: NEW[a] for a in (STRUDEL, LATER, "ruling/01#T0001")}, [MUFFIN])


def _ids(store: Store) -> dict[str, str]:
    return {entry.uid: entry.id for entry in store.dialogues()}


ACTS = {
    "commit": Act(_commit, lambda store: store.load(UID).blobs == NEW),
    "create": Act(lambda store: store.create(OTHER, "two", told(OTHER) | {STRUDEL: b"new"}), lambda store: OTHER in _ids(store)),
    "rename": Act(lambda store: store.rename(UID, "three"), lambda store: _ids(store).get(UID) == "three"),
}
# Every call that changes something on disk: a kill between two of them leaves what a kill at the second one leaves.
CALLS = ["/^open", "/^write", "/^fsync", "/^rename", "/^unlink", "/^mkdir", "/^fchmod$"]
ERRORS = [
    *((call, "EIO") for call in [*CALLS, "flock", "/^getdents", "/stat"]),
    *((call, "ENOSPC") for call in ("/^open", "/^write", "/^fsync", "/^mkdir", "/^rename")),
    *((call, "EROFS") for call in ("/^open", "/^mkdir", "/^rename", "/^unlink")),
]


@pytest.fixture
def workspace() -> Iterator[Callable[[], Path]]:
    """A new workspace with the dialogue `one` each time."""
    with tempfile.TemporaryDirectory(dir=QUICK) as top:

        def make() -> Path:
            root = tempfile.mkdtemp(dir=top)
            FilesStore(root).create(UID, "one", OLD)
            return Path(root)

        yield make


def assert_whole(root: Path) -> None:
    """Each file old or new, no dialogue half there, and nobody lists what was left behind."""
    store = FilesStore(str(root))
    ids = _ids(store)
    assert ids in ({UID: "one"}, {UID: "three"}, {UID: "one", OTHER: "two"})
    seen = store.load(UID).blobs
    for address, blob in seen.items():
        assert blob in (OLD.get(address), NEW.get(address)), f"{address} is neither old nor new"
    assert set(seen) >= set(OLD) & set(NEW)
    if OTHER in ids:
        assert store.load(OTHER).blobs == told(OTHER) | {STRUDEL: b"new"}


@pytest.mark.strace
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("name", ACTS)
def test_killed_at_any_call_leaves_whole_files_and_the_same_write_completes_them(
    name: str, call: str, workspace: Callable[[], Path]
) -> None:
    victim.need_strace()
    act = ACTS[name]
    for when in range(1, 100):
        root = workspace()
        status = victim.traced(lambda: act.write(FilesStore(str(root))), f"{call}:signal=KILL:when={when}")  # noqa: B023 - run at once
        assert status in (victim.SURVIVED, -signal.SIGKILL)
        assert_whole(root)
        store = FilesStore(str(root))
        if not act.done(store):
            assert status != victim.SURVIVED
            act.write(store)
        assert act.done(FilesStore(str(root)))
        assert_whole(root)
        if status == victim.SURVIVED:
            assert when > 1 or name != "commit", "a commit makes every one of these calls: nothing was injected"
            break
    else:
        pytest.fail("the write never ended")


@pytest.mark.strace
@pytest.mark.parametrize(("call", "error"), ERRORS)
@pytest.mark.parametrize("name", ACTS)
def test_a_disk_that_fails_is_said_and_leaves_no_temp(name: str, call: str, error: str, workspace: Callable[[], Path]) -> None:
    victim.need_strace()
    act = ACTS[name]
    for when in range(1, 100):
        root = workspace()
        status = victim.traced(lambda: act.write(FilesStore(str(root))), f"{call}:error={error}:when={when}")  # noqa: B023 - run at once
        assert status in (victim.SURVIVED, Unavailable.exit)
        assert_whole(root)
        if call != "/^unlink":  # where removing itself fails, a temp may stay
            assert list(root.rglob(".blue-tmp-*")) == []
        if status == victim.SURVIVED and act.done(FilesStore(str(root))):
            assert when > 1 or name != "commit", "a commit makes every one of these calls: nothing was injected"
            break
    else:
        pytest.fail("the write never ended")


# --- the same without strace, where the reason is known and so are the words ---


def _fail(monkeypatch: pytest.MonkeyPatch, name: str, nth: int, number: int) -> None:
    real, count = getattr(os, name), iter(range(1, 1000))

    def call(*args: object, **kwargs: object) -> object:
        if next(count) == nth:
            raise OSError(number, os.strerror(number))
        return real(*args, **kwargs)

    monkeypatch.setattr(os, name, call)


@pytest.mark.parametrize(
    ("name", "number", "words"),
    [("write", 28, "the disk is full"), ("fsync", 5, "the disk reports an error"), ("mkdir", 30, "it may not be written")],
)
def test_an_error_before_the_first_rename_changes_nothing(
    name: str, number: int, words: str, workspace: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = workspace()
    before = sorted(root.rglob("*"))
    _fail(monkeypatch, name, 1, number)
    with pytest.raises(Unavailable, match=words) as caught:
        _commit(FilesStore(str(root)))
    assert "nothing was changed" in caught.value.why
    assert (caught.value.path or "").startswith(".blue/dialogues/one/round-")
    assert FilesStore(str(root)).load(UID).blobs == OLD
    assert sorted(root.rglob("*")) == before


def test_an_error_between_two_renames_says_how_far_it_came(workspace: Callable[[], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    root = workspace()
    _fail(monkeypatch, "replace", 2, 5)
    with pytest.raises(Unavailable) as caught:
        _commit(FilesStore(str(root)))
    assert caught.value.path == ".blue/dialogues/one/round-1/muffin.md"
    assert "files that were written: 1" in caught.value.why
    assert FilesStore(str(root)).load(UID).blobs == OLD | {STRUDEL: NEW[STRUDEL]}
    assert list(root.rglob(".blue-tmp-*")) == []


# --- a disk that really is full, a folder that really may not be written ---


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    if not shutil.which("mount"):
        pytest.skip("there is no mount")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no file system may be mounted here: {done.stderr.strip()}")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_keeps_the_old_files_and_says_so(small_disk: Path) -> None:
    store = FilesStore(str(small_disk))
    version = store.create(UID, "one", OLD)
    acts: list[Callable[[], object]] = [
        lambda: store.commit(UID, version, {STRUDEL: b"small", LATER: b"x" * 300_000}),
        lambda: store.create(OTHER, "two", told(OTHER) | {STRUDEL: b"x" * 300_000}),
    ]
    for act in acts:
        with pytest.raises(Unavailable, match="the disk is full") as caught:
            act()
        assert caught.value.exit == 7
        assert store.load(UID).version == version
        assert list(small_disk.rglob(".blue-tmp-*")) == []
    assert _ids(store) == {UID: "one"}
    store.commit(UID, version, {STRUDEL: b"small"})


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that every user may enter, unlike those of pytest."""
    root = tempfile.mkdtemp()
    os.chmod(root, 0o755)
    yield Path(root)
    shutil.rmtree(root)


def _as_nobody(act: Callable[[], object]) -> int:
    """Run as a user whom file modes bind; root ignores them."""

    def run() -> object:
        if os.getuid() == 0:
            os.setgroups([])
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
        return act()

    return victim.run(run)


def test_a_folder_that_may_not_be_written_can_be_read_and_a_write_is_unavailable(public: Path) -> None:
    store = FilesStore(str(public))
    version = store.create(UID, "one", OLD)
    place = public / ".blue/dialogues"
    for folder in (place, place / "one", place / "one/round-0"):
        folder.chmod(0o555)
    try:
        again = FilesStore(str(public))
        assert _as_nobody(lambda: again.load(UID)) == victim.SURVIVED
        assert _as_nobody(lambda: again.commit(UID, version, {STRUDEL: b"new"})) == Unavailable.exit
        assert _as_nobody(lambda: again.commit(UID, version, {}, [STRUDEL])) == Unavailable.exit
        assert _as_nobody(lambda: again.create(OTHER, "two", told(OTHER))) == Unavailable.exit
        assert _as_nobody(lambda: again.rename(UID, "two")) == Unavailable.exit
    finally:
        for folder in (place, place / "one", place / "one/round-0"):
            folder.chmod(0o755)
    assert store.load(UID).version == version
    assert sorted(path.name for path in public.rglob(".blue-tmp-*")) == []


def test_a_file_that_may_not_be_read_is_named_and_not_replaced(public: Path) -> None:
    store = FilesStore(str(public))
    store.create(UID, "one", OLD)
    (public / ".blue/dialogues/one/round-0/strudel.md").chmod(0)
    (public / ".blue/dialogues/one/secret").mkdir(mode=0)

    def act() -> None:
        seen = FilesStore(str(public)).load(UID)
        assert [(item.path, item.reason) for item in seen.unread] == [("round-0/strudel.md", "unreadable"), ("secret", "unreadable")]
        assert MUFFIN in seen.blobs

    assert _as_nobody(act) == victim.SURVIVED


def test_a_dialogue_that_may_not_be_entered_is_unavailable(public: Path) -> None:
    FilesStore(str(public)).create(UID, "one", OLD)
    (public / ".blue/dialogues/one").chmod(0)
    assert _as_nobody(lambda: [entry.uid for entry in FilesStore(str(public)).dialogues()]) == victim.SURVIVED
    assert _as_nobody(lambda: FilesStore(str(public)).load("older:one")) == Unavailable.exit
