"""A pool in JSON: everything that is wrong with it, at once."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from blue_cli.dialogue import pool


def read(*items: object) -> tuple[list[tuple[str, str]], list[str]]:
    experts, problems = pool.read(json.dumps(items).encode())
    return [(e.slug, e.tier) for e in experts], problems


def test_tiers_in_any_case_and_roles_as_names() -> None:
    assert read({"name": "Muffin", "tier": "CORE", "relevance": 1}, {"role": "Data modeling", "tier": "Adjacent"}) == (
        [("muffin", "core"), ("data-modeling", "adjacent")],
        [],
    )


def test_all_problems_are_told() -> None:
    _, problems = read({"name": "a", "tier": "expert"}, {"name": "b", "relevance": 1.5}, {"name": "b"}, {"tier": "core"}, 7)
    assert len(problems) == 5
    assert [p for p in problems if "tier 'expert'" in p] and [p for p in problems if "relevance 1.5" in p]
    assert [p for p in problems if "b stands twice" in p] and [p for p in problems if "neither a name" in p]


def test_an_empty_pool_is_a_problem() -> None:
    assert pool.read(b"[]")[1] and pool.read(b"{}")[1] and pool.read(b"nonsense")[1]


KEYS = st.sampled_from(["name", "tier", "relevance", "role", "experts"])
PLAIN = st.none() | st.booleans() | st.floats() | st.text(max_size=5)


@given(st.recursive(PLAIN, lambda x: st.lists(x, max_size=3) | st.dictionaries(KEYS, x, max_size=3), max_leaves=8))
def test_nothing_raises(value: object) -> None:
    pool.read(json.dumps(value).encode())
