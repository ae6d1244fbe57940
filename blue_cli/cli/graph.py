"""`blue graph`."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

import typer

from blue_cli.actions.overview import read
from blue_cli.actions.reasoning import subject
from blue_cli.cli.options import call
from blue_cli.cli.output import Result, encode
from blue_cli.dialogue.grammar import KIND_NAMES, STATUSES
from blue_cli.dialogue.ids import VERDICT_KINDS
from blue_cli.dialogue.links import Links
from blue_cli.errors import WrongCall
from blue_cli.views import graphs
from blue_cli.views.graphs import Drawing, Wanted, draw

SCHEMA = "blue/graph@1"
DEPTH = 2  # links around one thing, when nothing else is said


KindOption = Annotated[list[str], typer.Option("--kind", metavar="K", help="Only this kind: tension, R, …; again for several.")]
StatusOption = Annotated[list[str], typer.Option("--status", metavar="S", help="Only this status; again for several.")]


class Format(StrEnum):
    """What a graph can be drawn as."""

    tree = "tree"
    mermaid = "mermaid"
    dot = "dot"
    svg = "svg"
    json = "json"


def command(
    format: Annotated[Format, typer.Option("--format", help="How to draw it.")] = Format.tree,
    around: Annotated[str, typer.Option("--around", metavar="ID", help="Only what is near this.")] = "",
    depth: Annotated[int | None, typer.Option("--depth", metavar="N", min=0, help="How near: so many links (2).")] = None,
    kind: KindOption = [],  # noqa: B006 - Typer reads the default and copies it
    status: StatusOption = [],  # noqa: B006 - as above
) -> Result:
    """The whole dialogue as a drawing: what speaks for what, against what, and what settles what.

    An SVG of more than 400 nodes shows clusters by round and expert, and says so.
    """
    if depth is not None and not around:
        raise WrongCall("--depth says how near to something", fix="--around ID --depth N")
    wanted = Wanted("", DEPTH if depth is None else depth, frozenset(_kinds(kind)), frozenset(_statuses(status)))
    here = call()
    graph = read(here.workspace.store, here.dialogue().uid)
    joined = here.globals.json or format is not Format.tree
    drawing = draw(Links(graph), wanted._replace(around=subject(graph, around) if around else ""), joined)
    if here.globals.json:
        return Result(SCHEMA, lambda: graphs.document(drawing))
    if format is Format.tree:
        return Result(SCHEMA, {}, lambda screen: graphs.tree_text(drawing, screen.width, screen.color))
    if format is Format.json:
        return Result(SCHEMA, {}, encode(here, {"schema": SCHEMA, **graphs.document(drawing), "warnings": []}))
    if format is Format.svg:
        return _svg(drawing)
    return Result(SCHEMA, {}, graphs.mermaid(drawing) if format is Format.mermaid else graphs.dot(drawing))


def _svg(drawing: Drawing) -> Result:
    from blue_cli.views.svg import svg

    text, note = svg(drawing)
    return Result(SCHEMA, {}, text, hints=(note,) if note else ())


def _kinds(words: Iterable[str]) -> Iterable[str]:
    """The letters that `--kind` means: `T`, `tension`, `tensions`, any case, several with commas."""
    known = {**KIND_NAMES, graphs.VERDICT: "verdicts"}
    by_name = {form: letter for letter, name in known.items() for form in (name, name.removesuffix("s"), letter.lower())}
    for word in _split(words):
        if word not in by_name:
            near = _near(word, by_name)
            raise WrongCall(f"--kind: there is no kind {word!r}", fix=f"one of {', '.join(known.values())}", suggestions=near)
        yield by_name[word]


def _statuses(words: Iterable[str]) -> Iterable[str]:
    known = dict.fromkeys([*(status for statuses in STATUSES.values() for status in statuses), *VERDICT_KINDS])
    for word in _split(words):
        if word not in known:
            raise WrongCall(f"--status: there is no status {word!r}", fix=f"one of {', '.join(known)}", suggestions=_near(word, known))
        yield word


def _split(words: Iterable[str]) -> Iterable[str]:
    return (word for part in words for word in part.lower().split(",") if word)


def _near(word: str, known: Iterable[str]) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(word, list(known), 3, 0.5)
