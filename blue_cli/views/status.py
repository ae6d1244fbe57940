"""How far a dialogue has come and what is in its way, as text and JSON (`blue status`). Pure; every label is untrusted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from blue_cli.dialogue.convergence import Blocker, Convergence, blockers, history, may_force, measure, status
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import JUDGE
from blue_cli.dialogue.staleness import Cause, stale
from blue_cli.dialogue.verdicts import standing
from blue_cli.views import export
from blue_cli.views.dialogue import ROUND_COLUMNS, held_up, known, next_step, round_cells, round_document, titled
from blue_cli.views.listing import Column, paint, table
from blue_cli.views.text import sanitize

# What a blocker is called, by its name in JSON.
WORDS = {
    "not-written": "has not written",
    "not-signalled": "does not signal CONVERGE",
    "open-tension": "open tension",
    "new-perspective": "new perspective",
}
IN_THE_WAY = (Column("what"), Column("id", style="id"), Column("status", style="by value"), Column("by"), Column("label", flex=True))


def gate(graph: Graph, measured: Convergence | None = None) -> bool:
    """Whether the answer of `--gate` is yes: it can converge now, or it has (a final verdict stands and is not stale; an
    older dialogue's whole last panel signalled), closed since or not. What is unknown is no yes."""
    measured = measured or measure(graph)
    ended = graph._replace(meta=graph.meta._replace(closed=None))  # `closed` alone says nothing of how it ended
    return measured.complete and (measured.can_converge is True or status(ended, measured) == "converged")


# --- JSON ----------------------------------------------------------------------------------------------------


def document(graph: Graph) -> dict[str, Any]:
    """`blue/status@1`. Where something could not be read, what would be counted is null."""
    measured = measure(graph)
    sealed = {author for round, author in graph.sources.shut if round == measured.round}
    silent = [slug for slug in measured.panel if slug not in measured.signals and slug not in sealed]
    return {
        "dialogue": export.dialogue(graph, measured),
        "convergence": {**export.convergence(graph, measured), "round": measured.round},
        "open_tensions": [_named(graph, name) for name in measured.open_tensions],
        "new_perspectives": [_named(graph, name) for name in measured.new_perspectives],
        "panel": list(measured.panel),
        "signals": list(measured.signals),
        "not_signalled": silent,
        "not_written": list(measured.missing),
        "blockers": [_blocker(graph, b) for b in blockers(graph, measured)],
        "rounds": [round_document(graph, state) for state in history(graph)],
        "verdict": _verdict(graph),
        "max_rounds": graph.meta.max_rounds,
        "may_force": may_force(graph),
        "gate": gate(graph, measured),
        "next": next_step(graph, measured).removeprefix("next: "),
        "complete": graph.complete,
    }


def _named(graph: Graph, name: str) -> dict[str, Any]:
    entity, where = graph.entities[name], graph.standing[name]
    fields: dict[str, Any] = {
        "id": graph.shown(name), "canonical_id": name, "label": entity.label, "status": where.status,
        "contributors": list(where.contributors), "round": entity.round,
    }  # fmt: skip
    if entity.kind == "T":
        fields |= {"proposed_by": list(where.proposed_by), "must_confirm": _must_confirm(graph, name)}
    return fields


def _must_confirm(graph: Graph, name: str) -> list[str]:
    """Whose word settles a tension for which a resolution is proposed."""
    where = graph.standing[name]
    return [*(c for c in where.contributors if c != JUDGE), JUDGE] if where.proposed_by else []


def _blocker(graph: Graph, blocker: Blocker) -> dict[str, Any]:
    entity = graph.entities.get(blocker.name)
    if entity is None:
        return {"what": blocker.what, "expert": blocker.name}
    return {"what": blocker.what, "id": graph.shown(blocker.name), "label": entity.label}


def _verdict(graph: Graph) -> dict[str, Any] | None:
    """The final verdict that stands, and what has made it stale: unknown while something of what it saw may be unread."""
    final = standing(graph)
    if final is None:
        return None
    causes = stale(graph, final) if graph.complete else ()
    return {
        "id": final.id, "kind": final.kind, "round": final.round, "author": final.author, "recommendation": final.recommendation,
        "forced": final.forced or None, "stale": bool(causes) if graph.complete else None,
        "causes": [_cause(graph, c) for c in causes], "path": final.path,
    }  # fmt: skip


def _cause(graph: Graph, cause: Cause) -> dict[str, Any]:
    shown = graph.shown(cause.id) if cause.id else None
    return {"what": cause.what, "id": shown, "by": cause.by or None, "path": cause.path, "line": cause.line}


# --- text ----------------------------------------------------------------------------------------------------


def text(graph: Graph, width: int, color: bool) -> str:
    """One screen: the figure, what is in the way, who has signalled, how the rounds went, the verdict, the next step."""
    measured = measure(graph)
    word = status(graph, measured)
    head = [paint(titled(graph), "title", color), f"{graph.meta.id}  {paint(word, word, color)}"]
    blocks = [
        "\n".join(head),
        "\n".join(_figures(graph, measured)),
        _in_the_way(graph, measured, width, color),
        "\n".join(_people(graph, measured)),
        _rounds(graph, width, color),
        "\n".join(_decision(graph, color)),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n\n" + next_step(graph, measured) + "\n"


def _figures(graph: Graph, measured: Convergence) -> Iterator[str]:
    yield f"velocity {known(measured.velocity)}: {held_up(measured)}"
    if measured.round is not None:
        percent = UNKNOWN_PERCENT if measured.percent is None else f"{measured.percent:g}%"
        said = len(measured.signals) if measured.complete else UNKNOWN_PERCENT
        yield f"converge {percent}: {said} of {len(measured.panel)} on the panel of round {measured.round}"
        more = ", reached: a verdict may be forced with a reason" if may_force(graph) else ""
        yield f"round {measured.round}, the {_ordinal(measured.round + 1)} of at most {graph.meta.max_rounds}{more}"


UNKNOWN_PERCENT = "?"


def _ordinal(n: int) -> str:
    ending = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def _in_the_way(graph: Graph, measured: Convergence, width: int, color: bool) -> str:
    rows = [_row(graph, blocker) for blocker in blockers(graph, measured)]
    return table(IN_THE_WAY, rows, width, color).rstrip("\n")


def _row(graph: Graph, blocker: Blocker) -> tuple[str, ...]:
    entity, where = graph.entities.get(blocker.name), graph.standing.get(blocker.name)
    word = WORDS[blocker.what]
    if entity is None or where is None:
        return (word, blocker.name, "", "", "")
    return (word, graph.shown(blocker.name), where.status, ",".join(where.contributors), entity.label)


def _people(graph: Graph, measured: Convergence) -> Iterator[str]:
    for name in measured.open_tensions:
        confirm = _must_confirm(graph, name)
        if confirm:
            by = ", ".join(graph.standing[name].proposed_by)
            yield f"{graph.shown(name)}: {by} would settle it, {' or '.join(confirm)} must confirm"
    if measured.round is not None:
        yield f"signal CONVERGE: {', '.join(measured.signals) or 'nobody'}"
        silent = [slug for slug in measured.panel if slug not in measured.signals and slug not in measured.missing]
        if silent:
            yield f"wrote without it: {', '.join(silent)}"
        if measured.missing:
            yield f"have not written: {', '.join(measured.missing)}"


def _rounds(graph: Graph, width: int, color: bool) -> str:
    rows = [round_cells(state, "", graph.complete)[:-1] for state in history(graph)]
    return table(ROUND_COLUMNS[:-1], rows, width, color).rstrip("\n")


def _decision(graph: Graph, color: bool) -> Iterator[str]:
    final = standing(graph)
    if final is None:
        return
    causes = stale(graph, final) if graph.complete else ()
    word = paint("stale", "warning", color) if causes else "stands" if graph.complete else "may be stale"
    yield f"verdict {final.id} of round {final.round} {word}: {sanitize(final.recommendation) or '-'}"
    if final.forced:
        yield f"  forced: {sanitize(final.forced)}"
    yield from (f"  {_because(graph, cause)}" for cause in causes)


def _because(graph: Graph, cause: Cause) -> str:
    """Why it is stale: `T0003 raised by scone (round-2/scone.md:4)`."""
    short = cause.path.rpartition(f"/{graph.meta.id}/")[2]
    by = f" by {cause.by}" if cause.by else ""
    what = f"{graph.shown(cause.id)} {cause.what}" if cause.id else cause.what
    return sanitize(f"{what}{by} ({short}:{cause.line})" if cause.id else f"{short} was {cause.what}")
