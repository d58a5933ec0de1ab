"""Patients, studies and series during an import: found in the catalog, or made as the headers want them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from fileroom.catalog import identity, packing
from fileroom.catalog.memory import Memory
from fileroom.catalog.wording import NewRows
from fileroom.catalog.words import fold
from fileroom.dicom.names import person_name
from fileroom.model import Level
from fileroom.pixels.geometry import plane_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from fileroom.catalog.store import Catalog
    from fileroom.model import Header

_REMEMBERED: Final = 5_000  # patients, studies and series kept in memory at once, each
_LAST: Final = "\uffff"  # sorts after every name: the anonymous stand at the end


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
    _made: set[tuple[str, ...]] = field(default_factory=set)  # keys of studies and series of this batch
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
        self._made = set()
        self.anew = set()

    def forget(self) -> None:
        """Rows have been dropped: look everything up again."""
        for memory in (self._patients, self._studies, self._series, self._series_said):
            memory.clear()

    def take_anew(self, row: SeriesRow, header: Header) -> None:
        """Let a series and what stands above it say what this header says: once an import, as when they were made."""
        above: tuple[tuple[str, int, str, Callable[[Header], tuple[Any, ...]]], ...] = (
            ("series", row.id, _UPDATE_SERIES, _facts_of_series),
            ("study", row.study_id, _UPDATE_STUDY, _study_as_is),
            ("patient", row.patient_id, _UPDATE_PATIENT, _facts_of_patient),
        )
        for table, row_id, statement, facts in above:
            if (table, row_id) not in self._taken:
                self._taken.add((table, row_id))
                self.cursor.execute(statement, (*facts(header), row_id))
                self.anew.add(row.patient_id)

    def series_of(self, header: Header, drive_id: int) -> SeriesRow:
        """The series a header belongs to; patient, study and series are made as needed."""
        said = packing.series_said(header)
        row = self._series_said.get(said)
        if row is None:
            who = identity.identify(header)
            key = (who.key, header.study_instance_uid, header.series_instance_uid)
            patient_id = self._patient(who, header)
            study_id = self._study(key[:2], patient_id, header)
            # Headers that spell their patient in several ways belong to one series.
            row = self._find(key, study_id) or self._make_series(key, study_id, patient_id, header, drive_id)
            row = self._series.setdefault(row.id, row)
            self._series.keep(row.id, row)
            self._series_said.keep(said, row)
        return row

    def row(self, series_id: int) -> SeriesRow:
        """A series that is in the catalog, by its number."""
        known = self._series.get(series_id)
        if known is None:
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
        if study_id in self.new.studies and key not in self._made:
            return None
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
        return self.catalog.public_ids_below(Level.INSTANCE, *key)

    def _make_series(
        self, key: tuple[str, str, str], study_id: int, patient_id: int, header: Header, drive_id: int
    ) -> SeriesRow:
        series_id = self._number("series")
        base = packing.values_of(header)
        facts = (
            series_id,
            self.catalog.public_id(Level.SERIES, *key),
            study_id,
            drive_id,
            packing.pack_base(base),
            *_facts_of_series(header),
        )
        self.cursor.execute(_INSERT_SERIES, facts)
        self._made.add(key)
        self.added.series += 1
        self.new.series.append(series_id)
        # Rows above it that were there before may be hidden.
        hidden = not (study_id in self.new.studies and patient_id in self.new.patients)
        return SeriesRow(series_id, study_id, patient_id, packing.Packer(base), self._ids_of(key), hidden)

    def _study(self, key: tuple[str, str], patient_id: int, header: Header) -> int:
        study_id = self._studies.get(key)
        if study_id is None:
            found = None
            if patient_id not in self.new.patients or key in self._made:
                found = self.cursor.execute(
                    "SELECT id FROM study WHERE patient_ref = ? AND study_instance_uid = ?", (patient_id, key[1])
                ).fetchone()
            study_id = int(found[0]) if found else self._make_study(key, patient_id, header)
            self._studies.keep(key, study_id)
        return study_id

    def _make_study(self, key: tuple[str, str], patient_id: int, header: Header) -> int:
        study_id = self._number("study")
        public_id = self.catalog.public_id(Level.STUDY, *key)
        self.cursor.execute(_INSERT_STUDY, (study_id, public_id, patient_id, *_study_as_is(header)))
        self._made.add(key)
        self.added.studies += 1
        self.new.studies.add(study_id)
        return study_id

    def _patient(self, who: identity.Identity, header: Header) -> int:
        patient_id = self._patients.get(who.key)
        if patient_id is None:
            found = self.cursor.execute("SELECT id FROM patient WHERE key = ?", (who.key,)).fetchone()
            patient_id = int(found[0]) if found else self._make_patient(who, header)
            self._patients.keep(who.key, patient_id)
        return patient_id

    def _make_patient(self, who: identity.Identity, header: Header) -> int:
        patient_id = self._number("patient")
        facts = (patient_id, self.catalog.public_id(Level.PATIENT, who.key), who.key, *_facts_of_patient(header))
        self.cursor.execute(_INSERT_PATIENT, facts)
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


def _insert(table: str, columns: str) -> str:
    names = columns.split()
    return f"INSERT INTO {table}({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - our own names


def _update(table: str, columns: str) -> str:
    return f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in columns.split())} WHERE id = ?"  # noqa: S608 - our own names


# What a header says as it is, and the column where another name is usual.
_SERIES_AS_IS = (
    "series_number:number series_description:description series_date:date series_time:time series_instance_uid "
    "modality protocol_name body_part_examined laterality patient_position performing_physician_name "
    "performed_procedure_step_start_date performed_procedure_step_start_time manufacturer manufacturer_model_name "
    "station_name frame_of_reference_uid rows columns slice_thickness spacing_between_slices sop_class_uid "
    "transfer_syntax_uid guessed_charset:charset_guessed"
).split()
_STUDY_AS_IS = (
    "study_date:date study_time:time study_description:description study_instance_uid study_id accession_number "
    "institution_name referring_physician_name performing_physician_name manufacturer manufacturer_model_name "
    "station_name patient_age guessed_charset:charset_guessed"
).split()
_series_as_is = attrgetter(*(name.partition(":")[0] for name in _SERIES_AS_IS))
_study_as_is = attrgetter(*(name.partition(":")[0] for name in _STUDY_AS_IS))
_OF_PATIENT = (
    "name_alphabetic name_ideographic name_phonetic sort_name patient_id issuer birth_date sex anonymous reason "
    "charset_guessed"
)
_OF_STUDY = " ".join(name.rpartition(":")[2] for name in _STUDY_AS_IS)
_OF_SERIES = "pixel_spacing plane image_type original reformatted " + " ".join(
    name.rpartition(":")[2] for name in _SERIES_AS_IS
)
_INSERT_PATIENT, _UPDATE_PATIENT = (
    _insert("patient", "id public_id key " + _OF_PATIENT),
    _update("patient", _OF_PATIENT),
)
_INSERT_STUDY = _insert("study", "id public_id patient_ref " + _OF_STUDY)
_UPDATE_STUDY = _update("study", _OF_STUDY)
_INSERT_SERIES = _insert("series", "id public_id study_ref drive_id base " + _OF_SERIES)
_UPDATE_SERIES = _update("series", _OF_SERIES)


def _facts_of_patient(header: Header) -> tuple[Any, ...]:
    who, name = identity.identify(header), person_name(header.patient_name)
    folded = fold(identity.leading_group(header.patient_name))
    return (
        name.alphabetic,
        name.ideographic,
        name.phonetic,
        _LAST if who.anonymous else folded or _LAST,
        header.patient_id,
        header.issuer_of_patient_id,
        header.patient_birth_date,
        header.patient_sex,
        int(who.anonymous),
        who.reason,
        header.guessed_charset,
    )


def _facts_of_series(header: Header) -> tuple[Any, ...]:
    original, reformatted = _kind_of(header.image_type)
    return (
        "\\".join(repr(v) for v in header.pixel_spacing or header.imager_pixel_spacing),
        _plane_of(header.image_orientation),
        "\\".join(header.image_type),
        original,
        reformatted,
        *_series_as_is(header),
    )


@lru_cache(maxsize=256)
def _plane_of(orientation: tuple[float, ...]) -> str:
    return plane_of(orientation) or ""


@lru_cache(maxsize=256)
def _kind_of(image_type: tuple[str, ...]) -> tuple[int, int]:
    return int(is_original(image_type)), int(is_reformatted(image_type))


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
