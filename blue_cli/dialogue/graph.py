"""The graph of one dialogue: what was written, how it hangs together, and where each thing stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from blue_cli.dialogue import identity
from blue_cli.dialogue.cast import Cast
from blue_cli.dialogue.grammar import KIND_NAMES
from blue_cli.dialogue.ids import DISPLAY
from blue_cli.dialogue.lifecycle import Illegal
from blue_cli.dialogue.meta import panel_of
from blue_cli.dialogue.model import Entity, Meta, Move, Ref, Ruling, Standing
from blue_cli.dialogue.sources import Sources, Trouble


class Graph(NamedTuple):
    """One dialogue, folded.

    entities  by canonical id, in the order of section 3 of FORMAT.md; `standing` has one value for each
    by_id     display id → canonical id (the earlier one where two files claim it)
    abouts    stance → the recommendation it is on, where it says so
    signals   round → experts who signalled CONVERGE in it
    writers   round → experts who wrote in it
    complete  False when something could not be read, so that counts are unknown
    """

    meta: Meta
    sources: Sources
    entities: Mapping[str, Entity]
    standing: Mapping[str, Standing]
    refs: tuple[Ref, ...]
    moves: tuple[Move, ...]
    rulings: tuple[Ruling, ...]
    by_id: Mapping[str, str]
    signals: Mapping[int, tuple[str, ...]]
    writers: Mapping[int, tuple[str, ...]]
    cast: Cast
    abouts: Mapping[str, str] = {}
    troubles: tuple[Trouble, ...] = ()
    illegal: tuple[Illegal, ...] = ()
    complete: bool = True

    @property
    def highest(self) -> dict[tuple[int, str], int]:
        """(round, kind) → highest display number assigned in a file's `ids:`."""
        return identity.highest(e.id for e in self.entities.values() if e.assigned and DISPLAY.fullmatch(e.id))

    @property
    def last_round(self) -> int | None:
        """The highest round with an expert's contribution; None without any."""
        return max(self.writers, default=None)

    def panel(self, round: int) -> tuple[str, ...]:
        """The panel of a round (FORMAT.md, sections 1 and 7), sorted."""
        return panel_of(self.meta, round, self.writers.get(round, ()))

    def of_kind(self, kind: str) -> Iterator[tuple[Entity, Standing]]:
        """Every entity of one kind with its standing."""
        for name, entity in self.entities.items():
            if entity.kind == kind:
                yield entity, self.standing[name]

    def find(self, word: str) -> Entity | None:
        """The entity that a person means by a display id, a canonical id or a local spelling that is unique."""
        word = word.strip().rstrip("?")
        name = self.by_id.get(word.upper()) or self.by_id.get(word) or word.upper()
        return self.entities.get(name)

    def shown(self, name: str) -> str:
        """How an entity (or `@slug`) is called in output: its display id, with `?` while no file has it."""
        entity = self.entities.get(name)
        if entity is None:
            return name
        return entity.id if entity.assigned else entity.id + "?"

    def content(self, entity: Entity) -> str:
        """The text of an entity: what follows its marker up to the next entity, heading or break."""
        for source in self.sources.files:
            if source.path == entity.path:
                return source.text[entity.start : entity.end].strip("\n")
        return ""

    def refs_from(self, name: str) -> list[Ref]:
        """The refs whose source is this entity."""
        return [r for r in self.refs if r.source == name]

    def counts(self, kind: str) -> dict[str, int]:
        """How many entities of a kind have each status."""
        from blue_cli.dialogue.grammar import STATUSES

        counts = dict.fromkeys(STATUSES[kind], 0)
        for _, standing in self.of_kind(kind):
            counts[standing.status] = counts.get(standing.status, 0) + 1
        return counts


KINDS = tuple(KIND_NAMES)
