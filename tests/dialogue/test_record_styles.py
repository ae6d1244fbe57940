"""Older records as different people wrote them: underlined and bold headings, roles in brackets, a judge at the end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.dialogue.test_record import files, graph_of, read, told

UNDERLINED = """\
Dialogue: Naming
================

Participants: Anna (Marketing), Ben (Legal), Chloé de Vries (Linguistics)

ROUND 0
-------

**Anna**

[PERSPECTIVE P01: Short wins]

It fits on the cap
---

**Ben**

[TENSION T01: Taken in class 9]

**Chloé de Vries**

**A remark of mine**

[CLAIM C01: It means blue]

**Judge**

Go on.

ROUND 1
-------

**Ben**

[RESOLVED T01] With a suffix it is free.

VERDICT
-------

Nila One.
"""

NESTED = """\
# 💙 Dialogue: Which queue 🧁

## Question

Should mail jobs go
through Postgres?

| Expert | Emoji | Role | Tier | Relevance |
|---|---|---|---|---|
| **Muffin** | 🧁 | Operations | Core | 0.95 |
| **Donut** | 🧁 | Contrarian | Wildcard | 0.40 |

## Round 0: Opening Arguments

### Muffin (Operations) 🧁

- **[PERSPECTIVE P01: One thing to back up]**
  - [TENSION T01: Bloat]
    1. and nobody looks

### Donut (Contrarian) 🧁

```sql
-- [TENSION T02: not one]
## Round 7
### Nobody 🧁
```

### Round 0 Summary

| Expert | W | C | T | R |
|---|---|---|---|---|
| Muffin | 8 | 7 | 7 | 6 |

## Round 1: Responses

### Donut (Contrarian) 🧁

[RE:RESOLVE MUFFIN-T01] Drop partitions.

---

## Judge

The panel has converged.

### In short

Fine.

## Perspectives Inventory

| ID | Label | Expert |
|---|---|---|
| P01 | One thing to back up | Muffin |

## Converged Recommendation

Postgres.

**Verdict**: accepted.
"""


def labels(graph: dict[str, Any]) -> dict[str, str]:
    return {e["label"]: e["status"] for kind in ("perspectives", "tensions", "claims", "evidence") for e in graph[kind]}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_underlined_rounds_and_bold_names(newline: str) -> None:
    found = read(UNDERLINED.replace("\n", newline))
    assert told(found) == []
    made = files(found)
    assert sorted(made) == [
        "background.md", "round-0/anna.md", "round-0/ben.md", "round-0/chloe-de-vries.md", "round-0/judge.md", "round-1/ben.md",
        "verdict.md",
    ]  # fmt: skip
    assert "fits on the cap" in made["round-0/anna.md"] and "A remark of mine" in made["round-0/chloe-de-vries.md"]
    graph = graph_of(found.blobs)
    assert labels(graph) == {"Short wins": "open", "Taken in class 9": "resolved", "It means blue": "asserted"}


def test_bold_rounds_where_nothing_else_opens_one() -> None:
    text = "# Tea\n\n**Round 0: Opening**\n\n**🧁 Muffin:**\n\nHot.\n\n**Round 1**\n\n**🧁 Muffin:**\n\nStill.\n\n# Verdict\n\nTea.\n"
    found = read(text)
    assert (sorted(files(found)), told(found)) == (
        ["background.md", "round-0.summary.md", "round-0/muffin.md", "round-1/muffin.md", "verdict.md"],
        [],
    )


@pytest.mark.parametrize(
    "text",
    [
        "## Round 0\n\n### Muffin 🧁\n\nSaid\n\n**Scone 🧁**\n\nof me.\n",  # somebody is quoted
        "## Round 0\n\n### Muffin 🧁\n\nSaid in\n\nRound 1\n---\n\nof me.\n",
        "## Round 0\n\n### Muffin 🧁\n\nSaid in\n\n**Round 1**\n\nof me.\n",
        "**Round 3**\n\nwas planned.\n\n## Round 0\n\n### Muffin 🧁\n\nHot.\n",
        "**Round 0**\n\nIn the text\n**Round 1**\nsays nothing.\n\n**Muffin 🧁**\n\nHot, says\n**Scone 🧁**\n",
    ],
)
def test_where_real_headings_are_others_are_text(text: str) -> None:
    made = files(read(text))
    assert [name for name in made if "/" in name or "1" in name] == ["round-0/muffin.md"]


def test_a_section_that_asks_a_table_that_names_and_a_judge_who_ends() -> None:
    found = read(NESTED)
    assert told(found) == []
    made = files(found)
    said = json.loads(made["expert-pool.json"])
    assert said["question"] == "Should mail jobs go through Postgres?"
    assert [(e["name"], e["role"]) for e in said["experts"]] == [("Muffin", "Operations"), ("Donut", "Contrarian")]
    assert "The panel has converged." in made["round-1.summary.md"] and "Fine." in made["round-1.summary.md"]
    assert "### Round 0 Summary" in made["round-0.summary.md"]
    assert made["verdict.md"].endswith("**Verdict**: accepted.\n")
    assert "Perspectives Inventory" in made["background.md"]
    assert sorted(name for name in made if "/" in name) == ["round-0/donut.md", "round-0/muffin.md", "round-1/donut.md"]
    assert labels(graph_of(found.blobs)) == {"One thing to back up": "open", "Bloat": "addressed"}  # nobody accepted it


JUDGES = """\
## Judge

Before.

## Round 0

### Muffin 🧁

Hot.

## Tensions

- none

## Judge

After.

### Muffin

Well.
"""


def test_a_judge_below_all_rounds_is_none_of_its_experts() -> None:
    made = files(read(JUDGES))
    assert made["background.md"] == "## Judge\n\nBefore.\n\n"
    assert made["round-0.summary.md"].strip() == "## Judge\n\nAfter.\n\n### Muffin\n\nWell."


@pytest.mark.parametrize("text", ["## Question\n", "## Question\n\n\n", "## Question\n\n## Background\n\nLong ago.\n"])
def test_a_question_that_is_not_said_stays_empty(text: str) -> None:
    assert "expert-pool.json" not in files(read(text + "\n## Round 0\n\n### Muffin 🧁\n\nHot.\n"))
