"""`blue import` as people call it: files, folders, standard input, and what a stranger may have put there."""

from __future__ import annotations

import io
import json
import os
import shutil
from pathlib import Path

import pytest

from tests.cli.program import Said, blue
from tests.dialogue.test_corpus import CORPUS

RECORDS = Path(__file__).parents[2] / "fixtures" / "records"
NAME = "2026-02-03T0915Z-cache-policy"
RECORD = "## Round 0\n\n### Muffin 🧁\n\n[TENSION T01: a]\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "w/.blue/dialogues").mkdir(parents=True)
    return tmp_path / "w"


def bring(root: Path, *words: object, stdin: bytes = b"") -> Said:
    return blue("import", *map(str, words), cwd=root, stdin=io.BytesIO(stdin))


def there(root: Path) -> list[str]:
    return sorted(os.listdir(root / ".blue/dialogues"))


def test_a_record_is_a_dialogue_that_can_be_asked_and_adopted(root: Path) -> None:
    said = bring(root, RECORDS / f"{NAME}.dialogue.recorded.md")
    assert said.status == 0 and "4 rounds, 21 texts, 1 of them the judge's" in said.out and f"blue dialogue adopt {NAME}" in said.err
    listed = blue("tensions", "list", "--all", "--columns", "status,label", cwd=root).out
    assert sorted(line.split("\t")[0] for line in listed.splitlines()) == ["accepted", "resolved", "resolved", "resolved"]
    assert blue("dialogue", "adopt", NAME, cwd=root).status == 0
    assert blue("tensions", "list", "--all", "--columns", "status,label", cwd=root).out == listed


def test_its_folder_form_is_taken_as_it_is(root: Path) -> None:
    assert bring(root, RECORDS / "folder" / NAME).status == 0
    for path in (RECORDS / "folder" / NAME).rglob("*.*"):
        assert (root / ".blue/dialogues" / path.relative_to(RECORDS / "folder")).read_bytes() == path.read_bytes()


def test_a_dry_run_says_the_same_and_writes_nothing(root: Path) -> None:
    said = bring(root, "--dry-run", "--json", RECORDS / f"{NAME}.dialogue.recorded.md")
    assert (said.json["created"], said.json["dry_run"], there(root)) == (False, True, [])
    (one,) = said.json["dialogues"]
    assert (one["dialogue"], one["form"], one["native"]) == (NAME, "record", False)
    assert (one["rounds"], one["added"]["tensions"]) == ([0, 1, 2, 3], 4)
    assert one["experts"] == ["eclair", "muffin", "scone", "strudel", "tartlet"]
    assert str(root) not in said.out


def test_a_pipe_from_one_workspace_to_another(root: Path) -> None:
    bring(root, RECORDS / "folder" / NAME)
    exported = blue("export", cwd=root).out
    other = root.parent / "other"
    (other / ".blue/dialogues").mkdir(parents=True)
    assert bring(other, "-", stdin=exported.encode()).status == 0
    assert blue("export", cwd=other).out == exported


@pytest.mark.skipif(not (CORPUS / "grade.py").is_file(), reason=f"no corpus at {CORPUS} (set BLUE_CORPUS)")
@pytest.mark.parametrize("name", ["rfc-0058", "jira"])
def test_real_dialogues_come_through_an_export_to_the_byte(name: str, root: Path) -> None:
    exported = blue("export", cwd=CORPUS / name).out
    (root / "it.json").write_text(exported, encoding="utf-8")
    assert bring(root, "it.json").status == 0
    assert blue("export", cwd=root).out == exported
    assert bring(root, "--if-absent", CORPUS / name / ".blue/dialogues").status == 0


def test_a_folder_of_records_exports_and_dialogues(root: Path) -> None:
    box = root / "box"
    shutil.copytree(RECORDS / "folder", box)
    (box / "tea.dialogue.recorded.md").write_text(RECORD)
    (box / "milk.json").write_text(json.dumps({"title": "Milk", "rounds": [{"round": 0, "contributions": []}]}))
    for name in ("README.md", "package.json", "notes.txt", ".hidden.md"):
        (box / name).write_text("{}" if name == "package.json" else "# Notes\n")
    said = bring(root, "box")
    assert said.status == 0 and there(root) == [NAME, "milk", "tea"]
    assert "left out, no dialogues: README.md, notes.txt, package.json" in said.err
    assert bring(root, "box").status == 5
    assert bring(root, "box", "--if-absent").status == 0


def test_an_error_in_one_of_a_folder_keeps_all_out_and_all_are_told(root: Path) -> None:
    (root / "box").mkdir()
    (root / "box/tea.md").write_text(RECORD)
    (root / "box/milk.md").write_text(RECORD + "\n### Scone\n")
    (root / "box/broken.json").write_text("{")
    (root / "box/empty.dialogue.recorded.md").write_text("# Nothing\n")
    said = bring(root, "box")
    assert (said.status, there(root)) == (1, [])
    assert "box/milk.md:7:1: error[near-miss-marker]" in said.err
    assert "box/broken.json:1:2: error[front-matter]" in said.err
    assert "box/empty.dialogue.recorded.md:1:1: error[missing-field]" in said.err
    assert "mend it, then: blue import box" in said.err


def test_refused_as_json_it_is_a_document_of_its_own(root: Path) -> None:
    (root / "tea.md").write_text(RECORD + "\n### Scone\n")
    said = bring(root, "tea.md", "--id", "x", "--json")
    assert (said.status, said.json["schema"], said.json["created"]) == (1, "blue/import@1", False)
    assert [(e["rule"], e["path"], e["line"]) for e in said.json["errors"]] == [("near-miss-marker", "tea.md", 7)]
    assert said.json["retry"] == "blue import --id x tea.md"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("nowhere.md",), 3),
        (("empty",), 3),
        (("-", "-"), 2),
        (("tea.md", "milk.md", "--id", "x"), 2),
        (("tea.md", "--id", "../x"), 1),
        ((), 2),
        (("pipe.md",), 2),
    ],
)
def test_a_call_that_cannot_be(words: tuple[str, ...], status: int, root: Path) -> None:
    (root / "empty").mkdir()
    (root / "tea.md").write_text(RECORD)
    (root / "milk.md").write_text(RECORD)
    os.mkfifo(root / "pipe.md")
    said = bring(root, *words)
    assert (said.status, there(root)) == (status, []) and "error" in said.err


@pytest.mark.parametrize("name", ["round-0/scone.md", "tensions.md"])
def test_a_link_in_a_dialogues_folder_is_not_followed(name: str, root: Path) -> None:
    (root / "box/round-0").mkdir(parents=True)
    (root / "box/round-0/muffin.md").write_text("a\n")
    (root / "box" / name).symlink_to("/etc/passwd")
    said = bring(root, "box")
    assert (said.status, there(root)) == (1, []) and f"box/{name}" in said.err and "root:" not in said.out + said.err


@pytest.mark.parametrize(
    "make",
    [lambda path: path.symlink_to("/etc/passwd"), os.mkfifo, lambda path: path.symlink_to("/dev/zero")],
    ids=["link", "pipe", "device"],
)
def test_what_is_no_file_in_a_folder_is_an_error_and_never_read(make: object, root: Path) -> None:
    (root / "box").mkdir()
    (root / "box/tea.md").write_text(RECORD)
    make(root / "box/x.md")  # type: ignore[operator]
    said = bring(root, "box")
    assert (said.status, there(root)) == (1, []) and "box/x.md: error[unsafe-path]" in said.err


def test_what_goes_away_while_a_folder_is_read_is_no_trouble(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "in").mkdir()
    (root / "in/a.recorded.md").write_text(RECORD)
    real = os.listdir
    monkeypatch.setattr(os, "listdir", lambda path: [*real(path), "gone.recorded.md"] if "a.recorded.md" in real(path) else real(path))
    said = bring(root, "in")
    assert (said.status, there(root)) == (0, ["a"])


def test_a_linked_file_that_is_named_is_read(root: Path) -> None:
    (root / "tea.md").write_text(RECORD)
    (root / "link.md").symlink_to("tea.md")
    assert bring(root, "link.md").status == 0 and there(root) == ["link"]


def test_many_warnings_are_cut_off_unless_asked_for(root: Path) -> None:
    text = RECORD + "\n" + "\n\n".join(f"[TENSON T{n:02d}: a]" for n in range(2, 50))
    (root / "tea.md").write_text(text)
    said = bring(root, "tea.md", "--dry-run")
    assert said.err.count("warning[near-miss-marker]") == 20 and "28 more warnings: -v shows them all" in said.err
    assert bring(root, "tea.md", "--dry-run", "-v").err.count("warning[near-miss-marker]") == 48
    assert len(bring(root, "tea.md", "--dry-run", "--json").json["warnings"]) == 48


def test_a_sealed_folder_is_said_to_be_sealed(root: Path) -> None:
    from blue_cli.dialogue.rulebook import RULES

    for path, text in RULES["sealed-unreadable"].example.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    said = bring(root, "cache", "--json")
    (one,) = said.json["dialogues"]
    assert (one["sealed"], one["added"], there(root)) == (True, None, ["cache"])
    assert "sealed, and not read" in bring(root, "cache", "--if-absent").out
    assert bring(root, "cache", "--id", "copy", "--new-uid").status == 1


def test_what_was_sealed_and_exported_in_plaintext_comes_in_plain(root: Path, tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path / "home")}
    other = tmp_path / "other"
    (other / ".blue/dialogues").mkdir(parents=True)
    assert blue("key", "new", cwd=root, env=env).status == 0
    assert blue("dialogue", "new", "Secret", "--id", "secret", "--sealed", "--expert", "muffin:A", cwd=root, env=env).status == 0
    text = io.BytesIO(b"[TENSION T01: between us]\n")
    assert blue("round", "add", "--expert", "muffin", cwd=root, env=env, stdin=text).status == 0
    exported = blue("export", "--plaintext", cwd=root, env=env).out
    assert bring(other, "-", stdin=exported.encode()).status == 0
    assert b"between us" in (other / ".blue/dialogues/secret/round-0/muffin.md").read_bytes()
    assert blue("check", cwd=other).status == 0 and blue("export", cwd=other).out == exported
    assert bring(root, "-", stdin=exported.encode()).status == 5, "where it is sealed it stays sealed"


def test_the_list_of_dialogues_says_how_records_come_in(root: Path) -> None:
    (root / ".blue/docs/dialogues").mkdir(parents=True)
    (root / ".blue/docs/dialogues/tea.dialogue.recorded.md").write_text(RECORD)
    assert "blue import .blue/docs/dialogues" in blue("dialogue", "list", cwd=root).err
    assert bring(root, ".blue/docs/dialogues").status == 0 and there(root) == ["tea"]


def test_the_published_schema_of_rounds_is_printed() -> None:
    schema = json.loads(blue("schema", "rounds").out)
    assert schema["$id"] == "urn:blue:rounds@1"
