"""The keys of this run: which of a dialogue's wraps they open, and what is said when none does.

A key that only a repository names is never asked: only providers that the user configured are. What was opened,
and what failed for the whole provider, is remembered, so that a listing over a thousand dialogues asks for one
passphrase, and waits for a dead service once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NoReturn

from blue_cli.crypto import seal
from blue_cli.crypto.block import Block, Wrap
from blue_cli.crypto.keys.base import KeyProvider
from blue_cli.crypto.keys.material import PREFIX
from blue_cli.crypto.seal import Deks, WrongKey
from blue_cli.errors import BlueError, Locked, Tampered, Unavailable

_Of = tuple[str, str, int, bytes, bytes]  # a dialogue and one of its wraps


class KeyRing:
    """The providers that the user configured, in their order."""

    def __init__(self, providers: Sequence[KeyProvider]) -> None:
        self.providers = tuple(providers)
        self._keks: dict[_Of, bytes] = {}
        self._failed: dict[object, BlueError] = {}

    def open(self, uid: str, block: Block) -> Deks:
        """The data keys of a dialogue, by the first wrap that one of the providers opens; one KMS call at most a wrap.

        Keys of this machine are tried before a service. Raises `Tampered` for a block that was changed; when nothing
        opens, `Tampered`, `Unavailable` or `Locked` with every wrap's key and why it did not open.
        """
        failures: list[tuple[str, BlueError]] = []
        for wrap in sorted(block.wraps, key=lambda wrap: not wrap.key.startswith(PREFIX)):
            for provider in self._candidates(wrap.key, failures):
                try:
                    kek = self._kek(provider, uid, wrap)
                except BlueError as error:
                    failures.append((wrap.key, error))
                    continue
                try:
                    return seal.unwrap(block, wrap, kek, uid)
                except seal.Tampered as error:
                    raise Tampered(str(error)) from None
                except WrongKey:
                    failures.append((wrap.key, Locked(f"{provider.shown} has this name and does not open it")))
        raise _closed(block.wraps, failures)

    def wrap(self, uid: str, deks: Deks, provider: KeyProvider, epoch: int) -> Wrap:
        """Every version of the data keys under a new KEK of a provider. Raises what `new_kek` raises."""
        made = provider.new_kek(uid, epoch)
        wrap = Wrap(provider.id, epoch, made.salt, made.blob, seal.wrap_deks(deks, made.kek))
        self._keks[_of(uid, wrap)] = made.kek
        return wrap

    def find(self, key: str) -> KeyProvider | None:
        """The provider that has the key of this name; None also when its file cannot be read."""
        return next(iter(self._candidates(key, [])), None)

    def _candidates(self, key: str, failures: list[tuple[str, BlueError]]) -> Iterator[KeyProvider]:
        """The providers that have a key. A file is read only for a key that a file can hold."""
        for provider in self.providers:
            if (provider.scheme == "awskms") == key.startswith(PREFIX):
                continue
            try:
                if provider.id == key:
                    yield provider
            except BlueError as error:
                failures.append((key, error))

    def _kek(self, provider: KeyProvider, uid: str, wrap: Wrap) -> bytes:
        """The KEK of a wrap, asked for once. So is a failure that would be the same for every dialogue."""
        of = _of(uid, wrap)
        if of in self._keks:
            return self._keks[of]
        known = self._failed.get(provider) or self._failed.get((provider, of))
        if known:
            raise known
        try:
            kek = self._keks[of] = provider.kek(uid, wrap.epoch, wrap.salt, wrap.blob)
        except BlueError as error:
            everywhere = isinstance(error, Unavailable) or wrap.key.startswith(PREFIX)
            self._failed[provider if everywhere else (provider, of)] = error
            raise
        return kek

    def __repr__(self) -> str:
        return f"<KeyRing of {len(self.providers)}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not written anywhere")


def _of(uid: str, wrap: Wrap) -> _Of:
    return uid, wrap.key, wrap.epoch, wrap.salt, wrap.blob


def _closed(wraps: Sequence[Wrap], failures: Sequence[tuple[str, BlueError]]) -> BlueError:
    """One error for all that was tried: an attack is said before a disturbance, a disturbance before a missing key."""
    why = "\n".join(f"{wrap.key}: {_reasons(wrap.key, failures)}" for wrap in wraps)
    errors = [error for _, error in failures]
    fix = next((error.fix for error in errors if error.fix), "")
    if any(isinstance(error, Tampered) for error in errors):
        return Tampered("the wrapped key of a sealed dialogue was changed", why=why)
    if any(isinstance(error, Unavailable) for error in errors):
        return Unavailable("sealed, and its key cannot be had for now", why=why, fix=fix)
    return Locked("sealed, and no key here opens it", why=why, fix=fix or "bring one of these keys: blue key import FILE")


def _reasons(key: str, failures: Sequence[tuple[str, BlueError]]) -> str:
    reasons = [f"{error.message} ({error.why})" if error.why else error.message for name, error in failures if name == key]
    return "; ".join(dict.fromkeys(reasons)) or "not among the keys here"
