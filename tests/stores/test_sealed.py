"""The wrapper that opens and seals: nothing of a seal shows to whoever has a key, and nothing else to whoever has none.

What SEALING promises is here as attacks: each was carried out against a simpler design, and each must be refused on
reading, on writing, and reported by `check`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from blue_cli.actions.check import EVERY, check
from blue_cli.actions.load import fold
from blue_cli.crypto import block as blocks
from blue_cli.crypto import envelope, seal
from blue_cli.errors import Conflict, Locked, Tampered
from blue_cli.stores.base import Stale, Store, commit_loop
from blue_cli.stores.files import FilesStore
from blue_cli.stores.lastseen import LastSeen
from blue_cli.stores.memory import MemoryStore
from blue_cli.stores.sealed import Sealed, holds_seal
from tests.stores.contract import StoreContract
from tests.stores.sealing import ABOUT, ID, MINE, OTHER, PLAIN, ROUNDS, UID, Sealer, nobody, ring, sealed_store, tamper

SECRET = b"secret"


@pytest.fixture(params=["memory", "files"])
def raw(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """A store with one sealed dialogue."""
    if request.param == "memory":
        return sealed_store()
    (tmp_path / ".blue" / "dialogues").mkdir(parents=True)
    return sealed_store(FilesStore(str(tmp_path)))


@pytest.fixture
def opened(raw: Store) -> Sealed:
    return Sealed(raw, ring, random=random.Random(3).randbytes)


class TestPlainDialoguesPassThrough(StoreContract):
    """A wrapped store is a store."""

    @pytest.fixture
    def store(self) -> Store:
        return Sealed(MemoryStore(), nobody)

    @pytest.fixture
    def again(self, store: Store) -> Callable[[], Store]:
        return lambda: store


# --- with a key ----------------------------------------------------------------------------------------------------


def test_reading_is_as_if_nothing_were_sealed(opened: Sealed) -> None:
    snapshot = opened.load(UID)
    assert dict(snapshot.blobs) == dict(sorted(PLAIN.items()))
    assert snapshot.seal is not None and (snapshot.seal.from_round, snapshot.seal.locked) == (0, "")
    assert not snapshot.unread
    assert fold(snapshot).meta.title == "The secret title"


def test_nothing_secret_lies_in_the_store(raw: Store) -> None:
    assert all(SECRET not in data for data in raw.load(UID).blobs.values())


def test_what_is_written_is_sealed_and_reads_back(opened: Sealed, raw: Store) -> None:
    new = b"---\nblue: 1\n---\n[CLAIM C01: Another secret]\n"
    opened.commit(UID, opened.load(UID).version, {"contribution/01#scone": new})
    assert opened.load(UID).blobs["contribution/01#scone"] == new
    assert SECRET not in raw.load(UID).blobs["contribution/01#scone"]


def test_only_what_changed_is_written(opened: Sealed, raw: Store) -> None:
    before = dict(raw.load(UID).blobs)
    opened.commit(UID, opened.load(UID).version, {**PLAIN, "contribution/00#scone": b"changed\n"})
    after = raw.load(UID).blobs
    assert {address for address in after if after[address] != before[address]} == {"contribution/00#scone"}


def test_a_change_raises_the_revision_above_all_that_anybody_saw(opened: Sealed, raw: Store) -> None:
    for text in (b"one\n", b"two\n"):
        opened.commit(UID, opened.load(UID).version, {"contribution/00#muffin": text})
    assert envelope.read(raw.load(UID).blobs["contribution/00#muffin"], UID, "contribution/00#muffin").rev == 3
    assert opened.load(UID).blobs["contribution/00#muffin"] == b"two\n"


def test_a_new_dialogue_file_keeps_the_seal_block(opened: Sealed, raw: Store) -> None:
    block = envelope.seal_text(raw.load(UID).blobs["dialogue"])
    opened.commit(UID, opened.load(UID).version, {"dialogue": ABOUT.replace(b"secret title", b"other title")})
    assert envelope.seal_text(raw.load(UID).blobs["dialogue"]) == block
    assert b"other title" in opened.load(UID).blobs["dialogue"]


def test_a_writer_that_lost_a_race_plans_again(opened: Sealed, raw: Store) -> None:
    version = opened.load(UID).version
    opened.commit(UID, version, {"contribution/01#scone": b"first\n"})
    with pytest.raises(Stale):
        opened.commit(UID, version, {"contribution/02#scone": b"second\n"})


def test_the_seal_knows_no_folder(opened: Sealed, raw: Store) -> None:
    raw.rename(UID, "2026-11-24T0528Z-renamed")
    assert dict(opened.load(UID).blobs) == dict(sorted(PLAIN.items()))


def test_a_copy_in_another_store_is_a_copy_of_bytes(raw: Store) -> None:
    other = MemoryStore()
    other.create(UID, "elsewhere", raw.load(UID).blobs)
    assert dict(Sealed(other, ring).load(UID).blobs) == dict(sorted(PLAIN.items()))


def test_rounds_before_the_first_sealed_one_stay_readable(tmp_path: Path) -> None:
    store, sealer = MemoryStore(), Sealer(from_round=1)
    later = {address: data for address, data in PLAIN.items() if "/00#" not in address}
    history = {address: data for address, data in PLAIN.items() if "/00#" in address}
    store.create(UID, ID, {**sealer.all(later), **history})
    opened = Sealed(store, ring)
    assert dict(opened.load(UID).blobs) == dict(sorted(PLAIN.items()))
    opened.commit(UID, opened.load(UID).version, {"contribution/00#eclair": b"late\n", "contribution/01#eclair": b"late too\n"})
    assert store.load(UID).blobs["contribution/00#eclair"] == b"late\n"
    assert envelope.is_sealed(store.load(UID).blobs["contribution/01#eclair"])


def test_two_keys_each_open_it() -> None:
    store = sealed_store(sealer=Sealer(keys=(MINE, OTHER)))
    for key in (MINE, OTHER):
        assert dict(Sealed(store, lambda key=key: ring(key)).load(UID).blobs) == dict(sorted(PLAIN.items()))  # type: ignore[misc]


def test_one_kek_a_run_however_many_files_and_loads(raw: Store) -> None:
    key = type(MINE)(1)
    keys = ring(key)
    store = Sealed(raw, lambda: keys)
    for _ in range(3):
        store.load(UID)
    assert key.asked == 1


# --- without one -----------------------------------------------------------------------------------------------------


def test_without_a_key_everything_is_unknown_and_nothing_is_empty(raw: Store) -> None:
    store = Sealed(raw, nobody)
    snapshot = store.load(UID)
    assert list(snapshot.blobs) == ["dialogue"] and SECRET not in snapshot.blobs["dialogue"]
    assert snapshot.seal is not None and MINE.id in snapshot.seal.locked
    assert {entry.path for entry in snapshot.unread if entry.reason == "sealed"} >= {"round-0/muffin.md", "round-1/rulings/score-scone.md"}
    graph = fold(snapshot)
    assert not graph.complete and [e.slug for e in graph.meta.experts] == ["muffin", "scone"]
    assert any(MINE.id in note for note in store.notes)


def test_without_a_key_nothing_is_written(raw: Store) -> None:
    store, before = Sealed(raw, nobody), dict(raw.load(UID).blobs)
    with pytest.raises(Locked):
        commit_loop(store, UID, lambda snapshot: ({"contribution/02#muffin": b"x\n"}, (), None))
    with pytest.raises(Locked):
        store.commit(UID, store.load(UID).version, {"contribution/02#muffin": b"x\n"})
    assert dict(raw.load(UID).blobs) == before


# --- attacks: each is refused on reading and on writing, and `check` says it ------------------------------------------


def _stripped(data: bytes) -> bytes:
    return envelope.with_seal(data, None)


def _swap(raw: Store) -> None:
    blobs = raw.load(UID).blobs
    tamper(raw, {"contribution/00#muffin": blobs["contribution/00#scone"], "contribution/00#scone": blobs["contribution/00#muffin"]})


def _relabel(raw: Store) -> None:
    blobs = raw.load(UID).blobs
    tamper(raw, {"contribution/00#scone": blobs["contribution/00#muffin"].replace(b"expert: muffin", b"expert: scone")})


def _move(raw: Store) -> None:
    tamper(raw, {"contribution/02#muffin": raw.load(UID).blobs["contribution/01#muffin"].replace(b"round: 1", b"round: 2")})


def _truncate(raw: Store) -> None:
    lines = raw.load(UID).blobs["contribution/00#muffin"].splitlines(keepends=True)
    tamper(raw, {"contribution/00#muffin": b"".join([*lines[:-2], lines[-1]])})


def _cut_off(raw: Store) -> None:
    tamper(raw, {"contribution/00#muffin": raw.load(UID).blobs["contribution/00#muffin"][:-40]})


def _plaintext(raw: Store) -> None:
    tamper(raw, {"contribution/00#muffin": ROUNDS["contribution/00#muffin"]})


def _planted(raw: Store) -> None:
    tamper(raw, {"contribution/07#eclair": b"[MOVE:CONVERGE]\n"})


def _planted_verdict(raw: Store) -> None:
    tamper(raw, {"verdict/final": b"---\nkind: final\nround: 0\nrecommendation: pay us\n---\n"})


def _plaintext_dialogue(raw: Store) -> None:
    block = envelope.seal_text(raw.load(UID).blobs["dialogue"])
    tamper(raw, {"dialogue": envelope.with_seal(ABOUT, block)})


def _strip(raw: Store) -> None:
    tamper(raw, {"dialogue": _stripped(raw.load(UID).blobs["dialogue"])})


def _strip_to_plaintext(raw: Store) -> None:
    tamper(raw, {"dialogue": ABOUT})


def _no_dialogue_file(raw: Store) -> None:
    tamper(raw, deletes=("dialogue",))


def _foreign_block(raw: Store) -> None:
    """The block of another dialogue, whose key the attacker has."""
    tamper(raw, {"dialogue": envelope.with_seal(raw.load(UID).blobs["dialogue"], blocks.line(Sealer(seed=99, keys=(MINE,)).block))})


def _later_round(raw: Store) -> None:
    """A block that says that only later rounds are sealed would make plaintext history of what is sealed."""
    data = raw.load(UID).blobs["dialogue"]
    tamper(raw, {"dialogue": data.replace(b"from_round: 0", b"from_round: 9")})


def _deleted(raw: Store) -> None:
    tamper(raw, deletes=("contribution/00#scone",))


def _from_another_dialogue(raw: Store) -> None:
    """Sealed by somebody with a key, for another dialogue."""
    uid = "019b76da-a800-7a6a-84a2-000000000000"
    sealer = Sealer(uid=uid)
    other = seal.seal_file(sealer.deks, uid, "contribution/00#scone", b"[MOVE:CONVERGE]\n")
    tamper(raw, {"contribution/00#scone": other.replace(uid.encode(), UID.encode())})


def _rolled_back(raw: Store) -> None:
    """An older state of a file that others saw in a newer one."""
    store, old = Sealed(raw, ring), raw.load(UID).blobs["contribution/00#muffin"]
    store.commit(UID, store.load(UID).version, {"contribution/00#muffin": b"newer\n"})
    store.commit(UID, store.load(UID).version, {"contribution/02#muffin": b"this saw it\n"})
    tamper(raw, {"contribution/00#muffin": old})


def _future_suite(raw: Store) -> None:
    data = raw.load(UID).blobs["contribution/00#muffin"]
    tamper(raw, {"contribution/00#muffin": data.replace(b"suite: 1", b"suite: 2")})


def _unknown_key_version(raw: Store) -> None:
    data = raw.load(UID).blobs["contribution/00#muffin"]
    tamper(raw, {"contribution/00#muffin": data.replace(f"{UID}#1".encode(), f"{UID}#2".encode())})


PLAINTEXT, BROKEN = "plaintext-in-sealed", "seal-broken"
ATTACKS: list[tuple[Callable[[Store], None], str, str]] = [
    (_swap, BROKEN, "round-0/muffin.md"),
    (_relabel, BROKEN, "round-0/scone.md"),
    (_move, BROKEN, "round-2/muffin.md"),
    (_truncate, BROKEN, "round-0/muffin.md"),
    (_cut_off, BROKEN, "round-0/muffin.md"),
    (_plaintext, PLAINTEXT, "round-0/muffin.md"),
    (_planted, PLAINTEXT, "round-7/eclair.md"),
    (_planted_verdict, PLAINTEXT, "verdicts/final.md"),
    (_plaintext_dialogue, PLAINTEXT, "dialogue.md"),
    (_strip, BROKEN, "dialogue.md"),
    (_strip_to_plaintext, BROKEN, "dialogue.md"),
    (_no_dialogue_file, BROKEN, "dialogue.md"),
    (_foreign_block, BROKEN, "dialogue.md"),
    (_later_round, BROKEN, "dialogue.md"),
    (_deleted, BROKEN, "round-0/scone.md"),
    (_from_another_dialogue, BROKEN, "round-0/scone.md"),
    (_rolled_back, BROKEN, "round-0/muffin.md"),
    (_future_suite, BROKEN, "round-0/muffin.md"),
    (_unknown_key_version, BROKEN, "round-0/muffin.md"),
]


@pytest.mark.parametrize(("attack", "rule", "path"), ATTACKS, ids=[attack.__name__[1:] for attack, _, _ in ATTACKS])
class TestAttacks:
    def _uid(self, raw: Store) -> str:
        return next(iter(raw.dialogues())).uid

    def test_reading_refuses(self, raw: Store, attack: Callable[[Store], None], rule: str, path: str) -> None:
        attack(raw)
        with pytest.raises(Tampered) as caught:
            Sealed(raw, ring).load(self._uid(raw))
        assert (rule, f".blue/dialogues/{ID}/{path}") in {(f.rule, f.path) for f in caught.value.findings}
        assert all(f.fix and f.severity == "error" for f in caught.value.findings)

    def test_writing_refuses_and_changes_nothing(self, raw: Store, attack: Callable[[Store], None], rule: str, path: str) -> None:
        attack(raw)
        uid = self._uid(raw)
        before = raw.load(uid)
        with pytest.raises(Tampered):
            Sealed(raw, ring).commit(uid, before.version, {"contribution/03#muffin": b"more\n"})
        assert dict(raw.load(uid).blobs) == dict(before.blobs)

    def test_check_finds_it(self, raw: Store, attack: Callable[[Store], None], rule: str, path: str) -> None:
        attack(raw)
        report = check(Sealed(raw, ring, lenient=True), EVERY)
        assert (rule, f".blue/dialogues/{ID}/{path}") in {(f.rule, f.path) for f in report.findings}


def test_an_envelope_is_not_added_to_a_plain_dialogue() -> None:
    store = MemoryStore()
    store.create(UID, ID, {"dialogue": ABOUT})
    with pytest.raises(Conflict):
        Sealed(store, ring).commit(UID, store.load(UID).version, {"contribution/00#muffin": Sealer().seal("contribution/00#muffin", b"x")})


def test_a_text_that_quotes_the_armour_is_no_envelope() -> None:
    assert not holds_seal({"contribution/00#muffin": b"It looks like this:\n\n    -----BEGIN BLUE SEALED ROUND-----\n"})


@pytest.mark.parametrize(
    ("puts", "deletes"),
    [
        ({}, ("contribution/00#scone",)),
        ({"file/panel.json": b"{}"}, ()),
        ({"dialogue": ABOUT.replace(UID.encode(), b"019b76da-a800-7a6a-84a2-000000000000")}, ()),
    ],
    ids=["a file taken out", "a file of no kind", "another uid"],
)
def test_what_a_sealed_dialogue_cannot_take(opened: Sealed, raw: Store, puts: dict[str, bytes], deletes: tuple[str, ...]) -> None:
    before = dict(raw.load(UID).blobs)
    with pytest.raises(Conflict):
        opened.commit(UID, opened.load(UID).version, puts, deletes)
    assert dict(raw.load(UID).blobs) == before


# --- what this clone has seen -------------------------------------------------------------------------------------------


@pytest.fixture
def seen(tmp_path: Path) -> LastSeen:
    return LastSeen(str(tmp_path / "state"), commit=lambda: "abc1234 Round 1")


def test_a_dialogue_that_lost_every_trace_of_its_seal_is_missed(raw: Store, seen: LastSeen) -> None:
    Sealed(raw, ring, seen).load(UID)
    tamper(raw, PLAIN)
    with pytest.raises(Tampered, match="not as it was sealed") as caught:
        Sealed(raw, ring, seen).load(UID)
    assert caught.value.findings[0].rule == BROKEN
    assert dict(Sealed(raw, ring, LastSeen("/nowhere")).load(UID).blobs) == dict(sorted(PLAIN.items())), "a clone that never saw it"


@pytest.mark.parametrize("change", ["another uid", "another folder"])
def test_neither_a_new_uid_nor_a_new_folder_hides_that(seen: LastSeen, change: str) -> None:
    raw = sealed_store()
    Sealed(raw, ring, seen).load(UID)
    uid, id = ("019b76da-a800-7a6a-84a2-000000000000", ID) if change == "another uid" else (UID, "elsewhere")
    other = MemoryStore()
    other.create(uid, id, {**PLAIN, "dialogue": ABOUT.replace(UID.encode(), uid.encode())})
    with pytest.raises(Tampered):
        Sealed(other, ring, seen).load(uid)


def test_a_rollback_is_a_warning_that_names_the_commit(raw: Store, seen: LastSeen) -> None:
    store = Sealed(raw, ring, seen)
    old = dict(raw.load(UID).blobs)
    store.commit(UID, store.load(UID).version, {"contribution/01#muffin": b"newer\n"})
    store.load(UID)
    assert not store.notes
    tamper(raw, {"contribution/01#muffin": old["contribution/01#muffin"]})
    assert store.load(UID).blobs["contribution/01#muffin"] == PLAIN["contribution/01#muffin"], "a revert is legitimate"
    assert len(store.notes) == 1 and "abc1234" in store.notes[0] and "contribution/01#muffin (revision 1, was 2)" in store.notes[0]


def test_after_a_rollback_a_new_revision_is_above_all_that_was_seen(raw: Store, seen: LastSeen) -> None:
    store = Sealed(raw, ring, seen)
    old = raw.load(UID).blobs["contribution/01#muffin"]
    store.commit(UID, store.load(UID).version, {"contribution/01#muffin": b"newer\n"})
    store.load(UID)
    tamper(raw, {"contribution/01#muffin": old})
    store.commit(UID, store.load(UID).version, {"contribution/01#muffin": b"newest\n"})
    assert envelope.read(raw.load(UID).blobs["contribution/01#muffin"], UID, "contribution/01#muffin").rev == 3


def test_what_this_user_unsealed_is_no_loss(raw: Store, seen: LastSeen) -> None:
    Sealed(raw, ring, seen).load(UID)
    tamper(raw, PLAIN)
    seen.forget(UID, ID)
    assert dict(Sealed(raw, ring, seen).load(UID).blobs) == dict(sorted(PLAIN.items()))


def test_a_state_folder_that_cannot_be_written_hurts_nobody(raw: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert Sealed(raw, ring, LastSeen(str(tmp_path / "file" / "below"))).load(UID).blobs == dict(sorted(PLAIN.items()))


def test_branches_that_each_add_a_sealed_round_unite_cleanly() -> None:
    base, one, two = sealed_store(), sealed_store(), sealed_store()
    for branch, slug, seed in ((one, "muffin", 1), (two, "scone", 2)):
        store = Sealed(branch, ring, random=random.Random(seed).randbytes)
        store.commit(UID, store.load(UID).version, {f"contribution/02#{slug}": slug.encode()})
    united = {**base.load(UID).blobs, **one.load(UID).blobs, **two.load(UID).blobs}
    tamper(base, united)
    opened = Sealed(base, ring)
    second = {address: data for address, data in opened.load(UID).blobs.items() if "/02#" in address}
    assert second == {"contribution/02#muffin": b"muffin", "contribution/02#scone": b"scone"}
    opened.commit(UID, base.load(UID).version, {"contribution/03#muffin": b"saw both\n"})
    for slug in ("muffin", "scone"):
        lost = sealed_store()
        tamper(lost, {a: d for a, d in base.load(UID).blobs.items() if a != f"contribution/02#{slug}"})
        with pytest.raises(Tampered):
            Sealed(lost, ring).load(UID)
