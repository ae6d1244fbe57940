"""What was said about what, on which side, and whether a doubt was answered."""

from __future__ import annotations

import pytest

from blue_cli.dialogue.links import AGAINST, ANSWER, CHANGE, FOR, Links, Words
from tests.dialogue.build import graph, panel

CLAIM = "[CLAIM C01: a minute is tolerated]"


def links(*rounds: dict[str, str]) -> Links:
    return Links(graph(panel(*rounds, experts="muffin scone bagel")))


def told(of: Links) -> list[tuple[str, str, str, str]]:
    return [(link.source, link.type, link.side, link.target) for link in of.all]


def doubts(of: Links) -> list[bool]:
    return [of.unanswered(link) for link in of.all if link.side == AGAINST]


def test_refs_moves_rulings_and_stances_are_all_links() -> None:
    of = links(
        {"muffin": f"{CLAIM}\n\n[RECOMMENDATION R01: r]\n[RE:DEPEND C01]\n\n[STANCE S01: APPROVE | 0.9 on R01]\n\n[TENSION T01: t]"},
        {"scone": "[EVIDENCE E01: e]\n[RE:OPPOSE MUFFIN-C01]\n\n---\n[MOVE:CHALLENGE MUFFIN-R01: why?] [RE:RESOLVE MUFFIN-T01]"},
        {"judge": "[REJECTED MUFFIN-R01: no]\n\n[RESOLVED MUFFIN-T01 VIA MUFFIN-R01: so]"},
    )
    assert sorted(told(of)) == [
        ("@judge", "rejected", AGAINST, "MUFFIN-R0001"),
        ("@scone", "challenge", AGAINST, "MUFFIN-R0001"),
        ("@scone", "resolve", ANSWER, "MUFFIN-T0001"),
        ("MUFFIN-R0001", "depend", FOR, "MUFFIN-C0001"),
        ("MUFFIN-R0001", "resolved", ANSWER, "MUFFIN-T0001"),
        ("MUFFIN-S0001", "approve", FOR, "MUFFIN-R0001"),
        ("SCONE-E0101", "oppose", AGAINST, "MUFFIN-C0001"),
    ]


def test_taking_back_is_against_and_granting_is_for() -> None:
    of = links({"muffin": CLAIM}, {"muffin": "[MOVE:CONCEDE MUFFIN-C01: I was wrong]", "scone": "[MOVE:CONCEDE MUFFIN-C01: you are right]"})
    assert sorted(told(of)) == [("@muffin", "concede", AGAINST, "MUFFIN-C0001"), ("@scone", "concede", FOR, "MUFFIN-C0001")]


def test_what_was_said_about_a_merged_one_counts_where_it_went() -> None:
    of = links(
        {"muffin": "[TENSION T01: a]", "scone": "[TENSION T01: b]", "judge": "[MERGED SCONE-T01 INTO MUFFIN-T01]"},
        {"bagel": "[RE:ADDRESS SCONE-T01]"},
    )
    assert told(of) == [("@bagel", "address", ANSWER, "MUFFIN-T0001"), ("MUFFIN-T0001", "merged", CHANGE, "SCONE-T0001")]


def test_a_ruling_that_nobody_had_the_right_to_make_is_no_link() -> None:
    assert told(links({"muffin": "[RECOMMENDATION R01: r]"}, {"scone": "[ADOPTED MUFFIN-R01]"})) == []


def test_unanimity_is_a_link_of_the_whole_panel() -> None:
    everyone = dict.fromkeys(("muffin", "scone", "bagel"), "[MOVE:CONVERGE]")
    of = links(
        {"muffin": "[TENSION T01: t]", "scone": "x", "bagel": "x"}, {**everyone, "scone": "[RE:RESOLVE MUFFIN-T01]\n\n[MOVE:CONVERGE]"}
    )
    assert ("@", "resolved", ANSWER, "MUFFIN-T0001") in told(of)


# --- answers ---------------------------------------------------------------------------------------------------

OPPOSED = "[EVIDENCE E01: e]\n[RE:OPPOSE MUFFIN-C01]"


@pytest.mark.parametrize(
    ("who", "answer", "unanswered"),
    [
        ("muffin", "", True),
        ("muffin", "[RE:SUPPORT SCONE-E0101]", False),
        ("muffin", "[EVIDENCE E02: sharper]\n[RE:REFINE SCONE-E0101]", False),
        ("bagel", "[MOVE:DEFEND SCONE-E0101]", False),
        ("muffin", "[MOVE:CONCEDE SCONE-E0101: granted]", False),
        ("muffin", "[MOVE:DEFEND MUFFIN-C01]", False),
        ("muffin", "[MOVE:CONCEDE MUFFIN-C01]", False),
        ("scone", "[RE:SUPPORT SCONE-E0101]", True),  # its own author
        ("muffin", "[RE:QUESTION SCONE-E0101]", True),  # a doubt about a doubt; it is one itself
        ("bagel", "[RE:SUPPORT MUFFIN-C01]", True),  # a vote for what it opposes
        ("muffin", "[RE:ADDRESS MUFFIN-T01]", True),
    ],
)
def test_a_doubt_is_answered_by_anyone_but_its_author(who: str, answer: str, unanswered: bool) -> None:
    of = links({"muffin": f"{CLAIM}\n\n[TENSION T01: t]"}, {"scone": OPPOSED}, {who: answer or "nothing"})
    assert doubts(of)[0] is unanswered


def test_an_answer_in_the_same_round_counts_and_an_earlier_one_does_not() -> None:
    assert doubts(links({"muffin": CLAIM}, {"scone": "[RE:OPPOSE MUFFIN-C01: no]", "muffin": "[MOVE:DEFEND MUFFIN-C01]"})) == [False]
    assert doubts(links({"muffin": CLAIM}, {"muffin": "[MOVE:DEFEND MUFFIN-C01]"}, {"scone": "[RE:OPPOSE MUFFIN-C01: no]"})) == [True]


def test_a_doubt_without_an_id_can_only_be_answered_at_what_it_doubts() -> None:
    said = {"scone": "[RE:QUESTION MUFFIN-C01: really?]"}
    assert doubts(links({"muffin": CLAIM}, said, {"bagel": "[RE:SUPPORT MUFFIN-C01]"})) == [False]
    assert doubts(links({"muffin": CLAIM}, {**said, "bagel": "[RE:SUPPORT MUFFIN-C01]"})) == [True]  # they had not seen it
    assert doubts(links({"muffin": CLAIM}, said, {"scone": "[RE:SUPPORT MUFFIN-C01]"})) == [True]


def test_the_words_that_go_with_a_ref() -> None:
    of = links(
        {"muffin": CLAIM},
        {"scone": "[RE:OPPOSE MUFFIN-C01: too\tslow]\n\n[RE:QUESTION MUFFIN-C01] who says so? [x](y)\n\n[RE:SUPPORT MUFFIN-C01]"},
    )
    words = Words(of.graph)
    assert [words.said(link) for link in of.all] == ["too slow", "who says so?", ""]
