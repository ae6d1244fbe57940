"""Key files: how one comes to be, what is refused, and that a key shows itself nowhere."""

from __future__ import annotations

import os
import pickle
import signal
import stat
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from blue_cli.crypto.keys import material, place
from blue_cli.crypto.keys.material import Damaged, Umk
from blue_cli.crypto.keys.place import TEMPORARY, create_private, read_private, work_tree
from blue_cli.errors import BlueError, Conflict, Locked, Unavailable
from tests.crypto.keys import inject
from tests.crypto.keys.places import UID, FilePlace
from tests.stores import victim

SENTINEL = bytes(range(32))
KNOWN = Umk(SENTINEL)


# --- the text ------------------------------------------------------------------------------------------------------


def test_the_form_is_a_version_line_base64_and_a_check_value() -> None:
    lines = material.write(KNOWN).splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        "blue-key-v1",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        KNOWN.check.hex(),
    ]
    assert all(KNOWN.id in line or "key" in line for line in lines[:2])


def test_the_check_value_is_hkdf_of_an_independent_implementation() -> None:
    from Crypto.Hash import SHA256
    from Crypto.Protocol.KDF import HKDF

    assert HKDF(SENTINEL, 8, b"", SHA256, context=b"blue/v1/check") == KNOWN.check
    context = b"blue/v1/kek" + b"\0\0\0\3uid" + b"\0\0\0\x011"
    assert HKDF(SENTINEL, 32, b"s" * 32, SHA256, context=context) == KNOWN.kek("uid", 1, b"s" * 32)


def test_a_copy_with_other_line_ends_is_the_same_key() -> None:
    text = material.write(KNOWN).replace("\n", "\r\n").rstrip()
    version, lines = material.lines_of(text)
    assert (version, material.read(lines)) == (material.VERSION, KNOWN)


def test_every_wrong_character_is_damage() -> None:
    text = material.write(KNOWN)
    start = text.index("AAEC")
    for at in range(start, len(text) - 1):
        for other in "Bb7":
            changed = text[:at] + (other if text[at] != other else "x") + text[at + 1 :]
            with pytest.raises(Damaged):
                material.read(material.lines_of(changed)[1])


# --- making one ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
def test_a_new_key_is_for_its_owner_only_whatever_the_umask(umask: int, tmp_path: Path) -> None:
    path = tmp_path / "keys" / "umk.key"
    place.make_folder(str(path.parent))
    before = os.umask(umask)
    try:
        create_private(str(path), "umk.key", "text\n")
    finally:
        os.umask(before)
    assert [stat.S_IMODE(p.stat().st_mode) for p in (path, path.parent)] == [0o600, 0o700]


def test_its_folders_are_made_for_the_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        create_private(str(tmp_path / ".blue/keys/umk.key"), "umk.key", "text\n")
    finally:
        os.umask(before)
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in (".blue", ".blue/keys")] == [0o700, 0o700]


@pytest.mark.parametrize("kind", ["file", "link", "dangling", "folder", "pipe"])
def test_what_is_there_is_never_replaced(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "umk.key"
    {
        "file": lambda: path.write_text("old"),
        "link": lambda: path.symlink_to(tmp_path),
        "dangling": lambda: path.symlink_to(tmp_path / "nowhere"),
        "folder": path.mkdir,
        "pipe": lambda: os.mkfifo(path),
    }[kind]()
    before = path.lstat()
    with pytest.raises(Conflict, match="already"):
        create_private(str(path), "umk.key", "new")
    assert path.lstat().st_ino == before.st_ino
    assert not (tmp_path / "nowhere").exists()
    assert os.listdir(tmp_path) == ["umk.key"]


def test_it_is_on_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place.make_folder(str(tmp_path / "keys"))
    done: list[str] = []

    def noting(name: str) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            done.append(name if name != "fsync" or stat.S_ISREG(os.fstat(given[0]).st_mode) else "fsync folder")
            return getattr(os, name)(*given, **named)

        return call

    monkeypatch.setattr(place, "os", inject.Disk(**{name: noting(name) for name in ("fsync", "link", "unlink")}))
    create_private(str(tmp_path / "keys/umk.key"), "umk.key", "text\n")
    assert done == ["fsync", "link", "unlink", "fsync folder"]


def test_of_many_at_once_one_makes_the_key(tmp_path: Path) -> None:
    path = str(tmp_path / "umk.key")

    def make(number: int) -> str:
        try:
            create_private(path, "umk.key", f"{number}\n")
        except Conflict:
            return ""
        return f"{number}\n"

    with ThreadPoolExecutor(8) as pool:
        made = [text for text in pool.map(make, range(32)) if text]
    assert made == [Path(path).read_text()]
    assert os.listdir(tmp_path) == ["umk.key"]


def test_none_is_made_in_a_work_tree_nor_through_a_link_into_one(tmp_path: Path) -> None:
    (tmp_path / "repo/.git").mkdir(parents=True)
    (tmp_path / "repo/deep/er").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "repo/deep")
    for folder in ("repo", "repo/deep/er", "repo/new", "link"):
        with pytest.raises(Locked, match="git work tree"):
            create_private(str(tmp_path / folder / "umk.key"), "umk.key", "text")
    assert not list(tmp_path.rglob("*umk*"))
    assert not (tmp_path / "repo/new").exists()


def test_a_linked_work_tree_is_one_too(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: elsewhere\n")
    assert work_tree(str(tmp_path)) == str(tmp_path)


def test_what_a_killed_run_left_is_swept_later_and_what_runs_is_not(tmp_path: Path) -> None:
    old, young = tmp_path / f"{TEMPORARY}1", tmp_path / f"{TEMPORARY}2"
    for leftover in (old, young):
        leftover.write_text("a key that nobody was told of")
    os.utime(old, (0, 0))
    create_private(str(tmp_path / "umk.key"), "umk.key", "text")
    assert {path.name for path in tmp_path.iterdir()} == {young.name, "umk.key"}


@pytest.mark.strace
@pytest.mark.parametrize("call", ["/^open", "/^write", "/^fsync", "/^link", "/^unlink", "/^mkdir", "/^fchmod$"])
def test_killed_at_any_call_there_is_a_whole_key_or_none(call: str, tmp_path: Path) -> None:
    victim.need_strace()
    text = material.write(KNOWN)
    for when in range(1, 40):
        path = tmp_path / str(when) / "keys" / "umk.key"
        status = victim.traced(lambda: create_private(str(path), "umk.key", text), f"{call}:signal=KILL:when={when}")  # noqa: B023
        assert status in (victim.SURVIVED, -signal.SIGKILL)
        assert not path.exists() or path.read_text() == text
        if status == victim.SURVIVED:
            assert when > 1, "nothing was injected"
            break
        if not path.exists():
            create_private(str(path), "umk.key", text)
        assert read_private(str(path), "umk.key", material.LIMIT) == text
    else:
        pytest.fail("it never ended")


@pytest.mark.strace
@pytest.mark.parametrize("call", ["/^write", "/^fsync", "/^link", "/^mkdir"])
def test_a_full_disk_leaves_nothing(call: str, tmp_path: Path) -> None:
    victim.need_strace()
    path = tmp_path / "keys" / "umk.key"

    def make() -> None:
        with pytest.raises(Unavailable, match=r"umk\.key cannot be written"):
            create_private(str(path), "umk.key", "text")

    assert victim.traced(make, f"{call}:error=ENOSPC") == victim.SURVIVED
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


# --- reading one ------------------------------------------------------------------------------------------------------


@pytest.mark.strace
def test_a_disk_that_really_fails_and_one_that_is_really_slow(tmp_path: Path) -> None:
    victim.need_strace()
    where = FilePlace(tmp_path)

    def fail() -> None:
        with pytest.raises(Unavailable, match=r"umk\.key cannot be read"):
            where.provider().new_kek(UID, 1)

    assert victim.traced(fail, "read:error=EIO:when=2+") == victim.SURVIVED  # the first one may be the victim's, waiting at its gate
    begun = time.monotonic()
    assert victim.traced(lambda: where.provider().new_kek(UID, 1), "read:delay_enter=200000") == victim.SURVIVED
    assert time.monotonic() - begun > 0.3


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user")
def test_a_folder_that_may_really_not_be_entered(tmp_path: Path) -> None:
    where = FilePlace(tmp_path)
    code = (
        f"import os; os.setgid({inject.FOREIGN}); os.setuid({inject.FOREIGN})\n"
        "from blue_cli.crypto.keys.place import read_private\n"
        "from blue_cli.errors import Locked\n"
        "try: read_private('umk.key', 'umk.key', 4096)\n"
        "except Locked as error: print(error.message)\n"
    )
    where.folder.chmod(0o700)
    warm = "import blue_cli.errors, blue_cli.crypto.keys.place\n"  # while everything can still be read
    ran = subprocess.run([sys.executable, "-c", warm + code], capture_output=True, text=True, cwd=where.folder, check=False)
    assert ran.stdout == "umk.key may not be read\n", ran.stderr


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o601, 0o602])
def test_any_right_of_others_is_refused(mode: int, tmp_path: Path) -> None:
    where = FilePlace(tmp_path)
    where.path.chmod(mode)
    with pytest.raises(Locked, match="others may read or change it") as raised:
        where.provider().new_kek(UID, 1)
    assert raised.value.fix == "chmod 600 umk.key"


def test_a_missing_key_is_no_reason_to_make_one(tmp_path: Path) -> None:
    where = FilePlace(tmp_path)
    where.path.unlink()
    for act in (where.provider().umk, lambda: where.provider().new_kek(UID, 1), lambda: where.provider().id):
        with pytest.raises(place.Missing) as raised:
            act()
        assert "new" not in raised.value.fix.split()
    assert not where.path.exists()


def test_the_file_is_read_once(tmp_path: Path) -> None:
    where = FilePlace(tmp_path)
    provider = where.provider()
    made = provider.new_kek(UID, 1)
    where.path.unlink()
    assert provider.kek(UID, 1, made.salt) == made.kek


# --- nothing of it anywhere ------------------------------------------------------------------------------------------


def test_no_core_file_once_a_key_is_loaded(tmp_path: Path) -> None:
    where = FilePlace(tmp_path)
    code = (
        "import resource, sys\n"
        "from blue_cli.crypto.keys.registry import provider\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)\n"
        f"provider('file:{where.path}', {{}}).new_kek('{UID}', 1)\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE)[0])\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stdout == "0\n", ran.stderr


def test_a_key_has_no_text_and_no_copy() -> None:
    assert repr(KNOWN) == f"<{KNOWN.id}>"
    assert SENTINEL.hex() not in f"{KNOWN}{KNOWN!r}"
    with pytest.raises(TypeError):
        pickle.dumps(KNOWN)
    assert Umk(SENTINEL) == KNOWN
    assert Umk.make() != KNOWN
    assert KNOWN != SENTINEL


@pytest.mark.parametrize("name", ["changed", "cut", "future", "binary"])
def test_no_error_and_no_traceback_holds_the_key(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = FilePlace(tmp_path)
    secret = next(line for line in where.path.read_text().splitlines() if line.endswith("="))
    with inject.injected(name, where, monkeypatch):
        try:
            where.provider().umk()
        except BlueError as error:
            text = "".join(traceback.format_exception(error)) + str(vars(error))
    assert not [secret[at : at + 12] for at in range(0, len(secret) - 12, 6) if secret[at : at + 12] in text]
