"""Discs and sticks that are plugged in now: what may be offered to be looked at. Nothing on them is touched."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fileroom.sources import drives
from fileroom.sources.drives import parse_mountinfo
from fileroom.sources.paths import display, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_DISC: Final = "disc"
_STICK: Final = "stick"
# Where desktops mount what somebody plugs in; the kernel calls many a USB disk not removable.
_PLUGGED: Final = ("/media/", "/run/media/", "/Volumes/")
_WINDOWS_KINDS: Final = {2: _STICK, 5: _DISC}  # GetDriveTypeW: removable, CD-ROM


@dataclass(frozen=True, slots=True)
class Removable:
    """A medium: where it is, what it is called, and whether it is a "disc" or a "stick"."""

    path: str
    label: str
    kind: str

    def plain(self) -> dict[str, str]:
        """The medium as docs/http-api.md shows it."""
        return {"path": to_text(self.path), "label": display(self.label), "kind": self.kind}


def plugged_in() -> tuple[Removable, ...]:
    """The media that are there now, by path. Lightly asked: what the system knows, and no medium is read."""
    if sys.platform == "win32":
        found = list(_windows())
    elif Path("/proc/self/mountinfo").exists():
        found = list(_linux(Path("/")))
    else:
        found = [Removable(m.point, m.label, _STICK) for m in drives.current().mounts if m.point.startswith(_PLUGGED)]
    return tuple(sorted(found, key=lambda medium: medium.path))


def _linux(top: Path) -> Iterator[Removable]:
    """What is mounted, and discs in drives that are not; ``top`` is where the system's own folders begin."""
    text = (top / "proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    labels = _labels(top / "dev/disk/by-label")
    mounted = set()
    for point, inside, kind, source in parse_mountinfo(text):
        device = os.path.basename(source)
        mounted.add(device)
        medium = _kind(top, point, kind, source, device)
        if medium and inside == "/":
            yield Removable(point, labels.get(device) or os.path.basename(point) or point, medium)
    for block in sorted((top / "sys/class/block").glob("sr[0-9]*")):
        if block.name not in mounted and _number(block / "size") > _NO_DISC:
            yield Removable(f"/dev/{block.name}", labels.get(block.name) or block.name, _DISC)


_NO_DISC: Final = 4  # blocks of 512 bytes: what some drives say of themselves when they are empty


def _kind(top: Path, point: str, kind: str, source: str, device: str) -> str | None:
    if not source.startswith("/dev/"):
        return None
    if kind in {"iso9660", "udf"}:
        return _DISC
    whole = (top / "sys/class/block" / device).resolve()
    removable = any(_number(folder / "removable") for folder in (whole, whole.parent))
    return _STICK if removable or point.startswith(_PLUGGED) else None


def _labels(folder: Path) -> dict[str, str]:
    """The labels of devices; udev writes a space as four characters."""
    try:
        return {
            os.path.basename(os.path.realpath(entry.path)): entry.name.replace("\\x20", " ")
            for entry in os.scandir(folder)
        }
    except OSError:
        return {}


def _number(path: Path) -> int:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def _windows() -> Iterator[Removable]:
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - an attribute that exists on Windows only
    for mount in drives.current().mounts:
        kind = _WINDOWS_KINDS.get(kernel.GetDriveTypeW(mount.point))
        if kind:
            yield Removable(mount.point, mount.label, kind)
