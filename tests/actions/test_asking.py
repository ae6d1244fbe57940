"""Whose turn it is when commands answer, and what they read."""

from __future__ import annotations

from typing import Any

import pytest

from blue_cli.actions import asking
from blue_cli.actions.asking import Turn
from blue_cli.actions.closing import close
from blue_cli.actions.panel import add_expert, parse_expert, retire_expert
from blue_cli.actions.placement import Draft
from blue_cli.actions.verdict_text import Wish as Verdict
from blue_cli.actions.verdicts import give
from blue_cli.errors import Conflict, NotFound, WrongCall
from blue_cli.stores.memory import MemoryStore
from tests.actions.desk import NOW, Desk

UID = "older:2026-02-06T1839Z-old"
CONVERGE = "[MOVE:CONVERGE]\n"


@pytest.fixture
def desk() -> Desk:
    return Desk(MemoryStore())


def turn(desk: Desk, *only: str, round: int | None = None, judge: bool = False) -> Turn:
    return asking.turn(desk.store, desk.uid, round, only, judge)


def brief(found: Turn) -> tuple[int, list[str], tuple[str, ...], tuple[str, ...], bool]:
    """Round, who is asked, who has written, who waits, and whether the judge is asked."""
    return found.round, [e.slug for e in found.missing], found.written, found.others, found.judge


def decide(desk: Desk, **more: Any) -> None:
    give(desk.store, desk.uid, Draft("v.md", b"Decided.\n"), Verdict(recommendation="Ten minutes", **more), NOW)


def agreed(desk: Desk) -> None:
    for expert in ("muffin", "scone"):
        desk.add(expert, f"[RECOMMENDATION R01: {expert}]\n")
    for expert in ("muffin", "scone"):
        desk.add(expert, CONVERGE)


def test_a_fresh_dialogue_asks_the_whole_panel_in_its_order(desk: Desk) -> None:
    found = turn(desk)
    assert brief(found) == (0, ["muffin", "scone"], (), (), False)
    assert (found.dialogue, found.panel, found.missing[0].role) == ("cache", ("muffin", "scone"), "Caching")


def test_in_the_middle_only_who_is_missing(desk: Desk) -> None:
    desk.add("scone", "[CLAIM C01: a]\n")
    assert brief(turn(desk)) == (0, ["muffin"], ("scone",), (), False)


def test_a_whole_round_leads_to_the_next_unless_its_judge_is_wanted_and_has_not_written(desk: Desk) -> None:
    for expert in ("muffin", "scone"):
        desk.add(expert, "[CLAIM C01: a]\n")
    assert brief(turn(desk)) == (1, ["muffin", "scone"], (), (), False)
    assert brief(turn(desk, judge=True)) == (0, [], ("muffin", "scone"), (), True)
    desk.add("judge", "Well done.\n", round=0)
    assert brief(turn(desk, judge=True)) == (1, ["muffin", "scone"], (), (), True)


def test_a_score_alone_is_no_word_of_the_judge(desk: Desk) -> None:
    for expert in ("muffin", "scone"):
        desk.add(expert, "[CLAIM C01: a]\n")
    desk.put("ruling/00#score-muffin", "---\nblue: 1\nscores: {W: 1, C: 1, T: 1, R: 1}\n---\n")
    assert turn(desk, judge=True).round == 0


def test_some_alone_leave_the_others_waiting(desk: Desk) -> None:
    assert brief(turn(desk, "@Scone", judge=True)) == (0, ["scone"], (), ("muffin",), True)
    desk.add("scone", "[CLAIM C01: a]\n")
    assert brief(turn(desk, "scone")) == (0, [], ("scone",), ("muffin",), False)


def test_one_who_is_not_on_the_panel_is_named_with_those_who_are(desk: Desk) -> None:
    with pytest.raises(NotFound, match="bagel") as caught:
        turn(desk, "muffin", "bagel")
    assert "muffin, scone" in caught.value.why
    with pytest.raises(NotFound, match="judge"):
        turn(desk, "judge")


def test_a_round_that_is_wanted_is_taken_as_it_stands(desk: Desk) -> None:
    agreed(desk)
    assert brief(turn(desk, round=0)) == (0, [], ("muffin", "scone"), (), False)
    assert brief(turn(desk, round=5))[:2] == (5, ["muffin", "scone"])


@pytest.mark.parametrize("round", [-1, 100, 10**9])
def test_a_round_that_cannot_be_is_a_wrong_call(desk: Desk, round: int) -> None:
    with pytest.raises(WrongCall, match="rounds go from 0"):
        turn(desk, round=round)


def test_a_decided_dialogue_is_not_opened_by_chance(desk: Desk) -> None:
    agreed(desk)
    decide(desk)
    with pytest.raises(Conflict, match="decided") as caught:
        turn(desk)
    assert "--round 2" in caught.value.fix
    assert brief(turn(desk, round=2))[:2] == (2, ["muffin", "scone"])


def test_a_verdict_that_has_become_stale_keeps_nobody_from_writing(desk: Desk) -> None:
    agreed(desk)
    decide(desk)
    desk.add("muffin", "[TENSION T01: wait]\n", round=1, replace=True)
    assert turn(desk).round == 2


def test_an_interim_verdict_does_neither(desk: Desk) -> None:
    agreed(desk)
    give(desk.store, desk.uid, Draft("v.md", b"So far.\n"), Verdict(kind="interim", recommendation="x"), NOW)
    assert turn(desk).round == 2


def test_a_closed_dialogue_takes_nothing(desk: Desk) -> None:
    close(desk.store, desk.uid, "enough", "enough", NOW)
    for round in (None, 0):
        with pytest.raises(Conflict, match="closed"):
            turn(desk, round=round)


def test_an_older_dialogue_is_adopted_first() -> None:
    store = MemoryStore()
    store.create(UID, "2026-02-06T1839Z-old", {"contribution/00#muffin": b"[TENSION T01: a]\n"})
    with pytest.raises(Conflict) as caught:
        asking.turn(store, UID, None, (), False)
    assert "adopt" in caught.value.fix


def test_who_joins_or_retires_is_asked_for_their_rounds(desk: Desk) -> None:
    for expert in ("muffin", "scone"):
        desk.add(expert, "[CLAIM C01: a]\n")
    add_expert(desk.store, desk.uid, parse_expert("bagel:Bread"))
    retire_expert(desk.store, desk.uid, "muffin")
    assert brief(turn(desk))[:2] == (1, ["bagel", "scone"])
    assert brief(turn(desk, round=0)) == (0, [], ("muffin", "scone"), (), False)


def test_without_a_panel_there_is_nobody_to_ask(desk: Desk) -> None:
    retire_expert(desk.store, desk.uid, "muffin")
    retire_expert(desk.store, desk.uid, "scone")
    with pytest.raises(NotFound, match="nobody is on the panel"):
        turn(desk, round=1)


def test_what_is_read_holds_nothing_of_the_round(desk: Desk) -> None:
    desk.add("scone", "[CLAIM C01: zqxsentinel]\n\nZqxsentinel.\n")
    (text,) = asking.texts(desk.store, desk.uid, turn(desk), 8000).values()
    assert "Role: Caching" in text and "zqxsentinel" not in text.lower()
