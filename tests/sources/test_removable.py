"""What is offered: discs and sticks as Linux tells of them, in a system that is written here."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from fileroom.sources.removable import Removable, _linux
from tests.world import plant

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the files of Linux, by their names there")

MOUNTS = """\
22 1 8:1 / / rw - ext4 /dev/sda1 rw
23 22 8:17 / /media/anna/MY\\040STICK rw - vfat /dev/sdb1 rw
24 22 11:0 / /mnt/cd ro - iso9660 /dev/sr0 ro
25 22 8:33 / /mnt/card rw - exfat /dev/sdc1 rw
26 22 0:50 / /run/media/share rw - nfs4 host:/share rw
27 22 8:2 / /home rw - ext4 /dev/sda2 rw
"""


def test_what_is_removable_is_listed(tmp_path: Path) -> None:
    plant(tmp_path, {"proc/self/mountinfo": MOUNTS.encode()})
    for disk, part, removable in (("sda", "sda1", 0), ("sda", "sda2", 0), ("sdb", "sdb1", 0), ("sdc", "sdc1", 1)):
        plant(tmp_path, {f"sys/devices/{disk}/removable": str(removable).encode()})
        plant(tmp_path, {f"sys/devices/{disk}/{part}/partition": b"1"})
        block = tmp_path / "sys/class/block"
        block.mkdir(parents=True, exist_ok=True)
        (block / part).symlink_to(tmp_path / "sys/devices" / disk / part)
    plant(tmp_path, {"sys/devices/sr1/size": b"1024", "sys/devices/sr2/size": b"4", "dev/sdb1": b""})
    for drive in ("sr1", "sr2"):
        (tmp_path / "sys/class/block" / drive).symlink_to(tmp_path / "sys/devices" / drive)
    labels = tmp_path / "dev/disk/by-label"
    labels.mkdir(parents=True)
    (labels / "MY\\x20STICK").symlink_to(tmp_path / "dev/sdb1")
    assert sorted(_linux(tmp_path), key=lambda medium: medium.path) == [
        Removable("/dev/sr1", "sr1", "disc"),  # a disc that nobody has mounted; in sr2 there is none
        Removable("/media/anna/MY STICK", "MY STICK", "stick"),
        Removable("/mnt/card", "card", "stick"),
        Removable("/mnt/cd", "cd", "disc"),
    ]
