"""A small HTTP proxy on 127.0.0.1 that forwards a request and then does something bad with the reply."""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import suppress

PASS, DROP, RESET, HALF, HEAD, SLOW, SILENT = "pass", "drop", "reset", "half", "head", "slow", "silent"


class Proxy:
    """Forwards to one server. `plan` says what happens to each reply, the last item to all that follow.

    `requests` holds what the server got and answered: with `drop` it did the work and nobody hears of it.
    """

    def __init__(self, target: tuple[str, int], *plan: str, patience: float = 0.3) -> None:
        self.target = target
        self.plan = list(plan) or [PASS]
        self.patience = patience  # seconds that `slow` and `silent` wait
        self.requests: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def _handle(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            request = _message(connection)
            if not request:
                return
            fate = self.plan.pop(0) if len(self.plan) > 1 else self.plan[0]
            reply = self._forward(request)
            self.requests.append(request)
            self._answer(connection, reply, fate)

    def _forward(self, request: bytes) -> bytes:
        """What the server answers; it is told to close, so that its reply ends."""
        with socket.socket() as upstream:
            upstream.connect(self.target)
            head, _, body = request.partition(b"\r\n\r\n")
            lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
            upstream.sendall(b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body)
            return b"".join(iter(lambda: upstream.recv(65536), b""))

    def _answer(self, connection: socket.socket, reply: bytes, fate: str) -> None:
        if fate == RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif fate == HALF:
            connection.sendall(reply[: len(reply) - 20])
        elif fate == HEAD:
            connection.sendall(reply[:30])
        elif fate == SILENT:
            time.sleep(self.patience)
        elif fate == SLOW:
            for at in range(0, len(reply), 64):
                time.sleep(self.patience / (len(reply) / 64))
                connection.sendall(reply[at : at + 64])
        elif fate == PASS:
            connection.sendall(reply)


def _message(connection: socket.socket) -> bytes:
    """One request, head and body."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return b""
        data += part
        if b"expect: 100-continue" in data.lower():
            raise AssertionError("not expected")
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
