"""Where objects that are sent to us arrive: written raw, forced to the disk, and only then given a name.

An object lies in ``files/.inbox`` of the archive under a temporary name until it is whole; what has its name there is
whole and durable, and is taken in by whoever comes next (``receive.py``), after a crash too. Who receives much has
files ready for what comes (``ready.py``). Needs no catalog, so that
a process of its own may receive. Names are made by us: nothing of what a sender says gets into a path.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import struct
import time
from typing import TYPE_CHECKING

from fileroom.dicom.reading import Reading, read_header_from
from fileroom.dicom.wholeness import is_cut, is_misnamed
from fileroom.errors import BadRequest, FileroomError, NoRoom, Undecodable
from fileroom.intake.copying import RESERVE, sync_folder
from fileroom.intake.ready import CAPACITY, Ready, Slot, can_be, long_name, recover, settle
from fileroom.intake.straight import Buffers, Straight
from fileroom.model.outcomes import Detail, Outcome, Reason
from fileroom.sources.opened import opened_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

INBOX = ".inbox"
REFUSED = "refused"  # in it: what could not be taken in although its sender was told that it is safe
_PART = ".part"  # the end of the name of what is not whole yet
_ABANDONED = 3600.0  # seconds without a byte after which what is not whole is thrown away
_LOOK_FOR_ROOM = 64 << 20
_PIECE = 1 << 20
_WHO = re.compile(r"[a-z]{1,16}")
_NAME = re.compile(r"([a-z]{1,16})-(?:[0-9a-f]{64}-)?[0-9a-f]{16}")  # the longer ones are of earlier versions
_LONG = re.compile(_NAME.pattern + r"\.[0-9]{1,15}")  # what is not cut to its length yet
_WHOLE = re.compile(_NAME.pattern + r"(?:\.[0-9]{1,15})?")
# What identifies fileroom as the writer of a meta group (PS3.10 7.1); made of a UUID as PS3.5 B.2 says.
IMPLEMENTATION_CLASS_UID = "2.25.302411573291704318296475610283746519273"
IMPLEMENTATION_VERSION_NAME = "FILEROOM"
# A UID that may stand in a meta group we write. Digits and dots (PS3.5 9.1), but some programs that take names out make
# UIDs of letters as well, and files with these are kept wherever else they come from. What means something in a path
# never is.
UID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
_WHY: dict[Reason | None, str] = {
    Reason.TRUNCATED: "it ends early",
    Reason.DAMAGED: "it is damaged, or not in the transfer syntax it is sent in",
}


class Inbox:
    """The inbox of an archive whose own files lie in ``files``."""

    def __init__(self, files: Path) -> None:
        self.folder = os.path.join(os.path.realpath(files), INBOX)
        self._buffers = Buffers()
        self._ready: Ready | None = None

    @contextlib.contextmanager
    def made_ready(self) -> Iterator[None]:
        """Have files ready for what is sent, where the system has what that takes. For who holds the lock for it."""
        self.clear_up()
        if can_be():
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            self._ready = Ready(self.folder, self._buffers)
        try:
            yield
        finally:
            ready, self._ready = self._ready, None
            if ready is not None:
                ready.clear()

    def make_ready(self) -> None:
        """Make more of them, if any are missing."""
        if self._ready is not None:
            with contextlib.suppress(OSError):
                self._ready.replenish()

    def clear_up(self) -> None:
        """Keep what is whole of what a process left that had files ready. For who holds the lock for it."""
        with contextlib.suppress(OSError):
            recover(self.folder)

    def begin(
        self, who: str, *, sop_class_uid: str = "", sop_instance_uid: str = "", transfer_syntax_uid: str = ""
    ) -> Arrival:
        """A new object from ``who`` ("dicomweb", "dimse"): a file as PS3.10 has it.

        With the three UIDs it is a data set alone, as C-STORE sends it, and preamble and meta group are ours.
        BadRequest for what is no UID, NoRoom when the disk is full.
        """
        if not _WHO.fullmatch(who):
            raise BadRequest("the sender of an object is named by small letters")
        given = (sop_class_uid, sop_instance_uid, transfer_syntax_uid)
        head = meta_group(*given) if any(given) else b""
        arrival = Arrival(self.folder, who, self._buffers, self._ready, sop_class_uid)
        if head:
            arrival.write(head)
        return arrival

    def take(
        self,
        who: str,
        sop_class_uid: str,
        sop_instance_uid: str,
        transfer_syntax_uid: str,
        fill: Callable[[memoryview], int],
    ) -> str:
        """Keep a data set as it was sent; its name in the inbox.

        ``fill`` puts what comes next where it is told to, and says how many bytes: 0 at the end. Undecodable when it is
        no whole data set, BadRequest when it says of itself that it is another (PS3.4 B.2.3).
        """
        with self.begin(
            who,
            sop_class_uid=sop_class_uid,
            sop_instance_uid=sop_instance_uid,
            transfer_syntax_uid=transfer_syntax_uid,
        ) as arrival:
            arrival.write_from(fill)
            reading = arrival.finish()
            if reading.header is None:
                raise Undecodable(_WHY.get(reading.reason, "no data set with its identifiers"))
            if (reading.header.sop_instance_uid, reading.header.sop_class_uid) != (sop_instance_uid, sop_class_uid):
                raise BadRequest("the data set has another SOP class or instance than was said")
            return arrival.keep()

    def waiting(self) -> list[str]:
        """The names of what is whole and has not been taken in, the oldest first."""
        names = self._whole()
        long = [name for name in names if _LONG.fullmatch(name)]
        if long:
            with _in_our_words():
                settle(self.folder, long)
        return [name.partition(".")[0] for name in names]

    def _whole(self) -> list[str]:
        """The names of what is whole, the oldest first; those are long that are not cut to their length yet."""
        try:
            with os.scandir(self.folder) as entries:
                found = [(entry.stat().st_mtime_ns, entry.name) for entry in entries if _WHOLE.fullmatch(entry.name)]
        except FileNotFoundError:
            return []
        return [name for _, name in sorted(found)]

    def waits(self, left: float) -> bool:
        """Whether something does, and has for so many seconds."""
        found = self._whole()
        if not found or not left:
            return bool(found)
        with contextlib.suppress(OSError):
            return not 0 <= time.time() - os.stat(self.path(found[0])).st_mtime < left
        return False

    def is_quiet(self, seconds: float) -> bool:
        """Whether nothing began or ended to arrive for so long."""
        with contextlib.suppress(OSError):
            return not 0 <= time.time() - os.stat(self.folder).st_mtime < seconds
        return True

    def room(self) -> int:
        """How many bytes there is room for, as far as can be said now."""
        folder = self.folder
        while not os.path.isdir(folder):
            folder = os.path.dirname(folder)
        return max(0, shutil.disk_usage(folder).free - RESERVE)

    def path(self, name: str) -> str:
        """Where what has that name lies."""
        return os.path.join(self.folder, name)

    def sweep(self) -> None:
        """Throw away what never became whole: nobody has added to it for an hour."""
        if self._ready is not None:
            self._ready.fewer()
        with contextlib.suppress(OSError), os.scandir(self.folder) as entries:
            for entry in entries:
                if entry.name.endswith(_PART) and time.time() - entry.stat().st_mtime > _ABANDONED:
                    os.unlink(entry.path)

    def put_aside(self, name: str) -> None:
        """Keep what cannot be taken in where it is not tried again."""
        aside = os.path.join(self.folder, REFUSED)
        os.makedirs(aside, mode=0o700, exist_ok=True)
        os.replace(self.path(name), os.path.join(aside, name))


class Arrival:
    """An object that is arriving: ``write`` its bytes, ``finish``, and then ``keep`` or ``drop`` it.

    As a context it is dropped at the end unless it was kept.
    """

    def __init__(self, folder: str, who: str, buffers: Buffers, ready: Ready | None = None, kind: str = "") -> None:
        self._folder = folder
        self._who = who
        self._ready = ready
        self._kind = kind
        self._slot = ready.take(kind) if ready is not None else None
        self._until_look = CAPACITY if self._slot is not None else 0  # bytes; what is ready has its room already
        self._path = self._slot.path if self._slot is not None else self._temporary()
        with _in_our_words():
            self._file = self._slot or self._opened(buffers)

    def _temporary(self) -> str:
        return os.path.join(self._folder, secrets.token_hex(16) + _PART)

    def _opened(self, buffers: Buffers) -> Straight:
        try:
            return Straight(self._path, buffers)
        except FileNotFoundError:  # the first of all
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            return Straight(self._path, buffers)

    @property
    def size(self) -> int:
        """How many bytes were written."""
        return self._file.size

    def __enter__(self) -> Arrival:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop()

    def write(self, data: bytes | memoryview) -> None:
        """Add bytes. NoRoom when the disk is full, or nearly: the catalog has to say what happened."""
        with _in_our_words():
            self._needs(len(data))
            self._file.write(data)

    def write_from(self, fill: Callable[[memoryview], int]) -> None:
        """Add all bytes that ``fill`` puts where it is told to, until it says that these were 0. NoRoom as above."""
        while True:
            size = self._file.write_from(fill)
            if not size:
                return
            with _in_our_words():
                self._needs(size)

    def _needs(self, size: int) -> None:
        self._until_look -= size
        if self._until_look <= 0:
            if shutil.disk_usage(self._folder).free < RESERVE + size:
                raise OSError(errno.ENOSPC, "")
            self._until_look = _LOOK_FOR_ROOM

    def pieces(self) -> Iterator[bytes]:
        """The bytes that were written so far."""
        with _in_our_words():
            self._file.settle()
        at = 0
        while piece := self._file.read_at(at, _PIECE):
            yield piece
            at += len(piece)

    def finish(self) -> Reading:
        """All bytes are there: force them to the disk, and read what they say of themselves.

        The reading has no header when it is no whole object that has its identity, in the transfer syntax it names.
        """
        with _in_our_words():
            if self._ready is not None:
                self._ready.learn(self._kind, self._file.size)
            if self._slot is not None and not self._slot.fits():
                self._leave(self._slot)
            if self._slot is None:
                self._file.force()
        file = opened_source(self._file)
        reading = read_header_from(file)
        cut = reading.header is not None and is_cut(file, reading.header)
        if self._slot is None:
            self._file.close()  # as soon as can be
        if cut:
            return Reading(None, Outcome.UNREADABLE, Reason.TRUNCATED, Detail.PIXELS_CUT, b"", reading.size, 0)
        if reading.header is not None and is_misnamed(reading.header):
            return Reading(None, Outcome.UNREADABLE, Reason.DAMAGED, "", b"", reading.size, 0)
        return reading

    def keep(self) -> str:
        """Give it its name, durably: from now on it will be taken in. Returns the name."""
        with _in_our_words():
            if self._slot is not None:
                name = self._slot.name(self._who)
                self._slot.seal(self._who)
                self._path = ""
                os.rename(self._slot.path, os.path.join(self._folder, long_name(name, self._slot.size)))
                return name
            name = f"{self._who}-{secrets.token_hex(8)}"
            os.rename(self._path, os.path.join(self._folder, name))
            sync_folder(self._folder)
        self._path = ""
        return name

    def _leave(self, slot: Slot) -> None:
        """What outgrows the file that was ready becomes one like any other: elsewhere first, for there what has
        another length than all is taken for whole."""
        path, self._path = self._path, self._temporary()
        os.rename(path, self._path)
        slot.shorten()
        self._slot = None

    def drop(self) -> None:
        """Throw it away, unless it was kept."""
        self._file.close()
        if self._path:
            with contextlib.suppress(OSError):
                os.unlink(self._path)
            self._path = ""


def who_sent(name: str) -> str:
    """Who sent what has that name in the inbox."""
    found = _NAME.fullmatch(name)
    assert found is not None  # noqa: S101 - a name of ours
    return found[1]


def meta_group(sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str) -> bytes:
    """Preamble, prefix and File Meta Information (PS3.10 7.1) of a data set. BadRequest for what is no UID."""
    uids = (sop_class_uid, sop_instance_uid, transfer_syntax_uid)
    if not all(UID.fullmatch(uid) for uid in uids):
        raise BadRequest("an identifier holds what no UID may hold")
    elements = (
        struct.pack("<HH2sHI", 2, 1, b"OB", 0, 2) + b"\0\1",
        *(_short(number, b"UI", uid, b"\0") for number, uid in zip((0x02, 0x03, 0x10), uids, strict=True)),
        _short(0x12, b"UI", IMPLEMENTATION_CLASS_UID, b"\0"),
        _short(0x13, b"SH", IMPLEMENTATION_VERSION_NAME, b" "),
    )
    body = b"".join(elements)
    return bytes(128) + b"DICM" + struct.pack("<HH2sHI", 2, 0, b"UL", 4, len(body)) + body


def _short(element: int, vr: bytes, text: str, pad: bytes) -> bytes:
    value = text.encode("ascii")
    value += pad * (len(value) % 2)
    return struct.pack("<HH2sH", 2, element, vr, len(value)) + value


class _in_our_words(contextlib.AbstractContextManager[None]):  # noqa: N801 - reads as a verb, like suppress
    """What the disk of the archive says no with becomes ours."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, OSError):
            return
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise NoRoom("there is no room left where the archive lies") from error
        raise FileroomError("what was received could not be written") from error
