"""What can be seen of a body: the short looks say what reading all its blocks says."""

from __future__ import annotations

import time
from bisect import bisect_right

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blue_cli.dialogue import blocks, sight

# Lines that open, close, look like or stand next to what can hide a marker.
LINES = (
    "[M]", "[M]", "[M]", "", "", "", "text", "text [M] text", "```", "```", "````", "```text", "```a`b", "``` ", "  ```", "x ```", "~~~",
    "`[M]`", "a ` b", "[M](to)", "> [M]", "> text", "- item", "- ```", "  [M]", "    [M]", "    text", "1. one", "| a | b |", "|---|---|",
    "[M] | b", "<div>", "</div>", "<!--", "-->", "<b>", "# head", "# [M]", "===", "---", "***",
)  # fmt: skip
BODIES = st.lists(st.sampled_from(LINES), max_size=14).map("\n".join)


def markers(text: str) -> list[int]:
    return [at for at in range(len(text)) if text.startswith("[M]", at)]


def by_blocks(text: str) -> list[int]:
    """The markers that show, by the reference's blocks alone."""
    read, starts = blocks.read_reference(text), sight.line_starts(text, 0)
    shown = []
    for pos in markers(text):
        line = bisect_right(starts, pos) - 1
        if read.kinds[line] in (blocks.TEXT, blocks.HEADING):
            first = last = read.regions[line]
            while last + 1 < len(starts) and read.regions[last + 1] == first:
                last += 1
            end = starts[last + 1] if last + 1 < len(starts) else len(text)
            if not any(a <= pos < b for a, b in blocks.hidden(text, starts[first], end)):
                shown.append(pos)
    return shown


def seen(text: str, near: bool) -> list[int]:
    view = sight.View(text, 0, near)
    return [pos for pos in markers(text) if view.plain or view.begins(pos, pos + 3) or view.shows(pos)]


@settings(max_examples=400, deadline=None)
@given(BODIES)
@example("```\n[M]\n\n[M]\n```\n\n[M]\n[M]")
@example("[M]\n\n```\n[M]\n```\n\ntext\n[M]\n\n```\n\n[M]\n\n```\n[M]")
@example("```\n\n[M]\n``` x\n\n[M]\n```\n\n[M]")
@example("text\n```\n[M]\n\n```\n\n[M]\n\n```\n[M]\n")
@example("- item\n  ```\n\n[M]\n\n```\n\n[M]\n\n```\n[M]")
@example("````\n\n[M]\n```\n\n[M]\n\n````\n[M]")
@example("```a`b\n\n[M]\n\n```\n\n[M]\n\n```\n[M]")
@example("| a | b |\n|---|---|\n[M]\n\ntext\n[M]\n\n    [M]\n[M]")
def test_short_looks_say_what_reading_the_blocks_says(text: str) -> None:
    assert seen(text, near=False) == by_blocks(text)
    assert seen(text, near=True) == by_blocks(text)


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("text\n[M]\n\n| a | b |\n|---|---|\n| [M] | b |\n", False),
        ("text\n\n```text\n[M]\n\n[M]\n```\n\ntext\n[M]\n", False),
        ("text\n\n- ```\n  [M]\n  ```\n\ntext\n[M]\n", True),
        ("a `b` [M]\n", True),
    ],
)
def test_blocks_are_read_only_where_no_shorter_look_tells(text: str, reads: bool) -> None:
    view = sight.View(text, 0, False)
    for pos in [pos for pos in markers(text) if text[pos - 2] != "|"]:
        assert view.begins(pos, pos + 3) or view.shows(pos) in (True, False)
    assert (view.blocks is not None) == reads


@pytest.mark.parametrize("line", ["[M]\n", "( [M]\n", "```\n[M]\n```\n\n", "x ```\n\n[M]\n\n"])
def test_a_text_full_of_markers_costs_linear_time(line: str) -> None:
    def cost(times: int) -> float:
        text = line * times
        view, begun = sight.View(text, 0, False), time.perf_counter()
        for pos in range(len(line) - len(line.lstrip("( ")), len(text), len(line)):
            view.begins(pos, pos + 3) or view.shows(pos)  # type: ignore[unused-ignore]  # only the time is wanted
        return time.perf_counter() - begun

    assert min(cost(8_000) for _ in range(3)) < 20 * max(min(cost(1_000) for _ in range(3)), 0.0005)
