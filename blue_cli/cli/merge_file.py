"""`blue merge-file`: what git calls to merge and to show dialogues (`blue init --git-config`)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from blue_cli.actions.merging import FOLDER, Keys, Merged, Place, Versions, merge, place_of
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result, write_bytes
from blue_cli.dialogue.ids import DIALOGUE
from blue_cli.dialogue.threeway import SIZE, Style
from blue_cli.errors import BlueError, Finding, NotFound, Unavailable, WrongCall

if TYPE_CHECKING:
    from blue_cli.actions.textconv import Around
    from blue_cli.workspace import Workspace

LIMIT = 16 << 20  # bytes of a version that is looked at; no file of blue's is near it
SCHEMA = "blue/merge-file@1"
NOWHERE = "file/outside"  # an address at which nothing of blue's lies


def command(
    files: Annotated[list[str], typer.Argument(metavar="BASE OURS THEIRS PATH", help="As git names them: %O %A %B %P.")],
    marker_size: Annotated[int, typer.Option("--marker-size", metavar="N", min=1, max=1000, help="Length of conflict markers.")] = SIZE,
    ours: Annotated[str, typer.Option("--ours", metavar="NAME", help="What stands behind <<<<<<<.")] = "",
    theirs: Annotated[str, typer.Option("--theirs", metavar="NAME", help="What stands behind >>>>>>>.")] = "",
    textconv: Annotated[bool, typer.Option("--textconv", help="Print one file, opened where it is sealed and a key opens it.")] = False,
) -> Result:
    """Merge one file for git, into OURS: exit 0 when all of it merged, 1 when conflicts stand in it.

    Front matter is united key by key, bodies line by line. Sealed files are merged in memory, or left as OURS has them.
    git calls it after: blue init --git-config
    """
    here = call()
    if textconv:
        return _shown(here, files)
    if len(files) != 4:
        raise WrongCall("blue merge-file takes four files", fix="blue merge-file %O %A %B %P, or blue init --git-config")
    return _merged(here, files, Style(marker_size, _label(ours, "ours"), _label(theirs, "theirs")))


def _label(given: str, default: str) -> str:
    """git before 2.45 does not know `%X` and `%Y`, and leaves them."""
    return default if given in ("", "%X", "%Y") or not given.isprintable() else given


# --- merging -----------------------------------------------------------------------------------------------------


def _merged(here: Call, files: list[str], style: Style) -> Result:
    base, ours, theirs = (os.path.abspath(here.path(name)) for name in files[:3])
    path = files[3]
    done = _by_blue(here, (base, ours, theirs), path, style)
    if done is None:
        done = _by_git(here, (base, ours, theirs), style)
    elif done.data is not None:
        _write(ours, done.data)
    document = {"path": path, "merged": done.clean, "conflicts": not done.clean and not done.why, "why": done.why or None}
    warnings = (_left(path, done.why),) if done.why else ()
    return Result(SCHEMA, document, warnings=warnings, status=0 if done.clean else 1)


def _by_blue(here: Call, files: tuple[str, ...], path: str, style: Style) -> Merged | None:
    """None when git's own merge is asked for, or needed: no fault of blue's may cost anybody a text."""
    versions = Versions(*(_read(here, name) for name in files))
    place = place_of(path)
    keys = Keys(lambda: _heads(here, place) if place else (), lambda: _workspace(here, place.root if place else "").keyring)
    try:
        return merge(place.address if place else NOWHERE, versions, style, keys)
    except Exception as error:
        here.warnings.append(Finding("merge", f"git merges {path}: {type(error).__name__} in blue", severity="warning"))
        return None


def _read(here: Call, name: str) -> bytes:
    """A version; of one that is larger than anything of blue's only so much that this shows."""
    with open(name, "rb") as file:
        return file.read(LIMIT)


def _by_git(here: Call, files: tuple[str, ...], style: Style) -> Merged:
    from blue_cli.git.merging import merge_file

    base, ours, theirs = files
    clean = merge_file(os.path.dirname(ours), ours, base, theirs, style.size, (style.ours, style.theirs), here.world.env)
    if clean is None:
        return Merged(None, False, "git cannot merge it either: it is no text, or there is no git")
    return Merged(b"", clean)


def _write(path: str, data: bytes) -> None:
    """Over "ours", whole or not at all: killed in between, git still has what it had."""
    from blue_cli.actions.file import replace

    try:
        with open(path, "rb") as file:
            same = file.read(len(data) + 1) == data
        if not same:
            replace(path, data)
    except OSError as error:
        raise Unavailable(f"cannot write {os.path.basename(path)}: {error.strerror or error}") from None


def _left(path: str, why: str) -> Finding:
    """That nothing was merged, and the way out. `path` may be any text: it is a file name."""
    from shlex import quote

    name, place = quote(path), place_of(path)
    again = "blue round add --replace" if place and place.address.startswith("contribution/") else "change it as they did"
    fix = f"theirs: git cat-file --textconv {quote(f':3:{path}')}, yours: git cat-file --textconv {quote(f':2:{path}')}\n"
    fix += f"then write what both come to: {again}, and git add {name}\n"
    fix += f"or try the merge again, with the key and a merged dialogue.md: git checkout -m -- {name}"
    return Finding("merge", f"{path} is left as you have it, not merged", why=why, fix=fix, severity="warning")


def _heads(here: Call, place: Place) -> Iterator[bytes]:
    """Each `dialogue.md` that may hold the seal block: the one in the work tree, those of the commits that are merged."""
    from blue_cli.git.merging import versions

    path = "/".join(filter(None, (place.root, FOLDER.rstrip("/"), place.id, "dialogue.md")))
    with contextlib.suppress(BlueError):  # not there, or no file: then the commits have it
        yield here.read_file(path, LIMIT)
    yield from versions(here.cwd, path, here.world.env)


def _workspace(here: Call, root: str) -> Workspace:
    """The workspace in a folder of the repository, relative to its top, where git starts us."""
    from blue_cli.cli.secret import asker
    from blue_cli.workspace import open_workspace

    workspace = open_workspace(os.path.join(here.cwd, root), here.world.env, here.world.store)
    if here.may_ask():
        workspace.ask = asker(here)
    return workspace


# --- showing -----------------------------------------------------------------------------------------------------


def _shown(here: Call, files: list[str]) -> Result:
    """Whatever happens, git gets bytes to show: it ends a whole `git diff` when a textconv fails."""
    if len(files) != 1:
        raise WrongCall("--textconv takes one file", fix="blue merge-file --textconv FILE")
    with open(here.path(files[0]), "rb") as file:
        data = file.read()
    shown = _revealed(here, data, os.path.basename(files[0]))
    here.warnings.clear()  # they would stand between the files of a diff
    if here.globals.json:
        return Result(SCHEMA, {"text": shown.decode(errors="replace")})
    write_bytes(here, shown)
    return Result(SCHEMA, {})


def _revealed(here: Call, data: bytes, name: str) -> bytes:
    from blue_cli.crypto.envelope import is_sealed

    if not is_sealed(data):
        return data
    from blue_cli.actions.textconv import reveal

    for root in _roots(here):
        try:
            workspace = _workspace(here, root)
            plain = reveal(data, name, _around(here, workspace), lambda of=workspace: of.keyring)  # type: ignore[misc]  # bound now
        except Exception:  # also a bug of blue's: the sealed text is an answer too
            continue
        if plain != data:
            return plain
    return data


def _around(here: Call, workspace: Workspace) -> Around:
    def around(uid: str) -> tuple[Iterable[bytes], Iterable[str]]:
        try:
            blobs = workspace.raw_store.load(uid).blobs
        except NotFound:
            from blue_cli.git.merging import heads_of

            return heads_of(workspace.root, uid, here.world.env), ()
        return [blobs.get(DIALOGUE, b"")], blobs

    return around


def _roots(here: Call) -> list[str]:
    """Where workspaces are: at the top of the work tree, where git starts us, else wherever one is tracked."""
    if os.path.isdir(here.path(".blue")):
        return [""]
    from blue_cli.git.merging import workspaces

    return workspaces(here.cwd, here.world.env)
