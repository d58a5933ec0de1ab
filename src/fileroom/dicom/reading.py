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
from dataclasses import dataclass, replace
from stat import S_ISREG
from typing import TYPE_CHECKING, Final
from zlib import crc32

from fileroom.dicom import primitives
from fileroom.dicom.drafts import Maker
from fileroom.dicom.fallback import Found, read_by_pydicom
from fileroom.dicom.header import header_of
from fileroom.dicom.source import EndsEarly, FileSource, OpenedSource
from fileroom.dicom.walker import Odd, Walk
from fileroom.dicom.why import of_damage, of_errno
from fileroom.model import Detail, Header, Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from fileroom.sources.opened import Opened

__all__ = [
    "HEAD",
    "KIND",
    "Reading",
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
_NO_INSTANCE: Final = Reason.NO_SOP_INSTANCE_UID  # looked up once: members of an enumeration take their time
_NO_STUDY: Final = Reason.NO_STUDY_INSTANCE_UID
_NO_SERIES: Final = Reason.NO_SERIES_INSTANCE_UID
_HALF: Final = HEAD // 2
_two_words: Final = struct.Struct("<II").pack


class _Refused(Exception):
    """Why there is no header."""

    def __init__(self, outcome: Outcome, reason: Reason, detail: str = "") -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.reason = reason
        self.detail = detail


def read_header(path: str) -> Reading:
    """Read the header of the file at ``path``; never raises for what it finds there. Safe from any thread."""
    return _read(path, _read_fast)


def read_header_from(opened: Opened) -> Reading:
    """As :func:`read_header`, of a member of a container; its time of change is what the container tells."""
    try:
        reading = _read_open(OpenedSource.of(opened, HEAD), 0, _read_fast)
        return replace(reading, size=opened.size, mtime_ns=opened.mtime_ns if opened.stands() else 0)
    except OSError as error:
        return _unopened(error)


def read_header_by_pydicom(path: str) -> Reading:
    """As :func:`read_header`, by pydicom alone: the measure of the fast reader."""
    return _read(path, read_by_pydicom)


def header_from_pydicom(path: str) -> Header:
    """The header as pydicom has it. Raises ValueError where there is none."""
    reading = read_header_by_pydicom(path)
    if reading.header is None:
        raise ValueError(f"{reading.outcome}: {reading.reason} {reading.detail}")
    return reading.header


def _read(path: str, reader: Callable[[FileSource], Found]) -> Reading:
    try:
        fd, mode, size, mtime_ns, head = primitives.open_head(path, READ_FLAGS, HEAD)
    except (OSError, ValueError) as error:
        return _unopened(error)
    try:
        if not S_ISREG(mode):
            return Reading(None, Outcome.NOT_DICOM, Reason.SPECIAL_FILE, "", b"", 0, 0)
        return _read_open(FileSource(fd, size, head), mtime_ns, reader)
    except OSError as error:  # a bad sector, a drive that was pulled
        return _unopened(error)
    finally:
        os.close(fd)


def _read_fast(source: FileSource) -> Found:
    """By the fast reader; what it does not like, by pydicom."""
    walk = Walk(source)
    try:
        walk.run()
    except (Odd, struct.error, IndexError):
        return read_by_pydicom(source)
    except EndsEarly as early:
        return _read_cut(source, early)
    return header_of(walk), walk.directory, walk.pixel_position


def _read_cut(source: FileSource, early: EndsEarly) -> Found:
    """pydicom takes what is there of a file that is cut; without its identity it stays a file that is cut."""
    try:
        found = read_by_pydicom(source)
    except Exception as error:  # noqa: BLE001 - what pydicom stumbles over there is that the file is cut
        raise error if _is_of_the_disk(error) else early from None
    header, directory, _ = found
    if not directory and not all(uid for uid, _ in _identity(header)):
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


def _read_open(source: FileSource, mtime_ns: int, reader: Callable[[FileSource], Found]) -> Reading:
    head, size = source.head, source.size
    header, outcome, reason, detail, digested = None, None, None, "", len(head)
    try:
        found, directory, pixel_position = _found(source, reader)
        if pixel_position is not None:
            digested = pixel_position
        _check(found, size, directory)
        header = found
    except _Refused as refused:
        outcome, reason, detail = refused.outcome, refused.reason, refused.detail
    digest = _digest(head[:digested])
    _, size_now, mtime_ns_now = primitives.look(source.fd)
    if (size_now, mtime_ns_now) != (size, mtime_ns):
        mtime_ns = 0
    reading: Reading = _MAKER.make([header, outcome, reason, detail, digest, size, mtime_ns])
    return reading


def _digest(head: bytes) -> bytes:
    return _two_words(crc32(head[:_HALF]), crc32(head[_HALF:]) if len(head) > _HALF else 0)


def _found(source: FileSource, reader: Callable[[FileSource], Found]) -> Found:
    """Sniff, then read, and say no in our own words."""
    head = source.head
    prefixed = head[128:132] == b"DICM"
    if not prefixed:
        _sniff(source)
    try:
        found = reader(source)
    except (EndsEarly, EOFError) as error:
        raise _unreadable(Reason.TRUNCATED, error, prefixed=prefixed) from error
    except Exception as error:  # a fuzzer found nine kinds of them in pydicom; RecursionError is one
        if _is_of_the_disk(error):
            raise
        raise _unreadable(Reason.DAMAGED, error, prefixed=prefixed) from error
    header, directory, _ = found
    if not prefixed and not directory and not (header.sop_class_uid and header.sop_instance_uid):
        raise _Refused(Outcome.NOT_DICOM, Reason.NO_DICOM)
    return found


def _unreadable(reason: Reason, error: Exception, *, prefixed: bool) -> _Refused:
    if not prefixed:
        return _Refused(Outcome.NOT_DICOM, Reason.NO_DICOM)
    return _Refused(Outcome.UNREADABLE, reason, of_damage(error))


def _sniff(source: FileSource) -> None:
    """Whether a file without preamble may be a data set: its first group is 2 or 8 (either byte order)."""
    head = source.head
    if not head:
        raise _Refused(Outcome.NOT_DICOM, Reason.EMPTY_FILE)
    if head[:2] in _FIRST_GROUPS:
        return
    if not any(head) and _only_zeros(source):
        raise _Refused(Outcome.NOT_DICOM, Reason.ALL_ZEROS)
    raise _Refused(Outcome.NOT_DICOM, Reason.NO_DICOM)


def _only_zeros(source: FileSource) -> bool:
    if source.size > _ZEROS_LIMIT:
        return False
    return not any(any(source.read_at(at, _ZEROS_STEP)) for at in range(0, source.size, _ZEROS_STEP))


def _check(header: Header, size: int, directory: bool) -> None:
    """Only what has its identity becomes an entry of the catalog (PS3.3 C.12.1, C.7.2.1, C.7.3.1)."""
    if directory and not header.sop_instance_uid:
        raise _Refused(Outcome.NO_IDENTITY, Reason.DICOMDIR)
    for uid, reason in _identity(header):
        if not uid:
            raise _Refused(Outcome.NO_IDENTITY, reason)
        if not primitives.is_digits_and_dots(uid) and not _UID.fullmatch(uid):
            raise _Refused(Outcome.NO_IDENTITY, reason, Detail.BAD_UID)
    # An image that ends early can still be shown in part; pixel data that does, without an image, cannot.
    if header.rows is None and (header.pixel_offset or 0) + (header.pixel_length or 0) > size:
        raise _Refused(Outcome.UNREADABLE, Reason.TRUNCATED, Detail.PIXELS_CUT)


def _identity(header: Header) -> tuple[tuple[str, Reason], ...]:
    return (
        (header.sop_instance_uid, _NO_INSTANCE),
        (header.study_instance_uid, _NO_STUDY),
        (header.series_instance_uid, _NO_SERIES),
    )
