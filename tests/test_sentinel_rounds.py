"""The secret word goes through commands that answer in a sealed dialogue: by pipes, and into no file.

The same eyes as in `test_sentinel`, on the processes of blue, of its keeper and of the commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from blue_cli.cli import memory
from tests.sealed_world import SECRET, Done, World, world
from tests.stores.victim import need_strace
from tests.test_sentinel import LOCKED, Step, problems, take

pytestmark = pytest.mark.skipif(not memory.is_in_memory(memory.SHARED), reason="needs a tmpfs at /dev/shm")

DRAIN = "while read -r line; do case $line in *'# Your answer'*) told=1 ;; *'# The verdict'*) last=1 ;; esac; done"
SPEAKING = f"""{DRAIN}
echo "thinking of {SECRET}" >&2
case $BLUE_ROUND in
0) printf '[TENSION T01: A {SECRET} tension]\\n\\n[RECOMMENDATION R01: Do {SECRET}]\\n\\nNow.\\n\\n[RE:RESOLVE T01]\\n' ;;
*) printf 'Enough of {SECRET}.\\n\\n[MOVE:CONVERGE]\\n' ;;
esac
"""
JUDGING = f"""{DRAIN}
if [ "$last" ]; then printf -- '---\\nrecommendation: "Do {SECRET}"\\n---\\n\\nAll {SECRET}.\\n'; exit; fi
printf -- '---\\nscores:\\n  muffin: {{W: 1, C: 1, T: 1, R: 1}}\\n  scone: {{W: 1, C: 1, T: 1, R: 1}}\\n---\\n\\nA {SECRET} round.\\n'
"""
EXPERTS = {
    "speaking": SPEAKING,
    "judging": JUDGING,
    "wrong": f"{DRAIN}\nprintf '[TENSOIN T01: {SECRET}]\\n\\n[RE:SUPPORT T0999]\\n{SECRET}\\n'",
    "sorry": f"{DRAIN}\necho \"I'm sorry, {SECRET} is beyond me.\"",
    "failing": f"{DRAIN}\necho 'half of {SECRET}'\necho '{SECRET} is overloaded' >&2\nexit 3",
    "flooding": f"{DRAIN}\nwhile :; do echo '[CLAIM C01: {SECRET}]'; done",
}
NEW = f"dialogue new 'The {SECRET} title' --sealed --question '{SECRET}?' --expert 'muffin:The {SECRET} role' --expert scone:B"
LIFE = [
    Step(NEW),
    Step("round run --with {speaking} --dry-run"),
    Step("round run --with {speaking} --keep-log log", 1),
    Step("round run --with {speaking}", 4, env=LOCKED),
    Step("round run --with {wrong} --for muffin --retries 1", 1, quotes=True, reads=True),
    Step("round run --with {sorry} --for muffin --retries 0 --json", 1, reads=True),
    Step("round run --with {failing} --for muffin --retries 0", 1, quotes=True),
    Step("round run --with {flooding} --for muffin --retries 0 --events", 1, reads=True),
    Step("round run --with {speaking} --for scone --events", reads=True),
    Step("dialogue run --with {speaking} --judge {judging} --verdict --json", reads=True),
    Step("tensions list --all", reads=True),
    Step("check"),
    Step("audit verify"),
]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    need_strace()
    with world(tmp_path / "world", {}) as made:
        for name, text in EXPERTS.items():
            path = made.folder / f"editor-{name}"  # not looked at, as other programs that say the word
            path.write_text(f"#!/bin/sh\n{text}\n")
            path.chmod(0o755)
        yield made


def test_nothing_that_is_asked_or_answered_goes_through_a_file(here: World, tmp_path: Path) -> None:
    wrong = {}
    for number, step in enumerate(LIFE):
        words = step.words
        for name in EXPERTS:
            words = words.replace(f"{{{name}}}", str(here.folder / f"editor-{name}"))
        done, trace = take(here, step._replace(words=words), tmp_path / "log")
        found = [*problems(step._replace(quotes=True), quoted(done), trace, here)]
        if "run" in words and step.status != 4 and "--dry-run" not in words and "log" not in words:
            assert any(path.startswith("pipe:") and SECRET.encode() in data for path, data in trace.written.items()), "the word was said"
        if found:
            wrong[f"{number} {step.words}"] = found
    if wrong:
        pytest.fail("\n".join(f"{words}\n    " + "\n    ".join(found) for words, found in wrong.items()), pytrace=False)
    front = next((here.root / ".blue/dialogues").glob("*/verdicts/final.md")).read_text()
    assert SECRET not in front, "it was decided, under the seal"


def quoted(done: Done) -> Done:
    """What a command says on standard error is shown to whoever runs it, and at the end once more: that is what it is for."""
    return done._replace(err=re.sub(r"(?m)^(muffin|blue: hint: muffin said)( says)?: .*\n", "", done.err))
