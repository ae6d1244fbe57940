"""The secret word and what is made for others: pages, exports, the live view. Into no file that was not asked for with --plaintext.

The same eyes as in `test_sentinel`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from blue_cli.cli import memory
from tests.sealed_world import FILES, SECRET, World, world
from tests.stores.victim import need_strace
from tests.test_sentinel import LOCKED, Step, problems, take

pytestmark = pytest.mark.skipif(not memory.is_in_memory(memory.SHARED), reason="needs a tmpfs at /dev/shm")

FORMATS = ("json", "md", "csv", "argdown", "aif", "canvas")
SHUT = [
    Step("report"),
    Step("report -o page.html --json"),
    Step("report -o -"),
    Step("report -o page.html", env=LOCKED),
    Step("report --everywhere -o site"),
    Step("report --everywhere -o all.html"),
    *(Step(f"export --format {name}", 1) for name in FORMATS),
    *(Step(f"export --format {name} -o out", 1) for name in FORMATS),
    Step("export --format csv --table events --json", 1),
    Step("export --format md --plaintext", 4, env=LOCKED),
    Step("import dialogue.json", 1, quotes=True),
    Step("schema export"),
]
OPEN = [
    Step("report --plaintext -o -", reads=True),
    Step("report --plaintext --everywhere -o -", reads=True),
    *(Step(f"export --format {name} --plaintext", reads=True) for name in FORMATS),
]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    need_strace()
    with world(tmp_path / "world", FILES) as made:
        (made.root / "dialogue.json").write_text("{}")
        yield made


@pytest.mark.parametrize("step", [*SHUT, *OPEN], ids=lambda step: step.words)
def test_the_word_is_only_where_it_was_asked_for(here: World, tmp_path: Path, step: Step) -> None:
    assert [*problems(step, *take(here, step, tmp_path / "log"), here)] == []


def test_the_word_in_a_page_would_be_seen(here: World, tmp_path: Path) -> None:
    step = Step("report --plaintext -o page.html")
    found = [*problems(step, *take(here, step, tmp_path / "log"), here)]
    assert any("written to" in line for line in found), SECRET
