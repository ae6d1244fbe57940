"""`blue init`."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blue_cli.actions.gitconfig import Configured, configure
from blue_cli.actions.init import Made, init
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result

if TYPE_CHECKING:
    from blue_cli.actions.agents import Told
    from blue_cli.git.settings import LocalSettings

AgentsOption = Annotated[bool, typer.Option("--agents", help="Tell language-model agents: a marked block in AGENTS.md.")]


def command(
    agents: AgentsOption = False,
    hooks: Annotated[bool, typer.Option("--hooks", help="Have git ask blue before a commit: blue hooks install.")] = False,
    git_config: Annotated[
        bool, typer.Option("--git-config", help="Have git show and merge dialogues by what they mean, in this clone.")
    ] = False,
) -> Result:
    """Make .blue/ in this folder. Can be run again: it says what it left alone."""
    here = call()
    git = _settings(here) if git_config or hooks else None
    made = init(here.cwd)
    document: dict[str, Any] = {"created": list(made.created), "kept": list(made.kept)}
    text = _text(made)
    if git is not None and git_config:
        configured = configure(here.cwd, git, _program(here))
        document["git"] = {name: list(names) for name, names in configured._asdict().items()}
        text += _git_text(configured)
    if agents:
        told = _tell_agents(here)
        document["agents"] = [{"path": one.name, "state": one.state, "why": one.why or None} for one in told]
        text += "".join(map(_told_line, told))
    hints = ("start one: blue dialogue new TITLE",) if made.created else ()
    result = Result("blue/init@1", document, text, hints=hints)
    return _with_hooks(here, result) if hooks else result


def _with_hooks(here: Call, result: Result) -> Result:
    """The answer, with what became of the pre-commit hook."""
    from blue_cli.cli.hook_files import install

    done = install(here, [False, False, False], False)  # pre-commit, as without an option
    more = done.document() if callable(done.document) else done.document
    assert isinstance(result.document, dict) and isinstance(result.text, str) and isinstance(done.text, str)
    return result._replace(
        document={**result.document, **more}, text=f"{result.text}{done.text}\n", hints=(*result.hints, *done.hints),
        warnings=done.warnings, status=done.status,
    )  # fmt: skip


def _text(made: Made) -> str:
    return "".join([f"made {path}\n" for path in made.created] + [f"left {path} as it is\n" for path in made.kept])


def _tell_agents(here: Call) -> list[Told]:
    from blue_cli.actions.agents import tell_agents

    return tell_agents(here.cwd)


def _told_line(told: Told) -> str:
    words = {"created": "made", "updated": "wrote the block in"}
    if told.state in words:
        return f"{words[told.state]} {told.name}\n"
    return f"left {told.name} as it is{f': {told.why}' if told.why else ''}\n"


# --- git ---------------------------------------------------------------------------------------------------------


def _settings(here: Call) -> LocalSettings:
    """The settings of the repository around this folder. `Unavailable` without git or without a repository."""
    from blue_cli.git.repo import Repository
    from blue_cli.git.settings import LocalSettings

    return LocalSettings(Repository.find(os.path.abspath(here.cwd), here.world.env))


def _program(here: Call) -> str:
    """How a shell starts blue: by its name where that is us, else by the Python that runs now."""
    from blue_cli.git.hooks import program

    return "blue" if program(here.world.env).version else shlex.join([sys.executable, "-m", "blue_cli"])


def _git_text(done: Configured) -> str:
    lines = [f"set {name}" for name in done.made] + [f"changed {name}" for name in done.changed]
    lines += [f"left {name} as it is" for name in done.kept]
    lines += [f"left {name} as it is: it is not from blue" for name in done.left]
    return "".join(f"{line}\n" for line in lines)
