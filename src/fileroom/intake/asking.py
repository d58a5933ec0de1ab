"""What is typed into the search box, as a question to another node. Pure.

A node matches a few keys of its own (PS3.4 C.6.2.1), letter by letter and each in its field. So it is asked for no less
than what is meant, and its answers are held against the words by the same rule as our own entries.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fileroom.catalog.dates import FIRST_DAY, LAST_DAY, days
from fileroom.catalog.explain import matches
from fileroom.catalog.fields import tokens_of
from fileroom.catalog.language import Field, parse

if TYPE_CHECKING:
    from fileroom.catalog.language import Term
    from fileroom.model.peers import Elsewhere

# What another node tells of a study, and nothing else can be looked for there.
_TOLD: Final = frozenset(
    {Field.NAME, Field.ID, Field.BORN, Field.SEX, Field.DATE, Field.DESCRIPTION, Field.ACCESSION, Field.MODALITY}
    | {Field.UID}
)
_KEYS: Final = {
    Field.NAME: "PatientName",
    Field.ID: "PatientID",
    Field.DATE: "StudyDate",
    Field.ACCESSION: "AccessionNumber",
    Field.MODALITY: "ModalitiesInStudy",
    Field.UID: "StudyInstanceUID",
}
_MODALITIES: Final = frozenset("CR CT DX MG MR NM PT RF US XA".split())
_FIELD = re.compile(r"^[^\W\d_]+:")
_APART = re.compile(r"[^\w]+|_+")


@dataclass(frozen=True, slots=True)
class Question:
    """``keys`` for the node, the ``terms`` that its answers are held against, and as ``unasked`` what was typed and
    cannot be looked for there."""

    keys: dict[str, str]
    terms: tuple[Term, ...]
    unasked: tuple[str, ...]

    def holds(self, one: Elsewhere) -> bool:
        """Whether a study is what was meant. What the node matched and does not tell of is taken on its word."""
        texts = [
            *((Field.NAME, name) for name in (one.name.alphabetic, one.name.ideographic, one.name.phonetic)),
            (Field.ID, one.patient_id),
            (Field.BORN, one.birth_date),
            (Field.SEX, one.sex),
            (Field.DATE, one.date),
            (Field.DESCRIPTION, one.description),
            (Field.ACCESSION, one.accession_number),
            *((Field.MODALITY, modality) for modality in one.modalities),
            (Field.UID, one.study_instance_uid),
        ]
        document: dict[Field, set[str]] = {}
        for field, text in texts:
            if text:
                document.setdefault(field, set()).update(tokens_of(field, text))
        dates = {Field.BORN: {one.birth_date}, Field.DATE: {one.date}}
        asked = {field for field, key in _KEYS.items() if key in self.keys}
        terms = [term for term in self.terms if term.field not in asked or term.field in document]
        if self._is_lost(one):
            terms = [
                term for term in terms if _FIELD.sub("", term.said).strip('"') != self.keys["PatientName"].strip("*")
            ]
        return matches(terms, document, dates)

    def _is_lost(self, one: Elsewhere) -> bool:
        """Whether a node found by letters of a script that its answers have none of: Orthanc looks for 山田, and tells
        names in Latin-1 whatever it is asked in."""
        name = self.keys.get("PatientName", "").strip("*")
        told = one.name.alphabetic + one.name.ideographic + one.name.phonetic
        return not name.isascii() and "*" not in name and told.isascii()


def question(words: str) -> Question:
    """What to ask of a node for ``words`` of the search box.

    >>> question("rossi mod:ct date:2024").keys
    {'PatientName': '*rossi*', 'ModalitiesInStudy': 'CT', 'StudyDate': '20240101-20241231'}
    >>> question("Müller note:urgent").keys, question("Müller note:urgent").unasked
    ({'PatientName': '*M*ller*'}, ('note:urgent',))
    """
    terms, keys, unasked = [], dict[str, str](), []
    for term in parse(words):
        if term.field is not None and term.field not in _TOLD:
            unasked.append(term.said)
            continue
        terms.append(term)
        field = _field_of(term, keys)
        if field in _KEYS and not term.negated and (key := _key(field, term)):
            keys.setdefault(_KEYS[field], key)
    return Question(keys, tuple(terms), tuple(unasked))


def _field_of(term: Term, keys: dict[str, str]) -> Field | None:
    """The field in which a node is asked for a term. A word that stands alone is a modality, or else the first is a
    name, or an ID if it has digits: a node cannot be asked for a word wherever it stands."""
    if term.field is not None:
        return term.field
    if term.days:
        return Field.DATE
    said = term.said.strip('"')
    if said.upper() in _MODALITIES:
        return Field.MODALITY
    if "PatientName" in keys or "PatientID" in keys or days(said):
        return None
    return Field.ID if any(character.isdigit() for character in said) else Field.NAME


def _key(field: Field, term: Term) -> str:
    if field is Field.DATE:
        return _range(term)
    said = _FIELD.sub("", term.said).strip('"').replace("\\", "").strip()
    if field is Field.NAME:
        longest = max(said.split(), key=len, default="")
        plain = "*".join(_APART.split(_plain(longest))).strip("*")
        return f"*{plain}*" if plain else ""
    if field is Field.UID:
        return said
    return said.upper() if field is Field.MODALITY else f"{said}*" if said else ""


def _range(term: Term) -> str:
    """The days as a range (PS3.4 C.2.2.2.5); an end that is open is left out."""
    if term.days is None:
        return ""
    first = "" if term.days.first == FIRST_DAY else term.days.first
    last = "" if term.days.last == LAST_DAY else term.days.last
    return f"{first}-{last}" if first or last else ""


def _plain(text: str) -> str:
    """Letters with accents as anything: ``ü`` may be ``u`` or ``ue`` there, and in any character set."""
    parts = ((one, unicodedata.normalize("NFD", one)) for one in unicodedata.normalize("NFC", text))
    return "".join("*" if len(apart) > 1 and apart[0].isascii() else one for one, apart in parts)
