"""What commits did to dialogues, asked of real repositories."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from blue_cli.git.objects import Objects, Remembered
from blue_cli.git.past import Past, differing, held, object_of
from blue_cli.git.repo import Repository
from tests.cli.program import blue
from tests.git.repository import commit, git, repository


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two dialogues, each with one file, in the second commit."""
    root = repository(tmp_path / "work")
    for id in ("one", "two"):
        write(root, id, "round-0/muffin.md", f"{id}\n")
    commit(root, "dialogues")
    return root


def write(root: Path, id: str, path: str, text: str) -> Path:
    file = root / ".blue/dialogues" / id / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def look(root: Path) -> tuple[Repository, str]:
    found = Repository.find(str(root))
    head = found.head()
    assert head
    return found, head


def said(root: Path, *ids: str) -> list[tuple[str, list[tuple[str, str]]]]:
    found, head = look(root)
    return [(c.subject, [(f.status, f.path.removeprefix(".blue/dialogues/")) for f in c.changes]) for c in Past(found, head).commits(ids)]


def test_only_commits_that_touch_a_dialogue_newest_first(root: Path) -> None:
    (root / "README").write_text("elsewhere\n")
    commit(root, "elsewhere")
    write(root, "two", "round-0/muffin.md", "changed\n")
    commit(root, "two")
    write(root, "one", "round-0/muffin.md", "changed\n")
    commit(root, "one")
    assert said(root, "one") == [("one", [("M", "one/round-0/muffin.md")]), ("dialogues", [("A", "one/round-0/muffin.md")])]
    assert [subject for subject, _ in said(root, "one", "two")] == ["one", "two", "dialogues"]


def test_who_and_when_whatever_they_wrote(root: Path) -> None:
    write(root, "one", "round-1/muffin.md", "x\n")
    git(root, "add", "-A")
    date = "2026-11-24T05:28:00+02:00"
    git(root, "commit", "-q", "--allow-empty-message", "-m", "", "--author", "Zoë\x1f :M <z@example.org>", "--date", date)
    newest = Past(*look(root)).commits(["one"])[0]
    assert (newest.author, newest.email, newest.date, newest.subject) == ("Zoë\x1f :M", "z@example.org", date, "")
    assert [change.status for change in newest.changes] == ["A"]


def test_a_merge_is_told_by_what_it_changed_itself(root: Path) -> None:
    git(root, "checkout", "-q", "-b", "side")
    write(root, "one", "round-0/scone.md", "side\n")
    commit(root, "side")
    git(root, "checkout", "-q", "main")
    write(root, "one", "round-0/bagel.md", "main\n")
    commit(root, "main")
    git(root, "merge", "-q", "--no-commit", "--no-ff", "side")
    write(root, "one", "round-0/scone.md", "neither\n")
    commit(root, "merge")
    first = said(root, "one")[0]
    assert first == ("merge", [("M", "one/round-0/scone.md")])
    newest = Past(*look(root)).commits(["one"])[0]
    assert len(newest.parents) == 2 and newest.changes[0].old == git(root, "rev-parse", "side:.blue/dialogues/one/round-0/scone.md")


def test_settings_of_the_repository_change_nothing(root: Path) -> None:
    plain = said(root, "one")
    for name, value in {
        "log.follow": "true", "log.showSignature": "true", "diff.renames": "copies", "log.diffMerges": "off", "format.pretty": "oneline",
        "log.date": "relative", "color.ui": "always", "diff.external": "touch stolen", "log.decorate": "full", "diff.noprefix": "true",
    }.items():  # fmt: skip
        git(root, "config", name, value)
    assert said(root, "one") == plain and not (root / "stolen").exists()


def test_dialogues_that_differ(root: Path) -> None:
    found, head = look(root)
    assert differing(found, head, head) == ([], set())
    (root / ".blue/dialogues/two/round-0/muffin.md").unlink()
    write(root, "three", "x y\n.md", "odd\n")
    commit(root, "all of it")
    changes, ids = differing(found, head, look(root)[1])
    assert ids == {"two", "three"} and sorted(change.status for change in changes) == ["A", "D"]


@pytest.mark.parametrize("format", ["sha1", "sha256"])
def test_what_a_commit_holds_can_be_compared_without_git(tmp_path: Path, format: str) -> None:
    git(tmp_path, "init", "-q", "-b", "main", f"--object-format={format}")
    for path, text in (("round-0/muffin.md", "x\n"), ("round-0/.hidden.md", "not seen\n"), ("dialogue.md", "")):
        write(tmp_path, "one", path, text)
    commit(tmp_path, "one")
    files = held(*look(tmp_path))["one"]
    length = len(files["dialogue.md"])
    assert length == {"sha1": 40, "sha256": 64}[format]
    assert files == {"round-0/muffin.md": object_of(b"x\n", length), "dialogue.md": object_of(b"", length)}


def test_no_filter_of_the_repository_is_run(root: Path) -> None:
    (root / ".gitattributes").write_text("*.md filter=evil diff=evil\n")
    for name in ("filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv", "diff.evil.command"):
        git(root, "config", name, f"touch {root}/stolen; cat")
    os.utime(root / ".blue/dialogues/one/round-0/muffin.md", (1, 1))
    found, head = look(root)
    assert held(found, head) and Past(found, head).commits(["one"]) and not (root / "stolen").exists()
    env = {"HOME": "/nonexistent", "PATH": os.environ["PATH"]}
    assert blue("diff", "HEAD", cwd=root, env=env).out == "no differences\n"
    assert blue("log", "-d", "one", cwd=root, env=env).status == 0 and not (root / "stolen").exists()


def test_only_hashes_reach_git(root: Path) -> None:
    found, head = look(root)
    for word in ("main", "--output=stolen", head[:8], head + "\n"):
        with pytest.raises(ValueError):
            Past(found, word).commits(["one"])
        with pytest.raises(ValueError):
            differing(found, word, head)
        with pytest.raises(ValueError):
            held(found, word)
    assert not (root / "stolen").exists()


def test_what_was_read_once_is_not_asked_for_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = look(root)
    asked: list[str] = []
    read = Objects.read
    monkeypatch.setattr(Objects, "read", lambda self, names: asked.extend(names) or read(self, names))
    one, two = (git(root, "rev-parse", f"HEAD:.blue/dialogues/{id}/round-0/muffin.md") for id in ("one", "two"))
    with Remembered(found.root, found.env) as objects:
        assert objects.read([one]) == [b"one\n"]
        assert objects.read([two, one, "0" * 40, one]) == [b"two\n", b"one\n", None, b"one\n"]
        assert asked == [one, two, "0" * 40]
        objects.MOST = 0  # type: ignore[misc]
        assert objects.read([one, two]) == [b"one\n", b"two\n"]  # forgotten after, not before
        assert objects.read([one]) == [b"one\n"]
