"""The dialogues of a commit: what `--at` reads. Nothing is checked out, and nothing can be written."""

from __future__ import annotations

from blue_cli.dialogue.ids import is_name
from blue_cli.git.listing import FOLDER, Item
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
