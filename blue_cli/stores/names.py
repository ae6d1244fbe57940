"""What things are called in a folder of dialogues, for the TAB key: from names of files and first lines, never a fold.

Everything found here becomes a word on somebody's command line, in a shell that would obey some of it. So nothing comes
out but what FORMAT.md allows for a name, ASCII letters, digits and hyphens; a folder named `$(reboot)` is no dialogue.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from blue_cli.dialogue.ids import ROUND, is_name
from blue_cli.errors import BlueError
from blue_cli.stores.files import FILE_OF_DIALOGUE, FilesStore
from blue_cli.stores.folder import read_head
from blue_cli.stores.place import open_place, opened

FRONT = 8192  # bytes of a contribution; its ids come before its text
MOST = 500  # files looked into, dialogues asked whether they are open: TAB must not make anybody wait
_IDS = re.compile(rb"^ids: *\{([^}\n]*)\}", re.M)
_ID = re.compile(rb": *([PTRECS]\d{4,11})\b")
_SLUG = re.compile(rb"^- \{slug: \"?([0-9A-Za-z-]+)", re.M)
_SEALED = re.compile(rb"^seal(?:ed)?:", re.M)
_CLOSED = re.compile(rb"^closed:", re.M)


def dialogues(root: str) -> list[str]:
    """The ids of the dialogues, sorted; none where they cannot be read."""
    try:
        return [entry.id for entry in FilesStore(root).dialogues()]
    except (BlueError, OSError):
        return []


def open_one(root: str) -> str | None:
    """The only dialogue that is open, or the only one; None when that is not so, or there are too many to say."""
    every = dialogues(root)
    if len(every) == 1:
        return every[0]
    found = [id for id in every if is_open(root, id)] if len(every) <= MOST else []
    return found[0] if len(found) == 1 else None


def is_open(root: str, id: str) -> bool:
    """Neither closed nor decided, by the head of its file and the names of its verdicts."""
    if any(slug.startswith("final") for slug in _stems(root, id, "verdicts")):
        return False
    return not _CLOSED.search(_front(root, id, "", FILE_OF_DIALOGUE))


def sealed(root: str) -> int:
    """How many dialogues say that they are sealed, of the first `MOST`."""
    return sum(1 for id in dialogues(root)[:MOST] if _SEALED.search(_front(root, id, "", FILE_OF_DIALOGUE)))


def experts(root: str, id: str) -> list[str]:
    """Who is in the list of experts, or wrote something."""
    listed = {slug.decode() for slug in _SLUG.findall(_front(root, id, "", FILE_OF_DIALOGUE))}
    return sorted(filter(is_name, listed.union(*(_stems(root, id, f"round-{n}") for n in rounds(root, id)))))


def rounds(root: str, id: str) -> list[int]:
    """The numbers of the rounds that have a folder."""
    return sorted(int(match[1]) for name in _listing(root, id, "") if (match := ROUND.fullmatch(name)))


def entities(root: str, id: str) -> dict[str, str]:
    """Display ids as the files have them, with who said it; the newest rounds first, as far as `MOST` files go."""
    files = [(n, slug) for n in reversed(rounds(root, id)) for slug in _stems(root, id, f"round-{n}")]
    found: dict[str, str] = {}
    for n, slug in files[:MOST]:
        said = _IDS.search(_front(root, id, f"round-{n}", f"{slug}.md"))
        for one in _ID.findall(said[1]) if said else ():
            found.setdefault(one.decode(), f"{slug}, round {n}")
    return dict(sorted(found.items()))


def _stems(root: str, id: str, folder: str) -> list[str]:
    """The names of the markdown files in a folder of a dialogue, those that may be names."""
    return sorted(name[:-3] for name in _listing(root, id, folder) if name.endswith(".md") and is_name(name[:-3]))


def _listing(root: str, id: str, folder: str) -> list[str]:
    with suppress(BlueError, OSError), _entered(root, id, folder) as fd:
        return os.listdir(fd)
    return []


def _front(root: str, id: str, folder: str, name: str) -> bytes:
    """The front matter of a file, as far as it lies in its first bytes; empty where there is none to read."""
    with suppress(BlueError, OSError), _entered(root, id, folder) as fd:
        head = read_head(fd, name, FRONT)
        end = head.find(b"\n---", 3)
        return head[: end + 1] if end > 0 else head
    return b""


@contextmanager
def _entered(root: str, id: str, folder: str) -> Iterator[int]:
    """A descriptor of a dialogue's folder, or of one in it; never through a link."""
    with open_place(root) as place, opened(id, place) as whole:
        if not folder:
            yield whole
            return
        with opened(folder, whole) as part:
            yield part
