"""What blue costs, as ratios to what starting a Typer program costs: `python -m tests.bench.run [--sizes 1000,10000] [--runs 15]`.

Run by hand and in CI, never as a timed assertion: milliseconds drift, ratios between two programs of one run hold. Every
round measures each command once, so that a busy moment hits all of them; the median counts. DESIGN.md (speed) has the goals.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.workspace import FILES, build

BLUE = str(Path(sys.executable).with_name("blue"))
BASE = [sys.executable, "-c", "import typer"]
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}


def commands(root: Path, dialogue: str, size: int) -> dict[str, list[str]]:
    """What is measured in a workspace of one size, by name."""
    at = ["-C", str(root)]
    return {
        f"tensions list -d ONE, of {size}": [BLUE, *at, "tensions", "list", "-d", dialogue],
        f"tensions list --everywhere, {size}": [BLUE, *at, "tensions", "list", "--everywhere"],
        f"dialogue list, {size}": [BLUE, *at, "dialogue", "list"],
        f"check, {size}": [BLUE, *at, "check"],
    }


def milliseconds(command: Sequence[str]) -> float:
    """How long a command takes, its output in a pipe. Raises when it does not work: a crash is quick, and no result."""
    begun = time.perf_counter()
    subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, env=ENVIRONMENT, check=True)
    return (time.perf_counter() - begun) * 1000


def measure(todo: dict[str, list[str]], runs: int) -> dict[str, float]:
    """The median of each command, in milliseconds; one round before the first is not counted (files come from the disk)."""
    times: dict[str, list[float]] = {name: [] for name in todo}
    for number in range(runs + 1):
        for name, command in todo.items():
            taken = milliseconds(command)
            if number:
                times[name].append(taken)
    return {name: statistics.median(taken) for name, taken in times.items()}


def table(medians: dict[str, float]) -> str:
    """One line a command: milliseconds, ratio to `import typer`."""
    base = medians["import typer"]
    wide = max(map(len, medians))
    return "\n".join(f"{name:{wide}}  {taken:8.1f} ms  {taken / base:6.2f}" for name, taken in medians.items())


def main(argv: Sequence[str] | None = None) -> None:
    """Build workspaces, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="20,1000,10000", help="contributions of each workspace")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--json", action="store_true", help="medians and ratios as JSON")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="blue-bench-") as top:
        todo = {"import typer": BASE, "blue --version": [BLUE, "--version"]}
        for size in map(int, options.sizes.split(",")):
            root = build(Path(top) / str(size), size)
            ids = sorted(path.name for path in (root / ".blue/dialogues").iterdir())
            todo |= commands(root, ids[len(ids) // 2], len(ids) * FILES)
        medians = measure(todo, options.runs)
    base = medians["import typer"]
    if options.json:
        print(json.dumps({name: {"ms": round(taken, 2), "ratio": round(taken / base, 3)} for name, taken in medians.items()}, indent=2))
    else:
        print(table(medians))


if __name__ == "__main__":
    main()
