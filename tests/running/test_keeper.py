"""The process that tidies up after a blue that could not: killed at random moments, nothing is left of what it had started."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from blue_cli.running import keeper
from blue_cli.running.keeper import TOKEN, Keeper, below, carrying
from blue_cli.running.pool import Pool
from tests.running.calls import ENV, LINUX, alive, beside, children, gone, job, marked, nothing_left, shell, soon

pytestmark = LINUX

STARTS = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from tests.running.calls import shell
from blue_cli.running.pool import Pool
text = sys.argv[1]
jobs = [shell(f"e{{n}}", text, mark=sys.argv[2]) for n in range(int(sys.argv[3]))]
print("ready", flush=True)
with Pool(len(jobs), lambda event: print(event.kind, flush=True)) as pool:
    pool.run(jobs, lambda outcome: [])
print("left", flush=True)
"""
LEAVERS = "setsid sleep 600 & (trap '' TERM HUP; sleep 600) & sleep 600"


def told(process: subprocess.Popen[bytes], lines: int) -> list[bytes]:
    """Its next lines."""
    assert process.stdout
    return [process.stdout.readline().strip() for _ in range(lines)]


def test_killed_while_it_runs_nothing_is_left() -> None:
    with beside(STARTS, LEAVERS, "killed", "3") as process:
        assert told(process, 4) == [b"ready", b"started", b"started", b"started"]
        assert soon(lambda: len(alive("killed")) >= 9)
        process.kill()
    assert gone("killed")


def test_killed_at_random_moments_also_between_a_start_and_its_announcement() -> None:
    """Most of these moments are in the middle of starting twelve commands."""
    dice = random.Random(8)
    for turn in range(8):
        with beside(STARTS, "setsid sleep 600 & exec sleep 600", "random", "12") as process:
            told(process, 1)
            time.sleep(dice.uniform(0, 0.08))
            process.kill()
        assert gone("random"), turn


@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP])
def test_whatever_ends_it_nothing_is_left(number: int) -> None:
    mark = f"signal-{number}"
    with beside(STARTS, LEAVERS, mark, "2") as process:
        told(process, 3)
        process.send_signal(number)
    assert gone(mark)


def test_the_keeper_does_not_go_with_the_terminal() -> None:
    """What the terminal sends goes to the whole group of blue; the keeper is in none of it."""
    with beside(STARTS, LEAVERS, "group", "2", start_new_session=True) as process:
        told(process, 3)
        os.killpg(process.pid, signal.SIGKILL)
    assert gone("group")


def test_when_all_is_well_a_server_stays() -> None:
    with beside(STARTS, "setsid sleep 600 > /dev/null 2>&1 & sleep 0.3", "server", "1") as process:
        assert told(process, 4) == [b"ready", b"started", b"ended", b"left"]
    assert len(alive("server")) == 1
    os.kill(alive("server")[0], signal.SIGKILL)
    assert gone("server")


def test_whoever_reads_from_a_blue_that_was_killed_sees_its_end() -> None:
    """An inherited stdout would keep the reader waiting as long as the keeper, or any command, lives."""
    with beside(STARTS, "exec sleep 600", "reader", "1") as process:
        told(process, 2)
        assert soon(lambda: len(children(process.pid) - {*alive("reader")}) == 1), "in the moment of an exec it has no environment"
        (keeper_pid,) = children(process.pid) - {*alive("reader")}
        for number in ("0", "1", "2"):
            assert not os.path.lexists(f"/proc/{keeper_pid}/fd/{number}")
        assert len(os.listdir(f"/proc/{keeper_pid}/fd")) == 1, "the pipe and nothing else: no lock, no database"
        process.kill()
        assert process.stdout and process.stdout.read() == b""
    assert gone("reader")


def test_a_keeper_that_somebody_has_ended_is_no_reason_to_fail() -> None:
    before = children()
    with nothing_left(), Pool(2) as pool:
        (pid,) = children() - before
        os.kill(pid, signal.SIGKILL)
        assert soon(lambda: Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] == "Z")
        seen = []
        pool.run([shell("a", "true"), shell("b", "true"), shell("c", "true")], lambda outcome: seen.append(outcome.ended) or [])  # type: ignore[func-returns-value]
    assert seen == ["done"] * 3


def test_only_what_carries_the_very_token_is_found() -> None:
    token = "0123abcd"
    env = {**ENV, **marked("token")}
    values = (token, f"{token}.1", f"{token}.1.ef.2", f"{token}1", f"x{token}")
    kept = [subprocess.Popen(["sleep", "600"], env={**env, TOKEN: value}) for value in values]
    kept.append(subprocess.Popen(["sleep", "600"], env={**env, f"X{TOKEN}": token, "Y": f"{TOKEN}={token}"}))
    try:
        pids = [process.pid for process in kept]
        assert soon(lambda: len(alive("token")) == len(kept))
        assert sorted(carrying(token)) == sorted(pids[:3])
        assert sorted(carrying(f"{token}.1")) == sorted(pids[1:3])
        keeper.end((), f"{token}.1")
        assert soon(lambda: [process.poll() for process in kept] == [None, -9, -9, None, None, None])
    finally:
        for process in kept:
            process.kill()
            process.wait()


def test_a_number_that_has_become_anothers_is_left_alone() -> None:
    """Between finding a process and ending it: it no longer carries the token."""
    with subprocess.Popen(["sleep", "600"], env=ENV) as other:
        keeper._kill(other.pid, "0123abcd")
        time.sleep(0.05)
        assert other.poll() is None
        other.kill()


def test_a_run_within_a_run_belongs_to_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, "0123.4")
    assert below("ab") == "0123.4.ab"
    monkeypatch.setenv(TOKEN, "what is no token")
    assert below("ab") == "ab"


def test_a_run_within_a_run_that_was_killed_leaves_nothing(tmp_path: Path) -> None:
    """An expert that runs a round itself: its keeper may be ended before it has tidied up, and the outer one does it then."""
    inner = tmp_path / "inner.py"
    inner.write_text(STARTS)
    with beside(STARTS, f"exec {sys.executable} {inner} 'setsid sleep 600 & exec sleep 600' nested 2", "nested", "2") as process:
        assert soon(lambda: sum(b"sleep" in Path(f"/proc/{p}/cmdline").read_bytes() for p in alive("nested")) >= 8)
        process.kill()
    assert gone("nested")


def test_where_there_are_no_processes_left_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from blue_cli.errors import Unavailable

    def fork() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", fork)
    with nothing_left(), pytest.raises(Unavailable, match="no process can be started: Resource temporarily unavailable"):
        Keeper("ab").__enter__()


def test_what_a_command_gets_names_its_run() -> None:
    seen: list[bytes] = []
    with Pool(1) as pool:
        pool.run([job("x", "printenv", TOKEN), job("y", "printenv", TOKEN)], lambda outcome: seen.append(outcome.out) or [])  # type: ignore[func-returns-value]
    first, second = (value.strip().rpartition(b".") for value in seen)
    assert (first[0], first[2], second[2]) == (second[0], b"1", b"2")
