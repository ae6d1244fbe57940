"""`verdict add`: gated, numbered, bound, with its basis; written once and never changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from blue_cli.actions.panel import add_expert, parse_expert, retire_expert
from blue_cli.actions.placement import Draft
from blue_cli.actions.verdict_text import Wish
from blue_cli.actions.verdicts import Given, give
from blue_cli.dialogue.convergence import next_round, status
from blue_cli.dialogue.sources import digests
from blue_cli.dialogue.staleness import stale
from blue_cli.dialogue.verdicts import standing, verdicts
from blue_cli.errors import Conflict, Refused
from blue_cli.stores.files import FilesStore
from blue_cli.stores.memory import MemoryStore
from tests.actions.desk import NOW, Desk, bytes_of
from tests.dialogue import plays
from tests.dialogue.build import UID
from tests.dialogue.plays import Play

CONVERGE = "[MOVE:CONVERGE]\n"
TEXT = "[RE:SUPPORT R0001] decides.\n"


def verdict(desk: Desk, text: str | bytes = TEXT, **wish: Any) -> Given:
    return give(desk.store, desk.uid, Draft("v.md", bytes_of(text)), Wish(**wish), NOW)


def refused(desk: Desk, text: str | bytes = TEXT, **wish: Any) -> list[tuple[str, str]]:
    """The findings of a verdict that is not taken; nothing was written."""
    before = dict(desk.blobs)
    with pytest.raises(Refused) as error:
        verdict(desk, text, **wish)
    assert dict(desk.blobs) == before
    return [(f.rule, f.message) for f in error.value.findings]


@pytest.fixture
def agreed(desk: Desk) -> Desk:
    """Muffin's recommendation, and both have signalled."""
    desk.add("muffin", "[RECOMMENDATION R01: Ten minutes]\n\n[TENSION T01: Latency]\n")
    desk.add("scone", "Some thoughts.\n")
    desk.add("muffin", "[RE:RESOLVE T0001]\n" + CONVERGE)
    desk.add("scone", CONVERGE)
    return desk


def test_it_says_what_it_was_told_and_what_it_saw(agreed: Desk) -> None:
    fields = {"recommendation": "Ten minutes", "conditions": ("measured",), "vote": "2:0", "confidence": "strong"}
    done = verdict(agreed, **fields, supporting=("@Muffin",))
    assert (done.created, done.verdict.id, done.verdict.round, done.verdict.author) == (True, "final", 1, "judge")
    front = agreed.front("verdict/final")
    assert list(front) == [
        "blue", "dialogue", "kind", "round", "author", "created", "recommendation", "vote", "confidence", "conditions",
        "supporting_experts", "refs", "basis",
    ]  # fmt: skip
    assert (front["refs"], front["supporting_experts"]) == ({"R0001": "MUFFIN-R0001"}, ["muffin"])
    assert front["basis"] == digests(agreed.blobs) and len(front["basis"]) == 4
    assert agreed.blobs["verdict/final"].endswith(b"---\n" + TEXT.encode())
    assert [(c.id, c.after) for c in done.changed] == [("R0001", "adopted")]
    assert status(agreed.graph) == "converged"


def test_front_matter_says_what_the_call_does_not(agreed: Desk) -> None:
    text = "---\nkind: dissent\nauthor: scone\nrecommendation: Not so\nvote: no\nmood: grim\n---\nI disagree.\n"
    done = verdict(agreed, text, recommendation="Never")
    made = done.verdict
    assert (made.id, made.author, made.recommendation, made.vote) == ("dissent-scone", "scone", "Never", "no")
    assert agreed.front("verdict/dissent-scone")["mood"] == "grim"


def test_numbers_and_names(agreed: Desk) -> None:
    assert verdict(agreed, "a\n", kind="interim").verdict.id == "interim-1"
    assert verdict(agreed, "b\n", kind="interim").verdict.id == "interim-2"
    assert verdict(agreed, "a\n", kind="minority", author="scone").verdict.id == "minority-scone"
    assert verdict(agreed, "b\n", kind="minority", speaker="scone").verdict.id == "minority-scone-2"
    assert verdict(agreed, "a\n").verdict.id == "final"
    second = verdict(agreed, "b\n").verdict
    assert (second.id, second.supersedes) == ("final-2", "final")
    final = standing(agreed.graph)
    assert final is not None and final.id == "final-2"
    assert agreed.blobs["verdict/final"].endswith(b"a\n")


# --- the gate ---------------------------------------------------------------------------------------------------------


def test_every_blocker_is_listed_with_everything_else_that_is_wrong(desk: Desk) -> None:
    desk.add("muffin", "[TENSION T01: Latency]\n\n[PERSPECTIVE P01: Cold caches]\n")
    both = refused(desk, "[RE:SUPPORT R0099] x\n", confidence="sure")
    assert {rule for rule, _ in both} == {"front-matter", "verdict-not-converged", "dangling-ref"}
    assert refused(desk, "So be it.\n") == [
        ("verdict-not-converged", "scone has not written in round 0"),
        ("verdict-not-converged", 'T0001 "Latency" is open'),
        ("verdict-not-converged", 'P0001 "Cold caches" is new in round 0'),
        ("verdict-not-converged", "muffin has not signalled that the dialogue converges"),
    ]


def test_a_dialogue_without_a_word_cannot_be_decided(desk: Desk) -> None:
    assert len(refused(desk, "So be it.\n")) == 2
    for slug in ("muffin", "scone"):
        retire_expert(desk.store, desk.uid, slug)
    assert refused(desk, "So be it.\n") == [("verdict-not-converged", "nobody is on the panel")]


def test_forcing_wants_a_reason_and_the_last_round_or_an_override(desk: Desk) -> None:
    desk.add("muffin", "[RECOMMENDATION R01: a]")
    assert refused(desk, force="no time")[-1] == ("verdict-not-converged", "it is too early to force it")
    assert refused(desk, force=" ") == [("forced-without-reason", "a verdict is forced only with a reason")]
    done = verdict(desk, force="no time", override=True)
    assert (done.verdict.forced, done.verdict.overridden) == ("no time", True)


def test_in_the_last_round_a_reason_is_enough(desk: Desk) -> None:
    desk.put("dialogue", desk.blobs["dialogue"].replace(b"max_rounds: 10", b"max_rounds: 1"))
    desk.add("muffin", "[RECOMMENDATION R01: a]")
    done = verdict(desk, force="no time", override=True)
    assert (done.verdict.forced, done.verdict.overridden) == ("no time", False)


def test_what_has_converged_need_not_be_forced(agreed: Desk) -> None:
    assert verdict(agreed, force="no time", override=True).verdict.forced == ""


def test_a_text_cannot_force_itself(desk: Desk) -> None:
    desk.add("muffin", "[RECOMMENDATION R01: a]")
    text = f"---\nforced: because\noverride: true\n---\n{TEXT}"
    assert ("verdict-not-converged", "scone has not written in round 0") in refused(desk, text)
    found = verdict(desk, text, kind="interim").warnings
    assert [(f.rule, f.severity, f.path) for f in found] == [("identity-mismatch", "warning", "v.md")]
    assert "forced" not in desk.front("verdict/interim-1")


@pytest.mark.parametrize("kind", ["interim", "minority", "dissent"])
def test_the_other_kinds_need_no_convergence(desk: Desk, kind: str) -> None:
    assert verdict(desk, "Not yet.\n", kind=kind, author="scone").created


# --- once -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["final", "interim", "dissent"])
def test_the_same_again_is_an_error_or_none(agreed: Desk, kind: str) -> None:
    first = verdict(agreed, kind=kind, author="scone")
    with pytest.raises(Conflict, match="says exactly this already"):
        verdict(agreed, kind=kind, author="scone")
    again = verdict(agreed, kind=kind, author="scone", if_absent=True)
    assert (again.created, again.verdict.id) == (False, first.verdict.id)
    assert verdict(agreed, kind=kind, author="scone", vote="2:0", if_absent=True).created


def test_the_same_on_a_dialogue_that_has_moved_is_a_new_one(agreed: Desk) -> None:
    verdict(agreed)
    for slug in ("muffin", "scone"):
        agreed.add(slug, ("[RE:OPPOSE R0001]\n" if slug == "scone" else "") + CONVERGE)
    assert verdict(agreed, if_absent=True).verdict.id == "final-2"


def test_a_dry_run_writes_nothing(agreed: Desk) -> None:
    assert verdict(agreed, dry_run=True).created
    assert "verdict/final" not in agreed.blobs


def test_ids_that_no_file_has_yet_are_written_first_so_that_nothing_it_saw_is_edited_later(desk: Desk) -> None:
    desk.put("contribution/00#muffin", "[RECOMMENDATION R01: a]\n\n" + CONVERGE)
    desk.put("contribution/00#scone", CONVERGE)
    verdict(desk)
    assert desk.front("contribution/00#muffin")["ids"] == {"R01": "R0001"}
    desk.add("scone", "[CLAIM C01: late]\n", round=0, replace=True)
    final = standing(desk.graph)
    assert final is not None
    assert [c.path.rpartition("/")[2] for c in stale(desk.graph, final)] == ["scone.md"]


# --- what is wrong with it --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wish", "rule"),
    [
        (" \n", {}, "missing-field"),
        (b"\xff", {}, "encoding"),
        ("---\nvote: [\n---\nx\n", {}, "front-matter"),
        ("---\nkind: ../../x\n---\nx\n", {}, "front-matter"),
        ("---\nconditions: x\n---\nx\n", {}, "front-matter"),
        ("---\nrecommendation: [a]\n---\nx\n", {}, "front-matter"),
        ("x\n", {"recommendation": "a\nb"}, "front-matter"),
        ("x\n", {"author": "stranger"}, "unknown-expert"),
        ("x\n", {"author": "../../etc"}, "unknown-expert"),
        ("x\n", {"supporting": ("mufin",)}, "unknown-expert"),
        ("x\n", {"kind": "minority"}, "missing-field"),
        ("[RE:SUPPORT R0007]\n", {}, "dangling-ref"),
        ("[RE:RESOLVE R0001]\n", {}, "invalid-ref-target"),
    ],
)
def test_a_bad_text_is_refused_by_its_name(agreed: Desk, text: str | bytes, wish: dict[str, Any], rule: str) -> None:
    assert rule in [found for found, _ in refused(agreed, text, **wish)]


def test_a_finding_stands_where_the_draft_has_it(agreed: Desk) -> None:
    with pytest.raises(Refused) as error:
        verdict(agreed, "So.\n\n[RE:SUPPORT R0007]\n")
    assert [(f.path, f.line, f.column) for f in error.value.findings] == [("v.md", 3, 13)]


def test_what_lies_there_and_cannot_be_read_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    desk = Desk(FilesStore(str(tmp_path)))
    folder = tmp_path / ".blue/dialogues/cache/verdicts"
    folder.mkdir()
    (folder / "interim-1.md").symlink_to("/etc/passwd")
    with pytest.raises(Conflict, match="cannot be read"):
        verdict(desk, "x\n", kind="interim")


# --- afterwards -------------------------------------------------------------------------------------------------------


def test_whatever_is_written_afterwards_opens_the_next_round(agreed: Desk) -> None:
    verdict(agreed)
    assert [next_round(agreed.graph, slug) for slug in ("muffin", "scone", "judge")] == [(2, ())] * 3
    agreed.add("muffin", "[TENSION T01: Who pays]\n")
    assert next_round(agreed.graph, "muffin") == (None, ("scone",))
    assert next_round(agreed.graph, "scone") == (2, ())
    agreed.add("scone", "[RE:RESOLVE T0201]\n" + CONVERGE)
    assert agreed.add("muffin", "[RE:RESOLVE T0201]\n" + CONVERGE).files[0].round == 3
    agreed.add("scone", CONVERGE)
    assert verdict(agreed).verdict.round == 3
    assert next_round(agreed.graph, "scone") == (4, ())


def test_a_contribution_may_make_it_stale_and_says_so(agreed: Desk) -> None:
    verdict(agreed)
    found = agreed.add("scone", "[RE:REOPEN T0001]\n").warnings
    assert [(f.rule, f.severity) for f in found] == [("stale-verdict", "warning")]
    assert status(agreed.graph) == "open"


def test_a_new_expert_is_asked_from_the_next_round_on(agreed: Desk) -> None:
    verdict(agreed)
    assert add_expert(agreed.store, agreed.uid, parse_expert("strudel:Costs")).expert.from_round == 2
    assert status(agreed.graph) == "converged"


@settings(max_examples=25, deadline=None)
@given(plays.plays())
def test_no_play_makes_a_verdict_stale_that_was_just_given(play: Play) -> None:
    from blue_cli.dialogue.ids import address_of

    store = MemoryStore()
    store.create(UID, "cache", {address_of(path): text.encode() for path, text in play.files().items()})
    done = give(store, UID, Draft("-", b"So be it.\n"), Wish(force="no time", override=True), NOW)
    assert stale(done.graph, done.verdict) == ()
    assert [v.id for v in verdicts(done.graph)] == ["final"]
