"""Real older dialogues after adoption: the truth that people read out of them is still there, a few lines further down."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from blue_cli.actions.adopt import adopt
from blue_cli.actions.load import load
from blue_cli.dialogue import document, rules
from blue_cli.dialogue.convergence import history
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import address_of
from blue_cli.stores.base import Snapshot
from blue_cli.stores.files import FilesStore
from tests.dialogue.test_corpus import CORPUS, ROOT

NOW = datetime(2026, 11, 24, 5, 28, tzinfo=UTC)
pytestmark = pytest.mark.skipif(not (CORPUS / "grade.py").is_file(), reason=f"no corpus at {CORPUS} (set BLUE_CORPUS)")
names = pytest.mark.parametrize("name", ["rfc-0058", "jira"])


class Copy:
    """One dialogue of the corpus, copied and adopted."""

    def __init__(self, name: str, root: Path) -> None:
        shutil.copytree(CORPUS / name, root / name)
        self.root = root / name
        store = FilesStore(str(self.root))
        (entry,) = store.dialogues()
        self.id = entry.id
        self.old, self.before = store.load(entry.uid), load(store, entry.uid)
        self.uid = adopt(store, entry.uid, NOW, lambda bits: 7).uid
        self.new, self.after = store.load(self.uid), load(store, self.uid)


@pytest.fixture
def adopted(name: str, tmp_path: Path) -> Copy:
    return Copy(name, tmp_path)


def tensions(graph: Graph) -> dict[str, tuple[str, str]]:
    return {e.canonical: (s.status, e.label) for e, s in graph.of_kind("T")}


def settled(graph: Graph) -> dict[str, list[int]]:
    """The rounds in which each tension's status changed."""
    return {e.canonical: [event.round for event in s.events if event.status] for e, s in graph.of_kind("T")}


@names
def test_everything_stands_where_it_stood(adopted: Copy) -> None:
    assert tensions(adopted.before) == tensions(adopted.after)
    assert settled(adopted.before) == settled(adopted.after)
    assert history(adopted.before) == history(adopted.after)
    assert [f for f in rules.check(adopted.after, adopted.new.blobs) if f.severity == "error"] == []


@names
def test_not_a_byte_of_anybodys_text_has_changed(adopted: Copy) -> None:
    for address, data in adopted.old.blobs.items():
        assert _body(adopted.new, address) == document.read(data).body
    assert set(adopted.new.blobs) - set(adopted.old.blobs) <= {"dialogue"} | {f"contribution/{n:02d}#judge" for n in range(4)}


def _body(snapshot: Snapshot, address: str) -> str:
    return document.read(snapshot.blobs[address]).body


def moved_truth(copy: Copy, truth: dict[str, Any]) -> dict[str, Any]:
    """The truth with every line where it is now. What it says of the register's rows is about files that are no register any more."""
    for file in truth["expert_files"]:
        added = document.read(copy.new.blobs[address_of(file["path"].partition(copy.id + "/")[2])]).start_line - 1
        for thing in [*file["entities"], *file["acts"]]:
            thing["line"] += added
    return truth


@names
def test_the_grade_is_the_same(adopted: Copy, name: str, tmp_path: Path) -> None:
    truth = moved_truth(adopted, json.loads((CORPUS / "truth" / f"{name}.json").read_text()))
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    command = [sys.executable, str(CORPUS / "grade.py"), "--blue", shlex.join([sys.executable, "-m", "blue_cli"])]
    command += ["--corpus", str(adopted.root), "--truth", str(tmp_path / "truth.json")]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    scores = {line.split()[0]: line.split()[1] for line in run.stdout.splitlines() if "%" in line and not line.startswith("worst")}
    kept = ("entities", "labels", "acts", "traps", "converge", *(("targets", "statuses") if name == "rfc-0058" else ()))
    assert {score: scores[score] for score in kept} == dict.fromkeys(kept, "100.00%"), run.stdout + run.stderr
