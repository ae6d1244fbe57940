"""What `round add` did, as text and JSON; and the text that an editor opens with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from blue_cli.dialogue.convergence import measure
from blue_cli.dialogue.grammar import ENTITY, KIND_NAMES, MARKERS, MOVE, REF, STANCE, Marker
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import local
from blue_cli.views import export
from blue_cli.views.dialogue import held_up, known, next_step
from blue_cli.views.listing import paint
from blue_cli.views.text import sanitize


class File(NamedTuple):
    """One contribution as it was (or would be) added. `ids`: local → display id. `created` False: it was there already."""

    address: str
    path: str
    round: int
    expert: str
    ids: Mapping[str, str]
    created: bool


class Change(NamedTuple):
    """A status that changed, and through what."""

    id: str
    before: str
    after: str
    by: str


def document(graph: Graph, files: Sequence[File], changed: Sequence[Change], dry_run: bool) -> dict[str, Any]:
    """`blue/round.add@1`; with several files the first one's fields, and all of them under `files`."""
    each = [_file(graph, f) for f in files]
    return {
        **each[0],
        "created": any(f.created for f in files) and not dry_run,
        "dialogue": graph.meta.id,
        "files": each,
        "changed": change_documents(changed),
        "convergence": export.convergence(graph, measure(graph)),
        "dry_run": dry_run,
    }


def _file(graph: Graph, f: File) -> dict[str, Any]:
    added: dict[str, Any] = {
        name: [e.id for e in graph.entities.values() if e.path == f.path and e.kind == letter] for letter, name in KIND_NAMES.items()
    }
    refs = sum(1 for r in graph.refs if r.path == f.path)
    return {
        "created": f.created, "round": f.round, "expert": f.expert, "path": f.path, "ids": dict(f.ids),
        "added": {**added, "refs": refs},
    }  # fmt: skip


def text(graph: Graph, files: Sequence[File], changed: Sequence[Change], dry_run: bool, color: bool) -> str:
    """For people: where it went, what it is called now, what it changed, and what comes next."""
    lines: list[str] = []
    for f in files:
        verb = "is there already:" if not f.created else "would add" if dry_run else "added"
        lines.append(f"{verb} {sanitize(f.path)}" if f.created else f"{sanitize(f.path)} {verb.rstrip(':')}")
        for entity in graph.entities.values():
            if entity.path == f.path and f.created:
                shown = paint(graph.shown(entity.canonical), "id", color)
                lines.append(f"  {local(entity.kind, entity.number)} → {shown}  {sanitize(entity.label)}")
    return "\n".join([*lines, *outcome(graph, changed, color)]) + "\n"


def outcome(graph: Graph, changed: Sequence[Change], color: bool) -> list[str]:
    """What stands differently now, how far the dialogue has come, and what comes next."""
    lines: list[str] = []
    for change in changed:
        by = f" by {change.by}" if change.by else ""
        lines.append(f"{paint(change.id, 'id', color)}: {change.before} → {paint(change.after, change.after, color)}{by}")
    measured = measure(graph)
    signals = f"{len(measured.signals)} of {len(measured.panel)} signal CONVERGE"
    lines.append(f"velocity {known(measured.velocity)}: {held_up(measured)}; {signals}")
    lines.append(next_step(graph, measured).partition(", with ")[0])
    return lines


def change_documents(changed: Sequence[Change]) -> list[dict[str, str]]:
    """Changed statuses as JSON."""
    return [{"id": c.id, "from": c.before, "to": c.after, "by": c.by} for c in changed]


def template(graph: Graph, expert: str, round: int) -> str:
    """What the editor opens with: the question, what is open, and the markers with an example each.

    All of it stands in one comment, which is no part of the contribution.
    """
    opened = [f"  {e.id}  {sanitize(e.label)}" for name, e in graph.entities.items() if name in measure(graph).open_tensions]
    rows = {shape: [m for m in MARKERS if m.shape == shape and m.produced] for shape in (ENTITY, STANCE, REF, MOVE)}
    parts = [
        f"{expert}, round {round} of {sanitize(graph.meta.title)}",
        sanitize(graph.meta.question),
        "\n".join(["Open tensions:", *opened]) if opened else "",
        "\n".join(["Say what you have to say in markers; each opens a paragraph of its own:", *_examples(rows[ENTITY] + rows[STANCE])]),
        "\n".join(["Refer to what others said, inside your own paragraphs:", *_examples(rows[REF])]),
        "\n".join(["Moves:", *_examples(rows[MOVE])]),
    ]
    return comment(parts)


def background(title: str, question: str) -> str:
    """What the editor opens with for the background of a new dialogue."""
    return comment([f"The background of: {sanitize(title)}", sanitize(question), "What does the panel need to know before it begins?"])


# The first line of what the editor opens with. A comment that a person writes begins in another way, and stays.
_BEGIN = "<!-- this comment is no part of the text"


def comment(parts: Sequence[str]) -> str:
    """Two lines to begin on, and the parts below. Nothing that they quote can end the comment."""
    inside = "\n\n".join(part for part in parts if part).replace("--", "- -")
    return f"\n\n{_BEGIN}\n{inside}\n-->\n"


def _examples(rows: Sequence[Marker]) -> list[str]:
    wide = max(len(m.example) for m in rows)
    return [f"  {m.example:{wide}}  {m.summary}" for m in rows]


def without_template(edited: str) -> str:
    """What a person wrote, without the comment that the editor opened with."""
    text = "\n" + edited
    begin = text.find("\n" + _BEGIN)
    end = text.find("\n-->", begin)
    if begin < 0 or end < 0:
        return edited
    return (text[:begin].rstrip("\n") + "\n" + text[end + 4 :].lstrip("\n")).lstrip("\n")
