"""Whole dialogues held by commands, through the real program: killed and called again, interrupted, overtaken, on other stores."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.panel import CRASHING, GOOD, JUDGE, STUBBORN, blue, script, sit
from tests.running.calls import LINUX, alive, gone, marked, soon

PANEL = [f"expert-{n:02}" for n in range(12)]
HOLD = ("dialogue", "run", "--with", GOOD, "--judge", JUDGE, "--verdict", "--jobs", "3")
PASSING = {"created", "basis", "front_matter", "line", "written"}  # moments, digests of moments, and lines that long front matter moves


@contextmanager
def start(root: Path, mark: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """The program, with pipes; ended in the end, whatever became of the test."""
    env = {**os.environ, **marked(mark)}
    command, pipe = [sys.executable, "-m", "blue_cli", *words], subprocess.PIPE
    with subprocess.Popen(command, cwd=root, env=env, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe) as process:
        try:
            yield process
        finally:
            process.kill()


def told(document: Any) -> Any:
    """What an export says, whoever came first: things by their canonical ids, in an order of their own."""
    if isinstance(document, dict):
        passing = PASSING | ({"id", "registered"} if "canonical_id" in document else set())
        return {key: told(value) for key, value in document.items() if key not in passing}
    if isinstance(document, list):
        return sorted((told(one) for one in document), key=lambda one: json.dumps(one, sort_keys=True))
    return nameless(document) if isinstance(document, str) else document


def nameless(text: str) -> str:
    """A text without the display ids in it, which say who came first."""
    return re.sub(r"(?<!-)\b[PTRC][0-9]{4}\b", "X", text)


def exported(root: Path) -> Any:
    return told(blue(root, "export").json)


def bodies(root: Path) -> dict[str, str]:
    """What was written, by its file, without front matter."""
    files = (root / ".blue/dialogues/cache").rglob("*.md")
    return {str(path.relative_to(root)): nameless(path.read_text().split("---\n", 2)[2]) for path in files if not path.name.startswith(".")}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A dialogue of twelve that has just begun, and a copy of it that was held to its verdict in one go."""
    top = tmp_path_factory.mktemp("rounds")
    (top / "begun").mkdir()
    begun = sit(top / "begun", *PANEL)
    shutil.copytree(begun, top / "whole")
    with start(top / "whole", "whole", *HOLD, "--json") as done:
        out, err = done.communicate(timeout=120)
    document = json.loads(out)
    assert done.returncode == 0, err
    assert (document["ended"], [len(each["calls"]) for each in document["rounds"]]) == ("decided", [13, 13, 13])
    assert document["verdict"]["state"] == "added"
    return begun, top / "whole"


@LINUX
def test_twelve_over_three_rounds_to_a_verdict_killed_ten_times_and_called_again(held: tuple[Path, Path], tmp_path: Path) -> None:
    begun, whole = held
    root, dice = tmp_path / "killed", random.Random(88)
    shutil.copytree(begun, root)
    expected, seen = bodies(whole), 0
    for turn in range(10):
        with start(root, "killed", *HOLD, "--events") as process:
            assert process.stdout
            for _ in range(dice.randrange(2, 10)):
                assert process.stdout.readline(), f"it was over before kill {turn}"
            time.sleep(dice.uniform(0, 0.02))
            process.kill()
            process.stdout.close()
        assert gone("killed"), "a process is left behind"
        assert blue(root, "check", "--strict").status == 0
        now = bodies(root)
        del now[".blue/dialogues/cache/dialogue.md"]
        assert now.items() <= expected.items() and len(now) >= seen, "nothing half written, nothing lost"
        seen = len(now)
    assert 10 < seen < len(expected), "the kills came while it was under way"
    with start(root, "killed", *HOLD) as process:
        assert process.wait(120) == 0
    assert gone("killed", 1) and blue(root, "check", "--strict").status == 0
    assert exported(root) == exported(whole)
    assert bodies(root) == expected


def test_the_order_in_which_they_are_ready_changes_no_more_than_display_ids(held: tuple[Path, Path], tmp_path: Path) -> None:
    begun, whole = held
    root = tmp_path / "shuffled"
    shutil.copytree(begun, root)
    late = script(tmp_path, "late", f"case $BLUE_EXPERT in *[05]) sleep 0.3 ;; *[27]) sleep 0.15 ;; esac; exec {GOOD}")
    assert blue(root, *HOLD[:3], late, *HOLD[4:-1], "12").status == 0
    assert exported(root) == exported(whole)


# --- broken off ------------------------------------------------------------------------------------------------------


@LINUX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_what_was_started_and_keeps_what_was_answered(tmp_path: Path, number: signal.Signals) -> None:
    root, mark = sit(tmp_path), number.name
    hanging = script(tmp_path, "hanging", "cat > /dev/null; setsid sleep 600 & sleep 600")
    with start(root, mark, "round", "run", "--with", GOOD, "--with", f"scone={hanging}") as process:
        assert process.stdout and process.stderr
        assert soon(lambda: (root / ".blue/dialogues/cache/round-0/muffin.md").exists() and len(alive(mark)) >= 4)
        process.send_signal(number)
        err = process.stderr.read().decode()
        assert process.wait(60) == 130
    assert gone(mark, 1)
    assert "interrupted" in err and "Traceback" not in err and "asks only who is missing" in err
    assert blue(root, "check", "--strict").status == 0 and len(bodies(root)) == 2
    again = blue(root, "round", "run", "--with", GOOD, "--json").json
    assert [call["expert"] for call in again["calls"]] == ["scone"] and again["written_before"] == ["muffin"]


@LINUX
def test_a_second_ctrl_c_does_not_break_off_the_tidying_up_of_the_first(tmp_path: Path) -> None:
    root = sit(tmp_path)
    with start(root, "twice", "round", "run", "--with", STUBBORN) as process:
        assert soon(lambda: len(alive("twice")) >= 8)
        for _ in range(3):
            process.send_signal(signal.SIGINT)
            time.sleep(0.1)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 130 and b"Traceback" not in err
    assert gone("twice", 1)


@LINUX
def test_when_nobody_reads_any_more_everything_ends(tmp_path: Path) -> None:
    """`blue round run --events | head -1`."""
    root = sit(tmp_path)
    loud = script(tmp_path, "loud", "while :; do echo talk >&2; sleep 0.02; done")
    with start(root, "pipe", "round", "run", "--events", "--with", loud) as process:
        assert process.stdout and process.stderr
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read()
        process.wait()
    assert gone("pipe", 1) and b"Traceback" not in err


# --- somebody else writes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["files", "sqlite"])
def test_who_writes_by_hand_while_a_command_thinks_is_not_overwritten(tmp_path: Path, where: str) -> None:
    root = tmp_path / "w"
    (root / ".blue").mkdir(parents=True)
    at: Sequence[str] = ()
    if where == "sqlite":
        at = ("--store", f"sqlite:///{tmp_path / 'store.db'}")
        assert blue(root, "store", "init", *at).status == 0
        people = ("--expert", "muffin:A", "--expert", "scone:B")
        assert blue(root, "dialogue", "new", "Cache", "--id", "cache", *people, *at).status == 0
    else:
        sit(root)
    thinking = script(tmp_path, "thinking", f"touch {tmp_path}/asked; while [ ! -e {tmp_path}/go ]; do sleep 0.01; done; exec {GOOD}")
    (tmp_path / "scone.md").write_text("[CLAIM C01: by hand]\n")
    with start(root, where, "round", "run", "--json", "--with", GOOD, "--with", f"scone={thinking}", "-d", "cache", *at) as process:
        assert soon((tmp_path / "asked").exists)
        assert blue(root, "round", "add", str(tmp_path / "scone.md"), "-d", "cache", *at).status == 0
        (tmp_path / "go").touch()
        out, err = process.communicate(timeout=60)
    calls = {call["expert"]: call for call in json.loads(out)["calls"]}
    assert process.returncode == 0, err  # everybody has written
    assert (calls["muffin"]["state"], calls["scone"]["state"]) == ("added", "overtaken") and "already" in calls["scone"]["why"]
    assert blue(root, "claims", "list", "-d", "cache", "--columns", "label", *at).out == "by hand\n"
    assert blue(root, "check", "--strict", *at).status == 0


def test_a_whole_dialogue_in_sqlite(tmp_path: Path) -> None:
    at = ("--store", f"sqlite:///{tmp_path / 'store.db'}", "-d", "cache")
    (tmp_path / ".blue").mkdir()
    assert blue(tmp_path, "store", "init", *at[:2]).status == 0
    assert blue(tmp_path, "dialogue", "new", "Cache", "--id", "cache", "--expert", "muffin:A", "--expert", "scone:B", *at[:2]).status == 0
    broken = blue(tmp_path, "dialogue", "run", "--with", GOOD, "--with", f"scone={CRASHING}", "--retries", "0", *at)
    assert broken.status == 1 and "scone: failed" in broken.err
    assert blue(tmp_path, *HOLD, *at).status == 0
    assert blue(tmp_path, "verdicts", "list", "--columns", "recommendation", *at).out == "A small cache in each process\n"
    assert not [*(tmp_path / ".blue").iterdir()]
