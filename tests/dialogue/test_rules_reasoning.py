"""Advice on the reasoning: each rule speaks where a careful reader would ask, and nowhere else."""

from __future__ import annotations

import pytest

from blue_cli.dialogue.rulebook import ADVICE, RULES
from blue_cli.errors import Finding
from tests.dialogue.build import head, panel
from tests.dialogue.test_rules import check, said

R01 = said("[RECOMMENDATION R01: Expire entries after an hour]", "R01: R0001")
T01 = said("[TENSION T01: Latency]", "T01: T0001")
SUPPORT, OPPOSE = "[RE:SUPPORT R0001]", "[RE:OPPOSE R0001]"
CONVERGE = "[MOVE:CONVERGE]"
NOTHING = "Some thoughts.\n"


def advice(files: dict[str, str]) -> list[Finding]:
    return [f for f in check(dict(files)) if f.severity == ADVICE]


def rules(files: dict[str, str]) -> list[str]:
    return [f.rule for f in advice(files)]


def rounds(*scone: str) -> dict[str, str]:
    """Muffin recommends something; what scone then writes, round by round."""
    return panel({"muffin": R01, "scone": NOTHING}, *({"muffin": NOTHING, "scone": text} for text in scone))


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.group == "reasoning"], ids=lambda rule: rule.id)
def test_advice_never_fails_a_check(rule: object) -> None:
    assert rule.severity == ADVICE  # type: ignore[attr-defined]


# --- two sides -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        f"{SUPPORT}\n\n{OPPOSE}",
        f"{SUPPORT}\n\n[CLAIM C01: Too slow]\n{OPPOSE}",
        f"{OPPOSE}\n\n[STANCE S01: APPROVE | 0.9 on R0001]",
        "[STANCE S01: REJECT | 0.9 on R0001]\n\n[STANCE S02: APPROVE | 0.9 on R0001]",
    ],
)
def test_for_and_against_in_one_round_is_a_contradiction(text: str) -> None:
    (finding,) = advice(rounds(text))
    assert (finding.rule, finding.id) == ("contradiction", "MUFFIN-R0001")
    assert finding.related and finding.path.endswith("round-1/scone.md")


@pytest.mark.parametrize(
    "text",
    [
        f"{SUPPORT}\n\n[RE:QUESTION R0001: by when?]",
        f"{OPPOSE}\n\n[STANCE S01: CONDITIONAL | 0.9 on R0001]\nIf it is measured.",
        f"{SUPPORT}\n\n[MOVE:CHALLENGE R0001]",
        f"{OPPOSE}\n\n{OPPOSE}",
    ],
)
def test_a_question_or_a_condition_is_no_side(text: str) -> None:
    assert rules(rounds(text)) == []


def test_two_adopted_recommendations_of_which_one_opposes_the_other() -> None:
    second = said(f"[RECOMMENDATION R01: Never expire]\n{OPPOSE}", "R01: R0002")
    files = panel({"muffin": R01, "scone": second, "judge": "[ADOPTED R0001]\n[ADOPTED R0002]\n"})
    (finding,) = advice(files)
    assert finding.rule == "contradiction" and finding.message == "R0002 and R0001 are both adopted, and one opposes the other"
    files["round-0/judge.md"] = "[ADOPTED R0001]\n[REJECTED R0002: no]\n"
    assert rules(files) == []


def test_a_change_of_sides_without_a_word() -> None:
    (finding,) = advice(rounds(SUPPORT, OPPOSE))
    assert finding.rule == "unexplained-flip"
    assert finding.message == "scone was for R0001 in round 1, and is against it now"


@pytest.mark.parametrize(
    "turn",
    [
        "[RE:OPPOSE R0001: the disks are full]",
        f"{OPPOSE} The disks are full.",
        f"I have looked at the disks.\n{OPPOSE}",
        f"[CLAIM C01: The disks are full]\n{OPPOSE}",
        f"[MOVE:CONCEDE R0001]\n\n{OPPOSE}",
        "[STANCE S01: REJECT | 0.9 on R0001]\nThe disks are full.",
    ],
)
def test_a_change_of_sides_with_a_reason(turn: str) -> None:
    assert rules(rounds(SUPPORT, turn)) == []


def test_what_was_refined_in_between_may_be_judged_anew() -> None:
    files = rounds(SUPPORT, OPPOSE)
    files["round-2/muffin.md"] = said("[RECOMMENDATION R01: After two hours]\n[RE:REFINE R0001]", "R01: R0201")
    assert rules(files) == []


def test_each_turn_is_told_once() -> None:
    assert rules(rounds(SUPPORT, SUPPORT, OPPOSE, OPPOSE, SUPPORT)) == ["unexplained-flip", "unexplained-flip"]


def test_a_contradiction_is_no_side_to_turn_from() -> None:
    assert rules(rounds(SUPPORT, f"{SUPPORT}\n\n{OPPOSE}", OPPOSE)) == ["contradiction"]


# --- evidence --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["[EVIDENCE E01: Load test]\n[RE:SUPPORT R0001]\n\n{}", "[EVIDENCE E01: Load test]\n\n{}\n[RE:DEPEND E0001]"]
)
@pytest.mark.parametrize(("ruling", "found"), [("[REFUTED E0001: wrong]", ["refuted-support"]), ("[CONFIRMED E0001]", [])])
def test_what_rests_on_refuted_evidence(text: str, ruling: str, found: list[str]) -> None:
    body = said(text.format("[RECOMMENDATION R01: An hour]"), "E01: E0001, R01: R0001")
    assert rules(panel({"muffin": body, "judge": ruling + "\n"})) == found


@pytest.mark.parametrize("ending", ["[REJECTED R0001: no]", "[ADOPTED R0001]"])
def test_what_was_given_up_need_not_rest_on_anything(ending: str) -> None:
    body = said("[EVIDENCE E01: Load test]\n[RE:SUPPORT R0001]\n\n[RECOMMENDATION R01: An hour]", "E01: E0001, R01: R0001")
    files = panel({"muffin": body, "judge": f"[REFUTED E0001: wrong]\n{ending}\n"})
    assert rules(files) == ([] if "REJECTED" in ending else ["refuted-support"])


TWO = "[EVIDENCE E01: June]\n[RE:SUPPORT R0001]\n\n[EVIDENCE E02: July]\n\n[RECOMMENDATION R01: An hour]"


def evidence(body: str = TWO, later: str = NOTHING) -> dict[str, str]:
    return panel({"muffin": said(body, "E01: E0001, E02: E0002, R01: R0001")}, {"muffin": later})


def test_evidence_that_stands_alone_beside_evidence_that_does_not() -> None:
    (finding,) = advice(evidence())
    assert (finding.rule, finding.id, finding.line) == ("orphan-evidence", "MUFFIN-E0002", 8)


SPEAKING = ["[RE:QUESTION E0002: whose?]", "[MOVE:DEFEND E0002]", "As E0002 shows.", "[CLAIM C01: a]\n[RE:DEPEND E0002]"]


@pytest.mark.parametrize("later", SPEAKING)
def test_evidence_that_somebody_speaks_of_is_not_alone(later: str) -> None:
    assert "orphan-evidence" not in rules(evidence(later=later))


def test_evidence_that_its_own_file_names_is_not_alone() -> None:
    assert rules(evidence(TWO + "\nSee E02.")) == []


def test_where_nobody_links_evidence_none_is_alone() -> None:
    assert rules(evidence(TWO.replace("[RE:SUPPORT R0001]", ""))) == []


def test_of_the_last_round_nobody_could_yet_speak() -> None:
    files = evidence()
    del files["round-1/muffin.md"]
    assert rules(files) == []
    late = said("[EVIDENCE E01: August]", "E01: E0101")
    assert [f.id for f in advice(evidence(later=late))] == ["MUFFIN-E0002"]


# --- convergence -------------------------------------------------------------------------------------------------------------


def signalling(first: str = T01, **more: str) -> dict[str, str]:
    return panel({"muffin": first, "scone": NOTHING}, {"muffin": CONVERGE, "scone": NOTHING}, **more)


def test_who_signals_with_an_open_tension_of_their_own() -> None:
    (finding,) = advice(signalling())
    assert (finding.rule, finding.id) == ("converge-with-own-open-tension", "MUFFIN-T0001")
    assert finding.path.endswith("round-1/muffin.md")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("round-1/judge.md", "[ACCEPTED T0001: later]\n"),
        ("round-1/muffin.md", f"[RE:RESOLVE T0001]\n\n{CONVERGE}\n"),
        ("round-1/scone.md", "[RE:RESOLVE T0001]\n"),  # to signal agrees to what is proposed
        ("round-2/muffin.md", "Not yet.\n"),  # the last word is another
        ("round-0/muffin.md", NOTHING),
    ],
)
def test_nothing_of_ones_own_is_open_or_one_has_not_signalled(path: str, text: str) -> None:
    assert "converge-with-own-open-tension" not in rules({**signalling(), path: text})


def test_a_member_who_never_wrote() -> None:
    (finding,) = advice(panel({"muffin": T01}, {"muffin": NOTHING}, experts="muffin scone"))
    assert finding.rule == "silent-expert" and finding.path.endswith("dialogue.md")
    assert (finding.line, finding.column, finding.id) == (7, 10, "@scone")


def test_nobody_is_silent_in_a_round_that_is_not_over_or_once_they_have_spoken_or_left() -> None:
    silence = {"muffin": NOTHING}
    assert rules(panel(silence, experts="muffin scone")) == []
    assert rules(panel(silence, {"muffin": NOTHING, "scone": NOTHING}, experts="muffin scone")) == []
    files = panel(silence, {"muffin": NOTHING})
    files["dialogue.md"] = head("muffin", "{slug: scone, to_round: 0}", "{slug: eclair, from_round: 1}")
    assert rules(files) == []


def test_an_older_panel_is_named_by_its_file() -> None:
    files = {"round-0/muffin.md": NOTHING, "round-1/muffin.md": NOTHING}
    listed = {f"round-{n}/panel.json": '["muffin", "scone"]' for n in (0, 1)}
    assert [(f.rule, f.path.rpartition("policy/")[2]) for f in advice({**files, **listed})] == [("silent-expert", "round-0/panel.json")]
    assert rules(files) == []


def test_a_panel_that_agrees_before_anybody_has_doubted() -> None:
    assert rules(panel({"muffin": CONVERGE, "scone": CONVERGE})) == ["fast-unanimity"]
    assert rules(panel({"muffin": R01, "scone": NOTHING}, {"muffin": CONVERGE, "scone": CONVERGE})) == ["fast-unanimity"]


DOUBTS = ["[RE:QUESTION R0001: by when?]", OPPOSE, "[MOVE:CHALLENGE R0001]", "[TENSION T01: x]", "[STANCE S01: REJECT | 0.9 on R0001]\nNo."]


@pytest.mark.parametrize("doubt", DOUBTS)
def test_one_doubt_is_enough(doubt: str) -> None:
    files = panel({"muffin": R01, "scone": doubt}, {"muffin": CONVERGE, "scone": f"[RE:RESOLVE T0001]\n{CONVERGE}"})
    assert "fast-unanimity" not in rules(files)


def test_agreeing_late_or_alone_is_not_fast() -> None:
    assert rules(panel({"muffin": CONVERGE})) == []
    assert rules(panel({"muffin": CONVERGE, "scone": NOTHING})) == []
    silence = {"muffin": NOTHING, "scone": NOTHING}
    assert rules(panel(silence, silence, {"muffin": CONVERGE, "scone": CONVERGE})) == []
