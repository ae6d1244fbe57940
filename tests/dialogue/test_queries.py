"""Why something stands, what would fall with it, and whether it hangs by one thread."""

from __future__ import annotations

from hypothesis import given, settings

from blue_cli.dialogue import queries
from blue_cli.dialogue.links import Links
from blue_cli.dialogue.queries import ABOVE, CIRCLE, DEEPER
from tests.dialogue.build import graph, panel
from tests.dialogue.plays import Play, plays

VERDICT = "---\nkind: final\nround: 0\nauthor: judge\nrecommendation: do it\n---\n"


def of(*rounds: dict[str, str], **files: str) -> Links:
    texts = panel(*rounds, experts="muffin scone bagel")
    return Links(graph({**texts, **{f"verdicts/{name}.md": text for name, text in files.items()}}))


def lines(links: Links, name: str, depth: int | None = None) -> list[str]:
    """The tree as text: blanks for depth, how, what, marks."""
    out = []
    for step in queries.why(links, [name], depth):
        how = f"{step.link.type}{'→' if step.out else '←'}" if step.link else ""
        marks = f" {step.again}" * bool(step.again) + " !" * step.unanswered
        out.append(" " * step.depth + how + step.name + marks)
    return out


BOTH_SIDES = {
    "muffin": """
[EVIDENCE E01: measured]

[CLAIM C01: it is slow]
[RE:DEPEND E01]

[RECOMMENDATION R01: replace it]
[RE:DEPEND C01]

[EVIDENCE E02: others did]
[RE:SUPPORT R01]
""",
    "scone": "[EVIDENCE E01: one machine]\n[RE:OPPOSE MUFFIN-E01]\n\n---\n[RE:OPPOSE MUFFIN-R01: too dear]",
}


def test_a_tree_has_both_sides_down_to_the_evidence() -> None:
    links = of(BOTH_SIDES, {"muffin": "[MOVE:DEFEND R0001: it pays]"})
    assert lines(links, "MUFFIN-R0001") == [
        "MUFFIN-R0001",
        " depend→MUFFIN-C0001",
        "  depend→MUFFIN-E0001",
        "   oppose←SCONE-E0001 !",
        " support←MUFFIN-E0002",
        " defend←@muffin",
        " oppose←@scone",
    ]


def test_a_depth() -> None:
    assert lines(of(BOTH_SIDES), "MUFFIN-R0001", 1) == [
        "MUFFIN-R0001",
        " depend→MUFFIN-C0001 deeper",
        " support←MUFFIN-E0002",
        " oppose←@scone !",
    ]
    assert DEEPER == "deeper"


def test_a_circle_is_shown_and_not_followed() -> None:
    text = "[CLAIM C01: a]\n[RE:DEPEND C02]\n\n[CLAIM C02: b]\n[RE:DEPEND C01]"
    assert lines(of({"muffin": text}), "MUFFIN-C0001") == [
        "MUFFIN-C0001",
        " depend→MUFFIN-C0002",
        f"  depend→MUFFIN-C0001 {CIRCLE}",
    ]


def test_what_was_told_is_not_told_again() -> None:
    text = (
        "[EVIDENCE E01: e]\n[RE:SUPPORT C01] [RE:SUPPORT R01]\n\n[EVIDENCE E02: f]\n[RE:SUPPORT E01]\n\n"
        "[CLAIM C01: c]\n\n[RECOMMENDATION R01: r]\n[RE:DEPEND C01]"
    )
    assert lines(of({"muffin": text}), "MUFFIN-R0001") == [
        "MUFFIN-R0001",
        " support←MUFFIN-E0001",
        "  support←MUFFIN-E0002",
        " depend→MUFFIN-C0001",
        f"  support←MUFFIN-E0001 {ABOVE}",
    ]


def test_a_tension_has_its_answers_and_what_became_part_of_it() -> None:
    links = of(
        {
            "muffin": "[TENSION T01: a]",
            "scone": "[TENSION T01: b]\n\n[RECOMMENDATION R01: r]\n[RE:ADDRESS T01]",
            "judge": "[MERGED SCONE-T01 INTO MUFFIN-T01]",
        },
        {"judge": "[RESOLVED MUFFIN-T01 VIA SCONE-R01: so]"},
    )
    answers = [" address←SCONE-R0001", " resolved←SCONE-R0001"]
    assert lines(links, "MUFFIN-T0001") == ["MUFFIN-T0001", *answers, " merged→SCONE-T0001"]
    assert lines(links, "SCONE-T0001")[:2] == ["SCONE-T0001", " merged←MUFFIN-T0001"]


def test_a_verdict_rests_on_what_it_refers_to_else_on_what_was_adopted() -> None:
    links = of(BOTH_SIDES, final=VERDICT + "[RE:SUPPORT MUFFIN-R0001] [RE:OPPOSE SCONE-E0001]\n")
    told = lines(links, "verdict/final")
    assert told[:2] == ["verdict/final", " support→MUFFIN-R0001"] and " oppose→SCONE-E0001" in told
    links = of({**BOTH_SIDES, "judge": "[ADOPTED MUFFIN-R01]"}, final=VERDICT)
    assert lines(links, "verdict/final")[:2] == ["verdict/final", " adopted→MUFFIN-R0001"]


def test_a_chain_of_thousands_is_walked() -> None:
    text = "\n\n".join(f"[CLAIM C{n:02d}: c]\n[RE:DEPEND C{n + 1:02d}]" for n in range(1, 999))
    links = of({"muffin": text + "\n\n[CLAIM C999: leaf]"})
    steps = queries.why(links, ["MUFFIN-C0001"])
    assert steps[-1].depth == 998
    assert queries.ground(links, "MUFFIN-C0001").fragile == "MUFFIN-C00999"
    assert len(queries.impact(links, "MUFFIN-C00999").falls) == 998


@given(plays())
@settings(max_examples=40, deadline=None)
def test_of_any_dialogue_each_thing_is_unfolded_once(play: Play) -> None:
    links = Links(graph(play.files()))
    for name in links.graph.entities:
        steps = queries.why(links, [name])
        unfolded = [steps[step.parent].name for step in steps if step.parent >= 0]
        assert all(len({s.parent for s in steps if s.parent >= 0 and steps[s.parent].name == n}) == 1 for n in unfolded)
        assert all(step.depth == steps[step.parent].depth + 1 for step in steps[1:])


# --- what it hangs by ------------------------------------------------------------------------------------------


def test_fragile_is_what_rests_on_one_leaf() -> None:
    two = (
        "[EVIDENCE E01: e]\n[RE:SUPPORT C01] [RE:SUPPORT C02]\n\n[CLAIM C01: a]\n[RE:SUPPORT R01]\n\n"
        "[CLAIM C02: b]\n[RE:SUPPORT R01]\n\n[RECOMMENDATION R01: r]"
    )
    ground = queries.ground(of({"muffin": two}), "MUFFIN-R0001")
    assert (ground.leaves, ground.fragile, ground.narrow) == (("MUFFIN-E0001",), "MUFFIN-E0001", ("MUFFIN-E0001",))
    links = of({"muffin": two + "\n\n[EVIDENCE E02: f]\n[RE:SUPPORT C02]"})
    ground = queries.ground(links, "MUFFIN-R0001")
    assert (ground.fragile, ground.narrow, len(ground.leaves)) == ("", (), 2)


def test_a_bottleneck_is_no_leaf() -> None:
    text = (
        "[EVIDENCE E01: e]\n[RE:SUPPORT C01]\n\n[EVIDENCE E02: f]\n[RE:SUPPORT C01]\n\n"
        "[CLAIM C01: c]\n\n[RECOMMENDATION R01: r]\n[RE:DEPEND C01]"
    )
    ground = queries.ground(of({"muffin": text}), "MUFFIN-R0001")
    assert (ground.fragile, ground.narrow) == ("", ("MUFFIN-C0001",))


def test_what_was_refuted_holds_nothing_any_more() -> None:
    text = "[EVIDENCE E01: e]\n[RE:SUPPORT R01]\n\n[EVIDENCE E02: f]\n[RE:SUPPORT R01]\n\n[RECOMMENDATION R01: r]"
    assert queries.ground(of({"muffin": text}), "MUFFIN-R0001").fragile == ""
    assert queries.ground(of({"muffin": text}, {"judge": "[REFUTED MUFFIN-E01: wrong]"}), "MUFFIN-R0001").fragile == "MUFFIN-E0002"


def test_what_nobody_supports_rests_on_nothing() -> None:
    assert queries.ground(of({"muffin": "[CLAIM C01: c]", "scone": "[RE:SUPPORT MUFFIN-C01]"}), "MUFFIN-C0001").leaves == ()


# --- what would fall -------------------------------------------------------------------------------------------


def falls(links: Links, name: str) -> list[tuple[str, str, str]]:
    return [(fall.name, fall.how, fall.because) for fall in queries.impact(links, name).falls]


def test_what_depends_on_it_falls_and_so_does_what_loses_its_last_support() -> None:
    links = of(BOTH_SIDES, final=VERDICT + "[RE:SUPPORT MUFFIN-R0001]\n")
    assert falls(links, "MUFFIN-E0001") == [
        ("MUFFIN-C0001", "depend", "MUFFIN-E0001"),
        ("MUFFIN-R0001", "depend", "MUFFIN-C0001"),
        ("verdict/final", "verdict", "MUFFIN-R0001"),
    ]
    assert falls(links, "SCONE-E0001") == []  # what it opposes does not hang on it


def test_what_keeps_a_support_is_weakened_and_stands() -> None:
    text = "[EVIDENCE E01: e]\n[RE:SUPPORT C01]\n\n[EVIDENCE E02: f]\n[RE:SUPPORT C01]\n\n[CLAIM C01: c]"
    found = queries.impact(of({"muffin": text}), "MUFFIN-E0001")
    assert (found.falls, dict(found.weakened)) == ((), {"MUFFIN-C0001": (1, 1)})
    links = of({"muffin": text}, {"judge": "[REFUTED MUFFIN-E02: no]"})
    assert falls(links, "MUFFIN-E0001") == [("MUFFIN-C0001", "support", "MUFFIN-E0001")]


def test_a_circle_falls_once() -> None:
    text = "[CLAIM C01: a]\n[RE:DEPEND C02]\n\n[CLAIM C02: b]\n[RE:DEPEND C01]"
    assert falls(of({"muffin": text}), "MUFFIN-C0001") == [("MUFFIN-C0002", "depend", "MUFFIN-C0001")]


def test_what_has_fallen_already_falls_no_more() -> None:
    links = of(BOTH_SIDES, {"judge": "[REJECTED MUFFIN-R01: no]"})
    assert [name for name, _, _ in falls(links, "MUFFIN-E0001")] == ["MUFFIN-C0001"]


def test_what_has_fallen_itself_is_asked_about_as_if_it_had_not() -> None:
    links = of(BOTH_SIDES, {"judge": "[REFUTED MUFFIN-E01: wrong]"})
    assert falls(links, "MUFFIN-C0001") == [("MUFFIN-R0001", "depend", "MUFFIN-C0001")]
    assert [name for name, _, _ in falls(links, "MUFFIN-E0001")] == ["MUFFIN-C0001", "MUFFIN-R0001"]


# --- around ----------------------------------------------------------------------------------------------------


def test_around_goes_both_ways_and_not_by_experts() -> None:
    links = of(BOTH_SIDES)
    assert queries.around(links, "MUFFIN-C0001", 0) == {"MUFFIN-C0001"}
    assert queries.around(links, "MUFFIN-C0001", 1) == {"MUFFIN-C0001", "MUFFIN-E0001", "MUFFIN-R0001"}
    assert "SCONE-E0001" in queries.around(links, "MUFFIN-C0001", 2)
