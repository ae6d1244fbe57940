"""A workspace is made of what is missing; what is there is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from blue_cli.actions.init import init, settings_text
from blue_cli.config import REPO, SETTINGS, parse
from blue_cli.errors import Conflict

ALL = (".blue", ".blue/dialogues", ".blue/config.toml")


def test_everything_is_made_once(tmp_path: Path) -> None:
    assert init(str(tmp_path)) == (ALL, ())
    (tmp_path / ".blue/config.toml").write_text("mine")
    assert init(str(tmp_path)) == ((), ALL)
    assert (tmp_path / ".blue/config.toml").read_text() == "mine"


def test_what_is_missing_is_added(tmp_path: Path) -> None:
    (tmp_path / ".blue" / "dialogues").mkdir(parents=True)
    assert init(str(tmp_path)) == (ALL[2:], ALL[:2])


@pytest.mark.parametrize("name", ALL[:2])
def test_a_link_or_file_in_the_way_is_a_conflict(name: str, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    for block in (lambda: path.symlink_to(tmp_path / "elsewhere"), lambda: path.write_text("")):
        block()
        with pytest.raises(Conflict):
            init(str(tmp_path))
        path.unlink()
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_dangling_settings_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / ".blue").mkdir()
    (tmp_path / ".blue/config.toml").symlink_to(tmp_path / "owned")
    assert init(str(tmp_path)).kept[-1] == ".blue/config.toml"
    assert not (tmp_path / "owned").exists()


def test_the_settings_file_says_nothing_and_all_that_it_shows_could_be_said() -> None:
    assert parse(settings_text(), "c") == ({}, ())
    shown = "\n".join(line.removeprefix("# ") if " = " in line else line for line in settings_text().splitlines())
    values, findings = parse(shown, "c")
    assert not findings
    assert set(values) == {key for key, setting in SETTINGS.items() if setting.by == REPO}
    assert all(value.value == SETTINGS[key].default for key, value in values.items())
