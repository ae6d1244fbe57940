"""FORMAT.md, section 6: a final verdict is stale when what it was decided on has changed. Each cause, each once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.dialogue import sources
from blue_cli.dialogue.assemble import assemble
from blue_cli.dialogue.convergence import status
from blue_cli.dialogue.ids import address_of
from tests.dialogue import plays
from tests.dialogue.build import ID, UID, graph, panel
from tests.dialogue.judged import AGREED, CONVERGE, causes, causes_in, with_verdict
from tests.dialogue.plays import Play

DECIDED = with_verdict(AGREED)
FOLDER = f".blue/dialogues/{ID}/"


def told(files: dict[str, str]) -> list[tuple[str, str, str, str]]:
    """what, id, path inside the dialogue, by."""
    return [(c.what, c.id, c.path.removeprefix(FOLDER), c.by) for c in causes(files)]


def test_a_verdict_stands_while_nothing_happens() -> None:
    assert told(DECIDED) == []
    assert status(graph(DECIDED)) == "converged"


# --- what it saw ------------------------------------------------------------------------------------------------------


def test_an_edit_of_what_it_saw() -> None:
    files = DECIDED | {"round-0/scone.md": DECIDED["round-0/scone.md"] + "One more word.\n"}
    assert told(files) == [("edited", "", "round-0/scone.md", "")]
    assert status(graph(files)) == "converging"


def test_something_it_saw_is_gone() -> None:
    files = {path: text for path, text in DECIDED.items() if path != "round-1/scone.md"}
    assert ("removed", "", "round-1/scone.md", "") in told(files)


def test_a_ruling_it_saw_is_gone() -> None:
    ruled = with_verdict(AGREED | {"round-1/rulings/X.md": "[CONFIRMED MUFFIN-E0001]\n"})
    assert told({path: text for path, text in ruled.items() if "rulings" not in path}) == [("removed", "", "round-1/rulings/X.md", "")]


def test_a_score_decides_nothing() -> None:
    assert told(DECIDED | {"round-1/rulings/score-muffin.md": "---\nscores: {W: 1, C: 1, T: 1, R: 1}\n---\n"}) == []


# --- what came after --------------------------------------------------------------------------------------------------

LATER = "round-2/scone.md"
RULED = "round-2/rulings/X.md"


@pytest.mark.parametrize(
    ("path", "text", "what", "id"),
    [
        (LATER, "[TENSION T01: Who pays]", "raised", "SCONE-T0201"),
        (LATER, "[RE:REOPEN MUFFIN-T0001: no]", "reopened", "MUFFIN-T0001"),
        (RULED, "[REOPENED MUFFIN-T0001: no]", "reopened", "MUFFIN-T0001"),
        (LATER, "[RECOMMENDATION R01: Five minutes]\n[RE:REFINE MUFFIN-R0001]", "refined", "MUFFIN-R0001"),
        (LATER, "[RE:OPPOSE MUFFIN-R0001]", "opposed", "MUFFIN-R0001"),
        (LATER, "[RE:OPPOSE MUFFIN-E0001]", "opposed", "MUFFIN-E0001"),
        (LATER, "[CLAIM C01: They do not]\n[RE:OPPOSE MUFFIN-C0001]", "opposed", "MUFFIN-C0001"),
        ("round-2/muffin.md", "[MOVE:CONCEDE MUFFIN-C0001]", "conceded", "MUFFIN-C0001"),
        (RULED, "[REFUTED MUFFIN-E0001: a wrong bench]", "refuted", "MUFFIN-E0001"),
        (RULED, "[REJECTED MUFFIN-R0001: too long]", "rejected", "MUFFIN-R0001"),
        ("round-0/strudel.md", "[TENSION T01: A late thought]", "raised", "STRUDEL-T0001"),
        ("round-1/strudel.md", "[RE:OPPOSE MUFFIN-R0001]", "opposed", "MUFFIN-R0001"),
        ("round-2/judge.md", "[TENSION T01: The judge's own]", "raised", "JUDGE-T0201"),
    ],
)
def test_each_cause_is_named_once(path: str, text: str, what: str, id: str) -> None:
    by = "judge" if path == RULED else path.partition("/")[2].removesuffix(".md")
    assert told(DECIDED | {path: text + "\n"}) == [(what, id, path, by)]


def test_what_is_rejected_counts_also_where_the_verdict_refers_to_nothing() -> None:
    adopted = with_verdict(AGREED | {"round-1/rulings/A.md": "[ADOPTED MUFFIN-R0001]\n"}, body="So be it.\n")
    assert told(adopted) == []
    assert told(adopted | {RULED: "[REJECTED MUFFIN-R0001: no]\n"}) == [("rejected", "MUFFIN-R0001", RULED, "judge")]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (LATER, "[CLAIM C01: Indeed]\n[RE:SUPPORT MUFFIN-R0001]"),
        (LATER, "[RE:QUESTION MUFFIN-R0001] [MOVE:CHALLENGE MUFFIN-R0001]"),
        (LATER, "[RE:OPPOSE SCONE-R0001]"),
        (LATER, "[PERSPECTIVE P01: Something new]"),
        (LATER, "[RE:ADDRESS MUFFIN-T0001] [RE:RESOLVE MUFFIN-T0001]"),
        (LATER, "[MOVE:CONCEDE MUFFIN-C0001]"),
        (LATER, "[REFUTED MUFFIN-E0001: not the judge]"),
        (LATER, "[CLAIM C01: x]\n[RE:REFINE MUFFIN-R0001]"),
        (RULED, "[REJECTED SCONE-R0001: no]"),
        (RULED, "[CONFIRMED MUFFIN-E0001]"),
        (RULED, "[ADOPTED MUFFIN-R0001]"),
        ("round-0/strudel.md", "A late word."),
        ("round-0/strudel.md", "[RE:REOPEN MUFFIN-T0001] when it was open anyway"),
    ],
)
def test_what_shakes_nothing_is_no_cause(path: str, text: str) -> None:
    assert told(DECIDED | {path: text + "\n"}) == []


def test_an_opposition_to_a_support_that_the_verdict_never_saw_is_none_to_it() -> None:
    files = DECIDED | {LATER: "[CLAIM C01: Indeed]\n[RE:SUPPORT MUFFIN-R0001]\n", "round-2/muffin.md": "[RE:OPPOSE SCONE-C0201]\n"}
    assert told(files) == []


def test_an_act_on_what_was_merged_is_one_on_what_it_became() -> None:
    files = with_verdict(AGREED | {"round-1/judge.md": "[MERGED MUFFIN-T0001 INTO SCONE-T0001]\n"})
    assert told(files | {LATER: "[RE:REOPEN MUFFIN-T0001]\n"}) == [("reopened", "SCONE-T0001", LATER, "scone")]


def test_an_opposition_to_what_was_merged_into_what_it_rests_on() -> None:
    first = {"muffin": "[PERSPECTIVE P01: a]", "scone": "[PERSPECTIVE P01: b]", "judge": "[MERGED SCONE-P0001 INTO MUFFIN-P0001]"}
    files = with_verdict(panel(first), body="[RE:SUPPORT MUFFIN-P0001]\n", round=0)
    assert told(files | {LATER: "[RE:OPPOSE SCONE-P0001]\n"}) == [("opposed", "MUFFIN-P0001", LATER, "scone")]


def test_a_later_verdict_of_another_kind_can_be_the_cause() -> None:
    files = with_verdict(DECIDED, "interim-1", "[RE:REOPEN MUFFIN-T0001]\n", round=2)
    assert told(files) == [("reopened", "MUFFIN-T0001", "verdicts/interim-1.md", "judge")]


def test_where_only_the_judges_tensions_count_an_experts_is_no_cause() -> None:
    files = with_verdict(panel({"muffin": CONVERGE}, tensions="judge"), round=0, body="So be it.\n")
    assert told(files | {"round-1/muffin.md": "[TENSION T01: x]\n"}) == []
    assert [c[0] for c in told(files | {"round-1/judge.md": "[TENSION T01: x]\n"})] == ["raised"]


def test_a_late_voice_that_withdraws_what_unanimity_had_made_stand() -> None:
    both = {"muffin": CONVERGE, "scone": CONVERGE}
    files = with_verdict(panel({"muffin": "[TENSION T01: a]"}, {"scone": "[RE:RESOLVE MUFFIN-T0001]"}, both), body="So be it.\n", round=2)
    assert told(files) == []
    late = {"round-1/strudel.md": "[RE:REOPEN MUFFIN-T0001]\n"}
    assert told(files | late) == [("reopened", "MUFFIN-T0001", "round-1/strudel.md", "strudel")]


def test_without_a_basis_everything_after_its_round_is_new() -> None:
    plain = AGREED | {"verdicts/final.md": "---\nround: 1\n---\n[RE:SUPPORT MUFFIN-R0001]\n"}
    assert told(plain | {"round-1/strudel.md": "[TENSION T01: a]\n"}) == []
    assert [c[0] for c in told(plain | {LATER: "[TENSION T01: a]\n"})] == ["raised"]


@pytest.mark.parametrize("basis", ['{"contribution/99": aaaaaaaaaaaaaaaa}', '{"../../x": bbbbbbbbbbbbbbbb}', "{a: 1}"])
def test_a_basis_written_by_hand_raises_nothing(basis: str) -> None:
    causes(AGREED | {"verdicts/final.md": f"---\nbasis: {basis}\n---\nSo be it.\n"})


# --- properties -------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(plays.plays(), st.randoms(use_true_random=False))
def test_a_new_verdict_is_not_stale_and_a_word_of_support_leaves_it_so_in_any_order_of_files(play: Play, random: object) -> None:
    files = {path: text for path, text in play.files().items() if not path.startswith("round-5")}
    decided = with_verdict(files, body="So be it.\n", round=3)
    assert causes(decided) == []
    supported = decided | {"round-5/eclair.md": "[CLAIM C01: Indeed]\n[RE:SUPPORT @muffin]\n"}
    blobs = [(address_of(path), text.encode()) for path, text in supported.items()]
    random.shuffle(blobs)  # type: ignore[attr-defined]
    assert causes_in(assemble(sources.read(ID, UID, dict(blobs)))) == ()


@settings(max_examples=60, deadline=None)
@given(plays.plays(), st.integers(0, 3))
def test_what_makes_it_stale_is_something_it_did_not_see_and_each_thing_is_said_once(play: Play, until: int) -> None:
    before = play.files(until=until)
    whole = {**play.files(), **with_verdict(before, body="So be it.\n", round=until)}
    found = causes(whole)
    unseen = {f"{FOLDER}{path}" for path in whole if path not in before} | {f"{FOLDER}dialogue.md"}
    assert all(cause.path in unseen for cause in found)
    assert len(set(found)) == len(found)
