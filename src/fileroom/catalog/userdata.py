"""What the user said, and what is kept about imports: removals, the ledger, tokens of programs, thumbnails."""

from __future__ import annotations

import contextlib
import json
import secrets
from typing import TYPE_CHECKING, Any

from fileroom.catalog import ledger as ledgers
from fileroom.catalog.counts import PERSONS, recount
from fileroom.catalog.keys import secret_digest
from fileroom.catalog.resolving import resolve
from fileroom.catalog.writes import now
from fileroom.errors import BadRequest, NoRoom, NotFound
from fileroom.model.entries import Counts, Level
from fileroom.model.ledger import ImportSummary, LedgerEntry, ReasonCount
from fileroom.model.outcomes import Outcome, Reason
from fileroom.model.peers import Token
from fileroom.model.queries import Page
from fileroom.sources.paths import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fileroom.catalog.store import Catalog

# -- removals ------------------------------------------------------------------------------------------------------

_BELOW = {
    Level.PATIENT: "SELECT e.id FROM series e JOIN study s ON s.id = e.study_ref WHERE s.patient_ref = ?",
    Level.STUDY: "SELECT id FROM series WHERE study_ref = ?",
    Level.SERIES: "SELECT id FROM series WHERE id = ?",
    Level.INSTANCE: "SELECT series_ref FROM instance WHERE id = ?",
}


def forget(catalog: Catalog, ids: Sequence[str]) -> Counts:
    """Hide entries and all below them, and remember it; returns what is no longer shown."""
    return _set_hidden(catalog, ids, hidden=True)


def restore(catalog: Catalog, ids: Sequence[str], *, max_patients: int | None = None) -> Counts:
    """Take :func:`forget` back; returns what is shown again. NoRoom, and nothing, where that were too many patients."""
    return _set_hidden(catalog, ids, hidden=False, max_patients=max_patients)


@contextlib.contextmanager
def room_for_people(cursor: Any, most: int | None) -> Iterator[None]:
    """NoRoom when what is done in here shows more people than there may be, and than there were: it is taken back."""
    before = cursor.execute(PERSONS).fetchone()[0]
    yield
    if most is not None and cursor.execute(PERSONS).fetchone()[0] > max(most, before):
        raise NoRoom(f"the archive may hold no more patients than {most}: remove another one first")


def _set_hidden(catalog: Catalog, ids: Sequence[str], *, hidden: bool, max_patients: int | None = None) -> Counts:
    with catalog.database.engine.connect() as connection:
        entries = [resolve(connection, entry_id) for entry_id in ids]
    with catalog.database.transaction() as cursor:
        before = shown(cursor)
        with room_for_people(cursor, max_patients):
            for level, row_id in _with_the_same(cursor, entries):
                _hide_one(cursor, level, row_id, hidden=hidden)
        return difference(before, shown(cursor))


def _with_the_same(cursor: Any, entries: Sequence[tuple[Level, int]]) -> list[tuple[Level, int]]:
    """A person goes with all the patients they are."""
    also = [
        (level, row[0])
        for level, row_id in entries
        if level is Level.PATIENT
        for row in cursor.execute("SELECT id FROM patient WHERE same_as = ?", (row_id,)).fetchall()
    ]
    return [*entries, *also]


def difference(before: tuple[int, ...], after: tuple[int, ...]) -> Counts:
    """What is shown now and was not, or the other way round."""
    names = ("studies", "series", "instances", "frames", "bytes")
    return Counts(**{name: abs(b - a) for name, b, a in zip(names, before, after, strict=True)})


def shown(cursor: Any) -> tuple[int, ...]:
    """How much is shown: studies, series, instances, frames, bytes."""
    row = cursor.execute(
        "SELECT (SELECT count(*) FROM study WHERE hidden = 0), (SELECT count(*) FROM series WHERE hidden = 0), "
        "coalesce(sum(n_instances), 0), coalesce(sum(n_frames), 0), coalesce(sum(n_bytes), 0) "
        "FROM patient WHERE hidden = 0 AND same_as IS NULL"
    ).fetchone()
    return tuple(row)


def _hide_one(cursor: Any, level: Level, row_id: int, *, hidden: bool) -> None:
    series = [row[0] for row in cursor.execute(_BELOW[level], (row_id,))]
    own = cursor.execute(f"SELECT public_id FROM {level.value} WHERE id = ?", (row_id,)).fetchone()[0]  # noqa: S608 - our own names
    if hidden:
        cursor.execute("INSERT OR REPLACE INTO removal(public_id, level, at) VALUES (?,?,?)", (own, level.value, now()))
    else:
        _drop_removals(cursor, own, series)
    flag = int(hidden)
    if level is Level.INSTANCE:
        cursor.execute("UPDATE instance SET hidden = ? WHERE id = ?", (flag, row_id))
    else:
        cursor.executemany("UPDATE instance SET hidden = ? WHERE series_ref = ?", [(flag, i) for i in series])
    hide_above(cursor, series)
    recount(cursor, series)


def _drop_removals(cursor: Any, own: bytes, series: list[int]) -> None:
    cursor.execute("DELETE FROM removal WHERE public_id = ?", (own,))
    wanted = json.dumps(series)
    for table, column in (("instance", "series_ref"), ("series", "id")):
        cursor.execute(
            f"DELETE FROM removal WHERE public_id IN (SELECT public_id FROM {table} "  # noqa: S608 - our own names
            f"WHERE {column} IN (SELECT value FROM json_each(?)))",
            (wanted,),
        )
    cursor.execute(
        "DELETE FROM removal WHERE public_id IN (SELECT s.public_id FROM study s JOIN series e ON e.study_ref = s.id "
        "WHERE e.id IN (SELECT value FROM json_each(?)))",
        (wanted,),
    )


def hide_above(cursor: Any, series: list[int]) -> None:
    """An entry is shown as long as anything below it is."""
    wanted = json.dumps(series)
    cursor.execute(
        "UPDATE series SET hidden = NOT EXISTS (SELECT 1 FROM instance WHERE series_ref = series.id AND hidden = 0) "
        "WHERE id IN (SELECT value FROM json_each(?))",
        (wanted,),
    )
    cursor.execute(
        "UPDATE study SET hidden = NOT EXISTS (SELECT 1 FROM series WHERE study_ref = study.id AND hidden = 0) "
        "WHERE id IN (SELECT study_ref FROM series WHERE id IN (SELECT value FROM json_each(?)))",
        (wanted,),
    )
    cursor.execute(
        "UPDATE patient SET hidden = NOT EXISTS (SELECT 1 FROM study WHERE patient_ref = patient.id AND hidden = 0) "
        "WHERE id IN (SELECT patient_ref FROM study WHERE id IN (SELECT study_ref FROM series "
        "WHERE id IN (SELECT value FROM json_each(?))))",
        (wanted,),
    )


# -- imports and their ledger --------------------------------------------------------------------------------------


def begin_import(catalog: Catalog, roots: Sequence[str], who: str, kind: str) -> tuple[int, str]:
    """A new import: its number and the time it started. What an earlier process left running was interrupted."""
    started = now()
    with catalog.database.transaction() as cursor:
        cursor.execute(
            "UPDATE import SET state = 'interrupted' WHERE state = 'running'"
        )  # it was last heard of at "ended"
        cursor.execute(
            "INSERT INTO import(started, ended, who, state, roots, kind, outcomes) "
            "VALUES (?, ?, ?, 'running', ?, ?, '{}')",
            (started, started, who, json.dumps([to_text(root) for root in roots], ensure_ascii=False), kind),
        )
        return int(cursor.lastrowid), started


def drop_import(catalog: Catalog, import_id: int) -> None:
    """Take back a begun import that has no ledger."""
    with catalog.database.transaction() as cursor:
        cursor.execute("DELETE FROM import WHERE id = ?", (import_id,))


def save_import(cursor: Any, summary: ImportSummary) -> None:
    """Write how far an import has come, in the transaction of its batch: ledger and counts always agree."""
    cursor.execute(
        "UPDATE import SET ended=?, state=?, message=?, outcomes=?, n_files=?, n_patients=?, n_studies=?, n_series=?, "
        "n_instances=?, n_bytes=?, seconds=? WHERE id=?",
        (
            summary.ended,
            summary.state,
            summary.message,
            json.dumps({outcome.value: n for outcome, n in summary.outcomes.items()}),
            summary.files,
            summary.patients,
            summary.studies,
            summary.series,
            summary.instances,
            summary.bytes,
            summary.seconds,
            summary.id,
        ),
    )


_IMPORT = (
    "SELECT id, roots, started, state, n_files, outcomes, n_patients, n_studies, n_series, n_instances, n_bytes, "
    "seconds, message, who, ended, kind FROM import "
)


def imports(catalog: Catalog, *, limit: int | None, offset: int) -> Page[ImportSummary]:
    """Imports, newest first."""
    with catalog.database.reading() as cursor:
        total = cursor.execute("SELECT count(*) FROM import").fetchone()[0]
        rows = cursor.execute(
            _IMPORT + "ORDER BY id DESC LIMIT ? OFFSET ?", (-1 if limit is None else limit, offset)
        ).fetchall()
    return Page(tuple(_summary(row) for row in rows), total, offset)


def import_summary(catalog: Catalog, import_id: int) -> ImportSummary:
    """One import. NotFound when there is none of this number."""
    with catalog.database.reading() as cursor:
        row = cursor.execute(_IMPORT + "WHERE id = ?", (import_id,)).fetchone()
    if row is None:
        raise NotFound(f"there is no import {import_id}")
    return _summary(row)


def _summary(row: Sequence[Any]) -> ImportSummary:
    return ImportSummary(
        id=row[0],
        roots=tuple(from_text(root) for root in json.loads(row[1])),
        started=row[2],
        state=row[3],
        files=row[4],
        outcomes={Outcome(key): n for key, n in json.loads(row[5]).items()},
        patients=row[6],
        studies=row[7],
        series=row[8],
        instances=row[9],
        bytes=row[10],
        seconds=row[11],
        message=row[12],
        who=row[13],
        ended=row[14],
        kind=row[15] or "import",
    )


def ledger(
    catalog: Catalog,
    import_id: int,
    *,
    outcome: Outcome | None,
    reason: Reason | None,
    limit: int | None,
    offset: int,
) -> Page[LedgerEntry]:
    """The lines of an import's ledger by path. NotFound when there is no such import."""
    import_summary(catalog, import_id)
    return ledgers.entries(catalog, import_id, outcome=outcome, reason=reason, limit=limit, offset=offset)


def ledger_lines(
    catalog: Catalog, import_id: int, *, outcome: Outcome | None, reason: Reason | None
) -> Iterator[LedgerEntry]:
    """All lines in the order in which they were written, some at a time: no snapshot is held while they are taken.

    NotFound, at the first one, when there is no such import.
    """
    import_summary(catalog, import_id)
    yield from ledgers.lines(catalog, import_id, outcome=outcome, reason=reason)


def reasons(catalog: Catalog, import_id: int) -> tuple[ReasonCount, ...]:
    """The ledger of an import, counted by outcome and reason, most first. NotFound: no such import."""
    import_summary(catalog, import_id)
    return ledgers.reasons(catalog, import_id)


def undo_import(catalog: Catalog, import_id: int) -> Counts:
    """Hide exactly the instances that an import brought in and that are still shown. NotFound: no such import."""
    import_summary(catalog, import_id)
    with catalog.database.transaction() as cursor:
        before = shown(cursor)
        hidden: list[tuple[bytes, int]] = []
        for ids in ledgers.brought(cursor, import_id):
            hidden += cursor.execute(_HIDE, (json.dumps(ids.split(",")),)).fetchall()
        cursor.executemany(
            "INSERT OR REPLACE INTO removal(public_id, level, at) VALUES (?,?,?)",
            [(row[0], Level.INSTANCE.value, now()) for row in hidden],
        )
        series = sorted({row[1] for row in hidden})
        hide_above(cursor, series)
        recount(cursor, series)
        return difference(before, shown(cursor))


_HIDE = (
    "UPDATE instance SET hidden = 1 WHERE hidden = 0 AND public_id IN (SELECT unhex(value) FROM json_each(?)) "
    "RETURNING public_id, series_ref"
)


# -- tokens of programs --------------------------------------------------------------------------------------------

_TOKEN_BYTES = 32
_LONGEST_NAME = 64


def new_token(catalog: Catalog, name: str) -> str:
    """Make a token; only its digest is kept. BadRequest when the name is empty, too long or taken."""
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise BadRequest("a token needs a name of 1 to 64 printable characters")
    secret = secrets.token_urlsafe(_TOKEN_BYTES)
    with catalog.database.transaction() as cursor:
        if cursor.execute("SELECT 1 FROM token WHERE name = ?", (name,)).fetchone():
            raise BadRequest(f"there is a token named {name} already")
        cursor.execute("INSERT INTO token(name, digest, created) VALUES (?,?,?)", (name, secret_digest(secret), now()))
    return secret


def tokens(catalog: Catalog) -> tuple[Token, ...]:
    """All tokens by name."""
    with catalog.database.reading() as cursor:
        rows = cursor.execute("SELECT name, created, last_used FROM token ORDER BY name").fetchall()
    return tuple(Token(name=row[0], created=row[1], last_used=row[2]) for row in rows)


def revoke_token(catalog: Catalog, name: str) -> None:
    """Make a token worthless. NotFound when there is none of this name."""
    with catalog.database.transaction() as cursor:
        if not cursor.execute("DELETE FROM token WHERE name = ? RETURNING 1", (name,)).fetchone():
            raise NotFound("there is no token of this name")


def check_token(catalog: Catalog, secret: str) -> bool:
    """Whether ``secret`` is a token; notes the day of its use."""
    digest = secret_digest(secret)
    with catalog.database.reading() as cursor:
        row = cursor.execute("SELECT last_used FROM token WHERE digest = ?", (digest,)).fetchone()
    if row is None:
        return False
    today = now()[:10]
    if row[0] != today:
        with catalog.database.transaction() as cursor:
            cursor.execute("UPDATE token SET last_used = ? WHERE digest = ?", (today, digest))
    return True


# -- thumbnails ----------------------------------------------------------------------------------------------------


def thumbnail(catalog: Catalog, series_id: int) -> tuple[str, bytes | None] | None:
    """The kept picture of a series (media type, bytes; None for "nothing to show"); None when none was made yet."""
    with catalog.database.reading() as cursor:
        row = cursor.execute("SELECT media_type, data FROM thumbnail WHERE series_id = ?", (series_id,)).fetchone()
    return (row[0], row[1]) if row else None


def keep_thumbnail(catalog: Catalog, series_id: int, media_type: str, data: bytes | None) -> None:
    """Keep the picture of a series, sealed with all else."""
    with catalog.database.transaction() as cursor:
        cursor.execute(
            "INSERT OR REPLACE INTO thumbnail(series_id, media_type, data) VALUES (?,?,?)",
            (series_id, media_type, data),
        )


# -- totals --------------------------------------------------------------------------------------------------------


def totals(catalog: Catalog) -> dict[str, int]:
    """How much the archive holds: patients, studies, series, instances, frames, bytes, files, imports; a large one, how
    much it held a little while ago (``lately``)."""
    return catalog.totals.tell(f"{catalog.revision()} {catalog.database.writes}", lambda: _totals(catalog))


def _totals(catalog: Catalog) -> dict[str, int]:
    with catalog.database.reading() as cursor:
        row = cursor.execute(
            "SELECT count(*), coalesce(sum(n_studies), 0), coalesce(sum(n_series), 0), coalesce(sum(n_instances), 0), "
            "coalesce(sum(n_frames), 0), coalesce(sum(n_bytes), 0) FROM patient "
            "WHERE hidden = 0 AND same_as IS NULL"
        ).fetchone()
        files = cursor.execute(
            "SELECT (SELECT count(*) FROM file) - (SELECT count(*) FROM file INDEXED BY file_gone WHERE gone = 1)"
        ).fetchone()[0]
        imports_made = cursor.execute("SELECT count(*) FROM import").fetchone()[0]
    names = ("patients", "studies", "series", "instances", "frames", "bytes")
    return {**dict(zip(names, row, strict=True)), "files": files, "imports": imports_made}
