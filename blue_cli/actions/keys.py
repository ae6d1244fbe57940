"""Make, look at, check, print and bring keys. Which provider it is, the caller says, and what is logged around it."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

from blue_cli.crypto.keys import paper
from blue_cli.crypto.keys.base import KeyProvider, LocalKey
from blue_cli.crypto.keys.material import Umk
from blue_cli.crypto.keys.place import Missing
from blue_cli.errors import BlueError, Conflict, NotFound, Refused, Unavailable

PROBE = "verify"  # stands for a dialogue's uid when a provider is only tried
Around = Callable[[Umk], AbstractContextManager[Any]]  # entered before a key is made, brought or printed: the audit log


class Key(NamedTuple):
    """What may be known about a key. `id` is None, and `error` says why, when it cannot be had."""

    id: str | None
    kind: str
    place: str
    error: BlueError | None = None


class Brought(NamedTuple):
    """A key that is here now; `created` is False when it was before."""

    key: Key
    created: bool


def make(key: LocalKey, random: Callable[[int], bytes], around: Around = nullcontext) -> Key:
    """A new key. `Conflict` when there is something in its place, whatever it is."""
    key.refuse_taken()
    umk = Umk.make(random)
    with around(umk):
        key.create(umk)
    return Key(umk.id, key.kind, key.shown)


def look(providers: Iterable[KeyProvider]) -> list[Key]:
    """Each provider's key, without asking for a passphrase and without calling a service."""
    return [_look(provider) for provider in providers]


def _look(provider: KeyProvider) -> Key:
    try:
        return Key(provider.id, provider.kind, provider.shown)
    except BlueError as error:
        return Key(None, provider.scheme, provider.shown, error)


def verify(provider: KeyProvider) -> Key:
    """Have the provider make a KEK and give it again. Raises what it raises; `Unavailable` when the two differ."""
    made = provider.new_kek(PROBE, 1)
    if not hmac.compare_digest(made.kek, provider.kek(PROBE, 1, made.salt, made.blob)):
        raise Unavailable(f"{provider.shown} gives another key the second time")
    return Key(provider.id, provider.kind, provider.shown)


def compare(key: LocalKey, typed: str) -> Key:
    """Hold a paper form against the key. `Refused` when it has mistakes, or is of another key."""
    written = paper.read(typed)
    if written != key.umk():
        raise Refused(f"the paper form is of {written.id}", why=f"the key at {key.shown} is {key.id}")
    return Key(key.id, key.kind, key.shown)


def printed(key: LocalKey, around: Around = nullcontext) -> tuple[Key, list[str]]:
    """The lines of a key's paper form: the key itself, readable."""
    with around(key.umk()):
        return Key(key.umk().id, key.kind, key.shown), paper.write(key.umk())


def bring(key: LocalKey, text: str, name: str, around: Around = nullcontext) -> Brought:
    """Put a key that was made elsewhere in its place, from a key file or a paper form named `name`.

    `Conflict` when another key is there, or something that cannot be read: it is never replaced.
    """
    copy = text if _is_key_file(text) else ""
    umk = key.read_text(text, name) if copy else paper.read(text)
    try:
        here = key.id
    except BlueError:
        here = ""
    if here and here != umk.id:
        raise Conflict(f"{key.shown} holds another key, {here}", why=f"{name} is {umk.id}", fix="--key-file PATH for a second one")
    if not here:
        key.refuse_taken()
        with around(umk):
            key.create(umk, copy)
    return Brought(Key(umk.id, key.kind, key.shown), not here)


def _is_key_file(text: str) -> bool:
    lines = (line.strip() for line in text.splitlines())
    return next((line for line in lines if line and not line.startswith("#")), "").startswith("blue-key-")


def refuse_none(keys: Sequence[Key]) -> None:
    """The first one's error when none of the keys is there; `NotFound` when no provider is configured."""
    if any(key.error is None for key in keys):
        return
    error = keys[0].error if keys else None
    if isinstance(error, Missing):
        raise Missing(error.message, fix="a first key: blue key new\none that was used before: blue key import FILE")
    raise error or NotFound("no key provider is configured", fix="BLUE_KEYS=file:")
