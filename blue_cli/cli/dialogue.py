"""`blue dialogue new|list|show|close|rename|adopt`."""

from __future__ import annotations

from typing import Annotated

import typer

from blue_cli.actions.closing import close
from blue_cli.actions.dialogues import Started, Wish, start
from blue_cli.actions.overview import Line, overview, read
from blue_cli.actions.panel import parse_expert
from blue_cli.cli import dialogue_run
from blue_cli.cli.adopt import adopt_, rename_
from blue_cli.cli.commands import group
from blue_cli.cli.lists import ColumnsOption, picked_columns
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result
from blue_cli.cli.plaintext import TempOption
from blue_cli.dialogue.model import Expert
from blue_cli.dialogue.rulebook import graded
from blue_cli.errors import Finding, Refused, WrongCall
from blue_cli.views.dialogue import DIALOGUE_COLUMNS, document, known, show
from blue_cli.views.listing import counts_line, select
from blue_cli.views.text import sanitize

app = group("Start, run, list, show, close, rename and adopt dialogues.")
app.command("run")(dialogue_run.run_)


@app.command("new")
def new(
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What it is about, in a few words.")],
    question: Annotated[str, typer.Option("--question", metavar="T", help="What the panel has to answer.")] = "",
    expert: Annotated[list[str], typer.Option("--expert", metavar="SLUG:ROLE[:TIER]", help="A member of the panel; once for each.")] = [],  # noqa: B006 - Typer copies it
    pool: Annotated[str, typer.Option("--pool", metavar="FILE", help="More members, from a JSON file.")] = "",
    link: Annotated[list[str], typer.Option("--link", metavar="REF", help="Something this belongs to: an issue, another dialogue.")] = [],  # noqa: B006 - Typer copies it
    id: Annotated[str, typer.Option("--id", metavar="ID", help="Instead of one made from the minute and the title.")] = "",
    sealed: Annotated[bool, typer.Option("--sealed", help="Seal it from the beginning, under an id that says nothing.")] = False,
    if_absent: Annotated[bool, typer.Option("--if-absent", help="That it is there already is no error.")] = False,
    edit: Annotated[bool, typer.Option("--edit", help="Write the background in an editor.")] = False,
    plaintext_temp: TempOption = False,
) -> Result:
    """Start a dialogue."""
    here = call()
    experts = tuple(parse_expert(text) for text in expert) + (pool_of(here, pool) if pool else ())
    body = _background(here, title, question, sealed, plaintext_temp) if edit else ""
    wish = Wish(title, question, experts, tuple(link), id, body, int(here.workspace.config["dialogue.max_rounds"]), sealed)
    if sealed:
        from blue_cli.cli.protection import start_sealed

        return _started(start_sealed(here, wish, if_absent), experts)
    made = start(here.workspace.store, wish, here.world.now(), here.world.random, if_absent)
    return _started(made, experts)


def _started(made: Started, experts: tuple[Expert, ...]) -> Result:
    path = f".blue/dialogues/{made.id}/dialogue.md"
    text = f"{'started' if made.created else 'there already:'} {made.id}\n{path}\n"
    if experts:
        hint = f"write a contribution: blue round add FILE --expert {experts[0].slug} -d {made.id}"
    else:
        hint = f"put experts on the panel: blue expert add SLUG:ROLE -d {made.id}"
    fields = {"created": made.created, "dialogue": made.id, "uid": made.uid, "path": path}
    return Result("blue/dialogue.new@1", fields, text, hints=(hint,) if made.created else ())


def pool_of(here: Call, name: str) -> tuple[Expert, ...]:
    """The experts of a pool file; `Refused` with everything that is wrong with it."""
    from blue_cli.dialogue import pool

    experts, problems = pool.read(here.read_file(name))
    if problems:
        fix = 'a JSON list of {"name": …, "role": …, "tier": …, "relevance": …}'
        raise Refused("nothing was written", [graded(Finding("front-matter", text, name, 1, 1, fix=fix)) for text in problems])
    return experts


def _background(here: Call, title: str, question: str, sealed: bool, anywhere: bool) -> str:
    from blue_cli.cli.external import edit
    from blue_cli.views.added import background, without_template

    if not here.may_ask():
        raise WrongCall("there is nobody to type the background", fix="leave --edit out, and write it into dialogue.md")
    if sealed:
        from blue_cli.cli import memory

        _key_first(here)
        here.drafts_in = memory.place(here.world.env, anywhere)
    text = background(title, question)
    return without_template(edit(text, ".md", here.world.env, str(here.workspace.config["editor"]), here.cwd, here.drafts_in))


def _key_first(here: Call) -> None:
    """`Locked` before anybody types, when the key that would seal is not here. A service is called once, when it seals."""
    for key in here.workspace.keyring.providers[:1]:
        if key.id and key.scheme != "awskms":
            key.kek("", 0, bytes(32), b"")  # asks for its passphrase


@app.command("list")
def list_(columns: ColumnsOption = "") -> Result:
    """Every dialogue: how far it is, what is open."""
    here = call()
    lines = overview(here.workspace.store, here.workspace.processes)
    records = here.workspace.single_file_records()
    picked = picked_columns("dialogues", DIALOGUE_COLUMNS, columns)
    titles, rows = select(DIALOGUE_COLUMNS, [_cells(line) for line in lines], picked or [c.name for c in DIALOGUE_COLUMNS])
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.status] = counts.get(line.status, 0) + 1
    older = f"{records} older single-file records lie in .blue/docs/dialogues; to bring them in: blue import .blue/docs/dialogues"
    fields = {"items": [_item(line) for line in lines], "counts": counts, "single_file_records": records}
    return Result(
        "blue/dialogue.list@1",
        fields,
        columns=titles,
        rows=rows,
        counts=lambda screen: counts_line(counts, "dialogues", screen.color),
        hints=(older,) if records else (),
    )


def _cells(line: Line) -> tuple[str, ...]:
    return (line.id, line.status, str(line.rounds), str(line.experts), known(line.open_tensions), known(line.velocity), line.title)


def _item(line: Line) -> dict[str, object]:
    return {**line._asdict(), "complete": line.velocity is not None}


@app.command("show")
def show_(dialogue: Annotated[str, typer.Argument(metavar="[ID]", help="Which; -d does the same.")] = "") -> Result:
    """One dialogue on one screen: question, panel, rounds, what is open."""
    here = call()
    row = here.workspace.find(dialogue) if dialogue else here.dialogue()
    graph = read(here.workspace.store, row.uid)
    return Result("blue/dialogue.show@1", lambda: document(graph), lambda screen: show(graph, screen.width, screen.color))


app.command("rename")(rename_)
app.command("adopt")(adopt_)


@app.command("close")
def close_(
    reason: Annotated[str, typer.Option("--reason", metavar="T", help="Why now.")] = "",
    force: Annotated[str | None, typer.Option("--force", metavar="REASON", help="Without a final verdict that stands.")] = None,
) -> Result:
    """Close a dialogue whose final verdict stands. Nothing is added to it from then on."""
    here = call()
    if reason and force is not None:
        raise WrongCall("--force brings its own reason", fix="leave --reason out")
    row = here.dialogue()
    try:
        done = close(here.workspace.store, row.uid, reason, force, here.world.now())
    except Refused as refused:
        found = [f._replace(path=here.workspace.shown(f.path, here.world.cwd) if f.path else "") for f in refused.findings]
        raise refused if here.globals.json else Refused(refused.message, found, why=refused.why, fix=refused.fix) from None
    path = f".blue/dialogues/{row.id}/dialogue.md"
    fields = {"changed": done.changed, "dialogue": row.id, "closed": {"at": done.at, "reason": done.reason or None}, "path": path}
    text = f"{row.id} is closed{'' if done.changed else ' already'}{': ' + sanitize(done.reason) if done.reason else ''}\n"
    return Result("blue/dialogue.close@1", fields, text)
