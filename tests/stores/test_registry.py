"""Which store a URL names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from blue_cli.errors import WrongCall
from blue_cli.stores.files import FilesStore
from blue_cli.stores.memory import MemoryStore
from blue_cli.stores.registry import open_store


@pytest.mark.parametrize("url", [None, "", "files:"])
def test_without_a_url_dialogues_are_files(url: str | None, tmp_path: Path) -> None:
    store = open_store(url, str(tmp_path))
    assert isinstance(store, FilesStore)
    store.create("older:one", "one", {"file/x": b"1"})
    assert (tmp_path / ".blue/dialogues/one/x").read_bytes() == b"1"


def test_memory_is_empty_each_time(tmp_path: Path) -> None:
    one, two = (open_store("memory:", str(tmp_path)) for _ in range(2))
    assert isinstance(one, MemoryStore)
    one.create("older:one", "one", {})
    assert list(two.dialogues()) == []


@pytest.mark.parametrize("url", ["oracle://scott:tiger@db/x", "scott:tiger@db", "TIGER", "\x1b]0;tiger:", "tiger" * 9])
def test_an_unknown_store_is_a_wrong_call_that_names_those_there_are(url: str) -> None:
    with pytest.raises(WrongCall) as caught:
        open_store(url, "/")
    text = f"{caught.value.message} {caught.value.why} {caught.value.fix}"
    assert "files:, memory:, sqlite:, postgresql:, postgres:, dynamodb:" in text
    assert "tiger" not in text.lower(), "the rest of a URL may hold a password"


def test_only_the_store_that_is_chosen_is_imported() -> None:
    heavy = ["blue_cli.stores.memory", "blue_cli.stores.batch", "fcntl", "hashlib", "shutil", "yaml"]
    code = (
        "import sys; from blue_cli.stores.registry import open_store; store = open_store(None, '/nowhere'); list(store.dialogues());"
        f"print([module for module in {heavy} if module in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
