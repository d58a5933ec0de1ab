"""Carrying out what was decided when files are copied into the archive instead of being left where they lie."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from fileroom.intake.copying import NoCopyError
from fileroom.intake.decide import Act
from fileroom.intake.write import Hand, Place, ReadFile, whole
from fileroom.model.outcomes import Outcome, Reason
from fileroom.sources.folder import FileEntry
from fileroom.sources.paths import display

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fileroom.catalog.entries import SeriesRow
    from fileroom.catalog.known import InstanceFile
    from fileroom.catalog.writes import Writer
    from fileroom.intake.copying import Copier, Copy
    from fileroom.intake.decide import Decision
    from fileroom.intake.write import ReadFiles, Tally
    from fileroom.model.headers import Header
    from fileroom.sources.drives import Mount, Mounts


class CopyHand(Hand):
    """Copies what is new, and what no standing file of its instance holds; the rest needs no copy.

    The path itself is remembered, so that it need not be read again, but it is no file of the instance: it may go.
    A file that is known where it lies stays there.
    """

    def __init__(self, copier: Copier, writer: Writer, tally: Tally, mounts: Mounts) -> None:
        super().__init__(writer, tally, mounts)
        self._copier = copier
        self._own, _ = mounts.locate(copier.files)

    def files(self, some: ReadFiles) -> None:
        """Each of them may have to be copied: there is no short way."""
        for (entry, known), reading in zip(some.files, some.readings, strict=False):
            self.file(ReadFile(some.place, entry, known, whole(reading)))

    def can_keep(self, item: ReadFile, header: Header) -> bool:
        """What has to be copied is copied first: no patient comes of an image that there is no room for."""
        like = (item.reading.size, item.reading.digest)
        if _stays(item) or any((file.size, file.digest) == like for file in self._files_of(header)):
            return True
        try:
            self._copier.make(os.path.join(item.place.path, item.entry.name), item.reading)
        except NoCopyError as error:
            self._without_copy(item, *error.said)
            return False
        return True

    def _files_of(self, header: Header) -> Iterator[InstanceFile]:
        for instance in self._candidates(header.sop_instance_uid):
            yield from instance.files

    def home_of(self, item: ReadFile) -> Mount:
        """The archive's own folder, unless the file stays where it is."""
        return item.place.mount if _stays(item) else self._own

    def done(self) -> None:
        """The names of the copies are safe before the catalog speaks of them."""
        self._copier.sync()

    def carry_out(self, item: ReadFile, header: Header, series: SeriesRow, decision: Decision) -> None:
        """Do what was decided, with a copy where one is needed."""
        path = os.path.join(item.place.path, item.entry.name)
        if _stays(item):
            self._copier.drop(path)
            super().carry_out(item, header, series, decision)
        elif decision.act is Act.KEEP or decision.outcome is Outcome.DUPLICATE:
            self._copier.drop(path)
            self._need_not(item, decision)
        else:
            try:
                copy = self._copier.take(path, item.reading)
                placed = self._placed(item, copy, header, decision)
            except NoCopyError as error:
                self._without_copy(item, *error.said)
            else:
                self._copied(item, placed, header, series, decision)
                self._writer.holds(placed.place.mount, placed.place.inside, placed.entry.name, copy.sha256)

    def _need_not(self, item: ReadFile, decision: Decision) -> None:
        brought = self._shown_again(decision.instance)
        said = (decision.outcome, decision.reason, "")
        self._remember(item, decision.outcome, decision.instance.id if decision.instance else None)
        self.line(item.place, item.entry.name, said, item.reading.size, brought)

    def _placed(self, item: ReadFile, copy: Copy, header: Header, decision: Decision) -> ReadFile:
        """The file as if it had been met where its copy is."""
        moved = decision.moved.id if decision.moved else None

        def is_free(folder: str, name: str) -> bool:
            _, inside = self._mounts.locate(folder)
            return self._writer.file_at(self._own, inside, name) in {None, moved}

        at = self._copier.place(copy, header, is_free)
        mount, inside = self._mounts.locate(at.folder)
        self._writer.own(f"{inside.rstrip('/')}/{at.name}", copy.size, at.mtime_ns)
        return replace(
            item,
            place=Place(at.folder, mount, inside),
            entry=FileEntry(at.name, copy.size, at.mtime_ns),
            known=None,
            reading=replace(item.reading, mtime_ns=at.mtime_ns),
        )

    def _copied(self, item: ReadFile, placed: ReadFile, header: Header, series: SeriesRow, decision: Decision) -> None:
        (outcome, reason, _), brought = self._do(placed, header, series, decision)
        instance_id = decision.instance.id if decision.instance else brought.row if brought else None
        self._writer.move_home(series.id, self._writer.drive(self._own))
        self._remember(item, outcome, instance_id)
        if reason is Reason.NEW_INSTANCE:
            reason = Reason.COPIED
        where = display(os.path.join(placed.place.path, placed.entry.name))
        self.line(item.place, item.entry.name, (outcome, reason, where), item.reading.size, brought)

    def _remember(self, item: ReadFile, outcome: Outcome, instance_id: int | None) -> None:
        """The path itself: read, and held by the archive already."""
        file_id = item.known.id if item.known else self._writer.new_file_id()
        self._put(item, outcome, Reason.COPIED, "", None, file_id, known=item.known is not None)
        if instance_id is not None:
            self._writer.stands_for(file_id, instance_id)

    def _without_copy(self, item: ReadFile, outcome: Outcome, reason: Reason, detail: str) -> None:
        if outcome is not Outcome.CANCELLED:  # what was not reached is not remembered
            self._record(item, outcome, reason, detail, None)
        self.line(item.place, item.entry.name, (outcome, reason, detail), item.reading.size)


def _stays(item: ReadFile) -> bool:
    return item.known is not None and item.known.in_place
