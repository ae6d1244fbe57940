"""What commits did to dialogues: which dialogues differ between two moments, and the history of one.

Paths are relative to the folder that holds `.blue`, whatever part of the repository that is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from blue_cli.git.listing import Change, fields
from blue_cli.git.objects import Objects
from blue_cli.git.repo import HASH, Repository

DIALOGUES = ".blue/dialogues"
_RAW = ("--raw", "-z", "--no-renames", "--no-ext-diff", "--relative", "--abbrev=64", "--ignore-submodules=all")
# Header fields of a commit; each ends in NUL, which none of them can hold.
_FORMAT = "%H%x00%P%x00%aI%x00%an%x00%ae%x00%s"
_HEADER = 6


class FileChange(NamedTuple):
    """What a commit did to a file: `status` A, M or D, the object before and after ("" where there is none)."""

    status: str
    path: str
    old: str
    new: str


class Commit(NamedTuple):
    """A commit with what it changed. `date` is when its author wrote it, RFC 3339; of a merge `changes` are only what
    differs from every parent."""

    hash: str
    parents: tuple[str, ...]
    date: str
    author: str
    email: str
    subject: str
    changes: tuple[FileChange, ...]


def differing(repository: Repository, old: str, new: str) -> tuple[list[Change], set[str]]:
    """What two commits hold differently, and the ids of the dialogues in which that is."""
    changes = repository.changed(old, new, DIALOGUES)
    prefix = DIALOGUES + "/"
    return changes, {change.path.removeprefix(prefix).partition("/")[0] for change in changes if change.path.startswith(prefix)}


def held(repository: Repository, commit: str) -> dict[str, dict[str, str]]:
    """The object of every file of every dialogue in a commit: by id, then by path in its folder.

    What the work tree holds is compared with these hashes and not by git, which would run the filters that the
    repository's settings name on files that look touched.
    """
    found: dict[str, dict[str, str]] = {}
    for path, item in repository.tree(commit, DIALOGUES).items():
        id, slash, inside = path.removeprefix(DIALOGUES + "/").partition("/")
        if slash and not any(part.startswith(".") for part in path.split("/")[2:]):
            found.setdefault(id, {})[inside] = item.oid
    return found


def object_of(data: bytes, length: int) -> str:
    """The hash that git gives to a file, in a repository whose hashes have this many characters."""
    from hashlib import sha1, sha256

    digest = sha256 if length == 64 else sha1
    return digest(b"blob %d\0" % len(data) + data).hexdigest()


class Past:
    """The history up to one commit. Objects are read by one process, ended by `close`."""

    def __init__(self, repository: Repository, tip: str) -> None:
        self.repository = repository
        self.tip = tip
        self.shallow = repository.shallow
        self._objects: Objects = repository.objects()

    def commits(self, ids: Sequence[str]) -> list[Commit]:
        """Every commit that touched one of these dialogues, newest first, each after what was built on it."""
        words = ["log", "--topo-order", "--encoding=UTF-8", "--no-follow", "--no-show-signature", "--diff-merges=combined"]
        said = self.repository.out([*words, *_RAW, f"--format=tformat:{_FORMAT}", _hash(self.tip)], [f"{DIALOGUES}/{id}" for id in ids])
        return list(_commits(said))

    def moves(self, commit: Commit) -> list[FileChange]:
        """What a commit changed in all dialogues against its first parent: how the folder of one may have got its name."""
        if not commit.parents:
            return []
        words = ["diff-tree", "-r", *_RAW, _hash(commit.parents[0]), _hash(commit.hash)]
        return list(_changes(iter(fields(self.repository.out(words, [DIALOGUES])))))

    def blobs(self, oids: Sequence[str]) -> list[bytes | None]:
        """The contents behind hashes; None for what is not here."""
        return self._objects.read(oids)

    def close(self) -> None:
        """End the reader."""
        self._objects.close()


def _commits(said: bytes) -> Iterator[Commit]:
    parts = list(fields(said))
    at = 0
    while at + _HEADER <= len(parts):
        hash, parents, date, author, email, subject = (printable(part) for part in parts[at : at + _HEADER])
        at += _HEADER
        at += parts[at : at + 1] == [""]  # git ends the header of a merge twice
        start = at
        while at < len(parts) and parts[at].startswith(("\n:", ":")):
            at += 2
        changes = tuple(_changes(iter(parts[start:at])))
        yield Commit(hash, tuple(parents.split()), date, author, email, subject, changes)


def _changes(parts: Iterator[str]) -> Iterator[FileChange]:
    """`:mode mode old new status`, then the path; with a colon, a mode and an object more for each further parent."""
    for head in parts:
        path = next(parts)
        words = head.lstrip("\n").split()
        parents = len(words[0]) - len(words[0].lstrip(":"))
        olds, new, status = words[parents + 1 : 2 * parents + 1], words[2 * parents + 1], words[2 * parents + 2]
        gone = not new.strip("0") and words[parents] == "000000"
        was = next((old for old in olds if old.strip("0")), "")
        yield FileChange("D" if gone else "M" if was else status[:1], path, was, "" if gone or not new.strip("0") else new)


def printable(text: str) -> str:
    """Bytes that are no UTF-8 (a subject may be anything) as `\\xff`, so that any output can carry them."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _hash(text: str) -> str:
    if not HASH.fullmatch(text):
        raise ValueError(f"not a hash: {text!r}")
    return text
