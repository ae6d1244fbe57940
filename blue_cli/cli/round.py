"""`blue round add|score|list|show`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from blue_cli.actions.overview import read, round_of
from blue_cli.actions.placement import Draft, Wish
from blue_cli.actions.round_add import Added, add, begin
from blue_cli.actions.scoring import score
from blue_cli.cli import drafts, round_run
from blue_cli.cli.commands import group
from blue_cli.cli.lists import ColumnsOption, picked_columns
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result
from blue_cli.cli.plaintext import TempOption
from blue_cli.dialogue.convergence import history
from blue_cli.dialogue.rulebook import WARNING
from blue_cli.dialogue.scores import Score
from blue_cli.errors import BlueError, Finding, WrongCall
from blue_cli.views import added as view
from blue_cli.views.dialogue import ROUND_COLUMNS, round_cells, round_document, round_shown, show_round
from blue_cli.views.listing import select

FilesArgument = Annotated[
    list[str], typer.Argument(metavar="[FILE]...", help="Markdown; - is standard input; without any, an editor opens.")
]
app = group("Rounds and the contributions in them.")
app.command("run")(round_run.run_)


@app.command("add")
def add_(
    files: FilesArgument = [],  # noqa: B006 - Typer copies it
    expert: Annotated[str, typer.Option("--expert", metavar="E", help="Whose; else $BLUE_EXPERT, its front matter, its name.")] = "",
    round: Annotated[int | None, typer.Option("--round", metavar="N", help="Which round; else the one they are to write in.")] = None,
    new_expert: Annotated[str, typer.Option("--new-expert", metavar="ROLE", help="Let this expert join the panel.")] = "",
    edit: Annotated[bool, typer.Option("--edit", help="Open the text in an editor first.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, and say what would happen.")] = False,
    if_absent: Annotated[bool, typer.Option("--if-absent", help="The same text again is no error.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Mend one's own contribution.")] = False,
    plaintext_temp: TempOption = False,
) -> Result:
    """Add contributions to a round, all or none. They are checked, numbered and bound to what they refer to."""
    here = call()
    row = here.dialogue()
    wish = Wish(here.expert(expert).lower().removeprefix("@"), round, new_expert, if_absent, replace, dry_run)
    if len(files) > 1 and wish.expert:
        raise WrongCall("--expert names one expert, and there are several files", fix="let each file's name be its expert's: muffin.md")
    texts = drafts.given(here, files)
    if edit or not texts:
        texts, wish = _edited(here, row.uid, wish, texts, plaintext_temp)
    try:
        done = add(here.workspace.store, row.uid, texts, wish, here.world.now())
    except BlueError as error:
        return drafts.failed(here, error, "blue/round.add@1", texts, lambda: _retry(here, row.id, texts, wish))
    return Result(
        "blue/round.add@1",
        lambda: view.document(done.graph, done.files, done.changed, dry_run),
        lambda screen: view.text(done.graph, done.files, done.changed, dry_run, screen.color),
        warnings=_warnings(done),
    )


def _warnings(done: Added) -> tuple[Finding, ...]:
    return tuple(f for f in done.warnings if f.severity == WARNING)


def _retry(here: Call, dialogue: str, texts: Sequence[Draft], wish: Wish) -> str:
    words = ["-d", dialogue, *(["--expert", wish.expert] if wish.expert else [])]
    words += ["--round", str(wish.round)] if wish.round is not None else []
    words += ["--new-expert", wish.new_role] if wish.new_role else []
    words += [flag for flag, on in (("--if-absent", wish.if_absent), ("--replace", wish.replace), ("--dry-run", wish.dry_run)) if on]
    return drafts.retry(here, ("round", "add"), texts, words)


def _edited(here: Call, uid: str, wish: Wish, texts: Sequence[Draft], plaintext_temp: bool) -> tuple[list[Draft], Wish]:
    """A text from the editor, which opens with the file (with `--edit`) or with a template that teaches the markers."""
    if len(texts) > 1:
        raise WrongCall("an editor opens one text, and there are several files", fix="add them one by one, or without --edit")
    drafts.need_typist(here, "contribution", "blue round add")
    if not texts and not wish.expert:
        raise WrongCall("whose contribution is this?", fix="blue round add --expert SLUG, or set $BLUE_EXPERT")
    drafts.open_first(here, uid, plaintext_temp)
    start = begin(here.workspace.store, uid, texts[0] if texts else None, wish)
    text = drafts.typed(here, start.text, view.template(start.graph, start.expert, start.round))
    return [text], wish._replace(expert=start.expert, round=start.round)


# --- scoring -------------------------------------------------------------------------------------------------------


def _points(name: str, meaning: str) -> Any:
    return typer.Argument(metavar=name, help=f"{meaning} A whole number from 0 on.")


@app.command("score")
def score_(
    expert: Annotated[str, typer.Argument(metavar="EXPERT", help="Whose contribution.")],
    w: Annotated[int, _points("W", "Wisdom.")],
    c: Annotated[int, _points("C", "Consistency.")],
    t: Annotated[int, _points("T", "Truth.")],
    r: Annotated[int, _points("R", "Relationships.")],
    round: Annotated[int | None, typer.Option("--round", metavar="N", help="Which round; else the last one.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Correct a score that is there.")] = False,
) -> Result:
    """Score an expert's round as the judge. The four are Wisdom, Consistency, Truth and Relationships."""
    here = call()
    row = here.dialogue()
    slug = expert.lower().removeprefix("@")
    done = score(here.workspace.store, row.uid, slug, Score(w, c, t, r), here.world.now(), round, replace)
    said = " ".join(f"{name} {value}" for name, value in done.score._asdict().items())
    text = f"{done.expert}, round {done.round}: {said}, together {done.score.total}{'' if done.created else ', as it was'}\n"
    fields = {
        "created": done.created, "dialogue": row.id, "round": done.round, "expert": done.expert, "scores": done.score._asdict(),
        "total": done.score.total, "path": done.path,
    }  # fmt: skip
    silent = () if done.wrote else (f"{done.expert} has not written in round {done.round}",)
    return Result("blue/round.score@1", fields, text, hints=silent)


# --- reading -------------------------------------------------------------------------------------------------------


@app.command("list")
def list_(columns: ColumnsOption = "") -> Result:
    """Every round in figures."""
    here = call()
    graph = read(here.workspace.store, here.dialogue().uid)
    states = history(graph)
    rows = [round_cells(state, graph.meta.id, graph.complete) for state in states]
    picked = picked_columns("rounds", ROUND_COLUMNS, columns)
    titles, picked_rows = select(ROUND_COLUMNS, rows, picked or [c.name for c in ROUND_COLUMNS])
    fields = {"dialogue": graph.meta.id, "items": [round_document(graph, s) for s in states], "complete": graph.complete}
    return Result("blue/round.list@1", fields, columns=titles, rows=picked_rows, counts=f"{len(states)} rounds")


@app.command("show")
def show_(number: Annotated[int, typer.Argument(metavar="N", help="Which round.")]) -> Result:
    """Who wrote in a round, and what they brought."""
    here = call()
    graph = read(here.workspace.store, here.dialogue().uid)
    number = round_of(graph, number)
    return Result("blue/round.show@1", lambda: round_shown(graph, number), lambda s: show_round(graph, number, s.width, s.color))
