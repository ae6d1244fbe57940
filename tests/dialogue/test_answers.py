"""What a command wrote, taken as a contribution: nothing is mended but what belongs to the way."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.dialogue import answers
from blue_cli.dialogue.answers import EMPTY, NOTHING, read, unfenced

GOOD = "[PERSPECTIVE P01: Reads win]\n\nThey outnumber writes.\n\n[RE:SUPPORT T0001]"
FRONT = f"---\nexpert: muffin\n---\n{GOOD}"
WORDS = st.sampled_from(
    ["[TENSION T01: a]", "text", "", "  - item", "```", "````python", "~~~", "`", "---", "x = 1", "\t", "# Head", "\u2028", "\ufeff"]
)
TEXTS = st.lists(WORDS, max_size=8).map("\n".join)
MARKS = st.sampled_from(["```", "````", "`````````", "~~~", "~~~~"])


def text(data: str | bytes, expert: str = "muffin") -> str:
    """The contribution that an answer becomes; there must be no problem."""
    answer = read("muffin.md", expert, data if isinstance(data, bytes) else data.encode())
    assert answer.problems == ()
    return answer.data.decode()


def problem(data: bytes, expert: str = "muffin") -> tuple[str, str, int]:
    """Rule, message and line of the one problem."""
    (finding,) = read("muffin.md", expert, data).problems
    assert finding.path == "muffin.md" and finding.fix
    return finding.rule, finding.message, finding.line


@pytest.mark.parametrize("inside", [GOOD, FRONT])
@pytest.mark.parametrize("mark", ["```", "````", "~~~"])
@pytest.mark.parametrize("info", ["", "markdown", "md", "text", "Markdown", " md"])
def test_the_fence_around_all_of_it_goes(mark: str, info: str, inside: str) -> None:
    assert text(f"{mark}{info}\n{inside}\n{mark}") == inside + "\n"
    assert text(f"\n\n  {mark}{info}  \n{inside}\n{mark}  \n\n") == inside + "\n"


@pytest.mark.parametrize(
    "given",
    [
        f"Here it is:\n```\n{GOOD}\n```", f"```\n{GOOD}\n```\nI hope it helps.", f"```python\n{GOOD}\n```", f"```\n{GOOD}",
        f"{GOOD}\n```", "```", "```\n```", "``\na\n``",
        f"```\n{GOOD}\n~~~", f"```\n{GOOD}\n````", f"```\n{GOOD}\n```\n\n```\nmore\n```", f"```\n{GOOD}\n``` x",
    ],
)  # fmt: skip
def test_any_other_text_stays_as_it_is(given: str) -> None:
    assert unfenced(given) == given


def test_a_fence_of_fewer_marks_may_be_inside() -> None:
    inside = "[CLAIM C01: a]\n\n```sh\nls\n```"
    assert text(f"````\n{inside}\n````") == inside + "\n"


def test_blank_lines_and_a_byte_order_mark_belong_to_the_way() -> None:
    assert text(f"\n \t\n\r\n{GOOD}\n\n\n") == GOOD + "\n"
    assert text(b"\xef\xbb\xbf```\n" + GOOD.encode() + b"\n```\n") == GOOD + "\n"
    assert text(f"    {GOOD}") == f"    {GOOD}\n", "what is indented may mean something"


@given(TEXTS, MARKS)
@settings(max_examples=200)
def test_what_was_fenced_comes_back(inside: str, mark: str) -> None:
    if inside and not any(line.lstrip().startswith(mark) for line in inside.split("\n")):
        assert unfenced(f"{mark}md\n{inside}\n{mark}\n") == inside


@given(TEXTS)
@settings(max_examples=200)
def test_it_is_taken_out_of_no_more_than_one_fence_and_nothing_else_changes(given: str) -> None:
    out = unfenced(given)
    assert out == given or (out in given and given.strip().split("\n")[0].strip()[:3] in ("```", "~~~"))


@given(st.binary(max_size=200) | TEXTS.map(str.encode), st.sampled_from(["muffin", "judge"]))
@settings(max_examples=300)
def test_nothing_is_raised_and_a_problem_has_its_place(data: bytes, expert: str) -> None:
    answer = read("x.md", expert, data)
    lines = answer.data.count(b"\n") + 1
    assert all(f.rule and f.message and 1 <= f.line <= lines + 1 for f in answer.problems)
    if not answer.problems and b"\xef\xbb\xbf" not in data:
        assert read("x.md", expert, answer.data).data == answer.data, "once is as good as twice"


@pytest.mark.parametrize("said", ["I'm sorry, but I can't help with that.\n", "As a language model, I", "---\nexpert: muffin\n---\nNo.\n"])
def test_without_a_marker_nothing_counts(said: str) -> None:
    rule, message, line = problem(said.encode())
    assert (rule, message) == ("missing-field", NOTHING) and line == (4 if said.startswith("---") else 1)


def test_markers_in_code_are_none() -> None:
    """What a model does most: a word before, then all of it in a fence. It is told that this is why."""
    fenced = b"Use this:\n\n```\n[TENSION T01: a]\n```\nI think.\n"
    for said in (fenced, b"- `[TENSION T01: a]` I think\n", b"So:\n\n~~~~md\n[CLAIM C01: a]\n"):
        answer = read("muffin.md", "muffin", said)
        assert [(f.message, f.fix) for f in answer.problems] == [(answers.IN_CODE, answers.BARE)]


def test_a_fence_without_markers_is_not_why_nothing_counts() -> None:
    assert problem(b"Use this:\n\n```\nx = [1]\n```\n")[1] == NOTHING


@pytest.mark.parametrize("said", [b"", b"\n \n\t\n", b"---\nexpert: muffin\n---\n", b"```\n\n```"])
@pytest.mark.parametrize("expert", ["muffin", "judge"])
def test_empty_is_said(said: bytes, expert: str) -> None:
    assert problem(said, expert)[:2] == ("missing-field", EMPTY)


def test_a_judge_may_write_without_markers() -> None:
    assert text("---\nscores: {}\n---\nWell done.\n", "judge")


@pytest.mark.parametrize(("data", "line"), [(b"\xff", 1), (b"[TENSION T01: a]\n\xc3(\n", 2), (b"a\n\0\n", 2), (b"x" * 1_048_577, 1)])
def test_what_is_no_text_is_a_finding(data: bytes, line: int) -> None:
    answer = read("muffin.md", "muffin", data)
    assert answer.data == data and answer.problems[0].line in (0, line) and answer.problems[0].fix == answers.WRITE


@pytest.mark.parametrize(
    "given",
    [
        "```\na\n```" + " " * 500_000 + "x", "```" + " " * 500_000 + "x", "`" * 1_000_000, "```\n" * 250_000,
        "~" * 500_000 + "\n" + "~" * 499_999,
        " " * 1_000_000, "\n" * 1_000_000, "```\n" + "\t" * 900_000, "```\n" + " \n" * 400_000 + "x",
    ],
)  # fmt: skip
def test_no_text_takes_long(given: str) -> None:
    begun = time.process_time()
    read("muffin.md", "muffin", given.encode())
    assert time.process_time() - begun < 2
