"""The way to `.blue/dialogues`, and the words for what the machine answers on it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from blue_cli.errors import NotFound, Unavailable

PLACE = (".blue", "dialogues")
PATH = "/".join(PLACE)

# O_NOFOLLOW guards the last part of a name only: so every name here has one part, opened relative to its parent.
FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC
ROOT = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
NO_FOLDER = (errno.ENOTDIR, errno.ELOOP)  # what opening a file, or a link to a folder, as a folder answers
GONE = (errno.ENOENT, *NO_FOLDER)

_WORDS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EIO: "the disk reports an error",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
}
_DENIED = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextmanager
def opened(name: str, parent: int | None = None, flags: int = FOLDER) -> Iterator[int]:
    """A descriptor of a folder, closed at the end."""
    fd = os.open(name, flags, dir_fd=parent)
    try:
        yield fd
    finally:
        os.close(fd)


@contextmanager
def open_place(root: str, doing: str = "read") -> Iterator[int]:
    """A descriptor of `.blue/dialogues` under `root`.

    Raises `NotFound` when it is not there, `Unavailable` when a part of it is a link, since that would lead out of
    `.blue`, or may not be entered.
    """
    fd = _open_place(root, doing)
    try:
        yield fd
    finally:
        os.close(fd)


def _open_place(root: str, doing: str) -> int:
    try:
        with opened(root, flags=ROOT) as top, opened(PLACE[0], top) as blue:
            return os.open(PLACE[1], FOLDER, dir_fd=blue)
    except FileNotFoundError:
        raise NotFound("there is no .blue/dialogues here", fix="blue init") from None
    except OSError as error:
        raise _unusable(error, doing) from None


def _unusable(error: OSError, doing: str) -> Unavailable:
    if error.errno in NO_FOLDER:
        return Unavailable(f"unsafe-path: {PATH} is not a plain folder", why="a symbolic link would lead out of .blue", path=PATH)
    return unavailable(error, PATH, doing)


def make_place(root: str) -> None:
    """Make `.blue/dialogues` where it is missing. `Unavailable` when that cannot be done."""
    try:
        with opened(root, flags=ROOT) as top:
            _make(PLACE[0], top)
            with opened(PLACE[0], top) as blue:
                _make(PLACE[1], blue)
    except OSError as error:
        raise _unusable(error, "written") from None


def _make(name: str, parent: int) -> None:
    with suppress(FileExistsError):
        os.mkdir(name, dir_fd=parent)
        sync(parent)


def sync(folder: int) -> None:
    """Have the disk keep a folder's names. Some network file systems know no such thing for folders: EINVAL."""
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise


def unavailable(error: OSError, path: str, doing: str = "read", why: str = "") -> Unavailable:
    """One clean error for what the machine answered when `path` was to be `doing` (read or written)."""
    denied = f"it may not be {doing}" if error.errno in _DENIED else ""
    words = denied or _WORDS.get(error.errno or 0) or f"it cannot be {doing}"
    return Unavailable(f"{path}: {words}", why="; ".join(filter(None, (error.strerror or str(error), why))), path=path)
