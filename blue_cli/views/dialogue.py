"""A dialogue, its rounds and what was added to it, as text and JSON. Pure; every label is untrusted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from blue_cli.dialogue.convergence import Convergence, RoundState, history, measure, status
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import JUDGE
from blue_cli.dialogue.model import Entity
from blue_cli.dialogue.sources import FOLDER
from blue_cli.dialogue.verdicts import standing
from blue_cli.views import export
from blue_cli.views.items import Filter as Wanted
from blue_cli.views.items import expert_document, fits
from blue_cli.views.listing import Column, paint, table
from blue_cli.views.text import sanitize, sanitize_lines

ROUND_COLUMNS = (
    Column("round", right=True), Column("wrote", right=True), Column("panel", right=True), Column("open", right=True),
    Column("new", right=True), Column("velocity", right=True), Column("converge", right=True), Column("dialogue", style="dim"),
)  # fmt: skip
DIALOGUE_COLUMNS = (
    Column("id", style="id"), Column("status", style="by value"), Column("rounds", right=True), Column("experts", right=True),
    Column("open", right=True), Column("velocity", right=True), Column("title", flex=True),
)  # fmt: skip
COUNTED = ("open_tensions", "new_perspectives", "velocity", "converge_percent")  # what nobody knows while something is unread
UNKNOWN = "?"  # a count that cannot be known


def known(value: object) -> str:
    """A number, or `?` where something sealed or broken makes it unknown."""
    return UNKNOWN if value is None else str(value)


def round_cells(state: RoundState, id: str, complete: bool) -> tuple[str, ...]:
    """round, wrote, panel, open, new, velocity, converge, dialogue; `?` for what nobody knows while something is unread."""
    known = (str(state.round), str(len(state.writers)), str(len(state.panel)))
    if not complete:
        return (*known, *(UNKNOWN for _ in COUNTED), id)
    return (*known, str(state.open_tensions), str(state.new_perspectives), str(state.velocity), f"{state.percent:g}%", id)


def show(graph: Graph, width: int, color: bool) -> str:
    """A dialogue on one screen: what is asked, who is asked, how it went, what is open."""
    measured = measure(graph)
    about = graph.meta
    word = status(graph, measured)
    head = [paint(titled(graph), "title", color), f"{about.id}  {paint(word, word, color)}"]
    if about.question:
        head += ["", *wrapped(sanitize(about.question), width)]
    blocks = ["\n".join(head), _experts(graph, width, color), _rounds(graph, width, color), _open(graph, width, color)]
    return "\n\n".join(block for block in blocks if block) + "\n\n" + next_step(graph, measured) + "\n"


def titled(graph: Graph) -> str:
    """The title for people; of a sealed one that no key here opens, that it is sealed."""
    return sanitize(graph.meta.title) or ("a title that is sealed" if not graph.complete else "")


def wrapped(text: str, width: int) -> list[str]:
    """A text of one line, broken between words where the terminal ends (0: nowhere)."""
    if not width or len(text) <= width:
        return [text]
    from textwrap import wrap

    return wrap(text, width, break_long_words=False, break_on_hyphens=False)


def _experts(graph: Graph, width: int, color: bool) -> str:
    columns = (Column("expert", style="id"), Column("role", flex=True), Column("tier"), Column("rounds"))
    rows = []
    for member in graph.meta.experts:
        wrote = ",".join(str(r) for r, who in sorted(graph.writers.items()) if member.slug in who)
        rows.append((member.slug, member.role, member.tier, wrote or "-"))
    return table(columns, rows, width, color).rstrip("\n")


def _rounds(graph: Graph, width: int, color: bool) -> str:
    return table(ROUND_COLUMNS[:-1], [round_cells(s, "", graph.complete)[:-1] for s in history(graph)], width, color).rstrip("\n")


def _open(graph: Graph, width: int, color: bool) -> str:
    columns = (Column("tension", style="id"), Column("status", style="by value"), Column("by"), Column("label", flex=True))
    rows = [
        (graph.shown(e.canonical), s.status, ",".join(s.contributors), e.label)
        for e, s in sorted(graph.of_kind("T"), key=lambda pair: pair[0].id)
        if fits(Wanted(), "T", e, s)
    ]
    return table(columns, rows, width, color).rstrip("\n")


def next_step(graph: Graph, measured: Convergence) -> str:
    """One line: what would bring the dialogue further."""
    word = status(graph, measured)
    if word == "closed" or (word == "converged" and not graph.meta.native):
        return f"nothing left to do: it is {word}"
    if word == "converged":
        return "next: the verdict stands; blue dialogue close ends it"
    if not graph.meta.experts:
        return "next: blue expert add SLUG:ROLE"
    if measured.round is None:
        return f"next: round 0 waits for {', '.join(measured.panel) or 'an expert'}"
    if measured.missing:
        return f"next: round {measured.round} waits for {', '.join(measured.missing)}"
    if not measured.complete:
        return "next: not known, since not everything could be read"
    if measured.can_converge:
        return f"next: the panel has converged; a {'new verdict is due, the last one is stale' if standing(graph) else 'verdict can stand'}"
    return _next_round(graph, measured, measured.round + 1)


def _next_round(graph: Graph, measured: Convergence, number: int) -> str:
    """What is left when the panel has written and has not converged."""
    silent = [slug for slug in measured.panel if slug not in measured.signals]
    if measured.velocity == 0 and silent:
        verb = "signals" if len(silent) == 1 else "signal"
        return f"next: round {number}, until {', '.join(silent)} {verb} too"
    if not silent and not measured.new_perspectives:
        left = ", ".join(sorted(graph.shown(name) for name in measured.open_tensions))
        return f"next: a ruling on {left}, or round {number}"
    return f"next: round {number}, with {held_up(measured)}"


def held_up(measured: Convergence) -> str:
    """What velocity is made of, in words."""
    if not measured.complete:
        return "not everything could be read"
    return f"{_count(len(measured.open_tensions), 'open tension')} and {_count(len(measured.new_perspectives), 'new perspective')}"


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'s' if n != 1 else ''}"


def document(graph: Graph) -> dict[str, Any]:
    """`dialogue show --json`."""
    measured = measure(graph)
    return {
        "dialogue": export.dialogue(graph, measured),
        "experts": [expert_document(graph, e) for e in graph.meta.experts],
        "rounds": [round_document(graph, s) for s in history(graph)],
        "convergence": export.convergence(graph, measured),
        "next": next_step(graph, measured).removeprefix("next: "),
        "complete": graph.complete,
    }


def round_document(graph: Graph, state: RoundState) -> dict[str, Any]:
    """One round in figures; unknown ones are null."""
    figures = {
        "round": state.round, "panel": list(state.panel), "writers": list(state.writers), "open_tensions": state.open_tensions,
        "new_perspectives": state.new_perspectives, "velocity": state.velocity, "converge_percent": state.percent,
        "signals": list(state.signals), "dialogue": graph.meta.id,
    }  # fmt: skip
    return figures if graph.complete else {**figures, **dict.fromkeys(COUNTED)}


# --- one round -------------------------------------------------------------------------------------------------


def said_in(graph: Graph, number: int) -> Iterator[tuple[str, str, list[Entity], bool]]:
    """Each contribution of a round: author, path, what it added, whether it signalled."""
    for source in graph.sources.files:
        if source.round == number:
            added = [e for e in graph.entities.values() if e.path == source.path]
            yield source.author, source.path, added, source.author in graph.signals.get(number, ())


def show_round(graph: Graph, number: int, width: int, color: bool) -> str:
    """Who wrote in a round and what they brought."""
    inner = max(width - 2, 1) if width else 0
    lines: list[str] = []
    for author, path, added, signalled in said_in(graph, number):
        lines += [paint(author, "title", color) + paint(f"  {sanitize(path)}{'  converges' if signalled else ''}", "dim", color)]
        rows = [(graph.shown(e.canonical), graph.standing[e.canonical].status, e.label) for e in added]
        text = table((Column("id", style="id"), Column("status", style="by value"), Column("label", flex=True)), rows, inner, color)
        lines += ["  " + line for line in text.splitlines()[1:]]
        lines += ["  " + line for line in wrapped(", ".join(acts_in(graph, path)), inner) if line]
    for ruling in graph.sources.rulings:
        if ruling.round == number:
            lines += [paint(f"{JUDGE}  {sanitize(ruling.path)}", "dim", color), *("  " + act for act in acts_in(graph, ruling.path))]
    silent = [slug for slug in graph.panel(number) if slug not in graph.writers.get(number, ()) and slug != JUDGE]
    if silent:
        lines += [paint(f"not yet: {', '.join(silent)}", "dim", color)]
    return "\n".join(lines) + "\n"


def acts_in(graph: Graph, path: str) -> Iterator[str]:
    """What a contribution says about others: `resolve T0001`, `concede C0002`, in the order of the file."""
    acts: list[tuple[int, int, str, tuple[str, ...]]] = [
        (ref.line, ref.column, ref.type, (ref.target or ref.written,)) for ref in graph.refs if ref.path == path
    ]
    acts += [(move.line, move.column, move.type, move.targets) for move in graph.moves if move.path == path and move.type != "converge"]
    acts += [(rule.line, rule.column, rule.type, rule.targets) for rule in graph.rulings if rule.path == path]
    for _, _, word, targets in sorted(acts):
        yield sanitize(" ".join((word, *(graph.shown(target) for target in targets))))


def round_shown(graph: Graph, number: int) -> dict[str, Any]:
    """`round show --json`."""
    state = next(s for s in history(graph) if s.round == number)
    contributions = [
        {"expert": author, "path": path, "added": [graph.shown(e.canonical) for e in added], "signals": signalled}
        for author, path, added, signalled in said_in(graph, number)
    ]
    return {**round_document(graph, state), "contributions": contributions, "complete": graph.complete}


# --- one entity --------------------------------------------------------------------------------------------------


def show_entity(graph: Graph, entity: Entity, color: bool) -> str:
    """One thing: its words, its text, its life, and what refers to it."""
    standing = graph.standing[entity.canonical]
    by = ", ".join(standing.contributors) or "-"
    lines = [
        f"{paint(graph.shown(entity.canonical), 'id', color)}  {paint(standing.status, standing.status, color)}  "
        f"{paint(sanitize(entity.label), 'title', color)}",
        paint(f"{entity.canonical} by {by} in round {entity.round}", "dim", color),
        paint(f"{sanitize(entity.path)}:{entity.line}", "dim", color),
    ]
    content = sanitize_lines(graph.content(entity)).strip("\n")
    if content:
        lines += ["", content]
    tables = (table(LIFE, _life(graph, entity), 0, color), table(LINKS, _links(graph, entity), 0, color))
    return "\n".join([*lines, *("\n" + text.rstrip("\n") for text in tables if text)]) + "\n"


WHERE = Column("where", style="dim")
LIFE = (Column("round", right=True), Column("event", style="by value"), Column("by"), Column("in", style="id"), WHERE)
LINKS = (Column("ref"), Column("direction", " "), Column("id", style="id"), WHERE)


def _life(graph: Graph, entity: Entity) -> Iterator[tuple[str, ...]]:
    """round, event, by whom, in what, where."""
    for event in graph.standing[entity.canonical].events:
        cause = graph.shown(event.reference) if event.reference and not event.reference.startswith("@") else ""
        who = ", ".join(event.actors) if event.confirms is None else f"the whole panel, as proposed in round {event.confirms}"
        yield (str(event.round), event.type, who, cause, f"{_short(graph, event.path)}:{event.line}")


def _short(graph: Graph, path: str) -> str:
    """A path inside the dialogue: the line above has the folder."""
    return sanitize(path.removeprefix(f"{FOLDER}{graph.meta.id}/"))


def _links(graph: Graph, entity: Entity) -> Iterator[tuple[str, ...]]:
    """verb, direction, the other end, where: first what it refers to, then what refers to it."""
    for ref in graph.refs:
        if ref.source == entity.canonical:
            target = graph.shown(ref.target) if ref.target else f"{ref.written} (not found)"
            yield (ref.type, "→", target, f"{_short(graph, ref.path)}:{ref.line}")
    for ref in graph.refs:
        if ref.target == entity.canonical:
            yield (ref.type, "←", graph.shown(ref.source), f"{_short(graph, ref.path)}:{ref.line}")


def entity_shown(graph: Graph, entity: Entity) -> dict[str, Any]:
    """`show --json`."""
    fields = export.entity(graph, entity, graph.standing[entity.canonical])
    incoming = [export.ref(r) for r in graph.refs if r.target == entity.canonical]
    return {"dialogue": graph.meta.id, "item": fields, "referred_by": incoming, "complete": graph.complete}
