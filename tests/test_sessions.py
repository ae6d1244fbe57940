"""Every session of fixtures/sessions, on every store it names (`pytest --update` rewrites them)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import golden

CASES = [
    (path, store) for path in sorted(golden.SESSIONS.glob("*.txt")) for store in golden.read(path.read_text()).stores
]


@pytest.mark.parametrize(("path", "store"), CASES, ids=lambda value: getattr(value, "stem", value))
def test_blue_says_what_the_session_shows(path: Path, store: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    session = golden.read(path.read_text())
    played = golden.written(golden.play(session, store, tmp_path))
    if request.config.getoption("--update") and store == session.stores[0]:
        path.write_text(played)
    assert played == path.read_text()


@pytest.mark.parametrize("path", sorted(golden.SESSIONS.glob("*.txt")), ids=lambda path: path.stem)
def test_a_session_file_reads_and_writes_back(path: Path) -> None:
    assert golden.written(golden.read(path.read_text())) == path.read_text()
