"""A drawn panel: the same for the same seed, mixed over the tiers, the more relevant the likelier."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.dialogue.meta import TIERS
from blue_cli.dialogue.model import Expert
from blue_cli.dialogue.sampling import SHARES, quotas, sample, tier_of

EXPERTS = st.lists(
    st.builds(
        lambda n, tier, relevance: Expert(f"e{n}", "", tier, relevance),
        st.integers(0, 30), st.sampled_from([*TIERS, ""]), st.none() | st.floats(0, 1),
    ),
    min_size=1, max_size=20, unique_by=lambda e: e.slug,
)  # fmt: skip
MIXED = [Expert(f"{tier}-{n}", "", tier, 0.5) for tier in TIERS for n in range(20)]


@given(EXPERTS, st.data())
def test_a_panel_has_its_size_and_obeys_the_names(pool: list[Expert], data: st.DataObject) -> None:
    slugs = [e.slug for e in pool]
    exclude = data.draw(st.sets(st.sampled_from(slugs)))
    left = [slug for slug in slugs if slug not in exclude]
    retain = data.draw(st.sets(st.sampled_from(left))) if left else set()
    size = data.draw(st.integers(len(retain), len(left)))
    drawn = [e.slug for e in sample(pool, size, "seed", retain, exclude)]
    assert len(drawn) == len(set(drawn)) == size
    assert retain <= set(drawn) and not exclude & set(drawn) and drawn == sorted(drawn)


@given(EXPERTS, st.randoms(), st.text())
def test_the_seed_decides_and_the_order_of_the_pool_does_not(pool: list[Expert], random: object, seed: str) -> None:
    shuffled = list(pool)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    size = (len(pool) + 1) // 2
    assert sample(pool, size, seed) == sample(shuffled, size, seed)


def test_a_vector_that_must_never_change() -> None:
    assert [e.slug for e in sample(MIXED, 4, "cache")] == VECTOR


VECTOR = ["adjacent-12", "adjacent-17", "core-7", "wildcard-0"]


@given(st.integers(0, 60))
def test_the_shares_add_up_and_are_kept(size: int) -> None:
    seats = quotas(size)
    assert sum(seats.values()) == size
    assert all(abs(seats[tier] - size * share / 100) < 1 for tier, share in SHARES.items())
    if max(seats.values()) <= 20:
        drawn = [tier_of(e) for e in sample(MIXED, size, "s")]
        assert {tier: drawn.count(tier) for tier in TIERS} == seats


def test_the_more_relevant_are_drawn_more_often() -> None:
    pool = [Expert("high", "", "core", 0.9), Expert("low", "", "core", 0.1)]
    high = sum(sample(pool, 1, str(seed))[0].slug == "high" for seed in range(400))
    assert 330 < high < 390


@pytest.mark.parametrize(("size", "retain"), [(4, ()), (0, ("a",)), (-1, ())])
def test_what_cannot_be_drawn_is_a_value_error(size: int, retain: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="no such panel"):
        sample([Expert("a"), Expert("b"), Expert("c")], size, "s", retain)
