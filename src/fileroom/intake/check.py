"""Is what the catalog says still so? Presence, sizes and times of the files; on demand, every byte of them."""

from __future__ import annotations

import hashlib
import random
import time
from typing import TYPE_CHECKING

from fileroom.catalog import places
from fileroom.jobs import CancelToken, Progress
from fileroom.model import CheckReport, Finding, Trouble
from fileroom.sources.opened import look, opened
from fileroom.sources.paths import display

if TYPE_CHECKING:
    from fileroom.catalog.places import KnownPlace
    from fileroom.catalog.store import Catalog
    from fileroom.jobs import OnProgress

_CHUNK = 1 << 20


def check(
    catalog: Catalog,
    *,
    read_data: bool = False,
    sample: float = 1.0,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> CheckReport:
    """Compare the catalog with the files; with ``read_data`` hash a ``sample`` (0 … 1) of them as well.

    The first reading of a file is recorded, later ones are compared with it: what differs while size and time of
    change do not is silent damage. Raises Cancelled when the token asks for the end; what was recorded stays.
    """
    return _Check(catalog, read_data=read_data, sample=sample, cancel=cancel or CancelToken()).run(on_progress)


class _Check:
    def __init__(self, catalog: Catalog, *, read_data: bool, sample: float, cancel: CancelToken) -> None:
        self._catalog = catalog
        self._read_data = read_data
        self._sample = sample
        self._cancel = cancel
        self._findings: list[Finding] = []
        self._new: list[tuple[bytes, int]] = []
        self._files = self._offline = self._read = self._first = self._bytes = 0

    def run(self, on_progress: OnProgress | None) -> CheckReport:
        started = time.monotonic()
        for text in places.database_troubles(self._catalog):
            self._findings.append(Finding(trouble=Trouble.DATABASE, detail=text))
        for page in places.files(self._catalog):
            for place in page:
                self._cancel.check()
                self._one(place)
            self._keep()
            if on_progress:
                seconds = time.monotonic() - started
                on_progress(Progress(phase="reading", seen=self._files, done=self._files, seconds=seconds))
        for entry, missing, of in places.incomplete_series(self._catalog):
            self._findings.append(Finding(trouble=Trouble.LOST, entry=entry, detail=f"{missing} of {of}"))
        return CheckReport(
            files=self._files,
            offline=self._offline,
            read=self._read,
            first_read=self._first,
            bytes=self._bytes,
            seconds=time.monotonic() - started,
            findings=tuple(self._findings),
        )

    def _one(self, place: KnownPlace) -> None:
        self._files += 1
        if place.path is None:
            self._offline += 1
            return
        try:
            facts = look(place.path)
        except OSError as error:
            gone = isinstance(error, (FileNotFoundError, NotADirectoryError))
            self._found(Trouble.MISSING if gone else Trouble.UNREADABLE, place.path, error.strerror or "")
            return
        if facts.size != place.size or (place.mtime_ns and facts.mtime_ns != place.mtime_ns):
            self._found(Trouble.CHANGED, place.path)
        elif self._read_data and (self._sample >= 1 or random.random() < self._sample):  # noqa: S311 - a sample, no secret
            self._contents(place, place.path)

    def _contents(self, place: KnownPlace, path: str) -> None:
        try:
            digest = self._hash(path)
        except OSError as error:
            self._found(Trouble.UNREADABLE, path, error.strerror or "")
            return
        self._read += 1
        if place.content_digest is None:
            self._first += 1
            self._new.append((digest, place.id))
        elif place.content_digest != digest:
            self._found(Trouble.DAMAGED, path)

    def _hash(self, path: str) -> bytes:
        total, position = hashlib.sha256(), 0
        with opened(path) as file:
            while chunk := file.read_at(position, _CHUNK):
                self._cancel.check()
                total.update(chunk)
                position += len(chunk)
        self._bytes += position
        if position < file.size:
            raise OSError("it ends early")
        return total.digest()

    def _keep(self) -> None:
        if self._new:
            places.record_contents(self._catalog, self._new)
            self._new = []

    def _found(self, trouble: Trouble, path: str, detail: str = "") -> None:
        self._findings.append(Finding(trouble=trouble, path=display(path), detail=detail))
