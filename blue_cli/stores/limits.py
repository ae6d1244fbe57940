"""What no store takes, whoever asks: the same refusals everywhere, before anything is touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from blue_cli.dialogue.ids import DIALOGUE, is_name, path_of
from blue_cli.errors import Conflict, Refused, WrongCall
from blue_cli.stores.keys import HEAD, Keys

BLOB = 1 << 20  # bytes; FORMAT.md, section 8
PART = 255  # bytes of one part of a path: no folder takes more, and an index of PostgreSQL takes 2,704 in all
DEPTH = 4  # folders between a dialogue's own and a file; the format itself needs two


def paths_of(puts: Mapping[str, bytes], deletes: Iterable[str]) -> dict[str, str]:
    """The path of each address to be written or deleted; nothing that could lead out of the dialogue passes.

    Raises `WrongCall` for what is no address or lies too deep, `Refused` for a blob over the limit, since
    neither would be read again (HARDENING.md, "path in an id", "huge file").
    """
    paths = {address: _path_of(address) for address in (*puts, *deletes)}
    for address, data in puts.items():
        if len(data) > BLOB:
            raise Refused(
                f"{paths[address]} is too large", why=f"it has {len(data)} bytes, the limit is {BLOB}", fix="split it, or shorten it"
            )
    return paths


def _path_of(address: str) -> str:
    try:
        path = path_of(address)
    except ValueError as error:
        raise WrongCall(f"unsafe-path: {error}", why="nothing may be written outside the dialogue") from None
    if path.count("/") > DEPTH:
        raise WrongCall(f"unsafe-path: {address!r} lies too deep", why=f"a dialogue has at most {DEPTH} levels of folders")
    return path


def check_paths(puts: Mapping[str, bytes], deletes: Iterable[str]) -> None:
    """What no store takes (`paths_of`), and parts of a path that no folder takes: such a dialogue could not be copied into one."""
    for path in paths_of(puts, deletes).values():
        if any(len(part.encode()) > PART for part in path.split("/")):
            raise WrongCall(f"unsafe-path: a part of {path[:40]}... is too long", why=f"a file's name has at most {PART} bytes")


def check_id(id: str, taken: Iterable[str]) -> None:
    """Whether a dialogue may get this id: `WrongCall` when it is none, `Conflict` when one is equal under casefold."""
    if not is_name(id):
        raise WrongCall(
            f"not a dialogue id: {id!r}", why="an id has 1 to 128 ASCII letters, digits and inner hyphens, and is no device name"
        )
    folded = id.casefold()
    twin = next((other for other in taken if other.casefold() == folded), None)
    if twin is not None:
        raise Conflict(f"a dialogue with the id {twin} already exists", fix="choose another id", suggestions=(twin,))


def check_uid(uid: str, id: str, puts: Mapping[str, bytes], keys: Keys, ids: Iterable[str]) -> None:
    """Whether a new dialogue may be known by this uid: it is the one its `dialogue.md` says, and nobody has it."""
    if Keys(lambda _: puts.get(DIALOGUE, b"")[:HEAD]).uid_of(id) != uid:
        raise WrongCall(f"the new dialogue's dialogue.md does not say uid: {uid}", why="a dialogue is found by the uid in its front matter")
    for other in ids:
        if keys.uid_of(other) == uid:
            raise uid_taken(uid, other)


def uid_taken(uid: str, other: str) -> Conflict:
    """The error for a uid that the dialogue `other` has."""
    return Conflict(f"the dialogue {other} has this uid already: {uid}", fix="mint a new uid", suggestions=(other,))
