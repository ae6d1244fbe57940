"""A dialogue and the acts on it, spelled shortly."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from blue_cli.actions import dialogues, panel
from blue_cli.actions.load import load
from blue_cli.actions.placement import Draft, Wish
from blue_cli.actions.round_add import Added, add
from blue_cli.dialogue import document, frontmatter
from blue_cli.dialogue.graph import Graph
from blue_cli.stores.base import Store

NOW = datetime(2026, 11, 24, 5, 28, tzinfo=UTC)


class Desk:
    """`add` takes a text or bytes; the keywords are those of `Wish`."""

    def __init__(self, store: Store, *experts: str) -> None:
        self.store = store
        people = tuple(map(panel.parse_expert, experts or ("muffin:Caching", "scone:Storage")))
        wish = dialogues.Wish("Cache policy", experts=people, id="cache")
        self.uid = dialogues.start(store, wish, NOW, random.Random(7).getrandbits).uid

    def add(self, expert: str, text: str | bytes, **wish: Any) -> Added:
        """One contribution, from standard input."""
        return add(self.store, self.uid, [Draft("-", bytes_of(text))], Wish(expert, **wish), NOW)

    def add_files(self, files: Mapping[str, str | bytes], **wish: Any) -> Added:
        """Several contributions by name."""
        return add(self.store, self.uid, [Draft(name, bytes_of(text)) for name, text in files.items()], Wish(**wish), NOW)

    def put(self, address: str, data: str | bytes) -> None:
        """Write a blob past the program, as an editor or git would."""
        snapshot = self.store.load(self.uid)
        self.store.commit(self.uid, snapshot.version, {address: bytes_of(data)})

    @property
    def blobs(self) -> Mapping[str, bytes]:
        return self.store.load(self.uid).blobs

    @property
    def graph(self) -> Graph:
        return load(self.store, self.uid)

    def front(self, address: str) -> dict[str, Any]:
        """The front matter of a blob."""
        return frontmatter.read(document.read(self.blobs[address]).front or "")[0]

    def statuses(self, kind: str = "T") -> dict[str, str]:
        """Display id → status."""
        graph = self.graph
        return {graph.shown(e.canonical): s.status for e, s in graph.of_kind(kind)}


def bytes_of(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
