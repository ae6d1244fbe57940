"""What a key provider is: it turns a dialogue's uid into the key (KEK) that wraps the dialogue's data keys.

Behind one protocol lie things that differ in latency, in what can go wrong and in who may do what. What each of
them must answer to each kind of trouble is one table, `tests/crypto/keys/faults.py`: 4 (`Locked`) when somebody
has to change something, 7 (`Unavailable`) when trying again may help, 6 (`Tampered`) when what was stored is not
what was made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, Protocol

if TYPE_CHECKING:
    from blue_cli.crypto.keys.material import Umk


class Made:
    """A new KEK, and what must be stored to get it again: a salt (keys of blue's own) or a blob (a key service)."""

    __slots__ = ("blob", "kek", "salt")

    def __init__(self, kek: bytes, salt: bytes = b"", blob: bytes = b"") -> None:
        self.kek = kek
        self.salt = salt
        self.blob = blob

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not written anywhere")


class KeyProvider(Protocol):
    """Where a KEK comes from.

    Every method raises `Locked` (no key, a refused one, no access), `Tampered` (a blob that the service did not
    make for this dialogue) or `Unavailable` (disk, network, service), and no other error. None of them has the key
    in its text.
    """

    @property
    def scheme(self) -> str:
        """`file`, `passphrase` or `awskms`."""
        ...

    @property
    def id(self) -> str:
        """The public name of the key, as it stands in a seal block: `umk#` and 16 hex digits, or `awskms:` and an ARN.

        May read a file, never asks for a passphrase and never calls a service.
        """
        ...

    @property
    def kind(self) -> str:
        """What it is, for people: the scheme, but `passphrase` for a key file that turns out to be under one."""
        ...

    @property
    def shown(self) -> str:
        """How messages name the place of the key; no absolute path below the user's home."""
        ...

    def new_kek(self, uid: str, epoch: int) -> Made:
        """A KEK that nobody had before, for the dialogue `uid`; epochs count its KEKs under this key from 1."""
        ...

    def kek(self, uid: str, epoch: int, salt: bytes, blob: bytes) -> bytes:
        """The KEK that `new_kek` made, from what was stored of it: 32 bytes."""
        ...


class LocalKey(KeyProvider, Protocol):
    """A provider whose key lies here: it can be made, copied and printed."""

    def umk(self) -> Umk:
        """The key itself."""
        ...

    def refuse_taken(self) -> None:
        """`Conflict` when there is something in the key's place, `Locked` when no key may be there."""
        ...

    def create(self, umk: Umk, copy: str = "") -> None:
        """Write this key where there is none: the only way a key file comes to be. `Conflict` when there is one.

        `copy` is the text of the file that the key came in, if it came in one.
        """
        ...

    def read_text(self, text: str, name: str) -> Umk:
        """The key in the text of a key file that lies elsewhere, named `name` in errors."""
        ...


def forbid_core_dumps() -> None:
    """No core file of this process from here on: called by every provider before it has a key in its hands.

    Also inherited by what blue starts (an editor), which sees plaintext as well. Where the kernel pipes cores to a
    collector, the collector is told of the limit and the usual ones (systemd-coredump, apport) keep to it.
    """
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
