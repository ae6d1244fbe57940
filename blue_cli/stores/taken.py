"""Which names are taken in a folder, without looking at all of them again before each new one.

What was seen holds as long as the folder's times are those that we left on it. A time that the kernel gives proves nothing:
two changes within one tick of its clock (4 ms) have the same. So whoever adds a name sets a time of its own, which no clock
would give and which nobody else comes upon; any change after that, by anybody, leaves another one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress

# seconds after which it is looked again in any case: a program that does not take our lock may have added a name in the very
# moment between our own and the time set on it
AGE = 1.0
SECOND = 10**9  # nanoseconds

Stamp = tuple[int, int, int, int]


class Taken:
    """The names of one folder by casefold. Asked and told only with the folder's lock held."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._stamp: Stamp | None = None
        self._until = 0.0
        self._mark = 0

    def is_known(self, folder: int, mark: int) -> bool:
        """Whether nothing happened in the folder since `keep` or `add`. `mark` is what else must be as it was then."""
        if self._stamp is None or self._mark != mark or time.monotonic() > self._until:
            return False
        with suppress(OSError):
            return self._stamp == _stamp(folder)
        return False

    def keep(self, names: Iterable[str], mark: int) -> None:
        """What was found by looking. It is not known to hold until `add`: nobody has set a time yet."""
        self._names = {name.casefold(): name for name in names}
        self._stamp = None
        self._until = time.monotonic() + AGE
        self._mark = mark

    def like(self, name: str) -> tuple[str, ...]:
        """The name that is taken and equal to this one by casefold."""
        twin = self._names.get(name.casefold())
        return () if twin is None else (twin,)

    def add(self, name: str, folder: int) -> None:
        """A name that was added by us. What is known holds from here on, where the folder takes a time to the nanosecond."""
        self._names[name.casefold()] = name
        self._stamp = None
        with suppress(OSError):  # the folder is another user's: then it is looked at each time
            now = os.fstat(folder)
            ours = now.st_mtime_ns - 1 - int.from_bytes(os.urandom(8), "big") % SECOND  # in the past: no clock gives it later
            os.utime(folder, ns=(now.st_atime_ns, ours))
            stamp = _stamp(folder)
            if stamp[2] == ours:  # a disk that keeps coarser times has too few of them
                self._stamp = stamp


def _stamp(folder: int) -> Stamp:
    status = os.fstat(folder)
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns
