"""Killed at any system call that writes, on real files: it reads as before, or the next run of the same command completes it."""

from __future__ import annotations

import hashlib
import shutil
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from blue_cli.actions import rekey, sealing
from blue_cli.actions.protection import Bench
from blue_cli.crypto import aead
from blue_cli.stores import batch
from blue_cli.stores.files import FilesStore
from blue_cli.stores.lastseen import LastSeen
from tests.actions.vault import TEXTS, UID, Vault
from tests.stores import victim
from tests.stores.contract import QUICK

WARM = batch, shutil, hashlib, aead  # imported before the fork: their files must not be among the calls that are counted
SORTED = dict(sorted(TEXTS.items()))
CALLS = ["/^rename", "/^write"]
ACTS: dict[str, Callable[[Bench], object]] = {
    "seal": lambda bench: sealing.seal(bench, UID),
    "unseal": lambda bench: sealing.unseal(bench, UID),
    "reencrypt": lambda bench: rekey.reencrypt(bench, UID, many=3),
}
DONE: dict[str, Callable[[Vault], bool]] = {
    "seal": lambda vault: vault.plain == [] and b"pending" not in vault.raw["dialogue"],
    "unseal": lambda vault: vault.raw == SORTED,
    "reencrypt": lambda vault: all(f"dek#{UID}#1".encode() not in data for data in vault.raw.values()),
}


def prepared(name: str, root: Path) -> Vault:
    """A dialogue in files, as the act finds it."""
    (root / ".blue/dialogues").mkdir(parents=True)
    vault = Vault(FilesStore(str(root)), root / "vault")
    if name != "seal":
        sealing.seal(vault.bench(), UID)
    if name == "reencrypt":
        rekey.rotate(vault.bench(), UID)
    return vault


@pytest.mark.strace
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("name", ACTS)
def test_killed_at_any_call_it_reads_the_same_and_the_same_command_completes_it(name: str, call: str) -> None:
    victim.need_strace()
    with tempfile.TemporaryDirectory(dir=QUICK) as top:
        for when in range(1, 60):
            vault = prepared(name, Path(top) / str(when))
            status = victim.traced(lambda: ACTS[name](vault.bench()), f"{call}:signal=KILL:when={when}")  # noqa: B023 - run at once
            assert status in (victim.SURVIVED, -signal.SIGKILL)
            elsewhere = LastSeen(str(Path(top) / f"seen-{when}"))
            assert dict(vault.read(seen=elsewhere)) == SORTED, f"killed at {call} {when}"
            ACTS[name](vault.bench(seen=elsewhere))
            assert DONE[name](vault)
            assert dict(vault.read(seen=elsewhere)) == SORTED
            if status == victim.SURVIVED:
                assert when > 3, "nothing was injected"
                return
    pytest.fail("it never ended")
