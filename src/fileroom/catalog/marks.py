"""Why each entry of a page was found: the texts that match, from its own row, from above it, and from below it."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from fileroom.catalog.explain import hits, spans
from fileroom.catalog.fields import FIELDS
from fileroom.catalog.language import Field
from fileroom.catalog.wording import ANYTHING_SAID
from fileroom.model.entries import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from fileroom.catalog.language import Term
    from fileroom.model.queries import Hit

_LEVELS = (Level.PATIENT, Level.STUDY, Level.SERIES)
_MOST_BELOW = 5000  # rows looked through for one page
_MOST_HITS = 6

Texts = list[tuple[Field, str]]


def marks(
    connection: Connection, level: Level, terms: Sequence[Term], rows: Sequence[Row[Any]]
) -> tuple[tuple[Hit, ...], ...]:
    """The hits of each row of a page that was found by ``terms``."""
    wanted = [term for term in terms if not term.negated]
    look = cache(spans)  # a page says the same things over and over
    own = [hits(wanted, _texts_of(row._mapping, level), look) for row in rows]
    missing = [
        [term for term in wanted if not any(look(term, Field(hit.field), hit.text) for hit in of_row)] for of_row in own
    ]
    if not any(missing):
        return tuple(own)
    further = _texts_elsewhere(connection, level, [row for row, lacks in zip(rows, missing, strict=True) if lacks])
    return tuple(
        (*of_row, *hits(lacks, further.get(_key(row, level), []), look))[:_MOST_HITS] if lacks else of_row
        for row, of_row, lacks in zip(rows, own, missing, strict=True)
    )


def _key(row: Row[Any], level: Level) -> int:
    return int(row._mapping[f"{_shown(level).value}__id"])


def _shown(level: Level) -> Level:
    return Level.SERIES if level is Level.INSTANCE else level


def _texts_of(values: Any, level: Level) -> Texts:
    above = _LEVELS[: _LEVELS.index(_shown(level)) + 1]
    return [(field, values[f"{name.value}__{column}"] or "") for name in above for field, column in FIELDS[name]]


def _texts_elsewhere(connection: Connection, level: Level, rows: Sequence[Row[Any]]) -> dict[int, Texts]:
    """The texts below the entries of ``rows``, and what the user wrote on them, above and below."""
    shown = _shown(level)
    # a person is also found by what stands in the other patients they are
    below = _LEVELS[_LEVELS.index(shown) + (shown is not Level.PATIENT) :]
    columns = [(field, f"{name.value}.{column}") for name in below for field, column in FIELDS[name]]
    ids = json.dumps(sorted({_key(row, level) for row in rows}))
    found: dict[int, Texts] = {}
    if columns:
        statement = (
            f"SELECT {_ENTRY[shown]}, {', '.join(column for _, column in columns)} {_TREE} "
            f"WHERE {_AMONG[shown]} AND series.hidden = 0 LIMIT {_MOST_BELOW}"
        )
        for row_id, *texts in connection.exec_driver_sql(statement, {"ids": ids}):
            of_entry = found.setdefault(row_id, [])
            of_entry += [(field, text) for (field, _), text in zip(columns, texts, strict=True) if text]
    if connection.exec_driver_sql(ANYTHING_SAID).scalar_one():
        for row_id, field, text in connection.exec_driver_sql(_said(shown), {"ids": ids}):
            found.setdefault(row_id, []).append((Field(field), text))
    return found


_ENTRY = {
    Level.PATIENT: "coalesce(patient.same_as, patient.id)",
    Level.STUDY: "study.id",
    Level.SERIES: "series.id",
}
_IDS = "(SELECT value FROM json_each(:ids))"
_AMONG = {
    Level.PATIENT: f"(patient.id IN {_IDS} OR patient.same_as IN {_IDS})",
    Level.STUDY: f"study.id IN {_IDS}",
    Level.SERIES: f"series.id IN {_IDS}",
}
_TREE = "FROM patient JOIN study ON study.patient_ref = patient.id JOIN series ON series.study_ref = study.id"


def _said(shown: Level) -> str:
    one = "({}.public_id IN (patient.public_id, study.public_id, series.public_id))"
    return " UNION ".join(
        f"SELECT {_ENTRY[shown]}, '{table}', {table}.{column} {_TREE} JOIN {table} ON {one.format(table)} "
        f"WHERE {_AMONG[shown]}"
        for table, column in (("label", "label"), ("note", "text"))
    )
