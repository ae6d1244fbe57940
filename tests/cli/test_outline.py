"""The table of what commands take is what they take; a command that it lacks is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from blue_cli.cli import outline
from blue_cli.cli.commands import COMMANDS
from tests.cli.test_candidates import words


def test_the_file_is_what_the_commands_say() -> None:
    assert Path(outline.FILE).read_text() == outline.text(), "python -m tests.docs --update"


@pytest.mark.parametrize("content", [None, "", "[1", "{}"], ids=["missing", "empty", "broken", "old"])
def test_without_the_file_commands_are_loaded(content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "outline.json"
    if content is not None:
        file.write_text(content)
    monkeypatch.setattr(outline, "FILE", str(file))
    outline._known.cache_clear()
    try:
        assert words("tensions", "list", "--ra") == ["--raised"]
    finally:
        outline._known.cache_clear()


def test_every_command_is_in_it_and_both_numbers_lead_to_it() -> None:
    for row in COMMANDS:
        for word in filter(None, (row.name, row.other)):
            node = outline.child(word)
            assert node is not None
            assert node.name == row.name
    assert outline.child("none") is None


def test_hidden_options_are_not_in_it() -> None:
    node = outline.child("completion")
    assert node is not None
    assert [option.spellings for option in node.options] == []
