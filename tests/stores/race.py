"""Sixteen processes, each with a store of its own, that commit to one dialogue at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.stores.contract import UID

CODE = """
import sys
from blue_cli.errors import BlueError
from blue_cli.stores.base import Stale
from blue_cli.stores.registry import open_store
url, root, uid, version, number = sys.argv[1:]
store = open_store(url, root)
store.load(uid)
print("ready", flush=True)
sys.stdin.read(1)
try:
    store.commit(uid, version, {f"file/{number}": b"x"})
    print("won")
except Stale:
    print("stale")
except BlueError as error:
    print(error.code, error.message)
"""


def race(url: str, root: Path, version: str, count: int = 16) -> int:
    """How many won; every other must have been told that it was late."""
    command = [sys.executable, "-c", CODE, url, str(root), UID, version]
    started = [subprocess.Popen([*command, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) for number in range(count)]
    for one in started:
        assert one.stdout is not None
        assert one.stdout.readline() == b"ready\n"
    for one in started:
        assert one.stdin is not None
        one.stdin.write(b".")
        one.stdin.flush()
    said = [one.communicate()[0].strip() for one in started]
    assert sorted(set(said)) == [b"stale", b"won"], said
    return said.count(b"won")
