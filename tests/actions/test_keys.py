"""Making, bringing and printing keys: what is logged around it, and when nothing is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from blue_cli.actions import keys
from blue_cli.crypto.keys import paper, registry
from blue_cli.crypto.keys.file import FileProvider
from blue_cli.crypto.keys.material import Umk
from blue_cli.errors import Conflict, Locked, NotFound, Unavailable

KNOWN = Umk(bytes(range(32)))
PAPER = "\n".join(paper.write(KNOWN))


class Log:
    """Notes what is set about; may be full."""

    def __init__(self, key: FileProvider, full: bool = False) -> None:
        self.key, self.full = key, full
        self.events: list[tuple[str, bool]] = []

    @contextmanager
    def __call__(self, umk: Umk) -> Iterator[None]:
        if self.full:
            raise Unavailable("the event cannot be written")
        self.events.append((umk.id, Path(self.key.path).exists()))
        yield


@pytest.fixture
def key(tmp_path: Path) -> FileProvider:
    return registry.local(str(tmp_path / "keys/umk.key"), {})


def test_it_is_logged_before_it_is_done(key: FileProvider) -> None:
    log = Log(key)
    made = keys.make(key, lambda size: bytes(range(size)), log)
    assert (made.id, log.events) == (KNOWN.id, [(KNOWN.id, False)])
    keys.printed(key, log)
    assert log.events[1:] == [(KNOWN.id, True)]


def test_nothing_is_done_that_cannot_be_logged(key: FileProvider) -> None:
    full = Log(key, full=True)
    with pytest.raises(Unavailable):
        keys.make(key, bytes, full)
    with pytest.raises(Unavailable):
        keys.bring(key, PAPER, "paper", full)
    assert not Path(key.path).exists()
    key.create(KNOWN)
    with pytest.raises(Unavailable):
        keys.printed(key, full)


def test_what_is_refused_is_not_logged(key: FileProvider) -> None:
    Path(key.path).parent.mkdir()
    Path(key.path).write_text("something else")
    log = Log(key)
    with pytest.raises(Conflict):
        keys.make(key, bytes, log)
    with pytest.raises(Conflict):
        keys.bring(key, PAPER, "paper", log)
    assert log.events == []


def test_the_same_key_again_is_no_event(key: FileProvider) -> None:
    key.create(KNOWN)
    log = Log(key)
    assert not keys.bring(key, PAPER, "paper", log).created
    assert log.events == []


def test_a_provider_that_gives_two_keys_for_one_is_found(key: FileProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    key.create(KNOWN)
    keys.verify(key)
    monkeypatch.setattr(key, "kek", lambda *stored: bytes(32))
    with pytest.raises(Unavailable, match="gives another key the second time"):
        keys.verify(key)


def test_no_provider_and_no_key_are_two_things(key: FileProvider) -> None:
    with pytest.raises(NotFound, match="no key provider is configured"):
        keys.refuse_none([])
    with pytest.raises(Locked, match="there is no"):
        keys.refuse_none(keys.look([key]))
