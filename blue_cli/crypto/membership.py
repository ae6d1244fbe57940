"""Which sealed files belong together: each names, inside, those that its writer saw and nobody had named yet.

So the list of files stands in no one place: two branches that each add a file never conflict, and what somebody has built
on cannot be taken away, exchanged or put back unnoticed. What nobody has seen yet can: nothing says that it was there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Head(NamedTuple):
    """A sealed file as somebody saw it: its address, how often it had been changed, and the tag of its ciphertext."""

    address: str
    rev: int
    tag: bytes


class State(NamedTuple):
    """What counts of a sealed file that is there."""

    rev: int
    tag: bytes
    seen: tuple[Head, ...]


class Missing(NamedTuple):
    """A file that is gone, older or another one, and the address of one that saw it."""

    what: Head
    seen_by: str


Files = Mapping[str, State]


def everything(files: Files, without: str = "") -> tuple[Head, ...]:
    """Every file: what a ruling and a verdict see. `without` is the address of the file that is about to be written."""
    return tuple(Head(address, state.rev, state.tag) for address, state in sorted(files.items()) if address != without)


def heads(files: Files, without: str = "") -> tuple[Head, ...]:
    """The files that no other one has seen as they are now: what a contribution sees.

    A file that was changed after somebody saw it is a head again; what a file says of itself does not count.
    """
    seen = {(head.address, head.rev, head.tag) for who, state in files.items() for head in state.seen if head.address != who}
    return tuple(head for head in everything(files, without) if head not in seen)


def missing(files: Files) -> list[Missing]:
    """What somebody saw and is not there with that tag or a higher rev, by address. Empty when all is well."""
    lost = {Missing(head, who) for who, state in files.items() for head in state.seen if not _stands(files.get(head.address), head)}
    return sorted(lost)


def _stands(state: State | None, head: Head) -> bool:
    return state is not None and (state.rev > head.rev or (state.rev == head.rev and state.tag == head.tag))
