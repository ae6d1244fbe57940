"""With --json there is exactly one valid document on stdout, on every way out (CLI.md, output)."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.program import blue

GOOD = '[TENSION T01: ünï \x1b \u2028 \\ "]\n\n[PERSPECTIVE P01: b]\n'


def spoiled(change: Callable[[Path], object]) -> Callable[[Path], object]:
    """Something that happens to the folder of the dialogue `cache` first."""
    return lambda root: change(root / ".blue/dialogues/cache")


def nothing(root: Path) -> None:
    """The workspace as it is."""


def write(name: str, data: bytes) -> Callable[[Path], object]:
    def act(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)

    return spoiled(act)


STATES: dict[str, Callable[[Path], object]] = {
    "as it is": nothing,
    "no workspace": lambda root: shutil.rmtree(root / ".blue"),
    "no dialogue": spoiled(shutil.rmtree),
    "two dialogues": lambda root: shutil.copytree(root / ".blue/dialogues/cache", root / ".blue/dialogues/copy"),
    "dialogue.md broken": write("dialogue.md", b"---\nblue: 1\nuid: [\n---\n"),
    "dialogue.md in conflict": write("dialogue.md", b"<<<<<<< a\n---\nblue: 1\n=======\n>>>>>>> b\n"),
    "dialogue.md not UTF-8": write("dialogue.md", b"---\nblue: 1\nuid: \xff\n---\n"),
    "dialogue.md gone": spoiled(lambda folder: (folder / "dialogue.md").unlink()),
    "newer": spoiled(
        lambda folder: (folder / "dialogue.md").write_text((folder / "dialogue.md").read_text().replace("blue: 1", "blue: 9"))
    ),
    "a contribution not UTF-8": write("round-0/scone.md", b"[TENSION T01: \xff]\n"),
    "a broken contribution": write("round-0/scone.md", b"---\na: 1\na: 2\n---\n[TENSION T01: x]\n[RE:ADDRESS T0099]\n"),
    "a huge contribution": write("round-0/scone.md", b"x" * (1 << 21)),
    "a pipe": spoiled(lambda folder: os.mkfifo(folder / "round-0/scone.md")),
    "a link": spoiled(lambda folder: (folder / "round-0/scone.md").symlink_to("/etc/passwd")),
    "a folder in the way": spoiled(lambda folder: (folder / "round-0/scone.md").mkdir()),
    "casefold twins": write("round-0/Muffin.md", b"[TENSION T01: twin]\n"),
    "settings broken": lambda root: (root / ".blue/config.toml").write_bytes(b"\xff = ["),
    "settings of a stranger": lambda root: (root / ".blue/config.toml").write_text('store = "memory:"\neditor = "rm -rf"\n'),
}
CALLS: list[tuple[str, ...]] = [
    ("tensions",),
    ("tensions", "--everywhere"),
    ("tensions", "--status", "no"),
    ("refs", "--by", "nobody"),
    ("experts",),
    ("dialogue", "list"),
    ("dialogue", "show"),
    ("dialogue", "show", "no-such"),
    ("dialogue", "new", "Other", "--expert", "muffin:A"),
    ("dialogue", "new", "", "--id", "../x"),
    ("dialogue", "new", "Cache", "--id", "cache"),
    ("dialogue", "new", "Cache", "--id", "cache", "--if-absent"),
    ("expert", "add", "bagel:R"),
    ("expert", "add", "bagel"),
    ("expert", "retire", "bagel"),
    ("round", "list"),
    ("round", "show", "0"),
    ("round", "show", "7"),
    ("round", "add", "--expert", "scone"),
    ("round", "add", "--expert", "scone", "--dry-run"),
    ("round", "add", "--expert", "muffin", "--if-absent"),
    ("round", "add", "--expert", "muffin", "--replace"),
    ("round", "add", "--expert", "nobody"),
    ("round", "add", "--expert", "judge", "--round", "100"),
    ("round", "add", "no-such.md"),
    ("round", "add", "--edit", "--expert", "scone"),
    ("show", "T0001"),
    ("show", "T0099"),
    ("export",),
    ("diff",),
    ("log",),
    ("log", "T0001"),
    ("export", "-o", "out.json"),
    ("export", "-o", "no/such/folder"),
    ("check",),
    ("init",),
    ("trust",),
    ("rules",),
    ("rules", "no-such"),
    ("no-such",),
    ("round",),
    ("--version",),
    ("--help",),
    ("tensions", "--help"),
    (),
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("model")
    (root / ".blue/dialogues").mkdir(parents=True)
    blue("dialogue", "new", "Cache", "--id", "cache", "--expert", "muffin:A", "--expert", "scone:B", cwd=root)
    assert blue("round", "add", "--expert", "muffin", cwd=root, stdin=io.BytesIO(GOOD.encode())).status == 0
    return root


@pytest.mark.parametrize("state", STATES)
def test_one_document_whatever_is_called_in_whatever_state(state: str, model: Path, tmp_path: Path) -> None:
    pristine = tmp_path / "pristine"
    shutil.copytree(model, pristine)
    STATES[state](pristine)
    for number, words in enumerate(CALLS):
        root = tmp_path / f"w{number}"
        os.rename(pristine, root) if number == len(CALLS) - 1 else copy(pristine, root)
        said = blue(*words, "--json", cwd=root, stdin=io.BytesIO(GOOD.encode()))
        where = f"blue {' '.join(words)} --json: {said}"
        document = json.loads(said.out)  # fails on nothing, on two, and on anything beside it
        assert said.out.count("\n") == 1, where
        assert document["schema"].startswith("blue/") and "warnings" in document, where
        assert str(tmp_path) not in said.out, where
        assert said.status in (0, 1, 2, 3, 5, 7), where
        if document["schema"] == "blue/error@1":
            assert document["error"]["exit"] == said.status != 0, where
            assert set(document["error"]) == {"code", "exit", "message", "why", "fix", "path", "line", "column", "suggestions"}, where
        shutil.rmtree(root)


def copy(source: Path, target: Path) -> None:
    """A copy of a workspace in which there may be links and pipes."""
    shutil.copytree(source, target, symlinks=True, ignore=lambda folder, names: [n for n in names if (Path(folder) / n).is_fifo()])
    for pipe in (path for path in source.rglob("*") if path.is_fifo()):
        os.mkfifo(target / pipe.relative_to(source))
