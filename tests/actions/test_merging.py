"""One file of two branches: plain ones united, sealed ones merged in memory or left as "ours" has them."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from blue_cli.actions.merging import Keys, Merged, Place, Versions, merge, place_of
from blue_cli.crypto import block as blocks
from blue_cli.crypto import envelope, seal
from blue_cli.crypto.block import Block
from blue_cli.crypto.keyring import KeyRing
from blue_cli.crypto.membership import Head
from blue_cli.crypto.seal import Opened
from blue_cli.dialogue.threeway import Style
from blue_cli.errors import Unavailable
from blue_cli.stores import opening
from blue_cli.stores.memory import MemoryStore
from tests.stores.sealing import ABOUT, ID, MINE, OTHER, UID, Held, Sealer, nobody, ring

STYLE = Style()
MUFFIN = "contribution/00#muffin"
BASE = b"---\nblue: 1\nids: {T01: T0001}\n---\n[TENSION T01: The secret tension]\n\n1\n2\n3\n4\nlast\n"
OURS = BASE.replace(b"last", b"our last").replace(b"T0001}", b"T0001, P01: P0001}")
THEIRS = BASE.replace(b"\n1\n", b"\ntheir first\n").replace(b"T0001}", b"T0001, C01: C0001}")
BOTH = THEIRS.replace(b"last", b"our last").replace(b"C01: C0001}", b"C01: C0001, P01: P0001}")
CLASH = BASE.replace(b"last", b"another last")


# --- where -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (".blue/dialogues/d/dialogue.md", Place("", "d", "dialogue")),
        (".blue/dialogues/d/round-3/muffin.md", Place("", "d", "contribution/03#muffin")),
        ("a b/c/.blue/dialogues/d/verdicts/final.md", Place("a b/c", "d", "verdict/final")),
        (".blue/dialogues/d/notes.md", Place("", "d", "file/notes.md")),
        (".blue/dialogues/d/panel.json", None),
        ("x.blue/dialogues/d/dialogue.md", None),
        (".blue/dialogues/dialogue.md", None),
        (".blue/dialogues/d/../../../etc/x.md", None),
        ("README.md", None),
        ("", None),
    ],
)
def test_a_path_of_the_repository_is_a_place_in_a_dialogue_or_none(path: str, place: Place | None) -> None:
    assert place_of(path) == place


# --- plain -------------------------------------------------------------------------------------------------------


def unasked() -> KeyRing:
    raise AssertionError("a plain file asked for keys")


NO_KEYS = Keys(tuple, unasked)


def plain(address: str, base: bytes, ours: bytes, theirs: bytes) -> Merged | None:
    return merge(address, Versions(base, ours, theirs), STYLE, NO_KEYS)


def test_plain_files_are_united_without_any_key() -> None:
    assert plain(MUFFIN, BASE, OURS, THEIRS) == Merged(BOTH, True)
    clash = plain(MUFFIN, BASE, OURS, CLASH)
    assert clash is not None and clash.data is not None and not clash.clean
    assert b"<<<<<<< ours\nour last\n=======\nanother last\n>>>>>>> theirs\n" in clash.data
    assert b"ids: {T01: T0001, P01: P0001}\n" in clash.data  # what could be united is


def test_the_score_of_a_ruling_keeps_the_order_of_scores() -> None:
    base, ours, theirs = (f"---\nblue: 1\nscores: {{W: {w}, C: {c}}}\n---\n".encode() for w, c in ((1, 1), (2, 1), (1, 2)))
    done = plain("ruling/00#score-muffin", base, ours, theirs)
    assert done == Merged(b"---\nblue: 1\nscores: {W: 2, C: 2}\n---\n", True)


@pytest.mark.parametrize("address", ["file/outside", "file/notes.md"])
def test_what_is_not_blues_is_left_to_git(address: str) -> None:
    assert plain(address, BASE, OURS, THEIRS) is None


def test_what_is_too_large_is_left_to_git() -> None:
    assert plain(MUFFIN, BASE, OURS, THEIRS + b"x\n" * (1 << 19)) is None


# --- sealed ------------------------------------------------------------------------------------------------------


class Branches:
    """A sealed dialogue with one contribution at the point where two branches part."""

    def __init__(self, keys: tuple[Held, ...] = (MINE,)) -> None:
        self.sealer = Sealer(keys=keys)
        self.head = self.sealer.seal("dialogue", ABOUT)
        self.base = self.sealer.seal(MUFFIN, BASE)

    def seal(self, text: bytes, rev: int = 2, seen: Iterable[Head] = (), address: str = MUFFIN) -> bytes:
        return seal.seal_file(self.sealer.deks, UID, address, text, rev, seen, self.sealer.random)

    def merge(self, ours: bytes, theirs: bytes, *held: Held, base: bytes | None = None, heads: Iterable[bytes] = ()) -> Merged:
        keys = Keys(lambda: [self.head, *heads], lambda: ring(*held), self.sealer.random)
        done = merge(MUFFIN, Versions(self.base if base is None else base, ours, theirs), STYLE, keys)
        assert done is not None
        return done

    def open(self, data: bytes | None, address: str = MUFFIN) -> Opened:
        assert data is not None
        return seal.open_file(self.sealer.deks, UID, address, data)


def test_sealed_files_are_merged_in_memory_and_sealed_again_above_both() -> None:
    world = Branches()
    done = world.merge(world.seal(OURS, 2), world.seal(THEIRS, 5))
    assert done.clean and done.data is not None and b"last" not in done.data
    opened = world.open(done.data)
    assert (opened.data, opened.rev) == (BOTH, 6)


def test_the_merged_file_saw_what_both_writers_saw_each_file_as_it_was_last() -> None:
    world = Branches()
    old, new = Head("contribution/00#scone", 1, bytes(16)), Head("contribution/00#scone", 2, bytes(16))
    mine, itself = Head("dialogue", 1, b"d" * 16), Head(MUFFIN, 1, b"m" * 16)
    done = world.merge(world.seal(OURS, 2, [old, mine]), world.seal(THEIRS, 2, [itself, new]))
    assert world.open(done.data).seen == (new, mine)


@pytest.mark.parametrize("text", [THEIRS, CLASH])
def test_after_the_merge_the_seal_of_the_dialogue_holds(text: bytes) -> None:
    """Also in sight of files that saw either side, and where the texts clash."""
    world = Branches()
    ours, theirs = world.seal(OURS, 2), world.seal(text, 2)
    tags = [envelope.read(data, UID, MUFFIN).tag for data in (ours, theirs)]
    files = {"dialogue": world.head, MUFFIN: world.merge(ours, theirs).data or b""}
    for slug, tag in zip(("scone", "eclair"), tags, strict=True):
        address = f"contribution/00#{slug}"
        files[address] = world.seal(b"saw it\n", 1, [Head(MUFFIN, 2, tag)], address)
    store = MemoryStore()
    store.create(UID, ID, files)
    assert opening.look(store.load(UID), ring).faults == ()


def test_both_wrote_the_same_text_and_it_is_above_both() -> None:
    world = Branches()
    done = world.merge(world.seal(OURS, 2), world.seal(OURS, 2))
    opened = world.open(done.data)
    assert (opened.data, opened.rev) == (OURS, 3)


def test_a_file_that_both_added_has_no_base() -> None:
    world = Branches()
    done = world.merge(world.seal(OURS, 1), world.seal(OURS, 1), base=b"")
    assert done.clean and world.open(done.data).rev == 2


WHY = "both branches changed the same place in it"


@pytest.mark.parametrize("base", [None, b"", b"not sealed\n"])
def test_what_conflicts_leaves_the_text_of_ours_and_says_so(base: bytes | None) -> None:
    world = Branches()
    done = world.merge(world.seal(OURS, 2), world.seal(CLASH, 4), base=base)
    assert (done.clean, done.why) == (False, WHY)
    opened = world.open(done.data)
    assert (opened.data, opened.rev) == (OURS, 5)  # above both: what saw theirs must not find it gone


def test_a_base_that_does_not_open_makes_conflicts_and_loses_nothing() -> None:
    world = Branches()
    done = world.merge(world.seal(OURS), world.seal(THEIRS), base=Sealer(seed=9).seal(MUFFIN, BASE))
    assert not done.clean and world.open(done.data).data == OURS


def test_without_a_key_ours_stays() -> None:
    world = Branches()
    for keys in ((OTHER,), ()):
        held = Keys(lambda: [world.head], (lambda: ring(OTHER)) if keys else nobody)
        done = merge(MUFFIN, Versions(world.base, world.seal(OURS), world.seal(THEIRS)), STYLE, held)
        assert done is not None and done.data is None and not done.clean
        assert MINE.id in done.why


def test_without_a_seal_block_ours_stays() -> None:
    world = Branches()
    done = merge(MUFFIN, Versions(world.base, world.seal(OURS), world.seal(THEIRS)), STYLE, Keys(tuple, ring))
    assert done == Merged(None, False, "its dialogue.md, with the seal block, is not there")


@pytest.mark.parametrize("which", ["ours", "theirs"])
def test_a_broken_seal_is_never_sealed_anew(which: str) -> None:
    world = Branches()
    ours, theirs = world.seal(OURS), world.seal(THEIRS)
    broken = bytearray(ours if which == "ours" else theirs)
    broken[-60] ^= 1 if broken[-60] != ord("/") else 2
    done = world.merge(bytes(broken), theirs) if which == "ours" else world.merge(ours, bytes(broken))
    assert done.data is None and not done.clean and done.why.startswith(f"{which}: its tag does not hold")


def test_a_sealed_file_from_another_place_is_not_taken_in() -> None:
    world = Branches()
    done = world.merge(world.seal(OURS), world.seal(THEIRS, address="contribution/00#scone"))
    assert done.data is None and "place" in done.why


def test_plaintext_on_one_side_is_never_mixed_into_sealed_text() -> None:
    world = Branches()
    for ours, theirs in ((world.seal(OURS), THEIRS), (OURS, world.seal(THEIRS))):
        assert world.merge(ours, theirs) == Merged(None, False, "it is sealed on one branch and plain on the other")


def test_a_sealed_text_that_is_no_entry_of_blues_is_merged_by_lines() -> None:
    world = Branches()
    texts = [b"1\n2\n3\n", b"one\n2\n3\n", b"1\n2\nthree\n"]
    base, ours, theirs = (world.seal(text) for text in texts)
    assert world.open(world.merge(ours, theirs, base=base).data).data == b"one\n2\nthree\n"
    assert world.merge(world.seal(b"\xff1\n"), world.seal(b"\xff2\n"), base=base).why == WHY


def test_a_key_that_answers_no_more_leaves_ours() -> None:
    class Gone(Held):
        def kek(self, uid: str, epoch: int, salt: bytes, blob: bytes) -> bytes:
            raise Unavailable("no answer")

    world = Branches()
    done = world.merge(world.seal(OURS), world.seal(THEIRS), Gone(1))
    assert done.data is None and "cannot be had" in done.why


def test_one_file_asks_the_key_once() -> None:
    world, held = Branches(), Held(1)
    assert world.merge(world.seal(OURS), world.seal(THEIRS), held).clean
    assert held.asked == 1


def rotated(sealer: Sealer, seed: int) -> tuple[seal.Deks, Block]:
    """The data keys with a new version, and the block that says so."""
    deks = sealer.deks.with_new_version(lambda n: bytes([seed]) * n)
    wraps = (KeyRing((MINE,)).wrap(UID, deks, MINE, 2),)  # type: ignore[arg-type]  # a provider of the tests
    return deks, seal.sign(Block(0, deks.versions, wraps), deks)


def with_block(head: bytes, block: Block) -> bytes:
    return envelope.with_seal(head, blocks.line(block))


def test_a_data_key_that_only_their_branch_has_opens_their_file_and_seals_the_merged_one() -> None:
    world = Branches()
    deks, block = rotated(world.sealer, 1)
    theirs = seal.seal_file(deks, UID, MUFFIN, THEIRS, 2)
    assert world.merge(world.seal(OURS), theirs).data is None
    done = world.merge(world.seal(OURS), theirs, heads=[with_block(world.head, block)])
    assert done.data is not None and seal.open_file(deks, UID, MUFFIN, done.data).version == 2


def test_two_data_keys_of_one_version_are_for_a_person() -> None:
    world = Branches()
    heads = [with_block(world.head, rotated(world.sealer, seed)[1]) for seed in (1, 2)]
    done = world.merge(world.seal(OURS), world.seal(THEIRS), heads=heads)
    assert done == Merged(None, False, "both branches have a data key that the other has not")


# --- dialogue.md, sealed -----------------------------------------------------------------------------------------

ZED, ECLAIR = (ABOUT.replace(b"---\nThe", b"- {slug: %b, role: Secret}\n---\nThe" % slug) for slug in (b"zed", b"eclair"))


def about(world: Branches, text: bytes, block: Block | None = None, rev: int = 2) -> bytes:
    return with_block(world.seal(text, rev, address="dialogue"), block or world.sealer.block)


def merge_about(world: Branches, ours: bytes, theirs: bytes, *held: Held, base: bytes | None = None) -> Merged:
    done = merge("dialogue", Versions(base or world.head, ours, theirs), STYLE, Keys(tuple, lambda: ring(*held), world.sealer.random))
    assert done is not None
    return done


def test_two_experts_added_on_two_branches_are_both_there() -> None:
    world = Branches()
    done = merge_about(world, about(world, ZED, rev=2), about(world, ECLAIR, rev=4))
    opened = world.open(done.data, "dialogue")
    assert opened.rev == 5
    assert opened.data.index(b"slug: eclair") < opened.data.index(b"slug: zed")
    assert done.data is not None and opening.block_of(done.data) == world.sealer.block
    assert b"slug: eclair" in done.data and b"Secret" not in done.data  # the members are readable, their roles are not


def wrapped(world: Branches, *held: Held, epoch: int = 1) -> Block:
    """The block with these keys, each wrapped at this epoch."""
    wraps = tuple(KeyRing((key,)).wrap(UID, world.sealer.deks, key, epoch) for key in held)  # type: ignore[arg-type]
    return seal.sign(world.sealer.block._replace(wraps=wraps), world.sealer.deks)


THIRD = Held(3)


def test_keys_added_on_both_branches_all_open_it() -> None:
    world = Branches()
    mine = world.sealer.block.wraps[0]
    ours, theirs = (wrapped(world, key) for key in (OTHER, THIRD))
    sides = [seal.sign(block._replace(wraps=(mine, *block.wraps)), world.sealer.deks) for block in (ours, theirs)]
    done = merge_about(world, about(world, ZED, sides[0]), about(world, ECLAIR, sides[1]))
    assert done.clean and done.data is not None
    block = opening.block_of(done.data)
    assert block is not None and {wrap.key for wrap in block.wraps} == {MINE.id, OTHER.id, THIRD.id}
    for held in (MINE, OTHER, THIRD):
        assert ring(held).open(UID, block).versions == (1,)  # its MAC holds


def test_a_key_added_on_one_branch_and_renewed_on_the_other() -> None:
    world = Branches()
    renewed = wrapped(world, MINE, epoch=2)
    both = seal.sign(renewed._replace(wraps=(*world.sealer.block.wraps, *wrapped(world, OTHER).wraps)), world.sealer.deks)
    done = merge_about(world, about(world, ZED, renewed), about(world, ECLAIR, both))
    assert done.data is not None
    block = opening.block_of(done.data)
    assert block is not None and [(wrap.key, wrap.epoch) for wrap in block.wraps] == [(MINE.id, 2), (OTHER.id, 1)]


def test_a_new_data_key_on_one_branch_and_a_key_added_on_the_other_are_for_a_person() -> None:
    world = Branches()
    added = wrapped(world, MINE, OTHER)
    deks, block = rotated(world.sealer, 1)
    theirs = with_block(seal.seal_file(deks, UID, "dialogue", ECLAIR, 2), block)
    done = merge_about(world, about(world, ZED, added), theirs)
    assert done.data is None and "data key" in done.why
    alone = merge_about(world, about(world, ZED), theirs)  # with nothing added here it is theirs
    assert alone.data is not None and opening.block_of(alone.data) == block


def test_a_block_whose_mac_does_not_hold_is_never_taken_over() -> None:
    world = Branches()
    forged = world.sealer.block._replace(from_round=9)
    done = merge_about(world, about(world, ZED), about(world, ECLAIR, forged))
    assert done.data is None and "seal block was changed" in done.why


def test_nothing_is_merged_while_somebody_is_sealing() -> None:
    world = Branches()
    pending = seal.sign(world.sealer.block._replace(pending="0" * 64), world.sealer.deks)
    done = merge_about(world, about(world, ZED, pending), about(world, ECLAIR, pending))
    assert done.data is None and "interrupted" in done.why


def test_a_dialogue_that_both_sealed_each_with_its_own_key_is_for_a_person() -> None:
    world, other = Branches(), Branches()
    other.sealer = Sealer(seed=8)
    done = merge_about(world, about(world, ZED), about(other, ECLAIR), base=ABOUT)
    assert done.data is None and not done.clean
