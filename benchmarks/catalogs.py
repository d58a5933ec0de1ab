"""Large catalogs without files: rows as an import leaves them, written straight into a sealed archive.

People have names as people do: few family names that many share, many that few do, dates of birth over a century.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from fileroom.archive import Archive
from fileroom.catalog.fields import FIELDS
from fileroom.catalog.language import Field
from fileroom.catalog.wording import Document, _tokens
from fileroom.catalog.words import fold
from fileroom.model.entries import Level
from fileroom.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

IMAGES_OF_A_PATIENT = 10
_SYLLABLES = (
    "ba be bi bo ca ce chi co da de di do fa fe fi ga gio la le li lo ma me mi mo na ne ni no pa pe ra re ri ro sa"
).split()
_ENDS = "ni ri ti lli tti sso zzi ndo rra ldi nte glia".split()
_GIVEN = (
    "Mario Anna Luca Maria Paolo Giulia Marco Sara Andrea Elena Giuseppe Rosa Antonio Angela Giovanni Lucia Carlo "
    "Francesca Luigi Teresa Pietro Laura Franco Paola Sergio Carla Jörg Zoë André Łukasz Иван Мария"
).split()
_DESCRIPTIONS = (
    "TC torace|TC addome completo|RM encefalo|RM ginocchio dx|RX torace|RX mano sin|Eco addome|PET/TC total body|"
    "Angio TC aorta|RM rachide lombare|Mammografia|TC encefalo senza mdc"
).split("|")
_SERIES = "Axial T2|Sagittal T1|scout|Bone 1.0|Lung 5.0|MPR cor|DWI b1000|ADC|thorax pa|late phase".split("|")
_PLACES = "Ospedale Maggiore|Clinica San Luca|Policlinico|Istituto Rossi|Centro Medico Aurora".split("|")
_MODALITIES = {"TC": "CT", "RM": "MR", "RX": "DX", "Ec": "US", "PE": "PT", "An": "CT", "Ma": "MG"}
_BATCH = 5000


def families(most: int) -> list[str]:
    """``most`` family names."""
    choose = random.Random(1)  # noqa: S311 - names, not secrets
    found: dict[str, None] = {}
    while len(found) < most:
        stem = "".join(choose.choice(_SYLLABLES) for _ in range(choose.randint(1, 3)))
        found[(stem + choose.choice(_ENDS)).capitalize()] = None
    return list(found)


LEVELS = (Level.PATIENT, Level.STUDY, Level.SERIES)


def make(place: Path, patients: int, searched: Sequence[Level] = LEVELS) -> None:
    """An archive of ``patients`` patients, with one or two studies of one to three series each, and the words of the
    levels that are to be ``searched``."""
    with Archive.open(Settings(archive=place, use_keyring=False)) as archive:
        rows = _People(patients, searched)
        with archive._catalog.database.transaction() as cursor:
            cursor.execute("INSERT INTO drive(id, filesystem_id, label) VALUES (1, 'none', 'none')")
            for first in range(0, patients, _BATCH):
                rows.write(cursor, range(first, min(first + _BATCH, patients)))


def add_instances(place: Path, instances: int) -> None:
    """``instances`` rows of images in the archive of :func:`make`, shared out among its series, without their files.

    Written by SQLite itself, in the order of every index, so that ten million take minutes and not hours.
    """
    with Archive.open(Settings(archive=place, use_keyring=False)) as archive:
        database = archive._catalog.database
        with database.reading() as cursor:
            series = cursor.execute("SELECT count(*) FROM series").fetchone()[0]
        for first in range(0, instances, _AT_ONCE):
            with database.transaction() as cursor:
                cursor.execute(_INSTANCES, (first, min(first + _AT_ONCE, instances) - 1, series, instances))


_AT_ONCE = 500_000
_INSTANCES = (
    "WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
    "INSERT INTO instance(public_id, series_ref, sop_instance_uid, number, frames, bytes, header) "
    "SELECT CAST(printf('%016d', i) AS BLOB), 1 + i * ? / ?, printf('2.999.4.%09d', i), 1 + i % 100, 1, 524288, '{}' "
    "FROM n"
)


class _People:
    def __init__(self, patients: int, searched: Sequence[Level]) -> None:
        self._searched = searched
        self._choose = random.Random(2)  # noqa: S311
        self._names = families(max(200, patients // 40))
        # A few names are many people's (Zipf's law).
        self._weights = [1 / (rank + 3) for rank in range(len(self._names))]
        self._study = self._series = 0

    def write(self, cursor: Any, numbers: Sequence[int]) -> None:
        chosen = self._choose.choices(self._names, self._weights, k=len(numbers))
        for number, family in zip(numbers, chosen, strict=True):
            self._patient(cursor, number + 1, family)

    def _patient(self, cursor: Any, row: int, family: str) -> None:
        choose = self._choose
        name = f"{family}^{choose.choice(_GIVEN)}"
        born = f"{choose.randint(1925, 2024)}{choose.randint(1, 12):02}{choose.randint(1, 28):02}"
        patient = {"name_alphabetic": name, "patient_id": f"{choose.choice('ABCH')}{row:07}", "birth_date": born}
        studies = [self._one_study(row) for _ in range(choose.randint(1, 2))]
        dates = [study["date"] for study, _ in studies]
        facts = {
            **patient, "id": row, "public_id": row.to_bytes(16), "key": f"person\x1f\x1f{row}", "sort_name": fold(name),
            "sex": choose.choice("MF"), "last_study_date": max(dates), "n_studies": len(studies),
            "n_series": sum(len(series) for _, series in studies), "n_instances": IMAGES_OF_A_PATIENT,
            "n_frames": IMAGES_OF_A_PATIENT, "n_bytes": IMAGES_OF_A_PATIENT << 19,
            "modalities": "\\".join(sorted({one["modality"] for _, series in studies for one in series})),
        }  # fmt: skip
        _insert(cursor, "patient", facts)
        own = _document(Level.PATIENT, facts)
        whole: Document = {}
        for study, series in studies:
            _insert(cursor, "study", study)
            of_study = _joined(own, _document(Level.STUDY, study))
            all_series: Document = {}
            for one in series:
                _insert(cursor, "series", one)
                words = _joined(of_study, _document(Level.SERIES, one))
                self._index(cursor, Level.SERIES, one["id"], words)
                all_series = _joined(all_series, words)
            self._index(cursor, Level.STUDY, study["id"], all_series)
            whole = _joined(whole, all_series)
        self._index(cursor, Level.PATIENT, row, whole)

    def _index(self, cursor: Any, level: Level, row: int, words: Document) -> None:
        if level in self._searched:
            _index(cursor, level, row, words)

    def _one_study(self, patient: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        choose = self._choose
        self._study += 1
        description = choose.choice(_DESCRIPTIONS)
        modality = _MODALITIES[description[:2]]
        study = {
            "id": self._study, "public_id": self._study.to_bytes(16), "patient_ref": patient,
            "study_instance_uid": f"2.999.{self._study}", "description": description, "modalities": modality,
            "date": f"20{choose.randint(5, 25):02}{choose.randint(1, 12):02}{choose.randint(1, 28):02}",
            "accession_number": f"ACC{self._study:08}", "institution_name": choose.choice(_PLACES),
            "referring_physician_name": f"{choose.choice(self._names[:50])}^{choose.choice(_GIVEN)}",
            "n_instances": 5, "n_frames": 5, "n_bytes": 5 << 19,
        }  # fmt: skip
        series = []
        for number in range(choose.randint(1, 3)):
            self._series += 1
            series.append(
                {
                    "id": self._series, "public_id": self._series.to_bytes(16), "study_ref": self._study, "drive_id": 1,
                    "series_instance_uid": f"2.999.{self._study}.{number}", "modality": modality, "number": number + 1,
                    "description": choose.choice(_SERIES), "manufacturer": choose.choice(["SIEMENS", "GE", "Philips"]),
                    "n_instances": 3, "n_frames": 3, "n_bytes": 3 << 19,
                }
            )  # fmt: skip
        return study | {"n_series": len(series)}, series


def _insert(cursor: Any, table: str, facts: dict[str, Any]) -> None:
    cursor.execute(
        f"INSERT INTO {table}({', '.join(facts)}) VALUES ({', '.join('?' * len(facts))})",  # noqa: S608 - our own names
        tuple(facts.values()),
    )


def _document(level: Level, facts: dict[str, Any]) -> Document:
    words: Document = {}
    for field, column in FIELDS[level]:
        if text := facts.get(column):
            words.setdefault(field, set()).update(_tokens(field, text))
    return words


def _joined(*documents: Document) -> Document:
    whole: Document = {}
    for document in documents:
        for field, words in document.items():
            whole[field] = whole.get(field, set()) | words
    return whole


def _index(cursor: Any, level: Level, row: int, words: Document) -> None:
    texts = [" ".join(sorted(words.get(field, ()))) for field in Field]
    cursor.execute(
        f"INSERT INTO {level.value}_words(rowid, {', '.join(Field)}) VALUES (?{', ?' * len(Field)})",  # noqa: S608 - our own names
        (row, *texts),
    )


def searches(count: int) -> Iterator[str]:
    """What people type, a letter at a time: beginnings of 1 to 12 characters of names, with and without a second
    word, IDs, dates and descriptions; and what nobody is called."""
    choose = random.Random(3)  # noqa: S311
    names = families(400)
    for number in range(count):
        length = 1 + number % 12
        kind = choose.randrange(6)
        typed = {
            0: choose.choice(names),
            1: choose.choice(names),
            2: f"{choose.choice(names)} {choose.choice(_GIVEN)}",
            3: f"{choose.choice('ABCH')}{choose.randint(0, 999):07}",
            4: f"{choose.choice(_DESCRIPTIONS)}",
            5: f"xq{choose.choice(names)}",
        }[kind]
        yield typed[:length].strip() or "r"
