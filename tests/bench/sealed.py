"""What a seal costs: `python -m tests.bench.sealed [--sizes 1000,10000] [--runs 9]`.

Each workspace is measured plain and sealed, in turn, so that a busy moment hits both; then the opening and sealing of one
round in this process. The goals: one dialogue 1.5 times the plain one, all of them 1.6 times, 40 µs a round.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

from blue_cli.actions.protection import Bench
from blue_cli.actions.sealing import seal
from blue_cli.crypto import seal as seals
from blue_cli.crypto.keyring import KeyRing
from blue_cli.crypto.keys.registry import provider
from blue_cli.stores.files import FilesStore
from blue_cli.stores.lastseen import LastSeen
from blue_cli.stores.memory import MemoryStore
from tests.bench import run
from tests.bench.workspace import build
from tests.stores.sealing import UID, Sealer


def sealed_copy(plain: Path, sealed: Path, home: Path) -> Path:
    """The same workspace, sealed under the key of `home`. Sealed in memory: the disk is not what is measured."""
    store = FilesStore(str(plain))
    ring = KeyRing([provider("file:", {"HOME": str(home)})])
    for entry in store.dialogues():
        raw = store.load(entry.uid)
        memory = MemoryStore()
        memory.create(raw.uid, raw.id, raw.blobs)
        seal(Bench(memory, ring, lambda *_: nullcontext(), LastSeen(str(home / sealed.name))), raw.uid)
        (sealed / ".blue" / "dialogues").mkdir(parents=True, exist_ok=True)
        FilesStore(str(sealed)).create(raw.uid, raw.id, memory.load(raw.uid).blobs)
    return sealed


def microseconds(action: Callable[[], object], times: int = 2000) -> float:
    """The best of five averages."""
    best = float("inf")
    for _ in range(5):
        begun = time.perf_counter()
        for _ in range(times):
            action()
        best = min(best, time.perf_counter() - begun)
    return best / times * 1e6


def main(argv: Sequence[str] | None = None) -> None:
    """Build, seal, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000", help="contributions of each workspace")
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="blue-bench-") as top:
        home = Path(top) / "home"
        home.mkdir()
        run.ENVIRONMENT["HOME"] = str(home)
        run.subprocess.run([run.BLUE, "-C", top, "key", "new", "-q"], env=run.ENVIRONMENT, check=True, stdout=run.subprocess.DEVNULL)
        todo = {"import typer": run.BASE}
        for size in map(int, options.sizes.split(",")):
            plain = build(Path(top) / f"plain-{size}", size)
            sealed = sealed_copy(plain, Path(top) / f"sealed-{size}", home)
            ids = sorted(os.listdir(plain / ".blue/dialogues"))
            for kind, root in (("plain", plain), ("sealed", sealed)):
                at = [run.BLUE, "-C", str(root), "tensions", "list"]
                todo[f"-d ONE, {kind}, of {size}"] = [*at, "-d", ids[len(ids) // 2]]
                todo[f"--everywhere, {kind}, {size}"] = [*at, "--everywhere"]
        medians = run.measure(todo, options.runs)
    print(run.table(medians))
    for name, taken in medians.items():
        if ", sealed," in name:
            print(f"{name}: {taken / medians[name.replace('sealed', 'plain')]:.2f} times the plain one")
    sealer, text = Sealer(), b"---\nblue: 1\ncreated: 2026-11-24T05:28:00Z\n---\n" + b"[TENSION T01: x]\n" * 140
    data = sealer.seal("contribution/00#muffin", text)
    many = {f"contribution/{number:02d}#muffin": sealer.seal(f"contribution/{number:02d}#muffin", text) for number in range(40)}
    print(f"seal {len(text)} bytes  {microseconds(lambda: seals.seal_file(sealer.deks, UID, 'contribution/00#muffin', text)):6.1f} µs")
    print(f"open them  {microseconds(lambda: seals.open_file(sealer.deks, UID, 'contribution/00#muffin', data)):6.1f} µs")
    print(f"open 40 of them  {microseconds(lambda: seals.open_files(sealer.deks, UID, many), 50) / len(many):6.1f} µs each")


if __name__ == "__main__":
    main()
