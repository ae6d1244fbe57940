"""What `blue hooks` says of the files that git runs: what became of them, what is in them, what to add by hand."""

from __future__ import annotations

import os
from typing import Any

from blue_cli.actions import hooks as action
from blue_cli.actions.hooks import Hook, Outcome, Status
from blue_cli.cli.options import Call
from blue_cli.cli.output import Result
from blue_cli.errors import Finding, Refused
from blue_cli.git.hookblock import EDITED, HOOKS, NONE, OUTDATED
from blue_cli.git.hooks import Place, Program, find_place, program
from blue_cli.git.repo import Repository
from blue_cli.views.listing import Column
from blue_cli.views.text import sanitize, sanitize_lines

COLUMNS = (Column("hook", style="id"), Column("block"), Column("reachable"), Column("others"), Column("path", flex=True, tail=True))
SAID = {"made": "made {}", "added": "added to {}", "updated": "brought up to date {}", "removed": "taken out of {}"}


def install(here: Call, chosen: list[bool], force_here: bool) -> Result:
    """Put the block into the chosen hooks, pre-commit when none is."""
    place = _place(here)
    names = _names(chosen) or ["pre-commit"]
    return _changed(here, "blue/hooks.install@1", place, action.install(place, names, force_here), True)


def uninstall(here: Call, chosen: list[bool]) -> Result:
    """Take the block out of the chosen hooks, all when none is."""
    place = _place(here)
    names = _names(chosen) or list(HOOKS)
    return _changed(here, "blue/hooks.uninstall@1", place, action.uninstall(place, names), False)


def status(here: Call) -> Result:
    """A line a hook, and warnings about what keeps a block from being run."""
    place = _place(here)
    found, who = action.status(place), program(here.world.env)
    warnings = tuple(warning for one in found for warning in _status_warnings(place, one))
    wanted = any(one.hook.block.state != NONE or one.by for one in found)
    return Result(
        "blue/hooks.status@1",
        lambda: _status_document(place, who, found),
        columns=COLUMNS,
        rows=[_row(place, one) for one in found],
        warnings=(*warnings, *(_program_warnings(who) if wanted else ())),
    )


def _place(here: Call) -> Place:
    return find_place(Repository.find(here.cwd, here.world.env), here.world.env)


def _names(chosen: list[bool]) -> list[str]:
    return [name for name, wanted in zip(HOOKS, chosen, strict=True) if wanted]


def _relative(place: Place, path: str) -> str:
    """A path as seen from the top of the work tree."""
    folder = os.path.realpath(os.path.dirname(path))
    return os.path.relpath(os.path.join(folder, os.path.basename(path)), place.top).replace(os.sep, "/")


# --- install, uninstall ------------------------------------------------------------------------------------------


def _changed(here: Call, schema: str, place: Place, outcomes: list[Outcome], installed: bool) -> Result:
    warnings = [warning for one in outcomes if installed for warning in _hook_warnings(place, one.hook)]
    if installed:
        warnings += _program_warnings(program(here.world.env))
    missing = [one for one in outcomes if one.done == "by-hand" and not one.there]
    return Result(
        schema,
        lambda: {"hooks": [_outcome_document(place, one) for one in outcomes]},
        "\n".join(_outcome_text(here, place, one) for one in outcomes),
        hints=("with --force-here the block goes there all the same",) if any(_forceable(one) for one in missing) else (),
        warnings=tuple(warnings),
        status=Refused.exit if missing else 0,
    )


def _forceable(one: Outcome) -> bool:
    return bool(one.lines) and not one.hook.problem


def _outcome_text(here: Call, place: Place, one: Outcome) -> str:
    path = sanitize(os.path.relpath(one.hook.path, here.cwd))
    where = sanitize(os.path.relpath(one.where, here.cwd)) if one.where else path
    reason = f": {sanitize(one.reason)}" if one.reason else ""
    if one.done == "unchanged" and one.hook.data is None:
        return f"nothing to take out of {path}"
    if one.done != "by-hand":
        return SAID.get(one.done, "left {} as it is").format(path) + reason
    if one.there:
        return f"left {where} as it is: it runs blue{reason}"
    add = f"\nadd to {where}:\n\n{sanitize_lines(one.lines)}\n" if one.lines else ""
    return f"left {path} as it is{reason}{add}"


def _outcome_document(place: Place, one: Outcome) -> dict[str, Any]:
    return {
        "hook": one.hook.name,
        "path": _relative(place, one.hook.path),
        "done": one.done,
        "reason": one.reason or None,
        "where": _relative(place, one.where) if one.where else None,
        "lines": one.lines or None,
        "runs_blue": one.there or one.hook.block.state != NONE,
        "reachable": one.hook.reachable,
    }


# --- status ------------------------------------------------------------------------------------------------------


def _row(place: Place, one: Status) -> list[str]:
    hook = one.hook
    block = f"in {one.by}" if one.by and hook.block.state == NONE else hook.block.state
    reachable = "-" if hook.block.state == NONE else "yes" if hook.reachable else "no"
    return [hook.name, block, reachable, ", ".join(hook.others) or "-", _relative(place, hook.path)]


def _status_document(place: Place, who: Program, found: list[Status]) -> dict[str, Any]:
    setting = {"value": place.setting, "scope": place.scope} if place.scope else None
    return {
        "folder": _relative(place, place.folder),
        "hooks_path": setting,
        "program": {"found": who.found, "version": who.version},
        "hooks": [_hook_document(place, one) for one in found],
    }


def _hook_document(place: Place, one: Status) -> dict[str, Any]:
    hook, kept = one.hook, one.keeper
    return {
        "hook": hook.name,
        "path": _relative(place, hook.path),
        "exists": hook.data is not None,
        "executable": hook.executable,
        "link": _relative(place, hook.link) if hook.link else None,
        "installed": hook.block.state != NONE,
        "block": hook.block.state,
        "outdated": hook.block.state == OUTDATED,
        "reachable": hook.reachable,
        "first": hook.block.first,
        "problem": hook.problem or None,
        "others": list(hook.others),
        "keeper": {"reason": kept.reason, "where": _relative(place, kept.where)} if kept else None,
        "runs_blue_in": one.by or None,
        "stray": _relative(place, one.stray) if one.stray else None,
    }


def _status_warnings(place: Place, one: Status) -> list[Finding]:
    found = _hook_warnings(place, one.hook)
    if one.stray:
        found.append(_warning(f"blue's block is in {_relative(place, one.stray)}, where git does not look", "blue hooks uninstall"))
    return found


def _hook_warnings(place: Place, hook: Hook) -> list[Finding]:
    """What keeps a block from being run, or from being blue's."""
    if hook.block.state == NONE:
        return []
    path, found = _relative(place, hook.path), []
    if not hook.executable:
        found.append(_warning(f"{path} is not executable, so git does not run it", f"chmod +x {path}"))
    if hook.problem:
        found.append(_warning(f"{path}: {hook.problem}"))
    elif not hook.block.first:
        found.append(_warning(f"{path}: the block is not at the top, so what comes before may end the hook"))
    if hook.block.state == OUTDATED:
        found.append(_warning(f"{path}: the block is an older blue's", f"blue hooks install --{hook.name}"))
    if hook.block.state == EDITED:
        found.append(_warning(f"{path}: the block was edited by hand", "blue hooks uninstall, then install"))
    return found


def _program_warnings(who: Program) -> list[Finding]:
    if not who.found:
        return [_warning("there is no blue on the PATH: hooks check nothing then, and say so", "put its folder on the PATH")]
    if who.version is None:
        return [_warning("the first blue on the PATH is another program: hooks check nothing then, and say so", "put this one first")]
    return []


def _warning(message: str, fix: str = "") -> Finding:
    return Finding("hooks", message, fix=fix, severity="warning")
