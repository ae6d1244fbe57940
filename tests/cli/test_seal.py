"""`blue seal`, `blue unseal`, `blue key rewrap|rotate|reencrypt`, `blue dialogue new --sealed`: what is said, and its status."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import Said, Terminal, blue

ID = "cache"
FOLDER = f".blue/dialogues/{ID}"


class Place:
    """A workspace with a key, and a plain dialogue of two rounds."""

    def __init__(self, root: Path) -> None:
        self.root = root / "work"
        self.root.mkdir()
        self.env = {"HOME": str(root / "home"), "PATH": "/usr/bin:/bin"}
        self.blue("init")
        self.blue("key", "new")
        self.blue("dialogue", "new", "Secret cache", "--id", ID, "--expert", "muffin:Caching", "--expert", "scone:Storage")
        self.blue("round", "add", "--expert", "muffin", "-", text="[TENSION T01: Secret latency]\n")
        self.blue("round", "add", "--expert", "scone", "-", text="[PERSPECTIVE P01: Secret disks]\n")

    def blue(self, *argv: str, text: str = "", status: int = 0, **env: str) -> Said:
        said = blue(*argv, cwd=self.root, env={**self.env, **env}, stdin=io.BytesIO(text.encode()))
        assert said.status == status, said
        return said

    def json(self, *argv: str, status: int = 0, **env: str) -> Any:
        return self.blue(*argv, "--json", status=status, **env).json

    @property
    def files(self) -> dict[str, bytes]:
        """Every file of the dialogue."""
        folder = self.root / FOLDER
        return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}

    @property
    def events(self) -> list[str]:
        found = sorted((self.root / ".blue/audit").glob("*-*/*.json"))
        return [json.loads(path.read_text())["action"] for path in found]

    def other_key(self) -> str:
        """A second key, as a provider's URL."""
        path = self.root.parent / "other/b.key"
        self.blue("key", "new", BLUE_KEY_FILE=str(path))
        return f"file:{path}"


class Pipe(io.StringIO):
    """A standard output with bytes below it."""

    def __init__(self) -> None:
        super().__init__()
        self.buffer = io.BytesIO()

    @classmethod
    def of(cls, place: Place, *argv: str) -> bytes:
        """The bytes that a command wrote."""
        pipe = cls()
        blue(*argv, cwd=place.root, env=place.env, stdout=pipe)
        return pipe.buffer.getvalue()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_seal_says_what_was_sealed_and_with_which_key(place: Place) -> None:
    before = place.files
    (place.root / FOLDER / "prompt.txt").write_text("beside")
    document = place.json("seal")
    key = place.json("key", "show")["items"][0]["id"]
    assert document == {
        "schema": "blue/seal@1", "changed": True, "dialogue": ID, "uid": document["uid"], "from_round": 0,
        "files": [f"{FOLDER}/dialogue.md", f"{FOLDER}/round-0/muffin.md", f"{FOLDER}/round-0/scone.md"],
        "readable": [f"{FOLDER}/prompt.txt"], "keys": [key], "added": [], "removed": [], "commits": None, "warnings": [],
    }  # fmt: skip
    assert all(b"ecret" not in data for data in place.files.values())
    assert place.events == ["seal"]
    assert place.blue("seal").out == f"sealed already: {ID}\nkeys that open it: {key}\nstays readable: {FOLDER}/prompt.txt\n"
    place.blue("unseal")
    assert {name: data for name, data in place.files.items() if name != "prompt.txt"} == before
    assert place.events == ["seal", "unseal"]


def test_everything_works_as_if_nothing_were_sealed(place: Place) -> None:
    questions = (["tensions", "list"], ["perspectives", "list", "--json"], ["show", "T0001"], ["status"], ["search", "latency"])
    plain = [place.blue(*words).out for words in questions]
    place.blue("seal")
    assert [place.blue(*words).out for words in questions] == plain
    place.blue("round", "add", "--expert", "muffin", "-", text="[MOVE:CONVERGE]\n")
    assert "0 errors" in place.blue("check").out and place.blue("audit", "verify").status == 0


def test_from_a_round_that_is_none(place: Place) -> None:
    assert "rounds go from 0 to 99" in place.blue("seal", "--from", "100", status=2).err


def test_a_key_is_added_and_removed(place: Place) -> None:
    other = place.other_key()
    document = place.json("seal", "--add", other)
    assert document["changed"] and len(document["keys"]) == 2, "a plain dialogue is sealed for both"
    again = place.json("seal", "--add", other)
    assert again["changed"] is False and again["keys"] == document["keys"]
    mine, second = document["keys"]
    place.blue("round", "add", "--expert", "muffin", "-", text="[MOVE:CONVERGE]\n")
    said = place.blue("seal", "--remove", other)
    assert f"{second} opens nothing that is written from now on (data key 2)" in said.out
    assert "blue key reencrypt" in said.err and "for ever" in said.err
    assert place.json("seal")["keys"] == [mine]
    assert place.events == ["seal", "wrap-removed"]


def test_the_last_key_is_not_removed_and_a_strange_one_not_found(place: Place) -> None:
    place.blue("seal")
    before = place.files
    assert place.json("seal", "--remove", "file:", status=5)["error"]["code"] == "conflict"
    assert place.json("seal", "--remove", "umk#0000000000000000", status=3)["error"]["suggestions"]
    assert place.json("seal", "--remove", "nonsense:", status=2)["error"]["code"] == "usage"
    assert place.files == before


def test_removing_says_how_the_dialogue_is_sealed(place: Place) -> None:
    other = place.other_key()
    place.blue("seal", "--from", "1", "--add", other)
    document = place.json("seal", "--remove", other)
    assert (document["from_round"], document["changed"], document["files"]) == (1, True, [])
    assert document["readable"] == [f"{FOLDER}/round-0/muffin.md", f"{FOLDER}/round-0/scone.md"]
    assert len(document["keys"]) == len(document["removed"]) == 1


def test_remove_on_a_plain_dialogue_does_not_seal_it(place: Place) -> None:
    before = place.files
    assert "is not sealed" in place.blue("seal", "--remove", "file:", status=5).err
    assert place.files == before and place.events == []


def test_without_a_key_nothing_is_sealed_and_none_is_made(place: Place) -> None:
    before = place.files
    said = place.blue("seal", status=4, BLUE_KEY_FILE=str(place.root.parent / "none.key"))
    assert "blue key new" in said.err and not (place.root.parent / "none.key").exists()
    assert place.files == before and place.events == []


def test_a_log_that_cannot_be_written_leaves_everything_as_it_was(place: Place) -> None:
    uid = place.json("dialogue", "show", ID)["dialogue"]["uid"]
    (place.root / ".blue/audit" / uid).write_text("in the way")
    before = place.files
    assert place.blue("seal", status=6).err
    assert place.files == before


# --- unseal ---------------------------------------------------------------------------------------------------------


def test_stdout_prints_the_exact_bytes_and_changes_nothing(place: Place) -> None:
    plain = place.files
    place.blue("seal")
    before = place.files
    for name in ("round-0/muffin.md", f"{FOLDER}/round-0/muffin.md"):
        assert place.blue("unseal", "--stdout", name).out.encode() == plain["round-0/muffin.md"]
    whole = place.blue("unseal", "--stdout").out
    assert whole.startswith("==> dialogue.md <==\n---\n") and "\n==> round-0/scone.md <==\n" in whole
    assert place.files == before
    assert place.events == ["seal", "plaintext-output", "plaintext-output", "plaintext-output"]
    assert place.json("unseal", "--stdout", "round-0/muffin.md")["files"] == [
        {"path": f"{FOLDER}/round-0/muffin.md", "text": plain["round-0/muffin.md"].decode()}
    ]


def test_stdout_of_a_file_that_is_not_there(place: Place) -> None:
    place.blue("seal")
    assert place.json("unseal", "--stdout", "round-9/muffin.md", status=3)["error"]["code"] == "not-found"
    assert place.json("unseal", "--stdout", "../../../etc/passwd", status=3)["error"]["code"] == "not-found"
    assert place.events == ["seal"]


def test_bytes_that_are_no_text_survive_stdout(place: Place) -> None:
    data = b"\xff\xfe not UTF-8 \x1b[31m"
    (place.root / FOLDER / "round-0/scone.md").write_bytes(data)
    place.blue("seal")
    assert Pipe.of(place, "unseal", "--stdout", "round-0/scone.md") == data
    assert place.json("unseal", "--stdout", "round-0/scone.md")["files"][0].keys() == {"path", "base64"}
    shown = Terminal()
    blue("unseal", "--stdout", "round-0/scone.md", cwd=place.root, env=place.env, stdout=shown)
    assert "\x1b" not in shown.getvalue(), "a terminal gets no escapes from a text"


def test_one_file_is_never_unsealed(place: Place) -> None:
    assert "blue unseal --stdout round-0/muffin.md" in place.blue("unseal", "round-0/muffin.md", status=2).err


def test_unsealing_a_plain_dialogue_is_nothing_to_do(place: Place) -> None:
    assert place.blue("unseal").out == f"{ID} is not sealed\n"
    assert place.json("unseal")["changed"] is False and place.events == []


# --- the three verbs --------------------------------------------------------------------------------------------------


def test_the_three_verbs(place: Place) -> None:
    other = place.other_key()
    keys = {"BLUE_KEYS": f"file: {other}"}
    place.blue("seal", "--add", other)
    assert place.json("key", "reencrypt")["changed"] is False
    would = place.json("key", "rotate", "--dry-run", **keys)
    assert (would["changed"], would["dry_run"], would["items"][0]["changed"], would["items"][0]["version"]) == (False, True, True, 2)
    error = place.json("key", "rotate", status=4)["error"]
    assert error["code"] == "locked" and "umk#" in error["message"]
    done = place.json("key", "rotate", **keys)
    assert done["changed"] and done["items"][0] == would["items"][0]
    assert place.json("key", "rotate", **keys)["changed"] is False
    before = place.files
    assert place.blue("key", "reencrypt", "--dry-run").out.startswith(f"{ID}: 3 files would be sealed anew under data key 2\n  {FOLDER}/")
    assert place.files == before
    assert place.json("key", "reencrypt")["items"][0]["files"] == [f"{FOLDER}/{name}" for name in place.files]
    assert "which is not here" in place.blue("key", "rewrap").out
    assert place.events == ["seal", "rotate", "reencrypt", "rewrap"]


def test_rewrap_to_another_key(place: Place) -> None:
    place.blue("seal")
    other = place.other_key()
    said = place.blue("key", "rewrap", "--to", other)
    assert "no longer for umk#" in said.out and "blue key rotate" in said.err
    place.blue("unseal", "--stdout", status=4)
    place.blue("unseal", "--stdout", BLUE_KEYS=other)
    assert place.json("key", "rewrap", "--to", other)["changed"] is False


def test_everywhere_has_the_status_of_the_worst(place: Place) -> None:
    assert place.blue("key", "rotate", "--everywhere").out == "no sealed dialogue\n"
    other = place.other_key()
    place.blue("dialogue", "new", "Two", "--id", "two", "--sealed", BLUE_KEYS=other)
    place.blue("seal", "-d", ID)
    said = place.json("key", "rotate", "--everywhere", status=4)
    assert [(item["dialogue"], item["changed"], bool(item["error"])) for item in said["items"]] == [(ID, True, False), ("two", False, True)]
    (place.root / FOLDER / "round-0/eve.md").write_text("smuggled")
    assert place.json("key", "reencrypt", "--everywhere", status=6)["changed"] is False
    place.blue("key", "rotate", "--everywhere", "-d", ID, status=2)


# --- sealed from the beginning --------------------------------------------------------------------------------------------


def test_the_first_bytes_on_disk_are_sealed_and_the_id_says_nothing(place: Place) -> None:
    document = place.json("dialogue", "new", "Very hidden", "--question", "Very hidden?", "--expert", "muffin:Hiding", "--sealed")
    id = document["dialogue"]
    stamp, _, tail = id.partition("Z-sealed-")
    assert len(stamp) == 15 and len(tail) == 4 and int(tail, 16) >= 0
    data = (place.root / f".blue/dialogues/{id}/dialogue.md").read_bytes()
    assert b"idden" not in data and b"Hiding" not in data and b"- {slug: muffin, tier: core}\n" in data
    assert place.json("dialogue", "show", id)["dialogue"]["title"] == "Very hidden"
    assert place.json("seal", "-d", id)["changed"] is False
    assert not [path for path in place.root.rglob("*") if path.is_file() and b"idden" in path.read_bytes()]
    again = place.json("dialogue", "new", "Very hidden", "--question", "Very hidden?", "--sealed", "--if-absent")
    assert (again["created"], again["dialogue"]) == (False, id)
    assert place.json("dialogue", "new", "Very hidden", "--sealed", "--id", "mine")["dialogue"] == "mine"


def test_a_sealed_one_that_is_stripped_is_noticed_at_once(place: Place) -> None:
    place.blue("dialogue", "new", "Hidden", "--sealed", "--id", "hidden")
    path = place.root / ".blue/dialogues/hidden/dialogue.md"
    uid = next(line for line in path.read_text().splitlines() if line.startswith("uid:"))
    path.write_text(f"---\nblue: 1\n{uid}\ntitle: Hidden\n---\n")
    place.blue("dialogue", "show", "hidden", status=6)
    place.blue("seal", "-d", "hidden", status=6)


def test_no_sealed_dialogue_without_a_key_or_with_a_draft_on_disk(place: Place) -> None:
    before = os.listdir(place.root / ".blue/dialogues")
    place.blue("dialogue", "new", "X", "--sealed", status=4, BLUE_KEY_FILE="/nowhere/at.key")
    place.blue("dialogue", "new", "X", "--sealed", "--edit", status=2)
    place.blue("dialogue", "new", " ", "--sealed", status=1)
    place.blue("dialogue", "new", "X", "--sealed", "--id", ID, status=5)
    assert os.listdir(place.root / ".blue/dialogues") == before
