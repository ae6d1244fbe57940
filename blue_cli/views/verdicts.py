"""Verdicts as text and JSON: what was decided, what came of it, and whether it still stands. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from blue_cli.dialogue.convergence import measure
from blue_cli.dialogue.grammar import MARKERS, REF
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import FINAL
from blue_cli.dialogue.rules_verdicts import obstacles, told
from blue_cli.dialogue.staleness import Cause, stale
from blue_cli.dialogue.verdicts import Decided, Verdict, decided, standing, verdicts
from blue_cli.views.listing import paint
from blue_cli.views.text import sanitize, sanitize_lines

STANDS, STALE, SUPERSEDED, RECORDED, UNKNOWN = "stands", "stale", "superseded", "recorded", "unknown"
STATES = (STANDS, STALE, SUPERSEDED, RECORDED, UNKNOWN, "forced", "overridden")


class Told(NamedTuple):
    """A verdict and everything that follows from it. `state`: words of `STATES`, the first one where it stands, then
    whether it was forced; `causes`: what has made it stale."""

    verdict: Verdict
    decided: Decided
    causes: tuple[Cause, ...]
    state: tuple[str, ...]
    superseded_by: str


def tell(graph: Graph) -> list[Told]:
    """Every verdict, finals first."""
    every = verdicts(graph)
    finals = [v.id for v in every if v.kind == FINAL]
    last = standing(graph)
    found = []
    for verdict in every:
        later = finals[finals.index(verdict.id) + 1 :] if verdict.kind == FINAL else []
        causes = stale(graph, verdict) if verdict == last and graph.complete else ()
        word = SUPERSEDED if later else _word(graph, verdict, bool(causes))
        forced = (*(("forced",) if verdict.forced else ()), *(("overridden",) if verdict.overridden else ()))
        found.append(Told(verdict, decided(graph, verdict), causes, (word, *forced), later[0] if later else ""))
    return found


def _word(graph: Graph, verdict: Verdict, stale: bool) -> str:
    """Where a verdict that no later one supersedes stands; nobody knows while something of the dialogue is unread."""
    if verdict.kind != FINAL:
        return RECORDED
    return STALE if stale else STANDS if graph.complete else UNKNOWN


def document(graph: Graph, found: Told) -> dict[str, Any]:
    """A verdict as JSON, in `verdicts list`, `show` and `export`; ids are canonical."""
    v, did = found.verdict, found.decided
    return {
        "id": v.id, "kind": v.kind, "round": v.round, "author": v.author, "created": v.created or None,
        "recommendation": v.recommendation, "conditions": list(v.conditions), "vote": v.vote or None,
        "confidence": v.confidence or None, "supporting_experts": list(v.supporting_experts),
        "supersedes": v.supersedes or None, "superseded_by": found.superseded_by or None, "forced": v.forced or None,
        "overridden": v.overridden, "basis": dict(v.basis), **{name: list(ids) for name, ids in did._asdict().items()},
        "state": found.state[0], "stale": None if found.state[0] == UNKNOWN else bool(found.causes),
        "causes": [cause_document(graph, c) for c in found.causes],
        "path": v.path,
    }  # fmt: skip


def cause_document(graph: Graph, cause: Cause) -> dict[str, Any]:
    """What has made a verdict stale; `id` is null for a file that was edited or removed."""
    shown = graph.shown(cause.id) if cause.id else None
    return {
        "what": cause.what, "id": shown, "canonical_id": cause.id or None, "by": cause.by or None, "path": cause.path,
        "line": cause.line,
    }  # fmt: skip


def cells(graph: Graph, found: Told) -> tuple[str, ...]:
    """id, kind, round, author, state, recommendation, changed, dialogue."""
    v = found.verdict
    changed = "; ".join(told(graph, cause) for cause in found.causes)
    return (v.id, v.kind, str(v.round), v.author, ",".join(found.state), v.recommendation, changed, graph.meta.id)


# --- one verdict -----------------------------------------------------------------------------------------------


def find(graph: Graph, word: str) -> Told | None:
    """The verdict of that id, in any case."""
    return next((t for t in tell(graph) if t.verdict.id.casefold() == word.casefold()), None)


def shown(graph: Graph, found: Told) -> dict[str, Any]:
    """`blue show final --json`."""
    item = {**document(graph, found), "content": _body(graph, found.verdict)}
    return {"dialogue": graph.meta.id, "item": item, "complete": graph.complete}


def show(graph: Graph, found: Told, color: bool) -> str:
    """One verdict: its words, its reasons, what it decided, and what has happened to that since."""
    v = found.verdict
    state = ", ".join(paint(word, word, color) for word in found.state)
    by = f"by {v.author} in round {v.round}{f', {v.created}' if v.created else ''}"
    lines = [f"{paint(v.id, 'id', color)}  {state}  {paint(sanitize(v.recommendation), 'title', color)}".rstrip()]
    lines += [paint(sanitize(f"{v.kind} verdict {by}"), "dim", color), paint(sanitize(v.path), "dim", color)]
    lines += ["", *_said(found)] if [*_said(found)] else []
    body = sanitize_lines(_body(graph, v)).strip("\n")
    lines += ["", body] if body else []
    lines += ["", *_did(graph, found.decided)] if any(found.decided) else []
    lines += ["", "stale, since:", *(f"  {sanitize(told(graph, c))}" for c in found.causes)] if found.causes else []
    return "\n".join(lines) + "\n"


def _said(found: Told) -> Iterator[str]:
    v = found.verdict
    fields = (
        ("vote", v.vote), ("confidence", v.confidence), ("supported by", ", ".join(v.supporting_experts)),
        ("supersedes", v.supersedes), ("superseded by", found.superseded_by),
        ("overridden" if v.overridden else "forced", v.forced),
    )  # fmt: skip
    yield from (sanitize(f"{name}: {text}") for name, text in fields if text)
    yield from (sanitize(f"on condition: {text}") for text in v.conditions)


def _did(graph: Graph, did: Decided) -> Iterator[str]:
    """What followed: one line a kind, with display ids; what it rests on also holds the kinds before it."""
    words = ("resolved", "accepted", "adopted", "key evidence", "key claims", "rests on")
    for word, names in zip(words, did, strict=True):
        if names:
            yield f"{word}: {', '.join(graph.shown(name) for name in names)}"


def _body(graph: Graph, verdict: Verdict) -> str:
    source = next(s for s in graph.sources.verdicts if s.address == verdict.address)
    return source.text[source.start :].strip("\n")


# --- what `verdict add` did ------------------------------------------------------------------------------------


def given(graph: Graph, verdict: Verdict, created: bool, dry_run: bool, color: bool) -> list[str]:
    """Where it went, and what it decided."""
    found = next(t for t in tell(graph) if t.verdict.id == verdict.id)
    path = sanitize(verdict.path)
    lines = [f"{'would add' if dry_run else 'added'} {path}" if created else f"{path} is there already"]
    if found.verdict.forced:
        lines.append(f"{', '.join(found.state[1:])}: {sanitize(verdict.forced)}")
    if verdict.supersedes:
        lines.append(f"supersedes {sanitize(verdict.supersedes)}")
    return [*lines, *_did(graph, found.decided)]


def given_document(graph: Graph, verdict: Verdict, created: bool, dry_run: bool, more: Mapping[str, Any]) -> dict[str, Any]:
    """`blue/verdict.add@1`; `more`: what every command that writes says of the dialogue."""
    found = next(t for t in tell(graph) if t.verdict.id == verdict.id)
    return {
        "created": created and not dry_run, "dialogue": graph.meta.id, "id": verdict.id, "path": verdict.path,
        "verdict": document(graph, found), **more, "dry_run": dry_run,
    }  # fmt: skip


def outline(graph: Graph) -> list[str]:
    """What whoever types a verdict should have before them: the question, what was recommended, what is still in the way."""
    proposed = [f"  {e.id}  {s.status}  {sanitize(e.label)}" for e, s in graph.of_kind("R")]
    blocking = [f"  {sanitize(o.message)}" for o in obstacles(graph)]
    round = measure(graph).round
    refs = [f"  {m.example}  {m.summary}" for m in MARKERS if m.shape == REF and m.produced and m.effect in ("support", "oppose")]
    return [
        f"The verdict on: {sanitize(graph.meta.title)}, after round {round}" if round is not None else "No round yet",
        sanitize(graph.meta.question),
        _part("What was recommended:", proposed),
        _part("What keeps it from converging:", blocking),
        _part("Say why this was decided. A final verdict adopts what it refers to:", refs),
    ]


def _part(title: str, lines: Iterable[str]) -> str:
    shown = list(lines)
    return "\n".join([title, *shown]) if shown else ""
