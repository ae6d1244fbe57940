"""`blue audit` as people and scripts call it, and the log that commands write."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from blue_cli.actions.audit import record
from blue_cli.cli import auditing
from blue_cli.cli.auditing import AuditKeys
from blue_cli.cli.options import call
from blue_cli.cli.output import Result
from blue_cli.crypto import block as blocks
from blue_cli.crypto import envelope, seal
from blue_cli.crypto.event import WORKSPACE, Draft, Event, audit_key, key_id
from blue_cli.crypto.keyring import KeyRing
from blue_cli.crypto.keys.base import KeyProvider
from blue_cli.crypto.keys.file import FileProvider
from blue_cli.crypto.keys.registry import provider
from blue_cli.dialogue.ids import uid_in
from blue_cli.errors import Locked, Refused
from blue_cli.stores.events import EventFolder
from tests.cli.program import Said, Terminal, add, blue
from tests.crypto.events import MUFFIN, START, STRUDEL


class Place:
    """A workspace with the sealed dialogue `cache`, and a key file. `deks` is what the tests know and blue must find."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root = root
        self.env = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state")}
        (root / ".blue/dialogues").mkdir(parents=True)
        assert blue("key", "new", cwd=home, env=self.env).status == 0  # in no workspace, whose log it would be in
        assert self("dialogue", "new", "Cache", "--id", "cache").status == 0
        self.head = root / ".blue/dialogues/cache/dialogue.md"
        self.uid = uid_in(self.head.read_bytes(), "cache")
        self.seal()

    def __call__(self, *words: str, on: Terminal | None = None) -> Said:
        return blue(*words, cwd=self.root, env=self.env, stdout=on)

    def provider(self) -> KeyProvider:
        return provider("file:", self.env)

    def log(self, log: str = "") -> Path:
        return self.root / ".blue/audit" / (log or self.uid)

    def put(self, action: str = "rotate", writer: str = STRUDEL, at: datetime = START, **details: str) -> Event:
        """An event in the dialogue's log, as a command would write it."""
        draft = Draft(self.uid, action, self.key_id, details)
        return record(EventFolder(str(self.root)), draft, audit_key(self.deks.key(1), self.uid), writer, at)

    @property
    def key_id(self) -> str:
        return key_id(self.uid, audit_key(self.deks.key(1), self.uid))

    def seal(self) -> None:
        """Under a new data key, whatever was there before."""
        self.deks = seal.Deks.make(self.uid)
        key = self.provider()
        wrap = KeyRing([key]).wrap(self.uid, self.deks, key, 1)
        line = blocks.line(seal.sign(blocks.Block(0, self.deks.versions, (wrap,)), self.deks))
        self.head.write_bytes(envelope.with_seal(self.head.read_bytes(), line))

    def lose_key(self) -> None:
        (Path(self.env["HOME"]) / ".blue/keys/umk.key").unlink()


@pytest.fixture
def place(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path, tmp_path_factory.mktemp("user"))


@pytest.fixture
def logged(place: Place) -> Place:
    """The same with two events of the dialogue."""
    place.put("seal", from_round="0")
    place.put("rotate", MUFFIN, version="2")
    return place


ON = ("-d", "cache")


# --- verify ------------------------------------------------------------------------------------------------------


def test_a_whole_log_is_verified_with_the_key(logged: Place) -> None:
    said = logged("audit", "verify", *ON)
    assert said.status == 0 and said.err == ""
    assert "cache: 2 events by 2 writers, all verified\n" in said.out
    (log, *_) = logged("audit", "verify", *ON, "--json").json["logs"]
    assert (log["log"], log["events"], log["verified"], log["unverified"], log["missing_keys"]) == (logged.uid, 2, 2, 0, [])


def test_without_the_key_nothing_can_be_said_and_the_status_is_4(logged: Place) -> None:
    logged.lose_key()
    said = logged("audit", "verify", *ON)
    assert said.status == 4 and "2 without a key here" in said.out and said.err.count("warning: sealed, and no key") == 1
    document = logged("audit", "verify", *ON, "--json").json
    assert document["ok"] and not document["complete"] and document["logs"][0]["missing_keys"] == [logged.key_id]


def test_an_event_that_is_gone_is_named_with_who_saw_it_and_the_status_is_6(logged: Place) -> None:
    min(logged.log().iterdir()).unlink()
    said = logged("audit", "verify", *ON)
    assert said.status == 6
    assert f"/000002-{MUFFIN}-" in said.out and "is missing" in said.out and f"by {MUFFIN}" in said.out
    assert f"  fix: who changed it: git log --stat -- .blue/audit/{logged.uid}\n" in said.out
    document = logged("audit", "verify", *ON, "--json").json
    assert not document["ok"] and "before it is missing" in str(document["findings"])
    assert "all verified" not in said.out and "1 verified, 2 problems" in said.out


def test_a_change_is_found_and_missing_keys_do_not_hide_what_needs_none(logged: Place) -> None:
    path = min(logged.log().iterdir())
    path.write_bytes(path.read_bytes().replace(b'"seal"', b'"unseal"'))
    assert "changed or forged" in logged("audit", "verify", *ON).out
    path.write_bytes(b"junk")
    logged.lose_key()
    assert logged("audit", "verify", *ON).status == 6


def test_a_sealed_dialogue_that_lost_its_whole_log_is_found(logged: Place) -> None:
    for path in logged.log().iterdir():
        path.unlink()
    logged.log().rmdir()
    for words in (ON, ("--everywhere",)):
        said = logged("audit", "verify", *words)
        assert said.status == 6 and "the dialogue is sealed and no event says so" in said.out


def test_a_link_in_place_of_the_log_is_refused(logged: Place, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "log"
    logged.log().rename(outside)
    logged.log().symlink_to(outside)
    for verb in ("verify", "show", "anchor"):
        said = logged("audit", verb, *ON)
        assert said.status == 6 and "unsafe-path" in said.err


def test_everywhere_names_what_lies_there_and_is_no_log(logged: Place) -> None:
    (logged.root / ".blue/audit/x\x1b[31m").mkdir()
    said = logged("audit", "verify", "--everywhere")
    assert said.status == 6 and "not a log" in said.out and "\x1b" not in said.out


def test_a_seal_that_cannot_be_read_gives_no_key_and_is_said(logged: Place) -> None:
    logged.head.write_bytes(logged.head.read_bytes().replace(b"sealed: true", b"sealed: false"))
    assert logged("audit", "verify", *ON).status == 6


def test_a_dialogue_sealed_again_has_another_key_and_its_first_events_are_no_forgeries(logged: Place) -> None:
    logged.seal()
    assert "no event says so" in logged("audit", "verify", *ON).out, "what was said of another seal is not said of this one"
    logged.put("seal")
    said = logged("audit", "verify", *ON)
    assert said.status == 4 and "1 verified, 2 without a key here" in said.out


def test_the_log_of_a_dialogue_that_is_gone_is_still_shown(logged: Place) -> None:
    logged.head.unlink()
    logged.head.parent.rmdir()
    assert logged("audit", "verify", "--everywhere").status == 4
    assert logged.uid in logged("audit", "show", "--everywhere").out


# --- show --------------------------------------------------------------------------------------------------------


def test_show_lists_without_a_key_and_says_that_nothing_was_checked(logged: Place) -> None:
    logged.lose_key()
    said = logged("audit", "show", *ON)
    first, second = said.out.splitlines()
    assert first.split("\t")[:6] == ["1", "2026-11-24T08:00:00Z", "seal", "cache", STRUDEL, "from_round=0"]
    assert second.split("\t")[6] == logged.key_id
    assert said.status == 0 and "nothing of this was checked" in said.err
    document = logged("audit", "show", *ON, "--json").json
    assert document["verified"] is False
    assert document["items"][1]["seen"] == [document["items"][0]["tag"]]
    assert (logged.root / document["items"][0]["path"]).is_file()


def test_a_terminal_shows_fewer_columns(logged: Place) -> None:
    said = logged("audit", "show", *ON, on=Terminal())
    assert "WRITER" in said.out and "KEY" not in said.out and "2 events" in said.out
    assert logged("audit", "show", *ON, "--columns", "action,n").out == "seal\t1\nrotate\t2\n"
    assert logged("audit", "show", *ON, "--columns", "nonsense").status == 2


def test_what_is_no_event_is_a_warning(logged: Place) -> None:
    (logged.log() / "junk").write_text("")
    said = logged("audit", "show", *ON)
    assert said.status == 0 and "not the name of an event" in said.err and len(said.out.splitlines()) == 2


def test_a_clock_that_went_back_is_no_warning_and_verify_tells_it(logged: Place) -> None:
    logged.put(at=START - timedelta(days=1))
    assert "warning" not in logged("audit", "show", *ON).err
    said = logged("audit", "verify", *ON)
    assert said.status == 0 and "advice: its time 2026-11-23T08:00:00Z is before" in said.out


def test_before_the_first_dialogue_there_is_only_the_workspaces(tmp_path: Path) -> None:
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    assert blue("audit", "show", cwd=tmp_path).status == 0
    assert blue("audit", "verify", cwd=tmp_path).out == "workspace: no events\n"
    assert blue("audit", "show", "-d", "nothing", cwd=tmp_path).status == 3


# --- anchor ------------------------------------------------------------------------------------------------------


def test_an_anchor_is_a_line_for_a_commit(logged: Place) -> None:
    tag = max(path.name for path in logged.log().iterdir()).split("-")[2][:8]
    said = logged("audit", "anchor", *ON)
    assert said.out.startswith(f"Blue-Audit: {logged.uid} 2 {tag}") and said.out.count("\n") == 1
    assert logged("audit", "anchor", *ON, "--json").json["anchors"][0]["count"] == 2


def test_a_broken_log_gets_none(logged: Place) -> None:
    (logged.log() / "junk").write_text("")
    said = logged("audit", "anchor", *ON)
    assert said.status == 6 and said.out == "" and "blue audit verify" in said.err


# --- how commands write ------------------------------------------------------------------------------------------


def around(monkeypatch: pytest.MonkeyPatch, place: Place, act: Callable[[], object], home: Path | None = None) -> Said:
    """`blue do`, which does something around which the workspace's log is written."""

    def command() -> Result:
        key = provider("file:", place.env)
        assert isinstance(key, FileProvider)
        with auditing.around_key(call(), "key-export", key.umk(), {"form": "paper"}):
            act()
        return Result("blue/do@1", {})

    add(monkeypatch, "do", command)
    return blue("do", cwd=home or place.root, env=place.env)


def test_a_change_of_a_key_is_in_the_workspaces_log(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    before = len(list(place.log(WORKSPACE).iterdir())) if place.log(WORKSPACE).exists() else 0
    seen: list[int] = []
    assert around(monkeypatch, place, lambda: seen.append(len(list(place.log(WORKSPACE).iterdir())))).status == 0
    assert seen == [before + 1], "it is written before"
    place.put("seal")
    said = place("audit", "verify", *ON)
    assert said.status == 0 and f"workspace: {before + 1} event" in said.out and "all verified" in said.out.splitlines()[1]


def test_a_failed_change_says_so(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise Refused("no")

    assert around(monkeypatch, place, fail).status == 1
    assert "reason=refused" in place("audit", "show", *ON).out


def test_one_clone_has_one_name(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        around(monkeypatch, place, lambda: None)
    assert len({path.name.split("-")[1] for path in place.log(WORKSPACE).iterdir()}) == 1
    assert len(os.listdir(Path(place.env["XDG_STATE_HOME"]) / "blue/writers")) == 1


def test_a_key_that_does_not_open_is_asked_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        around(monkeypatch, place, lambda: None)
    place.put("seal")
    real = FileProvider.kek

    def kek(self: FileProvider, uid: str, *rest: object) -> bytes:
        if uid == WORKSPACE:
            raise Locked("no passphrase")
        return real(self, uid, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(FileProvider, "kek", kek)
    said = place("audit", "verify", *ON)
    assert said.status == 4 and said.err.count("no passphrase") == 1


def test_an_older_dialogue_has_no_log(place: Place) -> None:
    place.put("seal")
    (place.root / ".blue/dialogues/older").mkdir()
    (place.root / ".blue/dialogues/older/dialogue.md").write_text("# Older\n")
    assert place("audit", "verify", "-d", "older").out.startswith("workspace: ")


def test_outside_a_workspace_there_is_no_log(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    done: list[int] = []
    assert around(monkeypatch, place, lambda: done.append(1), tmp_path_factory.mktemp("elsewhere")).status == 0
    assert done == [1]


def test_a_change_of_a_seal_is_in_the_dialogues_log(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def command() -> Result:
        with auditing.around(call(), "seal", place.deks, {"from_round": "0"}):
            return Result("blue/do@1", {})

    add(monkeypatch, "do", command)
    assert place("do").status == 0
    assert place("audit", "verify", *ON).status == 0
    assert "\tseal\tcache\t" in place("audit", "show", *ON).out


def test_what_cannot_be_logged_is_not_done(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    (place.root / ".blue/audit").symlink_to("/tmp")
    assert around(monkeypatch, place, lambda: done.append(1)).status == 6
    assert done == []


def test_keys_go_nowhere() -> None:
    keys = AuditKeys.__new__(AuditKeys)
    assert repr(keys) == "<AuditKeys>"
    with pytest.raises(TypeError):
        pickle.dumps(keys)
