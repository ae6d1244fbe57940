"""`blue report --everywhere`: where it goes, what it links, what of sealed dialogues is in it, what it refuses."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from blue_cli.stores.memory import MemoryStore
from tests.cli.program import Said, blue, stock
from tests.sealed_world import SECRET, world


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with two dialogues."""
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    for id in ("first", "second"):
        blue("-q", "dialogue", "new", f"The {id}", "--id", id, "--expert", "muffin:Caching", cwd=tmp_path)
    return tmp_path


def report(root: Path, *words: str) -> Said:
    return blue("report", "--everywhere", *words, cwd=root)


def links(page: Path) -> list[str]:
    """The files that a page links."""
    return re.findall(r'href="([^"#]+)"', page.read_text().split("</style>")[1])


def test_a_folder_with_the_index_and_a_page_each(root: Path) -> None:
    said = report(root, "-o", "site")
    assert (said.status, said.out) == (0, "wrote site/index.html and 2 pages beside it\n")
    assert sorted(os.listdir(root / "site")) == ["first.html", "index.html", "second.html"]
    assert sorted(links(root / "site/index.html")) == ["first.html", "second.html"]
    alone = blue("report", "-d", "first", "-o", "alone.html", cwd=root)
    assert alone.status == 0
    back = '<a href="index.html"><span aria-hidden="true">← </span>Dialogues</a>'
    assert (root / "site/first.html").read_text() == (root / "alone.html").read_text().replace("blue <span>dialogue</span>", back)


def test_without_a_name_it_is_the_folder_report(root: Path) -> None:
    assert report(root).out == "wrote report/index.html and 2 pages beside it\n"
    assert report(root).status == 0  # again: the same place, written anew
    assert (root / "report/second.html").is_file()


@pytest.mark.parametrize("name", ["all.html", "ALL.HTM"])
def test_a_file_is_the_index_alone_and_links_nothing(root: Path, name: str) -> None:
    said = report(root, "-o", name)
    assert (said.out, sorted(os.listdir(root))) == (f"wrote {name}\n", [".blue", name])
    assert "-o FOLDER/" in said.err
    assert links(root / name) == []


def test_standard_output(root: Path) -> None:
    said = report(root, "-o", "-")
    assert said.out.startswith("<!doctype html>") and "The second" in said.out
    assert os.listdir(root) == [".blue"]


def test_json_says_what_was_written(root: Path) -> None:
    found = report(root, "--json", "-o", "site/").json
    assert (found["schema"], found["path"], found["complete"]) == ("blue/report.index@1", "site/index.html", True)
    assert found["bytes"] == (root / "site/index.html").stat().st_size
    assert [(one["dialogue"], one["page"], one["status"]) for one in found["dialogues"]] == [
        ("first", "first.html", "open"),
        ("second", "second.html", "open"),
    ]
    assert [one["page"] for one in report(root, "--json", "-o", "x.html").json["dialogues"]] == [None, None]


def test_many_dialogues_by_two_processes_are_the_same(root: Path) -> None:
    for number in range(20):
        blue("-q", "dialogue", "new", f"Number {number}", "--id", f"d{number}", cwd=root)
    alone = report(root, "--json", "-o", "x.html").json["dialogues"]  # two processes
    folder = report(root, "--json", "-o", "site").json["dialogues"]  # one
    assert len(alone) == 22
    assert [{**one, "page": None} for one in folder] == alone


def test_no_dialogue_at_all() -> None:
    said = blue("report", "--everywhere", "-o", "-", store=MemoryStore())
    assert said.status == 0 and "There is no dialogue yet" in said.out


def test_a_dialogue_called_index(tmp_path: Path) -> None:
    store = MemoryStore()
    stock(store, "index", "title: An index of indexes\n")
    said = blue("report", "--everywhere", "-o", str(tmp_path / "site"), store=store)
    assert said.status == 0
    assert links(tmp_path / "site/index.html") == ["index-.html"]
    assert "An index of indexes" in (tmp_path / "site/index-.html").read_text()


# --- what does not go ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [".blue/dialogues", ".blue/dialogues/first", ".blue/dialogues/first/x.html"])
def test_never_among_the_dialogues(root: Path, place: str) -> None:
    before = sorted(path for path in root.rglob("*"))
    assert report(root, "-o", place).status == 2
    assert sorted(path for path in root.rglob("*")) == before


def test_a_file_where_the_folder_should_be(root: Path) -> None:
    (root / "site").write_text("mine")
    said = report(root, "-o", "site")
    assert (said.status, (root / "site").read_text()) == (7, "mine")
    assert "cannot make the folder site" in said.err


@pytest.mark.parametrize("words", [("--watch",), ("-o", "-", "--json"), ("-o", "-", "--open")])
def test_calls_that_make_no_sense(root: Path, words: tuple[str, ...]) -> None:
    assert report(root, *words).status == 2


# --- sealed ------------------------------------------------------------------------------------------------------




def written(root: Path) -> str:
    """All that lies in the site."""
    return "".join(path.read_text() for path in sorted((root / "site").iterdir()))


def test_of_a_sealed_dialogue_only_what_everybody_may_see(tmp_path: Path) -> None:
    with world(tmp_path) as one:
        assert one.run("seal").status == 0
        done = one.run("report", "--everywhere", "-o", "site", "--json")
        assert done.status == 0, done.err
        assert SECRET not in done.out + written(one.root)
        assert "A sealed dialogue" in written(one.root)
        assert '"sealed":true' in done.out and '"velocity":null' in done.out and '"complete":false' in done.out


def test_with_plaintext_its_text_is_there_and_the_audit_log_tells_of_each_file(tmp_path: Path) -> None:
    with world(tmp_path) as one:
        assert one.run("seal").status == 0
        done = one.run("report", "--everywhere", "-o", "site", "--plaintext")
        assert done.status == 0, done.err
        assert f"The {SECRET} title" in (one.root / "site/index.html").read_text()
        log = one.run("audit", "show", "--json").out
        assert log.count("plaintext-output") >= 2 and "index.html" in log
