"""FORMAT.md, section 6, clause by clause."""

from __future__ import annotations

import pytest
from hypothesis import given

from blue_cli.dialogue import convergence
from blue_cli.dialogue.convergence import Convergence
from blue_cli.dialogue.graph import Graph
from tests.dialogue import plays
from tests.dialogue.build import graph, head, panel
from tests.dialogue.plays import Play

CONVERGE = "[MOVE:CONVERGE]\n\n"
SETTLED = {"muffin": "[TENSION T01: a]", "scone": "x"}
END = {"muffin": CONVERGE + "[RE:RESOLVE MUFFIN-T0001]", "scone": CONVERGE}


def fold(*rounds: dict[str, str], experts: str = "", final: bool = False, **fields: str) -> Graph:
    files = panel(*rounds, experts=experts, **fields)
    return graph(files | ({"verdicts/final.md": "---\nkind: final\n---\n"} if final else {}))


def measure(*rounds: dict[str, str], experts: str = "", **fields: str) -> Convergence:
    return convergence.measure(fold(*rounds, experts=experts, **fields))


# --- velocity ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rounds", "opened"),
    [
        ([SETTLED], 1),
        ([SETTLED, {"scone": "[RE:ADDRESS MUFFIN-T0001]"}], 1),
        ([SETTLED, {"muffin": "[RE:RESOLVE MUFFIN-T0001]"}], 0),
        ([SETTLED, {"muffin": "[RE:RESOLVE MUFFIN-T0001]"}, {"scone": "[RE:REOPEN MUFFIN-T0001]"}], 1),
        ([SETTLED, {"judge": "[ACCEPTED MUFFIN-T0001: later]"}], 0),
        ([{"muffin": "[TENSION T01: a]\n\n[TENSION T02: b]", "judge": "[MERGED MUFFIN-T0001 INTO MUFFIN-T0002]"}], 1),
    ],
)
def test_open_tensions_are_open_addressed_or_reopened(rounds: list[dict[str, str]], opened: int) -> None:
    found = measure(*rounds)
    assert (len(found.open_tensions), found.velocity) == (opened, opened)


def test_tensions_that_do_not_count_are_not_open() -> None:
    assert measure(SETTLED, tensions="judge").velocity == 0


def test_new_perspectives_are_those_of_the_last_round() -> None:
    found = measure(
        {"muffin": "[PERSPECTIVE P01: a]"}, {"muffin": "[PERSPECTIVE P01: b]\n\n[PERSPECTIVE P02: c]", "scone": "[PERSPECTIVE P01: d]"}
    )
    assert found.new_perspectives == ("MUFFIN-P0101", "MUFFIN-P0102", "SCONE-P0101")
    assert found.velocity == 3


def test_perspectives_of_the_judge_do_not_count() -> None:
    assert measure({"muffin": "x", "judge": "[PERSPECTIVE P01: a]"}).velocity == 0


def test_velocity_is_the_sum() -> None:
    assert measure({"muffin": "[TENSION T01: a]\n\n[PERSPECTIVE P01: b]"}).velocity == 2


# --- signals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "percent"),
    [
        ({"muffin": CONVERGE, "scone": "x", "strudel": "x"}, 33.3),
        ({"muffin": CONVERGE, "scone": CONVERGE, "strudel": "x"}, 66.7),
        ({"muffin": CONVERGE, "scone": CONVERGE, "strudel": CONVERGE}, 100.0),
        ({"muffin": CONVERGE * 3}, 33.3),
        ({"muffin": "x", "judge": CONVERGE}, 0.0),
        ({"muffin": "x", "stranger": CONVERGE}, 0.0),
    ],
)
def test_converge_percent_is_of_the_panel_of_the_last_round(last: dict[str, str], percent: float) -> None:
    assert measure(SETTLED, last, experts="muffin scone strudel").percent == percent


def test_signals_of_earlier_rounds_do_not_count() -> None:
    assert measure({"muffin": CONVERGE}, {"muffin": "x"}).percent == 0.0


def test_a_panel_of_its_own_is_the_base() -> None:
    assert measure(SETTLED, {"muffin": CONVERGE}, experts="muffin scone", panels="{1: [muffin]}").percent == 100.0


# --- can converge -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rounds", "can"),
    [
        ([SETTLED, END], True),
        ([END], True),
        ([SETTLED, {"muffin": CONVERGE, "scone": CONVERGE}], False),
        ([SETTLED, END | {"scone": CONVERGE + "[PERSPECTIVE P01: new]"}], False),
        ([SETTLED, END | {"scone": "no signal"}], False),
        ([SETTLED, {"muffin": END["muffin"]}], False),
        ([], False),
    ],
)
def test_can_converge_when_all_have_written_nothing_is_open_and_all_signalled(rounds: list[dict[str, str]], can: bool) -> None:
    assert measure(*rounds, experts="muffin scone").can_converge is can


def test_who_is_missing() -> None:
    assert measure({"muffin": "x"}, experts="muffin scone strudel").missing == ("scone", "strudel")


def test_what_cannot_be_read_makes_the_numbers_unknown() -> None:
    found = fold(SETTLED, END)._replace(complete=False)
    measured = convergence.measure(found)
    assert (measured.velocity, measured.percent, measured.can_converge, measured.complete) == (None, None, None, False)
    assert convergence.status(found) == "open"


# --- status -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rounds", "final", "closed", "status"),
    [
        ([], False, False, "open"),
        ([SETTLED], False, False, "open"),
        ([SETTLED, {"muffin": "[RE:RESOLVE MUFFIN-T0001]"}], False, False, "converging"),
        ([SETTLED, {"muffin": CONVERGE}], False, False, "converging"),
        ([SETTLED, {"muffin": CONVERGE, "scone": CONVERGE}], False, False, "converging"),
        ([SETTLED, END], False, False, "converging"),
        ([SETTLED, END], True, False, "converged"),
        ([SETTLED, END], True, True, "closed"),
        ([], False, True, "closed"),
    ],
)
def test_status(rounds: list[dict[str, str]], final: bool, closed: bool, status: str) -> None:
    fields = {"closed": "{at: 2026-11-25T05:28:00Z, reason: done}"} if closed else {}
    assert convergence.status(fold(*rounds, experts="muffin scone", final=final, **fields)) == status


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ({"round-0/muffin.md": "[TENSION T01: a]", "round-1/muffin.md": CONVERGE, "round-1/scone.md": CONVERGE}, "converged"),
        ({"round-0/muffin.md": "[TENSION T01: a]", "round-1/muffin.md": CONVERGE, "round-1/scone.md": "x"}, "converging"),
        ({"round-0/muffin.md": CONVERGE, "round-1/muffin.md": "[TENSION T01: a]"}, "open"),
        ({"round-0/panel.json": '["muffin", "scone"]', "round-0/muffin.md": CONVERGE + "[TENSION T01: a]"}, "converging"),
        ({"tensions.md": "# none\n"}, "open"),
        ({"round-0/judge.md": CONVERGE}, "open"),
    ],
)
def test_an_older_dialogue_is_converged_when_its_whole_last_panel_signalled(files: dict[str, str], status: str) -> None:
    assert convergence.status(graph(files)) == status


# --- writing round ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rounds", "final", "slug", "wanted"),
    [
        ([], False, "muffin", (0, ())),
        ([{"muffin": "x"}], False, "scone", (0, ())),
        ([{"muffin": "x"}], False, "muffin", (None, ("scone",))),
        ([{"muffin": "x"}], False, "stranger", (None, ("scone",))),
        ([{"muffin": "x", "scone": "x"}], False, "muffin", (1, ())),
        ([{"muffin": "x", "scone": "x"}], False, "stranger", (1, ())),
        ([{"muffin": "x"}], True, "scone", (1, ())),
        ([{"muffin": "x"}], True, "muffin", (1, ())),
        ([{"muffin": "x", "scone": "x"}, {"scone": "x"}], False, "muffin", (1, ())),
        ([{"muffin": "x"}, {"scone": "x"}], False, "muffin", (1, ())),
        ([{"muffin": "x"}], False, "judge", (0, ())),
        ([{"muffin": "x"}], True, "judge", (1, ())),
    ],
)
def test_the_round_an_expert_writes_in(
    rounds: list[dict[str, str]], final: bool, slug: str, wanted: tuple[int | None, tuple[str, ...]]
) -> None:
    assert convergence.next_round(fold(*rounds, experts="muffin scone", final=final), slug) == wanted


def test_the_panel_of_the_last_round_decides_who_is_missing() -> None:
    files = {"dialogue.md": head("muffin", "{slug: scone, to_round: 0}", "{slug: strudel, from_round: 1}"), "round-1/muffin.md": "x"}
    assert convergence.next_round(graph(files), "scone") == (None, ("strudel",))
    assert convergence.next_round(graph(files), "strudel") == (1, ())


# --- history ----------------------------------------------------------------------------------------------------------


def test_the_history_says_how_each_round_ended() -> None:
    rounds = [{"muffin": "[TENSION T01: a]\n\n[PERSPECTIVE P01: b]"}, {"scone": CONVERGE}, END]
    assert [
        (r.round, r.open_tensions, r.new_perspectives, r.velocity, r.percent, r.writers)
        for r in convergence.history(fold(*rounds, experts="muffin scone"))
    ] == [
        (0, 1, 1, 2, 0.0, ("muffin",)),
        (1, 1, 0, 1, 50.0, ("scone",)),
        (2, 0, 0, 0, 100.0, ("muffin", "scone")),
    ]


@given(plays.plays())
def test_the_history_counts_what_was_open_after_each_round(play: Play) -> None:
    found = graph(play.files())
    tensions = [entity.canonical for entity, _ in found.of_kind("T")]
    for state in convergence.history(found):
        assert state.open_tensions == sum(convergence.open_after(found, name, state.round) for name in tensions)


@given(plays.plays())
def test_the_last_row_of_the_history_is_the_measure_of_now(play: Play) -> None:
    found = graph(play.files())
    measured, rows = convergence.measure(found), convergence.history(found)
    if not rows or any(event.round > rows[-1].round for standing in found.standing.values() for event in standing.events):
        return  # the judge went on after the last expert
    assert (rows[-1].round, rows[-1].velocity, rows[-1].percent, rows[-1].signals) == (
        measured.round,
        measured.velocity,
        measured.percent,
        measured.signals,
    )
