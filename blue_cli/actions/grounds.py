"""What the folder is like that dialogues lie in: whether it can be written, what it makes of names, what was left there.

The one thing written is a folder `.blue-tmp-…` in `.blue`, which no reader looks into; it is removed at once.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from contextlib import suppress

from blue_cli.actions.diagnosis import NOTE, OK, PROBLEM, Check
from blue_cli.dialogue.ids import WINDOWS

FOLDER = ".blue"
TEMPORARY = ".blue-tmp-"
STALE = 3600  # seconds after which nobody can still be writing it
MOST, SHOWN = 100_000, 3  # names looked at, names told
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
COMPOSED, DECOMPOSED = "\u00e9", "e\u0301"  # one letter, written in two ways (Unicode Standard Annex 15)
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*\\\x00-\x1f]|[ .]$')


def look(root: str, now: float) -> Iterator[Check]:
    """Everything about the folder `.blue` under `root`. `now`: seconds since 1970."""
    yield from probe(os.path.join(root, FOLDER))
    yield from names(root, now)


def probe(folder: str) -> Iterator[Check]:
    """Whether files can be made here, and whether two names are one."""
    trial = os.path.join(folder, f"{TEMPORARY}{os.urandom(8).hex()}")
    try:
        os.mkdir(trial, 0o700)
    except OSError as error:
        yield Check("folder", PROBLEM, f"{FOLDER} cannot be written: {error.strerror}", "nothing can be added here", f"ls -ld {FOLDER}")
        return
    try:
        yield Check("folder", OK, f"{FOLDER} can be written")
        yield from _twins(trial)
    except OSError as error:
        yield Check("folder", PROBLEM, f"{FOLDER} takes no files: {error.strerror}", "the disk may be full", "df .")
    finally:
        for name in ("a", COMPOSED):
            with suppress(OSError):
                os.unlink(os.path.join(trial, name))
        with suppress(OSError):
            os.rmdir(trial)


def _twins(trial: str) -> Iterator[Check]:
    for name in ("a", COMPOSED):
        os.close(os.open(os.path.join(trial, name), _NEW, 0o600))
    if os.path.lexists(os.path.join(trial, "A")):
        yield Check("folder", NOTE, "large and small letters are one in names here", "blue refuses names that differ by that alone")
    if os.path.lexists(os.path.join(trial, DECOMPOSED)):
        yield Check("folder", NOTE, "accents are normalised in names here", "a name may come back spelled otherwise than it was written")


def names(root: str, now: float) -> Iterator[Check]:
    """Names that cannot be checked out elsewhere, and what killed runs left behind."""
    seen, bad, left = 0, [], []
    for path, old in _walk(root, now):
        seen += 1
        if old:
            left.append(path)
        elif _unusable(os.path.basename(path)):
            bad.append(path)
    if bad:
        why = "a clone there lacks them, or fails"
        yield Check("names", PROBLEM, f"no names on Windows: {_some(bad)}", why, f"git mv {shlex.quote(bad[0])} NEW")
    else:
        yield Check("names", OK, f"{seen} names, all good on every system" + (f" (of the first {MOST})" if seen >= MOST else ""))
    if left:
        why = "a run was killed, or the machine stopped, before it was done; nobody reads them"
        yield Check("leftovers", PROBLEM, f"unfinished files: {_some(left)}", why, "rm -r " + " ".join(map(shlex.quote, left[:SHOWN])))
    else:
        yield Check("leftovers", OK, "none")


def _some(paths: list[str]) -> str:
    return ", ".join(paths[:SHOWN]) + (f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else "")


def _unusable(name: str) -> bool:
    return name.partition(".")[0].rstrip(" ").casefold() in WINDOWS or _NOT_ON_WINDOWS.search(name) is not None


def _walk(root: str, now: float) -> Iterator[tuple[str, bool]]:
    """Every name below `.blue` as a path from the root, and whether it is an old temporary; links are not followed."""
    count, folders = 0, [FOLDER]
    while folders and count < MOST:
        folder = folders.pop()
        with suppress(OSError), os.scandir(os.path.join(root, folder)) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                count += 1
                temporary = entry.name.startswith(TEMPORARY)
                if not temporary or now - entry.stat(follow_symlinks=False).st_mtime > STALE:
                    yield f"{folder}/{entry.name}", temporary
                if entry.is_dir(follow_symlinks=False) and not temporary:
                    folders.append(f"{folder}/{entry.name}")
