"""Starting a dialogue and changing who is on its panel: everything that writes `dialogue.md`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from blue_cli.actions.load import fold
from blue_cli.dialogue import document, frontmatter
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import DIALOGUE, JUDGE, is_name, slugify, uuid7
from blue_cli.dialogue.meta import FORMAT, MAX_ROUNDS, TIERS, expert_fields
from blue_cli.dialogue.model import Expert
from blue_cli.errors import Conflict, Finding, NotFound, Refused, WrongCall
from blue_cli.stores.base import Snapshot, Store, commit_loop

RANDOM_BITS = 74  # of a UUIDv7


class Wish(NamedTuple):
    """A dialogue to be: what `blue dialogue new` was told. `id` empty: made from the minute and the title."""

    title: str
    question: str = ""
    experts: tuple[Expert, ...] = ()
    links: tuple[str, ...] = ()
    id: str = ""
    body: str = ""
    max_rounds: int = MAX_ROUNDS


class Started(NamedTuple):
    """The dialogue, and whether it was made now (`--if-absent` finds one)."""

    id: str
    uid: str
    created: bool


def stamp(now: datetime) -> str:
    """RFC 3339 in UTC, whole seconds: the one form in which the tool writes a time."""
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def start(store: Store, wish: Wish, now: datetime, random: Callable[[int], int], if_absent: bool = False) -> Started:
    """Make a dialogue. `Conflict` when the id is taken, `Refused` with every mistake in the wish."""
    _refuse(_mistakes(wish))
    ids = [entry.id for entry in store.dialogues()]
    if if_absent and (found := _find(store, wish, ids)):
        return found
    uid = uuid7(int(now.timestamp() * 1000), random(RANDOM_BITS))
    data = _dialogue_file(wish, uid, now)
    if wish.id:
        store.create(uid, wish.id, {DIALOGUE: data})
        return Started(wish.id, uid, True)
    base = f"{now:%Y-%m-%dT%H%MZ}-{slugify(wish.title)}"
    taken = {id.casefold() for id in ids}
    number = 1
    while True:  # somebody may take the same minute and slug while this runs
        id = base if number == 1 else f"{base}-{number}"
        if id.casefold() not in taken:
            try:
                store.create(uid, id, {DIALOGUE: data})
                return Started(id, uid, True)
            except Conflict:
                if number > len(ids) + 100:
                    raise
        number += 1


def _find(store: Store, wish: Wish, ids: Sequence[str]) -> Started | None:
    """The dialogue that `--if-absent` means: of that id, else of the same slug and question."""
    slug = slugify(wish.title)
    for entry in store.dialogues():
        if wish.id:
            if entry.id == wish.id:
                return Started(entry.id, entry.uid, False)
        elif entry.id[18:] == slug or entry.id[18:].rpartition("-")[0] == slug:
            about = fold(store.load(entry.uid)).meta
            if about.question == wish.question:
                return Started(entry.id, entry.uid, False)
    return None


def _dialogue_file(wish: Wish, uid: str, now: datetime) -> bytes:
    fields: dict[str, Any] = {
        "blue": FORMAT,
        "uid": uid,
        "title": wish.title,
        "question": wish.question or None,
        "created": stamp(now),
        "experts": [expert_fields(e) for e in wish.experts] or None,
        "max_rounds": wish.max_rounds,
        "links": list(wish.links) or None,
    }
    return document.join(False, frontmatter.write(fields, "dialogue"), wish.body and "\n" + wish.body.strip("\n") + "\n")


def _mistakes(wish: Wish) -> list[Finding]:
    found = []
    if not wish.title.strip():
        found.append(Finding("missing-field", "the title is empty", fix='blue dialogue new "What to cache"'))
    if wish.id and not is_name(wish.id):
        found.append(_bad_name("--id", wish.id))
    seen: set[str] = set()
    for expert in wish.experts:
        found += expert_mistakes(expert)
        if expert.slug in seen:
            found.append(Finding("duplicate-id", f"expert {expert.slug!r} is named twice", fix="name each expert once"))
        seen.add(expert.slug)
    return found


def _bad_name(what: str, name: str) -> Finding:
    fix = "use ASCII letters, digits and hyphens, at most 128, and no name that Windows reserves"
    return Finding("invalid-id", f"{what}: {name!r} cannot be a name", fix=fix)


def expert_mistakes(expert: Expert) -> list[Finding]:
    """What keeps somebody from being an expert."""
    if not is_name(expert.slug):
        return [_bad_name("expert", expert.slug)]
    if expert.slug.lower() == JUDGE:
        return [Finding("invalid-id", f"{JUDGE!r} is the judge's name", fix="give the expert another slug")]
    return []


def _refuse(findings: list[Finding]) -> None:
    if findings:
        raise Refused("nothing was written", findings)


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


# --- the panel -------------------------------------------------------------------------------------------------


def native(graph: Graph) -> Graph:
    """The graph, if this program may write to its dialogue; `Conflict` for an older or a newer format."""
    if not graph.meta.native:
        raise Conflict(
            f"{graph.meta.id} is an older dialogue and is read as it lies",
            why="it has no dialogue.md of its own, and writing would change what its files mean",
            fix="start a new dialogue that links to it: blue dialogue new TITLE --link " + graph.meta.id,
        )
    if graph.meta.blue > FORMAT:
        raise Conflict(
            f"{graph.meta.id} is written in format {graph.meta.blue}, this blue writes {FORMAT}",
            why="an older program would lose what it does not know",
            fix="upgrade blue",
        )
    return graph


class Member(NamedTuple):
    """Somebody on the panel, and whether something was changed."""

    expert: Expert
    changed: bool


def add_expert(store: Store, uid: str, expert: Expert) -> Member:
    """Put an expert on the panel. Again with the same words: nothing changes; with other words: `Conflict`."""
    _refuse(expert_mistakes(expert))

    def plan(snapshot: Snapshot) -> tuple[Mapping[str, bytes], tuple[str, ...], Member]:
        graph = native(fold(snapshot))
        known = {e.slug: e for e in graph.meta.experts}
        old = known.get(expert.slug)
        if old is not None and old.to_round is None:
            if (old.role, old.tier) == (expert.role, expert.tier):
                return {}, (), Member(old, False)
            raise Conflict(
                f"{expert.slug} is on the panel already, as {old.role or 'an expert'}",
                fix=f"blue expert retire {expert.slug}, or choose another slug",
            )
        known[expert.slug] = expert
        return {DIALOGUE: with_experts(snapshot, tuple(known.values()))}, (), Member(expert, True)

    return commit_loop(store, uid, plan)


def retire_expert(store: Store, uid: str, slug: str) -> Member:
    """Take an expert off the panel after the last round. What they said stays. `NotFound` when there is none."""

    def plan(snapshot: Snapshot) -> tuple[Mapping[str, bytes], tuple[str, ...], Member]:
        graph = native(fold(snapshot))
        known = {e.slug: e for e in graph.meta.experts}
        if slug not in known:
            raise no_expert(slug, tuple(known))
        if known[slug].to_round is not None:
            return {}, (), Member(known[slug], False)
        last = graph.last_round
        if last is None or slug not in {who for writers in graph.writers.values() for who in writers}:
            gone = known.pop(slug)  # never spoke: there is nothing to keep the name for
            return {DIALOGUE: with_experts(snapshot, tuple(known.values()))}, (), Member(gone, True)
        known[slug] = known[slug]._replace(to_round=last)
        return {DIALOGUE: with_experts(snapshot, tuple(known.values()))}, (), Member(known[slug], True)

    return commit_loop(store, uid, plan)


def no_expert(slug: str, known: Sequence[str]) -> NotFound:
    """The error for an expert that nobody added."""
    from difflib import get_close_matches

    near = get_close_matches(slug, known, 3, 0.5)
    fix = f"did you mean {near[0]}?" if near else f"blue expert add {slug}:ROLE"
    return NotFound(f"no expert {slug!r} in this dialogue", fix=fix, suggestions=near)


def with_experts(snapshot: Snapshot, experts: Sequence[Expert]) -> bytes:
    """`dialogue.md` with another list of experts, everything else as it stands."""
    parts = document.read(snapshot.blobs[DIALOGUE])
    changes = {"experts": [expert_fields(e) for e in experts] or None}
    return document.replace_front(parts, frontmatter.update(parts.front, changes, "dialogue"))
