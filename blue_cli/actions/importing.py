"""Bringing dialogues in from outside: all that is wrong is said first, then each is made whole or not at all.

Nothing that is there is touched. What was cut off in the middle of several is run again with `if_absent`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from blue_cli.actions.importing_forms import Arrival, errors
from blue_cli.dialogue import copies
from blue_cli.dialogue.ids import DIALOGUE
from blue_cli.dialogue.rulebook import ERROR
from blue_cli.errors import Conflict, Finding, NotFound, Refused, WrongCall
from blue_cli.stores.base import Snapshot, Store
from blue_cli.stores.limits import check_paths

_OTHER_ID = "give it another id: --id ID"


class Wish(NamedTuple):
    """How to take them in: the same once more is no error; say it only; a native dialogue gets a uid of its own."""

    if_absent: bool = False
    dry_run: bool = False
    new_uid: bool = False


class Brought(NamedTuple):
    """A dialogue, and whether it was made now, or with a dry run would be."""

    arrival: Arrival
    created: bool


def bring(store: Store, arrivals: Sequence[Arrival], wish: Wish) -> list[Brought]:
    """Make these dialogues. `store` is the one below the seals: what is sealed stays sealed, to the byte.

    Raises before anything is written: `Refused` with every error in every one of them, `Conflict` when an id or a uid is
    taken by something else.
    """
    refuse(arrivals)
    there = [_there(store, arrival, wish) for arrival in arrivals]
    taken = [conflict for conflict in there if isinstance(conflict, Conflict)]
    if taken:
        more = taken[1:]
        first = taken[0]
        first.why = "\n".join([first.why, *(f"also: {other.message}" for other in more)]).strip("\n")
        raise first
    brought = []
    for arrival, same in zip(arrivals, there, strict=True):
        if not (same or wish.dry_run):
            store.create(arrival.uid, arrival.id, arrival.blobs)
        brought.append(Brought(arrival, not same))
    return brought


def refuse(arrivals: Sequence[Arrival]) -> None:
    """`Refused` with everything that was found, when an error is among it."""
    found = [finding for arrival in arrivals for finding in arrival.findings] + [*_twins(arrivals), *_unsafe(arrivals)]
    if any(f.severity == ERROR for f in found):
        raise Refused("nothing was written", found)


def _twins(arrivals: Sequence[Arrival]) -> Iterable[Finding]:
    """Two that would be one dialogue."""
    for key in ("id", "uid"):
        seen: dict[str, str] = {}
        for arrival in arrivals:
            value = "" if key == "uid" and arrival.uid.startswith("older:") else getattr(arrival, key).casefold()
            first = seen.setdefault(value, arrival.name) if value and not errors(arrival) else arrival.name
            if first != arrival.name:
                fix = "import them one by one, with --id" if key == "id" else "import the copy alone, with --new-uid and --id"
                message = f"the same {key} as {first}: {getattr(arrival, key)}"
                yield Finding(f"duplicate-{key}", message, arrival.name, fix=fix, severity=ERROR)


def _unsafe(arrivals: Sequence[Arrival]) -> Iterable[Finding]:
    """Files that no store would take, found before the first dialogue is written."""
    for arrival in arrivals:
        for address, data in arrival.blobs.items():
            try:
                check_paths({address: data}, ())
            except (WrongCall, Refused) as error:
                message = f"{address[:80]!r} is taken by no store: {error.message}"
                yield Finding("unsafe-path", message, arrival.name, why=error.why, fix="rename or shorten it", severity=ERROR)


def renamed(arrival: Arrival, uid: str) -> Arrival:
    """A native dialogue under a uid of its own; an older one has none that could be changed, and a seal holds its own fast."""
    if arrival.sealed:
        fix = "take the seal off there, or import it under its uid"
        finding = Finding("sealed-unreadable", "a sealed dialogue keeps its uid", arrival.name, fix=fix, severity=ERROR)
        return arrival._replace(findings=(*arrival.findings, finding))
    if arrival.uid.startswith("older:") or DIALOGUE not in arrival.blobs:
        return arrival
    return arrival._replace(uid=uid, blobs={**arrival.blobs, **copies.with_uid(arrival.blobs, uid)}, minted=True)


def _there(store: Store, arrival: Arrival, wish: Wish) -> Conflict | bool:
    """Whether the same dialogue is there already; a `Conflict` when something else is, or when that is not to be so."""
    found = _named(store, arrival) or _known(store, arrival.uid)
    if found is None:
        return False
    if _same(arrival, found):
        same = Conflict(f"{found.id} is there already, the same to the byte", fix="to be content with that: --if-absent")
        return True if wish.if_absent else same
    if found.id == arrival.id:
        return Conflict(f"{found.id} is there already, and differs", why="nothing that is there is overwritten", fix=_OTHER_ID)
    if found.uid == arrival.uid:
        why, fix = "a dialogue is found by its uid", "if it is to be a second dialogue: --new-uid"
        return Conflict(f"{found.id} has the uid of {arrival.name} already", why=why, fix=fix)
    return Conflict(f"the id {arrival.id} is taken by {found.id}", why="some file systems take both for one", fix=_OTHER_ID)


def _named(store: Store, arrival: Arrival) -> Snapshot | None:
    for entry in store.dialogues():
        if entry.id.casefold() == arrival.id.casefold():
            return store.load(entry.uid)
    return None


def _known(store: Store, uid: str) -> Snapshot | None:
    try:
        found = store.load(uid)
    except NotFound:
        return None
    return found if found.uid == uid else None


def _same(arrival: Arrival, found: Snapshot) -> bool:
    """Whether it is this very dialogue; one whose uid was only just made may be it under the uid it got the first time."""
    if found.id != arrival.id or found.unread:
        return False
    if arrival.minted and not found.uid.startswith("older:"):
        arrival = renamed(arrival, found.uid)
    return dict(arrival.blobs) == dict(found.blobs)
