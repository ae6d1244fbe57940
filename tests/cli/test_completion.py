"""`blue completion`: scripts that real shells take, where nothing that is typed or lies in a folder is run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from blue_cli.views.completion import SCRIPTS, answer
from tests.cli.program import blue
from tests.cli.shells import Shell, program
from tests.golden import SESSIONS

EXAMPLE = SESSIONS.parent / "example"
HOSTILE = ("$(touch owned)", "`touch owned`", "'; touch owned; '", '"; touch owned #', "a\ntouch owned\n", "T0001;touch owned", "a:b|c&d")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """The example, with hostile names beside everything that has one, and a `blue` for shells to find."""
    work = tmp_path / "work"
    shutil.copytree(EXAMPLE, work)
    [dialogue] = (work / ".blue" / "dialogues").iterdir()
    for name in HOSTILE:
        for folder in (work / ".blue" / "dialogues", work, dialogue):
            (folder / name).mkdir()
        (dialogue / "round-0" / f"{name}.md").write_text(f"---\nids: {{T01: {name}}}\n---\n")
    program(tmp_path / "bin")
    return work


def test_there_is_a_script_for_each_shell_and_a_page() -> None:
    for shell, script in SCRIPTS.items():
        assert blue("completion", shell).out == script
    assert blue("completion", "man").out.startswith(".TH BLUE 1 ")
    assert blue("completion", "bash", "--json").json["text"] == SCRIPTS["bash"]
    assert blue("completion", "fsh").err.splitlines() == ['blue: error: no script for "fsh"', "  fix: one of bash, zsh, fish, man"]


def test_what_a_script_asks() -> None:
    said = blue("completion", "zsh", "--words=tensions\x1fre", cwd=EXAMPLE)
    assert said == (0, "resolve\tRule that a tension is resolved\nreopen\tRule that a tension is open again\n", "")
    assert blue("completion", "zsh", "--words=round\x1fadd\x1f", cwd=EXAMPLE).out == ":files\n"
    assert blue("completion", "zsh", "--words=", cwd=EXAMPLE).out.startswith("init\t")
    document = blue("--json", "completion", "fish", "--words=tens").json
    assert document["words"] == [{"word": "tensions", "meaning": "list tensions; resolve, accept, reopen them"}]
    assert document["others"] is None
    assert answer([("a", ""), ("b", "c")], ":files") == "a\nb\tc\n:files\n"


def test_the_way_to_it_is_said_in_help() -> None:
    said = blue("completion", "--help").out
    assert "--words=WORDS" in said
    assert all(shell in said for shell in SCRIPTS)


def surroundings(work: Path) -> dict[str, str]:
    """The environment of a shell that finds our `blue`."""
    path = f"{work.parent / 'bin'}:/usr/bin:/bin"
    return {"PATH": path, "HOME": str(work.parent), "PYTHONPATH": os.environ["PYTHONPATH"], "LC_ALL": "C.UTF-8"}


# --- bash ------------------------------------------------------------------------------------------------------

ASK_BASH = r"""
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_blue
printf '%s\n' "${COMPREPLY[@]}"
"""


def bash(work: Path, *words: str) -> list[str]:
    """What bash would offer after these words."""
    script = work.parent / "blue.bash"
    script.write_text(SCRIPTS["bash"])
    ask = ["bash", "-c", ASK_BASH, "bash", str(script), *words]
    done = subprocess.run(ask, cwd=work, env=surroundings(work), capture_output=True, text=True, check=False)
    return [line for line in done.stdout.split("\n") if line]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["blue", "tens"], ["tensions"]),
        (["blue", "show", "T000"], ["T0001", "T0002", "T0003", "T0004"]),
        (["blue", "-d", ""], ["lending-e-readers"]),
        (["blue", "tensions", "--status", "=", "re"], ["resolved", "reopened"]),
        (["blue", "context", "--for", "d"], ["desk"]),
        (["blue", "$(touch owned)", "`touch owned`", ""], []),
        (["blue", "show", "T0001\ntouch owned", "*", ""], []),
    ],
    ids=lambda value: " ".join(value[1:]),
)
def test_bash(work: Path, words: list[str], offered: list[str]) -> None:
    assert bash(work, *words) == offered
    assert not list(work.rglob("owned"))


# --- on a terminal ---------------------------------------------------------------------------------------------

SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(blue completion bash)"'),
    "zsh": (["zsh", "-f", "-i"], 'autoload -U compinit; compinit -u -D; eval "$(blue completion zsh)"'),
}


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, work: Path) -> Iterator[Shell]:
    """A shell with its completion, in the folder of the example."""
    argv, first = SHELLS[request.param]
    opened = Shell(argv, first, str(work), str(work.parent / "bin"))
    yield opened
    opened.close()


def test_the_tab_key_writes_the_word(shell: Shell, work: Path) -> None:
    shell.type("blue tensi\t", "tensions ")
    shell.type("\x15blue tensions list --status=reo\t", "reopened")
    shell.type("\x15blue -d len\t", "lending-e-readers")
    shell.type("\x15blue context --for priv\t", "privacy")
    shell.type("\x15blue show '$(touch owned)' `touch owned` $(touch owned) \t\x15echo do''ne\n", "done")
    assert not list(work.rglob("owned"))


def test_what_the_tab_key_wrote_is_one_word_for_the_shell(shell: Shell) -> None:
    said = shell.type("blue rule T0001 reso\t--reason 2>&1 | head -1; echo do''ne\n", "done")
    assert "requires an argument" in said  # the verb was whole; the option is not


# --- fish ------------------------------------------------------------------------------------------------------


def fish(work: Path, line: str) -> list[str]:
    """What fish offers for this command line."""
    if not shutil.which("fish"):
        pytest.skip("there is no fish here")
    script = work.parent / "blue.fish"
    script.write_text(SCRIPTS["fish"])
    ask = ["fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", str(script), line]
    done = subprocess.run(ask, cwd=work, env=surroundings(work), capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return [offer.partition("\t")[0] for offer in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("blue tens", ["tensions"]),
        ("blue tensions ", ["accept", "list", "reopen", "resolve"]),
        ("blue show T000", ["T0001", "T0002", "T0003", "T0004"]),
        ("blue -d ", ["lending-e-readers"]),
        ("blue tensions --status=reo", ["--status=reopened"]),
        ("blue show '$(touch owned)' (touch owned) T000", []),
        ('blue -q show "T000', ["T0001", "T0002", "T0003", "T0004"]),
    ],
)
def test_fish(work: Path, line: str, offered: list[str]) -> None:
    assert fish(work, line) == offered
    assert not list(work.rglob("owned"))


# --- cost ------------------------------------------------------------------------------------------------------


def test_the_tab_key_loads_no_command_and_folds_nothing(work: Path) -> None:
    """A program that asks which modules are there afterwards; times are measured by the benchmark."""
    code = (
        "import io, sys, typer; before = {*sys.modules}; from blue_cli.cli.main import run\n"
        "run(sys.argv[1:], stdin=io.BytesIO(), stdout=io.StringIO(), stderr=sys.stderr, env={}, cwd='.')\n"
        "print(*({*sys.modules} - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "completion", "bash", "--words=show\x1fT"], cwd=work, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "blue_cli.stores.names" in loaded
    assert not loaded & {"rich", "yaml", "markdown_it", "cryptography", "pydantic", "difflib", "importlib.metadata", "tomllib"}
    assert {name for name in loaded if name.startswith("blue_cli.cli.")} <= {
        f"blue_cli.cli.{name}" for name in ("argv", "candidates", "commands", "completion", "main", "options", "outline", "output")
    }
    assert not loaded & {"blue_cli.dialogue.assemble", "blue_cli.dialogue.blocks", "blue_cli.dialogue.frontmatter"}
