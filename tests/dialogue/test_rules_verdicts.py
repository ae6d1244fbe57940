"""What `check` says of verdicts: given too early, forced without a reason, stale, or called by the wrong name."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from blue_cli.dialogue import rules
from blue_cli.dialogue.ids import address_of
from blue_cli.dialogue.rules_verdicts import obstacles
from blue_cli.errors import Finding
from tests.dialogue.build import graph, panel
from tests.dialogue.judged import AGREED, CONVERGE, with_verdict

MINE = ("verdict-not-converged", "forced-without-reason", "stale-verdict", "identity-mismatch")


def check(files: Mapping[str, str]) -> list[Finding]:
    found = rules.check(graph(files), {address_of(path): text.encode() for path, text in files.items()})
    return [f for f in found if f.rule in MINE or "verdicts/" in f.path]


def told(files: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(f.rule, f.message) for f in check(files)]


OPEN = panel(
    {"muffin": "[TENSION T01: Latency]\n", "scone": CONVERGE},
    {"muffin": CONVERGE, "scone": "[PERSPECTIVE P01: Cold caches]\n"},
    experts="muffin scone strudel",
)


def test_what_keeps_a_dialogue_from_converging_is_named_one_by_one() -> None:
    assert [(o.message, o.id, o.line) for o in obstacles(graph(OPEN))] == [
        ("strudel has not written in round 1", "@strudel", 0),
        ('T0001? "Latency" is open', "MUFFIN-T0001", 1),
        ('P0101? "Cold caches" is new in round 1', "SCONE-P0101", 1),
        ("scone has not signalled that the dialogue converges", "@scone", 1),
    ]
    assert obstacles(graph(AGREED)) == []
    assert [o.message for o in obstacles(graph(panel()))] == ["nobody is on the panel"]
    assert [o.message for o in obstacles(graph(panel(experts="muffin")))] == ["muffin has not written in round 0"]
    unread = graph(AGREED)._replace(complete=False)
    assert [o.message for o in obstacles(unread)] == ["something cannot be read, so nobody can know what is open"]


def test_a_final_verdict_on_what_had_not_converged() -> None:
    found = check(with_verdict(OPEN, body="So be it.\n"))
    assert {f.rule for f in found} == {"verdict-not-converged"}
    assert sorted(f.message for f in found) == [
        'final: P0101? "Cold caches" is new in round 1', 'final: T0001? "Latency" is open',
        'final: scone has not signalled that the dialogue converges',
    ]  # fmt: skip
    assert {(f.path.rpartition("/")[2], f.line) for f in found} == {("final.md", 2)}
    assert any(f.related == (".blue/dialogues/2026-11-24T0528Z-cache-policy/round-0/muffin.md:1",) for f in found)


@pytest.mark.parametrize("id", ["interim-1", "minority-muffin", "dissent-scone"])
def test_the_other_kinds_need_no_convergence(id: str) -> None:
    assert told(with_verdict(OPEN, id, "Not yet.\n")) == []


def test_it_is_judged_by_what_it_saw() -> None:
    later = with_verdict(AGREED) | {"round-2/muffin.md": "[PERSPECTIVE P01: Something new]\n"}
    assert told(later) == []
    early = with_verdict(OPEN, body="So be it.\n", round=1) | {f"round-2/{slug}.md": CONVERGE for slug in ("muffin", "scone", "strudel")}
    early["round-2/rulings/MUFFIN-T0001.md"] = "[RESOLVED MUFFIN-T0001]\n"
    assert {rule for rule, _ in told(early)} == {"verdict-not-converged"}


def test_it_cannot_settle_by_itself_what_it_should_have_waited_for() -> None:
    one = panel({"muffin": "[TENSION T01: Latency]\n" + CONVERGE})
    files = with_verdict(one, body="[RE:RESOLVE MUFFIN-T0001]\n", round=0)
    assert told(files) == [("verdict-not-converged", 'final: T0001? "Latency" is open')]


def test_of_one_whose_basis_was_edited_nobody_can_tell() -> None:
    files = with_verdict(OPEN, body="So be it.\n")
    assert {rule for rule, _ in told(files | {"round-0/scone.md": "Edited.\n"})} == {"stale-verdict"}


@pytest.mark.parametrize(
    ("fields", "max_rounds", "rules"),
    [
        ({"forced": "no time"}, 10, {"verdict-not-converged"}),
        ({"forced": "no time"}, 2, set()),
        ({"forced": "no time", "override": True}, 10, set()),
        ({"override": True}, 10, {"verdict-not-converged", "forced-without-reason"}),
        ({"forced": ""}, 2, {"verdict-not-converged", "forced-without-reason"}),
        ({"forced": [1]}, 2, {"verdict-not-converged", "forced-without-reason"}),
    ],
)
def test_it_may_be_forced_with_a_reason_at_the_end_or_overridden(fields: dict[str, object], max_rounds: int, rules: set[str]) -> None:
    ended = OPEN | {"dialogue.md": panel(experts="muffin scone strudel", max_rounds=max_rounds)["dialogue.md"]}
    assert {rule for rule, _ in told(with_verdict(ended, body="So be it.\n", **fields))} == rules


def test_a_stale_one_names_each_cause_where_it_stands_itself() -> None:
    later = "[RE:OPPOSE MUFFIN-R0001]\n\n[TENSION T01: Who pays]\n"
    found = check(with_verdict(AGREED) | {"round-2/scone.md": later})
    assert [(f.rule, f.message) for f in found] == [
        ("stale-verdict", "final is stale: R0001? was opposed by scone in round-2/scone.md:1"),
        ("stale-verdict", "final is stale: T0201? was raised by scone in round-2/scone.md:3"),
    ]
    assert all(f.path.endswith("/verdicts/final.md") for f in found)
    edited = with_verdict(AGREED) | {"round-0/scone.md": "Edited.\n"}
    assert ("stale-verdict", "final is stale: round-0/scone.md was edited") in told(edited)


def test_a_superseded_one_is_no_longer_stale() -> None:
    later = with_verdict(AGREED) | {"round-2/muffin.md": "[RE:OPPOSE MUFFIN-R0001]\n" + CONVERGE, "round-2/scone.md": CONVERGE}
    assert told(later) != []
    assert told(with_verdict(later, "final-2", round=2)) == []


@pytest.mark.parametrize(
    ("id", "fields", "message"),
    [
        ("interim-1", {"kind": "final"}, "kind: final is not what the path says"),
        ("decision", {"kind": "final"}, "kind: final is not what the path says"),
        ("interim-1", {"dialogue": "019b7871-0000-70e4-b285-a2d6ce8fe84a"}, "dialogue: another dialogue's uid"),
    ],
)
def test_the_name_of_a_verdict_decides(id: str, fields: dict[str, object], message: str) -> None:
    assert told(with_verdict(AGREED, id, **fields)) == [("identity-mismatch", message)]


def test_an_entity_in_a_verdict_defines_nothing() -> None:
    assert told(with_verdict(AGREED, body="[CLAIM C01: new]\n")) == [("near-miss-marker", "CLAIM in a verdict defines nothing")]


def test_who_joined_afterwards_is_not_missing_in_it() -> None:
    joined = panel(experts="muffin scone strudel")["dialogue.md"]
    assert told(with_verdict(AGREED) | {"dialogue.md": joined}) == []
    one = {path: text for path, text in AGREED.items() if path != "round-1/scone.md"}
    assert ("verdict-not-converged", "final: scone has not written in round 1") in told(with_verdict(one))
