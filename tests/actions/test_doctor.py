"""git, hooks, keys and settings: each trouble with its reason and its fix."""

from __future__ import annotations

from typing import Any

import pytest

from blue_cli import config
from blue_cli.actions.diagnosis import NOTE, OK, PROBLEM, Check
from blue_cli.actions.doctor import Git, look_at_git, look_at_keys, look_at_settings, settings
from blue_cli.actions.hooks import Hook, Status
from blue_cli.actions.keys import Key
from blue_cli.crypto.keys.place import Missing
from blue_cli.errors import Locked, Unavailable
from blue_cli.git.hookblock import CURRENT, EDITED, NONE, OUTDATED, Block


class Repository:
    prefix = ""
    shallow = False


def states(checks: Any) -> list[tuple[str, str]]:
    checks = list(checks)
    assert all(check.fix and check.why for check in checks if check.state == PROBLEM), checks
    return [(check.name, check.state) for check in checks]


def git(version: str | None = "2.39.5", repository: Any = None, hooks: Any = ()) -> list[Check]:
    def answer(value: Any) -> Any:
        if isinstance(value, Exception):
            raise value
        return value

    return list(look_at_git(Git(lambda: version, lambda: answer(repository or Repository()), lambda _: answer(hooks))))


def hook(state: str = CURRENT, executable: bool = True, problem: str = "", first: bool = True, **more: str) -> Status:
    found = Hook("pre-commit", "/r/.git/hooks/pre-commit", "", b"", executable, Block(state, first=first), problem, ())
    return Status(found, None, more.get("by", ""), more.get("stray", ""))


@pytest.mark.parametrize(
    ("version", "state"),
    [("2.39.5", OK), ("2.38.0", OK), ("2.37.9", PROBLEM), ("1.9", PROBLEM), ("3.0", OK), ("2.39.3 (Apple Git-146)", OK)],
)
def test_a_git_too_old_to_be_safe(version: str, state: str) -> None:
    assert states(git(version))[0] == ("git", state)


def test_no_git_and_no_repository() -> None:
    assert states(git(None)) == [("git", PROBLEM)]
    assert states(git(repository=Unavailable("no", why="not a git repository"))) == [("git", OK), ("repository", NOTE)]


def test_a_shallow_clone_is_said() -> None:
    cut = Repository()
    cut.shallow = True
    assert ("repository", PROBLEM) in states(git(repository=cut))


@pytest.mark.parametrize(
    ("one", "state"),
    [
        (hook(), OK),
        (hook(NONE), NOTE),
        (hook(OUTDATED), NOTE),
        (hook(EDITED), NOTE),
        (hook(executable=False), PROBLEM),
        (hook(problem="it is a python script"), PROBLEM),
        (hook(first=False), PROBLEM),
        (hook(NONE, stray="/r/.git/hooks/pre-commit"), PROBLEM),
        (hook(NONE, by="lefthook.yml"), OK),
    ],
)
def test_hooks_that_git_reaches_and_those_it_does_not(one: Status, state: str) -> None:
    assert states(git(hooks=[one]))[2:] == [("hooks", state)]


def test_hooks_that_cannot_be_looked_at() -> None:
    assert states(git(hooks=Unavailable("git is off", why="x", fix="y")))[2:] == [("hooks", PROBLEM)]


HERE = Key("umk#0011223344556677", "file", "~/.blue/keys/umk.key")
NO_KEY = Key(None, "file", "~/k", Missing("there is no ~/k"))
REFUSED = Key(None, "file", "~/k", Locked("~/k is refused: others may read or change it", why="0644", fix="chmod 600 ~/k"))
SERVICE = Key("awskms:arn:aws:kms:eu-central-1:1:key/a", "awskms", "a")


@pytest.mark.parametrize(
    ("keys", "sealed", "expected"),
    [
        ([HERE], 0, [OK]),
        ([HERE, NO_KEY], 3, [OK, NOTE]),
        ([NO_KEY], 0, [NOTE]),
        ([NO_KEY], 1, [PROBLEM]),
        ([REFUSED], 0, [PROBLEM]),
        ([SERVICE], 1, [OK]),
        ([], 0, [NOTE]),
        ([], 1, [PROBLEM]),
    ],
)
def test_keys(keys: list[Key], sealed: int, expected: list[str]) -> None:
    assert [state for _, state in states(look_at_keys(keys, sealed))] == expected


def test_a_service_is_named_and_not_asked() -> None:
    [check] = look_at_keys([SERVICE], 1)
    assert "not asked" in check.found


def test_each_setting_with_its_origin_and_no_password() -> None:
    values, _ = config.parse('store = "postgres://u:s3cret@h/d"\n[check]\nstrict = true\n', "user settings")
    found = {s.key: (s.value, s.origin) for s in settings(config.merge(values), {"color": "never"})}
    assert found["color"] == ("never", "--color")
    assert found["check.strict"] == ("true", "user settings")
    assert found["store"] == ("postgres://h/d", "user settings")
    assert found["check.ignore"] == ("", "default")
    assert found.keys() == config.SETTINGS.keys()
    keys = config.merge({"keys": config.Value(("file:", "vault://u:s3cret@h/d"), "$BLUE_KEYS")})
    assert next(s.value for s in settings(keys, {}) if s.key == "keys") == "file:, vault://h/d"


def test_what_is_no_setting_and_what_a_repository_asked_for_in_vain() -> None:
    values, odd = config.parse('store = "postgres://u:s3cret@h/d"\ncolour = "never"\n', ".blue/config.toml")
    _, ignored = config.split_trust(values, False)
    checks = list(look_at_settings((), [*odd, *ignored], ["BLUE_COLOUR"]))
    assert [check.state for check in checks] == [PROBLEM, NOTE, NOTE]
    assert checks[0].found.startswith(".blue/config.toml:2: no setting is named")
    assert "s3cret" not in str(checks)
