"""What an expert is given to read: what they owe an answer, what is theirs, the rest by distance, and nothing too early."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from blue_cli.dialogue.context import REMARKS, Item, Reading, read, round_under_way, turn
from blue_cli.dialogue.model import Expert
from tests.dialogue.build import panel
from tests.dialogue.build import read as sources_of

FIRST = {
    "muffin": "[PERSPECTIVE P01: cold]\n\n[CLAIM C01: slow]\n\n[TENSION T01: how long?]",
    "scone": "[PERSPECTIVE P01: stale]\n\n[TENSION T01: who pays?]\nAsk @muffin.\n\n[EVIDENCE E01: far off]",
}


def reading(slug: str, round: int, *rounds: Mapping[str, str], **fields: str) -> Reading:
    return read(sources_of(panel(*rounds, **fields)), Expert(slug), round)


def names(items: tuple[Item, ...]) -> list[str]:
    return [item.name.rpartition("/round-")[2] for item in items]


def owed(*rounds: Mapping[str, str], slug: str = "muffin") -> dict[str, tuple[str, ...]]:
    found = reading(slug, len(rounds), *rounds).answer
    return dict(zip(names(found), (item.why for item in found), strict=True))


def test_open_tensions_that_one_raised_or_that_name_one_are_to_be_answered() -> None:
    assert owed(FIRST) == {"MUFFIN-T0001": ("you raised it",), "SCONE-T0001": ("it names you",)}


def test_a_proposed_resolution_is_the_raisers_to_confirm() -> None:
    proposed = owed(FIRST, {"muffin": "-", "scone": "[RE:RESOLVE MUFFIN-T0001]"})
    assert proposed["MUFFIN-T0001"] == ("you raised it, and scone proposed a resolution: confirm it or not",)
    assert "MUFFIN-T0001" not in owed(FIRST, {"muffin": "[RE:RESOLVE T01]", "scone": "-"})


@pytest.mark.parametrize(
    ("said", "where", "why"),
    [
        ("[CLAIM C02: fast]\n[RE:OPPOSE MUFFIN-C0001]", "SCONE-C0102", "opposes your C0001?"),
        ("[RE:QUESTION MUFFIN-P0001: how cold?]", "1/scone.md", "questions your P0001?"),
        ("[MOVE:CHALLENGE MUFFIN-C0001: measured?]", "1/scone.md", "challenges your C0001?"),
        ("[MOVE:REQUEST @muffin: what does a shard cost?]", "1/scone.md", "asks something of you"),
    ],
)
def test_what_is_said_against_ones_own_is_to_be_answered(said: str, where: str, why: str) -> None:
    assert owed(FIRST, {"muffin": "-", "scone": said})[where] == (why,)


@pytest.mark.parametrize("answer", ["[MOVE:DEFEND C0001]", "[MOVE:CONCEDE MUFFIN-C0001]", "[RE:OPPOSE SCONE-C0102]"])
def test_what_was_answered_in_a_later_round_is_not_asked_again(answer: str) -> None:
    against = {"muffin": "-", "scone": "[CLAIM C02: fast]\n[RE:OPPOSE MUFFIN-C0001]"}
    assert "SCONE-C0102" in owed(FIRST, against, {"muffin": "-", "scone": "-"})
    assert "SCONE-C0102" not in owed(FIRST, against, {"muffin": answer, "scone": "-"})


def test_an_act_of_the_same_round_is_no_answer_to_what_one_had_not_seen() -> None:
    assert "SCONE-C0102" in owed(FIRST, {"muffin": "[MOVE:DEFEND MUFFIN-C0001]", "scone": "[CLAIM C02: fast]\n[RE:OPPOSE MUFFIN-C0001]"})


def test_ones_own_is_what_one_has_not_taken_back() -> None:
    later = {"muffin": "[MOVE:CONCEDE MUFFIN-P0001]\n\n[STANCE S01: APPROVE | 0.5]", "scone": "-"}
    found = reading("muffin", 2, FIRST, later)
    assert names(found.own) == ["MUFFIN-S0101", "MUFFIN-C0001"]
    assert "MUFFIN-P0001" in names(found.rest)


def test_the_rest_comes_by_distance_then_the_newest() -> None:
    """scone's perspective supports muffin's claim; the evidence supports that; the other one has nothing to do with muffin."""
    first = {"muffin": "[CLAIM C01: a]", "scone": "[PERSPECTIVE P01: b]\n[RE:SUPPORT MUFFIN-C0001]\n\n[PERSPECTIVE P02: c]"}
    second = {"muffin": "-", "scone": "[EVIDENCE E01: d]\n[RE:SUPPORT SCONE-P0001]\n\n[PERSPECTIVE P03: e]"}
    found = [item.name for item in reading("muffin", 2, first, second).rest if item.kind != REMARKS]
    assert found == ["SCONE-P0001", "SCONE-E0101", "SCONE-P0103", "SCONE-P0002"]


def test_what_stands_outside_of_entities_is_there_too_without_headings() -> None:
    said = "# A heading\n\nI timed nine.\n\n[CLAIM C01: fast]\nText of it.\n\n---\n\nAnd rang them."
    (remarks,) = [item for item in reading("muffin", 1, {"muffin": "-", "scone": said}).rest if item.by == ("scone",) and not item.kind]
    assert remarks.text == "I timed nine.\n\nAnd rang them."


# --- nothing too early ------------------------------------------------------------------------------------------------

SECRET = {"scone": "[PERSPECTIVE P01: secret]\n[RE:RESOLVE MUFFIN-T0001] [RE:REFINE SCONE-P0001]\n\nSecret remarks."}


def everything(found: Reading) -> tuple[Item, ...]:
    return (*found.answer, *found.own, *found.brief, *found.rest)


def test_nothing_of_the_same_round_is_seen_nor_what_it_did() -> None:
    before = everything(reading("muffin", 1, FIRST))
    assert everything(reading("muffin", 1, FIRST, SECRET, experts="muffin scone")) == before
    assert everything(reading("muffin", 1, FIRST, {**SECRET, "muffin": "-", "judge": "[RESOLVED MUFFIN-T0001]"})) == before


def test_an_older_register_tells_nothing_of_later_rounds() -> None:
    rows = "| ID | Tension | Status | Raised | Resolved |\n|---|---|---|---|---|\n| MUFFIN-T01 | how long? | Resolved | R0 | R1 |\n"
    files = {"round-0/muffin.md": "[TENSION T01: how long?]", "round-1/muffin.md": "-", "tensions.md": rows}
    seen = {round: read(sources_of(files), Expert("muffin"), round).graph.standing["MUFFIN-T0001"].status for round in (1, 2)}
    assert seen == {1: "open", 2: "resolved"}


def test_the_judge_reads_a_round_when_its_whole_panel_has_written() -> None:
    half, whole = {"scone": "[CLAIM C01: b]"}, {"scone": "[CLAIM C01: b]", "muffin": "-"}
    assert "SCONE-C0101" not in names(reading("judge", 1, FIRST, half, experts="muffin scone").rest)
    assert "SCONE-C0101" in names(reading("judge", 1, FIRST, whole).rest)


def test_every_open_tension_is_the_judges() -> None:
    assert owed(FIRST, slug="judge") == dict.fromkeys(("MUFFIN-T0001", "SCONE-T0001"), ("a ruling would settle it",))


def test_who_joins_gets_the_tensions_and_who_has_written_does_not() -> None:
    found = reading("bagel", 1, FIRST)
    assert (found.new, names(found.brief)) == (True, ["MUFFIN-T0001", "SCONE-T0001"])
    assert (reading("muffin", 1, FIRST).new, reading("muffin", 1, FIRST).brief) == (False, ())
    assert reading("muffin", 0).new is False


def test_whose_turn_it_is() -> None:
    sources = sources_of(panel(FIRST, {"scone": "-"}, experts="muffin scone"))
    assert (turn(sources, "muffin"), turn(sources, "scone"), round_under_way(sources)) == ((1, ()), (None, ("muffin",)), 1)
    assert round_under_way(sources_of(panel(FIRST))) == 1
    assert round_under_way(sources_of(panel(experts="muffin"))) == 0
