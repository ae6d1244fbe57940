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
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

from blue_cli import config
from blue_cli.actions import trust
from blue_cli.config import Config, Value
from blue_cli.errors import Conflict, Finding, NotFound, WrongCall
from blue_cli.stores.base import Entry, Row, Store

FOLDER, SETTINGS = ".blue", "config.toml"
STAMP = len("2026-11-24T0528Z-")
RECORD = ".dialogue.recorded.md"
SHOWN = 10  # candidates that an error names


class Workspace:
    """A workspace opened. `root` is the absolute path of the folder that holds `.blue`; `given` a store from outside."""

    def __init__(self, root: str, config: Config, given: Store | None, warnings: Sequence[Finding]) -> None:
        self.root = root
        self.config = config
        self.warnings = tuple(warnings)
        self._store = given

    @property
    def store(self) -> Store:
        """Where the dialogues lie, chosen when first asked for."""
        if self._store is None:
            from blue_cli.stores.registry import open_store

            self._store = open_store(self.config["store"], self.root)
        return self._store

    def watch(self, watcher: Callable[[Store], Store]) -> None:
        """Put something between the commands and the store that tells how far a long reading has come."""
        self._store = watcher(self.store)

    @property
    def processes(self) -> int:
        """Over how many processes a question to all dialogues may be spread: only the files store can be shared by fork."""
        return 2 if getattr(self.store, "forkable", False) else 1

    def shown(self, path: str, cwd: str) -> str:
        """A path that is relative to the root as seen from a folder: what a terminal can click on."""
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
        entries = {entry.id: entry for entry in self.store.dialogues()}
        matches = _matching(wanted, entries)
        if len(matches) == 1:
            entry = entries[matches[0]]
            return Row(entry.id, entry.uid)
        if matches:
            raise _ambiguous(f'"{wanted}" is the beginning of {len(matches)} dialogues', matches)
        raise _no_dialogue(wanted, entries)

    def only_open(self) -> Row:
        """The one dialogue that is open. `NotFound` when there is none at all, `WrongCall` when it is not only one."""
        entries = list(self.store.dialogues())
        if not entries:
            raise NotFound("there is no dialogue yet", fix="blue dialogue new TITLE")
        if len(entries) == 1:
            return Row(entries[0].id, entries[0].uid)
        found = list(islice(_open_ones(self.store, entries), SHOWN + 1))  # no more than the error would name
        if len(found) == 1:
            return Row(found[0].id, found[0].uid)
        if found:
            raise _ambiguous("more than one dialogue is open", [entry.id for entry in found])
        raise _ambiguous("no dialogue is open", [entry.id for entry in reversed(entries)])


# --- which dialogue ------------------------------------------------------------------------------------------


def slug_of(id: str) -> str:
    """A dialogue's id without its minute: `2026-11-24T0528Z-cache` is `cache`."""
    digits = id[:4] + id[5:7] + id[8:10] + id[11:15]
    marks = id[4:5] + id[7:8] + id[10:11] + id[15:STAMP]
    return id[STAMP:] if marks == "--TZ-" and digits.isdigit() and len(id) > STAMP else id


def _matching(wanted: str, ids: Iterable[str]) -> list[str]:
    """The ids that are meant: the id itself, else every one with that slug, else all that begin so."""
    ids = list(ids)
    if wanted in ids:
        return [wanted]
    return [id for id in ids if slug_of(id) == wanted] or [
        id for id in ids if wanted and (id.startswith(wanted) or slug_of(id).startswith(wanted))
    ]


def _open_ones(store: Store, entries: Iterable[Entry]) -> Iterable[Entry]:
    return (entry for entry in entries if _is_open(store, entry))


def _is_open(store: Store, entry: Entry) -> bool:
    """Neither closed nor decided, as cheaply as that can be seen: no `closed:`, no `verdicts/final*`."""
    blobs = store.load(entry.uid).blobs
    head = blobs.get("dialogue", b"").partition(b"\n---")[0]
    return b"\nclosed:" not in head and not any(address.startswith("verdict/final") for address in blobs)


def _ambiguous(message: str, ids: Sequence[str]) -> WrongCall:
    more = "\n..." if len(ids) > SHOWN else ""
    listed = "\n".join(f"-d {id}" for id in ids[:SHOWN])
    return WrongCall(message, why="blue does not guess which one is meant", fix=listed + more, suggestions=ids[:SHOWN])


def _no_dialogue(wanted: str, ids: Iterable[str]) -> NotFound:
    from difflib import get_close_matches

    names = {name: id for id in ids for name in (slug_of(id), id)}
    near = list(dict.fromkeys(names[name] for name in get_close_matches(wanted, names, 3, 0.5)))
    fix = "did you mean " + " or ".join(near) + "?" if near else "blue dialogue list"
    return NotFound(f'no dialogue "{wanted}"', fix=fix, suggestions=near)


# --- which workspace -----------------------------------------------------------------------------------------


def open_workspace(cwd: str, env: Mapping[str, str], store: Store | None = None) -> Workspace:
    """The workspace around a folder. With a store from outside no `.blue` is needed. `NotFound` when there is none."""
    root = os.path.abspath(cwd) if store is not None else find_root(cwd)
    values, findings = _read_all(root, env)
    return Workspace(root, values, store, findings)


def find_root(cwd: str) -> str:
    """The nearest folder upward that holds `.blue`. `NotFound`, with what to do."""
    start = folder = os.path.abspath(cwd)
    while True:
        if _is_folder(os.path.join(folder, FOLDER), start):
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


def settings_path(root: str) -> str:
    """The repository's settings file."""
    return os.path.join(root, FOLDER, SETTINGS)


def user_config_path(env: Mapping[str, str]) -> str:
    """The user's settings file: XDG on Linux (computed here, since importing platformdirs costs 5 ms), else platformdirs."""
    return os.path.join(_user_folder(env, "XDG_CONFIG_HOME", ".config", "user_config_dir"), SETTINGS)


def trust_path(env: Mapping[str, str]) -> str:
    """The folder in which trusted settings are remembered, one file a workspace."""
    return os.path.join(_user_folder(env, "XDG_STATE_HOME", ".local/state", "user_state_dir"), "trust")


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
