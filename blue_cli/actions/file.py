"""One file outside the store, written whole or not at all: settings, trust, what `-o` names."""

from __future__ import annotations

import os


def replace(path: str, data: bytes, mode: int = 0o666) -> None:
    """Give a file these bytes. An old one keeps its mode, and its content until the new one is on disk; a new one gets
    `mode` as far as the umask lets it.

    Raises OSError when that fails; then nothing is left behind.
    """
    temporary = os.path.join(os.path.dirname(path), f".blue-tmp-{os.urandom(8).hex()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(path):
            os.chmod(temporary, os.stat(path).st_mode & 0o7777)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
