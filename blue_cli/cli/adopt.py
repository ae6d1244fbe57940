"""`blue dialogue adopt` and `blue dialogue rename`."""

from __future__ import annotations

from typing import Annotated

import typer

from blue_cli.actions.adopt import adopt
from blue_cli.actions.rename import rename
from blue_cli.cli.options import call
from blue_cli.cli.output import Result
from blue_cli.dialogue.sources import FOLDER
from blue_cli.views.adopted import Adopted, document, summary
from blue_cli.views.text import sanitize_lines


def adopt_(
    dialogue: Annotated[str, typer.Argument(metavar="[ID]", help="Which; -d does the same.")] = "",
    new_uid: Annotated[bool, typer.Option("--new-uid", help="Give a copied dialogue a uid of its own.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the changes and make none.")] = False,
) -> Result:
    """Make an older dialogue a native one. It gets front matter and ids; no word of a text changes, and everything stands as before."""
    here = call()
    row = here.workspace.find(dialogue) if dialogue else here.dialogue()
    done = adopt(here.workspace.store, row.uid, here.world.now(), here.world.random, new_uid, not dry_run)
    diff = _diff(done) if dry_run else ""
    text = sanitize_lines(diff) + summary(done, dry_run)
    return Result("blue/dialogue.adopt@1", document(done, dry_run, diff), text, hints=_hints(done, dry_run))


def _diff(done: Adopted) -> str:
    from blue_cli.actions.fix import Change, diff

    return diff(tuple(Change(*change) for change in done.changes))


def _hints(done: Adopted, dry_run: bool) -> tuple[str, ...]:
    if not done.changed or dry_run:
        return ()
    folder = f"{FOLDER}{done.id}"
    undo = f"if it was committed before, this takes it back: git restore {folder} && git clean -fd {folder}"
    before, after = done.status
    if before == after:
        return (undo,)
    return (undo, f"the dialogue was {before} and is {after} until a verdict stands: blue verdict add -d {done.id}")


def rename_(new: Annotated[str, typer.Argument(metavar="NEW", help="A whole id, or a slug, which keeps the minute.")]) -> Result:
    """Give a dialogue another id; what links to the old one is listed."""
    here = call()
    done = rename(here.workspace.store, here.dialogue().uid, new)
    path = f"{FOLDER}{done.id}/dialogue.md"
    text = f"renamed {done.old} to {done.id}\n{path}\n" if done.changed else f"that is its id already: {done.id}\n"
    text += "".join(f"{where} still links to {link}\n" for where, link in done.links)
    fields = {
        "changed": done.changed,
        "dialogue": done.id,
        "old": done.old,
        "path": path,
        "links": [{"path": where, "link": link} for where, link in done.links],
    }
    return Result("blue/dialogue.rename@1", fields, sanitize_lines(text))
