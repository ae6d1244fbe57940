"""What changed between two moments, as JSON and text (`blue diff`). Pure; every label is untrusted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from blue_cli.dialogue.delta import HEAD, NEW, REMOVED, Change, Delta, Figures, FileChange, VerdictChange, path_in
from blue_cli.dialogue.grammar import KIND_NAMES
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import split_address
from blue_cli.dialogue.rules_verdicts import told
from blue_cli.dialogue.sources import FOLDER
from blue_cli.views.listing import BY_VALUE, Column, paint, table
from blue_cli.views.text import sanitize
from blue_cli.views.verdicts import cause_document

Document = dict[str, Any]
OPENED = "opened"  # what a new tension is
ORDER = ("T", "P", "R", "E", "C", "S")  # what a reader looks for first


def dialogue(delta: Delta) -> Document:
    """What changed in one dialogue. With `known` false something is sealed on either side, and only files are told."""
    graph = delta.graph
    before, after = delta.before, delta.after
    changes = sorted(delta.changes, key=lambda change: (ORDER.index(change.kind), change.what != NEW, change.after or ""))
    return {
        "dialogue": graph.meta.id,
        "uid": graph.meta.uid,
        "title": graph.meta.title,
        "change": NEW if before is None else REMOVED if after is None else "renamed" if delta.moved else "changed",
        "previous_id": before.meta.id if before and delta.moved else None,
        "before": figures(delta.start),
        "after": figures(delta.end),
        "fields": list(delta.fields),
        "experts_joined": list(delta.joined),
        "experts_left": list(delta.left),
        **{name: [_change(delta, c) for c in changes if c.kind == kind] for kind, name in KIND_NAMES.items()},
        "verdicts": [_verdict(delta, v) for v in delta.verdicts],
        "files": [_file(delta, f) for f in delta.files],
        "known": delta.known,
        "complete": delta.complete,
    }


def figures(found: Figures | None) -> Document | None:
    """How far it had come; null where there was no such dialogue."""
    return None if found is None else {
        "status": found.status, "velocity": found.velocity, "open_tensions": found.open_tensions,
        "new_perspectives": found.new_perspectives, "converge_percent": found.percent, "round": found.round,
    }  # fmt: skip


def _change(delta: Delta, change: Change) -> Document:
    """One thing. Its place is that of what changed it, else its own."""
    graph = _where(delta, change)
    entity = graph.entities[change.name]
    last = next((e for e in reversed(change.events) if e.status), change.events[-1] if change.events else None)
    at = None if change.what == NEW else last
    fields: Document = {
        "what": OPENED if change.what == NEW and change.kind == "T" else change.what,
        "id": graph.shown(change.name), "canonical_id": change.name, "label": entity.label,
        "from": change.before, "to": change.after, "by": list(at.actors) if at else [entity.author],
        "round": at.round if at else entity.round, "path": at.path if at else entity.path, "line": at.line if at else entity.line,
        "events": [_event(graph, e) for e in change.events],
    }  # fmt: skip
    if entity.stance is not None:
        fields |= {"stance": entity.stance[0], "confidence": entity.stance[1]}
    if delta.before and delta.after and change.name in delta.before.entities:
        was, shown = delta.before.entities[change.name], delta.before.shown(change.name)
        fields |= {"previous_label": was.label} if was.label != entity.label else {}
        fields |= {"previous_id": shown} if shown != fields["id"] else {}
    return fields


def _where(delta: Delta, change: Change) -> Graph:
    """The moment at which a thing can be looked at."""
    graph = delta.before if change.what == REMOVED else delta.after
    assert graph is not None
    return graph


def _event(graph: Graph, event: Any) -> Document:
    return {
        "type": event.type, "round": event.round, "by": list(event.actors),
        "with": graph.shown(event.reference) if event.reference in graph.entities else None, "status": event.status or None,
        "path": event.path, "line": event.line,
    }  # fmt: skip


def _verdict(delta: Delta, change: VerdictChange) -> Document:
    v, graph = change.verdict, delta.graph
    return {
        "what": change.what, "id": v.id, "kind": v.kind, "recommendation": v.recommendation, "author": v.author, "round": v.round,
        "stale": bool(change.causes), "causes": [{**cause_document(graph, c), "text": told(graph, c)} for c in change.causes],
        "path": v.path,
    }  # fmt: skip


def _file(delta: Delta, change: FileChange) -> Document:
    graph = delta.before if change.what == REMOVED else delta.after
    assert graph is not None
    place = split_address(change.address)
    return {
        "what": change.what, "kind": place.kind, "round": place.round if place.round >= 0 else None,
        "author": place.name.lower() if place.kind == "contribution" else None,
        "path": f"{FOLDER}{graph.meta.id}/{path_in(change.address)}",
    }  # fmt: skip


# --- text --------------------------------------------------------------------------------------------------------

COLUMNS = (Column("what", style=BY_VALUE), Column("was", style="dim"), Column("id", style="id"), Column("label", flex=True),
           Column("by"), Column("place", flex=True, tail=True))  # fmt: skip


def text(dialogues: Sequence[Document], width: int, color: bool) -> str:
    """One dialogue after the other: its course, then what changed, in a table."""
    parts = ["\n".join(_dialogue(d, width, color)) for d in dialogues]
    return "\n\n".join(parts) + "\n" if parts else "no differences\n"


def _dialogue(document: Document, width: int, color: bool) -> Iterator[str]:
    yield f"{paint(document['dialogue'], 'id', color)}  {paint(sanitize(document['title']), 'title', color)}".rstrip()
    yield from (sanitize(line) for line in about(document))
    rows = [*_rows(document)]
    if rows:
        yield ""
        yield table(COLUMNS, rows, width, color).rstrip("\n")


def about(document: Document) -> Iterator[str]:
    """What changed in the dialogue as a whole, a line a thing."""
    if document["change"] != "changed":
        yield f"renamed, it was {document['previous_id']}" if document["previous_id"] else f"{document['change']} dialogue"
    if document["known"]:
        yield course(document["before"], document["after"])
    else:
        yield "sealed, and no key here opens it on both sides: which files changed is told, and nothing else is known"
    for words, name in (("joined", "experts_joined"), ("left", "experts_left"), ("dialogue.md changed", "fields")):
        if document[name]:
            yield f"{words}: {', '.join(document[name])}"


def course(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    """`velocity 5 → 3, converge 33 % → 67 %, status open → converging`; what is the same once, what is unknown as ?."""
    parts = []
    for word, key in (("velocity", "velocity"), ("converge", "converge_percent"), ("status", "status")):
        values = [_figure(side[key], key) for side in (before, after) if side]
        parts.append(f"{word} {' → '.join(dict.fromkeys(values))}")
    return ", ".join(parts)


def _figure(value: Any, key: str) -> str:
    if value is None:
        return "?"
    return f"{value:g} %" if key == "converge_percent" else str(value)


def entities(document: Document) -> Iterator[tuple[str, Document]]:
    """Every change of a thing, tensions first: kind letter and document."""
    for kind in ORDER:
        for change in document[KIND_NAMES[kind]]:
            yield kind, change


def _rows(document: Document) -> Iterator[tuple[str, ...]]:
    folder = f"{FOLDER}{document['dialogue']}/"
    for _, c in entities(document):
        yield (c["what"], was(c), c["id"], label(c), f"{','.join(c['by'])}, round {c['round']}", f"{short(c['path'], folder)}:{c['line']}")
    for v in document["verdicts"]:
        why = "; ".join(cause["text"] for cause in v["causes"])
        yield (v["what"], "", v["id"], (why and f"stale: {why}") or v["recommendation"], v["author"], short(v["path"], folder))
    for f in files(document["files"]):
        yield (f["what"], "", "", f["kind"] if f["what"] != HEAD else "only above the text", f["author"] or "", short(f["path"], folder))


def was(change: Document) -> str:
    """What it was before, where that is another thing than it is now: a status, a label, an id."""
    if change["what"] == "reworded":
        return str(change.get("previous_label", change["from"]))
    if change["what"] == "renumbered":
        return str(change["previous_id"])
    if change["from"] is None:
        return ""
    return str(change["from"])


def label(change: Document) -> str:
    """The label; of a thing that is new and has already come further, with its status."""
    said = str(change["label"] or change.get("stance") or "")
    first = {"open", "proposed", "cited", "asserted", "stated", "raised", None}
    return said if change["from"] is not None or change["to"] in first else f"{said} ({change['to']})"


def files(changes: Iterable[Document]) -> list[Document]:
    """The files worth a line: what is new in rounds and what was edited; a verdict has its own."""
    return [c for c in changes if c["kind"] in ("contribution", "ruling", "file") or c["what"] not in (NEW, HEAD)]


def short(path: str, folder: str) -> str:
    """A path without the dialogue's folder."""
    return path.removeprefix(folder)
