"""`blue init`."""

from __future__ import annotations

from blue_cli.actions.init import Made, init
from blue_cli.cli.options import call
from blue_cli.cli.output import Result


def command() -> Result:
    """Make .blue/ in this folder. Can be run again: it says what it left alone."""
    made = init(call().cwd)
    document = {"created": list(made.created), "kept": list(made.kept)}
    hints = ("start one: blue dialogue new TITLE",) if made.created else ()
    return Result("blue/init@1", document, _text(made), hints=hints)


def _text(made: Made) -> str:
    return "".join([f"made {path}\n" for path in made.created] + [f"left {path} as it is\n" for path in made.kept])
