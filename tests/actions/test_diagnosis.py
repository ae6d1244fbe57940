"""What doctor says can be pasted in public: no home, no password."""

from __future__ import annotations

import pytest

from blue_cli.actions.diagnosis import below_home, without_secrets


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/muffin/a", "~/a"),
        ("at /home/muffin: x", "at ~: x"),
        ("/home/muffins/a", "/home/muffins/a"),
        ("/srv/home/muffin/a", "/srv/home/muffin/a"),
        ("file:/home/muffin/k and /home/muffin/l", "file:~/k and ~/l"),
    ],
)
def test_the_home_is_a_tilde(text: str, shown: str) -> None:
    assert below_home(text, "/home/muffin") == shown
    assert below_home(text, "/home/muffin/") == shown
    assert below_home("/etc", "/") == "/etc"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://blue:s3cret@db/x",
        "postgresql://:s3cret@db/x",
        "postgresql://blue:s3c@s3cret@db/x",
        "postgresql://db/x?user=a&password=s3cret&b=c",
        'store = "postgres://u:s3cret@h/d" is ignored',
        "host=db password=s3cret dbname=x",
        "dynamodb://t?secret=s3cret",
    ],
)
def test_no_password_is_left(url: str) -> None:
    shown = without_secrets(url)
    assert "s3cret" not in shown
    assert "***" in shown
    assert without_secrets("https://db:5432/x?sslmode=require") == "https://db:5432/x?sslmode=require"
