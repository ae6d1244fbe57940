"""A file outside the store is old or new, and keeps its mode."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from blue_cli.actions.file import replace


def test_an_old_file_keeps_its_mode_and_a_new_one_gets_the_usual(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_bytes(b"old")
    old.chmod(0o600)
    mask = os.umask(0o022)
    replace(str(old), b"new")
    replace(str(tmp_path / "fresh"), b"new")
    os.umask(mask)
    assert (old.read_bytes(), old.stat().st_mode & 0o777, (tmp_path / "fresh").stat().st_mode & 0o777) == (b"new", 0o600, 0o644)


@pytest.mark.parametrize("name", ["fsync", "chmod", "replace"])
def test_what_fails_leaves_the_old_file_and_nothing_else(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"old")

    def fail(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, name, fail)
    with pytest.raises(OSError):
        replace(str(tmp_path / "file"), b"new")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("file", b"old")]
