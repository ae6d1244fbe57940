"""What a report page costs: `python -m tests.bench.report [--contributions 40,400] [--runs 9]`.

Time as a ratio to what starting a Typer program costs, measured in turn with it (`run`), and bytes. 40 contributions are to
cost at most 6 × importing Typer and 600 KB. Each size is measured twice: as people write (`workspace`), and dense, with five
entities in every contribution. The index over all dialogues is measured beside it.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

from blue_cli.dialogue.ids import uuid7
from tests.bench import run
from tests.bench.run import BLUE
from tests.bench.workspace import EXPERTS, build, contribution
from tests.browser.dialogues import LARGE, large

FILES = 400  # contributions of the workspace that the index is over


def plain(root: Path, contributions: int) -> None:
    """One dialogue of so many contributions as people write them."""
    chance, folder = random.Random(7), root / ".blue/dialogues" / LARGE
    uid = uuid7(1_790_000_000_000, 6)
    members = "".join(f"- {{slug: {slug}, role: Role of {slug}}}\n" for slug in EXPERTS)
    folder.mkdir(parents=True)
    (folder / "dialogue.md").write_text(f"---\nblue: 1\nuid: {uid}\ntitle: Topic\nexperts:\n{members}max_rounds: 99\n---\n")
    for number in range(contributions):
        round, place = divmod(number, len(EXPERTS))
        (folder / f"round-{round}").mkdir(exist_ok=True)
        (folder / f"round-{round}/{EXPERTS[place]}.md").write_text(contribution(uid, round, place, chance))


def workspaces(top: Path, sizes: Sequence[int]) -> dict[str, list[str]]:
    """The commands that are measured, by name."""
    todo = {"import typer": run.BASE}
    for size in sizes:
        for name, make in (("plain", plain), ("dense", large)):
            root = top / f"{size}-{name}"
            make(root, size)
            todo[f"report, {size} {name}"] = [BLUE, "-C", str(root), "report", "-d", LARGE, "-o", str(top / f"{size}-{name}.html")]
    root = str(build(top / "many", FILES))
    todo[f"index alone over {FILES}"] = [BLUE, "-C", root, "report", "--everywhere", "-o", str(top / "index.html")]
    todo[f"index and pages of {FILES}"] = [BLUE, "-C", root, "report", "--everywhere", "-o", str(top / "site")]
    return todo


def main(argv: Sequence[str] | None = None) -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contributions", default="40,400", help="of one dialogue")
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args(argv)
    sizes = [int(size) for size in options.contributions.split(",")]
    with tempfile.TemporaryDirectory(prefix="blue-bench-") as top:
        print(run.table(run.measure(workspaces(Path(top), sizes), options.runs)))
        for path in sorted(Path(top).glob("*.html")):
            print(f"{path.name:16} {path.stat().st_size / 1000:9.1f} KB")


if __name__ == "__main__":
    main()
