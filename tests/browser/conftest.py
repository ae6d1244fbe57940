"""Real headless Chromium on real report pages. Where playwright or Chromium is missing, the tests say so and skip."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import dialogues
from tests.browser.tab import Browser
from tests.cli.program import blue

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = ["--no-sandbox", "--disable-gpu"]  # a container's root has no sandbox to give


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One Chromium a module, from the system's packages, with a home of its own."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install 'blue-dialogue[test]'")
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"no browser on this machine: none of {', '.join(PROGRAMS)}")
    env = {**os.environ, "HOME": str(tmp_path_factory.mktemp("browser-home"))}
    with playwright.sync_playwright() as started:
        chromium: Any = started.chromium.launch(executable_path=program, args=OPTIONS, env=env)
        yield chromium
        chromium.close()


def report(root: Path, id: str, output: Path) -> Path:
    """The page of a dialogue, as `blue report` writes it."""
    said = blue("report", "-d", id, "-o", str(output), cwd=root)
    assert said.status == 0, said.out + said.err
    return output


def _page(make: Callable[[Path], None], id: str, factory: pytest.TempPathFactory) -> Path:
    root = factory.mktemp(id)
    make(root)
    return report(root, id, root / "page.html")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a dialogue with everything in it."""
    return _page(dialogues.full, dialogues.FULL, tmp_path_factory)


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a dialogue that an enemy wrote."""
    return _page(dialogues.hostile, dialogues.HOSTILE, tmp_path_factory)


@pytest.fixture(scope="module")
def large_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of one dialogue of 400 contributions and 1,980 entities."""
    return _page(dialogues.large, dialogues.LARGE, tmp_path_factory)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the index over several dialogues, and their pages."""
    root = tmp_path_factory.mktemp("several")
    dialogues.several(root)
    said = blue("report", "--everywhere", "-o", str(root / "site") + "/", cwd=root)
    assert said.status == 0, said.out + said.err
    return root / "site"
