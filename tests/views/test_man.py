"""The manual page: whatever a text says, the formatter shows it and obeys nothing."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.cli.argv import GLOBALS
from blue_cli.cli.commands import COMMANDS
from blue_cli.cli.manual import manual
from blue_cli.config import SETTINGS, variable
from blue_cli.errors import EXIT_CLASSES
from blue_cli.views.man import Entry, Manual, Option, escape, page

EVIL = (".so /etc/passwd", "'sy id", "\\fIx\\fR", '"quoted" "twice', "-o", "a\n.sy id", "\\n(.x", "…", "café", "\x1b[31m", "'", "\\", "~^`")


def formatted(text: str) -> str:
    """What groff makes of a page; it has nothing to complain about."""
    if not shutil.which("groff"):
        pytest.skip("there is no groff here")
    done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-P-cbou"], input=text, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def test_the_page_of_blue_is_right_roff_and_names_everything() -> None:
    shown = formatted(page(manual()))
    for row in COMMANDS:
        assert f"blue {row.name}" in shown
    for wanted in [*(name for g in GLOBALS for name in g.options), *map(variable, SETTINGS), *(str(error.exit) for error in EXIT_CLASSES)]:
        assert wanted in shown
    for section in ("NAME", "SYNOPSIS", "GLOBAL OPTIONS", "COMMANDS", "EXIT STATUS", "ENVIRONMENT", "FILES"):
        assert f"\n{section}\n" in f"\n{shown}"


def test_the_page_says_the_same_on_every_day_and_is_ascii() -> None:
    assert page(manual()) == page(manual())
    assert page(manual()).isascii()
    assert not re.search(r"^\.(?!TH|SH|SS|TP|PP|nh)", page(manual()), re.M)


def test_hostile_texts_are_shown_as_they_are() -> None:
    evil = [Option(text, text) for text in EVIL]
    entries = [Entry(f"blue {text}", f"{text}\n\n{text}", evil) for text in EVIL]
    text = page(Manual("1", "s", entries, evil, evil, evil, evil))
    assert not re.search(r"^['.](?!TH|SH|SS|TP|PP|nh)", text, re.M)
    shown = formatted(text)
    for wanted in (".so /etc/passwd", "'sy id", "\\fIx\\fR", '"quoted" "twice', "a .sy id", "\\n(.x", "café", "~^`"):
        assert shown.count(wanted) >= 3


@settings(max_examples=200)
@given(st.text(max_size=20))
def test_escaped_text_is_one_line_that_begins_no_order(text: str) -> None:
    shown = escape(text)
    assert "\n" not in shown
    assert not shown.startswith((".", "'"))
    assert shown.isascii()
    assert not re.search(r"\\(?!\(rs|-|\(aq|\(ga|\(ha|\(ti|\(dq|&|\[u[0-9A-F]{4,6}\])", shown)
