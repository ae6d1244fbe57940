"""stdout is data, stderr is talk; a table on a terminal, TSV in a pipe, one JSON document when asked."""

from __future__ import annotations

from typing import Any

import pytest

from blue_cli.cli.options import call
from blue_cli.cli.output import Result, Screen
from blue_cli.errors import Finding, Unavailable
from blue_cli.views.listing import BY_VALUE, Column, counts_line
from tests.cli.program import Said, Terminal, add, blue

COLUMNS = (Column("id", style="id"), Column("status", style=BY_VALUE), Column("label", flex=True))
LABEL = "a label with a tab\tand [red]brackets[/red] that goes on for longer than any narrow terminal"
ROWS = [("T0001", "open", LABEL), ("T0002", "resolved", "short")]


def never() -> Any:
    raise AssertionError("built although nobody asked for it")


@pytest.fixture(autouse=True)
def _lister(monkeypatch: pytest.MonkeyPatch) -> None:
    def command() -> Result:
        json = call().globals.json
        return Result(
            "blue/tensions.list@1",
            (lambda: {"items": [1], "label": "\x1b日"}) if json else never,
            columns=COLUMNS,
            rows=never if json else lambda: iter(ROWS),
            counts=lambda screen: counts_line({"open": 1, "resolved": 1}, color=screen.color),
            hints=("look at T0001",),
            warnings=(Finding("settings", "odd", "c.toml", 3, severity="warning", fix="mend it"),),
        )

    add(monkeypatch, "lister", command)


def on_terminal(*argv: str, **env: str) -> Said:
    return blue("lister", *argv, stdout=Terminal(), env={"COLUMNS": "60", "TERM": "xterm", **env})


def test_a_pipe_gets_tsv_without_header_or_counts() -> None:
    label = LABEL.replace("\t", "\\t")
    assert blue("lister").out == f"T0001\topen\t{label}\nT0002\tresolved\tshort\n"


def test_a_terminal_gets_a_table_that_fits() -> None:
    said = on_terminal("--color", "never")
    assert said.out == (
        "ID     STATUS    LABEL\n"
        "T0001  open      a label with a tab\\tand [red]brackets[/red…\n"
        "T0002  resolved  short\n"
        "1 open, 1 resolved\n"
    )
    assert all(len(line) <= 60 for line in said.out.splitlines())


def test_json_is_one_document_schema_first_warnings_last_text_unchanged() -> None:
    said = blue("lister", "--json")
    assert said.out.count("\n") == 1
    assert said.out.startswith('{"schema":"blue/tensions.list@1","items":[1],"label":"\\u001b日","warnings":[{"rule":"settings"')
    assert said.err == ""


def test_json_is_indented_for_people() -> None:
    assert blue("lister", "--json", stdout=Terminal()).out.startswith('{\n  "schema": ')


def test_warnings_and_hints_are_talk() -> None:
    assert blue("lister").err == "blue: warning: c.toml:3: odd\n  fix: mend it\nblue: hint: look at T0001\n"


def test_quiet_silences_hints_and_not_warnings() -> None:
    assert blue("lister", "-q").err == "blue: warning: c.toml:3: odd\n  fix: mend it\n"


def test_an_empty_list_is_nothing_in_a_pipe_and_counts_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    def command() -> Result:
        return Result("blue/x.list@1", {"items": []}, columns=COLUMNS, counts=counts_line({}, "tensions"))

    add(monkeypatch, "empty", command)
    assert blue("empty") == (0, "", "")
    assert blue("empty", stdout=Terminal()).out == "no tensions\n"


def test_a_text_knows_its_screen_and_ends_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    add(monkeypatch, "text", lambda: Result("blue/x@1", never, text=lambda screen: repr(screen), status=1))
    said = blue("text", stdout=Terminal(), env={"COLUMNS": "72"})
    assert (said.status, said.out) == (1, f"{Screen(72, True, True)!r}\n")
    assert blue("text").out == f"{Screen(0, False, False)!r}\n"


@pytest.mark.parametrize("columns", ["0", "-3", "x", "²", ""])
def test_a_strange_width_is_no_width(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    add(monkeypatch, "text", lambda: Result("blue/x@1", {}, text=lambda screen: str(screen.width)))
    assert blue("text", stdout=Terminal(), env={"COLUMNS": columns}).out == "80\n"


def colored(*argv: str, **env: str) -> bool:
    return "\x1b[" in on_terminal(*argv, **env).out


@pytest.mark.parametrize(
    ("argv", "env", "expected"),
    [
        ([], {}, True),
        ([], {"NO_COLOR": "1"}, False),
        ([], {"NO_COLOR": ""}, True),
        ([], {"TERM": "dumb"}, False),
        ([], {"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ([], {"FORCE_COLOR": "0", "TERM": "dumb"}, False),
        ([], {"BLUE_COLOR": "never"}, False),
        ([], {"BLUE_COLOR": "always", "NO_COLOR": "1"}, True),
        (["--color", "always"], {"NO_COLOR": "1", "TERM": "dumb", "BLUE_COLOR": "never"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1", "BLUE_COLOR": "always"}, False),
        (["--color", "auto"], {"BLUE_COLOR": "never"}, True),
    ],
)
def test_who_decides_about_colour(argv: list[str], env: dict[str, str], expected: bool) -> None:
    assert colored(*argv, **env) is expected


def test_tsv_has_no_colour_whatever_is_wanted() -> None:
    assert "\x1b" not in blue("lister", "--color", "always", env={"FORCE_COLOR": "1"}).out


def test_a_store_that_names_the_place_itself_names_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing() -> Result:
        raise Unavailable("a/b.md: it cannot be read", path="a/b.md")

    add(monkeypatch, "failing", failing)
    assert blue("failing").err.startswith("blue: error: a/b.md: it cannot be read\n")
