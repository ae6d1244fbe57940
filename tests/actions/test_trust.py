"""Trust is a hash of the settings as they were read, for one workspace."""

from __future__ import annotations

from pathlib import Path

from blue_cli.actions.trust import forget, is_trusted, record


def test_only_what_was_recorded_is_trusted(tmp_path: Path) -> None:
    folder = str(tmp_path / "state" / "trust")
    assert not is_trusted(folder, "/repo", b"a")
    assert record(folder, "/repo", b"a")
    assert is_trusted(folder, "/repo", b"a")
    assert not is_trusted(folder, "/repo", b"b")
    assert not is_trusted(folder, "/other", b"a")


def test_recording_again_says_so_and_replaces_what_was(tmp_path: Path) -> None:
    folder = str(tmp_path)
    record(folder, "/repo", b"a")
    assert not record(folder, "/repo", b"a")
    assert record(folder, "/repo", b"b")
    assert not is_trusted(folder, "/repo", b"a")


def test_forgetting(tmp_path: Path) -> None:
    folder = str(tmp_path)
    assert not forget(folder, "/repo")
    record(folder, "/repo", b"a")
    assert forget(folder, "/repo")
    assert not is_trusted(folder, "/repo", b"a")


def test_a_spoiled_record_trusts_nothing(tmp_path: Path) -> None:
    folder = str(tmp_path)
    record(folder, "/repo", b"a")
    for path in tmp_path.iterdir():
        path.write_bytes(b"\xff\n")
    assert not is_trusted(folder, "/repo", b"a")


def test_the_same_folder_under_another_name_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "repo")
    record(str(tmp_path / "t"), str(tmp_path / "repo"), b"a")
    assert is_trusted(str(tmp_path / "t"), str(tmp_path / "link"), b"a")
