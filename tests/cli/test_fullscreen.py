"""How a frame gets onto a terminal: in one write, and no more of it than changed."""

from __future__ import annotations

import os
import pty
import termios
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.cli import fullscreen
from blue_cli.cli.fullscreen import BEGIN, END, ENTER, LEAVE, Fullscreen
from tests.cli.terminal import FRAME, ROW


class Recorder:
    """A terminal that takes so many bytes a write."""

    def __init__(self, most: int = 1 << 20) -> None:
        self.writes: list[bytes] = []
        self._most = most

    def write(self, fd: int, data: bytes) -> int:
        self.writes.append(data[: self._most])
        return len(self.writes[-1])


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    made = Recorder()
    monkeypatch.setattr(fullscreen.os, "write", made.write)
    return made


@pytest.fixture
def sides() -> Iterator[tuple[int, int]]:
    master, side = pty.openpty()
    yield master, side
    for fd in (master, side):
        os.close(fd)


def test_a_frame_is_one_write(recorder: Recorder) -> None:
    screen = Fullscreen(1, None, "utf-8")
    screen.draw(["one", "two", "thrée"] * 20)
    screen.draw(["one", "2", "thrée"] * 20)
    assert len(recorder.writes) == 2
    assert all(data.startswith(BEGIN.encode()) and data.endswith(END.encode()) for data in recorder.writes)


def test_only_the_lines_that_changed_are_sent_and_none_when_none_did(recorder: Recorder) -> None:
    screen = Fullscreen(1, None, "utf-8")
    screen.draw(["one", "two", "three"])
    screen.draw(["one", "2", "three"])
    screen.draw(["one", "2", "three"])
    assert recorder.writes[1:] == [f"{BEGIN}\x1b[2;1H\x1b[0m\x1b[K2{END}".encode()]
    screen.forget()
    screen.draw(["one", "2", "three"])
    assert len(ROW.findall(recorder.writes[-1].decode())) == 3


@given(st.lists(st.lists(st.sampled_from(["", "a", "b", "\x1b[1mbold\x1b[0m"]), min_size=4, max_size=4), min_size=1, max_size=6))
def test_what_is_seen_is_the_last_frame_whatever_was_seen_before(frames: list[list[str]]) -> None:
    written = Recorder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fullscreen.os, "write", written.write)
        screen = Fullscreen(1, None, "utf-8")
        for frame in frames:
            screen.draw(frame)
    seen: dict[int, str] = {}
    for body in FRAME.findall(b"".join(written.writes).decode()):
        _, *pairs = ROW.split(body)
        seen |= {int(row): text for row, text in zip(pairs[::2], pairs[1::2], strict=True)}
    assert [seen[row] for row in range(1, 5)] == frames[-1]


def test_a_terminal_that_takes_a_little_at_a_time_gets_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Recorder(7)
    monkeypatch.setattr(fullscreen.os, "write", slow.write)
    Fullscreen(1, None, "utf-8").draw(["a line that is longer than seven"])
    assert b"".join(slow.writes).decode() == f"{BEGIN}\x1b[1;1H\x1b[0m\x1b[Ka line that is longer than seven{END}"


def test_what_an_encoding_lacks_is_a_question_mark(recorder: Recorder) -> None:
    Fullscreen(1, None, "ascii").draw(["thrée 🧁"])
    assert b"thr?e ?" in recorder.writes[0]


def test_a_terminal_is_given_back_as_it_was(sides: tuple[int, int]) -> None:
    master, side = sides
    before = termios.tcgetattr(side)
    screen = Fullscreen(side, side, "utf-8")
    screen.take()
    during = termios.tcgetattr(side)
    assert not during[3] & (termios.ECHO | termios.ICANON) and during[3] & termios.ISIG
    screen.take()  # as after a stop: what is given back is still what was there first
    screen.give_back()
    screen.give_back()
    assert termios.tcgetattr(side) == before
    wanted, shown = ENTER + ENTER + LEAVE, ""
    while len(shown) < len(wanted):  # a terminal hands over what it has, which may be less
        shown += os.read(master, 4096).decode()
    assert shown == wanted


def test_a_terminal_that_is_gone_is_given_back_without_a_word() -> None:
    master, side = pty.openpty()
    screen = Fullscreen(side, side, "utf-8")
    screen.take()
    os.close(master)
    screen.give_back()
    os.close(side)


def test_a_terminal_without_a_size_has_an_ordinary_one(sides: tuple[int, int]) -> None:
    termios.tcsetwinsize(sides[1], (0, 0))
    assert Fullscreen(sides[1], None, "utf-8").size() == (80, 24)
    termios.tcsetwinsize(sides[1], (7, 33))
    assert Fullscreen(sides[1], None, "utf-8").size() == (33, 7)
