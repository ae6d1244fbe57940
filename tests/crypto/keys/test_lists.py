"""What a person sees of a sealed dialogue while a fault lasts: the column `lists` of the fault table, through blue itself."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.cli.program import Said, blue
from tests.crypto.keys import inject, places
from tests.crypto.keys.faults import FAILS, FAULTS, SHARED, UNKNOWN, WHOLE, Fault

# Under a passphrase the same happens as with a plain file, at half a second a run. A place where no key is, is another URL.
FELT = [fault for fault in FAULTS if fault.scheme != "passphrase" and fault.name in SHARED and fault.name not in ("wrong-place", "changed")]


@pytest.mark.parametrize("fault", FELT, ids=lambda fault: f"{fault.scheme}-{fault.name}")
def test_what_lists_say_and_that_nothing_is_lost(fault: Fault, tmp_path: Path, kms: object, monkeypatch: pytest.MonkeyPatch) -> None:
    place = places.make(fault.scheme, tmp_path, monkeypatch)
    root = tmp_path / "work"
    (root / ".blue/dialogues").mkdir(parents=True)
    env = {"HOME": str(tmp_path), "BLUE_KEYS": place.url}
    assert blue("dialogue", "new", "The secret", "--sealed", "--expert", "muffin:Caching", cwd=root, env=env).status == 0
    said = blue("round", "add", "--expert", "muffin", "-", cwd=root, env=env, stdin=io.BytesIO(b"[TENSION T01: The secret]\n"))
    assert said.status == 0, said.err
    kept = bytes_of(root)
    with inject.injected(fault.name, place, monkeypatch):
        told = seen(root, env | getattr(place, "env", {}))
        assert told == (fault.lists, fault.exit if fault.lists == FAILS else 0)
    assert bytes_of(root) == kept
    assert seen(root, env) == (WHOLE, 0)
    assert place.provider().id in kept[next(name for name in kept if name.endswith("dialogue.md"))].decode()


def seen(root: Path, env: dict[str, str]) -> tuple[str, int]:
    """What a list says, and its status: the same for one dialogue and for all."""
    answers = {told(blue("tensions", "list", *where, "--json", cwd=root, env=env)) for where in ([], ["--everywhere"])}
    assert len(answers) == 1
    return answers.pop()


def told(said: Said) -> tuple[str, int]:
    whole = not ("error" in said.json or not said.json["complete"])
    assert whole == ("The secret" in said.out)
    assert whole or "The secret" not in said.err
    if "error" in said.json:
        return FAILS, said.status
    return WHOLE if whole else UNKNOWN, said.status


def bytes_of(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_faults_felt_are_of_every_kind() -> None:
    every = {(scheme, lists) for scheme in ("file", "awskms") for lists in (WHOLE, UNKNOWN, FAILS)}
    assert {(fault.scheme, fault.lists) for fault in FELT} == every
