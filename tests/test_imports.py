"""What a listing must not import: each of these costs more than reading a thousand files (measured in a fresh process)."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import blue

HEAVY = {
    "rich", "pydantic", "yaml", "frontmatter", "markdown_it", "cryptography", "boto3", "psycopg", "difflib", "json", "tomllib",
    "platformdirs", "subprocess", "shutil", "tempfile", "importlib.metadata", "dataclasses", "hashlib", "logging", "traceback",
}  # fmt: skip
TYPERS = {"json", "shutil", "dataclasses", "logging", "importlib.metadata", "difflib", "subprocess", "tempfile", "traceback", "hashlib"}

CODE = """
import sys
before = set(sys.modules)
{more}
from blue_cli.cli.main import run
status = run({words!r}, stdin=sys.stdin.buffer, stdout=open("/dev/null", "w"), stderr=open("/dev/null", "w"), env={{"HOME": "/nonexistent"}}, cwd=".")
print(status, *sorted(set(sys.modules) - before))
"""


def imported(root: Path, *words: str, more: str = "") -> set[str]:
    """The modules that a call loads, beyond those of a bare interpreter; of a call that works."""
    code = CODE.format(words=list(words), more=more)
    said = subprocess.run([sys.executable, "-I", "-c", code], cwd=root, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    status, *modules = said.stdout.split()
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


@pytest.mark.parametrize("words", [("tensions", "list"), ("tensions",), ("tensions", "list", "--everywhere"), ("claims",), ("--version",), ("--help",)])
def test_a_listing_imports_nothing_heavy(root: Path, words: tuple[str, ...]) -> None:
    heavy = imported(root, *words) & HEAVY
    typers = imported(root, more="import typer, typer.main", *words) if "-" not in words[0] else set()
    assert heavy <= (TYPERS & typers), "beyond what Typer imports itself"
    assert not heavy & {"rich", "pydantic", "yaml", "frontmatter", "markdown_it", "cryptography", "boto3", "psycopg"}


def test_version_and_help_do_without_typer(root: Path) -> None:
    for word in ("--version", "--help"):
        assert not imported(root, word) & {"typer", "click"}


def test_a_listing_of_tensions_leaves_the_writers_room_closed(root: Path) -> None:
    loaded = imported(root, "tensions", "list")
    assert not loaded & {"blue_cli.dialogue.rules", "blue_cli.dialogue.repair", "blue_cli.dialogue.older", "blue_cli.actions.round_add", "blue_cli.views.export"}


def test_the_test_would_notice(root: Path) -> None:
    assert {"rich", "yaml"} <= imported(root, "--version", more="sys.path[:0] = []\nimport rich, yaml")
