"""`dialogue.md`, read and written (FORMAT.md, section 1)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.dialogue import frontmatter, meta
from blue_cli.dialogue.ids import is_name
from blue_cli.dialogue.model import Expert, Meta
from tests.dialogue.build import ID, UID


def read(**front: Any) -> tuple[Meta, list[tuple[str, str]]]:
    about, problems = meta.read(ID, UID, {"uid": UID, "title": "T", **front})
    return about, [(rule, message.partition(":")[0].partition(" ")[0]) for rule, message, _ in problems]


names = st.from_regex(r"[a-z][a-z0-9-]{0,10}[a-z0-9]", fullmatch=True).filter(lambda s: is_name(s) and s != "judge")
words = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20)
experts = st.builds(
    Expert,
    slug=names,
    role=words,
    tier=st.sampled_from(["", *meta.TIERS]),
    relevance=st.none() | st.floats(0, 1),
    source=st.sampled_from(["", *meta.SOURCES]),
    reason=words,
    focus=words,
    from_round=st.integers(0, 99),
    to_round=st.none() | st.integers(0, 99),
    git=st.lists(words.filter(bool), max_size=2).map(tuple),
)


@settings(max_examples=60)
@given(st.lists(experts, max_size=4, unique_by=lambda e: e.slug))
def test_experts_are_read_as_they_were_written(members: list[Expert]) -> None:
    front = frontmatter.write({"uid": UID, "title": "T", "experts": [meta.expert_fields(e) for e in members] or None}, "dialogue")
    fields, problems = frontmatter.read(front)
    assert not problems
    about, wrong = meta.read(ID, UID, fields)
    assert (about.experts, wrong) == (tuple(members), [])


def test_a_full_one() -> None:
    about, problems = read(
        blue=1, question="Q", created="2026-11-24T05:28:00Z", max_rounds=4, tensions="judge", links=["a"],
        closed={"at": "x", "reason": "y"},
        experts=[{"slug": "Muffin", "role": "R", "tier": "Core", "relevance": 1}, "scone"], panels={"1": ["Scone", "judge"]},
    )  # fmt: skip
    assert problems == []
    assert (about.question, about.created, about.max_rounds, about.tensions, about.links) == (
        "Q",
        "2026-11-24T05:28:00Z",
        4,
        "judge",
        ("a",),
    )
    assert about.experts == (Expert("muffin", "R", "core", 1.0), Expert("scone"))
    assert about.closed == {"at": "x", "reason": "y"}
    assert [meta.panel_of(about, n, ()) for n in (0, 1)] == [("muffin", "scone"), ("scone",)]


@pytest.mark.parametrize(
    ("front", "problems"),
    [
        ({"title": None}, [("missing-field", "title")]),
        ({"title": ["a"]}, [("front-matter", "title")]),
        ({"uid": "x"}, [("missing-field", "uid")]),
        ({"uid": None}, [("missing-field", "uid")]),
        ({"question": {"a": 1}}, [("front-matter", "question")]),
        ({"blue": "two"}, [("front-matter", "blue")]),
        ({"blue": True}, [("front-matter", "blue")]),
        ({"max_rounds": 0}, [("front-matter", "max_rounds")]),
        ({"max_rounds": 10**9}, [("front-matter", "max_rounds")]),
        ({"experts": [{"slug": "../x"}]}, [("invalid-id", "expert")]),
        ({"experts": [{"role": "no slug"}]}, [("invalid-id", "expert")]),
        ({"experts": [{"slug": "Judge"}]}, [("invalid-id", "expert")]),
        ({"experts": [{"slug": "con"}]}, [("invalid-id", "expert")]),
        ({"experts": ["a", {"slug": "A"}]}, [("duplicate-id", "expert")]),
        ({"experts": "everybody"}, [("front-matter", "experts")]),
        ({"experts": [{"slug": "a", "from_round": True}]}, [("front-matter", "a")]),
        ({"experts": [{"slug": "a", "to_round": "last"}]}, [("front-matter", "a")]),
        ({"experts": [{"slug": "a", "relevance": 7}]}, [("front-matter", "a")]),
        ({"panels": ["a"]}, [("front-matter", "panels")]),
        ({"panels": {"first": ["a"]}}, [("front-matter", "panels")]),
        ({"panels": {"100": ["a"]}}, [("front-matter", "panels")]),
    ],
)
def test_fields_of_another_shape_are_left_out_and_named(front: dict[str, Any], problems: list[tuple[str, str]]) -> None:
    assert read(**front)[1] == problems


keys = st.sampled_from(["uid", "title", "question", "experts", "panels", "max_rounds", "blue", "closed", "links", "tensions"])
plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
values = st.recursive(plain, lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(), x, max_size=3), max_leaves=5)


@settings(max_examples=60)
@given(st.dictionaries(keys, values))
def test_reading_never_raises(front: dict[str, Any]) -> None:
    about, problems = meta.read(ID, UID, front)
    assert about.id == ID
    assert all(rule and message and fix for rule, message, fix in problems)
    assert all(meta.panel_of(about, n, ()) == tuple(sorted(meta.panel_of(about, n, ()))) for n in (0, 50, 99))


def test_the_panel_of_a_round() -> None:
    about = Meta(ID, UID, "T", experts=(Expert("a"), Expert("b", from_round=2), Expert("c", to_round=1)), panels={5: ("c", "a", "judge")})
    assert [meta.panel_of(about, n, ("x",)) for n in (0, 1, 2, 5)] == [("a", "c"), ("a", "c"), ("a", "b"), ("a", "c")]
    older = about._replace(native=False)
    assert [meta.panel_of(older, n, ("x", "w")) for n in (0, 5)] == [("w", "x"), ("a", "c")]
