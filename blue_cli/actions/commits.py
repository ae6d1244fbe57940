"""What the commits that touched a dialogue tell about it: which one added, edited, removed or renumbered what.

Contributions are only ever added, so for nearly everything the commit in which something happened is the one that added the
file it stands in: one listing of the commits and one fold of the newest state answer. Only where a commit edited or removed
a text is the dialogue folded before and after it, to see what that changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from blue_cli.actions.load import fold
from blue_cli.dialogue import delta, frontmatter
from blue_cli.dialogue.delta import body, event_key
from blue_cli.dialogue.document import read
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import address_of, path_of, uid_in
from blue_cli.dialogue.model import Event
from blue_cli.dialogue.sources import FOLDER
from blue_cli.errors import NotFound
from blue_cli.git.past import Commit, FileChange
from blue_cli.stores.base import Store

FOLDS = 200  # commits that edited or removed a text whose dialogue is folded before and after
HEAD = path_of("dialogue")
_TEXTS = ("contribution/", "ruling/", "verdict/")


class Past(Protocol):
    """What is asked of git (`git.past.Past`)."""

    def commits(self, ids: Sequence[str]) -> list[Commit]: ...
    def moves(self, commit: Commit) -> list[FileChange]: ...
    def blobs(self, oids: Sequence[str]) -> list[bytes | None]: ...


class Touch(NamedTuple):
    """A commit as one dialogue saw it. `changes` are by path in its folder, whatever the folder was called; `moved` is the
    id it had before this commit, "" when it kept it."""

    commit: Commit
    id: str
    changes: tuple[FileChange, ...]
    moved: str = ""


class Tale(NamedTuple):
    """The commits of a dialogue, oldest first, and what they tell.

    births    path in the folder → the commit that added it (the last one, where it was removed in between)
    appeared  (entity, event) → the commit whose edit made it, where that was no new file
    gone      (commit, entity, event) of what an edit or a removal took away
    graphs    older graphs, newest first, that have what is gone
    whole     False when there were more edits than are looked at
    """

    touches: tuple[Touch, ...]
    births: dict[str, int]
    appeared: dict[tuple[str, tuple[object, ...]], int]
    gone: tuple[tuple[int, str, Event, Graph], ...]
    edits: tuple[tuple[int, str, str], ...]
    renumbered: tuple[tuple[int, str, str, str], ...]
    graphs: tuple[Graph, ...]
    whole: bool


def touches(past: Past, id: str, uid: str) -> list[Touch]:
    """Every commit that touched the dialogue, oldest first, also under the names that its folder had before."""
    ids = [id]
    while True:
        found, first = _walk(past, past.commits(ids), ids, uid)
        before = _named_before(past, first, ids[-1], uid) if first else ""
        if not before or before in ids:
            return found[::-1]
        ids.append(before)


def _walk(past: Past, commits: Iterable[Commit], ids: Sequence[str], uid: str) -> tuple[list[Touch], Commit | None]:
    """Newest first: each commit's changes of the folder as it was called then; and the commit that began the oldest name.

    It ends where another dialogue of that name was removed or renamed.
    """
    found: list[Touch] = []
    at, began = 0, None
    for commit in commits:
        own = _inside(commit.changes, ids[at])
        older = _inside(commit.changes, ids[at + 1]) if at + 1 < len(ids) else {}
        if older and own and any(change.status == "D" for change in older.values()) and _arrives(own):
            found.append(Touch(commit, ids[at], tuple(_joined(own, older)), ids[at + 1]))
            at += 1
        elif own and _is_another(past, own.get(HEAD), uid):
            break
        elif own:
            found.append(Touch(commit, ids[at], tuple(own.values())))
        began = commit if own and _arrives(own) else began
    return found, began if at == len(ids) - 1 else None


def _is_another(past: Past, head: FileChange | None, uid: str) -> bool:
    """Whether what a commit removed was the `dialogue.md` of another dialogue."""
    if head is None or head.status != "D":
        return False
    return uid_in(past.blobs([head.old])[0] or b"", "") not in (uid, "older:")


def _arrives(changes: dict[str, FileChange]) -> bool:
    """Whether the folder began with this commit, as far as can be seen."""
    head = changes.get(HEAD)
    return head.status == "A" if head else any(change.status == "A" for change in changes.values())


def _inside(changes: Iterable[FileChange], id: str) -> dict[str, FileChange]:
    prefix = f"{FOLDER}{id}/"
    return {c.path.removeprefix(prefix): c._replace(path=c.path.removeprefix(prefix)) for c in changes if c.path.startswith(prefix)}


def _joined(own: dict[str, FileChange], older: dict[str, FileChange]) -> Iterable[FileChange]:
    """What a renaming changed besides the name."""
    for path in sorted({*own, *older}):
        new, old = own.get(path), older.get(path)
        if new and old and new.status == "A" and old.status == "D":
            if new.new != old.old:
                yield FileChange("M", path, old.old, new.new)
        elif new:
            yield new
        elif old and old.status == "D":
            yield old


def _named_before(past: Past, commit: Commit, id: str, uid: str) -> str:
    """The id that a dialogue had before the commit in which its folder first appears; "" when it was new."""
    moved = past.moves(commit)
    new = _inside(moved, id)
    for gone in moved:
        other, _, inside = gone.path.removeprefix(FOLDER).partition("/")
        if gone.status != "D" or other == id or inside not in new:
            continue
        if gone.old == new[inside].new:
            return other
        if inside == HEAD and uid_in(past.blobs([gone.old])[0] or b"", other) == uid:
            return other
    return ""


# --- what edits did ----------------------------------------------------------------------------------------------


def tell(past: Past, at: Callable[[str], Store], id: str, uid: str, native: bool, deep: bool = True) -> Tale:
    """The whole story. `at` gives the dialogues of a commit, opened where a key does that; with `deep` off no text is looked into."""
    found = touches(past, id, uid)
    births: dict[str, int] = {}
    rewriting: list[int] = []
    edits: list[tuple[int, str, str]] = []
    renumbered: list[tuple[int, str, str, str]] = []
    for number, touch in enumerate(found):
        texts = [change for change in touch.changes if not native or address_of(change.path).startswith(_TEXTS)]
        births |= {change.path: number for change in texts if change.status == "A"}
        changed = [(change, _what(past, change)) for change in texts if change.status != "A"]
        edits += [(number, change.path, what) for change, what in changed if what]
        rewriting += [number] if any(what for _, what in changed) else []
        for change, what in changed:
            renumbered += [] if what else [(number, change.path, *pair) for pair in _renumbered(past, change)]
    return _looked_into(at, uid, found, births, rewriting if deep else [], edits, renumbered)


def _what(past: Past, change: FileChange) -> str:
    """removed; edited; "" when only the front matter is another. What is sealed counts as edited: see `_looked_into`."""
    if change.status == "D":
        return delta.REMOVED
    old, new = past.blobs([change.old, change.new])
    return "" if old is not None and new is not None and body(old) == body(new) else delta.EDITED


def _renumbered(past: Past, change: FileChange) -> list[tuple[str, str]]:
    """Display ids that a file has otherwise: before and after."""
    old, new = (frontmatter.read(read(data or b"").front or "")[0].get("ids") for data in past.blobs([change.old, change.new]))
    if not isinstance(old, dict) or not isinstance(new, dict):
        return []
    return [(str(old[key]), str(id)) for key, id in new.items() if key in old and old[key] != id]


def _looked_into(
    at: Callable[[str], Store],
    uid: str,
    found: Sequence[Touch],
    births: dict[str, int],
    rewriting: Sequence[int],
    edits: Sequence[tuple[int, str, str]],
    renumbered: Sequence[tuple[int, str, str, str]],
) -> Tale:
    """Fold before and after each commit that edited or removed a text; the newest ones when there are too many."""
    appeared: dict[tuple[str, tuple[object, ...]], int] = {}
    gone: list[tuple[int, str, Event, Graph]] = []
    graphs: list[Graph] = []
    same: set[int] = set()
    for number in rewriting[-FOLDS:]:
        commit = found[number].commit
        after = _state(at(commit.hash), uid, found[number].id)
        before = [state for parent in commit.parents if (state := _state(at(parent), uid, found[number].moved or found[number].id))]
        is_same = bool(after and before) and all(_texts(one) == _texts(after) for one in before)
        if is_same:
            same.add(number)  # sealed, unsealed or sealed again: not a word of it is another one
            continue
        graphs += before
        had = {key: (event, graph) for graph in before for key, event in _events(graph).items()}
        has = _events(after) if after else {}
        appeared |= {key: number for key in has if key not in had}
        gone += [(number, key[0], event, graph) for key, (event, graph) in had.items() if key not in has]
    told = tuple(edit for edit in edits if edit[0] not in same)
    return Tale(tuple(found), births, appeared, tuple(gone), told, tuple(renumbered), tuple(graphs[::-1]), len(rewriting) <= FOLDS)


def _state(store: Store, uid: str, id: str) -> Graph | None:
    """The dialogue at a commit; None where it was not there. Before it had its uid it is found by its folder."""
    for name in (uid, f"older:{id}"):
        try:
            return fold(store.load(name))
        except NotFound:
            continue
    return None


def _texts(graph: Graph | None) -> list[tuple[str, str]]:
    assert graph is not None
    every = (*graph.sources.files, *graph.sources.rulings, *graph.sources.verdicts)
    return [(s.address, s.text[s.start :]) for s in every]


def _events(graph: Graph) -> dict[tuple[str, tuple[object, ...]], Event]:
    return {(name, event_key(event)): event for name, where in graph.standing.items() for event in where.events}
