"""A repository is a stranger: whatever stands in its files, no command lets a terminal obey it or a markup language read it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.cli.program import Terminal, blue

EVIL = "\x1b[2J\x1b]0;t\x07 \x9b31m \u202eevil\u202c \u2066x\u2069 \u200b [/] [red] [link=http://x] \x7f \u2028"
PLAIN = EVIL.replace("[/] [red] [link=http://x]", "")
BAD = frozenset("\x1b\x07\x9b\u202e\u202c\u2066\u2069\x7f\u2028\x00")

CALLS = [
    ("tensions", "--all"),
    ("perspectives",),
    ("recommendations",),
    ("evidence",),
    ("claims",),
    ("stances",),
    ("refs",),
    ("moves",),
    ("experts",),
    ("dialogues",),
    ("dialogue", "show"),
    ("round", "list"),
    ("round", "show", "0"),
    ("show", "T0001"),
    ("show", EVIL),
    ("check",),
    ("check", "-v"),
    ("expert", "retire", EVIL),
    ("expert", "add", EVIL),
    ("round", "add", EVIL),
    ("round", "add", "--expert", EVIL),
    ("round", "add", "--expert", "muffin", "--round", "0"),
    ("dialogue", "show", EVIL),
    ("tensions", "--status", EVIL),
    ("tensions", "--by", EVIL),
    ("tensions", "--columns", EVIL),
    ("rules", EVIL),
    ("export", "--format", EVIL),
    ("export", "-o", f"no/{EVIL}"),
    ("context", "--for", "muffin"),
    ("context", "--for", "judge", "--round", "0"),
    ("context", "--for", EVIL),
    ("context", "--for", "muffin", "-o", EVIL.replace("/", "")),
    ("context", "--all", "-o", f"out/{EVIL}"),
    ("context", "--all", "-o", f".blue/dialogues/{EVIL}"),
    ("search", "evil"),
    ("search", EVIL),
    ("search", "evil", "--kind", EVIL),
    ("stats",),
    ("stats", "--everywhere"),
    (EVIL,),
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A dialogue with something nasty in every field."""
    folder = tmp_path / ".blue/dialogues/cache"
    (folder / "round-0").mkdir(parents=True)
    evil = json.dumps(EVIL)
    (folder / "dialogue.md").write_text(
        f"---\nblue: 1\nuid: 019b7871-2680-70e4-b285-a2d6ce8fe84a\ntitle: {evil}\nquestion: {evil}\nexperts:\n"
        f"- {{slug: muffin, role: {evil}, tier: {evil}, source: {evil}, reason: {evil}, focus: {evil}}}\n"
        f"links: [{evil}]\n{evil}: {evil}\n---\n"
    )
    body = "".join(
        f"[{word}01: {PLAIN}]\n{EVIL}\n\n" for word in ("TENSION T", "PERSPECTIVE P", "RECOMMENDATION R", "EVIDENCE E", "CLAIM C")
    )
    body += f"[STANCE S01: APPROVE | 0.5] {EVIL}\n\n[RE:ADDRESS {PLAIN}] [RE:RESOLVE T01: {PLAIN}]\n\n"
    body += f"[MOVE:REQUEST {PLAIN}: {PLAIN}]\n"
    body += f"\n[MOVE:{PLAIN} T01]\n\n[TENSON T01: {PLAIN}]\n"
    (folder / "round-0/muffin.md").write_text(body)
    (folder / f"round-0/{PLAIN.replace('/', '')}.md").write_text("x\n")
    return tmp_path


@pytest.mark.parametrize("words", CALLS, ids=lambda words: " ".join(words).encode("unicode_escape").decode()[:40])
@pytest.mark.parametrize("terminal", [False, True])
def test_nothing_reaches_the_screen_that_it_would_obey(root: Path, words: tuple[str, ...], terminal: bool) -> None:
    out, err = (Terminal(), Terminal()) if terminal else (None, None)
    said = blue(*words, "--color", "never", cwd=root, stdout=out, stderr=err, stdin=io.BytesIO(b"x\n"))
    assert said.status in (0, 1, 2, 3, 5, 7), said.err
    assert not BAD & set(said.out), ascii(said.out)
    assert not BAD & set(said.err), ascii(said.err)


@pytest.mark.parametrize("words", CALLS, ids=lambda words: " ".join(words).encode("unicode_escape").decode()[:40])
def test_json_carries_it_unchanged(root: Path, words: tuple[str, ...]) -> None:
    said = blue(*words, "--json", cwd=root, stdin=io.BytesIO(b"x\n"))
    assert said.json["schema"].startswith("blue/")
    assert said.out.count("\n") == 1
    if words in (("tensions", "--all"), ("dialogues",)):
        assert any(EVIL in str(value) or PLAIN.strip() in str(value) for value in said.json["items"][0].values())


def test_brackets_are_text_and_no_markup(root: Path) -> None:
    assert "[/] [red] [link=http://x]" in blue("dialogue", "show", cwd=root).out
