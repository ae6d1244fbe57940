"""A key of each kind to try things on: made once, opened by as many fresh providers as a test wants."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from blue_cli.crypto.keys import awskms
from blue_cli.crypto.keys.awskms import AwsKmsProvider
from blue_cli.crypto.keys.base import KeyProvider
from blue_cli.crypto.keys.file import FileProvider
from blue_cli.crypto.keys.material import Umk
from blue_cli.crypto.keys.passphrase import Cost, Protection

UID = "0193a5b0-0000-7000-8000-000000000001"
OTHER = "0193a5b0-0000-7000-8000-000000000002"
CHEAP = Cost(64, 1, 1)  # passed to the provider by tests; no file that blue reads by itself may say so
SECRET = "correct horse battery"


class FilePlace:
    """A key file in a folder of its own."""

    scheme = "file"
    protected = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "keys"
        self.path = self.folder / "umk.key"
        self.asked: list[str] = []
        self.ask: Callable[[str], str] | None = self._answer
        self.provider().create(Umk.make())
        self.url = f"{self.scheme}:{self.path}"

    def provider(self) -> FileProvider:
        """A provider as a new run has it."""
        protection = Protection({}, self.ask, least=CHEAP, usual=CHEAP)
        return FileProvider(str(self.path), "umk.key", protection, protected=self.protected)

    def kept(self) -> object:
        """All there is of the key on disk."""
        return {path.name: path.read_bytes() for path in self.folder.iterdir()}

    def _answer(self, prompt: str) -> str:
        self.asked.append(prompt)
        return SECRET


class PassphrasePlace(FilePlace):
    """The same under a passphrase."""

    scheme = "passphrase"
    protected = True


class KmsPlace:
    """A key in moto's KMS. `hooks` are called before anything is sent, by botocore itself."""

    scheme = "awskms"

    def __init__(self, monkeypatch: pytest.MonkeyPatch, region: str = "eu-central-1") -> None:
        self.region = region
        self.hooks: list[Callable[..., Any]] = []
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.env: dict[str, str] = {}
        self._connect = awskms.connect
        monkeypatch.setattr(awskms, "connect", self.connect)
        self.owner = _client(self._connect, region, os.environ["AWS_ENDPOINT_URL_KMS"])
        self.arn: str = self.owner.create_key()["KeyMetadata"]["Arn"]
        self.url = f"awskms:{self.arn}"

    def connect(self, region: str) -> Any:
        """The real client, with this test's hooks on the events of its own sending and retrying."""
        client = self._connect(region)
        client.meta.events.register("before-send.kms", self._before_send)
        return client

    def _before_send(self, request: Any, **_: Any) -> Any:
        self.sent.append((request.headers["X-Amz-Target"].decode().split(".")[1], json.loads(request.body)))
        for hook in self.hooks:
            answer = hook(request)
            if answer is not None:
                return answer
        return None

    def provider(self) -> KeyProvider:
        """A provider as a new run has it."""
        return AwsKmsProvider(self.arn, self.env)

    def kept(self) -> object:
        """What KMS knows of the key."""
        return self.owner.describe_key(KeyId=self.arn)["KeyMetadata"]


@cache
def _client(connect: Callable[[str], Any], region: str, endpoint: str) -> Any:
    """The owner's client, which no fault concerns: one for all tests at this server."""
    return connect(region)


Place = FilePlace | PassphrasePlace | KmsPlace
SCHEMES = ("file", "passphrase", "awskms")


def make(scheme: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A place of this scheme."""
    if scheme == "awskms":
        return KmsPlace(monkeypatch)
    return PassphrasePlace(folder) if scheme == "passphrase" else FilePlace(folder)
