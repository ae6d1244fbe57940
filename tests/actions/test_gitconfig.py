"""git is set up for dialogues only when asked, once, and around whatever is there already."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.actions.gitconfig import END, FILE, LINE, START, configure, values, with_block
from blue_cli.errors import Conflict

BLOCK = b"\n".join((START, LINE, END, b""))
KEYS = tuple(values("blue"))


class Clone:
    """The settings of one clone, in memory."""

    def __init__(self, **values: list[str]) -> None:
        self.values = {name.replace("_", "."): value for name, value in values.items()}

    def get(self, key: str) -> list[str]:
        return self.values.get(key, [])

    def set(self, key: str, value: str) -> None:
        self.values[key] = [value]


def test_everything_is_set_once(tmp_path: Path) -> None:
    clone = Clone()
    assert configure(str(tmp_path), clone, "blue").made == (FILE, *KEYS)
    assert (tmp_path / FILE).read_bytes() == BLOCK
    before = dict(clone.values)
    assert configure(str(tmp_path), clone, "blue").kept == (FILE, *KEYS)
    assert (tmp_path / FILE).read_bytes() == BLOCK and clone.values == before


def test_settings_of_an_older_blue_are_renewed_and_those_of_others_left_alone(tmp_path: Path) -> None:
    older = "/old/blue --no-input merge-file %O %A %B %P"
    clone = Clone(merge_blue_driver=[older], diff_blue_textconv=["my-own-tool"], merge_blue_name=["a", "b"])
    done = configure(str(tmp_path), clone, "blue")
    assert done.changed == ("merge.blue.driver",)
    assert done.left == ("merge.blue.name", "diff.blue.textconv")
    assert clone.values["diff.blue.textconv"] == ["my-own-tool"]


def test_a_cache_of_plaintext_is_switched_off(tmp_path: Path) -> None:
    clone = Clone(diff_blue_cachetextconv=["true"])
    assert "diff.blue.cachetextconv" in configure(str(tmp_path), clone, "blue").changed
    assert clone.values["diff.blue.cachetextconv"] == ["false"]


def test_a_percent_sign_in_the_path_of_blue_is_no_placeholder() -> None:
    made = values("'/a b/100%/blue'")
    assert made["merge.blue.driver"].startswith("'/a b/100%%/blue' --no-input merge-file ")
    assert "'/a b/100%/blue' --no-input" in made["diff.blue.textconv"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"", BLOCK),
        (b"*.png binary\n", b"*.png binary\n" + BLOCK),
        (b"*.png binary", b"*.png binary\n" + BLOCK),
        (b"*.png binary\r\n", b"*.png binary\r\n" + BLOCK.replace(b"\n", b"\r\n")),
        (b"a\n" + BLOCK + b"b\n", b"a\n" + BLOCK + b"b\n"),
        (b"a\n" + BLOCK[:-1], b"a\n" + BLOCK[:-1]),
        (b"a\n" + BLOCK.replace(LINE, b"old line\nolder") + b"b", b"a\n" + BLOCK + b"b"),
        (b"a\n" + BLOCK + b"b\n" + BLOCK + b"c\n", b"a\n" + BLOCK + b"b\nc\n"),
    ],
    ids=["empty", "after", "no end", "CRLF", "there", "there, no end", "older", "doubled by a merge"],
)
def test_the_block_stands_once_and_all_else_as_it_was(old: bytes, new: bytes) -> None:
    assert with_block(old) == new
    assert with_block(new) == new


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([b"*.md text\n", b"\n", b"# a\r\n", BLOCK, b"x", b"\xff\n"])).map(b"".join))
def test_whatever_is_there_stays_and_twice_is_once(data: bytes) -> None:
    try:
        new = with_block(data)
    except Conflict:
        return
    assert new.count(START) == new.count(LINE) == 1 and with_block(new) == new
    rest = new.replace(BLOCK.replace(b"\n", b"\r\n"), b"").replace(BLOCK, b"")
    assert rest.removesuffix(b"\n").removesuffix(b"\r") == data.replace(BLOCK, b"").removesuffix(b"\n").removesuffix(b"\r")


@pytest.mark.parametrize("cut", [START + b"\n" + LINE + b"\n", b"a\n" + END + b"\n", START + b"\n" + BLOCK])
def test_a_block_that_was_cut_is_for_a_person(tmp_path: Path, cut: bytes) -> None:
    (tmp_path / FILE).write_bytes(cut)
    clone = Clone()
    with pytest.raises(Conflict):
        configure(str(tmp_path), clone, "blue")
    assert (tmp_path / FILE).read_bytes() == cut and not clone.values


def test_a_link_is_not_written_through_and_a_file_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("theirs")
    (tmp_path / FILE).symlink_to("elsewhere")
    with pytest.raises(Conflict):
        configure(str(tmp_path), Clone(), "blue")
    assert (tmp_path / "elsewhere").read_text() == "theirs"
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).write_text("x\n")
    (tmp_path / FILE).chmod(0o640)
    configure(str(tmp_path), Clone(), "blue")
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o640
