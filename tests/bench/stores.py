"""What one question costs on each store, and how that grows: `python -m tests.bench.stores [--dialogues 100,1000,10000] [--store URL]…`.

Each workspace is copied into every store (`blue store copy`), then `tensions list -d ID` is measured on all of them in turn.
Files and SQLite without an option; `--store` names databases that are there, and may be given more than once.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench import run
from tests.bench.workspace import FILES, build


def main(argv: Sequence[str] | None = None) -> None:
    """Build, copy, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialogues", default="100,1000,10000")
    parser.add_argument("--store", action="append", default=[], metavar="URL")
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args(argv)
    todo: dict[str, list[str]] = {"import typer": run.BASE}
    with tempfile.TemporaryDirectory(prefix="blue-bench-") as top:
        run.ENVIRONMENT["HOME"] = top
        for many in map(int, options.dialogues.split(",")):
            root = build(Path(top) / str(many), many * FILES)
            id = sorted(os.listdir(root / ".blue/dialogues"))[many // 2]
            for number, url in enumerate(("files:", f"sqlite:///{top}/{many}.db", *options.store)):
                at = [run.BLUE, "-C", str(root), "--store", url]
                if number:
                    subprocess.run([*at, "store", "init"], env=run.ENVIRONMENT, check=True, capture_output=True)
                    subprocess.run([*at[:3], "store", "copy", "files:", url], env=run.ENVIRONMENT, check=True, capture_output=True)
                todo[f"{url.partition(':')[0]}, {many} dialogues"] = [*at, "tensions", "list", "--all", "-d", id]
        print(run.table(run.measure(todo, options.runs)))


if __name__ == "__main__":
    main()
