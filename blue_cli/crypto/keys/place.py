"""Files that only their owner may read: reading them, making them, and where they must not lie.

The threats: a file that others can read or have put there, a link or a pipe in its place, a kill that leaves half a
key, a second key that replaces the first, and a commit that takes the key along.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from blue_cli.errors import Conflict, Locked, Unavailable

TEMPORARY = ".blue-tmp-key-"
STALE = 3600  # seconds after which nobody can still be writing a temporary file of a few lines
RESTORE = "move it away, then bring it from its backup: blue key import FILE"
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NONE = (errno.ENOENT, errno.ENOTDIR)
_DENIED = (errno.EACCES, errno.EPERM)


class Missing(Locked):
    """No key where one was looked for. Never a reason to make a new one: that would open nothing."""


def read_private(path: str, shown: str, limit: int) -> str:
    """The text of a file that only this user can read.

    Raises `Locked` for one that is missing, refused or no text; `Unavailable` when the machine cannot read it.
    Never follows a link in the last part of the name, never blocks on a pipe.
    """
    refuse_work_tree(path, shown)
    try:
        descriptor = os.open(path, _READ)
        try:
            _check(os.fstat(descriptor), path, shown, limit)
            data = _read(descriptor, limit + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _cannot_read(error, shown) from None
    if len(data) > limit:  # it grew since it was looked at
        raise Locked(f"{shown} is refused: larger than {limit} bytes")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Locked(f"{shown} is damaged: it is not text", fix=RESTORE) from None


def _check(status: os.stat_result, path: str, shown: str, limit: int) -> None:
    """Refuse what is no regular file, not this user's, readable for others, or too large to be a key."""
    if not stat.S_ISREG(status.st_mode):
        raise Locked(f"{shown} is refused: no regular file")
    if status.st_uid != os.geteuid():
        raise Locked(f"{shown} is refused: it belongs to another user", why=f"its owner is {status.st_uid}, you are {os.geteuid()}")
    if status.st_mode & 0o077:
        why = f"its mode is {stat.S_IMODE(status.st_mode):04o}: who can read it can read everything sealed with it"
        raise Locked(f"{shown} is refused: others may read or change it", why=why, fix=f"chmod 600 {shown}")
    if status.st_size > limit:
        raise Locked(f"{shown} is refused: larger than {limit} bytes")


def _read(descriptor: int, size: int) -> bytes:
    """All there is, up to `size` bytes: one read may bring less than was asked for."""
    parts: list[bytes] = []
    while size > 0 and (part := os.read(descriptor, size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _cannot_read(error: OSError, shown: str) -> Locked | Unavailable:
    words = error.strerror or str(error)
    if error.errno in _NONE:
        return Missing(f"there is no {shown}", fix="bring the key that was used: blue key import FILE")
    if error.errno == errno.ELOOP:
        return Locked(f"{shown} is refused: a symbolic link", why="what it points to can be changed by who cannot read the key")
    if error.errno == errno.ENXIO:  # a socket
        return Locked(f"{shown} is refused: no regular file")
    if error.errno in _DENIED:
        return Locked(f"{shown} may not be read", why=words)
    return Unavailable(f"{shown} cannot be read", why=words, fix="run the same command again")


def work_tree(folder: str) -> str | None:
    """The git work tree that a folder lies in, links resolved; None when it lies in none."""
    folder = os.path.realpath(folder)
    while True:
        if os.path.lexists(os.path.join(folder, ".git")):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def refuse_work_tree(path: str, shown: str) -> None:
    """`Locked` for a key inside a git work tree: the next `git add` would publish it."""
    if work_tree(os.path.dirname(path)):
        raise Locked(
            f"{shown} is refused: it lies in a git work tree",
            why="the next commit could take it along",
            fix="keep it outside, a key in the place that BLUE_KEY_FILE names",
        )


# --- making one --------------------------------------------------------------------------------------------


def create_private(path: str, shown: str, text: str) -> None:
    """Make a file of mode 0600 in a folder of mode 0700, whole and on disk, or not at all.

    Written under another name and then linked: a link never replaces what is there, and nobody sees half a file.
    Raises `Conflict` when the name is taken, `Locked` in a git work tree, `Unavailable` when the disk refuses.
    """
    refuse_work_tree(path, shown)
    folder, name = os.path.split(path)
    try:
        make_folder(folder)
        with _opened(folder) as parent:
            temporary = f"{TEMPORARY}{os.urandom(8).hex()}"
            try:
                born = _write(temporary, parent, text.encode())
                os.link(temporary, name, src_dir_fd=parent, dst_dir_fd=parent, follow_symlinks=False)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(temporary, dir_fd=parent)
            _sweep(parent, born)
            _sync(parent)
    except FileExistsError:
        raise Conflict(f"there is something at {shown} already", why="a key is never replaced") from None
    except OSError as error:
        raise Unavailable(f"{shown} cannot be written", why=error.strerror or str(error)) from None


def make_folder(path: str) -> None:
    """Make a folder and those above it that are missing, each 0700 and kept by the disk. OSError when it cannot be."""
    if os.path.isdir(path):
        return
    above = os.path.dirname(path)
    make_folder(above)
    with contextlib.suppress(FileExistsError):
        os.mkdir(path, 0o700)
    with _opened(above) as parent:
        _sync(parent)


@contextmanager
def _opened(folder: str) -> Iterator[int]:
    descriptor = os.open(folder, _FOLDER)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _write(name: str, parent: int, data: bytes) -> float:
    """Write a new file; the time it was made, by the file system's clock."""
    descriptor = os.open(name, _WRITE, 0o600, dir_fd=parent)
    with open(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)  # whatever the umask took away
        file.write(data)
        file.flush()
        os.fsync(descriptor)
        return os.fstat(descriptor).st_mtime


def _sweep(parent: int, now: float) -> None:
    """Remove what a killed run left: a key that was never announced, or a second name of one that was."""
    for name in os.listdir(parent):
        if name.startswith(TEMPORARY):
            with contextlib.suppress(OSError):
                if now - os.stat(name, dir_fd=parent, follow_symlinks=False).st_mtime > STALE:
                    os.unlink(name, dir_fd=parent)


def _sync(folder: int) -> None:
    """Have the disk keep a folder's names. Some network file systems know no such thing for folders: EINVAL."""
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
