"""What a search looks at: the texts of each field, of an entry and of all that stands above it. Pure.

One table says it for the full-text index, for the matcher in memory and for what is marked as found, so that the three
cannot disagree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fileroom.catalog.language import Field
from fileroom.catalog.words import date_tokens, tokens
from fileroom.model.entries import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Columns of the catalog's tables, by level and field. Their order is the order in which a match is told.
FIELDS: dict[Level, tuple[tuple[Field, str], ...]] = {
    Level.PATIENT: (
        (Field.NAME, "name_alphabetic"),
        (Field.NAME, "name_ideographic"),
        (Field.NAME, "name_phonetic"),
        (Field.ID, "patient_id"),
        (Field.ID, "issuer"),
        (Field.BORN, "birth_date"),
        (Field.SEX, "sex"),
    ),
    Level.STUDY: (
        (Field.DESCRIPTION, "description"),
        (Field.DATE, "date"),
        (Field.ACCESSION, "accession_number"),
        (Field.ACCESSION, "study_id"),
        (Field.INSTITUTION, "institution_name"),
        (Field.PHYSICIAN, "referring_physician_name"),
        (Field.UID, "study_instance_uid"),
    ),
    Level.SERIES: (
        (Field.DESCRIPTION, "description"),
        (Field.DESCRIPTION, "protocol_name"),
        (Field.BODY_PART, "body_part_examined"),
        (Field.MODALITY, "modality"),
        (Field.PHYSICIAN, "performing_physician_name"),
        (Field.EQUIPMENT, "station_name"),
        (Field.EQUIPMENT, "manufacturer"),
        (Field.EQUIPMENT, "manufacturer_model_name"),
        (Field.UID, "series_instance_uid"),
    ),
}


def _uid_tokens(text: str) -> set[str]:
    return tokens(text.replace(".", ""))


_TOKENS: dict[Field, Callable[[str], set[str]]] = {
    Field.BORN: date_tokens,
    Field.DATE: date_tokens,
    Field.UID: _uid_tokens,
}


def tokens_of(field: Field, text: str) -> set[str]:
    """The words by which ``text`` is found, as it stands in ``field``."""
    return _TOKENS[field](text) if field in _TOKENS else tokens(text)


def document(texts: Iterable[tuple[Field, str]]) -> dict[Field, set[str]]:
    """The words of many texts, by field: what the index holds of an entry."""
    found: dict[Field, set[str]] = {}
    for field, text in texts:
        if text:
            found.setdefault(field, set()).update(tokens_of(field, text))
    return found
