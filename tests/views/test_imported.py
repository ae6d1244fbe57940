"""What `blue import` says of each dialogue that came."""

from __future__ import annotations

import pytest

from blue_cli.dialogue.ids import JUDGE
from blue_cli.views.imported import Come, document, text
from tests.dialogue.build import ID, graph, panel

PATH = f".blue/dialogues/{ID}"
TWO = {"muffin": "---\nids: {T01: T0001}\n---\n[TENSION T01: a]\n", "scone": "---\nids: {C01: C0001}\n---\n[CLAIM C01: b]\n"}


def come(files: dict[str, str], form: str = "record", created: bool = True, uid: str | None = "older:x", sealed: bool = False) -> Come:
    return Come("old.md", form, graph(files), len(files), created, uid, sealed)


def test_who_came_with_how_much() -> None:
    assert text([come(panel(TWO))], False) == (
        f"imported {ID}, an older record\n  {PATH}, 3 files\n  2 experts: muffin, scone\n  1 round, 2 texts\n  1 tension, 1 claim\n"
    )


def test_what_the_judge_wrote_is_told_apart() -> None:
    assert "1 round, 3 texts, 1 of them the judge's" in text([come(panel({**TWO, "judge": "Well.\n"}))], False)


@pytest.mark.parametrize(
    ("created", "dry_run", "word"),
    [(True, False, "imported"), (True, True, "would import"), (False, False, "there already:"), (False, True, "there already:")],
)
def test_the_word_tells_what_was_done(created: bool, dry_run: bool, word: str) -> None:
    assert text([come(panel(TWO), created=created)], dry_run).startswith(f"{word} {ID},")
    assert document([come(panel(TWO), created=created)], dry_run)["created"] is (created and not dry_run)


@pytest.mark.parametrize(
    ("form", "words"),
    [("record", "an older record"), ("export", "an export"), ("rounds", "plain rounds"), ("folder", "a dialogue's folder")],
)
def test_each_form_has_its_words(form: str, words: str) -> None:
    assert text([come(panel(TWO), form=form)], False).splitlines()[0].endswith(f", {words}")


def test_of_an_empty_one_nothing_is_counted() -> None:
    assert text([come({})], False).splitlines()[2:] == ["  no experts", "  no rounds, no texts", "  nothing raised"]


def test_of_a_sealed_one_nobody_knows_what_it_says() -> None:
    assert text([come({}, sealed=True)], False).endswith("  sealed, and not read\n")
    assert document([come({}, sealed=True)], False)["dialogues"][0]["added"] is None


def test_a_name_cannot_drive_the_terminal() -> None:
    one = come(panel(TWO))
    about = one.graph.meta._replace(id="a\x1b[31m")
    told = text([one._replace(graph=one.graph._replace(meta=about))], False)
    assert "\x1b" not in told and told.startswith("imported a")


def test_the_document_has_the_keys_of_its_schema() -> None:
    (one,) = document([come(panel(TWO), uid=None)], True)["dialogues"]
    assert (one["dialogue"], one["path"], one["uid"], one["source"], one["form"]) == (ID, PATH, None, "old.md", "record")
    assert (one["experts"], one["rounds"], one["contributions"], one["files"]) == (["muffin", "scone"], [0], 2, 3)
    assert one["added"]["tensions"] == one["added"]["claims"] == 1 and one["added"]["stances"] == 0
    assert document([], False) == {"created": False, "dry_run": False, "dialogues": []}


def test_the_judge_is_no_expert() -> None:
    assert JUDGE not in document([come(panel({**TWO, "judge": "Well.\n"}))], False)["dialogues"][0]["experts"]
