"""The draft of a sealed dialogue: in memory, for one user, and gone however the editing ends. With real processes and signals."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from blue_cli.cli import memory
from blue_cli.errors import Refused, Unavailable
from tests.sealed_world import SECRET, World, shown, world
from tests.stores.sealing import ID

pytestmark = pytest.mark.skipif(not memory.is_in_memory(memory.SHARED), reason="needs a tmpfs at /dev/shm")
ADD = ("round", "add", "--expert", "muffin")
TEXT = f"[CLAIM C01: More {SECRET}]\\nBecause.\\n"
NOTHING = "/nonexistent"


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


# --- where it may lie ----------------------------------------------------------------------------------------------


@pytest.fixture
def private(tmp_path: Path) -> Iterator[str]:
    with world(tmp_path, {}) as made:
        yield str(made.hidden)


def test_the_users_own_folder_in_memory_comes_first(private: str) -> None:
    assert memory.place({"XDG_RUNTIME_DIR": private}) == private


def test_a_folder_that_others_can_enter_or_that_lies_on_a_disk_is_not_taken(private: str, tmp_path: Path) -> None:
    os.chmod(private, 0o750)
    link = tmp_path / "link"
    link.symlink_to(private)
    for odd in (private, str(link), str(tmp_path), "relative", "", NOTHING):
        assert memory.place({"XDG_RUNTIME_DIR": odd}) == memory.SHARED


def test_without_a_place_in_memory_the_disk_is_taken_only_when_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "SHARED", str(tmp_path))
    with pytest.raises(Refused) as caught:
        memory.place({"XDG_RUNTIME_DIR": str(tmp_path)})
    assert "--plaintext-temp" in caught.value.fix
    assert memory.place({"TMPDIR": str(tmp_path)}, anywhere=True) == str(tmp_path)


def test_a_folder_in_which_others_can_exchange_ours_is_not_taken(private: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "SHARED", private)
    for mode, taken in ((0o777, False), (0o775, False), (0o1777, True), (0o755, True)):
        os.chmod(private, mode)
        if taken:
            assert memory.place({}) == private
            continue
        with pytest.raises(Refused):
            memory.place({})


def test_a_system_that_does_not_say_what_lies_in_memory_has_no_such_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOUNTS", NOTHING)
    assert not memory.is_in_memory(memory.SHARED)


def test_every_folder_has_a_name_of_its_own_and_is_for_one_user(private: str) -> None:
    folders = [memory.make(memory.new(private)) for _ in range(2)]
    assert len(set(folders)) == 2
    assert {stat.S_IMODE(os.stat(folder).st_mode) for folder in folders} == {0o700}
    with pytest.raises(Unavailable):
        memory.make(folders[0])


def test_an_error_of_the_user_leaves_nothing(private: str) -> None:
    def use(folder: str) -> None:
        (Path(folder) / "deep").mkdir()
        (Path(folder) / "deep" / "x").write_text("x")
        raise ZeroDivisionError

    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(ZeroDivisionError):
        memory.lend(private, use)
    assert not os.listdir(private)
    assert signal.getsignal(signal.SIGTERM) is before


# --- at every moment -----------------------------------------------------------------------------------------------

MOMENT = """
import os, signal, sys
from blue_cli.cli import memory
count, at, base = 0, int(sys.argv[1]), sys.argv[2]
def trace(frame, event, arg):
    global count
    if frame.f_code.co_filename != memory.__file__ and frame.f_code.co_name != "use":
        return None
    if event in ("line", "return"):
        count += 1
        if count == at:
            os.kill(os.getpid(), signal.SIGTERM)
    return trace
def use(folder):
    open(folder + "/x", "w").write("x")
    return "used"
sys.settrace(trace)
memory.lend(base, use)
sys.settrace(None)
print(count)
"""


def test_a_signal_at_any_moment_leaves_nothing_and_ends_the_process(private: str) -> None:
    """Line by line of what makes, lends and removes the folder; before the first and after the last it is the usual end."""

    def ended(at: int) -> tuple[int, str]:
        done = subprocess.run([sys.executable, "-c", MOMENT, str(at), private], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    status, count = ended(0)
    assert status == 0 and int(count) > 40
    found = {at: (ended(at)[0], os.listdir(private)) for at in range(1, int(count) + 1)}
    assert found == dict.fromkeys(found, (-signal.SIGTERM, []))


# --- round add and verdict add -------------------------------------------------------------------------------------


def test_a_text_from_the_editor_lies_in_memory_only_and_is_added(sealed: World) -> None:
    body = f"""
modes = [oct(stat.S_IMODE(os.stat(p).st_mode)) for p in (path, os.path.dirname(path))]
open({str(sealed.folder / "editor-saw")!r}, "w").write(" ".join([path, *modes, os.environ["TMPDIR"]]))
open(os.path.dirname(path) + "/.draft.md.swp", "w").write("{SECRET}")
open(path, "w").write("{TEXT}")
"""
    done = sealed.type(*ADD, EDITOR=sealed.editor(body))
    assert done.status == 0, done
    path, *modes, temp = (sealed.folder / "editor-saw").read_text().split()
    assert modes == ["0o600", "0o700"] and Path(path).parents[1] == sealed.hidden and temp == str(Path(path).parent)
    assert not os.listdir(sealed.hidden) and not sealed.plaintexts() and not os.listdir(sealed.scratch)
    assert SECRET in sealed.run("round", "show", "1").out


def test_without_the_key_no_editor_opens(sealed: World) -> None:
    opened = sealed.folder / "editor-opened"
    sealed.key.unlink()
    for words in (ADD, ("verdict", "add", "--kind", "interim")):
        done = sealed.type(*words, EDITOR=f"touch {opened}")
        assert (done.status, "no key here opens it" in done.screen) == (4, True), done
    assert not opened.exists() and not os.listdir(sealed.hidden)


def test_the_background_of_a_new_dialogue_is_such_a_text_too(sealed: World) -> None:
    body = f'open({str(sealed.folder / "editor-saw")!r}, "w").write(path)\nopen(path, "w").write("Once upon a {SECRET}.\\n")'
    words = ("dialogue", "new", SECRET, "--sealed", "--edit")
    done = sealed.type(*words, EDITOR=sealed.editor(body))
    assert done.status == 0, done
    assert (sealed.folder / "editor-saw").read_text().startswith(str(sealed.hidden))
    assert not os.listdir(sealed.hidden) and not sealed.plaintexts() and not os.listdir(sealed.scratch)
    (sealed.folder / "editor-saw").unlink()
    sealed.key.unlink()
    done = sealed.type(*words, EDITOR=sealed.editor(body))
    assert done.status == 4 and not (sealed.folder / "editor-saw").exists()


NOWHERE = "import sys\nfrom blue_cli.cli import memory\nmemory.SHARED = '/nonexistent'\n"


def test_without_a_place_in_memory_no_editor_opens_unless_the_disk_is_allowed(sealed: World) -> None:
    (sealed.folder / "site").mkdir()
    (sealed.folder / "site/sitecustomize.py").write_text(NOWHERE)
    opened = sealed.folder / "editor-opened"
    where = {"PYTHONPATH": f"{sealed.folder / 'site'}:{sealed.env()['PYTHONPATH']}", "XDG_RUNTIME_DIR": str(sealed.scratch)}
    done = sealed.type(*ADD, EDITOR=f"touch {opened}", **where)
    assert done.status == 1 and "--plaintext-temp" in done.screen and not opened.exists()
    body = f'open({str(opened)!r}, "w").write(path)\nopen(path, "w").write("{TEXT}")'
    done = sealed.type(*ADD, "--plaintext-temp", EDITOR=sealed.editor(body), **where)
    assert done.status == 0 and opened.read_text().startswith(str(sealed.scratch))
    assert not sealed.plaintexts() and not os.listdir(sealed.scratch)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (f'open(path, "w").write("{TEXT}"); sys.exit(3)', 7, "ended with status 3"),
        ('open(path, "wb").write(b"\\xff")', 2, "not UTF-8"),
        ("", 1, "nothing was changed"),
        ("os.unlink(path)", 7, "took the draft away"),
        ("os.kill(os.getpid(), 9)", 7, "ended with status -9"),
    ],
)
def test_a_failing_editor_leaves_nothing(sealed: World, body: str, status: int, said: str) -> None:
    done = sealed.type(*ADD, EDITOR=sealed.editor(body))
    assert (done.status, said in done.screen) == (status, True), done
    assert not os.listdir(sealed.hidden) and not sealed.plaintexts() and not os.listdir(sealed.scratch)


def test_a_text_that_was_refused_stays_in_memory_and_the_way_to_be_rid_of_it_is_said(sealed: World) -> None:
    body = f'open(path, "w").write("[RE:SUPPORT T0099]\\n{SECRET}\\n")'
    done = sealed.type(*ADD, EDITOR=sealed.editor(body))
    (kept,) = sealed.hidden.rglob("draft.md")
    assert done.status == 1 and f"blue round add {kept} -d {ID}" in done.screen and f"rm -r {kept.parent}" in done.screen
    assert "gone after a restart" in done.screen
    assert (stat.S_IMODE(kept.stat().st_mode), stat.S_IMODE(kept.parent.stat().st_mode)) == (0o600, 0o700)
    assert SECRET in kept.read_text() and not sealed.plaintexts() and not os.listdir(sealed.scratch)
    document = json.loads(sealed.type(*ADD, "--json", EDITOR=sealed.editor(body)).out)
    assert str(sealed.hidden) in document["retry"] and "rm -r" in document["warnings"][0]["fix"]


DEAF = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"


@pytest.mark.parametrize(
    ("number", "habit"),
    [(signal.SIGINT, ""), (signal.SIGTERM, ""), (signal.SIGHUP, DEAF), (signal.SIGQUIT, "")],
    ids=["INT", "TERM", "HUP, and the editor will not end", "QUIT"],
)
def test_a_signal_ends_the_editor_and_leaves_nothing(sealed: World, number: signal.Signals, habit: str) -> None:
    ready = sealed.folder / "editor-ready"
    body = f"""
{habit}
open(path, "w").write("{TEXT}")
open(os.path.dirname(path) + "/.draft.md.swp", "w").write("{SECRET}")
open({str(ready)!r} + "~", "w").write(str(os.getpid()))
os.rename({str(ready)!r} + "~", {str(ready)!r})
time.sleep(60)
"""
    with sealed.start(*ADD, EDITOR=sealed.editor(body)) as (process, master):
        deadline = time.monotonic() + 30
        while not ready.exists():
            assert process.poll() is None and time.monotonic() < deadline, shown(master)
            time.sleep(0.01)
        assert os.listdir(sealed.hidden)
        process.send_signal(number)
        assert process.wait(30) == (130 if number == signal.SIGINT else -number)
    assert not os.listdir(sealed.hidden) and not sealed.plaintexts()
    with pytest.raises(ProcessLookupError):
        os.kill(int(ready.read_text()), 0)
