"""The index over all dialogues, asked of each one: what makes a verdict stale, and when something was written, lies with the
files and in no projection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from blue_cli.actions.everywhere import ask
from blue_cli.actions.load import fold
from blue_cli.dialogue.graph import Graph
from blue_cli.stores.base import Snapshot, Store
from blue_cli.views.report_index import Line, arranged, line


def index(store: Store, processes: int = 1) -> list[Line]:
    """A line for every dialogue, in the order of the page."""
    return arranged(Line(*answer) for answer in ask(store, _answer, processes))


def index_each(store: Store, look: Callable[[Snapshot, Graph], None]) -> list[Line]:
    """As `index`, and `look` sees each dialogue, so that it is read once for both its line and its page. One after the
    other: whatever `look` does, it does in this process."""

    def question(store: Store, uid: str) -> Line:
        snapshot = store.load(uid)
        graph = fold(snapshot)
        look(snapshot, graph)
        return line(graph, snapshot.seal is not None)

    return arranged(ask(store, question))


def _answer(store: Store, uid: str) -> tuple[Any, ...]:
    snapshot = store.load(uid)
    return tuple(line(fold(snapshot), snapshot.seal is not None))
