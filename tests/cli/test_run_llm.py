"""The real `llm` (https://llm.datasette.io) as the command, with a model of ours that answers by rules: nobody is asked."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.cli.panel import ID, blue, sit

LLM = Path(sys.executable).parent / "llm"
PLUGIN = Path(__file__).parents[2] / "fixtures" / "llm"

pytestmark = pytest.mark.skipif(not LLM.exists(), reason="llm is not installed (pip install blue-dialogue[test])")


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An `llm` that knows our model and nobody's keys. One expert at a time: two that start at once both make its database."""
    return {"PYTHONPATH": str(PLUGIN), "LLM_USER_PATH": str(tmp_path / "llm"), "PATH": f"{LLM.parent}:{os.environ['PATH']}"}


def test_a_dialogue_is_held_by_llm_from_the_first_word_to_the_verdict(tmp_path: Path, env: dict[str, str]) -> None:
    root = sit(tmp_path, "muffin")
    command = "llm -m blue-rules --no-log"
    said = blue(root, "dialogue", "run", "--with", f"{command} -s '{{expert}}, {{role}}'", "--judge", command, "--verdict", "--json", **env)
    assert said.status == 0, said
    found = said.json
    assert [[(call["expert"], call["tries"]) for call in round["calls"]] for round in found["rounds"]] == [
        [("muffin", 2), ("judge", 1)], [("muffin", 1), ("judge", 1)],
    ]  # fmt: skip
    assert (found["ended"], found["verdict"]["state"]) == ("decided", "added")
    assert "As muffin, Role of muffin sees it" in blue(root, "show", "MUFFIN-P0001", "-d", ID).out
    assert "A small cache" in blue(root, "verdicts", "list", "-d", ID).out
    assert "supported by final" in blue(root, "why", "R0001", "-d", ID).out


def test_what_llm_says_of_a_model_that_it_does_not_know_is_passed_on(tmp_path: Path, env: dict[str, str]) -> None:
    said = blue(sit(tmp_path, "muffin"), "round", "run", "--with", "llm -m no-such-model", "--retries", "0", **env)
    assert said.status == 1
    assert "hint: muffin said: Error: 'Unknown model: no-such-model'" in said.err
