"""The character sets that the user set, as the catalog keeps them: by places on drives and DICOM identifiers, so that
they outlive a rebuild and hold for files that come later."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fileroom.catalog import anew
from fileroom.catalog.charsets import PERSON, ROOT, SEPARATOR, Charsets, of_person, of_root, of_study
from fileroom.catalog.queries import get
from fileroom.catalog.resolving import resolve
from fileroom.catalog.roots import recorded_roots
from fileroom.catalog.store import id_text
from fileroom.catalog.writes import now
from fileroom.errors import BadRequest, NotFound
from fileroom.model.entries import Level, Patient
from fileroom.model.rules import CHARSETS, CharsetRule
from fileroom.sources.paths import display, from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fileroom.catalog.roots import RecordedRoot
    from fileroom.catalog.store import Catalog
    from fileroom.sources.drives import Mounts


def in_force(catalog: Catalog, mounts: Mounts | None = None) -> Charsets:
    """What holds now: of roots those that can be reached, at the paths where they are."""
    with catalog.database.reading() as cursor:
        rows = cursor.execute("SELECT subject, charset FROM charset_rule").fetchall()
    if not rows:
        return Charsets()
    here = mounts or catalog.mounts()
    places: list[tuple[str, str]] = []
    people: dict[str, str] = {}
    for subject, charset in rows:
        kind, *rest = from_text(subject).split(SEPARATOR)
        if kind != ROOT:
            people[subject] = charset
        elif (path := here.absolute(*rest)) is not None:
            places.append((path, charset))
    return Charsets(tuple(sorted(places, key=lambda place: -len(place[0]))), people)


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whose files are read by another character set from now on: those at ``inside`` of a drive and below, or those of
    some patients."""

    subjects: tuple[str, ...]
    root: RecordedRoot | None = None
    patients: tuple[int, ...] = ()


def whose(catalog: Catalog, entry: int | str) -> Concerned:
    """Who is meant by the number of a root, or the id of a patient (or of what lies below one). NotFound."""
    if isinstance(entry, int):
        root = next((one for one in recorded_roots(catalog) if one.id == entry), None)
        if root is None:
            raise NotFound("there is no such folder in the list")
        return Concerned((to_text(of_root(root.filesystem_id, root.inside)),), root)
    with catalog.database.engine.connect() as connection:
        level, row = resolve(connection, entry)
    if level is not Level.PATIENT:
        raise BadRequest("a character set is set for a patient or a folder")
    with catalog.database.reading() as cursor:
        return _people(cursor, _subjects(cursor, row))


def _subjects(cursor: Any, patient: int) -> tuple[str, ...]:
    """Who is meant by a patient: the identifiers of all that the user said they are, or their studies."""
    found: dict[str, None] = {}
    rows = cursor.execute(
        "SELECT id, issuer, patient_id, birth_date FROM patient WHERE id = ? OR same_as = ?", (patient, patient)
    ).fetchall()
    for row, *identifiers in rows:
        if who := of_person(*identifiers):
            found[who] = None
            continue
        studies = cursor.execute("SELECT study_instance_uid FROM study WHERE patient_ref = ? ORDER BY id", (row,))
        found |= dict.fromkeys(of_study(uid) for (uid,) in studies.fetchall())
    return tuple(found)


def _people(cursor: Any, subjects: Sequence[str]) -> Concerned:
    """All patients that some subjects mean: one person may stand there under two readings of the same name."""
    patients: dict[int, None] = {}
    for subject in subjects:
        kind, *parts = subject.split(SEPARATOR)
        if kind == PERSON:
            rows = cursor.execute(_BY_IDENTIFIERS, (parts[1], parts[0], parts[2]))
        else:
            rows = cursor.execute("SELECT patient_ref FROM study WHERE study_instance_uid = ?", parts)
        patients |= dict.fromkeys(row[0] for row in rows.fetchall())
    return Concerned(tuple(subjects), patients=tuple(patients))


def set_charset(catalog: Catalog, concerned: Concerned, charset: str) -> None:
    """Keep a character set, or with ``""`` none, and mark the files that it concerns, so that they are read anew.

    BadRequest for a name that is not known.
    """
    if charset and charset not in CHARSETS:
        raise BadRequest(f"“{charset}” is no character set that fileroom knows: {', '.join(CHARSETS)}")
    with catalog.database.transaction() as cursor:
        for subject in concerned.subjects:
            cursor.execute("DELETE FROM charset_rule WHERE subject = ?", (subject,))
            if charset:
                row = (subject, charset, now())
                cursor.execute("INSERT INTO charset_rule(subject, charset, at) VALUES (?,?,?)", row)
        if concerned.root is not None:
            anew.mark_below(cursor, concerned.root.filesystem_id, concerned.root.inside)
        anew.mark_patients(cursor, concerned.patients)


def folders_of(catalog: Catalog, patients: Sequence[int]) -> list[tuple[str, str]]:
    """The folders in which the files of some patients lie, on their drives."""
    with catalog.database.reading() as cursor:
        rows = cursor.execute(_FOLDERS, (json.dumps(list(patients)),)).fetchall()
    return [(filesystem_id, from_text(path)) for filesystem_id, path in rows]


# -- told ----------------------------------------------------------------------------------------------------------


def rules(catalog: Catalog) -> tuple[CharsetRule, ...]:
    """All that was set, oldest first."""
    with catalog.database.reading() as cursor:
        rows = cursor.execute("SELECT id, subject, charset, at FROM charset_rule ORDER BY id").fetchall()
    roots = {to_text(of_root(root.filesystem_id, root.inside)): root for root in recorded_roots(catalog)}
    return tuple(_rule(catalog, roots.get(row[1]), *row) for row in rows)


def _rule(catalog: Catalog, root: RecordedRoot | None, number: int, subject: str, charset: str, at: str) -> CharsetRule:
    kind, *parts = from_text(subject).split(SEPARATOR)
    if kind == ROOT:
        path = catalog.mounts().shown(parts[0], root.mount_point if root else "", parts[1])
        return CharsetRule(id=number, charset=charset, root=root.id if root else None, said=display(path), at=at)
    with catalog.database.reading() as cursor:
        found = _people(cursor, [subject]).patients
        ids = cursor.execute(_SHOWN, (json.dumps(found),)).fetchall()
    patients = [get(catalog, id_text(Level.PATIENT, public_id)) for (public_id,) in ids]
    return CharsetRule(
        id=number,
        charset=charset,
        patients=tuple(one for one in patients if isinstance(one, Patient)),
        said=", ".join(filter(None, (parts[1], parts[0], parts[2]) if kind == PERSON else parts)),
        at=at,
    )


def concerned_by(catalog: Catalog, rule_id: int) -> Concerned:
    """Whose files a rule concerns, to take it back. NotFound when there is none of this number."""
    with catalog.database.reading() as cursor:
        found = cursor.execute("SELECT subject FROM charset_rule WHERE id = ?", (rule_id,)).fetchone()
        if found is None:
            raise NotFound("there is no such rule")
        kind, *parts = from_text(found[0]).split(SEPARATOR)
        if kind != ROOT:
            return _people(cursor, [found[0]])
    known = (*recorded_roots(catalog), *recorded_roots(catalog, forgotten=True))
    root = next((one for one in known if [one.filesystem_id, one.inside] == parts), None)
    return Concerned((found[0],), root)


_BY_IDENTIFIERS = (
    "SELECT id FROM patient WHERE trim(patient_id) = ? AND trim(issuer) = ? AND trim(birth_date) = ? ORDER BY id"
)
_SHOWN = (
    "SELECT public_id FROM patient WHERE id IN (SELECT coalesce(same_as, id) FROM patient "
    "WHERE id IN (SELECT value FROM json_each(?))) AND hidden = 0 ORDER BY sort_name, id"
)
_FOLDERS = (
    "SELECT DISTINCT drive.filesystem_id, folder.path FROM study JOIN series ON series.study_ref = study.id "
    "JOIN instance ON instance.series_ref = series.id JOIN file ON file.instance_id = instance.id "
    "JOIN folder ON folder.id = file.folder_id JOIN drive ON drive.id = folder.drive_id "
    "WHERE study.patient_ref IN (SELECT value FROM json_each(?)) AND file.gone = 0"
)
