"""Reading headers in a process of its own, so that reading and writing need not take turns in one interpreter.

Started for large imports only. The child (``aside_there.py``) reads the files it is told, and packs what they say as
the catalog keeps it: a whole header for each series, and of its images what differs. What comes back is plain values
(``marshal``), a third of the work of whole headers. It holds no key and opens no catalog. Should it die, of a file or
of anything else, what it had in hand is read here.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, overload

from fileroom.catalog import packing
from fileroom.catalog.charsets import NONE, Charsets
from fileroom.dicom.reading import Reading
from fileroom.intake.aside_there import BASES, HANDFUL, receive_raw, send, understood
from fileroom.model.outcomes import Outcome, Reason

if TYPE_CHECKING:
    from fileroom.catalog.entries import SeriesRow
    from fileroom.intake.pace import Turn

_START_SECONDS: Final = 0.3  # that it may take to get ready without anything else being done about it
_ROOM: Final = 1 << 20  # bytes that it can say while nobody listens: what several thousand files hold
_SEARCH: Final = str(Path(__file__).parents[2])  # where the child finds what runs here
_START: Final = "import sys; sys.path.insert(0, sys.argv[1]); from fileroom.intake.aside_there import main; main()"


class Base:
    """The header of the first image of a series that the child met, and the series of the catalog it belongs to."""

    def __init__(self, values: tuple[Any, ...], text: str) -> None:
        self.values = values
        self.text = text  # the same, packed
        self.series: SeriesRow | None = None
        self.is_its = False  # the series has this very base: what was packed against it can be kept

    def belongs_to(self, series: SeriesRow) -> None:
        """Remember the series."""
        self.series = series
        self.is_its = packing.same_base(self.values, series.packer.base)


class Packed(NamedTuple):
    """What came of reading one file: all of it, without a :class:`Header` being made."""

    base: Base
    uid: str
    sop_class_uid: str
    number: int | None
    frames: int
    text: str  # against the base
    digest: bytes
    size: int
    mtime_ns: int

    def whole(self) -> Reading:
        """The same as the reader gives it."""
        header = packing.unpack(self.text, self.base.values, self.uid, self.number)
        return Reading(header, None, None, "", self.digest, self.size, self.mtime_ns)


class Together(Sequence["Reading | Packed"]):
    """What came of reading some files of which the images are of one series: these column by column, as they came.

    ``columns`` are those of :class:`Packed` after its base, ``others`` what is no image, by its place among the files.
    """

    __slots__ = ("_all", "base", "columns", "others")

    def __init__(self, base: Base, columns: Sequence[tuple[Any, ...]], others: dict[int, Reading]) -> None:
        self.base = base
        self.columns = columns
        self.others = others
        self._all: list[Reading | Packed] | None = None

    @property
    def uids(self) -> tuple[str, ...]:
        """The SOP Instance UIDs of the images."""
        uids: tuple[str, ...] = self.columns[0]
        return uids

    def one_by_one(self) -> list[Reading | Packed]:
        """Each on its own, in the order of the files."""
        if self._all is None:
            made: list[Reading | Packed] = [
                tuple.__new__(Packed, (self.base, *row)) for row in zip(*self.columns, strict=True)
            ]
            for place, reading in self.others.items():  # the first one first
                made.insert(place, reading)
            self._all = made
        return self._all

    def __len__(self) -> int:
        return len(self.columns[0]) + len(self.others)

    @overload
    def __getitem__(self, at: int) -> Reading | Packed: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Reading | Packed]: ...

    def __getitem__(self, at: int | slice) -> Reading | Packed | Sequence[Reading | Packed]:
        return self.one_by_one()[at]

    def __iter__(self) -> Iterator[Reading | Packed]:
        return iter(self.one_by_one())


Readings: TypeAlias = "Sequence[Reading | Packed]"


class Gone(Exception):
    """The child is no more."""


# -- here ----------------------------------------------------------------------------------------------------------


class Asked:
    """Some files that the child is to read: a :class:`~fileroom.intake.pace.Turn`."""

    __slots__ = ("_aside", "found", "gone")

    def __init__(self, aside: Aside) -> None:
        self._aside = aside
        self.found: Readings | None = None
        self.gone = False  # and the child with it

    def done(self) -> bool:
        """Whether there is an answer, or none to come."""
        self._aside.look()
        return self.found is not None or self.gone

    def result(self, timeout: float | None = None) -> Readings:
        """What came of it, waiting for it; TimeoutError after some seconds, Gone when the child is no more."""
        self._aside.wait_for(self, timeout)
        if self.found is None:
            raise Gone
        return self.found


class Aside:
    """The other process. Ready some tenths of a second after it was started, or never."""

    def __init__(self, readers: int, charsets: Charsets = NONE) -> None:
        self.ready = False
        self._waiting: deque[Asked] = deque()
        self._unsent: deque[tuple[str, list[str]]] = deque()
        self._unsent_files = 0
        self._started = time.monotonic()
        self._gone = False
        # A thread waits for what comes, and does nothing else: two that work take the interpreter from each other.
        self._arrived: deque[bytes] = deque()
        self._news = threading.Event()
        self._ended = False
        self._bases: dict[int, Base] = {}
        if not sys.executable or getattr(sys, "frozen", False):
            raise OSError("this is no Python that could be started again")
        # -P: nothing is imported from the folder we happen to be in; -S: it looks where we do, which it is told
        utf8 = ["-X", f"utf8={sys.flags.utf8_mode}"]  # names of files are to be the same text there
        command = [sys.executable, "-P", "-S", *utf8, "-c", _START, _SEARCH, str(readers)]
        self._child = subprocess.Popen(  # noqa: S603 - ourselves
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        _widen(_pipe(self._child.stdout))
        self._thread = threading.Thread(target=self._receive, name="fileroom-aside", daemon=True)
        self._thread.start()
        with contextlib.suppress(OSError):  # who receives finds out
            send(_pipe(self._child.stdin), ([path for path in sys.path if path], charsets.plain()))

    @property
    def at_hand(self) -> bool:
        """Whether it is ready, or will be in a moment."""
        return self.ready or (not self._gone and time.monotonic() - self._started < _START_SECONDS)

    def submit(self, folder: str, names: list[str]) -> Asked:
        """Have some files of a folder read, when :meth:`send` says so or there are enough of them."""
        asked = Asked(self)
        if self._gone:
            asked.gone = True
            return asked
        self._waiting.append(asked)
        self._unsent.append((folder, names))
        self._unsent_files += len(names)
        if len(self._waiting) == 1:
            self._send()
        elif self._unsent_files >= HANDFUL:
            self.send()
        return asked

    def send(self) -> None:
        """Ask for what has been kept for company: to be called before anything is waited for. A pipe does not hold much
        while nobody reads, so until it is ready all is kept."""
        self.look()
        if self.ready and self._unsent:
            self._send()

    def _send(self) -> None:
        asked = list(self._unsent)
        self._unsent.clear()
        self._unsent_files = 0
        with contextlib.suppress(OSError):  # who receives finds out, too
            send(_pipe(self._child.stdin), asked)

    def withdraw(self, asked: Turn[Readings]) -> bool:
        """Whether the first thing that was not sent yet is this one; it is to be read by who asked, then."""
        self.look()
        first = len(self._waiting) - len(self._unsent)
        if not self._unsent or self._gone or self._waiting[first] is not asked:
            return False
        del self._waiting[first]
        self._unsent_files -= len(self._unsent.popleft()[1])
        return True

    def wait_for(self, asked: Asked, timeout: float | None) -> None:
        """Until it is answered, or never will be; TimeoutError after some seconds."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            self._news.clear()
            if asked.done():
                return
            if not self._news.wait(None if end is None else max(end - time.monotonic(), 0)):
                raise TimeoutError

    def look(self) -> None:
        """Take in what has arrived."""
        ended = self._ended
        while self._arrived:
            self._take_in(understood(self._arrived.popleft()))
        if ended and not self._gone:
            self._gone, self.ready = True, False
            for asked in self._waiting:
                asked.gone = True
            self._waiting.clear()

    def stop(self) -> None:
        """End it; what it has in hand is Gone."""
        self._unsent.clear()
        with contextlib.suppress(OSError):
            self._child.kill()
        self._child.wait()
        self._thread.join()
        self.look()
        for pipe in (self._child.stdin, self._child.stdout):
            with contextlib.suppress(OSError):
                _pipe(pipe).close()

    def _receive(self) -> None:
        answers = _pipe(self._child.stdout)
        try:
            while (data := receive_raw(answers)) is not None:
                self._arrived.append(data)
                self._news.set()
        finally:
            self._ended = True
            self._news.set()

    def _take_in(self, said: Any) -> None:
        if said == "ready":
            self.ready = True
            return
        bases, turns = said
        for number, *base in bases:
            self._bases[number] = Base(*base)
            self._bases.pop(number - 2 * BASES, None)
        for number, columns, others in turns:
            asked = self._waiting.popleft()
            if number is None:
                asked.found = [self._reading(row) for _, row in others]
            else:
                told = {place: _without_header(row) for place, row in others}
                asked.found = Together(self._bases[number], columns, told)

    def _reading(self, row: tuple[Any, ...]) -> Reading | Packed:
        if row[0] is None:
            return _without_header(row)
        return tuple.__new__(Packed, (self._bases[row[0]], *row[1:]))  # in half the time


def _without_header(row: tuple[Any, ...]) -> Reading:
    _, outcome, reason, *rest = row
    return Reading(None, Outcome(outcome), Reason(reason), *rest)


def _widen(pipe: IO[bytes]) -> None:
    """Let a pipe hold more. Who listens has to wait for the interpreter, and who speaks would wait for him."""
    with contextlib.suppress(ImportError, AttributeError, OSError):  # elsewhere, or when we may not, it stays as it is
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _ROOM)


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise OSError("no pipe")
    return pipe
