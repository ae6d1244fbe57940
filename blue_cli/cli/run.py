"""What `blue round run` and `blue dialogue run` share: whom to ask with what, who watches, and what is left at the end."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from blue_cli.actions.command import SHELL, Command, Commands, parse
from blue_cli.actions.course import Round, Way
from blue_cli.cli import drafts
from blue_cli.cli.options import Call
from blue_cli.dialogue.ids import JUDGE
from blue_cli.errors import Interrupted, WrongCall
from blue_cli.views.context import BUDGET
from blue_cli.views.running import ADDED, BROKEN, REJECTED, Told, progress
from blue_cli.views.running import document as told_document

if TYPE_CHECKING:
    from blue_cli.cli.live import Shown

WIDTH, PATIENCE, RETRIES = 4, 600.0, 2

WithOption = Annotated[
    list[str], typer.Option("--with", metavar="[SLUG=]CMD", help="The command that answers for everybody, or for one expert.")
]
JudgeOption = Annotated[str, typer.Option("--judge", metavar="CMD", help="The command that answers for the judge, after the panel.")]
JobsOption = Annotated[int, typer.Option("--jobs", metavar="N", min=1, help="So many commands at a time.")]
TimeoutOption = Annotated[float, typer.Option("--timeout", metavar="S", min=0, help="Seconds a command may take; 0: as long as it likes.")]
RetriesOption = Annotated[int, typer.Option("--retries", metavar="N", min=0, help="So often it is asked again, with what was wrong.")]
BudgetOption = Annotated[int, typer.Option("--budget", metavar="TOKENS", help="At most so many tokens for a command to read.")]
ShellOption = Annotated[bool, typer.Option("--shell", help="Have a shell read the commands: pipes, variables, quotes.")]
LogOption = Annotated[str, typer.Option("--keep-log", metavar="DIR", help="Keep what went in and came out of each call in this folder.")]
EventsOption = Annotated[bool, typer.Option("--events", help="Write what happens, one JSON document a line, as it happens.")]


class Wanted(NamedTuple):
    """The options that both commands have."""

    given: Sequence[str]
    judge: str
    jobs: int = WIDTH
    timeout: float = PATIENCE
    retries: int = RETRIES
    budget: int = BUDGET
    shell: bool = False
    log: str = ""
    events: bool = False


def way_of(here: Call, wanted: Wanted, panel: tuple[str, ...]) -> Way:
    """How everybody is asked: the options, else the settings. `WrongCall` for what is no command, or is not installed."""
    given = list(wanted.given) or list(here.workspace.config["run.with"])
    judge = wanted.judge or str(here.workspace.config["run.judge"])
    commands = parse(given, judge, panel, wanted.shell)
    _installed(here, commands)
    return Way(commands, here.world.env, here.cwd, wanted.timeout, wanted.retries, wanted.budget, here.world.now)


def _installed(here: Call, commands: Commands) -> None:
    """`WrongCall` for a program that is not there: before anybody has been asked."""
    for command in (*commands.own.values(), *([commands.all] if commands.all else [])):
        program = _program(command)
        if "{" not in program and shutil.which(os.path.join(here.cwd, program) if "/" in program else program) is None:
            raise WrongCall(f"no program {program}", why=f"the command is: {command.text}", fix="install it, or name another with --with")


def _program(command: Command) -> str:
    return SHELL if command.shell else command.words[0]


def audience(here: Call, wanted: Wanted, uid: str) -> Shown:
    """Who is told what happens: JSON lines, rows on a terminal, else plain lines; none with -q or --json."""
    from blue_cli.cli import live

    sealed = here.workspace.store.load(uid).seal is not None
    log = live.Log(here, wanted.log, sealed) if wanted.log else None
    if wanted.events:
        return live.Events(here, log)
    if here.globals.quiet or here.globals.json:
        return live.Silent(here, log)
    if here.world.stderr.isatty() and here.world.env.get("TERM") != "dumb":
        return live.Rows(here, log)
    return live.Lines(here, log)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C and its relatives end what was started, and are said in blue's words; who has written so far has written."""

    def end(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {}
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            with contextlib.suppress(ValueError):  # not the main thread: nobody interrupts us there
                before[number] = signal.signal(number, end)
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(
            "interrupted", why="what had been answered by then is in the dialogue", fix="the same again asks only who is missing"
        ) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# --- at the end ------------------------------------------------------------------------------------------------------


def set_aside(here: Call, told: Told, sealed: bool) -> Told:
    """An answer that was not added is kept for whoever wants to mend it; never one of a sealed dialogue."""
    if told.state != REJECTED or sealed or not told.answer.strip():
        return told
    return told._replace(aside=here.keep(told.answer))


def hints(here: Call, dialogue: str, done: Sequence[Round]) -> tuple[str, ...]:
    """What to do about everybody who has not written."""
    found = []
    for each in done:
        for told in each.told:
            if told.aside:
                words = ["round", "add", told.aside, "--expert", told.name, "--round", str(each.turn.round), "-d", dialogue]
                found.append(f"{told.name}'s last answer is kept; mend it, then: {drafts.again(here, words)}")
            elif told.state in (REJECTED, BROKEN) and told.err.strip():
                from blue_cli.views.running import last_line

                found.append(f"{told.name} said: {last_line(told.err)}")
        if each.turn.others:
            found.append(f"round {each.turn.round} still waits for {', '.join(each.turn.others)}")
    return tuple(found)


def round_document(each: Round) -> dict[str, Any]:
    """A round that was run, as JSON."""
    return {
        "round": each.turn.round,
        "whole": each.whole,
        "written_before": list(each.turn.written),
        "not_asked": list(each.turn.others),
        "calls": [told_document(told) for told in each.told],
        "convergence": progress(each.graph),
    }


def failed(told: Sequence[Told]) -> bool:
    """Whether somebody who was asked has not written."""
    return any(one.state != ADDED for one in told)


def people(commands: Commands, names: Sequence[str], judge: bool) -> list[tuple[str, str]]:
    """Who would be asked with what, for `--dry-run`."""
    asked = [*names, *([JUDGE] if judge else [])]
    return [(slug, command.text if (command := commands.of(slug)) else "") for slug in asked]
