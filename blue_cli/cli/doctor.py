"""`blue doctor`."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Annotated

import typer

from blue_cli.actions import doctor, grounds, keys, machine
from blue_cli.actions import hooks as hook_action
from blue_cli.actions.diagnosis import NOTE, OK, PROBLEM, Check, below_home
from blue_cli.actions.doctor import Git, Setting
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result, Screen
from blue_cli.config import SETTINGS, variable
from blue_cli.crypto.keys.registry import VARIABLE
from blue_cli.errors import BlueError, NotFound, Refused, WrongCall
from blue_cli.git import hooks
from blue_cli.git.process import ask
from blue_cli.git.repo import Repository
from blue_cli.settings import state_path
from blue_cli.stores import names
from blue_cli.views import doctor as view
from blue_cli.workspace import Workspace, open_workspace

GROUPS = ("machine", "workspace", "folder", "git", "keys", "settings")
# Variables that are no setting. Those that other programs of this name may have are nobody's mistake.
VARIABLES = frozenset(
    ("BLUE_DIALOGUE", "BLUE_DEBUG", "BLUE_SKIP_HOOKS", "BLUE_PASSPHRASE", "BLUE_PASSPHRASE_FILE", "BLUE_KMS_GRANT_TOKEN", VARIABLE)
)
IN_A_RUN = frozenset(("BLUE_ROLE", "BLUE_ROUND", "BLUE_RUN"))  # what a command that answers for an expert finds set


def command(
    what: Annotated[list[str], typer.Argument(metavar="[WHAT]...", help=f"Only these: {', '.join(GROUPS)}.")] = [],  # noqa: B006 - Typer reads the default and copies it
) -> Result:
    """Look for trouble around blue: git and hooks, keys, settings and where they come from, names, the folder.

    Exit status 1 when there is a problem; each comes with its reason and what to do. Nothing is mended, no key is used, no
    service is called; in .blue a temporary folder is made and removed again.
    """
    here = call()
    for word in what:
        if word not in GROUPS:
            raise WrongCall(f'doctor knows no "{word}"', fix=f"of {', '.join(GROUPS)}")
    visit = _Visit(here)
    home = here.world.env.get("HOME") or os.path.expanduser("~")
    rows = [view.Row(*(below_home(part, home).replace("\n", "; ") for part in check)) for check in visit.checks(what or GROUPS)]
    sick = any(row.state == PROBLEM for row in rows)
    values = [Setting(*(below_home(part, home) for part in value)) for value in visit.settings] if not what or "settings" in what else []

    def shown(screen: Screen) -> str:
        return view.text(rows, screen.color) if screen.terminal else view.table(rows)

    return Result("blue/doctor@1", lambda: view.document(rows, values), shown, status=Refused.exit if sick else 0)


class _Visit:
    """One look around. Without a workspace only what needs none is looked at."""

    def __init__(self, here: Call) -> None:
        self._here = here
        self._env: Mapping[str, str] = here.world.env
        self._trouble: BlueError | None = None
        self._workspace: Workspace | None = None
        try:
            self._workspace = open_workspace(here.cwd, self._env, here.world.store, here.globals.store)
        except BlueError as error:
            self._trouble = error

    def checks(self, groups: list[str] | tuple[str, ...]) -> Iterator[Check]:
        """What was found, group after group, in the order of `GROUPS`."""
        looks: dict[str, Callable[[], Iterator[Check]]] = {
            "machine": self._machine, "workspace": self._place, "folder": self._folder,
            "git": self._git, "keys": self._keys, "settings": self._settings,
        }  # fmt: skip
        for name in GROUPS:
            if name in groups:
                yield from looks[name]()

    @property
    def settings(self) -> list[Setting]:
        """Every setting with its origin; none without a workspace."""
        flags = {"color": self._here.globals.color}  # the others are in the configuration
        return doctor.settings(self._workspace.config, flags) if self._workspace else []

    def _machine(self) -> Iterator[Check]:
        encoding = getattr(self._here.world.stdout, "encoding", None) or "utf-8"
        yield from machine.look(self._env, running(), state_path(self._env), encoding)
        yield self._terminal()

    def _terminal(self) -> Check:
        out = self._here.world.stdout
        if not out.isatty():
            return Check("terminal", OK, "output is no terminal: no colour, nothing is cut off")
        from blue_cli.cli.output import screen

        seen = screen(self._here, out)
        return Check("terminal", OK, f"{self._env.get('TERM') or 'no TERM'}, {seen.width} columns, colour {'on' if seen.color else 'off'}")

    def _place(self) -> Iterator[Check]:
        if isinstance(self._trouble, NotFound):
            yield Check("workspace", NOTE, self._trouble.message, "folder, keys and settings were not looked at", self._trouble.fix)
        elif self._trouble is not None:
            yield Check("workspace", PROBLEM, self._trouble.message, self._trouble.why, self._trouble.fix)
        elif self._workspace:
            where = os.path.relpath(self._workspace.root, self._here.cwd)
            count = len(names.dialogues(self._workspace.root))
            how_many = f", {count} dialogue{'s' if count != 1 else ''}" if self._workspace.config["store"] == "files" else ""
            yield Check("workspace", OK, f"{'here' if where == '.' else where}{how_many}")

    def _folder(self) -> Iterator[Check]:
        if self._workspace:
            yield from grounds.look(self._workspace.root, self._here.world.now().timestamp())

    def _git(self) -> Iterator[Check]:
        root = os.path.abspath(self._workspace.root if self._workspace else self._here.cwd)
        yield from doctor.look_at_git(Git(partial(_git_version, root, self._env), partial(Repository.find, root, self._env), self._hooks))

    def _hooks(self, repository: Repository) -> list[hook_action.Status]:
        return hook_action.status(hooks.find_place(repository, self._env))

    def _keys(self) -> Iterator[Check]:
        if not self._workspace:
            return
        found = []
        for url in self._workspace.config["keys"]:
            try:
                found += keys.look([self._workspace.provider(url)])
            except BlueError as error:
                yield Check("keys", PROBLEM, error.message, f"keys, from {self._workspace.config.origin('keys')}", error.fix)
        yield from doctor.look_at_keys(found, names.sealed(self._workspace.root))

    def _settings(self) -> Iterator[Check]:
        if self._workspace:
            known = VARIABLES | IN_A_RUN | {variable(key) for key in SETTINGS}
            odd = sorted(name for name in self._env if re.fullmatch(r"BLUE_[A-Z_]+", name) and name not in known)
            yield from doctor.look_at_settings(self.settings, self._workspace.warnings, odd)


def _git_version(root: str, env: Mapping[str, str]) -> str | None:
    said = ask(root, ["version"], env=env)
    return said.strip().removeprefix("git version ") if said else None


def running() -> str:
    """The program that runs now, as an absolute path; its place beside Python when it was started as a module."""
    started = os.path.abspath(sys.argv[0] or "")
    return started if os.path.basename(started) == "blue" else os.path.join(os.path.dirname(sys.executable), "blue")
