"""Whose context, before which round, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from blue_cli.actions.context import everyone, one, outside
from blue_cli.errors import Conflict, NotFound, WrongCall
from tests.actions.desk import Desk


def test_it_is_for_the_round_that_the_expert_writes_next(desk: Desk) -> None:
    assert one(desk.store, desk.uid, "muffin", None, 8000)[0].round == 0
    desk.add("muffin", "[CLAIM C01: mine]")
    desk.add("scone", "[CLAIM C01: theirs]")
    reading, packed = one(desk.store, desk.uid, "@Muffin", None, 8000)
    assert (reading.round, reading.expert.role) == (1, "Caching")
    assert "theirs" in packed.text


def test_who_has_written_waits_for_the_others(desk: Desk) -> None:
    desk.add("muffin", "[CLAIM C01: mine]")
    with pytest.raises(Conflict, match="not muffin's turn: the round still waits for scone"):
        one(desk.store, desk.uid, "muffin", None, 8000)
    assert "mine" not in one(desk.store, desk.uid, "scone", None, 8000)[1].text
    assert one(desk.store, desk.uid, "muffin", 1, 8000)[0].round == 1


def test_everyone_reads_before_the_same_round(desk: Desk) -> None:
    desk.add("muffin", "[CLAIM C01: mine]")
    found = everyone(desk.store, desk.uid, None, 8000)
    assert [(r.expert.slug, r.round) for r, _ in found] == [("muffin", 0), ("scone", 0)]
    assert not any("[CLAIM C01: mine]" in packed.text or ": mine" in packed.text for _, packed in found)


def test_the_background_is_told(desk: Desk) -> None:
    head = desk.blobs["dialogue"].decode()
    desk.put("dialogue", head + "We have two disks.\n")
    assert "We have two disks." in one(desk.store, desk.uid, "muffin", None, 8000)[1].text


def test_what_is_refused(desk: Desk) -> None:
    with pytest.raises(NotFound) as unknown:
        one(desk.store, desk.uid, "mufin", None, 8000)
    assert unknown.value.suggestions == ("muffin",)
    with pytest.raises(WrongCall, match="--budget 10 has no room"):
        one(desk.store, desk.uid, "muffin", None, 10)
    with pytest.raises(WrongCall, match="rounds go from 0 to 99"):
        one(desk.store, desk.uid, "muffin", 100, 8000)


def test_never_among_the_dialogues(tmp_path: Path) -> None:
    kept = tmp_path / ".blue/dialogues"
    (kept / "cache").mkdir(parents=True)
    (tmp_path / "link").symlink_to(kept / "cache")
    for path in (kept, kept / "cache", kept / "new/x.md", tmp_path / "link", tmp_path / "out/../.blue/dialogues/cache"):
        with pytest.raises(WrongCall, match="not into"):
            outside(str(tmp_path), [str(path)], str(kept))
    outside(str(tmp_path), ["out", ".blue/dialogues-2", "/elsewhere"], str(kept))
