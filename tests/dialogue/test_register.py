"""The judge's registers of real dialogues against what a careful reader found in them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from blue_cli.dialogue import register


def corpora() -> Iterator[tuple[Path, dict[str, Any]]]:
    root = Path(os.environ.get("BLUE_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus")
    for truth in sorted(root.glob("truth/*.json")):
        for folder in sorted((root / truth.stem).glob(".blue/dialogues/*")):
            yield folder, json.loads(truth.read_text(encoding="utf-8"))


CORPORA = list(corpora())


@pytest.mark.skipif(not CORPORA, reason="the reference corpus is not here (BLUE_CORPUS, or ../shared/corpus)")
@pytest.mark.parametrize(("folder", "truth"), CORPORA, ids=[f.name for f, _ in CORPORA])
def test_a_careful_readers_judgement(folder: Path, truth: dict[str, Any]) -> None:
    slugs = {Path(f["path"]).stem for f in truth["expert_files"]}
    last = max(f["round"] for f in truth["expert_files"])
    verdict = folder / "verdict.md"
    found = register.read(
        (folder / "tensions.md").read_text(encoding="utf-8"),
        "t",
        slugs,
        last,
        verdict.read_text(encoding="utf-8") if verdict.exists() else None,
        "v",
    )
    assert not found.findings
    final = {(r.author, r.id_round or 0, r.number): r for r in found.rows}
    for tension in truth["judge"]["tensions"]:
        if "not in tensions.md" in tension["judge_status"]:
            continue
        name, _, number = tension["id"].replace(" R", "-R").rpartition("T")
        parts = name.strip("-").split("-R")
        row = final[(parts[0].lower() or None, int(parts[1]) if len(parts) > 1 else 0, int(number))]
        assert row.status in ("resolved", "accepted"), tension["id"]
        assert row.raised is None or row.raised == tension["raised"]
