"""Starting dialogues, and who is on their panels (FORMAT.md, section 1; CLI.md, words)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from blue_cli.actions.dialogues import Wish, start
from blue_cli.actions.load import load
from blue_cli.actions.panel import add_expert, joins, parse_expert, retire_expert
from blue_cli.dialogue.convergence import history, measure
from blue_cli.errors import Conflict, NotFound, Refused, WrongCall
from blue_cli.stores.base import Store
from tests.actions.desk import NOW, Desk

BITS = random.Random(7).getrandbits


def new(store: Store, title: str, now: datetime = NOW, if_absent: bool = False, **wish: Any) -> str:
    return start(store, Wish(title, **wish), now, BITS, if_absent).id


# --- starting -------------------------------------------------------------------------------------------------------


def test_the_file_is_canonical(store: Store) -> None:
    experts = (parse_expert("muffin:Data modeling"), parse_expert("scone:Storage: disks:wildcard"))
    made = start(store, Wish("Cache: policy?", "What\ndo we cache?", experts, ("issue-1",), body="Why now."), NOW, BITS)
    assert store.load(made.uid).blobs["dialogue"].decode() == (
        f'---\nblue: 1\nuid: {made.uid}\ntitle: "Cache: policy?"\nquestion: "What\\ndo we cache?"\ncreated: 2026-11-24T05:28:00Z\n'
        "experts:\n- {slug: muffin, role: Data modeling, tier: core, source: created}\n"
        '- {slug: scone, role: "Storage: disks", tier: wildcard, source: created}\n'
        "max_rounds: 10\nlinks:\n- issue-1\n---\n\nWhy now.\n"
    )
    assert load(store, made.uid).meta.question == "What\ndo we cache?"


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Cache policy", "cache-policy"),
        ("¿缓存?", "dialogue"),
        ("CON", "dialogue"),
        ("../../etc", "etc"),
        ("x" * 99, "x" * 60),
        ("a\nb", "a-b"),
    ],
)
def test_the_id_is_the_minute_and_the_title(store: Store, title: str, slug: str) -> None:
    assert new(store, title) == f"2026-11-24T0528Z-{slug}"
    assert load(store, next(iter(store.dialogues())).uid).meta.title == title


def test_two_of_one_minute_and_title_are_told_apart(store: Store) -> None:
    assert [new(store, title) for title in ("Cache", "Cache", "CACHE!")] == [f"2026-11-24T0528Z-cache{n}" for n in ("", "-2", "-3")]


def test_an_id_of_ones_own_is_taken_or_refused(store: Store) -> None:
    assert new(store, "Cache", id="cache") == "cache"
    for id in ("cache", "Cache"):
        with pytest.raises(Conflict):
            new(store, "Other", id=id)
    for id in ("../x", "a/b", "con", "-x", "x" * 129, "ünï", "a\n"):
        with pytest.raises(Refused):
            new(store, "Other", id=id)
    assert [entry.id for entry in store.dialogues()] == ["cache"]


def test_if_absent_means_the_same_slug_and_question(store: Store) -> None:
    later = NOW.replace(hour=9, minute=0)
    first = new(store, "Cache", question="q")
    second = new(store, "Cache", question="q")
    assert second == first + "-2"
    assert new(store, "Cache", later, True, question="q") == first
    assert new(store, "cache!", later, True, question="q") == first
    assert new(store, "Cache", later, True, question="other") == "2026-11-24T0900Z-cache"
    assert new(store, "Cache policy", question="q") == "2026-11-24T0528Z-cache-policy"
    assert new(store, "Cache 2", later, True, question="q") == "2026-11-24T0900Z-cache-2", "the second Cache is not Cache 2"
    assert new(store, "Policy", later, True, question="q") == "2026-11-24T0900Z-policy"


def test_if_absent_with_an_id_means_that_id(store: Store) -> None:
    assert new(store, "Cache", id="cache") == new(store, "Anything", if_absent=True, id="cache") == "cache"


class Rival:
    """A store in which somebody makes the same dialogue a moment earlier."""

    def __init__(self, store: Store, act: Callable[[], object]) -> None:
        self.store, self.act = store, act

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def create(self, *args: Any) -> str:
        act, self.act = self.act, lambda: None
        act()
        return self.store.create(*args)


@pytest.mark.parametrize("id", ["cache", ""])
def test_if_absent_loses_a_race_gladly(store: Store, id: str) -> None:
    rival = Rival(store, lambda: new(store, "Cache", id=id))
    assert start(rival, Wish("Cache", id=id), NOW, BITS, if_absent=True).created is False  # type: ignore[arg-type]
    assert len(list(store.dialogues())) == 1


def test_a_race_for_the_minute_gets_the_next_number(store: Store) -> None:
    rival = Rival(store, lambda: new(store, "Cache"))
    assert start(rival, Wish("Cache"), NOW, BITS).id == "2026-11-24T0528Z-cache-2"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wish", [Wish("x" * 70_000), Wish("x", question="y" * 70_000), Wish("x", links=tuple("z" * 30_000 for _ in range(3)))]
)
def test_a_wish_beyond_the_limits_makes_no_broken_dialogue(store: Store, wish: Wish) -> None:
    with pytest.raises(Refused) as caught:
        start(store, wish, NOW, BITS)
    assert {f.rule for f in caught.value.findings} == {"limit"}
    assert list(store.dialogues()) == []


def test_every_mistake_at_once(store: Store) -> None:
    experts = tuple(parse_expert(text) for text in ("judge:x", "JUDGE:x", "a/b:x", "muffin:x", "Muffin:y"))
    with pytest.raises(Refused) as caught:
        start(store, Wish(" ", id="nul", experts=experts), NOW, BITS)
    rules = [f.rule for f in caught.value.findings]
    assert rules == ["missing-field", "invalid-id", "invalid-id", "invalid-id", "duplicate-id", "invalid-id", "duplicate-id"]
    assert {f.severity for f in caught.value.findings} == {"error"}


@pytest.mark.parametrize(
    ("text", "role", "tier"),
    [
        ("a:R", "R", "core"),
        ("A:R:WildCard", "R", "wildcard"),
        ("a:R: core ", "R", "core"),
        ("a:R:boss", "R:boss", "core"),
        ("a:core", "core", "core"),
        ("a:x:y:adjacent", "x:y", "adjacent"),
    ],
)
def test_the_last_part_is_a_tier_only_if_it_is_one(text: str, role: str, tier: str) -> None:
    expert = parse_expert(text)
    assert (expert.slug, expert.role, expert.tier) == ("a", role, tier)


@pytest.mark.parametrize("text", ["", "a", "a:", ":R", " : ", "a: "])
def test_an_expert_needs_a_name_and_a_role(text: str) -> None:
    with pytest.raises(WrongCall):
        parse_expert(text)


# --- the panel --------------------------------------------------------------------------------------------------------


def experts(desk: Desk) -> list[tuple[str, int, int | None]]:
    return [(e.slug, e.from_round, e.to_round) for e in desk.graph.meta.experts]


def test_the_same_expert_again_changes_nothing_and_another_is_a_conflict(desk: Desk) -> None:
    before = desk.blobs
    assert not add_expert(desk.store, desk.uid, parse_expert("muffin:Caching")).changed
    same = parse_expert("muffin:Caching")
    for other in (same._replace(role="Other"), same._replace(tier="wildcard"), same._replace(focus="new")):
        with pytest.raises(Conflict):
            add_expert(desk.store, desk.uid, other)
    with pytest.raises(Conflict):
        add_expert(desk.store, desk.uid, parse_expert("muffin:Caching"), 3)
    assert desk.blobs == before


def test_who_joins_is_asked_from_the_running_round_on(desk: Desk) -> None:
    add_expert(desk.store, desk.uid, parse_expert("a:R"))
    desk.add("muffin", "[TENSION T01: t]\n\n[MOVE:CONVERGE]")
    add_expert(desk.store, desk.uid, parse_expert("b:R"))
    desk.add_files({f"{slug}.md": "[MOVE:CONVERGE]" for slug in ("scone", "a", "b")})
    before = history(desk.graph)[0]
    add_expert(desk.store, desk.uid, parse_expert("c:R"))
    add_expert(desk.store, desk.uid, parse_expert("d:R"), 7)
    assert experts(desk)[2:] == [("a", 0, None), ("b", 0, None), ("c", 1, None), ("d", 7, None)]
    assert history(desk.graph)[0] == before, "a round that is over keeps its panel, and what it decided"
    assert joins(desk.graph, "e") == 1


@pytest.mark.parametrize("round", [-1, 100])
def test_rounds_go_from_0_to_99(desk: Desk, round: int) -> None:
    with pytest.raises(Refused):
        add_expert(desk.store, desk.uid, parse_expert("a:R"), round)


def test_who_retires_having_written_leaves_after_that_round(desk: Desk) -> None:
    desk.add_files({"muffin.md": "a", "scone.md": "b"})
    assert retire_expert(desk.store, desk.uid, "scone").expert.to_round == 0
    assert (desk.graph.panel(0), desk.graph.panel(1)) == (("muffin", "scone"), ("muffin",))
    assert not retire_expert(desk.store, desk.uid, "scone").changed


def test_nobody_waits_any_longer_for_who_retires_without_having_written(desk: Desk) -> None:
    desk.add_files({"muffin.md": "a", "scone.md": "b"})
    desk.add("muffin", "c")
    assert measure(desk.graph).missing == ("scone",)
    assert retire_expert(desk.store, desk.uid, "scone").expert.to_round == 0
    assert measure(desk.graph).missing == ()
    assert desk.graph.panel(0) == ("muffin", "scone")


def test_who_was_silent_in_earlier_rounds_stays_on_their_panels(desk: Desk) -> None:
    desk.add("muffin", "[TENSION T01: t]\n\n[MOVE:CONVERGE]")
    desk.add("muffin", "x", round=1)
    before = history(desk.graph)[0]
    retire_expert(desk.store, desk.uid, "scone")
    assert experts(desk)[1] == ("scone", 0, 0)
    assert history(desk.graph)[0] == before


def test_who_was_never_asked_is_simply_gone(desk: Desk) -> None:
    retire_expert(desk.store, desk.uid, "scone")
    assert experts(desk) == [("muffin", 0, None)]
    with pytest.raises(NotFound) as caught:
        retire_expert(desk.store, desk.uid, "mufin")
    assert caught.value.suggestions == ("muffin",)


def test_who_comes_back_was_not_there_in_between(desk: Desk) -> None:
    desk.add_files({"muffin.md": "a", "scone.md": "b"})
    retire_expert(desk.store, desk.uid, "scone")
    desk.add("muffin", "c")
    before = history(desk.graph)
    add_expert(desk.store, desk.uid, parse_expert("scone:Other"))
    assert experts(desk)[1] == ("scone", 0, None)
    assert history(desk.graph) == before
    assert [desk.graph.panel(n) for n in range(3)] == [("muffin", "scone"), ("muffin",), ("muffin", "scone")]


# --- what dialogue.md says besides --------------------------------------------------------------------------------------


def test_what_the_tool_does_not_know_survives(desk: Desk) -> None:
    text = desk.blobs["dialogue"].decode().replace("{slug: scone,", '{slug: scone, mail: "a@b",')
    text = text.replace("max_rounds", "# ours\ncolour: 'red'\nmax_rounds")
    text = text.replace("- {slug: muffin", '- {slug: "no/name", x: [1, {w: z}]}\n- bare\n- {slug: muffin')
    desk.put("dialogue", text + "\nBackground\r\n")
    add_expert(desk.store, desk.uid, parse_expert("bagel:R"))
    desk.add_files({"muffin.md": "a", "scone.md": "b", "bagel.md": "c"}, round=0)
    retire_expert(desk.store, desk.uid, "scone")
    after = desk.blobs["dialogue"].decode()
    for kept in ('mail: "a@b"', "# ours\ncolour: 'red'\n", '- {slug: "no/name", x: [1, {w: z}]}\n', "- bare\n", "---\n\nBackground\r\n"):
        assert kept in after


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("title:", "title: twice\ntitle:"),
        lambda text: text.replace("experts:\n", "experts: all of us\nothers:\n"),
        lambda text: text + "\0",
        lambda text: text.replace("max_rounds", "panels: none\nmax_rounds"),
    ],
)
def test_a_broken_dialogue_file_is_not_rewritten(desk: Desk, spoil: Callable[[str], str]) -> None:
    text = spoil(desk.blobs["dialogue"].decode())
    desk.put("dialogue", text)
    with pytest.raises(Refused) as caught:
        add_expert(desk.store, desk.uid, parse_expert("bagel:R"))
    assert caught.value.findings[0].path == ".blue/dialogues/cache/dialogue.md"
    assert caught.value.findings[0].severity == "error"
    assert desk.blobs["dialogue"].decode() == text


def test_time_is_written_in_utc(store: Store) -> None:
    assert new(store, "x", datetime(2026, 1, 2, 3, 4, 5, 999, tzinfo=UTC)) == "2026-01-02T0304Z-x"
