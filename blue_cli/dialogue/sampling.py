"""Choosing a panel from a pool: weighted by relevance, mixed over the tiers, the same on any machine for the same seed.

The draw is a sequence of whole numbers from SHA-256 over the seed and a counter: no generator whose stream a Python
version may change, and no float whose last bit a processor may round in its own way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from hashlib import sha256

from blue_cli.dialogue.meta import TIERS
from blue_cli.dialogue.model import Expert

SHARES = {"core": 33, "adjacent": 42, "wildcard": 25}  # percent of a panel
USUAL = 0.5  # the relevance of somebody of whom none is said
SCALE = 1000  # relevance in whole numbers; who has none at all still has one chance in a thousand of the best


def sample(pool: Sequence[Expert], size: int, seed: str, retain: Collection[str] = (), exclude: Collection[str] = ()) -> tuple[Expert, ...]:
    """So many experts of a pool, the retained ones among them, sorted by slug.

    Nobody of `exclude`, each slug once; the order of the pool plays no part. A tier with too few people gives its seats
    to the others. `ValueError` when the pool cannot fill the panel, or there are more retained than seats.
    """
    free = {e.slug: e for e in sorted(pool, key=lambda e: e.slug) if e.slug not in exclude}
    chosen = {slug: free.pop(slug) for slug in sorted(retain)}
    if not len(chosen) <= size <= len(chosen) + len(free):
        raise ValueError("no such panel in this pool")
    numbers = _numbers(seed)
    for tier, seats in quotas(size).items():
        taken = sum(1 for e in chosen.values() if tier_of(e) == tier)
        _draw(free, chosen, min(seats - taken, size - len(chosen)), numbers, tier)
    _draw(free, chosen, size - len(chosen), numbers)
    return tuple(sorted(chosen.values(), key=lambda e: e.slug))


def quotas(size: int) -> dict[str, int]:
    """Seats by tier: the shares of `SHARES`, rounded by largest remainder so that they add up."""
    seats = {tier: size * share // 100 for tier, share in SHARES.items()}
    left = sorted(SHARES, key=lambda tier: (-(size * SHARES[tier] % 100), TIERS.index(tier)))
    for tier in left[: size - sum(seats.values())]:
        seats[tier] += 1
    return seats


def tier_of(expert: Expert) -> str:
    """The tier of an expert; core where none is said, as for one added by hand."""
    return expert.tier if expert.tier in SHARES else TIERS[0]


def weight(expert: Expert) -> int:
    """How likely somebody is drawn, a whole number from 1 on."""
    return max(1, round(SCALE * (USUAL if expert.relevance is None else expert.relevance)))


def _draw(free: dict[str, Expert], chosen: dict[str, Expert], seats: int, numbers: Iterator[int], tier: str = "") -> None:
    """Move so many from `free` to `chosen`, one after the other, each with a chance in proportion to its weight."""
    for _ in range(seats):
        fitting = [e for e in free.values() if not tier or tier_of(e) == tier]
        if not fitting:
            return
        at = next(numbers) % sum(map(weight, fitting))
        for expert in fitting:
            at -= weight(expert)
            if at < 0:
                chosen[expert.slug] = free.pop(expert.slug)
                break


def _numbers(seed: str) -> Iterator[int]:
    """Numbers of 256 bits, far above any sum of weights, so that a remainder favours nobody."""
    count = 0
    while True:
        yield int.from_bytes(sha256(f"{seed}\n{count}".encode("utf-8", "surrogatepass")).digest(), "big")
        count += 1
