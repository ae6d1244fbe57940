"""`blue key`: made once, never replaced, shown without being shown."""

from __future__ import annotations

import io
import json
import os
import pty
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import Said, Terminal
from tests.cli.program import blue as run
from tests.crypto.keys import inject
from tests.crypto.keys.conftest import kms, server  # noqa: F401 - fixtures
from tests.crypto.keys.faults import FAULTS, Fault
from tests.crypto.keys.places import KmsPlace

SCREEN = "the key itself"


class Desk:
    """A home, a workspace outside it, and blue with both."""

    def __init__(self, folder: Path) -> None:
        self.home, self.root = folder / "home", folder / "work"
        self.home.mkdir()
        (self.root / ".blue/dialogues").mkdir(parents=True)
        self.env = {"HOME": str(self.home)}

    def blue(self, *argv: str, typed: str = "", **more: Any) -> Said:
        return run(*argv, cwd=self.root, env=self.env, stdin=io.BytesIO(typed.encode()), **more)

    @property
    def key(self) -> Path:
        return self.home / ".blue/keys/umk.key"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_new_makes_the_one_key_and_says_how_to_back_it_up(desk: Desk) -> None:
    said = desk.blue("key", "new")
    assert said.status == 0
    assert said.out == f"made the key {said.out.split()[3]} at ~/.blue/keys/umk.key\n"
    assert "back it up now: blue key export" in said.err
    assert oct(desk.key.stat().st_mode & 0o7777) == "0o600"
    before = desk.key.read_bytes()
    again = desk.blue("key", "new")
    assert (again.status, desk.key.read_bytes()) == (5, before)
    assert "a key is never replaced" in again.err


def test_no_word_and_no_option_offers_to_remove_a_key(desk: Desk) -> None:
    from blue_cli.cli.commands import BY_NAME, Branch, load

    branch = Branch(load(BY_NAME["key"]), "key")
    words = " ".join([desk.blue("key", name, "--help").out for name in branch.names()] + branch.names()).lower()
    for word in ("delete", "wipe", "remove", "overwrite", "--force", "erase"):
        assert word not in words


@pytest.mark.parametrize("name", ["new", "show", "verify", "import"])
def test_only_export_prints_the_key(name: str, desk: Desk, tmp_path: Path) -> None:
    desk.blue("key", "new")
    secret = desk.key.read_text().splitlines()[-2]
    rows = desk.blue("key", "export").out.splitlines()[4:]
    copy = tmp_path / "copy.key"
    copy.write_bytes(desk.key.read_bytes())
    for form in ([], ["--json"]):
        said = desk.blue("key", name, *([str(copy)] if name == "import" else []), *form)
        assert secret not in said.out + said.err
        assert not [row for row in rows if row.strip() in said.out + said.err]


def test_show_names_every_key_and_what_is_wrong_with_it(desk: Desk) -> None:
    id = desk.blue("key", "new", "--json").json["id"]
    desk.env["BLUE_KEYS"] = f"file:,file:{desk.home}/other.key"
    said = desk.blue("key", "show", "--json").json
    assert said["schema"] == "blue/key.show@1"
    assert said["items"] == [
        {"id": id, "kind": "file", "place": "~/.blue/keys/umk.key", "fingerprint": _grouped(id), "error": None},
        {"id": None, "kind": "file", "place": "~/other.key", "fingerprint": None, "error": "there is no ~/other.key"},
    ]
    assert desk.blue("key", "show").out == f"{id}\tfile\t~/.blue/keys/umk.key\tthere\n\tfile\t~/other.key\tthere is no ~/other.key\n"
    shown = desk.blue("key", "show", "--color", "never", stdout=Terminal())
    assert shown.out.splitlines()[0].split() == ["KEY", "KIND", "PLACE", "STATE"]


def _grouped(id: str) -> str:
    digits = id.removeprefix("umk#")
    return " ".join(digits[at : at + 4] for at in range(0, 16, 4))


@pytest.mark.parametrize("name", ["show", "verify", "export"])
def test_without_a_key_it_is_locked(name: str, desk: Desk) -> None:
    said = desk.blue("key", name, "--json")
    assert (said.status, said.json["error"]["code"]) == (4, "locked")
    assert said.json["error"]["message"] == "there is no ~/.blue/keys/umk.key"
    assert not desk.key.exists()


def test_a_key_can_be_looked_after_outside_any_workspace(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "nowhere").mkdir()
    (desk.home / ".config/blue").mkdir(parents=True)
    (desk.home / ".config/blue/config.toml").write_text(f'keys = ["file:{desk.home}/mine.key"]\n')
    said = run("key", "new", "--json", cwd=tmp_path / "nowhere", env=desk.env)
    assert said.json["place"] == "~/mine.key"


def test_the_folder_of_the_keys_makes_no_workspace_of_the_home(desk: Desk) -> None:
    desk.blue("key", "new")
    (desk.home / "project").mkdir()
    assert run("dialogue", "new", "T", cwd=desk.home / "project", env=desk.env).status == 3
    assert run("init", cwd=desk.home, env=desk.env).status == 0
    assert run("dialogue", "new", "T", cwd=desk.home / "project", env=desk.env).status == 0


def test_a_repository_does_not_choose_the_key(desk: Desk) -> None:
    (desk.root / ".blue/config.toml").write_text('keys = ["file:/somewhere/else.key"]\n')
    said = desk.blue("key", "new")
    assert "~/.blue/keys/umk.key" in said.out
    assert "keys" in said.err and "is ignored" in said.err


def test_a_key_elsewhere_is_used_when_it_is_named(desk: Desk) -> None:
    url = f"file:{desk.home}/second.key"
    said = desk.blue("key", "new", "--key-file", str(desk.home / "second.key"))
    assert f'to have it used: BLUE_KEYS={url}, or in your own settings: keys = ["{url}"]' in said.err
    desk.env["BLUE_KEY_FILE"] = "~/second.key"
    assert desk.blue("key", "show").out.split("\t")[2] == "~/second.key"


def test_none_is_made_in_a_work_tree(desk: Desk) -> None:
    (desk.root / ".git").mkdir()
    said = desk.blue("key", "new", "--key-file", "umk.key")
    assert said.status == 4
    assert "lies in a git work tree" in said.err
    assert sorted(os.listdir(desk.root)) == [".blue", ".git"]


def test_every_change_of_a_key_is_in_the_log_of_the_workspace(desk: Desk) -> None:
    id = desk.blue("key", "new", "--json").json["id"]
    paper = desk.blue("key", "export").out
    desk.key.unlink()
    desk.blue("key", "import", "-", typed=paper)
    desk.blue("key", "import", "-", typed=paper)
    desk.blue("key", "show")
    desk.blue("key", "verify")
    events = [json.loads(path.read_text()) for path in sorted((desk.root / ".blue/audit/workspace").iterdir())]
    assert [(event["action"], event["key"]) for event in events] == [(f"key-{name}", id) for name in ("new", "export", "import")]
    secret = desk.key.read_text().splitlines()[-2]
    assert not [path for path in desk.root.rglob("*") if path.is_file() and secret in path.read_text()]


# --- paper ------------------------------------------------------------------------------------------------------------


def test_from_paper_comes_the_same_key(desk: Desk) -> None:
    id = desk.blue("key", "new", "--json").json["id"]
    paper = desk.blue("key", "export")
    assert SCREEN in paper.err
    before = desk.key.read_bytes()
    desk.key.unlink()
    said = desk.blue("key", "import", "-", typed=paper.out.lower())
    assert (said.status, said.out) == (0, f"brought the key {id} to ~/.blue/keys/umk.key\n")
    assert desk.key.read_bytes() == before
    again = desk.blue("key", "import", "-", "--json", typed=paper.out)
    assert (again.status, again.json["created"]) == (0, False)


def test_import_never_replaces_another_key(desk: Desk) -> None:
    other = desk.blue("key", "new", "--json").json["id"]
    paper = desk.blue("key", "export").out
    desk.key.unlink()
    mine = desk.blue("key", "new", "--json").json["id"]
    before = desk.key.read_bytes()
    said = desk.blue("key", "import", "-", typed=paper)
    assert (said.status, desk.key.read_bytes()) == (5, before)
    assert f"holds another key, {mine}" in said.err and other in said.err


@pytest.mark.parametrize("damage", ["link", "exposed", "cut"])
def test_import_never_replaces_what_it_cannot_read(damage: str, desk: Desk) -> None:
    desk.blue("key", "new")
    paper = desk.blue("key", "export").out
    if damage == "link":
        desk.key.rename(desk.home / "real")
        desk.key.symlink_to(desk.home / "real")
    elif damage == "exposed":
        desk.key.chmod(0o644)
    else:
        desk.key.write_text("blue-key-v1\n")
    before = desk.key.read_bytes()
    assert desk.blue("key", "import", "-", typed=paper).status == 5
    assert desk.key.read_bytes() == before


def test_verify_holds_paper_against_the_key(desk: Desk, tmp_path: Path) -> None:
    desk.blue("key", "new")
    paper = tmp_path / "paper"
    paper.write_text(desk.blue("key", "export").out)
    assert desk.blue("key", "verify", "--paper", str(paper)).out.endswith(f"and {paper} is its paper form\n")
    desk.key.unlink()
    desk.blue("key", "new")
    said = desk.blue("key", "verify", "--paper", str(paper))
    assert said.status == 1
    assert "the paper form is of umk#" in said.err
    said = desk.blue("key", "verify", "--paper", "-", typed="nothing of the kind")
    assert said.status == 1
    assert "line 4: missing" in said.err


@pytest.mark.parametrize("typed", [b"\0\xff" * 40, b"blue-key-v9\nx\ny\n", b"blue-key-v1\n" + b"A" * 9000, b"blue-key-v1-passphrase\n"])
def test_what_is_no_key_is_refused_and_nothing_is_made(typed: bytes, desk: Desk) -> None:
    said = run("key", "import", "-", cwd=desk.root, env=desk.env, stdin=io.BytesIO(typed))
    assert said.status in (1, 2, 4)
    assert not desk.key.exists()


def test_the_paper_form_is_not_written_into_a_work_tree(desk: Desk, tmp_path: Path) -> None:
    desk.blue("key", "new")
    (desk.root / ".git").mkdir()
    for folder, status in ((desk.root, 4), (tmp_path, 0)):
        with open(folder / "paper", "w") as out:
            command = [sys.executable, "-m", "blue_cli", "key", "export"]
            env = {**os.environ, **desk.env}
            ran = subprocess.run(command, cwd=desk.root, env=env, stdout=out, stderr=subprocess.PIPE, check=False)
        assert ran.returncode == status, ran.stderr
        assert bool((folder / "paper").read_text()) == (status == 0)


# --- passphrase --------------------------------------------------------------------------------------------------------


def test_a_key_under_a_passphrase_from_a_file(desk: Desk) -> None:
    secret = desk.home / "secret"
    secret.write_text("several words nobody said\n")
    secret.chmod(0o600)
    desk.env["BLUE_PASSPHRASE_FILE"] = str(secret)
    assert desk.blue("key", "new", "--passphrase", "--json").json["kind"] == "passphrase"
    assert desk.blue("key", "verify").status == 0
    del desk.env["BLUE_PASSPHRASE_FILE"]
    assert desk.blue("key", "show").out.split("\t")[1] == "passphrase"
    said = desk.blue("key", "verify", "--no-input")
    assert said.status == 4
    assert "BLUE_PASSPHRASE_FILE=FILE" in said.err


def test_a_copy_under_a_passphrase_stays_under_it_and_a_plain_one_can_be_put_under_one(desk: Desk) -> None:
    secret, copy = desk.home / "secret", desk.home / "copy.key"
    secret.write_text("several words nobody said\n")
    secret.chmod(0o600)
    desk.env["BLUE_PASSPHRASE_FILE"] = str(secret)
    desk.blue("key", "new", "--passphrase")
    desk.key.rename(copy)
    assert desk.blue("key", "import", str(copy), "--json").json["kind"] == "passphrase"
    assert desk.key.read_bytes() == copy.read_bytes()
    paper = desk.blue("key", "export").out
    desk.key.unlink()
    assert desk.blue("key", "import", "-", "--json", typed=paper).json["kind"] == "file"
    desk.key.rename(copy)
    assert desk.blue("key", "import", str(copy), "--passphrase", "--json").json["kind"] == "passphrase"
    assert desk.blue("key", "verify").status == 0


def test_a_person_is_asked_twice_and_sees_nothing(desk: Desk) -> None:
    answers = [b"several words nobody said\n", b"several words nobody said\n"]
    status, shown = at_terminal(["key", "new", "--passphrase"], desk, answers)
    assert status == 0, shown
    assert b"several words" not in shown
    assert shown.index(b"a passphrase for umk#") < shown.index(b"the same again: ")
    assert desk.key.read_text().splitlines()[1] == "blue-key-v1-passphrase"


def at_terminal(argv: list[str], desk: Desk, answers: list[bytes]) -> tuple[int, bytes]:
    """blue at a real terminal, one answer a prompt; its status and all that was to be seen."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(desk.root)
        os.execve(sys.executable, [sys.executable, "-m", "blue_cli", *argv], {**os.environ, **desk.env})
    shown = b""
    while select.select([terminal], [], [], 20)[0]:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # Linux: the other side is closed
            break
        shown += part
        if answers and shown.rstrip(b" ").endswith(b":"):
            os.write(terminal, answers.pop(0))
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown


# --- a key service -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("kms")
def test_a_key_of_a_service_is_asked_and_gives_back_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    place = KmsPlace(monkeypatch)
    desk.env["BLUE_KEYS"] = place.url
    assert desk.blue("key", "show").out == f"{place.url}\tawskms\t{place.url}\tnot asked\n"
    assert place.sent == []
    assert desk.blue("key", "verify").out == f"{place.url} at {place.url} is whole\n"
    assert [name for name, _ in place.sent] == ["GenerateDataKey", "Decrypt"]


FELT = [fault for fault in FAULTS if fault.scheme == "awskms" and fault.name in ("throttled", "revoked", "impostor", "reply-lost")]


@pytest.mark.usefixtures("kms")
@pytest.mark.parametrize("fault", FELT, ids=lambda fault: fault.name)
def test_a_fault_has_its_status_and_words(fault: Fault, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    place = KmsPlace(monkeypatch)
    desk.env["BLUE_KEYS"] = place.url
    with inject.injected(fault.name, place, monkeypatch):
        said = desk.blue("key", "verify", "--json")
    assert said.status == fault.exit
    error = said.json["error"]
    assert fault.says in f"{error['message']}: {error['why']}: {error['fix']}"
