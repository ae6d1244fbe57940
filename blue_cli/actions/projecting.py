"""The projection's content: a snapshot becomes rows. A store calls this inside the transaction that changed the dialogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from blue_cli.actions.load import fold
from blue_cli.actions.stats import count
from blue_cli.dialogue import projection, schema
from blue_cli.dialogue.relation import statements
from blue_cli.errors import WrongCall
from blue_cli.stores import projecting
from blue_cli.stores.base import Snapshot
from blue_cli.stores.projecting import Condition
from blue_cli.stores.sealed import holds_seal


class Graphs:
    """The tables of `dialogue.schema`, filled from a dialogue's graph."""

    format = schema.FORMAT
    tables = schema.TABLES
    statements = statements(schema.TABLES)
    indexed = schema.INDEXED

    def rows(self, snapshot: Snapshot) -> Mapping[str, Sequence[Sequence[Any]]]:
        """The rows of one dialogue as it lies in the store. What is sealed stays unread: one row says that it is there."""
        about = projection.About(snapshot.uid, snapshot.version, tuple(snapshot.blobs), {})
        if holds_seal(snapshot.blobs):
            return projection.sealed(snapshot.id, about)
        graph = fold(snapshot)
        return projection.rows(graph, about._replace(figures=count(graph)))


class Projecting(Protocol):
    """A store that can hold a projection."""

    def begin_projection(self, projector: projecting.Projector) -> list[Any]: ...
    def project(self, key: Any, projector: projecting.Projector) -> None: ...
    def drop_projection(self, projector: projecting.Projector) -> bool: ...
    def condition(self, projector: projecting.Projector) -> Condition: ...


def able(store: Any) -> Projecting:
    """The store, if it can hold a projection, else `WrongCall`."""
    if not hasattr(store, "project"):
        why = "only databases hold one, beside the dialogues"
        raise WrongCall("this store has no projection", why=why, fix="blue --store sqlite:///NAME.db store project")
    able: Projecting = store
    return able


def project(store: Projecting) -> Iterator[tuple[int, int]]:
    """Make the projection, or bring it up to date: (dialogues done, dialogues to do), beginning with (0, n).

    A dialogue a transaction, so nobody is kept waiting, and what was done before a kill is done.
    """
    graphs = Graphs()
    keys = store.begin_projection(graphs)
    yield 0, len(keys)
    for done, key in enumerate(keys, 1):
        store.project(key, graphs)
        yield done, len(keys)


def unproject(store: Projecting) -> bool:
    """Take the projection away; whether there was one."""
    return store.drop_projection(Graphs())


def condition(store: Projecting) -> Condition:
    """How it stands with the projection."""
    return store.condition(Graphs())
