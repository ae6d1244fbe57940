"""What is said about a record that may not mean what it seems to."""

from __future__ import annotations

import time

import pytest

from blue_cli.dialogue import record
from tests.dialogue.test_record import TEA, read, told

HEAD = "## Round 0\n\n### Muffin 🧁\n\n[TENSION T01: a]\n\n"  # six lines


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("", ("error", "encoding", 1)),
        (b"\xff", ("error", "encoding", 1)),
        ("## Round 0\n\na\0b", ("error", "encoding", 3)),
        ("# Tea\n\n### Muffin 🧁\n\na\n", ("error", "missing-field", 1)),
        ("Round 0\n\n### Muffin 🧁\n", ("error", "missing-field", 1)),
        ("## Round 0\n\nNobody.\n", ("error", "missing-field", 1)),
        (HEAD + "## Round 1\n\nNobody.\n", ("warning", "missing-field", 7)),
        (HEAD + "## Round 100\n", ("error", "limit", 7)),
        (HEAD + "a" * 70_000, ("error", "limit", 7)),
        (HEAD + "### Мафин 🧁\n", ("error", "invalid-id", 7)),
        (HEAD + "### Tensions 🧁\n", ("error", "invalid-id", 7)),
        (HEAD + "### ../../x 🧁\n\n### X 🧁\n", ("error", "duplicate-id", 9)),
        (HEAD + "### Éclair 🧁\n\n## Round 1\n\n### Eclair 🧁\n", ("error", "duplicate-id", 11)),
        (HEAD + "### 🧁 MUFFIN\n\nb\n", ("error", "duplicate-id", 7)),
        (HEAD + "### Scone\n\nb\n", ("error", "near-miss-marker", 7)),
        (HEAD + "#### Scone 🧁\n\nb\n", ("error", "near-miss-marker", 7)),
        (HEAD + "## Scone 🧁\n\n[CLAIM C01: b]\n", ("error", "near-miss-marker", 7)),
        (f"# x\n\n### Scone 🧁\n\n[CLAIM C01: b]\n\n{HEAD}", ("error", "near-miss-marker", 3)),
        (HEAD + "### Summary\n\n[RESOLVED T01: b]\n", ("warning", "near-miss-marker", 7)),
        (HEAD + "```\n\n## Round 1\n", ("error", "near-miss-marker", 7)),
        (HEAD + "<!--\n\n## Round 1\n", ("error", "near-miss-marker", 7)),
    ],
)
def test_a_mistake_is_found_where_it_is(text: str | bytes, finding: tuple[str, str, int]) -> None:
    found = read(text)
    assert finding in told(found)
    assert all(f.message and f.fix for f in found.findings if f.rule != "encoding")


@pytest.mark.parametrize(
    "text",
    [
        TEA,
        HEAD + "```\n\nnever closed, and nothing below it\n",
        HEAD + "### Judge\n\nfirst\n\n### Judge\n\nlast\n",
        HEAD + "## Round 0 (continued)\n\n### Scone 🧁\n\nb\n",
        f"# 🧁 Tea 🧁\n\n## 🧁 Experts\n\n- Muffin\n\n{HEAD}",
        HEAD + "## Closing words\n\n### Muffin 🧁\n\nGood.\n",
    ],
)
def test_nothing_is_said_of_what_is_clear(text: str) -> None:
    assert told(read(text)) == []


def test_every_problem_is_told_at_once() -> None:
    text = HEAD + "### Scone\n\n### Мафин 🧁\n\n## Round 100\n\n### Muffin 🧁\n\n### Muffin 🧁\n"
    assert [line for severity, _, line in told(read(text)) if severity == "error"] == [7, 9, 11, 15]


@pytest.mark.parametrize(
    "text",
    [
        "## Round 0\n" + "### A 🧁\n" * 100_000,
        "## Round 1\n" * 100_000,
        "## Round 0\n### A 🧁\n" + "[TENSION T01: a] " * 3000 + "\n" + ("b " * 30_000 + "\n") * 100,
        "## Round 0\n" + ("### " + "(" * 60_000 + "\n") * 5,
        "## Round 0\n" + ("### " + "*" * 60_000 + "\n") * 5,
        "| Agent | Role |\n" * 100_000 + "## Round 0\n",
    ],
    ids=["experts", "rounds", "long", "brackets", "stars", "tables"],
)
def test_hostile_records_take_no_time(text: str) -> None:
    began = time.process_time()
    read(text)
    assert time.process_time() - began < 8


def test_too_many_headings_are_one_finding() -> None:
    found = read(HEAD + "#### a\n" * record.MAX_HEADINGS)
    assert ("error", "limit", 7 + record.MAX_HEADINGS - 2) in told(found)


def test_a_record_over_the_limit_is_one_finding() -> None:
    found = record.read(b"## Round 0\n" + b"a" * record.MAX_BYTES)
    assert [(f.rule, f.severity) for f in found.findings] == [("limit", "error")] and not found.blobs
