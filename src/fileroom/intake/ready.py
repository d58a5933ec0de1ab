"""Files that lie ready for what will be sent: their room on the disk is taken and written with zeros beforehand.

To force a new file to the disk the file system has to write down its name, its size and where it lies; to force bytes
into a file that is there already, none of that. So a few hundred files of one size lie in ``ready`` of the inbox. What
arrives is written into the next of them, straight to the disk, with a seal behind it: how long it is, from whom, and a
digest. When these are forced it is safe. It moves into the inbox under a name that ends with its length, and whoever
takes in what is there cuts it first; others are made ready in its place.

What a crash leaves is told by this: a file with a seal whose digest is right is whole, and so is what has such a name;
one that is shorter than all is whole too, for it is cut only then; anything else was never answered for, and goes.

One process may have files ready, the one that holds the lock for it; whoever gets that lock may clear up.
"""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import re
import secrets
import shutil
import struct
import time
from collections import deque
from typing import TYPE_CHECKING, Final

import xxhash

from fileroom.intake.copying import RESERVE, sync_folder
from fileroom.intake.straight import BLOCK, DIRECT, ROOM, Buffers, Straight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

READY: Final = "ready"
CAPACITY: Final = ROOM  # bytes: a CT or MR image, and its seal
FEWEST: Final = 64
MOST: Final = 2048
_SHARE: Final = 64  # of the room that is left they take no more than one part in so many
_AT_ONCE: Final = 64
_QUIET: Final = 1.0  # seconds without an arrival after which as many are made as are missing
_SEAL: Final = struct.Struct("<16sQ16s16s")  # what it is, bytes, who sent it, digest
_WHAT: Final = b"fileroom arrival"
_OURS: Final = re.compile(r"[0-9a-f]{16}(?:\.new)?")
_TOKEN: Final = 8  # bytes
_NEW: Final = ".new"
_ZEROS: Final = mmap.mmap(-1, CAPACITY)  # begins at a page
_ZEROS.write(bytes(CAPACITY))  # pages of its own: the system takes longer to write one that was never written to


class Slot(Straight):
    """One of the files, while something arrives in it."""

    def __init__(self, path: str, buffers: Buffers) -> None:
        super().__init__(path, buffers, new=False)
        self.path = path
        self._digest = xxhash.xxh3_128()

    def write(self, data: bytes | memoryview) -> None:
        """Add bytes."""
        if self.fits():
            self._digest.update(data)
        super().write(data)

    def write_from(self, fill: Callable[[memoryview], int]) -> int:
        """As :meth:`Straight.write_from`."""

        def seen(into: memoryview) -> int:
            size = fill(into)
            self._digest.update(into[:size])
            return size

        return super().write_from(seen)

    def name(self, who: str) -> str:
        """The name that what was written is to have in the inbox."""
        return _named(who, os.path.basename(self.path))

    def fits(self) -> bool:
        """Whether what was written, and a seal, have room in what was made ready."""
        return self.size + -self.size % BLOCK + BLOCK <= CAPACITY

    def seal(self, who: str) -> None:
        """Write the seal, and force all of it to the disk."""
        self.force_with(_SEAL.pack(_WHAT, self.size, who.encode(), self._digest.digest()).ljust(BLOCK, b"\0"))

    def shorten(self) -> None:
        """Be a file like any other, as long as what was written."""
        self.settle()
        os.ftruncate(self._handle, self.size)


class Ready:
    """The files that lie ready in the inbox ``folder``. Safe to use from several threads."""

    def __init__(self, folder: str, buffers: Buffers) -> None:
        self._inbox = folder
        self._folder = os.path.join(folder, READY)
        self._buffers = buffers
        self._free: deque[str] = deque()
        self._larger: set[str] = set()
        self._taken = 0
        self._wanted = FEWEST
        self._last = -_QUIET

    # -- what arrives ----------------------------------------------------------------------------------------------

    def take(self, kind: str) -> Slot | None:
        """A file for an object of this kind (its SOP class); None when it is better to make a new one."""
        self._last = time.monotonic()
        if kind in self._larger:
            return None
        self._taken += 1
        with contextlib.suppress(IndexError, OSError):
            return Slot(self._free.popleft(), self._buffers)
        return None

    def learn(self, kind: str, size: int) -> None:
        """An object of this kind had so many bytes: where they have no room here, the next is not tried."""
        if size + 2 * BLOCK > CAPACITY:
            self._larger.add(kind)
        else:
            self._larger.discard(kind)

    def is_quiet(self, seconds: float) -> bool:
        """Whether nothing began or ended to arrive for so long."""
        return time.monotonic() - self._last >= seconds

    # -- when nobody waits -----------------------------------------------------------------------------------------

    def replenish(self) -> None:
        """Make as many ready as were needed of late, some at a time while something arrives. OSError as the system
        says it: then there are none any more."""
        if self._wanted:
            try:
                self._replenish()
            except OSError:
                self._wanted = 0
                raise

    def _replenish(self) -> None:
        quiet = self.is_quiet(_QUIET)
        if self._taken > _AT_ONCE and not quiet:
            return  # those who send wait for the disk
        self._wanted = max(self._wanted, min(MOST, self._taken))
        self._taken = 0
        wanted = self._within_room()
        missing = wanted - len(self._free)
        while missing > 0:
            some = min(missing, _AT_ONCE)
            self._make(some)
            missing -= some
            if not self.is_quiet(_QUIET):
                break
        self._keep_only(wanted)

    def fewer(self) -> None:
        """As time goes by, as many as there once were are not needed any more."""
        self._wanted = min(self._wanted, max(FEWEST, self._wanted // 2))

    def clear(self) -> None:
        """Nothing arrives any more: none is needed."""
        self._keep_only(0)

    def _keep_only(self, wanted: int) -> None:
        while len(self._free) > wanted:
            with contextlib.suppress(IndexError, OSError):
                os.unlink(self._free.pop())

    def _within_room(self) -> int:
        room = shutil.disk_usage(self._inbox).free - RESERVE
        return max(0, min(self._wanted, room // (_SHARE * CAPACITY)))

    def _make(self, count: int) -> None:
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        made = [os.path.join(self._folder, secrets.token_hex(_TOKEN)) for _ in range(count)]
        for path in made:
            _filled(path + _NEW)
        for path in made:
            _force(path + _NEW)
            os.rename(path + _NEW, path)
        sync_folder(self._folder)
        self._free.extend(made)


def can_be() -> bool:
    """Whether this system has what it takes."""
    return bool(DIRECT)


def long_name(name: str, size: int) -> str:
    """The name in the inbox of what is to have this name and length, and is longer yet."""
    return f"{name}.{size}"


def settle(folder: str, names: Iterable[str]) -> None:
    """Give what has long names in the inbox ``folder`` its length, and then its name. Others may do so meanwhile."""
    some = []
    for name in names:
        path = os.path.join(folder, name)
        with contextlib.suppress(FileNotFoundError):
            os.truncate(path, int(name.rpartition(".")[2]))
            some.append(path)
    for path in some:
        with contextlib.suppress(FileNotFoundError):
            _force(path)
    for path in some:
        with contextlib.suppress(FileNotFoundError):
            os.rename(path, path.rpartition(".")[0])
    if some:
        sync_folder(folder)


def recover(folder: str) -> None:
    """Clear up in the inbox ``folder`` what a process left that had files ready: what is whole gets a name, the rest
    goes. For who holds the lock."""
    place = os.path.join(folder, READY)
    names = []
    for name in _left(place):
        path = os.path.join(place, name)
        with contextlib.suppress(OSError):
            found = _whole(path)
            if found is None:
                os.unlink(path)
                continue
            who, size = found
            long = long_name(_named(who, name), size)
            os.rename(path, os.path.join(folder, long))
            names.append(long)
    settle(folder, names)


def _named(who: str, ready: str) -> str:
    return f"{who}-{ready.removesuffix(_NEW)}"


def _left(place: str) -> Iterator[str]:
    with contextlib.suppress(FileNotFoundError):
        yield from (name for name in os.listdir(place) if _OURS.fullmatch(name))


def _whole(path: str) -> tuple[str, int] | None:
    """Who sent what is whole in this file, and its length."""
    with open(path, "rb", buffering=0) as file:
        data = file.read(CAPACITY + 1)
    if len(data) < CAPACITY and not path.endswith(_NEW):
        return "dimse", len(data)  # it had been cut to its length
    at = len(data.rstrip(b"\0")) - 1
    at -= at % BLOCK
    if len(data) != CAPACITY or at < 0:
        return None
    what, size, who, digest = _SEAL.unpack_from(data, at)
    if what != _WHAT or size + -size % BLOCK != at or xxhash.xxh3_128(data[:size]).digest() != digest:
        return None
    return who.rstrip(b"\0").decode(), size


def _filled(path: str) -> None:
    """Make a file full of zeros. Where there is no way past the cache it is not worth having: OSError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | DIRECT, 0o600)
    try:
        if os.write(handle, _ZEROS) != CAPACITY:
            raise OSError(errno.ENOSPC, "")
    finally:
        os.close(handle)


def _force(path: str) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
