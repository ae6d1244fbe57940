"""A comment on the line before lets one finding pass, when it says why."""

from __future__ import annotations

import pytest

from tests.dialogue.test_rules import check


def found(body: str) -> list[tuple[str, int]]:
    return [(f.rule, f.line) for f in check({"round-0/muffin.md": body})]


def test_one_finding_of_that_rule_on_the_next_line() -> None:
    assert found("<!-- blue: ignore[near-miss-marker] a quotation -->\n[TENSON T01: x]") == []
    twice = "<!-- blue: ignore[dangling-ref] lost -->\n[RE:SUPPORT P0009] [RE:SUPPORT P0008]"
    assert found(twice) == [("dangling-ref", 2)]


def test_two_comments_let_two_pass() -> None:
    comment = "<!-- blue: ignore[dangling-ref] lost -->\n"
    assert found(comment * 2 + "[RE:SUPPORT P0009] [RE:SUPPORT P0008]") == []


@pytest.mark.parametrize(
    "body",
    [
        "<!-- blue: ignore[dangling-ref] another rule -->\n[TENSON T01: x]",
        "<!-- blue: ignore[near-miss-marker] too far -->\n\n[TENSON T01: x]",
        "[TENSON T01: x]\n<!-- blue: ignore[near-miss-marker] after it -->",
        "```\n<!-- blue: ignore[near-miss-marker] in code -->\n```\n[TENSON T01: x]",
    ],
)
def test_nothing_else_passes(body: str) -> None:
    assert [rule for rule, _ in found(body)] == ["near-miss-marker"]


def test_without_a_reason_nothing_passes_and_the_comment_is_a_finding() -> None:
    body = "<!-- blue: ignore[near-miss-marker] -->\n[TENSON T01: x]"
    assert found(body) == [("missing-field", 1), ("near-miss-marker", 2)]


@pytest.mark.parametrize("comment", ["<!-- blue: ignore[no-such-rule] why -->", "<!-- blue: ignore why -->", "<!-- blue: ignore[] why -->"])
def test_a_comment_for_no_rule_is_a_finding(comment: str) -> None:
    assert found(comment + "\ntext") == [("invalid-id", 1)]


def test_what_a_code_block_shows_is_no_comment() -> None:
    assert found("```\n<!-- blue: ignore[near-miss-marker] -->\n```\n") == []
