"""Look for trouble around blue, in git, keys and settings; the rest is in `machine` and `grounds`. Nothing is mended here.

git and hooks come in as functions: nothing here starts a process, no key is used, and no service is called.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from blue_cli.actions.diagnosis import NOTE, OK, PROBLEM, Check, without_secrets
from blue_cli.actions.hooks import Status
from blue_cli.actions.keys import Key
from blue_cli.config import DEFAULT, FLAG, SETTINGS, Config, without_password
from blue_cli.crypto.keys.place import Missing
from blue_cli.errors import BlueError, Finding
from blue_cli.git.hookblock import EDITED, NONE, OUTDATED
from blue_cli.git.repo import Repository

LEAST_GIT = (2, 38)  # safe.bareRepository, without which a repository inside this one could run a program
SILENT = "a repository may not choose"  # how `config.split_trust` begins its reason


class Git(NamedTuple):
    """git as seen from here. `version` is None without it; the others raise `Unavailable`."""

    version: Callable[[], str | None]
    repository: Callable[[], Repository]
    hooks: Callable[[Repository], Sequence[Status]]


class Setting(NamedTuple):
    """A setting, what it is now (as text, without secrets), and where that came from."""

    key: str
    value: str
    origin: str


# --- git -----------------------------------------------------------------------------------------------------------


def look_at_git(git: Git) -> Iterator[Check]:
    """git itself, the repository, its history and its hooks."""
    said = git.version()
    if said is None:
        why = "everything that needs none works; hooks, diff, log and --at do not"
        yield Check("git", PROBLEM, "there is no git on the PATH", why, "install git")
        return
    number = tuple(int(n) for n in re.findall(r"\d+", said)[:2])
    why = "it knows no safe.bareRepository: a repository hidden in this one could run a program"
    yield Check("git", OK, said) if number >= LEAST_GIT else Check("git", PROBLEM, said, why, "use git 2.38 or newer")
    try:
        repository = git.repository()
    except BlueError as error:
        yield Check("repository", NOTE, "this is no git repository", error.why or error.message, error.fix)
        return
    yield from _repository(repository)
    yield from _hooks(git, repository)


def _repository(repository: Repository) -> Iterator[Check]:
    where = f"in {repository.prefix.rstrip('/')} of the work tree" if repository.prefix else "at the top of the work tree"
    yield Check("repository", OK, where)
    if repository.shallow:
        why = "older commits are not here: log, diff, --at and check --since see only a part"
        yield Check("repository", PROBLEM, "a shallow clone", why, "git fetch --unshallow")


def _hooks(git: Git, repository: Repository) -> Iterator[Check]:
    try:
        found = git.hooks(repository)
    except BlueError as error:
        yield Check("hooks", PROBLEM, error.message, error.why, error.fix)
        return
    if not any(one.hook.block.state != NONE or one.by or one.stray for one in found):
        yield Check("hooks", NOTE, "not installed", "git commits without asking blue", "blue hooks install")
    for one in found:
        yield from _hook(one)


def _hook(one: Status) -> Iterator[Check]:
    name, block = one.hook.name, one.hook.block
    if one.stray:
        why = "core.hooksPath leads elsewhere"
        yield Check("hooks", PROBLEM, f"{name}: blue's block is where git does not look", why, "blue hooks uninstall")
    if one.by:
        yield Check("hooks", OK, f"{name}: run by {one.by}")
    if block.state == NONE:
        return
    again = f"blue hooks uninstall, then blue hooks install --{name}"
    if one.hook.problem:
        yield Check("hooks", PROBLEM, f"{name}: {one.hook.problem}", "git does not reach blue's block", again)
    elif not one.hook.executable:
        run = f'chmod +x "$(git rev-parse --git-path hooks)"/{name}'
        yield Check("hooks", PROBLEM, f"{name}: not executable", "git does not run it", run)
    elif not block.first:
        yield Check("hooks", PROBLEM, f"{name}: the block is not at the top", "what comes before may end the hook", again)
    elif block.state in (OUTDATED, EDITED):
        word = "as an older blue wrote it" if block.state == OUTDATED else "edited by hand"
        yield Check("hooks", NOTE, f"{name}: the block is {word}", "", again)
    else:
        yield Check("hooks", OK, f"{name}: reached by git")


# --- keys ----------------------------------------------------------------------------------------------------------


def look_at_keys(keys: Sequence[Key], sealed: int) -> Iterator[Check]:
    """Each provider of the settings; `sealed` dialogues need one of them. A service is named, never called."""
    here = any(key.error is None for key in keys)
    for key in keys:
        yield _key(key, sealed, here)
    if not keys:
        why = f"{_dialogues(sealed)} sealed here" if sealed else "only sealed dialogues need one"
        yield Check("keys", PROBLEM if sealed else NOTE, "no key provider is set", why, "BLUE_KEYS=file:")


def _key(key: Key, sealed: int, others: bool) -> Check:
    if isinstance(key.error, Missing):
        if sealed and not others:
            why = f"{_dialogues(sealed)} sealed here, and nothing opens {'it' if sealed == 1 else 'them'}"
            return Check("keys", PROBLEM, f"no key at {key.place}", why, "blue key import FILE")
        return Check("keys", NOTE, f"no key at {key.place}", "only sealed dialogues need one", "blue key new, or blue key import FILE")
    if key.error is not None:
        return Check("keys", PROBLEM, key.error.message, key.error.why, key.error.fix)
    if key.kind == "awskms":
        return Check("keys", OK, f"{key.id}: not asked", "doctor calls no service", "blue key verify")
    what = f"{key.id} at {key.place}" + (", under a passphrase" if key.kind == "passphrase" else "")
    return Check("keys", OK, what, "who loses it loses what it sealed; is it on paper?", "blue key export; blue key verify --paper -")


def _dialogues(count: int) -> str:
    return "a dialogue is" if count == 1 else f"{count} dialogues are"


# --- settings ------------------------------------------------------------------------------------------------------


def settings(config: Config, flags: Mapping[str, str]) -> list[Setting]:
    """Every setting with its origin; `flags` are those of this very call."""
    origins = {key: f"--{key}" if flags.get(key) or config.origin(key) == FLAG else config.origin(key) for key in SETTINGS}
    return [Setting(key, _shown(flags.get(key) or config[key]), origins[key]) for key in SETTINGS]


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(without_password, value))
    return str(value).lower() if isinstance(value, bool) else without_password(str(value))


def look_at_settings(values: Sequence[Setting], findings: Sequence[Finding], strangers: Sequence[str]) -> Iterator[Check]:
    """What is set and from where; what is no setting; what a repository asked for in vain. `strangers`: odd variables."""
    for key, value, origin in values:
        yield Check(f"settings.{key}", OK, f"{value or '-'} ({origin if origin == DEFAULT else f'from {origin}'})")
    for finding in findings:
        where = f"{finding.path}:{finding.line}: " if finding.path and finding.line else f"{finding.path}: " if finding.path else ""
        ignored = finding.why.startswith(SILENT)
        yield Check("settings", NOTE if ignored else PROBLEM, without_secrets(where + finding.message), finding.why, finding.fix)
    for name in strangers:
        yield Check("settings", NOTE, f"no setting is named ${name}", "it changes nothing", f"unset {name}")
