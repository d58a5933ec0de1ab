"""Carrying out what was decided: one batch of files into the catalog and the ledger, in one transaction."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from fileroom.catalog import packing
from fileroom.catalog.known import FINAL, TRY_AGAIN, InstanceFile, KnownInstance
from fileroom.catalog.writes import FileFacts, Image, Images, Stretch
from fileroom.intake.aside import Packed, Together
from fileroom.intake.decide import Act, Anew, Decision, Presence, decide, decide_anew, speaks
from fileroom.intake.frames import frames_of
from fileroom.model.outcomes import Outcome, Reason
from fileroom.sources.compare import same_bytes, sha256
from fileroom.sources.opened import look
from fileroom.sources.paths import display

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fileroom.catalog.entries import SeriesRow
    from fileroom.catalog.known import KnownFile
    from fileroom.catalog.writes import Brought, Writer
    from fileroom.dicom.reading import Reading
    from fileroom.intake.aside import Base, Readings
    from fileroom.model.headers import Header
    from fileroom.sources.drives import Mount, Mounts
    from fileroom.sources.folder import FileEntry, Obstacle


_NOT_LOOKED_INTO = frozenset({Reason.PERMISSION_DENIED, Reason.IO_ERROR, Reason.VANISHED})
_NO_IMAGE = frozenset({Outcome.NOT_DICOM, Outcome.NO_IDENTITY})
_NOT_READ = FINAL | {Reason.CONTAINER}


class Place(NamedTuple):
    """A folder of an import: where it is, and where it lies on its drive."""

    path: str
    mount: Mount
    inside: str


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read, with what was known of it before."""

    place: Place
    entry: FileEntry
    known: KnownFile | None
    reading: Reading


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """A file, unchanged, of an instance that had been removed from the archive."""

    place: Place
    entry: FileEntry
    known: KnownFile


class ReadFiles(NamedTuple):
    """Some files of a folder, each with what was known of it before, and what came of reading them. ``look``: how they
    look together, when they are all of its files."""

    place: Place
    files: Sequence[tuple[FileEntry, KnownFile | None]]
    readings: Readings
    look: bytes = b""


@dataclass(slots=True)
class Batch:
    """What one transaction will hold."""

    read: list[ReadFiles] = field(default_factory=list)
    brought_back: list[BroughtBack] = field(default_factory=list)
    obstacles: list[tuple[Place, Obstacle]] = field(default_factory=list)
    cancelled: list[tuple[Place, FileEntry]] = field(default_factory=list)
    back: list[int] = field(default_factory=list)
    cleared: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    looks: list[tuple[bytes, int, int]] = field(default_factory=list)  # of folders that stand as recorded
    _read: int = 0

    def __len__(self) -> int:
        lists = (self.brought_back, self.obstacles, self.cancelled, self.back, self.cleared, self.gone)
        return self._read + sum(len(part) for part in lists)

    def add(self, some: ReadFiles) -> None:
        """More files that were read."""
        self.read.append(some)
        self._read += len(some.readings)

    def take(self) -> list[ReadFiles]:
        """What was read and not taken before; it goes on being counted."""
        some, self.read = self.read, []
        return some


@dataclass(slots=True)
class Tally:
    """How many paths had which outcome, and how many bytes the files that were read hold."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    bytes: int = 0

    @property
    def problems(self) -> int:
        """Paths that could not be taken in."""
        return sum(self.outcomes[o] for o in (Outcome.UNREADABLE, Outcome.NO_IDENTITY, Outcome.REFUSED))


def take_in(hand: Hand, writer: Writer, batch: Batch) -> None:
    """Decide on what has been read for a batch by now, and put it into the catalog."""
    read = batch.take()
    uids = [uid for some in read for uid in _uids_in(some.readings)]
    writer.about(uids, [(some.place.mount, some.place.inside) for some in read])
    for some in read:
        hand.files(some)


def write_batch(hand: Hand, writer: Writer, batch: Batch) -> None:
    """Put a batch into the catalog; new names before removals, so that a rename loses nothing."""
    take_in(hand, writer, batch)
    for back in batch.brought_back:
        hand.brought_back(back)
    for place, obstacle in batch.obstacles:
        hand.line(place, obstacle.name, (obstacle.outcome, obstacle.reason, obstacle.detail), 0)
    for place, entry in batch.cancelled:
        hand.line(place, entry.name, (Outcome.CANCELLED, Reason.CANCELLED, ""), entry.size)
    hand.done()
    writer.files_back(batch.cleared)
    hand.came_and_went(writer.files_back(batch.back), (Outcome.BACK, Reason.BACK_AGAIN, ""))
    hand.came_and_went(writer.files_gone(batch.gone), (Outcome.GONE, Reason.NOT_THERE, ""))
    writer.folders_look(batch.looks)


class Disk:
    """What the disk says about other files of the instance of a file that was read."""

    def __init__(self, mounts: Mounts, item: ReadFile) -> None:
        self._mounts = mounts
        self._item = item

    def look(self, file: InstanceFile) -> Presence:
        """How a recorded file stands."""
        path = self._mounts.absolute(file.filesystem_id, file.path)
        if path is None:
            return Presence.SAME  # on a drive that is away: out of reach, not gone
        try:
            facts = look(path)
        except (FileNotFoundError, NotADirectoryError):
            return Presence.ABSENT
        except OSError:
            return Presence.SAME  # not to be looked at now; nothing speaks against it
        as_recorded = facts.size == file.size and file.mtime_ns in {0, facts.mtime_ns}
        return Presence.SAME if as_recorded else Presence.OTHER

    def same_bytes(self, file: InstanceFile) -> bool:
        """Whether the recorded file holds the same; where it is out of reach, its size and digest must do."""
        path = self._mounts.absolute(file.filesystem_id, file.path)
        return path is None or same_bytes(path, os.path.join(self._item.place.path, self._item.entry.name))


# A file as the walk met it, with what was known of it before, and what came of reading it.
_Met: TypeAlias = "tuple[tuple[FileEntry, KnownFile | None], Reading | Packed]"


class _Fresh(NamedTuple):
    """Instances that came new, with their files: the first rows of both, and where and how these were read."""

    uids: Sequence[str]
    row: int
    series_id: int
    file_row: int
    place: Place
    names: Sequence[str]
    facts: Stretch

    def known(self, uid: str) -> KnownInstance:
        """One of them, as it is recorded now."""
        at = self.uids.index(uid)
        sizes, times, digests = self.facts
        found = _file_at(self.place, self.names[at], self.file_row + at, (sizes[at], times[at], digests[at]))
        return KnownInstance(self.row + at, self.series_id, hidden=False, files=(found,), shown=found.id)


class Hand:
    """Does what was decided on one file after the other."""

    def __init__(self, writer: Writer, tally: Tally, mounts: Mounts) -> None:
        self._writer = writer
        self._tally = tally
        self._mounts = mounts
        self._fresh: dict[str, _Fresh] = {}  # of this batch, by UID

    def begin(self) -> None:
        """Start a batch."""
        self._fresh = {}

    def line(
        self,
        place: Place,
        name: str,
        said: tuple[Outcome, Reason, str],
        size: int,
        brought: Brought | None = None,
    ) -> None:
        """Count an outcome and write its line; unchanged paths are counted only. ``brought``: what came in or back."""
        outcome, reason, detail = said
        self._tally.outcomes[outcome] += 1
        if outcome is not Outcome.UNCHANGED:
            lines = self._writer.ledger.lines(self._writer.folder(place.mount, place.inside), outcome, reason)
            lines.add(name, size, detail, brought.public_id if brought else None)

    def came_and_went(self, files: Iterable[tuple[int, str, int]], said: tuple[Outcome, Reason, str]) -> None:
        """Count an outcome, and write its line, of files by folder, name and size, of which nothing was read."""
        outcome, reason, detail = said
        for folder, name, size in files:
            self._tally.outcomes[outcome] += 1
            self._writer.ledger.lines(folder, outcome, reason).add(name, size, detail, None)

    def brought_back(self, item: BroughtBack) -> None:
        """Show what was removed, since the user has brought it in again."""
        instance_id, size = item.known.instance_id, item.entry.size
        if instance_id is not None and not self._writer.has_room_to_bring_back(instance_id):
            self.line(item.place, item.entry.name, (Outcome.REFUSED, Reason.PATIENT_LIMIT, ""), size)
            return
        brought = self._writer.bring_back(instance_id) if instance_id is not None else None
        self.line(item.place, item.entry.name, (Outcome.ADDED, Reason.BROUGHT_BACK, ""), size, brought)

    def files(self, some: ReadFiles) -> None:
        """Decide on some files of a folder and do it.

        What neither path nor instance is known of is new. :func:`decide` would say so too; nearly all files of a first
        import are such, and go the short way: those of one series together, column by column.
        """
        folder = self._writer.folder(some.place.mount, some.place.inside)
        drive = self._writer.drive(some.place.mount)
        stands = bool(some.look) and not self._writer.limited
        readings = some.readings
        as_met = self._together(some, readings, folder, drive) if isinstance(readings, Together) else None
        if not isinstance(readings, Together) or as_met is None:
            stands = self._one_by_one(some.place, zip(some.files, readings, strict=True), folder, drive) and stands
        elif readings.others:
            # Of those that are no images nothing depends on these.
            others = [(some.files[at], one) for at, one in readings.others.items()]
            stands = self._one_by_one(some.place, others, folder, drive) and stands and as_met
        else:
            stands = stands and as_met
        if stands:
            self._writer.folder_looks(folder, some.look)

    def _together(self, some: ReadFiles, told: Together, folder: int, drive: int) -> bool | None:
        """Take in images that are all new, of one series of which nothing was removed; None when they are not.

        Else whether they were read as the walk had met them.
        """
        writer, fresh = self._writer, self._fresh
        files = [one for at, one in enumerate(some.files) if at not in told.others] if told.others else some.files
        entries, known = zip(*files, strict=True)
        uids, classes, numbers, frames, texts, digests, sizes, times = told.columns
        apart = set(uids)
        are_new = fresh.keys().isdisjoint(apart) and writer.met.keys().isdisjoint(apart) and not any(known)
        if writer.limited or len(apart) < len(uids) or not are_new:
            return None
        base = told.base
        series = self._series_of(base, drive)
        if series.hidden:
            return None
        if not base.is_its:
            own = zip(texts, uids, numbers, strict=True)
            texts = tuple(series.packer.pack(packing.unpack_values(text, base.values, *rest)) for text, *rest in own)
        names, *met = zip(*entries, strict=True)
        facts = Stretch(sizes, times, digests)
        row, file_row, ids = writer.add_files(
            folder, names, series, Images(uids, classes, numbers, frames, texts), facts
        )
        fresh.update(dict.fromkeys(uids, _Fresh(uids, row, series.id, file_row, some.place, names, facts)))
        writer.ledger.lines(folder, Outcome.ADDED, Reason.NEW_INSTANCE).extend(names, sizes, ids)
        self._tally.outcomes[Outcome.ADDED] += len(names)
        self._tally.bytes += sum(sizes)
        return met == [sizes, times]

    def _one_by_one(self, place: Place, some: Iterable[_Met], folder: int, drive: int) -> bool:
        """Take in files each on its own; whether all of them were read as they were met, and need not be read again."""
        writer, fresh = self._writer, self._fresh
        lines = writer.ledger.lines(folder, Outcome.ADDED, Reason.NEW_INSTANCE)
        met, long_way = writer.met, writer.limited
        stands, total = True, 0
        names: list[str] = []
        sizes: list[int] = []
        ids: list[bytes] = []
        for (entry, known), reading in some:
            uid = reading[1] if type(reading) is Packed else uid_of(reading)
            stands = stands and _as_met(entry, reading)
            if not uid and known is None and (one := whole(reading)).header is None:
                stands = self._new_other(place, folder, entry.name, one) and stands
                continue
            if not uid or known is not None or long_way or uid in fresh or uid in met:
                self.file(ReadFile(place, entry, known, whole(reading)))
                stands = stands and (type(reading) is Packed or whole(reading).outcome not in TRY_AGAIN)
                continue
            name, size = entry.name, reading.size
            image = self._packed(reading, drive) if type(reading) is Packed else self._image(reading, drive)
            row, file_row, public_id = writer.add_file(folder, name, image, reading.digest, size, reading.mtime_ns)
            facts = Stretch((size,), (reading.mtime_ns,), (reading.digest,))
            fresh[uid] = _Fresh((uid,), row, image.series.id, file_row, place, (name,), facts)
            names.append(name)
            sizes.append(size)
            ids.append(public_id)
            total += size
        lines.extend(names, sizes, ids)
        self._tally.outcomes[Outcome.ADDED] += len(names)
        self._tally.bytes += total
        return stands

    def _new_other(self, place: Place, folder: int, name: str, reading: Reading) -> bool:
        """Record a file that is no image, and of which nothing was known; whether it need not be read again."""
        said = _why_not(reading)
        if said[1] not in _NOT_READ:
            self._tally.bytes += reading.size
        self._put_in(folder, name, reading, said, None, self._writer.new_file_id(), known=False)
        self.line(place, name, said, reading.size)
        return said[0] not in TRY_AGAIN

    def _image(self, reading: Reading | Packed, drive: int) -> Image:
        header = whole(reading).header
        assert header is not None  # noqa: S101 - it has a UID
        return image_of(self._writer.entries.series_of(header, drive), header, reading.size)

    def _packed(self, packed: Packed, drive: int) -> Image:
        base, uid, sop_class_uid, number, frames, text, _, _, _ = packed
        series = self._series_of(base, drive)
        if not base.is_its:
            text = series.packer.pack(packing.unpack_values(text, base.values, uid, number))
        return tuple.__new__(Image, (series, uid, sop_class_uid, number, frames, text))

    def _series_of(self, base: Base, drive: int) -> SeriesRow:
        series = base.series
        if series is None:
            series = self._writer.entries.series_in(base.values, base.text, drive)
            base.belongs_to(series)
        return series

    def file(self, item: ReadFile) -> None:
        """Decide on a file and do it."""
        reading = item.reading
        if reading.reason not in _NOT_READ:
            self._tally.bytes += reading.size
        if reading.header is None:
            said = _why_not(reading)
            if _is_no_image_still(item):
                self._as_before(item, None)
            else:
                self._leave_out(item, said)
            return
        if item.known is not None and item.known.anew and item.known.in_place and self._anew(item, reading.header):
            return
        if not self._writer.has_room_for(reading.header):
            self._leave_out(item, (Outcome.REFUSED, Reason.PATIENT_LIMIT, ""))
            return
        if not self.can_keep(item, reading.header):
            return
        series = self._writer.entries.series_of(reading.header, self._writer.drive(self.home_of(item)))
        candidates = self._candidates(reading.header.sop_instance_uid)
        row = item.known if item.known is None or not item.known.copied else None
        disk = Disk(self._mounts, item)
        decision = decide(series.id, reading.size, reading.digest, row, candidates, disk, reading.mtime_ns)
        self.carry_out(item, reading.header, series, self._as_chosen(item, decision, disk))

    def _as_chosen(self, item: ReadFile, decision: Decision, disk: Disk) -> Decision:
        """Of files that contradict each other the one that the user chose is shown, whichever came first."""
        instance, reading = decision.instance, item.reading
        contradicts = decision.reason is Reason.OTHER_CONTENT
        if instance is None or not (contradicts or decision.act in {Act.REPLACE, Act.FOLLOW_AND_REPLACE}):
            return decision
        content = self._writer.content_chosen(instance.id, reading.size, reading.digest)
        if content is None or not _holds(os.path.join(item.place.path, item.entry.name), content):
            return decision
        alike = [file for file in instance.files if (file.size, file.digest) == (reading.size, reading.digest)]
        twins = {file.id for file in alike if disk.same_bytes(file)}
        self._writer.contradict(instance.id, twins)
        files = tuple(replace(file, conflict=file.id not in twins) for file in instance.files)
        decision = replace(decision, instance=replace(instance, files=files))
        return (
            replace(decision, outcome=Outcome.CHANGED, reason=Reason.CHOSEN, act=Act.REPLACE)
            if contradicts
            else decision
        )

    def _anew(self, item: ReadFile, header: Header) -> bool:
        """Take a file's word anew that holds what it held; False when it does not."""
        known, reading, writer = item.known, item.reading, self._writer
        assert known is not None and known.instance_id is not None  # noqa: S101, PT018 - it is in place
        candidates = self._candidates(header.sop_instance_uid)
        was = next((one for one in candidates if one.id == known.instance_id), None)
        was = was or writer.instance(known.instance_id)
        if was is None:
            return False
        if speaks(was, known.id) or any(file.conflict and file.id == known.id for file in was.files):
            series = writer.entries.series_of(header, writer.drive(self.home_of(item)))
        else:  # nothing is made for a file whose word does not count
            series = writer.entries.row(was.series_id)
        into = next((one for one in candidates if one.series_id == series.id), None)
        what = decide_anew(series.id, reading.size, reading.digest, known.id, was, into.id if into else None)
        if what is Anew.DECIDE:
            return False
        if what is Anew.MERGE and into is not None:
            disk = Disk(self._mounts, item)
            decision = decide(series.id, reading.size, reading.digest, known, candidates, disk)
            self.carry_out(item, header, series, self._as_chosen(item, decision, disk))
            writer.merge(was, into)
            return True
        if what is Anew.MOVE:
            writer.move(was, series, header)
            writer.remember(header.sop_instance_uid, replace(was, series_id=series.id))
        if what is not Anew.KEEP:
            writer.replace_facts(was.id, image_of(series, header, reading.size), reading.size)
            writer.entries.take_anew(series, header)
        self._as_before(item, was)
        return True

    def _as_before(self, item: ReadFile, instance: KnownInstance | None) -> None:
        """The row of a file that says what it said, and the line that it has none of."""
        said = (Outcome.UNCHANGED, Reason.SAME_AS_BEFORE, "")
        if item.known is None or item.known.outcome is Outcome.UNREADABLE:
            self._record(item, *said, None, instance)
        else:
            self._writer.file_read_anew(item.known.id, instance.id if instance else None, item.reading.mtime_ns)
        self.line(item.place, item.entry.name, said, item.reading.size)

    def can_keep(self, _item: ReadFile, _header: Header) -> bool:
        """Whether a file can be kept, before anything is made for it; if not, its line is written."""
        return True

    def home_of(self, item: ReadFile) -> Mount:
        """The drive on which the image is going to lie."""
        return item.place.mount

    def done(self) -> None:
        """All files of a batch are done; what comes now is the catalog's."""

    def _candidates(self, uid: str) -> Sequence[KnownInstance]:
        fresh = self._fresh.pop(uid, None)
        if fresh is not None:
            self._writer.remember(uid, fresh.known(uid))
        return self._writer.instances_with(uid)

    def _leave_out(self, item: ReadFile, said: tuple[Outcome, Reason, str]) -> None:
        known = item.known
        if known is not None and known.instance_id is not None and said[1] in _NOT_LOOKED_INTO:
            differs = (known.size, known.mtime_ns) != (item.entry.size, item.entry.mtime_ns)
            # what it was, it may well be still
            self._writer.file_unreadable(known.id, said, changed=differs and known.mtime_ns != 0)
        else:
            self._record(item, *said, None)
            if known is not None and known.instance_id is not None:
                self._writer.unlink(known.instance_id)
        self.line(item.place, item.entry.name, said, item.reading.size)

    def carry_out(self, item: ReadFile, header: Header, series: SeriesRow, decision: Decision) -> None:
        """Do what was decided, and write its line."""
        said, brought = self._do(item, header, series, decision)
        self.line(item.place, item.entry.name, said, item.reading.size, brought)

    def _do(
        self, item: ReadFile, header: Header, series: SeriesRow, decision: Decision
    ) -> tuple[tuple[Outcome, Reason, str], Brought | None]:
        """What is to be said of the file, and the instance that it brought in or back."""
        instance = decision.instance
        outcome, reason, detail = decision.outcome, decision.reason, ""
        brought = self._shown_again(instance)
        if brought is not None and outcome is Outcome.UNCHANGED:
            outcome, reason = Outcome.ADDED, Reason.BROUGHT_BACK
        if decision.act is Act.NEW:
            brought = self._new(item, header, series, decision)
        else:
            replaces = decision.act in {Act.REPLACE, Act.FOLLOW_AND_REPLACE}
            if replaces and instance is not None:
                size = item.reading.size
                self._writer.replace_facts(instance.id, image_of(series, header, size), size)
            if decision.moved is not None:
                detail = display(self._shown_path(decision.moved))
            row = decision.moved.id if decision.moved else None
            self._record(item, outcome, reason, detail, row, instance, replaces=replaces)
            if decision.moved is not None and instance is not None and (replaces or row == instance.shown):
                self._follow_to_drive(item.place.mount, decision.moved, series)
        return (outcome, reason, detail), brought

    def _follow_to_drive(self, mount: Mount, moved: InstanceFile, series: SeriesRow) -> None:
        if moved.filesystem_id != mount.filesystem_id:
            self._writer.move_home(series.id, self._writer.drive(mount))

    def _shown_again(self, instance: KnownInstance | None) -> Brought | None:
        """Show an instance that had been removed; says which one was. A pass that nobody asked for shows none."""
        if instance is None or not instance.hidden or self._writer.automatic:
            return None
        return self._writer.bring_back(instance.id)

    def _new(self, item: ReadFile, header: Header, series: SeriesRow, decision: Decision) -> Brought:
        file_id = item.known.id if item.known else self._writer.new_file_id()
        size = item.reading.size
        brought = self._writer.add_instance(image_of(series, header, size), size, file_id)
        if item.known is not None and item.known.instance_id is not None:
            self._writer.unlink(item.known.instance_id)
        self._put(item, decision.outcome, decision.reason, "", brought.row, file_id, known=item.known is not None)
        own = _as_file(item.place, item.entry.name, item.reading, file_id, conflict=False)
        self._writer.remember(
            header.sop_instance_uid, KnownInstance(brought.row, series.id, hidden=False, files=(own,), shown=file_id)
        )
        return brought

    def _record(
        self,
        item: ReadFile,
        outcome: Outcome,
        reason: Reason,
        detail: str,
        row: int | None,
        instance: KnownInstance | None = None,
        *,
        replaces: bool = False,
    ) -> None:
        """Write the file's row: ``row`` when it takes over another's, else its own, else a new one."""
        file_id = row or (item.known.id if item.known else self._writer.new_file_id())
        known = row is not None or item.known is not None
        self._put(item, outcome, reason, detail, instance.id if instance else None, file_id, known=known)
        if row is not None and item.known is not None and item.known.id != row:
            self._writer.files_gone([item.known.id])
        if instance is not None and item.reading.header is not None:
            if item.known is not None and item.known.instance_id not in {None, instance.id}:
                self._writer.unlink(item.known.instance_id or 0)
            conflict = reason is Reason.OTHER_CONTENT
            own = _as_file(item.place, item.entry.name, item.reading, file_id, conflict=conflict)
            others = tuple(file for file in instance.files if file.id != file_id)
            uid = item.reading.header.sop_instance_uid
            shown = file_id if replaces else instance.shown
            self._writer.remember(
                uid,
                replace(instance, hidden=self._writer.automatic and instance.hidden, files=(*others, own), shown=shown),
            )

    def _put(
        self,
        item: ReadFile,
        outcome: Outcome,
        reason: Reason,
        detail: str,
        instance_id: int | None,
        file_id: int,
        *,
        known: bool,
    ) -> None:
        folder = self._writer.folder(item.place.mount, item.place.inside)
        said = (outcome, reason, detail)
        self._put_in(folder, item.entry.name, item.reading, said, instance_id, file_id, known=known)

    def _put_in(
        self,
        folder: int,
        name: str,
        reading: Reading,
        said: tuple[Outcome, Reason, str],
        instance_id: int | None,
        file_id: int,
        *,
        known: bool,
    ) -> None:
        outcome, reason, detail = said
        facts = FileFacts(
            folder_id=folder,
            name=name,
            size=reading.size,
            mtime_ns=reading.mtime_ns,
            digest=reading.digest or None,
            outcome=outcome,
            reason=reason,
            detail=detail,
            instance_id=instance_id,
        )
        self._writer.put_file(facts, file_id, known=known)

    def _shown_path(self, file: InstanceFile) -> str:
        return self._mounts.absolute(file.filesystem_id, file.path) or file.path


def _why_not(reading: Reading) -> tuple[Outcome, Reason, str]:
    """What is said of a file that is no image."""
    return reading.outcome or Outcome.UNREADABLE, reading.reason or Reason.DAMAGED, reading.detail


def _holds(path: str, content: bytes) -> bool:
    try:
        return sha256(path) == content
    except OSError:
        return False


def _is_no_image_still(item: ReadFile) -> bool:
    """Whether a file that a rebuild wants read is no image, for the reason for which it was none."""
    known, reading = item.known, item.reading
    if known is None or not known.anew or known.outcome not in _NO_IMAGE:
        return False
    return (known.outcome, known.reason, known.size) == (reading.outcome, reading.reason, reading.size)


def _as_met(entry: FileEntry, reading: Reading | Packed) -> bool:
    """Whether a file was read as the walk had met it."""
    return reading.mtime_ns == entry.mtime_ns and reading.size == entry.size


def _as_file(place: Place, name: str, reading: Reading | Packed, file_id: int, *, conflict: bool) -> InstanceFile:
    return _file_at(place, name, file_id, (reading.size, reading.mtime_ns, reading.digest), conflict=conflict)


def _file_at(
    place: Place, name: str, file_id: int, facts: tuple[int, int, bytes], *, conflict: bool = False
) -> InstanceFile:
    path = f"{place.inside.rstrip('/')}/{name}"
    return InstanceFile(file_id, *facts, conflict=conflict, filesystem_id=place.mount.filesystem_id, path=path)


def _uids_in(readings: Readings) -> Sequence[str]:
    if isinstance(readings, Together):
        return readings.uids
    return [uid for one in readings if (uid := uid_of(one))]


def uid_of(reading: Reading | Packed) -> str:
    """The SOP Instance UID of what was read, if it is an instance."""
    if isinstance(reading, Packed):
        return reading.uid
    return reading.header.sop_instance_uid if reading.header is not None else ""


def image_of(series: SeriesRow, header: Header, size: int) -> Image:
    """What is kept of an instance in a series."""
    text = series.packer.pack(packing.values_of(header))
    frames = frames_of(header, size)
    return Image(series, header.sop_instance_uid, header.sop_class_uid, header.instance_number, frames, text)


def whole(reading: Reading | Packed) -> Reading:
    """As the reader gives it."""
    return reading.whole() if isinstance(reading, Packed) else reading
