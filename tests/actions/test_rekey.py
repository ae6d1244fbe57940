"""Keys of sealed dialogues: who can open them, and the three verbs, each of which changes one thing and nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from blue_cli.actions import rekey, sealing
from blue_cli.actions.protection import Bench
from blue_cli.crypto.keyring import KeyRing
from blue_cli.crypto.keys.base import Made
from blue_cli.crypto.keys.file import FileProvider
from blue_cli.errors import BlueError, Conflict, Locked, NotFound, Tampered, Unavailable
from blue_cli.stores.base import Snapshot, Store
from blue_cli.stores.opening import block_of
from blue_cli.stores.sealed import Sealed
from tests.actions.vault import ID, PROTECTED, TEXTS, UID, Killed, Mortal, Vault, key_at, new_key

SORTED = dict(sorted(TEXTS.items()))
VERBS: dict[str, Callable[..., rekey.Rekeyed]] = {"rewrap": rekey.rewrap, "rotate": rekey.rotate, "reencrypt": rekey.reencrypt}


class Two(Vault):
    """A sealed dialogue, and a colleague's key beside the first."""

    def __init__(self, store: Store, folder: Path, shared: bool = True) -> None:
        super().__init__(store, folder)
        self.second = new_key(folder / "second.key")
        sealing.seal(self.bench(), UID, None, [self.second] if shared else [])
        self.events.clear()

    def only(self, *names: str) -> Bench:
        """A bench with these keys and no other."""
        return self.bench()._replace(ring=KeyRing([key_at(self.folder / f"{name}.key") for name in names]))

    @property
    def both(self) -> Bench:
        return self.only("first", "second")

    @property
    def block(self) -> Any:
        return block_of(self.raw["dialogue"])

    @property
    def texts(self) -> dict[str, bytes]:
        """Every sealed file but for the block: what an operation on keys leaves alone."""
        return {a: data if a != "dialogue" else data.split(b"\nsealed:")[1] for a, data in self.raw.items()}

    def opens(self, *names: str) -> bool:
        """Whether these keys read all of it."""
        try:
            return dict(sealing.plaintext(self.only(*names)._replace(log=lambda *_: nullcontext()), UID)) != {}
        except Locked:
            return False

    def write(self, address: str, data: bytes, *names: str) -> None:
        """Write as a command does."""
        opened = Sealed(self.store, lambda: self.only(*names).ring, self.seen)
        opened.commit(UID, opened.load(UID).version, {address: data})


@pytest.fixture
def two(store: Store, tmp_path: Path) -> Two:
    return Two(store, tmp_path / "vault")


@pytest.fixture
def one(store: Store, tmp_path: Path) -> Two:
    return Two(store, tmp_path / "vault", shared=False)


def refused(vault: Two, error: type[BlueError], match: str, act: Callable[[], object]) -> BlueError:
    before, events = vault.raw, list(vault.events)
    with pytest.raises(error, match=match) as caught:
        act()
    assert vault.raw == before and vault.events == events
    return caught.value


# --- who can open it -----------------------------------------------------------------------------------------------


def test_an_added_key_opens_every_file_and_none_is_touched(one: Two) -> None:
    before = one.texts
    assert not one.opens("second")
    done = rekey.add(one.bench(), UID, one.second)
    assert done.changed and done.keys == (one.key.id, one.second.id) and done.renewed == (one.second.id,)
    assert one.opens("second") and one.opens("first") and one.texts == before
    assert one.events == ["wrap-added"]


def test_adding_it_again_changes_nothing(two: Two) -> None:
    before = two.raw
    assert rekey.add(two.bench(), UID, two.second).changed is False
    assert two.raw == before and two.events == []


def test_an_added_key_opens_older_data_keys_too(one: Two) -> None:
    rekey.rotate(one.bench(), UID)
    one.write("contribution/01#scone", b"under the second data key\n", "first")
    rekey.add(one.bench(), UID, one.second)
    assert dict(sealing.plaintext(one.only("second"), UID))["round-1/scone.md"] == b"under the second data key\n"
    assert one.block.versions == (1, 2)


def test_only_who_can_open_it_adds_a_key(one: Two) -> None:
    refused(one, Locked, "no key here", lambda: rekey.add(one.only("second"), UID, one.second))


def test_a_removed_key_opens_what_was_there_and_nothing_new(two: Two) -> None:
    history = two.store.load(UID)
    done = rekey.remove(two.bench(), UID, two.second.id)
    assert done.dropped == (two.second.id,) and done.keys == (two.key.id,) and done.version == 2
    two.write("contribution/01#scone", b"not for the colleague\n", "first")
    assert not two.opens("second") and two.opens("first")
    assert b"dek#" + UID.encode() + b"#2" in two.raw["contribution/01#scone"]
    old = Vault.over(two, _store_with(history))
    assert dict(sealing.plaintext(two.only("second")._replace(store=old.store), UID))["dialogue.md"] == TEXTS["dialogue"]
    assert two.events == ["wrap-removed", "plaintext-output"]


def _store_with(snapshot: Snapshot) -> Store:
    from blue_cli.stores.memory import MemoryStore

    store = MemoryStore()
    store.create(snapshot.uid, snapshot.id, snapshot.blobs)
    return store


def test_the_removed_key_is_not_needed_for_its_removal_but_the_others_are(two: Two) -> None:
    third = new_key(two.folder / "third.key")
    rekey.add(two.bench(), UID, third)
    error = refused(two, Locked, third.id, lambda: rekey.remove(two.bench(), UID, two.second.id))
    assert f"--remove '{third.id}'" in error.fix
    rekey.remove(two.only("first", "third"), UID, two.second.id)
    assert two.opens("third") and not two.opens("second")


def test_the_last_key_stays(one: Two) -> None:
    refused(one, Conflict, "the only key", lambda: rekey.remove(one.bench(), UID, one.key.id))


def test_a_key_that_opens_nothing_is_not_removed(two: Two) -> None:
    error = refused(two, NotFound, "umk#0", lambda: rekey.remove(two.bench(), UID, "umk#0000000000000000"))
    assert two.key.id in error.fix and two.second.id in error.fix


# --- rewrap --------------------------------------------------------------------------------------------------------


def test_rewrap_renews_the_wraps_of_the_keys_here_and_nothing_else(two: Two) -> None:
    before, block = two.texts, two.block
    done = rekey.rewrap(two.bench(), UID)
    assert done.renewed == (two.key.id,) and two.texts == before
    mine, other = two.block.wraps
    assert mine.epoch == 2 and mine.salt != block.wraps[0].salt and mine.deks != block.wraps[0].deks
    assert other == block.wraps[1], "whose key is not here"
    assert two.opens("first") and two.opens("second") and two.events == ["rewrap"]


def test_rewrap_to_another_key_takes_the_place_of_the_configured_one(one: Two) -> None:
    before = one.texts
    to = one.second
    bench = one.both  # as the command builds it: the configured key, and the new one
    done = rekey.rewrap(bench._replace(ring=KeyRing([*one.bench().ring.providers, to])), UID, to)
    assert (done.keys, done.dropped) == ((to.id,), (one.key.id,))
    assert one.texts == before and one.opens("second") and not one.opens("first")


def test_rewrap_to_again_goes_on_where_it_was_stopped(one: Two) -> None:
    ring = KeyRing([*one.bench().ring.providers, one.second])
    rekey.rewrap(one.bench()._replace(ring=ring), UID, one.second)
    before = one.raw
    assert rekey.rewrap(one.bench()._replace(ring=ring), UID, one.second).changed is False
    assert one.raw == before


def test_rewrap_to_a_key_that_opens_it_already_drops_the_configured_one(two: Two) -> None:
    ring = KeyRing([*two.bench().ring.providers, two.second])
    assert rekey.rewrap(two.bench()._replace(ring=ring), UID, two.second).keys == (two.second.id,)
    assert two.opens("second") and not two.opens("first")


def test_rewrap_to_needs_a_place(two: Two) -> None:
    third = new_key(two.folder / "third.key")
    fourth = new_key(two.folder / "fourth.key")
    ring = KeyRing([third, fourth])
    refused(two, Locked, "no key here", lambda: rekey.rewrap(two.bench()._replace(ring=ring), UID, fourth))


# --- rotate --------------------------------------------------------------------------------------------------------


def test_rotate_makes_a_data_key_for_what_is_written_next(two: Two) -> None:
    before = two.texts
    done = rekey.rotate(two.both, UID)
    assert (done.version, done.renewed) == (2, (two.key.id, two.second.id))
    assert two.block.versions == (1, 2) and two.texts == before
    two.write("contribution/01#scone", b"new\n", "second")
    assert b"dek#" + UID.encode() + b"#2" in two.raw["contribution/01#scone"]
    assert two.opens("first") and two.opens("second")


def test_rotate_twice_is_one_rotation_until_something_is_written(two: Two) -> None:
    rekey.rotate(two.both, UID)
    before = two.raw
    assert rekey.rotate(two.both, UID).changed is False and two.raw == before
    two.write("contribution/01#scone", b"new\n", "first")
    assert rekey.rotate(two.both, UID).version == 3


def test_rotate_needs_every_key_and_names_the_missing(two: Two) -> None:
    error = refused(two, Locked, two.second.id, lambda: rekey.rotate(two.bench(), UID))
    assert two.key.id not in error.message
    refused(two, Locked, two.second.id, lambda: rekey.rotate(two.bench(), UID, dry_run=True))


# --- reencrypt -------------------------------------------------------------------------------------------------------


def test_reencrypt_puts_every_file_under_the_newest_data_key(two: Two) -> None:
    rekey.rotate(two.both, UID)
    block = two.block
    done = rekey.reencrypt(two.bench(), UID)
    assert len(done.files) == len(PROTECTED) and two.block == block
    assert all(f"dek#{UID}#2".encode() in two.raw[address] and b"rev: 2" in two.raw[address] for address in PROTECTED)
    assert dict(two.read()) == SORTED
    before = two.raw
    assert rekey.reencrypt(two.bench(), UID).changed is False and two.raw == before
    assert two.events == ["rotate", "reencrypt"]


def test_reencrypt_keeps_what_each_file_saw(two: Two) -> None:
    opened = Sealed(two.store, lambda: two.bench().ring, two.seen)
    assert opened.load(UID)
    from blue_cli.stores import opening

    def sights() -> dict[str, Any]:
        return {a: o.seen for a, o in opening.look(two.store.load(UID), lambda: two.bench().ring).files.items()}

    before = sights()
    rekey.rotate(two.both, UID)
    rekey.reencrypt(two.bench(), UID)
    assert sights() == before and any(before.values())


def test_reencrypt_is_seen_here_so_going_back_is_noticed(two: Two) -> None:
    rekey.rotate(two.both, UID)
    rekey.reencrypt(two.bench(), UID)
    assert two.seen.revisions(UID)["verdict/interim"] == 2


# --- a key service -----------------------------------------------------------------------------------------------------


class Service:
    """A key service: it gives a key and an opaque blob, and the key again for the blob. `calls` are what it was asked."""

    scheme = kind = "awskms"
    id = "awskms:arn:aws:kms:eu-central-1:111122223333:key/one"
    shown = "the service"

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.keks: dict[bytes, tuple[str, int, bytes]] = {}

    def new_kek(self, uid: str, epoch: int) -> Made:
        self.calls.append("make")
        blob = b"blob %d" % len(self.keks)
        self.keks[blob] = (uid, epoch, os.urandom(32))
        return Made(self.keks[blob][2], blob=blob)

    def kek(self, uid: str, epoch: int, salt: bytes, blob: bytes) -> bytes:
        self.calls.append("open")
        assert self.keks[blob][:2] == (uid, epoch) and salt == b""
        return self.keks[blob][2]


def test_a_service_is_asked_once_a_run_and_makes_nothing_in_a_dry_run(one: Two) -> None:
    service = Service()

    def alone() -> Bench:
        service.calls.clear()
        return one.bench()._replace(ring=KeyRing([service]))

    rekey.add(one.bench(), UID, service)
    assert service.calls == ["make"]
    for verb in VERBS.values():
        verb(one.bench()._replace(ring=KeyRing([key_at(one.folder / "first.key"), service])), UID, dry_run=True)
        assert service.calls == ["make"], "the key that is here opens it, and nothing is made"
    rekey.remove(alone(), UID, one.key.id)
    assert service.calls == ["open", "make"]
    rekey.reencrypt(alone(), UID, many=1)
    assert service.calls == ["open"]
    rekey.rotate(alone(), UID)
    assert service.calls == ["open", "make"]
    assert dict(sealing.plaintext(alone(), UID))["dialogue.md"] == TEXTS["dialogue"]
    assert dict(sealing.plaintext(alone(), UID)) and service.calls == ["open"]
    sealing.unseal(alone(), UID)
    assert service.calls == ["open"] and one.raw == SORTED


# --- dry run, failures, everywhere ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VERBS)
def test_a_dry_run_says_what_would_change_and_writes_nothing(name: str, two: Two) -> None:
    if name == "reencrypt":
        rekey.rotate(two.both, UID)
    before, events = two.raw, list(two.events)
    made: list[int] = []
    ring = KeyRing([Counting(two.folder / "first.key", made), Counting(two.folder / "second.key", made)])
    would = VERBS[name](two.bench()._replace(ring=ring), UID, dry_run=True)
    assert two.raw == before and two.events == events and made == [], "and no key service is asked to make anything"
    assert would == VERBS[name](two.both, UID)


class Counting:
    """A key file that counts the keys it was asked to make."""

    def __init__(self, path: Path, made: list[int]) -> None:
        self._key = key_at(path)
        self._made = made

    def __getattr__(self, name: str) -> Any:
        if name == "new_kek":
            self._made.append(1)
        return getattr(self._key, name)


@pytest.mark.parametrize("name", VERBS)
def test_faults_are_refused_before_anything_changes(name: str, two: Two) -> None:
    rekey.rotate(two.both, UID)
    snapshot = two.store.load(UID)
    two.store.commit(UID, snapshot.version, {"contribution/01#scone": b"smuggled"})
    refused(two, Tampered, "not as it was sealed", lambda: VERBS[name](two.both, UID))


@pytest.mark.parametrize("name", VERBS)
def test_a_log_that_cannot_be_written_stops_it(name: str, two: Two) -> None:
    def fails(*_: Any) -> Any:
        raise Unavailable("the log cannot be written")

    if name == "reencrypt":
        rekey.rotate(two.both, UID)
    refused(two, Unavailable, "the log", lambda: VERBS[name](two.both._replace(log=fails), UID))


def test_everywhere_goes_on_after_a_failure_and_passes_over_plain_ones(two: Two) -> None:
    other = UID.replace("0001", "0002")
    for uid, id, text in ((other, "another", TEXTS["dialogue"].replace(UID.encode(), other.encode())), (UID[:-1] + "9", "plain", b"")):
        two.store.create(uid, id, {"dialogue": text or f"---\nblue: 1\nuid: {uid}\n---\n".encode()})
    logless = two.bench()._replace(log=lambda *_: nullcontext())
    sealing.seal(logless, other)
    before = two.raw
    done = rekey.everywhere(logless, lambda uid: rekey.rotate(logless, uid))
    assert [type(one).__name__ for one in done] == ["Failed", "Rekeyed"]
    assert (done[0].id, done[1].id) == (ID, "another") and two.raw == before
    assert isinstance(done[0], rekey.Failed) and isinstance(done[0].error, Locked)


def test_everywhere_notices_a_seal_that_was_taken_out(two: Two) -> None:
    two.read()
    store = _store_with(Snapshot(UID, ID, TEXTS, ""))
    bench = two.bench(store=store)
    (failed,) = rekey.everywhere(bench, lambda uid: rekey.rotate(bench, uid))
    assert isinstance(failed, rekey.Failed) and isinstance(failed.error, Tampered)


# --- someone else, and kills ---------------------------------------------------------------------------------------------


class Racing(Mortal):
    """A store in which somebody else does something just before the first commit."""

    def __init__(self, store: Store, act: Callable[[], object]) -> None:
        super().__init__(store, 99)
        self.act: Callable[[], object] | None = act

    def commit(self, uid: str, expect: str, puts: Any, deletes: Any = ()) -> str:
        act, self.act = self.act, None
        if act:
            act()
        return self.store.commit(uid, expect, puts, deletes)


@pytest.mark.parametrize("name", VERBS)
def test_what_somebody_writes_meanwhile_is_kept(name: str, two: Two) -> None:
    if name == "reencrypt":
        rekey.rotate(two.both, UID)
    meanwhile = Racing(two.store, lambda: two.write("contribution/01#scone", b"meanwhile\n", "first"))
    VERBS[name](two.both._replace(store=meanwhile), UID)
    assert two.read()["contribution/01#scone"] == b"meanwhile\n"
    assert {a: data for a, data in two.read().items() if a != "contribution/01#scone"} == SORTED


def test_a_key_that_somebody_adds_meanwhile_is_kept(two: Two) -> None:
    third = new_key(two.folder / "third.key")
    meanwhile = Racing(two.store, lambda: rekey.add(two.bench(), UID, third))
    rekey.rewrap(two.both._replace(store=meanwhile), UID)
    assert third.id in [wrap.key for wrap in two.block.wraps] and two.opens("third")
    fourth = new_key(two.folder / "fourth.key")
    meanwhile = Racing(two.store, lambda: rekey.add(two.bench(), UID, fourth))
    with pytest.raises(Locked, match=fourth.id):
        rekey.rotate(two.only("first", "second", "third")._replace(store=meanwhile), UID)
    assert two.opens("fourth") and two.block.versions == (1,)


@pytest.mark.parametrize("many", [1, 3, 256])
def test_reencrypt_killed_after_any_file_goes_on(many: int, two: Two) -> None:
    rekey.rotate(two.both, UID)
    for writes in range(1, len(PROTECTED)):
        with pytest.raises(Killed):
            rekey.reencrypt(two.bench(store=Mortal(two.store, 1)), UID, many=many)  # type: ignore[arg-type]
        assert dict(two.read()) == SORTED
        newer = sum(f"dek#{UID}#2".encode() in data for data in two.raw.values())
        assert newer == writes, "each run got one file further, and none was done twice"
    rekey.reencrypt(two.bench(), UID, many=many)
    assert dict(two.read()) == SORTED and rekey.reencrypt(two.bench(), UID).changed is False


def test_a_key_of_the_same_name_that_does_not_open_changes_nothing(two: Two) -> None:
    class Impostor(FileProvider):
        @property
        def id(self) -> str:
            return two.key.id

    path = two.folder / "impostor.key"
    new_key(path)
    from blue_cli.crypto.keys.passphrase import Protection

    ring = KeyRing([Impostor(str(path), "impostor", Protection({}, None))])
    refused(two, Locked, "no key here", lambda: rekey.rewrap(two.bench()._replace(ring=ring), UID))
