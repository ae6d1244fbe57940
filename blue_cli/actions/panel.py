"""Who is on the panel: experts join and retire. A round that is over keeps its panel, since that decides what it decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from blue_cli.actions.load import fold
from blue_cli.dialogue import document, frontmatter
from blue_cli.dialogue.convergence import next_round
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import DIALOGUE, JUDGE, LAST_ROUND, is_name
from blue_cli.dialogue.meta import FORMAT, TIERS, expert_fields
from blue_cli.dialogue.model import Expert
from blue_cli.dialogue.rulebook import graded
from blue_cli.dialogue.sources import FOLDER
from blue_cli.errors import Conflict, Finding, NotFound, Refused, WrongCall
from blue_cli.stores.base import Snapshot, Store, commit_loop


class Member(NamedTuple):
    """Somebody on the panel, and whether something was changed."""

    expert: Expert
    changed: bool


Planned = tuple[Mapping[str, bytes], tuple[str, ...], Member]


def native(graph: Graph) -> Graph:
    """The graph, if this program may write to its dialogue; `Conflict` for an older or a newer format."""
    if not graph.meta.native:
        raise Conflict(
            f"{graph.meta.id} is an older dialogue and is read as it lies",
            why="it has no dialogue.md of its own, and writing would change what its files mean",
            fix=f"make it a native one first: blue dialogue adopt {graph.meta.id}",
        )
    if graph.meta.blue > FORMAT:
        raise Conflict(
            f"{graph.meta.id} is written in format {graph.meta.blue}, this blue writes {FORMAT}",
            why="an older program would lose what it does not know",
            fix="upgrade blue",
        )
    if graph.meta.closed:
        raise Conflict(
            f"{graph.meta.id} is closed{_because(graph.meta.closed)}",
            why="what is closed is a record: nothing is added to it",
            fix="start a new one that links to it, or take the line `closed:` out of its dialogue.md by hand",
            path=f"{FOLDER}{graph.meta.id}/dialogue.md",
        )
    return graph


def _because(closed: Mapping[str, Any]) -> str:
    reason = closed.get("reason")
    return f": {reason}" if isinstance(reason, str) and reason else ""


def parse_expert(text: str) -> Expert:
    """`SLUG:ROLE[:TIER]`; the last part is a tier only if it is one of the three words. `WrongCall` without a role."""
    slug, colon, role = text.partition(":")
    tier = "core"
    head, second, last = role.rpartition(":")
    if second and last.strip().lower() in TIERS:
        role, tier = head, last.strip().lower()
    if not colon or not slug.strip() or not role.strip():
        example = f"{slug or 'muffin'}:'Data modeling':core"
        raise WrongCall(f"expert {text!r} has no role", fix=f"write SLUG:ROLE or SLUG:ROLE:TIER, e.g. {example}")
    return Expert(slug.strip().lower(), role.strip(), tier, source="created")


def mistakes(expert: Expert) -> list[Finding]:
    """What keeps somebody from being an expert."""
    if not is_name(expert.slug):
        return [bad_name("expert", expert.slug)]
    if expert.slug.lower() == JUDGE:
        return [Finding("invalid-id", f"{JUDGE!r} is the judge's name", fix="give the expert another slug")]
    if not 0 <= expert.from_round <= LAST_ROUND:
        return [Finding("limit", f"round {expert.from_round}: rounds go from 0 to {LAST_ROUND}", fix="--from-round N")]
    return []


def bad_name(what: str, name: str) -> Finding:
    """The finding for a name that could not be one of a file."""
    fix = "use ASCII letters, digits and hyphens, at most 128, and no name that Windows reserves"
    return Finding("invalid-id", f"{what}: {name!r} cannot be a name", fix=fix)


# --- joining and leaving -----------------------------------------------------------------------------------------


def joins(graph: Graph, slug: str) -> int:
    """The round in which somebody new is first asked: the last one while it waits for others, else the next."""
    round, _ = next_round(graph, slug)
    return min(LAST_ROUND, graph.last_round or 0 if round is None else round)


def add_expert(store: Store, uid: str, expert: Expert, from_round: int | None = None) -> Member:
    """Put an expert on the panel, from the running round on unless a round is given.

    Again with the same words: nothing changes; with other words: `Conflict`.
    """
    found = mistakes(expert._replace(from_round=from_round or 0))
    if found:
        raise Refused("nothing was written", [graded(finding) for finding in found])

    def plan(snapshot: Snapshot) -> Planned:
        graph = native(fold(snapshot))
        old = next((e for e in graph.meta.experts if e.slug == expert.slug), None)
        if old is not None and old.to_round is None:
            return {}, (), Member(_equal(old, expert, from_round), False)
        first = joins(graph, expert.slug) if from_round is None else from_round
        member, panels = _again(graph, old, expert, first) if old else (expert._replace(from_round=first), {})
        return {DIALOGUE: with_experts(snapshot, {expert.slug: member}, panels)}, (), Member(member, True)

    return commit_loop(store, uid, plan)


def _equal(old: Expert, expert: Expert, from_round: int | None) -> Expert:
    """The member there is, if that is what was asked for; `Conflict` when anything that was said differs."""
    wanted = expert._replace(from_round=old.from_round if from_round is None else from_round)
    for name in ("role", "tier", "reason", "focus", "from_round"):
        said, there = getattr(wanted, name), getattr(old, name)
        if said not in (there, ""):
            raise Conflict(
                f"{expert.slug} is on the panel already, with {name.replace('_', ' ')}: {there or 'none'}",
                fix=f"blue expert retire {expert.slug}, or choose another slug",
            )
    return old


def _again(graph: Graph, old: Expert, expert: Expert, first: int) -> tuple[Expert, dict[int, tuple[str, ...]]]:
    """Somebody who comes back: a member from their first round on, and the panels of the rounds they missed as they were."""
    missed = range((old.to_round or 0) + 1, first)
    panels = {round: graph.panel(round) for round in missed if round not in graph.meta.panels}
    return expert._replace(from_round=min(old.from_round, first), relevance=old.relevance, git=old.git), panels


def retire_expert(store: Store, uid: str, slug: str) -> Member:
    """Take an expert off the panel: of the running round if they have not written in it, else after it.

    What they said stays, and so do the panels of earlier rounds. `NotFound` when there is no such expert.
    """

    def plan(snapshot: Snapshot) -> Planned:
        graph = native(fold(snapshot))
        old = next((e for e in graph.meta.experts if e.slug == slug), None)
        if old is None:
            raise no_expert(slug, [e.slug for e in graph.meta.experts])
        if old.to_round is not None:
            return {}, (), Member(old, False)
        last = graph.last_round
        to = -1 if last is None else last if slug in graph.writers.get(last, ()) else last - 1
        member = old._replace(to_round=to) if to >= old.from_round else None  # never asked: there is nothing to keep
        return {DIALOGUE: with_experts(snapshot, {slug: member})}, (), Member(member or old, True)

    return commit_loop(store, uid, plan)


def no_expert(slug: str, known: Sequence[str], why: str = "") -> NotFound:
    """The error for an expert that nobody added."""
    from difflib import get_close_matches

    near = get_close_matches(slug, known, 3, 0.5)
    fix = f"did you mean {near[0]}?" if near else f"blue expert add {slug}:ROLE"
    return NotFound(f"no expert {slug!r} in this dialogue", why=why, fix=fix, suggestions=near)


# --- dialogue.md -------------------------------------------------------------------------------------------------


def with_experts(snapshot: Snapshot, changed: Mapping[str, Expert | None], panels: Mapping[int, Sequence[str]] | None = None) -> bytes:
    """`dialogue.md` with some experts changed, added or (None) removed, and panels added; everything else as it stands,
    also what this program does not know of an expert. `Refused` when the file cannot be changed without losing something.
    """
    parts = document.read(snapshot.blobs[DIALOGUE])
    front = _fields(snapshot.id, parts)
    listed = front.get("experts") or []
    if not isinstance(listed, list) or not isinstance(front.get("panels") or {}, dict):
        raise _refusal(snapshot.id, [Finding("front-matter", "experts: no list, or panels: no map", line=1, column=1)])
    left = dict(changed)
    items = [_item(item, left.pop(_slug(item))) if _slug(item) in left else item for item in listed]
    items += [expert_fields(expert) for expert in left.values() if expert]
    changes: dict[str, Any] = {"experts": [item for item in items if item is not None] or None}
    if panels:
        changes["panels"] = {**(front.get("panels") or {}), **{str(round): list(slugs) for round, slugs in panels.items()}}
    return document.replace_front(parts, frontmatter.update(parts.front, changes, "dialogue"))


def _slug(item: object) -> str:
    slug = item.get("slug") if isinstance(item, dict) else item
    return slug.lower() if isinstance(slug, str) else ""


def _item(item: Any, expert: Expert | None) -> dict[str, Any] | None:
    """An expert's line with new values; keys that the tool does not know stay."""
    if expert is None:
        return None
    unknown = {k: v for k, v in item.items() if k not in frontmatter.INNER["experts"]} if isinstance(item, dict) else {}
    return {**expert_fields(expert), **unknown}


def _fields(id: str, parts: document.Document) -> dict[str, Any]:
    """The front matter, all of which could be read: what could not would be lost."""
    if parts.problem or parts.front is None:
        found = Finding(parts.problem or "front-matter", parts.message or "no front matter", line=parts.line or 1, column=parts.column or 1)
        raise _refusal(id, [found])
    front, problems = frontmatter.read(parts.front)
    if problems:
        lines = [Finding("front-matter", text, line=parts.front_line + line - 1, column=column) for line, column, text in problems]
        raise _refusal(id, lines)
    return front


def _refusal(id: str, findings: Sequence[Finding]) -> Refused:
    path = f"{FOLDER}{id}/dialogue.md"
    why = "what cannot be read would be lost"
    return Refused("dialogue.md cannot be changed", [graded(f._replace(path=path)) for f in findings], why=why, fix="correct it by hand")
