"""Purge: the copies that the archive owns of what was removed from it are deleted. Nothing else ever is."""

from __future__ import annotations

import os
from itertools import groupby
from typing import TYPE_CHECKING

from fileroom.catalog.home import FILES_FOLDER
from fileroom.catalog.purging import forget_files, purgeable
from fileroom.intake.lock import import_lock
from fileroom.intake.own_files import Standing, delete, look_at
from fileroom.jobs import CancelToken
from fileroom.model.ledger import Purged, PurgeReport
from fileroom.sources.paths import display

if TYPE_CHECKING:
    from collections.abc import Callable

    from fileroom.catalog.purging import OwnedFile
    from fileroom.catalog.store import Catalog

_BATCH = 500


def preview(catalog: Catalog) -> PurgeReport:
    """What a purge would delete now."""
    return _Purge(catalog, look_at, CancelToken()).run()


def purge(catalog: Catalog, *, cancel: CancelToken | None = None) -> PurgeReport:
    """Delete it. Busy while an import is running; stops between two files when it is cancelled."""
    with import_lock(catalog.home):
        found = _Purge(catalog, delete, cancel or CancelToken())
        try:
            return found.run()
        finally:
            found.settle()


class _Purge:
    def __init__(self, catalog: Catalog, act: Callable[[str, str, int, int], Standing], cancel: CancelToken) -> None:
        self._catalog = catalog
        self._act = act
        self._cancel = cancel
        self._files = os.path.realpath(catalog.folder / FILES_FOLDER)
        self._gone: list[int] = []
        self._left: list[str] = []

    def run(self) -> PurgeReport:
        studies = groupby(purgeable(self._catalog), key=lambda file: file.study_id)
        entries = [entry for _, files in studies if (entry := self._study(list(files))).files]
        return PurgeReport(
            done=self._act is delete,
            files=sum(entry.files for entry in entries),
            bytes=sum(entry.bytes for entry in entries),
            entries=tuple(entries),
            left=tuple(self._left),
        )

    def _study(self, files: list[OwnedFile]) -> Purged:
        count = size = 0
        for file in files:
            if self._cancel.cancelled:
                break
            standing = self._act(self._files, file.path, file.size, file.mtime_ns)
            if standing is Standing.OTHER:
                self._left.append(display(self._files + file.path))
                continue
            count += standing is Standing.AS_WRITTEN
            size += file.size if standing is Standing.AS_WRITTEN else 0
            self._gone.append(file.id)
            if len(self._gone) >= _BATCH and self._act is delete:
                self.settle()
        first = files[0]
        return Purged(patient=first.patient, date=first.date, description=first.description, files=count, bytes=size)

    def settle(self) -> None:
        """The catalog forgets what is deleted: after the deed, so that a kill in between leaves nothing unsaid."""
        if self._gone:
            forget_files(self._catalog, self._gone)
            self._gone = []
