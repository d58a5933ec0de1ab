"""Other nodes, and keys for programs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fileroom.model.entries import Level, PersonName


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A long-lived key for a program; the secret itself is shown once and never kept."""

    name: str
    created: str
    last_used: str


class PeerKind(StrEnum):
    """How another node is spoken to."""

    DIMSE = "dimse"
    DICOMWEB = "dicomweb"


class PeerTrouble(StrEnum):
    """What is the matter with another node: codes that pages translate; errors say it in English."""

    NO_ANSWER = "no_answer"
    BROKE_OFF = "broke_off"
    SILENT = "silent"
    NOT_DICOM = "not_dicom"
    INSECURE = "insecure"
    REFUSED = "refused"
    CALLING_UNKNOWN = "calling_unknown"
    CALLED_UNKNOWN = "called_unknown"
    TOO_BUSY = "too_busy"
    NO_FIND = "no_find"
    NO_RETRIEVE = "no_retrieve"
    NO_SERVICE = "no_service"
    SAYS_NO = "says_no"
    NO_RESOURCES = "no_resources"
    SENT_NONE = "sent_none"
    UNKNOWN_TO_IT = "unknown_to_it"
    NOT_ALLOWED = "not_allowed"
    CANNOT_REACH_US = "cannot_reach_us"
    NOTHING_THERE = "nothing_there"
    BAD_NAME = "bad_name"
    BAD_PROOF = "bad_proof"
    BAD_TITLE = "bad_title"
    BAD_ADDRESS = "bad_address"
    BAD_URL = "bad_url"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another DICOM node that the user named. ``title`` (AE title), ``host`` and ``port`` are of a DIMSE node, ``url``
    is the root of a DICOMweb service. ``calls``: it may open associations to us, under its title and from its host.
    ``secret``: something that proves who we are is kept for it, sealed; it is never shown."""

    name: str
    kind: PeerKind
    title: str = ""
    host: str = ""
    port: int = 0
    url: str = ""
    calls: bool = False
    tls: bool = False
    secret: bool = False
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """A study or series as another node tells of it. ``instances`` is None when it does not say how many there are;
    ``here`` counts those that this archive has."""

    level: Level
    study_instance_uid: str
    series_instance_uid: str = ""
    name: PersonName
    patient_id: str = ""
    birth_date: str = ""
    sex: str = ""
    date: str = ""
    time: str = ""
    description: str = ""
    modalities: tuple[str, ...] = ()
    accession_number: str = ""
    number: int | None = None
    instances: int | None = None
    here: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What another node answered to words of the search box. ``more``: it has more than it was let tell; ``unasked``
    are the words that cannot be looked for there."""

    items: tuple[Elsewhere, ...]
    more: bool
    unasked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """What came of fetching from another node, or of sending to it. ``had`` were here already and were not asked for;
    ``failed`` can be tried again: what is done is not done twice."""

    state: str  # done, cancelled
    done: int
    failed: int
    had: int = 0
