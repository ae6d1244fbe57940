"""`blue verdict add`, and `blue verdicts list`."""

from __future__ import annotations

import shlex
from typing import Annotated, Any

import typer

from blue_cli.actions.placement import Draft
from blue_cli.actions.verdict_text import Wish
from blue_cli.actions.verdicts import Given, begin, give
from blue_cli.cli.commands import group
from blue_cli.cli.lists import add_list
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result, finding_document
from blue_cli.cli.round import EDITED, STDIN
from blue_cli.dialogue.convergence import measure
from blue_cli.dialogue.ids import VERDICT_KINDS
from blue_cli.dialogue.rulebook import WARNING
from blue_cli.dialogue.sources import FOLDER
from blue_cli.dialogue.verdicts import CONFIDENCES
from blue_cli.errors import BlueError, Refused, WrongCall
from blue_cli.views import added
from blue_cli.views import verdicts as view
from blue_cli.views.export import convergence

app = group("Verdicts: what was decided, and on what.")


@app.command("add")
def add_(
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="Markdown; - is standard input; without one, an editor opens.")] = "",
    kind: Annotated[str, typer.Option("--kind", metavar="K", help="final (the default), interim, minority or dissent.")] = "",
    author: Annotated[str, typer.Option("--author", metavar="E", help="Whose; else the judge's, a minority's $BLUE_EXPERT.")] = "",
    recommendation: Annotated[str, typer.Option("--recommendation", metavar="T", help="What is to be done, in one line.")] = "",
    condition: Annotated[list[str], typer.Option("--condition", metavar="T", help="What must hold for it; again for several.")] = [],  # noqa: B006 - Typer copies it
    vote: Annotated[str, typer.Option("--vote", metavar="T", help="How the panel voted, such as 3:1.")] = "",
    confidence: Annotated[str, typer.Option("--confidence", metavar="C", help="unanimous, strong, split or contested.")] = "",
    supporting: Annotated[list[str], typer.Option("--supporting", metavar="E", help="Who supports it; again for several.")] = [],  # noqa: B006 - as above
    force: Annotated[str | None, typer.Option("--force", metavar="REASON", help="Without convergence, once max_rounds is reached.")] = None,
    override: Annotated[bool, typer.Option("--override", help="With --force: before max_rounds, too.")] = False,
    if_absent: Annotated[bool, typer.Option("--if-absent", help="The same verdict again is no error.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, and say what would happen.")] = False,
    edit: Annotated[bool, typer.Option("--edit", help="Open the text in an editor first.")] = False,
) -> Result:
    """Give a verdict. A final one needs a dialogue that can converge; it is never changed, only superseded by the next."""
    here = call()
    wish = Wish(kind, author, recommendation, tuple(condition), vote, confidence, tuple(supporting), force, override,
                here.expert(""), if_absent, dry_run)  # fmt: skip
    _refuse_wrong(wish)
    row = here.dialogue()
    draft = _draft(here, row.uid, file, edit, wish)
    try:
        done = give(here.workspace.store, row.uid, draft, wish, here.world.now())
    except BlueError as error:
        retry = _retry(here, row.id, draft, wish)
        if isinstance(error, Refused):
            return _refused(here, error, retry)
        if draft.name == EDITED:
            error.fix = "\n".join(filter(None, (error.fix, f"your text is kept: {retry}")))
        raise
    graph, verdict = done.graph, done.verdict
    return Result(
        "blue/verdict.add@1",
        lambda: view.given_document(graph, verdict, done.created, dry_run, _outcome(done)),
        lambda screen: "\n".join(
            [*view.given(graph, verdict, done.created, dry_run, screen.color), *added.outcome(graph, done.changed, screen.color)]
        ),
        warnings=done.warnings,
    )


def _outcome(done: Given) -> dict[str, Any]:
    """What changed, and how far the dialogue is."""
    return {"changed": added.change_documents(done.changed), "convergence": convergence(done.graph, measure(done.graph))}


def _refuse_wrong(wish: Wish) -> None:
    for option, word, known in (("--kind", wish.kind, VERDICT_KINDS), ("--confidence", wish.confidence, CONFIDENCES)):
        if word and word not in known:
            raise WrongCall(f'{option}: no such choice: "{word}"', fix=f"one of {', '.join(known)}")
    if wish.override and wish.force is None:
        raise WrongCall("--override says nothing without --force", fix="--force REASON --override")


def _draft(here: Call, uid: str, file: str, edit: bool, wish: Wish) -> Draft:
    """The text of the file, of standard input, or one that is typed."""
    if not file and not here.world.stdin.isatty():
        file = STDIN
    draft = Draft(file, here.read_input() if file == STDIN else here.read_file(file)) if file else None
    if draft is not None and not edit:
        return draft
    from blue_cli.cli.external import edit as edited

    if not here.may_ask():
        raise WrongCall("there is nobody to type the verdict", fix="name a file, or pipe the text into: blue verdict add -")
    if draft is not None:
        begun = draft.data.decode(errors="replace")
    else:
        begun = "\n"
    text = begun.rstrip("\n") + added.comment(view.outline(begin(here.workspace.store, uid, wish)))
    typed = added.without_template(edited(text, ".md", here.world.env, str(here.workspace.config["editor"]), here.cwd))
    if not typed.strip():
        raise Refused("nothing was typed, nothing is written")
    return Draft(EDITED, typed.encode())


def _refused(here: Call, error: Refused, retry: str) -> Result:
    """Every finding, and how to try again."""
    if not here.globals.json:
        findings = [
            f._replace(path=here.workspace.shown(f.path, here.world.cwd)) if f.path.startswith(FOLDER) else f for f in error.findings
        ]
        raise Refused(error.message, findings, why=error.why, fix=f"mend it, then: {retry}")
    errors = [finding_document(f) for f in error.findings if f.severity != WARNING]
    warnings = tuple(f for f in error.findings if f.severity == WARNING)
    return Result("blue/verdict.add@1", {"created": False, "errors": errors, "retry": retry}, warnings=warnings, status=error.exit)


def _retry(here: Call, dialogue: str, draft: Draft, wish: Wish) -> str:
    """The same call again. A text that nobody has in a file yet is kept in one."""
    name = here.keep(draft.data) if draft.name == EDITED else draft.name
    words = ["blue", *(["-C", here.globals.folder] if here.globals.folder else []), "verdict", "add"]
    odd = name.startswith("-") and name != STDIN
    words += [] if odd else [name]
    words += ["-d", dialogue]
    single = (("--kind", wish.kind), ("--author", wish.author), ("--recommendation", wish.recommendation), ("--vote", wish.vote),
              ("--confidence", wish.confidence), ("--force", wish.force or ""))  # fmt: skip
    several = [("--condition", text) for text in wish.conditions] + [("--supporting", slug) for slug in wish.supporting]
    for option, value in (*single, *several):
        words += [option, value] if value else []
    flags = (("--override", wish.override and bool(wish.force)), ("--if-absent", wish.if_absent), ("--dry-run", wish.dry_run))
    words += [flag for flag, on in flags if on]
    return shlex.join([*words, *(["--", name] if odd else [])])


add_list(app, "verdicts")
