"""What two readings of one dialogue disagree about: so that writing a dialogue in another form can be proved to change nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from blue_cli.dialogue.convergence import history
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import JUDGE
from blue_cli.dialogue.lifecycle import FIRST
from blue_cli.dialogue.model import Entity, Standing


def status_after(standing: Standing, round: int) -> str:
    """The status of a tension at the end of a round, from what its events made of it."""
    found = FIRST["T"]
    for event in standing.events:
        if event.round <= round and event.status:
            found = event.status
    return found


def differences(before: Graph, after: Graph) -> list[str]:
    """Everything that is not the same in both, in words; empty when nothing is.

    Entities with their statuses, refs, moves, signals, panels, and each round's open tensions and convergence. Display
    ids, the places of what was written and who besides the raiser speaks for a judge's tension may differ.
    """
    return [*_entities(before, after), *_acts(before, after), *_rounds(before, after)]


def _entities(before: Graph, after: Graph) -> Iterator[str]:
    for name in sorted(before.entities.keys() | after.entities.keys()):
        old, new = before.entities.get(name), after.entities.get(name)
        if old is None or new is None:
            yield f"{name}: {'gone' if new is None else 'not there before'}"
            continue
        said, say = before.standing[name].status, after.standing[name].status
        if said != say:
            yield f"{name}: {said} before, {say} after"
        if _text(old) != _text(new):
            yield f"{name}: its label was {old.label!r}, and would be {new.label!r}"


def _text(entity: Entity) -> str:
    """A label without what cannot stand in a marker."""
    return "".join(c for c in entity.label if c.isalnum()) if entity.kind == "T" else entity.label


def _acts(before: Graph, after: Graph) -> Iterator[str]:
    """Refs and moves of the files that are in both."""
    both = {s.path for s in before.sources.files if s.author != JUDGE} & {s.path for s in after.sources.files}
    old, new = (
        Counter(
            [f"{r.path}: {r.type} {r.written} from {r.source} means {r.target}" for r in graph.refs if r.path in both]
            + [f"{m.path}: {m.type} of {m.expert} means {', '.join(m.targets) or 'nothing'}" for m in graph.moves if m.path in both]
        )
        for graph in (before, after)
    )
    yield from (f"before, not after: {text}" for text in old - new)
    yield from (f"after, not before: {text}" for text in new - old)


def _rounds(before: Graph, after: Graph) -> Iterator[str]:
    old, new = history(before), history(after)
    if len(old) != len(new):
        yield f"{len(old)} rounds before, {len(new)} after"
    for one, other in zip(old, new, strict=False):
        for field in ("panel", "writers", "open_tensions", "new_perspectives", "percent", "signals"):
            said, say = getattr(one, field), getattr(other, field)
            if said != say:
                yield f"round {one.round}: {field.replace('_', ' ')} {said} before, {say} after"
