"""Real dialogues in the older format, held against a truth that people read out of them.

The corpus is not part of this repository: it is looked for where `BLUE_CORPUS` says, else in `shared/corpus` beside it.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("BLUE_CORPUS") or ROOT.parent / "shared" / "corpus")  # read before the guards clear it


@pytest.mark.skipif(not (CORPUS / "grade.py").is_file(), reason=f"no corpus at {CORPUS} (set BLUE_CORPUS)")
@pytest.mark.parametrize("name", ["rfc-0058", "jira"])
def test_everything_in_the_corpus_is_read_as_people_read_it(name: str) -> None:
    program = shlex.join([sys.executable, "-m", "blue_cli"])
    command = [sys.executable, str(CORPUS / "grade.py"), "--blue", program, "--min", "1.0", name]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout + run.stderr
