"""The dialogues of a commit: what `--at` reads. Nothing is checked out, and nothing can be written."""

from __future__ import annotations

from collections.abc import Sequence

from blue_cli.dialogue.ids import is_name
from blue_cli.git.listing import FILES, FOLDER, Change, Item
from blue_cli.git.objects import Objects
from blue_cli.git.repo import Repository
from blue_cli.stores.gitblobs import GitStore, Items, by_dialogue
from blue_cli.stores.place import PATH


class GitRevision(GitStore):
    """`.blue/dialogues` as it is in a commit (a full hash). Raises `Unavailable` when git cannot read it.

    A listing reads one tree; a dialogue costs the listing of its own tree and one reading of its blobs. Whoever asks
    for a second dialogue gets all trees listed at once, so that git is not started for each.
    """

    def __init__(self, repository: Repository, commit: str, objects: Objects | None = None) -> None:
        super().__init__(objects or repository.objects())
        self._repository = repository
        self._commit = commit
        self._folders: dict[str, Item] | None = None
        self._items: dict[str, dict[str, Item]] = {}
        self._complete = False

    def ids(self) -> list[str]:
        """The folders with a name that FORMAT.md allows."""
        return sorted(self._trees())

    def items(self, id: str) -> Items:
        """What one dialogue's tree holds."""
        if id not in self._items and not self._complete:
            self._complete = bool(self._items)
            place = PATH if self._complete else f"{PATH}/{id}"
            self._items.setdefault(id, {})
            for owner, inside, item in by_dialogue(self._repository.tree(self._commit, place).items()):
                self._items.setdefault(owner, {})[inside] = item
        return self._items.get(id, {})

    def version(self, id: str) -> str:
        """The hash of the dialogue's tree."""
        return self._trees()[id].oid

    def _trees(self) -> dict[str, Item]:
        if self._folders is None:
            found = self._repository.tree(self._commit, PATH, deep=False)
            named = {path.removeprefix(PATH + "/"): item for path, item in found.items()}
            self._folders = {id: item for id, item in named.items() if item.mode == FOLDER and is_name(id)}
        return self._folders


class GitSuccessor(GitStore):
    """The dialogues of a commit, known from another commit and what differs between them: its trees are not listed again.

    `changes` are all that differ under the folder of the dialogues.
    """

    def __init__(self, before: GitRevision, changes: Sequence[Change], objects: Objects) -> None:
        super().__init__(objects)
        self._before = before
        self._changes: dict[str, dict[str, Item | None]] = {}
        for change in changes:
            for id, inside, item in by_dialogue([(change.path, change.item or _GONE)]):
                self._changes.setdefault(id, {})[inside] = None if item is _GONE else item
        self._items: dict[str, dict[str, Item]] = {}

    def ids(self) -> list[str]:
        """The folders in which anything is left, or has come."""
        return sorted(id for id in {*self._before.ids(), *self._changes} if id not in self._changes or self.items(id))

    def items(self, id: str) -> Items:
        """What one dialogue holds. The sizes of what has changed are asked for: a difference does not say them."""
        changes = self._changes.get(id)
        if changes is None:
            return self._before.items(id)
        if id not in self._items:
            new = {inside: item for inside, item in changes.items() if item is not None}
            sizes = self._objects.sizes([item.oid for item in new.values() if item.mode in FILES])
            items = {inside: item for inside, item in self._before.items(id).items() if inside not in changes} | new
            files = (inside for inside, item in new.items() if item.mode in FILES)
            items |= {inside: items[inside]._replace(size=size) for inside, size in zip(files, sizes, strict=True)}
            self._items[id] = items
        return self._items[id]

    def version(self, id: str) -> str:
        """As of a commit's tree: nothing but paths and hashes."""
        from hashlib import sha256

        return sha256(repr(sorted(self.items(id).items())).encode("utf-8", "surrogateescape")).hexdigest()


_GONE = Item("", "")
