"""Every command that writes, killed at any moment or told that the disk is full: each file is old or new, and the same command
completes what it had begun. (The calls below a store's commit are counted one by one in tests/stores/test_crash.py.)"""

from __future__ import annotations

import io
import os
import random
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from blue_cli.cli import adopt, check, dialogue, expert, export, import_, init, main, round, trust
from blue_cli.dialogue import rules, strictyaml
from blue_cli.stores import batch, files
from tests.stores import victim
from tests.stores.contract import QUICK

# Imported before the fork: reading modules must not be among the calls that are counted.
WARM = adopt, batch, check, dialogue, expert, export, files, import_, init, rules, round, shutil, strictyaml, trust
NOW = datetime(2026, 11, 24, 5, 28, tzinfo=UTC)
CALLS = ["/^write", "/^fsync", "/^rename", "/^mkdir"]
FULL = ["/^write", "/^fsync", "/^mkdir"]
DELETE = "/^unlink"
UNCALLED = {("expert add", "/^mkdir"), ("export", "/^mkdir")}  # there is nothing to make
TEXTS = {
    "muffin.md": "[TENSION T01: " + "a" * 9000 + "]\n",
    "scone.md": "[TENSION T01: b]\n[RE:DEPEND MUFFIN-T01]\n",
    "bagel.md": "[CLAIM C01: c]\n",
}


OLDER = {
    "expert-pool.json": '{"experts": [{"name": "Muffin", "role": "Caching"}, {"name": "Scone", "role": "Storage"}]}\n',
    "round-0/muffin.md": "[TENSION T01: a]\n",
    "round-0/scone.md": "[TENSION T01: b]\n\n[RE:OPPOSE MUFFIN-T01]\n",
    "round-0/summary.md": "[TENSION T07: what an older dialogue does not read]\n",
    "round-1/scone.md": "[RESOLVED T01: c]\n\n[MOVE:CONVERGE]\n",
    "tensions.md": "| ID | Tension | Status | Raised |\n|---|---|---|---|\n| T01 | a | Resolved R1 | R0 |\n| T02 | b | Open | R0 |\n",
}


RECORD = """\
## Round 0

### Muffin 🧁

[TENSION T01: a]

### Scone 🧁

[CLAIM C01: b]

## Tensions

| ID | Status |
|----|--------|
| T01 | Open |
"""


class Act(NamedTuple):
    """A command, what it is said again to complete it where that differs, and the folder it is about."""

    words: tuple[str, ...]
    again: tuple[str, ...] = ()
    folder: str = "."


ACTS = {
    "round add": Act(("round", "add", *TEXTS, "-d", "cache"), ("--if-absent",)),
    "dialogue new": Act(("dialogue", "new", "Other", "--expert", "muffin:A"), ("--if-absent",)),
    "expert add": Act(("expert", "add", "pretzel:Salt", "-d", "cache")),
    "export": Act(("export", "-d", "cache", "-o", "cache.json")),
    "init": Act(("init", "-C", "fresh")),
    "trust": Act(("trust",)),
    "import": Act(("import", "tea.dialogue.recorded.md"), ("--if-absent",)),
    "adopt": Act(("dialogue", "adopt", "-C", "old"), folder="old"),
}


def blue(root: Path, *words: str, seed: int = 7, stdout: io.StringIO | None = None) -> int:
    """blue in this process, at a fixed time, with a home inside the workspace."""
    env = {"HOME": str(root / "home"), "XDG_STATE_HOME": str(root / "home/state")}
    streams = {"stdin": io.BytesIO(), "stdout": stdout or io.StringIO(), "stderr": io.StringIO()}
    return main.run(words, **streams, env=env, cwd=str(root), now=lambda: NOW, random=random.Random(seed).getrandbits)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def model() -> Iterator[Path]:
    """The workspace that each attempt gets a copy of."""
    with tempfile.TemporaryDirectory(dir=QUICK) as top:
        root = Path(top) / "model"
        (root / ".blue/dialogues").mkdir(parents=True)
        (root / "fresh").mkdir()
        (root / ".blue/config.toml").write_text('editor = "vi"\n')
        (root / "cache.json").write_text("old\n")
        people = [word for name in TEXTS for word in ("--expert", f"{name.removesuffix('.md')}:R")]
        assert blue(root, "dialogue", "new", "Cache", "--id", "cache", *people, seed=1) == 0
        for name, text in TEXTS.items():
            (root / name).write_text(text)
        (root / "tea.dialogue.recorded.md").write_text(RECORD)
        for name, text in OLDER.items():
            path = root / "old/.blue/dialogues/2026-02-06T1839Z-cache" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        yield root


@pytest.fixture
def workspace(model: Path) -> Callable[[], Path]:
    """A copy of the model, each time another."""

    def make() -> Path:
        root = Path(tempfile.mkdtemp(dir=model.parent)) / "w"
        shutil.copytree(model, root, symlinks=True)
        return root

    return make


def tree(root: Path) -> dict[str, bytes]:
    """Every file but temps. Trusted settings are found by the path of their workspace: its hash and its name are left out."""
    found = {}
    for path in root.rglob("*"):
        if path.is_file() and not any(part.startswith(".blue-tmp-") for part in path.relative_to(root).parts):
            name, data = str(path.relative_to(root)), path.read_bytes()
            if "/trust/" in name:
                name, data = "trusted", data.partition(b"\n")[0]
            found[name] = data
    return found


def tensions(root: Path, folder: str) -> list[tuple[str, str]]:
    """Status and label of each; the ids are others in an older dialogue."""
    out = io.StringIO()
    assert blue(root, "tensions", "list", "--everywhere", "--all", "--raised", "--columns", "status,label", "-C", folder, stdout=out) == 0
    return sorted((status, label) for status, _, label in (line.partition("\t") for line in out.getvalue().splitlines()))


def assert_whole(root: Path, old: dict[str, bytes], new: dict[str, bytes]) -> None:
    """Every file is old or new; one that moves is in one of its places."""
    seen = tree(root)
    assert set(old) & set(new) <= set(seen) <= set(old) | set(new)
    assert {old[name] for name in set(old) - set(new)} <= set(seen.values())
    for name, data in seen.items():
        assert data in (old.get(name), new.get(name)), f"{name} is neither old nor new"


def assert_completed(name: str, root: Path, new: dict[str, bytes]) -> None:
    act = ACTS[name]
    assert blue(root, *act.words, *act.again, seed=8) == 0
    assert set(tree(root)) == set(new)
    assert blue(root, "check", "-C", act.folder) == 0, "no id twice, nothing dangling"


@pytest.mark.strace
@pytest.mark.parametrize(("name", "call"), [*((name, call) for name in ACTS for call in CALLS), ("adopt", DELETE)])
def test_killed_at_any_moment(name: str, call: str, workspace: Callable[[], Path]) -> None:
    victim.need_strace()
    words = ACTS[name].words
    whole = workspace()
    old, before = tree(whole), tensions(whole, "old")
    assert victim.run(lambda: os._exit(blue(whole, *words))) == 0
    new = tree(whole)
    assert new != old and tensions(whole, "old") == before
    for when in range(1, 60):
        root = workspace()
        status = victim.traced(lambda: os._exit(blue(root, *words)), f"{call}:signal=KILL:when={when}")  # noqa: B023 - run at once
        assert status in (0, -signal.SIGKILL)
        assert_whole(root, old, new)
        if status == 0:
            assert when > 1 or (name, call) in UNCALLED, "nothing was injected"
            break
        if name == "adopt":
            assert tensions(root, "old") == before, "what was half done says the same as before"
        assert_completed(name, root, new)
    else:
        pytest.fail("the command never ended")


@pytest.mark.strace
@pytest.mark.parametrize("call", FULL)
@pytest.mark.parametrize("name", ACTS)
def test_a_full_disk_is_7_and_loses_nothing(name: str, call: str, workspace: Callable[[], Path]) -> None:
    victim.need_strace()
    words = ACTS[name].words
    whole = workspace()
    old = tree(whole)
    assert victim.run(lambda: os._exit(blue(whole, *words))) == 0
    new = tree(whole)
    for when in range(1, 60):
        root = workspace()
        status = victim.traced(lambda: os._exit(blue(root, *words)), f"{call}:error=ENOSPC:when={when}")  # noqa: B023 - run at once
        assert status in (0, 7)
        assert_whole(root, old, new)
        assert list(root.rglob(".blue-tmp-*")) == []
        if status == 0:
            assert when > 1 or (name, call) in UNCALLED, "nothing was injected"
            break
    else:
        pytest.fail("the command never ended")


def test_cut_short_between_two_files_and_completed(workspace: Callable[[], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same without strace, so that it runs everywhere: the second rename fails."""
    root, real, count = workspace(), os.replace, iter(range(1, 100))

    def replace(*args: object, **kwargs: object) -> None:
        if next(count) == 2:
            raise OSError(5, "Input/output error")
        real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "replace", replace)
    old = tree(root)
    assert blue(root, *ACTS["round add"].words) == 7
    monkeypatch.undo()
    there = set(tree(root)) - set(old)
    assert len(there) == 1
    kept = (root / there.pop()).read_bytes()
    assert blue(root, *ACTS["round add"].words) == 5, "without --if-absent what is there already is a conflict"
    assert blue(root, *ACTS["round add"].words, "--if-absent") == 0
    assert blue(root, "check") == 0
    assert kept in tree(root).values(), "what was whole was not touched again"


def test_a_workspace_that_may_not_be_written(workspace: Callable[[], Path]) -> None:
    """Read-only .blue: writing commands are 7, reading ones work. Root ignores modes, so this runs as somebody else."""
    with tempfile.TemporaryDirectory() as top:
        os.chmod(top, 0o755)
        root = Path(top) / "w"
        shutil.copytree(workspace(), root)
        subprocess.run(["chmod", "-R", "a-w,a+rX", root], check=True)

        def as_nobody(*words: str) -> int:
            def act() -> None:
                if os.getuid() == 0:
                    os.setgroups([])
                    os.setresgid(65534, 65534, 65534)
                    os.setresuid(65534, 65534, 65534)
                os._exit(blue(root, *words))

            return victim.run(act)

        try:
            for name in ("round add", "dialogue new", "expert add", "export", "init"):
                assert as_nobody(*ACTS[name].words) == 7, name
            for words in (("tensions",), ("dialogue", "show"), ("check",), ("export",), ("round", "add", *TEXTS, "--dry-run")):
                assert as_nobody(*words) == 0, words
        finally:
            subprocess.run(["chmod", "-R", "u+w", root], check=True)
