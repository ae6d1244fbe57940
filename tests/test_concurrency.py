"""Several processes at once: nothing is lost, no id is given twice, two dialogues don't wait for each other, nobody waits to read."""

from __future__ import annotations

import fcntl
import io
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.program import Said, blue

MANY = 8
SLUGS = [f"expert-{n}" for n in range(MANY)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with the dialogue `cache` and eight experts."""
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    start(tmp_path, "cache")
    return tmp_path


def start(root: Path, id: str) -> None:
    words = [word for slug in SLUGS for word in ("--expert", f"{slug}:R")]
    assert blue("dialogue", "new", id, "--id", id, *words, cwd=root).status == 0


def spawn(root: Path, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "blue_cli", *words], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def together(root: Path, calls: Sequence[Sequence[str]], text: str) -> list[Said]:
    """Run calls at once, each with this text on its standard input, which comes only when all of them stand ready."""
    children = [spawn(root, *call) for call in calls]
    time.sleep(0.3)
    for child in children:
        assert child.stdin
        child.stdin.write(text.encode())
        child.stdin.close()
        child.stdin = None
    said = []
    for child in children:
        out, err = child.communicate(timeout=60)
        said.append(Said(child.returncode, out.decode(), err.decode()))
    return said


def test_eight_at_once_lose_nothing_and_share_no_id(root: Path) -> None:
    text = "[TENSION T01: a]\n\n[TENSION T02: b]\n\n[CLAIM C01: c]\n"
    calls = [("round", "add", "-", "--expert", slug, "--json", "-d", "cache") for slug in SLUGS]
    said = together(root, calls, text)
    assert [s.status for s in said] == [0] * MANY, [s.err for s in said]
    given = Counter(id for s in said for id in s.json["ids"].values())
    assert given == Counter([f"T{n:04d}" for n in range(1, 17)] + [f"C{n:04d}" for n in range(1, 9)])
    rows = [line.split("\t") for line in blue("tensions", cwd=root).out.splitlines()]
    assert sorted(row[0] for row in rows) == [f"T{n:04d}" for n in range(1, 17)]
    assert blue("check", cwd=root).status == 0
    assert [p.name for p in root.rglob(".blue-tmp-*")] == []


def test_of_the_same_contribution_twice_one_is_there_already(root: Path) -> None:
    calls = [("round", "add", "-", "--expert", "expert-0", "--if-absent", "--json")] * 4
    said = together(root, calls, "[TENSION T01: a]\n")
    assert sorted(s.json["created"] for s in said) == [False, False, False, True]


def test_experts_that_join_at_once_all_join(root: Path) -> None:
    said = together(root, [("expert", "add", f"new-{n}:R") for n in range(4)], "")
    assert [s.status for s in said] == [0] * 4
    assert len(blue("experts", cwd=root).out.splitlines()) == MANY + 4


def test_dialogues_that_start_at_once_are_all_there(root: Path) -> None:
    said = together(root, [("dialogue", "new", "Same title")] * 4, "")
    assert [s.status for s in said] == [0] * 4
    assert len(blue("dialogues", cwd=root).out.splitlines()) == 5
    said = together(root, [("dialogue", "new", "x", "--id", "one", "--if-absent", "--json")] * 4, "")
    assert sorted(s.json["created"] for s in said) == [False, False, False, True]


@pytest.fixture
def locked(root: Path) -> Path:
    """The workspace while somebody holds the lock of `cache`."""
    start(root, "other")
    folder = os.open(root / ".blue/dialogues/cache", os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    yield root  # type: ignore[misc]
    os.close(folder)


def test_nobody_waits_to_read_or_for_another_dialogue(locked: Path) -> None:
    begun = time.monotonic()
    for words in (("tensions", "-d", "cache"), ("tensions", "--everywhere"), ("export", "-d", "cache"), ("dialogues",), ("check",)):
        assert blue(*words, cwd=locked).status == 0
    assert blue("round", "add", "-", "-d", "other", "--expert", "expert-0", cwd=locked, stdin=io.BytesIO(b"x\n")).status == 0
    assert blue("round", "add", "-", "-d", "cache", "--expert", "expert-0", "--dry-run", cwd=locked, stdin=io.BytesIO(b"x\n")).status == 0
    assert time.monotonic() - begun < 8, "a lock is waited for 10 s"


def test_a_reader_sees_each_file_old_or_new(root: Path) -> None:
    """Contributions are replaced all the while; whoever reads sees one of the two texts, whole."""
    texts = ["[TENSION T01: " + letter * 2000 + "]\n" for letter in "ab"]
    assert blue("round", "add", "-", "--expert", "expert-0", cwd=root, stdin=io.BytesIO(texts[0].encode())).status == 0
    writer = (
        "import io, sys\nfrom tests.cli.program import blue\n"
        "for n in range(40):\n"
        "    text = '[TENSION T01: ' + 'ba'[n % 2] * 2000 + ']\\n'\n"
        "    call = ('round', 'add', '-', '--expert', 'expert-0', '--replace')\n"
        "    assert blue(*call, cwd=sys.argv[1], stdin=io.BytesIO(text.encode())).status == 0\n"
    )
    child = subprocess.Popen([sys.executable, "-c", writer, root], cwd=Path(__file__).parent.parent)
    seen = set()
    while child.poll() is None:
        (item,) = blue("tensions", "--json", cwd=root).json["items"]
        seen.add(item["label"])
    assert child.returncode == 0
    assert seen <= {"a" * 2000, "b" * 2000}
