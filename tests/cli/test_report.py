"""`blue report`: where the page goes, what of a sealed dialogue is in it, and which commit it is of."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from blue_cli.cli import memory
from blue_cli.cli.external import browse
from blue_cli.errors import Unavailable
from blue_cli.stores.memory import MemoryStore
from tests.browser.dialogues import large
from tests.cli.program import Said, blue, stock
from tests.git.people import ID, Person
from tests.sealed_world import SECRET, World, world
from tests.stores.sealing import UID
from tests.views.markup import Page


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    blue("dialogue", "new", "Cache", "--id", "cache", "--expert", "muffin:A", cwd=tmp_path)
    blue("round", "add", "--expert", "muffin", cwd=tmp_path, stdin=io.BytesIO("[TENSION T01: ünï]\n".encode()))
    return tmp_path


def names(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir() if path.name != ".blue")


# --- how large it is -----------------------------------------------------------------------------------------------


def test_forty_contributions_full_of_entities_stay_below_600_kb(tmp_path: Path) -> None:
    large(tmp_path, 40)
    said = blue("report", "-o", "page.html", "--json", cwd=tmp_path)
    assert said.json["bytes"] == (tmp_path / "page.html").stat().st_size <= 600_000


# --- where it goes -------------------------------------------------------------------------------------------------


def test_without_a_place_it_is_called_as_the_dialogue(root: Path) -> None:
    said = blue("report", cwd=root)
    assert (said.status, said.out, names(root)) == (0, "wrote cache.html\n", ["cache.html"])
    page = Page((root / "cache.html").read_text())
    page.check()
    assert "ünï" in page.text


def test_a_file_and_stdout_have_the_same_text_and_the_old_file_is_replaced(root: Path) -> None:
    (root / "x.html").write_text("old")
    said = blue("report", "-o", "x.html", cwd=root)
    assert (said.status, said.out) == (0, "wrote x.html\n")
    assert (root / "x.html").read_text() == blue("report", "-o", "-", cwd=root).out
    assert names(root) == ["x.html"]


def test_json_tells_what_was_written(root: Path) -> None:
    said = blue("report", "--json", "-o", "x.html", cwd=root)
    size = (root / "x.html").stat().st_size
    assert said.json == {
        "schema": "blue/report@1", "dialogue": "cache", "path": "x.html", "bytes": size, "complete": True, "warnings": [],
    }  # fmt: skip


@pytest.mark.parametrize("words", [("--json",), ("--open",)], ids=" ".join)
def test_what_does_not_go_with_standard_output(root: Path, words: tuple[str, ...]) -> None:
    assert blue("report", "-o", "-", *words, cwd=root).status == 2
    assert not names(root)


def test_a_page_never_lies_among_the_dialogues(root: Path) -> None:
    (root / "away").symlink_to(".blue/dialogues/cache")
    inside = root / ".blue/dialogues"
    for cwd, words in ((root, ("-o", ".blue/dialogues/cache/x.html")), (root, ("-o", "away/x.html")), (inside, ()), (inside / "cache", ())):
        said = blue("report", *words, cwd=cwd)
        assert said.status == 2 and "what lies there is part of a dialogue" in said.err
    assert not [*inside.rglob("*.html")]


@pytest.mark.parametrize("name", ["nowhere/x.html", ".", "x" * 300])
def test_a_place_that_cannot_be_written(root: Path, name: str) -> None:
    assert blue("report", "-o", name, cwd=root).status == 7
    assert not names(root)


def test_any_store_will_do(tmp_path: Path) -> None:
    store = MemoryStore()
    stock(store, "cache", "title: Cache\n", **{"contribution_00#muffin": b"hello\n"})
    said = blue("report", cwd=tmp_path, store=store)
    assert said.status == 0 and "Cache" in Page((tmp_path / "cache.html").read_text()).text


def test_no_dialogue_is_not_found(tmp_path: Path) -> None:
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    assert blue("report", cwd=tmp_path).status == 3
    assert blue("report", "-d", "x", cwd=tmp_path).status == 3


# --- the browser ---------------------------------------------------------------------------------------------------


@pytest.fixture
def browser(tmp_path: Path) -> tuple[dict[str, str], Path]:
    """An environment with a browser that writes down what it is given, and where."""
    note, program = tmp_path / "note", tmp_path / "browser.py"
    program.write_text(f"import sys\nprint('noise')\nopen({str(note)!r}, 'w').write(repr(sys.argv[1:]))\n")
    return {"BROWSER": f"no-such-program:{sys.executable} {program} --new", "PATH": os.defpath, "HOME": str(tmp_path)}, note


def test_open_gives_the_page_to_the_first_browser_that_takes_it(root: Path, browser: tuple[dict[str, str], Path]) -> None:
    env, note = browser
    said = blue("report", "--open", "-o", "a b&c.html", cwd=root, env=env)
    assert (said.status, said.out) == (0, "wrote a b&c.html\n")  # the browser's noise is nobody's business
    assert note.read_text() == repr(["--new", f"file://{root}/a%20b%26c.html"])


def test_a_browser_may_say_where_the_place_stands(browser: tuple[dict[str, str], Path]) -> None:
    env, note = browser
    browse("/x/y.html", {**env, "BROWSER": env["BROWSER"] + " %s --end"})
    assert note.read_text() == repr(["--new", "file:///x/y.html", "--end"])


def test_no_browser_is_said_and_the_page_is_there(root: Path, tmp_path: Path) -> None:
    env = {"PATH": str(tmp_path / "nothing"), "BROWSER": "'", "HOME": str(tmp_path)}
    said = blue("report", "--open", cwd=root, env=env)
    assert said.status == 7 and "cache.html" in said.err and "cache.html" in names(root)
    with pytest.raises(Unavailable):
        browse("/x", {**env, "BROWSER": f"{sys.executable} -c raise(SystemExit(1))"})


# --- sealed --------------------------------------------------------------------------------------------------------


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[World]:
    if not memory.is_in_memory(memory.SHARED):
        pytest.skip("needs a tmpfs at /dev/shm")
    with world(tmp_path) as made:
        yield made


def said(sealed: World, *words: str) -> Said:
    return blue("report", *words, cwd=sealed.root, env=sealed.env())


def events(sealed: World) -> list[dict[str, object]]:
    return [json.loads(path.read_bytes()) for path in sorted((sealed.root / ".blue/audit").rglob("*.json"))]


def test_what_is_sealed_is_left_out_whoever_asks(sealed: World) -> None:
    done = said(sealed, "-o", "x.html")
    assert done.status == 0, done
    text = (sealed.root / "x.html").read_text()
    assert SECRET not in text.lower() and SECRET not in (done.out + done.err).lower()
    page = Page(text)
    page.check()
    assert "A sealed dialogue" in page.text and "--plaintext brings it in" in page.text and "muffin (sealed)" in page.text
    assert not events(sealed) and not sealed.plaintexts()
    sealed.key.unlink()  # and no key is needed: it is the very same page
    assert said(sealed, "-o", "y.html").status == 0
    assert (sealed.root / "y.html").read_text() == text
    assert said(sealed, "-o", "-").out == text


def test_plaintext_brings_it_in_and_the_log_tells(sealed: World) -> None:
    assert said(sealed, "-o", "x.html", "--plaintext").status == 0
    assert f"A {SECRET} tension" in Page((sealed.root / "x.html").read_text()).text
    (event,) = events(sealed)
    assert (event["action"], event["dialogue"], event["details"]) == ("plaintext-output", UID, {"command": "report", "file": "x.html"})
    assert SECRET in said(sealed, "-o", "-", "--plaintext").out
    assert events(sealed)[1]["details"] == {"command": "report", "file": "-"}


def test_what_cannot_be_told_of_does_not_go_out(sealed: World) -> None:
    (sealed.root / ".blue/audit").write_text("in the way of the log")
    for words in (("-o", "x.html"), ("-o", "-"), ()):
        done = said(sealed, *words, "--plaintext")
        assert done.status == 6 and SECRET not in done.out + done.err
    assert sorted(os.listdir(sealed.root)) == [".blue"] and not sealed.plaintexts()


def test_plaintext_without_a_key_is_locked(sealed: World) -> None:
    sealed.key.unlink()
    assert said(sealed, "--plaintext").status == 4
    assert sorted(os.listdir(sealed.root)) == [".blue"]


def test_a_seal_that_does_not_hold_gives_no_page(sealed: World) -> None:
    (folder,) = (sealed.root / ".blue/dialogues").iterdir()
    (folder / "round-0/muffin.md").write_text("[TENSION T01: planted]\n")
    assert said(sealed, "-o", "x.html").status == 6
    assert sorted(os.listdir(sealed.root)) == [".blue"]


# --- of a commit ---------------------------------------------------------------------------------------------------


def test_a_page_of_a_commit_is_what_was_then(tmp_path: Path) -> None:
    one = Person(tmp_path / "work", tmp_path / "home")
    one.root.mkdir()
    one.git("init", "-q", "-b", "main")
    one.blue("init")
    one.blue("dialogue", "new", "Cache policy", "--id", ID, "--expert", "muffin:A")
    one.commit("started")
    one.add("muffin", "[TENSION T01: Latency]\n")
    one.commit("a tension")
    then = one.blue("report", "--at", "HEAD~1", "-o", "-").out
    hash = one.git("rev-parse", "HEAD~1").strip()
    assert "Latency" not in then and f"as of commit {hash[:12]}" in then
    assert "Latency" in one.blue("report", "--at", "HEAD", "-o", "-").out
    assert one.blue("report", "--at", "HEAD", "--json").json["at"] == one.git("rev-parse", "HEAD").strip()
