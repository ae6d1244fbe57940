"""What is said to AWS KMS, and what is not."""

from __future__ import annotations

import sys

import pytest

from blue_cli.crypto.keys import awskms
from blue_cli.crypto.keys.awskms import AwsKmsProvider
from blue_cli.errors import Tampered, Unavailable, WrongCall
from tests.crypto.keys.places import OTHER, UID, KmsPlace

KEY = "0193a5b0-0000-7000-8000-000000000001"


@pytest.fixture
def place(kms: object, monkeypatch: pytest.MonkeyPatch) -> KmsPlace:
    return KmsPlace(monkeypatch)


def test_each_call_names_the_key_the_dialogue_and_the_purpose(place: KmsPlace) -> None:
    made = place.provider().new_kek(UID, 1)
    place.provider().kek(UID, 1, b"", made.blob)
    (first, making), (second, opening) = place.sent
    assert (first, second) == ("GenerateDataKey", "Decrypt")
    context = {"blue:uid": UID, "blue:purpose": "kek", "blue:key_id": place.arn}
    assert making == {"KeyId": place.arn, "KeySpec": "AES_256", "EncryptionContext": context}
    assert {**opening, "CiphertextBlob": ""} == {"KeyId": place.arn, "EncryptionContext": context, "CiphertextBlob": ""}


def test_the_token_of_a_new_grant_goes_along(place: KmsPlace) -> None:
    place.env = {"BLUE_KMS_GRANT_TOKEN": " one, two\n"}
    made = place.provider().new_kek(UID, 1)
    place.provider().kek(UID, 1, b"", made.blob)
    assert [body["GrantTokens"] for _, body in place.sent] == [["one", "two"], ["one", "two"]]


def test_a_blob_of_another_dialogue_does_not_open(place: KmsPlace) -> None:
    made = place.provider().new_kek(OTHER, 1)
    with pytest.raises(Tampered, match="not what KMS made for this dialogue"):
        place.provider().kek(UID, 1, b"", made.blob)


def test_a_blob_of_another_key_does_not_open(place: KmsPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    from blue_cli.errors import Locked

    other = KmsPlace(monkeypatch)
    made = other.provider().new_kek(UID, 1)
    with pytest.raises((Tampered, Locked)):
        place.provider().kek(UID, 1, b"", made.blob)


def test_the_region_is_that_of_the_key_whatever_the_environment_says(place: KmsPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    assert place.provider().client.meta.region_name == "eu-central-1"  # type: ignore[attr-defined]


def test_retries_and_waits_are_bounded_whatever_the_environment_says(place: KmsPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1000")
    monkeypatch.setenv("AWS_RETRY_MODE", "legacy")
    config = place.provider().client.meta.config  # type: ignore[attr-defined]
    assert config.retries["mode"] == "standard"
    assert config.retries["total_max_attempts"] == awskms.ATTEMPTS
    assert (config.connect_timeout, config.read_timeout) == (awskms.CONNECT, awskms.READ)


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:kms:eu-central-1:123456789012:key/{KEY}",
        f"arn:aws-cn:kms:cn-north-1:123456789012:key/{KEY}",
        f"arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/{KEY}",
        "arn:aws:kms:ap-southeast-2:123456789012:key/mrk-0193a5b00000700080000000000000a1",
    ],
)
def test_an_arn(arn: str) -> None:
    assert AwsKmsProvider(arn, {}).id == f"awskms:{arn}"


@pytest.mark.parametrize(
    "arn",
    [
        "",
        KEY,
        f"arn:aws:kms:eu-central-1:123456789012:key/{KEY}\n",
        f"arn:aws:kms:eu-central-1:123456789012:key/{KEY}/..",
        f"arn:aws:kms:../x:123456789012:key/{KEY}",
        f"arn:aws:kms:evil.example.com/:123456789012:key/{KEY}",
        f"arn:aws:kms:eu-central-1.evil.example.com#:123456789012:key/{KEY}",
        f"arn:aws:s3:eu-central-1:123456789012:key/{KEY}",
        f"arn:aws:kms:eu-central-1:12345678901:key/{KEY}",
        f"arn:aws:kms:eu-central-1:１２３４５６７８９０１２:key/{KEY}",
    ],
)
def test_what_is_no_arn(arn: str) -> None:
    with pytest.raises(WrongCall, match="is no ARN of a KMS key"):
        AwsKmsProvider(arn, {})


def test_an_alias_is_refused_with_the_reason() -> None:
    with pytest.raises(WrongCall, match="a key, not an alias") as raised:
        AwsKmsProvider("arn:aws:kms:eu-central-1:123456789012:alias/blue", {})
    assert "can be pointed at another key" in raised.value.why


@pytest.mark.parametrize("missing", ["boto3", "botocore"])
def test_without_the_extra_it_says_what_to_install(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == missing]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(Unavailable, match="needs boto3") as raised:
        AwsKmsProvider(f"arn:aws:kms:eu-central-1:123456789012:key/{KEY}", {}).new_kek(UID, 1)
    assert raised.value.fix == "pip install 'blue-dialogue[aws]'"
