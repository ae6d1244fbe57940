"""`export --format json`: the whole graph of one dialogue as one document (CLI.md, `blue/export@1`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blue_cli.dialogue import document
from blue_cli.dialogue.convergence import Convergence, measure, status
from blue_cli.dialogue.grammar import KIND_NAMES
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import split_address
from blue_cli.dialogue.meta import expert_fields
from blue_cli.dialogue.model import Entity, Event, Expert, Move, Ref, Ruling, Standing
from blue_cli.dialogue.scoreboard import Board, Row, board
from blue_cli.dialogue.scores import Score
from blue_cli.views import verdicts

Document = dict[str, Any]


def export(graph: Graph, blobs: Mapping[str, bytes]) -> Document:
    """The document without `schema` and `warnings`. `blobs` are the bytes it was read from, kept exactly."""
    measured = measure(graph)
    scored = board(graph)
    entities: Document = {
        name: [entity(graph, e, s) for e, s in graph.of_kind(letter)] for letter, name in KIND_NAMES.items()
    }
    return {
        "dialogue": dialogue(graph, measured),
        "experts": [expert(graph, member, scored) for member in graph.meta.experts],
        "rounds": [round_document(row, blobs, graph.complete) for row in scored.rows],
        "contributions": [contribution(address, blobs[address]) for address in sorted(blobs)],
        **entities,
        "refs": [ref(r) for r in graph.refs],
        "moves": [move(m) for m in graph.moves],
        "rulings": [ruling(r) for r in graph.rulings],
        "verdicts": [verdicts.document(graph, told) for told in verdicts.tell(graph)],
        "convergence": convergence(graph, measured),
        "scoreboard": scoreboard(scored),
        "complete": graph.complete,
    }


def dialogue(graph: Graph, measured: Convergence) -> Document:
    """What is asked, and how far it has come."""
    about = graph.meta
    return {
        "id": about.id,
        "uid": about.uid,
        "title": about.title,
        "question": about.question,
        "status": status(graph, measured),
        "created": about.created,
        "rounds": 0 if graph.last_round is None else graph.last_round + 1,
        "links": list(about.links),
        "native": about.native,
    }


def expert(graph: Graph, member: Expert, scored: Board) -> Document:
    """One member of the panel, with their score of each round."""
    fields = {"role": "", "tier": None, "source": None, "relevance": None, "from_round": 0, **expert_fields(member)}
    rounds = [r for r, who in graph.writers.items() if member.slug in who]
    given = {str(row.state.round): points(row.scores[member.slug]) for row in scored.rows if member.slug in row.scores}
    total = scored.totals[member.slug].total if member.slug in scored.totals else 0
    return {**fields, "rounds": sorted(rounds), "scores": given, "total": total}


def points(score: Score) -> dict[str, int]:
    """W, C, T and R."""
    return score._asdict()


def scoreboard(scored: Board) -> Document:
    """The course of the rounds and the sums. Figures are None while something could not be read."""
    known = scored.complete
    return {
        "rounds": [
            {"round": row.state.round, "scores": {slug: points(s) for slug, s in row.scores.items()}, "sum": points(row.sum),
             "score": row.sum.total, "alignment": row.alignment,
             "open_tensions": row.state.open_tensions if known else None,
             "new_perspectives": row.state.new_perspectives if known else None,
             "velocity": row.state.velocity if known else None, "converge_percent": row.state.percent if known else None}
            for row in scored.rows
        ],
        "experts": [{"expert": slug, "sum": points(total), "total": total.total} for slug, total in scored.totals.items()],
        "sum": points(scored.sum),
        "alignment": scored.sum.total,
    }  # fmt: skip


def round_document(row: Row, blobs: Mapping[str, bytes], known: bool) -> Document:
    """One round in figures, None where they are not known, with the judge's summary of an older dialogue."""
    state = row.state
    summary = blobs.get(f"file/round-{state.round}.summary.md")
    return {
        "round": state.round,
        "panel": list(state.panel),
        "writers": list(state.writers),
        "score": row.sum.total,
        "summary": document.read(summary).text if summary is not None else None,
        "open_tensions": state.open_tensions if known else None,
        "new_perspectives": state.new_perspectives if known else None,
        "velocity": state.velocity if known else None,
        "converge_percent": state.percent if known else None,
        "signals": list(state.signals),
    }


def contribution(address: str, data: bytes) -> Document:
    """One blob, so that the same bytes can be made again: `document.join` of `bom`, `front_matter`, `body` and `newline`.

    Where the delimiters of the front matter are spelled in a way of their own, `body` is the whole text and `front_matter`
    is null; what is not UTF-8 is base64.
    """
    kind, round, name = split_address(address)
    place: Document = {"address": address, "round": round if round >= 0 else None, "author": name if kind == "contribution" else None}
    parts = document.read(data)
    front, body = parts.front, parts.body
    if document.join(parts.bom, front, body, parts.newline) != data:
        try:
            front, body = None, (data[3:] if parts.bom else data).decode()
        except UnicodeDecodeError:
            import base64

            return {**place, "front_matter": None, "body": base64.b64encode(data).decode(), "encoding": "base64"}
    return {**place, "front_matter": front, "body": body, "encoding": "text", "bom": parts.bom, "newline": parts.newline}


def entity(graph: Graph, e: Entity, s: Standing) -> Document:
    """One perspective, tension, recommendation, piece of evidence, claim or stance."""
    fields: Document = {
        "id": e.id,
        "canonical_id": e.canonical,
        "local_id": e.local_id,
        "registered": e.assigned,
        "label": e.label,
        "content": graph.content(e),
        "round": e.round,
        "author": e.author,
        "contributors": list(s.contributors),
        "status": s.status,
        "judge_word": s.judge_word,
        "references": [{"type": r.type, "target": r.target} for r in graph.refs_from(e.canonical)],
        "events": [event(x) for x in s.events],
        "path": e.path,
        "line": e.line,
    }
    if e.stance is not None:
        fields |= {"stance": e.stance[0], "confidence": e.stance[1], "on": graph.abouts.get(e.canonical)}
    if s.merged_into:
        fields["merged_into"] = s.merged_into
    return fields


def event(x: Event) -> Document:
    """One thing that happened."""
    fields: Document = {
        "type": x.type, "round": x.round, "actors": list(x.actors), "reference": x.reference, "path": x.path, "line": x.line,
    }  # fmt: skip
    return fields if x.confirms is None else {**fields, "confirms_round": x.confirms}


def ref(r: Ref) -> Document:
    """One typed edge."""
    return {
        "source": r.source, "type": r.type, "target": r.target, "written": r.written,
        "author": r.author, "round": r.round, "path": r.path, "line": r.line,
    }  # fmt: skip


def move(m: Move) -> Document:
    """One move."""
    return {
        "expert": m.expert, "round": m.round, "type": m.type, "targets": list(m.targets),
        "text": m.text, "path": m.path, "line": m.line,
    }  # fmt: skip


def ruling(r: Ruling) -> Document:
    """One ruling of the judge."""
    return {
        "type": r.type, "targets": list(r.targets), "into": r.into, "via": r.via, "reason": r.reason,
        "author": r.author, "round": r.round, "path": r.path, "line": r.line,
    }  # fmt: skip


def convergence(graph: Graph, measured: Convergence) -> Document:
    """How far the dialogue has come, in figures (CLI.md, `round add`)."""
    known = measured.complete
    return {
        "velocity": measured.velocity,
        "open_tensions": len(measured.open_tensions) if known else None,
        "new_perspectives": len(measured.new_perspectives) if known else None,
        "signals": len(measured.signals) if known else None,
        "panel": len(measured.panel),
        "percent": measured.percent,
        "can_converge": measured.can_converge,
        "complete": known,
    }
