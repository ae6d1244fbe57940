"""The lines that blue has in a hook, and the bytes around them, which stay as they are. Pure: bytes in, bytes out.

    #!/bin/sh
    # >>> blue >>>
    # blue hooks 1 5f3c2a91: ...
    ...
    # <<< blue <<<
    what was there

The block comes first, since an `exit 0` further down would make it dead code. It ends the hook only when blue itself
said no: a status of 1 or 6 *and* blue's own words. A Python that cannot import blue ends with 1 too, and another program
of that name with 1 or 2 (`--no-input`, which it does not know, keeps it from doing anything with the words that follow).
"""

from __future__ import annotations

import re
from typing import NamedTuple

HOOKS = ("pre-commit", "pre-push", "commit-msg")
START, END = b"# >>> blue >>>", b"# <<< blue <<<"
SHEBANG = b"#!/bin/sh\n"
FILE, FOLDER = "This file was made with it.", "This file and its folder were made with it."
NONE, CURRENT, OUTDATED, EDITED, BROKEN = "none", "current", "outdated", "edited", "broken"

VERSION = 1
_HEAD = re.compile(rb"# blue hooks (\d+) ([0-9a-f]{8}): ")
_SHELLS = frozenset(("sh", "bash", "dash", "ash", "ksh", "ksh93", "mksh", "yash", "zsh"))
_VERBS = {"pre-commit": "commit", "pre-push": "push", "commit-msg": "commit"}
REFUSED = "blue: {}: refused"  # what the block looks for in what `blue hooks run` says

_BODY = r"""case "${BLUE_SKIP_HOOKS-}" in 1) ;; *)
    blue_status=0
    CALL || blue_status=$?
    case "${blue_status}:${blue_said}" in
        0:) ;;
        0:*) printf '%s\n' "$blue_said" >&2 ;;
        [16]:*'REFUSED'*) printf '%s\n' "$blue_said" >&2; exit "$blue_status" ;;
        *'blue: error: '*) printf '%s\n' "$blue_said" 'blue: hint: this VERB was not checked' >&2 ;;
        *) printf '%s\n' "blue: hint: this VERB was not checked: no blue that works (status $blue_status)" >&2 ;;
    esac
AFTER    unset blue_status blue_said ;;
esac"""
_CALL = {
    "pre-commit": "blue_said=$(blue --no-input hooks run pre-commit </dev/null 2>&1)",
    "pre-push": "blue_refs=$(cat) || :\n"
    """    blue_said=$(printf '%s\\n' "$blue_refs" 2>/dev/null | blue --no-input hooks run pre-push -- "${1-}" "${2-}" 2>&1)""",
    "commit-msg": 'blue_said=$(blue --no-input hooks run commit-msg -- "${1-}" </dev/null 2>&1)',
}
# What git says on standard input is still there for what follows.
_AFTER = """    case "$blue_refs" in
        '') exec </dev/null ;;
        *) exec <<BLUE_REFS
$blue_refs
BLUE_REFS
        ;;
    esac
    unset blue_refs
"""


def block(hook: str, made: str = "") -> bytes:
    """The lines for a hook, without a line feed at the end. `made`: what was made with them, `FILE` or `FOLDER`."""
    body = _BODY.replace("CALL", _CALL[hook]).replace("AFTER", _AFTER if hook == "pre-push" else "")
    body = body.replace("REFUSED", REFUSED.format(hook)).replace("VERB", _VERBS[hook])
    body = f"# {made}\n{body}" if made else body
    told = "blue hooks uninstall takes this out, BLUE_SKIP_HOOKS=1 skips it once"
    head = f"# blue hooks {VERSION} {_digest(body.encode())}: {told}"
    return b"\n".join((START, head.encode(), body.encode(), END))


def _digest(body: bytes) -> str:
    from hashlib import sha256

    return sha256(body).hexdigest()[:8]


class Block(NamedTuple):
    """A block that was found: where it starts and ends in the file (with its line feed), and in which state it is.

    state   none; current; outdated (as an older blue wrote it); edited (by hand); broken (no end, or more than one)
    made    what was made with it, `FILE`, `FOLDER` or ""
    first   whether it comes right after the first line
    """

    state: str
    start: int = 0
    end: int = 0
    made: str = ""
    first: bool = False


def find(data: bytes, hook: str) -> Block:
    """The block in a hook."""
    starts, ends = _lines(data, START), _lines(data, END)
    if not starts and not ends:
        return Block(NONE)
    if len(starts) != 1 or len(ends) != 1 or ends[0] < starts[0]:
        return Block(BROKEN)
    start, stop = starts[0], ends[0] + len(END)
    text = data[start:stop]
    made = next((word for word in (FILE, FOLDER) if f"\n# {word}\n".encode() in text), "")
    state = CURRENT if text == block(hook, made) else _state(text)
    rest = data[stop : stop + 2]
    end = stop + (2 if rest == b"\r\n" else rest[:1] == b"\n")
    return Block(state, start, end, made, data.find(b"\n") == start - 1)


def _lines(data: bytes, wanted: bytes) -> list[int]:
    """Where the lines begin that are this one; an editor may have put a carriage return behind it."""
    return [match.start() for match in re.finditer(rb"(?m)^" + re.escape(wanted) + rb"(?=\r?$)", data)]


def _state(text: bytes) -> str:
    """Whether a block that is not today's is as some blue wrote it."""
    _, head, *rest = text.split(b"\n")
    known = _HEAD.match(head)
    whole = known is not None and _digest(b"\n".join(rest[:-1])) == known[2].decode()
    return OUTDATED if whole else EDITED


def insert(data: bytes | None, hook: str, made: str = "") -> bytes:
    """The hook with the block after its first line, a new one when there is none. What is there must be a shell script."""
    if data is None:
        return SHEBANG + block(hook, made) + b"\n"
    first, feed, rest = data.partition(b"\n")
    return first + b"\n" + block(hook) + feed + rest


def renew(data: bytes, hook: str, found: Block) -> bytes:
    """The hook with today's block in place of an older one."""
    feed = b"\n" if data[found.end - 1 : found.end] == b"\n" else b""
    return data[: found.start] + block(hook, found.made) + feed + data[found.end :]


def remove(data: bytes, found: Block) -> bytes | None:
    """The bytes that were there before the block; None when there was no file."""
    start = found.start
    if data[found.end - 1 : found.end] != b"\n":  # a first line without a line feed was given one
        start -= data[start - 1 : start] == b"\n"
    rest = data[:start] + data[found.end :]
    return None if found.made and rest == SHEBANG else rest


def no_script(data: bytes) -> str:
    """Why these lines cannot be put into a file; "" for the shell script that they can."""
    if not data.startswith(b"#!"):
        return "it has no shebang, so nothing says what runs it"
    first = data.partition(b"\n")[0]
    if first.endswith(b"\r"):
        return "its first line ends in a carriage return, so the system finds no such shell"
    if b"\0" in data:
        return "it is no text"
    name = interpreter(first)
    return "" if name in _SHELLS else f"it is no shell script ({name or 'its first line names no program'})"


def interpreter(first: bytes) -> str:
    """The program that a shebang line names, without its folder and version: `python` of `#!/usr/bin/env -S python3.11 -u`."""
    words = first[2:].decode("utf-8", "replace").split()
    if words and words[0].rpartition("/")[2] in ("env", "busybox"):
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    name = words[0].rpartition("/")[2] if words else ""
    return re.sub(r"[\d.]+$", "", name) if name.startswith("python") else name
