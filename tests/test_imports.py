"""What a listing must not import: each of these costs more than reading a thousand files (measured in a fresh process)."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import blue

NEVER = {"rich", "pydantic", "yaml", "frontmatter", "markdown_it", "cryptography", "boto3", "psycopg", "platformdirs", "tomllib"}
UNLESS_TYPER_DOES = {
    "json", "difflib", "subprocess", "shutil", "tempfile", "importlib.metadata", "dataclasses", "hashlib", "logging", "random",
}  # fmt: skip

CODE = """
import sys
before = set(sys.modules)
{more}
from blue_cli.cli.main import run
null = open("/dev/null", "w")
status = run({words!r}, stdin=sys.stdin.buffer, stdout=null, stderr=null, env={{"HOME": "/nonexistent"}}, cwd=".")
print(status, *sorted(set(sys.modules) - before))
"""


def spoken(root: Path, code: str) -> list[str]:
    """The words that some code prints in a fresh interpreter."""
    said = subprocess.run([sys.executable, "-I", "-c", code], cwd=root, capture_output=True, text=True, check=True, input="")
    return said.stdout.split()


def imported(root: Path, *words: str, more: str = "") -> set[str]:
    """The modules that a call loads, beyond those of a bare interpreter; of a call that works."""
    code = CODE.format(words=list(words), more=more)
    status, *modules = spoken(root, code)
    assert status == "0"
    return set(modules)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Plain files, as the tool writes them."""
    top = tmp_path_factory.mktemp("plain")
    (top / ".blue/dialogues").mkdir(parents=True)
    blue("dialogue", "new", "Cache", "--expert", "muffin:A", cwd=top)
    text = "# Heading\n\n[TENSION T01: a]\n\n```\n[TENSION T02: quoted]\n```\n\n| a | b |\n|---|---|\n\n- [CLAIM C01: b] [RE:ADDRESS T01]\n"
    assert blue("round", "add", "--expert", "muffin", cwd=top, stdin=io.BytesIO(text.encode())).status == 0
    return top


WORDS = [("tensions", "list"), ("tensions",), ("tensions", "list", "--everywhere"), ("claims",), ("--version",), ("--help",)]


@pytest.mark.parametrize("words", WORDS)
def test_a_listing_imports_nothing_heavy(root: Path, words: tuple[str, ...]) -> None:
    loaded = imported(root, *words)
    assert not loaded & NEVER
    typers = set(spoken(root, "import sys, typer, typer.main; print(*sys.modules)"))
    assert not (loaded & UNLESS_TYPER_DOES) - typers


def test_version_and_help_do_without_typer(root: Path) -> None:
    for word in ("--version", "--help"):
        assert not imported(root, word) & {"typer", "click"}


def test_a_listing_of_tensions_leaves_the_writers_room_closed(root: Path) -> None:
    loaded = imported(root, "tensions", "list")
    assert not loaded & {f"blue_cli.{name}" for name in ("dialogue.rules", "dialogue.older", "actions.round_add", "views.export")}


def test_the_test_would_notice(root: Path) -> None:
    assert {"rich", "yaml"} <= imported(root, "--version", more="sys.path[:0] = []\nimport rich, yaml")
