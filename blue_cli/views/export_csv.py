"""`export --format csv`: one table of a dialogue, for a spreadsheet or a database (RFC 4180). Pure.

A spreadsheet runs what begins like a formula, so such a cell gets an apostrophe in front (HARDENING.md, CSV); a cell with an
apostrophe gets another one, so that whoever takes one away has the text again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from blue_cli.dialogue.grammar import KIND_NAMES, KIND_WORD
from blue_cli.dialogue.scores import DIMENSIONS

Document = Mapping[str, Any]
NOT_CARRIED = "the other tables (--table), the texts of contributions, and whether everything could be read"
GUARDED = ("=", "+", "-", "@", "\t", "\r", "'")


class Table(NamedTuple):
    """A table: its columns, and where its rows come from. A row is a value for each column, by its name."""

    columns: Sequence[str]
    rows: Callable[[Document], Iterable[Document]]


def csv(document: Document, table: str) -> str:
    """A header and a line a row, with CRLF as RFC 4180 has it, from what `export` says of a dialogue."""
    columns, rows = TABLES[table]
    lines = [columns, *([cell(row.get(column)) for column in columns] for row in rows(document))]
    return "".join(",".join(map(_quoted, line)) + "\r\n" for line in lines)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(char in text for char in '",\r\n') else text


def cell(value: object) -> str:
    """A value as a cell: nothing for what is unknown, several with blanks between (ids and slugs have none)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return f"'{text}" if text.startswith(GUARDED) else text


def _entities(document: Document) -> Iterator[Document]:
    for letter, name in KIND_NAMES.items():
        for entity in document[name]:
            yield {"kind": KIND_WORD[letter], **entity}


def _events(document: Document) -> Iterator[Document]:
    for entity in _entities(document):
        for number, event in enumerate(entity["events"], 1):
            yield {"canonical_id": entity["canonical_id"], "number": number, **event}


def _scores(document: Document) -> Iterator[Document]:
    for row in document["scoreboard"]["rounds"]:
        for expert, points in row["scores"].items():
            yield {"round": row["round"], "expert": expert, **points, "total": sum(points.values())}


def _rounds(document: Document) -> Iterator[Document]:
    for row, course in zip(document["rounds"], document["scoreboard"]["rounds"], strict=True):
        yield {**row, "alignment": course["alignment"]}


def _of(name: str) -> Callable[[Document], Iterable[Document]]:
    return lambda document: document[name]


ENTITIES = "entities"
TABLES: Mapping[str, Table] = {
    ENTITIES: Table(
        ("kind", "id", "canonical_id", "label", "status", "round", "author", "contributors", "content", "stance", "confidence",
         "on", "merged_into", "judge_word", "registered", "path", "line"),
        _entities,
    ),
    "events": Table(("canonical_id", "number", "round", "type", "actors", "reference", "confirms_round", "path", "line"), _events),
    "refs": Table(("source", "type", "target", "written", "author", "round", "path", "line"), _of("refs")),
    "moves": Table(("expert", "round", "type", "targets", "text", "path", "line"), _of("moves")),
    "rulings": Table(("type", "targets", "into", "via", "reason", "author", "round", "path", "line"), _of("rulings")),
    "verdicts": Table(
        ("id", "kind", "round", "author", "recommendation", "state", "stale", "vote", "confidence", "supporting_experts", "supersedes",
         "superseded_by", "forced", "tensions_resolved", "tensions_accepted", "recommendations_adopted", "key_evidence",
         "key_claims", "path"),
        _of("verdicts"),
    ),
    "experts": Table(("slug", "role", "tier", "source", "relevance", "from_round", "rounds", "total"), _of("experts")),
    "rounds": Table(
        ("round", "panel", "writers", "signals", "open_tensions", "new_perspectives", "velocity", "converge_percent", "score",
         "alignment"),
        _rounds,
    ),
    "scores": Table(("round", "expert", *DIMENSIONS, "total"), _scores),
}  # fmt: skip
