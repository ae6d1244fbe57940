"""What `git diff`, `git log -p` and `git show` print of a sealed file: its text, where a key opens it, else the file as it is.

git hands a textconv the bytes of one version and not the path, but a seal holds only at the right address. So it is put
together from what the file says of itself and from the name that git gave the copy, and proved by opening: a text that lies
in a wrong place is still shown here, and reported by `check`. Nothing here fails: a diff is no place for errors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from blue_cli.dialogue.ids import DIALOGUE, UID, contribution, is_name, ruling, split_address
from blue_cli.errors import BlueError

if TYPE_CHECKING:
    from blue_cli.crypto.keyring import KeyRing

Around = Callable[[str], tuple[Iterable[bytes], Iterable[str]]]


def reveal(data: bytes, name: str, around: Around, ring: Callable[[], KeyRing]) -> bytes:
    """The plaintext of a sealed file, any other bytes as they are; so are sealed ones that no key here opens.

    `name` is the file name of git's copy. `around` gets the dialogue's uid and gives each `dialogue.md` that may have its
    seal block, and the addresses that there are. Of a `dialogue.md` the seal block, which is readable, stays.
    """
    from blue_cli.crypto import envelope

    if not envelope.is_sealed(data):
        return data
    try:
        said = _said(data)
        uid = str(said.get("uid") or said.get("dialogue"))
        if not UID.fullmatch(uid):  # it is going to be looked for
            return data
        heads, known = ((data,), ()) if "uid" in said else around(uid)
        for head in heads:
            plain = _opened(data, uid, head, list(_addresses(said, name, known)), ring)
            if plain is not None:
                return plain
    except (BlueError, ValueError):
        pass
    return data


def _said(data: bytes) -> dict[str, Any]:
    """The readable fields; which of them there are tells the kind."""
    from blue_cli.dialogue import document, frontmatter

    return frontmatter.read(document.read(data).front or "")[0]


def _addresses(said: dict[str, Any], name: str, known: Iterable[str]) -> Iterator[str]:
    """Where such a file can lie, the likeliest place first."""
    if "uid" in said:
        yield DIALOGUE
        return
    round, expert = said.get("round"), said.get("expert")
    if isinstance(round, int) and isinstance(expert, str):
        yield contribution(round, expert)
        return
    stem = name.removesuffix(".md").rpartition("_")[2]  # older versions of git put random letters and `_` before it
    if is_name(stem):
        yield f"verdict/{stem}" if round is None else ruling(round, stem)
    wanted = ("verdict", -1) if round is None else ("ruling", round)
    yield from (address for address in known if split_address(address)[:2] == wanted)


def _opened(data: bytes, uid: str, head: bytes, addresses: list[str], ring: Callable[[], KeyRing]) -> bytes | None:
    from blue_cli.crypto import envelope, seal
    from blue_cli.stores.opening import block_of

    block = block_of(head)
    if block is None:
        return None
    deks = ring().open(uid, block)
    for address in addresses:
        try:
            plain = seal.open_file(deks, uid, address, data).data
        except ValueError:
            continue
        line = envelope.seal_text(data) if address == DIALOGUE else None
        return plain if line is None or not plain.startswith(b"---") else envelope.with_seal(plain, line)
    return None
