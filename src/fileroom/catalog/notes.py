"""Notes and labels of the user on patients, studies and series.

Kept by public id, so that they outlive a rebuild; never written to files.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fileroom.catalog.resolving import resolve
from fileroom.catalog.wording import reindex
from fileroom.catalog.writes import now
from fileroom.errors import BadRequest
from fileroom.model.entries import Level
from fileroom.model.queries import LabelCount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fileroom.catalog.store import Catalog

LONGEST_NOTE = 10_000
LONGEST_LABEL = 64
MOST_LABELS = 50
_PATIENT_OF = {
    Level.PATIENT: "SELECT id FROM patient WHERE id = ?",
    Level.STUDY: "SELECT patient_ref FROM study WHERE id = ?",
    Level.SERIES: "SELECT study.patient_ref FROM series JOIN study ON study.id = series.study_ref WHERE series.id = ?",
}


def set_note(catalog: Catalog, entry_id: str, text: str) -> None:
    """Keep ``text`` as the note of a patient, study or series; an empty one takes it away.

    BadRequest for an instance or a text of more than 10 000 characters, NotFound for an unknown id.
    """
    text = text.strip()
    if len(text) > LONGEST_NOTE:
        raise BadRequest(f"a note has at most {LONGEST_NOTE:,} characters")
    level, row_id = _entry(catalog, entry_id)
    with catalog.database.transaction() as cursor:
        own = _public_id(cursor, level, row_id)
        cursor.execute("DELETE FROM note WHERE public_id = ?", (own,))
        if text:
            values = (own, level.value, text, now())
            cursor.execute("INSERT INTO note(public_id, level, text, at) VALUES (?,?,?,?)", values)
        _index(cursor, level, row_id)


def set_labels(catalog: Catalog, entry_id: str, labels: Sequence[str]) -> None:
    """Keep ``labels``, and no others, on a patient, study or series.

    BadRequest for an instance, more than 50 labels, or one that is longer than 64 characters or not printable.
    """
    wanted = list(dict.fromkeys(" ".join(label.split()) for label in labels))
    if len(wanted) > MOST_LABELS or not all(
        label and len(label) <= LONGEST_LABEL and label.isprintable() for label in wanted
    ):
        raise BadRequest("a label has 1 to 64 printable characters, and an entry at most 50 of them")
    level, row_id = _entry(catalog, entry_id)
    with catalog.database.transaction() as cursor:
        own = _public_id(cursor, level, row_id)
        cursor.execute("DELETE FROM label WHERE public_id = ?", (own,))
        cursor.executemany(
            "INSERT INTO label(public_id, label, level, at) VALUES (?,?,?,?)",
            [(own, label, level.value, now()) for label in wanted],
        )
        _index(cursor, level, row_id)


def labels(catalog: Catalog) -> tuple[LabelCount, ...]:
    """All labels in use, most used first."""
    with catalog.database.reading() as cursor:
        rows = cursor.execute(
            "SELECT label, count(*) FROM label GROUP BY label ORDER BY count(*) DESC, label"
        ).fetchall()
    return tuple(LabelCount(label=row[0], entries=row[1]) for row in rows)


def said_of(execute: Any, public_ids: Sequence[bytes]) -> tuple[dict[bytes, str], dict[bytes, tuple[str, ...]]]:
    """The notes and the labels of the entries with these public ids. ``execute`` runs a statement."""
    wanted = json.dumps([public_id.hex().upper() for public_id in public_ids])
    notes = dict(tuple(row) for row in execute(_NOTES, (wanted,)))
    found: dict[bytes, list[str]] = {}
    for public_id, label in execute(_LABELS, (wanted,)):
        found.setdefault(public_id, []).append(label)
    return notes, {public_id: tuple(of_entry) for public_id, of_entry in found.items()}


_NOTES = "SELECT public_id, text FROM json_each(?) AS wanted JOIN note ON public_id = unhex(wanted.value)"
_LABELS = (
    "SELECT public_id, label FROM json_each(?) AS wanted JOIN label ON public_id = unhex(wanted.value) ORDER BY label"
)


def _entry(catalog: Catalog, entry_id: str) -> tuple[Level, int]:
    with catalog.database.engine.connect() as connection:
        level, row_id = resolve(connection, entry_id)
    if level is Level.INSTANCE:
        raise BadRequest("notes and labels are for patients, studies and series")
    return level, row_id


def _public_id(cursor: Any, level: Level, row_id: int) -> bytes:
    found: bytes = cursor.execute(f"SELECT public_id FROM {level.value} WHERE id = ?", (row_id,)).fetchone()[0]  # noqa: S608 - our own names
    return found


def _index(cursor: Any, level: Level, row_id: int) -> None:
    """What the user wrote is found by search at once, from above and from below."""
    reindex(cursor, [row[0] for row in cursor.execute(_PATIENT_OF[level], (row_id,)).fetchall()])
