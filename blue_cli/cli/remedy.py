"""The command that makes a store's tables, as it must be typed to reach the very store that has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blue_cli.config import without_password

if TYPE_CHECKING:
    from blue_cli.cli.options import Call
    from blue_cli.errors import BlueError

INIT = "blue store init"  # what stores say: they don't know who named them


def mend(call: Call, error: BlueError) -> None:
    """Have the way out of a missing table name the store of this call, unless whoever knew better has done so."""
    if INIT in error.fix and f"{INIT} --store" not in error.fix:
        error.fix = error.fix.replace(INIT, reaching(call, INIT))


def reaching(call: Call, command: str) -> str:
    """A command for the store of this call. In the user's settings nothing need be said; a variable may have been given
    to one command only."""
    variable = call.world.env.get("BLUE_STORE", "")
    if call.globals.store or not variable:
        return naming(command, call.globals.store) if call.globals.store else command
    return naming(command, variable) if is_shown_whole(variable) else f"{command}, with the same BLUE_STORE"


def naming(command: str, url: str) -> str:
    """A command for the store of a URL. What may hold a password is not repeated, and then it is no command to be copied."""
    from shlex import quote

    return f"{command} --store {quote(url)}" if is_shown_whole(url) else f"{command} --store URL, with the URL you gave"


def is_shown_whole(url: str) -> bool:
    """Whether nothing of a URL is kept back."""
    return without_password(url) == url
