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

`# stores: files` (default: files memory) runs it on a folder only, `sqlite`, `postgresql` and `dynamodb` there as well;
`# terminal: 80` gives it a terminal of 80 columns; `# workspace: example` starts it with a copy of fixtures/example;
`# git: yes` makes the folder a repository with a branch main, and `$ git …` runs git there, as somebody who is always the
same, by the session's clock. `# experts: yes` puts fixtures/experts into the folder `experts`, and how many seconds their
commands take, which nobody knows before, is shown as `?.?`.
The clock starts at 2026-11-24 05:28 UTC and gains a minute a command; random bits come from a seed.
A line of output that has no line feed at its end is shown with `\\` at its end.
"""

from __future__ import annotations

import io
import json
import os
import random
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from blue_cli.cli.main import run
from blue_cli.stores.base import Store
from blue_cli.stores.files import FilesStore
from blue_cli.stores.memory import MemoryStore
from tests import published
from tests.databases import PLACE, Database, database

SESSIONS = Path(__file__).parent.parent / "fixtures" / "sessions"
START = datetime(2026, 11, 24, 5, 28, tzinfo=UTC)
EXPERTS = SESSIONS.parent / "experts"
TIMES = re.compile(r'(?<=after )[0-9]+\.[0-9](?= s)|(?<=\t)[0-9]+\.[0-9](?=\t)|(?<="seconds": )[0-9.]+')
JQ = " | jq ."
GIT = {
    "PATH": os.defpath,
    "LC_ALL": "C",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "Sam"), ("EMAIL", "sam@example.org"))},
}


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
    with database(store, folder) as behind:
        world = _World(session, MemoryStore() if store == "memory" else None, folder, behind)
        return session._replace(steps=tuple(step._replace(output=tuple(world.take(step))) for step in session.steps))


class _World:
    def __init__(self, session: Session, store: Store | None, folder: Path, behind: Database | None) -> None:
        self.terminal = session.settings.get("terminal", "")
        self.store = store
        self.database = behind
        self.folder = folder
        self.now = START
        self.random = random.Random(7)
        if session.settings.get("git") == "yes":
            _make_repository(folder)
        self.timed = session.settings.get("experts") == "yes"
        if self.timed:
            shutil.copytree(EXPERTS, folder / "experts")
        if session.settings.get("workspace") == "example":
            _bring_example(folder, store, behind)
        elif store is None and session.settings.get("init", "yes") == "yes" and "memory" in session.stores:
            (folder / ".blue" / "dialogues").mkdir(parents=True)

    def take(self, step: Step) -> list[str]:
        """Run one step; what it wrote, line by line."""
        command = step.command.rpartition(" <<")[0] or step.command
        words = shlex.split(command.removesuffix(JQ))
        env = {"HOME": str(self.folder / "home")} | ({"BLUE_STORE": self.database.url} if self.database else {})
        while words and "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            env[name] = value
        if words[0] == "cat":
            return self._cat(words, step.stdin)
        if words[0] == "git":
            return self._git(words, step, env)
        assert words[0] == "blue", f"a session knows blue, cat and git: {step.command}"
        return self._blue(words[1:], step, env)

    def _cat(self, words: list[str], text: str) -> list[str]:
        if self.database and words[-1].startswith(PLACE):
            if words[1] != ">":
                return _lines(">", self.database.read(words[1]))
            self.database.write(words[2], text)
            return []
        if words[1] == ">":
            (self.folder / words[2]).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / words[2]).write_text(text)
            return []
        return _lines(">", (self.folder / words[1]).read_text())

    def _git(self, words: list[str], step: Step, env: dict[str, str]) -> list[str]:
        moment = self._tick().isoformat()
        env = GIT | {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment} | env
        done = subprocess.run(words, cwd=self.folder, env=env, input=step.stdin, capture_output=True, text=True, check=False)
        out, talk = (text.replace(str(self.folder), "/work") for text in (done.stdout, done.stderr))
        return [*_lines(">", out), *_lines("2>", talk), *([f"? {done.returncode}"] if done.returncode else [])]

    def _tick(self) -> datetime:
        moment = self.now
        self.now += timedelta(minutes=1)
        return moment

    def _blue(self, argv: list[str], step: Step, env: dict[str, str]) -> list[str]:
        stdout, stderr = Screen(bool(self.terminal)), Screen(bool(self.terminal))
        if self.terminal:
            env = {"COLUMNS": self.terminal, "TERM": "dumb", **env}  # without colour, so that people can read it
        moment = self._tick()
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
        text = stdout.getvalue().replace("\r\n", "\n")  # lines of CSV (RFC 4180) end as those of a session do
        published.hold_output(text)
        if step.command.endswith(JQ):
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"
        assert str(self.folder) not in text, "an absolute path in stdout"
        talk = stderr.getvalue().replace(str(self.folder), "/work")
        if self.timed:
            text, talk = TIMES.sub("?.?", text), TIMES.sub("?.?", talk)
        return [*_lines(">", text), *_lines("2>", talk), *([f"? {status}"] if status else [])]


def _make_repository(folder: Path) -> None:
    """A repository in which the home of whoever plays is no matter."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], env=GIT, check=True)
    (folder / ".git/info").mkdir(exist_ok=True)
    (folder / ".git/info/exclude").write_text("/home/\n")


def _bring_example(folder: Path, store: Store | None, behind: Database | None) -> None:
    """A copy of fixtures/example, in the folder, in the store or in the database."""
    shutil.copytree(SESSIONS.parent / "example", folder, dirs_exist_ok=True)
    example = FilesStore(str(folder))
    if behind:
        behind.take_in(example)
    for row in example.dialogues() if store is not None else ():
        snapshot = example.load(row.uid)
        store.create(snapshot.uid, snapshot.id, snapshot.blobs)


def _lines(mark: str, text: str) -> list[str]:
    if text and not text.endswith("\n"):
        text += "\\\n"
    return [f"{mark} {line}".rstrip(" ") if not line else f"{mark} {line}" for line in text.split("\n")[:-1]]
