"""A pool of experts in JSON, read strictly: who would draw a panel from it must know everything that is wrong with it.

The same file in an older dialogue is read as far as it goes (`older.read_pool`); here nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from blue_cli.dialogue.document import read_json
from blue_cli.dialogue.ids import slugify
from blue_cli.dialogue.meta import TIERS
from blue_cli.dialogue.model import Expert
from blue_cli.dialogue.older import items, read_pool


def read(data: bytes) -> tuple[tuple[Expert, ...], list[str]]:
    """The experts of a pool, one without a name called by its role, and everything that is wrong. Never raises."""
    pool = read_pool(data)
    experts = tuple(e._replace(slug=e.slug or slugify(e.role, ""), source="pool") for e in pool.experts)
    problems = [*pool.problems, *_odd(data), *_doubled(experts)]
    if not experts and not problems:
        problems = ["no experts in it"]
    return experts, problems


def _odd(data: bytes) -> Iterator[str]:
    """What a lenient reading would leave out, and who has neither a name nor a role that could be one."""
    value, problem = read_json(data)
    for number, item in enumerate([] if problem else items(value) or [], 1):
        if not isinstance(item, dict):
            continue
        said = [item[key] for key in ("slug", "name", "expert", "role") if isinstance(item.get(key), str) and item[key].strip()]
        who = repr(said[0]) if said else ""
        yield from (f"expert {number} {who}".rstrip() + f": {what}" for what in _wrong(item, who))


def _wrong(item: dict[str, Any], who: str) -> Iterator[str]:
    if not who:
        yield "neither a name nor a role"
    tier, relevance = item.get("tier"), item.get("relevance")
    if tier is not None and not (isinstance(tier, str) and tier.strip().lower() in TIERS):
        yield f"tier {tier!r} is none of {', '.join(TIERS)}"
    if relevance is not None and (isinstance(relevance, bool) or not isinstance(relevance, (int, float)) or not 0 <= relevance <= 1):
        yield f"relevance {relevance!r} is no number from 0 to 1"


def _doubled(experts: tuple[Expert, ...]) -> Iterator[str]:
    slugs = [e.slug for e in experts if e.slug]
    for slug in dict.fromkeys(slugs):
        if slugs.count(slug) > 1:
            yield f"{slug} stands {'twice' if slugs.count(slug) == 2 else f'{slugs.count(slug)} times'} in it"
