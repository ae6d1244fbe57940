"""A store that is written in a work tree and read from git: so that what reads git can keep the contract of all stores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from blue_cli.dialogue.ids import uuid7
from blue_cli.git.repo import Repository
from blue_cli.stores.base import Entry, Snapshot, Stale, Store
from blue_cli.stores.files import FilesStore
from tests.git.repository import git
from tests.stores.contract import told

Reader = Callable[[Repository], Store]


class Committed:
    """Everything written is staged, and with `always` committed; every question gets a new reader."""

    def __init__(self, root: Path, reader: Reader, always: bool) -> None:
        self.root, self.reader, self.always = root, reader, always
        self.files = FilesStore(str(root))

    def read(self) -> Store:
        return self.reader(Repository.find(str(self.root), os.environ))

    def dialogues(self) -> Iterable[Entry]:
        return self.read().dialogues()

    def load(self, uid: str) -> Snapshot:
        return self.read().load(uid)

    def commit(self, uid: str, expect: str, puts: Mapping[str, bytes], deletes: Iterable[str] = ()) -> str:
        there = self.files.load(uid)
        if expect != self.load(uid).version:
            raise Stale("changed")
        self.files.commit(uid, there.version, puts, deletes)
        return self._keep(there.id)

    def create(self, uid: str, id: str, puts: Mapping[str, bytes]) -> str:
        self.files.create(uid, id, puts)
        return self._keep(id)

    def rename(self, uid: str, id: str) -> None:
        self.files.rename(uid, id)
        self._keep(id)

    def _keep(self, id: str) -> str:
        git(self.root, "add", "-A")
        if self.always:
            git(self.root, "commit", "-q", "--allow-empty", "-m", "kept")
        return self.load(f"older:{id}").version


HOSTILE = uuid7(1_795_000_000_000, 7)


def make_hostile(root: Path, id: str = "hostile") -> None:
    """A dialogue with everything in it that is not to be read."""
    folder = root / ".blue/dialogues" / id
    (folder / "round-0").mkdir(parents=True)
    (folder / "dialogue.md").write_bytes(told(HOSTILE)["dialogue"])
    (folder / "round-0/muffin.md").write_text("read\n")
    (folder / "round-0/large.md").write_bytes(b"x" * ((1 << 20) + 1))
    (folder / "round-0/limit.md").write_bytes(b"x" * (1 << 20))
    (folder / "round-0/link.md").symlink_to("/etc/passwd")
    (folder / "round-1").symlink_to("/etc")
    (folder / "round-0/esc\x1b[31m.md").write_text("unsafe")
    (folder / "bad\nfolder").mkdir()
    (folder / "bad\nfolder/file.md").write_text("unsafe")
    (folder / "1/2/3/4/5").mkdir(parents=True)
    (folder / "1/2/3/4/file").write_text("deep")
    (folder / "1/2/3/4/5/file").write_text("too deep")
    (folder / ".hidden").write_text("ignored")
    (folder / ".hidden-folder").mkdir()
    (folder / ".hidden-folder/file").write_text("ignored")
    (folder / "round-0/.blue-tmp-x").write_text("ignored")
    (folder / os.fsdecode(b"not-\xff-text")).write_text("unsafe")
    (root / ".blue/dialogues/stray-file").write_text("no dialogue")
    (root / ".blue/dialogues/-bad-name").mkdir()
    (root / ".blue/dialogues/-bad-name/dialogue.md").write_text("no dialogue")
    (root / ".blue/dialogues/a-link").symlink_to(id)
