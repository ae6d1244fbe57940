"""Findings in four formats: each is valid whatever a stranger's file made of its words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.dialogue.rulebook import RULES
from blue_cli.errors import Finding
from blue_cli.views.findings import Report, counts, format_github, format_json, format_sarif, format_text
from blue_cli.views.text import UNSAFE
from tests.views.sarif import SCHEMA

ROOT = Path(__file__).parents[2]

FOLDER = ".blue/dialogues/cache/"
ONE = Finding(
    "dangling-ref", "RESOLVE T0105: no such tension", FOLDER + "round-2/muffin.md", 14, 3, 14, 8, "this dialogue has T0101–T0104",
    'did you mean T0104 "Eviction under memory pressure"?', "error", suggestions=("T0104",),
)  # fmt: skip
OLD = ONE._replace(path=".blue/dialogues/old/round-0/scone.md", severity="warning")


def same(path: str) -> str:
    return path


def text(*findings: Finding, files: int = 6, **more: object) -> str:
    older = frozenset(["old"])
    return format_text(Report(findings, files, older), same, **more)  # type: ignore[arg-type]


def test_a_finding_as_people_read_it() -> None:
    assert text(ONE) == (
        ".blue/dialogues/cache/round-2/muffin.md:14:3: error[dangling-ref]: RESOLVE T0105: no such tension\n"
        "  why: this dialogue has T0101–T0104\n"
        '  fix: did you mean T0104 "Eviction under memory pressure"?\n'
        "1 error, 0 warnings in 6 files\n"
    )


@pytest.mark.parametrize(
    ("severities", "line"),
    [
        ((), "0 errors, 0 warnings in 1 file"),
        (("error", "error", "warning"), "2 errors, 1 warning in 1 file"),
        (("advice",), "0 errors, 0 warnings, 1 advice in 1 file"),
    ],
)
def test_the_line_of_counts(severities: tuple[str, ...], line: str) -> None:
    found = [ONE._replace(severity=severity) for severity in severities]
    assert text(*found, files=1).splitlines()[-1] == line


def test_an_older_dialogue_is_one_line_with_counts() -> None:
    said = text(ONE, OLD, OLD, OLD._replace(rule="round-gap"))
    assert ".blue/dialogues/old: warning: 3 in an older dialogue: 2 dangling-ref, 1 round-gap (-v shows them)\n" in said
    assert said.count("\n") == 5
    assert "old/round-0/scone.md:14:3: warning[dangling-ref]" in text(OLD, whole=True)
    assert "old/round-0/scone.md:14:3: error[dangling-ref]" in text(OLD._replace(severity="error"))


def test_colour_is_in_the_severity_and_the_word_stays() -> None:
    assert "\x1b[1;31merror[dangling-ref]\x1b[0m" in text(ONE, color=True)
    assert "\x1b" not in text(ONE)


def test_no_word_of_a_file_drives_the_terminal_or_the_runner() -> None:
    nasty = ONE._replace(path="::error::\x1b[2J", message="a\nb\x1b]0;x\x07\u202e", why="::stop\n::x")
    lines = text(nasty).splitlines()
    assert len(lines) == 4
    assert not any(line.startswith("::") or "\x1b" in line or "\u202e" in line for line in lines)


def test_json_has_every_field_and_null_for_a_place_that_there_is_not() -> None:
    document = format_json(Report([ONE, ONE._replace(line=0, column=0, end_line=0, end_column=0)], 6))
    assert document["counts"] == {"error": 2, "warning": 0, "advice": 0}
    assert {key: document[key] for key in ("files", "skipped_rules", "complete")} == {"files": 6, "skipped_rules": [], "complete": True}
    assert list(document["findings"][0]) == (
        [
            "rule",
            "severity",
            "path",
            "line",
            "column",
            "end_line",
            "end_column",
            "message",
            "why",
            "fix",
            "fixable",
            "id",
            "related",
            "suggestions",
        ]
    )
    assert document["findings"][0]["suggestions"] == ["T0104"]
    assert [document["findings"][1][key] for key in ("line", "column", "end_line", "end_column")] == [None] * 4


def test_an_annotation() -> None:
    assert format_github(Report([ONE._replace(fix="", why="")], 1), same) == (
        "::error file=.blue/dialogues/cache/round-2/muffin.md,line=14,endLine=14,col=3,endColumn=8,title=dangling-ref"
        "::RESOLVE T0105: no such tension\n"
    )
    assert format_github(Report([ONE._replace(severity="advice")], 1), same).startswith("::notice ")


WORDS = st.text(max_size=30) | st.sampled_from(["::error::x", "100%\r\n::stop-commands::x", "a,b:c%0A", "\ud800", "\x9b1m"])
FINDINGS = st.builds(
    Finding, st.sampled_from(sorted(RULES)), WORDS.map(lambda w: w or "x"), WORDS, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9),
    st.integers(0, 9), WORDS, WORDS, st.sampled_from(["error", "warning", "advice"]),
)  # fmt: skip


@given(st.lists(FINDINGS, max_size=4))
def test_annotations_are_one_line_each_whatever_the_words(findings: list[Finding]) -> None:
    lines = format_github(Report(findings, 1), same).split("\n")[:-1]
    assert len(lines) == len(findings)
    for line in lines:
        assert not re.search(UNSAFE, line)
        match = re.fullmatch(r"::(?:error|warning|notice) ((?:\w+=[^:,]*,)*title=[a-z-]+)::.*", line)
        assert match
        assert not re.search(r"%(?!25|0D|0A|3A|2C)", line)


OFFICIAL = jsonschema.Draft202012Validator(json.loads((ROOT / "fixtures/schemas/sarif-2.1.0.json").read_text(encoding="utf-8")))


@given(st.lists(FINDINGS, max_size=4))
def test_sarif_is_valid_whatever_the_words(findings: list[Finding]) -> None:
    log = format_sarif(Report(findings, 1), "0.1.0")
    OFFICIAL.validate(log)
    jsonschema.Draft202012Validator(SCHEMA).validate(log)
    json.dumps(log)
    (run,) = log["runs"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_sarif_says_where() -> None:
    (result,) = format_sarif(Report([ONE._replace(path=FOLDER + "round-0/a b.md")], 1), "0.1.0")["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": ".blue/dialogues/cache/round-0/a%20b.md"},
        "region": {"startLine": 14, "startColumn": 3, "endLine": 14, "endColumn": 8},
    }


@given(st.lists(FINDINGS, max_size=4))
def test_text_is_lines_that_no_terminal_obeys(findings: list[Finding]) -> None:
    for line in format_text(Report(findings, 1), same, whole=True).split("\n"):
        assert not re.search(UNSAFE, line) and not line.startswith("::")


def test_counting() -> None:
    assert counts([ONE, OLD, OLD]) == {"error": 1, "warning": 2, "advice": 0}
