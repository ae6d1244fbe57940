"""A secret word goes through the whole life of a sealed dialogue, and nothing that blue does on the way puts it anywhere.

Real processes under strace: every byte that any of them, or an editor, writes to any file is seen, also to files that are
gone again; so is every name that is made. The same for the key.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from blue_cli.cli import memory
from blue_cli.crypto.keyring import KeyRing
from blue_cli.dialogue.ids import DIALOGUE
from blue_cli.stores.files import FilesStore
from blue_cli.stores.opening import block_of
from tests.sealed_world import KEY, SECRET, Done, World, provider, world
from tests.stores.victim import need_strace

pytestmark = pytest.mark.skipif(not memory.is_in_memory(memory.SHARED), reason="needs a tmpfs at /dev/shm")


class Step(NamedTuple):
    """A call, and what it ends with.

    reads   stdout may have the word: reading it is the point
    quotes  so may what is said on stderr, to the one who wrote it or may read it ("did you mean ...?"); never a traceback
    frees   the dialogue's own files may have it from here on
    pager   the answer goes to a terminal, through this
    """

    words: str
    status: int = 0
    reads: bool = False
    quotes: bool = False
    frees: bool = False
    stdin: str = ""
    editor: str = ""
    pager: str = ""
    env: tuple[tuple[str, str], ...] = ()


LOCKED = (("BLUE_KEY_FILE", "/nonexistent/umk.key"),)
ROUND_0 = f"[TENSION T01: A {SECRET} tension]\nAll {SECRET}.\n\n[RECOMMENDATION R01: Do {SECRET}]\nNow.\n\n[RE:ADDRESS T01]\n"
TYPED = f"[PERSPECTIVE P01: Through {SECRET}]\\nSeen.\\n\\n[CLAIM C01: It is {SECRET}]\\nTrue.\\n"
WRONG = f"[TENSION T01: A {SECRET} tension]\n\n[RE:SUPPORT T0999]\n{SECRET}\n[RESOLVE {SECRET}]\n[MOVE:{SECRET}]\n[TENSOIN T02: {SECRET}]\n"
SAVE = f"open(path, 'w').write('{TYPED}')\nopen(os.path.dirname(path) + '/.draft.md.swp', 'w').write('{SECRET}')\n"
MINE = "round add --expert muffin"

LIFE = [
    Step(f"dialogue new 'The {SECRET} title' --sealed --question '{SECRET}?' --expert 'muffin:The {SECRET} role' --expert scone:B"),
    Step(f"dialogue new 'The {SECRET} title' --sealed --edit", 7, editor=SAVE + "sys.exit(1)"),
    Step(f"{MINE} -", 1, quotes=True, stdin=WRONG),
    Step(f"{MINE} - --json", 1, stdin=WRONG, reads=True),
    Step(f"{MINE} - --dry-run", stdin=ROUND_0, reads=True),
    Step(f"{MINE} -", 4, stdin=ROUND_0, env=LOCKED),
    Step(f"{MINE} -", stdin=ROUND_0, reads=True),
    Step(f"{MINE} - --round 0", 5, stdin=ROUND_0.replace("Now", "Later")),
    Step(f"{MINE} - --round 0 --replace", stdin=ROUND_0.replace("Now", "Later"), reads=True),
    Step("round add --expert scone", 7, editor=SAVE + "sys.exit(1)"),
    Step("round add --expert scone", 4, editor=SAVE, env=LOCKED),
    Step("round add --expert scone", 1, quotes=True, editor="open(path, 'w').write('''" + WRONG + "''')"),
    Step("round add --expert scone", editor=SAVE, reads=True),
    Step("round add {own} --expert muffin", reads=True),
    Step(f"expert add 'bagel:Knows {SECRET}' --reason '{SECRET}'", reads=True),
    Step(f"rule T0001 accept --reason 'So is {SECRET}'", reads=True),
    Step(f"rule T0777 accept --reason '{SECRET}'", 3),
    Step(f"rule {SECRET} accept --reason '{SECRET}'", 3, quotes=True),
    Step("round score muffin 1 2 3 4 --round 0"),
    Step(f"verdict add - --recommendation '{SECRET}'", 1, quotes=True, stdin=f"{SECRET}\n"),
    Step(f"verdict add - --kind interim --recommendation 'Take {SECRET}'", stdin=f"We take {SECRET}.\n", reads=True),
    Step("verdict add --kind interim", 7, editor=SAVE + "sys.exit(1)"),
    Step("tensions list --all", reads=True),
    Step("show T0001", reads=True),
    Step("show T0001", reads=True, pager="sh -c 'read -r first; touch $HOME/paged'"),
    Step("show T0404", 3, quotes=True),
    Step("why T0001 --impact", reads=True),
    Step(f"search {SECRET}", reads=True),
    Step("dialogue show", reads=True),
    Step("status", reads=True),
    Step("check"),
    Step("context --for muffin --round 1", reads=True),
    Step("context --for muffin --round 1 -o out.md", 1),
    Step("export", 1),
    Step("export -o out.json", 1),
    Step("tensions list --all", env=LOCKED),
    Step("show T0001", 4, env=LOCKED),
    Step("check --strict", 1, env=LOCKED),
    Step("audit verify"),
    Step("key verify"),
    Step("key rotate"),
    Step("key reencrypt"),
    Step("key rewrap"),
    Step(f"dialogue close --force 'Enough {SECRET}'", reads=True),
    Step("unseal --stdout", reads=True),
    Step("unseal", frees=True),
    Step("seal"),
]

TRACED = """open openat openat2 creat mkdir mkdirat rename renameat renameat2 link linkat symlink symlinkat setxattr fsetxattr
write pwrite64 writev pwritev pwritev2 sendto sendmsg sendmmsg sendfile copy_file_range splice mmap memfd_create io_uring_setup"""
STRACE = ("strace", "-f", "--seccomp-bpf", "-y", "-xx", "-s", "9999999", "-e", "trace=" + ",".join(f"?{name}" for name in TRACED.split()))
_CALL = re.compile(r"^\d+ +(\w+)\((.*)$")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_FD = re.compile(r"^\d+<([^>]*)>")
_OPENED = re.compile(r"= \d+<([^>]*)>")


def plain(text: str) -> str:
    r"""A path as strace prints it with -xx, where that is in \x."""
    return bytes.fromhex(text.replace("\\x", "")).decode(errors="replace") if text.startswith("\\x") else text


class Trace(NamedTuple):
    """What processes did: the bytes written by file, the files that were made, the names that were given."""

    written: dict[str, bytes]
    made: set[str]
    names: set[bytes]


def read(log: str) -> Trace:
    """What strace saw."""
    trace = Trace({}, set(), set())
    for line in log.splitlines():
        match = _CALL.match(line)
        if not match:
            continue
        call, rest = match.groups()
        texts = [bytes.fromhex(text.replace("\\x", "")) for text in _TEXT.findall(rest)]
        if call in ("io_uring_setup", "memfd_create", "sendfile", "splice", "copy_file_range"):
            raise AssertionError(f"what {call} carries is not seen here: {line[:200]}")
        if call == "mmap":
            assert not ("PROT_WRITE" in rest and "MAP_SHARED" in rest and "<" in rest), f"a file is written as memory: {line[:200]}"
        elif call.startswith(("write", "pwrite", "send")):
            path = plain("".join(_FD.findall(rest)))
            trace.written[path] = trace.written.get(path, b"") + b"".join(texts)
        elif not call.startswith("open") or "O_CREAT" in rest:
            trace.names.update(texts)
            trace.made.update(plain(path) for path in _OPENED.findall(rest))
    return trace


def forms(secret: bytes) -> list[bytes]:
    """How it could be written: as it is, in hex, in base64 at each of the three places where it can begin."""
    shifted = [base64.b64encode(b"x" * at + secret) for at in range(3)]
    return [secret, secret.hex().encode(), *(text[4 if at else 0 : -4] for at, text in enumerate(shifted))]


def holds(data: bytes, secrets: list[bytes]) -> bool:
    """Whether any of them is in it, whatever the case."""
    return any(secret.lower() in data.lower() for secret in secrets)


WORD = forms(SECRET.encode())


def problems(step: Step, done: Done, trace: Trace, here: World) -> Iterator[str]:
    """What must not be, of one call."""
    allowed = (str(here.hidden), *([str(here.root / ".blue/dialogues")] if step.frees else []))
    if done.status != step.status:
        yield f"status {done.status}: {done.err or done.screen or done.out}"
    secrets = WORD + [form for key in keys(here) for form in forms(key)]
    for path, data in trace.written.items():
        out = path.startswith(("pipe:", "/dev/pts", "/dev/tty"))  # looked at below, as what came out
        if not path.startswith(allowed) and not out and holds(data, secrets):
            yield f"written to {path}"
        if out and holds(data, secrets[len(WORD) :]):
            yield f"a key was said: {path}"
    yield from (f"a name: {name!r}" for name in trace.names if holds(name, secrets))
    yield from (f"made in the temporary folder: {path}" for path in trace.made if path.startswith(str(here.scratch)))
    if holds(done.out.encode(), WORD) and not step.reads:
        yield f"said: {done.out}"
    talk = done.err + done.screen
    if holds((talk.partition("\nblue: ")[0] if step.quotes else talk).encode(), WORD):
        yield f"talked: {talk}"
    yield from (f"lies in {path}" for path in here.plaintexts() if not step.frees)


def keys(here: World) -> list[bytes]:
    """The master key, and the data keys of every sealed dialogue."""
    found = [KEY]
    store = FilesStore(str(here.root))
    for row in store.dialogues():
        block = block_of(store.load(row.uid).blobs[DIALOGUE])
        if block:
            deks = KeyRing([provider(here.key)]).open(row.uid, block)
            found += [deks.key(version) for version in deks.versions]
    return found


def take(here: World, step: Step, log: Path) -> tuple[Done, Trace]:
    """Run one step under strace."""
    import shlex

    words = [word.replace("{own}", str(here.folder / "editor-own.md")) for word in shlex.split(step.words)]
    env = {"BLUE_DEBUG": "1", **dict(step.env)}
    before = [*STRACE, "-o", str(log)]
    if step.editor:
        done = here.type(*words, before=before, EDITOR=here.editor(step.editor), **env)
    elif step.pager:
        done = here.type(*words, before=before, piped=False, PAGER=step.pager, **env)
        assert (here.home / "paged").exists(), done
    else:
        done = here.run(*words, stdin=step.stdin, before=before, **env)
    return done, read(log.read_text())


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    need_strace()
    with world(tmp_path / "world", {}) as made:
        (made.folder / "editor-own.md").write_text(ROUND_0.replace("T01", "T02").replace("R01", "R02"))
        yield made


def test_the_word_is_nowhere_but_under_the_seal(here: World, tmp_path: Path) -> None:
    wrong = {}
    for number, step in enumerate(LIFE):
        found = [*problems(step, *take(here, step, tmp_path / "log"), here)]
        if found:
            wrong[f"{number} {step.words}"] = found
    if wrong:
        pytest.fail("\n".join(f"{words}\n    " + "\n    ".join(found) for words, found in wrong.items()), pytrace=False)


def test_the_watch_sees_what_is_written(here: World, tmp_path: Path) -> None:
    """The same eyes on a plain dialogue: without this, a blind test would be a green one."""
    step = Step(f"dialogue new '{SECRET}'")
    found = [*problems(step, *take(here, step, tmp_path / "log"), here)]
    assert any(".blue-tmp-" in line and "written to" in line for line in found)
    assert any(line.startswith("a name") for line in found) and any(line.startswith("lies in") for line in found)
