from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fileroom.sources.compare import same_bytes

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("size", [0, 1, 100, (1 << 20) + 1, 20 << 20])
def test_the_same_and_one_byte_at_the_end(tmp_path: Path, size: int) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_bytes(bytes(size))
    b.write_bytes(bytes(size))
    assert same_bytes(str(a), str(b))
    b.write_bytes(bytes(max(0, size - 1)) + b"x")
    assert not same_bytes(str(a), str(b))


def test_any_byte_of_a_file_of_usual_size(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_bytes(bytes(3 << 20))
    b.write_bytes(bytes(2 << 20) + b"x" + bytes((1 << 20) - 1))
    assert not same_bytes(str(a), str(b))
