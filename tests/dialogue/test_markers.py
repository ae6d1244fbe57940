"""FORMAT.md, section 2: what is a marker, where it counts, what it says."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from blue_cli.dialogue import markers
from blue_cli.dialogue.grammar import BY_WORD, ENTITY, MARKERS, ON_TENSIONS, RULING, STANCE, Marker
from blue_cli.dialogue.markers import Mark
from tests.dialogue import texts


def scan(text: str) -> list[Mark]:
    return markers.scan(text, 0, 1)[0]


def said(text: str) -> list[tuple[str, str, str]]:
    """(word, id as written, label) of every marker."""
    return [(m.row.word, m.written, m.label) for m in scan(text)]


def words(text: str) -> list[str]:
    return [m.row.word for m in scan(text)]


# --- entities: id forms, separators, decoration ----------------------------------------------------------------


@pytest.mark.parametrize("id", ["P01", "P1", "P001", "P0103", "P-NEW", "P04-R1", "P1.1", "P01-RESPONSE", "P7a"])
def test_forms_of_an_id(id: str) -> None:
    assert said(f"[PERSPECTIVE {id}: Cold starts]") == [("PERSPECTIVE", id, "Cold starts")]


@pytest.mark.parametrize("separator", [":", " :", ": ", " - ", " -- ", " — ", " – ", "—", ":  ", " "])
def test_separators_between_id_and_label(separator: str) -> None:
    assert said(f"[TENSION T01{separator}Who pays]") == [("TENSION", "T01", "Who pays")]


@pytest.mark.parametrize(
    ("text", "id", "label"),
    [
        ("[PERSPECTIVE P03] Cold starts", "P03", "Cold starts"),
        ("[PERSPECTIVE P11]: Cold starts", "P11", "Cold starts"),
        ("[PERSPECTIVE P11] — Cold starts", "P11", "Cold starts"),
        ("**[PERSPECTIVE P11]** Cold starts", "P11", "Cold starts"),
        ("**[PERSPECTIVE P11]**: Cold starts", "P11", "Cold starts"),
        ("**[PERSPECTIVE P11]: Cold starts**", "P11", "Cold starts"),
        ("**[PERSPECTIVE P11]** Cold **starts**", "P11", "Cold **starts**"),
        ("[PERSPECTIVE P11] **Cold** starts", "P11", "**Cold** starts"),
        ("[PERSPECTIVE P11] *Cold* starts", "P11", "*Cold* starts"),
        ("__[PERSPECTIVE P11]__ Cold starts", "P11", "Cold starts"),
        ("- **[PERSPECTIVE P11]** - Cold starts", "P11", "Cold starts"),
        ("[PERSPECTIVE P03]", "P03", ""),
        ("[PERSPECTIVE: Cold starts]", "", "Cold starts"),
        ("[PERSPECTIVE — Cold starts]", "", "Cold starts"),
        ("[PERSPECTIVE Cold starts]", "", "Cold starts"),
        ("[PERSPECTIVE] Cold starts", "", "Cold starts"),
        ("[PERSPECTIVE P01: Cold starts] and what follows on the line", "P01", "Cold starts"),
        ("[PERSPECTIVE P01: ratio: 3:1]", "P01", "ratio: 3:1"),
        ("[PERSPECTIVE P01: “quoted” – and ’dashed’]", "P01", "“quoted” – and ’dashed’"),
        ("[PERSPECTIVE P٣: no ASCII]", "", "P٣: no ASCII"),
    ],
)
def test_labels_inside_and_behind_the_bracket(text: str, id: str, label: str) -> None:
    assert said(text) == [("PERSPECTIVE", id, label)]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("[CLAIM C01: an [inner] pair]", "an [inner] pair"),
        ("[CLAIM C01: a [b [c]] d] tail ]", "a [b [c]] d"),
        ("[CLAIM C01: never [closed] ", "never [closed"),
        ("[CLAIM C01: an open [ bracket]", "an open [ bracket"),
        ("[CLAIM C01: escaped \\] and on]", "escaped \\] and on"),
        ("[CLAIM C01: escaped \\[ too]", "escaped \\[ too"),
        ("[CLAIM C01: C:\\\\]", "C:\\\\"),
    ],
)
def test_a_label_ends_at_the_bracket_that_balances_else_at_the_first(text: str, label: str) -> None:
    assert said(text) == [("CLAIM", "C01", label)]


@pytest.mark.parametrize("text", ["[CLAIM C01: open", "[CLAIM C01: open\nand closed]", "[RE:SUPPORT P01\n]", "[CLAIM"])
def test_a_bracket_that_is_not_closed_on_its_line_is_no_marker(text: str) -> None:
    assert scan(text) == []


@pytest.mark.parametrize(
    "before",
    ["", " ", "   ", "- ", "* ", "+ ", "1. ", "12) ", "# ", "### ", "###### ", "**", "- **", "## **", "1. **", "- - ", "  * ", "__"],
)
def test_what_may_stand_before_an_entity(before: str) -> None:
    assert words(f"{before}[EVIDENCE E01: measured]**") == ["EVIDENCE"]


@pytest.mark.parametrize("before", ["so ", "`x` ", "a, ", "> ", ">", "([", "Strudel's ", "(", "| ", "[x] ", "####### ", "\\", "~~"])
def test_what_may_not(before: str) -> None:
    assert "EVIDENCE" not in words(f"{before}[EVIDENCE E01: measured]")


def test_the_author_before_the_id() -> None:
    marks = scan("[STRUDEL-P0001: one]\n[MUFFIN-T01: two]\n[petit-four-R0203] three\n")
    assert [(m.row.word, m.author, m.written, m.label) for m in marks] == [
        ("PERSPECTIVE", "strudel", "STRUDEL-P0001", "one"),
        ("TENSION", "muffin", "MUFFIN-T01", "two"),
        ("RECOMMENDATION", "petit-four", "petit-four-R0203", "three"),
    ]


def test_a_name_with_a_short_id_and_no_label_is_a_mention() -> None:
    assert scan("[MUFFIN-T01] says otherwise\n[MUFFIN-T01 as I said]\n") == []


@pytest.mark.parametrize("text", ["[STANCE S01: APPROVE | 0.85]", "[MUFFIN-S0001: CONDITIONAL | 0.75 on R0101: if it ships]"])
def test_stances_are_read_whole(text: str) -> None:
    (mark,) = scan(text)
    assert mark.row.shape == STANCE
    assert mark.label == text.partition(": ")[2][:-1]


# --- refs, moves, rulings, older acts ---------------------------------------------------------------------------

ANYWHERE = ["so I say {} here", "- a point {}", "## about {}", "1. {}", "{}", "**{}**", "text\n{} more", "({})", "[x] {}"]


@pytest.mark.parametrize("place", ANYWHERE)
@pytest.mark.parametrize("ref", ["[RE:SUPPORT P0001]", "[RE:RESOLVE MUFFIN-T01]", "[MOVE:CONVERGE]", "[MOVE:REQUEST @muffin: costs?]"])
def test_refs_and_moves_count_anywhere_in_text(place: str, ref: str) -> None:
    assert [m.row.example[: m.row.example.find(":") + 1] for m in scan(place.format(ref))] == [ref[: ref.find(":") + 1]]


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "- {}",
        "### {}",
        "**{}**",
        "**Moves**: {}",
        "**Moves:** {}",
        "- **Resolved tensions**: {}",
        "[MOVE:CONVERGE] {}",
        "[MOVE:CONVERGE], {}",
        "[MOVE:CONVERGE] & {}",
        "**Moves**: **{}**",
        "[PERSPECTIVE P01: x] {}",
    ],
)
@pytest.mark.parametrize("act", ["[RESOLVED T05]", "[REFINEMENT on T01]", "[ACKNOWLEDGED T09: so]", "[CONFIRMED E0001]"])
def test_older_acts_and_rulings_start_a_line_or_follow_a_marker_or_a_bold_field(text: str, act: str) -> None:
    assert act[1:].partition(" ")[0] in words(text.format(act))


@pytest.mark.parametrize(
    "text", ["as {} says", "**bold** and {}", "Moves: {}", "[MOVE:CONVERGE] then {}", "[x](y) {}", "a **b**: {}", "> {}"]
)
def test_elsewhere_they_are_mentions(text: str) -> None:
    assert "RESOLVED" not in words(text.format("[RESOLVED T05]"))


@pytest.mark.parametrize(
    "text", ["[RE:WONDER P01]", "[MOVE:SHOUT]", "[re:support P01]", "[tension T01: x]", "[TENSIONS T01]", "[RESOLVEDLY]", "[TENSON T01: x]"]
)
def test_other_words_are_no_markers(text: str) -> None:
    assert scan(text) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("see \\[RE:SUPPORT P01]", 0),
        ("\\[RE:SUPPORT P01\\]", 0),
        ("\\\\[RE:SUPPORT P01]", 1),
        ("\\\\\\[RE:SUPPORT P01]", 0),
        ("\n\\\n[RE:SUPPORT P01]", 1),
    ],
)
def test_an_escaped_bracket_is_plain_text(text: str, count: int) -> None:
    assert len(scan(text)) == count


# --- where nothing is a marker ----------------------------------------------------------------------------------

HIDING = {
    "fence": "```\n{}\n```\n",
    "fence with a language": "~~~markdown\n{}\n~~~\n",
    "fence in a list": "- a\n  ```\n  {}\n  ```\n",
    "fence never closed": "```\n{}\n",
    "indented code": "text\n\n    {}\n",
    "tab indented code": "text\n\n\t{}\n",
    "code span": "so `{}` there\n",
    "code span over lines": "so `a\n{}` there\n",
    "double backticks": "so ``a ` {}`` there\n",
    "table cell": "| a | b |\n|---|---|\n| {} | c |\n",
    "table without outer pipes": "a | b\n--|--\n{} | c\n",
    "HTML block": "<div>\n{}\n</div>\n",
    "HTML comment": "<!--\n{}\n-->\n",
    "inline comment": "so <!-- {} --> there\n",
    "block quote": "> {}\n",
    "lazy block quote": "> said\n{}\n",
    "quote in a list": "- > {}\n",
    "link": "so [a {} b](https://example.org) there\n",
    "link of its own": "{}(https://example.org)\n",
    "link destination": "so [a](<{}>) there\n",
    "attribute": 'so <a title="{}">b</a> there\n',
}


@pytest.mark.parametrize("place", HIDING.values(), ids=HIDING)
@pytest.mark.parametrize("marker", ["[TENSION T01: x]", "[RE:SUPPORT P0001]", "[RESOLVED T05]"])
def test_never_a_marker(place: str, marker: str) -> None:
    assert scan(place.format(marker)) == []


SHOWING = {
    "after a fence": "```\n[x]\n```\n{}\n",
    "under text, indented": "text\n    {}\n",
    "in a nested list": "- a\n\n  - {}\n",
    "a list's paragraph": "- a\n\n  {}\n",
    "link definition look-alike": "{}: https://example.org\n",
    "ends a table": "| a | b |\n|---|---|\n| c | d |\n{}\n",
    "after a table": "| a | b |\n|---|---|\n\n{}\n",
    "unclosed backtick": "so ` there\n\n{} `\n",
    "after a comment": "<!-- x -->\n\n{}\n",
    "after inline HTML": "{} <b>x</b>\n",
    "setext heading": "{}\n===\n",
    "before a break": "{}\n\n---\n",
    "less than": "a < b\n\n{}\n",
}


@pytest.mark.parametrize("place", SHOWING.values(), ids=SHOWING)
def test_a_marker_after_all(place: str) -> None:
    assert words(place.format("[TENSION T01: x]")) == ["TENSION"]


def test_a_row_of_pipes_stays_a_table() -> None:
    assert scan("| a | b |\n|---|---|\n[TENSION T01: x | y]\n") == []


# --- where a marker stands ---------------------------------------------------------------------------------------


def test_columns_count_code_points_and_lines_go_on_from_the_front_matter() -> None:
    marks, _ = markers.scan("---\nblue: 1\n---\né\U0001f600 [RE:SUPPORT P01]\n\n  [TENSION T01: x]\n", 16, 4)
    assert [(m.line, m.column) for m in marks] == [(4, 4), (6, 3)]


def test_the_front_matter_is_not_scanned() -> None:
    text = "---\ntitle: '[TENSION T01: x]'\n---\nbody"
    assert markers.scan(text, text.index("body"), 4)[0] == []


def test_content_stops_at_headings_and_breaks_only() -> None:
    text = "[TENSION T01: x]\na\n- b\n***\nc\n\n# d\n\ne\n---\n"
    assert [text[at:].split("\n")[0] for at in markers.stops(text, 0, None)] == ["***", "# d", "e"]
    assert markers.stops("text\n- a\n\n*b*\n", 0, None) == []


# --- every text ---------------------------------------------------------------------------------------------------


@given(texts.BODIES)
def test_any_text_scans_and_what_is_found_lies_in_it(text: str) -> None:
    marks = scan(text)
    lines = text.split("\n")
    last = -1
    for mark in marks:
        assert last < mark.pos < mark.end <= len(text)
        assert lines[mark.line - 1][mark.column - 1] == "[" == text[mark.pos]
        assert text[mark.end - 1] == "]" and "\n" not in text[mark.pos : mark.end]
        last = mark.pos
    assert scan(text) == marks


@given(texts.BODIES)
def test_asking_for_the_blocks_finds_the_same(text: str) -> None:
    assert markers.scan(text, 0, 1, near=True)[0] == scan(text)


@given(texts.BODIES, st.sampled_from(["---\na: 1\n---\n", "x\n"]))
def test_what_stands_before_the_body_only_shifts(text: str, before: str) -> None:
    start, lines = len(before), before.count("\n")
    shifted, _ = markers.scan(before + text, start, 1 + lines)
    assert [m._replace(pos=m.pos - start, end=m.end - start, line=m.line - lines) for m in shifted] == scan(text)


PRODUCED = [row for row in MARKERS if row.produced]
LABELS = (
    st.text(st.sampled_from("ab é—|:,.()’0"), min_size=1).map(str.strip).filter(lambda s: s and s[0] not in ":—-–" and s[-1] not in " :")
)


@given(st.sampled_from(PRODUCED), st.integers(1, 999), LABELS)
def test_written_markers_scan_back(row: Marker, number: int, label: str) -> None:
    if row.shape in (ENTITY, STANCE):
        id = f"{row.letter}{number:02d}"
        (mark,) = scan(markers.write(row, id=id, label=label))
        assert (mark.row, mark.written, mark.label) == (row, id, label)
        return
    text = markers.write(row, targets="T0001", reason=label)
    (mark,) = scan(text)
    assert (mark.row, mark.label, text) == (row, f" T0001: {label}", f"[{row.word} T0001: {label}]")


# --- hostile lines: each of these once took seconds or minutes ---------------------------------------------------

HOSTILE = {
    "brackets that never close": "[RE:SUPPORT " * 20000,
    "bullets before brackets": "- " * 30000 + "**[RESOLVED T1 " * 8000,
    "code spans and refs in one paragraph": "`x` [RE:SUPPORT P1]\n" * 20000,
    "spans before every marker": "`x`\n[TENSION T01: x]\n" * 20000,
    "escapes": "\\" * 60000 + "[RE:SUPPORT P1]",
    "openers": "[" * 60000 + "TENSION T01: x" + "]" * 60000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_lines_take_no_time(text: str) -> None:
    before = time.process_time()
    scan(text)
    assert time.process_time() - before < 5


def test_rulings_are_the_judges_rows() -> None:
    assert all(BY_WORD[word].judge == (BY_WORD[word].shape == RULING) for word in BY_WORD)


# --- a narrow scan ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("only", ["T", "P", "TP"])
@example(text="[RECOMMENDATION-T0001: x]")
@example(text="[TENSION T01: x]\n\n[TENSION T02: y]\n[RE:SUPPORT P01] [RESOLVED T01]\n")
@given(text=texts.BODIES)
def test_a_narrow_scan_finds_what_the_whole_one_finds_of_those_kinds(only: str, text: str) -> None:
    whole, _ = markers.scan(text, 0, 1)
    narrow, _ = markers.scan(text, 0, 1, only=only)
    wanted = [m for m in whole if (m.row.letter in only if m.row.letter else m.row.word in ON_TENSIONS)]
    assert [(m.row, m.pos, m.end, m.label, m.written, m.author, m.row.letter and m.line) for m in narrow] == [
        (m.row, m.pos, m.end, m.label, m.written, m.author, m.row.letter and m.line) for m in wanted
    ]
