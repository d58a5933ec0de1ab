from __future__ import annotations

import os
from typing import TYPE_CHECKING

from fileroom.sources.drives import Mount, Mounts, current, parse_mountinfo

if TYPE_CHECKING:
    from pathlib import Path

MOUNTINFO = r"""
36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
40 35 8:17 / /media/my\040stick rw shared:5 - vfat /dev/sdb1 rw
""".strip()


def test_the_lines_of_mountinfo() -> None:
    assert parse_mountinfo(MOUNTINFO) == [
        ("/mnt2", "/mnt1", "ext3", "/dev/root"),
        ("/media/my stick", "/", "vfat", "/dev/sdb1"),
    ]


def test_a_path_belongs_to_the_deepest_mount_and_is_found_again_elsewhere() -> None:
    before = Mounts.of([Mount("uuid:root", "disk", "", "/"), Mount("uuid:stick", "disk", "STICK", "/media/stick")])
    mount, inside = before.locate("/media/stick/ct/IM1")
    assert (mount.filesystem_id, inside) == ("uuid:stick", "/ct/IM1")
    assert before.locate("/media/sticky/IM1")[0].filesystem_id == "uuid:root"

    after = Mounts.of([Mount("uuid:root", "disk", "", "/"), Mount("uuid:stick", "disk", "STICK", "/mnt/usb")])
    assert after.absolute("uuid:stick", inside) == "/mnt/usb/ct/IM1"
    assert Mounts.of([Mount("uuid:root", "disk", "", "/")]).absolute("uuid:stick", inside) is None


def test_a_folder_of_a_filesystem_that_is_mounted_by_itself() -> None:
    mounts = Mounts.of([Mount("uuid:a", "disk", "", "/"), Mount("uuid:b", "disk", "", "/home", inside="/@home")])
    mount, inside = mounts.locate("/home/anna/IM1")
    assert (mount.filesystem_id, inside) == ("uuid:b", "/@home/anna/IM1")
    assert mounts.absolute("uuid:b", inside) == "/home/anna/IM1"
    assert mounts.absolute("uuid:b", "/@other/IM1") is None  # that part of the drive is not mounted


def test_this_machine(tmp_path: Path) -> None:
    mounts = current()
    path = os.path.realpath(tmp_path)
    mount, inside = mounts.locate(path)
    assert mounts.absolute(mount.filesystem_id, inside) == path
