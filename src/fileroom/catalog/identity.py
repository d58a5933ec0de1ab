"""Who is the same patient: the rule, in one place, pure.

Two files are one person's when Issuer of Patient ID, Patient ID, the folded name and the birth date are all the same,
an absent part counting as a value of its own. Without a usable Patient ID nobody can be told from a stranger, so every
study gets an entry of its own. Nothing is ever merged unasked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from fileroom.catalog.words import fold

if TYPE_CHECKING:
    from fileroom.model.headers import Header

_PLACEHOLDER = re.compile(
    r"^(?:0+|x+|(?:anon\w*|unknown|none|null|nil|n ?a|no ?(id|name|patient ?id)|de ?identified\w*|removed|empty|"
    r"undefined|not ?(available|known|specified|given)|patient ?(id|name)?|noname|anonimo|sconosciuto)( \d+)?)$"
)
_SEPARATOR = "\x1f"

SAME_IDENTIFIERS = "same_identifiers"
NO_PATIENT_ID = "no_patient_id"


@dataclass(frozen=True, slots=True)
class Identity:
    """The key under which a patient is kept, whether nothing is known of who they are, and the reason as a code."""

    key: str
    anonymous: bool
    reason: str


@lru_cache(maxsize=1024)  # patients have many images
def is_placeholder(text: str) -> bool:
    """Whether ``text`` (an ID or a name) only says that there is none.

    >>> [is_placeholder(t) for t in ("", "ANON123", "Anonymous^", "0000", "UNKNOWN", "Rossi^Anna", "4711")]
    [True, True, True, True, True, False, False]
    """
    folded = fold(text)
    return not folded or bool(_PLACEHOLDER.match(folded))


def identify(header: Header) -> Identity:
    """The identity of the patient of ``header``."""
    return identity_of(
        header.study_instance_uid,
        header.patient_name,
        header.patient_id,
        header.issuer_of_patient_id,
        header.patient_birth_date,
    )


def identity_of(study_instance_uid: str, patient_name: str, patient_id: str, issuer: str, birth_date: str) -> Identity:
    """The same, of what a header says."""
    name = leading_group(patient_name)
    folded = _folded(name)
    if is_placeholder(patient_id):
        key = _SEPARATOR.join(("study", study_instance_uid, folded, birth_date.strip()))
        return Identity(key, is_placeholder(name), NO_PATIENT_ID)
    key = _SEPARATOR.join(("person", issuer.strip(), patient_id.strip(), folded, birth_date.strip()))
    return Identity(key, anonymous=False, reason=SAME_IDENTIFIERS)


def told(key: str) -> str:
    """Who is meant by a key, in words: for a rule on somebody of whom nothing is in the catalog.

    >>> told("person\x1f\x1f42\x1frossi mario\x1f19700312")
    'rossi mario, 42, 19700312'
    """
    kind, *parts = key.split(_SEPARATOR)
    issuer, patient_id, name, born = parts if kind == "person" else ("", "", *parts[1:])
    return ", ".join(filter(None, (name, patient_id, issuer, born)))


_folded = lru_cache(maxsize=1024)(fold)


def leading_group(name: str) -> str:
    """The component group a name is known by: the alphabetic one, else the first that is not empty (PS3.5 6.2.1)."""
    return next((group for group in name.split("=") if group.strip("^ ")), "")
