"""`blue round add|score|list|show`."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from blue_cli.actions.overview import read, round_of
from blue_cli.actions.placement import Draft, Wish
from blue_cli.actions.round_add import Added, add, begin
from blue_cli.actions.scoring import score
from blue_cli.cli.commands import group
from blue_cli.cli.lists import ColumnsOption, picked_columns
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result, finding_document
from blue_cli.dialogue.convergence import history
from blue_cli.dialogue.rulebook import WARNING
from blue_cli.dialogue.scores import Score
from blue_cli.dialogue.sources import FOLDER
from blue_cli.errors import BlueError, Finding, Refused, WrongCall
from blue_cli.views import added as view
from blue_cli.views.dialogue import ROUND_COLUMNS, round_cells, round_document, round_shown, show_round
from blue_cli.views.listing import select

STDIN = "-"
FilesArgument = Annotated[
    list[str], typer.Argument(metavar="[FILE]...", help="Markdown; - is standard input; without any, an editor opens.")
]
app = group("Rounds and the contributions in them.")


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
) -> Result:
    """Add contributions to a round, all or none: checked, numbered, bound to what they refer to."""
    here = call()
    row = here.dialogue()
    wish = Wish(here.expert(expert).lower().removeprefix("@"), round, new_expert, if_absent, replace, dry_run)
    drafts = _drafts(here, files, wish)
    if edit or not drafts:
        drafts, wish = _edited(here, row.uid, wish, drafts)
    try:
        done = add(here.workspace.store, row.uid, drafts, wish, here.world.now())
    except BlueError as error:
        retry = _retry(here, row.id, drafts, wish)
        if isinstance(error, Refused):
            return _refused(here, error, retry)
        if any(draft.name == EDITED for draft in drafts):
            error.fix = "\n".join(filter(None, (error.fix, f"your text is kept: {retry}")))
        raise
    return Result(
        "blue/round.add@1",
        lambda: view.document(done.graph, done.files, done.changed, dry_run),
        lambda screen: view.text(done.graph, done.files, done.changed, dry_run, screen.color),
        warnings=_warnings(done),
    )


def _warnings(done: Added) -> tuple[Finding, ...]:
    return tuple(f for f in done.warnings if f.severity == WARNING)


def _refused(here: Call, error: Refused, retry: str) -> Result:
    """Every finding, and how to try again."""
    if not here.globals.json:
        findings = [_clickable(here, finding) for finding in error.findings]
        raise Refused(error.message, findings, why=error.why, fix=f"mend it, then: {retry}")
    errors = [finding_document(f) for f in error.findings if f.severity != WARNING]
    warnings = tuple(f for f in error.findings if f.severity == WARNING)
    return Result("blue/round.add@1", {"created": False, "errors": errors, "retry": retry}, warnings=warnings, status=error.exit)


def _clickable(here: Call, finding: Finding) -> Finding:
    """A finding in a file of the dialogue, with its path as seen from here; a draft's has it already."""
    inside = finding.path.startswith(FOLDER)
    return finding._replace(path=here.workspace.shown(finding.path, here.world.cwd)) if inside else finding


def _retry(here: Call, dialogue: str, drafts: Sequence[Draft], wish: Wish) -> str:
    """The same call again. A text that nobody has in a file yet is kept in one."""
    names = [here.keep(d.data) if d.name == EDITED else d.name for d in drafts]
    odd = [name for name in names if name.startswith("-") and name != STDIN]
    words = ["blue", *(["-C", here.globals.folder] if here.globals.folder else []), "round", "add", *([] if odd else names), "-d", dialogue]
    words += ["--expert", wish.expert] if wish.expert else []
    words += ["--round", str(wish.round)] if wish.round is not None else []
    words += ["--new-expert", wish.new_role] if wish.new_role else []
    words += [flag for flag, on in (("--if-absent", wish.if_absent), ("--replace", wish.replace), ("--dry-run", wish.dry_run)) if on]
    return shlex.join([*words, *(["--", *names] if odd else [])])


# --- where the texts come from -----------------------------------------------------------------------------------

EDITED = "EDITED"  # the name of a text that was typed in the editor


def _drafts(here: Call, files: Sequence[str], wish: Wish) -> list[Draft]:
    """The texts of the files, or of standard input; none when somebody sits there who can type one."""
    if len(files) > 1 and wish.expert:
        raise WrongCall("--expert names one expert, and there are several files", fix="let each file's name be its expert's: muffin.md")
    if files.count(STDIN) > 1:
        raise WrongCall("standard input can be read only once")
    if not files and not here.world.stdin.isatty():
        files = [STDIN]
    return [Draft(name, here.read_input() if name == STDIN else here.read_file(name)) for name in files]


def _edited(here: Call, uid: str, wish: Wish, drafts: Sequence[Draft]) -> tuple[list[Draft], Wish]:
    """A text from the editor, which opens with the file (with `--edit`) or with a template that teaches the markers."""
    from blue_cli.cli.external import edit

    if len(drafts) > 1:
        raise WrongCall("an editor opens one text, and there are several files", fix="add them one by one, or without --edit")
    if not here.may_ask():
        raise WrongCall("there is nobody to type the contribution", fix="name a file, or pipe the text into: blue round add -")
    if not drafts and not wish.expert:
        raise WrongCall("whose contribution is this?", fix="blue round add --expert SLUG, or set $BLUE_EXPERT")
    start = begin(here.workspace.store, uid, drafts[0] if drafts else None, wish)
    text = start.text + view.template(start.graph, start.expert, start.round)
    edited = view.without_template(edit(text, ".md", here.world.env, str(here.workspace.config["editor"]), here.cwd))
    if not edited.strip():  # how people say in an editor that they have changed their mind
        raise Refused("nothing was typed, nothing is written")
    return [Draft(EDITED, edited.encode())], wish._replace(expert=start.expert, round=start.round)


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
    """Score an expert's round as the judge: Wisdom, Consistency, Truth, Relationships."""
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
    rows = [round_cells(state, graph.meta.id) for state in states]
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
