r"""`export --format argdown`: the argument in Argdown, whose tools draw maps and read it as data (argdown.org/syntax). Pure.

What is to be decided or is claimed is a statement, what is brought up for or against it an argument. Argdown knows support,
attack and undercut; every reference is named in the data of its source as well, by its own verb. Titles are ids, and every
character of a label that could mean something is escaped by a backslash.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from blue_cli.dialogue.grammar import KIND_WORD
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.links import AGAINST, FOR, Links
from blue_cli.views.graphs import VERDICT, Drawing, Edge, Node, Wanted, draw
from blue_cli.views.text import sanitize

NOT_CARRIED = "the texts of contributions, the life of each thing, moves and references that no thing makes, and scores"
ARGUMENTS = frozenset("PES")  # reasons; the other kinds are statements
_ARROWS = {"support": "+>", "attack": "->", "undercut": "_>"}
_READ = """/* Made by `blue export --format argdown`. T tension, R recommendation, C claim, verdict: statements.
   P perspective, E evidence, S stance: arguments.
   +> what speaks for it: support, approve, conditional; what another depends on; a tension opened again
   -> what speaks against it: oppose, challenge, reject; an answer (address, resolve) speaks against its tension
   _> question, of an argument
   refine, merged, hold and the like have no arrow here: they are in "said", where every reference has its verb.
   Not in it: %s. */"""
_QUESTION, _DEPEND, _REOPEN = "question", "depend", "reopen"
_ANSWERS = frozenset({"address", "resolve", "resolved", "accepted"})


def argdown(graph: Graph) -> str:
    """The whole file: front matter, how to read it, and each thing with what it bears on."""
    drawing = draw(Links(graph), Wanted())
    titles = titled(drawing)
    out: dict[str, list[Edge]] = {}
    for edge in drawing.edges:
        out.setdefault(edge.source, []).append(edge)
    arrows: dict[str, dict[str, None]] = {}
    for source, kind, target in relations(drawing):
        arrows.setdefault(source, {})[f"  {_ARROWS[kind]} {_marked(target, titles)}"] = None
    about = [f"title: {_json(graph.meta.title)}"] + ([f"subTitle: {_json(graph.meta.question)}"] if graph.meta.question else [])
    parts = ["\n".join(["===", *about, "==="]), _READ % NOT_CARRIED]
    parts += [] if graph.complete else ["/* Not everything of the dialogue could be read: states are unknown. */"]
    parts += ["\n".join([_thing(node, titles, out.get(node.name, ())), *arrows.get(node.name, ())]) for node in drawing.nodes]
    return "\n\n".join(parts) + "\n"


def relations(drawing: Drawing) -> Iterator[tuple[str, str, str]]:
    """Source, support, attack or undercut, and target, of each edge that Argdown has an arrow for; names are those of nodes."""
    kinds = {node.name: node.kind for node in drawing.nodes}
    for edge in drawing.edges:
        if edge.source == edge.target:  # said of what it was merged with
            continue
        if edge.type == _DEPEND:  # what it stands on supports it
            yield edge.target, "support", edge.source
        elif edge.type == _QUESTION and kinds[edge.target] in ARGUMENTS:
            yield edge.source, "undercut", edge.target
        elif edge.side == FOR or edge.type.startswith(_REOPEN):
            yield edge.source, "support", edge.target
        elif edge.side == AGAINST or edge.type in _ANSWERS:
            yield edge.source, "attack", edge.target


def titled(drawing: Drawing) -> dict[str, str]:
    """Node → what it is called: its display id, its canonical one where two claim that, `verdict final` for a verdict."""
    used = Counter(node.id.rstrip("?") for node in drawing.nodes if node.kind != VERDICT)
    return {
        node.name: f"verdict {node.id}" if node.kind == VERDICT else node.name if used[node.id.rstrip("?")] > 1 else node.id.rstrip("?")
        for node in drawing.nodes
    }


def _marked(name: str, titles: Mapping[str, str]) -> str:
    kind = "V" if name.startswith("verdict/") else name.rpartition("-")[2][:1]
    return f"<{titles[name]}>" if kind in ARGUMENTS else f"[{titles[name]}]"


def _thing(node: Node, titles: Mapping[str, str], edges: Iterable[Edge]) -> str:
    data: dict[str, Any] = {
        "id": node.name, "kind": KIND_WORD.get(node.kind, "verdict"), "status": node.status, "by": node.by, "round": node.round,
    }  # fmt: skip
    data["said"] = [f"{edge.type} {titles[edge.target]}" for edge in edges]
    return f"{_marked(node.name, titles)}: {inert(node.label)} {_json(data)}"


def inert(text: str) -> str:
    """A label as Argdown text: one line, in which no character means anything."""
    return re.sub(r"[\\@#*_\[\],.:;</>(){}=+-]", r"\\\g<0>", sanitize(" ".join(text.split()))) or r"\-"


def _json(value: object) -> str:
    r"""A value in JSON, which is YAML as well, and in strings none of the characters by which Argdown finds the end of front
    matter and of data: `=`, `{` and `}` as `\u003d` and so on."""
    if isinstance(value, str):
        return json.dumps(value).translate({ord(c): f"\\u{ord(c):04x}" for c in "={}"})
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_json(item)}" for key, item in value.items()) + "}"
    return "[" + ", ".join(map(_json, value)) + "]" if isinstance(value, list) else json.dumps(value)
