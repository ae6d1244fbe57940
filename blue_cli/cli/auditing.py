"""The audit log with the keys of this call: what a command that changes keys or a seal enters around the change, and
what checks a log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, NoReturn

from blue_cli.actions.audit import logged, writer
from blue_cli.cli.options import Call
from blue_cli.crypto.event import WORKSPACE, WORKSPACE_KEK, Draft, Event, audit_key, key_id
from blue_cli.dialogue.ids import DIALOGUE
from blue_cli.errors import Finding, Locked, NotFound, Tampered
from blue_cli.stores.events import EventFolder
from blue_cli.workspace import writers_path

if TYPE_CHECKING:
    from blue_cli.crypto.block import Block
    from blue_cli.crypto.keys.material import Umk
    from blue_cli.crypto.seal import Deks


def around_key(here: Call, action: str, umk: Umk, details: Mapping[str, str] = {}) -> AbstractContextManager[Any]:
    """Enter it around a change of a master key: the workspace's log tells of it first. Without a workspace there is no log."""
    try:
        root = here.workspace.root
    except NotFound:
        return nullcontext()
    uid, epoch, salt, _ = WORKSPACE_KEK
    key = audit_key(umk.kek(uid, epoch, salt), WORKSPACE)
    return _around(here, root, Draft(WORKSPACE, action, umk.id, details), key)


def around(here: Call, action: str, deks: Deks, details: Mapping[str, str] = {}) -> AbstractContextManager[Any]:
    """Enter it around a change of a dialogue's seal or keys, or before its plaintext goes out: its log tells of it first."""
    key = audit_key(deks.key(1), deks.uid)
    return _around(here, here.workspace.root, Draft(deks.uid, action, key_id(deks.uid, key), details), key)


def _around(here: Call, root: str, draft: Draft, key: bytes) -> AbstractContextManager[Event]:
    who = writer(writers_path(here.world.env), root, here.world.random)
    return logged(EventFolder(root), draft, key, who, here.world.now)


class AuditKeys:
    """The audit keys that this call has, each asked for once. What does not open is a warning, and no key."""

    def __init__(self, here: Call) -> None:
        self._here = here
        self._logs: dict[str, bytes | None] = {}
        self._umks: dict[str, bytes | None] = {}

    def key_for(self, event: Event) -> bytes | None:
        """The key of an event; None when it is not here. Raises what providers raise when they do not answer."""
        if event.dialogue == WORKSPACE:
            if event.key not in self._umks:
                self._umks[event.key] = self._tried(self._of_umk, event.key)
            return self._umks[event.key]
        key = self._dialogue(event.dialogue)
        return key if key and key_id(event.dialogue, key) == event.key else None

    def sealed(self, uids: Iterable[str]) -> dict[str, str]:
        """Which of these dialogues have a seal, and the name of the audit key of each; empty where it is not here."""
        found = {}
        for uid in uids:
            if self._block(uid) is not None:
                key = self._dialogue(uid)
                found[uid] = key_id(uid, key) if key else ""
        return found

    def _dialogue(self, uid: str) -> bytes | None:
        if uid not in self._logs:
            self._logs[uid] = self._tried(self._of_dialogue, uid)
        return self._logs[uid]

    def _tried(self, ask: Callable[[str], bytes | None], name: str) -> bytes | None:
        try:
            return ask(name)
        except Locked as error:
            self._here.warnings.append(Finding("audit", error.message, why=error.why, fix=error.fix, severity="warning"))
            return None

    def _of_umk(self, key: str) -> bytes | None:
        provider = self._here.workspace.keyring.find(key)
        return audit_key(provider.kek(*WORKSPACE_KEK), WORKSPACE) if provider else None

    def _of_dialogue(self, uid: str) -> bytes | None:
        block = self._block(uid)
        return audit_key(self._here.workspace.keyring.open(uid, block).key(1), uid) if block else None

    def _block(self, uid: str) -> Block | None:
        """The seal of a dialogue; None when it has none or is gone. `Tampered` for one that cannot be read."""
        from blue_cli.crypto.envelope import Malformed
        from blue_cli.stores.opening import block_of

        try:
            snapshot = self._here.workspace.raw_store.load(uid)
            return block_of(snapshot.blobs.get(DIALOGUE, b""))
        except NotFound:
            return None
        except Malformed as error:
            raise Tampered(f"{snapshot.id}: {error}") from None

    def __repr__(self) -> str:
        return "<AuditKeys>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not written anywhere")
