"""Finding the workspace, its settings and the dialogue that is meant."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
import pytest

from blue_cli.actions.choosing import slug_of
from blue_cli.errors import Conflict, NotFound, WrongCall
from blue_cli.stores.memory import MemoryStore
from blue_cli.workspace import Workspace, find_root, open_workspace, settings_path, trust_path, user_config_path
from tests.cli.program import blue, stock

# --- where -----------------------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "repo" / ".blue" / "dialogues").mkdir(parents=True)
    return tmp_path / "repo"


def test_the_nearest_blue_folder_upward_is_the_workspace(root: Path) -> None:
    inner = root / "a" / "b"
    (inner / ".blue").mkdir(parents=True)
    assert find_root(str(root)) == str(root)
    assert find_root(str(root / "a")) == str(root)
    assert find_root(str(inner)) == str(inner)


def test_a_file_named_blue_is_no_workspace(root: Path) -> None:
    (root / "a").mkdir()
    (root / "a" / ".blue").write_text("")
    assert find_root(str(root / "a")) == str(root)


def test_without_a_workspace_the_way_to_make_one_is_shown(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as caught:
        find_root(str(tmp_path))
    assert caught.value.fix == "blue init"


def test_a_linked_blue_folder_is_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "clone").mkdir()
    (tmp_path / "clone" / ".blue").symlink_to(root / ".blue")
    with pytest.raises(Conflict, match=r"^\.blue is a symbolic link"):
        find_root(str(tmp_path / "clone"))


def test_shown_paths_start_where_the_user_is(root: Path) -> None:
    (root / "docs").mkdir()
    assert Workspace(str(root), open_workspace(str(root), {}).config, None, ()).shown(".blue/x.md", str(root / "docs")) == "../.blue/x.md"


PATHS = [".blue", ".blue/a.md", ".blue/d/r/a.md", ".blue/d/r/b.md", ".blue/d", ".blue/d/r", "a", ".", "", "d/..", "d/"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("cwd", [".", "..", ".blue", ".blue/d", ".blue/d/r", ".blue/d/r/s", "docs"])
def test_a_shown_path_is_the_relative_one_wherever_the_user_is(root: Path, path: str, cwd: str) -> None:
    found = open_workspace(str(root), {})
    wanted = os.path.relpath(root / path, root / cwd)
    assert [found.shown(path, str(root / cwd)) for _ in range(2)] == [wanted, wanted]


@pytest.mark.parametrize("env", [{}, {"XDG_CONFIG_HOME": "/x/c", "XDG_STATE_HOME": "/x/s"}, {"XDG_CONFIG_HOME": "relative"}])
def test_the_users_folders_are_those_of_platformdirs(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    if not env.get("XDG_CONFIG_HOME", "/").startswith("/"):
        assert user_config_path(os.environ).startswith(os.environ["HOME"])  # the specification: relative ones are ignored
        return
    assert user_config_path(os.environ) == os.path.join(platformdirs.user_config_dir("blue"), "config.toml")
    assert trust_path(os.environ) == os.path.join(platformdirs.user_state_dir("blue"), "trust")


# --- settings ----------------------------------------------------------------------------------------------------


def settle(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    Path(path).write_text(text)


def test_flag_apart_environment_beats_repository_beats_user(root: Path, tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path)}
    settle(user_config_path(env), "[dialogue]\nmax_rounds = 3\n[check]\nstrict = true\n")
    settle(settings_path(str(root)), "[dialogue]\nmax_rounds = 4\n")
    config = open_workspace(str(root), env).config
    assert (config["dialogue.max_rounds"], config.origin("dialogue.max_rounds")) == (4, ".blue/config.toml")
    assert (config["check.strict"], config.origin("check.strict")) == (True, "user settings")
    config = open_workspace(str(root), env | {"BLUE_DIALOGUE_MAX_ROUNDS": "5"}).config
    assert config.origin("dialogue.max_rounds") == "$BLUE_DIALOGUE_MAX_ROUNDS"


def test_a_user_may_choose_the_editor(root: Path, tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path)}
    settle(user_config_path(env), "editor = 'hx'\n")
    assert open_workspace(str(root), env).config["editor"] == "hx"


def test_a_repository_chooses_no_program_until_it_is_trusted_and_only_as_it_was_then(root: Path, tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path)}
    settle(settings_path(str(root)), "editor = 'evil'\n")
    workspace = open_workspace(str(root), env)
    assert workspace.config["editor"] == ""
    assert [warning.message for warning in workspace.warnings] == ['editor = "evil" is ignored']

    assert blue("trust", cwd=root, env=env).status == 0
    workspace = open_workspace(str(root), env)
    assert (workspace.config["editor"], workspace.warnings) == ("evil", ())

    settle(settings_path(str(root)), "editor = 'worse'\n")
    assert open_workspace(str(root), env).config["editor"] == ""

    settle(settings_path(str(root)), "editor = 'evil'\n")
    assert blue("trust", "--forget", cwd=root, env=env).status == 0
    assert open_workspace(str(root), env).config["editor"] == ""


def test_trust_is_for_one_clone(root: Path, tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path)}
    other = tmp_path / "other"
    for folder in (root, other):
        settle(settings_path(str(folder)), "editor = 'evil'\n")
    blue("trust", cwd=root, env=env)
    assert open_workspace(str(other), env).config["editor"] == ""


def test_settings_that_cannot_be_read_are_a_warning(root: Path, tmp_path: Path) -> None:
    path = Path(settings_path(str(root)))
    for spoil in (
        lambda: path.symlink_to("/etc/passwd"),
        lambda: os.mkfifo(path),
        lambda: path.mkdir(),
        lambda: path.write_bytes(b"\xff"),
        lambda: path.write_text("#" * 70_000),
    ):
        spoil()
        (warning,) = open_workspace(str(root), {"HOME": str(tmp_path)}).warnings
        assert warning.message.startswith("not read: ")
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def test_a_workspace_without_settings_imports_no_toml_and_asks_no_store(root: Path) -> None:
    workspace = open_workspace(str(root), {"HOME": "/nonexistent"})
    assert (workspace.warnings, workspace.config["store"]) == ((), "files")
    assert list(workspace.store.dialogues()) == []


# --- which dialogue ------------------------------------------------------------------------------------------------

CACHE, CACHE_2, QUEUE, OLD = "2026-11-24T0528Z-cache-policy", "2026-11-25T0528Z-cache-size", "2026-11-24T0529Z-queue", "older"


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    for id in (CACHE, CACHE_2, QUEUE, OLD):
        stock(store, id)
    return store


def of(store: MemoryStore) -> Workspace:
    return open_workspace("/", {"HOME": "/nonexistent"}, store)


@pytest.mark.parametrize(
    ("wanted", "id"),
    [
        (CACHE, CACHE),
        ("cache-policy", CACHE),
        ("cache-p", CACHE),
        ("2026-11-25", CACHE_2),
        ("queue", QUEUE),
        ("old", OLD),
    ],
)
def test_a_dialogue_is_known_by_id_slug_or_the_beginning_of_either(wanted: str, id: str, store: MemoryStore) -> None:
    row = of(store).find(wanted)
    assert row.id == id
    assert store.load(row.uid).id == id


def test_a_whole_slug_beats_a_longer_one_that_begins_so(store: MemoryStore) -> None:
    stock(store, "2026-11-26T0000Z-cache")
    assert of(store).find("cache").id == "2026-11-26T0000Z-cache"


@pytest.mark.parametrize("wanted", ["cache", "2026-11-24"])
def test_a_beginning_of_several_is_a_wrong_call_with_the_candidates(wanted: str, store: MemoryStore) -> None:
    with pytest.raises(WrongCall) as caught:
        of(store).find(wanted)
    assert len(caught.value.suggestions) == 2
    assert f"-d {CACHE}" in caught.value.fix


def test_two_of_the_same_slug_are_candidates_too(store: MemoryStore) -> None:
    stock(store, "2026-12-24T0528Z-queue")
    with pytest.raises(WrongCall):
        of(store).find("queue")


def test_an_unknown_dialogue_is_not_found_with_the_nearest_names(store: MemoryStore) -> None:
    with pytest.raises(NotFound) as caught:
        of(store).find("cashe-policy")
    assert caught.value.suggestions[0] == CACHE


def test_the_only_dialogue_is_meant_even_if_it_is_decided() -> None:
    store = MemoryStore()
    with pytest.raises(NotFound):
        of(store).only_open()
    stock(store, CACHE, "closed: {at: x}\n")
    assert of(store).only_open().id == CACHE


def test_the_only_open_one_of_several_is_meant() -> None:
    store = MemoryStore()
    stock(store, CACHE, "closed: {at: x}\n")
    stock(store, CACHE_2, verdict_final=b"decided")
    stock(store, QUEUE, verdict_interim=b"for now")
    assert of(store).only_open().id == QUEUE


def test_none_or_more_than_one_open_is_a_wrong_call_with_candidates(store: MemoryStore) -> None:
    with pytest.raises(WrongCall, match="more than one") as caught:
        of(store).only_open()
    assert set(caught.value.suggestions) == {CACHE, CACHE_2, QUEUE, OLD}
    decided = MemoryStore()
    for id in (CACHE, QUEUE):
        stock(decided, id, "closed: {at: x}\n")
    with pytest.raises(WrongCall, match="no dialogue is open"):
        of(decided).only_open()


def test_a_title_that_speaks_of_closing_is_still_open() -> None:
    store = MemoryStore()
    stock(store, CACHE, 'title: "x closed: y"\n')
    stock(store, QUEUE, "closed: {at: x}\n")
    assert of(store).only_open().id == CACHE


def test_many_open_ones_cost_no_more_reads_than_the_error_names() -> None:
    class Counting(MemoryStore):
        loads = 0

        def load(self, uid: str) -> object:  # type: ignore[override]
            self.loads += 1
            return super().load(uid)

    store = Counting()
    for n in range(40):
        stock(store, f"2026-11-24T{n:04d}Z-x{n}")
    with pytest.raises(WrongCall) as caught:
        of(store).only_open()
    assert (len(caught.value.suggestions), store.loads) == (10, 11)


@pytest.mark.parametrize(
    ("id", "slug"),
    [(CACHE, "cache-policy"), ("2026-11-24T0528Z-", "2026-11-24T0528Z-"), ("2026-11-24-cache", "2026-11-24-cache"), (OLD, OLD)],
)
def test_a_slug_is_the_id_without_its_minute(id: str, slug: str) -> None:
    assert slug_of(id) == slug
