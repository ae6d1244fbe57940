"""`--keep-log`: what went into each call and came out of it, for whoever called alone."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from blue_cli.errors import Locked, Refused
from tests.cli.panel import CORRIGIBLE, CRASHING, GOOD, ID, JUDGE, blue, script, sit
from tests.sealed_world import FILES, SECRET, World
from tests.stores.sealing import ID as SEALED


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return sit(tmp_path)


def calls(folder: Path) -> list[str]:
    """The names before the suffixes; each call must have left three files."""
    names = sorted(path.name for path in folder.iterdir())
    stems = sorted({name.partition(".")[0] for name in names})
    assert names == sorted(f"{stem}.{suffix}" for stem in stems for suffix in ("prompt.md", "answer.md", "stderr.txt"))
    return stems


def test_three_files_a_call_hold_what_was_given_answered_and_said(root: Path) -> None:
    blue(root, "round", "run", "--with", f"muffin={CORRIGIBLE}", "--with", f"scone={CRASHING}", "--retries", "1", "--keep-log", "log")
    log = root / "log"
    assert calls(log) == [f"{ID}-round-0-{slug}-{n}" for slug in ("muffin", "scone") for n in (1, 2)]
    first, second = ((log / f"{ID}-round-0-muffin-{n}.prompt.md").read_text() for n in (1, 2))
    assert first == blue(root, "context", "--for", "muffin", "--round", "0").out
    assert second.startswith(first.rstrip()) and "# Your answer was not added" in second
    assert (log / f"{ID}-round-0-muffin-1.answer.md").read_text().startswith("[PERSPECTIV P01")
    assert (log / f"{ID}-round-0-scone-2.answer.md").read_text() == "half an answer"
    assert (log / f"{ID}-round-0-scone-2.stderr.txt").read_text() == "the model is overloaded\n"


def test_nobody_else_reads_them(root: Path) -> None:
    blue(root, "round", "run", "--with", GOOD, "--keep-log", "deep/log")
    assert stat.S_IMODE((root / "deep/log").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (root / "deep/log").iterdir()} == {0o600}


def test_rounds_the_verdict_and_a_second_run_do_not_overwrite_each_other(root: Path) -> None:
    log = root / "log"
    blue(root, "round", "run", "--with", CRASHING, "--retries", "0", "--for", "muffin", "--keep-log", "log")
    before = (log / f"{ID}-round-0-muffin-1.answer.md").read_bytes()
    blue(root, "dialogue", "run", "--with", GOOD, "--judge", JUDGE, "--verdict", "--keep-log", "log")
    wanted = [f"{ID}-round-{n}-{slug}-1" for n in range(3) for slug in ("judge", "muffin", "scone")]
    assert calls(log) == sorted([*wanted, f"{ID}-round-0-muffin-2", f"{ID}-verdict-judge-1"])
    assert (log / f"{ID}-round-0-muffin-1.answer.md").read_bytes() == before


def test_a_place_where_nothing_can_be_written_is_said_before_anybody_is_asked(root: Path) -> None:
    (root / "taken").write_text("")
    said = blue(root, "round", "run", "--with", GOOD, "--keep-log", "taken")
    assert said.status == 7 and "cannot make taken" in said.err
    assert not (root / f".blue/dialogues/{ID}/round-0").exists()


@pytest.mark.parametrize("place", [".blue/dialogues", f".blue/dialogues/{ID}/round-0", "link/round-0"])
def test_never_where_a_log_would_be_read_as_contributions(root: Path, place: str) -> None:
    (root / "link").symlink_to(f".blue/dialogues/{ID}")
    before = sorted(root.rglob("*"))
    assert blue(root, "round", "run", "--with", GOOD, "--keep-log", place).status == 2
    assert sorted(root.rglob("*")) == before


def test_nothing_of_a_sealed_dialogue_goes_through_a_file(tmp_path: Path) -> None:
    """Neither what is asked nor what is answered, nor an answer that is not added."""
    (tmp_path / "hidden").mkdir(mode=0o700)
    world = World(tmp_path, tmp_path / "hidden", FILES)
    leak = script(tmp_path, "leak", f"word=$(grep -o '{SECRET[:4]}[a-z]*' | head -n 1); printf '[CLAIM C01: %s]\\n%s' \"$word\" \"$1\"")
    words = ("round", "run", "--round", "1", "--retries", "0", "-d", SEALED, "--with", f"scone={leak} '[RE:SUPPORT P7777]'", "--with", leak)
    said = world.run(*words, "--keep-log", "log")
    assert said.status == Refused.exit and "leave --keep-log out" in said.err
    said = world.run(*words, "--json")
    calls = {call["expert"]: call for call in json.loads(said.out)["calls"]}
    assert {name: (call["state"], call["kept"]) for name, call in calls.items()} == {"muffin": ("added", None), "scone": ("rejected", None)}
    assert SECRET in world.run("claims", "list", "-d", SEALED).out
    assert world.plaintexts() == []


@pytest.mark.parametrize("what", ["round", "dialogue"])
def test_without_a_key_nobody_is_asked(tmp_path: Path, what: str) -> None:
    (tmp_path / "hidden").mkdir(mode=0o700)
    world = World(tmp_path, tmp_path / "hidden", FILES)
    world.key.unlink()
    trap = script(tmp_path, "trap", f"touch {tmp_path}/started")
    assert world.run(what, "run", "--with", trap, "-d", SEALED).status == Locked.exit
    assert not (tmp_path / "started").exists()
