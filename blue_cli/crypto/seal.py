"""Files sealed and opened with the data keys of a dialogue, and the data keys wrapped and unwrapped.

Commitment first, then the tag: AES-GCM alone opens one ciphertext under two keys. Every error is a `Broken` with a `reason`;
none of them, and no repr, shows a key or a text.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, NoReturn, TypeVar

from blue_cli.crypto import aead, envelope
from blue_cli.crypto.block import Block, Wrap, signed
from blue_cli.crypto.content import Mislabelled, pack, readable, unpack
from blue_cli.crypto.encoding import lp
from blue_cli.crypto.envelope import SUITE, Envelope
from blue_cli.crypto.membership import Head, State
from blue_cli.crypto.place import Broken, Misplaced, Place

Random = Callable[[int], bytes]  # n → n random bytes
Done = TypeVar("Done")

__all__ = ["Deks", "Mislabelled", "Moved", "NoSuchVersion", "Opened", "Tampered", "WrongKey", "open_file", "open_files"]
__all__ += ["reseal", "seal_file", "sign", "unwrap", "wrap_deks"]

_ENC = b"blue/v1/enc" + lp(str(SUITE))
_COMMIT = b"blue/v1/commit" + lp(str(SUITE))


class Moved(Broken):
    """The commitment or the tag does not hold here: changed, taken from elsewhere, or made with another key."""

    reason = "moved"


class NoSuchVersion(Broken):
    """It names a version of the data key that the seal block does not list."""

    reason = "no-such-version"


class Tampered(Broken):
    """The seal block's MAC does not hold, or only some of its wraps open."""

    reason = "tampered"


class WrongKey(ValueError):
    """The key opens no wrap of the data key: it is another one. (Not `Broken`: nothing says that anything was changed.)"""

    reason = "wrong-key"


class Deks:
    """The data keys of one dialogue by version. Neither repr nor pickle shows them."""

    __slots__ = ("_keys", "uid")

    def __init__(self, uid: str, keys: Mapping[int, bytes]) -> None:
        if not keys or any(version < 1 or len(key) != aead.KEY for version, key in keys.items()):
            raise ValueError("data keys have 32 bytes and versions from 1")
        self.uid = uid
        self._keys = dict(sorted(keys.items()))

    @classmethod
    def make(cls, uid: str, random: Random = os.urandom) -> Deks:
        """A new data key, version 1."""
        return cls(uid, {1: random(aead.KEY)})

    def with_new_version(self, random: Random = os.urandom) -> Deks:
        """These and a new one for what is written from now on."""
        return Deks(self.uid, {**self._keys, self.newest + 1: random(aead.KEY)})

    @property
    def newest(self) -> int:
        """The version that seals."""
        return self.versions[-1]

    @property
    def versions(self) -> tuple[int, ...]:
        """All of them, ascending."""
        return tuple(self._keys)

    def key(self, version: int) -> bytes:
        """The key of a version; `NoSuchVersion` when the authenticated list has none."""
        try:
            return self._keys[version]
        except KeyError:
            raise NoSuchVersion(f"version {version} of the data key is not in the seal block") from None

    def __repr__(self) -> str:
        return f"<Deks of {self.uid}, versions {list(self._keys)}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("data keys are not to be stored")


class Opened(NamedTuple):
    """An opened file: its bytes, what its writer saw, how often it was changed, its tag, the version of its key. No keys."""

    data: bytes
    seen: tuple[Head, ...]
    rev: int
    tag: bytes
    version: int

    @property
    def state(self) -> State:
        """What membership asks of it."""
        return State(self.rev, self.tag, self.seen)


# --- files ---------------------------------------------------------------------------------------------------


def open_file(deks: Deks, uid: str, address: str, data: bytes) -> Opened:
    """Open a sealed file that lies at `address` of the dialogue `uid`.

    Raises `Malformed` or `Unsupported` (not an envelope of ours), `NoSuchVersion`, `Moved` (changed, or from elsewhere) and
    `Mislabelled` (a readable field says other than the inside). Nothing of the plaintext is returned unless all of it holds.
    """
    opened, broken = open_files(deks, uid, {address: data})
    if address in broken:
        raise broken[address]
    return opened[address]


def open_files(deks: Deks, uid: str, files: Mapping[str, bytes]) -> tuple[dict[str, Opened], dict[str, Broken]]:
    """Open many sealed files; what opened, and for each other one the error that `open_file` raises.

    Each step is taken for all files before the next one: the same work, and a third less time, since the code of a step
    stays in the processor's cache.
    """
    broken: dict[str, Broken] = {}
    placed = _each(_placed, {address: (uid, address, data) for address, data in files.items()}, broken)
    keyed = _each(_keyed, {address: (deks, *item) for address, item in placed.items()}, broken)
    return _each(_opened, _each(_inside, keyed, broken), broken), broken


def _each(step: Callable[..., Done], items: Mapping[str, tuple[Any, ...]], broken: dict[str, Broken]) -> dict[str, Done]:
    done: dict[str, Done] = {}
    for address, item in items.items():
        try:
            done[address] = step(*item)
        except Broken as error:
            broken[address] = error
    return done


def _placed(uid: str, address: str, data: bytes) -> tuple[Place, Envelope]:
    place = Place(uid, address)
    try:
        return place, envelope.read_at(data, place)
    except Misplaced as error:
        raise Moved(str(error)) from None


def _keyed(deks: Deks, place: Place, sealed: Envelope) -> tuple[Place, Envelope, bytes]:
    """With the file's key. The commitment comes first: AES-GCM alone opens one ciphertext under two keys."""
    key, commit = aead.hkdf512_pair(deks.key(sealed.version), sealed.salt, _ENC, _COMMIT)
    if not aead.same(commit, sealed.commit):
        raise Moved("its commitment to the key does not hold: tampered with or moved")
    return place, sealed, key


def _inside(place: Place, sealed: Envelope, key: bytes) -> tuple[Place, Envelope, bytes]:
    try:
        return place, sealed, aead.decrypt(key, sealed.nonce, sealed.body, envelope.bound(sealed, place))
    except aead.Broken:
        raise Moved("its tag does not hold: tampered with or moved") from None


def _opened(place: Place, sealed: Envelope, inside: bytes) -> Opened:
    seen, plain = unpack(inside)
    if readable(place, plain) != sealed.fields:
        raise Mislabelled("a readable field says other than the sealed text")
    return Opened(plain, seen, sealed.rev, sealed.tag, sealed.version)


def seal_file(
    deks: Deks, uid: str, address: str, plain: bytes, rev: int = 1, seen: Iterable[Head] = (), random: Random = os.urandom
) -> bytes:
    """Seal a file with the newest data key. `rev` is higher than any that anybody saw of this address.

    `dialogue.md` comes without its `seal:` block (`envelope.with_seal`). Raises `Malformed` for a place where nothing is
    sealed or a text over 1 MiB, `Mislabelled` for a `dialogue.md` with another uid inside.
    """
    if not 1 <= rev <= envelope.LAST:
        raise ValueError("a revision is a number from 1")
    place = Place(uid, address)
    inside = pack(seen, plain)
    salt, nonce, version = random(envelope.SALT), random(envelope.NONCE), deks.newest
    key, commit = aead.hkdf512_pair(deks.key(version), salt, _ENC, _COMMIT)
    empty = Envelope(place.kind, readable(place, plain), SUITE, version, rev, salt, nonce, commit, b"")
    body = aead.encrypt(key, nonce, inside, envelope.bound(empty, place))
    return envelope.write_at(Envelope(*empty[:-1], body), place)


def reseal(
    deks: Deks,
    uid: str,
    address: str,
    plain: bytes,
    old: bytes | None,
    seen: Iterable[Head] = (),
    random: Random = os.urandom,
    *,
    newest: bool = False,
    above: int = 0,
) -> bytes:
    """Seal a file over `old`, the sealed bytes that are there (None: nothing is).

    An unchanged plaintext keeps the old bytes, so that sealing again makes no difference in git; with `newest` only if they
    are under the newest data key. Else the revision rises, over `above` too: the highest that anybody saw. The seal block of
    `dialogue.md` stays. Raises as `open_file` does when `old` does not hold: it is not written over.
    """
    before = None if old is None else open_file(deks, uid, address, old)
    if before and old is not None and before.data == plain and (not newest or before.version == deks.newest):
        return old
    rev = max(before.rev if before else 0, above) + 1
    new = seal_file(deks, uid, address, plain, rev, seen, random)
    block = envelope.seal_text(old) if old is not None and address == "dialogue" else None
    return envelope.with_seal(new, block.replace("\r\n", "\n")) if block else new


# --- data keys ---------------------------------------------------------------------------------------------------


def wrap_deks(deks: Deks, kek: bytes, random: Random = os.urandom) -> tuple[bytes, ...]:
    """Every version of the data key under a key-encryption key: nonce (12), key and tag, 60 bytes each."""
    wrapped = []
    for version in deks.versions:
        nonce = random(aead.NONCE)
        wrapped.append(nonce + aead.encrypt(kek, nonce, deks.key(version), _bound(deks.uid, version)))
    return tuple(wrapped)


def unwrap(block: Block, wrap: Wrap, kek: bytes, uid: str) -> Deks:
    """The data keys from one wrap of a block, whose MAC is checked with them.

    Raises `WrongKey` when the key-encryption key opens none of them, `Tampered` when it opens only some or the MAC is wrong.
    """
    keys = {}
    for version, wrapped in zip(block.versions, wrap.deks, strict=True):
        try:
            keys[version] = aead.decrypt(kek, wrapped[: aead.NONCE], wrapped[aead.NONCE :], _bound(uid, version))
        except aead.Broken:
            continue
    if not keys:
        raise WrongKey("the key does not open the data key")
    if len(keys) != len(block.versions):
        raise Tampered("only some versions of the data key open: the seal block was changed")
    deks = Deks(uid, keys)
    if not aead.same(_mac(block, deks), block.mac):
        raise Tampered("the seal block was changed")
    return deks


def sign(block: Block, deks: Deks) -> Block:
    """The block with its MAC, under a key derived from the newest data key. ValueError for a block of other versions."""
    if block.versions != deks.versions:
        raise ValueError("the block lists other versions than there are")
    return block._replace(mac=_mac(block, deks))


def _mac(block: Block, deks: Deks) -> bytes:
    manifest = aead.hkdf256(deks.key(deks.newest), b"", b"blue/v1/manifest" + lp(deks.uid))
    return aead.mac(manifest, signed(block, deks.uid))


def _bound(uid: str, version: int) -> bytes:
    return lp("blue/v1/dek", uid, str(version), str(SUITE))
