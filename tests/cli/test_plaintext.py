"""Text of a sealed dialogue goes out only when that is said, and the audit log tells of it before it does."""

from __future__ import annotations

import base64
import copy
import io
import json
import os
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from blue_cli.cli import memory
from blue_cli.crypto.keyring import KeyRing
from blue_cli.crypto.keys.material import Umk
from blue_cli.crypto.seal import Deks
from tests.cli.program import Said, blue
from tests.sealed_world import FILES, KEY, SECRET, World, provider, world
from tests.stores.sealing import MINE, UID

pytestmark = pytest.mark.skipif(not memory.is_in_memory(memory.SHARED), reason="needs a tmpfs at /dev/shm")
WAYS = [
    (("export",), "export", "-"),
    (("export", "--json"), "export", "-"),
    (("export", "-o", "out.json"), "export", "out.json"),
    (("export", "--format", "md"), "export", "-"),
    (("export", "--format", "csv", "-o", "out.csv"), "export", "out.csv"),
    (("context", "--for", "muffin", "--round", "1", "-o", "out.md"), "context", "out.md"),
    (("context", "--all", "--round", "1", "-o", "out"), "context", "out"),
]


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


def said(sealed: World, *words: str) -> Said:
    return blue(*words, cwd=sealed.root, env=sealed.env())


def events(sealed: World) -> list[dict[str, object]]:
    return [json.loads(path.read_bytes()) for path in sorted((sealed.root / ".blue/audit").rglob("*.json"))]


@pytest.mark.parametrize("words", [words for words, _, _ in WAYS], ids=" ".join)
def test_it_stays_inside_unless_that_is_said(sealed: World, words: tuple[str, ...]) -> None:
    done = said(sealed, *words)
    assert done.status == 1 and SECRET not in done.out + done.err
    assert "--plaintext" in (done.json["error"]["fix"] if "--json" in words else done.err)
    assert sorted(os.listdir(sealed.root)) == [".blue"] and not events(sealed) and not sealed.plaintexts()


@pytest.mark.parametrize(("words", "command", "file"), WAYS, ids=lambda v: " ".join(v) if isinstance(v, tuple) else "")
def test_what_goes_out_is_told_of_first(sealed: World, words: tuple[str, ...], command: str, file: str) -> None:
    done = said(sealed, *words, "--plaintext")
    assert done.status == 0, done
    (event,) = events(sealed)
    assert (event["action"], event["dialogue"], event["details"]) == ("plaintext-output", UID, {"command": command, "file": file})
    assert (SECRET in done.out) == (file == "-") and bool(sealed.plaintexts()) == (file != "-")


def test_the_log_names_no_folder_of_the_user(sealed: World) -> None:
    assert said(sealed, "export", "-o", str(sealed.folder / "there.json"), "--plaintext").status == 0
    assert events(sealed)[0]["details"] == {"command": "export", "file": "there.json"}


@pytest.mark.parametrize("words", [words for words, _, _ in WAYS], ids=" ".join)
def test_what_cannot_be_told_of_does_not_go_out(sealed: World, words: tuple[str, ...]) -> None:
    (sealed.root / ".blue/audit").write_text("in the way of the log")
    done = said(sealed, *words, "--plaintext")
    assert done.status == 6 and SECRET not in done.out + done.err
    assert sorted(os.listdir(sealed.root)) == [".blue"] and not sealed.plaintexts()


def test_what_then_fails_is_told_of_as_well(sealed: World) -> None:
    assert said(sealed, "export", "-o", "no/such/place", "--plaintext").status == 7
    assert [event["details"] for event in events(sealed)][1]["reason"] == "unavailable"  # type: ignore[index]


@pytest.mark.parametrize("words", [words for words, _, _ in WAYS], ids=" ".join)
def test_without_the_key_it_is_locked_whatever_is_said(sealed: World, words: tuple[str, ...]) -> None:
    sealed.key.unlink()
    assert {said(sealed, *words, *more).status for more in ((), ("--plaintext",))} == {4}
    assert not events(sealed)


def test_a_plain_dialogue_needs_no_word_and_has_no_log(tmp_path: Path) -> None:
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    blue("dialogue", "new", "Cache", "--id", "cache", "--expert", "muffin:A", cwd=tmp_path)
    for words, _, _ in WAYS:
        words = tuple("0" if word == "1" else word for word in words)
        assert {blue(*words, *more, cwd=tmp_path).status for more in ((), ("--plaintext",))} == {0}
    assert not (tmp_path / ".blue/audit").exists()


# --- what goes wrong says nothing of it ----------------------------------------------------------------------------


@pytest.mark.parametrize("debug", ["", "1"])
def test_a_bug_says_where_and_not_what(sealed: World, monkeypatch: pytest.MonkeyPatch, debug: str) -> None:
    def break_down(*given: object) -> None:
        try:
            raise KeyError(f"{SECRET} inside")
        except KeyError as error:
            raise ValueError(f"{given}") from error

    monkeypatch.setattr("blue_cli.cli.export.export", break_down)
    done = blue("export", "--plaintext", cwd=sealed.root, env=sealed.env(BLUE_DEBUG=debug))
    assert done.status == 70 and SECRET not in done.out + done.err
    assert "a bug in blue: ValueError\n" in done.err
    assert ("break_down" in done.err and "KeyError\n" in done.err) == bool(debug)


def _flip(sealed: World) -> None:
    path = next((sealed.root / ".blue").rglob("round-0/muffin.md"))
    lines = path.read_text().splitlines(keepends=True)
    lines[-3] = lines[-3].swapcase()
    path.write_text("".join(lines))


def _leave_plaintext(sealed: World) -> None:
    next((sealed.root / ".blue").rglob("round-0/muffin.md")).write_text(FILES["contribution/00#muffin"])


def _bring_another_key(sealed: World) -> None:
    sealed.key.unlink()
    provider(sealed.key).create(Umk(bytes(32)))


def _damage_the_key(sealed: World) -> None:
    sealed.key.write_text(sealed.key.read_text().replace("\n", "x\n", 3))


def _show_the_key_to_others(sealed: World) -> None:
    sealed.key.chmod(0o644)


@pytest.mark.parametrize("harm", [_flip, _leave_plaintext, _bring_another_key, _damage_the_key, _show_the_key_to_others])
@pytest.mark.parametrize("words", ["show T0001", "check", "round add --expert muffin -", "export --plaintext", "tensions list"])
def test_an_error_around_a_seal_quotes_nothing(sealed: World, harm: Callable[[World], None], words: str) -> None:
    harm(sealed)
    given = io.BytesIO(f"{SECRET}\n".encode())
    done = blue(*words.split(), cwd=sealed.root, env=sealed.env(BLUE_DEBUG="1"), stdin=given)
    assert done.status in ((0, 1) if words in ("check", "tensions list") else ()) or done.status in (4, 6), done
    assert not any(form in done.out + done.err for form in (SECRET, *forms(KEY)))


def test_no_key_shows_itself(sealed: World) -> None:
    key = provider(sealed.key)
    ring = KeyRing([key])
    deks = Deks(UID, {1: KEY})
    made = key.new_kek(UID, 1)
    for held in (deks, ring, key, key.umk(), made, MINE):
        text = f"{held!r} {held} {held!a}"
        assert not any(form in text for form in forms(KEY)), type(held)
        assert not any(form in text for form in forms(made.kek)), type(held)
    for held in (deks, ring, KeyRing(()), key, key.umk(), made):
        for write in (pickle.dumps, copy.deepcopy):
            with pytest.raises(TypeError):
                write(held)


def forms(key: bytes) -> list[str]:
    """How key bytes could show up in a text."""
    return [key.hex(), key.hex().upper(), base64.b64encode(key).decode()[:40], base64.urlsafe_b64encode(key).decode()[:40], repr(key)[2:20]]
