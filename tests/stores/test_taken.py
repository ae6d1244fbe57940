"""A run of new dialogues looks at the others once, and still finds every twin that somebody else makes meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from blue_cli.dialogue.ids import uuid7
from blue_cli.errors import Conflict
from blue_cli.stores import taken
from blue_cli.stores.files import FilesStore
from tests.stores.contract import told

# Each process makes every dialogue that the other makes as well; a line for each that it got.
MAKE = """
import sys
from blue_cli.dialogue.ids import uuid7
from blue_cli.errors import Conflict
from blue_cli.stores.files import FilesStore
root, mine, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
store = FilesStore(root)
print("ready", flush=True)
sys.stdin.read(1)
for number in range(count):
    uid = uuid7(number, number if number % 2 else 1000 * (1 + mine) + number)  # of odd numbers the uid is the same
    id = f"d{number}-{mine}" if number % 2 else f"{'Dd'[mine]}{number}"  # of even ones the id, by casefold
    try:
        store.create(uid, id, {"dialogue": f"---\\nblue: 1\\nuid: {uid}\\ntitle: t\\n---\\n".encode()})
    except Conflict:
        continue
    print(id, uid)
"""


def new(store: FilesStore, id: str, number: int) -> None:
    uid = uuid7(number, number)
    store.create(uid, id, told(uid))


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A line for each time that the folder of all dialogues is listed."""
    seen: list[str] = []
    listed, scanned = FilesStore._names, FilesStore._ids
    monkeypatch.setattr(FilesStore, "_names", lambda self, place: seen.append("names") or listed(self, place))
    monkeypatch.setattr(FilesStore, "_ids", lambda self: seen.append("ids") or scanned(self))
    return seen


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow disk makes no test fail: the age of what is known does not count."""
    monkeypatch.setattr(taken, "AGE", 1000.0)


@pytest.mark.usefixtures("patient")
def test_a_run_of_new_dialogues_looks_at_the_others_once(tmp_path: Path, looks: list[str]) -> None:
    store = FilesStore(str(tmp_path))
    for number in range(20):
        new(store, f"d{number}", number)
    assert looks == ["names", "ids"]


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("again", range(50))
def test_a_twin_that_another_made_in_the_same_tick_is_found(tmp_path: Path, again: int) -> None:
    mine, other = FilesStore(str(tmp_path)), FilesStore(str(tmp_path))
    new(mine, "one", 1)
    new(other, "two", 2)
    new(mine, "three", 3)
    new(other, "Four", 4)
    for id, number in (("four", 5), ("five", 4)):
        with pytest.raises(Conflict):
            new(mine, id, number)


@pytest.mark.usefixtures("patient")
def test_a_twin_is_found_though_the_clock_stood_still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its folder leaves the very time that our own change had from the kernel."""
    store, place, clock, setting = FilesStore(str(tmp_path)), tmp_path / ".blue/dialogues", [0], os.utime

    def utime(folder: int, ns: tuple[int, int]) -> None:
        clock.append(os.fstat(folder).st_mtime_ns)
        setting(folder, ns=ns)

    monkeypatch.setattr(taken.os, "utime", utime)
    monkeypatch.setattr(taken, "_stamp", lambda folder: (0, 0, os.fstat(folder).st_mtime_ns, 0))
    new(store, "one", 1)
    (place / "Two").mkdir()
    setting(place, ns=(0, clock[-1]))
    with pytest.raises(Conflict, match="Two"):
        new(store, "two", 2)


@pytest.mark.usefixtures("patient")
def test_where_no_time_can_be_set_nothing_is_taken_for_known(tmp_path: Path, looks: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(taken.os, "utime", refuse)
    store = FilesStore(str(tmp_path))
    for number in range(3):
        new(store, f"d{number}", number)
    assert looks.count("names") == 3


@pytest.mark.usefixtures("patient")
def test_a_disk_that_keeps_whole_seconds_is_looked_at_each_time(
    tmp_path: Path, looks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = os.utime
    monkeypatch.setattr(taken.os, "utime", lambda folder, ns: setting(folder, ns=tuple(at // 10**9 * 10**9 for at in ns)))
    store = FilesStore(str(tmp_path))
    for number in range(3):
        new(store, f"d{number}", number)
    assert looks.count("names") == 3


def test_what_is_known_gets_old(tmp_path: Path, looks: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taken, "AGE", -1.0)
    store = FilesStore(str(tmp_path))
    new(store, "one", 1)
    new(store, "two", 2)
    assert looks.count("names") == 2


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("deed", ["mkdir", "file", "rename", "delete"])
def test_whatever_anybody_does_in_the_folder_is_seen(tmp_path: Path, deed: str) -> None:
    store, place = FilesStore(str(tmp_path)), tmp_path / ".blue/dialogues"
    new(store, "one", 1)
    new(store, "two", 2)
    if deed == "delete":
        (place / "one/dialogue.md").unlink()
        (place / "one").rmdir()
        new(store, "one", 1)
        return
    {"mkdir": (place / "Three").mkdir, "file": (place / "Three").touch, "rename": lambda: (place / "one").rename(place / "Three")}[deed]()
    with pytest.raises(Conflict, match="Three"):
        new(store, "three", 3)


@pytest.mark.usefixtures("patient")
def test_a_dialogue_that_was_forgotten_still_has_its_uid(tmp_path: Path) -> None:
    store = FilesStore(str(tmp_path))
    new(store, "one", 1)
    store._keys.forget("one")
    with pytest.raises(Conflict, match="one"):
        new(store, "two", 1)


@pytest.mark.usefixtures("patient")
def test_a_uid_that_a_commit_of_ours_gave_is_taken(tmp_path: Path) -> None:
    store, first, second = FilesStore(str(tmp_path)), uuid7(1, 1), uuid7(2, 2)
    new(store, "one", 1)
    store.commit(first, store.load(first).version, told(second))
    with pytest.raises(Conflict, match="one"):
        new(store, "two", 2)
    new(store, "three", 1)


def test_two_processes_that_make_the_same_at_once(tmp_path: Path) -> None:
    """Every id by casefold and every uid goes to exactly one of them."""
    count = 150
    command = [sys.executable, "-c", MAKE, str(tmp_path)]
    both = [subprocess.Popen([*command, str(n), str(count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for n in range(2)]
    for one in both:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in both:
        assert one.stdin is not None
        one.stdin.write(".")
        one.stdin.flush()
    got = [tuple(line.split()) for one in both for line in one.communicate()[0].splitlines()]
    assert [one.returncode for one in both] == [0, 0]
    assert len({id.casefold() for id, _ in got}) == len({uid for _, uid in got}) == len(got) == count
    assert len(list(FilesStore(str(tmp_path)).dialogues())) == count
