"""Writing into a dialogue's folder so that a kill at any moment leaves each file old or new, never half.

Every new file is first a temp beside its destination, on disk before the first one is renamed into place.
Folders are entered by descriptor, part by part, and never through a symbolic link (HARDENING.md, "killed at any
moment", "symlinked file or parent").
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from stat import S_IMODE, S_ISREG

from blue_cli.errors import Conflict
from blue_cli.stores.base import Unread
from blue_cli.stores.place import FOLDER, NO_FOLDER, PATH, opened, sync, unavailable

TEMP = ".blue-tmp-"
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
STALE = 3600  # seconds after which a temp is surely nobody's any more
WAIT = 0.005, 0.05  # seconds between two looks at a lock: the first, the longest


@contextmanager
def locked(folder: int, path: str, patience: float) -> Iterator[None]:
    """Hold the lock of a folder, which lives on its own descriptor and dies with the process.

    Raises `Conflict` when another holds it for `patience` seconds.
    """
    deadline, pause = time.monotonic() + patience, WAIT[0]
    while not _lock(folder, path):
        if time.monotonic() >= deadline:
            why = "another process is writing there"
            raise Conflict(f"{path} was locked for {patience:g} s", why=why, fix="run the same command again later", path=path)
        time.sleep(pause)
        pause = min(2 * pause, WAIT[1])
    try:
        yield
    finally:
        with suppress(OSError):  # closing the descriptor frees it as well
            fcntl.flock(folder, fcntl.LOCK_UN)


def _lock(folder: int, path: str) -> bool:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:  # a file system without locks
        raise unavailable(error, path, "locked") from None
    return True


def is_at(folder: int, name: str, parent: int) -> bool:
    """Whether an open folder still is the one of that name: it may have been renamed while we waited for its lock."""
    try:
        return os.path.samestat(os.stat(name, dir_fd=parent, follow_symlinks=False), os.fstat(folder))
    except FileNotFoundError:
        return False
    except OSError as error:
        raise unavailable(error, f"{PATH}/{name}") from None


def refuse_unread(where: str, paths: Iterable[str], unread: Iterable[Unread]) -> None:
    """`Conflict` when something that was not read lies where we would write: what nobody has seen is not replaced."""
    for item in unread:
        if any(path == item.path or path.startswith(item.path + "/") for path in paths):
            raise _unsafe(where + item.path, f"what lies there was not read: {item.reason}")


def write(folder: int, where: str, puts: Mapping[str, bytes], deletes: Iterable[str] = (), known: Container[str] = ()) -> None:
    """Write the files of `puts` (paths below the open folder) in that order, then delete.

    Only files that are `known`, because they were read, are replaced. An error before the first rename leaves
    nothing behind. `where` is the folder's path for messages, with a slash. Raises `Unavailable`, and `Conflict`
    where a link or anything else that is no known file is in the way.
    """
    batch = _Batch(folder, where, known)
    try:
        batch.stage(puts)
        batch.replace()
        batch.delete(deletes)
        batch.sweep()
    except OSError as error:
        raise unavailable(error, where + batch.path, "written", batch.progress()) from None
    finally:
        batch.close()


class _Batch:
    """One write. `path` is the file it is at, for messages."""

    def __init__(self, top: int, where: str, known: Container[str]) -> None:
        self.path = ""
        self._known = known
        self._where = where
        self._folders = {"": top}  # path → descriptor
        self._made: list[tuple[int, str]] = []  # folders we made: parent, name
        self._temps: list[tuple[int, str, str]] = []  # still to be renamed: folder, temp, path
        self._done = 0

    def stage(self, puts: Mapping[str, bytes]) -> None:
        """Have every new file on disk, under a name that nobody reads."""
        for self.path, data in puts.items():
            parent, _, name = self.path.rpartition("/")
            folder = self._enter(parent)
            mode = self._mode(folder, name)
            temp = TEMP + os.urandom(8).hex()
            self._temps.append((folder, temp, self.path))
            _write_file(folder, temp, data, mode)

    def replace(self) -> None:
        """The moment it happens: one atomic rename a file, then the folders to disk."""
        touched = {parent for parent, _ in self._made} | {folder for folder, _, _ in self._temps}
        while self._temps:
            folder, temp, self.path = self._temps[0]
            os.replace(temp, self.path.rpartition("/")[2], src_dir_fd=folder, dst_dir_fd=folder)
            del self._temps[0]
            self._done += 1
        self._made.clear()  # they hold something now
        for folder in touched:
            sync(folder)

    def delete(self, paths: Iterable[str]) -> None:
        """Unlink; what is already gone is as wanted."""
        touched = set()
        for self.path in paths:
            parent, _, name = self.path.rpartition("/")
            folder = self._enter(parent)
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)
                touched.add(folder)
                self._done += 1
        for folder in touched:
            sync(folder)

    def sweep(self) -> None:
        """Remove what writers that were killed left behind in the folders we came through."""
        for folder in self._folders.values():
            for name in _stale_temps(folder):
                with suppress(OSError):
                    os.unlink(name, dir_fd=folder)

    def progress(self) -> str:
        """What a person must know after an error: whether anything happened."""
        if not self._done:
            return "nothing was changed"
        return f"files that were written: {self._done}, each whole; the same command again completes them"

    def close(self) -> None:
        """Remove what is left of an attempt that failed: temps, and folders made for them."""
        for folder, temp, _ in self._temps:
            with suppress(OSError):
                os.unlink(temp, dir_fd=folder)
        for parent, name in reversed(self._made):
            with suppress(OSError):
                os.rmdir(name, dir_fd=parent)
        for path, fd in self._folders.items():
            if path:
                os.close(fd)

    def _enter(self, path: str) -> int:
        """A descriptor of a folder below the top, made if missing. Each part is opened on its own, links are refused."""
        if path not in self._folders:
            parent, _, name = path.rpartition("/")
            above = self._enter(parent)
            with suppress(FileExistsError):
                os.mkdir(name, dir_fd=above)
                self._made.append((above, name))
            try:
                self._folders[path] = os.open(name, FOLDER, dir_fd=above)
            except OSError as error:
                if error.errno in NO_FOLDER:
                    raise _unsafe(self._where + path, "it is a symbolic link or a file, not a folder") from None
                raise
        return self._folders[path]

    def _mode(self, folder: int, name: str) -> int | None:
        """The mode of the file to be replaced, None without one."""
        try:
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return None
        if not S_ISREG(status.st_mode):
            raise _unsafe(self._where + self.path, "it is not a regular file")
        if self.path not in self._known:  # an editor just made it, or this disk takes upper and lower case for the same
            raise _unsafe(self._where + self.path, "a file that was not read has this name, or one that differs in case only")
        return S_IMODE(status.st_mode) & 0o777  # a set-user-id bit is not passed on to new content


def _unsafe(path: str, why: str) -> Conflict:
    return Conflict(f"unsafe-path: {path} is not replaced", why=why, fix="move it away", path=path)


def _write_file(folder: int, name: str, data: bytes, mode: int | None) -> None:
    """A new file (0666 less the umask, or `mode`) with these bytes, on disk when this returns."""
    fd = os.open(name, NEW, 0o666, dir_fd=folder)
    try:
        if mode is not None:
            os.fchmod(fd, mode)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(fd, rest) :]
        os.fsync(fd)
    finally:
        os.close(fd)


def _stale_temps(folder: int) -> list[str]:
    """Temps of this folder that nobody works on any more. None when it cannot be listed: nothing depends on it."""
    limit = time.time() - STALE
    with suppress(OSError):
        return [name for name in os.listdir(folder) if name.startswith(TEMP) and _changed(name, folder) < limit]
    return []


def _changed(name: str, folder: int) -> float:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime
    except OSError:
        return float("inf")


def build(place: int, where: str, id: str, puts: Mapping[str, bytes], sweep: bool = True) -> None:
    """A new dialogue: filled under a name that nobody lists, then renamed. `where` is the path of `place` with a slash.

    `sweep`: remove what killed writers left in `place`, which takes a look at every name there.
    """
    temp = TEMP + os.urandom(8).hex()
    try:
        os.mkdir(temp, dir_fd=place)
        with opened(temp, place) as folder:
            write(folder, f"{where}{id}/", puts)
            sync(folder)
        move(place, where, temp, id)
    except OSError as error:
        raise unavailable(error, where + id, "written", "nothing was changed") from None
    finally:
        _remove(temp, place)
    for old in _stale_temps(place) if sweep else ():
        _remove(old, place)


def _remove(name: str, place: int) -> None:
    """Remove a folder of ours that is no dialogue (any more); nothing happens when it is gone."""
    with suppress(OSError):
        os.stat(name, dir_fd=place, follow_symlinks=False)
        import shutil  # 4 ms

        shutil.rmtree(name, ignore_errors=True, dir_fd=place)


def move(place: int, where: str, old: str, new: str) -> None:
    """Rename a dialogue's folder. `Conflict` when something took the name meanwhile, `Unavailable`."""
    try:
        os.rename(old, new, src_dir_fd=place, dst_dir_fd=place)
        sync(place)
    except OSError as error:
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
            raise Conflict(f"a dialogue with the id {new} already exists", fix="choose another id") from None
        raise unavailable(error, where + new, "written") from None
