"""`blue panel show|set|sample`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from blue_cli.actions.overview import read
from blue_cli.actions.panels import Sampled, draw, members, set_panel, shown
from blue_cli.cli.commands import group
from blue_cli.cli.dialogue import pool_of
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.meta import expert_fields
from blue_cli.dialogue.model import Expert
from blue_cli.views.listing import Column

COLUMNS = (
    Column("expert", style="id"), Column("role", flex=True), Column("tier"), Column("relevance", right=True), Column("wrote"),
    Column("signals"), Column("dialogue", style="dim"),
)  # fmt: skip
SAMPLE_COLUMNS = (Column("expert", style="id"), Column("role", flex=True), Column("tier"), Column("relevance", right=True))

app = group("Who is asked in a round.")


@app.command("show")
def show(number: Annotated[int | None, typer.Argument(metavar="[N]", help="Which round; else the one that runs.")] = None) -> Result:
    """Who is asked in a round, who of them has written and who signals."""
    here = call()
    graph = read(here.workspace.store, here.dialogue().uid)
    return _panel(here, graph, shown(graph, number), "show", {})


@app.command("set")
def set_(
    number: Annotated[int, typer.Argument(metavar="N", help="Which round.")],
    experts: Annotated[list[str], typer.Argument(metavar="SLUG...", help="Who is asked in it.")],
) -> Result:
    """Say who is asked in a round, where that is not everybody."""
    here = call()
    row = here.dialogue()
    done = set_panel(here.workspace.store, row.uid, number, [slug.lower().removeprefix("@") for slug in experts])
    return _panel(here, done.graph, number, "set", {"changed": done.changed})


def _panel(here: Call, graph: Graph, number: int, verb: str, more: dict[str, Any]) -> Result:
    by_slug = {e.slug: e for e in graph.meta.experts}
    slugs = graph.panel(number)
    wrote, signals = graph.writers.get(number, ()), graph.signals.get(number, ())
    items = [
        {**expert_fields(by_slug.get(slug, Expert(slug))), "wrote": slug in wrote, "signals": slug in signals} for slug in slugs
    ]
    rows = [
        (*_cells(by_slug.get(slug, Expert(slug))), "yes" if slug in wrote else "no", "yes" if slug in signals else "no", graph.meta.id)
        for slug in slugs
    ]
    terminal = here.world.stdout.isatty()
    said = number in graph.meta.panels
    return Result(
        f"blue/panel.{verb}@1",
        {**more, "dialogue": graph.meta.id, "round": number, "set": said, "panel": items},
        columns=COLUMNS[:-1] if terminal else COLUMNS,
        rows=[row[:-1] for row in rows] if terminal else rows,
        counts=f"round {number}: {len(slugs)} asked, {len(wrote)} wrote{', set by name' if said else ''}",
    )


def _cells(expert: Expert) -> tuple[str, str, str, str]:
    return expert.slug, expert.role, expert.tier, "" if expert.relevance is None else f"{expert.relevance:g}"


# --- sampling ----------------------------------------------------------------------------------------------------


@app.command("sample")
def sample(
    size: Annotated[int, typer.Option("--size", metavar="N", help="How many.", min=1)],
    seed: Annotated[str, typer.Option("--seed", metavar="S", help="Any text; the same one draws the same panel.")],
    retain: Annotated[list[str], typer.Option("--retain", metavar="SLUG", help="Who must be on it; again for several.")] = [],  # noqa: B006 - Typer copies it
    exclude: Annotated[list[str], typer.Option("--exclude", metavar="SLUG", help="Who must not; again for several.")] = [],  # noqa: B006 - Typer copies it
    pool: Annotated[str, typer.Option("--pool", metavar="FILE", help="A JSON list of experts; else those of the dialogue.")] = "",
) -> Result:
    """Draw a panel by relevance and tier. A third is core, a quarter wildcards, the rest adjacent. Nothing is written."""
    here = call()
    graph = read(here.workspace.store, here.dialogue().uid)
    people = pool_of(here, pool) if pool else members(graph)
    drawn = draw(graph, people, size, seed, _slugs(retain), _slugs(exclude))
    steps = _steps(here, graph, drawn)
    chosen = [expert_fields(e) for e in drawn.experts]
    fields = {"dialogue": graph.meta.id, "round": drawn.round, "seed": seed, "panel": chosen, "next": steps}
    return Result(
        "blue/panel.sample@1", fields, columns=SAMPLE_COLUMNS, rows=[_cells(e) for e in drawn.experts],
        counts=f"{size} of {len(people)}", hints=tuple(steps),
    )  # fmt: skip


def _slugs(words: list[str]) -> list[str]:
    return [slug for word in words for slug in word.lower().replace("@", "").split(",") if slug]


def _steps(here: Call, graph: Graph, drawn: Sampled) -> list[str]:
    """The commands that make the sample the panel: who is new joins first."""
    import shlex

    on = ["-d", graph.meta.id]
    joins = [["blue", "expert", "add", f"{e.slug}:{e.role or e.slug}:{e.tier or 'core'}", *on] for e in drawn.unknown]
    chosen = ["blue", "panel", "set", str(drawn.round), *(e.slug for e in drawn.experts), *on]
    return [shlex.join(words) for words in (*joins, chosen)]
