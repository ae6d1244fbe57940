"""What each list shows: columns, one row and one JSON item a thing. One table, `LISTS`; the README's comes from it.

Columns are only ever appended (CLI.md, output): scripts count them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from blue_cli.dialogue.grammar import UNSETTLED
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import JUDGE
from blue_cli.dialogue.model import Entity, Expert, Move, Ref, Standing
from blue_cli.views.listing import BY_VALUE, Column

Cells = tuple[str, ...]


class Filter(NamedTuple):
    """What a list is narrowed to. `statuses` empty: what the list shows without being asked (`all`: everything)."""

    statuses: frozenset[str] = frozenset()
    by: str = ""
    round: int | None = None
    all: bool = False
    raised: bool = False


class Listing(NamedTuple):
    """One list: the kind it is about, its columns, how to find, row and describe its things."""

    kind: str
    columns: Sequence[Column]
    find: Callable[[Graph, Filter], Iterator[Any]]
    cells: Callable[[Graph, Any], Cells]
    document: Callable[[Graph, Any], dict[str, Any]]


ID = Column("id", style="id")
STATUS = Column("status", style=BY_VALUE)
CONTRIBUTORS = Column("contributors", "by")
ROUND = Column("round", right=True)
LABEL = Column("label", flex=True)
DIALOGUE = Column("dialogue", style="dim")
ENTITY_COLUMNS = (ID, STATUS, CONTRIBUTORS, ROUND, LABEL, DIALOGUE)


# --- entities ------------------------------------------------------------------------------------------------


def entities(kind: str) -> Listing:
    """The list of one kind of entity."""

    def find(graph: Graph, wanted: Filter) -> Iterator[tuple[Entity, Standing]]:
        found = [pair for pair in graph.of_kind(kind) if fits(wanted, kind, *pair)]
        return iter(sorted(found, key=_by_id) if len(found) > 1 else found)

    return Listing(kind, ENTITY_COLUMNS, find, entity_cells, tension_document if kind == "T" else entity_document)


def _by_id(pair: tuple[Entity, Standing]) -> tuple[int, int, str]:
    """In the order of their ids: the graph has them by file, and so by the names of who wrote them."""
    entity = pair[0]
    return entity.round, len(entity.id), entity.id


def fits(wanted: Filter, kind: str, entity: Entity, standing: Standing) -> bool:
    """Whether an entity passes a filter. Tensions that do not count are shown only when asked for."""
    if wanted.round is not None and entity.round != wanted.round:
        return False
    if wanted.by and wanted.by not in standing.contributors:
        return False
    if wanted.statuses or (wanted.raised and not wanted.all):
        stance = entity.stance[0].lower() if entity.stance else ""
        return standing.status in wanted.statuses or stance in wanted.statuses or (wanted.raised and standing.status == "raised")
    return kind != "T" or wanted.all or standing.status in UNSETTLED


def entity_cells(graph: Graph, pair: tuple[Entity, Standing]) -> Cells:
    """id, status, contributors, round, label, dialogue."""
    entity, standing = pair
    id = entity.id if entity.assigned else entity.id + "?"
    return (id, standing.status, ",".join(standing.contributors), str(entity.round), entity.label, graph.meta.id)


def entity_document(graph: Graph, pair: tuple[Entity, Standing]) -> dict[str, Any]:
    """What every kind of entity says of itself."""
    entity, standing = pair
    fields: dict[str, Any] = {
        "id": entity.id,
        "canonical_id": entity.canonical,
        "registered": entity.assigned,
        "label": entity.label,
        "status": standing.status,
        "contributors": list(standing.contributors),
        "round": entity.round,
        "path": entity.path,
        "line": entity.line,
        "dialogue": graph.meta.id,
    }
    if entity.stance is not None:
        fields |= {"stance": entity.stance[0], "confidence": entity.stance[1]}
    return fields


def tension_document(graph: Graph, pair: tuple[Entity, Standing]) -> dict[str, Any]:
    """A tension: also who addressed and settled it, and who still has to say so."""
    entity, standing = pair
    last = graph.last_round
    settling = [e for e in standing.events if e.type == "resolved"]
    settled = standing.status not in UNSETTLED
    return {
        **entity_document(graph, pair),
        "addressed_by": _unique(_cause(graph, e.reference, e.actors) for e in standing.events if e.type in ("addressed", "proposed")),
        "resolved_by": _cause(graph, settling[-1].reference, settling[-1].actors) if settling and standing.status == "resolved" else None,
        "proposed_by": [] if settled else list(standing.proposed_by),
        "must_confirm": [] if settled else [*standing.contributors, *([] if JUDGE in standing.contributors else [JUDGE])],
        "age_rounds": max(0, last - entity.round) if last is not None else 0,
        "judge_word": standing.judge_word,
    }


def _cause(graph: Graph, reference: str | None, actors: tuple[str, ...]) -> str:
    """What did it: the entity it was said in, else who did."""
    return graph.shown(reference) if reference else ",".join("@" + actor for actor in actors)


def _unique(values: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(values))


# --- stances, refs, moves, experts ---------------------------------------------------------------------------

STANCE_COLUMNS = (ID, Column("stance", style=BY_VALUE), Column("confidence", right=True), CONTRIBUTORS, ROUND, LABEL, DIALOGUE)


def stance_cells(graph: Graph, pair: tuple[Entity, Standing]) -> Cells:
    """id, stance, confidence, contributors, round, label, dialogue."""
    entity, standing = pair
    word, confidence = entity.stance or ("", None)
    shown = "" if confidence is None else str(confidence)
    by = ",".join(standing.contributors)
    return (graph.shown(entity.canonical), word, shown, by, str(entity.round), _on(graph, entity), graph.meta.id)


def _on(graph: Graph, entity: Entity) -> str:
    """What a stance is on, with its label; else the first line of its text."""
    target = graph.abouts.get(entity.canonical)
    if target is None:
        return graph.content(entity).strip().partition("\n")[0]
    return f"on {graph.shown(target)}: {graph.entities[target].label}"


REF_COLUMNS = (Column("source", style="id"), Column("type"), Column("target", style="id"), Column("author", "by"), ROUND,
               Column("place", flex=True, tail=True), DIALOGUE)  # fmt: skip


def find_refs(graph: Graph, wanted: Filter) -> Iterator[Ref]:
    """Refs by type (`--status`), author and round."""
    for ref in graph.refs:
        if _passes(wanted, ref.author, ref.round, ref.type):
            yield ref


def ref_cells(graph: Graph, ref: Ref) -> Cells:
    """source, type, target, author, round, place, dialogue. A target that is not there is shown as written."""
    target = graph.shown(ref.target) if ref.target else f"{ref.written} (not found)"
    return (graph.shown(ref.source), ref.type, target, ref.author, str(ref.round), f"{ref.path}:{ref.line}", graph.meta.id)


def ref_document(graph: Graph, ref: Ref) -> dict[str, Any]:
    """One ref, with the display ids beside the canonical ones."""
    return {
        "source": ref.source, "source_id": graph.shown(ref.source), "type": ref.type, "target": ref.target,
        "target_id": graph.shown(ref.target) if ref.target else None, "written": ref.written, "author": ref.author,
        "round": ref.round, "path": ref.path, "line": ref.line, "dialogue": graph.meta.id,
    }  # fmt: skip


MOVE_COLUMNS = (Column("expert", "by"), ROUND, Column("type"), Column("targets", style="id"), Column("text", flex=True), DIALOGUE)


def find_moves(graph: Graph, wanted: Filter) -> Iterator[Move]:
    """Moves by type (`--status`), expert and round."""
    for move in graph.moves:
        if _passes(wanted, move.expert, move.round, move.type):
            yield move


def move_cells(graph: Graph, move: Move) -> Cells:
    """expert, round, type, targets, text, dialogue."""
    targets = ",".join(graph.shown(t) for t in move.targets)
    return (move.expert, str(move.round), move.type, targets, move.text, graph.meta.id)


def move_document(graph: Graph, move: Move) -> dict[str, Any]:
    """One move."""
    return {
        "expert": move.expert, "round": move.round, "type": move.type, "targets": list(move.targets),
        "target_ids": [graph.shown(t) for t in move.targets], "text": move.text, "path": move.path, "line": move.line,
        "dialogue": graph.meta.id,
    }  # fmt: skip


def _passes(wanted: Filter, author: str, round: int, type: str) -> bool:
    return (
        (not wanted.by or wanted.by == author)
        and (wanted.round is None or wanted.round == round)
        and (not wanted.statuses or type in wanted.statuses)
    )


EXPERT_COLUMNS = (Column("slug", style="id"), Column("role", flex=True), Column("tier"), Column("source"), Column("from", right=True),
                  Column("to", right=True), Column("rounds"), DIALOGUE)  # fmt: skip


def find_experts(graph: Graph, wanted: Filter) -> Iterator[Expert]:
    """The panel, as listed; with `--round` who is asked in it."""
    panel = None if wanted.round is None else graph.panel(wanted.round)
    for expert in graph.meta.experts:
        asked = (panel is None or expert.slug in panel) and (not wanted.by or wanted.by == expert.slug)
        if asked and (not wanted.statuses or expert.tier in wanted.statuses):
            yield expert


def expert_cells(graph: Graph, expert: Expert) -> Cells:
    """slug, role, tier, source, from, to, rounds, dialogue."""
    wrote = ",".join(str(r) for r, who in sorted(graph.writers.items()) if expert.slug in who)
    to = "" if expert.to_round is None else str(expert.to_round)
    return (expert.slug, expert.role, expert.tier, expert.source, str(expert.from_round), to, wrote, graph.meta.id)


def expert_document(graph: Graph, expert: Expert) -> dict[str, Any]:
    """One expert, with the rounds they wrote in."""
    return {
        "slug": expert.slug, "role": expert.role, "tier": expert.tier or None, "relevance": expert.relevance,
        "source": expert.source or None, "reason": expert.reason, "focus": expert.focus, "from_round": expert.from_round,
        "to_round": expert.to_round, "rounds": sorted(r for r, who in graph.writers.items() if expert.slug in who),
        "dialogue": graph.meta.id,
    }  # fmt: skip


VERDICT_COLUMNS = (ID, Column("kind"), ROUND, Column("author", "by"), Column("state", style=BY_VALUE),
                   Column("recommendation", flex=True), Column("changed", "changed since", flex=True), DIALOGUE)  # fmt: skip


def find_verdicts(graph: Graph, wanted: Filter) -> Iterator[Any]:
    """Verdicts by state (`--status`), author and round."""
    if graph.sources.verdicts:
        from blue_cli.views import verdicts  # the other lists need not load it

        for told in verdicts.tell(graph):
            state = next((word for word in told.state if word in wanted.statuses), "")
            if _passes(wanted, told.verdict.author, told.verdict.round, state):
                yield told


def verdict_cells(graph: Graph, told: Any) -> Cells:
    """id, kind, round, author, state, recommendation, what has changed since when it is stale, dialogue."""
    from blue_cli.views import verdicts

    return verdicts.cells(graph, told)


def verdict_document(graph: Graph, told: Any) -> dict[str, Any]:
    """One verdict."""
    from blue_cli.views import verdicts

    return {**verdicts.document(graph, told), "dialogue": graph.meta.id}


LISTS: dict[str, Listing] = {
    "tensions": entities("T"),
    "perspectives": entities("P"),
    "recommendations": entities("R"),
    "evidence": entities("E"),
    "claims": entities("C"),
    "stances": entities("S")._replace(columns=STANCE_COLUMNS, cells=stance_cells),
    "refs": Listing("", REF_COLUMNS, find_refs, ref_cells, ref_document),
    "moves": Listing("", MOVE_COLUMNS, find_moves, move_cells, move_document),
    "experts": Listing("", EXPERT_COLUMNS, find_experts, expert_cells, expert_document),
    "verdicts": Listing("", VERDICT_COLUMNS, find_verdicts, verdict_cells, verdict_document),
}
