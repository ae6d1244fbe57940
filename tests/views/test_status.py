"""What `blue status` says, and when its gate is open."""

from __future__ import annotations

import pytest

from blue_cli.dialogue.graph import Graph
from blue_cli.views.status import document, gate, text
from tests.dialogue.build import graph, panel

END = "[MOVE:CONVERGE]\n"
DONE = panel({"muffin": END, "scone": END})
OPEN = panel({"muffin": "[TENSION T01: a \x1b[31m]\n\n[PERSPECTIVE P01: b]\n", "scone": END}, experts="muffin scone eclair")
FINAL = {"verdicts/final.md": "---\nblue: 1\nkind: final\nround: 0\nforced: time\n---\nSo.\n"}


STALE = {**DONE, **FINAL, "round-1/scone.md": "[TENSION T01: late]\n"}


def unread(found: Graph) -> Graph:
    return found._replace(complete=False)


def test_everything_in_the_way_is_named() -> None:
    told = document(graph(OPEN))
    assert [(b["what"], b.get("id") or b.get("expert")) for b in told["blockers"]] == [
        ("not-written", "eclair"),
        ("open-tension", "T0001?"),
        ("new-perspective", "P0001?"),
        ("not-signalled", "muffin"),
    ]
    assert (told["signals"], told["not_signalled"], told["not_written"]) == (["scone"], ["eclair", "muffin"], ["eclair"])
    assert (told["convergence"]["velocity"], told["gate"], told["verdict"]) == (2, False, None)


def test_the_gate_opens_when_it_can_converge_or_has() -> None:
    assert gate(graph(DONE))
    assert not gate(graph(OPEN))
    assert gate(graph({"round-0/muffin.md": "[TENSION T01: a]\n" + END}))  # an older one's whole panel signalled
    assert gate(graph({**OPEN, **FINAL}))  # forced, and nothing has happened since
    assert not gate(graph(STALE))
    assert not gate(graph(panel(experts="muffin")))


def test_closing_neither_opens_nor_shuts_the_gate() -> None:
    closed = {"closed": "{at: 2026-11-24T05:28:00Z, reason: done}"}
    bodies = {"muffin": "[TENSION T01: a]\n", "scone": END}
    unfinished = panel(bodies, **closed)
    assert (document(graph(unfinished))["dialogue"]["status"], gate(graph(unfinished))) == ("closed", False)
    assert gate(graph({**unfinished, **FINAL}))
    assert gate(graph(panel({"muffin": END}, **closed)))


@pytest.mark.parametrize(
    ("files", "status", "next_step"),
    [
        (panel(experts="muffin"), "open", "round 0 waits for muffin"),
        (OPEN, "open", "round 0 waits for eclair"),
        (panel({"muffin": "[PERSPECTIVE P01: a]\n", "scone": END}), "converging", "round 1, with 0 open tensions and 1 new perspective"),
        (DONE, "converging", "the panel has converged; a verdict can stand"),
        ({**DONE, **FINAL}, "converged", "the verdict stands; blue dialogue close ends it"),
        (STALE, "open", "round 1 waits for muffin"),
        ({"round-0/muffin.md": END}, "converged", "nothing left to do: it is converged"),
    ],
)
def test_each_status_and_what_is_to_do(files: dict[str, str], status: str, next_step: str) -> None:
    told = document(graph(files))
    assert (told["dialogue"]["status"], told["next"]) == (status, next_step)
    shown = text(graph(files), 100, False)
    assert f"  {status}\n" in shown and shown.rstrip("\n").endswith(next_step)


def test_what_is_unknown_is_null_and_no_yes() -> None:
    found = unread(graph(DONE))
    told = document(found)
    assert not gate(found)
    assert told["convergence"]["velocity"] is None and told["convergence"]["percent"] is None
    assert {told["rounds"][0][key] for key in ("open_tensions", "new_perspectives", "velocity", "converge_percent")} == {None}
    shown = text(found, 80, False)
    assert "velocity ?" in shown and "converge ?" in shown and " 0%" not in shown


def test_a_standing_verdict_and_what_made_it_stale() -> None:
    told = document(graph(STALE))["verdict"]
    assert (told["id"], told["forced"], told["stale"], told["causes"][0]["what"]) == ("final", "time", True, "raised")
    shown = text(graph(STALE), 80, False)
    assert "verdict final of round 0 stale" in shown and "forced: time" in shown and "raised by scone (round-1/scone.md:1)" in shown


def test_labels_cannot_reach_the_terminal() -> None:
    assert "\x1b" not in text(graph(OPEN), 100, False)


def test_a_dialogue_without_rounds_has_a_status() -> None:
    assert "round 0 waits for muffin" in text(graph(panel(experts="muffin")), 80, False)
    told = document(unread(graph(panel(experts="muffin"))))["convergence"]
    assert (told["velocity"], told["percent"], told["can_converge"]) == (None, None, None)


def test_nobody_knows_whether_a_verdict_is_stale_that_saw_what_is_unread() -> None:
    found = unread(graph({**DONE, **FINAL}))
    told = document(found)["verdict"]
    assert (told["stale"], told["causes"]) == (None, [])
    assert "verdict final of round 0 may be stale" in text(found, 80, False)
    assert not gate(found)


def test_who_proposed_a_resolution_and_who_must_confirm_it() -> None:
    files = panel({"muffin": "---\nids: {T01: T0001}\n---\n[TENSION T01: a]\n", "scone": "[RE:RESOLVE T0001]\n"})
    (tension,) = document(graph(files))["open_tensions"]
    assert (tension["proposed_by"], tension["must_confirm"]) == (["scone"], ["muffin", "judge"])
    assert "T0001: scone would settle it, muffin or judge must confirm" in text(graph(files), 100, False)


def test_the_course_of_the_rounds() -> None:
    told = document(graph(panel({"muffin": "[PERSPECTIVE P01: a]\n"}, {"muffin": END}, max_rounds=2)))
    assert [(r["round"], r["velocity"], r["converge_percent"]) for r in told["rounds"]] == [(0, 1, 0.0), (1, 0, 100.0)]
    assert (told["max_rounds"], told["may_force"]) == (2, True)
