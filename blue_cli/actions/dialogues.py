"""Starting a dialogue."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any, NamedTuple

from blue_cli.actions.load import fold
from blue_cli.actions.panel import bad_name, mistakes
from blue_cli.dialogue import document, frontmatter
from blue_cli.dialogue.ids import DIALOGUE, is_name, slugify, uuid7
from blue_cli.dialogue.meta import FORMAT, MAX_ROUNDS, expert_fields
from blue_cli.dialogue.model import Expert
from blue_cli.dialogue.rulebook import ERROR, graded
from blue_cli.dialogue.rules import check
from blue_cli.errors import Conflict, Finding, Refused
from blue_cli.stores.base import Snapshot, Store

RANDOM_BITS = 74  # of a UUIDv7
STAMPED = re.compile(r"\A\d{4}-\d\d-\d\dT\d{4}Z-")  # the minute before a dialogue's slug
NEUTRAL = re.compile(r"sealed-[0-9a-f]{4}")  # the slug of a sealed one, whose title is nobody's business
Written = Callable[[str, bytes], AbstractContextManager[bytes]]  # uid, dialogue.md → what is written of it


class Wish(NamedTuple):
    """A dialogue to be: what `blue dialogue new` was told. `id` empty: made from the minute and the title, or without the
    title when it is `sealed`."""

    title: str
    question: str = ""
    experts: tuple[Expert, ...] = ()
    links: tuple[str, ...] = ()
    id: str = ""
    body: str = ""
    max_rounds: int = MAX_ROUNDS
    sealed: bool = False


class Started(NamedTuple):
    """The dialogue, and whether it was made now (`--if-absent` finds one)."""

    id: str
    uid: str
    created: bool


def stamp(now: datetime) -> str:
    """RFC 3339 in UTC, whole seconds: the one form in which the tool writes a time."""
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def start(
    store: Store,
    wish: Wish,
    now: datetime,
    random: Callable[[int], int],
    if_absent: bool = False,
    written: Written = lambda uid, data: nullcontext(data),
) -> Started:
    """Make a dialogue. `Conflict` when the id is taken, `Refused` with every mistake in the wish.

    `written` is entered around it and says what is written: for a sealed one, so that its plaintext never is.
    """
    _refuse(_mistakes(wish))
    ids = [entry.id for entry in store.dialogues()]
    if if_absent and (found := _find(store, wish)):
        return found
    uid = uuid7(int(now.timestamp() * 1000), random(RANDOM_BITS))
    data = _dialogue_file(wish, uid, now)
    _refuse(_unreadable(uid, data))
    with written(uid, data) as first:
        return _created(store, wish, uid, first, _candidates(wish, now, random, ids), if_absent)


def _created(store: Store, wish: Wish, uid: str, data: bytes, ids: Iterator[str], if_absent: bool) -> Started:
    """The dialogue under the first of these ids that nobody takes meanwhile."""
    for id in ids:
        try:
            store.create(uid, id, {DIALOGUE: data})
        except Conflict:  # somebody took it while this ran, perhaps for the same dialogue
            if if_absent and (found := _find(store, wish)):
                return found
            if wish.id:
                raise
            continue
        return Started(id, uid, True)
    raise Conflict("others keep taking the ids for this minute and title", fix="choose one: --id ID")


def _candidates(wish: Wish, now: datetime, random: Callable[[int], int], ids: list[str]) -> Iterator[str]:
    """The id that was asked for; else free ones: from the minute and the title, then with -2, -3 …; or without the title."""
    if wish.id:
        yield wish.id
        return
    minute, taken = f"{now:%Y-%m-%dT%H%MZ}-", {id.casefold() for id in ids}
    if wish.sealed:
        numbered = (f"{minute}sealed-{random(16):04x}" for _ in range(100))
    else:
        base = minute + slugify(wish.title)
        numbered = (base if number == 1 else f"{base}-{number}" for number in range(1, len(ids) + 100))
    yield from (id for id in numbered if id.casefold() not in taken)


def _find(store: Store, wish: Wish) -> Started | None:
    """The dialogue that `--if-absent` means: of that id, else of the same slug and question."""
    slug = slugify(wish.title)
    for entry in store.dialogues():
        if wish.id:
            if entry.id == wish.id:
                return Started(entry.id, entry.uid, False)
        elif (named := STAMPED.sub("", entry.id)) == slug or _counted(entry.id, slug) or NEUTRAL.fullmatch(named):
            about = fold(store.load(entry.uid)).meta
            if about.question == wish.question and slugify(about.title) == slug:
                return Started(entry.id, entry.uid, False)
    return None


def _counted(id: str, slug: str) -> bool:
    """Whether an id is that slug with the number of a second dialogue of one minute."""
    base, _, number = STAMPED.sub("", id).rpartition("-")
    return base == slug and number.isdigit()


def _unreadable(uid: str, data: bytes) -> list[Finding]:
    """What would be wrong with the file once it is written: a title that breaks a limit must not make a broken dialogue."""
    draft = Snapshot(uid, "new", {DIALOGUE: data}, "")
    found = [f._replace(path="") for f in check(fold(draft), draft.blobs) if f.severity == ERROR]
    return [f for f in found if f.rule == "limit"] or found  # of a file over a limit nothing is read: the rest only follows


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
        found.append(bad_name("--id", wish.id))
    seen: set[str] = set()
    for expert in wish.experts:
        found += mistakes(expert)
        if expert.slug in seen:
            found.append(Finding("duplicate-id", f"expert {expert.slug!r} is named twice", fix="name each expert once"))
        seen.add(expert.slug)
    return found


def _refuse(findings: list[Finding]) -> None:
    if findings:
        raise Refused("nothing was written", [graded(finding) for finding in findings])
