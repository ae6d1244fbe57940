"""The dialogues of the index: the next commit as it would be. Nothing is written, and no file of the work tree read."""

from __future__ import annotations

from collections.abc import Iterable

from blue_cli.git.listing import FILES, UNKNOWN, Change, Item
from blue_cli.git.repo import Repository
from blue_cli.stores.gitblobs import FILE_OF_DIALOGUE, GitStore, Items, by_dialogue
from blue_cli.stores.place import PATH

# The hash of nothing at all, by either algorithm.
EMPTY = frozenset({"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"})


class GitIndex(GitStore):
    """`.blue/dialogues` as it is in the index of a repository, which a hook may have been given by name.

    `touched` are the ids of the dialogues in which the index differs from the commit that is checked out, and `named`
    those of them whose `dialogue.md` does. Raises `Unavailable` when git cannot read it.
    """

    def __init__(self, repository: Repository) -> None:
        super().__init__(repository.objects())
        head = repository.head()
        changes = repository.staged(PATH, head)
        found = list(by_dialogue((change.path, change.item or Item("", "")) for change in changes))
        self.touched = frozenset(id for id, _, _ in found)
        self.named = frozenset(id for id, inside, _ in found if inside == FILE_OF_DIALOGUE)
        listed = repository.index(PATH)
        absent = _only_meant(listed, changes, repository, head)
        self._items: dict[str, dict[str, Item]] = {}
        self._measured = False
        for id, inside, item in by_dialogue(entry for entry in listed if entry[0] not in absent):
            self._items.setdefault(id, {})[inside] = item

    def ids(self) -> list[str]:
        """The ids under which anything is in the index."""
        return sorted(self._items)

    def items(self, id: str) -> Items:
        """What one dialogue holds, with the sizes that a listing of the index does not have."""
        items = self._items.get(id, {})
        if any(_unmeasured(item) for item in items.values()):  # whoever asks about a second dialogue asks about more
            self._measure(self._items.values() if self._measured else [items])
            self._measured = True
        return items

    def _measure(self, folders: Iterable[dict[str, Item]]) -> None:
        unknown = [(items, path, item) for items in folders for path, item in items.items() if _unmeasured(item)]
        for (items, path, item), size in zip(unknown, self._objects.sizes([item.oid for *_, item in unknown]), strict=True):
            items[path] = item._replace(size=size)

    def version(self, id: str) -> str:
        """As of a commit's tree: nothing but paths and hashes."""
        from hashlib import sha256

        return sha256(repr(sorted(self._items[id].items())).encode("utf-8", "surrogateescape")).hexdigest()


def _unmeasured(item: Item) -> bool:
    return item.size == UNKNOWN and item.mode in FILES and not item.stage


def _only_meant(listed: Iterable[tuple[str, Item]], changes: Iterable[Change], repository: Repository, head: str | None) -> set[str]:
    """The paths that `git add --intent-to-add` put there: no commit would hold them.

    They look like empty files, and unlike those they are neither changed against the commit nor in it; one that the
    commit has counts as deleted.
    """
    empty = {path for path, item in listed if item.oid in EMPTY and not item.stage}
    if not empty:
        return empty
    added = {change.path for change in changes if change.item is not None}
    deleted = {change.path for change in changes if change.item is None}
    kept = repository.tree(head, PATH).keys() if head else set()
    return empty - added - (kept - deleted)
