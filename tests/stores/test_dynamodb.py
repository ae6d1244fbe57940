"""Dialogues in DynamoDB keep the contract."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import settings

from blue_cli.stores.base import Store
from tests.stores.contract import StoreContract
from tests.stores.dynamo import dynamo, new_table, plain  # noqa: F401 - a fixture
from tests.stores.machine import MODERATE, StoreMachine

pytestmark = pytest.mark.usefixtures("dynamo")


class TestDynamo(StoreContract):
    @pytest.fixture
    def url(self) -> str:
        return new_table()

    @pytest.fixture
    def store(self, url: str) -> Store:
        return plain(url)

    @pytest.fixture
    def again(self, url: str) -> Callable[[], Store]:
        return lambda: plain(url)


class TestSmallPages(TestDynamo):
    """The same with two items a page."""

    @pytest.fixture
    def store(self, url: str) -> Store:
        return plain(url, page=2)


class DynamoMachine(StoreMachine):
    def open_store(self) -> tuple[Store, Store]:
        url = new_table()
        return plain(url), plain(url, page=3)


TestMachine = DynamoMachine.TestCase
TestMachine.settings = settings(MODERATE, max_examples=6)
