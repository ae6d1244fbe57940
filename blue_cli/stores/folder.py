"""Reading a dialogue's folder that a stranger may have prepared.

Everything goes by descriptor: a name is opened relative to the folder it was listed in, never followed when it
is a symbolic link, and looked at before it is read. `git clone` makes links to /etc, links as parents, pipes
that wait for ever (HARDENING.md, "symlinked file or parent", "FIFO"). This is the hottest loop of the program
(10 µs a file), so it is plain.
"""

from __future__ import annotations

import errno
import os
from functools import lru_cache
from stat import S_IFDIR, S_IFMT, S_IFREG

from blue_cli.dialogue.ids import address_of, is_path
from blue_cli.stores.base import Unread
from blue_cli.stores.limits import BLOB, DEPTH

# O_NONBLOCK: opening a pipe without a writer returns at once. O_NOCTTY: a terminal does not become ours.
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY

# What an open may answer about one file of a stranger's, and how it is reported; anything else is the machine's trouble.
_REASONS = {
    errno.ELOOP: "symlink",
    errno.EMLINK: "symlink",  # FreeBSD and macOS
    errno.ENXIO: "not-regular",  # a socket
    errno.ENODEV: "not-regular",
    errno.EOPNOTSUPP: "not-regular",
    errno.EACCES: "unreadable",
    errno.EPERM: "unreadable",
}

Blobs = dict[str, bytes]


def read_folder(fd: int) -> tuple[Blobs, list[Unread]]:
    """Every file below an open dialogue folder by address (sorted), and what was not read.

    Paths are relative to that folder, both sorted: no order of a disk shows through. Dot files, temps among them,
    are ignored; files that vanish meanwhile are left out. Raises OSError when the machine fails (EIO, EMFILE), never
    for what a file is.
    """
    blobs: Blobs = {}
    unread: list[Unread] = []
    _walk(fd, "", 0, blobs, unread)
    return dict(sorted(blobs.items())), sorted(unread)


@lru_cache(4096)
def _address(path: str) -> str | None:
    """The address of a path, None when it is unsafe. The same few paths come back in every dialogue."""
    return address_of(path) if is_path(path) else None


def _walk(folder: int, prefix: str, depth: int, blobs: Blobs, unread: list[Unread]) -> None:
    for name in os.listdir(folder):
        if name[0] == ".":
            continue
        path = prefix + name
        address = _address(path)
        if address is None:
            unread.append(Unread(printable(path), "unsafe-name"))
            continue
        try:
            fd = os.open(name, FILE, dir_fd=folder)
        except OSError as error:
            _note(error, path, unread)
            continue
        try:
            status = os.fstat(fd)
            size = status.st_size
            if S_IFMT(status.st_mode) != S_IFREG:
                _enter(fd, status.st_mode, path, depth, blobs, unread)
            elif size > BLOB:
                unread.append(_too_large(path, size))
            else:
                data = os.read(fd, size + 1)  # one more: tells without a second call that this was all
                if len(data) == size:
                    blobs[address] = data
                else:
                    _read_on(fd, data, address, path, blobs, unread)
        finally:
            os.close(fd)


def _enter(fd: int, mode: int, path: str, depth: int, blobs: Blobs, unread: list[Unread]) -> None:
    if S_IFMT(mode) != S_IFDIR:
        unread.append(Unread(path, "not-regular"))
    elif depth >= DEPTH:
        unread.append(Unread(path, "too-large", f"more than {DEPTH} levels of folders"))
    else:
        _walk(fd, path + "/", depth + 1, blobs, unread)


def _read_on(fd: int, data: bytes, address: str, path: str, blobs: Blobs, unread: list[Unread]) -> None:
    """The rest of a file that grew or shrank since it was looked at, or lies on a disk that answers in pieces."""
    while len(data) <= BLOB and (more := os.read(fd, 1 << 16)):
        data += more
    if len(data) > BLOB:
        unread.append(_too_large(path, len(data)))
    else:
        blobs[address] = data


def _too_large(path: str, size: int) -> Unread:
    return Unread(path, "too-large", f"{size} bytes, the limit is {BLOB}")


def _note(error: OSError, path: str, unread: list[Unread]) -> None:
    if error.errno == errno.ENOENT:  # gone since it was listed
        return
    reason = _REASONS.get(error.errno or 0)
    if reason is None:
        raise error
    unread.append(Unread(path, reason, "" if reason == "symlink" else error.strerror or ""))


def stamp_of(fd: int) -> str:
    """Another text whenever a file below an open dialogue folder is written, replaced, renamed, added or removed.

    Of each file its inode, size and times: the time of change (ctime) moves when an editor sets the other one back. Two writes
    of one length into the same file within one tick of the clock (4 ms) look like one. Raises OSError.
    """
    from hashlib import sha256

    seen: list[str] = []
    _look(fd, "", 0, seen)
    return sha256("\n".join(sorted(seen)).encode(errors="surrogateescape")).hexdigest()


def _look(folder: int, prefix: str, depth: int, seen: list[str]) -> None:
    for name in os.listdir(folder):
        if name[0] == ".":
            continue
        try:
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if S_IFMT(status.st_mode) != S_IFDIR:
                seen.append(f"{prefix}{name} {status.st_mode} {status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}")
            elif depth < DEPTH:
                _look_below(folder, name, prefix, depth, seen)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EACCES):  # gone, or another thing by now
                raise


def _look_below(folder: int, name: str, prefix: str, depth: int, seen: list[str]) -> None:
    below = os.open(name, FILE | os.O_DIRECTORY, dir_fd=folder)
    try:
        _look(below, f"{prefix}{name}/", depth + 1, seen)
    finally:
        os.close(below)


def printable(path: str) -> str:
    """A path that any output can carry: bytes that are not UTF-8 and lone surrogates as `\\xff`."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def read_head(folder: int, name: str, length: int) -> bytes:
    """The first bytes of a regular file of this folder, empty when there is none that may be read."""
    try:
        fd = os.open(name, FILE, dir_fd=folder)
    except OSError as error:
        if error.errno == errno.ENOENT or error.errno in _REASONS:
            return b""
        raise
    try:
        return os.read(fd, length) if S_IFMT(os.fstat(fd).st_mode) == S_IFREG else b""
    finally:
        os.close(fd)
