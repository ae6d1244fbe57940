"""Texts that are handed in: from files, standard input or the editor; and how to hand one in again that was refused."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence

from blue_cli.actions.load import readable
from blue_cli.actions.placement import Draft
from blue_cli.cli.options import Call
from blue_cli.cli.output import Result, finding_documents
from blue_cli.dialogue.rulebook import WARNING
from blue_cli.dialogue.sources import FOLDER
from blue_cli.errors import BlueError, Finding, Refused, WrongCall
from blue_cli.views import added

STDIN = "-"
EDITED = "EDITED"  # the name of a text that was typed in the editor


def given(here: Call, files: Sequence[str]) -> list[Draft]:
    """The texts of the files, or of standard input; none when somebody sits there who can type one.

    Raises `NotFound` and `WrongCall` for what cannot be read.
    """
    if files.count(STDIN) > 1:
        raise WrongCall("standard input can be read only once")
    if not files and not here.world.stdin.isatty():
        files = [STDIN]
    return [Draft(name, here.read_input() if name == STDIN else here.read_file(name)) for name in files]


def need_typist(here: Call, what: str, command: str) -> None:
    """`WrongCall` when nobody sits there for whom an editor could open."""
    if not here.may_ask():
        raise WrongCall(f"there is nobody to type the {what}", fix=f"name a file, or pipe the text into: {command} -")


def open_first(here: Call, uid: str, anywhere: bool) -> None:
    """Before anybody types: `Locked` for a sealed dialogue that no key opens. Find the place where its draft may lie.

    `Refused` when there is none, and `anywhere` (`--plaintext-temp`) does not allow the disk.
    """
    if readable(here.workspace.store.load(uid)).seal is not None:
        from blue_cli.cli import memory

        here.drafts_in = memory.place(here.world.env, anywhere)


def typed(here: Call, begun: str, template: str) -> Draft:
    """What a person makes of a text in the editor, after `open_first`; the comment at its end, `template`, is no part of it."""
    from blue_cli.cli.external import edit

    text = edit(begun + template, ".md", here.world.env, str(here.workspace.config["editor"]), here.cwd, here.drafts_in)
    text = added.without_template(text)
    if not text.strip():  # how people say in an editor that they have changed their mind
        raise Refused("nothing was typed, nothing is written")
    return Draft(EDITED, text.encode())


def retry(here: Call, command: Sequence[str], drafts: Sequence[Draft], options: Sequence[str]) -> str:
    """The same call again. A text that nobody has in a file yet is kept in one."""
    names = [here.keep(draft.data) if draft.name == EDITED else draft.name for draft in drafts]
    odd = [name for name in names if name.startswith("-") and name != STDIN]
    return again(here, [*command, *([] if odd else names), *options, *(["--", *names] if odd else [])])


def again(here: Call, words: Sequence[str]) -> str:
    """A call as one would type it, in the folder of this one."""
    return shlex.join(["blue", *(["-C", here.globals.folder] if here.globals.folder else []), *words])


def failed(here: Call, error: BlueError, schema: str, drafts: Sequence[Draft], words: Callable[[], str]) -> Result:
    """What follows when texts were not taken: for programs an answer with every finding, else the error is raised, with
    the call that tries it again (`words`, made only then: it keeps what was typed in a file)."""
    if isinstance(error, Refused) and here.globals.json:
        return refused(error, schema, words())
    if isinstance(error, Refused):
        raise Refused(error.message, [_clickable(here, f) for f in error.findings], why=error.why, fix=f"mend it, then: {words()}")
    if any(draft.name == EDITED for draft in drafts):
        error.fix = "\n".join(filter(None, (error.fix, f"your text is kept: {words()}")))
    raise error


def refused(error: Refused, schema: str, retry: str) -> Result:
    """Every finding, and how to try again (CLI.md, output)."""
    errors = finding_documents(f for f in error.findings if f.severity != WARNING)
    warnings = tuple(f for f in error.findings if f.severity == WARNING)
    return Result(schema, {"created": False, "errors": errors, "retry": retry}, warnings=warnings, status=error.exit)


def _clickable(here: Call, finding: Finding) -> Finding:
    """A finding in a file of the dialogue, with its path as seen from here; a draft's has it already."""
    inside = finding.path.startswith(FOLDER)
    return finding._replace(path=here.workspace.shown(finding.path, here.world.cwd)) if inside else finding
