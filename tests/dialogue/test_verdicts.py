"""FORMAT.md, sections 1 and 5: what a verdict's file says, what it saw, and what follows from it."""

from __future__ import annotations

import pytest

from blue_cli.dialogue.verdicts import Decided, Verdict, closure, decided, seen, standing, verdicts
from tests.dialogue.build import graph, moves, panel, statuses
from tests.dialogue.judged import AGREED, CONVERGE, FIRST, LAST, with_verdict


def only(files: dict[str, str]) -> Verdict:
    (verdict,) = verdicts(graph(files))
    return verdict


def did(files: dict[str, str], id: str = "final") -> Decided:
    found = graph(files)
    return decided(found, next(v for v in verdicts(found) if v.id == id))


# --- the file ---------------------------------------------------------------------------------------------------------


def test_a_verdict_says_what_its_file_says() -> None:
    fields = {"recommendation": "Ten minutes", "conditions": ["measured"], "vote": "2:0", "confidence": "unanimous",
              "supporting_experts": ["muffin"], "forced": "no time", "override": True}  # fmt: skip
    verdict = only(with_verdict(AGREED, **fields))
    assert (verdict.id, verdict.kind, verdict.number, verdict.round, verdict.author) == ("final", "final", 1, 1, "judge")
    assert (verdict.recommendation, verdict.conditions, verdict.vote) == ("Ten minutes", ("measured",), "2:0")
    assert (verdict.forced, verdict.overridden, verdict.supporting_experts) == ("no time", True, ("muffin",))
    assert list(verdict.basis)[:2] == ["contribution/00#muffin", "contribution/00#scone"]


def test_a_file_without_front_matter_is_the_judges_and_of_the_last_round() -> None:
    verdict = only(AGREED | {"verdicts/final.md": "So be it.\n"})
    assert (verdict.kind, verdict.round, verdict.author, verdict.basis) == ("final", 1, "judge", {})


@pytest.mark.parametrize(
    ("id", "said", "kind", "number"),
    [
        ("final", "interim", "final", 1),
        ("final-12", "final", "final", 12),
        ("interim-3", "final", "interim", 3),
        ("minority-muffin", "minority", "minority", 1),
        ("minority-muffin-2", "minority", "minority", 2),
        ("dissent-x", "final", "dissent", 1),
        ("decision", "minority", "minority", 1),
        ("decision", "final", "interim", 1),
        ("final-x", "final", "interim", 1),
    ],
)
def test_the_name_has_the_kind_and_nothing_is_final_that_is_not_called_so(id: str, said: str, kind: str, number: int) -> None:
    verdict = only(with_verdict(AGREED, id, kind=said))
    assert (verdict.kind, verdict.number) == (kind, number)


@pytest.mark.parametrize("front", ["basis: [a]\nforced: [x]", "conditions: x\nround: -1\nauthor: [a]", "vote: true\nround: {a: b}", "["])
def test_fields_of_the_wrong_shape_count_as_not_said(front: str) -> None:
    verdict = only(AGREED | {"verdicts/final.md": f"---\n{front}\n---\nSo be it.\n"})
    assert (verdict.basis, verdict.forced, verdict.conditions, verdict.vote, verdict.round, verdict.author) == ({}, "", (), "", 1, "judge")


def test_the_last_final_stands() -> None:
    files = with_verdict(with_verdict(with_verdict(with_verdict(AGREED), "final-2"), "final-10"), "dissent-muffin")
    final = standing(graph(files))
    assert final is not None and final.id == "final-10"
    assert [v.id for v in verdicts(graph(files))] == ["final", "final-2", "final-10", "dissent-muffin"]
    assert standing(graph(AGREED)) is None


# --- what it does -----------------------------------------------------------------------------------------------------


def test_what_it_resolved_adopted_and_rests_on() -> None:
    assert did(with_verdict(AGREED)) == Decided(
        ("MUFFIN-T0001", "SCONE-T0001"), (), ("MUFFIN-R0001",), ("MUFFIN-E0001",), ("MUFFIN-C0001",),
        ("MUFFIN-C0001", "MUFFIN-E0001", "MUFFIN-R0001"),
    )  # fmt: skip


def test_one_that_refers_to_nothing_rests_on_what_was_adopted() -> None:
    ruled = AGREED | {"round-1/rulings/SCONE-R0001.md": "[ADOPTED SCONE-R0001]\n"}
    assert did(with_verdict(ruled, body="So be it.\n")).rests_on == ("SCONE-R0001",)


@pytest.mark.parametrize("verb", ["OPPOSE", "QUESTION"])
def test_what_it_speaks_against_it_neither_adopts_nor_rests_on(verb: str) -> None:
    found = did(with_verdict(AGREED, body=f"[RE:{verb} SCONE-R0001] [RE:SUPPORT MUFFIN-R0001]\n"))
    assert found.recommendations_adopted == ("MUFFIN-R0001",)
    assert "SCONE-R0001" not in found.rests_on


def test_only_a_final_one_adopts() -> None:
    assert statuses(graph(with_verdict(AGREED, "interim-1")), "R")["MUFFIN-R0001"] == "proposed"
    assert statuses(graph(with_verdict(AGREED)), "R") == {"MUFFIN-R0001": "adopted", "SCONE-R0001": "proposed"}


def test_an_experts_verdict_gives_no_signal() -> None:
    files = with_verdict(panel(FIRST, {"muffin": CONVERGE, "scone": "x"}), "dissent-scone", CONVERGE, author="scone")
    assert graph(files).signals == {1: ("muffin",)}
    assert moves(graph(files)) == [("muffin", "converge", ())]


def test_what_came_later_changes_nothing_about_what_it_decided() -> None:
    files = with_verdict(AGREED)
    later = files | {
        "round-2/scone.md": "[RE:REOPEN MUFFIN-T0001]\n\n[CLAIM C01: x]\n[RE:SUPPORT MUFFIN-R0001]\n",
        "round-2/rulings/MUFFIN-R0001.md": "[REJECTED MUFFIN-R0001: too long]\n",
    }
    assert did(later) == did(files)
    assert statuses(graph(later), "R")["MUFFIN-R0001"] == "rejected"


def test_a_superseded_one_keeps_what_it_decided() -> None:
    files = with_verdict(with_verdict(AGREED), "final-2", "[RE:SUPPORT SCONE-R0001]\n")
    assert did(files).recommendations_adopted == ("MUFFIN-R0001",)
    assert did(files, "final-2").recommendations_adopted == ("SCONE-R0001",)


def test_what_it_saw_is_its_basis_without_one_everything_up_to_its_round() -> None:
    files = with_verdict(panel(FIRST, LAST)) | {"round-1/strudel.md": "late", "round-2/muffin.md": "later"}
    found = graph(files)
    assert seen(found, verdicts(found)[0]).writers == {0: ("muffin", "scone"), 1: ("muffin", "scone")}
    plain = graph(files | {"verdicts/final.md": "---\nround: 1\n---\nSo be it.\n"})
    assert seen(plain, verdicts(plain)[0]).writers[1] == ("muffin", "scone", "strudel")
    assert 2 not in seen(plain, verdicts(plain)[0]).writers


def test_a_circle_is_walked_once() -> None:
    assert closure({"a": "b", "b": "ac"}, "a") == {"a", "b", "c"}


def test_a_dissent_decides_nothing() -> None:
    found = did(with_verdict(AGREED, "dissent-scone", "[RE:SUPPORT SCONE-R0001]\n", author="scone"), "dissent-scone")
    assert found == Decided((), (), (), (), (), ("SCONE-R0001",))
