"""Which uid each dialogue of a store answers to, remembered as it is found out.

A store that names its dialogues by id learns a uid by looking into `dialogue.md`. That costs a read, so it
is done once a dialogue, only for those asked about, and forgotten when the dialogue turns out to have changed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from blue_cli.dialogue.ids import is_name, uid_in

HEAD = (1 << 16) + 16  # bytes; front matter of 64 KiB (FORMAT.md, section 8) and its fences
STRAIGHT = ("older:", "copy:")  # uids that name the dialogue's id


class Keys:
    """The memory of one store. `head` gives the first bytes of a dialogue's `dialogue.md`, empty without one.

    Two dialogues with one uid (a copied folder): the first one found keeps it, the other is `copy:{id}`, so
    that both can be loaded and reported. Every id answers to `older:{id}` and `copy:{id}` as well.
    """

    def __init__(self, head: Callable[[str], bytes]) -> None:
        self._head = head
        self._lock = threading.Lock()
        self._known: dict[str, tuple[str, str]] = {}  # id → (uid as written, uid it answers to)
        self._ids: dict[str, str] = {}  # uid it answers to → id
        self.forgotten = 0  # how often something was forgotten: whoever knew all of them does not any more

    def uid_of(self, id: str) -> str:
        """The uid a dialogue answers to; reads its head the first time."""
        known = self._known.get(id)
        return known[1] if known else self.learn(id, self._head(id))

    def learn(self, id: str, head: bytes) -> str:
        """The same when the head was read anyway: the newest reading counts."""
        written = uid_in(head[:HEAD], id)
        with self._lock:
            known = self._known.get(id)
            if known and known[0] == written:
                return known[1]
            self._drop(id)
            uid = written if written not in self._ids else f"copy:{id}"
            self._known[id] = (written, uid)
            self._ids[uid] = id
            return uid

    def forget(self, id: str) -> None:
        """Find out again next time: it was renamed, removed or given another uid."""
        with self._lock:
            self._drop(id)

    def keep(self, ids: list[str]) -> None:
        """Forget every dialogue but these: one that is gone must not hold the uid of the one it became."""
        with self._lock:
            for id in self._known.keys() - ids:
                self._drop(id)

    def find(self, uid: str, ids: Callable[[], Iterable[str]]) -> str | None:
        """The id behind a uid, or None. Looks into no more dialogues than it must; `ids` is asked only for that."""
        prefix, _, id = uid.partition(":")
        if f"{prefix}:" in STRAIGHT:
            return id if is_name(id) else None
        if uid in self._ids:
            return self._ids[uid]
        return next((id for id in ids() if self.uid_of(id) == uid), None)

    def named(self, uid: str) -> tuple[str, ...]:
        """The id of the dialogue that answers to a uid, of those that were looked at."""
        id = self._ids.get(uid)
        return () if id is None else (id,)

    def _drop(self, id: str) -> None:
        known = self._known.pop(id, None)
        if known:
            self.forgotten += 1
            self._ids.pop(known[1], None)
