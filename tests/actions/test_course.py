"""One round, and round after round: who is asked when, and what ends it. The commands are those of `fixtures/experts`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from blue_cli.actions import asking
from blue_cli.actions.command import Commands, parse
from blue_cli.actions.course import CONVERGED, DECIDED, SPENT, STUCK, Course, Round, Way, run_course, run_round
from blue_cli.actions.round_run import Happening
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.verdicts import standing
from blue_cli.errors import Conflict, WrongCall
from blue_cli.running.job import Outcome
from blue_cli.running.pool import Pool
from blue_cli.stores.memory import MemoryStore
from tests.actions.desk import NOW, Desk
from tests.running.calls import EXPERTS, nothing_left

GOOD, JUDGE = str(EXPERTS / "good"), str(EXPERTS / "judge")
PANEL = ("muffin", "scone")


class Seen:
    """Everything that is told."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.told: list[tuple[str, str, str]] = []
        self.calls: list[tuple[int, Outcome]] = []

    def begins(self, turn: asking.Turn, graph: Graph) -> None:
        pass

    def concludes(self, graph: Graph) -> None:
        pass

    def asks(self, names: Sequence[str]) -> None:
        self.asked.append([*names])

    def hears(self, happening: Happening) -> None:
        self.told.append((happening.kind, happening.told.name, happening.told.state))

    def log(self, attempt: int, outcome: Outcome) -> None:
        self.calls.append((attempt, outcome))

    def read_by(self, name: str) -> list[str]:
        """What one got to read, in order."""
        return [outcome.job.stdin.decode() for _, outcome in self.calls if outcome.job.name == name]


@pytest.fixture
def desk() -> Desk:
    return Desk(MemoryStore())


def way(*given: str, judge: str = "", retries: int = 1, timeout: float = 20.0) -> Way:
    commands: Commands = parse([*given] or [GOOD], judge, PANEL, shell=False)
    return Way(commands, {"PATH": os.environ["PATH"]}, "/", timeout, retries, 8000, lambda: NOW)


def round_of(desk: Desk, of: Way, seen: Seen | None = None, *only: str, judge: bool = False, jobs: int = 4) -> Round:
    turn = asking.turn(desk.store, desk.uid, None, only, judge)
    with nothing_left(), Pool(jobs) as pool:
        return run_round(pool, desk.store, desk.uid, turn, of, seen or Seen())


def course_of(desk: Desk, of: Way, seen: Seen | None = None, most: int | None = None, verdict: bool = False) -> Course:
    with nothing_left(), Pool(4) as pool:
        return run_course(pool, desk.store, desk.uid, of, seen or Seen(), most, verdict)


def states(done: Round) -> dict[str, tuple[str, int]]:
    return {told.name: (told.state, told.tries) for told in done.told}


# --- one round -------------------------------------------------------------------------------------------------------


def test_a_round_is_written_by_commands(desk: Desk) -> None:
    done = round_of(desk, way())
    assert states(done) == {"muffin": ("added", 1), "scone": ("added", 1)} and done.whole
    assert done.told[0].brought == {"perspectives": 1, "tensions": 1, "recommendations": 1, "refs": 1}
    assert set(desk.blobs) == {"dialogue", "contribution/00#muffin", "contribution/00#scone"}
    assert done.graph.last_round == 0


def test_who_is_wrong_at_first_is_told_and_may_put_it_right(desk: Desk) -> None:
    seen = Seen()
    done = round_of(desk, way(GOOD, f"muffin={EXPERTS / 'corrigible'}"), seen)
    assert states(done) == {"muffin": ("added", 2), "scone": ("added", 1)}
    first, second = seen.read_by("muffin")
    assert second.startswith(first.rstrip()) and "[PERSPECTIV P01: A slip]" in second and "line 7: RE:SUPPORT P7777" in second
    assert b"Better now" in desk.blobs["contribution/00#muffin"]


def test_the_lines_it_is_shown_are_those_of_its_text_also_when_that_was_fenced(desk: Desk, tmp_path: Path) -> None:
    fencing = tmp_path / "fencing"
    fencing.write_text("#!/bin/sh\ncat > /dev/null\nprintf '\\n\\n```markdown\\n[CLAIM C01: a]\\n\\n[PERSPECTIV P01: slip]\\n```\\n'\n")
    fencing.chmod(0o755)
    seen = Seen()
    done = round_of(desk, way(GOOD, f"muffin={fencing}"), seen)
    assert states(done)["muffin"] == ("added", 2), "a doubt, and the last try"
    said = seen.read_by("muffin")[1].partition("# Your answer was not added")[2]
    assert "- line 3: " in said and "```text\n  [PERSPECTIV P01: slip]\n" in said


@pytest.mark.parametrize(
    ("name", "state", "why"),
    [
        ("crashing", "failed", "ended with status 3"), ("flooding", "failed", "wrote more than 1 MiB"), ("sorry", "rejected", "1 finding"),
        ("garbled", "rejected", "1 finding"), ("silent", "rejected", "1 finding"), ("corrigible-not", "failed", "cannot be started"),
    ],
)  # fmt: skip
def test_who_fails_keeps_nobody_else_from_writing(desk: Desk, name: str, state: str, why: str) -> None:
    seen = Seen()
    done = round_of(desk, way(GOOD, f"scone={EXPERTS / name}"), seen, judge=False)
    muffin, scone = done.told
    assert (muffin.state, scone.state) == ("added", state) and why in scone.why and not done.whole
    assert scone.tries == (1 if "started" in why else 2)
    assert "contribution/00#scone" not in desk.blobs, "never half accepted"
    texts = seen.read_by("scone")
    assert state != "failed" or len(set(texts)) == 1, "a command that failed is asked the same again"
    if name == "crashing":
        assert scone.err == b"the model is overloaded\n"


def test_who_takes_too_long_is_ended(desk: Desk) -> None:
    done = round_of(desk, way(GOOD, f"scone={EXPERTS / 'hanging'}", retries=0, timeout=0.4))
    assert done.told[1].why == "took longer than 0.4 s"


def test_the_same_again_asks_only_who_is_missing(desk: Desk) -> None:
    seen = Seen()
    round_of(desk, way(GOOD, f"scone={EXPERTS / 'crashing'}"))
    done = round_of(desk, way(), seen)
    assert seen.asked == [["scone"]] and done.whole and done.turn.written == ("muffin",)


def test_the_judge_comes_last_and_reads_them_all(desk: Desk) -> None:
    seen = Seen()
    done = round_of(desk, way(judge=JUDGE), seen, judge=True)
    assert seen.asked == [["muffin", "scone"], ["judge"]] and states(done)["judge"] == ("added", 1)
    (pack,) = seen.read_by("judge")
    assert "as muffin sees it" in pack and "as scone sees it" in pack
    assert desk.front("contribution/00#judge")["scores"].keys() == {"muffin", "scone"}


def test_the_judge_waits_for_the_last_of_them(desk: Desk) -> None:
    seen = Seen()
    of = way(GOOD, f"scone={EXPERTS / 'crashing'}", judge=JUDGE)
    round_of(desk, of, seen, judge=True)
    round_of(desk, way(judge=JUDGE), seen, "muffin", judge=True)
    assert seen.asked == [["muffin", "scone"], []], "scone is still missing"
    round_of(desk, way(judge=JUDGE), seen, judge=True)
    assert seen.asked[2:] == [["scone"], ["judge"]]


def test_who_wrote_in_the_meantime_counts(desk: Desk, tmp_path: Path) -> None:
    """While the command thought, somebody else has written for scone: that stands, is said, and the judge is asked."""
    seen = Seen()

    class Meddling(Seen):
        def asks(self, names: Sequence[str]) -> None:
            super().asks(names)
            if "scone" in names:
                desk.add("scone", "[CLAIM C01: by hand]\n")

    seen = Meddling()
    done = round_of(desk, way(judge=JUDGE), seen, judge=True)
    assert states(done) == {"muffin": ("added", 1), "scone": ("overtaken", 1), "judge": ("added", 1)} and done.whole
    assert b"by hand" in desk.blobs["contribution/00#scone"]


def test_nobody_is_asked_when_somebody_has_no_command(desk: Desk) -> None:
    seen = Seen()
    with pytest.raises(WrongCall, match="no command for scone"):
        round_of(desk, way(f"muffin={GOOD}"), seen)
    with pytest.raises(WrongCall, match="no command for judge") as caught:
        round_of(desk, way(), seen, judge=True)
    assert "--judge" in caught.value.fix and not seen.asked


# --- blind -----------------------------------------------------------------------------------------------------------

NOSY = """#!/bin/sh
# Says its own name, and keeps what it was given: standard input and environment.
n=$(ls "$1" | grep -c "^$BLUE_EXPERT-")
{ cat; env; } > "$1/$BLUE_EXPERT-$n"
case $BLUE_EXPERT-$n in
%s) sleep 0.3 ;;
esac
if [ "$n" = 0 ] && [ -n "$2" ]; then
    printf '[PERSPECTIV P01: zq%%szq]\\n\\n[CLAIM C01: zq%%szq]\\n\\n[RE:SUPPORT P0002]\\n' "$BLUE_EXPERT" "$BLUE_EXPERT"
    exit
fi
printf '[PERSPECTIVE P01: zq%%szq]\\n\\nAll zq%%szq.\\n\\n[TENSION T01: zq%%szq]\\n' "$BLUE_EXPERT" "$BLUE_EXPERT" "$BLUE_EXPERT"
"""


@pytest.mark.parametrize("jobs", [1, 4])
@pytest.mark.parametrize("late", ["muffin-0", "scone-*", "muffin-1", "nobody"])
@pytest.mark.parametrize("wrong", ["", "wrong"])
def test_nobody_reads_what_another_says_in_the_same_round(desk: Desk, tmp_path: Path, jobs: int, late: str, wrong: str) -> None:
    """Whoever is ready first, one after the other or at once, also when it goes back: on standard input and in the environment."""
    nosy, kept = tmp_path / "nosy", tmp_path / "kept"
    nosy.write_text(NOSY % late)
    nosy.chmod(0o755)
    kept.mkdir()
    done = round_of(desk, way(f"{nosy} {kept} {wrong}"), jobs=jobs)
    assert states(done) == dict.fromkeys(PANEL, ("added", 2 if wrong else 1))
    given = {path.name: path.read_text() for path in kept.iterdir()}
    assert len(given) == (4 if wrong else 2)
    for name, text in given.items():
        other = "scone" if name.startswith("muffin") else "muffin"
        assert f"zq{other}zq" not in text, name
        assert "BLUE_EXPERT=" in text and (not name.endswith("-1") or "zq" in text)


def test_nor_after_an_interruption(desk: Desk, tmp_path: Path) -> None:
    nosy, kept = tmp_path / "nosy", tmp_path / "kept"
    nosy.write_text(NOSY % "nobody")
    nosy.chmod(0o755)
    kept.mkdir()
    round_of(desk, way(f"{nosy} {kept}", f"scone={EXPERTS / 'crashing'}"))
    round_of(desk, way(f"{nosy} {kept}"))
    assert "zqmuffinzq" not in (kept / "scone-0").read_text()
    round_of(desk, way(f"{nosy} {kept}"))
    assert "zqmuffinzq" in (kept / "scone-1").read_text(), "in the next round it is there"


# --- round after round -----------------------------------------------------------------------------------------------


def test_until_it_has_converged(desk: Desk) -> None:
    done = course_of(desk, way(judge=JUDGE))
    assert (done.ended, len(done.rounds), done.verdict) == (CONVERGED, 3, None)
    again = course_of(desk, way(judge=JUDGE))
    assert (again.ended, again.rounds) == (CONVERGED, ()), "it has converged, and nobody is asked again"


def test_to_the_verdict_and_no_further(desk: Desk) -> None:
    seen = Seen()
    done = course_of(desk, way(judge=JUDGE), seen, verdict=True)
    assert done.ended == DECIDED and done.verdict and done.verdict.state == "added"
    final = standing(done.graph)
    assert final and final.recommendation == "A small cache in each process"
    assert seen.read_by("judge")[-1].count("# The verdict") == 1
    again = course_of(desk, way(judge=JUDGE), seen, verdict=True)
    assert (again.ended, again.rounds, again.verdict) == (DECIDED, (), None)


def test_a_verdict_that_is_wrong_is_sent_back_and_then_reported(desk: Desk, tmp_path: Path) -> None:
    bad = tmp_path / "judge"
    cases = f"*'# The verdict'*) echo 'No recommendation.' ;; *) printf %s \"$t\" | {JUDGE} ;;"
    bad.write_text(f"#!/bin/sh\nt=$(cat)\ncase $t in {cases} esac\n")
    bad.chmod(0o755)
    seen = Seen()
    done = course_of(desk, way(judge=str(bad)), seen, verdict=True)
    assert done.ended == CONVERGED and done.verdict and (done.verdict.state, done.verdict.tries) == ("rejected", 2)
    assert standing(done.graph) is None and "# Your answer was not added" in seen.read_by("judge")[-1]


def test_who_does_not_write_stops_it(desk: Desk) -> None:
    done = course_of(desk, way(GOOD, f"scone={EXPERTS / 'crashing'}"))
    assert (done.ended, len(done.rounds)) == (STUCK, 1)


def test_a_judge_who_does_not_write_stops_it(desk: Desk) -> None:
    done = course_of(desk, way(judge=str(EXPERTS / "crashing")))
    assert (done.ended, len(done.rounds)) == (STUCK, 1)
    done = course_of(desk, way(judge=JUDGE))
    assert (done.ended, [(each.turn.round, len(each.told)) for each in done.rounds]) == (CONVERGED, [(0, 1), (1, 3), (2, 3)])


def test_no_round_more_than_wanted_however_often_it_is_called(desk: Desk) -> None:
    for expected in (2, 0):
        done = course_of(desk, way(), most=2)
        assert (done.ended, len(done.rounds)) == (SPENT, expected)
    assert (desk.graph.last_round, course_of(desk, way(), most=3).ended) == (1, CONVERGED)


def test_what_stopped_in_the_middle_goes_on_there(desk: Desk) -> None:
    round_of(desk, way(GOOD, f"scone={EXPERTS / 'crashing'}"))
    done = course_of(desk, way(), most=1)
    assert (done.ended, [t.name for t in done.rounds[0].told]) == (SPENT, ["scone"])


def test_a_dialogue_has_as_many_rounds_as_it_may_have() -> None:
    desk = Desk(MemoryStore())
    front = desk.blobs["dialogue"].decode()
    desk.put("dialogue", front.replace("max_rounds: ", "x_rounds: ").replace("title:", "max_rounds: 2\ntitle:", 1))
    done = course_of(desk, way(), most=50)
    assert (done.ended, len(done.rounds)) == (SPENT, 2)


def test_a_closed_dialogue_is_left_alone(desk: Desk) -> None:
    from blue_cli.actions.closing import close

    close(desk.store, desk.uid, "enough", "enough", NOW)
    with pytest.raises(Conflict, match="closed"):
        course_of(desk, way())
