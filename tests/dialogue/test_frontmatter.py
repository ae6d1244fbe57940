"""Front matter as a whole: limits, what it costs, and changes that lose nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.dialogue import document, frontmatter
from blue_cli.errors import Refused
from tests.dialogue.fronts import CONTRIBUTION, DIALOGUE, SCALARS


def test_limits():
    nested = "a: " + "[" * 15 + "]" * 15
    assert frontmatter.read(nested)[1] == []
    assert "deeper" in frontmatter.read(nested.replace("[]", "[[]]"))[1][0][2]
    assert frontmatter.read('a: "' + "x" * (document.MAX_FRONT - 6) + '"\n')[1] == []
    assert "KiB" in frontmatter.read('a: "' + "x" * document.MAX_FRONT + '"\n')[1][0][2]
    assert "KiB" in frontmatter.read('a: "' + "é" * (document.MAX_FRONT // 2) + '"\n')[1][0][2]


def test_canonical_front_matter_imports_no_yaml():
    code = (
        "import sys; from blue_cli.dialogue import document, frontmatter as f\n"
        f"fields = f.read({DIALOGUE!r})[0]; f.update(f.write(fields, 'dialogue'), {{'title': 'x'}}, 'dialogue')\n"
        "heavy = {'yaml', 'frontmatter', 'json', 'decimal', 'markdown_it', 'rich'} & set(sys.modules); sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


# --- changing ------------------------------------------------------------------------------------------------


def test_nothing_changed_nothing_written_differently():
    assert frontmatter.update(CONTRIBUTION, {}, "contribution") == CONTRIBUTION
    assert frontmatter.update(DIALOGUE, {"title": "Cache policy"}, "dialogue") == DIALOGUE
    windows = CONTRIBUTION.replace("\n", "\r\n")
    assert frontmatter.update(windows, {}, "contribution") == windows


def test_unknown_keys_stay_as_they_stood():
    front = (
        "# the head\n"
        "mood:   'calm'   # as ever\n"
        "blue: 1\n"
        "\n"
        "# notes of mine\n"
        "notes: |+\n"
        "  one\n"
        "  # not a comment\n"
        "\n"
        "expert:  'muffin' # me\n"
        "deep:\n"
        "    - a:  1\n"
        "      b: [x,\n"
        "y]\n"
        "round: 0\n"
        "# the tail\n"
    )
    assert frontmatter.update(front, {"round": 1, "ids": {"P01": "P0101"}, "new": "x"}, "contribution") == (
        "blue: 1\n"
        "round: 1\n"
        "expert: muffin\n"
        "ids: {P01: P0101}\n"
        "# the head\n"
        "mood:   'calm'   # as ever\n"
        "\n"
        "# notes of mine\n"
        "notes: |+\n"
        "  one\n"
        "  # not a comment\n"
        "\n"
        "deep:\n"
        "    - a:  1\n"
        "      b: [x,\n"
        "y]\n"
        "new: x\n"
        "# the tail\n"
    )


def test_fields_can_be_added_removed_and_replaced():
    assert frontmatter.update(None, {"round": 1, "blue": 1}, "contribution") == "blue: 1\nround: 1\n"
    assert frontmatter.update("blue: 1\nround: 2\nmood: calm\n", {"round": None, "mood": None}, "contribution") == "blue: 1\n"
    assert frontmatter.update("mood: 'calm'\nblue: 1", {"mood": "wild"}, "contribution") == "blue: 1\nmood: wild\n"
    assert frontmatter.update("{mood: 'calm', blue: 1}\n", {"round": 0}, "contribution") == "blue: 1\nround: 0\nmood: calm\n"
    assert frontmatter.update("--- # odd\nmood: calm\n", {"round": 0}, "contribution") == "round: 0\nmood: calm\n"


def test_moving_lines_never_changes_what_others_say():
    front = "k: |+\n  a\n\nblue:  1\n\nu: 'x'  # c\nn:\n"
    assert frontmatter.update(front, {}, "contribution") == "blue: 1\nk: |+\n  a\n\nu: 'x'  # c\nn:\n"
    assert frontmatter.update("{m: , u: 'x'}\n", {}, "contribution") == "m: null\nu: x\n"


def test_front_matter_with_problems_is_not_rewritten():
    with pytest.raises(Refused) as refused:
        frontmatter.update("blue: 1\nx: *a\n", {"round": 1}, "contribution")
    assert [(finding.rule, finding.line, finding.column) for finding in refused.value.findings] == [("front-matter", 3, 4)]


BLOCKS = st.lists(
    st.sampled_from(
        [
            "u: 'x'  # c\n",
            "v: |\n  a\n\n  b\n",
            "w: >-\n  a\n  b\n\n",
            "x:\n  - a: 1\n    b: 2\n",
            'y: "a\n\n  b"\n',
            "z: [a,\n b, # c\n c]\n",
            "k: |+\n  a\n\n",
            "n:\n",
            "'q': {a: 'b'}\n",
            "# c\n",
            "\n",
            "blue:  1\n",
            "round: 0 # c\n",
            "expert:\n  muffin\n",
            "ids:\n  P01: P0001\n",
        ]
    ),
    unique=True,
    max_size=8,
).map("".join)


@settings(deadline=None, max_examples=120)
@given(
    BLOCKS,
    st.dictionaries(st.sampled_from(["round", "ids", "u", "added"]), SCALARS | st.none(), max_size=3),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_change_loses_no_field_and_no_unknown_line(front, changes, newline):
    front = front.replace("\n", newline)
    before = frontmatter.read(front)[0]
    text = frontmatter.update(front, changes, "contribution")
    after, problems = frontmatter.read(text)
    gone = {key for key, value in changes.items() if value is None}
    assert (after, problems) == ({key: value for key, value in (before | changes).items() if key not in gone}, [])
    assert frontmatter.update(text, changes, "contribution") == text
    for block in ("u: 'x'  # c\n", "v: |\n  a\n\n  b\n", "x:\n  - a: 1\n    b: 2\n", "z: [a,\n b, # c\n c]\n", "# c\n", 'y: "a\n\n  b"\n'):
        block = newline + block.replace("\n", newline)
        if block in newline + front and block.lstrip()[0] not in changes and not (gone and "\n#" in block):  # a comment goes with its key
            assert block in newline + text


@settings(deadline=None)
@given(BLOCKS, st.text(max_size=30).filter(lambda text: "\0" not in text))
def test_a_change_leaves_the_body(front, body):
    doc = document.read(f"---\nblue: 1\n{front.replace('blue:  1', '')}---\n{body}".encode())
    changed = document.read(document.replace_front(doc, frontmatter.update(doc.front, {"round": 7}, "contribution")))
    assert changed.body == doc.body == body
