"""URLs of tables: what is taken, and that what is not taken is not repeated."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.errors import WrongCall
from blue_cli.stores.dynamo_url import Target, target_of


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("dynamodb://blue?region=eu-central-1", Target("blue", "eu-central-1")),
        ("dynamodb://a.b_c-9?region=us-gov-west-1", Target("a.b_c-9", "us-gov-west-1")),
        ("dynamodb://blue/?region=eu-central-1", Target("blue", "eu-central-1")),
        ("dynamodb://blue?endpoint=http://127.0.0.1:8000&region=eu-central-1", Target("blue", "eu-central-1", "http://127.0.0.1:8000")),
        ("dynamodb://blue?region=eu-central-1&endpoint=https%3A%2F%2Fvpce.example.org/", Target("blue", "eu-central-1", "https://vpce.example.org")),
        ("dynamodb://blue?region=eu-central-1&endpoint=http://[::1]:8000", Target("blue", "eu-central-1", "http://[::1]:8000")),
    ],
)
def test_a_table_its_region_and_an_endpoint(url: str, target: Target) -> None:
    assert target_of(url) == target


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("dynamodb:", "no URL of a table"),
        ("dynamodb:blue", "no URL of a table"),
        ("dynamodb://tiger@blue?region=eu-central-1", "no URL of a table"),
        ("dynamodb://blue/tiger?region=eu-central-1", "no URL of a table"),
        ("dynamodb://blue?region=eu-central-1#tiger", "no URL of a table"),
        ("dynamodb://?region=eu-central-1", "the name of a table"),
        ("dynamodb://ab?region=eu-central-1", "the name of a table"),
        ("dynamodb://" + "a" * 256 + "?region=eu-central-1", "the name of a table"),
        ("dynamodb://blu%65?region=eu-central-1", "the name of a table"),
        ("dynamodb://blue", "region= must say"),
        ("dynamodb://blue?region=", "region= must say"),
        ("dynamodb://blue?region=tiger", "region= is none"),
        ("dynamodb://blue?region=eu-central-1.tiger.com", "region= is none"),
        ("dynamodb://blue?region=eu-central-1\n", "region= is none"),
        ("dynamodb://blue?region=eu-central-1&region=eu-central-1", "each of them once"),
        ("dynamodb://blue?region=eu-central-1&password=tiger", "each of them once"),
        ("dynamodb://blue?region=eu-central-1&", "each of them once"),
        ("dynamodb://blue?region=eu-central-1&endpoint=", "endpoint= is no"),
        ("dynamodb://blue?region=eu-central-1&endpoint=ftp://host", "endpoint= is no"),
        ("dynamodb://blue?region=eu-central-1&endpoint=http://scott:tiger@host", "endpoint= is no"),
        ("dynamodb://blue?region=eu-central-1&endpoint=http://host/tiger", "endpoint= is no"),
        ("dynamodb://blue?region=eu-central-1&endpoint=http://host%3Ftiger", "endpoint= is no"),
    ],
)
def test_anything_else_is_a_wrong_call_that_does_not_repeat_it(url: str, words: str) -> None:
    with pytest.raises(WrongCall) as caught:
        target_of(url)
    text = f"{caught.value.message} {caught.value.why} {caught.value.fix}"
    assert words in text
    assert "tiger" not in text and "dynamodb://TABLE?region=REGION" in text


@given(st.text() | st.builds("dynamodb://{}?region={}&endpoint={}".format, st.text(), st.text(), st.text()))
def test_no_text_does_anything_else(url: str) -> None:
    with suppress(WrongCall):
        target_of(url)
