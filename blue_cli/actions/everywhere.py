"""A question put to every dialogue, one after the other, keeping the answers and never the graphs.

Above a few dozen dialogues the work is shared between two processes (`fork`, where the platform and the store
allow it): half the time for the one thing that no index can make cheaper.
"""

from __future__ import annotations

import gc
import marshal
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from blue_cli.errors import NotFound
from blue_cli.stores.base import Entry, Store

ENOUGH = 16  # dialogues for which a second process pays: a fork costs what reading two or three of them costs

Answer = TypeVar("Answer")


def ask(
    store: Store, question: Callable[[Store, str], Answer], processes: int = 1, known: Mapping[str, Answer] = {}
) -> Iterator[Answer]:
    """The answers, in the order of the listing. With two processes an answer must be what `marshal` can carry:
    tuples, lists, dicts, strings and numbers. `known` are answers by uid that the projection has given.

    Raises what the question raises.
    """
    entries = list(store.dialogues())
    collecting = gc.isenabled()
    gc.disable()  # nothing made here lives in cycles, and each pass would look at all of it
    try:
        if processes > 1 and len(entries) >= ENOUGH and not known and hasattr(os, "fork"):
            yield from _shared(store, question, entries)
        else:
            yield from _each(store, question, entries, known)
    finally:
        if collecting:
            gc.enable()


def _each(
    store: Store, question: Callable[[Store, str], Answer], entries: Sequence[Entry], known: Mapping[str, Answer] = {}
) -> Iterator[Answer]:
    """The answers of some dialogues. One that was renamed or removed since it was listed is not there: nobody is locked out
    while we read."""
    for entry in entries:
        try:
            answer = known[entry.uid] if entry.uid in known else question(store, entry.uid)
        except NotFound:
            continue
        yield answer


def _shared(store: Store, question: Callable[[Store, str], Answer], entries: Sequence[Entry]) -> Iterator[Answer]:
    """The first half here, the second in a child, which sends its answers through a pipe.

    Anything that goes wrong in the child makes its share be done here instead, so an error is raised once, as usual.
    """
    half = len(entries) // 2
    out, into = os.pipe()
    child = _fork()
    if child == 0:
        _work(store, question, entries[half:], into, out)
    os.close(into)
    sent, status = b"", 1
    try:
        with os.fdopen(out, "rb") as pipe:
            yield from _each(store, question, entries[:half])
            sent = pipe.read()
    finally:  # the pipe is closed by now: a child that still has much to say must not wait for a reader for ever
        if child is not None:
            _, status = os.waitpid(child, 0)
    yield from marshal.loads(sent) if status == 0 else _each(store, question, entries[half:])


def _fork() -> int | None:
    """A second process, or None where there may be no more of them."""
    try:
        return os.fork()
    except OSError:
        return None


def _work(store: Store, question: Callable[[Store, str], Answer], entries: Sequence[Entry], into: int, out: int) -> None:
    """The child: answer, send, and leave without running anything that belongs to the parent."""
    status = 1
    try:
        os.close(out)
        data = memoryview(marshal.dumps(list(_each(store, question, entries))))
        while data:
            data = data[os.write(into, data) :]
        status = 0
    except BaseException:  # the parent does this share again and meets the same error
        pass
    finally:
        os._exit(status)
