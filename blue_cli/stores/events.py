"""The audit logs on disk: `.blue/audit/{log}/{name}`, files that are added and never replaced.

Written as every file of blue (`batch`): no link is followed, a kill leaves an event whole or not there. The lock is
that of `.blue` itself, so that two writers of one clone see each other's events.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from stat import S_ISLNK, S_ISREG

from blue_cli.crypto.event import FILE_LIMIT
from blue_cli.errors import NotFound, Tampered
from blue_cli.stores.base import Unread
from blue_cli.stores.folder import FILE
from blue_cli.stores.place import NO_FOLDER, PLACE, ROOT, opened, unavailable

BLUE, AUDIT = PLACE[0], "audit"
PATH = f"{BLUE}/{AUDIT}"
COUNT = 20_000  # events of a log

Kept = tuple[dict[str, bytes], list[Unread]]


class EventFolder:
    """The logs of the workspace at `root`. `patience`: seconds that a write waits for another one.

    Raises `Unavailable` when the machine does not let it read or write, `Tampered` where a link or a file lies in
    place of a folder: nothing of ours puts it there, and what lies behind it is nobody's log.
    """

    def __init__(self, root: str, patience: float = 10.0) -> None:
        self._root = root
        self._patience = patience

    def logs(self) -> list[str]:
        """The names of everything in the folder of logs, sorted; not only of what is one."""
        with self._blue() as blue:
            try:
                with opened(AUDIT, blue) as folder:
                    return sorted(_printable(name) for name in os.listdir(folder) if name[0] != ".")
            except FileNotFoundError:
                return []
            except OSError as error:
                raise _unusable(error, PATH) from None

    def read(self, log: str) -> Kept:
        """Every file of a log by name, and what was not read. Nothing when there is no such log."""
        with self._blue() as blue:
            return self._read(blue, log)

    def add(self, log: str, make: Callable[[Kept], tuple[str, bytes]]) -> None:
        """Add the file that `make` makes of what is there: on disk when this returns.

        Raises `Conflict` as well, when a file of that name is there or another writer holds the lock for too long.
        """
        from blue_cli.stores import batch

        with self._blue("written") as blue, batch.locked(blue, BLUE, self._patience):
            name, data = make(self._read(blue, log))
            batch.write(blue, f"{BLUE}/", {f"{AUDIT}/{log}/{name}": data})

    @contextmanager
    def _blue(self, doing: str = "read") -> Iterator[int]:
        try:
            with opened(self._root, flags=ROOT) as top:
                fd = os.open(BLUE, ROOT | os.O_NOFOLLOW, dir_fd=top)
        except FileNotFoundError:
            raise NotFound("there is no .blue here", fix="blue init") from None
        except OSError as error:
            raise _unusable(error, BLUE, doing) from None
        try:
            yield fd
        finally:
            os.close(fd)

    def _read(self, blue: int, log: str) -> Kept:
        path = PATH
        try:
            with opened(AUDIT, blue) as audit:
                path = f"{PATH}/{log}"
                with opened(log, audit) as folder:
                    return _contents(folder)
        except FileNotFoundError:
            return {}, []
        except OSError as error:
            raise _unusable(error, path) from None


def _contents(folder: int) -> Kept:
    files: dict[str, bytes] = {}
    unread: list[Unread] = []
    names = sorted(name for name in os.listdir(folder) if name[0] != ".")  # temps among them
    if len(names) > COUNT:
        unread.append(Unread("", "too-many", f"{len(names)} files, the limit is {COUNT}"))
    for name in names[:COUNT]:
        if not name.isprintable():
            unread.append(Unread(_printable(name), "unsafe-name"))
            continue
        try:
            data = _read_file(folder, name)
        except FileNotFoundError:  # gone since it was listed
            continue
        if isinstance(data, bytes):
            files[name] = data
        else:
            unread.append(data)
    return files, unread


def _read_file(folder: int, name: str) -> bytes | Unread:
    """The whole file, or why it is not read. OSError when the machine does not let us."""
    mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    if not S_ISREG(mode):
        return Unread(name, "symlink" if S_ISLNK(mode) else "not-regular")
    fd = os.open(name, FILE, dir_fd=folder)
    with open(fd, "rb") as file:
        if not S_ISREG(os.fstat(fd).st_mode):  # another one since we looked
            return Unread(name, "not-regular")
        data = file.read(FILE_LIMIT + 1)
    return data if len(data) <= FILE_LIMIT else Unread(name, "too-large", f"the limit is {FILE_LIMIT} bytes")


def _unusable(error: OSError, path: str, doing: str = "read") -> Exception:
    if error.errno in (*NO_FOLDER, errno.EMLINK):
        return Tampered(f"unsafe-path: {path} is not a plain folder", why="what a link leads to is no log of this workspace")
    return unavailable(error, path, doing)


def _printable(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
