"""Older single-file records: cut into the files of an older folder, nothing lost and nothing made up."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blue_cli.actions.load import fold
from blue_cli.dialogue import record
from blue_cli.dialogue.ids import address_of, path_of
from blue_cli.dialogue.record import Record
from blue_cli.stores.base import Snapshot
from blue_cli.views.export import export
from tests.dialogue import plays
from tests.dialogue.plays import Play

RECORDS = Path(__file__).parents[2] / "fixtures" / "records"
ID = "2026-02-03T0915Z-cache-policy"
TEA = """\
# Tea

**Question**: Milk first?

## Round 0

> In parallel.

### Muffin 🧁

[TENSION T01: Milk]

### 🧁 Scone

[CLAIM C01: Never]

## Round 1: Again

### Muffin 🧁

[RESOLVED T01] by tasting.

## Verdict

Milk last.
"""


def read(text: str | bytes) -> Record:
    return record.read(text if isinstance(text, bytes) else text.encode())


def files(found: Record) -> dict[str, str]:
    return {path_of(address): data.decode() for address, data in found.blobs.items()}


def told(found: Record) -> list[tuple[str, str, int]]:
    return [(f.severity, f.rule, f.line) for f in found.findings]


def graph_of(blobs: Mapping[str, bytes]) -> dict[str, Any]:
    """What a dialogue says, without the lines on which it stands and the summaries' texts."""
    ordered = dict(sorted(blobs.items()))
    return plain(export(fold(Snapshot(f"older:{ID}", ID, ordered, "")), ordered))


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if key not in ("line", "contributions", "summary")}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def folder_form() -> dict[str, bytes]:
    folder = RECORDS / "folder" / ID
    return {address_of(path.relative_to(folder).as_posix()): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- the same graph ------------------------------------------------------------------------------------------------


def test_a_record_of_five_experts_and_four_rounds_says_what_its_folder_form_says() -> None:
    found = record.read((RECORDS / f"{ID}.dialogue.recorded.md").read_bytes())
    assert not found.findings
    here, there = graph_of(found.blobs), graph_of(folder_form())
    assert here == there
    assert len(here["experts"]) == 5 and len(here["rounds"]) == 4
    assert {t["canonical_id"]: t["status"] for t in here["tensions"]} == {
        "MUFFIN-T0001": "resolved", "SCONE-T0001": "resolved", "STRUDEL-T0001": "accepted", "STRUDEL-T0101": "resolved",
    }  # fmt: skip
    assert here["convergence"]["percent"] == 100 and here["dialogue"]["question"] == "How long may a price be cached?"


def as_record(texts: Mapping[str, str], style: int) -> str:
    """The older record of an older folder's contributions."""
    lines, open_round = ["# Record\n"], ""
    for path in sorted(texts):
        round, _, name = path.removesuffix(".md").partition("/")
        if round != open_round:
            lines.append(f"## Round {round.removeprefix('round-')}\n")
            open_round = round
        heading = f"💙 {name.title()}" if name == "judge" else [f"{name.title()} 🧁", f"🧁 {name.upper()}"][style]
        lines.append(f"### {heading}\n\n{texts[path]}\n---\n")
    return "\n".join(lines)


@settings(max_examples=40, deadline=None)
@given(plays.plays(), st.integers(0, 1))
def test_any_dialogue_written_as_a_record_is_the_same(play: Play, style: int) -> None:
    texts = {path: text for path, text in play.files().items() if path.startswith("round-") and path.count("/") == 1}
    texts = {path: re.sub("^#+ ", "#### ", text, flags=re.M) for path, text in texts.items()}  # a text's headings are lower ones
    experts = [path for path in texts if not path.endswith("judge.md")]
    if not experts:
        return
    found = read(as_record(texts, style))
    assert not [f for f in found.findings if f.severity == "error"]
    assert graph_of(found.blobs) == graph_of({address_of(path): text.encode() for path, text in texts.items()})


# --- what goes where -----------------------------------------------------------------------------------------------


def test_each_text_goes_into_its_file_with_its_heading() -> None:
    assert files(read(TEA)) == {
        "background.md": "# Tea\n\n**Question**: Milk first?\n\n",
        "expert-pool.json": '{\n  "question": "Milk first?"\n}\n',
        "round-0.summary.md": "\n> In parallel.\n\n",
        "round-0/muffin.md": "### Muffin 🧁\n\n[TENSION T01: Milk]\n\n",
        "round-0/scone.md": "### 🧁 Scone\n\n[CLAIM C01: Never]\n\n",
        "round-1.summary.md": "## Round 1: Again\n\n",
        "round-1/muffin.md": "### Muffin 🧁\n\n[RESOLVED T01] by tasting.\n\n",
        "verdict.md": "## Verdict\n\nMilk last.\n",
    }


def test_bytes_stay_as_they_are() -> None:
    odd = b"\xef\xbb\xbf" + TEA.replace("\n", "\r\n").encode() + b"no newline at the end"
    found = read(odd)
    assert found.blobs["contribution/00#muffin"] == "### Muffin 🧁\r\n\r\n[TENSION T01: Milk]\r\n\r\n".encode()
    assert found.blobs["file/background.md"].startswith(b"\xef\xbb\xbf# Tea\r\n")
    assert found.blobs["file/verdict.md"].endswith(b"Milk last.\r\nno newline at the end")


def test_a_line_of_a_file_is_found_again_in_the_record() -> None:
    found, lines = read(TEA), TEA.split("\n")
    for address in found.runs:
        for number, line in enumerate(found.blobs[address].decode().split("\n")[:-1], 1):
            assert lines[found.line(address, number) - 1] == line
    assert found.line("contribution/00#muffin", 99) == found.line("nothing", 1) == 0


TABLE = """\
| Agent | Role | Tier | Relevance |
|-------|------|------|-----------|
| 🧁 Muffin | Caching | Core | 0.9 |
| Scone | Storage | | 2 |
| 💙 Judge | – | | |

"""


def test_the_panel_is_what_tables_say_and_nothing_more() -> None:
    pool = json.loads(read(f"# x\n\n## Panel\n\n{TABLE}{TEA}").blobs["file/expert-pool.json"])
    muffin, scone = pool["experts"]
    assert muffin == {"name": "Muffin", "role": "Caching", "tier": "Core", "relevance": 0.9}
    assert scone == {"name": "Scone", "role": "Storage"}
    without = read("## Round 0\n### Muffin 🧁\na\n")
    assert "file/expert-pool.json" not in without.blobs


TRACKER = "### Tensions Tracker\n\n#### Open\n\n| ID | Status |\n|---|---|\n| T01 | {} |\n\n"


def test_a_tracker_that_only_rounds_have_is_the_last_one() -> None:
    rounds = enumerate(map(TRACKER.format, ["Open", "Resolved"]))
    text = "".join(f"## Round {n}\n\n### Muffin 🧁\n\n[TENSION T0{n + 1}: a]\n\n{tracker}" for n, tracker in rounds)
    found = read(text)
    assert found.blobs["file/tensions.md"].decode() == TRACKER.format("Resolved")
    assert TRACKER.format("Open") in found.blobs["file/round-0.summary.md"].decode()
    whole = read(f"{text}\n## Tensions\n\nNone.\n")
    assert whole.blobs["file/tensions.md"] == b"## Tensions\n\nNone.\n"
    assert TRACKER.format("Resolved") in whole.blobs["file/round-1.summary.md"].decode()


@pytest.mark.parametrize(
    ("heading", "file"),
    [
        ("### Muffin 🧁", "round-0/muffin.md"),
        ("### 🧁 Muffin", "round-0/muffin.md"),
        ("### **Muffin** 🧁 (Caching, core)", "round-0/muffin.md"),
        ("### 1. 🧁 MUFFIN — first thoughts", "round-0/muffin.md"),
        ("### Crème Brûlée 🧁", "round-0/creme-brulee.md"),
        ("### Dr. No 🧁:", "round-0/dr-no.md"),
        ("### 🧁 [Muffin](muffin.md)", "round-0/muffin.md"),
        ("### Judge", "round-0/judge.md"),
        ("### 💙 Judge (ruling of round 0)", "round-0/judge.md"),
        ("### Judge's Summary", "round-0.summary.md"),
        ("### Judge: summary", "round-0.summary.md"),
        ("### Open questions", "round-0.summary.md"),
        ("## Scoreboard", "scoreboard.md"),
        ("## 📊 Alignment Scoreboard", "scoreboard.md"),
        ("## Tensions Tracker", "tensions.md"),
        ("## Final Verdict", "verdict.md"),
        ("## Converged Recommendation", "verdict.md"),
        ("## Perspectives Inventory", "background.md"),
        ("# Appendix", "background.md"),
    ],
)
def test_a_heading_tells_whose_text_follows(heading: str, file: str) -> None:
    found = read(f"## Round 0\n\n### Bagel 🧁\n\nb\n\n{heading}\n\na\n")
    assert files(found)[file].lstrip("\n") == f"{heading}\n\na\n" and not found.findings


@pytest.mark.parametrize(
    "heading", ["## Round 7", "## ROUND 7", "# Round 7", "## 🔄 Round 7", "## **Round 7**", "## Round 07", "## Round 7 ##", "## Round 7: x"]
)
def test_a_round_is_opened_in_many_spellings(heading: str) -> None:
    assert read(f"{heading}\n\n### Muffin 🧁\n\na\n").blobs.keys() >= {"contribution/07#muffin"}


def test_without_any_emoji_names_at_the_experts_level_are_experts() -> None:
    found = read("# Round 0\n\n## Muffin\n\na\n\n## Scone\n\nb\n\n## Summary\n\nc\n")
    assert set(files(found)) == {"round-0/muffin.md", "round-0/scone.md", "round-0.summary.md"} and not found.findings


def test_headings_in_fences_and_comments_are_text() -> None:
    text = "## Round 0\n\n### Muffin 🧁\n\n```\n### Scone 🧁\n## Round 1\n```\n<!--\n### Bagel 🧁\n-->\nb\n"
    found = read(text)
    assert files(found) == {"round-0/muffin.md": text.partition("\n\n")[2]} and not found.findings


# --- nothing lost --------------------------------------------------------------------------------------------------

HEADINGS = ["## Round 0", "## Round 1: b", "## Round 12", "### Muffin 🧁", "### 🧁 Scone", "### Judge", "### Summary", "## Tensions"]
OTHERS = ["# Title", "", "#### More", "[TENSION T01: a]", "- b", "---", "| ID | Status |", "```", "<!--", "-->", "> q", "Round 2", "\r"]
BOLD = ["**Muffin 🧁**", "**Round 3**"]
LINES = st.lists(st.sampled_from([*HEADINGS, "### Other", "## Scone 🧁", *OTHERS, *BOLD]), max_size=25)


@settings(max_examples=150, deadline=None)
@given(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
@example(["## Round 0", "### Summary", "## Round 0", "### Muffin 🧁"], "\n", False)
def test_every_line_goes_into_exactly_one_file(lines: list[str], newline: str, bom: bool) -> None:
    data = (b"\xef\xbb\xbf" if bom else b"") + newline.join(lines).encode()
    found = read(data)
    if not found.blobs:
        assert any(f.severity == "error" for f in found.findings)
        return
    kept = sorted(n for runs in found.runs.values() for a, b in runs for n in range(a, b))
    assert kept == sorted(set(kept)), "no line twice"
    for number, line in enumerate(data.split(b"\n")):
        bare = line.removeprefix(b"\xef\xbb\xbf").decode().strip(" \t\r-")
        assert number in kept or not bare or re.fullmatch(r"(## |\*\*)?Round [0-9]+(\*\*)?", bare), line
    assert all(b"".join(b"".join(line_bytes(data)[a:b]) for a, b in runs) == found.blobs[address] for address, runs in found.runs.items())


def line_bytes(data: bytes) -> list[bytes]:
    return [line + b"\n" for line in data.split(b"\n")[:-1]] + [data.split(b"\n")[-1]]


@given(st.binary(max_size=60) | st.text(alphabet="# Round01🧁Muffin\n|`-[]():*é\0", max_size=80).map(str.encode))
def test_nothing_raises(data: bytes) -> None:
    assert read(data).findings or read(data).blobs
