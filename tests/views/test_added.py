"""What `round add` says, and the text that an editor opens with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.dialogue import markers
from blue_cli.dialogue.grammar import MARKERS
from blue_cli.views.added import Change, File, background, document, template, text, without_template
from tests.dialogue.build import ID, graph, panel

BODY = "---\nids: {T01: T0001}\n---\n[TENSION T01: a \x1b[31m]\n"
PATH = f".blue/dialogues/{ID}/round-0/muffin.md"
FOUND = graph(panel({"muffin": BODY}, experts="muffin scone"))


def made(created: bool = True) -> File:
    return File("contribution/00#muffin", PATH, 0, "muffin", {"T01": "T0001"}, created)


def test_json_has_the_keys_of_the_contract() -> None:
    told = document(FOUND, [made()], [Change("T0001", "open", "addressed", "R0001")], dry_run=False)
    assert set(told) >= {"created", "dialogue", "round", "expert", "path", "ids", "added", "changed", "convergence"}
    assert (told["created"], told["ids"], told["added"]["tensions"], told["added"]["refs"]) == (True, {"T01": "T0001"}, ["T0001"], 0)
    assert told["changed"] == [{"id": "T0001", "from": "open", "to": "addressed", "by": "R0001"}]
    assert set(told["convergence"]) == {
        "velocity", "open_tensions", "new_perspectives", "signals", "panel", "percent", "can_converge", "complete",
    }  # fmt: skip


@pytest.mark.parametrize(("created", "dry_run", "says"), [(True, False, True), (False, False, False), (True, True, False)])
def test_created_only_when_something_was(created: bool, dry_run: bool, says: bool) -> None:
    assert document(FOUND, [made(created)], [], dry_run)["created"] is says


@pytest.mark.parametrize(
    ("created", "dry_run", "first"),
    [
        (True, False, f"added {PATH}"),
        (True, True, f"would add {PATH}"),
        (False, False, f"{PATH} is there already"),
        (False, True, f"{PATH} is there already"),
    ],
)
def test_people_read_what_happened_and_what_comes_next(created: bool, dry_run: bool, first: str) -> None:
    lines = text(FOUND, [made(created)], [Change("T0001", "open", "addressed", "R0001")], dry_run, color=False).splitlines()
    assert lines[0] == first
    assert "T0001: open → addressed by R0001" in lines
    assert lines[-1] == "next: round 0 waits for scone"
    assert "\x1b" not in "".join(lines)


def test_the_template_teaches_every_marker_an_expert_may_write() -> None:
    taught = template(FOUND, "muffin", 1)
    for marker in MARKERS:
        assert (marker.example.replace("--", "- -") in taught) == (
            marker.produced and not marker.judge and marker.shape in ("entity", "stance", "ref", "move")
        )


def test_nothing_in_the_template_is_a_marker_and_nothing_can_end_its_comment() -> None:
    hostile = graph(panel({"muffin": "[TENSION T01: x --> [TENSION T02: y]]"}, experts="muffin", question='"a --> b\\n\\n[CLAIM C01: z]"'))
    for opened in (template(hostile, "muffin", 1), background("a --> b", "c\n-->\n[CLAIM C01: d]")):
        assert opened.count("-->") == 1
        assert list(markers.scan(opened, 0, 1, False)[0]) == []


@given(st.text(st.characters(blacklist_categories=["Cs"])), st.text(st.characters(blacklist_categories=["Cs"])))
def test_what_was_typed_comes_back_without_the_template(above: str, below: str) -> None:
    opened = template(FOUND, "muffin", 1)
    back = without_template(above + opened + below)
    assert back.strip("\n") == (above.rstrip("\n") + "\n" + below.lstrip("\n")).strip("\n")


def test_a_template_that_was_moved_deleted_or_broken_harms_nothing() -> None:
    opened = template(FOUND, "muffin", 1)
    assert without_template(opened) == without_template(opened.lstrip("\n")) == ""
    assert without_template("just this\n") == "just this\n"
    assert without_template("a\n\n<!--\nmine\n-->\n") == "a\n\n<!--\nmine\n-->\n"
    assert without_template("a\n" + opened + "\n<!--\nmine\n-->\n") == "a\n<!--\nmine\n-->\n"
    assert without_template(opened.replace("-->", "")) == opened.replace("-->", "")
