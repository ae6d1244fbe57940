"""When a change is seen, and what ends the wait. The clock here only counts; processes and terminals are in `test_watch`."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.cli.watching import CALM, CHANGED, PATIENCE, QUIT, RESIZED, RESUMED, SHARE, Ended, ask_now, follow, listening, looker
from blue_cli.config import Config
from blue_cli.errors import Locked, NotFound, Unavailable
from blue_cli.stores.memory import MemoryStore
from blue_cli.workspace import Workspace
from tests.stores.contract import MUFFIN, UID, told


class Time:
    """What is seen at each look, and when; a look costs `cost` seconds. Ends when there is nothing more to see."""

    def __init__(self, looks: list[str], cost: float = 0.0, heard: dict[int, str] | None = None) -> None:
        self.now, self.waits = 0.0, list[float]()
        self._looks, self._cost, self._heard = iter(looks), cost, heard or {}
        self.over = False

    def look(self) -> str:
        self.now += self._cost
        try:
            self._last = next(self._looks)
        except StopIteration:
            self.over = True
        return self._last

    def wait(self, seconds: float) -> str:
        self.waits.append(seconds)
        self.now += seconds
        return QUIT if self.over else self._heard.get(len(self.waits), "")

    def said(self, known: str = "a", interval: float = 1.0) -> list[str]:
        return list(follow(self.look, known, self.wait, interval, lambda: self.now))


def test_a_change_is_said_once() -> None:
    assert Time(["a", "a", "b", "b", "b", "c", "c"]).said() == [CHANGED, CHANGED]
    assert Time(["a", "a", "a"]).said() == []


def test_what_changed_before_the_first_look_is_a_change() -> None:
    assert Time(["b", "b"]).said(known="a") == [CHANGED]


def test_several_files_of_one_act_are_one_change() -> None:
    time = Time(["b", "c", "d", "d", "d"])
    assert time.said() == [CHANGED]
    assert time.waits[:3] == [CALM] * 3


def test_whoever_never_rests_is_shown_all_the_same() -> None:
    time = Time([str(n) for n in range(100)])
    changes = follow(time.look, "", time.wait, 1.0, lambda: time.now)
    next(changes)
    assert time.now <= PATIENCE + CALM


@given(st.floats(0, 5), st.floats(0.05, 10))
def test_looking_takes_no_more_than_its_share_of_the_time(cost: float, interval: float) -> None:
    time = Time(["a"] * 20, cost)
    time.said(interval=interval)
    assert all(wait >= max(interval, SHARE * cost * 0.999) for wait in time.waits)


def test_what_is_heard_is_handed_on_and_quit_ends_it() -> None:
    assert Time(["a"] * 9, heard={2: RESIZED, 4: QUIT}).said() == [RESIZED]
    assert Time(["b", "b", "b"], heard={1: RESIZED, 2: QUIT}).said() == [CHANGED, RESIZED]


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=30))
def test_what_is_there_at_last_is_always_shown(looks: list[str]) -> None:
    """Whatever comes in between: the last picture was drawn after the last change."""
    time = Time(looks)
    drawn = "a"
    for heard in follow(time.look, "a", time.wait, 1.0, lambda: time.now):
        assert heard == CHANGED
        drawn = time._last
    assert drawn == looks[-1]


def test_a_look_at_what_cannot_be_looked_at_is_a_look_too() -> None:
    store = MemoryStore()
    look = looker(store, UID)
    gone = look()
    store.create(UID, "one", told(UID))
    there = look()
    store.commit(UID, store.load(UID).version, {MUFFIN: b"x"})
    assert len({gone, there, look()}) == 3

    class Down(MemoryStore):
        def load(self, uid: str) -> object:  # type: ignore[override]  # it never answers
            raise Unavailable("no network")

    assert looker(Down(), UID)() not in (gone, there)
    assert NotFound.code in gone


def test_nobody_is_asked_for_a_passphrase_once_the_watch_has_begun() -> None:
    sits, alone = Workspace("/", Config({}), None, ()), Workspace("/", Config({}), None, ())
    sits.ask = lambda prompt: "typed"
    begun = ask_now(sits)
    assert sits.ask and sits.ask("passphrase: ") == "typed"
    begun()
    with pytest.raises(Locked, match="another passphrase"):
        sits.ask("passphrase: ")
    ask_now(alone)()
    assert alone.ask is None


# --- what is heard --------------------------------------------------------------------------------------------------------


@pytest.fixture
def keys() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    for fd in (reading, writing):
        os.close(fd)


@pytest.mark.parametrize(
    ("typed", "heard"),
    [(b"q", QUIT), (b"\x04", QUIT), (b"x", ""), (b"\x1b[A\x1bOq\x1bq", ""), (b"\x1b[<64;1;1Mq", QUIT), (b"\x0c", RESUMED)],
)
def test_keys(keys: tuple[int, int], typed: bytes, heard: str) -> None:
    os.write(keys[1], typed)
    with listening(keys[0]) as ear:
        assert ear.wait(5) == heard
        assert ear.wait(0) == ""


def test_a_reader_who_goes_away_is_heard_without_anything_being_written() -> None:
    reading, writing = os.pipe()
    with listening(out=writing) as ear:
        assert ear.wait(0.01) == ""
        os.close(reading)
        assert ear.wait(5) == QUIT
    os.close(writing)


def test_signals_are_heard_and_afterwards_as_before(keys: tuple[int, int]) -> None:
    before = [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGHUP, signal.SIGWINCH, signal.SIGTSTP)]
    with listening(keys[0]) as ear:
        os.kill(os.getpid(), signal.SIGWINCH)
        assert ear.wait(5) == RESIZED
        with pytest.raises(Ended) as end:
            os.kill(os.getpid(), signal.SIGTERM)
            select.select([], [], [], 1)
        assert end.value.number == signal.SIGTERM
    assert [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGHUP, signal.SIGWINCH, signal.SIGTSTP)] == before
    assert signal.set_wakeup_fd(-1) == -1


def test_who_was_told_to_ignore_a_hangup_goes_on_ignoring_it(keys: tuple[int, int]) -> None:
    """nohup blue watch."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with listening(keys[0]):
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
