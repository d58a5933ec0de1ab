"""Where a folder chooser starts, and what is in a folder: a browser cannot hand over a path, so we show ours.

Paths travel as :func:`fileroom.sources.paths.to_text` writes them: any name comes back as the same folder.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fileroom.errors import BadRequest
from fileroom.sources import drives
from fileroom.sources.paths import display, from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Mount points that belong to the system; a person's scans do not lie there, and a container mounts many of them.
SYSTEM = ("/proc", "/sys", "/dev", "/run", "/boot", "/efi", "/etc", "/usr", "/var", "/snap", "/tmp", "/root", "/nix")  # noqa: S108 - not used to write
SHOWN_ANYWAY = ("/run/media/",)
# The parts of macOS that Finder hides as well.
SYSTEM_VOLUMES = ("/System/", "/private/")


@dataclass(frozen=True, slots=True)
class Place:
    """A folder to start from."""

    name: str
    path: str
    kind: str  # home, desktop, documents, downloads, drive, root, recent


@dataclass(frozen=True, slots=True)
class Folder:
    """What one folder holds: its sub-folders, and how many files. ``problem`` says why it cannot be listed."""

    path: str
    parent: str | None
    folders: tuple[tuple[str, str], ...] = ()
    files: int = 0
    problem: str | None = None
    names: tuple[tuple[str, str], ...] = ()  # of its files, where they were asked for

    def plain(self) -> dict[str, object]:
        """The folder as docs/http-api.md shows it."""
        return {
            "path": self.path,
            "parent": self.parent,
            "folders": [{"name": name, "path": path} for name, path in self.folders],
            "files": self.files,
            "problem": self.problem,
            **({"names": [{"name": name, "path": path} for name, path in self.names]} if self.names else {}),
        }


def asked_path(text: str) -> str:
    """The absolute path that a page names; ``~`` is the user's home."""
    path = from_text(text)
    if "\0" in path:
        raise BadRequest("That is not a path.")
    if path == "~" or path.startswith(("~/", "~\\")):
        path = str(Path(path).expanduser())
    if not Path(path).is_absolute():
        raise BadRequest("A path must be absolute: it begins with / or with a drive letter.")
    return os.path.normpath(path)


def places(recent: Iterable[str]) -> list[Place]:
    """Every place where a chooser may start. ``recent`` are folders that were imported lately."""
    found = [*_own_folders(), *_drives(), *_roots()]
    known = {place.path for place in found}
    for path in dict.fromkeys(recent):
        text = to_text(path)
        if text not in known:
            found.append(Place(display(Path(path).name or path), text, "recent"))
    return found


def _own_folders() -> Iterator[Place]:
    import platformdirs

    home = str(Path.home())
    seen = set()
    for kind, path in (
        ("home", home),
        ("desktop", platformdirs.user_desktop_dir()),
        ("documents", platformdirs.user_documents_dir()),
        ("downloads", platformdirs.user_downloads_dir()),
    ):
        if path not in seen and Path(path).is_dir():
            seen.add(path)
            yield Place(display(Path(path).name or path), to_text(path), kind)


def _drives() -> Iterator[Place]:
    for mount in sorted(drives.current().mounts, key=lambda mount: natural(mount.point)):
        if mount.kind in {"disk", "optical", "network"} and shows(mount.point):
            yield Place(display(mount.label or mount.point), to_text(mount.point), "drive")


def shows(point: str) -> bool:
    """Whether a mount point is a drive in the eyes of a person."""
    if point.startswith(SHOWN_ANYWAY):
        return True
    system = any(point == folder or point.startswith(folder + "/") for folder in SYSTEM)
    return point != "/" and not system and not point.startswith(SYSTEM_VOLUMES)


def _roots() -> Iterator[Place]:
    if sys.platform != "win32":  # there the drives are the roots
        yield Place("/", "/", "root")


MOST_NAMES = 2000


def folder(path: str, *, with_files: bool = False) -> Folder:
    """The sub-folders of ``path`` in the order a person expects, hidden ones left out, and its files if wanted."""
    text, parent = to_text(path), _parent(path)
    try:
        with os.scandir(path) as entries:
            shown = [entry for entry in entries if not _hidden(entry)]
    except PermissionError:
        return Folder(text, parent, problem="permission_denied")
    except (FileNotFoundError, NotADirectoryError):
        return Folder(text, parent, problem="not_found")
    except OSError:  # an unplugged drive, a share that is gone
        return Folder(text, parent, problem="unreachable")
    below = sorted((entry for entry in shown if _is_folder(entry)), key=lambda entry: natural(entry.name))
    folders = tuple((display(entry.name), to_text(entry.path)) for entry in below)
    known = {entry.name for entry in below}
    files = [entry for entry in shown if entry.name not in known]
    listed = sorted(files, key=lambda entry: natural(entry.name))[:MOST_NAMES] if with_files else []
    names = tuple((display(entry.name), to_text(entry.path)) for entry in listed)
    return Folder(text, parent, folders, files=len(files), names=names)


def unreachable(path: str) -> Folder:
    """A folder that did not answer in time."""
    return Folder(to_text(path), _parent(path), problem="unreachable")


def _parent(path: str) -> str | None:
    above = str(Path(path).parent)
    return to_text(above) if above != path else None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads nowhere
        return False


def _hidden(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith("."):
        return True
    if sys.platform == "win32":
        attributes = entry.stat(follow_symlinks=False).st_file_attributes
        return bool(attributes & (stat.FILE_ATTRIBUTE_HIDDEN | stat.FILE_ATTRIBUTE_SYSTEM))
    return False


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """A sort key that has “scan 2” before “scan 10”, whatever the case."""
    pieces = re.split(r"(\d+)", name.casefold())
    return tuple((int(piece), "") if piece.isdecimal() else (-1, piece) for piece in pieces)


def missing(paths: Iterable[str]) -> bool:
    """Whether one of those paths does not exist, or lies where we may not look."""
    try:
        return not all(Path(path).exists() for path in paths)
    except OSError:
        return True
