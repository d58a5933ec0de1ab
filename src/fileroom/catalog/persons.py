"""What the user said about who is who, and who might be the same person.

A rule names two patients by their keys (``identity``), which come from what the files say: so it outlives a rebuild,
and holds for files that come later. Patients that are the same stay rows of their own; one of them stands for all
(``patient.same_as`` of the others leads to it), and its counts are those of all. Taking a rule back leaves nothing
to be put right.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fileroom.catalog import identity
from fileroom.catalog.counts import recount_patients
from fileroom.catalog.queries import get
from fileroom.catalog.resolving import resolve
from fileroom.catalog.store import id_text
from fileroom.catalog.writes import now
from fileroom.errors import BadRequest, NotFound
from fileroom.model.entries import Level, Patient
from fileroom.model.rules import Likeness, PatientRule, PossibleMatch, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fileroom.catalog.store import Catalog

_MOST_ALIKE = 50  # of one possible match: more than that is a placeholder nobody knew of


@dataclass(frozen=True, slots=True)
class Said:
    """A rule by the keys of its two patients; of ``SAME`` ones the first is the one that is shown."""

    verdict: Verdict
    first: str
    second: str


def stand_ins(rules: Sequence[Said]) -> dict[str, str]:
    """For each key that is the same person as another: the key that stands for it. Pure.

    Rules come in the order they were said. What is the same as the same is the same; the first patient that was
    chosen to be shown, and never was put under another, stands for all.
    """
    leader: dict[str, str] = {}
    members: dict[str, list[str]] = {}
    for rule in rules:
        if rule.verdict is not Verdict.SAME:
            continue
        to, of = (leader.get(key, key) for key in (rule.first, rule.second))
        if to == of:
            continue
        joined = members.setdefault(to, [to])
        moved = members.pop(of, [of])
        joined += moved
        leader |= dict.fromkeys(moved, to)
        leader.setdefault(to, to)
    return {key: to for key, to in leader.items() if key != to}


# -- what was said -------------------------------------------------------------------------------------------------


def decide(catalog: Catalog, verdict: Verdict, ids: Sequence[str]) -> tuple[PatientRule, ...]:
    """Keep that the patients of ``ids`` are one person, the first of them shown, or that they are not.

    What was said before about the same two is replaced. BadRequest for fewer than two patients or another level.
    """
    keys = _keys(catalog, ids)
    if verdict is Verdict.SAME:
        pairs = [(keys[0], other) for other in keys[1:]]
    else:
        pairs = [(a, b) for n, a in enumerate(keys) for b in keys[n + 1 :]]
    with catalog.database.transaction() as cursor:
        for first, second in pairs:
            cursor.execute(
                "DELETE FROM patient_rule WHERE (first = ? AND second = ?) OR (first = ? AND second = ?)",
                (first, second, second, first),
            )
            cursor.execute(
                "INSERT INTO patient_rule(verdict, first, second, at) VALUES (?,?,?,?)",
                (verdict.value, first, second, now()),
            )
        settle(cursor)
        wanted = [row[0] for row in cursor.execute(_NUMBERS, (json.dumps(pairs),))]
    return tuple(rule for rule in rules(catalog) if rule.id in wanted)


_NUMBERS = (
    "SELECT patient_rule.id FROM patient_rule JOIN json_each(?) AS pair "
    "ON first = json_extract(pair.value, '$[0]') AND second = json_extract(pair.value, '$[1]')"
)


def take_back(catalog: Catalog, rule_id: int) -> None:
    """Forget a rule. NotFound when there is none of this number."""
    with catalog.database.transaction() as cursor:
        if not cursor.execute("DELETE FROM patient_rule WHERE id = ? RETURNING 1", (rule_id,)).fetchone():
            raise NotFound("there is no such rule")
        settle(cursor)


def rules(catalog: Catalog) -> tuple[PatientRule, ...]:
    """All rules, oldest first; a patient of whom nothing is in the catalog (any more) is ``None``."""
    with catalog.database.reading() as cursor:
        rows = cursor.execute("SELECT id, verdict, first, second, at FROM patient_rule ORDER BY id").fetchall()
        found = dict(
            cursor.execute(
                "SELECT key, public_id FROM patient WHERE key IN (SELECT value FROM json_each(?))",
                (json.dumps([key for row in rows for key in row[2:4]]),),
            ).fetchall()
        )
    patients = {key: _patient(catalog, public_id) for key, public_id in found.items()}
    return tuple(
        PatientRule(
            id=row[0],
            verdict=Verdict(row[1]),
            first=patients.get(row[2]),
            second=patients.get(row[3]),
            said=(identity.told(row[2]), identity.told(row[3])),
            at=row[4],
        )
        for row in rows
    )


def settle(cursor: Any) -> None:
    """Bring ``same_as`` in line with the rules; to be called after rules or patients have changed."""
    said = [
        Said(Verdict(row[0]), row[1], row[2])
        for row in cursor.execute("SELECT verdict, first, second FROM patient_rule ORDER BY id")
    ]
    before = dict(cursor.execute("SELECT id, same_as FROM patient WHERE same_as IS NOT NULL").fetchall())
    if not said and not before:
        return
    after = _same_as(cursor, stand_ins(said))
    if after == before:
        return
    cursor.execute("UPDATE patient SET same_as = NULL WHERE same_as IS NOT NULL")
    cursor.executemany("UPDATE patient SET same_as = ? WHERE id = ?", [(to, of) for of, to in after.items()])
    touched = {*before, *before.values(), *after, *after.values()}
    cursor.executemany(
        "UPDATE patient SET hidden = NOT EXISTS (SELECT 1 FROM study WHERE patient_ref = patient.id AND hidden = 0) "
        "WHERE id = ?",
        [(row,) for row in touched],
    )
    recount_patients(cursor, touched)


def _same_as(cursor: Any, leaders: dict[str, str]) -> dict[int, int]:
    """Rows for keys; when the one that stands for all is not in the catalog, the first that is does."""
    keys = sorted({*leaders, *leaders.values()})
    known = cursor.execute(
        "SELECT key, id FROM patient WHERE key IN (SELECT value FROM json_each(?))", (json.dumps(keys),)
    ).fetchall()
    row_of: dict[str, int] = dict(known)
    groups: dict[str, list[str]] = {}
    for key, to in leaders.items():
        groups.setdefault(to, [to]).append(key)
    found: dict[int, int] = {}
    for group in groups.values():
        here = [row_of[key] for key in group if key in row_of]
        found |= dict.fromkeys(here[1:], here[0]) if here else {}
    return found


def _keys(catalog: Catalog, ids: Sequence[str]) -> list[str]:
    with catalog.database.engine.connect() as connection:
        entries = [resolve(connection, entry_id) for entry_id in ids]
    if any(level is not Level.PATIENT for level, _ in entries):
        raise BadRequest("only patients can be the same person")
    rows = list(dict.fromkeys(row for _, row in entries))
    if len(rows) < 2:  # noqa: PLR2004 - it takes two
        raise BadRequest("name two patients or more")
    with catalog.database.reading() as cursor:
        return [cursor.execute("SELECT key FROM patient WHERE id = ?", (row,)).fetchone()[0] for row in rows]


# -- who might be the same -----------------------------------------------------------------------------------------


def possible_matches(catalog: Catalog, *, limit: int = 200) -> tuple[PossibleMatch, ...]:
    """Patients that might be one person, of whom the user has not yet said whether they are: at most ``limit``."""
    with catalog.database.reading() as cursor:
        apart = _apart(cursor)
        groups = [
            (likeness, group)
            for likeness, statement in _ALIKE
            for group in _open(cursor.execute(statement).fetchall(), apart)
        ][:limit]
    return tuple(
        PossibleMatch(likeness=likeness, patients=tuple(_patient(catalog, public_id) for public_id in group))
        for likeness, group in groups
    )


def _apart(cursor: Any) -> set[frozenset[str]]:
    rows = cursor.execute("SELECT first, second FROM patient_rule WHERE verdict = ?", (Verdict.DIFFERENT.value,))
    return {frozenset(row) for row in rows}


def _open(rows: Iterable[tuple[str]], apart: set[frozenset[str]]) -> Iterable[list[bytes]]:
    """The public ids of each group of which at least two are not said to be different people."""
    for (group,) in rows:
        people = [(key, bytes.fromhex(public_id)) for key, public_id in json.loads(group)][:_MOST_ALIKE]
        undecided = [
            public_id
            for n, (key, public_id) in enumerate(people)
            if any(frozenset((key, other)) not in apart for m, (other, _) in enumerate(people) if m != n)
        ]
        if undecided:
            yield undecided


def _patient(catalog: Catalog, public_id: bytes) -> Patient:
    found = get(catalog, id_text(Level.PATIENT, public_id))
    assert isinstance(found, Patient)  # noqa: S101 - the letter of the id says so
    return found


def _grouped(which: str) -> str:
    return (
        "SELECT json_group_array(json_array(key, hex(public_id))) FROM patient "  # noqa: S608 - our own words
        f"WHERE hidden = 0 AND same_as IS NULL AND key LIKE 'person%' AND {which}"
    )


_ALIKE = (
    # One ID, other name or birth date. Two issuers that both have a name are two hospitals, whose IDs mean nothing to
    # each other.
    (
        Likeness.SAME_ID,
        _grouped(
            "patient_id IN (SELECT patient_id FROM patient WHERE hidden = 0 AND same_as IS NULL "
            "AND key LIKE 'person%' GROUP BY patient_id HAVING count(*) > 1) "
            "GROUP BY patient_id HAVING count(DISTINCT issuer) < count(*) OR min(issuer) = '' ORDER BY min(sort_name)"
        ),
    ),
    (
        Likeness.SAME_PERSON,
        _grouped(
            "birth_date != '' AND sort_name != '' AND anonymous = 0 "
            "GROUP BY sort_name, birth_date HAVING count(*) > 1 ORDER BY sort_name"
        ),
    ),
)
