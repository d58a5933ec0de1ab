"""Patients, studies and series that a batch has made: written together, each with what it holds.

A row that came with nothing and was counted afterwards would go into its indexes twice, and a patient has many.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fileroom.catalog import facts
from fileroom.catalog.facts import OF_PATIENT, OF_SERIES, OF_STUDY

_MODALITY = OF_SERIES.split().index("modality")
_DATE = OF_STUDY.split().index("date")


@dataclass(slots=True)
class Grown:
    """What has come to a series that its row does not tell of yet."""

    instances: int = 0
    frames: int = 0
    bytes: int = 0


@dataclass(slots=True)
class _Above:
    """A study or a patient that is to be written: its values up to its counts, and these."""

    values: tuple[Any, ...]
    below: int = 0  # studies of a patient, series of a study
    series: int = 0
    instances: int = 0
    frames: int = 0
    bytes: int = 0
    modalities: set[str] = field(default_factory=set)
    date: str = ""

    def counted(self) -> tuple[int, int, int]:
        return self.instances, self.frames, self.bytes

    def add(self, instances: int, frames: int, size: int, modalities: set[str]) -> None:
        self.below += 1
        self.instances += instances
        self.frames += frames
        self.bytes += size
        self.modalities |= modalities

    def modality(self) -> str:
        return "\\".join(sorted(self.modalities))


@dataclass(slots=True)
class Made:
    """Rows that are still to be written, by their numbers."""

    _patients: dict[int, _Above] = field(default_factory=dict)
    _studies: dict[int, tuple[int, _Above]] = field(default_factory=dict)  # with the patient
    _series: dict[int, tuple[int, tuple[Any, ...], str]] = field(default_factory=dict)  # with the study, and modality

    def patient(self, row: int, public_id: bytes, key: str, values: tuple[Any, ...]) -> None:
        """One more patient, of whom a header says ``values``."""
        self._patients[row] = _Above((row, public_id, key, *facts.of_patient(values)))

    def study(self, row: int, public_id: bytes, patient: int, values: tuple[Any, ...]) -> None:
        """One more study."""
        said = facts.of_study(values)
        self._studies[row] = patient, _Above((row, public_id, patient, *said), date=said[_DATE])

    def series(self, row: int, public_id: bytes, study: int, drive: int, base: str, values: tuple[Any, ...]) -> None:
        """One more series; ``base`` is what its images are packed against."""
        said = facts.of_series(values)
        self._series[row] = study, (row, public_id, study, drive, base, *said), said[_MODALITY]

    def clear(self) -> None:
        """Forget them, as those of a batch that failed."""
        for rows in (self._patients, self._studies, self._series):
            rows.clear()

    def write(self, cursor: Any, grown: dict[int, Grown]) -> list[int]:
        """Write them, and take what they hold off ``grown``; gives the series above which there is something that was
        there before, and is to be counted again."""
        if not self._series:  # there is no study without one
            return []
        rows, rest = [], []
        nothing = Grown()
        for series, (study, values, modality) in self._series.items():
            more = grown.pop(series, nothing)
            rows.append((*values, more.instances, more.frames, more.bytes))
            patient, above = self._studies.get(study, (0, None))
            if above is not None:
                above.add(more.instances, more.frames, more.bytes, {modality} - {""})
            if patient not in self._patients:
                rest.append(series)
        for patient, study_row in self._studies.values():
            whose = self._patients.get(patient)
            if whose is not None:
                whose.add(*study_row.counted(), study_row.modalities)
                whose.series += study_row.below
                whose.date = max(whose.date, study_row.date)
        cursor.executemany(
            _INSERT_PATIENT,
            [
                (*one.values, one.below, one.series, *one.counted(), one.modality(), one.date)
                for one in self._patients.values()
            ],
        )
        cursor.executemany(
            _INSERT_STUDY,
            [(*one.values, one.below, *one.counted(), one.modality()) for _, one in self._studies.values()],
        )
        cursor.executemany(_INSERT_SERIES, rows)
        self.clear()
        return rest


def _insert(table: str, columns: str) -> str:
    names = columns.split()
    return f"INSERT INTO {table}({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - our own names


_COUNTS = "n_instances n_frames n_bytes"
_INSERT_PATIENT = _insert(
    "patient", f"id public_id key {OF_PATIENT} n_studies n_series {_COUNTS} modalities last_study_date"
)
_INSERT_STUDY = _insert("study", f"id public_id patient_ref {OF_STUDY} n_series {_COUNTS} modalities")
_INSERT_SERIES = _insert("series", f"id public_id study_ref drive_id base {OF_SERIES} {_COUNTS}")
