"""Reading headers in a process of its own, so that reading and writing need not take turns in one interpreter.

Started for large imports only. The child reads the files it is told, and packs what they say as the catalog keeps it:
a whole header for each series, and of its images what differs. What comes back is plain values (``marshal``), a
third of the work of whole headers. It holds no key and opens no catalog. Should it die, of a file or of anything else,
what it had in hand is read here.
"""

from __future__ import annotations

import contextlib
import gc
import marshal
import os
import queue
import signal
import struct
import subprocess
import sys
import threading
import time
from collections import deque
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple

from fileroom.catalog import packing
from fileroom.catalog.charsets import NONE, Charsets
from fileroom.catalog.memory import Memory
from fileroom.dicom.reading import Reading, read_header
from fileroom.intake.frames import frames_of
from fileroom.intake.pace import Pace
from fileroom.model.outcomes import Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fileroom.catalog.entries import SeriesRow

_BASES: Final = 2_000  # series whose headers both sides know
_TURNS: Final = 32  # pieces of work that are begun at once
_HANDFUL: Final = 256  # files that are asked for, or told of, in one go: each time costs as much as several of them
_SOON: Final = 0.02  # seconds after which fewer will do
_START_SECONDS: Final = 0.3  # that it may take to get ready without anything else being done about it
_length = struct.Struct("<I")
_SEARCH: Final = str(Path(__file__).parents[2])  # where the child finds what runs here
_START: Final = "import sys; sys.path.insert(0, sys.argv[1]); from fileroom.intake.aside import main; main()"


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
        # -P: nothing is imported from the folder we happen to be in
        command = [sys.executable, "-P", "-c", _START, _SEARCH, str(readers)]
        self._child = subprocess.Popen(  # noqa: S603 - ourselves
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._thread = threading.Thread(target=self._receive, name="fileroom-aside", daemon=True)
        self._thread.start()
        with contextlib.suppress(OSError):  # who receives finds out
            _send(_pipe(self._child.stdin), charsets.plain())

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
        elif self._unsent_files >= _HANDFUL:
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
            _send(_pipe(self._child.stdin), asked)

    def withdraw(self, future: Future[list[Reading | Packed]]) -> bool:
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
            while (said := _receive(answers)) is not None:
                if said == "ready":
                    self.ready = True
                    continue
                bases, turns = said
                for number, *base in bases:
                    self._bases[number] = Base(*base)
                    self._bases.pop(number - 2 * _BASES, None)
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


def _send(pipe: IO[bytes], said: Any) -> None:
    try:
        data = marshal.dumps(said)
    except ValueError:  # pydicom has kinds of text and numbers of its own
        data = marshal.dumps(_simple(said))
    pipe.write(_length.pack(len(data)) + data)
    pipe.flush()


def _simple(said: Any) -> Any:
    if isinstance(said, (tuple, list)):
        return tuple(_simple(one) for one in said)
    if isinstance(said, str):
        return str.__str__(said)
    if isinstance(said, float):
        return float(said)
    return said if said is None or isinstance(said, (bool, bytes)) else int(said)


def _receive(pipe: IO[bytes]) -> Any:
    """What was sent, or None at the end."""
    head = pipe.read(_length.size)
    if len(head) < _length.size:
        return None
    (length,) = _length.unpack(head)
    data = pipe.read(length)
    return marshal.loads(data) if len(data) == length else None  # noqa: S302 - from our own child


# -- there ---------------------------------------------------------------------------------------------------------


def main() -> None:
    """The child: reads requests until there are none, and answers each in its turn."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a key in the terminal is for the one who started us
    gc.disable()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that prints gets between our words
    charsets = Charsets.from_plain(*(_receive(sys.stdin.buffer) or ((), ())))
    requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_take, args=(sys.stdin.buffer, requests), daemon=True).start()
    with contextlib.suppress(OSError):
        _send(answers, "ready")
        _answer(requests, answers, Pace(int(sys.argv[2])), charsets)
    os._exit(0)  # nobody waits for what is still being read


def _take(pipe: IO[bytes], requests: queue.SimpleQueue[Any]) -> None:
    while (said := _receive(pipe)) is not None:
        requests.put(said)
    requests.put(None)


def _answer(requests: queue.SimpleQueue[Any], answers: IO[bytes], pace: Pace, charsets: Charsets) -> None:
    """Answer every request in its turn, while the next ones are being read."""
    packers, told = _Packers(), _Told(answers)
    turns: deque[Future[list[Reading]]] = deque()
    asked: deque[tuple[str, list[str]]] = deque()
    while True:
        while turns and (turns[0].done() or len(turns) > _TURNS or (not asked and requests.empty())):
            told.tell(*packers.packed(turns.popleft().result()))
        if not asked:
            if requests.empty():
                told.send()
            said = requests.get()
            if said is None:
                return
            asked.extend(said)
        turns.append(pace.do(partial(_read, charsets, *asked.popleft())))


class _Told:
    """What is to be told, some of it at a time."""

    def __init__(self, answers: IO[bytes]) -> None:
        self._answers = answers
        self._bases: list[Any] = []
        self._turns: list[Any] = []
        self._files = 0
        self._since = time.monotonic()

    def tell(self, bases: list[Any], rows: list[Any]) -> None:
        """One more turn, with the bases that it needs."""
        self._bases += bases
        self._turns.append(rows)
        self._files += len(rows)
        if self._files >= _HANDFUL or time.monotonic() - self._since > _SOON:
            self.send()

    def send(self) -> None:
        """All there is, at once."""
        if self._turns:
            _send(self._answers, (self._bases, self._turns))
        self._bases, self._turns, self._files, self._since = [], [], 0, time.monotonic()


def _read(charsets: Charsets, folder: str, names: Sequence[str]) -> list[Reading]:
    paths = [os.path.join(folder, name) for name in names]
    if not charsets:
        return [read_header(path) for path in paths]
    return [charsets.read(path, partial(read_header, path)) for path in paths]


class _Packers:
    """What packs the headers of each series that was met, by what places a header in it."""

    def __init__(self) -> None:
        self._known: Memory[tuple[str, ...], tuple[int, packing.Packer]] = Memory(_BASES)
        self._last = 0

    def packed(self, readings: Sequence[Reading]) -> tuple[list[Any], list[Any]]:
        """New bases with their numbers, and a row for each reading."""
        bases: list[Any] = []
        return bases, [self._row(reading, bases) for reading in readings]

    def _row(self, reading: Reading, bases: list[Any]) -> tuple[Any, ...]:
        header = reading.header
        if header is None:
            outcome, reason = reading.outcome, reading.reason
            said = (outcome or Outcome.UNREADABLE).value, (reason or Reason.DAMAGED).value, reading.detail
            return (None, *said, reading.digest, reading.size, reading.mtime_ns)
        values = packing.values_of(header)
        series = packing.series_said(header)
        known = self._known.get(series)
        if known is None:
            self._last += 1
            known = (self._last, packing.Packer(values))
            self._known.keep(series, known)
            bases.append((self._last, values, packing.pack_base(values)))
        number, packer = known
        frames = frames_of(header, reading.size)
        return (
            number,
            header.sop_instance_uid,
            header.sop_class_uid,
            header.instance_number,
            frames,
            packer.pack(values),
            reading.digest,
            reading.size,
            reading.mtime_ns,
        )
