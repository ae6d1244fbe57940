"""Several processes at once on one database: nothing is lost, no id is given twice, whoever was late is told.

BLUE_TEST_SECONDS makes the long test as long as that; the suite gives it two seconds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import Said, blue
from tests.databases import KINDS

SECONDS = float(os.environ.get("BLUE_TEST_SECONDS", "2"))  # read at import: the guards around a test take BLUE_* away
WRITERS, DIALOGUES = 8, 4
EXPERTS = [word for n in range(WRITERS) for word in ("--expert", f"expert-{n}:R")]
# A writer adds a contribution to each dialogue in turn, round after round, until its time is up, and says what became of it.
WRITER = """
import io, json, sys, time
from tests.cli.program import blue
me, root, url, seconds = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
env = {"HOME": root + "/home", "BLUE_STORE": url}
blue("dialogue", "list", cwd=root, env=env)  # what a first call imports is no part of the time
print("ready", flush=True)
sys.stdin.read(1)
end, turn = time.monotonic() + seconds, 0
while time.monotonic() < end and turn < 4 * 90:
    dialogue, number = f"d{(turn + int(me[-1])) % 4}", turn // 4
    text = f"[TENSION T01: {me} {turn}]\\n\\n[CLAIM C01: {me} {turn}]\\n"
    said = blue("round", "add", "-", "--round", str(number), "--expert", me, "-d", dialogue, "--json",
                cwd=root, env=env, stdin=io.BytesIO(text.encode()))
    document = json.loads(said.out)
    code = document.get("error", {}).get("code")
    print(json.dumps([dialogue, number, said.status, list(document.get("ids", {}).values()), code]), flush=True)
    turn += said.status in (0, 1)
"""


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A workspace and the URL of its database, with four dialogues and eight experts in each."""
    with KINDS[request.param]() as url:
        assert ask(tmp_path, url, "init").status == 0
        assert ask(tmp_path, url, "store", "init").status == 0
        for n in range(DIALOGUES):
            assert ask(tmp_path, url, "dialogue", "new", f"d{n}", "--id", f"d{n}", *EXPERTS).status == 0
        yield tmp_path, url


def ask(root: Path, url: str, *argv: str) -> Said:
    return blue(*argv, cwd=root, env={"HOME": str(root / "home"), "BLUE_STORE": url})


def write(root: Path, url: str, seconds: float) -> list[tuple[str, list[object]]]:
    """What every writer said of every contribution."""
    command = [sys.executable, "-c", WRITER]
    writers = {
        f"expert-{n}": subprocess.Popen(
            [*command, f"expert-{n}", str(root), url, str(seconds)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for n in range(WRITERS)
    }
    for one in writers.values():
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in writers.values():
        assert one.stdin is not None
        one.stdin.write(".")
        one.stdin.flush()
    said = []
    for name, one in writers.items():
        out = one.communicate(timeout=seconds + 60)[0]
        assert one.returncode == 0
        said += [(name, json.loads(line)) for line in out.splitlines()]
    return said


def test_eight_writers_on_four_dialogues(world: tuple[Path, str]) -> None:
    root, url = world
    said = write(root, url, SECONDS)
    assert {(status, code) for _, (_, _, status, _, code) in said} <= {(0, None), (5, "conflict")}, "told, and nothing else"
    added = {(name, d, number): ids for name, (d, number, status, ids, _) in said if status == 0}
    assert len(added) == sum(status == 0 for _, (_, _, status, _, _) in said) >= WRITERS
    for n in range(DIALOGUES):
        given = Counter(id for (_, d, _), ids in added.items() if d == f"d{n}" for id in ids)  # type: ignore[attr-defined]
        assert max(given.values(), default=1) == 1, "no id twice"
        listed = [
            line.split("\t")[0]
            for noun in ("tensions", "claims")
            for line in ask(root, url, noun, "list", "-d", f"d{n}", "--all", "-q").out.splitlines()
        ]
        assert Counter(listed) == given, "nothing lost, and nothing that nobody was told of"
    print(len(added), "contributions")


def test_dialogues_that_start_at_once_are_all_there(world: tuple[Path, str]) -> None:
    root, url = world
    code = (
        "import sys; from tests.cli.program import blue; root, url, *words = sys.argv[1:]\n"
        "print(blue(*words, cwd=root, env={'HOME': root + '/home', 'BLUE_STORE': url}).status)"
    )
    for words, wanted in (
        (("dialogue", "new", "Same title"), 4 + DIALOGUES),
        (("dialogue", "new", "x", "--id", "one", "--if-absent"), 5 + DIALOGUES),
    ):
        started = [subprocess.Popen([sys.executable, "-c", code, str(root), url, *words], stdout=subprocess.PIPE) for _ in range(4)]
        assert [one.communicate()[0] for one in started] == [b"0\n"] * 4
        assert len(ask(root, url, "dialogues", "-q").out.splitlines()) == wanted
