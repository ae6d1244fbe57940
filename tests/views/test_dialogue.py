"""A dialogue, a round and one thing, as text: complete in a pipe, fitting on a terminal, safe on both."""

from __future__ import annotations

import pytest

from blue_cli.dialogue.convergence import history, measure
from blue_cli.dialogue.graph import Graph
from blue_cli.views import dialogue
from tests.dialogue.build import graph, panel

LONG = "a label that is longer than any terminal is wide " * 4
HOSTILE = "\x1b]0;x\x07 [link=x] \u202e"
ROUNDS = (
    {"muffin": f"[TENSION T01: {LONG}]\n{HOSTILE}\n\n[PERSPECTIVE P01: {HOSTILE}]", "scone": "[RE:RESOLVE MUFFIN-T01]"},
    {"muffin": "[RE:OPPOSE SCONE-P0001]\n\n[MOVE:CONCEDE MUFFIN-P01]\n\n[MOVE:CONVERGE]"},
)


@pytest.fixture(scope="module")
def found() -> Graph:
    return graph(panel(*ROUNDS, experts="muffin scone", question="What?"))


@pytest.mark.parametrize("width", [0, 1, 2, 20, 80])
def test_nothing_hostile_reaches_a_screen_of_any_width(found: Graph, width: int) -> None:
    entity = found.entities["MUFFIN-P0001"]
    for text in (
        dialogue.show(found, width, False),
        dialogue.show_round(found, 0, width, False),
        dialogue.show_entity(found, entity, False),
    ):
        assert text.endswith("\n")
        assert not set(text) & set("\x1b\x07\u202e")


def test_a_pipe_cuts_nothing_off(found: Graph) -> None:
    for text in (dialogue.show(found, 0, False), dialogue.show_round(found, 0, 0, False)):
        assert LONG.strip() in text
    assert LONG.strip() not in dialogue.show_round(found, 0, 60, False)
    assert all(len(line) <= 80 for line in dialogue.show(found, 80, False).splitlines())


def test_a_round_says_who_wrote_what_and_who_did_not(found: Graph) -> None:
    text = dialogue.show_round(found, 1, 0, False)
    assert "muffin" in text and "converges" in text
    assert "concede P0001?" in text
    assert "oppose SCONE-P0001" in text
    assert text.endswith("not yet: scone\n")


def test_a_thing_names_both_ends_of_its_refs(found: Graph) -> None:
    text = dialogue.show_entity(found, found.entities["MUFFIN-T0001"], False)
    assert "resolve" in text and "@scone" in text and "proposed" in text


@pytest.mark.parametrize(
    ("files", "next"),
    [
        (panel(), "blue expert add SLUG:ROLE"),
        (panel(experts="a b"), "round 0 waits for a, b"),
        (panel({"a": "x"}, experts="a b"), "round 0 waits for b"),
        (panel({"a": "[MOVE:CONVERGE]", "b": "x"}), "round 1, until b signals too"),
        (panel({"a": "[MOVE:CONVERGE]", "b": "[MOVE:CONVERGE]"}), "the panel has converged; a verdict can stand"),
        (panel({"a": "[TENSION T01: x]"}), "round 1, with 1 open tension and 0 new perspectives"),
        (panel({"a": "[TENSION T01: x]\n\n[MOVE:CONVERGE]"}), "a ruling on T0001?, or round 1"),
        (panel({"a": "x"}, closed="{at: now}"), "nothing left to do"),
    ],
)
def test_the_next_step(files: dict[str, str], next: str) -> None:
    found = graph(files)
    assert next in dialogue.next_step(found, measure(found))


def test_json_of_a_dialogue_and_of_a_round_agree(found: Graph) -> None:
    whole = dialogue.document(found)
    for state in history(found):
        shown = dialogue.round_shown(found, state.round)
        assert {key: shown[key] for key in whole["rounds"][state.round]} == whole["rounds"][state.round]
    assert whole["complete"] is True
