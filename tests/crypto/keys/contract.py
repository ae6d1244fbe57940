"""What every key provider does, whatever lies behind it."""

from __future__ import annotations

import pickle

import pytest

from blue_cli.crypto import block as blocks
from blue_cli.crypto import seal
from blue_cli.crypto.keyring import KeyRing
from blue_cli.errors import Locked, Tampered
from tests.crypto.keys.places import OTHER, UID, Place


class KeyProviderContract:
    """Run on each provider by a subclass with a fixture `place`."""

    def test_has_a_name_that_does_not_change(self, place: Place) -> None:
        assert place.provider().id == place.provider().id
        assert place.provider().scheme == place.provider().kind == place.scheme

    def test_its_name_is_one_that_a_seal_block_holds(self, place: Place) -> None:
        name = place.provider().id
        assert (blocks._LOCAL if name.startswith("umk#") else blocks._KMS).fullmatch(name)

    def test_gives_again_what_it_made_also_in_another_run(self, place: Place) -> None:
        provider = place.provider()
        made = provider.new_kek(UID, 1)
        assert len(made.kek) == 32
        assert provider.kek(UID, 1, made.salt, made.blob) == made.kek
        assert place.provider().kek(UID, 1, made.salt, made.blob) == made.kek

    def test_what_is_stored_of_it_fits_the_seal_block(self, place: Place) -> None:
        made = place.provider().new_kek(UID, 1)
        assert (len(made.salt), made.blob) == (blocks.SALT, b"") or (made.salt == b"" and 0 < len(made.blob) <= blocks.MAX_BLOB)
        assert made.kek not in made.salt + made.blob

    def test_makes_another_one_each_time(self, place: Place) -> None:
        provider = place.provider()
        assert provider.new_kek(UID, 1).kek != provider.new_kek(UID, 1).kek

    def test_gives_no_other_dialogue_this_key(self, place: Place) -> None:
        made = place.provider().new_kek(UID, 1)
        try:
            assert place.provider().kek(OTHER, 1, made.salt, made.blob) != made.kek
        except Tampered as error:
            assert "not what KMS made for this dialogue" in error.message

    def test_a_changed_value_gives_no_key_or_another_one(self, place: Place) -> None:
        made = place.provider().new_kek(UID, 1)
        salt, blob = (bytes([part[0] ^ 1]) + part[1:] if part else b"" for part in (made.salt, made.blob))
        try:
            assert place.provider().kek(UID, 1, salt, blob) != made.kek
        except (Tampered, Locked) as error:
            assert made.kek.hex() not in str(vars(error))

    def test_shows_nothing_and_goes_nowhere(self, place: Place) -> None:
        provider = place.provider()
        made = provider.new_kek(UID, 1)
        for thing in (provider, made):
            assert made.kek.hex() not in repr(thing)
            assert repr(made.kek) not in repr(thing)
        with pytest.raises(TypeError):
            pickle.dumps(made)

    def test_wraps_and_opens_a_dialogue(self, place: Place) -> None:
        deks = seal.Deks.make(UID).with_new_version()
        provider = place.provider()
        wrap = KeyRing([provider]).wrap(UID, deks, provider, 1)
        block = seal.sign(blocks.Block(0, deks.versions, (wrap,)), deks)
        opened = KeyRing([place.provider()]).open(UID, blocks.parse(blocks.fields(block)))
        assert [opened.key(version) for version in opened.versions] == [deks.key(version) for version in deks.versions]
