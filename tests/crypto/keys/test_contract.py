"""The contract, on every provider."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crypto.keys import places
from tests.crypto.keys.contract import KeyProviderContract


class TestFile(KeyProviderContract):
    @pytest.fixture
    def place(self, tmp_path: Path) -> places.Place:
        return places.FilePlace(tmp_path)


class TestPassphrase(KeyProviderContract):
    @pytest.fixture
    def place(self, tmp_path: Path) -> places.Place:
        return places.PassphrasePlace(tmp_path)


class TestAwsKms(KeyProviderContract):
    @pytest.fixture
    def place(self, kms: object, monkeypatch: pytest.MonkeyPatch) -> places.Place:
        return places.KmsPlace(monkeypatch)
