"""Where files lie on their medium, as it is told by discs, by filesystems, and by nobody."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from fileroom.sources import disc_order, held
from tests.packing import pack

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"DICOM/B": b"b" * 5000, "DICOM/A": b"a" * 5000, "README.TXT": b"hello"}
MOUNTS = """\
22 1 8:1 / / rw - ext4 /dev/sda1 rw
40 22 11:0 / /media/my\\040disc ro - iso9660 /dev/sr0 ro
"""


def test_a_disc_tells_it_by_its_directories(tmp_path: Path) -> None:
    found = disc_order.extents(str(pack(tmp_path / "disc.iso", FILES)))
    assert set(found) == set(FILES)
    data = (tmp_path / "disc.iso").read_bytes()
    assert all(data[found[name] : found[name] + len(FILES[name])] == FILES[name] for name in FILES)


@pytest.mark.parametrize("content", [None, b"", b"no disc" * 10_000])
def test_a_drive_that_may_not_be_read_tells_nothing(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "device").write_bytes(content)
    assert disc_order.extents(str(tmp_path / "device")) == {}


def test_what_holds_a_folder_is_the_mount_nearest_to_it() -> None:
    assert disc_order.mounted(MOUNTS, "/media/my disc/DICOM") == ("iso9660", "/media/my disc", "/dev/sr0")
    assert disc_order.mounted(MOUNTS, "/media/my disc two") == ("ext4", "/", "/dev/sda1")
    assert disc_order.mounted("", "/x") == ("", "", "")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux is asked")
def test_a_mounted_disc_is_ordered_by_its_extents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image, point = pack(tmp_path / "disc.iso", FILES), tmp_path / "point"
    for name, data in FILES.items():
        (point / name).parent.mkdir(parents=True, exist_ok=True)
        (point / name).write_bytes(data)
    (tmp_path / "mounts").write_text(f"40 22 11:0 / {point} ro - iso9660 {image} ro\n")
    monkeypatch.setattr(disc_order, "_MOUNTS", tmp_path / "mounts")
    where = disc_order.of(str(point))
    assert {name: where(str(point / name)) for name in FILES} == disc_order.extents(str(image))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux is asked")
def test_a_disk_that_turns_is_asked_and_others_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(b"x" * 10_000)
    monkeypatch.setattr(disc_order, "_turns", lambda _: True)
    where = disc_order.of(str(tmp_path))
    assert where(str(tmp_path / "one")) != where(str(tmp_path / "two"))
    assert where(str(tmp_path / "nowhere")) == 0
    monkeypatch.setattr(disc_order, "_turns", lambda _: False)
    assert disc_order.of(str(tmp_path))(str(tmp_path / "one")) == 0


def test_what_is_held_tells_it_itself() -> None:
    class Lying(held.Bytes):
        begin = 4096

    mount = held.hold({"a": Lying(b"1"), "b": b"2"}, label="x")
    where = disc_order.of(mount.point)
    assert (where(f"{mount.point}/a"), where(f"{mount.point}/b")) == (4096, 0)
    held.let_go(mount)
