"""Whom a PatientName may mean (PS3.4 C.2.2.2.4): the few patients that it matches, found before anything is joined.

Names are matched letter by letter, which no index answers. But whoever is called ``Ros*^M?rio`` has words that begin
with "ros" and with "m", and those the full-text index knows; what it gives is then matched as it is asked for. A
pattern that begins with a wildcard leaves nothing to look up: then the names of all patients are gone through, still
a hundredth of the work of going through their studies.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select, text

from fileroom.catalog import matching
from fileroom.catalog import schema as t
from fileroom.catalog.words import LONGEST_TOKEN, fold
from fileroom.model.entries import Level
from fileroom.model.queries import Match

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fileroom.model.queries import Query

FEW: Final = 2000  # of more it is quicker to go through the list in its order
_WILD: Final = re.compile(r"[*?]")
_ASCII: Final = re.compile(r"[\x00-\x7f]*")
_MARK: Final = re.compile(r"[\W_]")


def few(connection: Connection, query: Query) -> list[int] | None:
    """The rows of the patients whose name matches a query; None when it asks for no name, or they are many."""
    asked = next(
        (one for one in query.conditions if one.keyword == "PatientName" and one.match is not Match.RANGE), None
    )
    if asked is None or len(asked.values) != 1 or not asked.values[0].strip("*"):
        return None
    found = select(t.patient.c.id).where(matching.clause(asked, Level.PATIENT)).limit(FEW + 1)
    if starts := beginnings(asked.values[0]):
        wanted = " AND ".join(f'"{start}"*' for start in starts)
        words = text("SELECT rowid FROM patient_words WHERE patient_words MATCH :names")
        known = words.bindparams(bindparam("names", f"{{name}} : ({wanted})")).columns(t.patient.c.id)
        found = found.where(t.patient.c.id.in_(known.scalar_subquery()))
    rows = [row[0] for row in connection.execute(found)]
    return rows if len(rows) <= FEW else None


def beginnings(pattern: str) -> list[str]:
    """The words, folded, that some words of every name begin with that the pattern matches. Pure.

    Only what is ASCII: how other letters are folded may hang on what follows them.

    >>> beginnings("Ros*^M?rio"), beginnings("*oss^Mario"), beginnings("O'Neil*"), beginnings("Müller^A*")
    (['ros', 'm'], ['mario'], ['o', 'neil'], ['m'])
    """
    found: list[str] = []
    for number, run in enumerate(_WILD.split(pattern)):
        plain = _ASCII.match(run)
        whole = plain.group() if plain else ""
        if number:  # a wildcard goes before: its first word may have begun before that
            mark = _MARK.search(whole)
            whole = whole[mark.start() :] if mark else ""
        found += fold(whole).split()
    return [word[:LONGEST_TOKEN] for word in dict.fromkeys(found)]
