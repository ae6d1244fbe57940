"""Make git show and merge dialogues by what they mean: lines in `.gitattributes`, settings of this clone. Only when asked.

    .gitattributes        which files: shared with everybody, without effect where the settings below are not
    merge.blue, diff.blue what to run for them: `git config --local`, so each person asks for it, once a clone

Whatever is there and not blue's stays, byte for byte. Should blue be gone or broken one day, git does for these files what it
does for any: the commands below see to that.
"""

from __future__ import annotations

import os
import re
import stat
from typing import NamedTuple, Protocol

from blue_cli.actions.file import replace
from blue_cli.errors import Conflict

FILE = ".gitattributes"
START, END = b"# >>> blue >>>", b"# <<< blue <<<"
LINE = b".blue/dialogues/**/*.md -text diff=blue merge=blue"
_BLOCK = re.compile(rb"(?m)^" + START + rb"[ \t]*\r?\n(?:(?!" + START + rb")[^\n]*\n)*?" + END + rb"[ \t]*(?:\r?\n|\r?\Z)")
_MARK = re.compile(rb"(?m)^(?:" + START + rb"|" + END + rb")[ \t]*\r?$")

# A Python without blue ends with 1, as a conflict does: only marks in the file, or a seal, show that it was one.
DRIVER = (
    "BLUE --no-input merge-file --marker-size=%L --ours=%X --theirs=%Y -- %O %A %B %P && exit 0; "
    "grep -q '^<<<<<<<' %A && exit 1; grep -q 'BEGIN BLUE SEALED ROUND' %A %B && exit 1; "
    "git merge-file -q --marker-size=%L %A %O %B || exit 1"
)
# git asks for each version of each file: only for sealed ones blue is started, which takes thirty times as long.
TEXTCONV = """f() { grep -q '^sealed: {' "$1" && BLUE --no-input merge-file --textconv -- "$1" 2>/dev/null || cat "$1"; }; f"""
OURS = " merge-file "  # in a value that some blue wrote


class Settings(Protocol):
    """The settings of one clone."""

    def get(self, key: str) -> list[str]:
        """Every value of a key."""
        ...

    def set(self, key: str, value: str) -> None:
        """Give a key its one value."""
        ...


class Configured(NamedTuple):
    """What was done, as names of files and settings: made, changed, as it must be already, somebody else's and left alone."""

    made: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def configure(root: str, settings: Settings, program: str) -> Configured:
    """Set up git for the workspace in `root`. `program` is how a shell starts blue.

    Raises `Conflict` when `.gitattributes` is no file of its own or its block was cut; nothing is changed then.
    """
    done: dict[str, list[str]] = {field: [] for field in Configured._fields}
    done[_write_attributes(os.path.join(root, FILE))].append(FILE)
    for key, value in values(program).items():
        done[_set(settings, key, value)].append(key)
    return Configured(*(tuple(names) for names in done.values()))


def values(program: str) -> dict[str, str]:
    """Every setting with its value. In the driver git replaces what stands after a `%`."""
    return {
        "merge.blue.name": "blue merges dialogues",
        "merge.blue.driver": DRIVER.replace("BLUE", program.replace("%", "%%"), 1),
        "diff.blue.textconv": TEXTCONV.replace("BLUE", program, 1),
        "diff.blue.cachetextconv": "false",  # git would keep the text of sealed rounds in its notes
    }


def _set(settings: Settings, key: str, value: str) -> str:
    now = settings.get(key)
    if now == [value]:
        return "kept"
    ours = len(now) == 1 and (OURS in now[0] or key == "diff.blue.cachetextconv")
    if now and not ours:
        return "left"
    settings.set(key, value)
    return "changed" if now else "made"


# --- .gitattributes ----------------------------------------------------------------------------------------------


def _write_attributes(path: str) -> str:
    old = _read(path)
    new = with_block(old or b"")
    if new == old:
        return "kept"
    replace(path, new)
    return "made" if old is None else "changed"


def _read(path: str) -> bytes | None:
    """None when there is none. Git itself follows no link here, and what one points to is somebody else's."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise Conflict(f"{FILE} is in the way", why="it is no file of its own", fix=f"add to what git reads: {LINE.decode()}")
    except FileNotFoundError:
        return None
    with open(path, "rb") as file:
        return file.read()


def with_block(data: bytes) -> bytes:
    """The file with today's block once: where one stands, else at its end, since git lets the last line decide.

    Raises `Conflict` for a block without its beginning or end: where it ends only a person can tell.
    """
    if len(_MARK.findall(_BLOCK.sub(b"", data))):
        raise Conflict(f"{FILE}: the block of blue was cut", why=f"{START.decode()} and {END.decode()} belong together", fix="mend it")
    end = b"\r\n" if data.find(b"\r\n") == data.find(b"\n") - 1 >= 0 else b"\n"
    block = end.join((START, LINE, END, b""))
    first = _BLOCK.search(data)
    if first is None:
        return data + (b"" if not data or data.endswith(b"\n") else end) + block
    if first[0].rstrip(b"\r\n") == block.rstrip(b"\r\n"):  # also where no line feed ends it
        block = first[0]
    return data[: first.start()] + block + _BLOCK.sub(b"", data[first.end() :])
