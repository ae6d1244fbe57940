"""What is handed in is told apart by what it says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.actions.importing_forms import Arrival, errors, is_dialogue, read_file, read_folder
from blue_cli.actions.load import fold
from blue_cli.dialogue.ids import address_of, uid_in
from blue_cli.stores.base import Snapshot, Unread
from blue_cli.views.export import export
from tests.dialogue import plays
from tests.dialogue.plays import Play

UID = "019b7871-2680-70e4-b285-a2d6ce8fe84a"
RECORD = "## Round 0\n\n### Muffin 🧁\n\n[TENSON T01: a]\n\n### Scone 🧁\n\n[RESOLVED MUFFIN-T07]\n"
ROUNDS = {
    "title": "Cache policy",
    "rounds": [
        {
            "round": 0,
            "contributions": [{"expert": "muffin", "text": "[TENSION T01: a]\n"}, {"expert": "scone", "text": "[TENSION T01: b]\n"}],
        },
        {"round": 1, "contributions": [{"expert": "muffin", "text": "[RE:RESOLVE T0001] done"}], "judge": "[ACCEPTED T0002: c]\n"},
    ],
}


def read(data: Any, name: str = "cache.json", id: str = "") -> Arrival:
    if not isinstance(data, bytes):
        data = (data if isinstance(data, str) else json.dumps(data)).encode()
    return read_file(name, data, id, lambda: UID)


def told(arrival: Arrival) -> list[tuple[str, str, int, int]]:
    return [(f.severity, f.rule, f.line, f.column) for f in arrival.findings]


def exported(files: dict[str, bytes], id: str = "cache") -> dict[str, Any]:
    blobs = dict(sorted((address_of(path), data) for path, data in files.items()))
    uid = uid_in(blobs.get("dialogue", b""), id)
    return {"schema": "blue/export@1", **export(fold(Snapshot(uid, id, blobs, "")), blobs), "warnings": []}


@pytest.mark.parametrize(
    ("data", "name", "form"),
    [
        (RECORD, "cache.json", "record"),
        ("\ufeff" + RECORD, "x", "record"),
        (ROUNDS, "cache.md", "rounds"),
        ({"$schema": "urn:blue:rounds@1", **ROUNDS}, "x", "rounds"),
        ({"rounds": 1}, "x", "rounds"),
        (exported({"round-0/muffin.md": b"a"}), "x.md", "export"),
        ({"schema": "blue/export@1"}, "x", "export"),
    ],
)
def test_the_form_is_told_by_the_content(data: Any, name: str, form: str) -> None:
    assert read(data, name).form == form


@pytest.mark.parametrize(
    "data",
    [
        "",
        "# Notes\n",
        "[]",
        "{}",
        '{"schema": "blue/check@1"}',
        '{"schema": "blue/export@2"}',
        '{"a": NaN}',
        '{"a": 1, "a": 1}',
        "[" * 99,
        b"\xff{",
    ],
)
def test_anything_else_is_one_clear_error(data: Any) -> None:
    arrival = read(data)
    assert len(errors(arrival)) == 1 and not arrival.blobs


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("a/b/2026-02-03T0915Z-cache.dialogue.recorded.md", "2026-02-03T0915Z-cache"),
        ("cache.dialogue.md", "cache"),
        ("cache.recorded.md", "cache"),
        ("cache.md", "cache"),
        ("What to cache?.md", "what-to-cache"),
    ],
)
def test_a_record_has_its_id_from_its_name(name: str, id: str) -> None:
    assert (read(RECORD, name).id, read(RECORD, name).uid) == (id, f"older:{id}")
    assert read(RECORD, name, "other").id == "other"


@pytest.mark.parametrize("name", ["-", "../..", "кэш.md", "con.md"])
def test_a_name_that_is_no_id_needs_one(name: str) -> None:
    assert [f.rule for f in errors(read(RECORD, name))] == ["invalid-id"]
    assert not errors(read(RECORD, name, "cache"))


def test_what_check_finds_in_a_record_has_the_records_lines() -> None:
    assert told(read(RECORD, "cache.md")) == [("warning", "near-miss-marker", 5, 1), ("warning", "dangling-ref", 9, 11)]


def test_with_an_error_what_can_be_said_of_the_texts_is_said_too() -> None:
    arrival = read(RECORD + "\n### Bagel\n", "cache.md")
    assert [f.rule for f in arrival.findings] == ["near-miss-marker", "near-miss-marker"] and len(errors(arrival)) == 1


# --- rounds --------------------------------------------------------------------------------------------------------


def test_rounds_become_a_native_dialogue_that_is_as_if_added_by_blue() -> None:
    arrival = read(ROUNDS)
    assert (arrival.id, arrival.uid, arrival.findings) == ("cache-policy", UID, ())
    experts = "experts:\n- {slug: muffin}\n- {slug: scone}\n"
    assert arrival.blobs["dialogue"].decode() == f"---\nblue: 1\nuid: {UID}\ntitle: Cache policy\n{experts}---\n"
    assert b"ids: {T01: T0002}\n" in arrival.blobs["contribution/00#scone"]
    assert arrival.blobs["contribution/01#muffin"].endswith(b"refs: {T0001: MUFFIN-T0001}\n---\n[RE:RESOLVE T0001] done")
    assert {e.id: s.status for e, s in arrival.graph.of_kind("T")} == {"T0001": "resolved", "T0002": "accepted"}


def test_nothing_is_made_up() -> None:
    said = b"".join(read(ROUNDS).blobs.values())
    for word in (b"created", b"role", b"tier", b"question", b"max_rounds"):
        assert word not in said


def test_the_id_has_the_minute_when_that_is_said() -> None:
    assert read({**ROUNDS, "created": "2026-11-24T05:28:59Z"}).id == "2026-11-24T0528Z-cache-policy"
    assert read({**ROUNDS, "created": "2026-11-24T05:28:59Z", "id": "x"}).id == "x"


def test_a_mistake_in_a_text_stands_where_the_text_stands() -> None:
    text = json.dumps(ROUNDS, indent=1).replace("T0001] done", "T0009] done")
    (finding,) = read(text).findings
    lines = text.split("\n")
    assert (finding.rule, finding.severity) == ("dangling-ref", "error")
    assert lines[finding.line - 1][finding.column - 1 :].startswith('"[RE:RESOLVE T0009]')
    assert finding.message.startswith("round 1, muffin, line 1: ")


def test_a_thousand_problems_are_not_all_told() -> None:
    arrival = read({"title": "x", "rounds": [1] * 1000})
    assert len(arrival.findings) == 201 and "800 more" in arrival.findings[-1].message


# --- exports -------------------------------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(plays.plays(), st.booleans())
def test_an_export_brought_in_and_exported_again_is_the_same(play: Play, older: bool) -> None:
    files = {path: text.encode() for path, text in play.files().items() if not older or path != "dialogue.md"}
    before = exported(files)
    arrival = read(before)
    assert not arrival.findings
    after = {"schema": "blue/export@1", **export(arrival.graph, arrival.blobs), "warnings": []}
    assert json.dumps(after) == json.dumps(before)


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf[TENSION T01: a]",
        b"a\r\nb\r\n",
        b"\xff\x00",
        b"---\r\nround: 0\r\n---\r\na",
        b"--- \nround: 0\n---\nb",
        b"",
        b"\xef\xbb\xbf",
    ],
)
def test_odd_bytes_come_through(data: bytes) -> None:
    files = {"round-0/muffin.md": data, "notes/a b.txt": data}
    arrival = read(json.loads(json.dumps(exported(files))))
    assert {address_of(path): content for path, content in files.items()} == arrival.blobs


def test_a_uid_that_the_file_does_not_say_is_told() -> None:
    files = {"dialogue.md": f"---\nblue: 1\nuid: {UID}\ntitle: x\n---\n".encode()}
    document = exported(files)
    assert not read(document).findings
    document["dialogue"]["uid"] = "019b7871-2680-70e4-b285-000000000000"
    assert [(f.rule, f.severity) for f in read(document).findings] == [("identity-mismatch", "warning")]


def test_a_sealed_file_in_an_export_is_refused() -> None:
    from blue_cli.dialogue.rulebook import RULES

    sealed = RULES["seal-broken"].example["cache/round-0/muffin.md"].encode()
    assert [f.rule for f in errors(read(exported({"round-0/muffin.md": sealed})))] == ["sealed-unreadable"]


# --- folders -------------------------------------------------------------------------------------------------------


def test_a_folder_is_taken_as_it_is() -> None:
    arrival = read_folder("some/2026-cache/", {"contribution/00#muffin": b"a"}, [], "")
    assert (arrival.id, arrival.uid, arrival.form, errors(arrival)) == ("2026-cache", "older:2026-cache", "folder", [])


def test_half_a_folder_is_refused() -> None:
    arrival = read_folder("cache", {}, [Unread("round-0/muffin.md", "symlink"), Unread("a.md", "too-large")], "")
    assert [(f.rule, f.path) for f in errors(arrival)] == [("unsafe-path", "cache/round-0/muffin.md"), ("limit", "cache/a.md")]


@pytest.mark.parametrize(
    ("names", "is_one"), [(["dialogue.md"], True), (["round-0"], True), (["round-x", "a.md"], False), ([], False), (["round-100"], False)]
)
def test_a_dialogues_folder_is_known_by_what_is_in_it(names: list[str], is_one: bool) -> None:
    assert is_dialogue(names) is is_one


HEADS = ["", '{"schema":"blue/export@1","contributions":', '{"title":"x","rounds":', "## Round 0\n### A 🧁\n"]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(HEADS), st.binary(max_size=60) | st.text(max_size=40).map(str.encode))
def test_nothing_raises(head: str, tail: bytes) -> None:
    arrival = read(head.encode() + tail)
    assert errors(arrival) or arrival.blobs
