from __future__ import annotations

import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fileroom.sources.paths import display, from_text, to_text


@given(st.binary(max_size=40))
@pytest.mark.skipif(sys.platform == "win32", reason="file names are bytes on POSIX only")
def test_every_path_comes_back(raw: bytes) -> None:
    path = os.fsdecode(raw)
    text = to_text(path)
    text.encode("utf-8")  # every database and every JSON can hold it
    assert from_text(text) == path


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"IM0001", "IM0001"),
        ("Müller".encode(), "Müller"),
        (b"caf\xe9", "caf\uf7e9"),
        ("\uf7e9".encode(), "\uf7ef\uf79f\uf7a9"),  # a real private character is escaped byte by byte
    ],
)
def test_the_text_of_a_path(raw: bytes, text: str) -> None:
    assert to_text(os.fsdecode(raw)) == text


def test_shown_paths_hold_nothing_that_moves_the_cursor() -> None:
    assert display(os.fsdecode(b"caf\xe9")) == r"caf\xe9"
    assert display("a\nb\x1b[2J\u202egnp.exe") == r"a\nb\x1b[2J\u202egnp.exe"
    assert display("山田/Müller") == "山田/Müller"
