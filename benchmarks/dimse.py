"""``dimse…``: a node at work, beside DCMTK's and Orthanc's.

``dimsestore``: instances of 512 KiB received from DCMTK's storescu (TCP_NODELAY on both sides), by us safe on the disk
before they are answered. ``dimsefind``: a C-FIND with many matches, ``dimseget``: a C-GET of a series, both by one
client that only counts what comes.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import statistics
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests import world

from benchmarks.harness import Comparison, alternate
from benchmarks.peers import orthanc_server, program
from fileroom.archive import Archive
from fileroom.dimse.process import Running, Station
from fileroom.model.peers import Peer, PeerKind
from fileroom.network import identifiers, scu, uids
from fileroom.network.commands import Field
from fileroom.network.negotiation import PLAIN, Callee, Proposal
from fileroom.network.wire import P_DATA, pdvs
from fileroom.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from fileroom.network.association import Association

OURS, DCMTK = "fileroom", "DCMTK storescp"
NOTHING = "nothing kept"  # DCMTK's receiver, which throws away what comes: hardly more than what the senders take
CALLER = "BENCH"
SENDER = "/usr/bin/storescu"  # pynetdicom has a program of this name, too
RECEIVER = "/usr/bin/storescp"
_NODELAY = {**os.environ, "TCP_NODELAY": "1"}
_PATIENCE = 60.0
_STILL = 2.5  # seconds without a change of its inbox after which our node has nothing left to do
_FIRST, _FIRST_SINGLE = 1_000_000, 5_000_000  # numbers of the first images; all have seven digits
_HEADER = 4096


def store(instances: int = 300, associations: int = 1, runs: int = 5) -> Comparison:
    """Receive them over so many associations at once."""
    with tempfile.TemporaryDirectory(prefix="fileroom-bench-") as place, contextlib.ExitStack() as stack:
        images = _Images(Path(place) / "files", instances, associations)
        single = _Images(Path(place) / "single", associations, associations, first=_FIRST_SINGLE)
        ports = _servers(Path(place), stack)
        if Path(RECEIVER).exists():
            ports[DCMTK] = stack.enter_context(storescp(Path(place)))
            ports[NOTHING] = stack.enter_context(storescp(Path(place), "--ignore"))
        starts: dict[str, list[float]] = {name: [] for name in ports}

        def started_and_stored(name: str) -> float:
            starts[name].append(_stored(single, ports[name], Path(place)))
            return _stored(images, ports[name], Path(place))

        seconds = alternate({name: partial(started_and_stored, name) for name in ports}, runs)
        forced = _forced(images.folders, Path(place))
    return Comparison(
        name=f"C-STORE of 512 KiB instances, {associations} association{'s' * (associations > 1)}",
        ours=OURS,
        unit="instances",
        amount=instances,
        seconds=seconds,
        notes=(
            *_received(seconds, starts),
            "fileroom forces each to the disk before it answers; the others do not",
            f"writing the files one by one takes {forced[0]:.3f} s on this disk, forcing each {forced[1]:.3f} s more",
        ),
    )


def _received(seconds: Mapping[str, Sequence[float]], starts: Mapping[str, Sequence[float]]) -> list[str]:
    """What is left of each when the senders have started: they are programs that first read a dictionary, which takes
    as long whoever receives, and counts with the receiver that is quick more than with the one that is slow."""
    start = {name: statistics.median(some[1:]) for name, some in starts.items()}
    left = {name: statistics.median(some) - start[name] for name, some in seconds.items()}
    ours = left[OURS]
    return [
        f"{name}: {start[name]:.3f} s for one instance over each association, {rest:.3f} s for the others"
        + (f": {OURS} is {rest / ours:.2f} x as fast" if name != OURS else "")
        for name, rest in left.items()
    ]


def find(studies: int = 10_000, runs: int = 3) -> Comparison:
    """Ask for all studies at once."""
    files = {f"{n % 100}/{n}": world.instance(study=n, rows=0, patient_id=str(n)) for n in range(1, studies + 1)}
    asked = [
        (tag, vr, "") for tag, vr in ((0x00100010, "PN"), (0x00100020, "LO"), (0x0020000D, "UI"), (0x00080020, "DA"))
    ]
    return _asked("C-FIND of all studies", "matches", studies, runs, files, lambda port: _found(port, asked, studies))


def get(instances: int = 500, runs: int = 3) -> Comparison:
    """Fetch a series of 512 KiB instances."""
    pixels = os.urandom(512 * 512 * 2)
    files = {str(n): _image(n, pixels) for n in range(instances)}
    keys = [(0x0020000D, "UI", world.study_uid(1)), (0x0020000E, "UI", world.series_uid(1, 1))]
    return _asked("C-GET of a series", "instances", instances, runs, files, lambda port: _got(port, keys, instances))


def _asked(
    name: str, unit: str, amount: int, runs: int, files: Mapping[str, bytes], work: Callable[[int], float]
) -> Comparison:
    with tempfile.TemporaryDirectory(prefix="fileroom-bench-") as place, contextlib.ExitStack() as stack:
        folder = world.plant(Path(place) / "files", files)
        ports = _servers(Path(place), stack, folder)
        seconds = alternate({kind: partial(work, port) for kind, port in ports.items()}, runs)
    return Comparison(name=name, ours=OURS, unit=unit, amount=amount, seconds=seconds)


def _servers(place: Path, stack: contextlib.ExitStack, folder: Path | None = None) -> dict[str, int]:
    """Us, and Orthanc where it is installed, with what is in ``folder``."""
    ports = {OURS: stack.enter_context(_fileroom(place, folder))}
    orthanc = program("Orthanc")
    if orthanc is not None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        own = place / "orthanc"
        own.mkdir()
        names = "DicomAlwaysAllowEcho DicomAlwaysAllowStore DicomAlwaysAllowFind DicomAlwaysAllowGet DicomServerEnabled"
        allowed = dict.fromkeys(names.split(), True)
        stack.enter_context(
            orthanc_server(orthanc, own, **{**allowed, "DicomPort": port, "DicomCheckCalledAet": False})
        )
        ports["Orthanc"] = port
        if folder is not None:
            _sent([folder], port)
    return ports


@contextlib.contextmanager
def _fileroom(place: Path, folder: Path | None) -> Iterator[int]:
    settings = Settings(archive=place / "archive", use_keyring=False)
    with Archive.open(settings) as archive:
        archive.set_peer(Peer(name="b", kind=PeerKind.DIMSE, title=CALLER, host="127.0.0.1", port=1, calls=True))
        if folder is not None:
            archive.bring_in(folder)
    node = Running(settings, Station(port=0, title="ANY"))
    try:
        yield node.port
    finally:
        node.stop()


@contextlib.contextmanager
def storescp(place: Path, *options: str) -> Iterator[int]:
    """DCMTK's receiver, on the loopback; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    into = place / "storescp"
    into.mkdir(exist_ok=True)
    command = [RECEIVER, "--fork", *options, "-aet", "ANY", "-od", str(into), str(port)]
    with subprocess.Popen(command, env=_NODELAY, stderr=subprocess.DEVNULL) as server:
        try:
            limit = time.monotonic() + _PATIENCE
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    if time.monotonic() > limit:
                        raise
                    time.sleep(0.05)
            yield port
        finally:
            server.terminate()


class _Images:
    """CT images in as many folders as there are associations, numbered from ``first`` on. Each time they are sent they
    are other instances: who has an instance already (Orthanc) has less to do with it."""

    def __init__(self, folder: Path, instances: int, parts: int, first: int = _FIRST) -> None:
        pixels = os.urandom(512 * 512 * 2)
        self._first = first
        self._paths = [folder / str(n % parts) / str(n) for n in range(instances)]
        self.folders = [folder / str(part) for part in range(parts)]
        for number, path in enumerate(self._paths, first):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_image(number, pixels))
        uid, begin = world.sop_uid(number=first).encode(), self._paths[0].read_bytes()[:_HEADER]
        self._places = [at.start() for at in re.finditer(re.escape(uid), begin)]  # in the meta group and the data set

    def renew(self) -> None:
        """Other instances from now on: their UIDs are as long as before, and stand where these stood."""
        self._first += len(self._paths)
        for number, path in enumerate(self._paths, self._first):
            with path.open("r+b", buffering=0) as file:
                for place in self._places:
                    os.pwrite(file.fileno(), world.sop_uid(number=number).encode(), place)


def _image(number: int, pixels: bytes) -> bytes:
    return world.instance(number=number, rows=512, columns=512, pixels=pixels)


def _sent(folders: Sequence[Path], port: int) -> float:
    """Send all folders at once by DCMTK."""
    start = time.perf_counter()
    arguments = ["-aet", CALLER, "-aec", "ANY", "+sd", "+r", "127.0.0.1", str(port)]
    senders = [
        subprocess.Popen([SENDER, *arguments, str(one)], env=_NODELAY, stdout=subprocess.DEVNULL) for one in folders
    ]
    codes = [sender.wait() for sender in senders]
    if any(codes):
        raise RuntimeError("not everything was taken")
    return time.perf_counter() - start


def _stored(images: _Images, port: int, place: Path) -> float:
    """Send them, as instances that nobody has. What waits with us is taken in, and what was written is let go to the
    disk, while no clock runs: no run bears what another left behind."""
    images.renew()
    os.sync()
    took = _sent(images.folders, port)
    taken_in(place / "archive")
    return took


def taken_in(archive: Path) -> None:
    """Wait until all that was sent has been taken in, and files lie ready for what comes next."""
    inbox = archive / "files" / ".inbox"
    before, since = list[Path](), time.monotonic()
    limit = since + _PATIENCE
    while time.monotonic() < min(limit, since + _STILL) or any(inbox.glob("dimse-*")):
        time.sleep(0.2)
        now = sorted(inbox.glob("**/*"))
        if now != before:
            before, since = now, time.monotonic()


def _forced(folders: Sequence[Path], place: Path) -> tuple[float, float]:
    """What the disk takes for the same bytes: seconds for plain writes, and how many more when each is forced."""
    data = [path.read_bytes() for folder in folders for path in sorted(folder.iterdir())]

    def written(name: str, *, force: bool) -> float:
        into = place / name
        into.mkdir()
        start = time.perf_counter()
        for number, one in enumerate(data):
            with (into / str(number)).open("wb", buffering=0) as file:
                file.write(one)
                if force:
                    os.fsync(file.fileno())
        return time.perf_counter() - start

    plain = min(written(f"plain{turn}", force=False) for turn in range(3))
    return plain, max(0.0, min(written(f"forced{turn}", force=True) for turn in range(3)) - plain)


def _callee(port: int) -> Callee:
    return Callee(host="127.0.0.1", port=port, title="ANY", calling=CALLER)


def _found(port: int, keys: Sequence[tuple[int, str, str]], expected: int) -> float:
    start = time.perf_counter()
    with scu.associated(_callee(port), Proposal(contexts=[(uids.STUDY_FIND, PLAIN)])) as association:
        context = association.terms.sending(uids.STUDY_FIND)
        if context is None:
            raise RuntimeError("it cannot be searched")
        asked = identifiers.Writer(context.transfer_syntax, "").write([(0x00080052, "CS", "STUDY"), *keys])
        command = {"AffectedSOPClassUID": uids.STUDY_FIND, "CommandField": Field.FIND, "MessageID": 1, "Priority": 0}
        association.send(context, command, asked)
        matches = _counted(association)
    if matches != expected:
        raise RuntimeError(f"{matches} of {expected} matches")
    return time.perf_counter() - start


_STATUS = b"\0\0\0\x09\2\0\0\0"  # the head of the element in a command set (PS3.7 E.1)


def _counted(association: Association) -> int:
    """The pending responses, up to the last one; only their status is looked at, for the client costs, too."""
    matches = 0
    while True:
        kind, body = association._wire.read(_PATIENCE)
        if kind != P_DATA:
            raise RuntimeError("the association ended early")
        for pdv in pdvs(body):
            if pdv.is_command:
                command = bytes(pdv.data)
                at = command.index(_STATUS) + len(_STATUS)
                if command[at : at + 2] not in {b"\0\xff", b"\1\xff"}:
                    return matches
                matches += 1


def _got(port: int, keys: Sequence[tuple[int, str, str]], expected: int) -> float:
    start = time.perf_counter()

    def sink(_class: str, _uid: str, _syntax: str, pieces: Iterable[memoryview]) -> int:
        return 0 * sum(map(len, pieces))

    done = scu.get(_callee(port), "SERIES", keys, sink, kinds=[(world.SOP_CLASSES["CT"], [world.EXPLICIT_LE])])
    if done.completed != expected:
        raise RuntimeError(f"{done.completed} of {expected} instances")
    return time.perf_counter() - start
