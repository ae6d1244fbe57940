"""The store contract: a blob at an address, and the dialogue as the unit of consistency.

A store keeps bytes under addresses (`dialogue.ids`), knows no grammar, and decides one thing: which
of two commits that expect the same version wins. Whatever needs uniqueness (display ids, one file
an expert and round) is decided by the caller in a load, plan, commit loop (`commit_loop`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

from blue_cli.errors import Conflict, Locked


class Entry(Protocol):
    """One dialogue in a listing. `uid` may cost a read, so a store may compute it when asked."""

    @property
    def id(self) -> str: ...
    @property
    def uid(self) -> str: ...


class Row(NamedTuple):
    """The plain `Entry`: both values known."""

    id: str
    uid: str


class Facts(NamedTuple):
    """What a store says of itself: the engine with its version, whether its tables are there, and what lies in them.

    `format` is the number of the tables' layout, 0 where there are no tables; `size` is in bytes, of the dialogues' files.
    """

    engine: str
    ready: bool
    format: int = 0
    dialogues: int = 0
    files: int = 0
    size: int = 0


class Unread(NamedTuple):
    """Something that lies where a blob would and was not read.

    `reason` is one of: too-large, symlink, not-regular, unsafe-name, unreadable, unmerged (in git's index); and around a
    seal: sealed (no key here opens it), plaintext (in a sealed dialogue), broken (a seal that does not hold).
    """

    path: str
    reason: str
    detail: str = ""


class Seal(NamedTuple):
    """That a dialogue is sealed: from which round on, why no key here opens it ("" when one does), and the way out."""

    from_round: int
    locked: str = ""
    fix: str = ""


class Snapshot:
    """One dialogue as it was at one moment: every blob by address.

    `version` is opaque and may cost something to compute, so it is computed when first asked for. `seal` is None for a
    plain dialogue; of a sealed one the blobs are plaintext as far as a key opened them, the others are in `unread`.
    """

    __slots__ = ("_version", "blobs", "id", "seal", "uid", "unread")

    def __init__(
        self,
        uid: str,
        id: str,
        blobs: Mapping[str, bytes],
        version: str | Callable[[], str],
        unread: Sequence[Unread] = (),
        seal: Seal | None = None,
    ) -> None:
        self.uid = uid
        self.id = id
        self.blobs = blobs
        self.unread = tuple(unread)
        self.seal = seal
        self._version = version

    @property
    def version(self) -> str:
        """The opaque version to expect in `commit`."""
        if not isinstance(self._version, str):
            self._version = self._version()
        return self._version


def count(store: Store, engine: str) -> Facts:
    """The facts of a store that keeps no figures: it is read from one end to the other."""
    loaded = [store.load(row.uid).blobs for row in store.dialogues()]
    return Facts(engine, True, 0, len(loaded), sum(map(len, loaded)), sum(len(data) for blobs in loaded for data in blobs.values()))


class Store(Protocol):
    """What every store does. Read-only stores raise `Conflict` from the last three."""

    def dialogues(self) -> Iterable[Entry]:
        """Every dialogue once, sorted by id (bytes)."""
        ...

    def load(self, uid: str) -> Snapshot:
        """The whole dialogue, or `NotFound`. One query, no lock."""
        ...

    def commit(self, uid: str, expect: str, puts: Mapping[str, bytes], deletes: Iterable[str] = ()) -> str:
        """Write all or nothing if the version is still `expect`; the new version.

        Raises `Stale` when it is not (nothing was changed), `NotFound`, `Unavailable`.
        """
        ...

    def create(self, uid: str, id: str, puts: Mapping[str, bytes]) -> str:
        """Make a dialogue; `Conflict` when the uid or the id (by casefold) is taken."""
        ...

    def rename(self, uid: str, id: str) -> None:
        """Give a dialogue another id; `NotFound`, or `Conflict` when the id is taken."""
        ...


def by_id(store: Store, id: str) -> Row | None:
    """The dialogue of exactly this id, by one look at it, however many there are beside it; None when there is none, or
    when the store can only list (a commit, the index)."""
    ask: Callable[[str], Row | None] | None = getattr(store, "by_id", None)
    return ask(id) if ask else None


def stamp(store: Store, uid: str) -> str:
    """Something that is another one whenever the dialogue's files, or its id, are: for who looks again and again.

    The cheapest thing that proves it: what the file system says of each file, a database's version. Opaque, and to be compared
    only with what the same store said before. Raises what `load` raises: `NotFound` when the dialogue is gone.
    """
    ask: Callable[[str], str] | None = getattr(store, "stamp", None)
    if ask:
        return ask(uid)
    snapshot = store.load(uid)
    return f"{snapshot.id} {snapshot.version}"


class Stale(Conflict):
    """The version expected is no longer the version there is: load again and plan again."""

    meaning = "someone else wrote first"


Plan = TypeVar("Plan")

TRIES = 40  # of a commit that keeps losing; each loss means that somebody else got through


def commit_loop(
    store: Store,
    uid: str,
    plan: Callable[[Snapshot], tuple[Mapping[str, bytes], Iterable[str], Plan]],
) -> Plan:
    """Load, plan, commit, and again if someone else was faster.

    `plan` gets the snapshot and returns (puts, deletes, result); with neither puts nor deletes nothing is
    written. It must be pure: it is called again on the newer snapshot. Raises what `plan` raises, `Locked` when the
    dialogue is sealed and no key opens it, and `Conflict` after `TRIES` losses in a row.
    """
    for _ in range(TRIES):
        snapshot = store.load(uid)
        if snapshot.seal is not None and snapshot.seal.locked:
            why, fix = snapshot.seal.locked, snapshot.seal.fix
            raise Locked(f"{snapshot.id} is sealed, and what cannot be read cannot be added to", why=why, fix=fix)
        puts, deletes, result = plan(snapshot)
        deletes = tuple(deletes)
        if not puts and not deletes:
            return result
        try:
            store.commit(uid, snapshot.version, puts, deletes)
        except Stale:
            continue
        return result
    raise Conflict(
        f"someone else kept writing to this dialogue through {TRIES} tries",
        why="each try found that the dialogue had changed since it was read",
        fix="run the same command again",
    )
