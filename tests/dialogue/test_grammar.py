"""FORMAT.md, section 2: the one table of markers, and everything that must hang together with it."""

from __future__ import annotations

import re

import pytest

from blue_cli.dialogue import lifecycle, markers, resolve
from blue_cli.dialogue.grammar import (
    ACT,
    ANY,
    BY_WORD,
    ENTITY,
    ENTITY_OF,
    KIND_NAMES,
    KIND_WORD,
    MARKERS,
    MOVE,
    REF,
    RULING,
    STANCE,
    STANCES,
    STATUSES,
    UNSETTLED,
    VERDICT,
    Marker,
)
from blue_cli.dialogue.ids import KINDS
from tests.dialogue.build import graph, panel

rows = pytest.mark.parametrize("row", MARKERS, ids=lambda row: row.word)
SHAPES = (ENTITY, STANCE, REF, MOVE, RULING, ACT, VERDICT)


def scan(text: str) -> list[markers.Mark]:
    return markers.scan(text, 0, 1)[0]


@rows
def test_every_example_scans_to_its_own_row(row: Marker) -> None:
    (mark,) = scan(row.example)
    assert mark.row is row
    assert (mark.pos, mark.end, mark.line, mark.column) == (0, len(row.example), 1, 1)


@rows
def test_what_is_produced_is_written_back_as_its_example(row: Marker) -> None:
    if not row.produced:
        return
    (mark,) = scan(row.example)
    if row.shape in (ENTITY, STANCE):
        written = markers.write(row, id=mark.written, label=mark.label)
    else:
        targets, _, reason = mark.label.partition(":")
        written = markers.write(row, targets=targets.strip(), reason=reason.strip())
    assert written == row.example


def test_words_are_unique_and_found_by_their_word() -> None:
    assert len(BY_WORD) == len(MARKERS)
    assert all(BY_WORD[row.word] is row for row in MARKERS)


@rows
def test_a_row_says_what_the_others_rely_on(row: Marker) -> None:
    assert row.shape in SHAPES
    assert re.fullmatch(r"[A-Z]+(?:[: ][A-Z]+)?", row.word)
    assert row.summary and row.example.startswith(f"[{row.word}")
    assert (row.letter != "") == (row.shape in (ENTITY, STANCE))
    assert row.judge == (row.shape == RULING)
    assert set(row.targets) <= set(ANY + "=@*")
    assert row.least <= 2 and (row.targets or not row.least)


def test_each_kind_has_one_marker_a_name_and_statuses() -> None:
    assert "".join(ENTITY_OF) == ANY
    assert set(ANY) == set(KINDS) == set(KIND_NAMES) == set(KIND_WORD) == set(STATUSES)
    assert set(UNSETTLED) < set(STATUSES["T"])


@pytest.mark.parametrize(
    ("words", "shape"),
    [
        ("SUPPORT OPPOSE QUESTION DEPEND REFINE ADDRESS RESOLVE REOPEN", REF),
        ("DEFEND CHALLENGE BRIDGE REQUEST CONCEDE CONVERGE", MOVE),
        ("RESOLVED REOPENED ACCEPTED MERGED ADOPTED REJECTED CONFIRMED REFUTED", RULING),
        ("RESOLUTION REFINEMENT CONCESSION ACKNOWLEDGED", ACT),
    ],
)
def test_the_vocabulary_of_the_format_is_complete(words: str, shape: str) -> None:
    assert [row.word.rpartition(":")[2] for row in MARKERS if row.shape == shape] == words.split()


def test_only_three_rulings_need_a_reason() -> None:
    assert [row.word for row in MARKERS if row.reason] == ["ACCEPTED", "REJECTED", "REFUTED"]


def test_stances() -> None:
    assert STANCES == ("APPROVE", "REJECT", "HOLD", "CONDITIONAL", "ABSTAIN")


@pytest.mark.parametrize("kind", KINDS)
def test_every_status_that_the_fold_can_give_is_in_the_table(kind: str) -> None:
    given = {status for _, status, _ in lifecycle.OTHERS.get(kind, {}).values()} | {lifecycle.FIRST[kind]}
    if kind == "T":
        given |= {status for row in lifecycle.EXPERTS.values() for status in row}
        given |= {status for row in lifecycle.JUDGES.values() for status in row.values()}
    assert given <= set(STATUSES[kind])


# --- every effect has a handler ------------------------------------------------------------------------------

SCENE = {
    "muffin": "[PERSPECTIVE P01: a]\n\n[PERSPECTIVE P02: b]\n\n[TENSION T01: c]\n\n[TENSION T02: d]\n\n"
    "[RECOMMENDATION R01: e]\n\n[EVIDENCE E01: f]\n\n[CLAIM C01: g]\n",
    "scone": "[TENSION T01: x]\n",
}


@pytest.mark.parametrize("row", [row for row in MARKERS if row.shape not in (ENTITY, STANCE, VERDICT)], ids=lambda row: row.word)
def test_every_effect_leaves_something_in_the_graph(row: Marker) -> None:
    """An example in the second round, by whoever may write it, is a ref, a move or a ruling, and breaks no rule."""
    text = row.example.replace("T01", "MUFFIN-T01").replace("strudel", "muffin").replace("Strudel on MUFFIN-T01", "Scone on MUFFIN-T01")
    if row.effect == "refine":
        text = f"[PERSPECTIVE P01: y]\n\n{text}"
    folded = graph(panel(SCENE, {"judge" if row.judge else "scone": text}, experts="muffin scone"))
    assert folded.troubles == ()
    found = [r.type for r in folded.refs] + [m.type for m in folded.moves] + [r.type for r in folded.rulings]
    assert ("address" if row.effect == "refinement" else row.effect) in found


def test_the_words_inside_a_ruling_come_from_the_table() -> None:
    assert resolve.clauses(" T0101 VIA R0102: reason") == (" T0101", "R0102", "")
    assert resolve.clauses(" T0004 INTO T0001") == (" T0004", "", "T0001")
