"""What a process, with every git it starts, opens for writing or changes in folders: seen by strace."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

CALLS = (
    "open openat creat rename renameat renameat2 unlink unlinkat mkdir mkdirat link linkat symlink symlinkat truncate ftruncate"
    " chmod fchmodat"
)
READING = re.compile(r"O_(?:WRONLY|RDWR|CREAT|TRUNC)")
HARMLESS = ("/dev/null", "/dev/tty", "/proc/", "/dev/pts")


def changes(argv: Sequence[str], record: Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> list[str]:
    """The calls that changed, or could have changed, a file; the process must have ended well."""
    trace = ",".join(f"?{name}" for name in CALLS.split())
    line = ["strace", "-f", "-qq", "-o", str(record), "-e", f"trace={trace}", *argv]
    subprocess.run(line, cwd=cwd, env=env, check=True, capture_output=True)
    return [said for said in record.read_text(errors="replace").splitlines() if _writes(said)]


def _writes(line: str) -> bool:
    _, _, call = line.partition(" ")
    call = call.strip()
    if not call[:1].isalpha() or " = -1 " in call or any(f'"{place}' in call for place in HARMLESS):
        return False
    return not call.startswith("open") or bool(READING.search(call))
