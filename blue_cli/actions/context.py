"""What an expert must read before writing: whose turn it is, and the text within its budget."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence

from blue_cli.actions.load import readable, unread
from blue_cli.dialogue import context, document, sources
from blue_cli.dialogue.ids import DIALOGUE, JUDGE, LAST_ROUND
from blue_cli.dialogue.model import Expert
from blue_cli.dialogue.sources import Sources
from blue_cli.errors import Conflict, NotFound, WrongCall
from blue_cli.stores.base import Snapshot, Store
from blue_cli.views.context import Pack, pack
from blue_cli.views.judging import judge_pack

_BACKGROUNDS = (DIALOGUE, "file/background.md")  # the second one in older dialogues


def one(
    store: Store, uid: str, slug: str, round: int | None, budget: int, judging: bool = True
) -> tuple[context.Reading, Pack]:
    """The text for one expert before a round, by default the one that they write next. For the judge of a round that is
    over it says how to score and to rule, unless something else is asked of them than `judging`.

    `NotFound` for an expert that the dialogue does not know, `Conflict` when others have to write first, `WrongCall` when the
    budget has no room for what must be in it.
    """
    snapshot = readable(store.load(uid))
    read = _sources(snapshot)
    expert = _expert(read, slug)
    return _packed(snapshot, read, expert, _turn(read, expert.slug) if round is None else _inside(round), budget, judging)


def some(store: Store, uid: str, slugs: Sequence[str], round: int, budget: int) -> list[tuple[context.Reading, Pack]]:
    """The texts for some experts before one round, all read from the same moment; raises what `one` does."""
    snapshot = readable(store.load(uid))
    read = _sources(snapshot)
    return [_packed(snapshot, read, _expert(read, slug), round, budget) for slug in slugs]


def everyone(store: Store, uid: str, round: int | None, budget: int) -> list[tuple[context.Reading, Pack]]:
    """The texts for the whole panel of a round, by default the one under way; raises what `one` does."""
    snapshot = readable(store.load(uid))
    read = _sources(snapshot)
    number = context.round_under_way(read) if round is None else _inside(round)
    panel = context.outline(read).panel(number)
    if not panel:
        raise NotFound(f"nobody is on the panel of round {number}", fix="blue expert add SLUG:ROLE")
    return [_packed(snapshot, read, _expert(read, slug), number, budget) for slug in panel]


def _sources(snapshot: Snapshot) -> Sources:
    return sources.read(snapshot.id, snapshot.uid, snapshot.blobs, unread(snapshot))


def _packed(
    snapshot: Snapshot, read: Sources, expert: Expert, round: int, budget: int, judging: bool = True
) -> tuple[context.Reading, Pack]:
    reading = context.read(read, expert, round)
    texts = [*_round_texts(read, reading)] if judging and expert.slug == JUDGE else []
    background = _background(snapshot.blobs)
    packed = judge_pack(reading, background, texts, budget) if texts else pack(reading, background, budget)
    if packed.least > budget:
        raise WrongCall(
            f"--budget {budget} has no room for the question, the markers and the role of {expert.slug}",
            why=f"these alone take {packed.least} tokens, as estimated",
            fix=f"--budget {packed.least} is the least, some thousand are better",
        )
    return reading, packed


def _round_texts(read: Sources, reading: context.Reading) -> Iterator[tuple[str, str]]:
    """Who wrote what in the round that the judge is to judge; nothing while it is not over."""
    if reading.graph.writers.get(reading.round):
        for source in read.files:
            if source.round == reading.round and source.author != JUDGE:
                yield source.author, source.text[source.start :]


def _background(blobs: Mapping[str, bytes]) -> str:
    """What the panel was told before it began."""
    return next((body for name in _BACKGROUNDS if name in blobs and (body := document.read(blobs[name]).body.strip())), "")


def _expert(read: Sources, wanted: str) -> Expert:
    """A member of the panel, the judge, or somebody who has written without being one. `NotFound` with the nearest names."""
    slug = wanted.lower().removeprefix("@")
    known = {e.slug: e for e in read.meta.experts}
    if slug in known:
        return known[slug]
    if slug == JUDGE or any(s.author == slug for s in read.files):
        return Expert(slug)
    from difflib import get_close_matches

    near = get_close_matches(slug, known, 3, 0.6)
    fix = f"did you mean {near[0]}?" if near else f"blue expert add {wanted}:ROLE"
    raise NotFound(f"no expert {wanted} in {read.meta.id}", why=f"the panel is {', '.join(known) or 'empty'}", fix=fix, suggestions=near)


def _turn(read: Sources, slug: str) -> int:
    round, missing = context.turn(read, slug)
    if round is None:
        raise Conflict(
            f"it is not {slug}'s turn: the round still waits for {', '.join(missing)}",
            why="what the others say in a round is not shown before all of them have written",
            fix="wait for them, or say before which round you want to read: --round N",
        )
    return min(round, LAST_ROUND)


def _inside(round: int) -> int:
    if not 0 <= round <= LAST_ROUND:
        raise WrongCall(f"--round {round}: rounds go from 0 to {LAST_ROUND}")
    return round


def outside(folder: str, paths: Iterable[str], dialogues: str) -> None:
    """`WrongCall` when any of these files, named from a folder, would lie among the dialogues: a prompt there would be read as
    a contribution."""
    kept = os.path.realpath(dialogues)
    for path in paths:
        real = os.path.realpath(os.path.join(folder, path))
        if os.path.commonpath([real, kept]) == kept:
            raise WrongCall(
                f"-o {path}: not into {os.path.join('.blue', 'dialogues')}",
                why="what lies there is part of a dialogue",
                fix="name a folder somewhere else",
            )
