"""What the door answers: statuses of the services, and the one table from our errors to them."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from fileroom.errors import (
    BadRequest,
    CatalogError,
    FileroomError,
    NoRoom,
    NotFound,
    PeerError,
    Unavailable,
    Undecodable,
)


class Status(IntEnum):
    """Statuses that we answer (PS3.7 Annex C; the tables of PS3.4 named beside them)."""

    SUCCESS = 0x0000
    PENDING = 0xFF00  # PS3.4 Table C.4-1
    PENDING_KEYS_IGNORED = 0xFF01  # … a key that we do not match by was given a value
    CANCELLED = 0xFE00
    SUBOPERATIONS_WITH_FAILURES = 0xB000  # PS3.4 Tables C.4-2, C.4-3
    OUT_OF_RESOURCES = 0xA700  # PS3.4 Tables B.2-1, C.4-1
    NO_MATCHES_COUNTED = 0xA701  # out of resources: unable to calculate number of matches
    NO_SUBOPERATIONS = 0xA702  # out of resources: unable to perform sub-operations
    UNKNOWN_DESTINATION = 0xA801
    DOES_NOT_MATCH_CLASS = 0xA900  # the data set, or the identifier, does not match the SOP class
    CANNOT_UNDERSTAND = 0xC000
    UNABLE_TO_PROCESS = 0xC001
    PROCESSING_FAILURE = 0x0110
    NO_SUCH_INSTANCE = 0x0112
    NO_SUCH_CLASS = 0x0118
    CLASS_INSTANCE_CONFLICT = 0x0119
    UNRECOGNISED_OPERATION = 0x0211
    SOP_CLASS_NOT_SUPPORTED = 0x0122
    INVALID_ARGUMENT = 0x0115
    NO_SUCH_ACTION = 0x0123


# The first row whose class fits.
BY_ERROR: Final[tuple[tuple[type[FileroomError], Status], ...]] = (
    (NoRoom, Status.OUT_OF_RESOURCES),
    (BadRequest, Status.DOES_NOT_MATCH_CLASS),
    (Undecodable, Status.CANNOT_UNDERSTAND),
    (NotFound, Status.NO_SUCH_INSTANCE),
    (Unavailable, Status.PROCESSING_FAILURE),
    (PeerError, Status.NO_SUBOPERATIONS),
    (CatalogError, Status.OUT_OF_RESOURCES),
    (FileroomError, Status.UNABLE_TO_PROCESS),
)


def of_error(error: FileroomError) -> Status:
    """The status that says it."""
    return next(status for kind, status in BY_ERROR if isinstance(error, kind))


def is_warning(status: int) -> bool:
    """Whether a C-STORE with this status was done all the same (PS3.7 C.4)."""
    return status & 0xF000 == _WARNINGS or status in {0x0001, 0x0107, 0x0116}


_WARNINGS: Final = 0xB000
