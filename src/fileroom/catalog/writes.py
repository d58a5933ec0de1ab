"""Writing the catalog during an import: batches through the driver's own cursor, parents kept in memory.

One writer at a time (the import lock sees to that), so row numbers are counted here and nothing is read back per file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fileroom.catalog import conflicts, identity, many
from fileroom.catalog.anew import SHIFT, recorded
from fileroom.catalog.counts import PERSONS, recount
from fileroom.catalog.entries import Added, Entries, SeriesRow, highest
from fileroom.catalog.known import InstanceFile, KnownInstance
from fileroom.catalog.ledger import Ledger
from fileroom.catalog.made import Grown
from fileroom.catalog.memory import Memory
from fileroom.catalog.paths import on_drive
from fileroom.catalog.rows import Rows
from fileroom.catalog.wording import WordIndex, reindex
from fileroom.model.outcomes import Outcome, Reason
from fileroom.sources.paths import from_text, to_text, to_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fileroom.catalog.store import Catalog
    from fileroom.model.headers import Header
    from fileroom.sources.drives import Mount

_FOLDERS_REMEMBERED: Final = 5_000
_INSTANCE: Final = "id public_id series_ref sop_instance_uid sop_class_uid number file_id frames bytes header".split()
_ADD_INSTANCE: Final = (
    f"INSERT INTO instance({', '.join(_INSTANCE)}) VALUES ",  # noqa: S608 - our own names
    f"({', '.join('?' * len(_INSTANCE))})",
)
_ADD_FILE: Final = (  # what all of them have in common is not bound for each
    "INSERT INTO file(id, folder_id, name, size, mtime_ns, digest, outcome, reason, instance_id) VALUES ",
    f"(?,?,?,?,?,?,'{Outcome.ADDED.value}','{Reason.NEW_INSTANCE.value}',?)",
)


_NEW_FILE: Final = (
    "INSERT INTO file(id, folder_id, name, size, mtime_ns, digest, outcome, reason, detail, instance_id) VALUES ",
    "(?,?,?,?,?,?,?,?,?,?)",
)
_ADD_FOLDER: Final = ("INSERT INTO folder(id, drive_id, path, look, look_at) VALUES ", "(?,?,?,?,?)")


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file as it is to be recorded."""

    folder_id: int
    name: str
    size: int
    mtime_ns: int
    digest: bytes | None
    outcome: Outcome
    reason: Reason
    detail: str
    instance_id: int | None


class Brought(NamedTuple):
    """An instance that came in or back: its row and its public id."""

    row: int
    public_id: bytes


class Image(NamedTuple):
    """What is kept of an instance, in the series it belongs to; ``text`` is its header, packed (packing.py)."""

    series: SeriesRow
    uid: str
    sop_class_uid: str
    number: int | None
    frames: int
    text: str


class Images(NamedTuple):
    """What is kept of several instances of one series, column by column (see :class:`Image`)."""

    uids: tuple[str, ...]
    sop_class_uids: tuple[str, ...]
    numbers: tuple[int | None, ...]
    frames: tuple[int, ...]
    texts: tuple[str, ...]


class Stretch(NamedTuple):
    """What is kept of several files of one folder, column by column."""

    sizes: tuple[int, ...]
    times: tuple[int, ...]
    digests: tuple[bytes, ...]


class Move(NamedTuple):
    """An instance that turned out to belong to another series: its row, its public id before and now, the series."""

    instance: int
    old_id: bytes
    new_id: bytes
    old_series: int
    new_series: int


@dataclass(slots=True)
class _Touched:
    series: set[int] = field(default_factory=set)
    instances: set[int] = field(default_factory=set)  # whose files came or went


class Writer:
    """Puts headers and files into the catalog, one batch (one transaction) after the other.

    ``automatic``: nobody asked for this; what is new of a removed series, study or patient is removed as they are.
    """

    def __init__(
        self, catalog: Catalog, import_id: int, *, max_patients: int | None = None, automatic: bool = False
    ) -> None:
        self.automatic = automatic
        self._max_patients = max_patients
        self.added = Added()
        self.entries = Entries(catalog, self.added)
        self.ledger = Ledger(import_id)
        self._last_instance = self._last_file = self._last_folder = -1  # row numbers
        self._drives: dict[str, int] = {}
        self._folders: Memory[tuple[int, str], int] = Memory(_FOLDERS_REMEMBERED)
        self._absent: set[tuple[int, str]] = set()  # places of this batch that no folder is recorded at
        self._made_folders: dict[tuple[int, str], int] = {}  # rows that are still to be written
        self._words = WordIndex()
        self._cursor: Any = None
        self._touched = _Touched()
        self._found = Rows()  # known files that were found, here or elsewhere, by any batch
        self._new_files: list[tuple[Any, ...]] = []
        self._added_files: list[tuple[Any, ...]] = []  # those that came with a new instance
        self._changed_files: list[tuple[Any, ...]] = []
        self._new_instances: list[tuple[Any, ...]] = []
        self._looks: list[tuple[bytes, int]] = []
        self._old_folders: set[int] = set()  # that were there before they were asked for
        self._sources: list[tuple[int, int]] = []
        self._contents: list[tuple[bytes, int, str]] = []
        self._removed: list[tuple[int]] = []  # new instances of what the user removed
        self._batch_uids: dict[str, list[KnownInstance]] = {}
        self._read_anew: list[tuple[int, int, int]] = []
        self.moves: list[Move] = []  # of this batch (moving.py)

    # -- a batch ---------------------------------------------------------------------------------------------------

    def begin(self, cursor: Any, uids: Sequence[str] = (), places: Iterable[tuple[Mount, str]] = ()) -> None:
        """Start a batch on ``cursor``; ``uids`` and ``places`` are the SOP Instance UIDs and folders it is about."""
        self._cursor = cursor
        self.entries.begin(cursor)
        self.ledger.begin()
        self._touched = _Touched()
        for pending in (
            self._new_instances,
            self._added_files,
            self._new_files,
            self._changed_files,
            self._sources,
            self._removed,
            self._looks,
        ):
            pending.clear()  # of a batch that failed
        self._made_folders.clear()
        self._read_anew.clear()
        self.moves = []
        self._batch_uids, self._absent = {}, set()
        if self._last_file < 0:
            self._last_instance, self._last_file = highest(cursor, "instance"), highest(cursor, "file")
            self._last_folder = highest(cursor, "folder")
        self.about(uids, places)

    def about(self, uids: Sequence[str], places: Iterable[tuple[Mount, str]]) -> None:
        """The running batch is about these SOP Instance UIDs and folders, too."""
        known = self._batch_uids
        if unknown := [uid for uid in uids if uid not in known] if known else uids:
            known |= self._look_up(unknown)
        self._absent |= self._look_for([(self.drive(mount), to_text(path)) for mount, path in places])

    def finish(self) -> None:
        """Write what is pending and bring counts, states and words of all that was touched up to date."""
        self.entries.finish()
        self.flush()
        self.ledger.write(self._cursor)
        self._settle_instances()
        self._hide_removed()
        recount(self._cursor, self._touched.series)
        self._words.add(self._cursor, self.entries.new)
        reindex(self._cursor, sorted(self.entries.anew))

    def flush(self) -> None:
        """Write what is pending; counts, states and words follow with :meth:`finish`."""
        c = self._cursor
        self.entries.write()
        if self._made_folders:
            self._write_folders()
        if self._old_folders:
            more = {row[1] for rows in (self._added_files, self._new_files) for row in rows} & self._old_folders
            c.executemany("UPDATE folder SET n_changes = n_changes + 1 WHERE id = ?", [(row,) for row in more])
        if self._looks:  # before anything of them is changed
            c.executemany("UPDATE folder SET look = ?, look_at = n_changes WHERE id = ?", self._looks)
        if self._new_instances:
            many.insert(c, *_ADD_INSTANCE, self._new_instances)
        if self._added_files:
            many.insert(c, *_ADD_FILE, self._added_files)
        if self._new_files:
            many.insert(c, *_NEW_FILE, self._new_files)
        if self._changed_files:
            c.executemany(
                "UPDATE file SET folder_id=?, name=?, size=?, mtime_ns=?, digest=?, outcome=?, reason=?, detail=?, "
                "instance_id=?, gone=0, changed=0, content_digest=NULL WHERE id=?",
                self._changed_files,
            )
        if self._read_anew:
            c.executemany(_READ_ANEW, self._read_anew)
            self._read_anew.clear()
        if self._sources:
            c.executemany("INSERT OR REPLACE INTO source(file_id, instance_id) VALUES (?,?)", self._sources)
        if self._contents:
            c.executemany("UPDATE file SET content_digest = ? WHERE folder_id = ? AND name = ?", self._contents)
        for pending in (
            self._new_instances,
            self._added_files,
            self._new_files,
            self._changed_files,
            self._sources,
            self._contents,
            self._looks,
        ):
            pending.clear()

    # -- places ----------------------------------------------------------------------------------------------------

    def drive(self, mount: Mount) -> int:
        """The row of a drive, made or brought up to date once an import."""
        known = self._drives.get(mount.filesystem_id)
        if known is not None:
            return known
        c = self._cursor
        row = c.execute("SELECT id FROM drive WHERE filesystem_id = ?", (mount.filesystem_id,)).fetchone()
        drive_id: int = row[0] if row else highest(c, "drive") + 1
        c.execute(
            "INSERT INTO drive(id, filesystem_id, kind, label, mount_point, last_seen) VALUES (?,?,?,?,?,?) "
            "ON CONFLICT(id) DO UPDATE SET mount_point=excluded.mount_point, last_seen=excluded.last_seen",
            (drive_id, mount.filesystem_id, mount.kind, to_text(mount.label), to_text(mount.point), now()),
        )
        self._drives[mount.filesystem_id] = drive_id
        return drive_id

    def folder(self, mount: Mount, path: str) -> int:
        """The row of a folder, ``path`` being its path on the drive."""
        place = (self.drive(mount), to_text(path))
        known = self._folders.get(place)
        if known is None:
            known = self._made_folders.get(place) or self._new_folder(place)
            if known is None:
                sql = "SELECT id FROM folder WHERE drive_id = ? AND path = ?"
                known = int(self._cursor.execute(sql, place).fetchone()[0])
                self._old_folders.add(known)
            self._folders.keep(place, known)
        return known

    def _look_for(self, places: Sequence[tuple[int, str]]) -> set[tuple[int, str]]:
        """Those of some places that no folder is recorded at."""
        absent = {place for place in places if place not in self._folders}
        if absent and self._last_folder > 0:
            absent -= set(self._cursor.execute(_FOLDERS_AT, (json.dumps(sorted(absent)),)).fetchall())
        return absent

    def _write_folders(self) -> None:
        """Write folders that are new, each with how its files look: at a stroke, not as they are met."""
        looks = {row: look for look, row in self._looks}
        rows: list[tuple[Any, ...]] = []
        for place, row in self._made_folders.items():
            look = looks.pop(row, None)
            rows.append((row, *place, *((bytearray(look), 0) if look else (None, None))))
        many.insert(self._cursor, *_ADD_FOLDER, rows)
        self._looks[:] = [(look, row) for row, look in looks.items()]
        self._made_folders.clear()

    def folder_looks(self, folder_id: int, look: bytes) -> None:
        """How the files of a folder look that was met for the first time, all of them being recorded in this batch."""
        self._looks.append((look, folder_id))

    def folders_look(self, looks: Iterable[tuple[bytes, int, int]]) -> None:
        """How the files of folders look that were seen to stand as recorded, after so many changes."""
        self._cursor.executemany("UPDATE folder SET look = ?, look_at = ? WHERE id = ?", looks)

    def _new_folder(self, place: tuple[int, str]) -> int | None:
        """The row of a folder that there was none of; None when there is."""
        if place in self._absent:
            self._absent.discard(place)
            self._last_folder += 1
            self._made_folders[place] = self._last_folder
            return self._last_folder
        made = self._cursor.execute(
            "INSERT INTO folder(id, drive_id, path) VALUES (?,?,?) ON CONFLICT(drive_id, path) DO NOTHING",
            (self._last_folder + 1, *place),
        )
        if made.rowcount != 1:
            return None
        self._last_folder += 1
        return self._last_folder

    def root(self, mount: Mount, path: str) -> None:
        """Remember a folder the user brought in."""
        self._cursor.execute(
            "INSERT INTO root(drive_id, path, added, last_import) VALUES (?,?,?,?) "
            "ON CONFLICT(drive_id, path) DO UPDATE SET last_import=excluded.last_import, forgotten=''",
            (self.drive(mount), to_text(path), now(), now()),
        )

    # -- instances -------------------------------------------------------------------------------------------------

    def instances_with(self, uid: str) -> Sequence[KnownInstance]:
        """Every instance with this SOP Instance UID, those of the running batch included."""
        return self._batch_uids.get(uid, ())

    @property
    def met(self) -> Mapping[str, Sequence[KnownInstance]]:
        """What :meth:`instances_with` says, of the UIDs that it knows of."""
        return self._batch_uids

    @property
    def instances(self) -> int:
        """About how many there are."""
        return max(self._last_instance, 0)

    @property
    def limited(self) -> bool:
        """Whether there is a limit to the number of patients."""
        return self._max_patients is not None

    def has_room_for(self, header: Header) -> bool:
        """Whether the patient of ``header`` is shown already, or may be one more."""
        if self._max_patients is None:
            return True
        self.entries.write()
        row = self._cursor.execute(
            f"SELECT ({PERSONS}), "  # noqa: S608 - our own words
            "EXISTS (SELECT 1 FROM patient WHERE key = ? AND hidden = 0)",
            (identity.identify(header).key,),
        ).fetchone()
        return bool(row[1]) or row[0] < self._max_patients

    def has_room_to_bring_back(self, instance_id: int) -> bool:
        """The same for the patient of an instance that had been removed."""
        if self._max_patients is None:
            return True
        self.entries.write()
        row = self._cursor.execute(
            f"SELECT ({PERSONS}), patient.hidden FROM instance "  # noqa: S608 - our own words
            "JOIN series ON series.id = series_ref JOIN study ON study.id = study_ref "
            "JOIN patient ON patient.id = patient_ref WHERE instance.id = ?",
            (instance_id,),
        ).fetchone()
        return not row[1] or row[0] < self._max_patients

    def add_file(
        self, folder_id: int, name: str, image: Image, digest: bytes, size: int, mtime_ns: int
    ) -> tuple[int, int, bytes]:
        """A new file with a new instance, as nearly all files of an import are: their rows and the public id."""
        file_id = self._last_file = self._last_file + 1
        instance_id, public_id = self._add_instance(image, size, file_id)
        self._added_files.append(
            (file_id, folder_id, to_text(name), size, mtime_ns, bytearray(digest) if digest else None, instance_id)
        )
        return instance_id, file_id, public_id

    def add_files(
        self, folder_id: int, names: Sequence[str], row: SeriesRow, images: Images, files: Stretch
    ) -> tuple[int, int, list[bytes]]:
        """The same of several of one series that is not hidden: the first row of each, and the public ids."""
        uids, classes, numbers, frames, texts = images
        sizes, times, digests = files
        instance_id, file_id = self._last_instance + 1, self._last_file + 1
        self._last_instance += len(uids)
        self._last_file += len(uids)
        ids = list(map(row.public_id, uids))
        self._new_instances += zip(
            range(instance_id, self._last_instance + 1), map(bytearray, ids), repeat(row.id), uids, classes, numbers,
            range(file_id, self._last_file + 1), frames, sizes, texts,
        )  # fmt: skip
        self._added_files += zip(
            range(file_id, self._last_file + 1), repeat(folder_id), to_texts(names), sizes, times,
            map(bytearray, digests), range(instance_id, self._last_instance + 1),
        )  # fmt: skip
        self._grow(row.id, len(uids), sum(frames), sum(sizes))
        return instance_id, file_id, ids

    def add_instance(self, image: Image, size: int, file_id: int) -> Brought:
        """A new instance of a series."""
        return Brought(*self._add_instance(image, size, file_id))

    def _add_instance(self, image: Image, size: int, file_id: int) -> tuple[int, bytes]:
        instance_id = self._last_instance = self._last_instance + 1
        row, uid, sop_class_uid, number, frames, text = image
        public_id = row.public_id(uid)
        # The driver looks for an adapter of bytes, each time and in vain: longer than all else it does with a row.
        self._new_instances.append(
            (instance_id, bytearray(public_id), row.id, uid, sop_class_uid, number, file_id, frames, size, text)
        )
        if self.automatic and row.hidden and self._is_removed(row):
            self._removed.append((instance_id,))
            self._touched.series.add(row.id)
            return instance_id, public_id
        self._grow(row.id, 1, frames, size)
        if row.hidden:
            self.entries.show(row)
        return instance_id, public_id

    def _grow(self, series_id: int, instances: int, frames: int, size: int) -> None:
        grown = self.entries.grown.get(series_id)
        if grown is None:
            grown = self.entries.grown[series_id] = Grown()
        grown.instances += instances
        grown.frames += frames
        grown.bytes += size
        self.added.instances += instances

    def _is_removed(self, row: SeriesRow) -> bool:
        """Whether the user removed the series, or what it belongs to."""
        self.entries.write()
        found = self._cursor.execute(
            "SELECT 1 FROM removal WHERE public_id IN (SELECT public_id FROM series WHERE id = ? UNION ALL "
            "SELECT public_id FROM study WHERE id = ? UNION ALL SELECT public_id FROM patient WHERE id = ?)",
            (row.id, row.study_id, row.patient_id),
        ).fetchone()
        return found is not None

    def _hide_removed(self) -> None:
        c = self._cursor
        c.executemany("UPDATE instance SET hidden = 1 WHERE id = ?", self._removed)
        c.executemany(
            "UPDATE series SET hidden = NOT EXISTS (SELECT 1 FROM instance WHERE series_ref = series.id "
            "AND hidden = 0) WHERE id = (SELECT series_ref FROM instance WHERE id = ?)",
            self._removed,
        )
        c.executemany(
            "UPDATE study SET hidden = NOT EXISTS (SELECT 1 FROM series WHERE study_ref = study.id AND hidden = 0) "
            "WHERE id = (SELECT study_ref FROM series JOIN instance ON instance.series_ref = series.id "
            "WHERE instance.id = ?)",
            self._removed,
        )

    def remember(self, uid: str, known: KnownInstance) -> None:
        """Let later files of this batch know of an instance (or of its further file)."""
        others = [k for k in self._batch_uids.get(uid, []) if k.id != known.id]
        self._batch_uids[uid] = [*others, known]

    def replace_facts(self, instance_id: int, image: Image, size: int) -> None:
        """An instance's file has changed: put its new header in the place of the old."""
        self.flush()  # the instance may be of this batch
        row = image.series
        self._cursor.execute(
            "UPDATE instance SET sop_class_uid=?, number=?, frames=?, bytes=?, header=?, missing=0 WHERE id=?",
            (image.sop_class_uid, image.number, image.frames, size, image.text, instance_id),
        )
        self._cursor.execute("DELETE FROM thumbnail WHERE series_id = ?", (row.id,))
        self._touched.series.add(row.id)

    def content_chosen(self, instance_id: int, size: int, digest: bytes) -> bytes | None:
        """The SHA-256 that the user chose for an image, if a file of this size and header may be it."""
        self.flush()  # the instance may be of this batch
        return conflicts.content_chosen(self._cursor, instance_id, size, digest)

    def contradict(self, instance_id: int, but: Iterable[int]) -> None:
        """The files of an instance, but for some, contradict the one that is now to be shown."""
        self.flush()
        self._cursor.execute(
            "UPDATE file SET outcome = ?, reason = ? WHERE instance_id = ? "
            "AND id NOT IN (SELECT value FROM json_each(?))",
            (Outcome.CONFLICT.value, Reason.OTHER_CONTENT.value, instance_id, json.dumps(sorted(but))),
        )
        self._touched.instances.add(instance_id)

    def bring_back(self, instance_id: int) -> Brought | None:
        """Show an instance again that was removed from the archive, and what stands above it."""
        c = self._cursor
        self.flush()
        found = c.execute("SELECT series_ref, hidden, public_id FROM instance WHERE id = ?", (instance_id,)).fetchone()
        if found is None:
            return None
        series_id, hidden, public_id = found
        if hidden:
            c.execute("UPDATE instance SET hidden = 0 WHERE id = ?", (instance_id,))
            c.execute("DELETE FROM removal WHERE public_id = ?", (public_id,))
            self.added.instances += 1
            self.entries.show(self.entries.row(series_id))
            self._touched.series.add(series_id)
        return Brought(instance_id, public_id)

    # -- read anew -------------------------------------------------------------------------------------------------

    def instance(self, instance_id: int) -> KnownInstance | None:
        """An instance by its row, whatever its SOP Instance UID is said to be."""
        self.flush()
        sql = "SELECT series_ref, hidden, file_id FROM instance WHERE id = ?"
        found = self._cursor.execute(sql, (instance_id,)).fetchone()
        if found is None:
            return None
        files = tuple(self._files_of([instance_id]).get(instance_id, ()))
        return KnownInstance(instance_id, found[0], bool(found[1]), files, found[2])

    def file_read_anew(self, file_id: int, instance_id: int | None, mtime_ns: int) -> None:
        """A file says what it said: its row stays as it is, but for the mark."""
        self._read_anew.append((mtime_ns - SHIFT, mtime_ns, file_id))
        self._found.add((file_id,))
        if instance_id is not None:
            self._touched.instances.add(instance_id)

    def move(self, known: KnownInstance, row: SeriesRow, header: Header) -> None:
        """Put an instance into the series it belongs to; its facts are for :meth:`replace_facts`."""
        self.flush()
        c, uid = self._cursor, header.sop_instance_uid
        (old_id,) = c.execute(_PUBLIC_ID, (known.id,)).fetchone()
        new_id = row.public_id(uid)
        c.execute(
            "UPDATE instance SET series_ref = ?, sop_instance_uid = ?, public_id = ? WHERE id = ?",
            (row.id, uid, new_id, known.id),
        )
        # What is in conflict with it may be so no longer: the next import looks again.
        c.execute(
            "UPDATE file SET mtime_ns = 0 WHERE instance_id = ? AND reason = ?", (known.id, Reason.OTHER_CONTENT.value)
        )
        c.execute("DELETE FROM thumbnail WHERE series_id = ?", (known.series_id,))
        self.moves.append(Move(known.id, old_id, new_id, known.series_id, row.id))
        self._touched.series |= {known.series_id, row.id}

    def merge(self, known: KnownInstance, into: KnownInstance) -> None:
        """The last file of an instance turned out to be one of another: the two are one."""
        self.flush()
        c = self._cursor
        if c.execute("SELECT 1 FROM file WHERE instance_id = ? AND gone = 0", (known.id,)).fetchone():
            return
        old_id, new_id = (c.execute(_PUBLIC_ID, (row,)).fetchone()[0] for row in (known.id, into.id))
        for table in ("file", "source"):
            c.execute(f"UPDATE {table} SET instance_id = ? WHERE instance_id = ?", (into.id, known.id))  # noqa: S608 - our own names
        c.execute("DELETE FROM instance WHERE id = ?", (known.id,))
        self.moves.append(Move(into.id, old_id, new_id, known.series_id, into.series_id))
        self._touched.series |= {known.series_id, into.series_id}

    # -- files -----------------------------------------------------------------------------------------------------

    def new_file_id(self) -> int:
        """The row a new file will have."""
        self._last_file += 1
        return self._last_file

    def put_file(self, facts: FileFacts, file_id: int, *, known: bool) -> None:
        """Record a file: a new row, or new facts for a row that is there."""
        row = (
            facts.folder_id,
            to_text(facts.name),
            facts.size,
            facts.mtime_ns,
            facts.digest,
            facts.outcome.value,
            facts.reason.value,
            facts.detail,
            facts.instance_id,
        )
        if known:
            self._changed_files.append((*row, file_id))
            self._found.add((file_id,))
        else:
            self._new_files.append((file_id, *row))
        if facts.instance_id is not None and known:
            self._touched.instances.add(facts.instance_id)

    def file_unreadable(self, file_id: int, said: tuple[Outcome, Reason, str], *, changed: bool) -> None:
        """A known file could not be read this time: it stays what it was, and is tried again.

        ``changed``: what could be seen of it without reading says that it is no longer what it was.
        """
        outcome, reason, detail = said
        row = self._cursor.execute(
            "UPDATE file SET outcome = ?, reason = ?, detail = ?, changed = ? WHERE id = ? RETURNING instance_id",
            (outcome.value, reason.value, detail, int(changed), file_id),
        ).fetchone()
        if row and row[0] is not None:
            self._touched.instances.add(row[0])

    def file_at(self, mount: Mount, folder: str, name: str) -> int | None:
        """The row of a file by its place; those of the running batch are not looked at."""
        row = self._cursor.execute(
            "SELECT id FROM file WHERE folder_id = ? AND name = ?", (self.folder(mount, folder), to_text(name))
        ).fetchone()
        return row[0] if row else None

    def own(self, path: str, size: int, mtime_ns: int) -> None:
        """Remember a copy that fileroom made: ``path`` below the archive's own folder."""
        self._cursor.execute(
            "INSERT OR REPLACE INTO owned(path, size, mtime_ns, at) VALUES (?,?,?,?)",
            (to_text(path), size, mtime_ns, now()),
        )

    def holds(self, mount: Mount, folder: str, name: str, sha256: bytes) -> None:
        """What a file that was put holds: known already when it is one that fileroom wrote."""
        self._contents.append((sha256, self.folder(mount, folder), to_text(name)))

    def stands_for(self, file_id: int, instance_id: int) -> None:
        """A path that was read is held by the archive already: as a file of this instance."""
        self._sources.append((file_id, instance_id))

    def move_home(self, series_id: int, drive_id: int) -> None:
        """A series has images on another drive now: whether it can be reached is asked of that one."""
        self.entries.write()
        self._cursor.execute(
            "UPDATE series SET drive_id = ? WHERE id = ? AND drive_id != ?", (drive_id, series_id, drive_id)
        )

    def unlink(self, instance_id: int) -> None:
        """A file has stopped being a file of this instance: see afterwards whether it has another."""
        self._touched.instances.add(instance_id)

    def files_back(self, file_ids: Iterable[int]) -> list[tuple[int, str, int]]:
        """Files that were gone, or seen to have changed, stand as they were: folder, name and size of each.

        Where another file's word was taken meanwhile they contradict it; the next import reads them, and decides.
        """
        ids = list(file_ids)
        came = self._mark_gone(ids, gone=0)
        self._cursor.executemany(_CONTRADICTS, [(file_id,) for file_id in ids])
        return came

    def files_gone(self, file_ids: Iterable[int]) -> list[tuple[int, str, int]]:
        """Files that were known are no longer there: folder, name and size of each.

        Those that never were DICOM are simply forgotten.
        """
        # Of what was moved, the old place was seen to be empty too: its row has followed.
        ids = [file_id for file_id in file_ids if file_id not in self._found]
        went = self._mark_gone(ids, gone=1)
        self._cursor.executemany("DELETE FROM file WHERE id = ? AND instance_id IS NULL", [(i,) for i in ids])
        return went

    def _mark_gone(self, file_ids: Iterable[int], *, gone: int) -> list[tuple[int, str, int]]:
        marked: list[tuple[int, str, int]] = []
        for file_id in file_ids:
            row = self._cursor.execute(_MARK_GONE, (gone, file_id)).fetchone()
            if row is None:
                continue
            instance_id, folder, name, size = row
            marked.append((folder, from_text(name), size))
            if instance_id is not None:
                self._touched.instances.add(instance_id)
        return marked

    # -- what follows from it --------------------------------------------------------------------------------------

    def _look_up(self, uids: Sequence[str]) -> dict[str, list[KnownInstance]]:
        rows = self._cursor.execute(
            "SELECT instance.sop_instance_uid, instance.id, instance.series_ref, instance.hidden, instance.file_id "
            "FROM json_each(?) AS wanted JOIN instance ON instance.sop_instance_uid = wanted.value",
            (json.dumps(uids),),
        ).fetchall()
        if not rows:
            return {}
        files = self._files_of([row[1] for row in rows])
        found: dict[str, list[KnownInstance]] = {}
        for uid, instance_id, series_id, hidden, shown in rows:
            places = tuple(files.get(instance_id, ()))
            known = KnownInstance(instance_id, series_id, bool(hidden), places, shown)
            if known not in found.setdefault(uid, []):
                found[uid].append(known)
        return found

    def _files_of(self, instance_ids: list[int]) -> dict[int, list[InstanceFile]]:
        rows = self._cursor.execute(
            "SELECT file.instance_id, file.id, file.size, file.mtime_ns, file.digest, file.reason, "
            "drive.filesystem_id, folder.path, file.name FROM json_each(?) AS wanted "
            "JOIN file ON file.instance_id = wanted.value JOIN folder ON folder.id = file.folder_id "
            "JOIN drive ON drive.id = folder.drive_id ORDER BY file.id",
            (json.dumps(sorted(set(instance_ids))),),
        ).fetchall()
        files: dict[int, list[InstanceFile]] = {}
        for instance_id, file_id, size, mtime_ns, digest, reason, filesystem_id, path, name in rows:
            place = on_drive(path, name)
            conflict = reason == Reason.OTHER_CONTENT.value
            files.setdefault(instance_id, []).append(
                InstanceFile(file_id, size, recorded(mtime_ns), digest or b"", conflict, filesystem_id, place)
            )
        return files

    def _settle_instances(self) -> None:
        """Show, of each touched instance, the first file that is there; none there: the instance is missing."""
        for instance_id in self._touched.instances:
            row = self._cursor.execute(
                "SELECT id, size, changed FROM file WHERE instance_id = ? AND gone = 0 AND reason != ? "
                "ORDER BY id LIMIT 1",
                (instance_id, Reason.OTHER_CONTENT.value),
            ).fetchone()
            if row:
                sql = (
                    "UPDATE instance SET missing = 0, file_id = ?, bytes = ?, changed = ? WHERE id = ? "
                    "RETURNING series_ref"
                )
                found = self._cursor.execute(sql, (*row, instance_id)).fetchone()
            else:
                sql = "UPDATE instance SET missing = 1, changed = 0 WHERE id = ? RETURNING series_ref"
                found = self._cursor.execute(sql, (instance_id,)).fetchone()
                # What is left of it says something else: the next import is to read that again and take its word.
                self._cursor.execute("UPDATE file SET mtime_ns = 0 WHERE instance_id = ? AND gone = 0", (instance_id,))
            if found:
                self._touched.series.add(found[0])


_MARK_GONE = "UPDATE file SET gone = ?, changed = 0 WHERE id = ? RETURNING instance_id, folder_id, name, size"
_CONTRADICTS = (
    "UPDATE file SET outcome = 'conflict', reason = 'other_content', mtime_ns = 0 WHERE id = ? "
    "AND EXISTS (SELECT 1 FROM instance JOIN file AS shown ON shown.id = instance.file_id "
    "WHERE instance.id = file.instance_id AND shown.id != file.id AND shown.gone = 0 "
    "AND (shown.size != file.size OR shown.digest IS NOT file.digest))"
)
_FOLDERS_AT = (
    "SELECT folder.drive_id, folder.path FROM json_each(?) AS place JOIN folder "
    "ON folder.drive_id = place.value ->> 0 AND folder.path = place.value ->> 1"
)
_PUBLIC_ID = "SELECT public_id FROM instance WHERE id = ?"
# The digest of all of a file stands as long as its time does.
_READ_ANEW = (
    "UPDATE file SET content_digest = CASE WHEN mtime_ns = ? THEN content_digest END, mtime_ns = ?, gone = 0 "
    "WHERE id = ?"
)


def now() -> str:
    """The time as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
