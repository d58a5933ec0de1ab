"""Looking into something that is not to be kept: a disc, a stick, an image of a disc, or files that are made as asked.

A :class:`Medium` belongs to an archive in memory (:meth:`fileroom.archive.Archive.ephemeral`). It says what the source
is and has it looked at; what is found stands in the catalog like that of any import.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fileroom.errors import SourceError
from fileroom.intake.run import bring_in
from fileroom.sources import held, isos
from fileroom.sources.containers import Directory, gather
from fileroom.sources.paths import display
from fileroom.sources.positioned import READ_FLAGS, Plain, Stretches

if TYPE_CHECKING:
    from fileroom.catalog.store import Catalog
    from fileroom.jobs import CancelToken, OnProgress
    from fileroom.model import ImportSummary
    from fileroom.settings import Settings
    from fileroom.sources.drives import Mount
    from fileroom.sources.held import Files
    from fileroom.sources.positioned import Positioned

    Source = str | os.PathLike[str] | Files

_HEAD = 36 << 10  # up to the first descriptor of a volume (ECMA-119 6.2.1)


@dataclass(frozen=True, slots=True)
class _Opened:
    """Where the files of a source are. ``order``: how far from the beginning of the disc each of them lies."""

    root: str
    label: str
    kind: str  # "folder", "image", "made"
    mount: Mount | None = None
    fd: int = -1

    def close(self) -> None:
        if self.mount is not None:
            held.let_go(self.mount)
        if self.fd >= 0:
            os.close(self.fd)


class Medium:
    """A source that is looked into and forgotten."""

    def __init__(self, catalog: Catalog, settings: Settings, source: Source, label: str = "") -> None:
        self._catalog = catalog
        # One reader, that goes through a disc from its beginning to its end: seeks are what it costs. And no process
        # beside this one, that would hold what is not to be kept.
        self._settings = replace(settings, readers=1, aside=False)
        self._at = _opened(source, label)
        self.label = self._at.label
        self.kind = self._at.kind
        if self._at.mount is not None:
            catalog.hold(self._at.mount)

    def look(self, *, on_progress: OnProgress | None = None, cancel: CancelToken | None = None) -> ImportSummary:
        """Find all images of it. What it says of itself is shown first."""
        return bring_in(
            self._catalog, self._settings, [self._at.root], copy=False, who="", on_progress=on_progress, cancel=cancel
        )

    def close(self) -> None:
        """Let go of it: it can be ejected, and what was held of it is forgotten."""
        self._at.close()


def _opened(source: Source, label: str) -> _Opened:
    """Raises SourceError when it cannot be opened."""
    if isinstance(source, Mapping):
        mount = held.hold(source, label=label or "files")
        return _Opened(mount.point, mount.label, "made", mount)
    path = os.path.realpath(source)
    name = label or os.path.basename(path.rstrip(os.sep)) or path
    try:
        if os.path.isdir(path):
            os.scandir(path).close()
            return _Opened(path, name, "folder")
        return _image(path, name)
    except OSError as error:
        raise SourceError(f"{display(path)}: {error.strerror or 'it cannot be read'}") from error


def _image(path: str, label: str) -> _Opened:
    """The image of a disc, in a file or in the drive itself. SourceError when it is none."""
    fd = os.open(path, READ_FLAGS)
    try:
        mount = held.hold(_files_of(Plain(fd, os.lseek(fd, 0, os.SEEK_END)), path), label=label)
    except BaseException:
        os.close(fd)
        raise
    return _Opened(mount.point, label, "image", mount, fd)


def _files_of(source: Plain, path: str) -> dict[str, Positioned | bytes]:
    """The files of the image of a disc (ECMA-119), as far as its directories can be followed."""
    if not isos.recognises(source.read_at(0, _HEAD)):
        raise SourceError(f"{display(path)}: this is neither a folder nor the image of a disc")
    directory = Directory((source.size, 0, 0, 0), {})
    trouble = gather(directory, isos, source, lambda: None)
    if trouble is not None and not directory.members:
        raise SourceError(f"{display(path)}: the directory of this disc cannot be read")
    return {
        name: Stretches(source, member.stretches) for name, member in directory.members.items() if not member.refused
    }
