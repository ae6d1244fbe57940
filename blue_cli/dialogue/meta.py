"""`dialogue.md`: front matter to `Meta` and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from blue_cli.dialogue.ids import JUDGE, LAST_ROUND, UID, is_name
from blue_cli.dialogue.model import Expert, Meta

FORMAT = 1  # the version of the format this program writes
MAX_ROUNDS = 10
TIERS = ("core", "adjacent", "wildcard")
SOURCES = ("pool", "created")

Problem = tuple[str, str, str]  # rule, message, fix


def read(id: str, uid: str, front: Mapping[str, Any]) -> tuple[Meta, list[Problem]]:
    """What the front matter of `dialogue.md` says. Fields of the wrong shape are left out and reported."""
    problems: list[Problem] = []
    said = front.get("uid")
    if not isinstance(said, str) or not UID.fullmatch(said):
        problems.append(("missing-field", "uid: missing or no UUID", "take it from an older commit, or `blue dialogue adopt --new-uid`"))
        said = uid
    experts = _experts(front.get("experts", []), problems)
    blue = _int(front, "blue", FORMAT, 1, 1 << 30, problems)
    closed = front.get("closed")
    about = Meta(
        id,
        said,
        _text(front, "title", problems),
        _text(front, "question", problems),
        _text(front, "created", problems) or None,
        experts,
        _panels(front.get("panels", {}), problems),
        _int(front, "max_rounds", MAX_ROUNDS, 1, LAST_ROUND + 1, problems),
        _text(front, "tensions", problems),
        tuple(x for x in _list(front.get("links")) if isinstance(x, str)),
        closed if isinstance(closed, dict) else None,
        blue=blue,
    )
    return about, problems


def _text(front: Mapping[str, Any], key: str, problems: list[Problem]) -> str:
    value = front.get(key)
    if value is None:
        if key == "title" and "sealed" not in front:  # what is sealed is not missing
            problems.append(("missing-field", "title: missing", "add a line `title: …`"))
        return ""
    if not isinstance(value, str):
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)  # `title: 2026` is a title
        problems.append(("front-matter", f"{key}: not a text", f"write `{key}: …` on one line"))
        return ""
    return value


def _int(front: Mapping[str, Any], key: str, default: int, least: int, most: int, problems: list[Problem]) -> int:
    value = front.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        problems.append(("front-matter", f"{key}: not a number from {least} to {most}", f"write `{key}: {default}`"))
        return default
    return value


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _experts(value: object, problems: list[Problem]) -> tuple[Expert, ...]:
    experts: dict[str, Expert] = {}
    if value is not None and not isinstance(value, list):
        problems.append(("front-matter", "experts: not a list", "write one `- {slug: muffin, role: Caching}` a line below it"))
    for item in _list(value):
        slug = item.get("slug") if isinstance(item, dict) else item
        if not isinstance(slug, str) or not is_name(slug):
            problems.append(("invalid-id", f"expert slug {slug!r}", "use letters, digits and hyphens"))
        elif slug.lower() == JUDGE:
            problems.append(("invalid-id", f"expert slug {slug!r} is the judge's", "give the expert another slug"))
        elif slug.lower() in experts:
            problems.append(("duplicate-id", f"expert {slug!r} stands twice in the list", "remove one"))
        else:
            experts[slug.lower()] = _expert(slug.lower(), item if isinstance(item, dict) else {}, problems)
    return tuple(experts.values())


def _expert(slug: str, item: Mapping[str, Any], problems: list[Problem]) -> Expert:
    def number(key: str, most: int) -> Any:
        value = item.get(key)
        if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= most):
            return value
        problems.append(("front-matter", f"{slug}: {key}: not a number from 0 to {most}", f"write `{key}: 0`, or leave it out"))
        return None

    def text(key: str) -> str:
        value = item.get(key)
        return value if isinstance(value, str) else ""

    relevance, first, last = number("relevance", 1), number("from_round", LAST_ROUND), number("to_round", LAST_ROUND)
    return Expert(
        slug,
        text("role"),
        text("tier").lower(),
        None if relevance is None else float(relevance),
        text("source"),
        text("reason"),
        text("focus"),
        int(first or 0),
        None if last is None else int(last),
        tuple(x for x in _list(item.get("git")) if isinstance(x, str)),
    )


def _panels(value: object, problems: list[Problem]) -> dict[int, tuple[str, ...]]:
    panels: dict[int, tuple[str, ...]] = {}
    if not isinstance(value, dict):
        problems.append(("front-matter", "panels: not a map of round to slugs", "write `panels: {1: [muffin, scone]}`"))
        return panels
    for key, slugs in value.items():
        if isinstance(key, str) and key.isascii() and key.isdigit() and len(key) <= len(str(LAST_ROUND)):
            panels[int(key)] = tuple(s.lower() for s in _list(slugs) if isinstance(s, str))
        else:
            problems.append(("front-matter", f"panels: {key!r} is no round", "write `panels: {1: [muffin, scone]}`"))
    return panels


def expert_fields(expert: Expert) -> dict[str, Any]:
    """One line of `experts:`, in the order of FORMAT.md, section 1; what is not said is left out."""
    fields: dict[str, Any] = {"slug": expert.slug}
    for key in ("role", "tier", "relevance", "source", "reason", "focus"):
        value = getattr(expert, key)
        if value not in ("", None):
            fields[key] = value
    if expert.from_round:
        fields["from_round"] = expert.from_round
    if expert.to_round is not None:
        fields["to_round"] = expert.to_round
    if expert.git:
        fields["git"] = list(expert.git)
    return fields


def panel_of(about: Meta, round: int, writers: tuple[str, ...]) -> tuple[str, ...]:
    """Who is asked in a round: what the panel of that round says, else who is a member then; in an older dialogue who wrote."""
    if round in about.panels:
        return tuple(sorted(set(about.panels[round]) - {JUDGE}))
    if not about.native:
        return tuple(sorted(writers))
    return tuple(
        sorted(e.slug for e in about.experts if e.from_round <= round and not (e.to_round is not None and e.to_round < round))
    )
