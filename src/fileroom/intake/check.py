"""Is what the catalog says still so, and is what it holds whole? On demand every byte of the files is read."""

from __future__ import annotations

import hashlib
import os
import random
import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from fileroom.catalog import changes, checks, places
from fileroom.catalog.changes import Seen, differs
from fileroom.catalog.writes import now
from fileroom.errors import Cancelled
from fileroom.intake import findings
from fileroom.jobs import CancelToken, Progress
from fileroom.model.checks import CheckReport, Finding, Trouble
from fileroom.pixels.slices import flaws
from fileroom.sources.opened import look, opened
from fileroom.sources.paths import display

if TYPE_CHECKING:
    from fileroom.catalog.places import KnownPlace
    from fileroom.catalog.store import Catalog
    from fileroom.jobs import OnProgress

_CHUNK = 1 << 20
_PROGRESS_SECONDS = 0.1
_MOST = 100_000  # findings of one kind that are kept; all are counted


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
    change do not is silent damage. What was found is remembered. A check that was cancelled gives what it found until
    then, with state "cancelled"; the digests that it recorded stay.
    """
    return _Check(catalog, read_data=read_data, sample=sample, cancel=cancel or CancelToken()).run(on_progress)


class _Check:
    def __init__(self, catalog: Catalog, *, read_data: bool, sample: float, cancel: CancelToken) -> None:
        self._catalog = catalog
        self._read_data = read_data
        self._sample = sample
        self._cancel = cancel
        self._findings: list[Finding] = []
        self._counts: Counter[Trouble] = Counter()
        self._new: list[tuple[bytes, int]] = []
        self._seen: list[Seen] = []  # of the page: what stands otherwise than the catalog says
        self._of_page: list[tuple[int, Finding]] = []  # with the row of its file
        self._files = self._offline = self._read = self._first = self._bytes = 0
        self._started = time.monotonic()
        self._last_progress = 0.0
        self._on_progress: OnProgress | None = None

    def run(self, on_progress: OnProgress | None) -> CheckReport:
        self._on_progress = on_progress
        started, state = now(), "done"
        try:
            self._catalog_itself()
            self._all_files()
            self._whole_series()
        except Cancelled:
            state = "cancelled"
        self._keep()
        report = CheckReport(
            id=0,
            state=state,
            started=started,
            read_data=self._read_data,
            sample=self._sample,
            files=self._files,
            offline=self._offline,
            read=self._read,
            first_read=self._first,
            bytes=self._bytes,
            seconds=time.monotonic() - self._started,
            counts={trouble: self._counts[trouble] for trouble in Trouble},
        )
        return replace(report, id=checks.save(self._catalog, report, self._findings))

    # -- what is looked at -----------------------------------------------------------------------------------------

    def _catalog_itself(self) -> None:
        self._cancel.check()
        self._tell("walking", None)
        for text in places.database_troubles(self._catalog):
            self._found(Finding(trouble=Trouble.DATABASE, detail=text))

    def _all_files(self) -> None:
        total = places.count_files(self._catalog)
        for page in places.files(self._catalog):
            for place in page:
                self._cancel.check()
                self._one(place)
                self._tell("reading", total, place.path or "")
            self._keep()

    def _whole_series(self) -> None:
        """What the catalog knows without a look at the files."""
        self._tell("finishing", self._files, force=True)
        for series, missing, of in checks.incomplete_series(self._catalog):
            self._found(findings.of_lost(series, missing, of))
        for series, slices in checks.slices(self._catalog):
            self._cancel.check()
            for flaw in flaws(slices):
                self._found(findings.of_flaw(series, flaw))
        for one in checks.only_copies(self._catalog):
            self._found(findings.of_only_copy(one))

    def _one(self, place: KnownPlace) -> None:
        self._files += 1
        if place.path is None:
            self._offline += 1
            return
        try:
            facts = look(place.path)
        except OSError as error:
            gone = isinstance(error, (FileNotFoundError, NotADirectoryError))
            # "not where it was" says all; else the system's own word: permission denied, input/output error
            self._found_file(place, Trouble.MISSING if gone else Trouble.UNREADABLE, "" if gone else _word(error))
            return
        changed = differs(place.size, place.mtime_ns, facts)
        if changed != place.changed:
            self._seen.append(Seen(place.id, place.size, place.mtime_ns, changed))
        if changed:
            self._found_file(place, Trouble.CHANGED)
        elif self._read_data and (self._sample >= 1 or random.random() < self._sample):  # noqa: S311 - a sample, no secret
            self._contents(place, place.path)

    def _contents(self, place: KnownPlace, path: str) -> None:
        try:
            digest = self._hash(path)
        except OSError as error:
            self._found_file(place, Trouble.UNREADABLE, _word(error))
            return
        self._read += 1
        if place.content_digest is None:
            self._first += 1
            self._new.append((digest, place.id))
        elif place.content_digest != digest:
            self._found_file(place, Trouble.DAMAGED)

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

    # -- what is kept and told -------------------------------------------------------------------------------------

    def _found_file(self, place: KnownPlace, trouble: Trouble, detail: str = "") -> None:
        self._of_page.append((place.id, Finding(trouble=trouble, path=display(place.path or ""), detail=detail)))

    def _found(self, finding: Finding) -> None:
        self._counts[finding.trouble] += 1
        if self._counts[finding.trouble] <= _MOST:
            self._findings.append(finding)

    def _keep(self) -> None:
        """At the end of a page: its digests, and its findings with the series that they are about."""
        if self._new:
            places.record_contents(self._catalog, self._new)
            self._new = []
        if self._seen:
            changes.note(self._catalog, self._seen)
            self._seen = []
        if self._of_page:
            series = checks.series_of_files(self._catalog, [file_id for file_id, _ in self._of_page])
            for file_id, finding in self._of_page:
                self._found(replace(finding, entry=series.get(file_id, "")))
            self._of_page = []

    def _tell(self, phase: str, total: int | None, current: str = "", *, force: bool = False) -> None:
        seconds = time.monotonic() - self._started
        if self._on_progress is None or not (force or seconds - self._last_progress >= _PROGRESS_SECONDS):
            return
        self._last_progress = seconds
        rate = self._files / seconds if seconds else 0.0
        self._on_progress(
            Progress(
                phase=phase,
                seen=self._files,
                done=self._files,
                read=self._read,
                total=total,
                files_per_second=rate,
                seconds=seconds,
                seconds_left=(total - self._files) / rate if total is not None and rate else None,
                problems=self._counts.total() + len(self._of_page),
                current=display(os.path.dirname(current)),
            )
        )


def _word(error: OSError) -> str:
    """What the system says: permission denied, input/output error; or what we say who read it."""
    return error.strerror or str(error)
