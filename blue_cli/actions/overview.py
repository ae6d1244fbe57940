"""Reading one dialogue as a whole, and all of them as a list."""

from __future__ import annotations

from typing import NamedTuple

from blue_cli.actions.everywhere import ask
from blue_cli.actions.load import fold, load, readable
from blue_cli.dialogue.convergence import measure, status
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.model import Entity
from blue_cli.errors import NotFound
from blue_cli.stores.base import Store


class Line(NamedTuple):
    """One dialogue in the list of all. Counts are None when something could not be read."""

    id: str
    status: str
    rounds: int
    experts: int
    open_tensions: int | None
    velocity: int | None
    title: str
    native: bool
    uid: str


def overview(store: Store, processes: int = 1) -> list[Line]:
    """Every dialogue in one line, sorted by id."""
    return [Line(*answer) for answer in ask(store, _line, processes)]


def _line(store: Store, uid: str) -> tuple[str, str, int, int, int | None, int | None, str, bool, str]:
    graph = load(store, uid, only="TP")
    if graph.sources.verdicts:  # what they rest on, and who opposed that, is left out of a narrow reading
        graph = load(store, uid)
    measured = measure(graph)
    last = graph.last_round
    opened = len(measured.open_tensions) if measured.complete else None
    about = graph.meta
    rounds = 0 if last is None else last + 1
    return (about.id, status(graph, measured), rounds, len(about.experts), opened, measured.velocity, about.title, about.native, about.uid)


def read(store: Store, uid: str) -> Graph:
    """One dialogue, as far as it can be read."""
    return fold(store.load(uid))


def read_text(store: Store, uid: str) -> Graph:
    """One dialogue, for an answer that needs its text. `Locked` when it is sealed and no key here opens it."""
    return fold(readable(store.load(uid)))


def round_of(graph: Graph, number: int) -> int:
    """The number of a round that is there; `NotFound` when it is not."""
    last = graph.last_round
    if last is None:
        raise NotFound("this dialogue has no rounds yet", fix="blue round add FILE --expert SLUG")
    if not 0 <= number <= last:
        raise NotFound(f"no round {number}", why=f"this dialogue has rounds 0 to {last}", fix=f"blue round show {last}")
    return number


def _kind_in(word: str) -> str:
    """The letter of the kind that an id names, `T0009` or `MUFFIN-T0009`; "" when it names none."""
    return word.upper().rpartition("-")[2][:1]


def find(graph: Graph, word: str) -> Entity:
    """The entity of that id; `NotFound` with the closest ids and their labels."""
    entity = graph.find(word)
    if entity is not None:
        return entity
    from difflib import get_close_matches

    same = [e for e in graph.entities.values() if e.kind == _kind_in(word)] or list(graph.entities.values())
    names = {name: e for e in same for name in (graph.shown(e.canonical), e.canonical)}
    near = list(dict.fromkeys(names[n].canonical for n in get_close_matches(word.upper(), names, 6, 0.5)))[:3]
    shown = [f'{graph.shown(n)} "{graph.entities[n].label}"' for n in near]
    raise NotFound(
        f"no {word} in {graph.meta.id}",
        fix="did you mean " + " or ".join(shown) + "?" if shown else "blue tensions list --all",
        suggestions=[graph.shown(n) for n in near],
    )
