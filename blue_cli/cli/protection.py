"""What the commands on seals and keys share: the store below the wrapper, the keys, the audit log around it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from blue_cli.actions.dialogues import Started, Wish, start
from blue_cli.actions.protection import Bench
from blue_cli.actions.sealing import newborn
from blue_cli.cli.auditing import around
from blue_cli.cli.options import Call
from blue_cli.dialogue.ids import DIALOGUE
from blue_cli.dialogue.sources import FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blue_cli.crypto.keys.base import KeyProvider
    from blue_cli.crypto.seal import Deks


def bench_of(here: Call, *more: KeyProvider) -> Bench:
    """A bench with the configured keys, and more that were named on the command line."""
    from blue_cli.crypto.keyring import KeyRing

    def log(action: str, deks: Deks, details: Mapping[str, str]) -> AbstractContextManager[Any]:
        return around(here, action, deks, details)

    space = here.workspace
    ring = KeyRing((*space.keyring.providers, *more)) if more else space.keyring
    return Bench(space.raw_store, ring, log, space.last_seen)


def start_sealed(here: Call, wish: Wish, if_absent: bool) -> Started:
    """A dialogue whose first bytes on disk are sealed."""
    bench = bench_of(here)

    @contextmanager
    def written(uid: str, data: bytes) -> Iterator[bytes]:
        sealed, deks = newborn(bench, uid, data)
        with bench.log("seal", deks, {"from_round": "0", "new": "true"}):
            yield sealed

    made = start(here.workspace.store, wish, here.world.now(), here.world.random, if_absent, written)
    if made.created:
        bench.seen.accept(made.uid, made.id, {DIALOGUE: 1})
    return made


def path(id: str, name: str) -> str:
    """A dialogue's file, relative to the folder that holds `.blue`."""
    return f"{FOLDER}{id}/{name}"


def history(here: Call, id: str) -> int | None:
    """How many commits changed a dialogue, as git says: each of them keeps what it had. None where git says nothing."""
    from blue_cli.git.repo import commits_with

    return commits_with(here.workspace.root, f"{FOLDER}{id}", here.world.env)


def count(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
