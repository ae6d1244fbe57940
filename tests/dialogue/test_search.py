"""Search: what matches, in which order, and where in the text."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.dialogue.ids import address_of
from blue_cli.dialogue.search import AROUND, fold, may_match, places, search, words_of
from tests.dialogue.build import graph, panel


def found(words: str, *rounds: Mapping[str, str], kind: str = "", by: str = "") -> list[str]:
    return [hit.entity.canonical for hit in search(graph(panel(*rounds)), words_of(words), kind, by)]


def one(label: str, text: str = "") -> dict[str, str]:
    return {"muffin": f"[CLAIM C01: {label}]\n{text}"}


@pytest.mark.parametrize("words", ["café", "CAFE", "cafe\u0301", "Café noir", "noir café", "ｃａｆｅ"])
def test_case_and_accents_make_no_difference(words: str) -> None:
    assert found(words, one("Un CAFÉ noir")) == found(words, one("Un Cafe\u0301", "noir")) == ["MUFFIN-C0001"]


def test_every_word_must_be_there_in_label_or_text() -> None:
    assert found("cold disk", one("cold", "the disk")) == ["MUFFIN-C0001"]
    assert found("cold disk", one("cold", "the tape")) == []


def test_labels_before_texts() -> None:
    assert found("disk", {"muffin": "[CLAIM C01: a]\ndisk\n\n[CLAIM C02: disk]"}) == ["MUFFIN-C0002", "MUFFIN-C0001"]


def test_whole_words_before_beginnings_before_insides() -> None:
    labels = ("hardisk", "disks", "a disk", "re-disking")
    body = "\n\n".join(f"[CLAIM C{i:02d}: {label}]" for i, label in enumerate(labels, 1))
    assert found("disk", {"muffin": body}) == ["MUFFIN-C0003", "MUFFIN-C0002", "MUFFIN-C0004", "MUFFIN-C0001"]


def test_unsettled_before_settled_before_older() -> None:
    twice = {"muffin": "[TENSION T01: disk]\n\n[TENSION T02: disk]"}
    settled = {"muffin": "[RE:RESOLVE MUFFIN-T0002] [RE:RESOLVE MUFFIN-T0102]"}
    assert found("disk", twice, twice, settled) == ["MUFFIN-T0101", "MUFFIN-T0001", "MUFFIN-T0102", "MUFFIN-T0002"]


def test_one_kind_and_one_expert() -> None:
    first = {"muffin": "[CLAIM C01: disk]\n\n[TENSION T01: disk]", "scone": "[CLAIM C01: disk]"}
    assert found("disk", first, kind="C") == ["MUFFIN-C0001", "SCONE-C0001"]
    assert found("disk", first, by="scone") == ["SCONE-C0001"]


@pytest.mark.parametrize("id", ["C0001", "c0001?", "MUFFIN-C0001"])
def test_an_id_is_found_only_as_a_whole(id: str) -> None:
    assert found(id, one("x")) == ["MUFFIN-C0001"]
    assert found("C00", one("x")) == []


def test_a_snippet_shows_what_is_around_the_first_hit() -> None:
    text = "before " * 30 + "the Disk\nof ours " + "after " * 30
    (hit,) = search(graph(panel(one("x", text))), ("disk",))
    assert "the Disk of ours" in hit.snippet and hit.snippet.startswith("…") and hit.snippet.endswith("…")
    assert len(hit.snippet) < 4 * AROUND
    ((begin, end),) = hit.snippet_spans
    assert hit.snippet[begin:end] == "Disk"
    assert (hit.in_label, hit.label_spans) == (False, ())


def test_places_are_those_of_the_text_as_written() -> None:
    text = "ﬁne Ｃafé, ÇA VA"
    assert [text[b:e] for b, e in places(text, words_of("fine cafe va"))] == ["ﬁne", "Ｃafé", "VA"]
    assert [*places("aaa abab", ("aa", "ab"))] == [(0, 2), (4, 8)]


@given(st.text(max_size=30), st.lists(st.text(max_size=4), max_size=3))
def test_folding_twice_is_folding_once_and_places_hold_the_words(text: str, words: list[str]) -> None:
    assert fold(text) == "".join(map(fold, text))
    wanted = words_of(" ".join(words))
    spans = [*places(text, wanted)]
    assert all(0 <= b < e <= len(text) for b, e in spans)
    assert bool(spans) is any(word in fold(text) for word in wanted)


@given(
    st.text(st.sampled_from("abc Éé\n"), max_size=20),
    st.lists(st.text(st.sampled_from("abcé"), min_size=1, max_size=2), min_size=1, max_size=2),
)
def test_a_dialogue_that_is_not_read_has_no_hit(body: str, words: list[str]) -> None:
    files = panel(one(body.replace("\n", " ") or "x", body))
    blobs = {address_of(path): text.encode() for path, text in files.items()}
    wanted = words_of(" ".join(words))
    assert may_match(blobs, wanted) or not search(graph(files), wanted)


def test_most_dialogues_need_not_be_read() -> None:
    blobs = {"dialogue": b"cold", "contribution/00#a": b"DISK"}
    assert may_match(blobs, ("cold", "disk")) and not may_match(blobs, ("cold", "tape"))
    assert may_match(blobs, ("t0101",)) and may_match({"dialogue": "é".encode()}, ("tape",))
