"""Who is told what happens in a round that commands answer: rows on a terminal, plain lines, JSON lines, or nobody."""

from __future__ import annotations

import codecs
import contextlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from blue_cli.actions.asking import Turn
from blue_cli.actions.round_run import Happening
from blue_cli.cli.fullscreen import BEGIN, END
from blue_cli.cli.options import Call
from blue_cli.cli.output import wants_color, write
from blue_cli.cli.run_log import Log
from blue_cli.dialogue.graph import Graph
from blue_cli.running.job import Event, Outcome
from blue_cli.views import running as view
from blue_cli.views.text import width

PAUSE = 0.1  # seconds between two pictures
NAMED = 6  # so many who are asked are named
SAYS = 8  # lines of standard error that are shown of a call; the rest is in the log


class Shown:
    """The common part: what is known of everybody, kept up to date by what is told."""

    def __init__(self, here: Call, log: Log | None) -> None:
        self.here = here
        self.log_ = log
        self.round = 0
        self.turn = self.title = self.foot = ""
        self.began = 0.0
        self.rows: dict[str, view.Row] = {}
        self.color = wants_color(here, here.world.stderr.isatty())
        self._decoders: dict[str, codecs.IncrementalDecoder] = {}

    # --- what `course.Audience` and the pool say -----------------------------------------------------------------

    def begins(self, turn: Turn, graph: Graph) -> None:
        """A round begins, or goes on."""
        self._turn(f"round-{turn.round}", f"round {turn.round} of {turn.dialogue}", graph)
        self.round = turn.round
        self.tell("round", {"dialogue": turn.dialogue, "written": list(turn.written)})

    def concludes(self, graph: Graph) -> None:
        """The verdict is asked for."""
        self._turn(view.VERDICT, f"the verdict of {graph.meta.id}", graph)
        self.tell(view.VERDICT, {"dialogue": graph.meta.id})

    def _turn(self, turn: str, title: str, graph: Graph) -> None:
        self.close()
        self.turn, self.title, self.foot = turn, title, view.velocity(graph)
        self.rows, self.began = {}, time.monotonic()

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
            self._decoders[event.name] = codecs.getincrementaldecoder("utf-8")("replace")
            self.tell("started", {"expert": event.name})
        elif event.kind == "said":
            text = self._decoders[event.name].decode(event.data)  # a piece may end within a sign
            self.rows[event.name] = row._replace(note=" ".join(view.last_lines(text)) or row.note)
            self.tell("stderr", {"expert": event.name, "text": text})

    def hears(self, happening: Happening) -> None:
        """Somebody is asked again, or has settled."""
        told, kind = happening.told, happening.kind
        if kind == "settled":
            note = view.said(told.brought) if told.state == view.ADDED else view.reason(told)
            self.rows[told.name] = view.Row(told.name, told.state, time.monotonic(), note, told.seconds)
        else:
            self.rows[told.name] = view.Row(told.name, view.RETRYING, time.monotonic(), view.reason(told))
        if happening.graph is not None:
            self.foot = view.velocity(happening.graph)
        more = {"convergence": view.progress(happening.graph)} if happening.graph is not None else {}
        self.tell(told.state if kind == "settled" else view.RETRYING, {**view.document(told), **more})
        self.settled(happening)
        self.draw()

    def log(self, attempt: int, outcome: Outcome) -> None:
        """A call as it was."""
        if self.log_ is not None:
            self.log_.keep(self.turn, attempt, outcome)

    def beat(self) -> None:
        """Time has passed."""

    # --- what is made of it --------------------------------------------------------------------------------------

    @property
    def over(self) -> bool:
        """Whether everybody of this round who was asked has settled."""
        return all(row.took is not None for row in self.rows.values())

    def draw(self) -> None:
        """Something is different."""

    def tell(self, kind: str, fields: Mapping[str, Any]) -> None:
        """Something has happened."""

    def settled(self, happening: Happening) -> None:
        """Somebody is asked again, or has settled."""

    def close(self) -> None:
        """The round is over, if there was one."""

    def ends(self, ended: str, status: int, fields: Mapping[str, Any]) -> None:
        """Nothing more comes, for this reason."""
        self.tell("end", {"ended": ended, "exit": status, **fields})


class Silent(Shown):
    """Nobody watches."""


class Lines(Shown):
    """A line on standard error for each thing that happens."""

    def __init__(self, here: Call, log: Log | None) -> None:
        super().__init__(here, log)
        self._said: dict[str, int] = {}
        self._rest: dict[str, str] = {}

    def asks(self, names: Sequence[str]) -> None:
        super().asks(names)
        who = ", ".join(names) if len(names) <= NAMED else f"{len(names)} experts"
        if names:
            self._say(f"{self.title}: asking {who}")

    def tell(self, kind: str, fields: Mapping[str, Any]) -> None:
        if kind == "started":
            self._said[fields["expert"]], self._rest[fields["expert"]] = 0, ""
        elif kind == "stderr":
            *lines, rest = (self._rest[fields["expert"]] + fields["text"]).split("\n")
            self._rest[fields["expert"]] = rest[-view.LAST_LINE * 4 :]  # one that never ends is not kept for ever
            self._says(fields["expert"], lines)

    def _says(self, name: str, lines: Sequence[str]) -> None:
        for line in (shown for text in lines for shown in view.last_lines(text)):
            self._said[name] += 1
            if self._said[name] <= SAYS:
                self._say(f"{name} says: {line}")
            elif self._said[name] == SAYS + 1:
                self._say(f"{name} says more")

    def settled(self, happening: Happening) -> None:
        told = happening.told
        self._says(told.name, [self._rest.pop(told.name, "")])
        if happening.kind != "settled":
            self._say(f"{told.name}: asked again: {view.reason(told)}")
            return
        self._say(view.told_line(told, self.color) + (f" ({self.foot.partition(':')[0]})" if happening.graph else ""))

    def close(self) -> None:
        if self.rows and self.over:
            took = time.monotonic() - self.began
            self._say(f"{self.title}: {view.tally(list(self.rows.values()))} after {took:.1f} s; {self.foot}")
        self.rows = {}

    def _say(self, line: str) -> None:
        with contextlib.suppress(OSError):  # nobody listens: no reason to fail
            self.here.world.stderr.write(f"{line}\n")
            self.here.world.stderr.flush()


class Events(Shown):
    """One JSON document a line on standard output, as it happens."""

    def tell(self, kind: str, fields: Mapping[str, Any]) -> None:
        stream = self.here.world.stdout
        plain = stream.isatty() or (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "") != "utf8"
        document = {"schema": "blue/round.event@1", "event": kind, "round": self.round, **fields}
        write(self.here, json.dumps(document, ensure_ascii=plain, separators=(",", ":")) + "\n")


class Rows(Shown):
    """A row for everybody on the terminal, drawn over itself, each picture in one write. Of a round that is over a line stays."""

    def __init__(self, here: Call, log: Log | None) -> None:
        super().__init__(here, log)
        self._before: list[str] = []
        self._size = (0, 0)
        self._drawn = 0.0

    def beat(self) -> None:
        if time.monotonic() - self._drawn >= PAUSE:
            self.draw()

    def draw(self) -> None:
        self._drawn = time.monotonic()
        columns, high = self._screen()
        people = list(self.rows.values())
        done = sum(row.took is not None for row in people)
        title = f"{self.title}: {done} of {len(people)}" if people else self.title
        lines = view.rows(title, people, self.foot, self._drawn, columns - 1, high - 1, self.color)
        if (lines, self._size) != (self._before, (columns, high)):
            self._paint(lines, columns, high)

    def close(self) -> None:
        """One line instead of the rows; what was interrupted stays as it stood."""
        if not self.rows:
            return
        if not self.over:
            stopped = {n: r._replace(state=view.STOPPED) if r.took is None else r for n, r in self.rows.items()}
            self.rows = stopped
            self.draw()
        else:
            columns, high = self._screen()
            took = time.monotonic() - self.began
            self._paint([view.settled_line(self.title, list(self.rows.values()), self.foot, took, columns - 1, self.color)], columns, high)
        self.rows, self._before = {}, []

    def _screen(self) -> tuple[int, int]:
        with contextlib.suppress(OSError, ValueError):
            columns, high = os.get_terminal_size(self.here.world.stderr.fileno())
            return max(columns, 2) if columns else 80, max(high, 2) if high else 24  # 0: one that does not know
        return 80, 24

    def _paint(self, lines: list[str], columns: int, high: int) -> None:
        """Over what is there. A terminal that has become narrower has broken the lines of before into several."""
        up = sum(max(1, -(-width(view.unpainted(line)) // columns)) for line in self._before)
        rise = f"\x1b[{up}A" if up else ""
        text = "".join(f"\r{line}\x1b[K\n" for line in lines)
        self._before, self._size = lines, (columns, high)
        with contextlib.suppress(OSError):
            self.here.world.stderr.write(f"{BEGIN}{rise}{text}\x1b[J{END}")
            self.here.world.stderr.flush()
