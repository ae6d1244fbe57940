"""Settings: one table; anything wrong is a warning with its line and never a crash; the strongest layer wins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli import config
from blue_cli.config import DEFAULT, REPO, SETTINGS, USER, Config, Value, from_environment, merge, parse, split_trust, variable

GOOD = """
color = "never"

[check]
select = ["dangling-ref"]
strict = true

[dialogue]
max_rounds = 7
"""


def test_a_settings_file_gives_values_with_their_lines() -> None:
    values, findings = parse(GOOD, "c.toml")
    assert not findings
    assert values["check.select"] == Value(("dangling-ref",), "c.toml", 5)
    assert (values["color"].line, values["dialogue.max_rounds"].value) == (2, 7)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("colour = 'always'", 1, 'no setting is named "colour"'),
        ("\n[check]\nstrikt = true", 3, 'no setting is named "check.strikt"'),
        ("[check]\nstrict = 1", 2, "check.strict: true or false"),
        ("[dialogue]\nmax_rounds = 100", 2, "dialogue.max_rounds: a whole number from 1 to 99"),
        ("dialogue.max_rounds = true", 1, "dialogue.max_rounds: a whole number"),
        ("color = 'purple'", 1, "color: one of auto, always, never"),
        ("color = ['auto']", 1, "color: one of"),
        ("editor = 'vi\\u0007'", 0, ""),
        ('editor = "vi\\u0007"', 1, "editor: one line of text"),
        ("check.select = ['a', 1]", 1, "check.select: a list of words"),
        ("check = 1", 1, 'no setting is named "check"'),
        ("[check.deeper]\nx = 1", 0, 'no setting is named "check.deeper"'),
        ("x = 1\nx = 2", 2, "not TOML: Cannot overwrite a value"),
        ("a = [", 1, "not TOML"),
        ("a = " + "[" * 5000, 1, "nested too deeply"),
        ("a = " + "9" * 5000, 1, "not TOML"),
    ],
)
def test_what_is_no_setting_is_a_warning_with_its_line(text: str, line: int, said: str) -> None:
    values, findings = parse(text, "c.toml")
    if not said:
        assert not findings
        return
    assert not values
    (finding,) = findings
    assert finding.message.startswith(said)
    assert (finding.path, finding.line, finding.severity) == ("c.toml", line, "warning")


def test_a_wrong_value_spoils_no_other() -> None:
    values, findings = parse("color = 1\neditor = 'vi'", "c.toml")
    assert (list(values), len(findings)) == (["editor"], 1)


def test_a_near_miss_is_named() -> None:
    assert parse("[check]\nstrickt = true", "c")[1][0].fix == "did you mean check.strict?"


@pytest.mark.parametrize(
    "text",
    ["", "# x\n[check]\n", "[check]\n[check]\n", "[check\n", "[nothing]\n", "# \x00\n", "[check]\r\n# a = 1\n[dialogue]", "a\rb"],
)
def test_a_file_that_says_nothing_is_seen_as_the_parser_would_see_it(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    short = parse(text, "c")
    monkeypatch.setattr("blue_cli.config._says_nothing", lambda text: False)
    assert parse(text, "c") == short


@given(st.text(st.sampled_from("[]{}='\",.\n\r\\ab#1-:T_\x00é"), max_size=60))
def test_no_text_crashes(text: str) -> None:
    values, findings = parse(text, "c.toml")
    assert all(isinstance(value, Value) for value in values.values())
    assert all(finding.severity == "warning" for finding in findings)


def test_the_strongest_layer_wins_and_says_where_it_came_from() -> None:
    flag, env, repo, user = ({"color": Value(word, word)} for word in ("flag", "env", "repo", "user"))
    assert merge(flag, env, repo, user).origin("color") == "flag"
    assert merge({}, env, repo, user).origin("color") == "env"
    assert merge({}, {}, repo, user)["color"] == "repo"
    assert merge({}, {}, {}, user)["color"] == "user"
    assert (merge()["color"], merge().origin("color")) == ("auto", DEFAULT)


def test_every_default_passes_its_own_check() -> None:
    from blue_cli.config import CHECKS

    for setting in SETTINGS.values():
        raw = list(setting.default) if setting.type in ("words", "texts") else setting.default
        assert CHECKS[setting.type](setting, raw) == setting.default == Config({})[setting.key]


def test_variables_are_named_after_settings_and_typed_like_them() -> None:
    assert variable("dialogue.max_rounds") == "BLUE_DIALOGUE_MAX_ROUNDS"
    env = {"BLUE_DIALOGUE_MAX_ROUNDS": "5", "BLUE_CHECK_STRICT": "1", "BLUE_CHECK_IGNORE": "a, b c", "BLUE_COLOR": ""}
    values, findings = from_environment({**env, "BLUE_EXPERT": "muffin"})
    assert not findings
    assert {key: value.value for key, value in values.items()} == {
        "dialogue.max_rounds": 5,
        "check.strict": True,
        "check.ignore": ("a", "b", "c"),
        "expert": "muffin",
    }
    assert values["expert"].origin == "$BLUE_EXPERT"


@pytest.mark.parametrize("text", ["x", "0", "100", "²", "9" * 5000, "-1"])
def test_a_wrong_variable_is_a_warning_that_names_it(text: str) -> None:
    values, (finding,) = from_environment({"BLUE_DIALOGUE_MAX_ROUNDS": text})
    assert not values
    assert "$BLUE_DIALOGUE_MAX_ROUNDS" in finding.message


def test_a_stranger_sets_only_what_is_harmless() -> None:
    given_values = {key: Value(setting.default, "c.toml", 1) for key, setting in SETTINGS.items()}
    kept, findings = split_trust(given_values, trusted=False)
    assert {SETTINGS[key].by for key in kept} == {REPO}
    assert len(findings) == len([s for s in SETTINGS.values() if s.by == USER])
    assert all(finding.fix.endswith("blue trust") for finding in findings)
    assert split_trust(given_values, trusted=True) == (given_values, ())


@pytest.mark.parametrize("key", ["store", "editor", "expert"])
def test_what_names_a_program_a_place_or_a_person_is_not_harmless(key: str) -> None:
    assert SETTINGS[key].by == USER


# --- what may be shown -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("files", "files"),
        ("sqlite:///a b.db", "sqlite:///a b.db"),
        ("postgresql://u:p@h:1/d?schema=s&password=p", "postgresql://h:1/d?schema=s"),
        ("postgresql://u:p@q/r@h/d", "postgresql://h/d"),
        ("postgresql://u:p?q@h/d", "postgresql://h/d"),
        ("dynamodb://t?region=eu-west-1&endpoint=http://u:p@h", "dynamodb://h"),
        ("dynamodb://t?region=eu-west-1&endpoint=http://h", "dynamodb://t?region=eu-west-1"),
    ],
)
def test_a_url_is_shown_without_what_may_be_a_secret(url: str, shown: str) -> None:
    assert config.without_password(url) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no such file: postgresql://u:p@h/d", "no such file: postgresql://h/d"),
        ("postgresql:/u:p@q@h/d is odd", "postgresql:/h/d is odd"),
        ("https://example.org/@team", "https://example.org/@team"),
        ("mail@example.org: 12:30", "mail@example.org: 12:30"),
        ("", ""),
        (None, None),
    ],
)
def test_a_message_keeps_everything_but_a_password(text: str | None, shown: str | None) -> None:
    assert config.mask(text) == shown
