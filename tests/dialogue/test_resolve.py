"""FORMAT.md, section 4, "Resolving a written target", clause by clause."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.dialogue import resolve
from blue_cli.dialogue.graph import Graph
from tests.dialogue import texts
from tests.dialogue.build import edges, graph, head, moves, panel, troubles

SLUGS = frozenset(["muffin", "scone", "strudel", "petit-four"])
ROUND_0 = {
    "muffin": "[TENSION T01: a]\n\n[TENSION T02: b]\n\n[TENSION T-NEW: c]\n",
    "scone": "[TENSION T01: d]\n\n[PERSPECTIVE P01: e]\n",
    "petit-four": "[TENSION T01: f]\n",
}


def target(text: str, *, ids: str = "", by: str = "scone", second: str = "") -> str | None:
    """What one marker in round 1 refers to, written by `by` after `second`."""
    found = asked(text, ids=ids, by=by, second=second)
    return found.refs[-1].target


def asked(text: str, *, ids: str = "", by: str = "scone", second: str = "", **fields: str) -> Graph:
    return graph(panel(ROUND_0, {by: f"{ids}{second}\n\n# then\n\n{text}\n", "judge": ""}, experts="muffin scone petit-four", **fields))


# --- one target ------------------------------------------------------------------------------------------------------


def test_0_what_the_file_binds_comes_first() -> None:
    ids = "---\nrefs: {T0001: SCONE-T0001, T02: PETIT-FOUR-T0001}\n---\n"
    assert target("[RE:ADDRESS T0001]", ids=ids) == "SCONE-T0001"
    assert target("[RE:ADDRESS T02]", ids=ids) == "PETIT-FOUR-T0001"
    assert target("[RE:ADDRESS T0002]", ids=ids) == "MUFFIN-T0002"


@pytest.mark.parametrize("bound", ["GONE-T0001", "5", "[T0001]", "{a: b}", "true", '""'])
def test_0_a_binding_to_nothing_dangles(bound: str) -> None:
    found = asked("[RE:ADDRESS T0001]", ids=f"---\nrefs: {{T0001: {bound}}}\n---\n")
    assert found.refs[-1].target is None
    assert troubles(found) == [("dangling-ref", "T0001")]


@pytest.mark.parametrize("refs", ["refs: 1", "refs: [T0001]", "refs:"])
def test_0_bindings_of_another_shape_are_none(refs: str) -> None:
    assert target("[RE:ADDRESS T0001]", ids=f"---\n{refs}\n---\n") == "MUFFIN-T0001"


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("T0002", "MUFFIN-T0002"),
        ("t0002", "MUFFIN-T0002"),
        ("T0005", "SCONE-T0001"),
        ("T00005", "SCONE-T0001"),
        ("P0001", "SCONE-P0001"),
        ("T0009", None),
        ("T9902", None),
        ("T" + "1" * 5000, None),
    ],
)
def test_1_four_or_more_digits_are_a_display_id(written: str, wanted: str | None) -> None:
    assert target(f"[RE:DEPEND {written}]") == wanted


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("MUFFIN-T0002", "MUFFIN-T0002"),
        ("muffin-t0002", "MUFFIN-T0002"),
        ("Muffin-T00002", "MUFFIN-T0002"),
        ("PETIT-FOUR-T0001", "PETIT-FOUR-T0001"),
        ("petit-four T0001", "PETIT-FOUR-T0001"),
        ("MUFFIN-T0109", None),
        ("STRUDEL-T0001", None),
        ("FOUR-T0001", None),
    ],
)
def test_2_a_name_and_four_digits_are_canonical(written: str, wanted: str | None) -> None:
    assert target(f"[RE:DEPEND {written}]") == wanted


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("MUFFIN-T01", "MUFFIN-T0001"),
        ("Muffin T1", "MUFFIN-T0001"),
        ("muffin-t02", "MUFFIN-T0002"),
        ("MUFFIN-T01 (R0)", "MUFFIN-T0001"),
        ("MUFFIN R0-T01", "MUFFIN-T0001"),
        ("Muffin R0 T01", "MUFFIN-T0001"),
        ("MUFFIN-R0-T01", "MUFFIN-T0001"),
        ("@muffin-T01", "MUFFIN-T0001"),
        ("petit-four T01", "PETIT-FOUR-T0001"),
        ("Petit-Four R0-T01", "PETIT-FOUR-T0001"),
        ("MUFFIN R1-T01", None),
        ("MUFFIN-T01 (R1)", None),
        ("MUFFIN-T07", None),
        ("CROISSANT-T01", None),
        ("SCONE-T01", "SCONE-T0001"),
    ],
)
def test_3_a_name_and_a_local_number(written: str, wanted: str | None) -> None:
    assert target(f"[RE:DEPEND {written}]") == wanted


def test_3_without_a_round_the_latest_earlier_one_before_this_one() -> None:
    own = "[TENSION T01: own]"
    assert target("[RE:DEPEND SCONE-T01]", second=own) == "SCONE-T0001"
    assert target("[RE:DEPEND SCONE R1-T01]", second=own) == "SCONE-T0101"
    assert target("[RE:DEPEND SCONE-T05]", second="[TENSION T05: own]") == "SCONE-T0105"
    rounds = [
        {"muffin": "[TENSION T01: a]"},
        {"muffin": "[TENSION T01: b]"},
        {"muffin": "[TENSION T01: c]", "scone": "[RE:DEPEND MUFFIN-T01]"},
    ]
    assert graph(panel(*rounds)).refs[-1].target == "MUFFIN-T0101"


def test_4_a_qualified_id_in_an_act_stands_for_the_bare_one_of_its_number() -> None:
    found = asked("[RESOLVED T01: MUFFIN-T01 (measured)]")
    assert edges(found)[-1:] == [("@scone", "resolve", "MUFFIN-T0001")]
    assert len(found.refs) == 1


def test_5_a_bare_number_is_this_files_own() -> None:
    assert target("[RE:DEPEND T05]", second="[TENSION T05: own]") == "SCONE-T0105"


def test_5_else_the_authors_latest_earlier_one() -> None:
    assert target("[RE:DEPEND T01]") == "SCONE-T0001"
    assert target("[RE:DEPEND P1]") == "SCONE-P0001"
    assert target("[RE:DEPEND T02]") is None  # muffin's, and nobody said so


def test_5_both_exist_is_ambiguous_and_an_older_resolved_means_the_earlier() -> None:
    found = asked("[RE:ADDRESS T01]", second="[TENSION T01: own]")
    assert (found.refs[-1].target, troubles(found)) == ("SCONE-T0101", [("ambiguous-ref", "T01")])
    for older in ("[RESOLVED T01]", "[RESOLUTION T01: so]"):
        found = asked(older, second="[TENSION T01: own]")
        assert (found.refs[-1].target, troubles(found)) == ("SCONE-T0001", [("ambiguous-ref", "T01")])
    assert asked("[REFINEMENT on T01]", second="[TENSION T01: own]").refs[-1].target == "SCONE-T0101"


def test_5_where_the_judges_count_a_bare_number_is_the_judges() -> None:
    judged = [
        {"judge": "[TENSION T01: a]", "muffin": "[TENSION T01: b]\n\n[RE:ADDRESS T01]"},
        {"muffin": "[RE:ADDRESS T01]\n\n[RE:ADDRESS T02]"},
    ]
    found = graph(panel(*judged, tensions="judge"))
    assert [r.target for r in found.refs] == ["JUDGE-T0001", "JUDGE-T0001", None]
    assert [r.target for r in graph(panel(*judged)).refs] == ["MUFFIN-T0001", "MUFFIN-T0001", None]


def test_5_the_judges_number_does_not_hide_an_own_one_that_the_judge_has_not() -> None:
    found = graph(panel({"judge": "[TENSION T01: a]", "muffin": "[TENSION T02: b]\n\n[RE:DEPEND T02]"}, tensions="judge"))
    assert found.refs[-1].target == "MUFFIN-T0002"


OLDER = {
    "round-0/muffin.md": "[TENSION T01: a]\n\n# x\n\n[RE:DEPEND T01] [RE:DEPEND T02]\n",
    "round-1/muffin.md": "[RE:DEPEND T01] [RE:DEPEND T02] [RE:DEPEND T03]\n",
    "tensions.md": "| ID | Tension | Status |\n|---|---|---|\n| T01 | one | open |\n| T02 | two | open |\n",
}


def test_5_a_register_does_not_speak_for_acts_of_round_0() -> None:
    assert [r.target for r in graph(OLDER).refs] == ["MUFFIN-T0001", None, "JUDGE-T0001", "JUDGE-T0002", None]


def test_5_an_odd_id_resolves_in_the_same_file_then_in_the_authors_earlier_ones() -> None:
    assert target("[RE:DEPEND T-NEW]", by="muffin") == "MUFFIN-T0003"
    assert target("[RE:DEPEND t-new]", by="muffin") == "MUFFIN-T0003"
    assert target("[RE:DEPEND T-NEW]") is None
    assert target("[RE:DEPEND T-NEW]", by="muffin", second="[TENSION T-NEW: d]") == "MUFFIN-T0101"
    assert target("[RESOLVED T04-R1]", second="[TENSION T04-R1: d]") == "SCONE-T0101"
    assert target("[RESOLVED T1.1]", second="[TENSION T1.1: d]") == "SCONE-T0101"
    assert target("[RESOLVED t-new]".replace("t-new", "T-new"), by="muffin") == "MUFFIN-T0003"


@pytest.mark.parametrize(
    ("written", "wanted"),
    [("@muffin", "@muffin"), ("@Muffin", "@muffin"), ("@judge", "@judge"), ("@petit-four", "@petit-four"), ("@nobody", None)],
)
def test_6_an_at_sign_is_an_expert(written: str, wanted: str | None) -> None:
    found = asked(f"[MOVE:CHALLENGE {written}]")
    assert moves(found)[-1][2] == ((wanted,) if wanted else ())
    assert troubles(found) == ([] if wanted else [("dangling-ref", written)])


@pytest.mark.parametrize("written", ["nonsense", "T01O2", "MUFFIN", "Q0001", "-", "§", "T0", "T000", "T0000", "tension one"])
def test_anything_else_dangles(written: str) -> None:
    found = asked(f"[RE:DEPEND {written}]")
    assert [rule for rule, _ in troubles(found)] == ["dangling-ref"]
    assert found.refs[-1].target is None


def test_no_target_at_all_is_a_missing_field() -> None:
    assert troubles(asked("[RE:DEPEND]")) == [("missing-field", "RE:DEPEND")]
    assert troubles(asked("[RE:DEPEND: because]")) == [("missing-field", "RE:DEPEND")]
    assert troubles(asked("[MOVE:BRIDGE T0001]")) == [("missing-field", "T0001")]


# --- lists -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("between", [" ", ", ", ",", " & ", " and ", "/", " / ", ", and ", "; ", " + "])
def test_every_target_of_a_list_counts(between: str) -> None:
    found = asked(f"[RE:DEPEND {between.join(['T0001', 'SCONE-T01', 'Petit-Four T01', 'MUFFIN R0-T02'])}: so]")
    assert [r.target for r in found.refs] == ["MUFFIN-T0001", "SCONE-T0001", "PETIT-FOUR-T0001", "MUFFIN-T0002"]
    assert troubles(found) == []


def test_one_bad_target_does_not_hide_the_others() -> None:
    found = asked("[RE:DEPEND T0001, T0099, T0002]")
    assert [r.target for r in found.refs] == ["MUFFIN-T0001", None, "MUFFIN-T0002"]


# --- the heads of older acts -----------------------------------------------------------------------------------------


def heads(text: str) -> list[str]:
    """What an act is about: the tokens in its text, names in capitals."""
    return [
        f"{t.author.upper()}{'-' if t.author else ''}{t.kind}{t.number}{'' if t.round is None else f' R{t.round}'}"
        if t.form != "odd"
        else t.written
        for t in resolve.lex_act(text, SLUGS)
    ]


@pytest.mark.parametrize(
    ("inside", "wanted"),
    [
        (" T05", ["T5"]),
        (" T06: text", ["T6"]),
        (": T06 text", ["T6"]),
        (" on T02", ["T2"]),
        (" on T01 -- text", ["T1"]),
        (" — T01", ["T1"]),
        (" STRUDEL R1-T01", ["STRUDEL-T1 R1"]),
        (": STRUDEL R1-T01 (text)", ["STRUDEL-T1 R1"]),
        (" T01: MUFFIN-T01 (text)", ["MUFFIN-T1"]),
        (" T1/T4: text", ["T1", "T4"]),
        (" T06, T01", ["T6", "T1"]),
        (" T06 & T01", ["T6", "T1"]),
        (" T06 and T01: text", ["T6", "T1"]),
        (": MUFFIN-T01, SCONE-T02, STRUDEL-T03", ["MUFFIN-T1", "SCONE-T2", "STRUDEL-T3"]),
        (": MUFFIN-T01, T02 and Scone T03", ["MUFFIN-T1", "T2", "SCONE-T3"]),
        (": text", []),
        (" -- text", []),
        ("", []),
        (": text about T07", []),
        (" T03 as in T07", ["T3"]),
        (" on T05 / former Muffin T01", ["T5", "MUFFIN-T1"]),
        (" to Strudel on T01: text", ["T1"]),
        (" to Strudel: text", []),
        (" T-NEW: text", ["T-NEW"]),
        (" T04-R1", ["T04-R1"]),
        (" T08-T11", ["T8", "T9", "T10", "T11"]),
        (" T08–T10, T01", ["T8", "T9", "T10", "T1"]),
        (" T01-T12, T20", [f"T{n}" for n in (*range(1, 13), 20)]),
        (" T01-T03, T02-T04", ["T1", "T2", "T3", "T4"]),
        (": CROISSANT-T01 text", []),
        (" T0103", ["T3 R1"]),
        (" MUFFIN-T0103: text", ["MUFFIN-T3 R1"]),
        (" regarding T04", ["T4"]),
        (" tension T04: text", ["T4"]),
        (" on Tension T04", ["T4"]),
        (": tension about T04", []),
        (" **T04**: text", ["T4"]),
        (" (T04) text", ["T4"]),
        (': "T04" text', ["T4"]),
        (" T04 → text", ["T4"]),
        (" T04 (R0): text", ["T4"]),
        (": Scone T1.1 text", []),
        (": SCONE-T01. Text", ["SCONE-T1"]),
    ],
)
def test_the_head_of_an_older_act(inside: str, wanted: list[str]) -> None:
    assert heads(inside) == wanted


def test_ranges_over_ranges_do_not_multiply() -> None:
    assert len(heads(" " + ", ".join(["T1-T99"] * 5000))) == 99


# --- every text ------------------------------------------------------------------------------------------------------

INSIDE = st.lists(texts.IDS | texts.PIECES | st.text(max_size=4), max_size=8).map(" ".join) | st.text()


@given(INSIDE)
def test_lexing_is_total(inside: str) -> None:
    for token in [*resolve.lex_act(inside, SLUGS), *resolve.lex_targets(inside, SLUGS), *resolve.lex_targets(inside, SLUGS, free=True)]:
        assert token.form in ("display", "canonical", "qualified", "bare", "odd", "expert", "other")
    assert len(resolve.clauses(inside)) == 3


@given(
    INSIDE.map(lambda s: s.replace("\n", " ").replace("\x00", "")),
    st.sampled_from(["RE:DEPEND", "RESOLVED", "MOVE:CHALLENGE", "REFINEMENT", "CONCESSION"]),
)
def test_every_ref_gets_an_answer(inside: str, word: str) -> None:
    """A target is an entity, an expert, or nothing with a trouble that says so."""
    found = asked(f"[{word} {inside}]")
    for ref in found.refs:
        assert ref.target in found.entities or (ref.target or "").startswith("@") or ("dangling-ref", ref.written) in troubles(found)


def test_a_name_that_ends_like_an_id_is_still_a_name() -> None:
    files = {
        "dialogue.md": head("x", "x-p2"),
        "round-0/x.md": "[PERSPECTIVE P02: a]\n\n[TENSION T01: b]",
        "round-0/x-p2.md": "[TENSION T01: c]",
    }
    files["round-1/x.md"] = "[RE:DEPEND X-P2-T0001] [RE:DEPEND X-P2-T01] [RE:DEPEND X-P2]"
    assert [r.target for r in graph(files).refs] == ["X-P2-T0001", "X-P2-T0001", "X-P0002"]
