"""The plain JSON of rounds: read strictly, and as its published schema says."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import blue_cli
from blue_cli.dialogue import plain_rounds

SCHEMA = json.loads((Path(blue_cli.__file__).parent / "schemas/input/rounds@1.json").read_text(encoding="utf-8"))
VALID = jsonschema.Draft202012Validator(SCHEMA)
EXAMPLE: dict[str, Any] = SCHEMA["examples"][0]
DELETED = object()


def changed(path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """The example with one value changed."""
    document = copy.deepcopy(EXAMPLE)
    inner: Any = document
    for step in path[:-1]:
        inner = inner[step]
    if value is DELETED:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return document


def test_the_example_is_read_as_it_says() -> None:
    said, problems = plain_rounds.read(EXAMPLE)
    assert not problems and VALID.is_valid(EXAMPLE)
    assert (said.title, said.question, said.created) == ("Cache policy", "How long may a price be cached?", "")
    assert [(e.slug, e.role, e.tier) for e in said.experts] == [("muffin", "Caching", "core"), ("scone", "Storage", "")]
    assert [(t.round, t.author) for t in said.texts] == [(0, "muffin"), (0, "scone"), (1, "muffin"), (1, "judge")]
    assert said.texts[3].place == ("rounds", 1, "judge")


def test_who_wrote_is_the_panel_where_nobody_is_named() -> None:
    said, problems = plain_rounds.read(changed(("experts",), DELETED))
    assert not problems
    assert [(e.slug, e.role, e.tier, e.from_round) for e in said.experts] == [("muffin", "", "", 0), ("scone", "", "", 0)]


FIRST = ("rounds", 0, "contributions", 0)


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        (("title",), DELETED, "missing-field"),
        (("title",), "  ", "missing-field"),
        (("title",), 1, "front-matter"),
        (("titel",), "x", "front-matter"),
        (("$schema",), "urn:blue:rounds@2", "newer-format"),
        (("id",), "../x", "invalid-id"),
        (("created",), "yesterday", "front-matter"),
        (("created",), "2026-11-24T05:28:00Z\n", "front-matter"),
        (("rounds",), [], "missing-field"),
        (("rounds",), {}, "front-matter"),
        (("rounds", 0), 1, "missing-field"),
        (("rounds", 0, "round"), True, "front-matter"),
        (("rounds", 0, "round"), -1, "limit"),
        (("rounds", 0, "round"), 100, "limit"),
        (("rounds", 0, "round"), 10**20, "limit"),
        (("rounds", 0, "judge"), None, "front-matter"),
        ((*FIRST, "expert"), "judge", "invalid-id"),
        ((*FIRST, "expert"), "a/b", "invalid-id"),
        ((*FIRST, "text"), DELETED, "missing-field"),
        ((*FIRST, "score"), 3, "front-matter"),
        (("experts", 0, "slug"), "con", "invalid-id"),
        (("experts", 0, "slug"), DELETED, "missing-field"),
        (("experts", 0, "tier"), "best", "front-matter"),
    ],
)  # fmt: skip
def test_a_mistake_is_a_problem_at_its_place(path: tuple[str | int, ...], value: Any, rule: str) -> None:
    document = changed(path, value)
    problems = plain_rounds.read(document)[1]
    place = path if value is not DELETED else path[:-1]
    assert (rule, place) in [(p.rule, p.path) for p in problems]
    if path[-1] != "created" and value not in ("judge", "con"):  # a pattern does not tell the last line feed, nor names
        assert not VALID.is_valid(document), "the schema says so too"


@pytest.mark.parametrize(
    ("path", "value", "rule", "place"),
    [
        (("rounds", 1, "round"), 0, "duplicate-id", ("rounds", 1, "round")),
        (("experts", 1, "slug"), "MUFFIN", "duplicate-id", ("experts", 1, "slug")),
        (("rounds", 0, "contributions", 1, "expert"), "Muffin", "duplicate-id", ("rounds", 0, "contributions", 1, "expert")),
        (("rounds", 0, "contributions", 1, "expert"), "bagel", "unknown-expert", ("rounds", 0, "contributions", 1, "expert")),
    ],
)
def test_what_a_schema_cannot_say_is_found_as_well(path: Any, value: Any, rule: str, place: Any) -> None:
    problems = plain_rounds.read(changed(path, value))[1]
    assert (rule, place) in [(p.rule, p.path) for p in problems]


KEYS = st.sampled_from(["title", "rounds", "experts", "round", "contributions", "expert", "text", "judge", "slug", "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 101) | st.sampled_from(["muffin", "judge", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_nothing_raises_and_what_is_right_is_right_by_the_schema(value: Any) -> None:
    problems = plain_rounds.read(value)[1]
    if not problems:
        assert VALID.is_valid(value)
