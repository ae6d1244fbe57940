"""`blue verdict add`, and `blue verdicts list`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from blue_cli.actions.placement import Draft
from blue_cli.actions.verdict_text import Wish
from blue_cli.actions.verdicts import Given, begin, give
from blue_cli.cli import drafts
from blue_cli.cli.commands import group
from blue_cli.cli.lists import add_list
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result
from blue_cli.cli.plaintext import TempOption
from blue_cli.dialogue.convergence import measure
from blue_cli.dialogue.ids import VERDICT_KINDS
from blue_cli.dialogue.verdicts import CONFIDENCES
from blue_cli.errors import BlueError, WrongCall
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
    confidence: Annotated[str, typer.Option("--confidence", metavar="unanimous|strong|split|contested", help="How united it is.")] = "",
    supporting: Annotated[list[str], typer.Option("--supporting", metavar="E", help="Who supports it; again for several.")] = [],  # noqa: B006 - as above
    force: Annotated[str | None, typer.Option("--force", metavar="REASON", help="Without convergence, once max_rounds is reached.")] = None,
    override: Annotated[bool, typer.Option("--override", help="With --force: before max_rounds, too.")] = False,
    if_absent: Annotated[bool, typer.Option("--if-absent", help="The same verdict again is no error.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, and say what would happen.")] = False,
    edit: Annotated[bool, typer.Option("--edit", help="Open the text in an editor first.")] = False,
    plaintext_temp: TempOption = False,
) -> Result:
    """Give a verdict. A final one needs a dialogue that can converge; it is never changed, only superseded by the next."""
    here = call()
    wish = Wish(kind, author, recommendation, tuple(condition), vote, confidence, tuple(supporting), force, override,
                here.expert(""), if_absent, dry_run)  # fmt: skip
    _refuse_wrong(wish)
    row = here.dialogue()
    texts = drafts.given(here, [file] if file else [])
    if edit or not texts:
        texts = [_edited(here, row.uid, texts, wish, plaintext_temp)]
    try:
        done = give(here.workspace.store, row.uid, texts[0], wish, here.world.now())
    except BlueError as error:
        return drafts.failed(here, error, "blue/verdict.add@1", texts, lambda: _retry(here, row.id, texts, wish))
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


def _edited(here: Call, uid: str, texts: Sequence[Draft], wish: Wish, plaintext_temp: bool) -> Draft:
    """A text from the editor, which opens with the file (with `--edit`), and with what there is to decide."""
    drafts.need_typist(here, "verdict", "blue verdict add")
    drafts.open_first(here, uid, plaintext_temp)
    begun = texts[0].data.decode(errors="replace").rstrip("\n") if texts else ""
    return drafts.typed(here, begun, added.comment(view.outline(begin(here.workspace.store, uid, wish))))


def _retry(here: Call, dialogue: str, texts: Sequence[Draft], wish: Wish) -> str:
    words = ["-d", dialogue]
    single = (("--kind", wish.kind), ("--author", wish.author), ("--recommendation", wish.recommendation), ("--vote", wish.vote),
              ("--confidence", wish.confidence), ("--force", wish.force or ""))  # fmt: skip
    several = [("--condition", text) for text in wish.conditions] + [("--supporting", slug) for slug in wish.supporting]
    for option, value in (*single, *several):
        words += [option, value] if value else []
    flags = (("--override", wish.override and bool(wish.force)), ("--if-absent", wish.if_absent), ("--dry-run", wish.dry_run))
    words += [flag for flag, on in flags if on]
    return drafts.retry(here, ("verdict", "add"), texts, words)


add_list(app, "verdicts")
