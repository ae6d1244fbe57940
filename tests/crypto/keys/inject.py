"""How each fault of the table is carried out.

On KMS through botocore's own events (`before-send` answers in the server's place, so that its retries really run), or
on the wire (`proxy`). On files for real (modes, links, pipes), or where this machine's disk cannot be made to fail, by
the calls to the operating system that `crypto.keys.place` makes.
"""

from __future__ import annotations

import errno
import io
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from blue_cli.crypto.keys import awskms, place
from blue_cli.crypto.keys.material import Umk
from blue_cli.crypto.keys.passphrase import Cost, Protection, protect
from tests.crypto.keys import proxy
from tests.crypto.keys.places import CHEAP, SECRET, FilePlace, KmsPlace, PassphrasePlace, Place

Patch = pytest.MonkeyPatch
FOREIGN = 12345  # a user that there is not


@contextmanager
def injected(name: str, where: Place, patch: Patch) -> Iterator[None]:
    """The fault, from here to the end of the block."""
    with pytest.MonkeyPatch.context() as own:
        if isinstance(where, KmsPlace):
            with _kms(name, where, own):
                yield
        else:
            with _local(name, where, own):
                yield


# --- files -------------------------------------------------------------------------------------------------------


@contextmanager
def _local(name: str, where: FilePlace, patch: Patch) -> Iterator[None]:
    before, ask = where.path.read_bytes(), where.ask
    if name in DISK:
        patch.setattr(place, "os", Disk(**DISK[name]()))
        yield
    elif name in FILE:
        FILE[name](where, patch)
        yield
        _restore(where, before)
    elif name in PERSON:
        PERSON[name](where)
        yield
        where.ask = ask
        _restore(where, before)
    else:
        raise AssertionError(f"no such fault: {name}")


def _restore(where: FilePlace, before: bytes) -> None:
    """The place as it was: whoever made the fault takes it away."""
    where.path = where.folder / "umk.key"
    for path in where.folder.iterdir():
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    where.path.touch(0o600)
    where.path.write_bytes(before)


class Disk:
    """The operating system, but for some calls."""

    def __init__(self, **calls: Callable[..., Any]) -> None:
        vars(self).update(calls)

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


def _fails(number: int) -> Callable[..., Any]:
    def call(*_: object, **__: object) -> Any:
        raise OSError(number, os.strerror(number))

    return call


def _reading(pause: float, size: int) -> Callable[..., bytes]:
    def read(descriptor: int, most: int) -> bytes:
        time.sleep(pause)
        return os.read(descriptor, min(size, most))

    return read


def _late_failure(number: int) -> Callable[..., bytes]:
    """The first read brings something, the next one fails."""
    parts = iter([40])

    def read(descriptor: int, most: int) -> bytes:
        size = next(parts, 0)
        if not size:
            raise OSError(number, os.strerror(number))
        return os.read(descriptor, size)

    return read


def _sized_zero(descriptor: int) -> os.stat_result:
    """What a file looks like before it grows."""
    fields = list(os.fstat(descriptor))
    fields[6] = 0
    return os.stat_result(fields)


DISK: dict[str, Callable[[], dict[str, Callable[..., Any]]]] = {
    "throttled": lambda: {"open": _fails(errno.EMFILE)},
    "throttled-then-fine": lambda: {"read": _reading(0, 37)},
    "timeout": lambda: {"read": _fails(errno.ETIMEDOUT)},
    "revoked": lambda: {"open": _fails(errno.EACCES)},
    "reply-lost": lambda: {"read": _late_failure(errno.EIO)},
    "reply-lost-then-fine": lambda: {"read": _reading(0, 100)},
    "slow": lambda: {"read": _reading(0.01, 64)},
    "short": lambda: {"read": _reading(0, 1)},
    "stale": lambda: {"read": _fails(errno.ESTALE)},
    "growing": lambda: {"fstat": _sized_zero, "read": lambda descriptor, most: b"#" * most},
}


def _chmod(where: FilePlace, patch: Patch) -> None:
    where.path.chmod(0o644)


def _elsewhere(where: FilePlace, patch: Patch) -> None:
    make = type(where).provider
    patch.setattr(where, "provider", lambda: _moved(make(where)), raising=False)


def _moved(provider: Any) -> Any:
    provider.path, provider._shown = provider.path.replace("umk", "elsewhere"), "elsewhere.key"
    return provider


def _remove(where: FilePlace, patch: Patch) -> None:
    where.path.unlink()


def _text(change: Callable[[bytes], bytes]) -> Callable[[FilePlace, Patch], None]:
    return lambda where, patch: _write(where, change(where.path.read_bytes()))


def _write(where: FilePlace, data: bytes) -> None:
    where.path.write_bytes(data)


def _flip(data: bytes) -> bytes:
    """Another character in the middle of the line with the key."""
    lines = data.splitlines(keepends=True)
    longest = max((line for line in lines if not line.startswith(b"#")), key=len)
    other = longest[:10] + (b"A" if longest[10:11] != b"A" else b"B") + longest[11:]
    return data.replace(longest, other)


def _another(where: FilePlace, patch: Patch) -> None:
    where.path.unlink()
    where.provider().create(Umk.make())


def _owner(where: FilePlace, patch: Patch) -> None:
    """Really another owner for root; else the file's owner looks at it as somebody else."""
    if os.geteuid() == 0:
        os.chown(where.path, FOREIGN, FOREIGN)
    else:
        patch.setattr(place, "os", Disk(geteuid=lambda: FOREIGN))


def _link(where: FilePlace, patch: Patch) -> None:
    real = where.path.rename(where.folder / "real.key")
    where.path.symlink_to(real)


def _instead(make: Callable[[str], Any]) -> Callable[[FilePlace, Patch], None]:
    def put(where: FilePlace, patch: Patch) -> None:
        where.path.unlink()
        make(str(where.path))

    return put


def _socket(path: str) -> None:
    listener = socket.socket(socket.AF_UNIX)
    folder = os.getcwd()
    os.chdir(os.path.dirname(path))  # the address of a socket is short
    try:
        listener.bind(os.path.basename(path))
    finally:
        os.chdir(folder)
        listener.close()


FILE: dict[str, Callable[[FilePlace, Patch], None]] = {
    "disabled": _chmod,
    "wrong-place": _elsewhere,
    "late": _remove,
    "gone": _remove,
    "cut": _text(lambda data: data[: len(data) - 30]),
    "changed": _text(_flip),
    "wrong-key": _another,
    "nobody-known": _owner,
    "link": _link,
    "pipe": _instead(lambda path: os.mkfifo(path, 0o600)),
    "socket": _instead(_socket),
    "folder": _instead(os.mkdir),
    "huge": _text(lambda data: data + b"#" * 10_000_000),
    "tracked": lambda where, patch: (where.folder / ".git").mkdir(),
    "future": _text(lambda data: data.replace(b"blue-key-v1", b"blue-key-v2")),
    "binary": _text(lambda data: data + b"\xff"),
}


def _end_of_input(prompt: str) -> str:
    raise EOFError


def _costing(cost: Cost) -> Callable[[FilePlace], None]:
    """The same key under a passphrase at another cost; one that cannot be paid is only written down."""

    def put(where: FilePlace) -> None:
        umk = where.provider().umk()
        paid = min(cost, CHEAP)
        text = protect(umk, Protection({}, lambda prompt: SECRET, usual=paid))
        if paid != cost:
            text = _relabel(text, cost)
        where.path.write_text(text)

    return put


def _relabel(text: str, cost: Cost) -> str:
    from blue_cli.crypto.keys.passphrase import _checksum

    lines = text.splitlines()
    lines[2] = f"argon2id {cost.memory} {cost.passes} {cost.lanes}"
    return "\n".join([*lines[:6], _checksum(lines[2:6])]) + "\n"


def _asking(ask: Callable[[str], str] | None) -> Callable[[FilePlace], None]:
    return lambda where: setattr(where, "ask", ask)


PERSON: dict[str, Callable[[FilePlace], None]] = {
    "wrong-passphrase": _asking(lambda prompt: "something else"),
    "no-terminal": _asking(None),
    "end-of-input": _asking(_end_of_input),
    "costly": _costing(Cost(2 * 1024 * 1024, 3, 1)),
    "cheap": _costing(Cost(8, 1, 1)),
}


# --- KMS ---------------------------------------------------------------------------------------------------------


@contextmanager
def _kms(name: str, where: KmsPlace, patch: Patch) -> Iterator[None]:
    arn, env = where.arn, dict(where.env)
    try:
        if name in WIRE:
            target = os.environ["AWS_ENDPOINT_URL_KMS"].removeprefix("http://").split(":")
            patch.setattr(awskms, "READ", 0.1)
            with proxy.Proxy((target[0], int(target[1])), *WIRE[name], patience=0.25) as between:
                patch.setenv("AWS_ENDPOINT_URL_KMS", between.url)
                yield
        else:
            (ANSWERS[name] if name in ANSWERS else SETTINGS[name])(where, patch)
            yield
    finally:
        where.hooks.clear()
        where.arn, where.env = arn, env


WIRE = {
    "timeout": (proxy.SILENT,),
    "reply-lost": (proxy.DROP,),
    "reply-lost-then-fine": (proxy.DROP, proxy.PASS),
    "slow": (proxy.SLOW,),
    "short": (proxy.HALF,),
    "cut": (proxy.HEAD,),
    "reset": (proxy.RESET,),
    "reset-then-fine": (proxy.RESET, proxy.PASS),
}


def answer(code: str, status: int = 400, times: int = 1000) -> Callable[[KmsPlace, Patch], None]:
    """KMS says this, so many times."""
    body = json.dumps({"__type": code, "message": "made for a test"}).encode()
    return lambda where, patch: where.hooks.append(_first(times, lambda request: response(request, status, body)))


def _first(times: int, hook: Callable[[Any], Any]) -> Callable[[Any], Any]:
    left = iter(range(times))
    return lambda request: None if next(left, None) is None else hook(request)


def response(request: Any, status: int, body: bytes, kind: str = "application/x-amz-json-1.1") -> Any:
    """A response as botocore's own HTTP client would have brought it."""
    from botocore.awsrequest import AWSResponse

    class Raw(io.BytesIO):
        def stream(self, **_: object) -> Iterator[bytes]:
            yield self.read()

    return AWSResponse(request.url, status, {"Content-Type": kind}, Raw(body))


def _ungranted(where: KmsPlace, patch: Patch) -> None:
    """A grant that other machines of KMS have not heard of: who brings its token may."""

    def hook(request: Any) -> Any:
        if json.loads(request.body).get("GrantTokens") == ["the-token"]:
            return None
        return response(request, 400, b'{"__type":"AccessDeniedException"}')

    where.hooks.append(hook)


def _granted(where: KmsPlace, patch: Patch) -> None:
    _ungranted(where, patch)
    where.env = {"BLUE_KMS_GRANT_TOKEN": "the-token"}


def _region(where: KmsPlace, patch: Patch) -> None:
    where.arn = where.arn.replace(where.region, "eu-west-1")


def _falsified(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[KmsPlace, Patch], None]:
    """The real answer with something of it replaced."""

    def put(where: KmsPlace, patch: Patch) -> None:
        def hook(request: Any) -> Any:
            asked = json.loads(request.body)
            made = where.owner.generate_data_key(KeyId=where.arn, KeySpec="AES_256", EncryptionContext=asked["EncryptionContext"])
            answered = {"KeyId": made["KeyId"], "Plaintext": "A" * 43 + "=", "CiphertextBlob": "AAAA"}
            return response(request, 200, json.dumps(change(answered)).encode())

        where.hooks.append(hook)

    return put


ANSWERS: dict[str, Callable[[KmsPlace, Patch], None]] = {
    "throttled": answer("ThrottlingException"),
    "throttled-then-fine": answer("ThrottlingException", times=2),
    "revoked": answer("AccessDeniedException"),
    "disabled": answer("DisabledException"),
    "gone": answer("NotFoundException"),
    "wrong-key": answer("IncorrectKeyException"),
    "internal": answer("KMSInternalException", 500),
    "dependency": answer("DependencyTimeoutException", 503),
    "unavailable": answer("KeyUnavailableException", 500),
    "unknown-500": answer("TomorrowException", 500),
    "unknown-400": answer("TomorrowException"),
    "pending-deletion": answer("KMSInvalidStateException"),
    "wrong-usage": answer("InvalidKeyUsageException"),
    "expired": answer("ExpiredTokenException"),
    "bad-token": answer("InvalidGrantTokenException"),
    "late": _ungranted,
    "granted": _granted,
    "portal": lambda where, patch: where.hooks.append(lambda request: response(request, 200, b"<html>log in</html>", "text/html")),
    "impostor": _falsified(lambda answered: {**answered, "KeyId": answered["KeyId"][:-1] + "x"}),
    "stub": _falsified(lambda answered: {**answered, "Plaintext": "A" * 22 + "=="}),
}


def _refused(where: KmsPlace, patch: Patch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    patch.setenv("AWS_ENDPOINT_URL_KMS", f"http://127.0.0.1:{port}")


def _strangers(where: KmsPlace, patch: Patch) -> None:
    patch.delenv("AWS_ACCESS_KEY_ID")
    patch.delenv("AWS_SECRET_ACCESS_KEY")


SETTINGS: dict[str, Callable[[KmsPlace, Patch], None]] = {
    "wrong-place": _region,
    "nobody-known": _strangers,
    "refused": _refused,
    "endpoint": lambda where, patch: patch.setenv("AWS_ENDPOINT_URL_KMS", "not a url"),
    "profile": lambda where, patch: patch.setenv("AWS_PROFILE", "nobody"),
    "changed": lambda where, patch: None,  # what is stored is changed by the test
}


def carried_out(scheme: str) -> set[str]:
    """The faults there are for a scheme."""
    if scheme == "awskms":
        return {*WIRE, *ANSWERS, *SETTINGS}
    return {*DISK, *FILE, *(PERSON if scheme == PassphrasePlace.scheme else ())}
