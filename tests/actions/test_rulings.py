"""The judge's rulings: one file each, all errors at once, and the order of files decides nothing."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.actions import rulings
from blue_cli.actions.rulings import Ruled, Wish
from blue_cli.dialogue.grammar import MARKERS, RULING, VERBS
from blue_cli.errors import Conflict, Finding, NotFound, Refused
from tests.actions.desk import NOW, Desk
from tests.dialogue.build import graph, panel, statuses

FIRST = "[PERSPECTIVE P01: a]\n\n[TENSION T01: b]\n\n[TENSION T02: c]\n\n[RECOMMENDATION R01: d]\n\n[EVIDENCE E01: e]\n"
SECOND = "[TENSION T01: f]\n"
FINAL = "---\nblue: 1\nkind: final\nround: 0\n---\nSo it is.\n"


@pytest.fixture(autouse=True)
def begun(desk: Desk) -> None:
    desk.add("muffin", FIRST)
    desk.add("scone", SECOND)


def rule(desk: Desk, verb: str, id: str, **more: object) -> Ruled:
    return rulings.rule(desk.store, desk.uid, Wish(verb, id, **more), NOW)  # type: ignore[arg-type]


def refused(desk: Desk, verb: str, id: str, **more: object) -> list[Finding]:
    before = dict(desk.blobs)
    with pytest.raises(Refused) as error:
        rule(desk, verb, id, **more)
    assert dict(desk.blobs) == before
    return list(error.value.findings)


def test_there_is_a_verb_for_every_ruling_of_the_grammar() -> None:
    rows = [row for row in MARKERS if row.shape == RULING]
    assert list(VERBS.values()) == [row.effect for row in rows]
    assert all(effect.startswith(verb) for verb, effect in VERBS.items())


def test_one_ruling_is_one_file_with_bound_refs(desk: Desk) -> None:
    done = rule(desk, "resolve", "T0001", via="R0001", reason="measured\nand  agreed")
    address = "ruling/00#MUFFIN-T0001"
    assert done.file.path.endswith("round-0/rulings/MUFFIN-T0001.md")
    assert desk.blobs[address].endswith(b"---\n[RESOLVED T0001 VIA R0001: measured and agreed]\n")
    assert desk.front(address)["refs"] == {"T0001": "MUFFIN-T0001", "R0001": "MUFFIN-R0001"}
    assert list(desk.front(address)) == ["blue", "dialogue", "round", "created", "refs"]
    assert [(c.id, c.before, c.after, c.by) for c in done.changed] == [("T0001", "open", "resolved", "R0001")]
    assert desk.statuses()["T0001"] == "resolved"


@pytest.mark.parametrize(
    ("verb", "id", "kind", "status"),
    [
        ("accept", "T0002", "T", "accepted"),
        ("adopt", "R0001", "R", "adopted"),
        ("reject", "R0001", "R", "rejected"),
        ("confirm", "E0001", "E", "confirmed"),
        ("refute", "e0001", "E", "refuted"),
        ("resolve", "muffin-t0001", "T", "resolved"),
    ],
)
def test_what_each_verb_makes_of_a_thing(desk: Desk, verb: str, id: str, kind: str, status: str) -> None:
    rule(desk, verb, id, reason="because")
    assert status in desk.statuses(kind).values()


def test_a_resolved_tension_is_reopened_in_the_next_round(desk: Desk) -> None:
    rule(desk, "resolve", "T0001")
    desk.add("muffin", "x", round=1)
    done = rule(desk, "reopen", "T0001", reason="the numbers changed")
    assert done.file.round == 1
    assert desk.statuses()["T0001"] == "reopened"


def test_merging_unites_contributors(desk: Desk) -> None:
    done = rule(desk, "merge", "T0003", into="T0001")
    assert done.graph.standing["MUFFIN-T0001"].contributors == ("muffin", "scone")
    assert done.graph.standing["SCONE-T0001"].merged_into == "MUFFIN-T0001"


def test_a_ruling_on_what_was_merged_is_one_on_what_it_became(desk: Desk) -> None:
    rule(desk, "merge", "T0003", into="T0001")
    assert rule(desk, "resolve", "T0003").file.name == "MUFFIN-T0001"


def test_the_bytes_of_a_ruling(desk: Desk) -> None:
    rule(desk, "merge", "scone-t0001", into="t0001", reason=" one  and\tthe same ")
    assert desk.blobs["ruling/00#SCONE-T0001"].decode() == (
        f"---\nblue: 1\ndialogue: {desk.uid}\nround: 0\ncreated: 2026-11-24T05:28:00Z\n"
        "refs: {T0001: MUFFIN-T0001, T0003: SCONE-T0001}\n---\n[MERGED T0003 INTO T0001: one and the same]\n"
    )


def test_a_file_that_differs_in_case_only_is_the_same_file(desk: Desk) -> None:
    desk.put("ruling/00#muffin-t0001", "[ACCEPTED T0001: later]\n")
    with pytest.raises(Conflict, match="something else"):
        rule(desk, "resolve", "T0001")
    rule(desk, "resolve", "T0001", replace=True)
    assert [address for address in desk.blobs if address.startswith("ruling/")] == ["ruling/00#muffin-t0001"]


def test_a_chain_of_merges_ends_in_one_thing_and_never_in_a_circle(desk: Desk) -> None:
    rule(desk, "merge", "T0003", into="T0002")
    done = rule(desk, "merge", "T0002", into="T0001")
    assert done.graph.standing["MUFFIN-T0001"].contributors == ("muffin", "scone")
    assert rule(desk, "accept", "T0003", reason="later").file.name == "MUFFIN-T0001"
    assert [f.rule for f in refused(desk, "merge", "T0001", into="T0003")] == ["self-ref"]
    assert [f.rule for f in refused(desk, "merge", "T0003", into="T0003")] == ["self-ref"]


def test_perspectives_are_merged_too(desk: Desk) -> None:
    desk.add("scone", "[PERSPECTIVE P01: g]\n", round=1)
    assert rule(desk, "merge", "P0101", into="P0001").graph.standing["SCONE-P0101"].status == "merged"


def test_nobody_but_the_judge_rules(desk: Desk) -> None:
    with pytest.raises(Refused) as error:
        desk.add("muffin", "[ACCEPTED T0001: later]\n", round=1)
    assert "unauthorized-ruling" in [f.rule for f in error.value.findings]
    rule(desk, "accept", "T0001", reason="later")
    assert desk.statuses()["T0001"] == "accepted"


@pytest.mark.parametrize("more", [{"id": "T0201"}, {"id": "T0001", "verb": "merge", "into": "T0201"}])
def test_what_the_judge_said_in_a_round_that_nobody_has_begun_cannot_be_ruled_on(desk: Desk, more: dict[str, str]) -> None:
    """A ruling goes to the last round of the experts, so this one would be of an earlier round than what it is about."""
    desk.add("judge", "[TENSION T01: g]\n", round=2)
    assert [f.rule for f in refused(desk, **{"verb": "resolve", **more})] == ["future-ref"]


def test_a_closed_dialogue_takes_no_ruling(desk: Desk) -> None:
    desk.put("dialogue", desk.blobs["dialogue"].replace(b"\n---\n", b'\nclosed: {at: 2026-11-24T06:00:00Z, reason: "done"}\n---\n', 1))
    before = dict(desk.blobs)
    with pytest.raises(Conflict, match="closed: done"):
        rule(desk, "resolve", "T0001")
    assert dict(desk.blobs) == before


@pytest.mark.parametrize(
    ("reason", "rule_id"), [("\udcff", "encoding"), ("a\0b", "encoding"), ("x" * 70_000, "limit"), ("\\", "missing-field")]
)
def test_a_reason_that_no_store_keeps_is_refused(desk: Desk, reason: str, rule_id: str) -> None:
    assert [f.rule for f in refused(desk, "resolve", "T0001", reason=reason)] == [rule_id]


def test_a_marker_in_a_reason_is_only_text(desk: Desk) -> None:
    done = rule(desk, "resolve", "T0001", reason="see [RE:SUPPORT P0001]")
    assert (done.graph.refs, done.graph.rulings[0].reason) == ((), "see [RE:SUPPORT P0001]")


def test_everything_that_is_wrong_is_told_at_once(desk: Desk) -> None:
    assert len(refused(desk, "accept", "P0001", into="T0001", via="E0001")) == 4


@pytest.mark.parametrize(
    ("verb", "id", "more", "rule_id"),
    [
        ("accept", "T0001", {}, "missing-field"),
        ("reject", "R0001", {"reason": "  \n "}, "missing-field"),
        ("merge", "T0001", {}, "missing-field"),
        ("merge", "T0001", {"into": "T0001"}, "self-ref"),
        ("merge", "T0001", {"into": "P0001"}, "invalid-ref-target"),
        ("adopt", "T0001", {}, "invalid-ref-target"),
        ("resolve", "T0001", {"via": "E0001"}, "invalid-ref-target"),
        ("resolve", "T0001", {"reason": "an ] end"}, "missing-field"),
    ],
)
def test_what_is_no_ruling_is_refused(desk: Desk, verb: str, id: str, more: dict[str, str], rule_id: str) -> None:
    assert [f.rule for f in refused(desk, verb, id, **more)] == [rule_id]


REASONS = ["VIA R0001", "T0002 as well", "MUFFIN-T02 (too)", "INTO T0002", "see [1]", "T0002: x", "via R0001: y", "see [RE:SUPPORT P0001]"]


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("verb", ["resolve", "accept", "reopen"])
def test_a_reason_never_changes_what_is_ruled(desk: Desk, verb: str, reason: str) -> None:
    try:
        done = rule(desk, verb, "T0001", reason=reason)
    except Refused:
        return
    assert not done.graph.refs
    (ruling,) = done.graph.rulings
    assert (ruling.targets, ruling.into, ruling.via, ruling.reason) == (("MUFFIN-T0001",), None, None, reason)


@pytest.mark.parametrize("more", [{"id": "T0099"}, {"id": "T0001", "into": "T0099"}, {"id": "T0001", "via": "R0099"}])
def test_an_unknown_id_is_not_found(desk: Desk, more: dict[str, str]) -> None:
    with pytest.raises(NotFound):
        rule(desk, "resolve", **more)


def test_the_same_again_and_another_on_the_same_thing(desk: Desk) -> None:
    rule(desk, "accept", "T0001", reason="later")
    before = dict(desk.blobs)
    with pytest.raises(Conflict, match="exactly this"):
        rule(desk, "accept", "T0001", reason="later")
    assert rule(desk, "accept", "T0001", reason="later", if_absent=True).file.created is False
    with pytest.raises(Conflict, match="something else"):
        rule(desk, "reopen", "T0001", if_absent=True)
    assert dict(desk.blobs) == before
    rule(desk, "resolve", "T0001", replace=True)
    assert desk.statuses()["T0001"] == "resolved"


def test_a_ruling_of_a_newer_format_is_never_written_over(desk: Desk) -> None:
    desk.put("ruling/00#MUFFIN-T0001", "---\nblue: 2\n---\n[RESOLVED T0001]\n")
    with pytest.raises(Conflict, match="format 2"):
        rule(desk, "accept", "T0001", reason="x", replace=True)


def test_while_a_final_verdict_stands_a_ruling_opens_the_next_round(desk: Desk) -> None:
    desk.put("verdict/final", FINAL)
    assert rule(desk, "reopen", "T0001").file.round == 1


# --- order -------------------------------------------------------------------------------------------------------

THINGS = ("MUFFIN-T0001", "MUFFIN-T0002", "SCONE-T0001")
BASE = panel({"muffin": FIRST, "scone": SECOND})
WORDS = st.sampled_from(["[RESOLVED {}]", "[REOPENED {}: no]", "[ACCEPTED {}: later]"])


@given(st.fixed_dictionaries(dict.fromkeys(THINGS, WORDS)), st.permutations(["a", "b", "Z"]))
def test_rulings_on_different_things_give_one_result_under_any_names(said: dict[str, str], names: list[str]) -> None:
    by_thing = {f"round-0/rulings/{thing}.md": word.format(thing) + "\n" for thing, word in said.items()}
    renamed = {f"round-0/rulings/{name}.md": text for name, text in zip(names, by_thing.values(), strict=True)}
    assert statuses(graph({**BASE, **by_thing})) == statuses(graph({**BASE, **renamed}))


PAIRS = [("MUFFIN-T0002", "MUFFIN-T0001"), ("SCONE-T0001", "MUFFIN-T0001"), ("SCONE-T0001", "MUFFIN-T0002")]
MERGES = st.lists(st.sampled_from(PAIRS), max_size=2, unique_by=lambda pair: pair[0])


@given(MERGES, st.sampled_from(["", "[RESOLVED MUFFIN-T0001]", "[ACCEPTED MUFFIN-T0001: x]", "[REOPENED MUFFIN-T0001: x]"]))
def test_merging_ruling_and_reopening_in_any_order_of_files_give_one_result(merges: list[tuple[str, str]], word: str) -> None:
    texts = [f"[MERGED {a} INTO {b}]\n" for a, b in merges] + ([word + "\n"] if word else [])
    results = set()
    for order in itertools.permutations(texts):
        files = {**BASE, **{f"round-0/rulings/{'abc'[i]}.md": text for i, text in enumerate(order)}}
        for shuffled in (files, dict(reversed(files.items()))):
            found = graph(shuffled)
            raisers = tuple(sorted(found.standing["MUFFIN-T0001"].contributors))
            results.add((tuple(statuses(found).items()), raisers))
    assert len(results) == 1
