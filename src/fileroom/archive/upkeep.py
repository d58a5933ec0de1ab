"""Upkeep: whether all is well, files in conflict, and what is removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fileroom.archive.core import Core
from fileroom.catalog import (
    userdata,
)
from fileroom.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fileroom.jobs import CancelToken, OnProgress
    from fileroom.model.checks import CheckReport, Conflict, Finding, Trouble
    from fileroom.model.entries import Counts, Instance
    from fileroom.model.ledger import (
        PurgeReport,
    )
    from fileroom.model.queries import Page


class Upkeep(Core):
    """Upkeep; a part of :class:`fileroom.archive.Archive`."""

    def check(
        self,
        *,
        read_data: bool = False,
        sample: float = 1.0,
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> CheckReport:
        """Compare the catalog with the files: presence, sizes, times; with ``read_data`` a ``sample`` of their bytes.
        Look for series with gaps and studies that one drive could take with it.

        No file is touched; digests of files that are read for the first time are recorded, and what was found is
        remembered: entries of which a file has changed say so. A cancelled check returns its report with state
        "cancelled".
        """
        from fileroom.intake.check import check

        return check(self._catalog, read_data=read_data, sample=sample, on_progress=on_progress, cancel=cancel)

    def checks(self, *, limit: int | None = None, offset: int = 0) -> Page[CheckReport]:
        """The last checks, newest first."""
        from fileroom.catalog import checks

        return checks.checks(self._catalog, limit=limit, offset=offset)

    def check_report(self, check_id: int) -> CheckReport:
        """One of them. NotFound when there is none of this number, or it is long forgotten."""
        from fileroom.catalog import checks

        return checks.check_report(self._catalog, check_id)

    def findings(
        self, check_id: int, *, trouble: Trouble | None = None, limit: int | None = None, offset: int = 0
    ) -> Page[Finding]:
        """What a check found, of one kind or all."""
        from fileroom.catalog import checks

        return checks.findings(self._catalog, check_id, trouble=trouble, limit=limit, offset=offset)

    def conflicts(self, *, series: str | None = None, limit: int | None = None, offset: int = 0) -> Page[Conflict]:
        """Images whose files have different content: every file, and in what it differs from the one that is shown."""
        from fileroom.intake.choose import list_conflicts

        return list_conflicts(self._catalog, series=series, limit=limit, offset=offset)

    def choose(self, file: int | str) -> Instance:
        """Of the files that claim to be one image, show this one (its number, or its path) from now on.

        The user's word goes by DICOM identifiers and content: it outlives later imports, moves and a rebuild. NotFound
        when the file is not known, Unavailable when it cannot be read now.
        """
        from fileroom.intake.choose import choose

        return self._instance(choose(self._catalog, file))

    def unchoose(self, file: int | str) -> Instance:
        """Take back what was chosen for the image of this file. BadRequest when nothing was."""
        from fileroom.intake.choose import unchoose

        return self._instance(unchoose(self._catalog, file))

    def forget(self, ids: Sequence[str]) -> Counts:
        """Remove entries (of any level) from the archive; the files stay. Returns what was removed."""
        if not ids:
            raise BadRequest("no entry was named")
        return userdata.forget(self._catalog, ids)

    def restore(self, ids: Sequence[str]) -> Counts:
        """Take back :meth:`forget`; returns what is shown again. NoRoom where that were too many patients."""
        if not ids:
            raise BadRequest("no entry was named")
        return userdata.restore(self._catalog, ids, max_patients=self.settings.max_patients)

    def purge(self, *, dry_run: bool = False, cancel: CancelToken | None = None) -> PurgeReport:
        """Delete the copies that the archive owns of what was removed from it; with ``dry_run`` only say which.

        No other file is ever deleted. What is purged cannot be restored. Busy while an import is running.
        """
        from fileroom.intake import purge

        return purge.preview(self._catalog) if dry_run else purge.purge(self._catalog, cancel=cancel)
