"""An answer is added whole or goes back; and what goes back tells nothing of what others say in the same round."""

from __future__ import annotations

import pytest

from blue_cli.actions import answering, round_add
from blue_cli.actions.answering import BESIDE, Taken, contribute, decide
from blue_cli.stores.base import Snapshot, Store
from blue_cli.stores.memory import MemoryStore
from tests.actions.desk import NOW, Desk

SECRET = "zqxsentinel"
THEIRS = f"[PERSPECTIVE P01: {SECRET}]\n\nAll {SECRET}.\n\n[TENSION T01: {SECRET}]\n\n[CLAIM C01: {SECRET}]\n"


@pytest.fixture
def desk() -> Desk:
    return Desk(MemoryStore())


def take(desk: Desk, text: str | bytes, expert: str = "muffin", round: int = 0, last: bool = False) -> Taken:
    return contribute(desk.store, desk.uid, expert, round, text if isinstance(text, bytes) else text.encode(), NOW, last)


def rules(taken: Taken) -> list[tuple[str, int]]:
    return [(f.rule, f.line) for f in taken.findings]


def test_a_good_one_is_added_with_what_it_brought(desk: Desk) -> None:
    taken = take(desk, "```markdown\n[PERSPECTIVE P01: a]\n\n[TENSION T01: b]\n[TENSION T02: c]\n\n[RE:ADDRESS T01]\n```\n")
    assert taken.kept and taken.kept.brought == {"perspectives": 1, "tensions": 2, "refs": 1} and not taken.findings
    text = "[PERSPECTIVE P01: a]\n\n[TENSION T01: b]\n[TENSION T02: c]\n\n[RE:ADDRESS T01]\n"
    assert desk.blobs["contribution/00#muffin"].decode().endswith(f"---\n{text}")


def test_doubts_go_back_while_somebody_can_be_asked(desk: Desk) -> None:
    text = "\n\n```\n[CLAIM C01: a]\n\n[PERSPECTIV P01: b]\n\n[RE:SUPPORT P7777]\n```\n"
    taken = take(desk, text)
    assert taken.kept is None and rules(taken) == [("near-miss-marker", 3), ("dangling-ref", 5)]
    lines = taken.text.decode().split("\n")
    assert (lines[2], lines[4]) == ("[PERSPECTIV P01: b]", "[RE:SUPPORT P7777]"), "the lines are those of the text without its fence"
    assert "contribution/00#muffin" not in desk.blobs
    assert rules(take(desk, text, last=True))[0] == ("near-miss-marker", 3) and "contribution/00#muffin" not in desk.blobs
    kept = take(desk, "[CLAIM C01: a]\n\n[PERSPECTIV P01: b]\n", last=True).kept
    assert kept and [f.rule for f in kept.warnings] == ["near-miss-marker"], "a doubt is no error, and it is the last try"


@pytest.mark.parametrize("front", ["", "---\nexpert: scone\n---\n"])
def test_what_is_said_of_an_answer_that_was_added_is_found_in_its_file(desk: Desk, front: str) -> None:
    kept = take(desk, f"{front}[CLAIM C01: a]\n\n[PERSPECTIV P01: b]\n", last=True).kept
    assert kept and {f.path for f in kept.warnings} == {kept.path}
    lines = desk.blobs["contribution/00#muffin"].decode().split("\n")
    assert [lines[f.line - 1] for f in kept.warnings if f.rule == "near-miss-marker"] == ["[PERSPECTIV P01: b]"]
    assert [f.line for f in kept.warnings if f.rule == "identity-mismatch"] == ([1] if front else [])


def test_errors_keep_it_out_to_the_end(desk: Desk) -> None:
    for last in (False, True):
        taken = take(desk, "[CLAIM C01: a]\n[CLAIM C01: b]\n", last=last)
        assert taken.kept is None and taken.findings and taken.text and "contribution/00#muffin" not in desk.blobs


def test_what_it_says_of_itself_does_not_decide(desk: Desk) -> None:
    taken = take(desk, "---\nexpert: scone\nround: 7\nids: {C01: C0777}\nrefs: {T0001: SCONE-T0001}\n---\n[CLAIM C01: a]\n")
    assert taken.kept and taken.kept.path.endswith("round-0/muffin.md")
    assert desk.front("contribution/00#muffin")["expert"] == "muffin"


def test_one_that_somebody_has_written_meanwhile_is_overtaken_and_that_is_said(desk: Desk) -> None:
    desk.add("muffin", "[CLAIM C01: by hand]\n")
    for last in (False, True):
        taken = take(desk, "[CLAIM C01: by a command]\n", last=last)
        assert taken.conflict and "has written in round 0 already" in taken.conflict.message and not taken.kept
    assert take(desk, "[CLAIM C01: by hand]\n").kept, "the very same is no conflict"


def test_the_judge_is_asked_for_scores_that_are_missing(desk: Desk) -> None:
    for expert in ("muffin", "scone"):
        desk.add(expert, "[CLAIM C01: a]\n")
    text = "---\nscores: {muffin: {W: 1, C: 1, T: 1, R: 1}}\n---\nGood.\n"
    (finding,) = take(desk, text, "judge").findings
    assert finding.message == "no score of scone" and "scone: {W" in finding.fix
    assert take(desk, text, "judge", last=True).kept


def test_the_judge_is_asked_about_a_score_of_nobody(desk: Desk) -> None:
    for expert in ("muffin", "scone"):
        desk.add(expert, "[CLAIM C01: a]\n")
    each = "{W: 1, C: 1, T: 1, R: 1}"
    (finding,) = take(desk, f"---\nscores: {{muffin: {each}, scone: {each}, skone: {each}}}\n---\nGood.\n", "judge").findings
    assert finding.message == "a score of skone, who has not written in round 0" and finding.severity == "warning"


def test_a_verdict_that_refers_to_nothing_goes_back(desk: Desk) -> None:
    for _ in range(2):
        for expert in ("muffin", "scone"):
            desk.add(expert, "[MOVE:CONVERGE]\n")
    front = "```\n---\nrecommendation: Ten minutes\n---\n"
    taken = decide(desk.store, desk.uid, f"{front}[RE:SUPPORT R7777]\n```\n".encode(), NOW)
    (finding,) = taken.findings
    assert finding.rule == "dangling-ref" and taken.text.decode().split("\n")[finding.line - 1] == "[RE:SUPPORT R7777]"
    assert decide(desk.store, desk.uid, f"{front}For @muffin.\n```\n".encode(), NOW).kept


# --- blind -----------------------------------------------------------------------------------------------------------

PEEKS = [
    "[CLAIM C01: a]\n[RE:SUPPORT P0001]\n",  # there, when the other was first
    "[CLAIM C01: a]\n[RE:SUPPORT SCONE-P0001]\n",
    "[CLAIM C01: a]\n[RE:ADDRESS T0001]\n",
    "[CLAIM C01: a]\n[RE:SUPPORT P0002]\n",  # near to what is there
    "[CLAIM C01: a]\n[RE:SUPPORT SCONE-P0002]\n",
    f"[CLAIM C01: a]\n[MOVE:BRIDGE P0001 C0001]\n[{SECRET[:-1]}]\n",
    "[CLAIM C01: a]\n[RE:RESOLVE T0001: fine]\n[RE:SUPPORT C0009]\n",
    "[STANCE S01: APPROVE P0001 | 0.8]\n",
    "[CLAIM C01: a]\n\n[RE:SUPPORT C0001]\n",  # its own, when it was first
    "[CLAIM C01: a]\n\n[PERSPECTIVE P01: b]\n[RE:SUPPORT C01]\n[RE:SUPPORT MUFFIN-C0001]\n",  # its own, whoever was first
]


def said(taken: Taken) -> list[tuple[object, ...]]:
    """Everything of the findings that goes back."""
    return [(f.rule, f.message, f.line, f.why, f.fix, f.suggestions, f.related, f.id) for f in taken.findings]


@pytest.mark.parametrize("text", PEEKS)
@pytest.mark.parametrize("last", [False, True])
def test_whether_others_were_first_makes_no_difference(text: str, last: bool) -> None:
    early, late = Desk(MemoryStore()), Desk(MemoryStore())
    late.add("scone", THEIRS)
    first, then = take(early, text, last=last), take(late, text, last=last)
    assert bool(first.kept) == bool(then.kept)
    assert last or said(first) == said(then)  # what is found at last is for the user, who may see all
    assert last or SECRET not in repr(said(then)).lower()


def test_what_only_does_not_go_together_with_others_is_said_without_them(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever rule that may be: here one that is made up."""
    desk.add("scone", THEIRS)
    from blue_cli.errors import Finding, Refused

    real = round_add._plan

    def plan(snapshot: Snapshot, *more: object) -> object:
        if "contribution/00#scone" in snapshot.blobs:
            more_of_it = {"why": SECRET, "fix": SECRET, "severity": "error", "related": (SECRET,)}
            raise Refused("no", [Finding("cycle", f"with {SECRET}", "muffin.md", 1, 1, **more_of_it)])  # type: ignore[arg-type]
        return real(snapshot, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(round_add, "_plan", plan)
    (finding,) = take(desk, "[CLAIM C01: a]\n").findings
    assert (finding.rule, finding.message, finding.line) == ("cycle", BESIDE, 1) and SECRET not in repr(finding)
    (finding,) = take(desk, "[CLAIM C01: a]\n", last=True).findings
    assert SECRET in finding.message, "to the user it is said whole"


def test_ones_own_are_named_as_they_are_written(desk: Desk) -> None:
    (finding,) = take(desk, "```\n[CLAIM C01: a]\n\n[CLAIM C02: b]\n\n[RE:DEPEND C0001]\n```").findings
    assert (finding.rule, finding.line, finding.fix) == ("dangling-ref", 5, "write C01") and "no such id" in finding.message
    assert take(desk, "[CLAIM C01: a]\n\n[CLAIM C02: b]\n[RE:DEPEND C01]\n").kept


def test_the_rounds_before_may_be_referred_to(desk: Desk) -> None:
    for expert in ("muffin", "scone"):
        desk.add(expert, THEIRS.replace(SECRET, expert))
    desk.add("scone", "[CLAIM C01: later]\n")
    assert take(desk, "[CLAIM C01: a]\n[RE:SUPPORT P0001]\n[RE:SUPPORT P0002]\n[RE:OPPOSE C0002]\n", round=1).kept
    (finding,) = take(Desk(MemoryStore()), "[CLAIM C01: a]\n[RE:SUPPORT P0001]\n").findings
    assert finding.rule == "dangling-ref"


def test_without_doubts_it_is_read_and_planned_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for expert in ("muffin", "scone"):
        desk.add(expert, "[CLAIM C01: a]\n")
    desk.add("scone", "[CLAIM C01: b]\n")
    counts = {"load": 0, "plan": 0}
    real_load, real_plan = desk.store.load, round_add._plan

    def load(uid: str) -> Snapshot:
        counts["load"] += 1
        return real_load(uid)

    def plan(*args: object) -> object:
        counts["plan"] += 1
        return real_plan(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(desk.store, "load", load)
    monkeypatch.setattr(round_add, "_plan", plan)
    assert take(desk, "[CLAIM C01: c]\n[RE:SUPPORT C0001]\n", round=1).kept
    assert counts == {"load": 1, "plan": 1}


def test_blind_is_without_others_of_the_round_and_with_everything_else(desk: Desk) -> None:
    for _ in range(2):
        for expert in ("muffin", "scone"):
            desk.add(expert, "[CLAIM C01: a]\n")
    store: Store = desk.store
    assert set(answering.blind(store.load(desk.uid), "muffin", 1).blobs) == set(desk.blobs) - {"contribution/01#scone"}
