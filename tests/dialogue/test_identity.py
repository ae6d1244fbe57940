"""FORMAT.md, section 4: who is who, in one file and across the files of a round."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.dialogue import identity, markers
from blue_cli.dialogue.ids import LAST_NUMBER
from blue_cli.dialogue.model import Entity
from tests.dialogue import texts
from tests.dialogue.build import graph, head, panel


def numbers(*heads: str, author: str = "muffin") -> list[int]:
    """The local numbers of entity markers with these ids (`T01`, `` for none, `MUFFIN-T0001`), in order."""
    return [n.number for n in numbering(*heads, author=author).entities]


def numbering(*heads: str, author: str = "muffin") -> identity.Numbering:
    text = "\n".join(f"[{h}: x]" if "-" in h and h[0] != "T" else f"[TENSION {h}: x]" for h in heads)
    return identity.number(markers.scan(text, 0, 1)[0], author)


def entities(body: str, **files: str) -> list[Entity]:
    return list(graph({**panel({"muffin": body}), **files}).entities.values())


# --- local numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heads", "wanted"),
    [
        (["T01", "T02"], [1, 2]),
        (["T2", "T001"], [2, 1]),
        (["T07", ""], [7, 8]),
        (["", "T01"], [2, 1]),
        (["T-NEW", "T03", ""], [4, 3, 5]),
        (["T04-R1", "T04"], [5, 4]),
        (["T1.1", "T1"], [2, 1]),
        (["T00", "T0"], [1, 2]),
        (["T01", "T01", "T05"], [1, 6, 5]),
        (["T01", "MUFFIN-T0001"], [2, 1]),
        (["", "MUFFIN-T0004", "T01"], [5, 4, 1]),
        (["T0103", "T04"], [3, 4]),
        (["T0103", "T03"], [3, 4]),
        (["MUFFIN-T0001", "muffin-t0001"[:7].upper() + "T02"], [1, 2]),
        (["T" + "9" * 5000, "T01"], [2, 1]),
        (["T0000", "T01"], [2, 1]),
    ],
)
def test_canonical_spellings_claim_first_then_plain_ones_then_the_rest(heads: list[str], wanted: list[int]) -> None:
    assert numbers(*heads) == wanted


def test_a_repeated_number_is_doubled_and_gets_the_next() -> None:
    found = numbering("T01", "T01", "T01")
    assert [(n.number, n.doubled) for n in found.entities] == [(1, False), (2, True), (3, True)]


def test_kinds_are_numbered_apart() -> None:
    named = [e.canonical for e in entities("[TENSION T01: a]\n[CLAIM: b]\n[CLAIM C07: c]\n[STANCE: HOLD]\n")]
    assert named == ["MUFFIN-T0001", "MUFFIN-C0008", "MUFFIN-C0007", "MUFFIN-S0001"]


def test_another_authors_name_defines_nothing() -> None:
    found = numbering("SCONE-T0001", "T01")
    assert ([n.number for n in found.entities], [m.author for m in found.foreign]) == ([1], ["scone"])


def test_the_path_wins_over_the_round_in_an_id() -> None:
    found = graph(panel({"muffin": "x"}, {"muffin": "[MUFFIN-T0003: own, of another round]\n[TENSION T0504: too]"}))
    assert list(found.entities) == ["MUFFIN-T0103", "MUFFIN-T0104"]


def test_the_id_stays_on_record_as_written() -> None:
    assert [e.local_id for e in entities("[TENSION T-NEW: a]\n[TENSION: b]\n[TENSION T1: c]\n[MUFFIN-T0009: d]")] == [
        "T-NEW",
        None,
        "T1",
        "MUFFIN-T0009",
    ]


def test_an_id_of_another_kind_is_an_odd_one() -> None:
    assert [e.canonical for e in entities("[TENSION P07: a]")] == ["MUFFIN-T0001"]


def test_numbers_end_at_999() -> None:
    assert numbers("T998", "", "T-NEW") == [998, LAST_NUMBER]
    assert numbers("T999", "", "T01") == [LAST_NUMBER, 1]


HEADS = st.lists(
    st.sampled_from(["", "T01", "T1", "T2", "T02", "T-NEW", "T0103", "MUFFIN-T0001", "MUFFIN-T02", "SCONE-T0001", "T04-R1", "T500"]),
    max_size=12,
)


@given(HEADS)
def test_local_numbers_are_total_and_unique(heads: list[str]) -> None:
    found = numbering(*heads)
    given = [n.number for n in found.entities]
    assert len(given) + len(found.foreign) == len(heads)
    assert len(set(given)) == len(given)
    assert all(1 <= n <= LAST_NUMBER for n in given)


@given(HEADS)
def test_what_asks_for_a_free_number_gets_it(heads: list[str]) -> None:
    for n in numbering(*heads).entities:
        asked = identity.wish(n.mark)
        assert n.number == asked or not asked or n.doubled


def test_many_without_an_id_take_no_time() -> None:
    assert numbers(*[""] * 20000) == list(range(1, LAST_NUMBER + 1))


# --- display ids ----------------------------------------------------------------------------------------------------


def shown(files: dict[str, str]) -> dict[str, str]:
    """Canonical id → display id, with `?` where it is only computed."""
    found = graph(files)
    return {name: found.shown(name) for name in found.entities}


def body(*ids: str, count: int = 1) -> str:
    front = f"---\nids: {{{', '.join(ids)}}}\n---\n" if ids else ""
    return front + "".join(f"[TENSION T{n:02d}: x]\n" for n in range(1, count + 1))


def test_computed_ids_follow_the_slugs_the_judge_last() -> None:
    found = shown(panel({"scone": body(count=2), "judge": body(), "muffin": body(), "zebra": body()}))
    assert found == {
        "MUFFIN-T0001": "T0001?",
        "SCONE-T0001": "T0002?",
        "SCONE-T0002": "T0003?",
        "ZEBRA-T0001": "T0004?",
        "JUDGE-T0001": "T0005?",
    }


def test_assigned_ids_stand_and_computed_ones_come_after_the_highest() -> None:
    found = shown(panel({"muffin": body(), "scone": body("T01: T0007")}))
    assert found == {"MUFFIN-T0001": "T0008?", "SCONE-T0001": "T0007"}


@pytest.mark.parametrize(
    "entry",
    [
        "T05: T0050",
        "T01: P0050",
        "T01: T0150",
        "T01: 50",
        "T01: T5",
        "T01: T0000",
        "T01: T00x1",
        "T01: [T0050]",
        "T1: T0050",
        "P01: T0050",
        "T01: T00" + "9" * 5000,
        'T01: "T00٣٣"',
    ],
)
def test_an_entry_that_names_nothing_or_something_else_is_ignored(entry: str) -> None:
    assert shown(panel({"muffin": body(entry)})) == {"MUFFIN-T0001": "T0001?"}


@pytest.mark.parametrize("ids", ["ids: 5", "ids: [T01]", "ids:", "ids: {T01: {a: b}}", "ids: {T01: true}"])
def test_ids_of_another_shape_are_ignored(ids: str) -> None:
    assert shown(panel({"muffin": f"---\n{ids}\n---\n{body()}"})) == {"MUFFIN-T0001": "T0001?"}


def test_two_files_that_claim_one_id_it_means_the_earlier_by_slug() -> None:
    found = graph(panel({"scone": body("T01: T0001"), "muffin": body("T01: T0001")}))
    assert found.by_id["T0001"] == "MUFFIN-T0001"
    assert found.shown("SCONE-T0001") == "T0001"


def test_a_round_has_room_for_more_than_99() -> None:
    assert shown(panel({"muffin": body("T01: T0099", count=2)}))["MUFFIN-T0002"] == "T00100?"


def test_rounds_and_kinds_count_apart() -> None:
    found = shown(panel({"muffin": body()}, {"muffin": "[TENSION: a]\n[PERSPECTIVE: b]\n"}))
    assert found == {"MUFFIN-T0001": "T0001?", "MUFFIN-T0101": "T0101?", "MUFFIN-P0101": "P0101?"}


def test_the_highest_assigned_is_known_by_round_and_kind() -> None:
    found = graph(panel({"muffin": body("T01: T0007"), "scone": body()}))
    assert found.highest == {(0, "T"): 7}


ASSIGNED = st.dictionaries(
    st.sampled_from(["T01", "T02", "T03", "P01"]), st.sampled_from(["T0001", "T0002", "T0009", "T0101", "P0001", "x"]), max_size=3
)


@given(st.lists(st.tuples(ASSIGNED, st.integers(0, 3)), min_size=1, max_size=4))
def test_display_ids_are_total_and_computed_ones_unique(files: list[tuple[dict[str, str], int]]) -> None:
    bodies = {f"e{i}": body(*(f"{k}: {v}" for k, v in ids.items()), count=count) for i, (ids, count) in enumerate(files)}
    found = graph(panel(bodies))
    computed = [e.id for e in found.entities.values() if not e.assigned]
    assigned = {e.id for e in found.entities.values() if e.assigned}
    assert len(found.entities) == sum(count for _, count in files)
    assert len(set(computed)) == len(computed) and not assigned & set(computed)
    assert all(found.by_id[e.id] for e in found.entities.values())


@given(st.permutations(["a", "b", "c"]), texts.BODIES)
def test_the_order_in_which_files_come_changes_no_id(order: list[str], text: str) -> None:
    bodies = {"a": text, "b": body(count=2), "c": text}
    files = {"dialogue.md": head("a", "b", "c")}
    wanted = shown({**files, **{f"round-0/{s}.md": bodies[s] for s in "abc"}})
    assert shown({**files, **{f"round-0/{s}.md": bodies[s] for s in order}}) == wanted


def test_every_spelling_of_one_number_is_one_number() -> None:
    for a, b in itertools.permutations(["T1", "T01", "T001", "T0001", "MUFFIN-T0001", "MUFFIN-T01"], 2):
        assert sorted(numbers(a, b)) == [1, 2], (a, b)
