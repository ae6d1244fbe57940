"""The composition root: find `.blue`, read the settings, choose the store, find the dialogue that is meant.

<root>/.blue/config.toml      the repository's settings, a stranger's until `blue trust`
<root>/.blue/dialogues/…      read through a store, never here
user_config_path()            the user's settings
trust_path()                  what this user trusts
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from blue_cli.actions import choosing
from blue_cli.config import FLAG, Config, Value
from blue_cli.errors import Finding, WrongCall
from blue_cli.settings import FOLDER as FOLDER
from blue_cli.settings import SETTINGS as SETTINGS
from blue_cli.settings import find_root as find_root
from blue_cli.settings import read_all, state_path
from blue_cli.settings import read_settings as read_settings
from blue_cli.settings import settings_path as settings_path
from blue_cli.settings import trust_path as trust_path
from blue_cli.settings import user_config_path as user_config_path
from blue_cli.settings import writers_path as writers_path
from blue_cli.stores.base import Facts, Row, Store
from blue_cli.stores.lastseen import LastSeen
from blue_cli.stores.sealed import Sealed, nobody

if TYPE_CHECKING:
    from blue_cli.actions.projected import Projection
    from blue_cli.crypto.keyring import KeyRing
    from blue_cli.crypto.keys.base import KeyProvider
    from blue_cli.git.objects import Objects
    from blue_cli.git.repo import Commit, Repository
    from blue_cli.stores.gitindex import GitIndex
    from blue_cli.stores.gitrev import GitRevision
    from blue_cli.stores.projecting import Projector

RECORD = ".dialogue.recorded.md"


Ask = Callable[[str], str]  # a question on the terminal to the answer, which is not shown


class Closing(Protocol):
    """What is started, and has to be ended."""

    def close(self) -> None: ...


class Workspace:
    """A workspace opened. `root` is the absolute path of the folder that holds `.blue`; `given` a store from outside.

    `ask` is how a person is asked for a passphrase, None where there is nobody to ask.
    """

    def __init__(self, root: str, config: Config, given: Store | None, warnings: Sequence[Finding], env: Mapping[str, str] = {}) -> None:
        self.root = root
        self.config = config
        self.warnings = tuple(warnings)
        self.ask: Ask | None = None
        self.notes: list[str] = []  # what the store of sealed dialogues has to tell the user
        self._env = env
        self._given = given
        self._travelled = False
        self._opened: list[Closing] = []  # what was started, to be ended
        self._watcher: Callable[[Store], Store] = lambda store: store
        self._shown: dict[tuple[str, str], str] = {}

    @cached_property
    def raw_store(self) -> Store:
        """Where the dialogues lie, as they lie there: sealed ones sealed. Only key operations work on it."""
        if self._given is not None:
            return self._given
        return self.store_at(self.config["store"])

    def store_at(self, url: str) -> Store:
        """The store that a URL names, as it lies there; `files:` are those of this workspace. It is ended with the workspace."""
        from blue_cli.stores.registry import open_store

        store: Any = open_store(url, self.root)
        if hasattr(store, "projector"):
            store.projector = _projector
        if hasattr(store, "close"):
            self._opened.append(store)
        opened: Store = store
        return opened

    @cached_property
    def projection(self) -> Projection | None:
        """What may answer a question to all dialogues without opening each; None where the store cannot have such a thing."""
        store: Any = self.raw_store
        if not hasattr(store, "moment"):
            return None
        from blue_cli.actions.projected import Projection

        return Projection(store, lambda uid, id: self._seen is not None and self._seen.was_sealed(uid, id))

    def prepare_store(self) -> bool:
        """Make the tables of the store that the settings name; whether anything was made."""
        from blue_cli.stores.registry import prepare

        return prepare(self.config["store"], self.root)

    def describe_store(self) -> Facts:
        """What the store that the settings name says of itself."""
        from blue_cli.stores.registry import describe

        return describe(self.config["store"], self.root)

    @cached_property
    def opened(self) -> Sealed:
        """The dialogues in plaintext, where a key opens them."""
        return Sealed(self.raw_store, lambda: self.keyring, self._seen, notes=self.notes)

    @cached_property
    def store(self) -> Store:
        """What commands read and write. `Tampered` where a seal does not hold."""
        return self._watcher(self.opened)

    @cached_property
    def examined(self) -> Store:
        """As `store`, for `check`: a seal that does not hold is reported, not raised."""
        return self._watcher(Sealed(self.raw_store, lambda: self.keyring, self._seen, lenient=True, notes=self.notes))

    @cached_property
    def public(self) -> Store:
        """As `store`, but as somebody without any key reads it: no provider is asked, whatever keys there are."""
        return self._watcher(Sealed(self.raw_store, nobody, self._seen))

    # --- git ---

    @cached_property
    def repository(self) -> Repository:
        """The git repository around this workspace. `Unavailable` when there is none, or no git; `WrongCall` where dialogues
        are no files."""
        from blue_cli.git.repo import Repository

        self._need_files("this")
        return Repository.find(self.root, self._env)

    def past(self, what: str) -> Repository:
        """The repository for a question about commits, `what` asks it. `WrongCall` where dialogues are no files in one."""
        self._need_files(what)
        return self.repository

    def _need_files(self, what: str) -> None:
        if (self._given is not None and not self._travelled) or str(self.config["store"]).partition(":")[0] != "files":
            raise WrongCall(f"{what} needs dialogues that are files in a git repository", why="this store keeps no commits")

    def travel(self, word: str) -> Commit:
        """Read from the commit that a revision or a date means, and from nothing else, from now on.

        `NotFound` for an unknown one, and what `repository` raises.
        """
        found = self.past("--at").resolve(word)
        self._given = self._commit_store(found.hash)
        self._travelled = True
        return found

    def examined_at(self, commit: str) -> Store:
        """As `examined`, but of a commit (a hash)."""
        return Sealed(self._commit_store(commit), lambda: self.keyring, lenient=True)

    def as_of(self, commit: str) -> tuple[Store, GitRevision]:
        """The dialogues of a commit (a hash), in plaintext where a key opens them; and as they lie there."""
        raw = self._commit_store(commit, self.repository.shared)
        return self.unsealed(raw), raw

    def unsealed(self, raw: Store) -> Store:
        """A store that is no work tree, in plaintext where a key opens it."""
        return Sealed(raw, lambda: self.keyring, notes=self.notes)

    def staged(self, cwd: str) -> tuple[GitIndex, Store]:
        """What the next commit would hold, and the same with sealed dialogues opened. A hook runs in the folder `cwd`, and
        the index that it was given is the one."""
        from blue_cli.git.repo import Repository
        from blue_cli.stores.gitindex import GitIndex
        from blue_cli.stores.lastseen import Recalled

        self._need_files("--staged")
        index = GitIndex(Repository.find(self.root, self._env, inside_hook=True, cwd=cwd))
        self._opened.append(index)
        seen = Recalled(os.path.join(state_path(self._env), "sealed"), self.root, self._commit)
        return index, Sealed(index, lambda: self.keyring, seen, lenient=True, notes=self.notes)

    def _commit_store(self, commit: str, objects: Objects | None = None) -> GitRevision:
        from blue_cli.stores.gitrev import GitRevision

        store = GitRevision(self.repository, commit, objects)
        self._opened.append(store)
        return store

    def close(self) -> None:
        """End what was started for this workspace."""
        for store in self._opened:
            store.close()

    @cached_property
    def keyring(self) -> KeyRing:
        """The keys that the settings name. Nothing is read before a sealed dialogue asks for one."""
        from blue_cli.crypto.keyring import KeyRing

        return KeyRing([self.provider(url) for url in self.config["keys"]])

    @property
    def has_keys(self) -> bool:
        """Whether anything has asked for the keys yet."""
        return "keyring" in vars(self)

    def provider(self, url: str) -> KeyProvider:
        """The key provider that a URL names. `WrongCall` when it names none."""
        from blue_cli.crypto.keys.registry import provider

        return provider(url, self._env, self.ask)

    @property
    def _seen(self) -> LastSeen | None:
        """What this clone remembers; nothing of it holds for an older commit."""
        return None if self._travelled else self.last_seen

    @cached_property
    def last_seen(self) -> LastSeen:
        """What this clone has seen of sealed dialogues."""
        return LastSeen(os.path.join(state_path(self._env), "sealed"), self.root, self._commit)

    def _commit(self) -> str:
        """The commit that is checked out here, as people name it; empty without git."""
        from blue_cli.git.repo import head

        return head(self.root)

    def watch(self, watcher: Callable[[Store], Store]) -> None:
        """Put something between the commands and the store that tells how far a long reading has come."""
        self._watcher = watcher

    @property
    def processes(self) -> int:
        """Over how many processes a question to all dialogues may be spread: only the files store can be shared by fork."""
        return 2 if getattr(self.store, "forkable", False) else 1

    def shown(self, path: str, cwd: str) -> str:
        """A path that is relative to the root as seen from a folder: what a terminal can click on.

        Findings come by the thousand and lie in few folders, so a folder is looked at once.
        """
        folder, _, name = path.rpartition("/")
        if (folder, cwd) not in self._shown:
            self._shown[folder, cwd] = self._seen_from(cwd, folder)
        seen = self._shown[folder, cwd]
        if seen.endswith("..") or not name.strip("."):  # what holds the folder where the user is may be the path itself
            return self._seen_from(cwd, path)
        return name if seen == "." else f"{seen}/{name}"

    def _seen_from(self, cwd: str, path: str) -> str:
        return os.path.relpath(os.path.join(self.root, path), os.path.abspath(cwd)).replace(os.sep, "/")

    def single_file_records(self) -> int:
        """How many older single-file dialogues lie in `.blue/docs/dialogues`; 0 where there is no such folder."""
        folder = os.path.join(self.root, FOLDER, "docs", "dialogues")
        if self._travelled:
            return 0
        try:
            return sum(1 for entry in os.scandir(folder) if entry.name.endswith(RECORD) and entry.is_file(follow_symlinks=False))
        except OSError:
            return 0

    def find(self, wanted: str) -> Row:
        """The dialogue of this id, slug or unique beginning of either. `NotFound`, or `WrongCall` with the candidates."""
        return choosing.find(self.store, wanted)

    def only_open(self) -> Row:
        """The one dialogue that is open. `NotFound` when there is none at all, `WrongCall` when it is not only one."""
        return choosing.only_open(self.store)


def _projector() -> Projector:
    """What makes rows of a dialogue; loaded by the first write to a store that holds a projection."""
    from blue_cli.actions.projecting import Graphs

    return Graphs()


# --- which workspace -----------------------------------------------------------------------------------------


def open_workspace(cwd: str, env: Mapping[str, str], store: Store | None = None, url: str = "") -> Workspace:
    """The workspace around a folder. With a store from outside no `.blue` is needed. `NotFound` when there is none.

    `url` is what --store said; it is stronger than every setting, and than a store from outside.
    """
    store = None if url else store
    root = os.path.abspath(cwd) if store is not None else find_root(cwd)
    values, findings = read_all(root, env, {"store": Value(url, FLAG)} if url else {})
    return Workspace(root, values, store, findings, env)
