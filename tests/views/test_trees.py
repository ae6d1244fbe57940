"""Trees drawn with lines, at any depth."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.views.text import width
from blue_cli.views.trees import DEEPEST, Line, branches, tree


def test_the_lines_of_a_tree() -> None:
    assert branches([1, 2, 3, 2, 1, 2]) == ["├─ ", "│  ├─ ", "│  │  └─ ", "│  └─ ", "└─ ", "   └─ "]


def test_roots_have_none() -> None:
    assert branches([0, 1, 1, 0, 1]) == ["", "├─ ", "└─ ", "", "└─ "]


DEPTHS = st.lists(st.integers(0, 3), max_size=30).map(lambda steps: [max(1, min(s, i + 1)) for i, s in enumerate(steps)])


@given(DEPTHS)
@settings(max_examples=100)
def test_a_line_goes_on_exactly_while_another_of_its_depth_comes(depths: list[int]) -> None:
    for i, (depth, drawn) in enumerate(zip(depths, branches(depths), strict=True)):
        for level in range(1, depth + 1):
            rest = next((d for d in depths[i + 1 :] if d <= level), 0)
            goes_on = rest == level
            assert drawn[3 * (level - 1)] == (("├" if goes_on else "└") if level == depth else ("│" if goes_on else " "))


def test_a_chain_of_thousands_stays_as_wide_as_a_screen() -> None:
    drawn = branches(list(range(1, 5_001)))
    assert max(map(len, drawn)) < DEEPEST * 3 + 10
    assert drawn[-1].endswith("(5000) ")


def test_labels_give_way_and_nothing_else_does() -> None:
    lines = [Line("+ head E0001", "a long label " * 20, "muffin, round 0", "! loud"), Line("+ head", "短い" * 40, "tail")]
    for line in tree(lines, [1, 2], 90, False):
        assert width(line) <= 90 and "…" in line
    whole = list(tree(lines, [1, 2], 0, False))
    assert "…" not in whole[0] and whole[0].endswith("! loud  muffin, round 0")
