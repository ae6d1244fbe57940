"""Where a workspace, its settings and what blue remembers lie, and the settings as they are read: a stranger may have
prepared the file."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping, Sequence

from blue_cli import config
from blue_cli.actions import trust
from blue_cli.config import Config, Value
from blue_cli.errors import Conflict, Finding, NotFound

FOLDER, SETTINGS = ".blue", "config.toml"


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


def read_all(root: str, env: Mapping[str, str], flags: Mapping[str, Value] = {}) -> tuple[Config, list[Finding]]:
    """The settings from the command line, the environment, the repository, the user and the defaults, strongest first."""
    environment, findings = config.from_environment(env)
    repository, more = _repository(root, env)
    user, most = _parse(*_read(user_config_path(env), "user settings"), "user settings")
    return config.merge(flags, environment, repository, user), [*findings, *more, *most]


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


# --- which workspace -----------------------------------------------------------------------------------------


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
