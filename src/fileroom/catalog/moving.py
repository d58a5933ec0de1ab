"""Instances that a rebuild found to belong elsewhere: what the user said goes with them, and nothing empty stays.

Public ids come from what identifies an entry, so an instance that moves to another patient has another id, and so have
its series and its study. What was said of one of them as a whole is said of each entry that it went to.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from fileroom.catalog import persons
from fileroom.catalog.counts import recount, recount_patients
from fileroom.catalog.purging import drop_empty
from fileroom.catalog.store import id_text
from fileroom.catalog.userdata import hide_above
from fileroom.catalog.wording import reindex
from fileroom.model.entries import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fileroom.catalog.writes import Move

_ID_BYTES: Final = 16

Targets = dict[int, set[int]]  # of rows: those that what was in them went to


class Moves:
    """Where entries went, in one import: an entry may be left by its instances in several batches."""

    def __init__(self) -> None:
        self._series: Targets = defaultdict(set)
        self._studies: Targets = defaultdict(set)
        self._patients: Targets = defaultdict(set)

    def settle(self, cursor: Any, moves: Sequence[Move]) -> None:
        """After the instances of ``moves`` have gone: let what was said follow, and drop what is empty."""
        _follow_instances(cursor, moves)
        above = _above(cursor, {row for move in moves for row in (move.old_series, move.new_series)})
        for move in moves:
            (old_study, old_patient), (new_study, new_patient) = above[move.old_series], above[move.new_series]
            _goes(self._series, move.old_series, move.new_series)
            _goes(self._studies, old_study, new_study)
            _goes(self._patients, old_patient, new_patient)
        series = {move.old_series for move in moves}
        studies = {above[row][0] for row in series}
        patients = {above[row][1] for row in series}
        hide_above(cursor, sorted(above))
        _leave(cursor, Level.SERIES, series, self._series, ("study_ref", "instance", "series_ref"))
        _leave(cursor, Level.STUDY, studies, self._studies, ("patient_ref", "series", "study_ref"))
        _follow_patients(cursor, patients, self._patients)
        _leave(cursor, Level.PATIENT, patients, self._patients, ("id", "study", "patient_ref"))
        _recount(cursor, studies, patients, above)


def _goes(targets: Targets, old: int, new: int) -> None:
    if old != new:
        targets[old].add(new)


def _above(cursor: Any, series: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Study and patient of each series."""
    rows = cursor.execute(
        "SELECT series.id, study.id, patient_ref FROM series JOIN study ON study.id = study_ref "
        "WHERE series.id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(series)),),
    ).fetchall()
    return {row[0]: (row[1], row[2]) for row in rows}


def _leave(cursor: Any, level: Level, rows: Iterable[int], targets: Targets, links: tuple[str, str, str]) -> None:
    """Drop those of ``rows`` that nothing is left of; what was said of them goes where they went."""
    above, below, ref = links
    empty = [
        row
        for row in sorted(rows)
        if not cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {below} WHERE {ref} = ?)", (row,)).fetchone()[0]  # noqa: S608 - our own names
    ]
    for row in empty:
        for target in sorted(targets.get(row, ())):
            _carry(cursor, level, row, target)
    drop_empty(cursor, level.value, above, empty, below, ref)


def _carry(cursor: Any, level: Level, old: int, new: int) -> None:
    """What was said of one entry is said of another as well; of two notes none is lost."""
    ids = [_public_id(cursor, level, row) for row in (old, new)]
    if None in ids:
        return
    of, to = ids
    for table, columns in (("removal", "level, at, origin"), ("label", "label, level, at"), ("opened", "level, at")):
        cursor.execute(
            f"INSERT OR IGNORE INTO {table}(public_id, {columns}) "  # noqa: S608 - our own names
            f"SELECT ?, {columns} FROM {table} WHERE public_id = ?",
            (to, of),
        )
    cursor.execute(_CARRY_NOTE, (to, of))
    cursor.execute(_CARRY_MEASUREMENTS, (to, of))
    cursor.execute("UPDATE finding SET entry = ? WHERE entry = ?", (id_text(level, to), id_text(level, of)))


def _public_id(cursor: Any, level: Level, row: int) -> Any:
    found = cursor.execute(f"SELECT public_id FROM {level.value} WHERE id = ?", (row,)).fetchone()  # noqa: S608 - our own names
    return found[0] if found else None


def _follow_instances(cursor: Any, moves: Sequence[Move]) -> None:
    pairs = [(move.new_id, move.old_id) for move in moves]
    cursor.executemany("UPDATE OR REPLACE removal SET public_id = ? WHERE public_id = ?", pairs)
    cursor.executemany("UPDATE OR IGNORE choice SET public_id = ? WHERE public_id = ?", pairs)
    cursor.executemany("UPDATE relinked SET instance = ? WHERE instance = ?", pairs)
    cursor.executemany(
        "UPDATE finding SET entry = ? WHERE entry = ?",
        [(id_text(Level.INSTANCE, new), id_text(Level.INSTANCE, old)) for new, old in pairs],
    )
    # An import that is undone finds by these ids what it brought in.
    new_id = {old: new for new, old in pairs}
    for row, brought in cursor.execute(_BROUGHT, (json.dumps([move.instance for move in moves]),)).fetchall():
        ids = [brought[start : start + _ID_BYTES] for start in range(0, len(brought), _ID_BYTES)]
        cursor.execute("UPDATE ledger SET brought = ? WHERE id = ?", (b"".join(new_id.get(i, i) for i in ids), row))


def _follow_patients(cursor: Any, patients: Iterable[int], targets: Targets) -> None:
    """What was said of who is who, where a patient went as a whole."""
    for row in sorted(patients):
        if cursor.execute("SELECT EXISTS (SELECT 1 FROM study WHERE patient_ref = ?)", (row,)).fetchone()[0]:
            continue
        (key,) = cursor.execute("SELECT key FROM patient WHERE id = ?", (row,)).fetchone()
        said = cursor.execute(
            "SELECT id, verdict, first, second, at FROM patient_rule WHERE first = ? OR second = ?", (key, key)
        ).fetchall()
        to = [_key(cursor, target) for target in sorted(targets.get(row, ()))]
        for rule_id, verdict, first, second, at in said if to else ():
            cursor.execute("DELETE FROM patient_rule WHERE id = ?", (rule_id,))
            for number, other in enumerate(to):
                rule = (None if number else rule_id, verdict, *(other if k == key else k for k in (first, second)), at)
                if rule[2] != rule[3]:
                    cursor.execute("INSERT INTO patient_rule(id, verdict, first, second, at) VALUES (?,?,?,?,?)", rule)
    persons.settle(cursor)


def _key(cursor: Any, patient: int) -> str:
    found: str = cursor.execute("SELECT key FROM patient WHERE id = ?", (patient,)).fetchone()[0]
    return found


def _recount(cursor: Any, studies: set[int], patients: set[int], above: dict[int, tuple[int, int]]) -> None:
    left = cursor.execute(
        "SELECT id FROM series WHERE study_ref IN (SELECT value FROM json_each(?)) "
        "OR id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(studies)), json.dumps(sorted(above))),
    ).fetchall()
    recount(cursor, [row[0] for row in left])
    touched = {*patients, *(patient for _, patient in above.values())}
    still = cursor.execute(
        "SELECT id FROM patient WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(sorted(touched)),)
    ).fetchall()
    recount_patients(cursor, [row[0] for row in still])
    reindex(cursor, [row[0] for row in still])


_CARRY_NOTE = (
    "INSERT INTO note(public_id, level, text, at) SELECT ?, level, text, at FROM note WHERE public_id = ? "
    "ON CONFLICT(public_id) DO UPDATE SET text = text || char(10) || excluded.text "
    "WHERE instr(text, excluded.text) = 0"
)
_CARRY_MEASUREMENTS = (
    "INSERT INTO measurement(public_id, data, at) SELECT ?, data, at FROM measurement WHERE public_id = ? "
    "ON CONFLICT(public_id) DO UPDATE SET data = (SELECT json_group_array(json(value)) FROM "
    "(SELECT value FROM json_each(data) UNION SELECT value FROM json_each(excluded.data)))"
)
# The ledgers of the folders that the files of moved instances lie in, or were copied from.
_BROUGHT = (
    "SELECT id, brought FROM ledger WHERE import_id IN (SELECT id FROM import) AND brought != x'' AND folder_id IN "
    "(SELECT folder_id FROM json_each(?) AS moved JOIN file ON file.id IN (SELECT id FROM file "
    "WHERE instance_id = moved.value UNION ALL SELECT file_id FROM source WHERE instance_id = moved.value))"
)
