"""The contents behind hashes, by one `git cat-file --batch` that is kept for as long as it is needed."""

from __future__ import annotations

import os
import select
from collections.abc import Mapping, Sequence
from contextlib import suppress
from subprocess import DEVNULL, PIPE, Popen
from typing import Self

from blue_cli.errors import Unavailable
from blue_cli.git import process

MISSING = -2  # as a size
INCOMPLETE = "an object is broken, or missing: a partial clone lacks some, and blue fetches nothing"
PIECE = 1 << 16  # bytes read at once
KEPT = 1 << 20  # bytes of what was read already that may lie in front of what is wanted


class Objects:
    """git as a reader of objects. It starts with the first question, and is killed by `close`.

    Questions and answers go through two pipes at once, so that neither side waits for the other with a full pipe.
    """

    def __init__(self, root: str, env: Mapping[str, str]) -> None:
        self._root = root
        self._env = dict(env)
        self._git: Popen[bytes] | None = None
        self._asked = b""
        self._buffer = bytearray()
        self._at = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, names: Sequence[str]) -> list[bytes | None]:
        """What each name stands for, None where git has none. A name is a hash, or `hash:path` without a line feed.

        Everything is held in memory: ask for what is known to be small. `Unavailable` when git does not answer.
        """
        if not names:
            return []
        self._asked += "".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape")
        return [self._next() for _ in names]

    def sizes(self, oids: Sequence[str]) -> list[int]:
        """The size of each object in bytes, `MISSING` for one that git has not. A process of its own."""
        if not oids:
            return []
        asked = "".join(f"{oid}\n" for oid in oids).encode()
        answer = process.start(self._root, ["cat-file", "--batch-check=%(objectsize)"], (), self._env, asked)
        lines = answer.out.splitlines()
        if len(lines) != len(oids):
            raise Unavailable("git cannot read its objects", why=answer.said)
        return [int(line) if line.isdigit() else MISSING for line in lines]

    def close(self) -> None:
        """End git. What is asked afterwards starts another one."""
        git, self._git = self._git, None
        if git is not None:
            git.kill()
            for pipe in (git.stdin, git.stdout):
                if pipe is not None:
                    pipe.close()
            git.wait()

    def _next(self) -> bytes | None:
        """The next answer: `oid type size`, a line feed, that many bytes, a line feed; or one line without them."""
        buffer = self._buffer
        while (end := buffer.find(b"\n", self._at)) < 0:
            self._exchange()
        head = buffer[self._at : end].rsplit(b" ", 2)
        if len(head) != 3 or not head[2].isdigit():
            self._at = end + 1
            return None
        start, stop = end + 1, end + 1 + int(head[2])
        while len(buffer) <= stop:
            self._exchange()
        found = bytes(buffer[start:stop])
        self._at = stop + 1
        if self._at > KEPT:
            del buffer[: self._at]
            self._at = 0
        return found

    def _exchange(self) -> None:
        """Write what git takes, or read what it has; `Unavailable` when it does neither in time, or has ended."""
        git = self._git or self._start()
        assert git.stdin and git.stdout
        put, get = git.stdin.fileno(), git.stdout.fileno()
        ready = select.poll()
        ready.register(get, select.POLLIN)
        if self._asked:
            ready.register(put, select.POLLOUT)
        events = dict(ready.poll(process.PATIENCE * 1000))
        if not events:
            self.close()
            raise Unavailable("git cat-file does not answer", why=f"nothing came for {process.PATIENCE:.0f} seconds")
        if get in events:
            piece = os.read(get, PIECE)
            if not piece:
                self.close()
                raise Unavailable("git cat-file ended before it had answered", why=INCOMPLETE, fix="git fsck")
            self._buffer += piece
        elif put in events:
            with suppress(BrokenPipeError):  # it has ended: the next turn reads that
                self._asked = self._asked[os.write(put, self._asked) :]

    def _start(self) -> Popen[bytes]:
        try:
            line = process.command(self._root, ["cat-file", "--batch"])
            git = Popen(line, env=self._env, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, bufsize=0)
        except FileNotFoundError:
            raise process.no_git() from None
        except OSError as error:
            raise Unavailable("git cat-file cannot be run", why=str(error)) from None
        assert git.stdin
        os.set_blocking(git.stdin.fileno(), False)
        self._buffer.clear()  # the same one: a reader holds it
        self._git, self._at = git, 0
        return git


class Remembered(Objects):
    """A reader for several commits of one history: what they have in common is read once.

    It forgets everything when it has kept `MOST` bytes.
    """

    MOST = 256 << 20

    def __init__(self, root: str, env: Mapping[str, str]) -> None:
        super().__init__(root, env)
        self._known: dict[str, bytes] = {}
        self._kept = 0

    def read(self, names: Sequence[str]) -> list[bytes | None]:
        """As `Objects.read`. A hash stands for the same bytes for ever."""
        missing = [name for name in names if name not in self._known]
        fresh = dict(zip(missing, super().read(missing), strict=True))
        found = [fresh[name] if name in fresh else self._known[name] for name in names]
        if self._kept > self.MOST:
            self._known.clear()
            self._kept = 0
        for name, data in fresh.items():
            if data is not None and ":" not in name:
                self._known[name] = data
                self._kept += len(data)
        return found
