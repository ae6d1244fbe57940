"""`blue hooks`: let git ask blue before it commits or pushes. What a command needs is imported when it is called: `run`
stands between a person and every commit."""

from __future__ import annotations

from typing import Annotated

import typer

from blue_cli.cli.commands import group
from blue_cli.cli.options import call
from blue_cli.cli.output import Result
from blue_cli.git.hookblock import HOOKS

app = group("Let git ask blue before it commits or pushes.")

PreCommit = Annotated[bool, typer.Option("--pre-commit", help="The hook that checks what is about to be committed.")]
PrePush = Annotated[bool, typer.Option("--pre-push", help="The hook that checks what the other side does not have yet.")]
CommitMsg = Annotated[bool, typer.Option("--commit-msg", help="The hook that checks the Blue-... lines of the message.")]


@app.command()
def install(
    pre_commit: PreCommit = False,
    pre_push: PrePush = False,
    commit_msg: CommitMsg = False,
    force_here: Annotated[bool, typer.Option("--force-here", help="Also in a hook that somebody else keeps.")] = False,
) -> Result:
    """Put a marked block into the hooks that git runs. Without any option it is pre-commit.

    Where another program keeps the hooks, or others have them too, nothing is changed: the lines to add are printed, and
    the exit status is 1 when they are not there yet. Twice is as once.
    """
    from blue_cli.cli import hook_files

    return hook_files.install(call(), [pre_commit, pre_push, commit_msg], force_here)


@app.command()
def uninstall(pre_commit: PreCommit = False, pre_push: PrePush = False, commit_msg: CommitMsg = False) -> Result:
    """Take the block out again, of every hook without any option. All other bytes stay, and a file made for it goes."""
    from blue_cli.cli import hook_files

    return hook_files.uninstall(call(), [pre_commit, pre_push, commit_msg])


@app.command()
def status() -> Result:
    """Which files git runs as hooks, and what is in them. It says whether blue's block is there and reached, and who else is."""
    from blue_cli.cli import hook_files

    return hook_files.status(call())


@app.command()
def run(
    hook: Annotated[str, typer.Argument(metavar="HOOK", help=f"One of {', '.join(HOOKS)}.")],
    words: Annotated[list[str], typer.Argument(metavar="[WORD]...", help="What git gives to the hook.")] = [],  # noqa: B006 - Typer reads the default and copies it
) -> Result:
    """Check as the hook of that name does. For pre-push, what git says on standard input is read.

    Exit status 1 for findings, 6 for a seal that does not hold. Without .blue/ there is nothing to check.
    """
    from blue_cli.cli.hook_run import result

    return result(call(), hook, words)
