"""Who is told what happens in a round that commands answer: rows on a terminal, plain lines, JSON lines, or nobody."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from typing import Any

from blue_cli.actions.asking import Turn
from blue_cli.actions.file import replace
from blue_cli.actions.round_run import Happening
from blue_cli.cli.options import Call
from blue_cli.cli.output import wants_color, write
from blue_cli.dialogue.graph import Graph
from blue_cli.errors import Refused, Unavailable
from blue_cli.running.job import Event, Outcome
from blue_cli.views import running as view
from blue_cli.views.text import sanitize

PAUSE = 0.1  # seconds between two pictures


class Log:
    """What went into each call and came out of it, in files of a folder. Never of a sealed dialogue."""

    def __init__(self, here: Call, folder: str, sealed: bool) -> None:
        from blue_cli.actions.context import outside

        if sealed:
            raise Refused(
                "--keep-log writes what is sealed into plain files",
                why="in a sealed dialogue nothing that is asked or answered goes through a file",
                fix="leave --keep-log out",
            )
        outside(here.cwd, [folder], os.path.join(here.workspace.root, ".blue", "dialogues"))
        self._folder = here.path(folder)
        self._name = folder
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
        except OSError as error:
            raise Unavailable(f"cannot make {folder}: {error.strerror}") from None

    def keep(self, round: int, attempt: int, outcome: Outcome) -> None:
        """Three files a call: what it was given, what it answered, what it said besides. `Unavailable` when they cannot be written."""
        stem = f"round-{round}-{outcome.job.name}-{attempt}"
        parts = {"prompt.md": outcome.job.stdin, "answer.md": outcome.out, "stderr.txt": outcome.err}
        for suffix, data in parts.items():
            try:
                replace(os.path.join(self._folder, f"{stem}.{suffix}"), data)
            except OSError as error:
                raise Unavailable(f"cannot write into {self._name}: {error.strerror}") from None


class Shown:
    """The common part: what is known of everybody, kept up to date by what is told."""

    def __init__(self, here: Call, log: Log | None) -> None:
        self.here = here
        self.log_ = log
        self.round = 0
        self.title = self.foot = ""
        self.rows: dict[str, view.Row] = {}
        self.color = wants_color(here, here.world.stderr.isatty())

    def begins(self, turn: Turn, graph: Graph) -> None:
        """A round begins."""
        self.round, self.rows = turn.round, {}
        self.title = f"round {turn.round} of {turn.dialogue}"
        self.foot = view.velocity(graph)
        self.tell("round", {"dialogue": turn.dialogue, "round": turn.round, "written": list(turn.written)})

    def asks(self, names: Sequence[str]) -> None:
        """These wait to be asked."""
        self.rows |= {name: view.Row(name) for name in names}
        self.draw()

    def event(self, event: Event) -> None:
        """News of a command."""
        row = self.rows[event.name]
        if event.kind == "started":
            state = view.RETRYING if row.state == view.RETRYING else view.RUNNING
            self.rows[event.name] = row._replace(state=state, since=time.monotonic())
            self.tell("started", {"expert": event.name})
        elif event.kind == "said":
            self.rows[event.name] = row._replace(note=view.last_line(event.data))
            self.tell("stderr", {"expert": event.name, "text": event.data.decode(errors="replace")})

    def hears(self, happening: Happening) -> None:
        """Somebody is asked again, or has settled."""
        told = happening.told
        if happening.kind == "settled":
            note = view.said(told.brought) if told.state == view.ADDED else told.why
            self.rows[told.name] = view.Row(told.name, told.state, time.monotonic(), note)
        else:
            self.rows[told.name] = view.Row(told.name, view.RETRYING, time.monotonic(), told.why)
        if happening.graph is not None:
            self.foot = view.velocity(happening.graph)
        more = {"convergence": view.progress(happening.graph)} if happening.graph is not None else {}
        self.tell(told.state if happening.kind == "settled" else "retrying", {**view.document(told), **more})
        self.settled(happening)
        self.draw()

    def log(self, attempt: int, outcome: Outcome) -> None:
        """A call as it was."""
        if self.log_ is not None:
            self.log_.keep(self.round, attempt, outcome)

    def beat(self) -> None:
        """Time has passed."""

    def draw(self) -> None:
        """Something is different."""

    def tell(self, kind: str, fields: Mapping[str, Any]) -> None:
        """Something has happened."""

    def settled(self, happening: Happening) -> None:
        """Somebody is asked again, or has settled."""

    def leave(self) -> None:
        """Nothing more comes."""


class Silent(Shown):
    """Nobody watches."""


class Lines(Shown):
    """A line on standard error for each thing that happens."""

    def begins(self, turn: Turn, graph: Graph) -> None:
        super().begins(turn, graph)
        self._say(sanitize(self.title))

    def settled(self, happening: Happening) -> None:
        told = happening.told
        line = view.told_line(told, self.color) if happening.kind == "settled" else f"{told.name}: asked again: {sanitize(told.why)}"
        self._say(line)
        if happening.graph is not None:
            self._say(f"  {self.foot}")

    def _say(self, line: str) -> None:
        with contextlib.suppress(OSError):  # nobody listens: no reason to fail
            self.here.world.stderr.write(f"{line}\n")
            self.here.world.stderr.flush()


class Events(Shown):
    """One JSON document a line on standard output, as it happens."""

    def tell(self, kind: str, fields: Mapping[str, Any]) -> None:
        document = {"schema": "blue/round.event@1", "event": kind, "round": self.round, **fields}
        write(self.here, json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n")


class Rows(Shown):
    """A row for everybody on the terminal, drawn over itself, each picture in one write; what stands at the end stays."""

    _high = 0
    _drawn = 0.0

    def begins(self, turn: Turn, graph: Graph) -> None:
        self._high = 0  # the rows of the round before stay
        super().begins(turn, graph)

    def beat(self) -> None:
        if time.monotonic() - self._drawn >= PAUSE:
            self.draw()

    def draw(self) -> None:
        self._drawn = time.monotonic()
        columns, high = shutil.get_terminal_size()
        with contextlib.suppress(OSError, ValueError):
            columns, high = os.get_terminal_size(self.here.world.stderr.fileno())
        lines = view.rows(self.title, list(self.rows.values()), self.foot, self._drawn, columns - 1, high - 1, self.color)
        up = f"\x1b[{self._high}A" if self._high else ""
        text = "".join(f"\r{line}\x1b[K\n" for line in lines)
        self._high = len(lines)
        with contextlib.suppress(OSError):
            self.here.world.stderr.write(f"{up}{text}\x1b[J")
            self.here.world.stderr.flush()
