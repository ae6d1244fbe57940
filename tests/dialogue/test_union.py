"""Files united by what their front matter means."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.dialogue import document, frontmatter
from blue_cli.dialogue.threeway import Style
from blue_cli.dialogue.union import unite

STYLE = Style()
HEAD = "blue: 1\ndialogue: d\nround: 0\nexpert: muffin\n"


def file(front: str, body: str = "body\n") -> bytes:
    return f"---\n{front}---\n{body}".encode()


def fields(data: bytes) -> dict[str, object]:
    read, problems = frontmatter.read(document.read(data).front or "")
    assert not problems
    return read


def united(base: str, ours: str, theirs: str, kind: str = "contribution") -> tuple[bytes, int]:
    done = unite(file(base), file(ours), file(theirs), kind, STYLE)
    assert done is not None
    mirrored = unite(file(base), file(theirs), file(ours), kind, STYLE)
    assert mirrored is not None and mirrored.conflicts == done.conflicts
    if not done.conflicts:
        assert fields(mirrored.data) == fields(done.data)
    return done


@pytest.mark.parametrize("key", ["ids", "refs", "scores"])
def test_maps_are_united_key_by_key(key: str) -> None:
    data, conflicts = united(f"{HEAD}{key}: {{A: 1}}\n", f"{HEAD}{key}: {{A: 1, C: 3}}\n", f"{HEAD}{key}: {{A: 1, B: 2}}\n")
    assert (fields(data)[key], conflicts) == ({"A": 1, "B": 2, "C": 3}, 0)


def test_a_key_that_one_side_took_out_is_gone() -> None:
    data, conflicts = united(f"{HEAD}ids: {{A: x1, B: x2}}\n", f"{HEAD}ids: {{A: x1}}\n", f"{HEAD}ids: {{A: x1, B: x2, C: x3}}\n")
    assert (fields(data)["ids"], conflicts) == ({"A": "x1", "C": "x3"}, 0)


def test_a_key_that_both_changed_keeps_both_in_markers_and_all_else_is_united() -> None:
    data, conflicts = united(f"{HEAD}ids: {{A: x1}}\n", f"{HEAD}ids: {{A: x2, B: x5}}\n", f"{HEAD}ids: {{A: x3, C: x6}}\n")
    text = data.decode()
    assert conflicts == 1 and text.count("<<<<<<< ours") == text.count(">>>>>>> theirs") == 1
    for side in ("A: x2, B: x5, C: x6", "A: x3, B: x5, C: x6"):  # whichever line is kept, nothing else is lost
        assert f"ids: {{{side}}}\n" in text


def test_an_id_taken_by_two_keys_is_left_to_check() -> None:
    data, conflicts = united(HEAD, f"{HEAD}ids: {{P01: P0003}}\n", f"{HEAD}ids: {{P02: P0003}}\n")
    assert (fields(data)["ids"], conflicts) == ({"P01": "P0003", "P02": "P0003"}, 0)


ABOUT = "blue: 1\nuid: u\ntitle: Plans\nexperts:\n- {slug: muffin, role: Cook}\n- {slug: scone, role: Cook}\nmax_rounds: 10\n"
ZED, ECLAIR = "- {slug: zed, role: Cook}\n", "- {slug: eclair, role: Cook}\n"


def with_expert(line: str) -> str:
    return ABOUT.replace("max_rounds", f"{line}max_rounds")


def test_experts_are_united_by_slug_in_one_order_on_both_clones() -> None:
    data, conflicts = united(ABOUT, with_expert(ZED), with_expert(ECLAIR), "dialogue")
    assert conflicts == 0
    assert [expert["slug"] for expert in fields(data)["experts"]] == ["muffin", "scone", "eclair", "zed"]  # type: ignore[attr-defined, index]


def test_two_changes_of_one_expert_meet_and_two_of_one_word_do_not() -> None:
    ours = ABOUT.replace("muffin, role: Cook", "muffin, role: Baker")
    theirs = ABOUT.replace("muffin, role: Cook", "muffin, role: Cook, to_round: 2")
    data, conflicts = united(ABOUT, ours, theirs, "dialogue")
    assert conflicts == 0 and "- {slug: muffin, role: Baker, to_round: 2}\n" in data.decode()
    data, conflicts = united(ABOUT, ours, ABOUT.replace("muffin, role: Cook", "muffin, role: Guest"), "dialogue")
    assert conflicts == 1 and "<<<<<<< ours\n- {slug: muffin, role: Baker}\n=======\n- {slug: muffin, role: Guest}\n" in data.decode()


def test_panels_meet_by_round_links_as_a_set_and_a_dialogue_closed_twice_was_closed_at_the_earlier_time() -> None:
    ours = ABOUT + 'panels: {1: [muffin]}\nlinks: [a, b]\nclosed: {at: "2026-01-02T00:00:00Z"}\n'
    theirs = ABOUT + 'panels: {2: [scone]}\nlinks: [a, c]\nclosed: {at: "2026-01-01T00:00:00Z"}\n'
    data, conflicts = united(ABOUT, ours, theirs, "dialogue")
    said = fields(data)
    assert conflicts == 0
    assert said["panels"] == {"1": ["muffin"], "2": ["scone"]} and said["links"] == ["a", "b", "c"]
    assert said["closed"] == {"at": "2026-01-01T00:00:00Z"}


def test_a_panel_that_both_chose_is_a_conflict() -> None:
    _, conflicts = united(ABOUT, ABOUT + "panels: {1: [muffin]}\n", ABOUT + "panels: {1: [scone]}\n", "dialogue")
    assert conflicts == 1


def test_a_signed_map_is_never_united() -> None:
    _, conflicts = united(ABOUT, ABOUT + "seal: {a: x}\n", ABOUT + "seal: {b: x}\n", "dialogue")
    assert conflicts == 1


def test_a_file_that_both_added_is_as_old_as_the_first_and_the_same_text_is_no_conflict() -> None:
    ours, theirs = (file(f"{HEAD}created: 2026-01-0{n}T00:00:00Z\n") for n in (2, 1))
    done = unite(b"", ours, theirs, "contribution", STYLE)
    assert done is not None and done == (theirs, 0)


def test_true_and_one_are_not_the_same_value() -> None:
    base, ours, theirs = f"{HEAD}x: 1\n", f"{HEAD}ids: {{A: x1}}\nx: 1\n", f"{HEAD}ids: {{B: x2}}\nx: true\n"
    data, conflicts = united(base, ours, theirs)
    assert (fields(data)["x"] is True, conflicts) == (True, 0)


def test_what_both_added_in_different_places_stands_once() -> None:
    data, conflicts = united(HEAD, f"x: 1\n{HEAD}", f"{HEAD}x: 1\n")
    assert (fields(data)["x"], conflicts) == (1, 0)


def test_a_body_under_front_matter_without_a_final_newline() -> None:
    base = b"---\nblue: 1\n---"
    done = unite(base, b"---\nblue: 1\nround: 0\n---", base + b"\nbody\n", "contribution", STYLE)
    assert done == (b"---\nblue: 1\nround: 0\n---\nbody\n", 0)


def test_comments_and_keys_of_others_stay_where_lines_can_be_merged() -> None:
    base = f"{HEAD}# mine\nmood: 'fine'\n"
    data, conflicts = united(base, base + "weather: good\n", base.replace("round: 0", "round: 0 # first"), "contribution")
    assert conflicts == 0
    assert b"# mine\nmood: 'fine'\nweather: good\n" in data and b"round: 0 # first\n" in data


def test_a_comment_that_no_line_by_line_merge_keeps_makes_a_conflict() -> None:
    data, conflicts = united(HEAD, f"{HEAD}# because\nids: {{A: x1}}\n", f"{HEAD}# why not\nids: {{B: x2}}\n")
    assert conflicts == 1 and b"# because" in data and b"# why not" in data


@pytest.mark.parametrize("which", range(3))
@pytest.mark.parametrize(
    "broken", [b"no front matter\n", b"---\nids: {A: 1\n---\n", b"---\na: 1\na: 2\n---\n", b"---\nx: \xff\n---\n", b"x" * (1 << 20) + b"\n"]
)
def test_what_cannot_be_read_is_left_to_git(which: int, broken: bytes) -> None:
    sides = [file(HEAD, body) for body in ("base\n", "ours\n", "theirs\n")]
    sides[which] = broken
    assert unite(*sides, "contribution", STYLE) is None


def test_front_matter_that_would_be_over_the_limit_is_left_to_git() -> None:
    ours, theirs = (f"{HEAD}refs: {{{', '.join(f'{kind}{n}: x1' for n in range(4500))}}}\n" for kind in "AB")
    assert unite(file(HEAD), file(ours), file(theirs), "contribution", STYLE) is None


def test_byte_order_mark_carriage_returns_and_a_missing_end_stay() -> None:
    base = file(HEAD + "ids: {A: x1}\n", "1\n2\n3\n4").replace(b"\n", b"\r\n")
    ours = b"\xef\xbb\xbf" + base.replace(b"A: x1", b"A: x1, C: x3")
    theirs = base.replace(b"A: x1", b"A: x1, B: x2").replace(b"1\r\n2", b"one\r\n2")
    done = unite(base, ours, theirs, "contribution", STYLE)
    assert done is not None and not done.conflicts
    assert done.data.startswith(b"\xef\xbb\xbf---\r\n") and done.data.endswith(b"one\r\n2\r\n3\r\n4")
    assert b"ids: {A: x1, B: x2, C: x3}\r\n" in done.data and b"\n" not in done.data.replace(b"\r\n", b"")


WORDS = st.sampled_from(["A", "B", "C", "D"])
MAPS = st.dictionaries(WORDS, st.sampled_from(["x1", "x2", "x3"]), max_size=4)
BODIES = st.lists(st.sampled_from(["one", "two", "", "three"]), max_size=6).map(lambda lines: "".join(f"{line}\n" for line in lines))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(MAPS, BODIES), min_size=3, max_size=3))
def test_no_entry_and_no_line_of_either_side_is_lost(sides: list[tuple[dict[str, str], str]]) -> None:
    base, ours, theirs = (file(frontmatter.write({"blue": 1, "ids": ids or None}, "contribution"), body) for ids, body in sides)
    done = unite(base, ours, theirs, "contribution", STYLE)
    assert done is not None
    text = done.data.decode()
    for mine, other in ((sides[1], sides[2]), (sides[2], sides[1])):
        for key, value in mine[0].items():
            assert f"{key}: {value}" in text or sides[0][0].get(key) == value  # unless it is as it was
        assert all(line in text for line in mine[1].split("\n") if line in other[1] or line not in sides[0][1])
