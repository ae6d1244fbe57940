"""`blue store copy` and `blue store verify`: what they say, in every form, and what is wrong with a URL."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from blue_cli.config import without_password
from tests.cli.program import Said, Terminal, blue
from tests.databases import KINDS

URL = "sqlite:///blue.db"
TIGER = "t1ger-s3cret"
HINT = f"blue: hint: what differs in it: blue store verify files: {URL}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with two dialogues, and a database with nothing."""
    for words in ("init", "store init --store " + URL, "dialogue new Cache --id cache --expert muffin:A", "dialogue new Logs --id logs"):
        assert run(tmp_path, *words.split()).status == 0
    assert run(tmp_path, "round", "add", "-d", "cache", "--expert", "muffin", "-", text="[TENSION T01: cold start]\n").status == 0
    return tmp_path


def run(root: Path, *argv: str, text: str = "", **io_: io.StringIO) -> Said:
    return blue(*argv, cwd=root, env={"HOME": str(root / "home")}, stdin=io.BytesIO(text.encode()), **io_)  # type: ignore[arg-type]


def test_there_and_back_again(root: Path) -> None:
    assert run(root, "store", "copy", "files:", URL) == Said(0, "copied\tcache\t\ncopied\tlogs\t\n", "")
    assert run(root, "store", "copy", "files:", URL) == Said(0, "", "")
    assert run(root, "store", "verify", "files:", URL) == Said(0, "", "")
    assert run(root, "tensions", "-d", "cache", "-q", "--store", URL).out == "T0001\topen\tmuffin\t0\tcold start\tcache\n"
    assert run(root, "store", "copy", URL, "files").status == 0
    assert run(root, "check").status == 0


@pytest.mark.parametrize("kind", KINDS)
def test_on_every_database(root: Path, kind: str) -> None:
    with KINDS[kind]() as url:
        run(root, "store", "init", "--store", url)
        assert run(root, "store", "copy", "files:", url).out == "copied\tcache\t\ncopied\tlogs\t\n"
        assert run(root, "store", "verify", url, "files:") == Said(0, "", "")
        documents = [run(root, "store", *words, "--json").json for words in (("copy", url, url), ("verify", url, url))]
        shown = [documents[0].get("from"), documents[0].get("to"), documents[1].get("a"), documents[1].get("b")]
        assert shown == [without_password(url)] * 4
        assert kind == "sqlite" or without_password(url) != url


def test_a_dry_run_writes_nothing(root: Path) -> None:
    said = run(root, "store", "copy", "files:", URL, "--dry-run", "--json").json
    assert (said["dry_run"], said["copied"], [d["state"] for d in said["dialogues"]]) == (True, 2, ["to-copy"] * 2)
    assert run(root, "store", "copy", "files:", URL, "--dry-run").out == "to-copy\tcache\t\nto-copy\tlogs\t\n"
    assert run(root, "dialogue", "list", "--store", URL).out == ""


def test_what_differs_is_status_1_and_stands_last(root: Path) -> None:
    run(root, "dialogue", "new", "Cache", "--id", "cache", "--store", URL)
    said = run(root, "store", "copy", "files:", URL)
    assert said == Said(1, "copied\tlogs\t\ndiffers\tcache\twhat is there differs\n", HINT)
    said = run(root, "store", "verify", "files:", URL)
    assert (said.status, [line.split("\t")[:3] for line in said.out.splitlines()]) == (
        1, [["other-bytes", "cache", "dialogue.md"], ["only-in-a", "cache", "round-0/muffin.md"]])  # fmt: skip


def test_the_documents(root: Path) -> None:
    copied = run(root, "store", "copy", "files:", URL, "--json").json
    uids = [dialogue.pop("uid") for dialogue in copied["dialogues"]]
    assert copied == {
        "schema": "blue/store.copy@1", "from": "files:", "to": URL, "dry_run": False,
        "copied": 2, "there": 0, "differs": 0, "left_out": 0,
        "dialogues": [{"state": "copied", "id": id, "why": None} for id in ("cache", "logs")], "warnings": [],
    }  # fmt: skip
    assert run(root, "store", "verify", "files:", URL, "--json").json == {
        "schema": "blue/store.verify@1",
        "a": "files:",
        "b": URL,
        "equal": True,
        "dialogues": 2,
        "differences": [],
        "warnings": [],
    }
    (root / ".blue/dialogues/logs/note.txt").write_text("x")
    said = run(root, "store", "verify", "files:", URL, "--json")
    assert said.status == 1
    expected = {"difference": "only-in-a", "id": "logs", "uid": uids[1], "path": "note.txt", "detail": None}
    assert (said.json["equal"], said.json["differences"]) == (False, [expected])


def test_on_a_terminal_the_counts_stand_below(root: Path) -> None:
    def last(*argv: str) -> str:
        return run(root, "store", *argv, stdout=Terminal()).out.splitlines()[-1]

    assert last("copy", "files:", URL, "--dry-run") == "2 to copy, 0 there already, 0 differing"
    assert last("copy", "files:", URL) == "2 copied, 0 there already, 0 differing"
    (root / ".blue/dialogues/logs/link.md").symlink_to("/etc/passwd")
    assert last("copy", "files:", URL) == "0 copied, 1 there already, 0 differing, 1 left out"
    assert run(root, "store", "copy", "files:", URL) == Said(1, "left-out\tlogs\tlink.md cannot be read (symlink)\n", "")
    assert last("verify", "files:", URL) == "2 dialogues, 1 difference"


def test_a_copy_into_a_projection_is_projected(root: Path) -> None:
    run(root, "store", "project", "--store", URL)
    run(root, "store", "copy", "files:", URL)
    assert run(root, "store", "status", "--json", "--store", URL).json["projection"] == {"current": True, "behind": 0}


def test_a_long_one_tells_how_far_it_has_come_and_leaves_the_terminal_clean(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blue_cli.cli.progress.PATIENCE", -1.0)
    monkeypatch.setattr("blue_cli.cli.progress.PAUSE", -1.0)
    screen = Terminal()
    run(root, "store", "copy", "files:", URL, stderr=screen)
    assert screen.getvalue() == "\rcopied 1 of 2 dialogues\x1b[K\rcopied 2 of 2 dialogues\x1b[K\r\x1b[K"
    monkeypatch.undo()
    screen = Terminal()
    run(root, "store", "verify", "files:", URL, stderr=screen)
    assert screen.getvalue() == "", "a quick one says nothing"


@pytest.mark.parametrize(
    ("url", "status", "word"),
    [
        ("oracle:scott", 2, "there is no store oracle"),
        ("sqlite:///nothing.db", 7, "blue store init"),
        (f"postgresql://scott:{TIGER}@x@db/x", 2, "not the URL of a PostgreSQL database"),
        (f"postgresql://scott:{TIGER}@127.0.0.1:1/x?connect_timeout=1", 7, "postgresql://127.0.0.1:1/x: the server does not answer"),
    ],
)
@pytest.mark.parametrize("argv", ["copy files: URL", "copy URL files:", "verify URL files: --json"])
def test_a_store_that_cannot_be_had_is_one_clean_error(
    root: Path, argv: str, url: str, status: int, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blue_cli.stores.postgres.PAUSE", 0.0001)
    said = run(root, "store", *argv.replace("URL", url).split())
    assert (said.status, word in said.out + said.err) == (status, True), said
    assert TIGER not in said.out + said.err


@pytest.mark.parametrize("before", [[], ["files:", URL]], ids=["one", "three"])
def test_one_url_or_three_are_a_wrong_call_and_no_password_is_repeated(root: Path, before: list[str]) -> None:
    said = run(root, "store", "copy", *before, f"postgresql://scott:{TIGER}@db/x")
    assert said.status == 2
    assert TIGER not in said.out + said.err
    assert run(root, "dialogue", "list", "--store", URL).out == ""
