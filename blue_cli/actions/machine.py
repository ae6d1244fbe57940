"""What of this machine matters to blue: which program the name starts, versions, the locale, where it keeps its state."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterator, Mapping

from blue_cli import __version__
from blue_cli.actions.diagnosis import NOTE, OK, PROBLEM, Check

LIBRARIES = ("typer", "rich", "python-frontmatter", "markdown-it-py", "cryptography", "platformdirs")
SLOW_TYPER = (0, 29)  # DECISIONS.md, 1
HEAD = 4096  # bytes of a program that tell whose it is
OURS, FORMATTER, OTHER = "blue", "the formatter of that name", "another program"


def look(env: Mapping[str, str], running: str, state: str, encoding: str) -> Iterator[Check]:
    """Everything about the machine. `running` is the program that runs now, `state` the folder that it remembers things in."""
    yield from programs(env, running)
    yield from versions()
    yield _state(state)
    yield _locale(encoding)


# --- who is called blue --------------------------------------------------------------------------------------------


def programs(env: Mapping[str, str], running: str) -> Iterator[Check]:
    """Which program hooks, scripts and the TAB key start when they say `blue`."""
    found = list(_on_path(env.get("PATH", os.defpath)))
    if not found:
        fix = f"put its folder on the PATH: {os.path.dirname(running)}" if os.path.basename(running) == "blue" else "pipx install ."
        yield Check("program", PROBLEM, "no blue on the PATH", "hooks, the TAB key and other programs find it by its name", fix)
        return
    first, kind = found[0], _kind(found[0])
    if kind != OURS:
        why = "hooks and scripts that say blue start that one"
        yield Check("program", PROBLEM, f"the first blue on the PATH is {kind}: {first}", why, "put the folder of this one before it")
    elif not _same(first, running):
        why = f"what runs now is {running}"
        yield Check("program", PROBLEM, f"another installation comes first on the PATH: {first}", why, "remove one of the two")
    else:
        yield Check("program", OK, first)
    for other in found[1:]:
        kind = _kind(other)
        yield Check("program", NOTE, f"{'a second installation' if kind == OURS else kind}, later on the PATH: {other}")


def _on_path(path: str) -> Iterator[str]:
    """Every `blue` that may be started, in the order of the PATH, each file once."""
    seen = set()
    for folder in path.split(os.pathsep):
        program = os.path.join(folder, "blue")
        if os.path.isabs(folder) and os.path.isfile(program) and os.access(program, os.X_OK) and os.path.realpath(program) not in seen:
            seen.add(os.path.realpath(program))
            yield program


def _kind(program: str) -> str:
    """Whose program it is, by its first lines; it is not started."""
    try:
        with open(os.open(program, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            head = file.read(HEAD) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""
    except OSError:
        return OTHER
    if b"blue_cli" in head:
        return OURS
    return FORMATTER if re.search(rb"^\s*(?:from|import) blue\b", head, re.M) else OTHER


def _same(program: str, running: str) -> bool:
    """Whether both belong to one installation: one file, or one folder with the Python that runs."""
    real = os.path.realpath(program)
    return real == os.path.realpath(running) or os.path.dirname(real) == os.path.dirname(running)


# --- versions ------------------------------------------------------------------------------------------------------


def versions() -> Iterator[Check]:
    """blue, Python and the libraries it stands on."""
    yield Check("versions", OK, f"blue {__version__}")
    yield Check("versions", OK, f"Python {'.'.join(map(str, sys.version_info[:3]))} on {sys.platform}")
    for name in LIBRARIES:
        yield _library(name)


def _library(name: str) -> Check:
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = version(name)
    except PackageNotFoundError:
        fix = "install blue again: pipx reinstall blue-dialogue"
        return Check("versions", PROBLEM, f"{name} is not installed", "some command will need it", fix)
    number = tuple(int(n) for n in re.findall(r"\d+", found)[:2])
    if name == "typer" and number >= SLOW_TYPER:
        return Check("versions", PROBLEM, f"typer {found}", "every command starts three times slower with it", "pip install 'typer<0.29'")
    return Check("versions", OK, f"{name} {found}")


# --- the rest ------------------------------------------------------------------------------------------------------


def _state(folder: str) -> Check:
    """Whether what blue remembers (trust, what was seen of a seal) can be kept. The folder need not be there yet."""
    there = folder
    while not os.path.lexists(there) and os.path.dirname(there) != there:
        there = os.path.dirname(there)
    if os.path.isdir(there) and os.access(there, os.W_OK | os.X_OK):
        return Check("state", OK, folder)
    why = "what is trusted, and what was last seen of a sealed dialogue, is kept there"
    return Check("state", PROBLEM, f"cannot be written: {folder}", why, f"make {there} a folder that you can write to")


def _locale(encoding: str) -> Check:
    if encoding.lower().replace("-", "").replace("_", "") == "utf8":
        return Check("locale", OK, "UTF-8")
    why = "what it lacks is shown as \\u2026 and the like"
    return Check("locale", PROBLEM, f"output is {encoding}, not UTF-8", why, "export LC_ALL=C.UTF-8")
