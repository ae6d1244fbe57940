"""`blue check`."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Annotated

import typer

from blue_cli import __version__
from blue_cli.actions import check as action
from blue_cli.actions.check import EVERYWHERE, Scope, Wanted
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result, Screen, encode
from blue_cli.errors import Finding, Tampered, WrongCall
from blue_cli.stores.base import Store
from blue_cli.views import findings as view
from blue_cli.views.findings import Report
from blue_cli.views.text import sanitize_lines

STDIN = "-"


class Format(StrEnum):
    """In what form findings are written."""

    text = "text"
    json = "json"
    github = "github"
    sarif = "sarif"


def command(
    paths: Annotated[
        list[str], typer.Argument(metavar="[PATH]...", help="Files or folders, or - for standard input; every dialogue without any.")
    ] = [],  # noqa: B006 - Typer reads the default and copies it
    stdin_path: Annotated[str, typer.Option("--stdin-path", metavar="P", help="Judge standard input as if it lay there.")] = "",
    fix: Annotated[bool, typer.Option("--fix", help="Mend what a program can mend: near-miss markers, ids.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --fix: show the changes and make none.")] = False,
    format: Annotated[Format, typer.Option("--format", help="How to write findings.")] = Format.text,
    select: Annotated[list[str], typer.Option("--select", metavar="R", help="Only these rules; more than once, or with commas.")] = [],  # noqa: B006 - as above
    ignore: Annotated[list[str], typer.Option("--ignore", metavar="R", help="Not these rules.")] = [],  # noqa: B006 - as above
    staged: Annotated[
        bool, typer.Option("--staged", help="What the next commit would hold: git's index, and of it the dialogues that change.")
    ] = False,
    since: Annotated[
        str,
        typer.Option("--since", metavar="REV", help="Only what was not wrong yet where this branch left REV.", show_default=False),
    ] = "",
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too.")] = False,
    older_as_errors: Annotated[bool, typer.Option("--older-as-errors", help="Errors in older dialogues fail too.")] = False,
) -> Result:
    """Find mistakes in dialogues. Exit status 1 when there are errors."""
    here = call()
    if format == Format.json:
        here.globals = here.globals._replace(json=True)
    if dry_run and not fix:
        raise WrongCall("--dry-run needs --fix", fix="blue check --fix --dry-run")
    _refuse_mixed(here, paths, stdin_path, fix, staged, since)
    if staged:
        return _result(here, _staged(here, _wanted(here, select, ignore, older_as_errors)), format, strict)
    if STDIN in paths or stdin_path:
        return _result(here, _stdin(here, paths, stdin_path, fix, _wanted(here, select, ignore, older_as_errors)), format, strict)
    wanted, scope = _wanted(here, select, ignore, older_as_errors), _scope(here, paths)
    if since:
        return _since(here, since, wanted, scope, format, strict)
    diff, left = _fix(here, wanted, scope, not dry_run) if fix else ("", ())
    report = action.check(here.workspace.examined, wanted, scope, here.workspace.processes)
    return _result(here, report, format, strict, diff, left, fix)


def _refuse_mixed(here: Call, paths: list[str], stdin_path: str, fix: bool, staged: bool, since: str) -> None:
    """`WrongCall` for two answers to what is to be judged."""
    asked = [name for name, given in (("--staged", staged), ("--since", since), ("--fix", fix), ("--at", here.globals.at)) if given]
    if len(asked) > 1:
        raise WrongCall(f"{asked[0]} does not go with {asked[1]}", fix=f"blue check {asked[0]}")
    if staged and paths:
        raise WrongCall("--staged judges all that the commit changes", why="a path would hide some of it", fix="blue check --staged")
    if (staged or since) and (STDIN in paths or stdin_path):
        raise WrongCall("standard input is checked alone", fix="blue check -")


def _staged(here: Call, wanted: Wanted) -> Report:
    """What the next commit would hold. $BLUE_DIALOGUE does not narrow it: a guard looks at everything."""
    from blue_cli.actions.incoming import check_staged

    index, store = here.workspace.staged(here.world.cwd)
    return check_staged(store, index, wanted, _chosen(store, here.globals.dialogue))


def _chosen(store: Store, named: str) -> str:
    from blue_cli.actions.choosing import find

    return find(store, named).id if named else ""


def _since(here: Call, since: str, wanted: Wanted, scope: Scope, format: Format, strict: bool) -> Result:
    """What the branch brought in."""
    from blue_cli.actions.incoming import check_since

    workspace = here.workspace
    base = workspace.past("--since").parted(since)
    if base.dated:
        here.hints.append(f"--since {since} is {base.dated}")
    report = check_since(workspace.examined, workspace.examined_at(base.hash), wanted, scope, workspace.processes)
    found = _result(here, report, format, strict)
    return found._replace(document={**view.format_json(report), "since": base.hash})


def _wanted(here: Call, select: list[str], ignore: list[str], older_as_errors: bool) -> Wanted:
    """The rules to report: as the flags say, else as the settings do."""
    settings = here.workspace.config

    def refuse(name: str, near: list[str]) -> None:
        fix = f"did you mean {near[0]}?" if near else "blue rules lists them"
        raise WrongCall(f'no rule is named "{name}"', fix=fix, suggestions=near)

    def warn(name: str, near: list[str]) -> None:
        here.warnings.append(Finding("settings", f'no rule is named "{name}"', severity="warning", suggestions=tuple(near)))

    only = action.rules_named(select, refuse) if select else action.rules_named(settings["check.select"], warn)
    without = action.rules_named(ignore, refuse) if ignore else action.rules_named(settings["check.ignore"], warn)
    return Wanted(only, without, older_as_errors or bool(settings["check.older_as_errors"]))


def _scope(here: Call, paths: list[str]) -> Scope:
    """What is asked about: the paths, else the dialogue that is named, else everything."""
    if paths:
        return action.scope_of([_relative(here, path) for path in paths])
    named = here.globals.dialogue or here.world.env.get("BLUE_DIALOGUE", "")
    if named:
        id = here.workspace.find(named).id
        return Scope({id: (f".blue/dialogues/{id}",)})
    return EVERYWHERE


def _relative(here: Call, path: str) -> str:
    """A path of the command line, relative to the root."""
    return os.path.relpath(os.path.abspath(here.path(path)), here.workspace.root).replace(os.sep, "/")


def _stdin(here: Call, paths: list[str], stdin_path: str, fix: bool, wanted: Wanted) -> Report:
    if paths != [STDIN] or fix:
        raise WrongCall("standard input is checked alone" if not fix else "--fix cannot change standard input", fix="blue check -")
    data = here.read_input()
    if not stdin_path:
        return action.check_alone(data, wanted)
    return action.check_text(here.workspace.examined, data, _relative(here, stdin_path), wanted)


def _fix(here: Call, wanted: Wanted, scope: Scope, write: bool) -> tuple[str, tuple[Finding, ...]]:
    """Mend; the diff, and what is left for a person."""
    from blue_cli.actions import fix as mending

    done = mending.fix(here.workspace.store, wanted, scope, write)
    older = sum(mended.older for mended in done)
    if older:
        here.hints.append(f"{older} older dialogue{'s are' if older > 1 else ' is'} never changed without blue dialogue adopt")
    return "".join(mending.diff(mended.changes) for mended in done), tuple(f for mended in done for f in mended.left)


def _result(
    here: Call, report: Report, format: Format, strict: bool, diff: str = "", left: tuple[Finding, ...] = (), fix: bool = False
) -> Result:
    """The answer in the form that was asked for."""
    found = view.counts(report.findings)
    strict = strict or bool(here.workspace.config["check.strict"])

    def text(screen: Screen) -> str:
        if format == Format.github:
            return view.format_github(report, shown)
        if format == Format.sarif:
            return encode(here, view.format_sarif(report, __version__))
        return sanitize_lines(diff.replace("\r\n", "\n")) + view.format_text(report, shown, screen.color, here.globals.verbose)

    def shown(path: str) -> str:
        return path if path == STDIN else here.workspace.shown(path, here.cwd)

    fixed = {"diff": diff} if fix else {}
    warnings = tuple(f._replace(severity="warning", message=f"decide by hand: {f.message}") for f in left)
    if not here.globals.json:
        warnings = tuple(f._replace(path=shown(f.path)) for f in warnings)
    status = int(bool(found["error"] or (strict and (found["warning"] or not report.complete))))
    if any(f.rule == "seal-broken" for f in report.findings):
        status = Tampered.exit
    return Result("blue/check@1", {**view.format_json(report), **fixed}, text, warnings=warnings, status=status)
