"""From a URL to a store. Only the store that is chosen is imported."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

from blue_cli.errors import WrongCall
from blue_cli.stores.base import Facts, Store

FILES = "files"
# Each module has `open_url(url, root)`; `prepare(url, root)` makes what it needs and says whether anything was made;
# `describe(url, root)` gives its `Facts`. Nothing is opened before it is used.
SCHEMES = {FILES: FILES, "memory": "memory", "sqlite": "sqlite", "postgresql": "postgres", "postgres": "postgres", "dynamodb": "dynamodb"}


def open_store(url: str | None, root: str) -> Store:
    """The store a URL names; without one the files under `root`, the absolute path of the folder that holds `.blue`.

    Raises `WrongCall` for an unknown scheme, for a URL that its store does not understand, and without the store's extra.
    Only the scheme is repeated: the rest may hold a password.
    """
    store: Store = _module(url).open_url(url or "", root)
    return store


def prepare(url: str | None, root: str) -> bool:
    """Make the folder, file or tables that the store needs, where they are missing; whether anything was made."""
    return bool(_module(url).prepare(url or "", root))


def describe(url: str | None, root: str) -> Facts:
    """What is there, whether `prepare` was run or not."""
    facts: Facts = _module(url).describe(url or "", root)
    return facts


def _module(url: str | None) -> Any:
    scheme = (url or FILES).partition(":")[0]
    if scheme in SCHEMES:
        return import_module(f"blue_cli.stores.{SCHEMES[scheme]}")
    shown = scheme if re.fullmatch(r"[a-z][a-z0-9+.-]{0,20}", scheme) else "of that form"
    known = tuple(f"{name}:" for name in SCHEMES)
    why = f"the stores are {', '.join(known)}"
    raise WrongCall(f"there is no store {shown}", why=why, fix="leave the setting out to use the files", suggestions=known)
