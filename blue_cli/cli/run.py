"""What `blue round run` and `blue dialogue run` share: whom to ask with what, who watches, and what is left at the end."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from blue_cli.cli.options import Call
from blue_cli.dialogue.ids import JUDGE
from blue_cli.errors import BlueError, Finding, Interrupted, WrongCall
from blue_cli.views.context import BUDGET

if TYPE_CHECKING:  # what asks commands is imported by those who do: `round list` is called a thousand times as often
    from types import FrameType

    from blue_cli.actions.command import Commands
    from blue_cli.actions.course import Round, Way
    from blue_cli.cli.live import Shown
    from blue_cli.cli.output import Screen
    from blue_cli.running.pool import Pool
    from blue_cli.views.running import Told

WIDTH, PATIENCE, RETRIES = 4, 600.0, 2
LAST_WORDS = 3  # lines of standard error that are said of a command that failed
SHELL_WORDS = frozenset({"|", "||", "&", "&&", ";", ">", ">>", "<", "2>", "2>&1"})  # what only a shell understands

WithOption = Annotated[
    list[str],
    typer.Option("--with", metavar="[SLUG=]CMD", help="What answers for everybody, or for one; {expert}, {role}, {round} are put in."),
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
    from blue_cli.actions.command import parse
    from blue_cli.actions.course import Way

    if wanted.events and here.globals.json:
        raise WrongCall("--events and --json: one document a line, or one at the end", fix="leave one of them out")
    given = list(wanted.given) or list(here.workspace.config["run.with"])
    judge = wanted.judge or str(here.workspace.config["run.judge"])
    commands = parse(given, judge, panel, wanted.shell)
    _installed(here, commands)
    return Way(commands, here.world.env, here.cwd, wanted.timeout, wanted.retries, wanted.budget, here.world.now)


def _installed(here: Call, commands: Commands) -> None:
    """`WrongCall` for a program that is not there: before anybody has been asked."""
    import shutil

    from blue_cli.actions.command import SHELL

    for command in (*commands.own.values(), *([commands.all] if commands.all else [])):
        program = SHELL if command.shell else command.words[0]
        place = os.path.join(here.cwd, program) if "/" in program else program
        if "{" not in program and shutil.which(place, path=here.world.env.get("PATH", os.defpath)) is None:
            raise WrongCall(f"no program {program}", why=f"the command is: {command.text}", fix=_remedy(here, program))
        if not command.shell and (odd := [word for word in command.words if word in SHELL_WORDS]):
            here.hints.append(f"{odd[0]} is given to {program} as a word, since no shell reads the command; if one should: --shell")


def _remedy(here: Call, program: str) -> str:
    """What to do about a program that cannot be started."""
    if program.startswith("~") or "$" in program:
        return "write the place out, or have a shell read it: --shell"
    if "/" in program and os.path.isfile(os.path.join(here.cwd, program)):
        return f"chmod +x {program}"
    return "install it, or name another"


def audience(here: Call, wanted: Wanted, uid: str) -> Shown:
    """Who is told what happens: JSON lines, rows on a terminal, else plain lines; none with -q or --json."""
    from blue_cli.cli import live
    from blue_cli.cli.run_log import Log

    sealed = here.workspace.store.load(uid).seal is not None
    here.settle()  # from here on somebody else draws on the terminal
    log = Log(here, wanted.log, here.workspace.store.load(uid).id, sealed) if wanted.log else None
    if wanted.events:
        return live.Events(here, log)
    if here.globals.quiet or here.globals.json:
        return live.Silent(here, log)
    if here.world.stderr.isatty() and here.world.env.get("TERM") != "dumb":
        return live.Rows(here, log)
    return live.Lines(here, log)


@contextlib.contextmanager
def running(here: Call, wanted: Wanted, uid: str) -> Iterator[tuple[Pool, Shown]]:
    """Where commands run, and who is told of it. However it ends, none of them is left and the terminal is clean."""
    from blue_cli.running.pool import Pool

    shown = audience(here, wanted, uid)
    try:
        with interruptible(), Pool(wanted.jobs, shown.event, shown.beat) as pool:
            yield pool, shown
    except BlueError as error:
        shown.ends(error.code, error.exit, {"why": error.message})
        raise
    finally:
        shown.close()


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C and its relatives end what was started, and are said in blue's words; who has written so far has written."""
    import signal

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
            "interrupted", why="what had been answered by then is in the dialogue", fix="the same call again asks only who is missing"
        ) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# --- at the end ------------------------------------------------------------------------------------------------------


def set_aside(here: Call, told: Told, sealed: bool) -> Told:
    """An answer that was not added is kept for whoever wants to mend it, and its findings point there; never one of a sealed
    dialogue."""
    from blue_cli.views.running import REJECTED

    if told.state != REJECTED or sealed or not told.answer.strip():
        return told
    path = here.keep(told.answer)
    return told._replace(aside=path, findings=tuple(f._replace(path=path) if f.path in _names(told) else f for f in told.findings))


def _names(told: Told) -> tuple[str, str]:
    """How findings call an answer: after who wrote it, or as the verdict it was to be."""
    return f"{told.name}.md", "verdict.md"


def hints(here: Call, dialogue: str, done: Sequence[Round], verdict: Told | None = None) -> tuple[str, ...]:
    """What to do about everybody who has not written."""
    found: list[str] = []
    for each in done:
        for told in each.told:
            words = ["round", "add", told.aside, "--expert", told.name, "--round", str(each.turn.round), "-d", dialogue]
            found += _remains(here, told, words)
        if each.turn.others:
            found.append(f"round {each.turn.round} still waits for {', '.join(each.turn.others)}")
    return (*found, *(_remains(here, verdict, ["verdict", "add", verdict.aside, "-d", dialogue]) if verdict else ()))


def _remains(here: Call, told: Told, words: Sequence[str]) -> Iterator[str]:
    """What is left of an answer that was not added, and what the command said of it."""
    from blue_cli.cli import drafts
    from blue_cli.views.running import BROKEN, REJECTED, last_lines

    if told.state in (REJECTED, BROKEN) and told.status is not None:  # None: it was never started
        yield from (f"{told.name} said: {line}" for line in last_lines(told.err, LAST_WORDS))
    if told.aside:
        yield f"{told.name}'s last answer is kept; mend it, then: {drafts.again(here, words)}"


def again(told: Sequence[Told]) -> tuple[str, ...]:
    """How to ask those once more who have not written."""
    from blue_cli.views.running import BROKEN, REJECTED

    silent = [one.name for one in told if one.state in (REJECTED, BROKEN)]
    return (f"the same call again asks only who is missing: {', '.join(silent)}",) if silent else ()


def answer(asked: Sequence[tuple[str, Told]], rounds: bool, after: str, screen: Screen) -> str:
    """What stands on standard output: for people a table with something after it, for programs a line for each."""
    from blue_cli.views import running as view
    from blue_cli.views.listing import tsv

    if screen.terminal:
        table = view.summary(asked, rounds, screen.width, screen.color)
        return f"{table}{after}\n"
    return tsv((*([number] if rounds else ()), *view.cells(told)) for number, told in asked)


def findings(told: Sequence[Told]) -> tuple[Finding, ...]:
    """What was wrong with the answers, or worth a word."""
    return tuple(finding for one in told for finding in one.findings)


def round_document(each: Round) -> Mapping[str, Any]:
    """A round that was run, as JSON."""
    from blue_cli.views import running as view

    return {
        "round": each.turn.round,
        "whole": each.whole,
        "written_before": list(each.turn.written),
        "not_asked": list(each.turn.others),
        "calls": [view.document(told) for told in each.told],
        "convergence": view.progress(each.graph),
    }


def people(commands: Commands, names: Sequence[str], judge: bool) -> list[tuple[str, str]]:
    """Who would be asked with what, for `--dry-run`."""
    asked = [*names, *([JUDGE] if judge else [])]
    return [(slug, command.text if (command := commands.of(slug)) else "") for slug in asked]
