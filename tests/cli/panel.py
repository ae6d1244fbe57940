"""A workspace with a panel of two, and the commands of fixtures/experts that answer for them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tests import published
from tests.cli.program import Said
from tests.cli.program import blue as run

EXPERTS = Path(__file__).parents[2] / "fixtures" / "experts"
ID = "cache"
GOOD, JUDGE, CRASHING, SORRY, HANGING, CORRIGIBLE, STUBBORN = (
    str(EXPERTS / name) for name in ("good", "judge", "crashing", "sorry", "hanging", "corrigible", "stubborn")
)


def sit(root: Path, *people: str) -> Path:
    """A dialogue in a new workspace in this folder."""
    (root / ".blue/dialogues").mkdir(parents=True)
    words = [word for slug in people or ("muffin", "scone") for word in ("--expert", f"{slug}:Role of {slug}")]
    assert blue(root, "dialogue", "new", "Cache", "--id", ID, "--question", "What goes first?", *words).status == 0
    return root


def blue(root: Path, *words: str, **env: str) -> Said:
    """blue in this process; the commands it starts find what anybody's do."""
    return run(*words, cwd=root, env={"HOME": os.environ["HOME"], "PATH": os.environ["PATH"], **env})


def script(root: Path, name: str, text: str) -> str:
    """A command of a test's own."""
    path = root / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def events(text: str) -> list[Any]:
    """The lines of `--events`, each as its schema says."""
    found = [json.loads(line) for line in text.splitlines()]
    for document in found:
        assert document["schema"] == "blue/round.event@1"
        published.hold(document)
    return found
