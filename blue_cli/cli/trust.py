"""`blue trust`."""

from __future__ import annotations

from typing import Annotated

import typer

from blue_cli.actions import trust
from blue_cli.cli.options import call
from blue_cli.cli.output import Result
from blue_cli.errors import NotFound
from blue_cli.workspace import FOLDER, SETTINGS, find_root, read_settings, settings_path, trust_path


def command(forget: Annotated[bool, typer.Option("--forget", help="Trust them no longer.")] = False) -> Result:
    """Let this repository's settings choose programs and places, as they are now.

    Read .blue/config.toml first. Any later change to it needs your word again.
    """
    current = call()
    root, folder = find_root(current.cwd), trust_path(current.world.env)
    name = f"{FOLDER}/{SETTINGS}"
    if forget:
        changed = trust.forget(folder, root)
        text = f"{name} is no longer trusted\n" if changed else f"{name} was not trusted\n"
        return Result("blue/trust@1", {"path": name, "trusted": False, "changed": changed}, text)
    data = read_settings(settings_path(root))
    if data is None:
        raise NotFound(f"there is no {name} to trust", fix="blue init")
    changed = trust.record(folder, root, data)
    text = f"{name} is trusted as it is now\n" if changed else f"{name} was trusted already\n"
    return Result("blue/trust@1", {"path": name, "trusted": True, "changed": changed}, text)
