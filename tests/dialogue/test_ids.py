"""Names, addresses and ids: total, invertible, and never a way out of the folder."""

from __future__ import annotations

import re
import uuid

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from blue_cli.dialogue import ids

NAMES = st.from_regex(r"[0-9A-Za-z]([0-9A-Za-z-]{0,6}[0-9A-Za-z])?", fullmatch=True).filter(ids.is_name)
WORDS = st.sampled_from(
    [
        "dialogue.md",
        "round-0",
        "round-7",
        "round-07",
        "round-99",
        "round-100",
        "rulings",
        "verdicts",
        "final.md",
        "a.md",
        "con.md",
        "x.MD",
        "ä",
        "..",
    ]
)
PATHS = st.lists(WORDS | NAMES.map(lambda name: name + ".md") | st.text(min_size=1, max_size=5), min_size=1, max_size=4).map("/".join)
ADDRESSES = st.one_of(
    st.just("dialogue"),
    st.builds(
        lambda kind, number, name: f"{kind}/{number:02d}#{name}", st.sampled_from(["contribution", "ruling"]), st.integers(0, 99), NAMES
    ),
    NAMES.map("verdict/{}".format),
    PATHS.map("file/{}".format),
)


# --- addresses and paths ---


@given(PATHS)
def test_every_path_has_an_address_that_leads_back_to_it(path: str) -> None:
    if ids.is_path(path):
        assert ids.path_of(ids.address_of(path)) == path


@given(ADDRESSES | st.text(max_size=20))
@example("contribution/\u0663\u0663#strudel")  # digits, but not the ones that a path has
@example("contribution/\u00b2\u00b2#strudel")
@example("dialogue/")
@example("file/dialogue.md")
@example("file/round-0/strudel.md")
def test_an_address_is_refused_or_the_only_one_of_its_path(address: str) -> None:
    try:
        path = ids.path_of(address)
    except ValueError:
        return
    assert ids.address_of(path) == address
    assert ids.is_path(path)


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("dialogue", "dialogue.md"),
        ("contribution/00#strudel", "round-0/strudel.md"),
        ("contribution/12#judge", "round-12/judge.md"),
        ("ruling/00#MUFFIN-T0001", "round-0/rulings/MUFFIN-T0001.md"),
        ("verdict/final-2", "verdicts/final-2.md"),
        ("file/round-00/strudel.md", "round-00/strudel.md"),
        ("file/round-100/strudel.md", "round-100/strudel.md"),
        ("file/round-0/strudel.prompt.md", "round-0/strudel.prompt.md"),
        ("file/round-0/panel.json", "round-0/panel.json"),
        ("file/round-0/con.md", "round-0/con.md"),
        ("file/verdicts/a/b.md", "verdicts/a/b.md"),
        ("file/tensions.md", "tensions.md"),
    ],
)
def test_the_table_of_addresses(address: str, path: str) -> None:
    assert ids.path_of(address) == path
    assert ids.address_of(path) == address


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/x",
        "x/",
        "a//b",
        ".",
        "..",
        "a/../b",
        "../x",
        ".git/config",
        "a/.b",
        "a\\b",
        "a\nb",
        "a\x00",
        "a\x1b[2J",
        "a\u202eb",
        "\udcff.md",
    ],
)
def test_a_path_that_leads_out_or_moves_a_terminal_is_none(path: str) -> None:
    assert not ids.is_path(path)
    with pytest.raises(ValueError, match="not an address"):
        ids.path_of("file/" + path)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "file",
        "file/",
        "verdict/",
        "verdict/a.b",
        "contribution/1#a",
        "contribution/001#a",
        "contribution/0a#a",
        "ruling/00/a",
        "note/x",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        ids.path_of(address)


@given(ADDRESSES)
def test_the_parts_of_an_address_make_it_again(address: str) -> None:
    kind, round, name = ids.split_address(address)
    if kind == "contribution":
        assert ids.contribution(round, name) == address
    if kind in ("contribution", "ruling"):
        assert f"{kind}/{round:02d}#{name}" == address
    else:
        assert round == -1
        assert address in (f"{kind}/{name}", kind)


# --- names ---


@pytest.mark.parametrize("text", ["a", "7", "Strudel", "2026-11-24T0528Z-cache-policy", "a--b", "x" * 128, "console", "com", "lpt10"])
def test_what_may_be_a_name(text: str) -> None:
    assert ids.is_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "-a",
        "a-",
        "a b",
        "a/b",
        "..",
        ".a",
        "a.b",
        "a\n",
        "a\x00",
        "ä",
        "\uff41",
        "\u0663",
        "a_b",
        "x" * 129,
        "con",
        "CON",
        "Nul",
        "com1",
        "LPT9",
    ],
)
def test_what_may_not(text: str) -> None:
    assert not ids.is_name(text)


@given(st.text())
@example("con")
@example("x" * 59 + " y")
@example("2026")
@example("-" * 200)
def test_a_slug_is_a_lower_case_name_whatever_the_title(text: str) -> None:
    slug = ids.slugify(text)
    assert ids.is_name(slug)
    assert slug == slug.lower()
    assert len(slug) <= 60


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Cache policy: LRU, or not?", "cache-policy-lru-or-not"),
        ("Éclair & Crème brûlée", "eclair-creme-brulee"),
        ("日本", "dialogue"),
        ("2026!", "dialogue"),
        ("CON", "dialogue"),
        ("", "dialogue"),
        ("a/../../b", "a-b"),
    ],
)
def test_slugs(title: str, slug: str) -> None:
    assert ids.slugify(title) == slug
    assert ids.slugify("…", "expert") == "expert"


# --- entity ids ---


@given(NAMES, st.sampled_from(ids.KINDS), st.integers(0, ids.LAST_ROUND), st.integers(1, ids.LAST_NUMBER))
@example("a-T0101", "T", 1, 2)
def test_a_canonical_id_is_taken_apart_from_the_right(author: str, kind: str, round: int, number: int) -> None:
    match = ids.CANONICAL.fullmatch(ids.canonical(author, kind, round, number))
    assert match
    assert (match[1], match[2], int(match[3]), int(match[4])) == (author.upper(), kind, round, number)


@given(st.sampled_from(ids.KINDS), st.integers(0, ids.LAST_ROUND), st.integers(1, 9999))
def test_a_display_id_has_two_digits_of_round_and_then_the_number(kind: str, round: int, number: int) -> None:
    match = ids.DISPLAY.fullmatch(ids.display(kind, round, number))
    assert match
    assert (match[1], int(match[2]), int(match[3])) == (kind, round, number)
    assert not ids.BARE.fullmatch(ids.display(kind, round, number))


@given(st.sampled_from(ids.KINDS), st.integers(1, ids.LAST_NUMBER))
def test_a_local_id_is_bare(kind: str, number: int) -> None:
    match = ids.BARE.fullmatch(ids.local(kind, number))
    assert match
    assert (match[1], int(match[2])) == (kind, number)


def test_ids_as_people_know_them() -> None:
    assert ids.canonical("strudel", "T", 0, 1) == "STRUDEL-T0001"
    assert ids.display("T", 0, 10) == "T0010"
    assert ids.local("P", 1) == "P01"


# --- uids ---


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**74 - 1))
def test_a_uid_is_a_version_7_uuid_that_keeps_the_time_and_every_random_bit(milliseconds: int, random: int) -> None:
    uid = uuid.UUID(ids.uuid7(milliseconds, random))
    assert (uid.variant, uid.version) == (uuid.RFC_4122, 7)
    assert uid.int >> 80 == milliseconds
    assert (uid.int >> 64 & 0xFFF) << 62 | uid.int & (1 << 62) - 1 == random
    assert ids.UID.fullmatch(str(uid))


def test_the_example_of_the_standard() -> None:
    """RFC 9562, appendix A.6."""
    assert ids.uuid7(0x017F22E279B0, 0xCC3 << 62 | 0x18C4DC0C0C07398F) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


UID = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@pytest.mark.parametrize(
    "text",
    [
        "---\nblue: 1\nuid: {}\n---\n",
        "---\nuid: {}\n---",
        "---\r\nblue: 1\r\nuid: {}\r\n---\r\n",
        "\ufeff---\nuid: {}\n---\n",
        '---\nuid: "{}"\n---\n',
        "---\nuid:   {} \n---\n---\nuid: x\n---\n",
    ],
)
def test_the_uid_that_front_matter_says(text: str) -> None:
    assert ids.uid_in(text.format(UID).encode(), "one") == UID


@pytest.mark.parametrize(
    "text",
    [
        "",
        "uid: {}\n",
        "# title\n\n---\nuid: {}\n---\n",
        "---\ntitle: x\n---\n---\nuid: {}\n---\n",
        "---\nuid: {}\n",
        "---\n uid: {}\n---\n",
        "---\nother_uid: {}\n---\n",
        "---\nuid: {}0\n---\n",
        "---\nuid: ../../etc\n---\n",
    ],
)
def test_without_one_the_folder_is_the_uid(text: str) -> None:
    assert ids.uid_in(text.format(UID).encode(), "one") == "older:one"


@given(st.binary(), NAMES)
def test_any_bytes_give_a_uid(data: bytes, folder: str) -> None:
    assert re.fullmatch(rf"{ids.UID.pattern}|older:{folder}", ids.uid_in(data, folder))
