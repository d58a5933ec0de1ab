"""The search language of people: what is typed into the search box, as terms. Pure, and the same for every door.

Words in any order are the beginnings of words of an entry. A field narrows one (``name:rossi``), quotes keep several
in one field (``desc:"torace basale"``), ``-`` leaves out what matches. Dates are read as people write them. Whatever
cannot be understood is looked for as text: nothing that is typed is an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from fileroom.catalog.dates import Days, days, month_of
from fileroom.catalog.scripts import hiragana, latin
from fileroom.catalog.words import JOINERS, LONGEST_TOKEN, fold


class Field(StrEnum):
    """The fields a search can be narrowed to; also the columns of the full-text index."""

    NAME = "name"
    ID = "id"
    BORN = "born"
    SEX = "sex"
    DATE = "date"
    DESCRIPTION = "description"
    ACCESSION = "accession"
    INSTITUTION = "institution"
    PHYSICIAN = "physician"
    MODALITY = "modality"
    BODY_PART = "part"
    EQUIPMENT = "equipment"
    UID = "uid"
    LABEL = "label"
    NOTE = "note"


# What people may call a field, in English and Italian; the beginning of a name will do (three letters at least).
_CALLED = {
    Field.NAME: "name patient nome paziente",
    Field.ID: "id patientid",
    Field.BORN: "born birthdate birth dob nato nata nascita",
    Field.SEX: "sex gender sesso",
    Field.DATE: "date studydate data",
    Field.DESCRIPTION: "description protocol descrizione protocollo",
    Field.ACCESSION: "accession acc accessione richiesta",
    Field.INSTITUTION: "institution hospital istituto ospedale struttura",
    Field.PHYSICIAN: "physician doctor referring medico dottore richiedente",
    Field.MODALITY: "modality modalita",
    Field.BODY_PART: "part body region parte distretto regione",
    Field.EQUIPMENT: "equipment manufacturer model station scanner macchina produttore modello stazione",
    Field.UID: "uid",
    Field.LABEL: "label tag etichetta",
    Field.NOTE: "note nota notes",
}
_SHORTEST_CALL = 3
_DATED = frozenset({Field.BORN, Field.DATE})
_MOST_TERMS = 32
_LONGEST = 4096
_YEAR_DIGITS = 4
_LONGEST_SPELLED_DATE = 4  # "12 de marzo 1970"

_PIECE = re.compile(
    r"""(?P<minus>-+(?=\S))?(?:(?P<field>[^\W\d_]+):(?=\S))?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))"""
)


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that is asked for: ``words``, each with its other spellings, all of which must begin words of
    ``field`` (of any field when ``None``), or ``days`` in which a date must lie. ``said`` is what was typed."""

    said: str
    words: tuple[tuple[str, ...], ...] = ()
    field: Field | None = None
    days: Days | None = None
    negated: bool = False


def parse(text: str) -> tuple[Term, ...]:
    """The terms of ``text``, at most 32, in the order they were typed.

    >>> [(t.field and t.field.value, [w[0] for w in t.words], t.negated) for t in parse("Rossi mod:ct -desc:scout")]
    [(None, ['rossi'], False), ('modality', ['ct'], False), ('description', ['scout'], True)]
    >>> parse("12 marzo 1970")[0].words, parse("date:2024..2025")[0].days
    ((('19700312',),), Days(first='20240101', last='20251231'))
    """
    pieces = _dates_together([match.groupdict() | {"said": match[0]} for match in _PIECE.finditer(text[:_LONGEST])])
    terms = [term for piece in pieces for term in _terms(piece)]
    return tuple(terms[:_MOST_TERMS])


Piece = dict[str, str | None]


def _terms(piece: Piece) -> list[Term]:
    field = field_called(piece["field"] or "")
    negated = bool(piece["minus"])
    said = piece["said"] or ""
    inside = piece["quoted"] if piece["quoted"] is not None else piece["bare"] or ""
    if field is None and piece["field"]:  # "T2:axial" names no field: it is text
        inside = f"{piece['field']} {inside}"
    if field in _DATED and (stretch := days(inside)):
        return [Term(said, (), field, stretch, negated)]
    if field is None and (stretch := days(inside)) and ".." in inside:
        return [Term(said, (), None, stretch, negated)]
    words = _words(inside) if field is not Field.UID else _words(inside.replace(".", ""))
    if not words:
        return []
    together = field is not None or piece["quoted"] is not None or negated
    return [Term(said, words, field, None, negated)] if together else [Term(said, (word,)) for word in words]


def _words(text: str) -> tuple[tuple[str, ...], ...]:
    """The words of ``text`` in the form of the index, each with its other spellings.

    >>> _words("O'Brien 12/03/1970 Иван")
    (('obrien',), ('19700312',), ('иван', 'ivan', 'yvan'))
    """
    found: list[tuple[str, ...]] = []
    for word in text.split():
        stretch = days(word)
        if stretch and len(stretch.beginning) > _YEAR_DIGITS:
            found.append((stretch.beginning,))
            continue
        whole = JOINERS.sub("", word)
        ways = [sorted(latin(part.casefold())) for part in whole.split()]
        parts = hiragana(fold(whole)).split()
        spelled = ways[0] if len(parts) == 1 and ways else []
        found += [tuple(s[:LONGEST_TOKEN] for s in (part, *spelled)) for part in parts]
    return tuple(found)


def field_called(name: str) -> Field | None:
    """The field that is meant by ``name``: in English or Italian, shortened to three letters or more."""
    plain = name.casefold().replace("à", "a")
    for field, names in _CALLED.items():
        if plain in names.split():
            return field
    if len(plain) >= _SHORTEST_CALL:
        for field, names in _CALLED.items():
            if any(called.startswith(plain) for called in names.split()):
                return field
    return None


def _dates_together(pieces: list[Piece]) -> list[Piece]:
    """``12 marzo 1970`` is one date and not three words; so is ``born:12 marzo 1970``."""
    done: list[Piece] = []
    at = 0
    while at < len(pieces):
        taken, piece = _spelled_date(pieces, at)
        done.append(piece)
        at += taken
    return done


def _spelled_date(pieces: list[Piece], at: int) -> tuple[int, Piece]:
    first = pieces[at]
    for length in range(min(_LONGEST_SPELLED_DATE, len(pieces) - at), 1, -1):
        parts = pieces[at : at + length]
        later = parts[1:]
        if any(p["field"] or p["minus"] or p["quoted"] is not None for p in later) or first["quoted"] is not None:
            continue
        spelled = " ".join(p["bare"] or "" for p in parts)
        if any(month_of(p["bare"] or "") for p in parts) and (stretch := days(spelled)) and stretch.beginning:
            return length, {**first, "bare": stretch.beginning, "said": " ".join(p["said"] or "" for p in parts)}
    return 1, first
