"""`blue watch`."""

from __future__ import annotations

from typing import Annotated, TextIO

import typer

from blue_cli.actions.overview import read
from blue_cli.cli import watching
from blue_cli.cli.fullscreen import Fullscreen
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result, talk, wants_color, write
from blue_cli.dialogue.scoreboard import board
from blue_cli.errors import BlueError, Interrupted, NotFound, WrongCall
from blue_cli.stores.base import Store
from blue_cli.views import watch as view
from blue_cli.views.listing import tsv
from blue_cli.views.news import News, arrived, cells, news

IntervalOption = Annotated[
    float, typer.Option("--interval", min=0.05, max=3600, metavar="SECONDS", help="How long to wait between two looks at the dialogue.")
]


def command(interval: IntervalOption = watching.INTERVAL) -> Result:
    """Watch a dialogue while it runs: how far it is, what is open, who leads and what came last.

    On a terminal it fills the screen until q is pressed; Ctrl-C ends it too, with status 130. In a pipe it prints a line for
    each thing that happens (round, by, what, id, text) and after each change one for how the dialogue stands, until it is
    interrupted or nobody reads any more. With --json it prints the state once.
    """
    here = call()
    if interval != interval:  # nan is neither too small nor too large
        raise WrongCall("--interval is no number", fix="a number of seconds, as in --interval 2")
    watched = Watched(here)
    if here.globals.json:
        return Result("blue/watch@1", view.document(watched.seen))
    try:
        _show(here, watched, interval)
    except KeyboardInterrupt:  # how a watch is ended: no error to speak of
        return _over(Interrupted.exit)
    except watching.Ended as end:
        here.close()
        watching.die(end.number)
    return _over(0)


def _over(status: int) -> Result:
    return Result("blue/watch@1", {}, status=status)


class Watched:
    """A dialogue and what is known of it. The first reading may raise, and may ask for a passphrase; no later one does."""

    def __init__(self, here: Call) -> None:
        uid = here.dialogue().uid
        self._here = here
        self._uid = uid
        self._store: Store = here.workspace.opened  # not `store`: that one tells on the terminal how far a reading is
        asked = watching.ask_now(here.workspace)
        self.look = watching.looker(here.workspace.raw_store, uid)
        self.known = self.look()
        graph = read(self._store, uid)
        asked()
        self.seen = view.Seen(graph, board(graph), news(graph), foot=self._when("since", graph.meta.id))

    def again(self) -> list[News]:
        """Read it once more; what has happened since."""
        try:
            graph = read(self._store, self._uid)
        except BlueError as error:
            self.seen = self.seen._replace(trouble=_trouble(error), foot=self._when("lost", self.seen.graph.meta.id))
            return []
        events = news(graph)
        fresh = arrived(self.seen.events, events)
        there = {*events}
        kept = [one for one in self.seen.fresh if one in there]  # what was taken back is not told any more
        self.seen = view.Seen(graph, board(graph), events, [*kept, *fresh], foot=self._when("changed", graph.meta.id))
        return fresh

    def _when(self, word: str, id: str) -> str:
        return f"{word} {self._here.world.now().astimezone():%H:%M:%S}  {id}"


def _trouble(error: BlueError) -> str:
    if isinstance(error, NotFound):
        return "gone: deleted, or moved away; this is how it was last seen"
    return f"{error.message}{': ' + error.why if error.why else ''}; this is how it was last seen"


def _show(here: Call, watched: Watched, interval: float) -> None:
    out = here.world.stdout
    if out.isatty() and here.world.env.get("TERM", "dumb") not in ("", "dumb"):
        here.hints.clear()  # the screen says which one it is
        _on_a_screen(here, watched, interval)
    else:
        talk(here)
        here.hints.clear()
        here.warnings.clear()
        _line_by_line(here, watched, interval)


def _on_a_screen(here: Call, watched: Watched, interval: float) -> None:
    out, keys = here.world.stdout.fileno(), here.world.stdin.fileno() if here.world.stdin.isatty() else None
    color, encoding = wants_color(here, True), here.world.stdout.encoding or "utf-8"
    plain = encoding.lower().replace("-", "") != "utf8"
    screen = Fullscreen(out, keys, encoding)

    def draw() -> None:
        size = screen.size()
        screen.draw(view.frame(watched.seen, size.columns, size.lines, color, plain))

    with watching.listening(keys, out) as ear:
        try:
            screen.take()
            draw()
            for heard in watching.follow(watched.look, watched.known, ear.wait, interval):
                _heard(heard, watched, screen, ear)
                draw()
        finally:
            screen.give_back()


def _heard(word: str, watched: Watched, screen: Fullscreen, ear: watching.Ear) -> None:
    if word == watching.CHANGED:
        watched.again()
    elif word == watching.RESIZED:
        screen.forget()
    else:
        if word == watching.SUSPEND:
            screen.give_back()
            watching.suspend()
            ear.ignore()  # that it goes on
        screen.take()  # what went on meanwhile may have left the terminal in any state


def _line_by_line(here: Call, watched: Watched, interval: float) -> None:
    terminal = here.world.stdout.isatty()
    last = view.state(watched.seen)

    def tell(lines: list[News]) -> None:
        write(here, "".join(view.line(one) + "\n" for one in lines) if terminal else tsv(cells(one) for one in lines))

    tell([last])
    out = descriptor(here.world.stdout)
    if out is None:  # nobody could be seen to have gone
        return
    with watching.listening(out=out) as ear:
        for heard in watching.follow(watched.look, watched.known, ear.wait, interval):
            if heard == watching.CHANGED:
                fresh, before = watched.again(), last
                last = view.state(watched.seen)
                tell([*fresh, last] if fresh or last != before else [])


def descriptor(stream: TextIO) -> int | None:
    """The descriptor behind a stream; None for one that is only in this process."""
    try:
        return stream.fileno()
    except (OSError, ValueError):
        return None
