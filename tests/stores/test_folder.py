"""What a stranger can put into a dialogue's folder: a finding, never a hang, never a byte from outside."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from blue_cli.errors import Conflict, Unavailable, WrongCall
from blue_cli.stores.base import Unread, stamp
from blue_cli.stores.files import FilesStore
from blue_cli.stores.limits import BLOB
from tests.stores.contract import OTHER, STRUDEL, UID, told


def unread(store: FilesStore) -> dict[str, str]:
    return {item.path: item.reason for item in store.load(UID).unread}


def test_links_are_neither_followed_nor_silent(place: Path, store: FilesStore, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "muffin.md").write_text("secret")
    (place / "one/round-0/muffin.md").symlink_to(secret / "muffin.md")
    (place / "one/round-0/dangling.md").symlink_to("nowhere")
    (place / "one/round-1").symlink_to(secret)
    assert unread(store) == {"round-0/muffin.md": "symlink", "round-0/dangling.md": "symlink", "round-1": "symlink"}
    assert b"secret" not in store.load(UID).blobs.values()


@pytest.mark.parametrize("part", [".blue", ".blue/dialogues"])
def test_a_workspace_that_is_a_link_is_refused(place: Path, tmp_path: Path, part: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / part).rename(elsewhere)
    (tmp_path / part).symlink_to(elsewhere)
    before = sorted(elsewhere.rglob("*"))
    store = FilesStore(str(tmp_path))
    for act in (lambda: list(store.dialogues()), lambda: store.load(UID), lambda: store.create(OTHER, "two", told(OTHER))):
        with pytest.raises(Unavailable, match="unsafe-path"):
            act()
    assert sorted(elsewhere.rglob("*")) == before


def test_pipes_and_sockets_do_not_hang(place: Path, store: FilesStore, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(place / "one/round-0/pipe.md")
    monkeypatch.chdir(place / "one")  # a socket's path may have 107 bytes
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.md")
        assert unread(store) == {"round-0/pipe.md": "not-regular", "socket.md": "not-regular"}


def test_a_dialogue_md_that_is_no_file_gives_no_uid(place: Path, store: FilesStore) -> None:
    for id in ("pipe", "link", "folder"):
        (place / id).mkdir()
    os.mkfifo(place / "pipe/dialogue.md")
    (place / "link/dialogue.md").symlink_to(place / "one/dialogue.md")
    (place / "folder/dialogue.md").mkdir()
    assert [e.uid for e in store.dialogues()] == ["older:folder", "older:link", UID, "older:pipe"]


def test_a_device_is_not_read(place: Path, store: FilesStore) -> None:
    try:
        os.mknod(place / "one/zero.md", 0o20666, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root makes devices")
    assert unread(store) == {"zero.md": "not-regular"}


def test_a_file_over_the_limit_is_not_read_and_the_rest_is(place: Path, store: FilesStore) -> None:
    with open(place / "one/round-0/muffin.md", "wb") as file:
        file.truncate(1 << 40)  # sparse: reading it would take all memory
    assert store.load(UID).unread == (Unread("round-0/muffin.md", "too-large", f"{1 << 40} bytes, the limit is {BLOB}"),)
    assert store.load(UID).blobs[STRUDEL] == b"strudel"


def test_a_dialogue_md_over_the_limit_keeps_its_dialogue_in_reach(place: Path, store: FilesStore) -> None:
    with open(place / "one/dialogue.md", "ab") as file:
        file.truncate(BLOB + 1)
    assert [entry.uid for entry in store.dialogues()] == [UID]
    assert set(FilesStore(store._root).load(UID).blobs) == {STRUDEL}
    version = store.load(UID).version
    store.commit(UID, version, {STRUDEL: b"new"})
    with pytest.raises(Conflict, match="unsafe-path"):
        store.commit(UID, store.load(UID).version, told(UID))


@pytest.mark.parametrize(("size", "reasons"), [(20, []), (BLOB, []), (BLOB + 1, ["too-large"]), (100 * BLOB, ["too-large"])])
def test_a_file_that_is_longer_than_it_says_is_read_to_its_end_or_the_limit(
    place: Path, store: FilesStore, monkeypatch: pytest.MonkeyPatch, size: int, reasons: list[str]
) -> None:
    """As one that grows while it is read: what `fstat` said must not cut it off, nor let it fill the memory."""
    with open(place / "one/round-0/strudel.md", "wb") as file:
        file.truncate(size)
    fstat, read, count = os.fstat, os.read, iter(range(30))
    monkeypatch.setattr(os, "fstat", lambda fd: SimpleNamespace(st_mode=fstat(fd).st_mode, st_size=min(fstat(fd).st_size, 3)))
    monkeypatch.setattr(os, "read", lambda fd, length: read(fd, length) if next(count, None) is not None else pytest.fail("read on"))
    seen = store.load("older:one")
    assert [item.reason for item in seen.unread] == reasons
    assert seen.blobs.get(STRUDEL) == (None if reasons else bytes(size))
    assert seen.blobs["dialogue"] == told(UID)["dialogue"]


def test_names_that_no_output_can_carry_are_named_escaped(place: Path, store: FilesStore) -> None:
    for name in (b"\xff.md", b"a\x1b[2J.md", b"a\nb.md", "a\u202eb.md".encode(), b"a\\b.md"):
        (Path(os.fsdecode(bytes(place / "one/round-0") + b"/" + name))).write_text("x")
    found = unread(store)
    assert set(found.values()) == {"unsafe-name"}
    assert "round-0/\\xff.md" in found
    assert len(found) == 5
    for path in found:
        path.encode()  # would raise for what came from bytes that are not UTF-8
    assert set(store.load(UID).blobs) == {"dialogue", STRUDEL}


def test_folders_nested_too_deep_are_not_entered(place: Path, store: FilesStore) -> None:
    (place / "one/1/2/3/4/5/6").mkdir(parents=True)
    (place / "one/1/2/3/4/x").write_text("x")
    assert unread(store) == {"1/2/3/4/5": "too-large"}
    assert store.load(UID).blobs["file/1/2/3/4/x"] == b"x"
    with pytest.raises(WrongCall, match="too deep"):
        store.commit(UID, store.load(UID).version, {"file/1/2/3/4/5/x": b"x"})


def test_a_file_that_vanishes_while_it_is_read_is_left_out(place: Path, store: FilesStore, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.listdir
    monkeypatch.setattr(os, "listdir", lambda fd: [*real(fd), "vanished.md"])
    assert set(store.load(UID).blobs) == {"dialogue", STRUDEL}
    assert store.load(UID).unread == ()


def test_dot_files_and_temps_are_ignored(place: Path, store: FilesStore) -> None:
    for path in (".gitignore", "round-0/.blue-tmp-1", ".hidden/x.md"):
        (place / "one" / path).parent.mkdir(exist_ok=True)
        (place / "one" / path).write_text("x")
    assert set(store.load(UID).blobs) == {"dialogue", STRUDEL}
    assert store.load(UID).unread == ()


# --- whether something changed -----------------------------------------------------------------------------------------


def test_every_change_that_a_reader_would_see_is_another_stamp(place: Path, store: FilesStore, tmp_path: Path) -> None:
    here, stamps = place / "one", [stamp(store, UID)]

    def seen() -> None:
        stamps.append(stamp(store, UID))

    text = here / "round-0/strudel.md"
    text.write_bytes(b"one")
    seen()
    before = text.stat()
    time.sleep(0.02)  # a tick of the file system's clock
    text.write_bytes(b"two")  # in place, as long as before,
    os.utime(text, ns=(before.st_atime_ns, before.st_mtime_ns))  # and with its old date: what `cp -p` and git do
    seen()
    text.rename(here / "round-0/muffin.md")
    seen()
    (here / "round-0/link.md").symlink_to("muffin.md")
    seen()
    (here / "round-0/link.md").unlink()
    seen()
    (here / "a/b").mkdir(parents=True)
    (here / "a/b/deep.md").write_bytes(b"x")
    seen()
    (here / "round-0/muffin.md").unlink()
    seen()
    assert [stamps.index(found) for found in stamps] == [0, 1, 2, 3, 4, 3, 6, 7]


def test_what_no_reader_sees_and_what_is_only_read_is_the_same_stamp(place: Path, store: FilesStore) -> None:
    before = stamp(store, UID)
    (place / "one/round-0/.muffin.md.swp").write_bytes(b"an editor's")
    store.load(UID)
    (place / "two").mkdir()
    assert stamp(store, UID) == before


def test_a_stamp_opens_no_file_and_hangs_on_none(place: Path, store: FilesStore, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp(store, UID)
    os.mkfifo(place / "one/round-0/pipe.md")
    (place / "one/loop").symlink_to(place / "one")
    opened: list[str] = []
    real = os.open
    monkeypatch.setattr(os, "open", lambda name, *more, **kind: opened.append(os.fspath(name)) or real(name, *more, **kind))
    stamp(store, UID)
    assert not [name for name in opened if name.endswith(".md")] and "loop" not in opened
