"""What one question about one dialogue costs on each store, and how that grows: `python -m tests.bench.stores
[--dialogues 100,1000,10000] [--stores files,sqlite,postgresql,dynamodb]`.

The same dialogues are put into every store; then `tensions list` and `status` of one of them are measured on all stores and
numbers of dialogues in turn. Beside each stands its ratio to the smallest number on the same store: it should stay at 1. The
databases are those of the tests (BLUE_TEST_POSTGRES and BLUE_TEST_DYNAMODB_ENDPOINT name others). A store that is not filled
in `--patience` seconds is left out from that number on, and said. moto's own time rises with all items of a table, since its
query sorts them; there requests are what counts, and tests/cli/test_store_cost.py counts them.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from blue_cli.stores.files import FilesStore
from blue_cli.stores.registry import open_store, prepare
from tests.bench import run
from tests.bench.workspace import FILES, build

QUESTIONS = {"tensions list": ("tensions", "list", "--all"), "status": ("status",)}


def _sqlite() -> str:
    return "sqlite:///blue.db"


def _postgresql() -> str:
    from tests.stores import postgres

    return postgres.fresh()


def _dynamodb() -> str:
    from tests.stores import dynamo

    for name in dynamo.UNSET:
        os.environ.pop(name, None)
    os.environ.update(dynamo.SETTINGS)
    run.ENVIRONMENT.update(dynamo.SETTINGS)
    return dynamo.new_url()


STORES: dict[str, Callable[[], str]] = {"files": lambda: "files:", "sqlite": _sqlite, "postgresql": _postgresql, "dynamodb": _dynamodb}


def fill(url: str, root: Path, patience: float) -> bool:
    """Put the dialogues of the folder into a store; whether they were all in it in time."""
    if url == "files:":
        return True
    prepare(url, str(root))
    begun, files, store = time.monotonic(), FilesStore(str(root)), open_store(url, str(root))
    try:
        for row in files.dialogues():
            store.create(row.uid, row.id, files.load(row.uid).blobs)
            if time.monotonic() - begun > patience:
                return False
    finally:
        store.close()  # type: ignore[attr-defined]
    return True


def prepared(top: Path, numbers: Sequence[int], names: Sequence[str], patience: float) -> dict[str, list[str]]:
    """The commands to measure, by store, question and number of dialogues."""
    todo: dict[str, list[str]] = {}
    late: set[str] = set()
    for many in numbers:
        root = build(top / str(many), many * FILES)
        id = sorted(os.listdir(root / ".blue/dialogues"))[many // 2]
        for name in names:
            begun, url = time.monotonic(), "" if name in late else STORES[name]()
            if not url or not fill(url, root, patience):
                late.add(name)
            word = "left out" if name in late else f"filled in {time.monotonic() - begun:.0f} s"
            print(f"{name}, {many} dialogues: {word}", file=sys.stderr, flush=True)
            for question, argv in QUESTIONS.items() if name not in late else ():
                todo[f"{name}, {question} -d ONE, of {many}"] = [run.BLUE, "-C", str(root), "--store", url, *argv, "-d", id]
    return todo


def table(medians: dict[str, float]) -> str:
    """A line a store and question, a column a number of dialogues: milliseconds, and the ratio to the smallest number."""
    lines: dict[str, list[str]] = {}
    for name, taken in medians.items():
        what, _, many = name.partition(", of ")
        if many:
            least = next(value for other, value in medians.items() if other.startswith(f"{what}, of "))
            lines.setdefault(what, []).append(f"{many:>6}: {taken:7.1f} ms {taken / least:5.2f}")
    wide = max(map(len, lines))
    return "\n".join(f"{what:{wide}}  {'  '.join(cells)}" for what, cells in sorted(lines.items(), key=lambda line: line[0].split(", ")[1]))


def main(argv: Sequence[str] | None = None) -> None:
    """Build, fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialogues", default="100,1000,10000")
    parser.add_argument("--stores", default="files,sqlite", help=f"of {', '.join(STORES)}")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--patience", type=float, default=480.0, help="seconds to fill a store")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="blue-bench-") as top:
        run.ENVIRONMENT["HOME"] = top
        todo = prepared(Path(top), sorted(map(int, options.dialogues.split(","))), options.stores.split(","), options.patience)
        medians = run.measure({"import typer": run.BASE, **todo}, options.runs)
    print(f"import typer: {medians['import typer']:.1f} ms; milliseconds, and the ratio to the smallest number")
    print(table(medians))


if __name__ == "__main__":
    main()
