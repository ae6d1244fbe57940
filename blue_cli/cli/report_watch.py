"""`blue report --watch`: the page is written anew whenever the dialogue changes."""

from __future__ import annotations

import contextlib

from blue_cli.cli import report, watching
from blue_cli.cli.options import Call
from blue_cli.cli.plaintext import STDOUT
from blue_cli.errors import BlueError, Interrupted, WrongCall
from blue_cli.stores.base import Entry
from blue_cli.views.text import sanitize


class Keeper:
    """Who keeps a page as its dialogue is. Made before anything is read: `WrongCall` for what cannot be kept so."""

    def __init__(self, here: Call, output: str) -> None:
        if output == STDOUT or here.globals.at:
            other = "-o -" if output == STDOUT else "--at"
            raise WrongCall(
                f"--watch and {other} do not go together",
                why="what is printed, or a commit, does not change any more",
                fix="--watch alone, or with -o FILE",
            )
        self._here = here
        self._asked = watching.ask_now(here.workspace)

    def keep(self, row: Entry, made: report.Made, path: str, plaintext: bool) -> tuple[report.Made, int]:
        """Keep a page that was just written, until somebody ends it: what it is then, and the exit status.

        The file is replaced whole, and only when the page is another one. Each time is told on stderr; a dialogue that
        cannot be read leaves the page as it is, and is told too.
        """
        self._asked()
        look = watching.looker(self._here.workspace.raw_store, row.uid)
        try:
            with watching.listening() as ear:
                self._tell(f"wrote {path}, and writes it anew whenever {made.snapshot.id} changes; Ctrl-C ends that")
                for heard in watching.follow(look, "", ear.wait):
                    if heard == watching.CHANGED:
                        made = self._again(row, made, path, plaintext)
        except KeyboardInterrupt:  # how this is ended
            return made, Interrupted.exit
        except watching.Ended as end:
            self._here.close()
            watching.die(end.number)
        return made, 0

    def _again(self, row: Entry, made: report.Made, path: str, plaintext: bool) -> report.Made:
        try:
            found = report.make(self._here, row, plaintext)
            if found.text == made.text:
                return made
            report.write(self._here, found, path, plaintext)
        except BlueError as error:
            self._tell(f"not written: {error.message}")
            return made
        self._tell(f"wrote {path}")
        return found

    def _tell(self, what: str) -> None:
        """A line on stderr with the time of day, unless -q."""
        if not self._here.globals.quiet:
            with contextlib.suppress(OSError):  # nobody listens: no reason to end
                self._here.world.stderr.write(f"blue: {self._here.world.now().astimezone():%H:%M:%S} {sanitize(what)}\n")
                self._here.world.stderr.flush()
