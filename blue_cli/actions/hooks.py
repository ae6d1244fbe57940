"""Put blue's lines into the hooks that git runs, take them out again, and tell what is there.

A hook belongs to whoever wrote it. Where somebody else keeps the hooks (husky, lefthook, pre-commit, a committed or a
shared folder), nothing is written: the lines to add are told. Nothing here sets `core.hooksPath`, makes a file
executable that is not, or changes a byte outside the block.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from blue_cli.actions.file import replace
from blue_cli.errors import Unavailable
from blue_cli.git import hookblock
from blue_cli.git.hookblock import BROKEN, CURRENT, EDITED, HOOKS, NONE, OUTDATED, Block
from blue_cli.git.hooks import Place
from blue_cli.views.hooks import FRAMEWORKS, Framework, foreign_line

LIMIT = 1 << 20  # bytes of a hook, far above any that a person wrote
PRE_COMMIT, LEFTHOOK, HUSKY = FRAMEWORKS
OWN = "own lines"


class Hook(NamedTuple):
    """A hook as it was found.

    path    what git runs; absolute · link: what it points to, behind all links ("" for no link)
    data    its bytes, None when there is none · executable: None when there is none
    problem why no lines can be put into it ("" when they can)
    others  who else is in it
    """

    name: str
    path: str
    link: str
    data: bytes | None
    executable: bool | None
    block: Block
    problem: str
    others: tuple[str, ...]

    @property
    def reachable(self) -> bool:
        """Whether git runs the block: it is there, as the first thing of a file that may be run."""
        return self.block.state in (CURRENT, OUTDATED, EDITED) and bool(self.executable) and not self.problem


class Outcome(NamedTuple):
    """What became of a hook.

    done    made · added · updated · unchanged · removed · by-hand (nothing was changed, `lines` go into `where`)
    """

    hook: Hook
    done: str
    reason: str = ""
    lines: str = ""
    where: str = ""
    there: bool = False  # by-hand: the lines, or what they run, are there already


# --- looking -------------------------------------------------------------------------------------------------


def look(place: Place, name: str) -> Hook:
    """A hook as it is. `Unavailable` when it cannot be read."""
    path = os.path.join(place.folder, name)
    link = os.path.realpath(path) if os.path.islink(path) else ""
    try:
        info = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        problem = "it is a link to nothing" if link else ""
        return Hook(name, path, link, None, None, Block(NONE), problem, ())
    except OSError as error:
        raise Unavailable(f"{path}: {error.strerror or error}") from None
    if not stat.S_ISREG(info.st_mode):  # a FIFO would wait for ever
        return Hook(name, path, link, b"", False, Block(NONE), "it is no regular file", ())
    data = _read(path)
    problem = "it is too large for a hook" if len(data) > LIMIT else hookblock.no_script(data)
    found = Block(NONE) if len(data) > LIMIT else hookblock.find(data, name)
    if found.state == BROKEN:
        problem = "blue's block in it has no end, or is there twice"
    return Hook(name, path, link, data, os.access(path, os.X_OK), found, problem, _others(data, found))


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(LIMIT + 1)
    except OSError as error:
        raise Unavailable(f"{path}: {error.strerror or error}") from None


def _others(data: bytes, found: Block) -> tuple[str, ...]:
    """Who else is in a hook: programs that are known by their words, or just somebody's own lines."""
    rest = data[: found.start] + data[found.end :]
    known = tuple(framework.name for framework in FRAMEWORKS if framework.sign in rest)
    own = any(line.strip() and not line.startswith(b"#") for line in rest.splitlines())
    return known or ((OWN,) if own else ())


# --- who keeps the hooks ---------------------------------------------------------------------------------------


class Keeper(NamedTuple):
    """Somebody else who keeps the hooks of a repository: why nothing is written, and where the lines go instead."""

    reason: str
    where: str
    framework: Framework | None = None


def keeper(place: Place, hook: Hook) -> Keeper | None:
    """Who keeps this hook; None when it is this clone's own file."""
    for framework in (PRE_COMMIT, LEFTHOOK):
        config = next((name for name in framework.configs if os.path.lexists(os.path.join(place.top, name))), "")
        if config or framework.name in hook.others:
            name = config or framework.configs[0]
            return Keeper(f"{framework.name} makes the hooks here", os.path.join(place.top, name), framework)
    parts = place.real.split(os.sep)
    if place.tracked and ".husky" in parts:
        folder = os.sep.join(parts[: parts.index(".husky") + 1])
        return Keeper("husky makes the hooks here", os.path.join(folder, hook.name), HUSKY)
    if place.tracked:
        return Keeper("the hooks lie in the work tree, where others have them too", hook.path)
    if place.shared:
        return Keeper(f"core.hooksPath is set in the {place.scope} settings, so other repositories run it too", hook.path)
    return Keeper("it is a link to a file that somebody else keeps", hook.link) if hook.link else None


def _by_hand(hook: Hook, keeper: Keeper) -> Outcome:
    lines = keeper.framework.lines(hook.name) if keeper.framework else hookblock.block(hook.name).decode()
    return Outcome(hook, "by-hand", keeper.reason, lines, keeper.where, _runs_blue(keeper, hook.name))


def _runs_blue(keeper: Keeper, name: str) -> bool:
    """Whether the file where the lines belong has them in some form."""
    try:
        with open(keeper.where, "rb") as file:
            text = file.read(LIMIT)
    except OSError:
        return False
    signs = keeper.framework.there(name) if keeper.framework else (f"hooks run {name}",)
    return any(sign.encode() in text for sign in signs)


# --- install ---------------------------------------------------------------------------------------------------


def install(place: Place, names: Sequence[str], here: bool = False) -> list[Outcome]:
    """Put the block into these hooks. `here`: also where somebody else keeps them. Twice is as once.

    Raises `Unavailable` when there is no folder for hooks, or it cannot be written.
    """
    if place.off:
        raise Unavailable(
            "git runs no hooks here",
            why=f"core.hooksPath is {place.setting!r}, which is no folder",
            fix="git config --unset core.hooksPath",
        )
    return [_install(place, look(place, name), here) for name in names]


def _install(place: Place, hook: Hook, here: bool) -> Outcome:
    if hook.block.state in (CURRENT, EDITED) and not hook.problem:
        reason = "it was edited by hand: blue hooks uninstall, then install, writes it anew" if hook.block.state == EDITED else ""
        return Outcome(hook, "unchanged", reason)
    kept = keeper(place, hook)
    if kept and not here:
        return _by_hand(hook, kept)
    if hook.problem:
        return Outcome(hook, "by-hand", hook.problem, foreign_line(hook.name, hook.data or b""), hook.path)
    if hook.data is None:
        return _make(place, hook)
    added = hook.block.state == NONE
    data = hookblock.insert(hook.data, hook.name) if added else hookblock.renew(hook.data, hook.name, hook.block)
    _write(hook, data)
    return Outcome(look(place, hook.name), "added" if added else "updated")


def _make(place: Place, hook: Hook) -> Outcome:
    fresh = not os.path.isdir(place.folder)
    try:
        os.makedirs(place.folder, exist_ok=True)
    except OSError as error:
        raise _unwritable(hook, error) from None
    _write(hook, hookblock.insert(None, hook.name, hookblock.FOLDER if fresh else hookblock.FILE))
    return Outcome(look(place, hook.name), "made")


def _write(hook: Hook, data: bytes) -> None:
    """Whole or not at all; an old file keeps its mode, a link stays a link."""
    try:
        replace(hook.link or hook.path, data, 0o777)
    except OSError as error:
        raise _unwritable(hook, error) from None


def _unwritable(hook: Hook, error: OSError) -> Unavailable:
    return Unavailable(f"{hook.path} cannot be written: {error.strerror or error}", why="nothing in it was changed")


# --- uninstall -------------------------------------------------------------------------------------------------


def uninstall(place: Place, names: Sequence[str]) -> list[Outcome]:
    """Take the block out of these hooks, also where git looked before `core.hooksPath` was set. What else is there stays."""
    outcomes, emptied = [], []
    for where in dict.fromkeys((place, own_place(place))):
        for hook in (look(where, name) for name in names):
            if where is place or hook.block.state != NONE:
                outcomes.append(_uninstall(where, hook))
            if outcomes[-1].done == "removed" and hook.block.made == hookblock.FOLDER:
                emptied.append(where.folder)
    for folder in emptied:
        with suppress(OSError):  # something else lies there by now
            os.rmdir(folder)
    return outcomes


def own_place(place: Place) -> Place:
    """Where the repository's hooks lie when no setting says otherwise."""
    folder = os.path.join(place.common, "hooks")
    return place if os.path.realpath(folder) == place.real else Place(folder, os.path.realpath(folder), place.top, place.common)


def _uninstall(place: Place, hook: Hook) -> Outcome:
    state = hook.block.state
    if state == BROKEN:
        return Outcome(hook, "by-hand", f"{hook.problem}: take out what lies between the two marks", "", hook.path)
    if state == NONE or hook.data is None:
        return Outcome(hook, "unchanged")
    rest = hookblock.remove(hook.data, hook.block)
    if rest is not None:
        _write(hook, rest)
    else:
        try:
            os.unlink(hook.link or hook.path)
        except OSError as error:
            raise _unwritable(hook, error) from None
    return Outcome(look(place, hook.name), "removed", "it had been edited by hand" if state == EDITED else "")


# --- status ----------------------------------------------------------------------------------------------------


class Status(NamedTuple):
    """What is known of a hook. `by`: who runs blue from elsewhere ("" nobody). `stray`: a block where git does not look."""

    hook: Hook
    keeper: Keeper | None
    by: str
    stray: str


def status(place: Place) -> list[Status]:
    """Each hook that blue knows, in this order."""
    own = own_place(place)
    found = []
    for name in HOOKS:
        hook = look(place, name)
        kept = keeper(place, hook)
        elsewhere = look(own, name) if own is not place else None
        stray = elsewhere.path if elsewhere and elsewhere.block.state != NONE else ""
        runs = kept is not None and kept.where != hook.path and _runs_blue(kept, name)
        found.append(Status(hook, kept, os.path.basename(kept.where) if kept and runs else "", stray))
    return found
