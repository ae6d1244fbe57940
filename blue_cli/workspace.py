"""The composition root: find `.blue`, read the settings, choose the store, find the dialogue that is meant.

    <root>/.blue/config.toml      the repository's settings, a stranger's until `blue trust`
    <root>/.blue/dialogues/…      read through a store, never here
    user_config_path()            the user's settings
    trust_path()                  what this user trusts
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from blue_cli import config
from blue_cli.actions import choosing, trust
from blue_cli.config import Config, Value
from blue_cli.errors import Conflict, Finding, NotFound
from blue_cli.stores.base import Row, Store
from blue_cli.stores.lastseen import LastSeen
from blue_cli.stores.sealed import Sealed

if TYPE_CHECKING:
    from blue_cli.crypto.keyring import KeyRing
    from blue_cli.crypto.keys.base import KeyProvider

FOLDER, SETTINGS = ".blue", "config.toml"
RECORD = ".dialogue.recorded.md"


Ask = Callable[[str], str]  # a question on the terminal to the answer, which is not shown


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
        self._watcher: Callable[[Store], Store] = lambda store: store
        self._shown: dict[tuple[str, str], str] = {}

    @cached_property
    def raw_store(self) -> Store:
        """Where the dialogues lie, as they lie there: sealed ones sealed. Only key operations work on it."""
        if self._given is not None:
            return self._given
        from blue_cli.stores.registry import open_store

        return open_store(self.config["store"], self.root)

    @cached_property
    def opened(self) -> Sealed:
        """The dialogues in plaintext, where a key opens them."""
        return Sealed(self.raw_store, lambda: self.keyring, self.last_seen, notes=self.notes)

    @cached_property
    def store(self) -> Store:
        """What commands read and write. `Tampered` where a seal does not hold."""
        return self._watcher(self.opened)

    @cached_property
    def examined(self) -> Store:
        """As `store`, for `check`: a seal that does not hold is reported, not raised."""
        return self._watcher(Sealed(self.raw_store, lambda: self.keyring, self.last_seen, lenient=True, notes=self.notes))

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


# --- which workspace -----------------------------------------------------------------------------------------


def open_workspace(cwd: str, env: Mapping[str, str], store: Store | None = None) -> Workspace:
    """The workspace around a folder. With a store from outside no `.blue` is needed. `NotFound` when there is none."""
    root = os.path.abspath(cwd) if store is not None else find_root(cwd)
    values, findings = _read_all(root, env)
    return Workspace(root, values, store, findings, env)


def find_root(cwd: str) -> str:
    """The nearest folder upward that holds `.blue`. `NotFound`, with what to do."""
    start = folder = os.path.abspath(cwd)
    while True:
        place = os.path.join(folder, FOLDER)
        if _is_folder(place, start) and not _holds_only_keys(place):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            raise NotFound("no .blue/ here or in any folder above", fix="blue init")
        folder = parent


def _is_folder(path: str, cwd: str) -> bool:
    """Whether it is a folder itself. `Conflict` for a link: a clone can make one that points anywhere."""
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return False
    if stat.S_ISLNK(mode):
        name = os.path.relpath(path, cwd)
        raise Conflict(f"{name} is a symbolic link", why="what it points to may not belong to this repository", fix="make it a folder")
    return stat.S_ISDIR(mode)


def _holds_only_keys(path: str) -> bool:
    """Whether it is `~/.blue` as `blue key new` leaves it, which makes no workspace of everything below the home."""
    try:
        return os.listdir(path) == ["keys"]
    except OSError:
        return False


def settings_path(root: str) -> str:
    """The repository's settings file."""
    return os.path.join(root, FOLDER, SETTINGS)


def user_config_path(env: Mapping[str, str]) -> str:
    """The user's settings file: XDG on Linux (computed here, since importing platformdirs costs 5 ms), else platformdirs."""
    return os.path.join(_user_folder(env, "XDG_CONFIG_HOME", ".config", "user_config_dir"), SETTINGS)


def state_path(env: Mapping[str, str]) -> str:
    """The folder for what blue remembers of this user's clones."""
    return _user_folder(env, "XDG_STATE_HOME", ".local/state", "user_state_dir")


def trust_path(env: Mapping[str, str]) -> str:
    """The folder in which trusted settings are remembered, one file a workspace."""
    return os.path.join(state_path(env), "trust")


def writers_path(env: Mapping[str, str]) -> str:
    """The folder in which the name of each clone in its audit logs is kept, one file a workspace."""
    return os.path.join(state_path(env), "writers")


def _user_folder(env: Mapping[str, str], variable: str, default: str, other: str) -> str:
    """`other` names platformdirs' function, asked everywhere but on Linux."""
    if not sys.platform.startswith("linux"):
        import platformdirs

        return str(getattr(platformdirs, other)("blue", appauthor=False))
    given = env.get(variable, "").strip()
    base = given if os.path.isabs(given) else os.path.join(env.get("HOME") or os.path.expanduser("~"), default)
    return os.path.join(base, "blue")


# --- settings ------------------------------------------------------------------------------------------------


def _read_all(root: str, env: Mapping[str, str]) -> tuple[Config, list[Finding]]:
    """The settings from the environment, the repository, the user and the defaults, strongest first."""
    environment, findings = config.from_environment(env)
    repository, more = _repository(root, env)
    user, most = _parse(*_read(user_config_path(env), "user settings"), "user settings")
    return config.merge(environment, repository, user), [*findings, *more, *most]


def _repository(root: str, env: Mapping[str, str]) -> tuple[dict[str, Value], list[Finding]]:
    name = f"{FOLDER}/{SETTINGS}"
    data, problems = _read(settings_path(root), name)
    values, findings = _parse(data, problems, name)
    asks = any(config.SETTINGS[key].by == config.USER for key in values)
    trusted = asks and trust.is_trusted(trust_path(env), root, data)  # the very bytes that were parsed
    kept, ignored = config.split_trust(values, trusted)
    return kept, [*findings, *ignored]


def _parse(data: bytes, problems: Sequence[Finding], name: str) -> tuple[dict[str, Value], Sequence[Finding]]:
    if problems or not data:
        return {}, problems
    try:
        return config.parse(data.decode(), name)
    except UnicodeDecodeError:
        return {}, [_unreadable(name, "not UTF-8")]


def _read(path: str, name: str) -> tuple[bytes, Sequence[Finding]]:
    try:
        data = read_settings(path) or b""
    except OSError as error:
        return b"", [_unreadable(name, error.strerror or str(error))]
    if len(data) > config.LIMIT:
        return b"", [_unreadable(name, f"larger than {config.LIMIT} bytes")]
    return data, ()


def _unreadable(name: str, reason: str) -> Finding:
    return Finding("settings", f"not read: {reason}", name, severity="warning")


def read_settings(path: str) -> bytes | None:
    """A settings file, None when there is none, at most one byte more than the limit. OSError when it is none to read.

    Neither a link nor anything that could block (a FIFO named config.toml) is opened for reading.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "not a regular file")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(config.LIMIT + 1)
    finally:
        os.close(descriptor)
