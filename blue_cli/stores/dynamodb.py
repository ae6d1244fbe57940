"""Dialogues in a table of DynamoDB: for when many machines write. Loading a dialogue is one query.

`dynamo_items` says what lies where, `dynamo_commit` in which order it is written. A reader trusts no query to be of one
moment: what does not fit together is read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

from blue_cli.dialogue.ids import DIALOGUE, UID, is_name, uid_in
from blue_cli.errors import BlueError, Conflict, NotFound, Unavailable
from blue_cli.stores import dynamo_projection
from blue_cli.stores.base import Entry, Facts, Row, Snapshot, Stale, count
from blue_cli.stores.dynamo_commit import Writer, check_format
from blue_cli.stores.dynamo_items import DIRECTORY, FORMAT, META, ROW_OF_FORMAT, Operation, Torn, View, partition, view_of
from blue_cli.stores.dynamo_url import target_of
from blue_cli.stores.dynamo_wire import Wire
from blue_cli.stores.keys import HEAD, STRAIGHT, Keys
from blue_cli.stores.limits import check_id, check_uid, paths_of
from blue_cli.stores.projecting import Asked, Condition, Projector
from blue_cli.stores.sealed import holds_seal

Answer = TypeVar("Answer")

ENGINE = "DynamoDB"
TEARS = 12  # readings of a dialogue that others keep writing to
MOVES = 12  # tries of what somebody else's rename came between


def open_url(url: str, root: str) -> DynamoStore:
    """The store that `dynamodb://TABLE?region=REGION` names. Asks nothing yet."""
    return DynamoStore(url)


def prepare(url: str, root: str) -> bool:
    """Make the table where it is missing; whether it was made. Safe to run again, and by two at once."""
    from blue_cli.stores.dynamo_table import prepare as make

    return make(Wire(target_of(url)))


def describe(url: str, root: str) -> Facts:
    """What there is, read from one end to the other. A table that is not there is not `ready`."""
    from blue_cli.stores.dynamo_table import is_there

    store = DynamoStore(url)
    if not is_there(store.wire):
        return Facts(ENGINE, False)
    return count(store, ENGINE)._replace(format=FORMAT)


class DynamoStore:
    """The dialogues of one table. Safe for threads. Raises, besides what the contract says, `WrongCall` for a URL that is
    none and for a missing boto3, and `Unavailable` for a table of a newer form."""

    forkable = False  # connections cannot be shared by two processes
    texts = False  # its projection answers no question about what was said word for word
    projector: Callable[[], Projector] | None = None  # what keeps the projection current, where there is one

    def __init__(self, url: str, wire: Wire | None = None) -> None:
        self.wire = wire or Wire(target_of(url))
        self._last: View | None = None  # what was read last: the next commit is likely to expect it

    def dialogues(self) -> Iterable[Entry]:
        """Every dialogue once, sorted by id: one partition, read as it is now."""
        rows = {item["sk"]["S"]: item for item in self.wire.query(DIRECTORY)}
        check_format(rows.pop(ROW_OF_FORMAT, None))
        found = (Row(item.get("id", {}).get("S", ""), item.get("uid", {}).get("S", "")) for item in rows.values())
        return sorted(row for row in found if is_name(row.id) and row.uid)

    def by_id(self, id: str) -> Row | None:
        """The dialogue of exactly this id: one item of the directory."""
        row = self._row(id) if is_name(id) else None
        return row if row and row.id == id else None

    def load(self, uid: str) -> Snapshot:
        """The whole dialogue, or `NotFound`. One query; a second one for `older:ID` of a dialogue that has another uid."""
        view = self._found(uid, self._view)
        self._last = view
        return Snapshot(view.uid, view.id, dict(view.blobs), view.version, view.unread)

    def stamp(self, uid: str) -> str:
        """Its id and its version (`base.stamp`). One item; what `load` asks when it is not under that uid."""
        meta = self.wire.get(partition(uid), META) or {}
        id, version = (meta.get(name, {}).get("S") for name in ("id", "v"))
        if id and version:
            return f"{id} {version}"
        view = self._found(uid, self._view)
        return f"{view.id} {view.version}"

    def commit(self, uid: str, expect: str, puts: Mapping[str, bytes], deletes: Iterable[str] = ()) -> str:
        """Write all if the version is still `expect`, else `Stale`; the new version. One transaction for up to 92 files."""
        deletes = tuple(deletes)
        paths_of(puts, deletes)
        for _ in range(MOVES):
            view = self._expected(uid, expect)
            changes = _changes(view.blobs, puts, deletes)
            if not changes and self._still(view):
                return expect
            done = self._write(view, changes) if changes else None
            if done is not None:
                self._last = done
                self._follow(done)
                return done.version
        raise _stale(view.id)

    def create(self, uid: str, id: str, puts: Mapping[str, bytes]) -> str:
        """Make a dialogue; `Conflict` when the uid or the id (by casefold) is taken."""
        paths_of(puts, ())
        check_id(id, ())
        check_uid(uid, id, puts, Keys(lambda _: b""), ())
        writer = Writer(self.wire)
        for _ in range(MOVES):
            made = writer.create(uid, id, puts)
            if made is not None:
                self._last = made
                self._follow(made)
                return made.version
            check_format(self.wire.get(DIRECTORY, ROW_OF_FORMAT))
            row = self._row(id)
            check_id(id, [row.id] if row else ())
            writer.clear(uid)
            if self.wire.get(partition(uid), META):
                raise Conflict(f"a dialogue has this uid already: {uid}", fix="mint a new uid")
        raise Conflict(f"somebody else made {id} or renamed something to it just now", fix="run the same command again")

    def rename(self, uid: str, id: str) -> None:
        """Give a dialogue another id; `NotFound`, or `Conflict` when the id is taken. A uid that names the id changes too."""
        for _ in range(MOVES):
            view = self._found(uid, self._view)
            check_id(id, ())
            if id == view.id or self._renamed(view, id):
                self._last = None
                self._follow(None, f"{uid.partition(':')[0]}:{id}" if uid.startswith(STRAIGHT) else uid)
                return
            row = self._row(id)
            if row is not None and row.uid == view.uid:
                return  # a lost reply: it was done
            check_id(id, [row.id] if row and row.uid != view.uid else ())
        raise Conflict(f"somebody else kept renaming {view.id}", fix="run the same command again")

    def close(self) -> None:
        """End the connections."""
        self.wire.close()

    # --- the projection ---

    def begin_projection(self, projector: Projector) -> list[str]:
        """Make it where it is missing; the uids of the dialogues whose rows are missing or old."""
        return dynamo_projection.begin(self.wire, projector, list(self.dialogues()))

    def project(self, key: str, projector: Projector) -> None:
        """Write the rows of one dialogue anew, by its uid. One that is gone by now has none."""
        with suppress(NotFound):
            for _ in range(MOVES):  # somebody may write to it meanwhile; then it is behind, or theirs
                if dynamo_projection.write(self.wire, projector, self.load(key)):
                    return

    def drop_projection(self, projector: Projector) -> bool:
        """Take it away; whether there was one."""
        return dynamo_projection.drop(self.wire, projector, list(self.dialogues()))

    def condition(self, projector: Projector) -> Condition:
        """How it stands with it."""
        return dynamo_projection.condition(self.wire, projector, list(self.dialogues()))

    def moment(self, work: Callable[[Asked], Answer]) -> Answer:
        """What `work` answers, of each dialogue as it is now. One request where there is no projection of this form."""
        from blue_cli.stores.dynamo_moment import moment

        projector = self.projector and self.projector()
        if projector is None or dynamo_projection.form_of(self.wire) != dynamo_projection.form(projector):
            return moment(self.wire, None, "", (), work)
        return moment(self.wire, projector, dynamo_projection.form(projector), self.dialogues(), work)

    def _follow(self, view: View | None, uid: str = "") -> None:
        """Have the projection follow a write. Without a projection it is one request. The write stands whatever happens here:
        rows that are old say so, and what must not stay readable went before (`_rowless`)."""
        if self.projector is None:
            return
        with suppress(BlueError):
            projector = self.projector()
            if dynamo_projection.form_of(self.wire) == dynamo_projection.form(projector):
                view = view or self._found(uid, self._view)
                snapshot = Snapshot(view.uid, view.id, dict(view.blobs), view.version, view.unread)
                dynamo_projection.write(self.wire, projector, snapshot)

    # --- reading ---

    def _found(self, uid: str, read: Callable[[str], View | None]) -> View:
        """The dialogue that a uid means: its own, or `older:ID` and `copy:ID` of any."""
        prefix, _, id = uid.partition(":")
        named = f"{prefix}:" in STRAIGHT and is_name(id)
        for _ in range(MOVES if named else 1):
            view = read(uid) if named or UID.fullmatch(uid) else None
            row = self._row(id) if view is None and named else None
            if row is not None and row.id == id and row.uid != uid:
                view = read(row.uid)
            if view is not None:
                return view
            if row is None or row.id != id:
                break
        raise NotFound(f"no such dialogue: {uid}")

    def _view(self, uid: str) -> View | None:
        """A dialogue of one moment. A query may span a commit of somebody else; then it is made again."""
        versions = set()
        for turn in range(TEARS):
            self.wire.wait(turn)
            items = list(self.wire.query(partition(uid)))
            meta = next((item for item in items if item["sk"]["S"] == META), None)
            check_format(meta)
            try:
                return view_of(uid, items)
            except Torn:
                versions.add(str(meta and meta.get("v")))
        if len(versions) == 1:
            why = "items are missing or were changed by something that is not blue"
            raise Unavailable(f"the items of {uid} do not fit together", why=why, fix="restore the table from a backup")
        raise Conflict(f"{uid} kept changing while it was read", fix="run the same command again")

    def _row(self, id: str) -> Row | None:
        """What the directory says of an id, or of its twin."""
        item = self.wire.get(DIRECTORY, id.casefold())
        return Row(item["id"]["S"], item["uid"]["S"]) if item and item.keys() >= {"id", "uid"} else None

    # --- writing ---

    def _expected(self, uid: str, expect: str) -> View:
        """The dialogue as of the version expected, without a request when it was read last; else `Stale`."""
        last = self._last
        if last is not None and (last.uid, last.version) == (uid, expect):
            self._last = None  # what is kept after a failure would be believed again
            return last
        view = self._found(uid, self._view)
        if view.version != expect:
            raise _stale(view.id)
        return view

    def _still(self, view: View) -> bool:
        """Whether the dialogue has this version: a commit that changes nothing still must expect what there is."""
        meta = self.wire.get(partition(view.uid), META)
        return meta is not None and meta.get("v") == {"S": view.version}

    def _write(self, view: View, changes: Mapping[str, bytes | None]) -> View | None:
        """The dialogue with these changes; None when it is not as `view` shows it by now."""
        writer, uid = Writer(self.wire), self._uid_after(view, changes)
        if uid != view.uid:
            return writer.move(view, uid, view.id, {**view.blobs, **changes}, version=None, still=self._rowless(view))
        seals = not holds_seal(view.blobs) and holds_seal({a: data for a, data in changes.items() if data is not None})
        return writer.commit(view, changes, self._rowless(view) if seals else ())

    def _rowless(self, view: View) -> Sequence[Operation]:
        """Take the rows away of a dialogue that is sealed, or leaves its partition, and have the transaction that does it fail if
        there are some again: what cannot be cleared is not sealed."""
        dynamo_projection.clear(self.wire, view.uid)
        return [dynamo_projection.none_of(view.uid)]

    def _uid_after(self, view: View, changes: Mapping[str, bytes | None]) -> str:
        """The uid that it answers to from then on: as `dialogue.md` says, `copy:ID` if somebody else has that one."""
        if DIALOGUE not in changes:
            return view.uid
        uid = uid_in((changes[DIALOGUE] or b"")[:HEAD], view.id)
        if uid == view.uid:
            return uid
        Writer(self.wire).clear(uid)
        return f"copy:{view.id}" if self.wire.get(partition(uid), META) else uid

    def _renamed(self, view: View, id: str) -> bool:
        writer = Writer(self.wire)
        prefix = f"{view.uid.partition(':')[0]}:"
        if prefix in STRAIGHT:
            return writer.move(view, f"{prefix}{id}", id, view.blobs, view.version, self._rowless(view)) is not None
        return writer.rename(view, id)


def _changes(before: Mapping[str, bytes], puts: Mapping[str, bytes], deletes: Iterable[str]) -> dict[str, bytes | None]:
    """What is really different afterwards."""
    gone: dict[str, bytes | None] = {address: None for address in deletes if address in before}
    return {a: data for a, data in puts.items() if a not in set(deletes) and before.get(a) != data} | gone


def _stale(id: str) -> Stale:
    return Stale(f"{id} was changed by someone else", fix="run the same command again")
