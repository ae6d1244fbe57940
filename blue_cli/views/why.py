"""`blue why` as a tree and as JSON. Pure; every label and every word said is untrusted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.links import AGAINST, ANSWER, CHANGE, FOR, PANEL, Link, Links, Words
from blue_cli.dialogue.queries import ABOVE, CIRCLE, DEEPER, Ground, Step
from blue_cli.dialogue.sources import FOLDER
from blue_cli.dialogue.verdicts import Verdict, verdicts
from blue_cli.views.listing import paint
from blue_cli.views.text import cut, sanitize
from blue_cli.views.trees import Line, tree

SIGNS = {FOR: "+", AGAINST: "-", ANSWER: "=", CHANGE: "~"}
_SIGN_STYLES = {FOR: "resolved", AGAINST: "reopened", ANSWER: "addressed", CHANGE: "dim"}
_BY = {
    "support": "supported", "oppose": "opposed", "question": "questioned", "challenge": "challenged", "defend": "defended",
    "concede": "conceded", "refine": "refined", "address": "addressed", "resolve": "resolution by", "reopen": "reopened",
    "bridge": "bridged", "approve": "approved", "conditional": "approved on a condition", "reject": "rejected", "hold": "held",
    "abstain": "abstained",
}  # fmt: skip
_OUT = {"depend": "depends on", "refine": "refines", "merged": "took in", "adopted": "adopts", "support": "takes up", "oppose": "opposes"}
AGAIN = {CIRCLE: "a circle, told above", ABOVE: "told above", DEEPER: "more below"}
NAMED = 12  # leaves that are named one by one


class Told(NamedTuple):
    """The answer to `blue why`: what it is about, the tree of reasons, what it rests on."""

    links: Links
    name: str
    steps: Sequence[Step]
    ground: Ground


# --- names -----------------------------------------------------------------------------------------------------


def called(graph: Graph, name: str) -> str:
    """What a node of a tree is called: display id, expert, verdict id, or the whole panel."""
    if name == PANEL:
        return "the whole panel"
    return sanitize(graph.shown(name).removeprefix("@").removeprefix("verdict/"))


def place(graph: Graph, path: str, line: int) -> str:
    """A place inside the dialogue's folder: `round-1/muffin.md:12`."""
    return f"{sanitize(path.removeprefix(f'{FOLDER}{graph.meta.id}/'))}:{line}"


def find_verdict(graph: Graph, name: str) -> Verdict | None:
    """The verdict at an address, if it is one."""
    return next((v for v in verdicts(graph) if v.address == name), None) if name.startswith("verdict/") else None


def relation(link: Link, out: bool) -> str:
    """How a step bears on the one above, in words: `depends on`, `opposed by`."""
    if out:
        return _OUT.get(link.type, "is about" if link.type in _BY else link.type)
    if link.type == "merged":
        return "merged into"
    word = _BY.get(link.type, link.type)
    return word if word.endswith(" by") else word + " by"


# --- text ------------------------------------------------------------------------------------------------------


def why_text(told: Told, columns: int, color: bool) -> str:
    """The thing, what it hangs by, and the tree. `columns` is the terminal's width, 0 for any."""
    graph = told.links.graph
    lines = [*head(graph, told.name, columns, color), *_hangs(told, color)]
    words = Words(graph)
    depths = [step.depth for step in told.steps]
    drawn = [step_line(graph, step, words, color) for step in told.steps[1:]]
    if drawn:
        lines += ["", *tree(drawn, depths[1:], columns, color)]
    else:
        lines += ["", "nobody has said anything for or against it"]
    return "\n".join(lines) + "\n"


def head(graph: Graph, name: str, columns: int, color: bool) -> Iterator[str]:
    """What a tree is about: its words, who said it and where."""
    verdict = find_verdict(graph, name)
    if verdict is not None:
        yield f"{paint(called(graph, name), 'id', color)}  {paint(_short(verdict.recommendation, columns), 'title', color)}"
        yield paint(f"{verdict.kind} verdict by {sanitize(verdict.author) or '-'} in round {verdict.round}", "dim", color)
        yield paint(f"{sanitize(verdict.path)}:1", "dim", color)
        return
    entity, standing = graph.entities[name], graph.standing[name]
    label = paint(sanitize(entity.label), "title", color)
    yield f"{paint(called(graph, name), 'id', color)}  {paint(standing.status, standing.status, color)}  {label}"
    yield paint(f"{entity.canonical} by {', '.join(standing.contributors) or '-'} in round {entity.round}", "dim", color)
    yield paint(f"{sanitize(entity.path)}:{entity.line}", "dim", color)


def _short(text: str, columns: int) -> str:
    return cut(sanitize(text), columns) if columns else sanitize(text)


def _hangs(told: Told, color: bool) -> Iterator[str]:
    """What it rests on in the end, and what has not been answered."""
    graph, ground = told.links.graph, told.ground
    unanswered = sum(step.unanswered for step in told.steps)
    if ground.fragile:
        yield f"{paint('fragile', 'warning', color)}: everything it rests on comes down to {called(graph, ground.fragile)}"
    elif ground.narrow:
        names = ", ".join(called(graph, n) for n in ground.narrow)
        yield f"rests on {len(ground.leaves)} things, all of it by way of {names}"
    elif len(ground.leaves) > 1:
        names = ", ".join(called(graph, n) for n in ground.leaves[:NAMED]) + (" …" if len(ground.leaves) > NAMED else "")
        yield f"rests on {len(ground.leaves)} things: {names}"
    if unanswered:
        noun = "argument" if unanswered == 1 else "arguments"
        yield f"{paint('unanswered', 'warning', color)}: {unanswered} {noun} against something here"


def step_line(graph: Graph, step: Step, words: Words, color: bool) -> Line:
    """A line below another: how it bears on it, what it is, who said it where."""
    link = step.link
    assert link is not None
    sign = paint(SIGNS[link.side], _SIGN_STYLES[link.side], color) if color else SIGNS[link.side]
    name = paint(called(graph, step.name), "id" if step.name in graph.entities else "title", color)
    entity = graph.entities.get(step.name)
    if entity is not None:
        status = graph.standing[step.name].status
        who_else = "" if step.out or link.author == entity.author else f"{sanitize(link.author)} with "
        known = "" if entity.stance else f"  {paint(status, status, color)}"
        first = f"{sign} {relation(link, step.out)} {who_else}{name}{known}"
        label = sanitize(label_of(graph, step.name))
        tail = f"{entity.author}, round {entity.round}  {place(graph, entity.path, entity.line)}"
    else:
        first = f"{sign} {relation(link, step.out)} {name}"
        said = sanitize(words.said(link))
        label = f'"{said}"' if said else ""
        tail = f"round {link.round}  {place(graph, link.path, link.line)}"
    return Line(first, label, paint(tail, "dim", color), _loud(step, color) if step.again or step.unanswered else "")


def label_of(graph: Graph, name: str) -> str:
    """An entity's words; for a stance, where the expert stands."""
    entity = graph.entities[name]
    if entity.stance is None:
        return entity.label
    confidence = "" if entity.stance[1] is None else f" {entity.stance[1]:g}"
    return f"{entity.stance[0].lower()}{confidence}"


def _loud(step: Step, color: bool) -> str:
    """What must not be overlooked at the end of a line."""
    notes = [paint("! nobody answered", "warning", color)] if step.unanswered else []
    notes += [paint(f"({AGAIN[step.again]})", "dim", color)] if step.again else []
    return "  ".join(notes)


def plain_line(graph: Graph, name: str, how: str, color: bool) -> Line:
    """A line about one thing: id, status, what happens to it, label, who and where."""
    painted = paint(called(graph, name), "id", color)
    verdict = find_verdict(graph, name)
    if verdict is not None:
        tail = paint(f"{sanitize(verdict.author)}, round {verdict.round}  {place(graph, verdict.path, 1)}", "dim", color)
        return Line(f"{painted}  verdict{how}", sanitize(verdict.recommendation), tail)
    entity, status = graph.entities[name], graph.standing[name].status
    tail = paint(f"{sanitize(entity.author)}, round {entity.round}  {place(graph, entity.path, entity.line)}", "dim", color)
    return Line(f"{painted}  {paint(status, status, color)}{how}", sanitize(label_of(graph, name)), tail)


# --- JSON ------------------------------------------------------------------------------------------------------


def item(graph: Graph, name: str) -> dict[str, Any]:
    """A node as JSON: an entity, an expert (`@slug`), a verdict, or the whole panel (`@`)."""
    entity = graph.entities.get(name)
    if entity is not None:
        standing = graph.standing[name]
        return {
            "id": graph.shown(name), "canonical_id": name, "kind": entity.kind, "label": label_of(graph, name), "status": standing.status,
            "contributors": list(standing.contributors), "round": entity.round, "path": entity.path, "line": entity.line,
        }  # fmt: skip
    verdict = find_verdict(graph, name)
    if verdict is not None:
        return {
            "id": verdict.id, "canonical_id": name, "kind": "verdict", "label": verdict.recommendation, "status": verdict.kind,
            "contributors": [verdict.author], "round": verdict.round, "path": verdict.path, "line": 1,
        }  # fmt: skip
    return {"id": name, "canonical_id": name, "kind": "panel" if name == PANEL else "expert", "label": None, "status": None}


def why_document(told: Told) -> dict[str, Any]:
    """`why --json`. The tree is a flat list in reading order, each step with its depth and its parent's place in the
    list: no nesting, since a chain of thousands would be nested too deep for most readers of JSON."""
    graph = told.links.graph
    words = Words(graph)
    shown = _shower(graph)
    return {
        "dialogue": graph.meta.id,
        "item": item(graph, told.name),
        "tree": [_step(graph, step, words) for step in told.steps],
        "unanswered": sum(step.unanswered for step in told.steps),
        "fragile": graph.shown(told.ground.fragile) if told.ground.fragile else None,
        "rests_on": shown(told.ground.leaves),
        "bottlenecks": shown(told.ground.narrow),
        "complete": graph.complete,
    }


def _shower(graph: Graph) -> Callable[[Sequence[str]], list[str]]:
    return lambda names: [graph.shown(name) for name in names]


def _step(graph: Graph, step: Step, words: Words) -> dict[str, Any]:
    link = step.link
    fields: dict[str, Any] = {"depth": step.depth, "parent": step.parent if step.parent >= 0 else None, **item(graph, step.name)}
    if link is None:
        return {**fields, "again": step.again or None}
    said = {"by": link.author or None, "round": link.round, "path": link.path, "line": link.line, "text": words.said(link)}
    return {
        **fields, "relation": link.type, "side": link.side, "outgoing": step.out, "said": said,
        "unanswered": step.unanswered, "again": step.again or None,
    }  # fmt: skip
