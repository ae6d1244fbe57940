"""Near misses: never silence where somebody meant a marker, never a word about ordinary brackets."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from blue_cli.dialogue import nearmiss
from blue_cli.dialogue.grammar import ENTITY, MARKERS, MOVE, REF, Marker
from blue_cli.dialogue.nearmiss import NEAR, VERB, Near
from tests.dialogue.build import read
from tests.dialogue.texts import BODIES


def find(text: str) -> list[Near]:
    (source,) = read({"round-0/muffin.md": text}).files
    return nearmiss.find(source)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("[TENSON T01: Latency]", "[TENSION"),
        ("[TENTION T01: Latency]", "[TENSION"),
        ("[PERSPECTIV P01]", "[PERSPECTIVE"),
        ("[PERSPECTIV: Latency]", "[PERSPECTIVE"),
        ("[tension T01: Latency]", "[TENSION"),
        ("- **[Tension T01: Latency]**", "[TENSION"),
        ("[Recommendation R01: x]", "[RECOMMENDATION"),
        ("[RESOLVD T01]", "[RESOLVED"),
        ("[resolved T01]", "[RESOLVED"),
        ("[MOVE: CONVERGE]", "[MOVE:CONVERGE"),
        ("[MOVE CONVERGE]", "[MOVE:CONVERGE"),
        ("[move:converge]", "[MOVE:CONVERGE"),
        ("[CONVERGE]", "[MOVE:CONVERGE"),
        ("in a sentence [re:support T0001] too", "[RE:SUPPORT"),
        ("[RE: ADDRESS T0001]", "[RE:ADDRESS"),
        ("[SUPPORT P0001]", "[RE:SUPPORT"),
    ],
)
def test_a_misspelt_marker_is_found_and_the_spelling_offered(text: str, meant: str) -> None:
    (near,) = find(text)
    assert (near.rule, near.replacement) == (NEAR, meant)


@pytest.mark.parametrize("row", [m for m in MARKERS if m.shape in (REF, MOVE, ENTITY)], ids=lambda m: m.word)
def test_every_marker_in_small_letters_is_found(row: Marker) -> None:
    assert find(row.example) == []
    assert [near.replacement for near in find(row.example.lower())] == [f"[{row.word}"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("| a | b |\n|---|---|\n[TENSION T01: a | b]", "in a table"),
        ("<div>\n[TENSION T01: a]\n</div>", "in an HTML block"),
        ("```\ncode\n[TENSION T01: a]", "never closed"),
        ("> quoted\n[TENSION T01: a]", "continues a block quote"),
        ("[TENSION T01: a", "no closing ]"),
        ("text [RE:SUPPORT T0001", "no closing ]"),
        ("[MUFFIN-T0001: a", "no closing ]"),
    ],
)
def test_a_marker_that_a_block_hides_or_nothing_closes_is_found(text: str, reason: str) -> None:
    (near,) = find(text)
    assert near.rule == NEAR and reason in near.message and not near.replacement


def test_an_unknown_verb_is_an_error_with_the_nearest_verb() -> None:
    (near,) = find("see [RE:SUPORT T0001]")
    assert (near.rule, near.fix) == (VERB, "did you mean RE:SUPPORT?")
    assert [n.rule for n in find("[MOVE:DANCE]")] == [VERB]


@pytest.mark.parametrize(
    "text",
    [
        "[ ] to do", "- [x] done", "[^1]: a footnote", "[a link](https://example.org)", "[text][ref]",
        "[ref]: https://example.org", "[Tension T01](https://example.org)", "[note: not a marker]", "[PENSION: a plan]",
        "[TENSIONS: see below]", "[claim]", "[Evidence]", "Strudel's [TENSION T01] again", "[MACARON-T01] is a mention",
        "[Re: your mail]", "[RE]", "[move along]", "[resolved]", "[x] [y] [z]", "`[TENSON T01: code]`",
        "```\n[TENSON T01: code]\n[TENSION T01: code]\n```", "    [TENSON T01: code]",
        "> [TENSON T01: quoted]\n> [TENSION T01: quoted]", "| [TENSION T01: cell] |\n|---|",
        "[TENSION T01: see [x] and [note T01: y]]", "[1] [2]",
        "`[re:support T01]` in code", "[TENSION T01: see [re:support T01] in it]", "[]", "[TODO: write]", "[CLAIMS: a, b]", "",
    ],
)  # fmt: skip
def test_ordinary_brackets_are_left_alone(text: str) -> None:
    assert find(text) == []


def test_no_file_has_endless_findings() -> None:
    assert len(find("[TENSON T01: x]\n" * 5000)) == nearmiss.MOST


@settings(max_examples=300, deadline=None)
@given(BODIES)
def test_a_near_miss_is_a_bracket_on_one_line_and_never_a_marker(text: str) -> None:
    (source,) = read({"round-0/muffin.md": text}).files
    nears = nearmiss.find(source)
    marked = {mark.pos for mark in source.marks}
    assert not marked & {near.pos for near in nears}
    for near in nears:
        assert source.text[near.pos] == "[" and "\n" not in source.text[near.pos : near.end]
    for near, line, column in nearmiss.lines_of(nears, source.text):
        assert source.text.split("\n")[line - 1][column - 1] == "[" == source.text[near.pos]


@pytest.mark.parametrize(
    ("word", "meant"),
    [("TENSON", "TENSION"), ("TENSION", "TENSION"), ("CLAM", "CLAIM"), ("CL", ""), ("PENS", ""), ("EVIDENCES", "EVIDENCE"), ("STONES", ""),
     ("STANZA", "")],
)
def test_the_closest_word(word: str, meant: str) -> None:
    assert nearmiss.closest(word, tuple(m.word for m in MARKERS if m.shape != MOVE)) == meant
