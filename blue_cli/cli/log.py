"""`blue log`."""

from __future__ import annotations

from functools import cache
from typing import Annotated

import typer

from blue_cli.actions.history import chosen, history, is_expert
from blue_cli.actions.load import load
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result
from blue_cli.errors import Finding, NotFound
from blue_cli.views import history as view

SCHEMA = "blue/log@1"


def command(
    id: Annotated[
        str, typer.Argument(metavar="[ID]", help="T0101, MUFFIN-T0101, or a verdict; else the dialogue.", show_default=False)
    ] = "",
    author: Annotated[
        str, typer.Option("--author", metavar="A", help="Only what this expert did; if there is none of that name, this git author.")
    ] = "",
    last: Annotated[int | None, typer.Option("-n", metavar="N", min=1, help="Only what the last N of these commits brought.")] = None,
    no_pager: Annotated[bool, typer.Option("--no-pager", help="Write a long text straight to the terminal.")] = False,
) -> Result:
    """The life of one thing, or of a dialogue, through commits, oldest first: when it was opened, addressed, resolved, reopened,
    by whom, and in which commit.

    Up to the commit that is checked out, or that --at names; what is not committed has no history yet.
    """
    from blue_cli.git.past import Past

    here = call()
    space = here.workspace
    repository = space.past("blue log")
    tip = here.at or repository.head()
    if tip is None:
        raise NotFound("there is no commit yet", fix="git commit")
    row = here.dialogue()
    past = Past(repository, tip)
    try:
        found = history(past, repository.shallow, cache(lambda commit: space.as_of(commit)[0]), tip, row, id)
    except NotFound:
        _refuse_uncommitted(here, row.uid, id)
        raise
    finally:
        past.close()
    if found.cut:
        why = "older commits are not here, so what the oldest one brought may be older than that"
        here.warnings.append(Finding("shallow", "this clone is shallow", why=why, fix="git fetch --unshallow", severity="warning"))
    if author and not is_expert(found.graph, author):
        here.hints.append(f"no expert is called {author}: git authors are looked at")
    if not found.tale.whole:
        what = "too many commits edited or removed texts: only the newest were looked into"
        here.warnings.append(Finding("history", what, severity="warning"))
    shown = chosen(found, author, last)
    return Result(
        SCHEMA,
        lambda: {"at": here.at, **view.document(shown)},
        lambda screen: view.text(shown, screen.color),
        paged=not no_pager,
    )


def _refuse_uncommitted(here: Call, uid: str, id: str) -> None:
    """`NotFound` with the likeliest reason: it is in the work tree, and in no commit yet."""
    if here.at is None and id and load(here.workspace.store, uid).find(id):
        raise NotFound(f"{id} is in no commit yet", fix="git add and git commit")
