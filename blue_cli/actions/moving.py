"""Dialogues from one store to another, and two stores held against each other (STORES.md, "Moving").

Both work on stores as they lie there: what is sealed stays sealed, to the byte. One dialogue is in memory at a time, beside
the two listings. Nothing is deleted and nothing overwritten, so a copy that was ended anywhere is run again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from blue_cli.dialogue.ids import DIALOGUE, path_of, uid_in
from blue_cli.errors import Conflict, NotFound, Refused, WrongCall
from blue_cli.stores.base import Row, Snapshot, Store, Unread
from blue_cli.stores.keys import HEAD

COPIED, THERE, DIFFERS, LEFT_OUT = "copied", "there", "differs", "left-out"
STATES = (COPIED, THERE, DIFFERS, LEFT_OUT)


class Moved(NamedTuple):
    """What became of one dialogue: `state` is one of `STATES`; `why` says it of the last two."""

    state: str
    id: str
    uid: str
    why: str = ""


class Step(NamedTuple):
    """So many dialogues are done of so many."""

    done: int
    total: int
    moved: Moved


def copy(source: Store, target: Store, dry_run: bool = False) -> Iterator[Step]:
    """Bring every dialogue that `target` has not; each is read back and compared. With `dry_run` nothing is written.

    One that is there with the same bytes is `there`; one that is there and differs is left as it is. A dialogue with a file
    that cannot be read is left out whole, since half of it would be another dialogue. Raises `Unavailable` when a store
    gives up: what was copied by then is `there` the next time.
    """
    rows = _listed(source)
    move = _Move(source, target, {row.id: row.uid for row in rows}, dry_run)
    # Of several that say one uid, the one that has it comes first, so that it has it there too.
    rows.sort(key=lambda row: row.uid.startswith("copy:"))
    for done, row in enumerate(rows, 1):
        yield Step(done, len(rows), move.one(row))


class _Move:
    """One copying under way: what is there, kept up with what was brought."""

    def __init__(self, source: Store, target: Store, ours: Mapping[str, str], dry_run: bool) -> None:
        self._source = source
        self._target = target
        self._ours = ours
        self._dry_run = dry_run
        self._ids: dict[str, Row] = {}  # by casefold
        self._uids: dict[str, str] = {}  # uid → id
        for row in _listed(target):
            self._learn(row)

    def _learn(self, row: Row) -> None:
        self._ids[row.id.casefold()] = row
        self._uids.setdefault(row.uid, row.id)

    def one(self, row: Row) -> Moved:
        """Bring one dialogue, unless it is there or something stands in its way."""
        here = load(self._source, row.uid)
        if here is None:
            return Moved(LEFT_OUT, row.id, row.uid, "it was taken away meanwhile")
        if here.unread:
            return Moved(LEFT_OUT, here.id, here.uid, "; ".join(map(_said, here.unread)))
        try:
            state, why = self._bring(here)
        except (Conflict, WrongCall, Refused) as error:  # of this dialogue; the others are no worse for it
            state, why = DIFFERS if isinstance(error, Conflict) else LEFT_OUT, error.message
        return Moved(state, here.id, here.uid, why)

    def _bring(self, here: Snapshot) -> tuple[str, str]:
        written = uid_in(here.blobs.get(DIALOGUE, b"")[:HEAD], here.id)
        known = self._ids.get(here.id.casefold())
        if known and known.id != here.id:
            return DIFFERS, f"the id is taken there: {known.id}"
        there = load(self._target, known.uid) if known else None
        if there is not None and not self._is_begun(here, there, written):
            return (DIFFERS, "what is there differs") if differing(here, there) else (THERE, "")
        holder = self._uids.get(written, here.id)
        if holder != here.id and not self._is_doubled(holder, written):
            return DIFFERS, f"its uid is taken there: {holder}"
        if not self._dry_run:
            uid = self._write(here, there, written, holder != here.id)
            if differing(here, load(self._target, uid)):
                return DIFFERS, "what was read back is not what was written"
        self._learn(Row(here.id, written if holder == here.id else f"copy:{here.id}"))
        return COPIED, ""

    def _is_doubled(self, holder: str, written: str) -> bool:
        """Whether the dialogue that has the uid there shares it here as well."""
        return self._ours.get(holder) in (written, f"copy:{holder}")

    def _is_begun(self, here: Snapshot, there: Snapshot, written: str) -> bool:
        """Whether an earlier copy was ended between the two steps that a second dialogue of one uid takes."""
        holder = self._uids.get(written)
        if holder is None or holder == here.id or DIALOGUE not in here.blobs or there.unread:
            return False
        return there.blobs == _headless(here)

    def _write(self, here: Snapshot, there: Snapshot | None, written: str, doubled: bool) -> str:
        """Write it; the uid to read it back by. A uid is given to a new dialogue once, so a second one gets it by a commit."""
        if not doubled:
            self._target.create(written, here.id, here.blobs)
            return written
        older = f"older:{here.id}"
        version = there.version if there else self._target.create(older, here.id, _headless(here))
        self._target.commit(older, version, {DIALOGUE: here.blobs[DIALOGUE]})
        return f"copy:{here.id}"


def _headless(snapshot: Snapshot) -> dict[str, bytes]:
    return {address: data for address, data in snapshot.blobs.items() if address != DIALOGUE}


def differing(here: Snapshot, there: Snapshot | None) -> bool:
    """Whether two are not the same dialogue to the byte; what could not be read is the same as nothing."""
    return there is None or here.id != there.id or here.blobs != there.blobs or bool(here.unread or there.unread)


# --- verify -------------------------------------------------------------------------------------------------------

ONLY_A, ONLY_B, OTHER_ID, OTHER_BYTES, UNREAD_A, UNREAD_B = DIFFERENCES = (
    "only-in-a",
    "only-in-b",
    "other-id",
    "other-bytes",
    "unread-in-a",
    "unread-in-b",
)


class Difference(NamedTuple):
    """One of `DIFFERENCES`. `path` is the file's, empty where it is about the whole dialogue."""

    difference: str
    id: str
    uid: str
    path: str = ""
    detail: str = ""


class Compared(NamedTuple):
    """So many pairs are compared of so many; what the last of them has differently."""

    done: int
    total: int
    differences: list[Difference]


Pair = tuple[Row | None, Row | None]


def verify(a: Store, b: Store) -> Iterator[Compared]:
    """Every difference between two stores, dialogue by dialogue, sorted by id. Writes nothing."""
    found = pairs(_listed(a), _listed(b))
    for done, pair in enumerate(found, 1):
        yield Compared(done, len(found), _compare(*pair, a, b))


def pairs(left: Iterable[Row], right: Iterable[Row]) -> list[Pair]:
    """Which dialogue is which: by id and uid, by id among those that share a uid, by uid, by id. The rest stands alone."""
    ours, theirs = {row.id: row for row in left}, {row.id: row for row in right}
    found: list[Pair] = []
    for by in ("both", "shared", "uid", "id"):
        index = {_key(by, row): row for row in theirs.values()}
        for row in list(ours.values()):
            twin = index.get(_key(by, row))
            if twin is not None and twin.id in theirs and _fits(by, row, twin):
                found.append((ours.pop(row.id), theirs.pop(twin.id)))
    found += [(row, None) for row in ours.values()]
    found += [(None, row) for row in theirs.values()]
    return sorted(found, key=lambda pair: [row.id for row in pair if row])


def _key(by: str, row: Row) -> tuple[str, ...]:
    if by == "both":
        return row.id, row.uid
    return (row.uid,) if by == "uid" else (row.id,)


def _fits(by: str, one: Row, other: Row) -> bool:
    """Who has a uid that several say is up to each store."""
    return by != "shared" or one.uid.startswith("copy:") or other.uid.startswith("copy:")


def _compare(one: Row | None, other: Row | None, a: Store, b: Store) -> list[Difference]:
    here = load(a, one.uid) if one else None
    there = load(b, other.uid) if other else None
    if here is None or there is None:
        alone = here or there
        return [Difference(ONLY_A if here else ONLY_B, alone.id, alone.uid)] if alone else []
    named = [Difference(OTHER_ID, here.id, here.uid, "", there.id)] if here.id != there.id else []
    return named + sorted(_of_files(here, there), key=lambda found: found.path)


def _of_files(here: Snapshot, there: Snapshot) -> Iterator[Difference]:
    for side, snapshot in ((UNREAD_A, here), (UNREAD_B, there)):
        for unread in snapshot.unread:
            yield Difference(side, here.id, here.uid, unread.path, f"{unread.reason} {unread.detail}".strip())
    hidden = {unread.path for unread in (*here.unread, *there.unread)}
    for address in here.blobs.keys() | there.blobs.keys():
        one, other, path = here.blobs.get(address), there.blobs.get(address), path_of(address)
        if one != other and path not in hidden:
            kind = ONLY_B if one is None else ONLY_A if other is None else OTHER_BYTES
            detail = _apart(one, other) if one is not None and other is not None else ""
            yield Difference(kind, here.id, here.uid, path, detail)


def _apart(one: bytes, other: bytes) -> str:
    """Where two texts part, and how long they are."""
    both = min(len(one), len(other))
    at = next((n for n in range(both) if one[n] != other[n]), both)
    return f"from byte {at + 1} on; {len(one)} and {len(other)} bytes"


# --- both ---------------------------------------------------------------------------------------------------------


def load(store: Store, uid: str) -> Snapshot | None:
    """A dialogue, None when it is gone since it was listed."""
    try:
        return store.load(uid)
    except NotFound:
        return None


def _listed(store: Store) -> list[Row]:
    return [Row(entry.id, entry.uid) for entry in store.dialogues()]


def _said(unread: Unread) -> str:
    return f"{unread.path} cannot be read ({unread.reason})"
