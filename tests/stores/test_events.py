"""The audit logs on disk: added whole or not at all, never through a link, and read as a stranger's."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from blue_cli.errors import Conflict, NotFound, Tampered, Unavailable
from blue_cli.stores import batch
from blue_cli.stores.events import COUNT, FILE_LIMIT, EventFolder, Kept
from tests.stores import victim
from tests.stores.contract import QUICK, UID

WARM = batch, shutil  # imported before the fork, as in test_crash
OLD, NEW = "000001-5717d311-00000000.json", "000002-5717d311-11111111.json"
TEXT = b"x" * 9000


def put(name: str, data: bytes) -> Callable[[Kept], tuple[str, bytes]]:
    return lambda _: (name, data)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".blue").mkdir()
    return tmp_path


@pytest.fixture
def log(root: Path) -> Path:
    return root / ".blue/audit" / UID


@pytest.fixture
def events(root: Path) -> EventFolder:
    return EventFolder(str(root), patience=0.2)


def test_what_is_added_is_read(events: EventFolder, log: Path) -> None:
    assert events.read(UID) == ({}, []) and events.logs() == []
    events.add(UID, put(OLD, b"one"))
    events.add(UID, lambda kept: (NEW, b"after " + kept[0][OLD]))
    assert events.read(UID) == ({OLD: b"one", NEW: b"after one"}, [])
    assert events.logs() == [UID]
    assert sorted(os.listdir(log)) == [OLD, NEW]


def test_nothing_is_replaced(events: EventFolder, log: Path) -> None:
    events.add(UID, put(OLD, b"one"))
    with pytest.raises(Conflict):
        events.add(UID, put(OLD, b"two"))
    assert (log / OLD).read_bytes() == b"one"


def test_nothing_happens_when_there_is_nothing_to_say(events: EventFolder, root: Path) -> None:
    def make(_: Kept) -> tuple[str, bytes]:
        raise Conflict("no")

    with pytest.raises(Conflict, match="no"):
        events.add(UID, make)
    assert list((root / ".blue").iterdir()) == []


def test_writers_of_one_clone_see_each_other(events: EventFolder, root: Path) -> None:
    def add(_: int) -> None:
        EventFolder(str(root)).add(UID, lambda kept: (f"{len(kept[0]):06d}-5717d311-00000000.json", b"x"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(12)))
    assert len(events.read(UID)[0]) == 12


def test_without_a_workspace_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        EventFolder(str(tmp_path)).add(UID, put(OLD, b""))


# --- what a stranger put there -----------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["audit", "log"])
@pytest.mark.parametrize("kind", ["link", "dangling link", "file"])
def test_a_folder_that_is_none_is_refused(kind: str, part: str, events: EventFolder, log: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    place = log if part == "log" else log.parent
    place.parent.mkdir(exist_ok=True)
    if kind == "file":
        place.write_text("")
    else:
        place.symlink_to(outside if kind == "link" else outside / "gone")
    acts: list[Callable[[], object]] = [lambda: events.read(UID), lambda: events.add(UID, put(OLD, b"one"))]
    for act in [*acts, events.logs] if part == "audit" else acts:
        with pytest.raises((Tampered, Conflict), match="unsafe-path"):
            act()
    assert list(outside.iterdir()) == []


def test_blue_itself_being_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / ".blue").symlink_to("outside")
    with pytest.raises(Tampered):
        EventFolder(str(tmp_path)).add(UID, put(OLD, b"one"))
    assert list((tmp_path / "outside").iterdir()) == []


def test_what_is_no_regular_file_is_named_and_not_opened(events: EventFolder, log: Path) -> None:
    events.add(UID, put(OLD, b"one"))
    (log / "a-link").symlink_to("/etc/passwd")
    os.mkfifo(log / "b-pipe")
    (log / "c-folder").mkdir()
    (log / "d-large").write_bytes(b"x" * (FILE_LIMIT + 1))
    (log / "e-\x1b[31m").write_bytes(b"")
    (log / ".blue-tmp-0123").write_bytes(b"half")
    files, unread = events.read(UID)
    assert files == {OLD: b"one"}
    assert [(item.path[:1], item.reason) for item in unread] == [
        ("a", "symlink"), ("b", "not-regular"), ("c", "not-regular"), ("d", "too-large"), ("e", "unsafe-name"),
    ]  # fmt: skip


def test_a_link_in_the_place_of_a_new_event_is_not_followed(events: EventFolder, log: Path, tmp_path: Path) -> None:
    log.mkdir(parents=True)
    (log / OLD).symlink_to(tmp_path / "victim")
    with pytest.raises(Conflict):
        events.add(UID, put(OLD, b"one"))
    assert not (tmp_path / "victim").exists()


def test_names_that_are_no_text_can_be_shown(events: EventFolder, root: Path) -> None:
    audit = root / ".blue/audit"
    audit.mkdir()
    os.mkdir(os.fsencode(audit) + b"/\xff\xfe")
    assert events.logs() == ["\\xff\\xfe"]


def test_a_flood_ends_at_the_limit(events: EventFolder, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert COUNT == 20_000
    monkeypatch.setattr("blue_cli.stores.events.COUNT", 3)
    log.mkdir(parents=True)
    for number in range(5):
        (log / f"{number}").write_bytes(b"")
    files, unread = events.read(UID)
    assert len(files) == 3 and [item.reason for item in unread] == ["too-many"]


def test_a_lock_that_is_held_is_a_conflict(events: EventFolder, root: Path) -> None:
    fd = os.open(root / ".blue", os.O_RDONLY)
    try:
        with batch.locked(fd, ".blue", 1), pytest.raises(Conflict, match="locked"):
            events.add(UID, put(OLD, b"one"))
    finally:
        os.close(fd)
    assert events.logs() == []


# --- unlucky ------------------------------------------------------------------------------------------------------


@pytest.fixture
def workspace() -> Iterator[Callable[[], Path]]:
    """A new workspace each time, with a log of one event or with none."""
    with tempfile.TemporaryDirectory(dir=QUICK) as top:

        def make(old: bool = True) -> Path:
            root = Path(tempfile.mkdtemp(dir=top))
            (root / ".blue").mkdir()
            if old:
                EventFolder(str(root)).add(UID, put(OLD, TEXT))
            return root

        yield make


CALLS = ["/^open", "/^write", "/^fsync", "/^rename", "/^mkdir"]
ERRORS = [("/^open", "EIO"), ("/^write", "ENOSPC"), ("/^fsync", "EIO"), ("/^rename", "EROFS"), ("/^mkdir", "ENOSPC"), ("flock", "EIO")]


def assert_whole(root: Path) -> bool:
    """Each event is there whole or not at all; whether the new one is."""
    files, unread = EventFolder(str(root)).read(UID)
    assert unread == [] and set(files.values()) <= {TEXT} and set(files) <= {OLD, NEW}
    return NEW in files


@pytest.mark.strace
@pytest.mark.parametrize("old", [True, False], ids=["old log", "new log"])
@pytest.mark.parametrize("call", CALLS)
def test_killed_at_any_call_no_event_is_half_there(call: str, old: bool, workspace: Callable[[bool], Path]) -> None:
    victim.need_strace()
    for when in range(1, 60):
        root = workspace(old)
        act = lambda: EventFolder(str(root)).add(UID, put(NEW, TEXT))  # noqa: B023, E731 - run at once
        status = victim.traced(act, f"{call}:signal=KILL:when={when}")
        assert status in (victim.SURVIVED, -signal.SIGKILL)
        if not assert_whole(root):
            act()
        assert assert_whole(root)
        if status == victim.SURVIVED:
            assert when > 1 or (call == "/^mkdir" and old), "nothing was injected"
            break
    else:
        pytest.fail("the write never ended")


@pytest.mark.strace
@pytest.mark.parametrize(("call", "error"), ERRORS)
def test_a_disk_that_fails_is_said_and_leaves_nothing(call: str, error: str, workspace: Callable[[bool], Path]) -> None:
    victim.need_strace()
    for when in range(1, 60):
        root = workspace(False)
        status = victim.traced(lambda: EventFolder(str(root)).add(UID, put(NEW, TEXT)), f"{call}:error={error}:when={when}")  # noqa: B023
        assert status in (victim.SURVIVED, Unavailable.exit)
        if not assert_whole(root):
            assert status == Unavailable.exit and list((root / ".blue").rglob("*.json")) == []
        assert list(root.rglob(".blue-tmp-*")) == []
        if status == victim.SURVIVED:
            assert when > 1, "nothing was injected"
            break
    else:
        pytest.fail("the write never ended")


def test_a_full_disk_is_unavailable_and_nothing_was_changed(events: EventFolder, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(Unavailable, match="the disk is full") as caught:
        events.add(UID, put(OLD, b"one"))
    assert "nothing was changed" in caught.value.why and (caught.value.path or "").startswith(f".blue/audit/{UID}")
    assert list((root / ".blue").iterdir()) == []
