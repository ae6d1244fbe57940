"""`blue store`, `--store`: which store it is, who says so, and that a password is never said."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from blue_cli.stores.files import FilesStore
from blue_cli.stores.memory import MemoryStore
from blue_cli.stores.sqlite import open_url
from tests.cli.program import Said, blue, stock
from tests.stores import postgres

URL = "sqlite:///blue.db"
TIGER = "t1ger-s3cret"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    assert blue("init", cwd=tmp_path, env=env(tmp_path)).status == 0
    return tmp_path


def env(root: Path, **more: str) -> dict[str, str]:
    return {"HOME": str(root / "home"), **more}


def test_a_store_is_made_once(root: Path) -> None:
    first, second = (blue("store", "init", "--store", URL, cwd=root, env=env(root)) for _ in range(2))
    assert (first.status, first.out, second.status, second.out) == (0, f"made {URL}\n", 0, f"left {URL} as it is\n")
    said = blue("store", "init", "--json", "--store", URL, cwd=root, env=env(root))
    assert said.json == {"schema": "blue/store.init@1", "store": URL, "created": False, "warnings": []}


def test_status_says_who_chose_it_and_what_is_there(root: Path) -> None:
    blue("store", "init", "--store", URL, cwd=root, env=env(root))
    blue("dialogue", "new", "Cache", "--id", "cache", "--store", URL, cwd=root, env=env(root))
    document = blue("store", "status", "--json", cwd=root, env=env(root, BLUE_STORE=URL)).json
    assert document.pop("engine").startswith("SQLite 3.")
    assert document.pop("bytes") > 50
    assert document == {"schema": "blue/store.status@1", "store": URL, "origin": "$BLUE_STORE", "ready": True, "format": 1,
                        "dialogues": 1, "files": 1, "projection": None, "warnings": []}  # fmt: skip
    files = blue("store", "status", "--json", cwd=root, env=env(root)).json
    assert (files["store"], files["origin"], files["format"], files["dialogues"], files["files"], files["bytes"]) == (
        "files", "default", None, 0, 0, 0)  # fmt: skip


def test_status_of_a_store_that_is_not_made_yet(root: Path) -> None:
    said = blue("store", "status", "--store", URL, cwd=root, env=env(root))
    assert (said.status, said.err) == (0, "blue: hint: its tables are not there yet: blue store init --store sqlite:///blue.db\n")
    assert blue("store", "status", "--store", URL, "--json", cwd=root, env=env(root)).json["ready"] is False


def test_the_flag_is_stronger_than_the_environment_and_that_than_the_user(root: Path) -> None:
    user = root / "home/.config/blue/config.toml"
    user.parent.mkdir(parents=True)
    user.write_text('store = "sqlite:///user.db"\n')

    def store(*argv: str, **more: str) -> tuple[str, str]:
        document = blue("store", "status", "--json", *argv, cwd=root, env=env(root, **more)).json
        return document["store"], document["origin"]

    assert store() == ("sqlite:///user.db", "user settings")
    assert store(BLUE_STORE="sqlite:///env.db") == ("sqlite:///env.db", "$BLUE_STORE")
    assert store("--store", "sqlite:///flag.db", BLUE_STORE="sqlite:///env.db") == ("sqlite:///flag.db", "flag")
    assert store("--store=files:", BLUE_STORE="sqlite:///env.db")[0] == "files:"


def test_a_repository_chooses_no_store_and_its_password_is_not_said(root: Path) -> None:
    (root / ".blue/config.toml").write_text(f'store = "postgresql://scott:{TIGER}@db/x"\n')
    said = blue("store", "status", cwd=root, env=env(root))
    assert said.status == 0
    assert said.out.startswith("store      files (default)\n")
    assert 'store = "postgresql://db/x" is ignored' in said.err
    assert TIGER not in said.err


def test_reading_and_writing_go_to_the_store_and_nowhere_else(root: Path) -> None:
    blue("store", "init", "--store", URL, cwd=root, env=env(root))
    run = lambda *argv, text="": blue(*argv, "--store", URL, cwd=root, env=env(root), stdin=io.BytesIO(text.encode()))  # noqa: E731
    assert run("dialogue", "new", "Cache", "--id", "cache", "--expert", "muffin:A").status == 0
    assert run("round", "add", "--expert", "muffin", "-", text="[TENSION T01: cold start]\n").status == 0
    assert run("tensions", "list", "-q").out == "T0001\topen\tmuffin\t0\tcold start\tcache\n"
    assert run("tensions", "list", "--everywhere", "-q").out == "T0001\topen\tmuffin\t0\tcold start\tcache\n"
    assert run("check").status == 0
    assert list(FilesStore(str(root)).dialogues()) == []
    assert blue("tensions", "list", cwd=root, env=env(root)).status == 3
    store = open_url(URL, str(root))
    assert sorted(store.load(next(iter(store.dialogues())).uid).blobs) == ["contribution/00#muffin", "dialogue"]
    store.close()


@pytest.mark.parametrize(
    "argv",
    [
        ("tensions", "--at", "HEAD"),
        ("diff",),
        ("log",),
        ("check", "--staged"),
        ("check", "--since", "HEAD"),
    ],
    ids=" ".join,
)
def test_what_needs_git_says_so(root: Path, argv: tuple[str, ...]) -> None:
    blue("store", "init", "--store", URL, cwd=root, env=env(root))
    said = blue(*argv, "--store", URL, cwd=root, env=env(root))
    assert (said.status, "files in a git repository" in said.err) == (2, True), said.err


def test_a_store_from_the_flag_is_stronger_than_one_from_outside(root: Path) -> None:
    blue("store", "init", "--store", URL, cwd=root, env=env(root))
    outside = MemoryStore()
    stock(outside, "cache")
    said = blue("dialogue", "list", "--store", URL, cwd=root, env=env(root), store=outside)
    assert (said.status, said.out) == (0, "")


# --- bad input -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "status", "word"),
    [
        ("oracle:scott", 2, "there is no store oracle"),
        ("sqlite:", 2, "not the URL of an SQLite file"),
        ("sqlite:///nothing.db", 7, "blue store init"),
        ("sqlite:////nowhere/x.db", 7, "there is no such database"),
        ("sqlite:///.blue", 7, "unsafe-path"),
        (f"postgresql://scott:{TIGER}@x@db/x", 2, "not the URL of a PostgreSQL database"),
        (f"postgresql://scott:{TIGER}@127.0.0.1:1/x?connect_timeout=1", 7, "postgresql://127.0.0.1:1/x: the server does not answer"),
    ],
)
@pytest.mark.parametrize("how", ["flag", "environment", "json"])
def test_a_store_that_cannot_be_had_is_one_clean_error(
    root: Path, url: str, status: int, word: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blue_cli.stores.postgres.PAUSE", 0.0001)
    more = ("--store", url) if how == "flag" else ("--json",) if how == "json" else ()
    said = blue("tensions", "list", *more, cwd=root, env=env(root, BLUE_DEBUG="1", **({} if how == "flag" else {"BLUE_STORE": url})))
    assert said.status == status
    assert word in said.out + said.err
    assert TIGER not in said.out + said.err


@pytest.mark.parametrize("argv", [("--stor", "URL"), ("--stor=URL",), ("tensions", "URL"), ("URL",), ("check", "URL"), ("show", "URL")])
def test_a_url_in_the_wrong_place_is_not_repeated_with_its_password(root: Path, argv: tuple[str, ...]) -> None:
    url = f"postgresql://scott:{TIGER}@db/x"
    said = blue(*(word.replace("URL", url) for word in argv), cwd=root, env=env(root))
    assert said.status
    assert TIGER not in said.out + said.err


def test_on_postgresql(root: Path) -> None:
    url = postgres.fresh()

    def run(*argv: str, text: str = "") -> Said:
        return blue(*argv, cwd=root, env=env(root, BLUE_STORE=url), stdin=io.BytesIO(text.encode()))

    assert "blue store init" in run("dialogue", "list").err
    assert run("store", "init").out.startswith("made postgresql://")
    assert run("dialogue", "new", "Cache", "--id", "cache", "--expert", "muffin:A").status == 0
    assert run("round", "add", "--expert", "muffin", "-", text="[TENSION T01: cold start]\n").status == 0
    assert run("tensions", "list", "-q").out == "T0001\topen\tmuffin\t0\tcold start\tcache\n"
    status = run("store", "status", "--json").json
    assert status["engine"].startswith("PostgreSQL ")
    assert (status["dialogues"], status["files"]) == (1, 2)
    postgres.drop(url)
