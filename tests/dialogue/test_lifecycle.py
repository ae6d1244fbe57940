"""FORMAT.md, section 5: the tables cell by cell, each reached by texts as people write them."""

from __future__ import annotations

import pytest

from blue_cli.dialogue.graph import Graph
from tests.dialogue.build import graph, panel, statuses, troubles

EXPERTS = "muffin scone strudel"
RAISED = {"muffin": "[TENSION T01: x]\n\n[RECOMMENDATION R01: y]\n", "scone": "[TENSION T01: z]\n"}
T = "MUFFIN-T0001"
QUIET: dict[str, str] = {}


def fold(*rounds: dict[str, str], **fields: str) -> Graph:
    """The tension of muffin through rounds of bodies in which `T` is its id."""
    bodies = [{author: body.replace("$T", T) for author, body in bodies.items()} for bodies in rounds]
    return graph(panel(RAISED, *bodies, experts=EXPERTS, **fields))


def status(*rounds: dict[str, str]) -> str:
    return statuses(fold(*rounds))[T]


# --- the table of tensions -------------------------------------------------------------------------------------------

ADDRESS, PROPOSE = {"scone": "[RE:ADDRESS $T]"}, {"scone": "[RE:RESOLVE $T]"}
RESOLVE, REOPEN = {"muffin": "[RE:RESOLVE $T]"}, {"scone": "[RE:REOPEN $T]"}
JUDGE_RESOLVES, JUDGE_ACCEPTS, JUDGE_REOPENS = {"judge": "[RESOLVED $T]"}, {"judge": "[ACCEPTED $T: later]"}, {"judge": "[REOPENED $T]"}

BEFORE = {
    "open": [],
    "addressed": [ADDRESS],
    "proposed": [PROPOSE],
    "reopened": [RESOLVE, REOPEN],
    "resolved": [RESOLVE],
    "resolved by the judge": [JUDGE_RESOLVES],
    "accepted": [JUDGE_ACCEPTS],
}
ACTS = [ADDRESS, PROPOSE, RESOLVE, REOPEN, JUDGE_RESOLVES, JUDGE_ACCEPTS, JUDGE_REOPENS]
NAMES = ["address", "propose", "resolve", "reopen", "judge resolves", "judge accepts", "judge reopens"]
TABLE = {
    "open": "addressed addressed resolved open resolved accepted open",
    "addressed": "addressed addressed resolved addressed resolved accepted open",
    "proposed": "addressed addressed resolved addressed resolved accepted open",
    "reopened": "addressed addressed resolved reopened resolved accepted reopened",
    "resolved": "resolved resolved resolved reopened resolved accepted reopened",
    "resolved by the judge": "resolved resolved resolved reopened resolved accepted reopened",
    "accepted": "accepted accepted accepted accepted resolved accepted reopened",
}
CELLS = [(before, act, name, after) for before, row in TABLE.items() for act, name, after in zip(ACTS, NAMES, row.split(), strict=True)]


@pytest.mark.parametrize(("before", "act", "name", "after"), CELLS, ids=[f"{b}, {n}" for b, _, n, _ in CELLS])
def test_the_table_of_tensions(before: str, act: dict[str, str], name: str, after: str) -> None:
    found = fold(*BEFORE[before], act)
    assert statuses(found)[T] == after
    by_expert = "judge" not in act
    assert [(i.target, i.status, i.actor) for i in found.illegal] == ([(T, "accepted", *act)] if before == "accepted" and by_expert else [])
    assert troubles(found) == []


@pytest.mark.parametrize(("before", "act", "name", "after"), CELLS, ids=[f"{b}, {n}" for b, _, n, _ in CELLS])
def test_who_proposed_is_kept_until_it_is_settled_or_reopened(before: str, act: dict[str, str], name: str, after: str) -> None:
    proposed = ("scone",) if after == "addressed" and name != "reopen" and (name == "propose" or before == "proposed") else ()
    assert fold(*BEFORE[before], act).standing[T].proposed_by == proposed


@pytest.mark.parametrize(
    ("bodies", "after"),
    [
        ({"scone": "[RE:ADDRESS $T]", "strudel": "[RE:RESOLVE $T]"}, "addressed"),
        ({"scone": "[RE:RESOLVE $T]", "muffin": "[RE:RESOLVE $T]"}, "resolved"),
        ({"muffin": "[RE:RESOLVE $T]", "scone": "[RE:REOPEN $T]"}, "open"),
        ({"muffin": "[RE:REOPEN $T] [RE:RESOLVE $T]"}, "open"),
        ({"muffin": "[RE:RESOLVE $T]", "scone": "[RE:REOPEN $T]", "judge": "[RESOLVED $T]"}, "resolved"),
        ({"muffin": "[RE:RESOLVE $T]", "judge": "[REOPENED $T]"}, "reopened"),
        ({"scone": "[RE:RESOLVE $T]", "judge": "[REOPENED $T]"}, "open"),
        ({"judge": "[RESOLVED $T]\n\n[REOPENED $T]"}, "reopened"),
        ({"judge": "[REOPENED $T]\n\n[RESOLVED $T]\n\n[ACCEPTED $T: later]"}, "accepted"),
        ({"judge": "[RE:RESOLVE $T]"}, "resolved"),
        ({"judge": "[RE:ADDRESS $T]"}, "addressed"),
        ({"judge": "[ACCEPTED $T: later]\n\n[RE:ADDRESS $T]"}, "accepted"),
    ],
)
def test_of_one_round_the_strongest_expert_counts_and_then_the_judge_by_position(bodies: dict[str, str], after: str) -> None:
    assert status(bodies) == after


def test_a_round_is_judged_by_the_status_at_its_start() -> None:
    assert status(RESOLVE, {"muffin": "[RE:RESOLVE $T]", "scone": "[RE:REOPEN $T]", "strudel": "[RE:ADDRESS $T]"}) == "reopened"


@pytest.mark.parametrize("by", ["scone", "muffin", "judge"])
@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize(
    "text",
    [
        "[RE:SUPPORT $T]",
        "[RE:OPPOSE $T]",
        "[RE:QUESTION $T]",
        "[RE:DEPEND $T]",
        "[TENSION T01: x]\n[RE:REFINE $T]",
        "[MOVE:CONCEDE $T]",
        "[MOVE:DEFEND $T]",
    ],
)
def test_other_acts_leave_a_tension_as_it_is(text: str, before: str, by: str) -> None:
    found = fold(*BEFORE[before], {by: text})
    assert statuses(found)[T] == status(*BEFORE[before])
    assert found.illegal == ()


def test_any_contributor_is_a_raiser() -> None:
    merged = {"judge": "[MERGED SCONE-T0001 INTO $T]"}
    assert status(merged, PROPOSE) == "resolved"
    assert status(QUIET, PROPOSE) == "addressed"


@pytest.mark.parametrize("older", ["[RESOLVED MUFFIN-T01]", "[RESOLUTION MUFFIN-T01: so]", "[RESOLVED: MUFFIN R0-T01 (so)]"])
def test_older_words_do_the_same(older: str) -> None:
    assert status({"muffin": older}) == "resolved"
    assert status({"scone": older}) == "addressed"
    assert status({"scone": "[ACKNOWLEDGED MUFFIN-T01: so]"}) == status({"scone": "[REFINEMENT on MUFFIN-T01]"}) == "addressed"


@pytest.mark.parametrize("ruling", ["[REOPENED $T]", "[ACCEPTED $T: x]", "[MERGED $T INTO SCONE-T0001]"])
def test_rulings_by_anyone_but_the_judge_have_no_effect(ruling: str) -> None:
    found = fold({"muffin": ruling})
    assert statuses(found)[T] == "open"
    assert [rule for rule, _ in troubles(found)] == ["unauthorized-ruling"]
    assert found.rulings[0].author == "muffin"


def test_an_illegal_act_says_where_it_stands() -> None:
    (illegal,) = fold(JUDGE_ACCEPTS, {"scone": "\n\n[RE:ADDRESS $T]"}).illegal
    assert (illegal.effect, illegal.actor, illegal.path[-16:], illegal.line) == ("address", "scone", "round-2/scone.md", 3)


# --- unanimity -------------------------------------------------------------------------------------------------------


def signals(**bodies: str) -> dict[str, str]:
    return {slug: f"[MOVE:CONVERGE]\n\n{bodies.get(slug, '')}" for slug in EXPERTS.split()} | {
        k: v for k, v in bodies.items() if k == "judge"
    }


@pytest.mark.parametrize(
    ("rounds", "after"),
    [
        ([signals()], "open"),
        ([ADDRESS, signals()], "addressed"),
        ([PROPOSE, signals()], "resolved"),
        ([signals(scone="[RE:RESOLVE $T]")], "resolved"),
        ([PROPOSE, QUIET, QUIET, signals()], "resolved"),
        ([PROPOSE, signals(strudel="[RE:REOPEN $T]")], "addressed"),
        ([PROPOSE, REOPEN, signals()], "addressed"),
        ([PROPOSE, REOPEN, PROPOSE, signals()], "resolved"),
        ([PROPOSE, JUDGE_REOPENS, signals()], "open"),
        ([PROPOSE, JUDGE_ACCEPTS, signals()], "accepted"),
        ([PROPOSE, signals(judge="[REOPENED $T]")], "reopened"),
        ([PROPOSE, {"muffin": "[MOVE:CONVERGE]", "scone": "[MOVE:CONVERGE]"}], "addressed"),
        ([PROPOSE, {"muffin": "[MOVE:CONVERGE]", "scone": "[MOVE:CONVERGE]", "judge": "[MOVE:CONVERGE]"}], "addressed"),
        ([PROPOSE, signals(), REOPEN, signals()], "reopened"),
    ],
)
def test_unanimity_confirms_what_was_proposed_and_not_reopened_since(rounds: list[dict[str, str]], after: str) -> None:
    assert status(*rounds) == after


def test_the_event_of_unanimity_carries_both_rounds() -> None:
    event = fold(PROPOSE, QUIET, signals()).standing[T].events[-1]
    assert (event.type, event.round, event.confirms, event.actors, event.status) == (
        "resolved",
        3,
        1,
        ("muffin", "scone", "strudel"),
        "resolved",
    )


def test_the_panel_of_the_round_is_asked_not_the_whole() -> None:
    rounds = [PROPOSE, {"muffin": "[MOVE:CONVERGE]", "scone": "[MOVE:CONVERGE]"}]
    assert statuses(fold(*rounds, panels="{2: [muffin, scone]}"))[T] == "resolved"


# --- merges ----------------------------------------------------------------------------------------------------------


def test_contributors_join_and_acts_go_to_the_whole() -> None:
    found = fold({"judge": "[MERGED SCONE-T0001 INTO $T]"}, {"strudel": "[RE:ADDRESS SCONE-T0001]"})
    whole, part = found.standing[T], found.standing["SCONE-T0001"]
    assert (part.status, part.merged_into, whole.contributors, whole.status) == ("merged", T, ("muffin", "scone"), "addressed")


def test_chains_end_at_the_last_and_cycles_nowhere() -> None:
    three = {"muffin": "[TENSION T01: a]\n\n[TENSION T02: b]\n\n[TENSION T03: c]"}
    merges = [(1, 2), (2, 3), (3, 1)]
    chain = {"judge": "\n\n".join(f"[MERGED MUFFIN-T000{a} INTO MUFFIN-T000{b}]" for a, b in merges)}
    act = {"muffin": "[RE:RESOLVE MUFFIN-T0001]"}
    assert list(statuses(graph(panel(three, chain, act))).values()) == ["merged", "merged", "resolved"]


@pytest.mark.parametrize(
    "ruling", ["[MERGED $T INTO $T]", "[MERGED $T]", "[MERGED $T INTO MUFFIN-R0001]", "[MERGED $T INTO @scone]", "[MERGED $T INTO nothing]"]
)
def test_what_cannot_be_merged_is_a_trouble_and_stays(ruling: str) -> None:
    found = fold({"judge": ruling})
    assert statuses(found)[T] == "open"
    assert troubles(found)


def test_perspectives_merge_too() -> None:
    found = graph(
        panel({"muffin": "[PERSPECTIVE P01: a]", "scone": "[PERSPECTIVE P01: b]", "judge": "[MERGED SCONE-P0001 INTO MUFFIN-P0001]"})
    )
    assert statuses(found, "P") == {"MUFFIN-P0001": "open", "SCONE-P0001": "merged"}
    assert found.standing["MUFFIN-P0001"].contributors == ("muffin", "scone")


# --- the other kinds -------------------------------------------------------------------------------------------------

OTHERS = "[PERSPECTIVE P01: a]\n\n[RECOMMENDATION R01: b]\n\n[EVIDENCE E01: c]\n\n[CLAIM C01: d]\n\n[STANCE S01: HOLD]\n"


@pytest.mark.parametrize(
    ("name", "rounds", "after"),
    [
        ("P", [], "open"),
        ("P", [{"scone": "[PERSPECTIVE P01: x]\n[RE:REFINE MUFFIN-P0001]"}], "refined"),
        ("P", [{"scone": "[MOVE:CONCEDE MUFFIN-P0001]"}], "open"),
        ("P", [{"muffin": "[MOVE:CONCEDE MUFFIN-P0001]"}], "conceded"),
        ("P", [{"muffin": "[CONCESSION: P01 was wrong]"}], "conceded"),
        ("P", [{"muffin": "[MOVE:CONCEDE MUFFIN-P0001]"}, {"scone": "[PERSPECTIVE P01: x]\n[RE:REFINE MUFFIN-P0001]"}], "conceded"),
        ("P", [{"scone": "[RE:OPPOSE MUFFIN-P0001]"}], "open"),
        ("R", [], "proposed"),
        ("R", [{"scone": "[RECOMMENDATION R01: x]\n[RE:REFINE MUFFIN-R0001]"}], "amended"),
        ("R", [{"judge": "[ADOPTED MUFFIN-R0001]"}], "adopted"),
        ("R", [{"judge": "[REJECTED MUFFIN-R0001: no]"}], "rejected"),
        ("R", [{"scone": "[ADOPTED MUFFIN-R0001]"}], "proposed"),
        ("R", [{"judge": "[ADOPTED MUFFIN-R0001]\n\n[REJECTED MUFFIN-R0001: no]"}], "rejected"),
        ("R", [{"judge": "[ADOPTED MUFFIN-R0001]"}, {"scone": "[RECOMMENDATION R01: x]\n[RE:REFINE MUFFIN-R0001]"}], "adopted"),
        ("E", [], "cited"),
        ("E", [{"scone": "[RE:OPPOSE MUFFIN-E0001]"}], "challenged"),
        ("E", [{"scone": "[RE:QUESTION MUFFIN-E0001]"}], "challenged"),
        ("E", [{"muffin": "[RE:QUESTION MUFFIN-E0001]"}], "cited"),
        ("E", [{"scone": "[RE:SUPPORT MUFFIN-E0001]"}], "cited"),
        ("E", [{"scone": "[RE:OPPOSE MUFFIN-E0001]", "judge": "[CONFIRMED MUFFIN-E0001]"}], "confirmed"),
        ("E", [{"judge": "[CONFIRMED MUFFIN-E0001]"}, {"scone": "[RE:OPPOSE MUFFIN-E0001]"}], "confirmed"),
        ("E", [{"judge": "[CONFIRMED MUFFIN-E0001]"}, {"judge": "[REFUTED MUFFIN-E0001: no]"}], "refuted"),
        ("C", [], "asserted"),
        ("C", [{"scone": "[RE:SUPPORT MUFFIN-C0001]"}], "supported"),
        ("C", [{"scone": "[RE:OPPOSE MUFFIN-C0001]"}], "opposed"),
        ("C", [{"scone": "[RE:OPPOSE MUFFIN-C0001]", "strudel": "[RE:SUPPORT MUFFIN-C0001]"}], "opposed"),
        ("C", [{"scone": "[RE:OPPOSE MUFFIN-C0001]"}, {"scone": "[RE:SUPPORT MUFFIN-C0001]"}], "supported"),
        ("C", [{"muffin": "[MOVE:CONCEDE MUFFIN-C0001]"}, {"scone": "[RE:SUPPORT MUFFIN-C0001]"}], "withdrawn"),
        ("C", [{"scone": "[MOVE:CONCEDE MUFFIN-C0001]"}], "asserted"),
        ("S", [{"scone": "[RE:OPPOSE MUFFIN-S0001]"}], "stated"),
    ],
)
def test_the_other_kinds(name: str, rounds: list[dict[str, str]], after: str) -> None:
    found = graph(panel({"muffin": OTHERS}, *rounds, experts=EXPERTS))
    assert found.standing[f"MUFFIN-{name}0001"].status == after


# --- events ----------------------------------------------------------------------------------------------------------


def test_every_event_carries_round_actor_cause_path_and_line() -> None:
    found = fold(
        {"scone": "[PERSPECTIVE P01: why]\n\nso [RE:ADDRESS $T]"},
        {"muffin": "[RE:RESOLVE $T]"},
        {"judge": "[REOPENED $T VIA MUFFIN-R0001: no]"},
    )
    events = [(e.type, e.round, e.actors, e.reference, e.path.partition("round-")[2], e.line, e.status) for e in found.standing[T].events]
    assert events == [
        ("opened", 0, ("muffin",), None, "0/muffin.md", 1, ""),
        ("addressed", 1, ("scone",), "SCONE-P0101", "1/scone.md", 3, "addressed"),
        ("resolved", 2, ("muffin",), "@muffin", "2/muffin.md", 1, "resolved"),
        ("reopened", 3, ("judge",), "MUFFIN-R0001", "3/judge.md", 1, "reopened"),
    ]


def test_saying_again_what_stands_is_an_event_without_effect() -> None:
    found = fold(RESOLVE, RESOLVE, ADDRESS)
    assert [(e.type, e.status) for e in found.standing[T].events] == [
        ("opened", ""),
        ("resolved", "resolved"),
        ("resolved", ""),
        ("addressed", ""),
    ]
    assert found.illegal == ()
