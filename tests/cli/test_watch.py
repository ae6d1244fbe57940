"""`blue watch` as somebody sees it: real processes on real terminals, and other processes that write."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.program import Said
from tests.cli.program import blue as run
from tests.cli.terminal import ENTER, FRAME, LEAVE, SOON, terminal

ID = "cache"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A workspace with one dialogue: one expert of two has written, and asks for something."""
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    people = ("--expert", "muffin:Systems", "--expert", "scone:Product")
    blue(tmp_path, "dialogue", "new", "Cache policy", "--question", "What goes first?", *people, "--id", ID)
    add(tmp_path, "muffin", "[PERSPECTIVE P01: LRU is expected]\n\n[TENSION T01: Scans flush it]\n")
    return tmp_path


def blue(root: Path, *words: str) -> Said:
    said = run(*words, cwd=root, env={"HOME": os.environ["HOME"], "PATH": os.environ["PATH"]})
    assert said.status == 0, said
    return said


def add(root: Path, expert: str, text: str) -> None:
    (root / "draft.md").write_text(text)
    blue(root, "round", "add", "draft.md", "--expert", expert)


def add_elsewhere(root: Path, expert: str, text: str, *words: str) -> None:
    """The same by another process."""
    command = [sys.executable, "-m", "blue_cli", "round", "add", "-", "--expert", expert, *words]
    subprocess.run(command, input=text.encode(), cwd=root, check=True, capture_output=True)


# --- on a screen ------------------------------------------------------------------------------------------------------


def test_the_screen_tells_how_it_stands(desk: Path) -> None:
    with terminal(desk, "watch") as it:
        it.until(it.sees("q quits"))
        assert len(it.screen()) == 30
        for text in ("Cache policy", "What goes first?", "velocity 2 (1 open, 1 new)", "waits for scone", "T0001", "waited for", ID):
            it.until(it.sees(text), 1)
        it.type(b"q")
        assert (it.ends(), it.is_as_before()) == (0, True)


def test_what_another_process_writes_is_seen_at_once(desk: Path) -> None:
    with terminal(desk, "watch", "--interval", "0.2") as it:
        it.until(it.sees("q quits"))
        add_elsewhere(desk, "scone", "[TENSION T01: Nobody notices]\n")
        assert it.until(it.sees("T0002")) < 2.0  # 0.2 to the next look, 0.05 until it is calm, and a busy machine
        assert it.sees("●  r0  scone   opened  T0002  Nobody notices")()
        assert not it.sees("waits for")()


def test_nothing_flickers(desk: Path) -> None:
    """Nothing outside frames, no screen or rest of it cleared, and of a frame after the first only what changed."""
    with terminal(desk, "watch", "--interval", "0.1") as it:
        it.until(it.sees("q quits"))
        add_elsewhere(desk, "scone", "[MOVE:CONVERGE]\n")
        it.until(it.sees("velocity 2 (1 open, 1 new)  ·  converge 50%"))
        it.type(b"q")
        assert it.ends() == 0
        first, *later = FRAME.findall(it.sent)
        assert FRAME.sub("", it.sent) == ENTER + LEAVE
        assert not re.search("\x1b\\[[0-9]*J|\x1bc", it.sent)
        assert later and all(len(frame) < len(first) / 2 for frame in later)


def test_a_look_that_finds_nothing_new_draws_nothing_and_costs_nothing(desk: Path) -> None:
    with terminal(desk, "watch") as it:
        it.until(it.sees("q quits"))
        before, sent = used(it.process.pid), it.sent
        time.sleep(2)
        assert it.sent == sent
        assert used(it.process.pid) - before < 0.1  # of 2 seconds


def used(pid: int) -> float:
    """Seconds of processor time."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize(("keys", "status"), [(b"q", 0), (b"Q", 0), (b"\x04", 0), (b"\x03", 130)], ids=["q", "Q", "Ctrl-D", "Ctrl-C"])
def test_a_key_ends_it_and_the_terminal_is_as_before(desk: Path, keys: bytes, status: int) -> None:
    with terminal(desk, "watch") as it:
        it.until(it.sees("q quits"))
        it.type(b"\x1b[A" + b"x")  # an arrow and a letter mean nothing
        time.sleep(0.1)
        it.type(keys)
        assert (it.ends(), it.is_as_before()) == (status, True)
        assert it.sent.endswith(LEAVE)  # no error, no hint, no traceback


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_the_terminal_is_as_before(desk: Path, number: signal.Signals) -> None:
    with terminal(desk, "watch") as it:
        it.until(it.sees("q quits"))
        it.process.send_signal(number)
        assert it.ends() == (130 if number == signal.SIGINT else -number)
        assert it.is_as_before() and it.sent.endswith(LEAVE)


def test_a_window_that_is_closed_ends_it(desk: Path) -> None:
    with terminal(desk, "watch") as it:
        it.until(it.sees("q quits"))
        it.hang_up()
        assert it.ends() in (0, -signal.SIGHUP)


def test_another_size_is_another_picture(desk: Path) -> None:
    with terminal(desk, "watch") as it:
        it.until(it.sees("│ PANEL"))
        it.sent = ""
        it.resize(40, 10)
        it.until(it.sees("q quits"))
        assert len(it.screen()) == 10 and max(map(len, it.screen())) <= 40
        assert it.sees("T0001  open  Scans flush it")()


def test_it_can_be_stopped_and_gone_on_with(desk: Path) -> None:
    """Ctrl-Z and `fg`, with a shell that does job control as somebody's shell does."""
    with terminal(desk, "watch", shell='set -m; "$@"; echo stopped; read -r; fg; echo "ended $?"') as it:
        it.until(it.sees("q quits"))
        it.type(b"\x1a")
        it.until(lambda: "stopped" in it.sent)
        assert it.is_as_before()
        add(desk, "scone", "[TENSION T01: Meanwhile]\n")
        it.type(b"\n")
        it.until(it.sees("Meanwhile"))
        it.type(b"q")
        it.until(lambda: "ended 0" in it.sent)
        assert it.is_as_before()


def test_a_dialogue_that_goes_away_and_comes_back(desk: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    place, aside = desk / ".blue/dialogues" / ID, tmp_path_factory.mktemp("aside") / ID
    with terminal(desk, "watch", "--interval", "0.1") as it:
        it.until(it.sees("q quits"))
        shutil.move(place, aside)
        it.until(it.sees("gone: deleted, or moved away"))
        shutil.rmtree(desk / ".blue")
        (desk / ".blue/dialogues").mkdir(parents=True)
        shutil.move(aside, place)
        it.until(it.sees("waits for scone"))
        blue(desk, "dialogue", "rename", "caches", "-d", ID)
        it.until(it.sees("caches"))
        head = place.with_name("caches") / "dialogue.md"
        head.write_text(head.read_text().replace("\nexperts:", "\nclosed: {at: 2026-11-24T05:28:00Z, reason: enough}\nexperts:"))
        it.until(it.sees("nothing left to do: it is closed"))
        assert "Traceback" not in it.sent


def test_a_dialogue_that_breaks_is_told_and_shown(desk: Path) -> None:
    with terminal(desk, "watch", "--interval", "0.1") as it:
        it.until(it.sees("q quits"))
        (desk / ".blue/dialogues" / ID / "round-0/scone.md").write_text("---\n: [\n---\n[RE:RESOLVE T0909]\n")
        it.until(it.sees("blue check says"))
        (desk / ".blue/dialogues" / ID / "dialogue.md").write_bytes(b"\xff\xfe---\n[[[\n")
        it.until(it.sees("gone"))
        assert "Traceback" not in it.sent


def test_what_somebody_wrote_cannot_drive_the_terminal(desk: Path) -> None:
    add(desk, "scone", "[TENSION T01: \x1b]0;owned\x07\x1b[2J\u202etxet]\n")
    with terminal(desk, "watch") as it:
        it.until(it.sees("T0002"))
        assert "\x1b]0" not in it.sent and "\x1b[2J" not in it.sent and "\u202e" not in it.sent


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}], ids=["no colour", "no UTF-8"])
def test_less_of_a_terminal_is_enough(desk: Path, env: dict[str, str]) -> None:
    with terminal(desk, "watch", **env) as it:
        it.until(it.sees("q quits"))
        if "NO_COLOR" in env:
            assert not re.search("\x1b\\[[1-9][0-9;]*m", it.sent)
        else:
            assert it.sent.isascii()


# --- where there is no screen ---------------------------------------------------------------------------------------------


@contextmanager
def piped(root: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "blue_cli", "watch", "--interval", "0.1", *words]
    process = subprocess.Popen(command, cwd=root, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_a_script_reads_a_line_for_each_thing_that_happens(desk: Path) -> None:
    with piped(desk) as it:
        assert it.stdout is not None
        assert it.stdout.readline() == "0\t\topen\t\tvelocity 2, converge 0%, next: round 0 waits for scone\n"
        add_elsewhere(desk, "scone", "[TENSION T01: tab\there]\n")
        lines = [it.stdout.readline() for _ in range(3)]
        assert lines[:2] == ["0\tscone\twrote\t\t1 tension\n", "0\tscone\topened\tT0002\ttab\\there\n"]
        assert lines[2].startswith("0\t\topen\t\tvelocity 3, converge 0%, next: ")
        it.send_signal(signal.SIGINT)
        assert it.wait(SOON) == 130
        assert it.stdout.read() == ""


def test_it_ends_when_nobody_reads_any_more(desk: Path) -> None:
    """`blue watch | head -1`: without anything happening that could be written, too."""
    with piped(desk) as it:
        assert it.stdout is not None and it.stderr is not None
        it.stdout.readline()
        it.stdout.close()
        assert it.wait(SOON) == 0
        assert it.stderr.read() == "blue: hint: dialogue cache, the only open one\n"
        it.stdout = None


def test_a_terminal_that_only_prints_gets_lines(desk: Path) -> None:
    with terminal(desk, "watch", "--interval", "0.1", TERM="dumb") as it:
        it.until(lambda: "round 0  open  velocity 2" in it.sent)
        add_elsewhere(desk, "scone", "[MOVE:CONVERGE]\n")
        it.until(lambda: "round 0  scone  wrote  signals CONVERGE\r\n" in it.sent)
        it.type(b"\x03")
        assert it.ends() == 130
        assert "\x1b" not in it.sent


def test_json_is_the_state_once(desk: Path) -> None:
    said = blue(desk, "watch", "--json").json
    assert (said["schema"], said["dialogue"]["id"], said["convergence"]["velocity"]) == ("blue/watch@1", ID, 2)
    assert [(e["by"], e["what"], e["id"]) for e in said["events"]] == [("muffin", "wrote", None), ("muffin", "opened", "T0001")]
    assert said["scoreboard"]["experts"] == []


@pytest.mark.parametrize("words", [("--interval", "0"), ("--interval", "nan"), ("--at", "HEAD"), ("-d", "nothing")])
def test_a_wrong_call_says_so_before_anything_is_drawn(desk: Path, words: tuple[str, ...]) -> None:
    said = run("watch", *words, cwd=desk)
    assert said.status in (2, 3) and said.out == "" and said.err.startswith("blue: error: ")


# --- other stores, and seals -----------------------------------------------------------------------------------------------


def test_a_database_is_watched_by_its_version(desk: Path) -> None:
    url = f"sqlite:///{desk}/blue.db"
    blue(desk, "store", "init", "--store", url)
    blue(desk, "store", "copy", "files:", url)
    with terminal(desk, "watch", "--store", url, "--interval", "0.1") as it:
        it.until(it.sees("waits for scone"))
        add_elsewhere(desk, "scone", "[TENSION T01: In a table]\n", "--store", url)
        it.until(it.sees("In a table"))
        it.type(b"q")
        assert (it.ends(), it.is_as_before()) == (0, True)


def test_a_passphrase_is_asked_for_once_and_nothing_lies_on_the_disk(desk: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("sealed")
    secret = home / "secret"
    secret.write_text("several words nobody said\n")
    secret.chmod(0o600)
    env = {"HOME": str(home), "TMPDIR": str(home)}
    for words in (("key", "new", "--passphrase"), ("seal", "-d", ID)):
        assert run(*words, cwd=desk, env={**env, "BLUE_PASSPHRASE_FILE": str(secret)}).status == 0
    (desk / "draft.md").unlink()
    with terminal(desk, "watch", "--interval", "0.1", **env) as it:
        it.until(lambda: it.sent.rstrip().endswith(":"))
        it.type(b"several words nobody said\n")
        it.until(it.sees("Scans flush it"))
        asked = it.sent.index(ENTER)
        with_secret = {**env, "BLUE_PASSPHRASE_FILE": str(secret)}
        text = io.BytesIO(b"[TENSION T01: Under the seal]\n")
        assert run("round", "add", "-", "--expert", "scone", cwd=desk, env=with_secret, stdin=text).status == 0
        it.until(it.sees("Under the seal"))
        it.type(b"q")
        assert it.ends() == 0
        assert "several words" not in it.sent and "assphrase" not in it.sent[asked:]
    kept = [path for place in (desk, home) for path in place.rglob("*") if path.is_file()]
    assert not [path for path in kept if b"Scans flush" in path.read_bytes() or b"Under the seal" in path.read_bytes()]
