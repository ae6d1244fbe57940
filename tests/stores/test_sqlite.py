"""Dialogues in an SQLite file: the contract, and which files are taken."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from blue_cli.errors import Conflict, Unavailable, WrongCall
from blue_cli.stores.base import Store
from blue_cli.stores.sqlite import SqliteStore, describe, open_url, place_of, prepare
from tests.stores import victim
from tests.stores.contract import QUICK, STRUDEL, UID, told
from tests.stores.machine import MODERATE, StoreMachine
from tests.stores.race import race
from tests.stores.rows import Queries, RelationalContract

URL = "sqlite:///blue.db"


class TestSqlite(RelationalContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Store:
        prepare(URL, str(tmp_path))
        return open_url(URL, str(tmp_path))

    @pytest.fixture
    def again(self, store: Store, tmp_path: Path) -> Callable[[], Store]:
        return lambda: open_url(URL, str(tmp_path))

    @pytest.fixture
    def queries(self, store: Any) -> Queries:
        def begin() -> list[str]:
            sent: list[str] = []
            with store._using() as connection:
                connection.set_trace_callback(sent.append)
            return sent

        return begin


class SqliteMachine(StoreMachine):
    def open_store(self) -> tuple[Store, Store]:
        self.root = tempfile.mkdtemp(dir=QUICK)
        prepare(URL, self.root)
        return open_url(URL, self.root), open_url(URL, self.root)

    def teardown(self) -> None:
        if self.handles:
            for handle in self.handles:
                handle.close()  # type: ignore[attr-defined]
            shutil.rmtree(self.root)


TestMachine = SqliteMachine.TestCase
TestMachine.settings = MODERATE


# --- which URL, which file -----------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    prepare(URL, str(tmp_path))
    return tmp_path


@pytest.fixture
def store(root: Path) -> Iterator[SqliteStore]:
    made = open_url(URL, str(root))
    made.create(UID, "one", told(UID))
    yield made
    made.close()


def refused(root: Path, url: str = URL) -> Unavailable:
    """What all ways in say, none of them changing anything."""
    for enter in (lambda: list(open_url(url, str(root)).dialogues()), lambda: prepare(url, str(root)), lambda: describe(url, str(root))):
        with pytest.raises(Unavailable) as caught:
            enter()
    return caught.value


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///a.db", "/r/a.db"),
        ("sqlite:///d/a%20b%3f.db", "/r/d/a b?.db"),
        ("sqlite:////abs/a.db", "/abs/a.db"),
        ("sqlite:///../a.db", "/r/../a.db"),
    ],
)
def test_a_url_names_a_file_below_the_workspace_or_anywhere(url: str, path: str) -> None:
    assert place_of(url, "/r")[0] == path


@pytest.mark.parametrize("url", ["sqlite:", "sqlite://", "sqlite:///", "sqlite:////", "sqlite:a.db", "sqlite://host/a.db", "sqlite:///a?mode=ro",
                                 "sqlite:///a#b", "sqlite:///a%00b", "sqlite:///:memory:?x"])  # fmt: skip
def test_any_other_url_is_a_wrong_call(url: str) -> None:
    for act in (open_url, prepare, describe):
        with pytest.raises(WrongCall, match="SQLite"):
            act(url, "/nowhere")


def test_reading_and_writing_make_no_file(tmp_path: Path) -> None:
    for act in (lambda s: s.dialogues(), lambda s: s.load(UID), lambda s: s.create(UID, "one", told(UID))):
        with pytest.raises(Unavailable, match="there is no such database") as caught:
            act(open_url(URL, str(tmp_path)))
        assert caught.value.fix == "blue store init"
    assert list(tmp_path.iterdir()) == []
    assert describe(URL, str(tmp_path)).ready is False


def test_to_prepare_twice_leaves_what_is_there(root: Path, store: SqliteStore) -> None:
    assert prepare(URL, str(root)) is False
    assert store.load(UID).id == "one"


def test_two_may_prepare_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: prepare(URL, str(tmp_path)), range(8))) == 1
    assert list(open_url(URL, str(tmp_path)).dialogues()) == []


def test_what_a_killed_prepare_leaves_is_completed(tmp_path: Path) -> None:
    (tmp_path / "blue.db").touch()
    with pytest.raises(Unavailable, match="empty"):
        list(open_url(URL, str(tmp_path)).dialogues())
    assert not describe(URL, str(tmp_path)).ready
    assert prepare(URL, str(tmp_path))


def test_a_new_file_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        prepare(URL, str(tmp_path))
    finally:
        os.umask(before)
    assert (tmp_path / "blue.db").stat().st_mode & 0o777 == 0o640


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "blue.db") as other:
        other.execute("CREATE TABLE places (url TEXT)")
    before = (tmp_path / "blue.db").read_bytes()
    assert "another program" in refused(tmp_path).message
    assert (tmp_path / "blue.db").read_bytes() == before


@pytest.mark.parametrize("version", [0, 2, 99])
def test_tables_of_another_version_are_left_alone(root: Path, version: int) -> None:
    with sqlite3.connect(root / "blue.db") as file:
        file.execute(f"PRAGMA user_version = {version}")
    assert f"version {version}" in refused(root).message
    assert ("newer" in refused(root).fix) == (version > 1)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TRIGGER t AFTER INSERT ON blue_blobs BEGIN DELETE FROM blue_dialogues; END",
        "ALTER TABLE blue_blobs RENAME TO b; CREATE VIEW blue_blobs AS SELECT * FROM b",
    ],
)
def test_what_would_act_in_our_name_is_refused(root: Path, sql: str) -> None:
    with sqlite3.connect(root / "blue.db") as file:
        file.executescript(sql)
    assert "triggers or views" in refused(root).message


@pytest.mark.parametrize("content", [b"no database at all, " * 100, b"SQLite format 3\0" + b"\xff" * 4096, b"x"])
def test_a_file_that_is_no_database_is_one_clean_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "blue.db").write_bytes(content)
    assert "damaged" in refused(tmp_path).message
    assert (tmp_path / "blue.db").read_bytes() == content


def test_a_damaged_page_is_one_clean_error(root: Path, store: SqliteStore) -> None:
    store.commit(UID, store.load(UID).version, {f"file/{n}": b"x" * 3000 for n in range(50)})
    store.close()
    data = bytearray((root / "blue.db").read_bytes())
    data[4096 * 3 :] = os.urandom(len(data) - 4096 * 3)
    (root / "blue.db").write_bytes(data)
    with pytest.raises(Unavailable):
        open_url(URL, str(root)).load(UID)


@pytest.mark.parametrize("name", ["blue.db", "blue.db-wal", "blue.db-shm", "blue.db-journal"])
@pytest.mark.parametrize("kind", ["link", "dangling", "fifo", "folder"])
def test_what_is_no_plain_file_is_never_opened(root: Path, tmp_path_factory: pytest.TempPathFactory, name: str, kind: str) -> None:
    victim = tmp_path_factory.mktemp("victim") / "file"
    if kind == "link":
        victim.write_bytes((root / "blue.db").read_bytes())
    (root / name).unlink(missing_ok=True)
    if kind == "fifo":
        os.mkfifo(root / name)
    elif kind == "folder":
        (root / name).mkdir()
    else:
        (root / name).symlink_to(victim)
    before = victim.exists() and victim.read_bytes()
    assert "unsafe-path" in refused(root).message
    assert (victim.exists() and victim.read_bytes()) == before


def test_a_linked_folder_on_the_way_from_the_workspace_is_refused(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    prepare(URL, str(outside))
    (root / "data").symlink_to(outside)
    assert "unsafe-path" in refused(root, "sqlite:///data/blue.db").message


# --- what the machine does ----------------------------------------------------------------------------------------


def test_a_lock_that_somebody_keeps_is_a_conflict_and_reading_goes_on(root: Path, store: SqliteStore) -> None:
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(root / "blue.db")], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        mine = SqliteStore(str(root / "blue.db"), "blue.db", patience=0.2)
        seen = mine.load(UID)
        with pytest.raises(Conflict, match="locked") as caught:
            mine.commit(UID, seen.version, {STRUDEL: b"x"})
        assert (caught.value.exit, type(caught.value)) == (5, Conflict), "not stale: to try at once would be no use"
        assert mine.load(UID).blobs == seen.blobs
        other.communicate()
    mine.commit(UID, seen.version, {STRUDEL: b"x"})
    mine.close()


def test_a_full_database_changes_nothing_and_goes_on_when_there_is_room(store: SqliteStore) -> None:
    version = store.load(UID).version
    with store._using() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(Unavailable, match="the disk is full"):
        store.commit(UID, version, {f"file/{n}": b"x" * 3000 for n in range(20)})
    assert (store.load(UID).version, store.load(UID).blobs) == (version, told(UID))
    store.commit(UID, version, {STRUDEL: b"x"})


def test_a_transaction_that_sqlite_ended_itself_is_not_ended_twice(store: SqliteStore) -> None:
    twice = "INSERT OR ROLLBACK INTO blue_dialogues SELECT key + 1, uid, written, id, folded, version, recent FROM blue_dialogues"
    with pytest.raises(Unavailable) as caught:
        store.write(lambda ask: ask.one(twice, ()))
    assert "UNIQUE" in caught.value.why, "the first error is the one that says why"
    store.commit(UID, store.load(UID).version, {STRUDEL: b"x"})


@pytest.mark.skipif(os.geteuid() != 0, reason="to mount a small file system takes root")
def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(tmp_path)], capture_output=True, check=False).returncode:
        pytest.skip("no right to mount")
    try:
        prepare(URL, str(tmp_path))
        full = open_url(URL, str(tmp_path))
        version = full.create(UID, "one", told(UID))
        with pytest.raises(Unavailable):
            full.commit(UID, version, {f"file/{n}": b"x" * 60_000 for n in range(10)})
        full.close()
        again = open_url(URL, str(tmp_path))
        assert (again.load(UID).version, again.load(UID).blobs) == (version, told(UID))
        again.close()
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="to become somebody else takes root")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_where_nothing_may_be_written_reading_goes_on_or_says_why(what: str) -> None:
    """SQLite must write beside the file to read it while others write; that is said, and nothing is guessed."""
    code = (
        "import base64, os, sys, urllib.parse; from blue_cli.errors import BlueError; from blue_cli.stores.sqlite import open_url\n"
        "os.setegid(65534); os.seteuid(65534)\n"
        "def told(act):\n"
        "    try: return act()\n"
        "    except BlueError as error: return error.code\n"
        "s = open_url('sqlite:///blue.db', sys.argv[1]); u = sys.argv[2]\n"
        "print(told(lambda: s.load(u).id), told(lambda: s.commit(u, s.load(u).version, {'file/x': b''})))"
    )
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777 if what == "file" else 0o755)
        prepare(URL, folder)
        mine = open_url(URL, folder)
        mine.create(UID, "one", told(UID))
        mine.close()
        os.chmod(f"{folder}/blue.db", 0o644)
        done = subprocess.run([sys.executable, "-c", code, folder, UID], capture_output=True, text=True, check=False)
        assert done.stdout.split() == (["one", "unavailable"] if what == "file" else ["unavailable", "unavailable"]), done.stderr
        assert open_url(URL, folder).load(UID).blobs == told(UID)


PAYLOAD = {f"file/{n}": bytes([n]) * 2000 for n in range(30)}


@pytest.mark.parametrize("call", ["pwrite64", "fdatasync", "ftruncate"])
@pytest.mark.strace
def test_killed_at_any_moment_a_commit_is_there_whole_or_not_at_all(root: Path, store: SqliteStore, call: str) -> None:
    victim.need_strace()
    store.close()
    seen = set()
    original = (root / "blue.db").read_bytes()
    for number in (1, 2, 3, 5, 9, 14, 20, 27, 40):
        for path in root.glob("blue.db*"):
            path.unlink()
        (root / "blue.db").write_bytes(original)

        def write() -> None:
            mine = open_url(URL, str(root))
            mine.commit(UID, mine.load(UID).version, PAYLOAD)
            mine.close()
            os._exit(0)

        ended = victim.traced(write, f"{call}:signal=KILL:when={number}")
        mine = open_url(URL, str(root))
        blobs = mine.load(UID).blobs
        assert blobs in (told(UID), told(UID) | PAYLOAD), f"half of it after {call} {number}"
        mine.commit(UID, mine.load(UID).version, PAYLOAD)
        mine.close()
        seen.add((ended != 0, len(blobs) > 1))
    assert any(killed for killed, _ in seen), "nobody was killed: nothing was tested"


def test_of_sixteen_processes_that_expect_one_version_exactly_one_wins(root: Path, store: SqliteStore) -> None:
    assert race(URL, root, store.load(UID).version) == 1
    assert len(store.load(UID).blobs) == 2


def test_no_store_is_imported_with_another(tmp_path: Path) -> None:
    code = (
        "import sys; from blue_cli.stores.registry import open_store; open_store(sys.argv[1], '/nowhere');"
        "print([m for m in ('psycopg', 'boto3', 'blue_cli.stores.files', 'blue_cli.stores.postgres', 'random') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, URL], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
