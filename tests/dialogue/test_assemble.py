"""The fold (FORMAT.md, sections 3 and 5): what decides, and above all what must not."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from blue_cli.dialogue import convergence
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.lifecycle import FIRST
from tests.dialogue import plays
from tests.dialogue.build import edges, graph, head, moves, panel, statuses, troubles
from tests.dialogue.plays import NAMES, ROUNDS, Play


def all_statuses(found: Graph) -> dict[str, str]:
    return {name: standing.status for name, standing in found.standing.items()}


def printed(found: Graph) -> str:
    """Everything that output can be made of, in its order."""
    sources = found.sources._replace(findings=tuple(sorted(found.sources.findings)))
    return repr(found._replace(cast=None, sources=sources))  # type: ignore[arg-type]


# --- what must not decide ---------------------------------------------------------------------------------------------


@given(plays.plays(), st.randoms(use_true_random=False))
def test_the_order_of_files_decides_nothing(play: Play, random: st.DataObject) -> None:
    files = list(play.files().items())
    wanted = printed(graph(dict(files)))
    random.shuffle(files)  # type: ignore[attr-defined]
    assert printed(graph(dict(files))) == wanted


def test_nor_with_two_files_whose_names_differ_in_case_only() -> None:
    files = {"dialogue.md": head("muffin"), "round-0/muffin.md": "[TENSION T01: a]", "round-0/Muffin.md": "[TENSION T01: b]"}
    assert len({printed(graph(dict(order))) for order in itertools.permutations(files.items())}) == 1


@given(plays.plays(), st.permutations(("zebra", "apple", "muffin-two")))
def test_the_names_of_experts_decide_nothing(play: Play, names: list[str]) -> None:
    before, after = graph(play.files()), graph(play.files(names))
    back = {new.upper(): old.upper() for new, old in zip(names, NAMES, strict=True)} | {"JUDGE": "JUDGE"}
    renamed = {
        f"{back[author]}-{rest}": status for name, status in all_statuses(after).items() for author, _, rest in [name.rpartition("-")]
    }
    assert renamed == all_statuses(before)
    assert Counter(m.type for m in before.moves) == Counter(m.type for m in after.moves)


@given(plays.plays())
def test_what_comes_later_changes_no_earlier_round(play: Play) -> None:
    """The events of the whole, cut at any round, give what reading up to that round gives."""
    whole = graph(play.files())
    for round in range(ROUNDS):
        prefix = graph(play.files(until=round))
        assert all_statuses(prefix) == {name: replayed(whole, name, round) for name, e in whole.entities.items() if e.round <= round}
        opened = {name for name, e in whole.entities.items() if e.kind == "T" and convergence.open_after(whole, name, round)}
        assert opened == set(convergence.measure(prefix).open_tensions)


def replayed(found: Graph, name: str, round: int) -> str:
    standing = found.standing[name]
    first = "raised" if standing.status == "raised" else FIRST[found.entities[name].kind]
    said = [e.status for e in standing.events if e.status and e.round <= round]
    return said[-1] if said else first


@given(plays.plays(), st.sampled_from(["T", "TP"]))
def test_a_narrow_reading_says_the_same_of_tensions(play: Play, only: str) -> None:
    narrow, whole = graph(play.files(), only), graph(play.files())
    assert [story(narrow, e.canonical) for e, _ in narrow.of_kind("T")] == [story(whole, e.canonical) for e, _ in whole.of_kind("T")]
    assert narrow.signals == whole.signals and narrow.writers == whole.writers
    if "P" in only:
        assert [(e.canonical, e.id, e.round) for e, _ in narrow.of_kind("P")] == [
            (e.canonical, e.id, e.round) for e, _ in whole.of_kind("P")
        ]


def story(found: Graph, name: str) -> object:
    entity, standing = found.entities[name], found.standing[name]
    events = [(e.type, e.round, e.actors, e.status, e.confirms) for e in standing.events]
    return entity.canonical, entity.id, entity.label, entity.assigned, standing._replace(events=()), events


@given(plays.plays())
def test_folding_is_total_and_names_what_it_could_not_take(play: Play) -> None:
    found = graph(play.files())
    assert set(found.standing) == set(found.entities)
    assert all(r.target in found.entities or ("dangling-ref", r.written) in troubles(found) for r in found.refs)
    assert all(standing.events[0].round == found.entities[name].round for name, standing in found.standing.items())
    for standing in found.standing.values():
        assert [e.round for e in standing.events] == sorted(e.round for e in standing.events)
        assert standing.merged_into is None or standing.status == "merged"


@settings(max_examples=30)
@given(plays.plays())
def test_the_plays_are_about_something(play: Play) -> None:
    assume(len(graph(play.files()).refs) > 2)


# --- the judge --------------------------------------------------------------------------------------------------------


def test_the_judge_speaks_after_the_experts_whatever_the_names() -> None:
    first = {"muffin": "[TENSION T01: a]"}
    for slug in ("aa", "zz"):
        found = graph(panel(first, {slug: "[RE:REOPEN MUFFIN-T0001]", "judge": "[ACCEPTED MUFFIN-T0001: later]"}))
        assert statuses(found) == {"MUFFIN-T0001": "accepted"}
        assert found.illegal == ()


def test_then_rulings_by_the_bytes_of_their_names() -> None:
    files = panel({"muffin": "[TENSION T01: a]", "judge": "[ACCEPTED MUFFIN-T0001: later]"})
    rulings = {"round-0/rulings/Z.md": "[REOPENED MUFFIN-T0001]", "round-0/rulings/a.md": "[RESOLVED MUFFIN-T0001]"}
    assert statuses(graph(files | rulings)) == {"MUFFIN-T0001": "resolved"}
    swapped = {"round-0/rulings/a.md": "[REOPENED MUFFIN-T0001]", "round-0/rulings/Z.md": "[RESOLVED MUFFIN-T0001]"}
    assert statuses(graph(files | swapped)) == {"MUFFIN-T0001": "reopened"}


def test_refs_to_what_comes_later_have_no_effect() -> None:
    found = graph(panel({"muffin": "[TENSION T01: a]\n[RE:RESOLVE MUFFIN-T0101]"}, {"muffin": "[TENSION T01: b]"}))
    assert statuses(found)["MUFFIN-T0101"] == "open"
    assert troubles(found) == [("future-ref", "MUFFIN-T0101")]


def test_a_merge_into_what_comes_later_has_none_either() -> None:
    found = graph(panel({"muffin": "[TENSION T01: a]", "judge": "[MERGED MUFFIN-T0001 INTO MUFFIN-T0101]"}, {"muffin": "[TENSION T01: b]"}))
    assert statuses(found)["MUFFIN-T0001"] == "open"
    assert [rule for rule, _ in troubles(found)] == ["future-ref"]


def test_where_only_the_judges_tensions_count_the_others_are_raised() -> None:
    rounds = [
        {"muffin": "[TENSION T01: a]", "judge": "[TENSION T01: b]"},
        {"muffin": "[RE:RESOLVE MUFFIN-T0001]", "scone": "[RESOLVED T01]"},
    ]
    found = graph(panel(*rounds, tensions="judge"))
    assert statuses(found) == {"MUFFIN-T0001": "raised", "JUDGE-T0001": "addressed"}
    assert [e.type for e in found.standing["MUFFIN-T0001"].events] == ["opened", "resolved"] or found.standing["MUFFIN-T0001"].events


@pytest.mark.parametrize(
    "spelling",
    [
        "[RESOLVED on MUFFIN-T01 -- measured]",
        "[RESOLVED: MUFFIN-T01 (measured)]",
        "[RESOLVED MUFFIN-T01: measured]",
        "[RESOLVED MUFFIN R0-T01]",
    ],
)
def test_the_judge_may_use_the_older_spellings(spelling: str) -> None:
    found = graph(panel({"muffin": "[TENSION T01: a]", "judge": spelling}))
    assert (statuses(found), troubles(found)) == ({"MUFFIN-T0001": "resolved"}, [])


def test_a_ruling_names_its_reason_its_cause_and_its_targets() -> None:
    body = "[TENSION T01: a]\n\n[TENSION T02: b]\n\n[RECOMMENDATION R01: c]"
    (ruling,) = graph(panel({"muffin": body, "judge": "[RESOLVED MUFFIN-T0001, MUFFIN-T0002 VIA MUFFIN-R0001: measured: twice]"})).rulings
    assert (ruling.type, ruling.targets, ruling.via, ruling.reason) == (
        "resolved",
        ("MUFFIN-T0001", "MUFFIN-T0002"),
        "MUFFIN-R0001",
        "measured: twice",
    )


@pytest.mark.parametrize("ruling", ["[ACCEPTED MUFFIN-T0001]", "[REJECTED MUFFIN-R0001]", "[REFUTED MUFFIN-E0001]"])
def test_rulings_that_need_a_reason_say_so(ruling: str) -> None:
    body = "[TENSION T01: a]\n\n[RECOMMENDATION R01: b]\n\n[EVIDENCE E01: c]"
    assert [rule for rule, _ in troubles(graph(panel({"muffin": body, "judge": ruling})))] == ["missing-field"]


# --- refs -------------------------------------------------------------------------------------------------------------


def test_the_source_is_the_entity_in_whose_content_a_ref_stands() -> None:
    ref = "[RE:DEPEND SCONE-T01]"
    body = f"so {ref}\n\n[CLAIM C01: x] {ref}\n\nand {ref}\n\n## then\n\n{ref}\n\n[CLAIM C02: y]\n\n---\n\n{ref}"
    found = graph(panel({"scone": "[TENSION T01: a]", "muffin": body}))
    assert [source for source, _, _ in edges(found)] == ["@muffin", "MUFFIN-C0001", "MUFFIN-C0001", "@muffin", "@muffin"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("[PERSPECTIVE P01: x]\n[RE:REFINE SCONE-T0001]", "refine-type-mismatch"),
        ("[RE:REFINE SCONE-P0001]", "refine-type-mismatch"),
        ("[RE:ADDRESS SCONE-P0001]", "invalid-ref-target"),
        ("[RE:RESOLVE @scone]", "invalid-ref-target"),
        ("[TENSION T01: x]\n[RE:SUPPORT MUFFIN-T0001]", "self-ref"),
        ("[ACKNOWLEDGED: SCONE-P0001]", "invalid-ref-target"),
    ],
)
def test_verbs_that_may_not_have_their_target(text: str, rule: str) -> None:
    found = graph(panel({"scone": "[TENSION T01: a]\n\n[PERSPECTIVE P01: b]", "muffin": text}))
    assert [r for r, _ in troubles(found)] == [rule]
    assert found.standing["SCONE-T0001"].status == found.standing["SCONE-P0001"].status == "open"


def test_moves_without_a_target_are_moves_all_the_same() -> None:
    said = ["[RESOLVED: all of it]", "[REFINEMENT: sharper]", "[CONCESSION: fair]", "[MOVE:REQUEST the bill: how much?]"]
    found = graph(panel({"muffin": "\n\n".join([*said, "[MOVE:CONVERGE]", "[MOVE:CONVERGE]"])}))
    assert moves(found) == [("muffin", kind, ()) for kind in ("resolve", "refine", "concede", "request", "converge")]
    assert troubles(found) == []


@pytest.mark.parametrize("text", ["[REFINEMENT on SCONE-T01]", "[PERSPECTIVE P01: x]\n[REFINEMENT: SCONE-P01 sharper]"])
def test_a_refinement_addresses_a_tension_and_refines_its_own_kind(text: str) -> None:
    found = graph(panel({"scone": "[TENSION T01: a]\n\n[PERSPECTIVE P01: b]", "muffin": text}))
    assert [kind for _, kind, _ in edges(found)] == ["address" if "T01" in text else "refine"]


@pytest.mark.parametrize(
    ("label", "stance", "on"),
    [
        ("APPROVE | 0.85", ("APPROVE", 0.85), None),
        ("approve | 1", ("APPROVE", 1.0), None),
        ("HOLD", ("HOLD", None), None),
        ("REJECT | .5 on MUFFIN-R0001", ("REJECT", 0.5), "MUFFIN-R0001"),
        ("CONDITIONAL | 0.75 on R0001: if it ships", ("CONDITIONAL", 0.75), "MUFFIN-R0001"),
        ("PERHAPS | 0.5", None, None),
    ],
)
def test_a_stance_has_a_word_a_confidence_and_may_say_on_what(label: str, stance: object, on: str | None) -> None:
    found = graph(panel({"muffin": "[RECOMMENDATION R01: a]", "scone": f"[STANCE S01: {label}]"}))
    assert (found.entities["SCONE-S0001"].stance, found.abouts.get("SCONE-S0001")) == (stance, on)


def test_many_entities_and_headings_take_no_time() -> None:
    assert len(graph(panel({"muffin": "[TENSION T01: x]\n\n# h\n\n" * 20000})).entities) == 999
