"""Which provider a URL means."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from blue_cli.crypto.keys.registry import provider, shown
from blue_cli.errors import WrongCall

ARN = "arn:aws:kms:eu-central-1:123456789012:key/0193a5b0-0000-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("url", "env", "path"),
    [
        ("file:", {}, "/home/b/.blue/keys/umk.key"),
        ("passphrase:", {}, "/home/b/.blue/keys/umk.key"),
        ("file:", {"BLUE_KEY_FILE": "/media/stick/my.key"}, "/media/stick/my.key"),
        ("file:/a/../b.key", {"BLUE_KEY_FILE": "/media/stick/my.key"}, "/b.key"),
        ("file:///a/b.key", {}, "/a/b.key"),
        ("passphrase:~/x.key", {}, "/home/b/x.key"),
    ],
)
def test_where_a_key_file_lies(url: str, env: dict[str, str], path: str) -> None:
    made = provider(url, {"HOME": "/home/b", **env})
    assert made.path == path  # type: ignore[attr-defined]
    assert made.scheme == url.partition(":")[0]


@pytest.mark.parametrize(
    "url", ["", "file", "gpg:me", "umk.key", "/a/b.key", "file:b.key", "file:/a\0b", "awskms:", "awskms", "FILE:", "file://host/x"]
)
def test_what_is_no_provider(url: str) -> None:
    with pytest.raises(WrongCall):
        provider(url, {"HOME": "/home/b"})


def test_messages_do_not_name_the_home() -> None:
    assert shown("/home/b/.blue/keys/umk.key", "/home/b") == "~/.blue/keys/umk.key"
    assert shown("/home/bert/umk.key", "/home/b") == "/home/bert/umk.key"


def test_nothing_is_read_and_no_service_is_imported_before_it_is_needed(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from blue_cli.crypto.keys.registry import provider\n"
        f"provider('file:/nowhere/umk.key', {{}}); provider('awskms:{ARN}', {{}}).id\n"
        "print(sorted({'boto3', 'botocore'} & set(sys.modules)))\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stdout == "[]\n", ran.stderr
