"""The SOP classes and transfer syntaxes that associations are about."""

from __future__ import annotations

from functools import cache
from typing import Final

from fileroom.model.entries import Level

VERIFICATION: Final = "1.2.840.10008.1.1"
COMMITMENT: Final = "1.2.840.10008.1.20.1"
COMMITMENT_INSTANCE: Final = "1.2.840.10008.1.20.1.1"  # the well-known instance (PS3.4 J.3.5)
_ROOT: Final = "1.2.840.10008.5.1.4.1.2."
PATIENT_FIND, PATIENT_MOVE, PATIENT_GET = (_ROOT + end for end in ("1.1", "1.2", "1.3"))
STUDY_FIND, STUDY_MOVE, STUDY_GET = (_ROOT + end for end in ("2.1", "2.2", "2.3"))
FIND: Final = frozenset({PATIENT_FIND, STUDY_FIND})
MOVE: Final = frozenset({PATIENT_MOVE, STUDY_MOVE})
GET: Final = frozenset({PATIENT_GET, STUDY_GET})
PATIENT_ROOT: Final = frozenset({PATIENT_FIND, PATIENT_MOVE, PATIENT_GET})

IMPLICIT: Final = "1.2.840.10008.1.2"
EXPLICIT: Final = "1.2.840.10008.1.2.1"
DEFLATED: Final = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN: Final = "1.2.840.10008.1.2.2"
# Compressed ones that images can be written in anew: JPEG-LS, JPEG 2000, HTJ2K, RLE, all of them without loss.
LOSSLESS: Final = (
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.5",
)

# PS3.4 C.6: what the standard calls the levels.
LEVELS: Final = {
    "PATIENT": Level.PATIENT,
    "STUDY": Level.STUDY,
    "SERIES": Level.SERIES,
    "IMAGE": Level.INSTANCE,
}
NAMES: Final = {level: name for name, level in LEVELS.items()}
UNIQUE: Final = {
    Level.PATIENT: "PatientID",
    Level.STUDY: "StudyInstanceUID",
    Level.SERIES: "SeriesInstanceUID",
    Level.INSTANCE: "SOPInstanceUID",
}


@cache
def _dictionary() -> dict[str, tuple[str, str, str, str, str]]:
    """All UIDs of the standard; pynetdicom knows some that are newer than pydicom's."""
    import pynetdicom  # noqa: F401 - it adds them
    from pydicom._uid_dict import UID_dictionary

    return UID_dictionary


@cache
def storage_classes() -> frozenset[str]:
    """Every storage class of the standard, the retired ones too: archives are full of them."""
    return frozenset(
        uid
        for uid, (name, kind, *_) in _dictionary().items()
        if kind == "SOP Class" and "Storage" in name and "Commitment" not in name and "Directory" not in name
    )


@cache
def transfer_syntaxes() -> frozenset[str]:
    """Every transfer syntax of the standard that data sets are stored in."""
    papyrus = "1.2.840.10008.1.20"
    return frozenset(uid for uid, (_, kind, *_) in _dictionary().items() if kind == "Transfer Syntax") - {papyrus}


def is_unknown_class(uid: str) -> bool:
    """Whether it is no class of the standard at all: of a manufacturer, or newer than we are."""
    return uid not in _dictionary()
