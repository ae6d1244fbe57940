"""The rows of a round that runs, on a real terminal: what somebody sees, and that nothing flickers, wraps or is left behind."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from blue_cli.views.text import width
from tests.cli.panel import CRASHING, GOOD, ID, JUDGE, script, sit
from tests.cli.terminal import SOON, Terminal, terminal

FRAME = re.compile("\x1b\\[\\?2026h(.*?)\x1b\\[\\?2026l", re.S)
UP = re.compile("^\x1b\\[([0-9]+)A")
STYLE = re.compile("\x1b\\[[0-9;]*m")


class Rows(Terminal):
    """A terminal on which rows are drawn over themselves; what else is written stands below."""

    def screen(self) -> list[str]:
        return [line for frame in self.frames()[-1:] for line in frame]

    def frames(self) -> list[list[str]]:
        """The lines of each picture."""
        return [[STYLE.sub("", line) for line in re.findall("\r(.*?)\x1b\\[K", frame)] for frame in FRAME.findall(self.sent)]


@contextmanager
def live(root: Path, *words: str, size: tuple[int, int] = (100, 24), **env: str) -> Iterator[Rows]:
    with terminal(root, *words, "-d", ID, size=size, **env) as it:
        yield Rows(it.process, it._master, it.side)  # read in another way; started and ended by `terminal`


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return sit(tmp_path)


@pytest.fixture
def slow(root: Path) -> str:
    return script(root, "slow", f"printf '\\033[31mthink\\342\\200\\256ing\\r' >&2; sleep 1.2; exec {GOOD}")


def test_everybody_has_a_row_and_seconds_tick_while_nothing_else_happens(root: Path, slow: str) -> None:
    with live(root, "round", "run", "--with", slow, "--jobs", "1") as it:
        it.until(it.sees("▸ muffin  running 0 s     think\\u202eing"))
        it.until(it.sees("▸ muffin  running 1 s     think\\u202eing"))
        assert it.screen()[0] == f"round 0 of {ID}: 0 of 2" and it.screen()[2] == "  · scone   waiting"
        it.until(it.sees("✓ muffin  added 1."))
        it.until(it.sees("velocity 2: 1 open tension and 1 new perspective; 0 of 2 signal CONVERGE"))
        assert it.ends() == 0
        assert it.screen()[0].startswith(f"✓ round 0 of {ID}: 2 added after ")
        assert "EXPERT" in it.sent and "1 perspective, 1 tension, 1 recommendation, 1 ref" in it.sent


def test_nothing_flickers(root: Path, slow: str) -> None:
    """Each picture is one frame, starts where the one before did, clears nothing before it writes, and is not drawn twice."""
    with live(root, "round", "run", "--with", slow) as it:
        assert it.ends() == 0
        frames = FRAME.findall(it.sent)
        heights = [frame.count("\n") for frame in frames]
        assert [int(UP.findall(frame)[0]) for frame in frames[1:]] == heights[:-1] and not UP.match(frames[0])
        assert all(frame.count("\x1b[J") == 1 and frame.endswith("\x1b[J") for frame in frames)
        assert all(one != next for one, next in pairwise(frames))
        outside = STYLE.sub("", FRAME.sub("", it.sent))
        assert outside.startswith("EXPERT") and "\x1b[J" not in outside


@pytest.mark.parametrize("size", [(60, 12), (40, 8), (20, 4), (5, 2)])
def test_no_line_is_as_wide_as_the_screen_and_no_picture_as_high(tmp_path: Path, size: tuple[int, int]) -> None:
    root = sit(tmp_path, *(f"expert-{n}" for n in range(12)))
    with live(root, "round", "run", "--with", GOOD, "--jobs", "3", size=size) as it:
        assert it.ends() == 0
        assert max(width(line) for frame in it.frames() for line in frame) < size[0]
        assert max(len(frame) for frame in it.frames()) < size[1]


def test_a_narrower_window_breaks_lines_and_the_next_picture_covers_them(root: Path, slow: str) -> None:
    with live(root, "round", "run", "--with", slow, size=(100, 24)) as it:
        it.until(it.sees("running 0 s"))
        before = len(FRAME.findall(it.sent))
        broken = sum(-(-width(line) // 30) for line in it.screen())
        it.resize(30, 24)
        it.until(lambda: len(FRAME.findall(it.sent)) > before)
        assert int(UP.findall(FRAME.findall(it.sent)[before])[0]) >= broken > 4
        it.until(lambda: all(width(line) < 30 for line in it.screen()))
        assert it.ends() == 0


def test_of_each_round_a_line_stays_and_the_verdict_has_its_own(root: Path) -> None:
    with live(root, "dialogue", "run", "--with", GOOD, "--judge", JUDGE, "--verdict") as it:
        assert it.ends() == 0
        said = [line for frame in it.frames() for line in frame]
        kept = [frame[0] for frame in it.frames() if len(frame) == 1]
        assert [line.partition(" after ")[0] for line in kept] == [
            *(f"✓ round {n} of {ID}: 3 added" for n in range(3)), f"✓ the verdict of {ID}: 1 added",
        ]  # fmt: skip
        assert f"the verdict of {ID}: 0 of 1" in said
        assert "it is decided: a final verdict stands" in it.sent


def test_what_is_interrupted_stays_as_it_stood(root: Path) -> None:
    hangs = script(root, "hangs", "exec sleep 60")
    with live(root, "round", "run", "--with", f"scone={hangs}", "--with", f"muffin={GOOD}") as it:
        it.until(it.sees("✓ muffin"))
        it.until(it.sees("▸ scone"))
        it.type(b"\x03")
        assert it.ends() == 130
        assert it.sees("✓ muffin")() and it.sees("scone   stopped")()
        assert "error" in it.sent.rpartition("\x1b[J")[2] and "asks only who is missing" in it.sent


def test_the_line_about_reading_does_not_write_into_the_rows(root: Path, slow: str) -> None:
    """Without -d all dialogues are listed, which after a second shows how far it is."""
    with terminal(root, "round", "run", "--with", slow, "--jobs", "1") as it:
        assert it.ends() == 0
        assert "dialogues" not in it.sent


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"NO_COLOR": "1"}])
def test_who_wants_no_colour_gets_none(root: Path, env: dict[str, str]) -> None:
    with live(root, "round", "run", "--with", f"muffin={GOOD}", "--with", f"scone={CRASHING}", "--retries", "0", **env) as it:
        assert it.ends() == 1
        assert not STYLE.search(it.sent)
        assert ("\x1b" in it.sent) == ("NO_COLOR" in env)
        assert "scone" in it.sent and "failed" in it.sent


def test_rows_are_for_the_terminal_and_the_answer_for_the_pipe(root: Path) -> None:
    """And a terminal that does not know how large it is, as this one, is one of 80 columns."""
    master, side = pty.openpty()
    words = [sys.executable, "-m", "blue_cli", "round", "run", "--with", GOOD]
    env = {**os.environ, "TERM": "xterm"}
    none, pipe = subprocess.DEVNULL, subprocess.PIPE
    process = subprocess.run(words, cwd=root, stdout=pipe, stderr=side, stdin=none, env=env, timeout=SOON, check=True)
    os.close(side)
    seen = STYLE.sub("", os.read(master, 1 << 16).decode())
    os.close(master)
    assert process.stdout.decode().startswith("muffin\tadded\t")
    assert f"✓ round 0 of {ID}: 2 added" in seen and "EXPERT" not in seen
