"""`blue round run` and `blue dialogue run` as somebody sees them who called them: real commands, in a pipe."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import published
from tests.cli.panel import CORRIGIBLE, CRASHING, GOOD, HANGING, ID, JUDGE, SORRY, blue, events, script, sit


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return sit(tmp_path)


# --- a round ----------------------------------------------------------------------------------------------------------


def test_a_line_for_everybody_who_was_asked(root: Path) -> None:
    said = blue(root, "round", "run", "--with", GOOD, "--jobs", "1")
    assert said.status == 0
    for line, slug in zip(said.out.splitlines(), ("muffin", "scone"), strict=True):
        expert, state, brought, tries, seconds, sent, received, status, why, path = line.split("\t")
        assert (expert, state, brought) == (slug, "added", "1 perspective, 1 tension, 1 recommendation, 1 ref")
        assert (tries, status, why, path) == ("1", "0", "", f".blue/dialogues/{ID}/round-0/{slug}.md")
        assert float(seconds) < 60 and int(sent) > 1000 and 100 < int(received) < 1000
    assert said.err.splitlines()[0] == f"round 0 of {ID}: asking muffin, scone"


def test_the_same_call_again_asks_nobody(root: Path) -> None:
    blue(root, "round", "run", "--with", GOOD)
    said = blue(root, "round", "run", "--with", GOOD, "--round", "0")
    assert (said.status, said.out) == (0, "")
    assert "everybody has written in round 0" in said.err


def test_who_has_not_written_is_1_and_what_their_command_said_is_shown(root: Path) -> None:
    said = blue(root, "round", "run", "--with", f"muffin={GOOD}", "--with", f"scone={CRASHING}", "--retries", "0")
    assert said.status == 1
    assert "muffin: added after" in said.err and "scone: failed after" in said.err
    assert "scone says: the model is overloaded" in said.err
    assert "hint: scone said: the model is overloaded" in said.err
    assert "the same call again asks only who is missing: scone" in said.err


def test_a_program_that_is_found_missing_only_when_its_name_is_whole_is_named(root: Path) -> None:
    said = blue(root, "round", "run", "--with", "./{expert}.sh", "--for", "muffin")
    assert said.status == 1
    assert "muffin: failed after 0.0 s: ./muffin.sh cannot be started: No such file or directory\n" in said.err
    assert "muffin said" not in said.err


def test_standard_error_of_a_command_drives_no_terminal_and_fills_none(root: Path) -> None:
    line = "printf '\\033[2J\\302\\2332J\\342\\200\\256%s\\n' $i >&2"
    loud = script(root, "loud", f"i=0; while [ $i -lt 99 ]; do {line}; i=$((i+1)); done; exit 3")
    said = blue(root, "round", "run", "--with", loud, "--retries", "0", "--for", "muffin")
    assert not set(said.err) & set("\x1b\x9b\u202e")
    assert said.err.count("muffin says: \\x9b2J\\u202e") == 8 and "muffin says more\n" in said.err
    assert len(blue(root, "round", "run", "--with", loud, "--retries", "0", "--json").json["calls"][0]["stderr"].splitlines()) == 99


def test_quiet_leaves_the_answer_alone(root: Path) -> None:
    said = blue(root, "round", "run", "--with", GOOD, "-q")
    assert (said.status, said.err, len(said.out.splitlines())) == (0, "", 2)


def test_a_kept_answer_is_mended_and_added_by_the_command_that_is_shown(root: Path) -> None:
    said = blue(root, "round", "run", "--with", SORRY, "--for", "muffin", "--retries", "0")
    hint = next(line for line in said.err.splitlines() if "is kept" in line)
    words = shlex.split(hint.partition("then: ")[2])
    kept = Path(words[3])
    assert f"{kept}:1:1: error[missing-field]: the answer has no marker" in said.err  # a place to click on
    kept.write_text(kept.read_text() + "\n[PERSPECTIVE P01: In other words]\n")
    assert blue(root, *words[1:]).status == 0
    kept.unlink()


def test_a_rehearsal_starts_nothing(root: Path) -> None:
    trap = script(root, "trap", "touch started")
    said = blue(root, "round", "run", "--with", trap, "--judge", trap, "--dry-run")
    rows = [line.split("\t") for line in said.out.splitlines()]
    assert [(row[0], row[1] != "") for row in rows] == [("muffin", True), ("scone", True), ("judge", False)]
    assert not (root / "started").exists()


def test_what_the_judge_would_read_is_known_once_the_panel_has_written(root: Path) -> None:
    blue(root, "round", "run", "--with", GOOD)
    document = blue(root, "round", "run", "--with", GOOD, "--judge", JUDGE, "--dry-run", "--json").json
    assert [(call["expert"], call["tokens"] > 500) for call in document["calls"]] == [("judge", True)]


# --- JSON --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("command", "status"), [(GOOD, 0), (CRASHING, 1), (SORRY, 1), (CORRIGIBLE, 0), ("no-such-program", 2)])
@pytest.mark.parametrize("what", ["round", "dialogue"])
def test_json_is_one_document_whatever_happens(root: Path, what: str, command: str, status: int) -> None:
    more = ["--max-rounds", "1"] if what == "dialogue" else []
    said = blue(root, what, "run", "--with", command, "--retries", "1", "--json", *more)
    assert said.json["schema"] == ("blue/error@1" if status == 2 else f"blue/{what}.run@1")
    assert said.status == (status or int(what == "dialogue"))  # after one round nothing has converged


def test_events_tell_a_round_as_it_goes_and_that_it_is_over(root: Path) -> None:
    commands = ("--with", f"muffin={GOOD}", "--with", f"scone={CRASHING}")
    said = blue(root, "round", "run", *commands, "--retries", "1", "--jobs", "1", "--events")
    told = events(said.out)
    assert [(one["event"], one.get("expert")) for one in told] == [
        ("round", None), ("started", "muffin"), ("added", "muffin"), ("started", "scone"), ("stderr", "scone"), ("retrying", "scone"),
        ("started", "scone"), ("stderr", "scone"), ("failed", "scone"), ("end", None),
    ]  # fmt: skip
    assert (told[-1]["ended"], told[-1]["exit"], told[-1]["missing"], said.status) == ("failed", 1, ["scone"], 1)
    assert told[2]["convergence"]["velocity"] == 2


def test_events_tell_a_dialogue_to_its_verdict(root: Path) -> None:
    said = blue(root, "dialogue", "run", "--with", GOOD, "--judge", JUDGE, "--verdict", "--events")
    told = [one for one in events(said.out) if one["event"] not in ("started", "stderr")]
    panel = [("added", "judge"), ("added", "muffin"), ("added", "scone")]
    kinds = [(one["event"], one.get("expert", str(one["round"]))) for one in told]
    assert [kinds[i] for i in (0, 4, 8, 12)] == [("round", "0"), ("round", "1"), ("round", "2"), ("verdict", "2")]
    assert [sorted(kinds[i : i + 3]) for i in (1, 5, 9)] == [panel] * 3
    assert (kinds[13:], told[-1]["ended"], told[-1]["blockers"]) == ([("added", "judge"), ("end", "2")], "decided", [])


def test_a_sign_of_several_bytes_that_comes_in_pieces_is_one(root: Path) -> None:
    slow = script(root, "slow", "printf '\\303' >&2; sleep 0.2; printf '\\251\\n' >&2; exit 3")
    said = blue(root, "round", "run", "--with", slow, "--for", "muffin", "--retries", "0", "--events")
    assert "".join(one["text"] for one in events(said.out) if one["event"] == "stderr") == "é\n"


def test_events_and_json_are_two_things(root: Path) -> None:
    assert blue(root, "round", "run", "--with", GOOD, "--events", "--json").status == 2


@pytest.mark.parametrize("how", ["--json", "--events"])
def test_an_interruption_is_told_and_keeps_what_was_there(root: Path, how: str) -> None:
    words = ["round", "run", "--with", f"muffin={GOOD}", "--with", f"scone={HANGING}", how, "-d", ID]
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-m", "blue_cli", *words], cwd=root, stdout=pipe, stderr=pipe, text=True)
    until = time.monotonic() + 15
    while not (root / f".blue/dialogues/{ID}/round-0/muffin.md").exists() and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=15)
    published.hold_output(out)
    last = json.loads(out.splitlines()[-1])
    assert process.returncode == 130
    assert (last["error"]["exit"] if how == "--json" else (last["event"], last["ended"], last["exit"])) == (
        130 if how == "--json" else ("end", "interrupted", 130)
    )
    assert len(out.splitlines()) == 1 or how == "--events"
    assert "the same call again asks only who is missing" in err


# --- a dialogue --------------------------------------------------------------------------------------------------------


def test_what_is_in_the_way_is_named_when_no_round_is_left(root: Path) -> None:
    said = blue(root, "dialogue", "run", "--with", GOOD, "--max-rounds", "1")
    assert said.status == 1
    assert "hint: it stops after round 0, the last it may have, and has not converged\n" in said.err
    assert 'hint: in the way: T0001 "Memory, says' in said.err and "has not signalled that the dialogue converges" in said.err
    assert "the same call with a greater --max-rounds goes on, up to 10" in said.err
    assert blue(root, "dialogue", "run", "--with", GOOD, "--max-rounds", "3").status == 0


def test_it_stops_in_the_round_in_which_nobody_wrote(root: Path) -> None:
    blue(root, "dialogue", "run", "--with", GOOD, "--max-rounds", "1")
    said = blue(root, "dialogue", "run", "--with", CRASHING, "--retries", "0")
    assert said.status == 1 and "hint: it stops in round 1: somebody did not write\n" in said.err


def test_one_call_says_the_next(root: Path) -> None:
    said = blue(root, "dialogue", "run", "--with", GOOD, "--judge", JUDGE)
    assert said.status == 0 and f"blue verdict add -d {ID}, or the same call with --verdict" in said.err
    said = blue(root, "dialogue", "run", "--with", GOOD, "--judge", JUDGE, "--verdict")
    assert (said.status, said.out[:14]) == (0, "verdict\tjudge\t")
    assert shlex.split(said.err.splitlines()[-1].partition("decided: ")[2])[1:] == ["verdicts", "list", "-d", ID]
    assert blue(root, "dialogue", "run", "--with", GOOD).status == 0


def test_a_judge_who_apologises_has_not_written(root: Path) -> None:
    said = blue(root, "round", "run", "--with", GOOD, "--judge", SORRY, "--retries", "1", "--json")
    *_, call = said.json["calls"]
    assert (said.status, call["expert"], call["state"], call["tries"]) == (1, "judge", "rejected", 2)
    assert call["findings"][0]["message"] == "neither a score nor a ruling: nothing in it counts"
    assert not (root / f".blue/dialogues/{ID}/round-0/judge.md").exists()
    os.unlink(call["kept"])


def test_a_judge_who_fails_holds_up_a_dialogue_that_could_converge(root: Path) -> None:
    blue(root, "dialogue", "run", "--with", GOOD)
    said = blue(root, "dialogue", "run", "--with", GOOD, "--judge", CRASHING, "--retries", "0", "--json")
    assert (said.status, said.json["ended"]) == (1, "stuck")
    assert said.json["blockers"] == ["the judge has not written in round 2"]


def test_a_verdict_that_is_none_is_kept_with_the_command_to_give_it(root: Path) -> None:
    blue(root, "dialogue", "run", "--with", GOOD, "--judge", JUDGE)
    said = blue(root, "dialogue", "run", "--with", GOOD, "--judge", SORRY, "--verdict", "--retries", "0")
    assert said.status == 1
    words = shlex.split(next(line for line in said.err.splitlines() if "is kept" in line).partition("then: ")[2])
    assert [*words[:3], *words[4:]] == ["blue", "verdict", "add", "-d", ID]
    os.unlink(words[3])


def test_only_the_first_things_in_the_way_are_named(tmp_path: Path) -> None:
    root = sit(tmp_path, *(f"e{n}" for n in range(8)))
    said = blue(root, "dialogue", "run", "--with", GOOD, "--max-rounds", "1", "--jobs", "8")
    assert said.err.count("hint: in the way: ") == 7 and "in the way: 18 things more" in said.err
