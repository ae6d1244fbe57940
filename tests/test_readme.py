"""README.md says what the code says, and nothing in it is spelled by hand that the code could say."""

from __future__ import annotations

import io
import re
import shlex

import pytest

from blue_cli.cli import argv
from blue_cli.cli.commands import HELP_OPTIONS, PROGRAM, Branch, Root
from blue_cli.cli.main import run
from blue_cli.dialogue.grammar import MARKERS, STATUSES
from blue_cli.dialogue.rulebook import RULES
from tests import docs

TEXT = docs.README.read_text()
HAND = docs.by_hand(TEXT)
SETUP = re.findall(r"^```sh\n(.*?)\n```$", TEXT, re.M | re.S)
TICKED = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", HAND, flags=re.M | re.S))


def test_generated_blocks_are_what_the_code_says(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update"):
        docs.main(["--update"])
    text = docs.README.read_text()
    assert text == docs.fill(text), "python -m tests.docs --update"


def test_every_block_is_used_once() -> None:
    assert sorted(name for _, name, _ in docs.BLOCK.findall(TEXT)) == sorted(docs.BLOCKS)


def test_a_block_with_another_content_is_put_right() -> None:
    spoiled = TEXT.replace("| 70 |", "| 71 |")
    assert spoiled != TEXT
    assert docs.fill(spoiled) == docs.fill(TEXT)


@pytest.mark.parametrize("word", sorted({f"[{m.word}" for m in MARKERS} | {"RE:", "MOVE:"}))
def test_no_marker_is_spelled_by_hand(word: str) -> None:
    assert word not in HAND


def test_no_rule_and_no_status_is_spelled_by_hand() -> None:
    words = {*RULES, *(status for known in STATUSES.values() for status in known)}
    assert not words & set(TICKED)
    assert not [rule for rule in RULES if "-" in rule and re.search(rf"\b{rule}\b", HAND)]


# --- commands ----------------------------------------------------------------------------------------------------


def written_commands() -> list[str]:
    """Every call of blue in the README: typed in a session, in a set-up command, or mentioned in the text."""
    typed = re.findall(rf"^\$ ({PROGRAM} .*)$", TEXT, re.M)
    set_up = [part.rpartition("/bin/")[2] for line in SETUP for part in line.split(" && ") if f"/{PROGRAM} " in part]
    mentioned = [text for text in TICKED if text.startswith(f"{PROGRAM} ") and not text.endswith("--help")]
    return list(dict.fromkeys([line.rpartition(" <<")[0] or line for line in typed + set_up + mentioned]))


@pytest.mark.parametrize("command", written_commands())
def test_every_command_exists_with_its_options(command: str) -> None:
    split = argv.split(shlex.split(command)[1:], Root())
    assert isinstance(split.node, Branch) and not split.node.names(), f"{command}: no such command"
    words = list(split.rest)
    if not any(character in command for character in "$<") and split.node.command.params:
        missing = split.path[-1] in ("add", "check", "show", "import") and not words  # mentioned by its name alone
        if not missing:
            split.node.command.make_context(command, words, help_option_names=HELP_OPTIONS)


def test_a_command_that_there_is_none_of_would_be_noticed() -> None:
    with pytest.raises(Exception, match=r"(?i)no such option"):
        test_every_command_exists_with_its_options("blue tensions list --al")
    with pytest.raises(AssertionError):
        test_every_command_exists_with_its_options("blue pastry add")


# --- what is where -------------------------------------------------------------------------------------------------


def anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_the_contents_name_every_later_section_in_its_order() -> None:
    outside = re.sub(r"^```.*?^```$", "", TEXT, flags=re.M | re.S)
    headings = re.findall(r"^## (.+)$", outside, re.M)
    entries = re.findall(r"^- \[(.+?)\]\(#([\w-]+)\): .+$", outside, re.M)
    assert [name for name, _ in entries] == headings[1:]
    linked = re.findall(r"\]\(#([\w-]+)\)", outside)
    assert set(linked) == {anchor(heading) for heading in headings[1:]}


# --- the two commands ----------------------------------------------------------------------------------------------


def test_there_are_two_set_up_commands() -> None:
    assert len(SETUP) == 2
    assert all("\n" not in command for command in SETUP)


def test_ci_runs_the_second() -> None:
    assert (docs.ROOT / ".ci" / "run").read_text().endswith(f"\n\n{SETUP[1]}\n")


def test_the_example_is_without_findings() -> None:
    out = io.StringIO()
    status = run(
        ["check", "--strict"], stdin=io.BytesIO(), stdout=out, stderr=io.StringIO(), env={"HOME": "/nonexistent"}, cwd=str(docs.EXAMPLE)
    )
    assert (status, out.getvalue()) == (0, "0 errors, 0 warnings in 17 files\n")
