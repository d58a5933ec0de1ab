"""What the process beside an import does: read the headers it is told to, and pack them. ``aside.py`` is our side.

An import waits for it to be ready, so nothing is imported here that is not needed for every file.
"""

from __future__ import annotations

import contextlib
import gc
import marshal
import os
import queue
import signal
import struct
import sys
import threading
import time
from collections import deque
from functools import partial
from typing import IO, TYPE_CHECKING, Any, Final

from fileroom.catalog import packing
from fileroom.catalog.memory import Memory
from fileroom.dicom.reading import fetch_heads, read_header
from fileroom.intake.frames import frames_of
from fileroom.intake.pace import Pace
from fileroom.model.outcomes import Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fileroom.catalog.charsets import Charsets
    from fileroom.dicom.reading import Reading
    from fileroom.intake.pace import Turn
    from fileroom.model.headers import Header

BASES: Final = 2_000  # series whose headers both sides know
_TURNS: Final = 32  # pieces of work that are begun at once
HANDFUL: Final = 256  # files that are asked for, or told of, in one go: each time costs as much as several of them
_SOON: Final = 0.02  # seconds after which fewer will do
_FETCHED: Final = 1_000  # files that the disk is told of before they are read
_UNTIL_NEXT_LOOK: Final = 8  # pieces of work that threads do: by then what is read may have been fetched already
_STILL: Final = 16  # pieces of work of which it is told although nothing of the last one had to be fetched
_length = struct.Struct("<I")


def main() -> None:
    """The child: reads requests until there are none, and answers each in its turn."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a key in the terminal is for the one who started us
    gc.disable()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that prints gets between our words
    sys.path[:], said = receive(sys.stdin.buffer) or ([], ((), ()))
    charsets = _charsets(*said)
    requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_take, args=(sys.stdin.buffer, requests), daemon=True).start()
    with contextlib.suppress(OSError):
        send(answers, "ready")
        _answer(requests, answers, Pace(int(sys.argv[2]), _UNTIL_NEXT_LOOK), charsets)
    os._exit(0)  # nobody waits for what is still being read


def _charsets(places: Any, people: Any) -> Charsets | None:
    """What the user said that files are written in; few did."""
    if not places and not people:
        return None
    from fileroom.catalog.charsets import Charsets

    return Charsets.from_plain(places, people)


def _take(pipe: IO[bytes], requests: queue.SimpleQueue[Any]) -> None:
    while (said := receive(pipe)) is not None:
        requests.put(said)
    requests.put(None)


def _answer(requests: queue.SimpleQueue[Any], answers: IO[bytes], pace: Pace, charsets: Charsets | None) -> None:
    """Answer every request in its turn, while the next ones are being read."""
    packers, told = _Packers(), _Told(answers)
    turns: deque[Turn[list[Reading]]] = deque()
    asked: deque[tuple[str, list[str]]] = deque()
    ahead = _Ahead(pace, requests, asked)
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
        ahead.look()
        turns.append(pace.do(partial(_read, charsets, *asked.popleft())))


class _Ahead:
    """Has files fetched that are to be read soon, once the disk was waited for and as long as it has to be.

    The system is only told of them: a disk that knows of several hundred at once brings them in the order that suits
    it, and nobody stands waiting for each. Where nothing has to be fetched any more, nothing is asked for.
    """

    def __init__(self, pace: Pace, requests: queue.SimpleQueue[Any], asked: deque[tuple[str, list[str]]]) -> None:
        self._pace = pace
        self._requests = requests
        self._asked = asked
        self._told = 0  # pieces of those asked for, from the first on, that the system knows of
        self._files = 0  # that are in these
        self._still = 0  # pieces that are told of, come what may

    def look(self) -> None:
        """Before a piece is begun, which is then no longer among those asked for."""
        if self._pace.is_slow:
            self._still = _STILL
        if self._still > 0:
            self._fill()
            while self._told < len(self._asked) and self._files < _FETCHED:
                self._tell(*self._asked[self._told])
        if self._told > 0:
            self._told -= 1
            self._files -= len(self._asked[0][1])

    def _fill(self) -> None:
        """Know of all that is asked for by now; that it was the last is for those who wait."""
        while not self._requests.empty():
            said = self._requests.get()
            if said is None:
                self._requests.put(None)
                return
            self._asked.extend(said)

    def _tell(self, folder: str, names: list[str]) -> None:
        fetched = fetch_heads(folder, names)
        self._still = _STILL if fetched else self._still - 1
        self._told += 1
        self._files += len(names)


class _Told:
    """What is to be told, some of it at a time."""

    def __init__(self, answers: IO[bytes]) -> None:
        self._answers = answers
        self._bases: list[Any] = []
        self._turns: list[Any] = []
        self._files = 0
        self._since = time.monotonic()

    def tell(self, bases: list[Any], turn: tuple[Any, ...], files: int) -> None:
        """One more turn, with the bases that it needs."""
        self._bases += bases
        self._turns.append(turn)
        self._files += files
        if self._files >= HANDFUL or time.monotonic() - self._since > _SOON:
            self.send()

    def send(self) -> None:
        """All there is, at once."""
        if self._turns:
            send(self._answers, (self._bases, self._turns))
        self._bases, self._turns, self._files, self._since = [], [], 0, time.monotonic()


def _read(charsets: Charsets | None, folder: str, names: Sequence[str]) -> list[Reading]:
    paths = [os.path.join(folder, name) for name in names]
    if charsets is None:
        return [read_header(path) for path in paths]
    return [charsets.read(path, partial(read_header, path)) for path in paths]


class _Packer:
    """Packs headers against the first one of their series."""

    def __init__(self, number: int, base: Header) -> None:
        self.number = number
        self.base = base


class _Packers:
    """What packs the headers of each series that was met, by what places a header in it."""

    def __init__(self) -> None:
        self._known: Memory[tuple[str, ...], _Packer] = Memory(BASES)
        self._last: _Packer | None = None
        self._count = 0

    def packed(self, readings: Sequence[Reading]) -> tuple[list[Any], tuple[Any, ...], int]:
        """New bases with their numbers, what is to be told of the readings, and how many these are."""
        bases: list[Any] = []
        rows = [self._row(reading, bases) for reading in readings]
        return bases, _turn_of(rows), len(rows)

    def _row(self, reading: Reading, bases: list[Any]) -> tuple[Any, ...]:
        header = reading.header
        if header is None:
            outcome, reason = reading.outcome, reading.reason
            said = (outcome or Outcome.UNREADABLE).value, (reason or Reason.DAMAGED).value, reading.detail
            return (None, *said, reading.digest, reading.size, reading.mtime_ns)
        packer = self._last  # most files belong to the series of the file before
        differs = packing.differing(header, packer.base) if packer is not None else {}
        if packer is None or not packing.in_same_series(differs):
            packer = self._last = self._of_series(header, bases)
            differs = packing.differing(header, packer.base)
        size = reading.size
        return (
            packer.number,
            header.sop_instance_uid,
            header.sop_class_uid,
            header.instance_number,
            frames_of(header, size),
            packing.encode(differs),
            reading.digest,
            size,
            reading.mtime_ns,
        )

    def _of_series(self, header: Header, bases: list[Any]) -> _Packer:
        series = packing.series_said(header)
        known = self._known.get(series)
        if known is None:
            self._count += 1
            known = _Packer(self._count, header)
            self._known.keep(series, known)
            values = packing.values_of(header)
            bases.append((self._count, values, packing.pack_base(values)))
        return known


def _turn_of(rows: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    """Images that are all of one series: the number of its base, column after column, and all else by its place.

    Others one by one, with no base before them. Who writes them wants columns, and has more to do than we have.
    """
    images = [row for row in rows if row[0] is not None]
    if len({row[0] for row in images}) != 1:
        return None, (), list(enumerate(rows))
    (number, *_), *columns = zip(*images, strict=True)
    if len(images) == len(rows):
        return number, columns, []
    return number, columns, [(place, row) for place, row in enumerate(rows) if row[0] is None]


# -- what goes through the pipes -----------------------------------------------------------------------------------


def send(pipe: IO[bytes], said: Any) -> None:
    """Say something: plain values."""
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


def receive(pipe: IO[bytes]) -> Any:
    """What was sent, or None at the end."""
    data = receive_raw(pipe)
    return None if data is None else understood(data)


def receive_raw(pipe: IO[bytes]) -> bytes | None:
    """The same, for :func:`understood`: while one thread only waits, no other waits for it."""
    head = pipe.read(_length.size)
    if len(head) < _length.size:
        return None
    (length,) = _length.unpack(head)
    data = pipe.read(length)
    return data if len(data) == length else None


def understood(data: bytes) -> Any:
    """What was said."""
    return marshal.loads(data)  # noqa: S302 - from one of ours
