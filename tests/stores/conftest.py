"""A workspace with one dialogue, and asserts of the contract that say as much as those of a test file."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.stores.contract", "tests.stores.machine")

from blue_cli.stores.files import FilesStore  # noqa: E402 - after the line above, or that comes too late
from tests.stores.contract import STRUDEL, UID, told  # noqa: E402


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """`.blue/dialogues` with one dialogue, `one`."""
    store = FilesStore(str(tmp_path))
    store.create(UID, "one", told(UID) | {STRUDEL: b"strudel"})
    return tmp_path / ".blue/dialogues"


@pytest.fixture
def store(place: Path) -> FilesStore:
    return FilesStore(str(place.parent.parent), patience=0.2)
