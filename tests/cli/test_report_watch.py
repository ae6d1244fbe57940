"""`blue report --watch`: real processes; what is written is a whole page, and only when it is another one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.program import blue as run
from tests.cli.terminal import SOON, terminal
from tests.cli.test_watch import ID, add, desk  # noqa: F401 - a fixture


@contextmanager
def watching(root: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "blue_cli", "report", "--watch", *words]
    process = subprocess.Popen(command, cwd=root, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def said(process: subprocess.Popen[str], what: str) -> str:
    """The next line on stderr that has this in it."""
    assert process.stderr is not None
    for line in process.stderr:
        if what in line:
            return line
    raise AssertionError(f"it ended without: {what}")


def test_the_page_is_written_anew_when_the_dialogue_changes(desk: Path) -> None:  # noqa: F811
    page = desk / "page.html"
    with watching(desk, "-o", "page.html") as it:
        said(it, "wrote page.html")
        assert "Scans flush it" in page.read_text()
        first = page.stat().st_ino
        add(desk, "scone", "[TENSION T01: Nobody notices]\n")
        said(it, "wrote page.html")
        assert "Nobody notices" in page.read_text() and page.read_text().rstrip().endswith("</html>")
        assert page.stat().st_ino != first  # replaced whole: a browser never reads half a page
        assert not list(desk.glob(".blue-tmp-*"))
        it.send_signal(signal.SIGINT)
        assert it.wait(SOON) == 130
        assert it.stdout is not None and it.stdout.read() == ""  # it was all said while it happened


def test_what_changes_nothing_on_the_page_writes_nothing(desk: Path) -> None:  # noqa: F811
    page, text = desk / "page.html", desk / ".blue/dialogues" / ID / "round-0/muffin.md"
    with watching(desk, "-o", "page.html") as it:
        said(it, "wrote page.html")
        first = page.stat()
        os.utime(text)
        time.sleep(1.5)
        assert page.stat() == first
        text.write_bytes(text.read_bytes().replace(b"Scans", b"Looks"))
        said(it, "wrote page.html")


def test_a_dialogue_that_goes_leaves_the_page_and_is_told(desk: Path) -> None:  # noqa: F811
    folder = desk / ".blue/dialogues" / ID
    with watching(desk, "-o", "page.html") as it:
        said(it, "wrote page.html")
        folder.rename(desk / "aside")
        said(it, "not written")
        assert "Scans flush it" in (desk / "page.html").read_text()
        (desk / "aside").rename(folder)
        add(desk, "scone", "[TENSION T01: Back]\n")
        said(it, "wrote page.html")
        it.terminate()
        assert it.wait(SOON) == -signal.SIGTERM


def test_json_is_one_document_at_the_end(desk: Path) -> None:  # noqa: F811
    with watching(desk, "-o", "page.html", "--json") as it:
        said(it, "wrote page.html")
        it.send_signal(signal.SIGINT)
        assert it.wait(SOON) == 130
        assert it.stdout is not None and it.stdout.read().startswith('{"schema":"blue/report@1",')


def test_ctrl_c_at_a_terminal_ends_it(desk: Path) -> None:  # noqa: F811
    with terminal(desk, "report", "--watch", "-o", "page.html") as it:
        it.until(lambda: "wrote page.html" in it.sent)
        it.type(b"\x03")
        assert it.ends() == 130 and "rror" not in it.sent


@pytest.mark.parametrize("words", [("-o", "-"), ("--at", "HEAD")])
def test_what_never_changes_is_not_watched(desk: Path, words: tuple[str, ...]) -> None:  # noqa: F811
    assert run("report", "--watch", *words, cwd=desk).status == 2
