"""A line to a PostgreSQL server that fails when it is told to. It knows where a message ends, so it can fail between two."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

CUT, LOST, HALF, SILENT = "cut", "lost", "half", "silent"
_connect = socket.socket.connect  # before any test forbids it


class Wire:
    """Forwards to the server of `url`; `self.url` is the same database through this line.

    What the client sends is counted in units: all it says before it waits. `plan` says what befalls a unit, by its number
    since `arm`, once: `cut` before it reaches the server, the reply `lost`, cut in `half`, or held back for ever (`silent`).
    With `always` it befalls that unit of every connection.
    """

    def __init__(self, url: str, folder: Path) -> None:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query))
        host, port = options.get("host", parts.hostname or ""), parts.port or 5432
        self._target: str | tuple[str, int] = f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port)
        others = "".join(f"&{key}={value}" for key, value in options.items() if key != "host")
        self.url = f"postgresql://{parts.netloc.rpartition('@')[0]}@{parts.path}?host={folder}{others}"
        self.units = 0
        self.plan: dict[int, str] = {}
        self.always = False
        self.connections = 0
        self._lock = threading.Lock()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(os.path.join(folder, ".s.PGSQL.5432"))
        self._listener.listen(64)
        threading.Thread(target=self._serve, daemon=True).start()

    def arm(self, plan: dict[int, str], always: bool = False) -> None:
        """Count from here, and fail as planned."""
        with self._lock:
            self.units, self.plan, self.always = 0, dict(plan), always

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def fate(self) -> str:
        """What befalls the unit that was just said."""
        with self._lock:
            self.units += 1
            return self.plan.get(self.units, "") if self.always else self.plan.pop(self.units, "")

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                with self._lock:
                    self.connections += 1
                    self.units = 0 if self.always else self.units
                _Line(self, client, self._target)


class _Line:
    """One connection and its way to the server."""

    def __init__(self, wire: Wire, client: socket.socket, target: str | tuple[str, int]) -> None:
        self.wire, self.client, self.fate = wire, client, ""
        self.server = socket.socket(socket.AF_UNIX if isinstance(target, str) else socket.AF_INET)
        try:
            _connect(self.server, target)
        except OSError:
            self.end()
            return
        for work in (self._up, self._down):
            threading.Thread(target=self._run, args=(work,), daemon=True).start()

    def end(self) -> None:
        """Both ends know it."""
        for one in (self.client, self.server):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _run(self, work: Callable[[], None]) -> None:
        with suppress(OSError, EOFError):
            work()
        if self.fate != SILENT:
            self.end()

    def _up(self) -> None:
        head = _exactly(self.client, 4)  # the first message has no type
        self.server.sendall(head + _exactly(self.client, int.from_bytes(head) - 4))
        unit = b""
        while True:
            kind, message = _message(self.client)
            unit += message
            if kind in b"SQ":
                self.fate = self.wire.fate()
                if self.fate == CUT:
                    return
            if kind in b"SQpX":
                self.server.sendall(unit)
                unit = b""

    def _down(self) -> None:
        held = b""
        while True:
            kind, message = _message(self.server)
            if not self.fate:
                self.client.sendall(message)
                continue
            held += message
            if kind == b"Z":  # the server is done with the unit
                if self.fate == HALF:
                    self.client.sendall(held[: len(held) // 2])
                return


def _message(source: socket.socket) -> tuple[bytes, bytes]:
    head = _exactly(source, 5)
    return head[:1], head + _exactly(source, int.from_bytes(head[1:]) - 4)


def _exactly(source: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = source.recv(count - len(data))
        if not part:
            raise EOFError
        data += part
    return data
