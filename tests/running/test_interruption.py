"""Ctrl-C held back: noted inside, raised at the end, and everything as it was afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import threading

import pytest

from blue_cli.running.interruption import SIGNALS, held
from tests.running.calls import LINUX


def test_what_comes_inside_is_raised_at_the_end() -> None:
    reached = []
    with pytest.raises(KeyboardInterrupt), held() as came:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        reached.append(len(came))
    assert reached == [2] or reached == [1], "two of the same may be one"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_one_within_another_raises_at_the_end_of_the_outer() -> None:
    reached = 0
    with pytest.raises(KeyboardInterrupt), held():
        with held():
            os.kill(os.getpid(), signal.SIGINT)
            reached += 1
        reached += 1
    assert reached == 2


def test_an_error_inside_and_nothing_else_passes_as_it_is() -> None:
    with pytest.raises(RuntimeError), held():
        raise RuntimeError
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler and not signal.pthread_sigmask(signal.SIG_BLOCK, ())


@pytest.mark.parametrize("handler", [signal.SIG_IGN, signal.SIG_DFL])
def test_who_ignores_a_signal_goes_on_ignoring_it(handler: signal.Handlers) -> None:
    before = signal.signal(signal.SIGHUP, handler)
    try:
        with held():
            assert signal.getsignal(signal.SIGHUP) == handler
    finally:
        signal.signal(signal.SIGHUP, before)


@LINUX
def test_a_process_started_inside_blocks_nothing() -> None:
    with held():
        text = subprocess.run(["cat", "/proc/self/status"], capture_output=True, check=True).stdout.decode()
    assert int(text.partition("SigBlk:")[2].split()[0], 16) == 0
    assert not int(text.partition("SigIgn:")[2].split()[0], 16) & sum(1 << (number - 1) for number in SIGNALS)


def test_in_another_thread_there_is_nothing_to_hold() -> None:
    def inside() -> None:
        with held() as came:
            found.append([*came])

    found: list[list[int]] = []
    thread = threading.Thread(target=inside)
    thread.start()
    thread.join()
    assert found == [[]]
