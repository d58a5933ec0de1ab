"""Reading the catalog: one Query in, a page of entities out."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, not_, or_, select, text

from fileroom.catalog import bymatch, columns, deep, finding, named, packing
from fileroom.catalog import schema as t
from fileroom.catalog.anew import recorded
from fileroom.catalog.language import parse
from fileroom.catalog.marks import marks
from fileroom.catalog.matching import clause
from fileroom.catalog.notes import said_of
from fileroom.catalog.paths import on_drive
from fileroom.catalog.remembered import remembered
from fileroom.catalog.resolving import TABLES, resolve
from fileroom.catalog.store import OWN, id_text
from fileroom.dicom.names import person_name
from fileroom.errors import BadRequest
from fileroom.model.drives import State
from fileroom.model.entries import Alias, Counts, FileLocation, Instance, Level, Patient, PersonName, Series, Study
from fileroom.model.outcomes import Outcome, Reason
from fileroom.model.pictures import Plane
from fileroom.model.queries import Found, Query
from fileroom.sources.paths import from_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select

    from fileroom.catalog.language import Term
    from fileroom.catalog.store import Catalog


_p, _s, _e, _i = t.patient.c, t.study.c, t.series.c, t.instance.c
_SORTS: dict[Level, dict[str, tuple[ColumnElement[Any], ...]]] = {
    Level.PATIENT: {
        "name": (_p.sort_name,),
        "birth_date": (_p.birth_date, _p.sort_name),
        "patient_id": (_p.patient_id, _p.sort_name),
        "sex": (_p.sex, _p.sort_name),
        "studies": (_p.n_studies, _p.sort_name),
        "series": (_p.n_series, _p.sort_name),
        "instances": (_p.n_instances, _p.sort_name),
        "bytes": (_p.n_bytes, _p.sort_name),
        "modalities": (_p.modalities, _p.sort_name),
        "last_study_date": (_p.last_study_date, _p.sort_name),
    },
    Level.STUDY: {
        "date": (_s.date, _s.time),
        "description": (_s.description, _s.date),
        "modalities": (_s.modalities, _s.date),
        "accession_number": (_s.accession_number, _s.date),
        "institution_name": (_s.institution_name, _s.date),
        "series": (_s.n_series, _s.date),
        "instances": (_s.n_instances, _s.date),
        "bytes": (_s.n_bytes, _s.date),
        "patient_name": (_p.sort_name, _s.date),
    },
    Level.SERIES: {
        "number": (_e.number.is_(None), _e.number, _e.date, _e.time),
        "modality": (_e.modality, _e.number),
        "description": (_e.description, _e.number),
        "date": (_e.date, _e.time),
        "instances": (_e.n_instances, _e.number),
        "frames": (_e.n_frames, _e.number),
        "bytes": (_e.n_bytes, _e.number),
        "slice_thickness": (_e.slice_thickness, _e.number),
        "body_part_examined": (_e.body_part_examined, _e.number),
    },
    Level.INSTANCE: {"number": (_i.number.is_(None), _i.number)},
}
_DEFAULT_ORDER = {
    Level.PATIENT: ("name",),
    Level.STUDY: ("-date",),
    Level.SERIES: ("number",),
    Level.INSTANCE: ("number",),
}


def sort_fields(level: Level) -> tuple[str, ...]:
    """The fields a level can be ordered by."""
    return tuple(_SORTS[level])


def search(catalog: Catalog, query: Query) -> Found[Any]:
    """Answer a query. BadRequest for an unknown field or key, NotFound for an unknown parent."""
    terms = parse(query.words)
    if query.words.strip() and not terms:
        return Found((), 0, query.offset)  # only punctuation: nothing can match it
    with catalog.database.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")  # one snapshot for the count, the rows and their states
        page = _search(catalog, connection, query, terms)
        if not page.total and (meant := finding.forgiven(connection, query.level, terms)):
            further = _search(catalog, connection, query, meant)
            page = replace(further, instead=_instead(terms, meant)) if further.total else page
        connection.rollback()
        return page


def walk(catalog: Catalog, query: Query) -> Iterator[Any]:
    """All entries of a query in its order, some at a time, from one snapshot of the catalog."""
    terms = parse(query.words)
    if query.words.strip() and not terms:
        return
    with catalog.database.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        where = _where(catalog, connection, query, terms)
        for rows in connection.execute(_selecting(query, where)).partitions(_AT_ONCE):
            yield from _build(catalog, connection, query.level, rows)
        connection.rollback()


def texts(
    catalog: Catalog, query: Query, wanted: Sequence[tuple[Level, str]]
) -> Iterator[tuple[State, Sequence[str]]] | None:
    """As :func:`walk`, of each entry its state and the text of the attributes that are wanted, each named by its level
    and keyword: for long lists. None when the columns do not tell them all."""
    return _texts(catalog, query, wanted) if columns.has_all(query.level, wanted) and not query.words else None


def _texts(
    catalog: Catalog, query: Query, wanted: Sequence[tuple[Level, str]]
) -> Iterator[tuple[State, Sequence[str]]]:
    of_state = [
        column.label(f"{table.name}__{column.name}")
        for table in _TOLD_BY[query.level]
        for column in (table.c.id, table.c.n_missing, table.c.n_instances, table.c.n_changed)
    ]
    needs = [columns.COLUMNS[own][keyword] for own, keyword in wanted]
    selected = [column.label(f"value{n}") for n, column in enumerate(one for need in needs for one in need[0])]
    stretches: list[tuple[int, int, Any]] = []
    at = len(of_state)
    for sources, as_text in needs:
        stretches.append((at, at + len(sources), as_text))
        at += len(sources)
    with catalog.database.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        where = _where(catalog, connection, query, ())
        statement = select(*of_state, *selected).select_from(_source(query.level)).where(where)
        own = query.level.value
        for rows in connection.execute(statement.order_by(*_ordering(query))).partitions(_AT_ONCE):
            reach = _Reach(catalog, connection, query.level, rows)
            for row in rows:
                values = tuple(row)
                yield reach.state(own, row), [as_text(*values[a:b]) for a, b, as_text in stretches]
        connection.rollback()


_AT_ONCE = 500
_TOLD_BY = {
    Level.PATIENT: (t.patient,),
    Level.STUDY: (t.study, t.patient),
    Level.SERIES: (t.series, t.study, t.patient),
}


def _search(catalog: Catalog, connection: Connection, query: Query, terms: tuple[Term, ...]) -> Found[Any]:
    rows, total, more = _rows(catalog, connection, query, terms)
    found = marks(connection, query.level, terms, rows) if terms and rows else ()
    return Found(tuple(_build(catalog, connection, query.level, rows)), total, query.offset, found, more=more)


def _rows(
    catalog: Catalog, connection: Connection, query: Query, terms: tuple[Term, ...]
) -> tuple[Sequence[Row[Any]], int, bool]:
    """The rows of a page, how many there are in all, and whether there are more than were counted."""
    same = query.level is Level.PATIENT and query.together and _any_same(connection)
    if not bymatch.applies(query, terms) or same:
        where = _where(catalog, connection, query, terms, named.few(connection, query))
        # whether a drive is there is no fact of the catalog
        asked = replace(query, order=(), limit=None, offset=0), frozenset(catalog.mounts().present())
        total = remembered(
            catalog.database, connection, asked, lambda: connection.execute(_counting(query.level, where)).scalar_one()
        )
        return _in_order(catalog, connection, query, where, total) if total else [], total, False
    hits = bymatch.look_up(connection, query, terms)
    own = TABLES[query.level].c.id
    among = own.in_(select(text("value")).select_from(func.json_each(bymatch.as_json(hits.rows))).scalar_subquery())
    if hits.few:
        where = and_(*(text(shown) for shown in bymatch.SHOWN[query.level]), among)
        total = connection.execute(_counting(query.level, where)).scalar_one()
        return connection.execute(_selecting(query, where)).all() if total else [], total, False
    unordered = {
        getattr(row, f"{query.level.value}__id"): row for row in connection.execute(_columns(query.level).where(among))
    }
    return [unordered[row] for row in hits.rows], hits.total, hits.more


def _in_order(
    catalog: Catalog, connection: Connection, query: Query, where: ColumnElement[bool], total: int
) -> Sequence[Row[Any]]:
    """The rows of a page. What lies behind the middle is come to from the end: SQLite counts its way to a row."""
    left = total - query.offset - (query.limit or 0)
    if query.limit is None:
        return connection.execute(_selecting(query, where)).all()
    backwards = query.offset > max(left, 0)
    start = max(left, 0) if backwards else query.offset
    size = max(0, min(query.limit, total - query.offset))
    order = query.order or _DEFAULT_ORDER[query.level]
    if start > deep.LEAP and deep.applies(query, order):
        columns, down = _sorts(query.level, order[0])
        way = deep.Way([*columns, TABLES[query.level].c.id], where, down=down is not backwards)
        key = (query.level, order, query.together)
        rows = way.rows(catalog.database, connection, _columns(query.level), start, size, key)
    else:
        ordered = _columns(query.level).where(where).order_by(*_ordering(query, backwards=backwards))
        rows = connection.execute(ordered.limit(size).offset(start)).all()
    return rows[::-1] if backwards else rows


def _instead(typed: tuple[Term, ...], meant: tuple[Term, ...]) -> tuple[tuple[str, str], ...]:
    both = [(old, new) for a, b in zip(typed, meant, strict=True) for old, new in zip(a.words, b.words, strict=True)]
    return tuple((old[0], " / ".join(new)) for old, new in both if old != new)


def get(catalog: Catalog, entry_id: str) -> Patient | Study | Series | Instance:
    """The entry of an id, or of the one id that begins so, removed ones included."""
    with catalog.database.engine.connect() as connection:
        level, row_id = resolve(connection, entry_id)
        table = TABLES[level]
        rows = connection.execute(_columns(level).where(table.c.id == row_id)).all()
        entry: Patient | Study | Series | Instance = next(iter(_build(catalog, connection, level, rows)))
        return entry


# -- the statement -------------------------------------------------------------------------------------------------


def _source(level: Level) -> FromClause:
    joined: FromClause = TABLES[level]
    if level is Level.INSTANCE:
        joined = joined.join(t.series, _i.series_ref == _e.id)
    if level in {Level.INSTANCE, Level.SERIES}:
        joined = joined.join(t.study, _e.study_ref == _s.id)
    if level is not Level.PATIENT:
        joined = joined.join(t.patient, _s.patient_ref == _p.id)
    return joined


@cache
def _columns(level: Level) -> Select[Any]:
    tables = [t.patient]
    if level is not Level.PATIENT:
        tables.append(t.study)
    if level in {Level.SERIES, Level.INSTANCE}:
        tables.append(t.series)
    if level is Level.INSTANCE:
        tables.append(t.instance)
    wanted = [column.label(f"{table.name}__{column.name}") for table in tables for column in table.c]
    return select(*wanted).select_from(_source(level))


def _where(
    catalog: Catalog,
    connection: Connection,
    query: Query,
    terms: Sequence[Term],
    patients: Sequence[int] | None = None,
) -> ColumnElement[bool]:
    """The condition of a query; ``patients`` are known to be all that it can be about."""
    parts: list[ColumnElement[bool]] = [TABLES[query.level].c.hidden == 0]
    if patients is not None:
        whose = _p.id if query.level is Level.PATIENT else _s.patient_ref
        among = select(text("value")).select_from(func.json_each(bymatch.as_json(patients))).scalar_subquery()
        # the plus keeps SQLite from walking a list in its order to find the few that are meant
        parts = [and_(text(f"+{query.level.value}.hidden = 0"), whose.in_(among))]
    if query.parent is not None:
        parts.append(_below(connection, query.level, query.parent, together=query.together))
    parts += _lying(catalog, connection, query)
    persons = query.level is Level.PATIENT and query.together
    if persons:
        parts.append(_p.same_as.is_(None))
    parts += [clause(condition, query.level) for condition in query.conditions]
    if terms:
        found = finding.clause(query.level, terms)
        parts.append(_of_persons(found) if persons and _any_same(connection) else found)
    return and_(*parts)


def _lying(catalog: Catalog, connection: Connection, query: Query) -> list[ColumnElement[bool]]:
    """Conditions on the drives an entry lies on, and on whether it can be reached."""
    parts: list[ColumnElement[bool]] = []
    if query.drive is not None:
        parts.append(_on(query.level, _e.drive_id == query.drive))
    if query.state is None:
        return parts
    own = TABLES[query.level].c
    if query.level is Level.INSTANCE:
        missing, changed = own.missing != 0, own.changed != 0
    else:
        missing, changed = and_(own.n_instances > 0, own.n_missing >= own.n_instances), own.n_changed > 0
    present = catalog.mounts().present()
    drives = connection.execute(select(t.drive.c.id, t.drive.c.filesystem_id)).all()
    here = _on(query.level, _e.drive_id.in_([drive.id for drive in drives if drive.filesystem_id in present]))
    if query.state is State.MISSING:
        return [*parts, missing]
    if query.state is State.OFFLINE:
        return [*parts, not_(missing), not_(here)]
    return [*parts, not_(missing), here, changed if query.state is State.CHANGED else not_(changed)]


def _on(level: Level, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Entries of which a series is such."""
    such = and_(condition, _e.hidden == 0)
    if level is Level.SERIES:
        return such
    if level is Level.INSTANCE:
        return _i.series_ref.in_(select(_e.id).where(such).correlate(None))
    if level is Level.STUDY:
        return _s.id.in_(select(_e.study_ref).where(such).correlate(None))
    above = select(func.coalesce(_p.same_as, _p.id)).select_from(_source(Level.SERIES)).where(such)
    return _p.id.in_(above.correlate(None))


def _any_same(connection: Connection) -> bool:
    return connection.execute(select(_p.id).where(_p.same_as.is_not(None)).limit(1)).first() is not None


def _of_persons(found: ColumnElement[bool]) -> ColumnElement[bool]:
    """A person is found by what any of their patients has."""
    return _p.id.in_(select(func.coalesce(_p.same_as, _p.id)).where(found).correlate(None))


def _below(connection: Connection, level: Level, parent: str, *, together: bool) -> ColumnElement[bool]:
    above, row_id = resolve(connection, parent)
    links = {
        (Level.STUDY, Level.PATIENT): _s.patient_ref,
        (Level.SERIES, Level.PATIENT): _s.patient_ref,
        (Level.INSTANCE, Level.PATIENT): _s.patient_ref,
        (Level.SERIES, Level.STUDY): _e.study_ref,
        (Level.INSTANCE, Level.STUDY): _e.study_ref,
        (Level.INSTANCE, Level.SERIES): _i.series_ref,
    }
    if (level, above) not in links:
        raise BadRequest(f"a {above.value} holds no {level.value}")
    if above is Level.PATIENT and together:
        same = select(_p.id).where(or_(_p.id == row_id, _p.same_as == row_id)).correlate(None)
        return links[level, above].in_(same)
    return links[level, above] == row_id


def _counting(level: Level, where: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(_source(level)).where(where)


def _selecting(query: Query, where: ColumnElement[bool]) -> Select[Any]:
    statement = _columns(query.level).where(where).order_by(*_ordering(query))
    if query.limit is not None:
        statement = statement.limit(query.limit)
    elif query.offset:
        statement = statement.limit(-1)
    return statement.offset(query.offset) if query.offset else statement


def _ordering(query: Query, *, backwards: bool = False) -> list[ColumnElement[Any]]:
    columns: list[ColumnElement[Any]] = []
    down = backwards
    for asked_field in query.order or _DEFAULT_ORDER[query.level]:
        sorts, descends = _sorts(query.level, asked_field)
        down = descends is not backwards
        columns += [column.desc() if down else column.asc() for column in sorts]
    last = TABLES[query.level].c.id
    return [*columns, last.desc() if down else last.asc()]


def _sorts(level: Level, asked: str) -> tuple[tuple[ColumnElement[Any], ...], bool]:
    """The columns that a field of ``Query.order`` means, and whether the largest comes first."""
    name = asked.removeprefix("-")
    if name not in _SORTS[level]:
        raise BadRequest(f"{level.value} entries cannot be ordered by {name}; known: {', '.join(_SORTS[level])}")
    return _SORTS[level][name], asked.startswith("-")


# -- rows to entities ----------------------------------------------------------------------------------------------


def _build(catalog: Catalog, connection: Connection, level: Level, rows: Sequence[Row[Any]]) -> Iterable[Any]:
    reach = _Reach(catalog, connection, level, rows)
    if level is Level.INSTANCE:
        return _instances(catalog, connection, rows, reach)
    if level is Level.PATIENT:
        also = _also(connection, [row.patient__id for row in rows])
        return [_patient(row, reach, tuple(also.get(row.patient__id, ()))) for row in rows]
    if level is Level.STUDY:
        return [_study(row, reach) for row in rows]
    contradicted = _conflicts(connection, [row.series__id for row in rows])
    return [replace(_series(row, reach), conflicts=contradicted.get(row.series__id, 0)) for row in rows]


def _conflicts(connection: Connection, series: Sequence[int]) -> dict[int, int]:
    """How many images of each series have files of different content."""
    found = connection.execute(
        text(
            "SELECT series_ref, count(*) FROM instance WHERE hidden = 0 AND id IN (SELECT instance_id FROM file "
            "WHERE reason = 'other_content' AND gone = 0) AND +series_ref IN (SELECT value FROM json_each(:series)) "
            "GROUP BY series_ref"
        ),
        {"series": json.dumps(series)},
    )
    return {row[0]: row[1] for row in found}


def _also(connection: Connection, patients: Sequence[int]) -> dict[int, list[Alias]]:
    """The patients that are the same person as those of a page, by the row that stands for them."""
    names = (_p.name_alphabetic, _p.name_ideographic, _p.name_phonetic)
    wanted = select(_p.same_as, _p.public_id, _p.patient_id, _p.issuer, _p.birth_date, *names)
    found: dict[int, list[Alias]] = {}
    for row in connection.execute(wanted.where(_p.same_as.in_(patients)).order_by(_p.id)):
        alias = Alias(
            id=id_text(Level.PATIENT, row.public_id),
            name=PersonName(row.name_alphabetic, row.name_ideographic, row.name_phonetic),
            patient_id=row.patient_id,
            issuer_of_patient_id=row.issuer,
            birth_date=row.birth_date,
        )
        found.setdefault(row.same_as, []).append(alias)
    return found


_PUBLIC_IDS = ("patient__public_id", "study__public_id", "series__public_id")


class _Reach:
    """What is asked once a page: which of its entries can be reached, from the drives their series lie on, and what the
    user wrote on them."""

    def __init__(self, catalog: Catalog, connection: Connection, level: Level, rows: Sequence[Row[Any]]) -> None:
        own = {row._mapping[key] for row in rows for key in _PUBLIC_IDS if key in row._mapping}
        self.notes, self.labels = said_of(connection.exec_driver_sql, sorted(own))
        self._present = catalog.mounts().present()
        drives = connection.execute(select(t.drive.c.id, t.drive.c.filesystem_id)).all()
        self._offline = {d.id for d in drives if d.filesystem_id not in self._present}
        self._drives: dict[tuple[str, int], set[int]] = {}
        if self._offline and rows:
            self._look_up(connection, level, rows)

    def _look_up(self, connection: Connection, level: Level, rows: Sequence[Row[Any]]) -> None:
        statement = select(_s.patient_ref, _e.study_ref, _e.id, _e.drive_id).join(t.study, _e.study_ref == _s.id)
        person: dict[int, int] = {}
        if level is Level.PATIENT:
            patients = [row.patient__id for row in rows]
            same = select(_p.id, _p.same_as).where(_p.same_as.in_(patients))
            person = {row.id: row.same_as for row in connection.execute(same)}
            statement = statement.where(_s.patient_ref.in_([*patients, *person]))
        else:  # the patient on a study's row is as reachable as what is shown of it
            statement = statement.where(_e.study_ref.in_({row.study__id for row in rows}))
        for row in connection.execute(statement.where(_e.hidden == 0)):
            patient = person.get(row.patient_ref, row.patient_ref)
            for name, key in (("patient", patient), ("study", row.study_ref), ("series", row.id)):
                self._drives.setdefault((name, key), set()).add(row.drive_id)

    def state(self, name: str, row: Row[Any]) -> State:
        """The state of the entry of table ``name`` in ``row``."""
        values = row._mapping
        missing, instances = values[f"{name}__n_missing"], values[f"{name}__n_instances"]
        if instances and missing >= instances:
            return State.MISSING
        on = self._drives.get((name, values[f"{name}__id"]))
        if on and on <= self._offline:
            return State.OFFLINE
        return State.CHANGED if values[f"{name}__n_changed"] else State.ONLINE

    def drive_offline(self, drive_id: int) -> bool:
        """Whether a drive is not mounted."""
        return drive_id in self._offline


def _patient(row: Row[Any], reach: _Reach, also: tuple[Alias, ...] = ()) -> Patient:
    return Patient(
        id=id_text(Level.PATIENT, row.patient__public_id),
        name=PersonName(row.patient__name_alphabetic, row.patient__name_ideographic, row.patient__name_phonetic),
        patient_id=row.patient__patient_id,
        issuer_of_patient_id=row.patient__issuer,
        birth_date=row.patient__birth_date,
        sex=row.patient__sex,
        anonymous=bool(row.patient__anonymous),
        reason=row.patient__reason,
        counts=_counts(row, "patient"),
        modalities=_split(row.patient__modalities),
        last_study_date=row.patient__last_study_date,
        state=reach.state("patient", row),
        charset_guessed=row.patient__charset_guessed,
        note=reach.notes.get(row.patient__public_id, ""),
        labels=reach.labels.get(row.patient__public_id, ()),
        also=also,
    )


def _study(row: Row[Any], reach: _Reach) -> Study:
    return Study(
        id=id_text(Level.STUDY, row.study__public_id),
        patient=_patient(row, reach),
        study_instance_uid=row.study__study_instance_uid,
        study_id=row.study__study_id,
        date=row.study__date,
        time=row.study__time,
        description=row.study__description,
        accession_number=row.study__accession_number,
        institution_name=row.study__institution_name,
        referring_physician_name=person_name(row.study__referring_physician_name),
        performing_physician_name=person_name(row.study__performing_physician_name),
        manufacturer=row.study__manufacturer,
        manufacturer_model_name=row.study__manufacturer_model_name,
        station_name=row.study__station_name,
        patient_age=row.study__patient_age,
        modalities=_split(row.study__modalities),
        counts=_counts(row, "study"),
        state=reach.state("study", row),
        charset_guessed=row.study__charset_guessed,
        note=reach.notes.get(row.study__public_id, ""),
        labels=reach.labels.get(row.study__public_id, ()),
    )


def _series(row: Row[Any], reach: _Reach) -> Series:
    return Series(
        id=id_text(Level.SERIES, row.series__public_id),
        study=_study(row, reach),
        series_instance_uid=row.series__series_instance_uid,
        modality=row.series__modality,
        number=row.series__number,
        description=row.series__description,
        date=row.series__date,
        time=row.series__time,
        protocol_name=row.series__protocol_name,
        body_part_examined=row.series__body_part_examined,
        laterality=row.series__laterality,
        patient_position=row.series__patient_position,
        performing_physician_name=person_name(row.series__performing_physician_name),
        performed_procedure_step_start_date=row.series__performed_procedure_step_start_date,
        performed_procedure_step_start_time=row.series__performed_procedure_step_start_time,
        manufacturer=row.series__manufacturer,
        manufacturer_model_name=row.series__manufacturer_model_name,
        station_name=row.series__station_name,
        frame_of_reference_uid=row.series__frame_of_reference_uid,
        rows=row.series__rows,
        columns=row.series__columns,
        pixel_spacing=tuple(float(v) for v in _split(row.series__pixel_spacing)),
        slice_thickness=row.series__slice_thickness,
        spacing_between_slices=row.series__spacing_between_slices,
        plane=Plane(row.series__plane) if row.series__plane else None,
        image_type=_split(row.series__image_type),
        original=bool(row.series__original),
        reformatted=bool(row.series__reformatted),
        sop_class_uid=row.series__sop_class_uid,
        transfer_syntax_uid=row.series__transfer_syntax_uid,
        counts=_counts(row, "series"),
        state=reach.state("series", row),
        charset_guessed=row.series__charset_guessed,
        note=reach.notes.get(row.series__public_id, ""),
        labels=reach.labels.get(row.series__public_id, ()),
    )


def _instances(catalog: Catalog, connection: Connection, rows: Sequence[Row[Any]], reach: _Reach) -> Iterable[Instance]:
    files = _files(catalog, connection, {row.instance__id for row in rows}, reach)
    bases: dict[int, tuple[Any, ...]] = {}
    parents: dict[int, Series] = {}
    for row in rows:
        key = row.series__id
        if key not in bases:
            bases[key] = packing.unpack_base(row.series__base)
            parents[key] = _series(row, reach)
        places = files.get(row.instance__id, [])
        # the one that is shown stands first
        ordered = sorted(places, key=lambda place: place[0] != row.instance__file_id)
        shown = ordered[0][1].state if ordered else State.MISSING
        yield Instance(
            id=id_text(Level.INSTANCE, row.instance__public_id),
            series=parents[key],
            header=packing.unpack(
                row.instance__header, bases[key], row.instance__sop_instance_uid, row.instance__number
            ),
            frames=row.instance__frames,
            files=tuple(place for _, place in ordered),
            state=State.MISSING if row.instance__missing else shown,
        )


def _files(
    catalog: Catalog, connection: Connection, instances: set[int], reach: _Reach
) -> dict[int, list[tuple[int, FileLocation]]]:
    statement = text(
        "SELECT f.id, f.instance_id, f.name, f.size, f.mtime_ns, f.outcome, f.reason, f.detail, f.gone, f.changed, "
        "folder.path, folder.drive_id, drive.filesystem_id, drive.mount_point, owned.path AS owned "
        "FROM json_each(:ids) AS wanted JOIN file AS f ON f.instance_id = wanted.value "
        "JOIN folder ON folder.id = f.folder_id JOIN drive ON drive.id = folder.drive_id "
        "LEFT JOIN owned ON drive.filesystem_id = :own AND owned.path = rtrim(folder.path, '/') || '/' || f.name "
        "ORDER BY f.id"
    )
    mounts = catalog.mounts()
    found: dict[int, list[tuple[int, FileLocation]]] = {}
    for row in connection.execute(statement, {"ids": json.dumps(sorted(instances)), "own": OWN}):
        inside = on_drive(row.path, row.name)
        offline = reach.drive_offline(row.drive_id)
        place = FileLocation(
            path=mounts.shown(row.filesystem_id, from_text(row.mount_point), inside),
            size=row.size,
            mtime_ns=recorded(row.mtime_ns),
            outcome=Outcome(row.outcome),
            reason=Reason(row.reason),
            detail=row.detail,
            state=State.OFFLINE if offline else _state(row),
            owned=row.owned is not None,
        )
        found.setdefault(row.instance_id, []).append((row.id, place))
    return found


def _state(row: Row[Any]) -> State:
    """The state of a file on a drive that is there."""
    if row.gone:
        return State.MISSING
    return State.CHANGED if row.changed else State.ONLINE


def _counts(row: Row[Any], name: str) -> Counts:
    values = row._mapping
    return Counts(
        studies=values.get(f"{name}__n_studies", 0),
        series=values.get(f"{name}__n_series", 0),
        instances=values[f"{name}__n_instances"],
        frames=values[f"{name}__n_frames"],
        bytes=values[f"{name}__n_bytes"],
    )


def _split(joined: str) -> tuple[str, ...]:
    return tuple(joined.split("\\")) if joined else ()
