"""A dialogue to act on, once in files and once in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from blue_cli.stores.base import Store
from blue_cli.stores.files import FilesStore
from blue_cli.stores.memory import MemoryStore
from tests.actions.desk import Desk


@pytest.fixture(params=["files", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An empty store of each kind."""
    if request.param == "memory":
        return MemoryStore()
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    return FilesStore(str(tmp_path))


@pytest.fixture
def desk(store: Store) -> Desk:
    """The dialogue `cache` with muffin and scone on its panel, in each kind of store."""
    return Desk(store)
