"""The plaintext guard of a push: no commit that the other side gets may hold in the open what is sealed in the end.

A push publishes every commit on the way, so each of them counts, not only the last: who writes a dialogue, commits it,
seals it and pushes has given away all of it. No key is needed.
"""

from __future__ import annotations

from collections.abc import Sequence

from blue_cli.dialogue.ids import DIALOGUE, address_of, is_name, is_path, path_of, uid_in
from blue_cli.errors import Finding
from blue_cli.git.objects import Objects
from blue_cli.git.pushes import Brought, Push, brought
from blue_cli.git.repo import Repository
from blue_cli.stores.limits import BLOB
from blue_cli.stores.sealed import ARMOUR, BLOCK

DIALOGUES = ".blue/dialogues"
PLAINTEXT = "plaintext-in-sealed"
SHORT = 10  # digits of a commit
WHY = "a later commit that seals it takes nothing out of an earlier one"
FIX = "blue seal and squash those commits before the first push; git push --no-verify, if everybody may read it"


def plaintexts(repository: Repository, push: Push) -> list[Finding]:
    """Every file that a commit to be pushed holds in plaintext though its dialogue is sealed in the last one, once."""
    files = [(file, *_inside(file.path)) for file in brought(repository, push, DIALOGUES)]
    if not files:
        return []
    with repository.objects() as objects:
        names = dict.fromkeys(id for _, id, _ in files)
        heads = _read(objects, [f"{push.tip}:{repository.prefix}{DIALOGUES}/{id}/{path_of(DIALOGUE)}" for id in names])
        sealed = _sealed({id: head for id, head in zip(names, heads, strict=True) if head})
        if not sealed:
            return []
        by_id = _ids(objects, sealed, [(file, id) for file, id, inside in files if inside == path_of(DIALOGUE)])
        wanted = [file for file, id, inside in files if id in by_id and _protected(inside, by_id[id])]
        return _findings(wanted, _opened(objects, wanted))


def _inside(path: str) -> tuple[str, str]:
    """The dialogue's id and the path in its folder; empty for what lies in none."""
    id, slash, inside = path.removeprefix(DIALOGUES + "/").partition("/")
    return (id, inside) if slash and is_name(id) and is_path(inside) else ("", "")


def _sealed(heads: dict[str, bytes]) -> dict[str, tuple[str, int]]:
    """Of each `dialogue.md` that has a seal: the id to its uid and the first round that is sealed."""
    found = {}
    for id, head in heads.items():
        if BLOCK in head:
            from blue_cli.crypto.envelope import Malformed
            from blue_cli.stores import opening

            try:
                block = opening.block_of(head)
            except Malformed:  # everything counts as sealed: `check` has more to say of it
                found[id] = (uid_in(head, id), 0)
            else:
                if block is not None:
                    found[id] = (uid_in(head, id), block.from_round)
    return found


def _ids(objects: Objects, sealed: dict[str, tuple[str, int]], heads: Sequence[tuple[Brought, str]]) -> dict[str, int]:
    """Every folder that a sealed dialogue had in these commits, to the first sealed round: it may have been renamed."""
    rounds = dict(sealed.values())
    found = {id: from_round for id, (_, from_round) in sealed.items()}
    for (_, id), data in zip(heads, _read(objects, [file.oid for file, _ in heads]), strict=True):
        uid = uid_in(data, id) if data else ""
        if uid in rounds:
            found.setdefault(id, rounds[uid])
    return found


def _protected(inside: str, from_round: int) -> bool:
    from blue_cli.stores.opening import is_protected

    return is_protected(address_of(inside), from_round)


def _opened(objects: Objects, files: Sequence[Brought]) -> set[str]:
    """The objects of these that are no envelope."""
    from blue_cli.crypto.envelope import is_sealed

    oids = list(dict.fromkeys(file.oid for file in files))
    return {oid for oid, data in zip(oids, _read(objects, oids), strict=True) if not (data and ARMOUR in data and is_sealed(data))}


def _read(objects: Objects, names: Sequence[str]) -> list[bytes | None]:
    """What each name stands for; None where that is nothing, or more than a store would read."""
    small = [name for name, size in zip(names, objects.sizes(names), strict=True) if 0 <= size <= BLOB]
    found = dict(zip(small, objects.read(small), strict=True))
    return [found.get(name) for name in names]


def _findings(files: Sequence[Brought], plain: set[str]) -> list[Finding]:
    commits: dict[str, list[str]] = {}
    for file in files:
        if file.oid in plain:
            commits.setdefault(file.path, []).append(file.commit[:SHORT])
    return [Finding(PLAINTEXT, _message(some), path, 1, 1, why=WHY, fix=FIX, severity="error") for path, some in commits.items()]


def _message(commits: Sequence[str]) -> str:
    some = list(dict.fromkeys(commits))
    more = f" and {len(some) - 1} more" if len(some) > 1 else ""
    return f"plaintext of a sealed dialogue in commit {some[0]}{more}, which would be pushed"
