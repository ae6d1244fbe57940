"""From a URL to a store. Only the store that is chosen is imported."""

from __future__ import annotations

import re
from collections.abc import Callable

from blue_cli.errors import WrongCall
from blue_cli.stores.base import Store


def _files(url: str, root: str) -> Store:
    from blue_cli.stores.files import FilesStore

    return FilesStore(root)


def _memory(url: str, root: str) -> Store:
    from blue_cli.stores.memory import MemoryStore

    return MemoryStore()


SCHEMES: dict[str, Callable[[str, str], Store]] = {"files": _files, "memory": _memory}


def open_store(url: str | None, root: str) -> Store:
    """The store a URL names; without one the files under `root`, the absolute path of the folder that holds `.blue`.

    Raises `WrongCall` for an unknown scheme. Only the scheme is repeated: the rest may hold a password.
    """
    scheme = (url or "files:").partition(":")[0]
    if scheme in SCHEMES:
        return SCHEMES[scheme](url or "", root)
    shown = scheme if re.fullmatch(r"[a-z][a-z0-9+.-]{0,20}", scheme) else "of that form"
    known = tuple(f"{name}:" for name in SCHEMES)
    why = f"the stores are {', '.join(known)}"
    raise WrongCall(f"there is no store {shown}", why=why, fix="leave the setting out to use the files", suggestions=known)
