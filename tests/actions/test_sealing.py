"""Sealing and unsealing: what is under the seal, what stays readable, what is refused, and a kill at every point."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import pytest

from blue_cli.actions import rekey, sealing
from blue_cli.actions.protection import Bench
from blue_cli.dialogue.ids import path_of
from blue_cli.errors import BlueError, Conflict, Locked, NotFound, Refused, Tampered, Unavailable
from blue_cli.stores import opening
from blue_cli.stores.base import Store
from blue_cli.stores.files import FilesStore
from blue_cli.stores.lastseen import LastSeen
from blue_cli.stores.memory import MemoryStore
from blue_cli.stores.sealed import Sealed
from tests.actions.vault import ID, PROTECTED, TEXTS, UID, Killed, Mortal, Vault, key_at, new_key
from tests.stores.contract import QUICK

SORTED = dict(sorted(TEXTS.items()))


@pytest.fixture
def vault(store: Store, tmp_path: Path) -> Vault:
    return Vault(store, tmp_path / "vault")


@pytest.fixture
def quick() -> Iterator[Path]:
    """A folder in memory: a file that is synced there costs nothing."""
    with tempfile.TemporaryDirectory(dir=QUICK) as top:
        yield Path(top)


def stranger(vault: Vault, name: str = "other") -> Bench:
    """Somebody with another key, in another clone."""
    return Vault(vault.store, vault.folder / name, {}).bench()


# --- sealing -----------------------------------------------------------------------------------------------------


def test_nothing_secret_can_be_read_any_more_and_everything_opens_as_it_was(vault: Vault) -> None:
    done = sealing.seal(vault.bench(), UID)
    assert done.changed and done.id == ID and done.files[0] == "dialogue.md" and len(done.files) == len(PROTECTED)
    assert vault.plain == []
    assert dict(vault.read()) == SORTED
    assert vault.events == ["seal"]


def test_files_beside_the_rounds_are_named_as_staying_readable(vault: Vault) -> None:
    assert sealing.seal(vault.bench(), UID).readable == ("notes.txt",)
    assert vault.raw["file/notes.txt"] == TEXTS["file/notes.txt"]


def test_from_a_round_on_leaves_the_history_readable_but_never_a_verdict(vault: Vault) -> None:
    done = sealing.seal(vault.bench(), UID, 1)
    assert done.from_round == 1
    assert done.readable == ("round-0/muffin.md", "round-0/scone.md", "round-0/rulings/MUFFIN-T0001.md", "notes.txt")
    assert vault.plain == ["contribution/00#muffin", "contribution/00#scone", "ruling/00#MUFFIN-T0001"]
    assert dict(vault.read()) == SORTED


def test_an_earlier_round_extends_the_protection_and_keeps_what_is_sealed(vault: Vault) -> None:
    sealing.seal(vault.bench(), UID, 1)
    before = vault.raw["contribution/01#muffin"]
    done = sealing.seal(vault.bench(), UID, 0)
    assert done.changed and "round-0/scone.md" in done.files and "round-1/muffin.md" not in done.files
    assert vault.plain == [] and vault.raw["contribution/01#muffin"] == before
    assert dict(vault.read()) == SORTED


def test_a_later_round_is_refused_since_sealing_unseals_nothing(vault: Vault) -> None:
    sealing.seal(vault.bench(), UID, 0)
    before = vault.raw
    with pytest.raises(Conflict, match="from round 0"):
        sealing.seal(vault.bench(), UID, 1)
    assert vault.raw == before and vault.events == ["seal"]


def test_sealing_again_changes_nothing(vault: Vault) -> None:
    sealing.seal(vault.bench(), UID)
    before = vault.raw
    assert sealing.seal(vault.bench(), UID).changed is False
    assert sealing.seal(vault.bench(), UID, 0).changed is False
    assert vault.raw == before and vault.events == ["seal"]


def test_sealing_again_takes_an_older_state_as_seen(vault: Vault) -> None:
    sealing.seal(vault.bench(), UID)
    vault.seen.compare(UID, ID, {"contribution/00#muffin": 7})  # a later revision, before a revert
    assert vault.seen.compare(UID, ID, {"contribution/00#muffin": 1})
    (note,) = sealing.seal(vault.bench(), UID).notes
    assert "contribution/00#muffin (revision 1, was 7)" in note
    assert sealing.seal(vault.bench(), UID).notes == ()
    assert not vault.seen.compare(UID, ID, dict.fromkeys(PROTECTED, 1))


def test_an_old_half_sealed_state_put_back_is_told_of(vault: Vault) -> None:
    """Whoever has no key can still put back what once lay there, signed, half sealed, with less in it."""
    with pytest.raises(Killed):
        sealing.seal(vault.bench(store=Mortal(vault.store, 3)), UID)  # type: ignore[arg-type]
    old = vault.store.load(UID)
    sealing.seal(vault.bench(), UID)
    opened = Sealed(vault.store, lambda: vault.bench().ring, vault.seen)
    opened.commit(UID, opened.load(UID).version, {"contribution/01#scone": b"what came later"})
    opened.load(UID)
    now = vault.store.load(UID)
    vault.store.commit(UID, now.version, old.blobs, ["contribution/01#scone"])
    opened.load(UID)
    assert "half sealed" in opened.notes[0] and "contribution/01#scone (gone)" in opened.notes[1]
    assert "contribution/01#scone (gone)" in sealing.seal(vault.bench(), UID).notes[0]
    vault.seen.compare(UID, ID, {"contribution/01#scone": 1})
    assert "contribution/01#scone (gone)" in sealing.unseal(vault.bench(), UID).notes[0]


def test_each_file_saw_those_before_it_and_a_verdict_saw_all(vault: Vault) -> None:
    sealing.seal(vault.bench(), UID)
    for address in PROTECTED[1:-1]:
        store = MemoryStore()
        store.create(UID, ID, {other: data for other, data in vault.raw.items() if other != address})
        with pytest.raises(Tampered) as caught:
            vault.over(store).read()
        assert path_of(address) in caught.value.findings[0].path


def test_the_sights_make_a_chain(vault: Vault) -> None:
    sealing.seal(vault.bench(), UID)
    files = opening.look(vault.store.load(UID), lambda: vault.bench().ring).files
    sights = {address: [head.address for head in opened.seen] for address, opened in files.items()}
    assert sights == {
        "dialogue": [],
        "contribution/00#muffin": ["dialogue"],
        "contribution/00#scone": ["contribution/00#muffin"],
        "ruling/00#MUFFIN-T0001": ["contribution/00#muffin", "contribution/00#scone", "dialogue"],
        "contribution/01#muffin": ["ruling/00#MUFFIN-T0001"],
        "ruling/01#score-muffin": sorted(PROTECTED[:5]),
        "verdict/interim": sorted(PROTECTED[:6]),
    }


def test_several_keys_from_the_beginning(vault: Vault) -> None:
    second = new_key(vault.folder / "second.key")
    done = sealing.seal(vault.bench(), UID, None, [second, vault.key])
    assert done.keys == (vault.key.id, second.id)
    only = vault.bench()._replace(ring=type(vault.bench().ring)([key_at(vault.folder / "second.key")]))
    assert sealing.plaintext(only, UID)[0] == ("dialogue.md", TEXTS["dialogue"])


# --- what is refused, and then nothing is changed -------------------------------------------------------------


def refused(vault: Vault, error: type[BlueError], match: str, act: Callable[[], object]) -> None:
    before, events = vault.raw, list(vault.events)
    with pytest.raises(error, match=match):
        act()
    assert vault.raw == before and vault.events == events


def test_an_older_dialogue_is_adopted_first(store: Store, tmp_path: Path) -> None:
    vault = Vault(store, tmp_path / "v", {})
    if isinstance(store, FilesStore):
        (tmp_path / ".blue/dialogues/old/round-0").mkdir(parents=True)
        (tmp_path / ".blue/dialogues/old/round-0/muffin.md").write_text("[TENSION T01: x]\n")
        with pytest.raises(Conflict, match="older") as caught:
            sealing.seal(vault.bench(), "older:old")
        assert "adopt" in caught.value.fix


def test_a_newer_format_is_left_alone(store: Store, tmp_path: Path) -> None:
    vault = Vault(store, tmp_path / "v", {**TEXTS, "dialogue": TEXTS["dialogue"].replace(b"blue: 1", b"blue: 2", 1)})
    refused(vault, Conflict, "format 2", lambda: sealing.seal(vault.bench(), UID))


def test_a_file_too_large_to_be_sealed_is_refused_before_anything_is_written(store: Store, tmp_path: Path) -> None:
    vault = Vault(store, tmp_path / "v", {**TEXTS, "contribution/01#scone": b"x" * 900_000})
    refused(vault, Refused, "round-1/scone.md", lambda: sealing.seal(vault.bench(), UID))


def test_what_was_not_read_is_not_sealed(tmp_path: Path) -> None:
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    vault = Vault(FilesStore(str(tmp_path)), tmp_path / "v")
    os.symlink("/etc/passwd", tmp_path / ".blue/dialogues" / ID / "round-1/link.md")
    refused(vault, Conflict, "round-1/link.md was not read", lambda: sealing.seal(vault.bench(), UID))


def test_no_key_is_an_error_and_makes_none(vault: Vault) -> None:
    (vault.folder / "first.key").unlink()
    refused(vault, Locked, "there is no first.key", lambda: sealing.seal(vault.bench(), UID))
    assert not (vault.folder / "first.key").exists()


def test_without_the_audit_event_nothing_is_changed(vault: Vault) -> None:
    def fails(*_: Any) -> AbstractContextManager[None]:
        raise Unavailable("the log cannot be written")

    refused(vault, Unavailable, "the log", lambda: sealing.seal(vault.bench()._replace(log=fails), UID))
    sealing.seal(vault.bench(), UID)
    refused(vault, Unavailable, "the log", lambda: sealing.unseal(vault.bench()._replace(log=fails), UID))
    refused(vault, Unavailable, "the log", lambda: sealing.plaintext(vault.bench()._replace(log=fails), UID))


def test_a_stripped_seal_is_not_sealed_over(vault: Vault) -> None:
    sealing.seal(vault.bench(), UID)
    store = MemoryStore()
    store.create(UID, ID, TEXTS)  # an attacker's plain copy, where this clone saw a sealed one
    bench = vault.bench(store=store)
    with pytest.raises(Tampered):
        sealing.seal(bench, UID)
    assert store.load(UID).blobs == SORTED


def test_plaintext_thrown_into_a_sealed_dialogue_is_not_sealed(vault: Vault) -> None:
    sealing.seal(vault.bench(), UID)
    snapshot = vault.store.load(UID)
    vault.store.commit(UID, snapshot.version, {"contribution/01#scone": b"smuggled"})
    refused(vault, Tampered, "not as it was sealed", lambda: sealing.seal(vault.bench(), UID))
    refused(vault, Tampered, "not as it was sealed", lambda: sealing.unseal(vault.bench(), UID))


def test_another_key_neither_seals_on_nor_unseals(vault: Vault) -> None:
    sealing.seal(vault.bench(), UID)
    other = stranger(vault)
    for act in (sealing.seal, sealing.unseal, sealing.plaintext):
        refused(vault, Locked, "no key here", lambda act=act: act(other, UID))  # type: ignore[misc]


# --- unsealing -----------------------------------------------------------------------------------------------------


def test_unsealing_gives_every_byte_back(vault: Vault) -> None:
    sealing.seal(vault.bench(), UID)
    done = sealing.unseal(vault.bench(), UID)
    assert done.changed and vault.raw == SORTED and not vault.is_sealed
    assert dict(vault.read()) == SORTED, "and this clone no longer expects a seal"
    assert vault.events == ["seal", "unseal"]
    assert sealing.unseal(vault.bench(), UID) == sealing.Sealing(ID, UID, False)


def test_a_colleagues_unsealing_is_accepted_by_unseal(vault: Vault) -> None:
    sealing.seal(vault.bench(), UID)
    elsewhere = LastSeen(str(vault.folder / "elsewhere"))
    vault.read(seen=elsewhere)
    sealing.unseal(vault.bench(), UID)
    with pytest.raises(Tampered):
        vault.read(seen=elsewhere)
    done = sealing.unseal(vault.bench(seen=elsewhere), UID)
    assert (done.changed, done.accepted) == (False, True)
    assert dict(vault.read(seen=elsewhere)) == SORTED


REWRITTEN = {
    "contribution/00#muffin": b"rewritten secret\n",
    "dialogue": TEXTS["dialogue"].replace(b"Storage", b"Other secrets"),
}


def rewritten(vault: Vault) -> dict[str, bytes]:
    """Sealed, then two files changed: each has seen files that had seen it, so no order has all after those that saw them."""
    sealing.seal(vault.bench(), UID)
    opened = Sealed(vault.store, lambda: vault.bench().ring, vault.seen)
    for address, data in REWRITTEN.items():
        opened.commit(UID, opened.load(UID).version, {address: data})
    return dict(sorted({**TEXTS, **REWRITTEN}.items()))


def test_files_that_saw_each_other_are_unsealed_in_any_order(vault: Vault) -> None:
    expected = rewritten(vault)
    for writes in range(20):
        with suppress(Killed):
            sealing.unseal(vault.bench(store=Mortal(vault.store, writes)), UID)  # type: ignore[arg-type]
        if not vault.is_sealed:
            break
        assert dict(vault.read()) == expected
    assert vault.raw == expected


def test_files_that_saw_each_other_are_sealed_again_above_what_was_seen(store: Store, tmp_path: Path, quick: Path) -> None:
    for writes in range(1, 9):
        vault = Vault(_fresh(store, quick / str(writes)), tmp_path / str(writes) / "v")
        expected = rewritten(vault)
        with suppress(Killed):
            sealing.unseal(vault.bench(store=Mortal(vault.store, writes)), UID)  # type: ignore[arg-type]
        if vault.is_sealed:
            bench = vault.bench(seen=LastSeen(str(tmp_path / f"elsewhere-{writes}")))
            sealing.seal(bench, UID)
            assert vault.plain == [] and dict(vault.read()) == expected


def test_plaintext_shows_exact_bytes_and_changes_nothing(vault: Vault) -> None:
    sealing.seal(vault.bench(), UID)
    before = vault.raw
    assert sealing.plaintext(vault.bench(), UID, lambda path: path == "round-0/scone.md") == [
        ("round-0/scone.md", TEXTS["contribution/00#scone"])
    ]
    assert dict(sealing.plaintext(vault.bench(), UID)).keys() >= {"dialogue.md", "verdicts/interim.md", "notes.txt"}
    assert vault.raw == before and vault.events == ["seal", "plaintext-output", "plaintext-output"]
    with pytest.raises(NotFound):
        sealing.plaintext(vault.bench(), UID, lambda path: False)


# --- killed ----------------------------------------------------------------------------------------------------------

ACTS: dict[str, Callable[[Bench], object]] = {
    "seal": lambda bench: sealing.seal(bench, UID),
    "seal --from 1": lambda bench: sealing.seal(bench, UID, 1),
    "unseal": lambda bench: sealing.unseal(bench, UID),
    "lower": lambda bench: sealing.seal(bench, UID, 0),
    "reencrypt": lambda bench: rekey.reencrypt(bench, UID, many=3),
}
BEFORE: dict[str, Callable[[Bench], object]] = {
    "unseal": lambda bench: sealing.seal(bench, UID),
    "lower": lambda bench: sealing.seal(bench, UID, 1),
    "reencrypt": lambda bench: (sealing.seal(bench, UID), rekey.rotate(bench, UID)),
}


@pytest.mark.parametrize("name", ACTS)
def test_killed_after_any_write_it_reads_the_same_and_goes_on(name: str, store: Store, tmp_path: Path, quick: Path) -> None:
    """From the same clone, from another one, and a kill of the second run as well."""
    for writes in range(30):
        vault = Vault(_fresh(store, quick / str(writes)), tmp_path / str(writes) / "v")
        BEFORE.get(name, lambda bench: None)(vault.bench())
        died = True
        with suppress(Killed):
            ACTS[name](vault.bench(store=Mortal(vault.store, writes)))  # type: ignore[arg-type]
            died = False
        assert dict(vault.read()) == SORTED
        elsewhere = LastSeen(str(tmp_path / str(writes) / "elsewhere"))
        assert dict(vault.read(seen=elsewhere)) == SORTED
        with suppress(Killed):
            ACTS[name](vault.bench(store=Mortal(vault.store, 1), seen=elsewhere))  # type: ignore[arg-type]
        ACTS[name](vault.bench(seen=elsewhere))
        assert dict(vault.read(seen=elsewhere)) == SORTED
        assert (vault.raw == SORTED) is (name == "unseal")
        if name in ("seal", "lower"):
            assert vault.plain == []
        if not died:
            assert writes > 1
            return
    pytest.fail("it never ended")


@pytest.mark.parametrize("first", ["seal", "unseal"])
def test_what_one_began_the_other_takes_back(first: str, store: Store, tmp_path: Path, quick: Path) -> None:
    for writes in range(1, 12):
        vault = Vault(_fresh(store, quick / str(writes)), tmp_path / str(writes) / "v")
        if first == "unseal":
            sealing.seal(vault.bench(), UID)
        with suppress(Killed):
            ACTS[first](vault.bench(store=Mortal(vault.store, writes)))  # type: ignore[arg-type]
        if first == "seal":
            sealing.unseal(vault.bench(), UID)
            assert vault.raw == SORTED
        elif vault.is_sealed:
            sealing.seal(vault.bench(), UID)
            assert vault.plain == [] and dict(vault.read()) == SORTED


def test_somebody_who_unseals_while_this_seals_leaves_nothing_half_declared_whole(vault: Vault) -> None:
    class Meanwhile(Mortal):
        commits = 0

        def commit(self, uid: str, expect: str, puts: Any, deletes: Any = ()) -> str:
            self.commits += 1
            if self.commits == 3:  # the last of sealing
                with suppress(Killed):
                    sealing.unseal(vault.bench(store=Mortal(vault.store, 2)), UID)  # type: ignore[arg-type]
            return self.store.commit(uid, expect, puts, deletes)

    with pytest.raises(Conflict, match="someone else"):
        sealing.seal(vault.bench(store=Meanwhile(vault.store, 0)), UID)  # type: ignore[arg-type]
    assert dict(vault.read()) == SORTED
    sealing.seal(vault.bench(), UID)
    assert vault.plain == [] and dict(vault.read()) == SORTED


def test_half_sealed_nobody_writes_and_nobody_changes_a_byte_unnoticed(vault: Vault) -> None:
    with pytest.raises(Killed):
        sealing.seal(vault.bench(store=Mortal(vault.store, 3)), UID)  # type: ignore[arg-type]
    opened = Sealed(vault.store, lambda: vault.bench().ring, vault.seen)
    opened.load(UID)
    assert opened.notes == [f"{ID} is half sealed: blue seal goes on with it, blue unseal goes back"]
    with pytest.raises(Conflict, match="half sealed"):
        opened.commit(UID, opened.load(UID).version, {"contribution/01#scone": b"new"})
    for act in (lambda: rekey.rotate(vault.bench(), UID), lambda: rekey.add(vault.bench(), UID, new_key(vault.folder / "third.key"))):
        with pytest.raises(Conflict, match="half sealed"):
            act()
    vault.store.commit(UID, vault.store.load(UID).version, {"verdict/interim": b"another secret"})
    for act in (vault.read, lambda: sealing.seal(vault.bench(), UID), lambda: sealing.unseal(vault.bench(), UID)):
        with pytest.raises(Tampered):
            act()


def _fresh(store: Store, folder: Path) -> Store:
    """Another empty store of the same kind."""
    if isinstance(store, MemoryStore):
        return MemoryStore()
    (folder / ".blue/dialogues").mkdir(parents=True)
    return FilesStore(str(folder))
