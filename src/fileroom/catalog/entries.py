"""Patients, studies and series during an import: found in the catalog, or made as the headers want them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from fileroom.catalog import facts, identity, packing
from fileroom.catalog.counts import recount_above
from fileroom.catalog.made import Grown, Made
from fileroom.catalog.memory import Memory
from fileroom.catalog.wording import NewRows
from fileroom.model.entries import Level

if TYPE_CHECKING:
    from collections.abc import Callable

    from fileroom.catalog.store import Catalog
    from fileroom.model.headers import Header

_REMEMBERED: Final = 5_000  # patients, studies and series kept in memory at once, each


@dataclass(slots=True)
class Added:
    """Entries that came new (or came back) in an import."""

    patients: int = 0
    studies: int = 0
    series: int = 0
    instances: int = 0


@dataclass(slots=True)
class SeriesRow:
    """A series at hand: its rows, what packs the headers of its images, and what gives their public ids."""

    id: int
    study_id: int
    patient_id: int
    packer: packing.Packer
    public_id: Callable[[str], bytes]
    hidden: bool  # it, or what stands above it, may have been removed from the archive


@dataclass(slots=True)
class Entries:
    """Finds and makes the rows above the instances; one cursor a batch."""

    catalog: Catalog
    added: Added
    cursor: Any = None
    new: NewRows = field(default_factory=NewRows)
    grown: dict[int, Grown] = field(default_factory=dict)  # what has come to series in this batch
    _made: Made = field(default_factory=Made)  # what of this batch is still to be written
    _met: dict[tuple[str, ...], Any] = field(default_factory=dict)  # rows that this batch has made, by their keys
    _above: list[int] = field(default_factory=list)  # series above which there is something to be counted again
    _next: dict[str, int] = field(default_factory=dict)
    _patients: Memory[str, int] = field(default_factory=lambda: Memory(_REMEMBERED))
    _studies: Memory[tuple[str, str], int] = field(default_factory=lambda: Memory(_REMEMBERED))
    _series: Memory[int, SeriesRow] = field(default_factory=lambda: Memory(_REMEMBERED))
    _series_said: Memory[tuple[str, ...], SeriesRow] = field(default_factory=lambda: Memory(_REMEMBERED))
    anew: set[int] = field(default_factory=set)  # patients of this batch of which something was taken anew
    _taken: set[tuple[str, int]] = field(default_factory=set)  # rows that were taken anew in this import

    def begin(self, cursor: Any) -> None:
        """Start a batch."""
        self.cursor = cursor
        self.new = NewRows()
        self.grown.clear()
        self._made.clear()
        self._met = {}
        self._above = []
        self.anew = set()

    def write(self) -> None:
        """Write what was made; what comes to it afterwards is counted at the end of the batch."""
        self._above += self._made.write(self.cursor, self.grown)

    def finish(self) -> None:
        """Write what was made, and what has come to series that were there."""
        self.write()
        self.cursor.executemany(
            _GROW_SERIES, [(more.instances, more.frames, more.bytes, row) for row, more in self.grown.items()]
        )
        recount_above(self.cursor, {*self._above, *self.grown})

    def forget(self) -> None:
        """Rows have been dropped: look everything up again."""
        for memory in (self._patients, self._studies, self._series, self._series_said):
            memory.clear()

    def take_anew(self, row: SeriesRow, header: Header) -> None:
        """Let a series and what stands above it say what this header says: once an import, as when they were made."""
        self.write()
        above: tuple[tuple[str, int, str, Callable[[tuple[Any, ...]], tuple[Any, ...]]], ...] = (
            ("series", row.id, _UPDATE_SERIES, facts.of_series),
            ("study", row.study_id, _UPDATE_STUDY, facts.of_study),
            ("patient", row.patient_id, _UPDATE_PATIENT, facts.of_patient),
        )
        values = packing.values_of(header)
        for table, row_id, statement, said in above:
            if (table, row_id) not in self._taken:
                self._taken.add((table, row_id))
                self.cursor.execute(statement, (*said(values), row_id))
                self.anew.add(row.patient_id)

    def series_of(self, header: Header, drive_id: int) -> SeriesRow:
        """The series a header belongs to; patient, study and series are made as needed."""
        said = packing.series_said(header)
        found = self._series_said.get(said)
        if found is None:
            values = packing.values_of(header)
            found = self._place(said, values, packing.pack_base(values), drive_id)
        return found

    def series_in(self, values: tuple[Any, ...], text: str, drive_id: int) -> SeriesRow:
        """The same, of the values of a header, which are packed in ``text``."""
        said = packing.series_said_in(values)
        return self._series_said.get(said) or self._place(said, values, text, drive_id)

    def _place(self, said: tuple[str, ...], values: tuple[Any, ...], text: str, drive_id: int) -> SeriesRow:
        series_uid, study_uid, *person = said
        patient_key = identity.identity_of(study_uid, *person).key
        patient_id = self._patient(patient_key, values)
        study_id = self._study((patient_key, study_uid), patient_id, values)
        key = (patient_key, study_uid, series_uid)
        # Headers that spell their patient in several ways belong to one series.
        row = self._find(key, study_id) or self._make_series(key, study_id, patient_id, values, text, drive_id)
        row = self._series.setdefault(row.id, row)
        self._series.keep(row.id, row)
        self._series_said.keep(said, row)
        return row

    def row(self, series_id: int) -> SeriesRow:
        """A series that is in the catalog, by its number."""
        known = self._series.get(series_id)
        if known is None:
            self.write()
            found = self.cursor.execute(
                "SELECT study.id, patient.key, study.study_instance_uid, series.series_instance_uid FROM series "
                "JOIN study ON study.id = series.study_ref JOIN patient ON patient.id = study.patient_ref "
                "WHERE series.id = ?",
                (series_id,),
            ).fetchone()
            known = self._find(tuple(found[1:]), found[0])
            assert known is not None  # noqa: S101 - its number came from the catalog
            self._series.keep(series_id, known)
        return known

    def show(self, row: SeriesRow) -> None:
        """Show a series, its study and its patient again where they had been removed: an image of theirs is shown."""
        self.write()
        for table, row_id in (("series", row.id), ("study", row.study_id), ("patient", row.patient_id)):
            shown = self.cursor.execute(
                f"UPDATE {table} SET hidden = 0 WHERE id = ? AND hidden = 1 RETURNING public_id",  # noqa: S608 - our own names
                (row_id,),
            ).fetchone()
            if shown:
                self.cursor.execute("DELETE FROM removal WHERE public_id = ?", shown)
                name = "studies" if table == "study" else "patients" if table == "patient" else "series"
                setattr(self.added, name, getattr(self.added, name) + 1)
        row.hidden = False

    # -- rows ------------------------------------------------------------------------------------------------------

    def _find(self, key: tuple[str, str, str], study_id: int) -> SeriesRow | None:
        made: SeriesRow | None = self._met.get(key)
        if made is not None or study_id in self.new.studies:
            return made
        found = self.cursor.execute(
            "SELECT series.id, patient_ref, base, series.hidden FROM series JOIN study ON study.id = study_ref "
            "WHERE study_ref = ? AND series_instance_uid = ?",
            (study_id, key[2]),
        ).fetchone()
        if found is None:
            return None
        series_id, patient_id, base, hidden = found
        packer = packing.Packer(packing.unpack_base(base))
        return SeriesRow(series_id, study_id, patient_id, packer, self._ids_of(key), bool(hidden))

    def _ids_of(self, key: tuple[str, str, str]) -> Callable[[str], bytes]:
        return self.catalog.public_ids_in(*key)

    def _make_series(
        self,
        key: tuple[str, str, str],
        study_id: int,
        patient_id: int,
        values: tuple[Any, ...],
        text: str,
        drive_id: int,
    ) -> SeriesRow:
        series_id = self._number("series")
        public_id = self.catalog.public_id(Level.SERIES, *key)
        self._made.series(series_id, public_id, study_id, drive_id, text, values)
        self.added.series += 1
        self.new.series.append(series_id)
        # Rows above it that were there before may be hidden.
        hidden = not (study_id in self.new.studies and patient_id in self.new.patients)
        row = SeriesRow(series_id, study_id, patient_id, packing.Packer(values), self._ids_of(key), hidden)
        self._met[key] = row
        return row

    def _study(self, key: tuple[str, str], patient_id: int, values: tuple[Any, ...]) -> int:
        study_id = self._studies.get(key) or self._met.get(key)
        if study_id is None:
            found = None
            if patient_id not in self.new.patients:
                found = self.cursor.execute(
                    "SELECT id FROM study WHERE patient_ref = ? AND study_instance_uid = ?", (patient_id, key[1])
                ).fetchone()
            study_id = int(found[0]) if found else self._make_study(key, patient_id, values)
            self._studies.keep(key, study_id)
        return study_id

    def _make_study(self, key: tuple[str, str], patient_id: int, values: tuple[Any, ...]) -> int:
        study_id = self._number("study")
        self._made.study(study_id, self.catalog.public_id(Level.STUDY, *key), patient_id, values)
        self._met[key] = study_id
        self.added.studies += 1
        self.new.studies.add(study_id)
        return study_id

    def _patient(self, key: str, values: tuple[Any, ...]) -> int:
        patient_id = self._patients.get(key) or self._met.get((key,))
        if patient_id is None:
            found = self.cursor.execute("SELECT id FROM patient WHERE key = ?", (key,)).fetchone()
            patient_id = int(found[0]) if found else self._make_patient(key, values)
            self._patients.keep(key, patient_id)
        return patient_id

    def _make_patient(self, key: str, values: tuple[Any, ...]) -> int:
        patient_id = self._number("patient")
        self._made.patient(patient_id, self.catalog.public_id(Level.PATIENT, key), key, values)
        self._met[(key,)] = patient_id
        self.added.patients += 1
        self.new.patients.add(patient_id)
        return patient_id

    def _number(self, table: str) -> int:
        if table not in self._next:
            self._next[table] = highest(self.cursor, table)
        self._next[table] += 1
        return self._next[table]


def highest(cursor: Any, table: str) -> int:
    """The highest row number of a table; rows are numbered here, since there is one writer at a time."""
    return int(cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0])  # noqa: S608 - our own names


def _update(table: str, columns: str) -> str:
    return f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in columns.split())} WHERE id = ?"  # noqa: S608 - our own names


_UPDATE_PATIENT = _update("patient", facts.OF_PATIENT)
_UPDATE_STUDY = _update("study", facts.OF_STUDY)
_UPDATE_SERIES = _update("series", facts.OF_SERIES)
_GROW_SERIES = (
    "UPDATE series SET n_instances = n_instances + ?, n_frames = n_frames + ?, n_bytes = n_bytes + ? WHERE id = ?"
)
