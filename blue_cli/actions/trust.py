"""Remember that this user has read a repository's settings: the hash of the file, for this clone.

One small file a workspace in the user's own state folder. Any change to the settings makes another hash, and
so the file is a stranger's again.
"""

from __future__ import annotations

import os

from blue_cli.actions.file import replace


def is_trusted(folder: str, root: str, settings: bytes) -> bool:
    """Whether exactly these settings were trusted for the workspace at `root`."""
    try:
        with open(_file(folder, root), encoding="utf-8") as file:
            return file.readline().strip() == _digest(settings)
    except (OSError, ValueError):
        return False


def record(folder: str, root: str, settings: bytes) -> bool:
    """Trust these settings; False when they were trusted already. OSError when it cannot be kept."""
    if is_trusted(folder, root, settings):
        return False
    os.makedirs(folder, mode=0o700, exist_ok=True)
    replace(_file(folder, root), f"{_digest(settings)}\n{root}\n".encode(errors="backslashreplace"))
    return True


def forget(folder: str, root: str) -> bool:
    """Trust them no longer; False when they were not trusted."""
    try:
        os.unlink(_file(folder, root))
    except FileNotFoundError:
        return False
    return True


def _digest(settings: bytes) -> str:
    from hashlib import sha256

    return sha256(settings).hexdigest()


def _file(folder: str, root: str) -> str:
    return os.path.join(folder, _digest(os.fsencode(os.path.realpath(root)))[:32])
