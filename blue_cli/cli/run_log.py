"""What went into each call of a command and came out of it, kept in files of a folder (`--keep-log`)."""

from __future__ import annotations

import os

from blue_cli.actions.file import replace
from blue_cli.cli.options import Call
from blue_cli.errors import Refused, Unavailable, WrongCall
from blue_cli.running.job import Outcome

PROMPT, ANSWER, ERRORS = "prompt.md", "answer.md", "stderr.txt"


class Log:
    """Three files a call, for their owner alone. Never of a sealed dialogue, and never where dialogues lie."""

    def __init__(self, here: Call, folder: str, dialogue: str, sealed: bool) -> None:
        from blue_cli.actions.context import outside

        if sealed:
            raise Refused(
                "--keep-log writes what is sealed into plain files",
                why="in a sealed dialogue nothing that is asked or answered goes through a file",
                fix="leave --keep-log out",
            )
        try:
            outside(here.cwd, [folder], os.path.join(here.workspace.root, ".blue", "dialogues"))
        except WrongCall as error:
            raise WrongCall(f"--keep-log {folder}: not into .blue/dialogues", why=error.why, fix=error.fix) from None
        self._folder = here.path(folder)
        self._name = folder
        self._dialogue = dialogue
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
        except OSError as error:
            raise Unavailable(f"cannot make {folder}: {error.strerror}", fix="name another folder") from None

    def keep(self, turn: str, attempt: int, outcome: Outcome) -> None:
        """What it was given, what it answered, what it said besides. `turn` is the round, or the verdict. `Unavailable` when
        they cannot be written."""
        stem = self._stem(f"{self._dialogue}-{turn}-{outcome.job.name}", attempt)
        for suffix, data in ((PROMPT, outcome.job.stdin), (ANSWER, outcome.out), (ERRORS, outcome.err)):
            try:
                replace(f"{stem}.{suffix}", data, 0o600)
            except OSError as error:
                raise Unavailable(f"cannot write into {self._name}: {error.strerror}") from None

    def _stem(self, name: str, attempt: int) -> str:
        """Where the files of a call lie, without their suffixes: after a second run those of the first are still there."""
        while True:
            stem = os.path.join(self._folder, f"{name}-{attempt}")
            if not os.path.lexists(f"{stem}.{PROMPT}"):
                return stem
            attempt += 1
