"""Recording before doing, and what a reader of the log finds: also after a real merge in git."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from blue_cli.actions.audit import Kept, anchors, broken_anchors, examine, logged, logs_here, no_key, record, writer
from blue_cli.crypto.event import WORKSPACE, Draft, Event, read, sign, write
from blue_cli.errors import Conflict, Refused, Tampered, Unavailable
from blue_cli.stores.base import Unread
from blue_cli.stores.events import EventFolder
from tests.crypto.events import KEY, KEY_ID, MUFFIN, START, STRUDEL, UID, UMK, WORKSPACE_KEY, key_for

ROTATE = Draft(UID, "rotate", KEY_ID, {"version": "2"})


class Memory(dict[str, dict[str, bytes]]):
    """Logs in memory; `fail` is raised by the next write."""

    fail: Exception | None = None

    def logs(self) -> list[str]:
        return sorted(self)

    def read(self, log: str) -> Kept:
        return dict(self.get(log, {})), []

    def add(self, log: str, make: Callable[[Kept], tuple[str, bytes]]) -> None:
        name, data = make(self.read(log))
        if self.fail:
            raise self.fail
        self.setdefault(log, {})[name] = data


@pytest.fixture
def port() -> Memory:
    return Memory()


def told(port: Memory) -> list[Event]:
    return [read(UID, name, data) for name, data in sorted(port.get(UID, {}).items())]


def problems(port: Any) -> list[str]:
    (log,) = examine(port, {UID: "cache"}, key_for)
    return [problem.message for problem in log.report.problems]


# --- recording ---------------------------------------------------------------------------------------------------


def test_an_event_goes_on_from_what_is_there(port: Memory) -> None:
    record(port, ROTATE, KEY, STRUDEL, START)
    second = record(port, ROTATE, KEY, MUFFIN, START)
    assert [(e.n, e.writer) for e in told(port)] == [(1, STRUDEL), (2, MUFFIN)]
    assert second == told(port)[1] and problems(port) == []


def test_when_it_cannot_be_written_the_operation_is_not_begun(port: Memory) -> None:
    port.fail = Unavailable("the disk is full")
    done = []
    with pytest.raises(Unavailable), logged(port, ROTATE, KEY, STRUDEL, lambda: START):
        done.append("rotated")
    assert done == [] and told(port) == []


def test_it_is_written_before_the_operation(port: Memory) -> None:
    with logged(port, ROTATE, KEY, STRUDEL, lambda: START) as event:
        assert told(port) == [event]
    assert told(port) == [event]


def test_what_its_own_key_did_not_make_is_not_built_on(port: Memory) -> None:
    forged = sign(record(Memory(), ROTATE, KEY, MUFFIN, START)._replace(n=1), b"x" * 32)
    port[UID] = {forged.name: write(forged)}
    assert record(port, ROTATE, KEY, STRUDEL, START).seen == ()


def test_an_operation_that_failed_is_told_as_such_without_quoting_it(port: Memory) -> None:
    with pytest.raises(Refused), logged(port, ROTATE, KEY, STRUDEL, lambda: START):
        raise Refused("a sentence with a secret")
    first, second = told(port)
    assert dict(second.details) == {"failed": first.tag[:16], "reason": "refused"} and second.action == "rotate"
    with pytest.raises(KeyboardInterrupt), logged(port, ROTATE, KEY, STRUDEL, lambda: START):
        raise KeyboardInterrupt
    assert told(port)[3].details["reason"] == "KeyboardInterrupt"


def test_the_failure_that_is_seen_is_that_of_the_operation(port: Memory) -> None:
    with pytest.raises(Refused), logged(port, ROTATE, KEY, STRUDEL, lambda: START):
        port.fail = Unavailable("the disk is full")
        raise Refused("no")
    assert len(told(port)) == 1


def test_a_detail_is_made_small_and_printable(port: Memory) -> None:
    record(port, ROTATE._replace(details={"to": "a\nb\x1b\udcff" + "x" * 999}), KEY, STRUDEL, START)
    assert told(port)[0].details["to"].startswith("a\\nb\\x1b\\udcffxxx")


def test_a_log_that_is_none_is_not_made(port: Memory) -> None:
    for log in ("", "..", "../x", "older:cache", "cache"):
        with pytest.raises(Conflict, match="no log"):
            record(port, ROTATE._replace(dialogue=log), KEY, STRUDEL, START)
        with pytest.raises(Conflict):
            examine(port, {log: log}, no_key)
    assert port == {}


def test_more_heads_than_an_event_can_name_is_a_conflict(port: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    record(port, ROTATE, KEY, STRUDEL, START)
    monkeypatch.setattr("blue_cli.crypto.event.FILE_LIMIT", 380)
    with pytest.raises(Conflict, match="cannot be written"):
        record(port, ROTATE._replace(details={"why": "x" * 200}), KEY, STRUDEL, START)
    assert len(port[UID]) == 1


# --- reading -----------------------------------------------------------------------------------------------------


def test_whoever_only_looks_checks_nothing(port: Memory) -> None:
    record(port, ROTATE, KEY, STRUDEL, START)
    (log,) = examine(port, {UID: "cache"}, no_key)
    assert (log.dialogue, len(log.report.events), log.report.unverified, log.report.problems) == ("cache", 1, 1, ())


def test_what_was_not_read_is_a_problem(port: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port, "read", lambda _: ({}, [Unread("000001-x", "symlink")]))
    assert problems(port) == ["not read: symlink"]


def test_a_sealed_dialogue_has_an_event_that_says_so(port: Memory) -> None:
    def told_of(sealed: dict[str, str]) -> list[str]:
        (log,) = examine(port, {UID: "cache"}, key_for, sealed)
        return [problem.message for problem in log.report.problems]

    lost = ["the dialogue is sealed and no event says so"]
    assert told_of({UID: KEY_ID}) == lost and told_of({UID: ""}) == lost and told_of({}) == []
    record(port, ROTATE._replace(action="seal"), KEY, STRUDEL, START)
    assert told_of({UID: KEY_ID}) == [] and told_of({UID: ""}) == []
    assert told_of({UID: KEY_ID[:-1] + "x"}) == lost


def test_all_logs_by_what_people_call_them(port: Memory) -> None:
    port.update({UID: {}, WORKSPACE: {}, "stray": {}})
    names, strays = logs_here(port, {UID: "cache", "older:x": "x"})
    assert list(names.items()) == [(WORKSPACE, WORKSPACE), (UID, "cache")]
    assert [stray.name for stray in strays] == ["stray"]
    assert list(logs_here(port, {})[0]) == [WORKSPACE, UID]


def test_a_broken_log_is_not_anchored(port: Memory) -> None:
    record(port, ROTATE, KEY, STRUDEL, START)
    (line,) = anchors(examine(port, {UID: "cache", WORKSPACE: WORKSPACE}, key_for))
    assert line.startswith(f"Blue-Audit: {UID} 1 ")
    port[UID]["junk"] = b""
    with pytest.raises(Tampered) as caught:
        anchors(examine(port, {UID: "cache"}, key_for))
    assert [(found.path, found.message) for found in caught.value.findings] == [(f".blue/audit/{UID}/junk", "not the name of an event")]


def test_the_hook_asks_without_a_key(port: Memory) -> None:
    record(port, ROTATE, KEY, STRUDEL, START)
    record(port, Draft(WORKSPACE, "key-new", UMK), WORKSPACE_KEY, STRUDEL, START)
    message = "Subject\n\n" + "\n".join(anchors(examine(port, {UID: "", WORKSPACE: ""}, key_for)))
    assert broken_anchors(port, message) == []
    port[UID].clear()
    assert len(broken_anchors(port, message)) == 1


# --- git ---------------------------------------------------------------------------------------------------------


def git(root: Path, *words: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run(["git", "-C", str(root), *identity, *words], check=True, capture_output=True, stdin=subprocess.DEVNULL)


@pytest.fixture
def merged(tmp_path: Path) -> EventFolder:
    """Two branches of one repository with an event each of another writer, merged by git."""
    (tmp_path / ".blue").mkdir()
    port = EventFolder(str(tmp_path))
    git(tmp_path, "init", "-q", "-b", "main")
    record(port, ROTATE._replace(action="seal"), KEY, STRUDEL, START)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "sealed")
    for branch, who in (("left", STRUDEL), ("right", MUFFIN)):
        git(tmp_path, "checkout", "-q", "-b", branch, "main")
        record(port, ROTATE, KEY, who, START + timedelta(hours=1))
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-qm", branch)
    git(tmp_path, "merge", "-q", "--no-edit", "left")
    return port


def test_branches_merge_in_git_without_a_conflict(merged: EventFolder) -> None:
    (log,) = examine(merged, {UID: "cache"}, key_for)
    assert log.report.problems == () and [e.n for e in log.report.events] == [1, 2, 2]
    assert anchors([log])[0].count(",") == 1
    after = record(merged, ROTATE, KEY, MUFFIN, START + timedelta(hours=2))
    assert after.n == 3 and len(after.seen) == 2 and problems(merged) == []


def test_line_ends_of_git_leave_an_event_alone(merged: EventFolder, tmp_path: Path) -> None:
    git(tmp_path, "config", "core.autocrlf", "true")
    shown = sorted((tmp_path / ".blue/audit" / UID).iterdir())
    for path in shown:
        path.unlink()
    git(tmp_path, "checkout", "--", ".")
    assert problems(merged) == [] and len(merged.read(UID)[0]) == len(shown)


def test_an_event_removed_from_the_work_tree_is_missed(merged: EventFolder, tmp_path: Path) -> None:
    record(merged, ROTATE, KEY, MUFFIN, START)
    gone = next(path for path in (tmp_path / ".blue/audit" / UID).iterdir() if path.name.startswith("000002-" + STRUDEL))
    gone.unlink()
    (message,) = problems(merged)
    assert "is missing" in message


def test_a_link_in_the_log_is_a_problem(merged: EventFolder, tmp_path: Path) -> None:
    path = sorted((tmp_path / ".blue/audit" / UID).iterdir())[2]
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert problems(merged) == ["not read: symlink"]


# --- who writes --------------------------------------------------------------------------------------------------


def drawing(*values: int) -> Callable[[int], int]:
    left = iter(values)
    return lambda bits: next(left)


def test_a_clone_keeps_its_name(tmp_path: Path) -> None:
    state = str(tmp_path / "state/blue/writers")
    assert writer(state, "/a", drawing(0xABC)) == "00000abc"
    assert writer(state, "/a", drawing()) == "00000abc"
    assert writer(state, "/b", drawing(7)) == "00000007"
    assert len(os.listdir(state)) == 2


def test_of_two_processes_one_names_the_clone(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(lambda n: writer(str(tmp_path / "w"), "/a", drawing(n)), range(8)))
    assert len(names) == 1 and len(os.listdir(tmp_path / "w")) == 1


@pytest.mark.parametrize("junk", [b"", b"../../ab", b"0000000", b"\xff" * 8, b"0" * 5000])
def test_a_name_that_is_none_is_drawn_again(junk: bytes, tmp_path: Path) -> None:
    writer(str(tmp_path), "/a", drawing(1))
    (path,) = tmp_path.iterdir()
    path.write_bytes(junk)
    assert writer(str(tmp_path), "/a", drawing(2)) == "00000002"
    assert [path.read_bytes()] == [b"00000002\n"] and list(tmp_path.iterdir()) == [path]


def test_a_state_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable):
        writer(str(tmp_path / "file/writers"), "/a", drawing(1))
