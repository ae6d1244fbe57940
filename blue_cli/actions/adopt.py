"""An older dialogue becomes a native one; a copied one gets a uid of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from blue_cli.actions.dialogues import RANDOM_BITS, stamp
from blue_cli.actions.load import fold
from blue_cli.actions.panel import native
from blue_cli.dialogue import adoption, convergence, copies
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import path_of, uuid7
from blue_cli.dialogue.sources import FOLDER
from blue_cli.errors import Conflict
from blue_cli.stores.base import Snapshot, Store, commit_loop
from blue_cli.views.adopted import Adopted

Planned = tuple[Mapping[str, bytes], tuple[str, ...], Adopted]


def adopt(store: Store, uid: str, now: datetime, random: Callable[[int], int], new_uid: bool = False, write: bool = True) -> Adopted:
    """Make an older dialogue a native one in one commit; with `write` off only say how.

    What a native dialogue would take for contributions is put aside in a commit before that one: killed between the
    two, or anywhere in them, the folder still says what it said, and the next run ends the work.

    A native one is left as it is, or with `new_uid` gets a uid of its own. Raises `Refused` when anything would stand
    otherwise afterwards or a file cannot be changed, `Conflict` for a newer format and what cannot be read.
    """
    minted = uuid7(int(now.timestamp() * 1000), random(RANDOM_BITS))

    def plan(snapshot: Snapshot) -> Planned:
        _all_read(snapshot)
        graph = fold(snapshot)
        if graph.meta.native and not new_uid:
            return {}, (), Adopted(snapshot.id, graph.meta.uid, False)
        puts, deletes, done = _copied(snapshot, graph, minted) if graph.meta.native else _older(snapshot, graph, minted, now)
        return (puts, deletes, done) if write else ({}, (), done)

    done = commit_loop(store, uid, plan)
    if not (done.moved and write):
        return done
    return commit_loop(store, uid, plan)._replace(moved=done.moved)


def _all_read(snapshot: Snapshot) -> None:
    """What nobody has read cannot be shown to be the same afterwards."""
    for entry in snapshot.unread:
        if entry.path.endswith(".md"):
            path = f"{FOLDER}{snapshot.id}/{entry.path}"
            raise Conflict(f"{path} was not read: {entry.reason}", why="nothing is changed around it", fix="look at it, and move it away")


def _older(snapshot: Snapshot, graph: Graph, uid: str, now: datetime) -> Planned:
    made = adoption.plan(graph, snapshot.blobs, uid, stamp(now))
    counts = {status: n for status, n in graph.counts("T").items() if n}
    status = convergence.status(graph), convergence.status(made.after)
    done = Adopted(snapshot.id, uid, True, _changes(snapshot, made.puts), made.moved, counts, status)
    return (made.aside, made.deletes, done) if made.moved else (made.puts, (), done)


def _copied(snapshot: Snapshot, graph: Graph, uid: str) -> Planned:
    puts = copies.with_uid(snapshot.blobs, uid)
    status = convergence.status(native(graph))
    return puts, (), Adopted(snapshot.id, uid, True, _changes(snapshot, puts), status=(status, status))


def _changes(snapshot: Snapshot, puts: Mapping[str, bytes]) -> tuple[tuple[str, bytes, bytes], ...]:
    folder = f"{FOLDER}{snapshot.id}/"
    return tuple((folder + path_of(a), snapshot.blobs.get(a, b""), data) for a, data in sorted(puts.items()))
