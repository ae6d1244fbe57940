"""Which dialogue is meant by a word on the command line, or by none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from blue_cli.errors import NotFound, WrongCall
from blue_cli.stores.base import Entry, Row, Store, by_id

STAMP = len("2026-11-24T0528Z-")
SHOWN = 10  # candidates that an error names


def find(store: Store, wanted: str) -> Row:
    """The dialogue of this id, slug or unique beginning of either. `NotFound`, or `WrongCall` with the candidates."""
    exactly = by_id(store, wanted)  # asked first: a question about one dialogue does not list the others
    if exactly:
        return exactly
    entries = {entry.id: entry for entry in store.dialogues()}
    matches = _matching(wanted, entries)
    if len(matches) == 1:
        entry = entries[matches[0]]
        return Row(entry.id, entry.uid)
    if matches:
        raise _ambiguous(f'"{wanted}" is the beginning of {len(matches)} dialogues', matches)
    raise _no_dialogue(wanted, entries)


def only_open(store: Store) -> Row:
    """The one dialogue that is open. `NotFound` when there is none at all, `WrongCall` when it is not only one."""
    entries = list(store.dialogues())
    if not entries:
        raise NotFound("there is no dialogue yet", fix="blue dialogue new TITLE")
    if len(entries) == 1:
        return Row(entries[0].id, entries[0].uid)
    found = list(islice(_open_ones(store, entries), SHOWN + 1))  # no more than the error would name
    if len(found) == 1:
        return Row(found[0].id, found[0].uid)
    if found:
        raise _ambiguous("more than one dialogue is open", [entry.id for entry in found])
    raise _ambiguous("no dialogue is open", [entry.id for entry in reversed(entries)])


def slug_of(id: str) -> str:
    """A dialogue's id without its minute: `2026-11-24T0528Z-cache` is `cache`."""
    digits = id[:4] + id[5:7] + id[8:10] + id[11:15]
    marks = id[4:5] + id[7:8] + id[10:11] + id[15:STAMP]
    return id[STAMP:] if marks == "--TZ-" and digits.isdigit() and len(id) > STAMP else id


def _matching(wanted: str, ids: Iterable[str]) -> list[str]:
    """The ids that are meant: the id itself, else every one with that slug, else all that begin so."""
    ids = list(ids)
    if wanted in ids:
        return [wanted]
    return [id for id in ids if slug_of(id) == wanted] or [
        id for id in ids if wanted and (id.startswith(wanted) or slug_of(id).startswith(wanted))
    ]


def _open_ones(store: Store, entries: Iterable[Entry]) -> Iterable[Entry]:
    return (entry for entry in entries if _is_open(store, entry))


def _is_open(store: Store, entry: Entry) -> bool:
    """Neither closed nor decided, as cheaply as that can be seen: no `closed:`, no `verdicts/final*`."""
    blobs = store.load(entry.uid).blobs
    head = blobs.get("dialogue", b"").partition(b"\n---")[0]
    return b"\nclosed:" not in head and not any(address.startswith("verdict/final") for address in blobs)


def _ambiguous(message: str, ids: Sequence[str]) -> WrongCall:
    more = "\n..." if len(ids) > SHOWN else ""
    listed = "\n".join(f"-d {id}" for id in ids[:SHOWN])
    return WrongCall(message, why="blue does not guess which one is meant", fix=listed + more, suggestions=ids[:SHOWN])


def _no_dialogue(wanted: str, ids: Iterable[str]) -> NotFound:
    from difflib import get_close_matches

    names = {name: id for id in ids for name in (slug_of(id), id)}
    near = list(dict.fromkeys(names[name] for name in get_close_matches(wanted, names, 3, 0.5)))
    fix = "did you mean " + " or ".join(near) + "?" if near else "blue dialogue list"
    return NotFound(f'no dialogue "{wanted}"', fix=fix, suggestions=near)
