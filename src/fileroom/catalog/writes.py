"""Writing the catalog during an import: batches through the driver's own cursor, parents kept in memory.

One writer at a time (the import lock sees to that), so row numbers are counted here and nothing is read back per file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fileroom.catalog import identity, packing
from fileroom.catalog.counts import recount
from fileroom.catalog.known import InstanceFile, KnownInstance
from fileroom.catalog.memory import Memory
from fileroom.catalog.paths import on_drive
from fileroom.catalog.wording import WordIndex
from fileroom.catalog.words import fold
from fileroom.dicom.names import person_name
from fileroom.model import Level, Outcome, Reason
from fileroom.pixels.geometry import plane_of
from fileroom.sources.paths import to_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fileroom.catalog.store import Catalog
    from fileroom.model import Header
    from fileroom.sources.drives import Mount

_REMEMBERED = 50_000  # patients, studies and series kept in memory at once, each
_LAST = "\uffff"  # sorts after every name: the anonymous stand at the end


@dataclass(slots=True)
class Added:
    """Entries that came new (or came back) in an import."""

    patients: int = 0
    studies: int = 0
    series: int = 0
    instances: int = 0


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


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A path with what became of it; ``brought`` is the row of the instance that it brought in or back."""

    folder_id: int
    name: str
    outcome: Outcome
    reason: Reason
    detail: str
    size: int
    brought: int | None = None


@dataclass(slots=True)
class _SeriesRow:
    id: int
    key: tuple[str, str, str]  # of the patient, study and series
    study_id: int
    patient_id: int
    base: tuple[Any, ...]
    hidden: bool


@dataclass(slots=True)
class _Touched:
    series: set[int] = field(default_factory=set)
    words: set[int] = field(default_factory=set)  # series whose words are new
    instances: set[int] = field(default_factory=set)  # whose files came or went
    placed: set[int] = field(default_factory=set)  # known files that were found, here or elsewhere


class Writer:
    """Puts headers and files into the catalog, one batch (one transaction) after the other."""

    def __init__(self, catalog: Catalog, import_id: int, *, max_patients: int | None = None) -> None:
        self._catalog = catalog
        self._import_id = import_id
        self._max_patients = max_patients
        self.added = Added()
        self._next: dict[str, int] = {}
        self._drives: dict[str, int] = {}
        self._folders: Memory[tuple[int, str], int] = Memory(_REMEMBERED)
        self._patients: Memory[str, int] = Memory(_REMEMBERED)
        self._studies: Memory[tuple[str, str], int] = Memory(_REMEMBERED)
        self._series: Memory[int, _SeriesRow] = Memory(_REMEMBERED)
        self._series_said: Memory[tuple[str, ...], int] = Memory(_REMEMBERED)
        self._words = WordIndex()
        self._cursor: Any = None
        self._touched = _Touched()
        self._new_files: list[tuple[Any, ...]] = []
        self._changed_files: list[tuple[Any, ...]] = []
        self._new_instances: list[tuple[Any, ...]] = []
        self._ledger: list[tuple[Any, ...]] = []
        self._sources: list[tuple[int, int]] = []
        self._batch_uids: dict[str, list[KnownInstance]] = {}

    # -- a batch ---------------------------------------------------------------------------------------------------

    def begin(self, cursor: Any, uids: Sequence[str] = ()) -> None:
        """Start a batch on ``cursor``; ``uids`` are the SOP Instance UIDs that will be asked for."""
        self._cursor = cursor
        self._touched = _Touched()
        self._batch_uids = self._look_up(uids) if uids else {}
        if not self._next:
            self._count_from_here()

    def finish(self) -> None:
        """Write what is pending and bring counts, states and words of all that was touched up to date."""
        self._flush()
        self._settle_instances()
        recount(self._cursor, self._touched.series)
        self._words.add(self._cursor, self._touched.words)

    def _count_from_here(self) -> None:
        for table in ("drive", "folder", "patient", "study", "series", "instance", "file"):
            self._next[table] = self._cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]  # noqa: S608 - our own names

    def _number(self, table: str) -> int:
        self._next[table] += 1
        return self._next[table]

    def _flush(self) -> None:
        c = self._cursor
        if self._new_instances:
            c.executemany(
                "INSERT INTO instance(id, public_id, series_ref, sop_instance_uid, sop_class_uid, number, file_id, "
                "frames, bytes, header) VALUES (?,?,?,?,?,?,?,?,?,?)",
                self._new_instances,
            )
        if self._new_files:
            c.executemany(
                "INSERT INTO file(id, folder_id, name, size, mtime_ns, digest, outcome, reason, detail, instance_id) "
                "VALUES (?,?,?,?,?,?,?,?,?,?)",
                self._new_files,
            )
        if self._changed_files:
            c.executemany(
                "UPDATE file SET folder_id=?, name=?, size=?, mtime_ns=?, digest=?, outcome=?, reason=?, detail=?, "
                "instance_id=?, gone=0, content_digest=NULL WHERE id=?",
                self._changed_files,
            )
        if self._ledger:
            c.executemany(
                "INSERT INTO ledger(import_id, folder_id, name, outcome, reason, detail, size, instance) "
                "VALUES (?,?,?,?,?,?,?, (SELECT public_id FROM instance WHERE id = ?))",
                self._ledger,
            )
        if self._sources:
            c.executemany("INSERT OR REPLACE INTO source(file_id, instance_id) VALUES (?,?)", self._sources)
        for pending in (self._new_instances, self._new_files, self._changed_files, self._ledger, self._sources):
            pending.clear()

    # -- places ----------------------------------------------------------------------------------------------------

    def drive(self, mount: Mount) -> int:
        """The row of a drive, made or brought up to date once an import."""
        known = self._drives.get(mount.filesystem_id)
        if known is not None:
            return known
        c = self._cursor
        row = c.execute("SELECT id FROM drive WHERE filesystem_id = ?", (mount.filesystem_id,)).fetchone()
        drive_id: int = row[0] if row else self._number("drive")
        c.execute(
            "INSERT INTO drive(id, filesystem_id, kind, label, mount_point, last_seen) VALUES (?,?,?,?,?,?) "
            "ON CONFLICT(id) DO UPDATE SET mount_point=excluded.mount_point, last_seen=excluded.last_seen",
            (drive_id, mount.filesystem_id, mount.kind, to_text(mount.label), to_text(mount.point), now()),
        )
        self._drives[mount.filesystem_id] = drive_id
        return drive_id

    def folder(self, mount: Mount, path: str) -> int:
        """The row of a folder, ``path`` being its path on the drive."""
        drive_id, text = self.drive(mount), to_text(path)
        known = self._folders.get((drive_id, text))
        if known is None:
            row = self._cursor.execute(
                "SELECT id FROM folder WHERE drive_id = ? AND path = ?", (drive_id, text)
            ).fetchone()
            known = row[0] if row else self._number("folder")
            if not row:
                self._cursor.execute("INSERT INTO folder(id, drive_id, path) VALUES (?,?,?)", (known, drive_id, text))
            self._folders.keep((drive_id, text), known)
        return known

    def root(self, mount: Mount, path: str) -> None:
        """Remember a folder the user brought in."""
        self._cursor.execute(
            "INSERT INTO root(drive_id, path, added, last_import) VALUES (?,?,?,?) "
            "ON CONFLICT(drive_id, path) DO UPDATE SET last_import=excluded.last_import",
            (self.drive(mount), to_text(path), now(), now()),
        )

    # -- entries ---------------------------------------------------------------------------------------------------

    def instances_with(self, uid: str) -> list[KnownInstance]:
        """Every instance with this SOP Instance UID, those of the running batch included."""
        return self._batch_uids.get(uid, [])

    def has_room_for(self, header: Header) -> bool:
        """Whether the patient of ``header`` is shown already, or may be one more."""
        if self._max_patients is None:
            return True
        row = self._cursor.execute(
            "SELECT (SELECT count(*) FROM patient WHERE hidden = 0), "
            "EXISTS (SELECT 1 FROM patient WHERE key = ? AND hidden = 0)",
            (identity.identify(header).key,),
        ).fetchone()
        return bool(row[1]) or row[0] < self._max_patients

    def has_room_to_bring_back(self, instance_id: int) -> bool:
        """The same for the patient of an instance that had been removed."""
        if self._max_patients is None:
            return True
        row = self._cursor.execute(
            "SELECT (SELECT count(*) FROM patient WHERE hidden = 0), patient.hidden FROM instance "
            "JOIN series ON series.id = series_ref JOIN study ON study.id = study_ref "
            "JOIN patient ON patient.id = patient_ref WHERE instance.id = ?",
            (instance_id,),
        ).fetchone()
        return not row[1] or row[0] < self._max_patients

    def series_of(self, header: Header, drive_id: int) -> int:
        """The series a header belongs to; patient, study and series are made as needed."""
        said = (
            header.series_instance_uid,
            header.study_instance_uid,
            header.patient_name,
            header.patient_id,
            header.issuer_of_patient_id,
            header.patient_birth_date,
        )
        known = self._series_said.get(said)
        if known is None:
            who = identity.identify(header)
            key = (who.key, header.study_instance_uid, header.series_instance_uid)
            row = self._find_series(key) or self._make_series(key, who, header, drive_id)
            self._series.keep(row.id, row)
            known = row.id
            self._series_said.keep(said, known)
        return known

    def add_instance(self, series_id: int, header: Header, frames: int, size: int, file_id: int) -> int:
        """A new instance of a series; returns its row."""
        row = self._row(series_id)
        instance_id = self._number("instance")
        self._new_instances.append(
            (
                instance_id,
                self._catalog.public_id(Level.INSTANCE, *row.key, header.sop_instance_uid),
                series_id,
                header.sop_instance_uid,
                header.sop_class_uid,
                header.instance_number,
                file_id,
                frames,
                size,
                packing.pack(packing.values_of(header), row.base),
            )
        )
        self.added.instances += 1
        self._show(row)
        self._touched.series.add(series_id)
        return instance_id

    def remember(self, uid: str, known: KnownInstance) -> None:
        """Let later files of this batch know of an instance (or of its further file)."""
        others = [k for k in self._batch_uids.get(uid, []) if k.id != known.id]
        self._batch_uids[uid] = [*others, known]

    def replace_facts(self, instance_id: int, series_id: int, header: Header, frames: int, size: int) -> None:
        """An instance's file has changed: put its new header in the place of the old."""
        self._flush()  # the instance may be of this batch
        row = self._row(series_id)
        self._cursor.execute(
            "UPDATE instance SET sop_class_uid=?, number=?, frames=?, bytes=?, header=?, missing=0 WHERE id=?",
            (
                header.sop_class_uid,
                header.instance_number,
                frames,
                size,
                packing.pack(packing.values_of(header), row.base),
                instance_id,
            ),
        )
        self._cursor.execute("DELETE FROM thumbnail WHERE series_id = ?", (series_id,))
        self._touched.series.add(series_id)

    def bring_back(self, instance_id: int) -> None:
        """Show an instance again that was removed from the archive, and what stands above it."""
        c = self._cursor
        self._flush()
        row = c.execute("SELECT series_ref, hidden, public_id FROM instance WHERE id = ?", (instance_id,)).fetchone()
        if row is None or not row[1]:
            return
        c.execute("UPDATE instance SET hidden = 0 WHERE id = ?", (instance_id,))
        c.execute("DELETE FROM removal WHERE public_id = ?", (row[2],))
        self.added.instances += 1
        series_row = self._row(row[0])
        series_row.hidden = True  # ask the rows above
        self._show(series_row)
        self._touched.series.add(row[0])

    def _show(self, row: _SeriesRow) -> None:
        """Un-hide series, study and patient when an instance of theirs is shown."""
        if not row.hidden:
            return
        for table, row_id in (("series", row.id), ("study", row.study_id), ("patient", row.patient_id)):
            shown = self._cursor.execute(
                f"UPDATE {table} SET hidden = 0 WHERE id = ? AND hidden = 1 RETURNING public_id",  # noqa: S608 - our own names
                (row_id,),
            ).fetchone()
            if shown:
                self._cursor.execute("DELETE FROM removal WHERE public_id = ?", shown)
                name = "studies" if table == "study" else "patients" if table == "patient" else "series"
                setattr(self.added, name, getattr(self.added, name) + 1)
        row.hidden = False

    def _row(self, series_id: int) -> _SeriesRow:
        known = self._series.get(series_id)
        if known is not None:
            return known
        found = self._cursor.execute(
            "SELECT patient.key, study.study_instance_uid, series.series_instance_uid FROM series "
            "JOIN study ON study.id = series.study_ref JOIN patient ON patient.id = study.patient_ref "
            "WHERE series.id = ?",
            (series_id,),
        ).fetchone()
        row = self._find_series(tuple(found))
        assert row is not None  # noqa: S101 - its number came from the catalog
        self._series.keep(series_id, row)
        return row

    def _find_series(self, key: tuple[str, str, str]) -> _SeriesRow | None:
        found = self._cursor.execute(
            "SELECT series.id, study.id, patient.id, series.base, series.hidden FROM patient "
            "JOIN study ON study.patient_ref = patient.id JOIN series ON series.study_ref = study.id "
            "WHERE patient.key = ? AND study.study_instance_uid = ? AND series.series_instance_uid = ?",
            key,
        ).fetchone()
        if found is None:
            return None
        return _SeriesRow(found[0], key, found[1], found[2], packing.unpack_base(found[3]), bool(found[4]))

    def _make_series(
        self, key: tuple[str, str, str], who: identity.Identity, header: Header, drive_id: int
    ) -> _SeriesRow:
        patient_id = self._patient(who, header)
        study_id = self._study(key[:2], patient_id, header)
        series_id = self._number("series")
        base = packing.values_of(header)
        facts = {
            "id": series_id,
            "public_id": self._catalog.public_id(Level.SERIES, *key),
            "study_ref": study_id,
            "drive_id": drive_id,
            "number": header.series_number,
            "description": header.series_description,
            "date": header.series_date,
            "time": header.series_time,
            "pixel_spacing": "\\".join(repr(v) for v in header.pixel_spacing or header.imager_pixel_spacing),
            "plane": plane_of(header.image_orientation) or "",
            "image_type": "\\".join(header.image_type),
            "original": int(is_original(header.image_type)),
            "reformatted": int(is_reformatted(header.image_type)),
            "base": packing.pack(base),
            **{name: getattr(header, name) for name in _SERIES_AS_IS},
        }
        self._insert("series", facts)
        self.added.series += 1
        self._touched.words.add(series_id)
        return _SeriesRow(series_id, key, study_id, patient_id, base, hidden=True)  # the rows above may be hidden

    def _study(self, key: tuple[str, str], patient_id: int, header: Header) -> int:
        study_id = self._studies.get(key)
        if study_id is None:
            found = self._cursor.execute(
                "SELECT id FROM study WHERE patient_ref = ? AND study_instance_uid = ?", (patient_id, key[1])
            ).fetchone()
            if found:
                study_id = found[0]
            else:
                study_id = self._number("study")
                facts = {
                    "id": study_id,
                    "public_id": self._catalog.public_id(Level.STUDY, *key),
                    "patient_ref": patient_id,
                    "date": header.study_date,
                    "time": header.study_time,
                    "description": header.study_description,
                    **{name: getattr(header, name) for name in _STUDY_AS_IS},
                }
                self._insert("study", facts)
                self.added.studies += 1
            self._studies.keep(key, study_id)
        return study_id

    def _patient(self, who: identity.Identity, header: Header) -> int:
        patient_id = self._patients.get(who.key)
        if patient_id is None:
            found = self._cursor.execute("SELECT id FROM patient WHERE key = ?", (who.key,)).fetchone()
            patient_id = found[0] if found else self._make_patient(who, header)
            self._patients.keep(who.key, patient_id)
        return patient_id

    def _make_patient(self, who: identity.Identity, header: Header) -> int:
        patient_id = self._number("patient")
        name = person_name(header.patient_name)
        folded = fold(identity.leading_group(header.patient_name))
        facts = {
            "id": patient_id,
            "public_id": self._catalog.public_id(Level.PATIENT, who.key),
            "key": who.key,
            "name_alphabetic": name.alphabetic,
            "name_ideographic": name.ideographic,
            "name_phonetic": name.phonetic,
            "sort_name": _LAST if who.anonymous else folded or _LAST,
            "patient_id": header.patient_id,
            "issuer": header.issuer_of_patient_id,
            "birth_date": header.patient_birth_date,
            "sex": header.patient_sex,
            "anonymous": int(who.anonymous),
            "reason": who.reason,
        }
        self._insert("patient", facts)
        self.added.patients += 1
        return patient_id

    def _insert(self, table: str, facts: dict[str, Any]) -> None:
        names = ", ".join(facts)
        marks = ", ".join("?" * len(facts))
        self._cursor.execute(f"INSERT INTO {table}({names}) VALUES ({marks})", tuple(facts.values()))  # noqa: S608 - our own names

    # -- files -----------------------------------------------------------------------------------------------------

    def new_file_id(self) -> int:
        """The row a new file will have."""
        return self._number("file")

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
            self._touched.placed.add(file_id)
        else:
            self._new_files.append((file_id, *row))
        if facts.instance_id is not None and known:
            self._touched.instances.add(facts.instance_id)

    def file_unreadable(self, file_id: int, said: tuple[Outcome, Reason, str]) -> None:
        """A known file could not be read this time: it stays what it was, and is tried again."""
        outcome, reason, detail = said
        self._cursor.execute(
            "UPDATE file SET outcome = ?, reason = ?, detail = ? WHERE id = ?",
            (outcome.value, reason.value, detail, file_id),
        )

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

    def stands_for(self, file_id: int, instance_id: int) -> None:
        """A path that was read is held by the archive already: as a file of this instance."""
        self._sources.append((file_id, instance_id))

    def move_home(self, series_id: int, drive_id: int) -> None:
        """A series has images on another drive now: whether it can be reached is asked of that one."""
        self._cursor.execute(
            "UPDATE series SET drive_id = ? WHERE id = ? AND drive_id != ?", (drive_id, series_id, drive_id)
        )

    def unlink(self, instance_id: int) -> None:
        """A file has stopped being a file of this instance: see afterwards whether it has another."""
        self._touched.instances.add(instance_id)

    def files_back(self, file_ids: Iterable[int]) -> None:
        """Files that were gone are there again, as they were."""
        self._mark_gone(file_ids, gone=0)

    def files_gone(self, file_ids: Iterable[int]) -> None:
        """Files that were known are no longer there. Those that never were DICOM are simply forgotten."""
        # Of what was moved, the old place was seen to be empty too: its row has followed.
        ids = [file_id for file_id in file_ids if file_id not in self._touched.placed]
        self._mark_gone(ids, gone=1)
        self._cursor.executemany("DELETE FROM file WHERE id = ? AND instance_id IS NULL", [(i,) for i in ids])

    def _mark_gone(self, file_ids: Iterable[int], *, gone: int) -> None:
        for file_id in file_ids:
            row = self._cursor.execute(
                "UPDATE file SET gone = ? WHERE id = ? RETURNING instance_id", (gone, file_id)
            ).fetchone()
            if row and row[0] is not None:
                self._touched.instances.add(row[0])

    def ledger(self, line: LedgerLine) -> None:
        """Write one line of the ledger of this import."""
        self._ledger.append(
            (
                self._import_id,
                line.folder_id,
                to_text(line.name),
                line.outcome.value,
                line.reason.value,
                line.detail,
                line.size,
                line.brought,
            )
        )

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
                InstanceFile(file_id, size, mtime_ns, digest or b"", conflict, filesystem_id, place)
            )
        return files

    def _settle_instances(self) -> None:
        """Show, of each touched instance, the first file that is there; none there: the instance is missing."""
        for instance_id in self._touched.instances:
            row = self._cursor.execute(
                "SELECT id, size FROM file WHERE instance_id = ? AND gone = 0 AND reason != ? ORDER BY id LIMIT 1",
                (instance_id, Reason.OTHER_CONTENT.value),
            ).fetchone()
            if row:
                sql = "UPDATE instance SET missing = 0, file_id = ?, bytes = ? WHERE id = ? RETURNING series_ref"
                found = self._cursor.execute(sql, (*row, instance_id)).fetchone()
            else:
                sql = "UPDATE instance SET missing = 1 WHERE id = ? RETURNING series_ref"
                found = self._cursor.execute(sql, (instance_id,)).fetchone()
                # What is left of it says something else: the next import is to read that again and take its word.
                self._cursor.execute("UPDATE file SET mtime_ns = 0 WHERE instance_id = ? AND gone = 0", (instance_id,))
            if found:
                self._touched.series.add(found[0])


_SERIES_AS_IS = (
    "series_instance_uid modality protocol_name body_part_examined laterality patient_position "
    "performing_physician_name performed_procedure_step_start_date performed_procedure_step_start_time manufacturer "
    "manufacturer_model_name station_name frame_of_reference_uid rows columns slice_thickness spacing_between_slices "
    "sop_class_uid transfer_syntax_uid"
).split()
_STUDY_AS_IS = (
    "study_instance_uid study_id accession_number institution_name referring_physician_name performing_physician_name "
    "manufacturer manufacturer_model_name station_name patient_age"
).split()


def is_original(image_type: tuple[str, ...]) -> bool:
    """Whether pixel values are those of the acquisition: Image Type value 1 (PS3.3 C.7.6.1.1.2); silence says yes."""
    return not image_type or image_type[0].strip().upper() != "DERIVED"


def is_reformatted(image_type: tuple[str, ...]) -> bool:
    """Whether Image Type names a re-sampled or composed image (PS3.3 C.8.16.1.3 and makers' own words)."""
    return any(word in value.upper() for value in image_type[2:] for word in _REFORMATTED)


_REFORMATTED = (
    "MPR", "REFORMAT", "RESAMPLED", "MAX_IP", "MIN_IP", "MIP", "PROJECTION", "VOLREN", "VOLUME_RENDER", "VRT", "SSD",
    "CURVED", "COMPOSED", "MOSAIC", "CSAPARALLEL", "AVERAGE", "SURFACE_RENDER",
)  # fmt: skip


def now() -> str:
    """The time as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
