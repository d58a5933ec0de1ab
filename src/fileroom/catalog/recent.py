"""What the user opened last, and the searches they keep. Sealed with all else; nothing of it is ever in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fileroom.catalog.queries import get
from fileroom.catalog.resolving import resolve
from fileroom.catalog.store import id_text
from fileroom.catalog.writes import now
from fileroom.errors import BadRequest, NotFound
from fileroom.model.entries import Level, Series, Study
from fileroom.model.queries import SavedSearch

if TYPE_CHECKING:
    from fileroom.catalog.store import Catalog

MOST_REMEMBERED = 100
LONGEST_NAME = 64
LONGEST_WORDS = 1024
MOST_SEARCHES = 200


def opened(catalog: Catalog, entry_id: str) -> None:
    """Remember that a study or series was opened now; the last hundred are. BadRequest for another level."""
    with catalog.database.engine.connect() as connection:
        level, row = resolve(connection, entry_id)
    if level not in {Level.STUDY, Level.SERIES}:
        raise BadRequest("studies and series are opened")
    with catalog.database.transaction() as cursor:
        own = cursor.execute(f"SELECT public_id FROM {level.value} WHERE id = ?", (row,)).fetchone()[0]  # noqa: S608 - our own names
        cursor.execute("INSERT OR REPLACE INTO opened(public_id, level, at) VALUES (?,?,?)", (own, level.value, now()))
        cursor.execute(
            "DELETE FROM opened WHERE public_id NOT IN (SELECT public_id FROM opened ORDER BY at DESC LIMIT ?)",
            (MOST_REMEMBERED,),
        )


def recent(catalog: Catalog, limit: int) -> tuple[Study | Series, ...]:
    """What was opened last and is still shown, the newest first."""
    with catalog.database.reading() as cursor:
        rows = cursor.execute(_RECENT, (limit,)).fetchall()
    found = [get(catalog, id_text(Level(level), public_id)) for level, public_id in rows]
    return tuple(entry for entry in found if isinstance(entry, (Study, Series)))


def forget_recent(catalog: Catalog) -> None:
    """Forget what was opened."""
    with catalog.database.transaction() as cursor:
        cursor.execute("DELETE FROM opened")


_RECENT = (
    "SELECT opened.level, opened.public_id FROM opened LEFT JOIN study ON study.public_id = opened.public_id "
    "LEFT JOIN series ON series.public_id = opened.public_id WHERE study.hidden = 0 OR series.hidden = 0 "
    "ORDER BY opened.at DESC, opened.rowid DESC LIMIT ?"
)


def save_search(catalog: Catalog, search: SavedSearch) -> None:
    """Keep a search under its name; one of the same name is replaced.

    BadRequest for a name or words that are too long, or more searches than are kept.
    """
    name = " ".join(search.name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or len(search.words) > LONGEST_WORDS:
        raise BadRequest("a search has a name of 1 to 64 printable characters, and at most 1024 characters to look for")
    with catalog.database.transaction() as cursor:
        cursor.execute(
            "INSERT OR REPLACE INTO saved_search(name, level, words, at) VALUES (?,?,?,?)",
            (name, search.level.value, search.words.strip(), now()),
        )
        if cursor.execute("SELECT count(*) FROM saved_search").fetchone()[0] > MOST_SEARCHES:
            raise BadRequest(f"at most {MOST_SEARCHES} searches are kept")


def saved_searches(catalog: Catalog) -> tuple[SavedSearch, ...]:
    """The searches that are kept, by name."""
    with catalog.database.reading() as cursor:
        rows = cursor.execute("SELECT name, level, words FROM saved_search ORDER BY name").fetchall()
    return tuple(SavedSearch(name=row[0], level=Level(row[1]), words=row[2]) for row in rows)


def drop_search(catalog: Catalog, name: str) -> None:
    """Forget a search. NotFound when there is none of this name."""
    with catalog.database.transaction() as cursor:
        if not cursor.execute("DELETE FROM saved_search WHERE name = ? RETURNING 1", (name,)).fetchone():
            raise NotFound("there is no search of this name")
