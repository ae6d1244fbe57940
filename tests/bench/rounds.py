"""What a round costs that commands write: `python -m tests.bench.rounds [--runs 7]`. Needs a blue that is installed, not linked.

CPU of blue itself (its own time, without that of the commands) for a round of twelve commands that answer at once, as a ratio to
what starting a Typer program costs, interleaved, the median; and on the clock, twelve that take a second each, side by side.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.run import BASE, BLUE, ENVIRONMENT

EXPERTS = 12
OWN = """
import os, resource, sys
from blue_cli.cli.main import main
leave, sys.argv = os._exit, sys.argv[1:]
def _exit(status):
    used = resource.getrusage(resource.RUSAGE_SELF)
    os.write(2, f"\\n{used.ru_utime + used.ru_stime}\\n".encode())
    leave(status)
os._exit = _exit
main()
"""
ANSWER = "#!/bin/sh\nsleep {seconds}\nprintf '[CLAIM C01: a]\\n\\nSo it is.\\n\\n[TENSION T01: b]\\n\\nWho pays?\\n'\n"


def workspace(top: Path, name: str) -> Path:
    """A dialogue of twelve that has just begun."""
    root = top / name
    (root / ".blue/dialogues").mkdir(parents=True)
    people = [word for n in range(EXPERTS) for word in ("--expert", f"expert-{n:02}:Role {n}")]
    line = [BLUE, "-C", str(root), "dialogue", "new", "Cache", "--id", "cache", *people]
    subprocess.run(line, check=True, capture_output=True, env=ENVIRONMENT)
    return root


def command(top: Path, seconds: float) -> str:
    """A command that takes so long."""
    path = top / f"answer-{seconds}"
    path.write_text(ANSWER.format(seconds=seconds) if seconds else ANSWER.replace("sleep {seconds}\n", ""))
    path.chmod(0o755)
    return str(path)


def own_seconds(root: Path, answer: str, *words: str) -> float:
    """CPU seconds of blue alone for one round."""
    line = ["blue", "-C", str(root), "round", "run", "--with", answer, "--jobs", str(EXPERTS), *words]
    done = subprocess.run([sys.executable, "-c", OWN, *line], capture_output=True, env=ENVIRONMENT, check=True, text=True)
    return float(done.stderr.split()[-1])


def base_seconds() -> float:
    """CPU seconds of starting a Typer program."""
    code = BASE[-1] + "; import resource, sys; u = resource.getrusage(resource.RUSAGE_SELF); sys.stdout.write(str(u.ru_utime + u.ru_stime))"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, env=ENVIRONMENT, check=True, text=True).stdout)


def wall_seconds(root: Path, answer: str) -> float:
    """Seconds on the clock for a whole call."""
    begun = time.perf_counter()
    line = [BLUE, "-C", str(root), "round", "run", "--with", answer, "--jobs", str(EXPERTS)]
    subprocess.run(line, capture_output=True, env=ENVIRONMENT, check=True)
    return time.perf_counter() - begun


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args(argv).runs
    with tempfile.TemporaryDirectory(prefix="blue-bench-") as folder:
        top = Path(folder)
        quick, slow = command(top, 0), command(top, 1)
        bases, owns, dry = [], [], []
        for number in range(runs + 1):
            root = workspace(top, f"quick-{number}")
            taken = base_seconds(), own_seconds(root, quick, "--dry-run"), own_seconds(root, quick)
            if number:
                for times, seconds in zip((bases, dry, owns), taken, strict=True):
                    times.append(seconds)
        walls = [wall_seconds(workspace(top, f"slow-{number}"), slow) for number in range(3)]
    base = statistics.median(bases)
    print(f"import typer                              {base * 1000:7.1f} ms CPU")
    for name, times in (("round run --dry-run, twelve", dry), ("round run, twelve at once, blue alone", owns)):
        print(f"{name:40}  {statistics.median(times) * 1000:7.1f} ms CPU  {statistics.median(times) / base:5.2f}")
    print(f"twelve that take a second, --jobs {EXPERTS}     {min(walls):7.2f} s (best of {len(walls)}; load {os.getloadavg()[0]:.0f})")


if __name__ == "__main__":
    main()
