"""One file's header, its outcome when there is none, and its fingerprint: what an import asks of a file.

What is a DICOM file here: one with ``DICM`` after a preamble of 128 bytes (PS3.10 7.1), or one without either whose
first element is of group 2 or 8 and in which the UIDs of a SOP class and instance turn up; many text files look like
data sets to a lenient reader.
"""

from __future__ import annotations

import errno
import os
import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom import primitives
from fileroom.dicom.drafts import Maker
from fileroom.dicom.header import header_of
from fileroom.dicom.primitives import digest as digest_by_zlib  # not compiled, whatever becomes of this module
from fileroom.dicom.source import EndsEarly, FileSource, OpenedSource
from fileroom.dicom.walker import Odd, Walk
from fileroom.dicom.why import of_damage, of_errno
from fileroom.model.outcomes import Detail, Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fileroom.dicom.fallback import Found
    from fileroom.model.headers import Header
    from fileroom.sources.opened import Opened

    Reader = Callable[[FileSource, str], Found]

__all__ = [
    "HEAD",
    "KIND",
    "Reading",
    "fetch_heads",
    "header_from_pydicom",
    "read_header",
    "read_header_by_pydicom",
    "read_header_from",
]

KIND: Final = "compiled" if primitives.COMPILED else "interpreted"  # which reader this one is
HEAD: Final = 16 << 10  # bytes of the first read, and at most so many go into the digest
_FIRST_GROUPS: Final = (b"\2\0", b"\x08\0", b"\0\2", b"\0\x08")
_ZEROS_LIMIT: Final = 64 << 20
_ZEROS_STEP: Final = 1 << 20

# A UID is digits and dots (PS3.5 9.1); real ones have letters and worse, and they are kept. What cannot be told
# apart from its neighbours on a screen, breaks a line or climbs folders is no identity.
_UID: Final = re.compile(r"(?!.*(?:^|/)\.{0,2}(?:/|$))[!-\[\]-~]+")
READ_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)

_OF_ERRNO: Final = {
    errno.EACCES: Reason.PERMISSION_DENIED,
    errno.EPERM: Reason.PERMISSION_DENIED,
    errno.ENOENT: Reason.VANISHED,
    errno.ENOTDIR: Reason.VANISHED,
    errno.ESTALE: Reason.VANISHED,
    errno.ELOOP: Reason.LINK_LOOP,
    errno.ENXIO: Reason.SPECIAL_FILE,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading one file.

    Without a header, ``outcome`` is NOT_DICOM, NO_IDENTITY or UNREADABLE, ``reason`` says why and ``detail`` how: a
    :class:`~fileroom.model.Detail`, the system's name of an error, or nothing; never a value of the file. ``digest`` is
    made of the CRC-32 of the two halves of the first min(16384, size, where the value of the pixel data begins) bytes:
    the same for the same content, whichever way it was read. It tells files apart that differ by accident, and is no
    proof against intent. ``size`` and ``mtime_ns`` are of the file that was opened; ``mtime_ns`` is 0 when it changed
    while it was read, so that it is read again.
    """

    header: Header | None
    outcome: Outcome | None
    reason: Reason | None
    detail: str
    digest: bytes
    size: int
    mtime_ns: int


_MAKER: Final = Maker(Reading)
_NOT_DICOM: Final = Outcome.NOT_DICOM
_NO_INSTANCE: Final = Reason.NO_SOP_INSTANCE_UID  # looked up once: members of an enumeration take their time
_NO_STUDY: Final = Reason.NO_STUDY_INSTANCE_UID
_NO_SERIES: Final = Reason.NO_SERIES_INSTANCE_UID
_HALF: Final = HEAD // 2


class _Refused(Exception):
    """Why there is no header."""

    def __init__(self, outcome: Outcome, reason: Reason, detail: str = "") -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.reason = reason
        self.detail = detail


def read_header(path: str, charset: str = "") -> Reading:
    """Read the header of the file at ``path``; never raises for what it finds there. Safe from any thread.

    ``charset`` is a name of :data:`fileroom.dicom.guessing.CHARSETS`, by which text is to be decoded whatever is
    declared; ValueError when it is none.
    """
    return _read(path, _read_fast, charset)


def fetch_heads(folder: str, names: Sequence[str]) -> int:
    """Have the system fetch what the first read of some files of a folder will ask for, without waiting for it.

    Gives how many blocks were not in memory, where the system tells. Safe from any thread.
    """
    return primitives.fetch(os.fsencode(folder), [os.fsencode(name) for name in names], HEAD)


def read_header_from(opened: Opened, charset: str = "") -> Reading:
    """As :func:`read_header`, of a member of a container; its time of change is what the container tells."""
    if charset:
        _must_be_known(charset)
    try:
        values = _read_open(OpenedSource.of(opened, HEAD), _read_fast, charset)
        reading: Reading = _MAKER.make(values, (opened.size, opened.mtime_ns if opened.stands() else 0))
    except OSError as error:
        return _unopened(error)
    return reading


def read_header_by_pydicom(path: str, charset: str = "") -> Reading:
    """As :func:`read_header`, by pydicom alone: the measure of the fast reader."""
    return _read(path, _by_pydicom, charset)


def header_from_pydicom(path: str) -> Header:
    """The header as pydicom has it. Raises ValueError where there is none."""
    reading = read_header_by_pydicom(path)
    if reading.header is None:
        raise ValueError(f"{reading.outcome}: {reading.reason} {reading.detail}")
    return reading.header


def _must_be_known(charset: str) -> None:
    from fileroom.dicom.guessing import codec_named  # few files want it: it is loaded for those

    codec_named(charset)


def _by_pydicom(source: FileSource, charset: str) -> Found:
    from fileroom.dicom.fallback import read_by_pydicom  # the same

    return read_by_pydicom(source, charset)


def _read(path: str, reader: Reader, charset: str) -> Reading:
    if charset:
        _must_be_known(charset)
    try:
        source = primitives.open_source(path, READ_FLAGS, HEAD)
    except (OSError, ValueError) as error:
        return _unopened(error)
    values, unchanged = None, False
    try:
        if source.regular:
            values = _read_open(source, reader, charset)
    except OSError as error:  # a bad sector, a drive that was pulled
        return _unopened(error)
    finally:
        unchanged = primitives.leave(source.fd, source.size, source.mtime_ns)
    if values is None:
        return Reading(None, Outcome.NOT_DICOM, Reason.SPECIAL_FILE, "", b"", 0, 0)
    reading: Reading = _MAKER.make(values, (source.size, source.mtime_ns if unchanged else 0))
    return reading


def _read_fast(source: FileSource, charset: str) -> Found:
    """By the fast reader; what it does not like, by pydicom."""
    walk = Walk(source)
    try:
        walk.run()
    except (Odd, struct.error, IndexError):
        return _by_pydicom(source, charset)
    except EndsEarly as early:
        return _read_cut(source, early, charset)
    return header_of(walk, charset), walk.directory, walk.pixel_position


def _read_cut(source: FileSource, early: EndsEarly, charset: str) -> Found:
    """pydicom takes what is there of a file that is cut; without its identity it stays a file that is cut."""
    try:
        found = _by_pydicom(source, charset)
    except Exception as error:  # noqa: BLE001 - what pydicom stumbles over there is that the file is cut
        raise error if _is_of_the_disk(error) else early from None
    header, directory, _ = found
    if not directory and not (header.sop_instance_uid and header.study_instance_uid and header.series_instance_uid):
        raise early
    return found


def _is_of_the_disk(error: Exception) -> bool:
    """Whether the operating system said no: pydicom raises OSError also for what it does not find in a file."""
    return isinstance(error, OSError) and error.errno is not None


def _unopened(error: OSError | ValueError) -> Reading:
    number = error.errno if isinstance(error, OSError) else None
    reason = _OF_ERRNO.get(number or 0, Reason.IO_ERROR)
    outcome = Outcome.NOT_DICOM if reason is Reason.SPECIAL_FILE else Outcome.UNREADABLE
    detail = "" if reason is not Reason.IO_ERROR else of_errno(number) if number else Detail.BAD_NAME
    return Reading(None, outcome, reason, detail, b"", 0, 0)


def _read_open(source: FileSource, reader: Reader, charset: str) -> list[Any]:
    """The values of a Reading up to the digest."""
    head = source.head
    header, outcome, reason, detail, digested = None, None, None, "", len(head)
    prefixed = head.startswith(b"DICM", 128)
    if not prefixed:
        reason = _sniff(source)
    if reason is not None:
        outcome = _NOT_DICOM
    else:
        try:
            found, directory, pixel_position = _found(source, reader, charset, prefixed)
            if pixel_position is not None:
                digested = min(pixel_position, digested)
            _check(found, source.size, directory)
            header = found
        except _Refused as refused:
            outcome, reason, detail = refused.outcome, refused.reason, refused.detail
    digest = primitives.digest(head, _HALF, digested) if primitives.folds() else digest_by_zlib(head, _HALF, digested)
    return [header, outcome, reason, detail, digest]


def _found(source: FileSource, reader: Reader, charset: str, prefixed: bool) -> Found:
    """Read, and say no in our own words."""
    try:
        found = reader(source, charset)
    except (EndsEarly, EOFError) as error:
        raise _unreadable(Reason.TRUNCATED, error, prefixed=prefixed) from error
    except Exception as error:  # a fuzzer found nine kinds of them in pydicom; RecursionError is one
        if _is_of_the_disk(error):
            raise
        raise _unreadable(Reason.DAMAGED, error, prefixed=prefixed) from error
    if not prefixed:
        header, directory, _ = found
        if not directory and not (header.sop_class_uid and header.sop_instance_uid):
            raise _Refused(Outcome.NOT_DICOM, Reason.NO_DICOM)
    return found


def _unreadable(reason: Reason, error: Exception, *, prefixed: bool) -> _Refused:
    if not prefixed:
        return _Refused(Outcome.NOT_DICOM, Reason.NO_DICOM)
    return _Refused(Outcome.UNREADABLE, reason, of_damage(error))


def _sniff(source: FileSource) -> Reason | None:
    """Why a file without preamble is no data set; None when it may be one: its first group is 2 or 8, in either byte
    order."""
    head = source.head
    if not head:
        return Reason.EMPTY_FILE
    if head[:2] in _FIRST_GROUPS:
        return None
    if head[0] == 0 and not any(head) and _only_zeros(source):
        return Reason.ALL_ZEROS
    return Reason.NO_DICOM


def _only_zeros(source: FileSource) -> bool:
    if source.size > _ZEROS_LIMIT:
        return False
    return not any(any(source.read_at(at, _ZEROS_STEP)) for at in range(0, source.size, _ZEROS_STEP))


def _check(header: Header, size: int, directory: bool) -> None:
    """Only what has its identity becomes an entry of the catalog (PS3.3 C.12.1, C.7.2.1, C.7.3.1)."""
    if directory and not header.sop_instance_uid:
        raise _Refused(Outcome.NO_IDENTITY, Reason.DICOMDIR)
    _check_uid(header.sop_instance_uid, _NO_INSTANCE)
    _check_uid(header.study_instance_uid, _NO_STUDY)
    _check_uid(header.series_instance_uid, _NO_SERIES)
    # An image that ends early can still be shown in part; pixel data that does, without an image, cannot.
    if header.rows is None and (header.pixel_offset or 0) + (header.pixel_length or 0) > size:
        raise _Refused(Outcome.UNREADABLE, Reason.TRUNCATED, Detail.PIXELS_CUT)


def _check_uid(uid: str, reason: Reason) -> None:
    if not uid:
        raise _Refused(Outcome.NO_IDENTITY, reason)
    if not primitives.is_digits_and_dots(uid) and not _UID.fullmatch(uid):
        raise _Refused(Outcome.NO_IDENTITY, reason, Detail.BAD_UID)
