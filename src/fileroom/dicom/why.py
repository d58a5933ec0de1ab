"""What exactly is wrong with a file, as a code that every door can put into words."""

from __future__ import annotations

import errno
import zlib

from fileroom.dicom.source import EndsEarly, TooLong
from fileroom.dicom.walker import Damaged
from fileroom.model.outcomes import Detail

# The first row whose class fits; ValueError stands above several of them.
_OF_ERROR: tuple[tuple[type[BaseException], Detail], ...] = (
    (EndsEarly, Detail.ENDS_EARLY),
    (EOFError, Detail.ENDS_EARLY),
    (TooLong, Detail.TOO_LONG),
    (MemoryError, Detail.TOO_LONG),
    (OverflowError, Detail.TOO_LONG),
    (Damaged, Detail.ITEM_TOO_LONG),
    (RecursionError, Detail.TOO_DEEP),
    (zlib.error, Detail.BAD_DEFLATE),
)
_OF_ERRNO = {
    errno.EIO: Detail.DRIVE_ERROR,
    errno.ETIMEDOUT: Detail.NO_ANSWER,
    errno.EHOSTDOWN: Detail.NO_ANSWER,
    errno.EHOSTUNREACH: Detail.NO_ANSWER,
    errno.ENETDOWN: Detail.NO_ANSWER,
    errno.ENETUNREACH: Detail.NO_ANSWER,
    errno.ENOTCONN: Detail.NO_ANSWER,
    errno.EMFILE: Detail.TOO_MANY_OPEN,
    errno.ENFILE: Detail.TOO_MANY_OPEN,
    errno.ENAMETOOLONG: Detail.NAME_TOO_LONG,
}


def of_damage(error: Exception) -> Detail:
    """Why a header could not be understood."""
    return next((detail for kind, detail in _OF_ERROR if isinstance(error, kind)), Detail.NOT_UNDERSTOOD)


def of_errno(number: int) -> str:
    """Why the system would not read a file, where its reason alone does not say it; else the name of the error."""
    return _OF_ERRNO.get(number) or errno.errorcode.get(number, "")
