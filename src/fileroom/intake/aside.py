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
from concurrent.futures import Future
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple

from fileroom.catalog import packing
from fileroom.catalog.charsets import NONE, Charsets
from fileroom.dicom.reading import Reading
from fileroom.intake.aside_there import BASES, HANDFUL, receive, send
from fileroom.model.outcomes import Outcome, Reason

if TYPE_CHECKING:
    from fileroom.catalog.entries import SeriesRow
    from fileroom.intake.pace import Turn

_START_SECONDS: Final = 0.3  # that it may take to get ready without anything else being done about it
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


class Gone(Exception):
    """The child is no more."""


# -- here ----------------------------------------------------------------------------------------------------------


class Aside:
    """The other process. Ready some tenths of a second after it was started, or never."""

    def __init__(self, readers: int, charsets: Charsets = NONE) -> None:
        self.ready = False
        self._waiting: deque[Future[list[Reading | Packed]]] = deque()
        self._unsent: deque[tuple[str, list[str]]] = deque()
        self._unsent_files = 0
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._gone = False
        self._bases: dict[int, Base] = {}
        if not sys.executable or getattr(sys, "frozen", False):
            raise OSError("this is no Python that could be started again")
        # -P: nothing is imported from the folder we happen to be in; -S: it looks where we do, which it is told
        utf8 = ["-X", f"utf8={sys.flags.utf8_mode}"]  # names of files are to be the same text there
        command = [sys.executable, "-P", "-S", *utf8, "-c", _START, _SEARCH, str(readers)]
        self._child = subprocess.Popen(  # noqa: S603 - ourselves
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._thread = threading.Thread(target=self._receive, name="fileroom-aside", daemon=True)
        self._thread.start()
        with contextlib.suppress(OSError):  # who receives finds out
            send(_pipe(self._child.stdin), ([path for path in sys.path if path], charsets.plain()))

    @property
    def at_hand(self) -> bool:
        """Whether it is ready, or will be in a moment."""
        return self.ready or (not self._gone and time.monotonic() - self._started < _START_SECONDS)

    def submit(self, folder: str, names: list[str]) -> Future[list[Reading | Packed]]:
        """Have some files of a folder read, when :meth:`send` says so or there are enough of them. The future raises
        Gone when the child is no more."""
        future: Future[list[Reading | Packed]] = Future()
        with self._lock:
            if self._gone:
                future.set_exception(Gone())
                return future
            self._waiting.append(future)
        self._unsent.append((folder, names))
        self._unsent_files += len(names)
        if len(self._waiting) == 1:
            self._send()
        elif self._unsent_files >= HANDFUL:
            self.send()
        return future

    def send(self) -> None:
        """Ask for what has been kept for company: to be called before anything is waited for. A pipe does not hold much
        while nobody reads, so until it is ready all is kept."""
        if self.ready and self._unsent:
            self._send()

    def _send(self) -> None:
        asked = list(self._unsent)
        self._unsent.clear()
        self._unsent_files = 0
        with contextlib.suppress(OSError):  # who receives finds out, too
            send(_pipe(self._child.stdin), asked)

    def withdraw(self, future: Turn[list[Reading | Packed]]) -> bool:
        """Whether the first thing that was not sent yet is this one; it is to be read by who asked, then."""
        with self._lock:
            first = len(self._waiting) - len(self._unsent)
            if not self._unsent or self._gone or self._waiting[first] is not future:
                return False
            del self._waiting[first]
            self._unsent_files -= len(self._unsent.popleft()[1])
        return True

    def stop(self) -> None:
        """End it; what it has in hand is Gone."""
        self._unsent.clear()
        with contextlib.suppress(OSError):
            self._child.kill()
        self._child.wait()
        self._thread.join()
        for pipe in (self._child.stdin, self._child.stdout):
            with contextlib.suppress(OSError):
                _pipe(pipe).close()

    def _receive(self) -> None:
        answers = _pipe(self._child.stdout)
        try:
            while (said := receive(answers)) is not None:
                if said == "ready":
                    self.ready = True
                    continue
                bases, turns = said
                for number, *base in bases:
                    self._bases[number] = Base(*base)
                    self._bases.pop(number - 2 * BASES, None)
                for rows in turns:
                    found = [self._reading(row) for row in rows]
                    with self._lock:
                        future = self._waiting.popleft()
                    future.set_result(found)
        finally:
            self.ready = False
            with self._lock:
                self._gone = True
            for future in self._waiting:
                future.set_exception(Gone())

    def _reading(self, row: tuple[Any, ...]) -> Reading | Packed:
        if row[0] is not None:
            return tuple.__new__(Packed, (self._bases[row[0]], *row[1:]))  # in half the time
        _, outcome, reason, *rest = row
        return Reading(None, Outcome(outcome), Reason(reason), *rest)


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise OSError("no pipe")
    return pipe
