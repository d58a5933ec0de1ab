from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from fileroom.errors import SourceError
from fileroom.sources import marker
from fileroom.sources.drives import Mount, Mounts, current, of_mountinfo, parse_mountinfo

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


@pytest.mark.parametrize(
    ("line", "identity"),
    [
        ("60 1 0:51 / /mnt/a rw - nfs4 nas:/export/scans rw,vers=4.2", "share:nas:/export/scans"),
        ("61 1 0:52 / /mnt/b rw - nfs NAS:/export/scans/ rw,vers=3", "share:nas:/export/scans"),
        ("62 1 0:53 / /mnt/c rw - nfs4 [fe80::1]:/scans rw", "share:[fe80::1]:/scans"),
        ("63 1 0:54 / /mnt/d rw - cifs //nas/scans rw,vers=3.1.1", "share://nas/scans"),
        ("64 1 0:55 / /mnt/e rw - cifs //NAS/Scans/ rw,vers=3.1.1", "share://nas/scans"),
        (r"65 1 0:56 / /mnt/f rw - cifs //nas/my\040scans/Sub rw", "share://nas/my scans/Sub"),
        ("66 1 0:57 / /mnt/g rw - fuse.sshfs anna@Host:/scans rw", "share:anna@host:/scans"),
    ],
)
def test_a_share_is_known_by_its_address(line: str, identity: str) -> None:
    (mount,) = of_mountinfo(line, {}, {})
    assert (mount.filesystem_id, mount.kind) == (identity, "network")


def _mounted(point: Path, *, inside: str = "/", kind: str = "fuse.exotic") -> Mount:
    (mount,) = of_mountinfo(f"40 35 0:50 {inside} {point} rw - {kind} exotic rw", {}, {})
    return mount


def test_a_drive_without_an_identity_is_known_by_its_marker_wherever_it_is(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    assert _mounted(tmp_path / "stick").known_by_place
    written = marker.write(str(tmp_path / "stick"))
    assert written == tmp_path / "stick/.fileroom-drive"
    before = _mounted(tmp_path / "stick")
    (tmp_path / "stick").rename(tmp_path / "elsewhere")
    after = _mounted(tmp_path / "elsewhere")
    assert before.filesystem_id == after.filesystem_id == f"marker:{marker.read(str(tmp_path / 'elsewhere'))}"


def test_a_marker_is_not_asked_of_what_has_an_identity_or_is_no_drive(tmp_path: Path) -> None:
    marker.write(str(tmp_path))
    line = f"40 35 8:17 / {tmp_path} rw - vfat /dev/no-such-stick rw"
    assert of_mountinfo(line, {"/dev/no-such-stick": "1234-ABCD"}, {})[0].filesystem_id == "uuid:1234-ABCD"
    assert _mounted(tmp_path, kind="autofs").known_by_place
    assert _mounted(tmp_path, inside="/part").known_by_place


@pytest.mark.parametrize("text", [b"", b"drive: 42\n", b"DICM\x00\xff", b"x" * 5000 + b"\ndrive: " + b"0" * 36])
def test_what_is_no_marker_marks_nothing_and_is_not_overwritten(tmp_path: Path, text: bytes) -> None:
    (tmp_path / ".fileroom-drive").write_bytes(text)
    assert marker.read(str(tmp_path)) is None
    with pytest.raises(SourceError, match="no marker of ours"):
        marker.write(str(tmp_path))
    assert (tmp_path / ".fileroom-drive").read_bytes() == text


def test_a_marker_is_no_link(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "drive").mkdir()
    (tmp_path / "drive/.fileroom-drive").symlink_to(marker.write(str(tmp_path / "other")))
    assert marker.read(str(tmp_path / "drive")) is None
