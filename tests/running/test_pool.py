"""Commands side by side: order, pipes, limits and ends."""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import time
from pathlib import Path

import pytest

from blue_cli.running import pool as pools
from blue_cli.running.job import DONE, ERROR_LIMIT, FAILED, FLOOD, MISSING, OUTPUT_LIMIT, TIMEOUT, Job, Outcome
from blue_cli.running.pool import Pool
from tests.running.calls import EXPERTS, LINUX, Watched, alive, gone, job, nothing_left, one, python, run, shell, soon

pytestmark = LINUX


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "PATIENCE", 0.3)


# --- order and width -------------------------------------------------------------------------------------------------


def test_never_more_than_the_width_at_once_and_in_the_order_they_were_given(tmp_path: Path) -> None:
    text = f"touch {tmp_path}/$$; ls {tmp_path} | wc -l; sleep 0.05; rm {tmp_path}/$$"
    seen = run(*(shell(f"e{n}", text) for n in range(9)), width=3)
    counts = [int(outcome.out) for outcome in seen.outcomes.values()]
    assert len(counts) == 9 and max(counts) in (2, 3)
    assert [event.name for event in seen.events if event.kind == "started"] == [f"e{n}" for n in range(9)]


def test_as_many_as_wanted_run_side_by_side() -> None:
    begun = time.monotonic()
    run(*(shell(f"e{n}", "sleep 0.4") for n in range(12)), width=12)
    assert time.monotonic() - begun < 12 * 0.4 / 2


def test_what_an_outcome_asks_for_goes_before_what_waits() -> None:
    order: list[str] = []

    def answered(outcome: Outcome) -> list[Job]:
        order.append(outcome.job.name)
        return [shell("again-1", "true"), shell("again-2", "true")] if outcome.job.name == "first" else []

    with nothing_left(), Pool(1) as pool:
        pool.run([shell("first", "true"), shell("last", "true")], answered)
    assert order == ["first", "again-1", "again-2", "last"]


def test_a_pool_runs_again_and_again() -> None:
    seen = Watched()
    with nothing_left(), Pool(2, seen.events.append) as pool:
        for name in ("a", "b", "c"):
            pool.run([shell(name, f"echo {name}")], seen.answered)
    assert [seen.outcomes[name].out for name in "abc"] == [b"a\n", b"b\n", b"c\n"]


def test_fifty_quick_ones_leave_nothing_open() -> None:
    seen = run(*(shell(f"e{n}", "cat", stdin=b"%d" % n) for n in range(50)), width=8)
    assert [seen.outcomes[f"e{n}"].out for n in range(50)] == [b"%d" % n for n in range(50)]


# --- pipes -----------------------------------------------------------------------------------------------------------


def test_megabytes_are_given_and_taken_at_once() -> None:
    """More than any pipe holds in both directions: a program that wrote first and read then would wait for ever."""
    data = os.urandom(5_000_000)
    seen = run(job("echo", "cat", stdin=data[:OUTPUT_LIMIT]), job("sum", "sha256sum", stdin=data))
    assert seen.outcomes["echo"].out == data[:OUTPUT_LIMIT]
    assert seen.outcomes["sum"].out.split()[0].decode() == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("text", ["echo done", "exec 0<&-; echo done", "head -c 1 > /dev/null; echo done"])
def test_one_that_does_not_want_to_read_is_none_the_worse(text: str) -> None:
    outcome = one(shell("deaf", text, stdin=b"x" * 3_000_000))
    assert (outcome.ended, outcome.out) == (DONE, b"done\n")


def test_one_that_never_reads_nor_ends_is_ended_in_time() -> None:
    outcome = one(shell("deaf", "exec sleep 600", stdin=b"x" * 3_000_000, timeout=0.2))
    assert outcome.ended == TIMEOUT and outcome.seconds < 5


def test_standard_error_is_told_as_it_comes_and_its_end_is_kept() -> None:
    seen = run(shell("talker", "echo one >&2; echo two >&2; echo out"))
    assert (seen.said("talker"), seen.outcomes["talker"].err) == (b"one\ntwo\n", b"one\ntwo\n")
    assert seen.outcomes["talker"].out == b"out\n"


def test_of_much_on_standard_error_the_end_is_kept_and_the_beginning_told() -> None:
    seen = run(shell("talker", "seq 1000000 1300000 >&2"))
    outcome = seen.outcomes["talker"]
    assert len(outcome.err) == ERROR_LIMIT and outcome.err.endswith(b"1300000\n")
    assert seen.said("talker").startswith(b"1000000\n") and len(seen.said("talker")) <= OUTPUT_LIMIT


@pytest.mark.parametrize("stream", [1, 2])
def test_without_end_it_is_ended_and_memory_stays_bounded(stream: int) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcome = one(shell("flood", f"exec cat /dev/zero >&{stream}", timeout=0.5))
    assert outcome.ended == (FLOOD if stream == 1 else TIMEOUT)
    assert len(outcome.out) == (OUTPUT_LIMIT if stream == 1 else 0) and len(outcome.err) <= ERROR_LIMIT
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000, "kilobytes"


def test_as_much_as_is_allowed_is_no_flood() -> None:
    outcome = one(shell("full", f"head -c {OUTPUT_LIMIT} /dev/zero"))
    assert (outcome.ended, len(outcome.out)) == (DONE, OUTPUT_LIMIT)
    outcome = one(shell("more", f"head -c {OUTPUT_LIMIT + 1} /dev/zero"))
    assert (outcome.ended, len(outcome.out)) == (FLOOD, OUTPUT_LIMIT)


def test_one_that_closes_its_pipes_and_goes_on_is_waited_for() -> None:
    seen = run(shell("quiet", "echo said; exec 1>&- 2>&-; sleep 0.6; exit 4"))
    outcome = seen.outcomes["quiet"]
    assert (outcome.ended, outcome.status, outcome.out) == (FAILED, 4, b"said\n") and outcome.seconds >= 0.6
    assert seen.beats < 100, "it is not looked at all the time"


# --- ends ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "ended", "status"),
    [("exit 0", DONE, 0), ("exit 3", FAILED, 3), ("kill -KILL $$", FAILED, -9), ("kill -TERM $$", FAILED, -15), ("exit 255", FAILED, 255)],
)
def test_how_it_ended(text: str, ended: str, status: int) -> None:
    outcome = one(shell("x", f"echo half; {text}"))
    assert (outcome.ended, outcome.status, outcome.out) == (ended, status, b"half\n")


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (job("x", "/nonexistent/program"), b"No such file"), (job("x", "a\0b"), b"null"),
        (job("x", "cat", cwd="/dev/null/nowhere"), b"Not a dir"),
        (job("x", "/"), b"ermission denied"), (job("x", str(EXPERTS / "README.md")), b"ermission denied"),
        (job("x", "cat", "\ud800"), b"encode"), (job("x", *["y" * 100_000] * 50), b"too long"),
        (job("x", "cat", **{"A=B": "c"}), b"illegal"),
    ],
)  # fmt: skip
def test_what_cannot_be_started_says_why_and_keeps_nobody_from_running(made: Job, why: bytes) -> None:
    seen = run(made, shell("next", "echo here"), width=1)
    outcome = seen.outcomes["x"]
    assert (outcome.ended, outcome.status) == (MISSING, None) and why in outcome.err
    assert seen.outcomes["next"].out == b"here\n"


def test_after_its_time_it_is_asked_and_may_still_tidy_up() -> None:
    text = "trap 'echo tidied; exit 0' TERM; echo begun; while :; do sleep 0.05; done"
    outcome = one(shell("slow", text, timeout=0.3))
    assert (outcome.ended, outcome.out) == (TIMEOUT, b"begun\ntidied\n")


def test_one_that_ignores_being_asked_is_ended_with_all_it_started() -> None:
    outcome = one(job("stubborn", str(EXPERTS / "stubborn"), timeout=0.2, mark="stubborn"))
    assert (outcome.ended, outcome.status) == (TIMEOUT, -signal.SIGKILL)
    assert 0.5 <= outcome.seconds < 5 and gone("stubborn", 1)


def test_what_left_the_group_goes_too_when_time_is_over() -> None:
    outcome = one(shell("leaver", "setsid sleep 600 & setsid sleep 600 & exec sleep 600", timeout=0.5, mark="leaver"))
    assert outcome.ended == TIMEOUT and gone("leaver", 1)


def test_what_it_left_in_its_group_goes_when_it_ends() -> None:
    outcome = one(shell("parent", "sleep 600 & echo done", mark="parent"))
    assert (outcome.ended, outcome.out) == (DONE, b"done\n")
    assert outcome.seconds < 5 and gone("parent", 1), "although it held the pipe open"


def test_a_server_that_it_left_on_purpose_stays() -> None:
    """`ollama run` starts its server, which is none of our business; though it holds the pipe, the answer is taken."""
    begun = time.monotonic()
    outcome = one(shell("client", "setsid sleep 600 & sleep 0.3; echo done", mark="server"))
    assert (outcome.ended, outcome.out) == (DONE, b"done\n") and time.monotonic() - begun < 5
    (server,) = alive("server")
    os.kill(server, signal.SIGKILL)
    assert gone("server")


def test_one_that_nobody_may_end_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a command that runs as somebody else, which a signal of ours does not reach."""
    monkeypatch.setattr("blue_cli.running.process.os.killpg", lambda group, number: None)
    monkeypatch.setattr(pools, "end", lambda groups, token: None)
    seen = Watched()
    with Pool(1) as pool:
        pool.run([shell("sudo", "exec sleep 600", timeout=0.1, mark="sudo")], seen.answered)
    assert (seen.outcomes["sudo"].ended, seen.outcomes["sudo"].status) == (TIMEOUT, None) and seen.outcomes["sudo"].seconds < 3
    (left,) = alive("sudo")
    assert not gone("sudo", 0.1)
    os.waitpid(left, 0)


def test_the_terminal_is_not_its_own() -> None:
    text = "import os\nprint(os.getsid(0) == os.getpid() == os.getpgid(0))\ntry: open('/dev/tty')\nexcept OSError: print('none')"
    assert one(python("x", text)).out == b"True\nnone\n"


def test_where_the_end_of_children_is_ignored_it_is_known_all_the_same() -> None:
    """SIGCHLD ignored by who started us: the kernel would forget how a command ended."""
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        seen = run(shell("x", "exit 3"), shell("y", "exit 0"))
        assert signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGCHLD, before)
    assert [seen.outcomes[name].status for name in "xy"] == [3, 0]


def test_where_there_is_no_way_to_look_at_the_end_without_reaping(monkeypatch: pytest.MonkeyPatch) -> None:
    """macOS before Python 3.13."""
    monkeypatch.delattr(os, "waitid")
    stubborn = job("stubborn", str(EXPERTS / "stubborn"), timeout=0.3, mark="reap")
    jobs = [shell("parent", "sleep 600 & echo done", mark="reap"), shell("x", "exit 3", mark="reap"), stubborn]
    seen = run(*jobs)
    assert [(seen.outcomes[made.name].ended, seen.outcomes[made.name].status) for made in jobs] == [(DONE, 0), (FAILED, 3), (TIMEOUT, -9)]
    assert gone("reap", 1)


# --- broken off ------------------------------------------------------------------------------------------------------


class Breaking:
    """Somebody who watches and raises: a KeyboardInterrupt, as by Ctrl-C in the middle, or any other error."""

    def __init__(self, when: str, error: type[BaseException] = KeyboardInterrupt) -> None:
        self.when = when
        self.error = error

    def tell(self, event: object) -> None:
        if getattr(event, "kind", "") == self.when:
            raise self.error

    def beat(self) -> None:
        if self.when == "beat":
            raise self.error

    def answered(self, outcome: Outcome) -> list[Job]:
        if self.when == "answered":
            raise self.error
        return []


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
@pytest.mark.parametrize("when", ["started", "said", "ended", "answered", "beat"])
def test_whatever_is_raised_in_between_everything_is_ended(when: str, error: type[BaseException]) -> None:
    mark = f"break-{when}-{error.__name__}"
    jobs = [
        shell("quick", "echo talk >&2; sleep 0.2", mark=mark),
        shell("leaver", "setsid sleep 600 & sleep 600", mark=mark),
        shell("sleeper", "sleep 600 | sleep 600", mark=mark),
    ]
    breaking = Breaking(when, error)
    with nothing_left(), pytest.raises(error), Pool(3, breaking.tell, breaking.beat) as pool:
        pool.run(jobs, breaking.answered)
    assert gone(mark, 1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_while_it_waits(number: int) -> None:
    """A real signal, in the middle of `select`."""

    def raising(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(number, raising)
    try:
        with nothing_left(), pytest.raises(KeyboardInterrupt), Pool(2) as pool:
            killer = python("killer", f"import os, time; time.sleep(0.3); os.kill({os.getpid()}, {int(number)})", mark="ctrl-c")
            pool.run([shell("sleeper", "sleep 600", mark="ctrl-c"), killer], lambda outcome: [])
    finally:
        signal.signal(number, before)
    assert gone("ctrl-c", 1)


def test_a_second_ctrl_c_means_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a command that ignores being asked is waited for; and it does not break off the tidying up."""
    monkeypatch.setattr(pools, "PATIENCE", 30.0)
    ignoring = "trap '' TERM; setsid sleep 600 & while :; do sleep 0.1; done"
    killer = f"import os, time, signal\nsignal.signal(15, 1)\nfor n in range(9): time.sleep(0.3); os.kill({os.getpid()}, 2)"
    jobs = [*(shell(f"stubborn-{n}", ignoring, mark="second") for n in range(3)), python("killer", killer, mark="second")]
    begun = time.monotonic()
    with nothing_left(), pytest.raises(KeyboardInterrupt), Pool(4) as pool:
        pool.run(jobs, lambda outcome: [])
    assert time.monotonic() - begun < 10 and gone("second", 1)


def test_ctrl_c_at_any_moment_of_a_start() -> None:
    """Signals as fast as they come, while commands are started and end: each time all of them are gone."""
    before = signal.signal(signal.SIGALRM, lambda number, frame: os.kill(os.getpid(), signal.SIGINT))
    try:
        for turn in range(16):
            with nothing_left():
                try:
                    with Pool(4) as pool:
                        signal.setitimer(signal.ITIMER_REAL, 0.001 * (turn + 1))
                        pool.run([shell(f"e{n}", "sleep 600", mark="any") for n in range(6)], lambda outcome: [])
                except KeyboardInterrupt:
                    pass
            assert soon(lambda: not alive("any"), 1), turn
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
