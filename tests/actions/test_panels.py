"""Panels set by name and drawn from a pool."""

from __future__ import annotations

import pytest

from blue_cli.actions import panels
from blue_cli.dialogue.model import Expert
from blue_cli.errors import Conflict, NotFound, Refused, WrongCall
from tests.actions.desk import Desk

POOL = tuple(Expert(f"e{n}", "role", tier, 0.5) for n, tier in enumerate(["core", "core", "adjacent", "adjacent", "wildcard"]))


def test_a_panel_is_set_for_one_round_and_only_there(desk: Desk) -> None:
    done = panels.set_panel(desk.store, desk.uid, 1, ["scone", "scone"])
    assert done.changed and done.graph.panel(1) == ("scone",) and done.graph.panel(0) == ("muffin", "scone")
    assert desk.front("dialogue")["panels"] == {"1": ["scone"]}
    assert panels.set_panel(desk.store, desk.uid, 1, ["scone"]).changed is False


def test_only_who_is_known_can_be_set(desk: Desk) -> None:
    with pytest.raises(NotFound, match="sconne"):
        panels.set_panel(desk.store, desk.uid, 1, ["muffin", "sconne"])
    with pytest.raises(Refused):
        panels.set_panel(desk.store, desk.uid, 100, ["muffin"])


def test_the_panel_of_a_round_that_is_over_stays(desk: Desk) -> None:
    desk.add("muffin", "x")
    assert panels.set_panel(desk.store, desk.uid, 0, ["muffin"]).changed  # it still ran
    with pytest.raises(Conflict, match="over"):
        panels.set_panel(desk.store, desk.uid, 0, ["muffin", "scone"])
    assert panels.running(desk.graph) == 1


def test_a_drawn_panel_names_who_must_join_first(desk: Desk) -> None:
    drawn = panels.draw(desk.graph, [*POOL, *desk.graph.meta.experts], 7, "s")
    assert (len(drawn.experts), drawn.round) == (7, 0)
    assert {e.slug for e in drawn.unknown} == {e.slug for e in POOL}


@pytest.mark.parametrize(
    ("size", "retain", "exclude", "error"),
    [
        (6, (), (), Refused),
        (5, (), ("e0",), Refused),
        (1, ("e0", "e1"), (), WrongCall),
        (0, (), (), WrongCall),
        (3, ("e0",), ("e0",), WrongCall),
        (3, ("nobody",), (), NotFound),
        (3, (), ("nobody",), NotFound),
    ],
)
def test_a_panel_that_cannot_be_is_refused(
    desk: Desk, size: int, retain: tuple[str, ...], exclude: tuple[str, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        panels.draw(desk.graph, POOL, size, "s", retain, exclude)


def test_who_could_be_no_expert_is_drawn_from_no_pool(desk: Desk) -> None:
    with pytest.raises(Refused) as error:
        panels.draw(desk.graph, [*POOL, Expert("judge"), Expert("../x")], 3, "s")
    assert len(error.value.findings) == 2
