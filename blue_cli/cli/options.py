"""One call of blue: what was said globally, and the world it runs in. Commands get it by `call()`.

Everything a command may not take from the process itself is here, so that a test can bring its own: streams,
environment, folder, clock, random bits, and a store.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TextIO

from blue_cli.errors import Finding, NotFound, Unavailable, WrongCall
from blue_cli.stores.base import Row, Store

if TYPE_CHECKING:
    from blue_cli.cli.progress import Watched
    from blue_cli.workspace import Workspace

INPUT_LIMIT = 64 * 1024 * 1024  # bytes of standard input, far above every limit of a single file


class Globals(NamedTuple):
    """The global options as given (`argv.GLOBALS` describes them)."""

    folder: str = ""
    dialogue: str = ""
    json: bool = False
    quiet: bool = False
    verbose: bool = False
    color: str = ""
    no_input: bool = False
    at: str = ""
    store: str = ""
    version: bool = False
    help: bool = False


def globals_of(taken: Mapping[str, str]) -> Globals:
    """The globals that the walk over argv took, typed by their defaults here."""
    fields: dict[str, Any] = Globals()._asdict()
    for name, value in taken.items():
        fields[name] = True if fields[name] is False else value
    return Globals(**fields)


class World(NamedTuple):
    """What a call gets from outside. `now` gives UTC; `random(n)` gives n random bits; `store` replaces the folder's."""

    stdin: BinaryIO
    stdout: TextIO
    stderr: TextIO
    env: Mapping[str, str]
    cwd: str
    now: Callable[[], datetime]
    random: Callable[[int], int]
    store: Store | None = None


def system_now() -> datetime:
    """The clock on the wall, in UTC."""
    return datetime.now(UTC)


def system_random(bits: int) -> int:
    """Random bits that nobody can guess, from the operating system."""
    size = (bits + 7) // 8
    return int.from_bytes(os.urandom(size), "big") >> (size * 8 - bits)


class Call:
    """A call under way. `warnings` and `hints` are collected here by whoever has something to say."""

    def __init__(self, world: World, globals: Globals) -> None:
        self.world = world
        self.globals = globals
        self.warnings: list[Finding] = []
        self.hints: list[str] = []
        self.status = 0
        self.at: str | None = None  # the commit that everything is read from; None: the work tree
        self.drafts_in = ""  # where texts of a sealed dialogue may lie (`memory.place`); empty: it is a plain one
        self._workspace: Workspace | None = None
        self._left: list[Workspace] = []  # those of a call that goes from one to the next
        self._watched: Watched | None = None

    @property
    def cwd(self) -> str:
        """The folder blue works in, `-C` applied. `NotFound` when there is none."""
        folder = os.path.join(self.world.cwd, self.globals.folder)
        if not os.path.isdir(folder):
            raise NotFound(f"-C: no such folder: {self.globals.folder}")
        return folder

    def path(self, name: str) -> str:
        """A file named on the command line, as a path to open."""
        return os.path.join(self.cwd, name)

    @property
    def workspace(self) -> Workspace:
        """The workspace, opened when first asked for. `NotFound` when there is none."""
        if self._workspace is None:
            from blue_cli.workspace import open_workspace

            self._workspace = open_workspace(self.cwd, self.world.env, self.world.store, self.globals.store)
            self.warnings += self._workspace.warnings
            if self.globals.at:
                self._travel(self._workspace)
            if self.may_ask():
                from blue_cli.cli.secret import asker

                self._workspace.ask = asker(self)
            if self.world.stderr.isatty() and not (self.globals.quiet or self.globals.json):
                self._workspace.watch(self._watch)
        return self._workspace

    def _travel(self, workspace: Workspace) -> None:
        """Have everything read from the commit that --at means, and say which one a date became."""
        found = workspace.travel(self.globals.at)
        self.at = found.hash
        if found.dated:
            self.hints.append(f"--at {self.globals.at} is {found.dated}")

    def turn_to(self, folder: str) -> None:
        """Go on in the workspace of another folder. What the one before had to say is taken up, and its keys not forgotten."""
        self.settle()
        self._left += [self._workspace] if self._workspace else []
        self._workspace = None
        self.globals = self.globals._replace(folder=folder)

    def _watch(self, store: Store) -> Store:
        """The store, with a line on the terminal for whoever waits."""
        from blue_cli.cli.progress import Watched

        self._watched = Watched(store, self.world.stderr)
        return self._watched

    def settle(self) -> None:
        """Leave the terminal clean for what is written next, and take up what the store has to say."""
        if self._watched is not None:
            self._watched.clear()
        if self._workspace is not None:
            self.warnings += [Finding("sealed", note, severity="warning") for note in dict.fromkeys(self._workspace.notes)]
            self._workspace.notes.clear()

    def close(self) -> None:
        """End what was started to answer this call."""
        for one in (self._workspace, *self._left):
            if one is not None:
                one.close()

    @property
    def opened_seal(self) -> bool:
        """Whether keys were asked for: from then on text that is nobody's business may be at hand."""
        return any(one.has_keys for one in (self._workspace, *self._left) if one is not None)

    @property
    def color_setting(self) -> str:
        """What the settings say about colour, as far as they were read."""
        return str(self._workspace.config["color"]) if self._workspace else self.world.env.get("BLUE_COLOR", "auto")

    def dialogue(self) -> Row:
        """The dialogue this call is about (CLI.md, words, `-d`). `NotFound`, or `WrongCall` with candidates."""
        wanted = self.globals.dialogue or self.world.env.get("BLUE_DIALOGUE", "")
        row = self.workspace.find(wanted) if wanted else None
        if row is None:
            row = self.workspace.only_open()
            self.hints.append(f"dialogue {row.id}, the only open one")
        return row

    def expert(self, given: str | None) -> str:
        """`--expert` as given, else the setting ($BLUE_EXPERT); empty when neither says."""
        return given or str(self.workspace.config["expert"])

    def read_input(self, limit: int = INPUT_LIMIT) -> bytes:
        """All of standard input; `WrongCall` when it is a terminal (nobody would know what blue waits for) or too long."""
        if self.world.stdin.isatty():
            raise WrongCall("standard input is a terminal", fix="pipe a text into blue, or name a file")
        data = self.world.stdin.read(limit + 1)
        if len(data) > limit:
            raise WrongCall(f"standard input is longer than {limit} bytes")
        return data

    def write_file(self, name: str, data: bytes) -> None:
        """Write a file that the user named with -o: whole or not at all. `Unavailable` when it cannot be written."""
        from blue_cli.actions.file import replace

        path = os.path.realpath(self.path(name))
        try:
            if os.path.exists(path) and not os.path.isfile(path):  # /dev/stdout, a FIFO: there is nothing to replace
                with open(path, "wb") as file:
                    file.write(data)
            else:
                replace(path, data)
        except OSError as error:
            raise Unavailable(f"cannot write {name}: {error.strerror or error}") from None

    def read_file(self, name: str, limit: int = INPUT_LIMIT) -> bytes:
        """A file named on the command line; `NotFound` when there is none, `WrongCall` when it is no readable file."""
        try:
            descriptor = os.open(self.path(name), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            raise NotFound(f"no such file: {name}") from None
        except OSError as error:
            raise WrongCall(f"cannot read {name}: {error.strerror}") from None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # a folder, or a pipe that would wait for ever
            os.close(descriptor)
            raise WrongCall(f"{name} is no regular file", fix="pipe it in and write - for its name")
        with open(descriptor, "rb") as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise WrongCall(f"{name} is larger than {limit} bytes")
        return data

    def keep(self, data: bytes) -> str:
        """Put a text that would be lost where only this user can read it; the path. One of a sealed dialogue stays in
        memory, and how to be rid of it is said."""
        import tempfile

        if self.drafts_in:
            return self._keep_sealed(data)
        descriptor, path = tempfile.mkstemp(prefix="blue-", suffix=".md")
        with open(descriptor, "wb") as file:
            file.write(data)
        return path

    def _keep_sealed(self, data: bytes) -> str:
        from blue_cli.cli import memory

        path = memory.keep(self.drafts_in, "draft.md", data)
        said = f"your text is kept outside the seal, in {path}"
        gone = "it is in memory, and gone after a restart" if memory.is_in_memory(self.drafts_in) else "it lies on the disk"
        self.warnings.append(Finding("sealed", said, why=gone, fix=f"when it is done: rm -r {os.path.dirname(path)}", severity="warning"))
        return path

    def may_ask(self) -> bool:
        """Whether a person sits there: a prompt or an editor makes sense."""
        return not self.globals.no_input and self.world.stdin.isatty() and self.world.stderr.isatty()


_CURRENT: ContextVar[Call] = ContextVar("call")


def call() -> Call:
    """The call under way."""
    return _CURRENT.get()


def begin(started: Call) -> None:
    """Make this the call under way."""
    _CURRENT.set(started)
