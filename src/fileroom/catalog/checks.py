"""What checks found, and the facts of the catalog that they look at: slices, what is missing, on how many drives."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fileroom.catalog import packing
from fileroom.catalog.store import LEVELS, OWN, id_text
from fileroom.dicom.names import person_name
from fileroom.errors import NotFound
from fileroom.model.checks import CheckReport, Finding, Subject, Trouble
from fileroom.model.entries import Level
from fileroom.model.outcomes import Reason
from fileroom.model.queries import Page
from fileroom.pixels.slices import FEWEST, Slice
from fileroom.sources.paths import display, from_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fileroom.catalog.store import Catalog

_KEPT = 5  # checks that are remembered
_SOME = 200  # series at a time
_FIELDS = tuple(packing.FIELDS.index(name) for name in ("image_position", "image_orientation"))

# -- what was found ------------------------------------------------------------------------------------------------


def save(catalog: Catalog, report: CheckReport, findings: Sequence[Finding]) -> int:
    """Remember a check; gives its number. Older ones are forgotten but for a few."""
    with catalog.database.transaction() as cursor:
        cursor.execute(
            "INSERT INTO checkup(started, state, read_data, sample, n_files, n_offline, n_read, n_first_read, n_bytes, "
            "seconds, counts) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            (
                report.started,
                report.state,
                int(report.read_data),
                report.sample,
                report.files,
                report.offline,
                report.read,
                report.first_read,
                report.bytes,
                report.seconds,
                json.dumps({trouble.value: n for trouble, n in report.counts.items()}),
            ),
        )
        number = int(cursor.lastrowid)
        cursor.executemany(
            "INSERT INTO finding(checkup_id, trouble, path, entry, detail, numbers) VALUES (?,?,?,?,?,?)",
            [(number, f.trouble.value, f.path, f.entry, f.detail, json.dumps(f.values)) for f in findings],
        )
        old = "(SELECT id FROM checkup ORDER BY id DESC LIMIT -1 OFFSET ?)"
        cursor.execute(f"DELETE FROM finding WHERE checkup_id IN {old}", (_KEPT,))  # noqa: S608 - no value in it
        cursor.execute(f"DELETE FROM checkup WHERE id IN {old}", (_KEPT,))  # noqa: S608 - no value in it
    return number


_CHECK = (
    "SELECT id, started, state, read_data, sample, n_files, n_offline, n_read, n_first_read, n_bytes, seconds, counts "
    "FROM checkup "
)


def checks(catalog: Catalog, *, limit: int | None, offset: int) -> Page[CheckReport]:
    """Past checks, newest first."""
    with catalog.database.reading() as cursor:
        total = cursor.execute("SELECT count(*) FROM checkup").fetchone()[0]
        rows = cursor.execute(
            _CHECK + "ORDER BY id DESC LIMIT ? OFFSET ?", (-1 if limit is None else limit, offset)
        ).fetchall()
    return Page(tuple(_report(row) for row in rows), total, offset)


def check_report(catalog: Catalog, check_id: int) -> CheckReport:
    """One check. NotFound when there is none of this number."""
    with catalog.database.reading() as cursor:
        row = cursor.execute(_CHECK + "WHERE id = ?", (check_id,)).fetchone()
    if row is None:
        raise NotFound(f"there is no check {check_id}")
    return _report(row)


def _report(row: Sequence[Any]) -> CheckReport:
    return CheckReport(
        id=row[0],
        started=row[1],
        state=row[2],
        read_data=bool(row[3]),
        sample=row[4],
        files=row[5],
        offline=row[6],
        read=row[7],
        first_read=row[8],
        bytes=row[9],
        seconds=row[10],
        counts={Trouble(name): n for name, n in json.loads(row[11]).items()},
    )


def findings(
    catalog: Catalog, check_id: int, *, trouble: Trouble | None, limit: int | None, offset: int
) -> Page[Finding]:
    """What a check found, in the order in which it did. NotFound when there is no such check."""
    check_report(catalog, check_id)
    where = "checkup_id = ?" + (" AND trouble = ?" if trouble else "")
    values = (check_id, trouble.value) if trouble else (check_id,)
    with catalog.database.reading() as cursor:
        total = cursor.execute(f"SELECT count(*) FROM finding WHERE {where}", values).fetchone()[0]  # noqa: S608 - no value in it
        rows = cursor.execute(
            f"SELECT trouble, path, entry, detail, numbers FROM finding WHERE {where} "  # noqa: S608 - no value in it
            "ORDER BY id LIMIT ? OFFSET ?",
            (*values, -1 if limit is None else limit, offset),
        ).fetchall()
        subjects = _subjects(cursor, {row[2] for row in rows if row[2]})
    found = [
        Finding(
            trouble=Trouble(what), path=path, entry=entry, subject=subjects.get(entry), detail=detail,
            values=json.loads(numbers),
        )
        for what, path, entry, detail, numbers in rows
    ]  # fmt: skip
    return Page(tuple(found), total, offset)


_SUBJECT = (
    "SELECT patient.name_alphabetic, patient.name_ideographic, patient.name_phonetic, patient.anonymous, study.date, "
    "{what} FROM json_each(?) AS wanted JOIN {table} ON {table}.public_id = unhex(wanted.value) {join} "
    "JOIN patient ON patient.id = study.patient_ref"
)
_SUBJECTS = {
    Level.SERIES: _SUBJECT.format(
        what="series.description, series.modality, series.number, wanted.value",
        table="series",
        join="JOIN study ON study.id = series.study_ref",
    ),
    Level.STUDY: _SUBJECT.format(
        what="study.description, study.modalities, NULL, wanted.value", table="study", join=""
    ),
}


def subjects(catalog: Catalog, entries: set[str]) -> dict[str, Subject]:
    """What people call these studies and series, by their ids."""
    with catalog.database.reading() as cursor:
        return _subjects(cursor, entries)


def _subjects(cursor: Any, entries: set[str]) -> dict[str, Subject]:
    """What people call these studies and series."""
    found = {}
    for level, sql in _SUBJECTS.items():
        wanted = json.dumps(sorted(entry[1:] for entry in entries if LEVELS.get(entry[0]) is level))
        for *name, anonymous, date, description, modality, number, key in cursor.execute(sql, (wanted,)):
            found[id_text(level, bytes.fromhex(key))] = Subject(
                patient=person_name("=".join(name).rstrip("=")),
                anonymous=bool(anonymous),
                study_date=date,
                description=description,
                modality=modality.replace("\\", " "),
                number=number,
            )
    return found


# -- what is looked at ---------------------------------------------------------------------------------------------


def series_of_files(catalog: Catalog, file_ids: Sequence[int]) -> dict[int, str]:
    """The ids of the series that files belong to."""
    with catalog.database.reading() as cursor:
        rows = cursor.execute(
            "SELECT file.id, series.public_id FROM json_each(?) AS wanted JOIN file ON file.id = wanted.value "
            "JOIN instance ON instance.id = file.instance_id JOIN series ON series.id = instance.series_ref",
            (json.dumps(file_ids),),
        ).fetchall()
    return {row[0]: id_text(Level.SERIES, row[1]) for row in rows}


def incomplete_series(catalog: Catalog) -> list[tuple[str, int, int]]:
    """Series of which instances are missing: (id, missing, of how many)."""
    with catalog.database.reading() as cursor:
        rows = cursor.execute(
            "SELECT public_id, n_missing, n_instances FROM series WHERE hidden = 0 AND n_missing > 0 ORDER BY id"
        ).fetchall()
    return [(id_text(Level.SERIES, row[0]), row[1], row[2]) for row in rows]


def slices(catalog: Catalog) -> Iterator[tuple[str, list[Slice]]]:
    """The id and the slices of each series of single images, long enough to show a rule; a few series at a time."""
    last = 0
    while True:
        with catalog.database.reading() as cursor:
            some = cursor.execute(_SERIES, (last, FEWEST, _SOME)).fetchall()
            found = []
            for series_id, public_id, text in some:
                base = packing.unpack_base(text)
                headers = cursor.execute(_HEADERS, (series_id,)).fetchall()
                values = [Slice(number, *packing.unpack_some(header, base, _FIELDS)) for number, header in headers]
                found.append((id_text(Level.SERIES, public_id), values))
        if not some:
            return
        last = some[-1][0]
        yield from found


_SERIES = (
    "SELECT id, public_id, base FROM series WHERE id > ? AND hidden = 0 AND n_instances >= ? "
    "AND n_frames = n_instances ORDER BY id LIMIT ?"
)
_HEADERS = "SELECT number, header FROM instance WHERE series_ref = ? AND hidden = 0"


@dataclass(frozen=True, slots=True)
class OnlyCopy:
    """A study of which some images lie on one drive and nowhere else."""

    study: str
    drive: str
    mount_point: str
    images: int
    of: int


def only_copies(catalog: Catalog) -> list[OnlyCopy]:
    """Studies that a single drive could take with it, by drive."""
    with catalog.database.reading() as cursor:
        # The archive's own folder is a drive of its own for the catalog, but it dies with the disk that it lies on.
        own, disk = cursor.execute(_OWN_AND_DISK, (OWN, catalog.disk_of_own_files())).fetchone()
        rows = cursor.execute(
            _ONE_DRIVE, (own, disk if disk is not None else own, Reason.OTHER_CONTENT.value)
        ).fetchall()
    return [
        OnlyCopy(
            study=id_text(Level.STUDY, public_id),
            drive=display(from_text(label)),
            mount_point=display(from_text(point)),
            images=images,
            of=of,
        )
        for public_id, label, point, images, of in rows
    ]


_OWN_AND_DISK = "SELECT (SELECT id FROM drive WHERE filesystem_id = ?), (SELECT id FROM drive WHERE filesystem_id = ?)"
# First each image with the drives it lies on, then each study with the drives that have images nobody else has.
_ONE_DRIVE = (
    "WITH place AS (SELECT id, iif(drive_id = ?, ?, drive_id) AS drive FROM folder), "
    "image AS (SELECT instance.series_ref AS series, min(place.drive) AS drive "
    "FROM instance JOIN file ON file.instance_id = instance.id JOIN place ON place.id = file.folder_id "
    "WHERE instance.hidden = 0 AND file.gone = 0 AND file.reason != ? "
    "GROUP BY instance.id HAVING min(place.drive) = max(place.drive)) "
    "SELECT study.public_id, drive.label, drive.mount_point, count(*), study.n_instances FROM image "
    "JOIN series ON series.id = image.series JOIN study ON study.id = series.study_ref "
    "JOIN drive ON drive.id = image.drive GROUP BY study.id, drive.id ORDER BY drive.id, study.id"
)
