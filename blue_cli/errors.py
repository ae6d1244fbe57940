"""What can go wrong, and the exit status each thing has.

Two shapes and no third: a `Finding` is something about the user's text, collected and never raised;
a `BlueError` ends the command. The exit status is an attribute of the class (CLI.md, "Exit status"),
so no code elsewhere spells a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple


class Finding(NamedTuple):
    """Something found in a dialogue, with the place, the reason and the way out.

    `path` is relative to the folder that holds `.blue`; lines and columns count from 1, columns in
    code points; 0 means that there is no such place. `severity` is filled in from the rule table
    (`dialogue.rulebook`), the scanner leaves it empty.
    """

    rule: str
    message: str
    path: str = ""
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    why: str = ""
    fix: str = ""
    severity: str = ""
    id: str | None = None
    fixable: bool = False
    related: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()


class BlueError(Exception):
    """An error that ends the command: what, why, and how to get out of it."""

    exit: ClassVar[int] = 70
    code: ClassVar[str] = "bug"
    meaning: ClassVar[str] = "a bug in blue"

    def __init__(
        self,
        message: str,
        *,
        why: str = "",
        fix: str = "",
        path: str | None = None,
        line: int | None = None,
        column: int | None = None,
        suggestions: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.why = why
        self.fix = fix
        self.path = path
        self.line = line
        self.column = column
        self.suggestions = tuple(suggestions)


class _WithFindings(BlueError):
    """An error that names its places: `findings` come before it on the terminal and in JSON."""

    def __init__(self, message: str, findings: Sequence[Finding] = (), *, why: str = "", fix: str = "") -> None:
        super().__init__(message, why=why, fix=fix)
        self.findings = tuple(findings)


class Refused(_WithFindings):
    """The answer is no: the input has errors and nothing was written."""

    exit = 1
    code = "refused"
    meaning = "the answer is no: findings, input rejected (nothing written)"


class WrongCall(BlueError):
    """The command line itself is wrong: an unknown option, a value of the wrong shape."""

    exit = 2
    code = "usage"
    meaning = "wrong call"


class NotFound(BlueError):
    """No such workspace, dialogue, round or entity."""

    exit = 3
    code = "not-found"
    meaning = "not found: workspace, dialogue, entity"


class Locked(BlueError):
    """Sealed, and no key here opens it: none, another one, a refused file, an access that was taken away."""

    exit = 4
    code = "locked"
    meaning = "sealed, and no key that opens it"


class Conflict(BlueError):
    """Someone else wrote, a lock is held, something exists and differs, a newer format."""

    exit = 5
    code = "conflict"
    meaning = "conflict: someone else wrote, a lock for 10 s, already exists and differs, newer format"


class Tampered(_WithFindings):
    """A seal that does not hold: changed, moved, stripped, replaced by plaintext, or no seal at all where one must be."""

    exit = 6
    code = "tampered"
    meaning = "tampered with, or a seal that cannot be read"


class Unavailable(BlueError):
    """A store, a disk or a key service does not answer, is full, or may not be written."""

    exit = 7
    code = "unavailable"
    meaning = "a store, disk or key service is not available"


class Interrupted(BlueError):
    """The user pressed Ctrl-C."""

    exit = 130
    code = "interrupted"
    meaning = "interrupted"


EXIT_CLASSES: tuple[type[BlueError], ...] = (
    Refused,
    WrongCall,
    NotFound,
    Locked,
    Conflict,
    Tampered,
    Unavailable,
    BlueError,
    Interrupted,
)
