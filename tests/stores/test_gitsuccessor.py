"""A commit known by what differs from another one holds what the commit itself holds."""

from __future__ import annotations

from pathlib import Path

from blue_cli.git.past import DIALOGUES, differing
from blue_cli.git.repo import Repository
from blue_cli.stores.gitrev import GitRevision, GitSuccessor
from blue_cli.stores.limits import BLOB
from tests.cli.commits import ADDRESS, TENSION, Story
from tests.git.repository import commit


def seen(store: GitRevision | GitSuccessor) -> list[tuple[object, ...]]:
    snapshots = [store.load(entry.uid) for entry in store.dialogues()]
    return [(s.uid, s.id, dict(s.blobs), s.unread) for s in snapshots]


def test_it_is_the_same_as_the_commit_itself(tmp_path: Path) -> None:
    story = Story(tmp_path / "work")
    story.add("muffin", TENSION)
    for name in ("gone", "kept", "moved"):
        story.blue("dialogue", "new", name, "--id", name, "--expert", "bagel:A")
    old = story.commit("before")
    story.add("scone", ADDRESS, "-d", "cache", keep=False)
    story.path("round-0/muffin.md").unlink()
    story.path("round-1").mkdir()
    story.path("round-1/muffin.md").symlink_to("/etc/passwd")
    story.path("round-1/scone.md").write_bytes(b"x" * (BLOB + 1))
    story.git("rm", "-rq", ".blue/dialogues/gone")
    story.git("mv", ".blue/dialogues/moved", ".blue/dialogues/elsewhere")
    (story.root / DIALOGUES / "stray").write_text("x")
    story.blue("dialogue", "new", "came", "--id", "came", "--expert", "bagel:A")
    commit(story.root, "after")
    new = story.git("rev-parse", "HEAD")
    repository = Repository.find(str(story.root))
    changes, _ = differing(repository, old, new)
    with repository.objects() as objects:
        successor = GitSuccessor(GitRevision(repository, old), changes, objects)
        direct = GitRevision(repository, new)
        assert seen(successor) == seen(direct)
        assert [entry.id for entry in successor.dialogues()] == ["cache", "came", "elsewhere", "kept"]
        assert successor.version("cache") == GitSuccessor(GitRevision(repository, old), changes, objects).version("cache")
        direct.close()
