"""Golden sessions: text files that show what blue says, run in this process and compared.

A session reads like a terminal, and is rewritten by `pytest --update`:

    # What this session shows. `# key: value` lines are for the runner (below).
    $ blue dialogue new "Cache policy" --expert muffin:Caching
    > what stdout said
    2> what stderr said
    ? 3                                   the exit status, left out when it is 0
    $ blue round add --expert muffin - <<END
    text for stdin
    END
    $ cat > note.md <<END                 a file for the session
    $ blue tensions list --json | jq .    JSON indented, so that people can read it
    $ BLUE_EXPERT=muffin blue round add   environment of one command

`# stores: files` (default: files memory) runs it on a folder only; `# terminal: 80` gives it a terminal of 80
columns; `# workspace: example` starts it with a copy of fixtures/example.
The clock starts at 2026-11-24 05:28 UTC and gains a minute a command; random bits come from a seed.
A line of output that has no line feed at its end is shown with `\\` at its end.
"""

from __future__ import annotations

import io
import json
import random
import shlex
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from blue_cli.cli.main import run
from blue_cli.stores.base import Store
from blue_cli.stores.files import FilesStore
from blue_cli.stores.memory import MemoryStore

SESSIONS = Path(__file__).parent.parent / "fixtures" / "sessions"
START = datetime(2026, 11, 24, 5, 28, tzinfo=UTC)
JQ = " | jq ."


class Step(NamedTuple):
    """A command as written, the lines of its here document, and what came out the last time."""

    command: str
    stdin: str
    output: tuple[str, ...]


class Session(NamedTuple):
    """A file of steps; `notes` are the lines of comment before each step, and after the last."""

    settings: dict[str, str]
    notes: tuple[tuple[str, ...], ...]
    steps: tuple[Step, ...]

    @property
    def stores(self) -> list[str]:
        return self.settings.get("stores", "files memory").split()


class Screen(io.StringIO):
    """A stream that says whether it is a terminal."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


# --- reading and writing session files -------------------------------------------------------------------------


def read(text: str) -> Session:
    """A session from its text."""
    lines = iter(text.splitlines())
    settings: dict[str, str] = {}
    notes: list[list[str]] = [[]]
    steps: list[Step] = []
    for line in lines:
        if line.startswith("$ "):
            steps.append(Step(line[2:], _here_document(line, lines), ()))
            notes.append([])
        elif line.startswith((">", "2>", "? ")):
            steps[-1] = steps[-1]._replace(output=(*steps[-1].output, line))
        else:
            notes[-1].append(line)
            key, colon, value = line.removeprefix("# ").partition(": ")
            if line.startswith("# ") and colon and key.isidentifier():
                settings[key] = value
    return Session(settings, tuple(map(tuple, notes)), tuple(steps))


def _here_document(line: str, lines: Iterator[str]) -> str:
    _, marks, end = line.rpartition(" <<")
    if not marks:
        return ""
    return "".join(f"{text}\n" for text in iter(lambda: next(lines), end))


def written(session: Session) -> str:
    """The text of a session. Inverse of `read`."""
    parts: list[str] = [*session.notes[0]]
    for step, notes in zip(session.steps, session.notes[1:], strict=True):
        parts.append(f"$ {step.command}")
        if " <<" in step.command:
            parts += [*step.stdin.splitlines(), step.command.rpartition(" <<")[2]]
        parts += [*step.output, *notes]
    return "\n".join(parts) + "\n"


# --- running -----------------------------------------------------------------------------------------------------


def play(session: Session, store: str, folder: Path) -> Session:
    """Run every step in a fresh world; the session as it went."""
    world = _World(session, MemoryStore() if store == "memory" else None, folder)
    return session._replace(steps=tuple(step._replace(output=tuple(world.take(step))) for step in session.steps))


class _World:
    def __init__(self, session: Session, store: Store | None, folder: Path) -> None:
        self.terminal = session.settings.get("terminal", "")
        self.store = store
        self.folder = folder
        self.now = START
        self.random = random.Random(7)
        if session.settings.get("workspace") == "example":
            _bring_example(folder, store)
        elif store is None and session.settings.get("init", "yes") == "yes" and "memory" in session.stores:
            (folder / ".blue" / "dialogues").mkdir(parents=True)

    def take(self, step: Step) -> list[str]:
        """Run one step; what it wrote, line by line."""
        command = step.command.rpartition(" <<")[0] or step.command
        words = shlex.split(command.removesuffix(JQ))
        env = {"HOME": str(self.folder / "home")}
        while words and "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            env[name] = value
        if words[0] == "cat":
            return self._cat(words, step.stdin)
        assert words[0] == "blue", f"a session knows blue and cat: {step.command}"
        return self._blue(words[1:], step, env)

    def _cat(self, words: list[str], text: str) -> list[str]:
        if words[1] == ">":
            (self.folder / words[2]).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / words[2]).write_text(text)
            return []
        return _lines(">", (self.folder / words[1]).read_text())

    def _blue(self, argv: list[str], step: Step, env: dict[str, str]) -> list[str]:
        stdout, stderr = Screen(bool(self.terminal)), Screen(bool(self.terminal))
        if self.terminal:
            env = {"COLUMNS": self.terminal, "TERM": "dumb", **env}  # without colour, so that people can read it
        moment = self.now
        self.now += timedelta(minutes=1)
        status = run(
            argv,
            stdin=io.BytesIO(step.stdin.encode()),
            stdout=stdout,
            stderr=stderr,
            env=env,
            cwd=str(self.folder),
            store=self.store,
            now=lambda: moment,
            random=self.random.getrandbits,
        )
        text = stdout.getvalue()
        if step.command.endswith(JQ):
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"
        assert str(self.folder) not in text, "an absolute path in stdout"
        talk = stderr.getvalue().replace(str(self.folder), "/work")
        return [*_lines(">", text), *_lines("2>", talk), *([f"? {status}"] if status else [])]


def _bring_example(folder: Path, store: Store | None) -> None:
    """A copy of fixtures/example, in the folder or in the store."""
    shutil.copytree(SESSIONS.parent / "example", folder, dirs_exist_ok=True)
    example = FilesStore(str(folder))
    for row in example.dialogues() if store is not None else ():
        snapshot = example.load(row.uid)
        store.create(snapshot.uid, snapshot.id, snapshot.blobs)


def _lines(mark: str, text: str) -> list[str]:
    if text and not text.endswith("\n"):
        text += "\\\n"
    return [f"{mark} {line}".rstrip(" ") if not line else f"{mark} {line}" for line in text.split("\n")[:-1]]
