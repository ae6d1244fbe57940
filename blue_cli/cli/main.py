"""The entry, and the one error boundary: nothing leaves here but an exit status."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn, TextIO, cast

from blue_cli import __version__
from blue_cli.cli import argv as words
from blue_cli.cli.commands import HELP_OPTIONS, PROGRAM, READING, Branch, Root, unknown
from blue_cli.cli.options import Call, Globals, World, begin, globals_of, system_now, system_random
from blue_cli.cli.output import Result, emit, fail, screen
from blue_cli.config import mask
from blue_cli.errors import BlueError, Interrupted, Unavailable, WrongCall

if TYPE_CHECKING:
    from blue_cli.stores.base import Store

WIDEST = 100  # columns of help, however wide the terminal


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """The program: run in the process's own world and exit."""
    gc.disable()  # one answer, then the end: nothing made on the way lives in cycles, and each pass would look at all of it
    status = run(
        sys.argv[1:] if argv is None else argv,
        stdin=sys.stdin.buffer if sys.stdin else open(os.devnull, "rb"),  # noqa: SIM115  # open as long as the process is
        stdout=_stream(sys.stdout),
        stderr=_stream(sys.stderr),
        env=os.environ,
        cwd=".",
    )
    _leave(status)


def run(
    argv: Sequence[str],
    *,
    stdin: BinaryIO,
    stdout: TextIO,
    stderr: TextIO,
    env: Mapping[str, str],
    cwd: str,
    store: Store | None = None,
    now: Callable[[], datetime] = system_now,
    random: Callable[[int], int] = system_random,
) -> int:
    """One call of blue in a world of the caller's; the exit status. Never raises.

    A `cwd` of "." is the process's own, looked up only when it is needed: it may be gone.
    """
    world = World(stdin, stdout, stderr, env, cwd, now, random, store)
    call = Call(world, Globals(json=words.wants_json(argv)))
    begin(call)
    try:
        return _guard(call, lambda: _dispatch(call, argv))
    except BrokenPipeError:  # `blue tensions | head`: the reader has what it wanted
        return call.status
    finally:
        call.close()


def _guard(call: Call, action: Callable[[], int]) -> int:
    """The error boundary: any error becomes its report and its status."""
    try:
        return action()
    except BrokenPipeError:
        raise
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        if call.world.env.get("BLUE_DEBUG") == "1":
            call.world.stderr.write(_trace(error, call.opened_seal))
        return _report(call, translate(error, call.world.cwd, call.opened_seal))


def _trace(error: BaseException, sealed: bool) -> str:
    """Where it went wrong. After something sealed was opened, without what the exceptions say: they quote."""
    import traceback

    if not sealed:
        return "".join(traceback.format_exception(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    frames = "".join(traceback.format_tb(error.__traceback__))
    return (_trace(before, True) if before else "") + f"Traceback (most recent call last):\n{frames}{type(error).__name__}\n"


def _report(call: Call, error: BlueError) -> int:
    """Write the error. When stdout cannot be written either, stderr has it, and the status stands."""
    for name in ("message", "why", "fix", "path"):  # a store's URL in the wrong place is repeated by whoever cannot use it
        setattr(error, name, mask(getattr(error, name)))
    if isinstance(error, Unavailable):
        from blue_cli.cli.remedy import mend

        mend(call, error)
    try:
        return fail(call, error)
    except Unavailable:
        return error.exit


def _dispatch(call: Call, argv: Sequence[str]) -> int:
    split = words.split(argv, Root())
    call.globals = globals_of(split.globals)
    node, path = cast("Root | Branch", split.node), " ".join((PROGRAM, *split.path))
    if call.globals.version:
        return emit(call, Result("blue/version@1", {"version": __version__}, f"{PROGRAM} {__version__}"))
    if node.names() and split.rest:
        raise unknown(node, path, split.rest)
    if call.globals.help or not split.path:
        return emit(call, _help(call, node, path))
    if node.names():
        raise unknown(node, path, ())
    if call.globals.at and " ".join(split.path) not in READING:
        raise WrongCall(f"--at is only for what reads dialogues: {path} does not", why="a commit is not changed", fix="leave --at out")
    result = node.invoke(path, list(split.rest))
    if not isinstance(result, Result):
        raise TypeError(f"{path} returned {type(result).__name__}, not a Result")
    return emit(call, result)


def _help(call: Call, node: Root | Branch, path: str) -> Result:
    text = node.help(path, min(screen(call, call.world.stdout).width or WIDEST, WIDEST))
    return Result("blue/help@1", {"text": text}, text)


# --- from any error to one of ours ---------------------------------------------------------------------------


def translate(error: BaseException, cwd: str = ".", sealed: bool = False) -> BlueError:
    """The `BlueError` that an exception means; paths as seen from `cwd`. `sealed`: something sealed was opened."""
    if isinstance(error, BlueError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Interrupted("interrupted")
    if isinstance(error, OSError):
        place = os.path.relpath(error.filename, cwd) if isinstance(error.filename, str) else "the system"
        return Unavailable(f"{place}: {error.strerror or error}")
    return _wrong_call(error) or _bug(error, sealed)


def _bug(error: BaseException, sealed: bool) -> BlueError:
    """No traceback and no locals: either could show text or keys that are nobody's business; `sealed`: no message either."""
    first = "" if sealed else str(error).split("\n")[0][:200]
    return BlueError(
        f"a bug in blue: {type(error).__name__}{': ' + first if first else ''}",
        fix="run it again with BLUE_DEBUG=1 to see where, and report it",
    )


def _wrong_call(error: BaseException) -> WrongCall | None:
    """Typer's complaint about the command line in our words, None when it is something else."""
    if "typer" not in sys.modules:
        return None
    import typer

    usage_error = typer.BadParameter.__mro__[1]  # Typer brings its own Click and exports only the subclass
    if not isinstance(error, usage_error):
        return None
    complaint: Any = error
    context, option = complaint.ctx, getattr(complaint, "option_name", "")
    see = f"see: {context.info_name} {HELP_OPTIONS[1]}" if context else ""
    if not hasattr(complaint, "possibilities"):
        return WrongCall(_soften(complaint.format_message()), fix=see)
    near = _near_options(option, complaint.possibilities or ())
    return WrongCall(f"no such option: {option}", fix=f"did you mean {near[0]}?" if near else see, suggestions=near)


def _near_options(option: str, own: Sequence[str]) -> list[str]:
    """What was perhaps meant: an option of the command, as Typer found, or a global one."""
    from difflib import get_close_matches

    return get_close_matches(option, [*own, *words.BY_OPTION], 3, 0.6)


def _soften(message: str) -> str:
    """Lower case, no full stop, one line: as all of blue's errors."""
    line = " ".join(message.split()).rstrip(".")
    return line[:1].lower() + line[1:]


# --- the process's streams ------------------------------------------------------------------------------------


def _stream(stream: TextIO | None) -> TextIO:
    """A stream that takes any text: a closed one (`>&-`) swallows it, what its encoding lacks is escaped."""
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure:
        reconfigure(errors="backslashreplace")
    return stream


def _leave(status: int) -> NoReturn:
    """End here and now. Everything is flushed, and taking the interpreter apart costs 8 ms, more with a large graph.

    It also keeps Python from complaining about a closed pipe that it would like to flush. A profiler needs the
    regular end: BLUE_DEBUG=1.
    """
    if os.environ.get("BLUE_DEBUG") == "1":
        sys.exit(status)
    os._exit(status)
