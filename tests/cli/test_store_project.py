"""`blue store project`: made, followed by every command, dropped; what is sealed is not in it; what `--everywhere` says."""

from __future__ import annotations

import io
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from blue_cli.cli.progress import Steps
from tests.cli.program import Said, Terminal, blue

URL = "sqlite:///blue.db"
SECRET = "zqxprojection"


class Place:
    """A workspace with a key and an SQLite store that has two dialogues."""

    def __init__(self, root: Path) -> None:
        self.root = root / "work"
        self.root.mkdir()
        self.env = {"HOME": str(root / "home"), "PATH": "/usr/bin:/bin", "BLUE_STORE": URL}
        for words in ("init", "key new", "store init"):
            self.blue(*words.split())
        for id in ("one", "two"):
            self.blue("dialogue", "new", f"About {id}", "--id", id, "--expert", "muffin:Caching", "--expert", "scone:Storage")
            self.add(id, "muffin", f"[TENSION T01: {SECRET} {id}]\n")

    def blue(self, *argv: str, text: str = "", status: int = 0, **io_: Any) -> Said:
        said = blue(*argv, cwd=self.root, env=self.env, stdin=io.BytesIO(text.encode()), **io_)
        assert said.status == status, said
        return said

    def add(self, id: str, expert: str, text: str) -> None:
        self.blue("round", "add", "-d", id, "--expert", expert, "-", text=text)

    @property
    def projection(self) -> Any:
        return self.blue("store", "status", "--json").json["projection"]

    def rows(self, statement: str) -> list[Any]:
        with sqlite3.connect(self.root / "blue.db") as file:
            return file.execute(statement).fetchall()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_it_is_made_kept_by_every_command_and_taken_away(place: Place) -> None:
    assert place.projection is None
    assert place.blue("store", "project").out == f"projected 2 dialogues of {URL}\n"
    assert place.projection == {"current": True, "behind": 0}
    place.add("one", "scone", "[RE:ADDRESS T0001] [PERSPECTIVE P01: x]\n")
    place.blue("rule", "T0001", "-d", "one", "resolve", "--reason", "measured")
    place.blue("dialogue", "new", "Third", "--id", "three")
    place.blue("dialogue", "rename", "-d", "two", "renamed")
    assert place.projection == {"current": True, "behind": 0}
    assert place.rows("SELECT d.id, t.status FROM tensions t JOIN dialogues d USING (dialogue) ORDER BY d.id") == [
        ("one", "resolved"), ("renamed", "open")]  # fmt: skip
    assert place.blue("store", "project").out == f"the projection of {URL} is current\n"
    assert place.blue("store", "project", "--drop").out == f"took the projection of {URL} away\n"
    assert place.projection is None


def test_the_document(place: Place) -> None:
    expected = {"schema": "blue/store.project@1", "store": URL, "dropped": False, "projected": 2, "warnings": []}
    assert place.blue("store", "project", "--json").json == expected
    assert place.blue("store", "project", "--drop", "--json").json == {**expected, "dropped": True, "projected": 0}


def test_status_says_in_words_how_it_stands(place: Place) -> None:
    def word() -> str:
        return place.blue("store", "status").out.splitlines()[-1]

    assert word() == "projection none"
    place.blue("store", "project")
    assert word() == "projection current"
    place.rows("UPDATE dialogues SET version = 'old' WHERE id = 'one'")
    assert word() == f"projection 1 out of date: blue store project --store {URL}"
    place.rows("UPDATE blue_projection SET format = 'x'")
    assert word() == f"projection of another version: blue store project --store {URL}"


@pytest.mark.parametrize("store", ["files", "memory:"])
def test_other_stores_say_so(place: Place, store: str) -> None:
    place.env["BLUE_STORE"] = store
    assert "this store has no projection" in place.blue("store", "project", status=2).err


def test_commands_say_the_same_with_it_and_without(place: Place) -> None:
    calls = ["tensions list --everywhere", "tensions list --everywhere --json", "stats --everywhere --json", "experts list --everywhere",
             f"search {SECRET} --everywhere --json", "verdicts list --everywhere --json"]  # fmt: skip
    before = [place.blue(*words.split()) for words in calls]
    place.blue("store", "project")
    assert [place.blue(*words.split()) for words in calls] == before
    assert SECRET in before[0].out


# --- sealed ---------------------------------------------------------------------------------------------------------


def test_sealing_a_dialogue_takes_its_text_out_of_the_tables(place: Place) -> None:
    place.blue("store", "project")
    place.blue("seal", "-d", "one")
    tables = [name for (name,) in place.rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'blue_blobs'")]
    text = repr([place.rows(f"SELECT * FROM {name}") for name in tables])
    assert f"{SECRET} two" in text
    assert f"{SECRET} one" not in text
    assert "About one" not in text
    assert place.rows("SELECT sealed, contributions, status FROM dialogues WHERE id = 'one'") == [(1, 1, None)]
    assert place.projection == {"current": True, "behind": 0}


def test_a_sealed_dialogue_is_opened_for_an_answer(place: Place) -> None:
    place.blue("seal", "-d", "one")
    before = place.blue("tensions", "list", "--everywhere").out
    place.blue("store", "project")
    assert place.blue("tensions", "list", "--everywhere").out == before
    assert f"{SECRET} one" in before
    place.blue("unseal", "-d", "one")
    assert place.rows("SELECT sealed FROM dialogues WHERE id = 'one'") == [(0,)]


def test_a_seal_that_was_taken_off_by_somebody_is_seen_through_the_projection(place: Place) -> None:
    """The rows of a dialogue that lost its seal in another clone are current; this clone remembers, and looks at the files."""
    plain = place.rows("SELECT b.address, b.data FROM blue_blobs b JOIN blue_dialogues d ON d.key = b.dialogue WHERE d.id = 'one'")
    place.blue("seal", "-d", "one")
    place.blue("tensions", "list", "-d", "one")
    with sqlite3.connect(place.root / "blue.db") as file:
        for address, data in plain:
            file.execute("UPDATE blue_blobs SET data = ? WHERE address = ? AND dialogue = 1", (data, address))
    place.blue("store", "project", "--drop")
    place.blue("store", "project")
    assert place.rows("SELECT sealed FROM dialogues WHERE id = 'one'") == [(0,)]
    said = place.blue("tensions", "list", "--everywhere", status=6)
    assert "it was sealed when this clone last saw it" in said.err


# --- waiting ----------------------------------------------------------------------------------------------------------


def test_a_line_tells_how_far_it_has_come_after_a_second() -> None:
    terminal, times = Terminal(), iter([0.0, 0.5, 1.5, 1.55, 2.0, 2.1])
    line = Steps(terminal, "projected {} of {} dialogues", lambda: next(times))
    for done in range(1, 5):
        line.at(done, 9)
    line.clear()
    assert terminal.getvalue() == "\rprojected 2 of 9 dialogues\x1b[K\rprojected 4 of 9 dialogues\x1b[K\r\x1b[K"


def test_a_quick_one_says_nothing_on_the_way(place: Place) -> None:
    screen = Terminal()
    place.blue("store", "project", stderr=screen)
    assert screen.getvalue() == ""
