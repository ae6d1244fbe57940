"""`dialogue close`: when the verdict stands, or with a reason; from then on nothing is added."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from blue_cli.actions.closing import Closed, close
from blue_cli.actions.panel import add_expert, parse_expert
from blue_cli.actions.placement import Draft
from blue_cli.actions.verdict_text import Wish
from blue_cli.actions.verdicts import give
from blue_cli.dialogue.convergence import status
from blue_cli.errors import Conflict, Refused
from tests.actions.desk import NOW, Desk

CONVERGE = "[MOVE:CONVERGE]\n"


def shut(desk: Desk, reason: str = "", force: str | None = None) -> Closed:
    return close(desk.store, desk.uid, reason, force, NOW)


def refused(desk: Desk, force: str | None = None) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as error:
        shut(desk, force=force)
    assert not desk.graph.meta.closed
    return [(f.rule, f.message) for f in error.value.findings]


@pytest.fixture
def decided(desk: Desk) -> Desk:
    desk.add("muffin", CONVERGE)
    desk.add("scone", CONVERGE)
    give(desk.store, desk.uid, Draft("-", b"So be it.\n"), Wish(), NOW)
    return desk


def test_a_dialogue_whose_verdict_stands(decided: Desk) -> None:
    assert shut(decided, "done") == Closed(True, "2026-11-24T05:28:00Z", "done")
    assert decided.graph.meta.closed == {"at": "2026-11-24T05:28:00Z", "reason": "done"}
    assert b"\nclosed: {at: 2026-11-24T05:28:00Z, reason: done}\n" in decided.blobs["dialogue"]
    assert status(decided.graph) == "closed"


def test_closed_is_closed(decided: Desk) -> None:
    shut(decided, "done")
    assert shut(decided, "again", None) == Closed(False, "2026-11-24T05:28:00Z", "done")


def test_without_a_verdict_everything_that_is_missing_is_named(desk: Desk) -> None:
    desk.add("muffin", "[TENSION T01: Latency]\n" + CONVERGE)
    assert refused(desk) == [
        ("verdict-not-converged", "no final verdict stands"),
        ("verdict-not-converged", "scone has not written in round 0"),
        ("verdict-not-converged", 'T0001 "Latency" is open'),
    ]


def test_a_stale_verdict_does_not_close_it(decided: Desk) -> None:
    decided.add("muffin", "[TENSION T01: Latency]\n")
    assert refused(decided) == [("stale-verdict", "final is stale: T0101 was raised by muffin in round-1/muffin.md:9")]


def test_a_reason_closes_anything(desk: Desk) -> None:
    assert refused(desk, " ") == [("forced-without-reason", "a dialogue is closed without a verdict only with a reason")]
    assert shut(desk, force="we moved on").reason == "we moved on"


def test_a_dialogue_file_that_cannot_be_read_is_not_written(desk: Desk) -> None:
    desk.put("dialogue", desk.blobs["dialogue"].replace(b"max_rounds: 10", b"max_rounds: ["))
    with pytest.raises(Refused) as error:
        shut(desk, force="x")
    assert [(f.rule, f.path) for f in error.value.findings] == [("front-matter", ".blue/dialogues/cache/dialogue.md")]


@pytest.mark.parametrize(
    "write",
    [
        lambda desk: desk.add("scone", "late"),
        lambda desk: add_expert(desk.store, desk.uid, parse_expert("strudel:Costs")),
        lambda desk: give(desk.store, desk.uid, Draft("-", b"No.\n"), Wish("dissent", "scone"), NOW),
    ],
)
def test_nothing_is_added_to_what_is_closed(decided: Desk, write: Callable[[Desk], object]) -> None:
    shut(decided, "done")
    before = dict(decided.blobs)
    with pytest.raises(Conflict, match="cache is closed: done") as error:
        write(decided)
    assert "take the line `closed:` out" in error.value.fix
    assert dict(decided.blobs) == before


def test_whoever_takes_the_line_out_has_opened_it_again(decided: Desk) -> None:
    before = decided.blobs["dialogue"]
    shut(decided, "done")
    decided.put("dialogue", before)
    assert decided.add("scone", "once more").files[0].round == 1
