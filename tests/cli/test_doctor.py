"""`blue doctor` as a whole: in real repositories, on a terminal, in a pipe, as JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from blue_cli.cli.doctor import GROUPS, IN_A_RUN, VARIABLES
from blue_cli.config import SETTINGS
from tests.cli.program import Said, Terminal, blue
from tests.git.repository import git, repository


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A repository with a workspace, below the home."""
    work = repository(tmp_path / "home" / "work")
    assert blue("init", cwd=work).status == 0
    return work


def doctor(work: Path, *words: str, **env: str) -> Said:
    home = work.parent
    return blue("doctor", *words, cwd=work, env={"HOME": str(home), "PATH": os.environ["PATH"], **env})


def rows(said: Said, name: str) -> list[list[str]]:
    return [line.split("\t") for line in said.out.splitlines() if line.split("\t")[0] == name]


def test_a_repository_as_it_should_be(work: Path) -> None:
    said = doctor(work, "workspace", "folder", "git", "keys", "settings")
    assert (said.status, said.err) == (0, "")
    assert [row[:3] for row in rows(said, "workspace")] == [["workspace", "ok", "here, 0 dialogues"]]
    assert rows(said, "hooks") == [["hooks", "note", "not installed", "git commits without asking blue", "blue hooks install"]]
    assert all(len(line.split("\t")) == 5 for line in said.out.splitlines())


def test_nothing_is_changed_and_no_place_below_the_home_is_named(work: Path) -> None:
    before = sorted(work.rglob("*"))
    said = doctor(work, "--json")
    assert str(work.parent) not in said.out
    assert sorted(work.rglob("*")) == before
    assert {check["check"] for check in said.json["checks"]} >= {"program", "versions", "state", "locale", "terminal", "git", "keys"}
    assert [setting["key"] for setting in said.json["settings"]] == [*SETTINGS]


def test_hooks_that_were_installed_are_reached_until_somebody_turns_them_off(work: Path) -> None:
    assert blue("hooks", "install", cwd=work, env=dict(os.environ)).status == 0
    assert rows(doctor(work, "git"), "hooks")[0][1:3] == ["ok", "pre-commit: reached by git"]
    (work / ".git" / "hooks" / "pre-commit").chmod(0o644)
    said = doctor(work, "git")
    assert (said.status, rows(said, "hooks")[0][1:3]) == (1, ["problem", "pre-commit: not executable"])
    (work / ".git" / "hooks" / "pre-commit").chmod(0o755)
    git(work, "config", "core.hooksPath", "elsewhere")
    said = doctor(work, "git")
    assert (said.status, rows(said, "hooks")[0][2]) == (1, "pre-commit: blue's block is where git does not look")


def test_a_shallow_clone(work: Path, tmp_path: Path) -> None:
    (work / "more").write_text("")
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", "more")
    git(work, "clone", "-q", "--depth", "1", f"file://{work}", str(tmp_path / "cut"))
    said = doctor(tmp_path / "cut", "git")
    assert said.status == 1
    assert rows(said, "repository")[-1][2:] == [
        "a shallow clone", "older commits are not here: log, diff, --at and check --since see only a part", "git fetch --unshallow"
    ]  # fmt: skip


def test_without_git(work: Path) -> None:
    said = doctor(work, "git", PATH="/nonexistent")
    assert (said.status, len(said.out.splitlines())) == (1, 1)
    assert rows(said, "git")[0][2] == "there is no git on the PATH"


def test_outside_of_a_workspace_what_needs_none_is_looked_at(tmp_path: Path) -> None:
    said = blue("doctor", "workspace", "folder", "keys", "settings", cwd=tmp_path)
    assert (said.status, [line.split("\t")[1] for line in said.out.splitlines()]) == (0, ["note"])


def test_a_workspace_that_is_a_link_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".blue").symlink_to("elsewhere")
    said = blue("doctor", "workspace", cwd=tmp_path)
    assert (said.status, said.out.split("\t")[2]) == (1, ".blue is a symbolic link")


def test_a_refused_key_and_one_that_is_none(work: Path) -> None:
    key = work.parent / "k"
    key.write_text("blue-key-1\n")
    key.chmod(0o644)
    said = doctor(work, "keys", BLUE_KEYS="file:~/k smartcard:1")
    assert said.status == 1
    assert [row[2] for row in rows(said, "keys")] == ['"smartcard:1" is no key provider', "~/k is refused: others may read or change it"]


def test_no_service_is_called_and_no_key_is_shown(work: Path) -> None:
    assert blue("key", "new", cwd=work, env={"HOME": str(work.parent)}).status == 0
    lines = (work.parent / ".blue" / "keys" / "umk.key").read_text().splitlines()
    secret = next(line for line in lines if line and not line.startswith(("#", "blue")))
    said = doctor(work, "keys", BLUE_KEYS="file: awskms:arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")
    assert said.status == 0
    assert secret not in said.out
    assert "not asked" in said.out


def test_no_password_of_a_store_is_shown(work: Path) -> None:
    (work / ".blue" / "config.toml").write_text('store = "postgresql://u:s3cret@h/d"\n')
    for env in ({}, {"BLUE_STORE": "postgresql://u:s3cret@h/d"}):
        for form in ((), ("--json",)):
            said = doctor(work, "settings", *form, **env)
            assert "s3cret" not in said.out
            assert "h/d" in said.out


def test_on_a_terminal_only_what_is_not_in_order_is_explained(work: Path) -> None:
    (work / ".blue" / ".blue-tmp-1").write_text("")
    os.utime(work / ".blue" / ".blue-tmp-1", (0, 0))
    screen = Terminal()
    said = blue("doctor", "folder", "--color", "never", cwd=work, env={"HOME": "/nonexistent", "COLUMNS": "80"}, stdout=screen)
    assert said.out.splitlines()[2:] == [
        "problem  leftovers  unfinished files: .blue/.blue-tmp-1",
        "           why: a run was killed, or the machine stopped, before it was done; nobody reads them",
        "           fix: rm -r .blue/.blue-tmp-1",
        "1 problem",
    ]


def test_a_read_only_folder_is_a_problem(work: Path) -> None:
    """As somebody else than root, whom no mode stops."""
    work.parent.parent.chmod(0o755)
    for folder in (work.parent, *work.parents):
        if folder.stat().st_uid == os.getuid():
            folder.chmod(folder.stat().st_mode | 0o055)
    (work / ".blue").chmod(0o555)
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
    done = subprocess.run(
        [*user, sys.executable, "-m", "blue_cli", "doctor", "folder", "--json"], cwd=work, capture_output=True, text=True, check=False
    )
    (work / ".blue").chmod(0o755)
    if user and "No such file" in done.stderr:
        pytest.skip("there is no setpriv here")
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["checks"][0]["found"] == ".blue cannot be written: Permission denied"


def test_a_word_that_is_none(work: Path) -> None:
    said = doctor(work, "stars")
    assert (said.status, said.err) == (2, f'blue: error: doctor knows no "stars"\n  fix: of {", ".join(GROUPS)}\n')


def test_every_variable_that_the_program_reads_is_known() -> None:
    import re

    source = "".join(path.read_text() for path in (Path(__file__).parents[2] / "blue_cli").rglob("*.py"))
    read = set(re.findall(r'"(BLUE_[A-Z_]*[A-Z])"', source))
    from blue_cli.config import variable

    assert read <= VARIABLES | IN_A_RUN | {variable(key) for key in SETTINGS}
