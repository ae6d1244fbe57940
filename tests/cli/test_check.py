"""`blue check` and `blue rules` as a shell sees them: words in, status and one document or text out."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from blue_cli.dialogue.grammar import MARKERS
from blue_cli.dialogue.rulebook import RULES
from tests.cli.program import Said, Terminal, blue
from tests.dialogue.build import head

CACHE = ".blue/dialogues/cache"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A workspace with one dialogue, `cache`, in which muffin made an error and a warning."""
    return write(
        tmp_path, {f"{CACHE}/dialogue.md": head("muffin", "scone"), f"{CACHE}/round-0/muffin.md": "[RE:SUPPORT P0099]\n[TENSON T01: x]\n"}
    )


def write(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def rules_of(said: Said) -> list[str]:
    return [finding["rule"] for finding in said.json["findings"]]


def test_status_and_text(work: Path) -> None:
    said = blue("check", cwd=work)
    assert said.status == 1 and said.err == ""
    assert said.out.startswith(f"{CACHE}/round-0/muffin.md:1:13: error[dangling-ref]: RE:SUPPORT P0099: no such perspective\n  why: ")
    assert said.out.endswith("\n1 error, 1 warning in 2 files\n")


def test_paths_are_relative_to_where_one_stands(work: Path) -> None:
    said = blue("check", cwd=work / CACHE / "round-0")
    assert said.out.startswith("muffin.md:1:13: error")
    assert blue("check", "--json", cwd=work / CACHE / "round-0").json["findings"][0]["path"] == f"{CACHE}/round-0/muffin.md"
    assert blue("check", "muffin.md", cwd=work / CACHE / "round-0").out == said.out.replace("2 files", "1 file")


def test_nothing_wrong_is_status_0(work: Path) -> None:
    assert blue("check", "--ignore", "dangling-ref,near-miss-marker", cwd=work)[:2] == (0, "0 errors, 0 warnings in 2 files\n")


@pytest.mark.parametrize(("more", "status"), [((), 0), (("--strict",), 1), (("--select", "limit", "--strict"), 0)])
def test_warnings_fail_only_when_strict(work: Path, more: tuple[str, ...], status: int) -> None:
    assert blue("check", "--ignore", "dangling-ref", *more, cwd=work).status == status


def test_json_in_both_spellings(work: Path) -> None:
    said = blue("check", "--json", cwd=work)
    assert said.status == 1 and said.json["schema"] == "blue/check@1"
    assert said.json["counts"] == {"error": 1, "warning": 1, "advice": 0}
    assert blue("check", "--format", "json", cwd=work).out == said.out


def test_github_and_sarif(work: Path) -> None:
    github = blue("check", "--format", "github", cwd=work)
    assert github.status == 1 and [line.split(" ")[0] for line in github.out.splitlines()] == ["::error", "::warning"]
    sarif = blue("check", "--format", "sarif", cwd=work)
    assert sarif.status == 1 and [r["ruleId"] for r in json.loads(sarif.out)["runs"][0]["results"]] == ["dangling-ref", "near-miss-marker"]


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_an_unknown_rule_is_a_wrong_call(work: Path, option: str) -> None:
    said = blue("check", option, "dangling", cwd=work)
    assert said.status == 2 and "did you mean dangling-ref?" in said.err


def test_settings_choose_rules_and_flags_win(work: Path) -> None:
    write(work, {".blue/config.toml": '[check]\nignore = ["dangling-ref", "no-such"]\nstrict = true\n'})
    said = blue("check", cwd=work)
    assert said.status == 1 and "0 errors, 1 warning" in said.out and 'no rule is named "no-such"' in said.err
    assert rules_of(blue("check", "--ignore", "near-miss-marker", "--json", cwd=work)) == ["dangling-ref"]


def test_one_dialogue_or_all(work: Path) -> None:
    write(work, {".blue/dialogues/other/round-0/scone.md": "[RE:SUPPORT P0099]\n"})
    assert blue("check", "--json", cwd=work).json["files"] == 3
    assert blue("check", "-d", "other", "--json", cwd=work).json["files"] == 1
    assert blue("check", "--json", cwd=work, env={"HOME": "/nonexistent", "BLUE_DIALOGUE": "cache"}).json["files"] == 2


def test_an_older_dialogue_is_one_line_unless_verbose_and_fails_when_asked(work: Path) -> None:
    old = write(work, {".blue/dialogues/other/round-0/scone.md": "[RE:SUPPORT P0099]\n" * 2})
    said = blue("check", "-d", "other", cwd=old)
    assert said == (
        0,
        ".blue/dialogues/other: warning: 2 in an older dialogue: 2 dangling-ref (-v shows them)\n0 errors, 2 warnings in 1 file\n",
        "",
    )
    assert blue("check", "-d", "other", "-v", cwd=old).out.count("warning[dangling-ref]") == 2
    strict = blue("check", "-d", "other", "--older-as-errors", cwd=old)
    assert strict.status == 1 and strict.out.count("error[dangling-ref]") == 2


@pytest.mark.parametrize("path", ["README.md", f"{CACHE}/round-0/scone.md", ".blue/dialogues/none"])
def test_a_path_that_is_not_there_is_status_3(work: Path, path: str) -> None:
    assert blue("check", path, cwd=work).status == 3


# --- standard input ----------------------------------------------------------------------------------------------


def test_standard_input_alone_and_in_its_place(work: Path) -> None:
    text = b"[RE:ENDORSE P0001]\n[RE:SUPPORT P0098]\n"
    alone = blue("check", "-", "--json", cwd=work, stdin=io.BytesIO(text))
    assert (alone.status, rules_of(alone)) == (1, ["invalid-ref-type"])
    assert "dangling-ref" in alone.json["skipped_rules"]
    placed = blue("check", "-", "--stdin-path", f"{CACHE}/round-1/scone.md", "--json", cwd=work, stdin=io.BytesIO(text))
    assert rules_of(placed) == ["invalid-ref-type", "dangling-ref"] and placed.json["skipped_rules"] == []
    assert not (work / CACHE / "round-1").exists()


@pytest.mark.parametrize("words", [("-", CACHE), ("-", "--fix"), ("--stdin-path", "x"), ("--dry-run",)])
def test_calls_that_make_no_sense(work: Path, words: tuple[str, ...]) -> None:
    assert blue("check", *words, cwd=work).status == 2


# --- mending -----------------------------------------------------------------------------------------------------


def test_a_dry_run_shows_the_diff_and_writes_nothing(work: Path) -> None:
    before = (work / CACHE / "round-0" / "muffin.md").read_bytes()
    said = blue("check", "--fix", "--dry-run", cwd=work)
    assert said.status == 1
    assert (
        f"--- a/{CACHE}/round-0/muffin.md\n+++ b/{CACHE}/round-0/muffin.md\n" in said.out
        and "\n-[TENSON T01: x]\n+[TENSION T01: x]\n" in said.out
    )
    assert (work / CACHE / "round-0" / "muffin.md").read_bytes() == before


def test_a_fix_writes_and_tells_what_remains(work: Path) -> None:
    said = blue("check", "--fix", "--json", cwd=work)
    assert (said.status, rules_of(said)) == (1, ["dangling-ref"])
    assert "+[TENSION T01: x]" in said.json["diff"]
    assert (work / CACHE / "round-0" / "muffin.md").read_text() == "---\nids: {T01: T0001}\n---\n[RE:SUPPORT P0099]\n[TENSION T01: x]\n"
    assert blue("check", "--fix", "--json", cwd=work).json["diff"] == ""


def test_a_fix_says_that_older_dialogues_are_left(work: Path) -> None:
    write(work, {".blue/dialogues/other/round-0/scone.md": "[TENSON T01: x]\n"})
    assert "1 older dialogue is never changed" in blue("check", "--fix", cwd=work).err
    assert (work / ".blue/dialogues/other/round-0/scone.md").read_text() == "[TENSON T01: x]\n"


def test_a_diff_shows_no_terminal_orders(work: Path) -> None:
    write(work, {f"{CACHE}/round-0/scone.md": "[TENSON T01: \x1b[2J\u202e]\n"})
    said = blue("check", "--fix", "--dry-run", cwd=work)
    assert "\x1b" not in said.out and "\u202e" not in said.out and "\\x1b[2J\\u202e" in said.out


# --- rules -------------------------------------------------------------------------------------------------------


def test_every_rule_is_listed_with_its_severity() -> None:
    rows = [line.split("\t") for line in blue("rules").out.splitlines()]
    assert [(row[0], row[1]) for row in rows] == [(rule.id, rule.severity) for rule in RULES.values()]
    assert [rule["id"] for rule in blue("rules", "--json").json["rules"]] == list(RULES)
    assert f"{len(RULES)} rules" in blue("rules", stdout=Terminal()).out


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_explained_with_an_example_and_what_check_says_of_it(rule: str) -> None:
    said = blue("rules", rule)
    assert said.status == 0 and RULES[rule].why in said.out and f"[{rule}]: " in said.out
    explained = blue("rules", rule, "--json").json["rule"]
    assert explained["example"] and {finding["rule"] for finding in explained["findings"]} == {rule}


def test_no_such_rule() -> None:
    said = blue("rules", "dangling")
    assert said.status == 3 and "did you mean dangling-ref?" in said.err


def test_the_marker_words() -> None:
    assert [line.split("\t")[0] for line in blue("rules", "--markers").out.splitlines()] == [m.word for m in MARKERS]
