"""Files that go to the disk past the cache: the same bytes, whatever their number, and where there is no such way."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from fileroom.intake.straight import Buffers, Straight

if TYPE_CHECKING:
    from pathlib import Path

SIZES = (0, 1, 4095, 4096, 65_535, 65_536, 65_537, 262_143, 262_144, 262_145, 300_000, 524_288, 786_433)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", [1 << 20, 131_060, 9_999])
def test_what_is_written_is_there(tmp_path: Path, size: int, step: int) -> None:
    data = os.urandom(size)
    file = Straight(str(tmp_path / "one"), Buffers())
    for at in range(0, size, step):
        file.write(memoryview(data)[at : at + step])
    file.force()
    assert file.read_at(0, 16) == data[:16]
    assert file.read_at(20_000, 100_000) == data[20_000:120_000]
    file.close()
    assert (file.size, (tmp_path / "one").read_bytes()) == (size, data)


def test_more_may_come_after_a_look(tmp_path: Path) -> None:
    file = Straight(str(tmp_path / "one"), Buffers())
    data = os.urandom(700_000)
    for begin, end in ((0, 300_001), (300_001, 300_002), (300_002, 700_000)):
        file.write(data[begin:end])
        file.settle()
        assert file.read_at(0, end) == data[:end]
    file.close()
    assert (tmp_path / "one").read_bytes() == data


@pytest.mark.parametrize("refused", ["open", "write"])
def test_a_disk_that_knows_no_such_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str) -> None:
    real_open, real_write = os.open, os.write
    direct = getattr(os, "O_DIRECT", 0)
    if not direct:
        pytest.skip("this system has none either")
    tried: list[str] = []

    def open_(path: str, flags: int, mode: int = 0o777) -> int:
        if refused == "open" and flags & direct:
            tried.append("open")
            os.close(real_open(path, flags & ~direct, mode))  # as Linux did for long: made, and refused
            raise OSError(errno.EINVAL, "")
        return real_open(path, flags & ~direct, mode)

    def write(handle: int, data: memoryview) -> int:
        if refused == "write" and not tried:
            tried.append("write")
            raise OSError(errno.EINVAL, "")
        return real_write(handle, data)

    monkeypatch.setattr(os, "open", open_)
    monkeypatch.setattr(os, "write", write)
    file = Straight(str(tmp_path / "one"), Buffers())
    data = os.urandom(600_000)
    file.write(data)
    file.force()
    file.close()
    assert (tried, (tmp_path / "one").read_bytes()) == ([refused], data)


def test_a_write_that_takes_less_than_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, data[:1000]))
    file = Straight(str(tmp_path / "one"), Buffers())
    data = os.urandom(300_000)
    file.write(data)
    file.force()
    file.close()
    assert (tmp_path / "one").read_bytes() == data


def test_buffers_are_used_again(tmp_path: Path) -> None:
    buffers = Buffers()
    first = buffers.take()
    buffers.give(first)
    assert buffers.take() is first
    file = Straight(str(tmp_path / "one"), buffers)
    file.close()
    file.close()  # once more does no harm, and gives nothing back twice
    assert buffers.take() is not buffers.take()
