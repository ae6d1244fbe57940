"""The life of a dialogue or of one thing in it, as text and JSON (`blue log`). Pure; labels, names and subjects are untrusted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.sources import FOLDER
from blue_cli.dialogue.verdicts import verdicts
from blue_cli.views.listing import paint
from blue_cli.views.text import sanitize, width

SHORT = 7  # characters of a hash, as git shows it
# Words of an event that say too little alone, by the kind of thing it happened to ("T" for tensions).
_SAID = {("T", "proposed"): "resolution proposed", ("T", "noted"): "noted by the judge"}
_DETAIL = {"renumbered": "from", "renamed": "from", "scored": "for"}


class Told(Protocol):
    """A history (`actions.history.History`)."""

    @property
    def graph(self) -> Graph: ...
    @property
    def name(self) -> str: ...
    @property
    def present(self) -> bool: ...
    @property
    def entries(self) -> Any: ...
    @property
    def cut(self) -> bool: ...
    @property
    def complete(self) -> bool: ...
    def touch(self, entry: Any) -> Any: ...
    def older(self, entry: Any) -> bool: ...


def document(found: Told) -> dict[str, Any]:
    """`blue/log@1`: one thing or, with `item` null, the dialogue."""
    return {
        "dialogue": found.graph.meta.id,
        "item": _item(found),
        "events": [_event(found, entry) for entry in found.entries],
        "shallow": found.cut,
        "complete": found.complete,
    }


def _item(found: Told) -> dict[str, Any] | None:
    graph, name = found.graph, found.name
    if name in graph.entities:
        entity, status = graph.entities[name], graph.standing[name].status if found.present else "removed"
        return {"id": graph.shown(name), "canonical_id": name, "label": entity.label, "status": status}
    verdict = next((v for v in verdicts(graph) if v.address == name), None)
    return verdict and {"id": verdict.id, "canonical_id": None, "label": verdict.recommendation, "status": None}


def _event(found: Told, entry: Any) -> dict[str, Any]:
    commit = found.touch(entry).commit
    return {
        "what": entry.what, "id": entry.shown or None, "canonical_id": entry.name if entry.name in found.graph.entities else None,
        "label": entry.label or None, "by": list(entry.by), "round": entry.round, "detail": entry.detail or None,
        "path": entry.path, "line": entry.line, "commit": commit.hash, "or_before": found.older(entry), "date": commit.date,
        "author": {"name": commit.author, "email": commit.email}, "subject": commit.subject,
    }  # fmt: skip


# --- text --------------------------------------------------------------------------------------------------------


def text(found: Told, color: bool) -> str:
    """The life of one thing a line an event; of a dialogue a paragraph a commit. Oldest first."""
    lines = [*(_of_one(found, color) if found.name else _of_all(found, color))]
    return "\n".join(lines) + "\n" if lines else "nothing happened\n"


def _of_one(found: Told, color: bool) -> Iterator[str]:
    """`opened a1b2c3d 2026-11-24 by muffin in round 1`."""
    item = _item(found)
    if item:
        status = item["status"] or ""
        parts = (paint(item["id"], "id", color), paint(status, status, color), paint(sanitize(item["label"]), "title", color))
        yield "  ".join(part for part in parts if part)
        yield ""
    words = [said(found, entry) for entry in found.entries]
    wide = max(map(width, words), default=0)
    for entry, word in zip(found.entries, words, strict=True):
        commit = found.touch(entry).commit
        padded = paint(word, entry.what, color) + " " * (wide - width(word))
        who = paint(sanitize(f"({commit.author})"), "dim", color)
        yield "  ".join((padded, _hash(found, entry, color), commit.date[:10], sanitize(_how(entry)), who))


def _of_all(found: Told, color: bool) -> Iterator[str]:
    last = None
    for entry in found.entries:
        commit = found.touch(entry).commit
        if entry.number != last:
            if last is not None:
                yield ""
            subject = paint(sanitize(commit.subject), "title", color)
            yield f"{_hash(found, entry, color)}  {commit.date[:10]}  {sanitize(commit.author)}: {subject}"
            last = entry.number
        yield f"  {_line(found, entry, color)}"


def _line(found: Told, entry: Any, color: bool) -> str:
    word = paint(said(found, entry), entry.what, color)
    if not entry.name:
        what = entry.path.removeprefix(f"{FOLDER}{found.graph.meta.id}/")
        how = "" if entry.what == "wrote" else _how(entry)  # the path says it all
        return f"{word} {sanitize(what)} {sanitize(how)}".rstrip()
    label = f' "{sanitize(entry.label)}"' if entry.label else ""
    return f"{word} {paint(sanitize(entry.shown), 'id', color)}{label} {sanitize(_how(entry))}".rstrip()


def said(found: Told, entry: Any) -> str:
    """What happened, in a word or two."""
    kind = found.graph.entities[entry.name].kind if entry.name in found.graph.entities else ""
    if entry.what == "undone":
        return f"no longer {_SAID.get((kind, entry.detail), entry.detail)}"
    return _SAID.get((kind, entry.what), str(entry.what))


def _hash(found: Told, entry: Any, color: bool) -> str:
    short = str(found.touch(entry).commit.hash)[:SHORT]
    return ("in or before " if found.older(entry) else "") + paint(short, "id", color)


def _how(entry: Any) -> str:
    """`by muffin with R0102 in round 1`."""
    who = "the whole panel" if len(entry.by) > 1 else ", ".join(entry.by)
    parts = [f"by {who}"] if who else []
    if entry.detail and entry.what not in ("undone", "verdict stale"):
        parts.append(f"{_DETAIL.get(entry.what, 'with')} {entry.detail}")
    parts += [f"in round {entry.round}"] if entry.round is not None else []
    return " ".join(parts) + (f": {entry.detail}" if entry.what == "verdict stale" else "")
