"""What an older dialogue's folder implies: title, experts, panels, when a tension was raised (FORMAT.md, section 7).

Only the JSON files and summaries of the judge; the register is `register`'s.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from blue_cli.dialogue.document import read_json
from blue_cli.dialogue.ids import JUDGE, local, slugify
from blue_cli.dialogue.model import Expert, RegisterRow

NEVER = frozenset({"scoreboard", "summary", "tensions", "verdict", "context-brief", "background"})  # files of the judge, no experts
TIERS = ("core", "adjacent", "wildcard")
_SOURCES = ("pool", "created")
_LISTS = ("agents", "experts", "panel")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d(?:T\d{4}(?:\d\d)?Z)?-(?=.)")

_MINUTE = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d)?Z-", re.A)


class Pool(NamedTuple):
    """`expert-pool.json`. Its experts often have a role and no name: their slug is ''."""

    domain: str = ""
    question: str = ""
    experts: tuple[Expert, ...] = ()
    problems: tuple[str, ...] = ()


def title_of(folder: str) -> str:
    """A title from a folder's name: `2026-02-06T1839Z-cache-policy` → `Cache policy`."""
    words = " ".join(_STAMP.sub("", folder, count=1).replace("_", "-").split("-")).strip() or folder
    return words[:1].upper() + words[1:]


def created_of(folder: str) -> str | None:
    """When it was begun, in RFC 3339, where the folder's name has the minute; None where it has none, or no real one."""
    from datetime import datetime

    match = _MINUTE.match(folder)
    if match is None:
        return None
    day, hour, minute, second = match.groups()
    try:
        return f"{datetime.fromisoformat(f'{day}T{hour}:{minute}:{second or 0:>02}').isoformat()}Z"
    except ValueError:
        return None


def slug_of(name: str) -> str:
    """A name as a slug: lower case and hyphens; '' for what cannot be an expert (FORMAT.md, section 7)."""
    slug = slugify(name, fallback="")
    return "" if slug in NEVER or slug == JUDGE else slug


# --- JSON of strangers ---------------------------------------------------------------------------------------


def read_pool(data: bytes) -> Pool:
    """The pool as far as it can be read; what is wrong is in `problems`, nothing is raised."""
    value, problem = read_json(data)
    if problem:
        return Pool(problems=(problem,))
    experts, problems = _experts(value)
    fields = value if isinstance(value, dict) else {}
    return Pool(_text(fields, "domain"), _text(fields, "question"), experts, problems)


def read_panel(data: bytes) -> tuple[tuple[Expert, ...], tuple[str, ...]]:
    """The experts of one round's `panel.json`, each once, in its order, and what is wrong with it. Never raises."""
    value, problem = read_json(data)
    if problem:
        return (), (problem,)
    experts, problems = _experts(value)
    named = {e.slug: e for e in reversed(experts) if e.slug}
    unnamed = sum(not e.slug for e in experts)
    if unnamed:
        problems += (f"{unnamed} without a name that can be an expert's",)
    return tuple(e for e in experts if named.get(e.slug) is e), problems


def _experts(value: Any) -> tuple[tuple[Expert, ...], tuple[str, ...]]:
    listed = items(value)
    if listed is None:
        return (), ("no list of experts",)
    found = [_expert(item) for item in listed]
    odd = sum(e is None for e in found)
    problems = (f"{odd} entries that are no experts",) if odd else ()
    return tuple(e for e in found if e), problems


def items(value: Any) -> list[Any] | None:
    """The list in a list, in an object with `agents`, `experts` or `panel`, or in one such object inside another."""
    for _ in range(3):
        if isinstance(value, list):
            return value
        if not isinstance(value, dict):
            return None
        inner = next((value[key] for key in _LISTS if isinstance(value.get(key), (list, dict))), None)
        if inner is None:
            return [{"name": name, **fields} for name, fields in value.items() if isinstance(fields, dict)] or None
        value = inner
    return None


def _expert(item: Any) -> Expert | None:
    """An expert from a name or an object; a field of the wrong kind is left out."""
    if isinstance(item, str):
        slug = slug_of(item)
        return Expert(slug) if slug else None
    if not isinstance(item, dict):
        return None
    name = _text(item, "slug") or _text(item, "name") or _text(item, "expert")
    tier, source = _text(item, "tier").lower(), _text(item, "source").lower()
    return Expert(
        slug_of(name),
        _text(item, "role"),
        tier if tier in TIERS else "",
        _relevance(item.get("relevance")),
        source if source in _SOURCES else "",
        _text(item, "reason"),
        _text(item, "focus"),
    )


def _text(fields: Mapping[str, Any], key: str) -> str:
    value = fields.get(key)
    return value.strip() if isinstance(value, str) else ""


def _relevance(value: Any) -> float | None:
    """A number from 0 to 1, None for anything else (`true` is no number, NaN is none either)."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 <= value <= 1 else None


# --- who was there -------------------------------------------------------------------------------------------


def panels(listed: Mapping[int, Sequence[Expert]], writers: Mapping[int, Iterable[str]]) -> dict[int, tuple[str, ...]]:
    """The panel of each round: whom its `panel.json` names, else who wrote in it; the judge's own files never count."""
    found = {n: tuple(dict.fromkeys(e.slug for e in experts if e.slug)) for n, experts in listed.items()}
    for number, slugs in writers.items():
        if not found.get(number):
            found[number] = tuple(sorted({s for s in slugs if s.lower() not in NEVER and s.lower() != JUDGE}))
    return {n: found[n] for n in sorted(found) if found[n]}


def experts(listed: Mapping[int, Sequence[Expert]], writers: Mapping[int, Iterable[str]], pool: Sequence[Expert]) -> tuple[Expert, ...]:
    """Everybody on a panel, sorted by slug, from the first round they are on one, with what the pool knows of them."""
    first: dict[str, int] = {}
    for number, slugs in panels(listed, writers).items():
        for slug in slugs:
            first.setdefault(slug, number)
    said: dict[str, list[Expert]] = {slug: [] for slug in first}
    for number in sorted(listed):
        for expert in listed[number]:
            said.setdefault(expert.slug, []).append(expert)
    by_slug = {e.slug: e for e in reversed(pool) if e.slug}
    by_role = {e.role.casefold(): e for e in reversed(pool) if e.role}
    return tuple(_enriched(slug, first[slug], said[slug], by_slug, by_role) for slug in sorted(first))


def _enriched(slug: str, first: int, said: Sequence[Expert], by_slug: Mapping[str, Expert], by_role: Mapping[str, Expert]) -> Expert:
    """One expert: what the panels say, the earliest first, then what the pool says."""
    role = next((e.role for e in said if e.role), "")
    pooled = by_slug.get(slug) or by_role.get(role.casefold())
    known = [*said, pooled] if pooled else list(said)
    source = "pool" if pooled else next((e.source for e in said if e.source), "")
    return Expert(
        slug,
        next((e.role for e in known if e.role), ""),
        next((e.tier for e in known if e.tier), ""),
        next((e.relevance for e in known if e.relevance is not None), None),
        source,
        next((e.reason for e in known if e.reason), ""),
        next((e.focus for e in known if e.focus), ""),
        first,
    )


# --- when a tension was raised -------------------------------------------------------------------------------


def first_named(summaries: Mapping[int, str], slugs: Collection[str] = ()) -> dict[str, int]:
    """For each bare tension id (`T01`; `T1` is the same, `T08–T11` is four) the first round whose summary names it.

    `slugs` are the experts: `Macaron T01` is that expert's own and not the register's.
    """
    found: dict[str, int] = {}
    for number, id in _named(summaries, frozenset(s.lower() for s in slugs)):
        found.setdefault(id, number)
    return found


def _named(summaries: Mapping[int, str], slugs: Collection[str]) -> Iterator[tuple[int, str]]:
    from blue_cli.dialogue.wording import bare_numbers  # its patterns cost 6 ms: a native dialogue needs none of them

    for number in sorted(summaries):
        for value in sorted(bare_numbers(summaries[number], slugs)):
            yield number, local("T", value)


def raised_round(row: RegisterRow, first_act_round: int | None, first_summary: int | None) -> int:
    """The round a register's tension was raised in: what its row says, else the round before the first act on it or
    the first summary that names it, whichever is earlier, else 0 (FORMAT.md, section 7)."""
    said = row.id_round if row.raised is None else row.raised
    if said is not None:
        return said
    before = None if first_act_round is None else max(first_act_round - 1, 0)
    return min((n for n in (before, first_summary) if n is not None), default=0)
