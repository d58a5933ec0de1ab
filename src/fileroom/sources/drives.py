"""Drives: mounted filesystems, known by their own identity and not by where they are mounted.

A file is recorded as (drive, path on the drive); the same disk at another mount point or under another letter is the
same drive. Identity is, in this order: the filesystem's UUID or serial, the address of a network share, the
filesystem id that the kernel derives from the superblock, the marker that the user agreed to (``marker.py``), and,
where nothing else can be had, the mount point.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fileroom.sources import marker

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PLACE = "place:"
_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "sshfs", "fuse.sshfs", "afpfs", "webdav", "9p", "ceph"})
# Filesystems whose f_fsid is made from the superblock and so survives a remount; others give the device number.
_STABLE_FSID = frozenset({"ext2", "ext3", "ext4", "btrfs", "zfs", "f2fs"})
_DISK = _STABLE_FSID | {"xfs", "vfat", "exfat", "ntfs", "ntfs3", "fuseblk", "apfs", "hfs"}
_OPTICAL = frozenset({"iso9660", "udf", "cd9660", "cddafs"})
# No drives: nobody's files lie there, and touching an automounter mounts what it stands for.
_NO_DRIVES = frozenset(
    "autofs binfmt_misc bpf cgroup cgroup2 configfs debugfs devpts devtmpfs efivarfs fuse.gvfsd-fuse fuse.portal "
    "fusectl hugetlbfs mqueue nsfs proc pstore rpc_pipefs securityfs selinuxfs sysfs tracefs".split()
)


@dataclass(frozen=True, slots=True)
class Mount:
    """A filesystem at a place: ``inside`` is the folder of the filesystem that shows at ``point`` ("/" mostly)."""

    filesystem_id: str
    kind: str  # "disk", "network", "optical", "memory", "held", "other"
    label: str
    point: str
    inside: str = "/"

    @property
    def known_by_place(self) -> bool:
        """Whether it has no identity but the place where it is mounted."""
        return self.filesystem_id.startswith(_PLACE)


@dataclass(frozen=True, slots=True)
class Mounts:
    """What is mounted now, longest mount point first."""

    mounts: tuple[Mount, ...]

    @classmethod
    def of(cls, mounts: Iterable[Mount]) -> Mounts:
        """Mounts in the order in which :meth:`locate` wants them; of two at one point the later wins."""
        by_point = {mount.point: mount for mount in mounts}
        return cls(tuple(sorted(by_point.values(), key=lambda m: -len(m.point))))

    def locate(self, path: str) -> tuple[Mount, str]:
        """The mount that holds absolute ``path``, and the path on its drive (slashes, no drive letter)."""
        for mount in self.mounts:
            rest = _below(mount.point, path)
            if rest is not None:
                return mount, _join(mount.inside, rest)
        anchor = os.path.splitdrive(path)[0] + os.sep
        return Mount(f"{_PLACE}{anchor}", "other", anchor, anchor), path.replace(os.sep, "/")

    def absolute(self, filesystem_id: str, path: str) -> str | None:
        """Where ``path`` of a drive can be found now; None when the drive is not mounted."""
        best: tuple[tuple[int, bool], str] | None = None
        for mount in self.mounts:
            if mount.filesystem_id != filesystem_id:
                continue
            rest = _below(mount.inside, path, "/")
            rank = len(mount.inside), mount.kind == "held"  # what is in memory may be there no longer
            if rest is not None and (best is None or rank > best[0]):
                here = os.path.join(mount.point, rest.replace("/", os.sep)) if rest else mount.point
                best = (rank, here)
        return best[1] if best else None

    def shown(self, filesystem_id: str, mount_point: str, path: str) -> str:
        """Where ``path`` of a drive is now, or where it was when the drive was last at ``mount_point``."""
        return self.absolute(filesystem_id, path) or mount_point.rstrip("/") + path

    def present(self) -> frozenset[str]:
        """The identities of all drives that are mounted."""
        return frozenset(mount.filesystem_id for mount in self.mounts)


def current() -> Mounts:
    """What is mounted now on this machine."""
    if sys.platform == "win32":
        return Mounts.of(_windows())
    if Path("/proc/self/mountinfo").exists():
        return Mounts.of(_linux())
    return Mounts.of(_other_unix())


def parse_mountinfo(text: str) -> list[tuple[str, str, str, str]]:
    """(mount point, root inside the filesystem, filesystem type, source) of each line (proc(5))."""
    rows = []
    for line in text.splitlines():
        left, _, right = line.partition(" - ")
        a, b = left.split(" "), right.split(" ")
        if len(a) >= 5 and len(b) >= 2:  # noqa: PLR2004 - the columns of proc(5)
            rows.append((_octal(a[4]), _octal(a[3]), b[0], _octal(b[1])))
    return rows


def _octal(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda m: chr(int(m.group(1), 8)), text)


def _linux() -> list[Mount]:
    text = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    return of_mountinfo(text, _by_device("/dev/disk/by-uuid"), _by_device("/dev/disk/by-label"))


def of_mountinfo(text: str, uuids: Mapping[str, str], labels: Mapping[str, str]) -> list[Mount]:
    """The mounts that the kernel's table names, with the UUIDs and labels of devices."""
    found = []
    for point, inside, kind, source in parse_mountinfo(text):
        device = os.path.realpath(source) if source.startswith("/dev/") else source
        uuid = uuids.get(device)
        label = labels.get(device) or os.path.basename(point) or point
        found.append(Mount(_identity(uuid, kind, source, point, inside), _kind(kind), label, point, inside))
    return found


def _by_device(folder: str) -> dict[str, str]:
    try:
        with os.scandir(folder) as entries:
            return {os.path.realpath(entry.path): entry.name for entry in entries}
    except OSError:
        return {}


def _identity(uuid: str | None, kind: str, source: str, point: str, inside: str) -> str:
    if uuid:
        return f"uuid:{uuid}"
    if kind in _NETWORK:
        return f"share:{_address(source)}"
    if kind in _STABLE_FSID:
        try:
            fsid = os.statvfs(point).f_fsid
        except OSError:
            fsid = 0
        if fsid:
            return f"fsid:{kind}:{fsid:x}"
    # The marker lies at the top of a drive, which of a drive that is mounted in part is not to be seen.
    number = marker.read(point) if inside == "/" and kind not in _NO_DRIVES else None
    return f"marker:{number}" if number else f"{_PLACE}{kind}:{point}"


def _address(source: str) -> str:
    """The address of a share, one way of writing it: names of hosts, and of SMB shares, know no case."""
    if source.startswith("//"):
        host, _, rest = source[2:].partition("/")
        share, slash, below = rest.rstrip("/").partition("/")
        return f"//{host.lower()}/{share.lower()}{slash}{below}"
    host, colon, path = source.partition(":/")
    return f"{host.lower()}:/{path.rstrip('/')}" if colon else source


def _kind(kind: str) -> str:
    if kind in _NETWORK:
        return "network"
    if kind in _OPTICAL:
        return "optical"
    if kind in {"tmpfs", "ramfs"}:
        return "memory"
    return "disk" if kind in _DISK else "other"


def _other_unix() -> list[Mount]:
    """macOS and the BSDs: volumes under /Volumes and the root, by the UUID that diskutil knows."""
    points = ["/"]
    volumes = Path("/Volumes")
    if volumes.is_dir():
        points += [str(p) for p in volumes.iterdir() if p.is_mount()]
    return [_mac_mount(point) for point in points]


def _mac_mount(point: str) -> Mount:
    import plistlib
    import subprocess

    try:
        asked = ["/usr/sbin/diskutil", "info", "-plist", point]
        out = subprocess.run(asked, capture_output=True, timeout=5, check=True).stdout  # noqa: S603 - fixed program
        facts = plistlib.loads(out)
    except (OSError, subprocess.SubprocessError, plistlib.InvalidFileException):
        facts = {}
    uuid = facts.get("VolumeUUID")
    label = facts.get("VolumeName") or os.path.basename(point) or "/"
    kind = "network" if not uuid and point != "/" else "disk"
    number = None if uuid else marker.read(point)
    place = f"marker:{number}" if number else f"{_PLACE}{point}"
    return Mount(f"uuid:{uuid}" if uuid else place, kind, label, point)


def _windows() -> list[Mount]:
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - an attribute that exists on Windows only
    letters = [chr(65 + n) for n in range(26) if kernel.GetLogicalDrives() >> n & 1]
    kinds = {2: "disk", 3: "disk", 4: "network", 5: "optical", 6: "memory"}  # GetDriveTypeW
    found = []
    for letter in letters:
        point = f"{letter}:\\"
        serial = ctypes.c_uint32(0)
        label = ctypes.create_unicode_buffer(261)
        known = kernel.GetVolumeInformationW(point, label, 261, ctypes.byref(serial), None, None, None, 0)
        kind = kinds.get(kernel.GetDriveTypeW(point), "other")
        if not known:
            continue
        found.append(Mount(f"serial:{serial.value:08x}", kind, label.value or point, point))
    return found


def _below(folder: str, path: str, sep: str = os.sep) -> str | None:
    """``path`` relative to ``folder`` (``""`` for itself), None when it does not lie under it."""
    if path == folder:
        return ""
    base = folder if folder.endswith(sep) else folder + sep
    return path[len(base) :] if path.startswith(base) else None


def _join(inside: str, rest: str) -> str:
    rest = rest.replace(os.sep, "/")
    return f"{inside.rstrip('/')}/{rest}" if rest else inside
