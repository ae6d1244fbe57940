"""`blue seal`."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import typer

from blue_cli.actions import rekey
from blue_cli.actions.sealing import Sealing, look, seal
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result
from blue_cli.cli.protection import bench_of, count, history, path
from blue_cli.dialogue.ids import LAST_ROUND
from blue_cli.errors import Finding, WrongCall
from blue_cli.views.text import sanitize_lines

ID_FORMS = ("umk#", "awskms:")  # how the public name of a key begins


class Done(NamedTuple):
    """What a call did: the sealing, and each change of a wrap after it."""

    sealing: Sealing
    added: tuple[rekey.Rekeyed, ...]
    removed: tuple[rekey.Rekeyed, ...]

    @property
    def changed(self) -> bool:
        """Whether anything was."""
        return self.sealing.changed or any(one.changed for one in (*self.added, *self.removed))

    @property
    def keys(self) -> tuple[str, ...]:
        """Public names of the keys that open it now."""
        last = (*self.added, *self.removed)[-1:]
        return last[0].keys if last else self.sealing.keys


def command(
    from_: Annotated[int | None, typer.Option("--from", metavar="N", help="Leave rounds before N readable; verdicts never are.")] = None,
    add: Annotated[list[str], typer.Option("--add", metavar="PROVIDER", help="Let one more key open it: file:/path, awskms:ARN, …")] = [],  # noqa: B006 - Typer copies it
    remove: Annotated[list[str], typer.Option("--remove", metavar="PROVIDER|KEYID", help="Let a key open nothing new.")] = [],  # noqa: B006 - Typer copies it
) -> Result:
    """Seal a dialogue: its texts can be read only with a key. Run again, it goes on where it was stopped.

    --add and --remove change who can open it. Git keeps what was committed before.
    """
    if from_ is not None and not 0 <= from_ <= LAST_ROUND:
        raise WrongCall(f"--from {from_}: rounds go from 0 to {LAST_ROUND}")
    here = call()
    row = here.dialogue()
    bench = bench_of(here)
    more = [here.workspace.provider(url) for url in add]
    gone = [_key_id(here, word) for word in remove]
    alone = not (add or remove)
    first = look(bench, row.uid) if remove and not add and from_ is None else seal(bench, row.uid, from_, more, alone)
    added = tuple(rekey.add(bench, row.uid, provider) for provider in more)
    removed = tuple(rekey.remove(bench, row.uid, key) for key in gone)
    done = Done(first, added, removed)
    here.warnings += [Finding("sealed", note, severity="warning") for note in first.notes]
    commits = history(here, row.id) if done.sealing.changed else None
    return Result("blue/seal@1", _document(done, commits), sanitize_lines(_text(done)), hints=_hints(done, commits))


def _key_id(here: Call, word: str) -> str:
    """The public name of a key: as it stands in the seal, or of the key that a provider has."""
    return word if word.startswith(ID_FORMS) else here.workspace.provider(word).id


def _document(done: Done, commits: int | None) -> dict[str, Any]:
    sealing = done.sealing
    return {
        "changed": done.changed,
        "dialogue": sealing.id,
        "uid": sealing.uid,
        "from_round": sealing.from_round,
        "files": [path(sealing.id, name) for name in sealing.files],
        "readable": [path(sealing.id, name) for name in sealing.readable],
        "keys": list(done.keys),
        "added": [key for one in done.added for key in one.renewed],
        "removed": [key for one in done.removed for key in one.dropped],
        "commits": commits,
    }


def _text(done: Done) -> str:
    sealing = done.sealing
    lines = []
    if sealing.changed:
        lines.append(f"sealed {sealing.id}{_since(sealing.from_round)}: {count(len(sealing.files), 'file')}")
    elif not (done.added or done.removed):
        lines.append(f"sealed already: {sealing.id}{_since(sealing.from_round)}")
    for one in done.added:
        lines += [f"{key} opens it too" for key in one.renewed]
        lines += [] if one.changed or sealing.changed else ["that key opens it already"]
    for one in done.removed:
        lines += [f"{key} opens nothing that is written from now on (data key {one.version})" for key in one.dropped]
    lines.append(f"keys that open it: {', '.join(done.keys)}")
    lines += [f"stays readable: {path(sealing.id, name)}" for name in sealing.readable]
    return "\n".join(lines) + "\n"


def _since(round: int) -> str:
    return f" from round {round} on" if round else ""


def _hints(done: Done, commits: int | None) -> tuple[str, ...]:
    hints = []
    if commits:
        hints.append(f"git holds its plaintext in {count(commits, 'commit')} still: sealing takes nothing out of a history")
    if done.removed:
        hints.append(f"what was written before opens with the removed key still: blue key reencrypt -d {done.sealing.id} seals it anew")
        hints.append("copies and git's history keep the old files, and the removed key opens those for ever")
    return tuple(hints)
