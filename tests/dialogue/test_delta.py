"""What changed in a dialogue between two moments."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from blue_cli.dialogue.delta import Delta, Side, body, delta
from blue_cli.dialogue.ids import address_of
from tests.dialogue.build import graph, head, panel
from tests.dialogue.judged import AGREED, REFERS, with_verdict

BEFORE = panel({"muffin": "[TENSION T01: Latency]\n\n[EVIDENCE E01: A test]\n", "scone": "[RECOMMENDATION R01: A cache]\n"})


def side(files: Mapping[str, str], shut: tuple[str, ...] = (), locked: bool = False) -> Side:
    """A moment; `shut` are the files that no key opens."""
    raw = {address_of(path): text.encode() for path, text in files.items()}
    plain = {path: text for path, text in files.items() if path not in shut}
    return Side(graph(plain), {address_of(path): text.encode() for path, text in plain.items()}, raw, locked)


def between(before: Mapping[str, str] | None, after: Mapping[str, str] | None) -> Delta:
    return delta(side(before) if before else None, side(after) if after else None)


def changes(found: Delta) -> dict[str, tuple[str, str | None, str | None]]:
    return {c.name: (c.what, c.before, c.after) for c in found.changes}


def files(found: Delta) -> list[tuple[str, str]]:
    return [(f.what, f.address) for f in found.files]


def plus(**bodies: str) -> dict[str, str]:
    """The files with more of round 1."""
    return BEFORE | {f"round-1/{slug}.md": text for slug, text in bodies.items()}


def test_the_same_is_no_difference() -> None:
    assert not between(BEFORE, dict(BEFORE)).differs


@pytest.mark.parametrize(
    ("author", "text", "name", "expected"),
    [
        ("muffin", "[TENSION T01: New]\n", "MUFFIN-T0101", ("new", None, "open")),
        ("scone", "[RE:ADDRESS MUFFIN-T0001]\n", "MUFFIN-T0001", ("addressed", "open", "addressed")),
        ("muffin", "[RE:RESOLVE MUFFIN-T0001]\n", "MUFFIN-T0001", ("resolved", "open", "resolved")),
        ("judge", "[ACCEPTED MUFFIN-T0001: fine]\n", "MUFFIN-T0001", ("accepted", "open", "accepted")),
        ("judge", "[REFUTED MUFFIN-E0001: no]\n", "MUFFIN-E0001", ("refuted", "cited", "refuted")),
        ("judge", "[CONFIRMED MUFFIN-E0001]\n", "MUFFIN-E0001", ("confirmed", "cited", "confirmed")),
        ("judge", "[ADOPTED SCONE-R0001]\n", "SCONE-R0001", ("adopted", "proposed", "adopted")),
        ("judge", "[REJECTED SCONE-R0001: no]\n", "SCONE-R0001", ("rejected", "proposed", "rejected")),
    ],
)
def test_what_an_act_changes(author: str, text: str, name: str, expected: tuple[str, str | None, str | None]) -> None:
    found = changes(between(BEFORE, plus(**{author: text})))
    assert found == {name: expected}


def test_a_merged_tension() -> None:
    two = BEFORE | {"round-0/scone.md": "[TENSION T01: Slow]\n"}
    found = between(two, two | {"round-1/judge.md": "[MERGED SCONE-T0001 INTO MUFFIN-T0001]\n"})
    assert changes(found)["SCONE-T0001"] == ("merged", "open", "merged")


def test_reopened_and_what_happened_in_between() -> None:
    settled = plus(muffin="[RE:RESOLVE MUFFIN-T0001]\n")
    reopened = settled | {"round-2/scone.md": "[RE:REOPEN MUFFIN-T0001]\n"}
    again = reopened | {"round-3/muffin.md": "[RE:RESOLVE MUFFIN-T0001]\n"}
    assert changes(between(settled, reopened)) == {"MUFFIN-T0001": ("reopened", "resolved", "reopened")}
    assert changes(between(settled, again)) == {"MUFFIN-T0001": ("resolved", "resolved", "resolved")}
    (change,) = between(settled, again).changes
    assert [e.type for e in change.events] == ["reopened", "resolved"]
    assert changes(between(reopened, settled)) == {"MUFFIN-T0001": ("resolved", "reopened", "resolved")}


def test_a_proposed_resolution_leaves_the_status_and_is_told() -> None:
    addressed = plus(scone="[RE:ADDRESS MUFFIN-T0001]\n")
    found = between(addressed, addressed | {"round-2/scone.md": "[RE:RESOLVE MUFFIN-T0001]\n"})
    assert changes(found) == {"MUFFIN-T0001": ("proposed", "addressed", "addressed")}


def test_the_same_thing_under_another_id_or_label() -> None:
    own = "---\nids: {T01: T0001, E01: E0001}\n---\n" + BEFORE["round-0/muffin.md"]
    first = BEFORE | {"round-0/muffin.md": own}
    renumbered = first | {"round-0/muffin.md": own.replace("T0001", "T0007")}
    found = between(first, renumbered)
    assert changes(found) == {"MUFFIN-T0001": ("renumbered", "open", "open")}
    assert files(found) == [("front-matter", "contribution/00#muffin")]
    found = between(first, first | {"round-0/muffin.md": own.replace("Latency", "Slowness")})
    assert changes(found) == {"MUFFIN-T0001": ("reworded", "open", "open")} and files(found) == [("edited", "contribution/00#muffin")]


def test_what_is_gone() -> None:
    after = {path: text for path, text in BEFORE.items() if path != "round-0/scone.md"}
    found = between(BEFORE, after)
    assert changes(found) == {"SCONE-R0001": ("removed", "proposed", None)} and files(found) == [("removed", "contribution/00#scone")]


def test_a_dialogue_that_came_or_went() -> None:
    assert (between(None, BEFORE).start, between(None, BEFORE).differs) == (None, True)
    assert (between(BEFORE, None).end, between(BEFORE, None).differs) == (None, True)
    assert {c.what for c in between(None, BEFORE).changes} == {"new"}


def test_how_far_it_had_come() -> None:
    found = between(BEFORE, plus(muffin="[RE:RESOLVE MUFFIN-T0001]\n[MOVE:CONVERGE]\n", scone="[PERSPECTIVE P01: x]\n"))
    assert found.start and found.end
    assert (found.start.velocity, found.end.velocity, found.start.percent, found.end.percent) == (1, 1, 0.0, 50.0)
    assert (found.start.status, found.end.status) == ("open", "converging")


def test_who_came_and_went_and_what_is_asked() -> None:
    after = BEFORE | {"dialogue.md": head("muffin", "{slug: scone, to_round: 0}", "bagel", question="Why?")}
    found = between(BEFORE, after)
    assert (found.joined, found.left, found.fields) == (("bagel",), ("scone",), ("question",))


def test_only_the_bytes_of_a_body_make_an_edit() -> None:
    assert body(b"---\na: 1\n---\nx\r\n") == b"x\r\n" == body(b"x\r\n")
    assert body(b"\xff---\n") == b"\xff---\n"


# --- verdicts ------------------------------------------------------------------------------------------------------

DECIDED = with_verdict(AGREED)


def told(found: Delta) -> list[tuple[str, str, list[str]]]:
    return [(v.what, v.verdict.id, [c.what for c in v.causes]) for v in found.verdicts]


def test_a_verdict_is_given_goes_stale_and_stands_again() -> None:
    opposed = DECIDED | {"round-2/scone.md": "[RE:OPPOSE MUFFIN-R0001]\n"}
    assert told(between(AGREED, DECIDED)) == [("given", "final", [])]
    assert told(between(DECIDED, opposed)) == [("stale", "final", ["opposed"])]
    assert told(between(opposed, DECIDED)) == [("stands again", "final", [])]
    assert told(between(AGREED, opposed)) == [("given", "final", ["opposed"])]
    assert told(between(DECIDED, AGREED)) == [("removed", "final", [])]


def test_an_edited_contribution_makes_it_stale() -> None:
    edited = DECIDED | {"round-0/muffin.md": DECIDED["round-0/muffin.md"] + "PS\n"}
    assert told(between(DECIDED, edited)) == [("stale", "final", ["edited"])]


def test_a_verdict_that_says_something_else() -> None:
    other = DECIDED | {"verdicts/final.md": DECIDED["verdicts/final.md"].replace("author: judge", "author: judge\nvote: 2 to 1")}
    assert told(between(DECIDED, other)) == [("edited", "final", [])]
    body_only = DECIDED | {"verdicts/final.md": DECIDED["verdicts/final.md"].replace(REFERS, REFERS + "And more.\n")}
    assert ("edited", "verdict/final") in files(between(DECIDED, body_only))


# --- what nobody here can open --------------------------------------------------------------------------------------


@pytest.mark.parametrize("locked", ["before", "after", "both"])
def test_without_a_key_only_files_are_told(locked: str) -> None:
    shut = ("round-0/muffin.md",)
    changed = plus(scone="x\n") | {"round-0/muffin.md": "other\n"}
    before = side(BEFORE, shut, True) if locked != "after" else side(BEFORE)
    after = side(changed, (*shut, "round-1/scone.md"), True) if locked != "before" else side(changed)
    found = delta(before, after)
    assert (found.changes, found.verdicts, found.known, found.complete) == ((), (), False, False)
    assert files(found) == [("changed", "contribution/00#muffin"), ("new", "contribution/01#scone")]
    assert (found.start and found.start.velocity) is (None if locked != "after" else found.start and found.start.velocity)
    assert (found.end and found.end.velocity) is (None if locked != "before" else found.end and found.end.velocity)


def test_an_envelope_that_is_the_same_has_not_changed() -> None:
    shut = ("round-0/muffin.md",)
    assert files(delta(side(BEFORE, shut, True), side(BEFORE))) == []
