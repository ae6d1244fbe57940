"""`blue tensions list` and its siblings: one factory for all of them, from the table `views.items.LISTS`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from blue_cli.actions.listing import Listed, list_things
from blue_cli.cli.commands import group
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result, Screen
from blue_cli.dialogue.grammar import UNSETTLED
from blue_cli.dialogue.ids import JUDGE
from blue_cli.errors import WrongCall
from blue_cli.views.items import LISTS, Filter
from blue_cli.views.listing import Cells, Column, counts_line, select

StatusOption = Annotated[
    list[str], typer.Option("--status", metavar="S", help="Only this status (of refs and moves: type); again for several.")
]
ByOption = Annotated[str, typer.Option("--by", metavar="E", help="Only what this expert contributed to.")]
RoundOption = Annotated[int | None, typer.Option("--round", metavar="N", help="Only what was said in this round.")]
AllOption = Annotated[bool, typer.Option("--all", help="Settled ones too.")]
RaisedOption = Annotated[bool, typer.Option("--raised", help="Experts' tensions where only the judge's count.")]
EverywhereOption = Annotated[bool, typer.Option("--everywhere", help="Of every dialogue.")]
ColumnsOption = Annotated[str, typer.Option("--columns", metavar="A,B", help="Only these columns, in this order.")]


def build(noun: str) -> typer.Typer:
    """The command group of one noun."""
    app = group(f"List {noun}, and rule on them." if noun == "tensions" else f"List {noun}.")

    @app.callback()
    def _group() -> None:
        """List, and what else there is to do with them."""

    add_list(app, noun)
    if noun == "tensions":
        from blue_cli.cli.rule import add_rulings

        add_rulings(app)
    return app


def add_list(app: typer.Typer, noun: str) -> None:
    """Give a group its `list`."""
    if noun == "tensions":

        @app.command("list", help="Tensions that are not settled; --all for every one.")
        def tensions(
            status: StatusOption = [],  # noqa: B006 - Typer reads the default and copies it
            by: ByOption = "",
            round: RoundOption = None,
            all: AllOption = False,
            raised: RaisedOption = False,
            everywhere: EverywhereOption = False,
            columns: ColumnsOption = "",
        ) -> Result:
            return listed(noun, make_filter(noun, status, by, round, all, raised), everywhere, columns)

        return

    @app.command("list", help=f"All {noun} of a dialogue.")
    def others(
        status: StatusOption = [],  # noqa: B006 - as above
        by: ByOption = "",
        round: RoundOption = None,
        everywhere: EverywhereOption = False,
        columns: ColumnsOption = "",
        all: Annotated[bool, typer.Option("--all", hidden=True)] = False,
    ) -> Result:
        return listed(noun, make_filter(noun, status, by, round, all, False), everywhere, columns)


def make_filter(noun: str, status: list[str], by: str, round: int | None, all: bool, raised: bool) -> Filter:
    """The filter that the options mean; `WrongCall` for a status that there is none of."""
    from blue_cli.dialogue.grammar import MARKERS, MOVE, REF, STANCES, STATUSES

    kind = LISTS[noun].kind
    shape = {"refs": REF, "moves": MOVE}.get(noun)
    known = STATUSES.get(kind) or (tuple(m.effect for m in MARKERS if m.shape == shape) if shape else ())
    known += tuple(word.lower() for word in STANCES) if kind == "S" else ()
    words = [word for part in status for word in part.lower().split(",") if word]
    for word in words:
        if known and word not in known:
            near = _near(word, known)
            raise WrongCall(f"--status: {noun} have no status {word!r}", fix=f"one of {', '.join(known)}", suggestions=near)
    return Filter(frozenset(words), by.lower().removeprefix("@"), round, all, raised)


def _near(word: str, known: tuple[str, ...]) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(word, known, 3, 0.5)


def listed(noun: str, wanted: Filter, everywhere: bool, columns: str) -> Result:
    """The result of one list command."""
    here = call()
    row = None if everywhere else here.dialogue()
    picked = picked_columns(noun, LISTS[noun].columns, columns)
    place, uid, json = here.workspace, row.uid if row else None, here.globals.json
    found = list_things(place.store, noun, wanted, uid, json, place.processes, place.projection)
    document = {
        "dialogue": row.id if row else None,
        "at": None,
        "items": found.items,
        "counts": found.counts,
        "complete": found.complete,
    }
    listing = LISTS[noun]
    titles, rows = select(listing.columns, found.rows, picked) if picked else (list(listing.columns), list[Cells](found.rows))
    if row and not picked:
        titles, rows = _without_dialogue(here, titles, rows)
    hidden = not (found.rows or found.items or wanted.all or wanted.statuses) and any(found.counts.values())
    hidden = hidden and not any(found.counts.get(status) for status in UNSETTLED)
    hints: tuple[str, ...] = (f"nothing is unsettled; blue {noun} list --all shows every one",) if hidden and noun == "tensions" else ()
    if row and wanted.by and not (found.rows or found.items):
        hints = _stranger(here, row.uid, wanted.by) or hints
    return Result(
        f"blue/{noun}.list@1",
        document,
        columns=titles,
        rows=rows,
        counts=lambda screen: _counts(noun, found, screen),
        hints=hints,
    )


def _stranger(here: Call, uid: str, slug: str) -> tuple[str, ...]:
    """A hint that nobody of that name has a say in this dialogue, where that may be why a list is empty."""
    from blue_cli.actions.overview import read

    graph = read(here.workspace.store, uid)
    known = sorted({JUDGE, *(e.slug for e in graph.meta.experts), *(s.author for s in graph.sources.files)})
    if slug in known:
        return ()
    near = _near(slug, tuple(known))
    return (f"no {slug} in this dialogue" + (f"; did you mean {near[0]}?" if near else f", only {', '.join(known)}"),)


def picked_columns(noun: str, columns: Sequence[Column], wanted: str) -> list[str]:
    """The names in `--columns`; `WrongCall` for one that there is none of."""
    known = tuple(column.name for column in columns)
    picked = [name for name in wanted.split(",") if name]
    for name in picked:
        if name not in known:
            raise WrongCall(f"--columns: {noun} have no column {name!r}", fix=f"of {', '.join(known)}", suggestions=_near(name, known))
    return picked


def _without_dialogue(here: Call, titles: list[Column], rows: list[Cells]) -> tuple[list[Column], list[Cells]]:
    """On a terminal one dialogue's list need not name it on every line; TSV keeps its columns."""
    if not here.world.stdout.isatty():
        return titles, rows
    return titles[:-1], [cells[:-1] for cells in rows]


def _counts(noun: str, found: Listed, screen: Screen) -> str:
    if found.counts:
        return counts_line(found.counts, noun, screen.color)
    return f"{len(found.rows)} {noun if len(found.rows) != 1 else noun.removesuffix('s')}"
