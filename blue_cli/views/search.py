"""Hits of a search: rows, items, and a text in which the words stand out, also without colour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from blue_cli.dialogue.grammar import KIND_WORD
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.search import INSIDE, WHOLE, Hit
from blue_cli.views.items import CONTRIBUTORS, DIALOGUE, ID, LABEL, ROUND, STATUS
from blue_cli.views.listing import Column, paint
from blue_cli.views.text import sanitize

COLUMNS = (ID, Column("kind"), STATUS, CONTRIBUTORS._replace(name="by"), ROUND, LABEL, Column("snippet"), DIALOGUE)
BEGIN, END = "»", "«"  # around a word that was found


def cells(graph: Graph, hit: Hit) -> tuple[str, ...]:
    """id, kind, status, by, round, label, snippet, dialogue."""
    entity, standing = hit.entity, hit.standing
    by = ",".join(standing.contributors)
    shown = graph.shown(entity.canonical)
    return shown, KIND_WORD[entity.kind], standing.status, by, str(entity.round), entity.label, hit.snippet, graph.meta.id


def document(graph: Graph, hit: Hit) -> dict[str, Any]:
    """One hit; spans count code points of label and snippet."""
    entity, standing = hit.entity, hit.standing
    return {
        "id": entity.id,
        "canonical_id": entity.canonical,
        "kind": KIND_WORD[entity.kind],
        "status": standing.status,
        "contributors": list(standing.contributors),
        "round": entity.round,
        "label": entity.label,
        "snippet": hit.snippet or None,
        "found_in": "label" if hit.in_label else "content",
        "match": "word" if hit.match == WHOLE else "inside" if hit.match == INSIDE else "beginning",
        "label_spans": [list(span) for span in hit.label_spans],
        "snippet_spans": [list(span) for span in hit.snippet_spans],
        "path": entity.path,
        "line": entity.line,
        "dialogue": graph.meta.id,
    }


def text(items: Iterable[Mapping[str, Any]], rows: Iterable[Sequence[str]], everywhere: bool, color: bool) -> str:
    """Hits for people: what it is, its label, and the piece of text around the words."""
    lines: list[str] = []
    n = 0
    for item, row in zip(items, rows, strict=True):
        n += 1
        id, kind, status, by, round, *_ = map(sanitize, row)
        where = f"  {paint(sanitize(item['dialogue']), 'dim', color)}" if everywhere else ""
        lines.append(f"{paint(id, 'id', color)}  {kind}, {paint(status, status, color)}, by {by} in round {round}{where}")
        lines.append("  " + marked(item["label"], item["label_spans"], color))
        if item["snippet"]:
            lines.append("    " + marked(item["snippet"], item["snippet_spans"], color))
    return "\n".join([*lines, f"{n} found" if n else "nothing found", ""])


def marked(text: str, spans: Iterable[Sequence[int]], color: bool) -> str:
    """A text with the words that were found between marks, and bold where there is colour."""
    parts, at = [], 0
    for begin, end in spans:
        parts += [sanitize(text[at:begin]), paint(f"{BEGIN}{sanitize(text[begin:end])}{END}", "title", color)]
        at = end
    return "".join(parts) + sanitize(text[at:])
