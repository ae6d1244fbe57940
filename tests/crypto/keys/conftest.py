"""A real KMS server on 127.0.0.1, and nothing else of the network."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

_CONNECTS = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex")}  # before any test forbids them


def here_only(connect: Callable[[socket.socket, Any], Any]) -> Callable[[socket.socket, Any], Any]:
    """A way to connect, to this machine only."""

    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family != socket.AF_UNIX and address[0] != "127.0.0.1":
            raise AssertionError(f"a test tried to connect to {address!r}")
        return connect(self, address)

    return guarded


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[str, int]]:
    """moto, one for all tests of this process; where it listens."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    moto.start()
    yield moto.get_host_and_port()
    moto.stop()


_descriptions: dict[Any, Any] = {}


def knowing_loader(paths: str | None = None) -> Any:
    """botocore's loader of descriptions of AWS; what one has parsed the next one knows, for all the clients that tests make."""
    from botocore.loaders import Loader

    loader = Loader()
    loader._cache = _descriptions
    return loader


@pytest.fixture
def kms(server: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> tuple[str, int]:
    """An environment in which AWS is that server. Retries are botocore's own, without the waiting in between.

    What every test is forbidden, to connect, is allowed to this machine, and to no other.
    """
    from botocore import session
    from botocore.retries.standard import ExponentialBackoff

    for name, value in {
        "AWS_ENDPOINT_URL_KMS": f"http://{server[0]}:{server[1]}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, connect in _CONNECTS.items():
        monkeypatch.setattr(socket.socket, name, here_only(connect))
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda self, context: 0.001)
    monkeypatch.setattr(session, "create_loader", knowing_loader)
    return server
