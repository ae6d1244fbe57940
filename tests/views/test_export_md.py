"""`export --format md`: one fact a line under headings that stay, and nothing that anybody wrote changes what is a heading."""

from __future__ import annotations

from difflib import unified_diff
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from blue_cli.dialogue.grammar import KIND_NAMES
from blue_cli.dialogue.ids import address_of
from blue_cli.views.export import export
from blue_cli.views.export_md import markdown
from tests.dialogue import plays
from tests.dialogue.build import graph, panel
from tests.dialogue.plays import Play
from tests.views.test_graphs import HOSTILE

ROUND_0 = {
    "muffin": "[TENSION T01: Latency against freshness]\n\n[EVIDENCE E01: p99 doubled]\n\n# Mine\n\n[MOVE:REQUEST @scone: numbers]",
    "scone": "[RECOMMENDATION R01: Expire after an hour]\n[RE:ADDRESS MUFFIN-T01]\n\nSo `Map<K>` it is. <script>",
    "judge": "[ACCEPTED MUFFIN-T01: left to the next release]",
}
FINAL = "---\nkind: final\nround: 0\nauthor: judge\nrecommendation: do it\nconditions:\n- soon\n---\n# Why\n\n[RE:SUPPORT SCONE-R0001]\n"


def whole(files: dict[str, str]) -> dict[str, Any]:
    return export(graph(files), {address_of(path): text.encode() for path, text in files.items()})


def written(files: dict[str, str]) -> str:
    return markdown(whole(files))


def headings(text: str) -> list[str]:
    """The headings that are no part of a quote, as markdown-it sees them."""
    tokens = MarkdownIt("commonmark").parse(text)
    return [tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open" and token.level == 0]


def test_the_whole_file() -> None:
    text = written({**panel(ROUND_0, question='"What do we cache?"'), "verdicts/final.md": FINAL})
    assert headings(text) == [
        "Cache policy", "Verdict", "final", "Course", "Experts", "Tensions", "T0001? Latency against freshness",
        "Recommendations", "R0001? Expire after an hour", "Evidence", "E0001? p99 doubled", "Moves", "Rulings", "Texts", "Round 0",
        "muffin", "scone", "judge",
    ]  # fmt: skip
    assert text.index("**What do we cache?**") < text.index("- recommendation: do it") < text.index("## Tensions")
    for line in (
        "- condition: soon", "- adopts: R0001?", "> #### Why", "- status: accepted", "- address: T0001?",
        "- round 0: addressed by scone (R0001?), round-0/scone.md", "- round 0: accepted by judge, round-0/judge.md",
        "- round 0: muffin: request \\@scone: numbers", "- round 0: accepted T0001?: left to the next release",
        "> ##### Mine", "> So `Map<K>` it is. &lt;script>",
    ):  # fmt: skip
        assert line in text.splitlines(), (line, text)


def test_what_was_said_in_between_is_the_difference() -> None:
    before = panel(ROUND_0)
    after = panel(ROUND_0, {"scone": "[RE:RESOLVE MUFFIN-T0001]\nlate"}, experts="muffin scone")
    changed = [
        line for line in unified_diff(written(before).splitlines(), written(after).splitlines(), lineterm="", n=0)
        if line[0] in "+-" and line[:3] not in ("+++", "---")
    ]  # fmt: skip
    assert [line for line in changed if line[0] == "-"] == ["- - scone: wrote in round 0".replace("- -", "--", 1)]
    assert {"+- scone: wrote in round 0, round 1", "+### Round 1", "+#### scone", "+> late"} <= set(changed)
    assert len(changed) <= 12, changed


def test_no_time_and_no_line_number_is_in_it() -> None:
    files = panel({"muffin": "---\ncreated: 2026-11-24T05:28:00Z\n---\n[TENSION T01: t]"}, created="2026-11-24T05:28:00Z")
    moved = {**files, "round-0/muffin.md": files["round-0/muffin.md"].replace("---\n[", "---\n\n\n[")}
    assert "2026-11-24T05:28:00Z" not in written(files) and written(files) == written(moved)


def test_what_could_not_be_read_is_said() -> None:
    document = whole(panel(ROUND_0))
    hidden = {**document, "complete": False, "convergence": {**document["convergence"], "velocity": None}}
    assert "**not everything of it could be read" in markdown(hidden) and "- velocity: unknown" in markdown(hidden)


def test_an_older_dialogue_brings_its_texts() -> None:
    files = {"round-0/muffin.md": "[TENSION T01: t]", "round-0.summary.md": "# Short"}
    files |= {"verdict.md": "# We cache", "background.md": "Why <b>?"}
    text = written(files)
    assert headings(text)[:3] == [headings(text)[0], "Background", "Verdict"] and "None yet." not in text
    assert {"> ### We cache", "> Why &lt;b>?", "#### summary", "> ##### Short"} <= set(text.splitlines())


@given(plays.plays())
@settings(max_examples=40, deadline=None)
def test_every_dialogue_has_a_heading_for_each_thing_and_each_text(play: Play) -> None:
    files = play.files()
    document = whole(files)
    text = markdown(document)
    things = sum(len(document[kind]) for kind in KIND_NAMES.values())
    sections = [h for h in headings(text) if (h[:1] in "PTREC" and h[1:5].isdigit()) or "-" in h.split(" ")[0]]
    assert len(sections) == things
    assert text == written(dict(reversed(files.items())))


@given(st.lists(st.sampled_from(HOSTILE) | st.text(max_size=30), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_no_label_adds_to_it(labels: list[str]) -> None:
    document = whole({**panel(ROUND_0), "verdicts/final.md": FINAL})
    plain = markdown(document)
    one = labels[0]
    for kind in KIND_NAMES.values():
        for entity in document[kind]:
            entity["label"] = one
    for item, key in ((document["dialogue"], "title"), (document["dialogue"], "question"), (document["verdicts"][0], "recommendation")):
        item[key] = labels[-1] or "x"
    document["rulings"][0]["reason"] = document["moves"][0]["text"] = one
    text = markdown(document)
    tokens = MarkdownIt("commonmark").parse(text)
    assert len(headings(text)) == len(headings(plain))
    assert [t.type for t in tokens if t.type == "html_block"] == ["html_block"], "our own head"
    inner = {child.type for token in tokens for child in token.children or ()}
    assert inner <= {"text", "softbreak", "strong_open", "strong_close", "code_inline", "text_special"}


@pytest.mark.parametrize("label", HOSTILE)
def test_a_label_is_on_the_line_of_its_heading(label: str) -> None:
    document = whole(panel(ROUND_0))
    document["tensions"][0]["label"] = label
    assert len(markdown(document).splitlines()) == len(written(panel(ROUND_0)).splitlines())
