"""``qidopeer``: how many QIDO-RS answers a second, ours and Orthanc's, with the same studies in both.

One instance without pixels for each study, of people with names as people have them (``catalogs``). fileroom imports
the files; Orthanc (Debian's orthanc with orthanc-dicomweb) is sent them over REST with eight connections. Then both
are asked the same over one connection: studies by a PatientName with a wildcard, the first 50 of them. Before the clock
runs, the studies that each finds for some of the names are compared.

Both answer this machine only. A store that Orthanc has filled may be kept: ``FILEROOM_BENCH_QIDO_STORE`` names a folder
in which everything is made once, and found again the next time.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from benchmarks.catalogs import families
from benchmarks.harness import Comparison, alternate, environment, in_child
from benchmarks.peers import CONNECTIONS, program
from benchmarks.reopen import CT_IMAGE_STORAGE, IMPORT, _part10

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLUGINS = "/usr/share/orthanc/plugins"
_PATIENCE = 60.0  # seconds that a server may take to start
_PAGE = 50
_AGAIN = 1000  # studies that are sent once more when filling goes on: connections are not equally far
_GIVEN = "Mario Anna Luca Maria Paolo Giulia Marco Sara Andrea Elena Giuseppe Rosa Antonio Angela Giovanni".split()


def measure(studies: int = 100_000, runs: int = 3, count: int = 100) -> Comparison:
    """Fill both, see that they find the same, and ask each ``count`` questions a run."""
    kept = os.environ.get("FILEROOM_BENCH_QIDO_STORE")
    with tempfile.TemporaryDirectory(prefix="fileroom-bench-") as passing:
        place = Path(kept or passing)
        place.mkdir(exist_ok=True)
        asked = questions(count, studies)
        with _ours(place, studies) as ours, _peer(place, studies) as peer:
            servers = {"fileroom": ours} | ({"Orthanc": peer} if peer else {})
            found = {name: [_found(server, name_) for name_ in asked[:20]] for name, server in servers.items()}
            if peer and found["fileroom"] != found["Orthanc"]:
                raise RuntimeError("the two do not find the same studies")
            seconds = alternate({name: _asking(server, asked) for name, server in servers.items()}, runs)
    return Comparison(
        name=f"QIDO-RS studies by PatientName with a wildcard, {studies:,} studies",
        ours="fileroom",
        unit="answers",
        amount=count,
        seconds=seconds,
        notes=() if peer else ("Orthanc, or its DICOMweb plugin, is not here and was left out",),
        extra={"studies": studies, "found": found["fileroom"]},
    )


def questions(count: int, studies: int) -> list[str]:
    """Names with wildcards: beginnings, ends, given names, one letter left open, and somebody who is not there."""
    choose = random.Random(5)  # noqa: S311 - names, not secrets
    names = _families(studies)
    shapes = (
        lambda name: f"{name[:4]}*",
        lambda name: f"{name}*",
        lambda name: f"{name}^{choose.choice(_GIVEN)}*",
        lambda name: f"{name[:2]}?{name[3:]}^*",
        lambda name: f"*{name[1:]}^*",
        lambda name: f"Xq{name[:3]}*",
    )
    return [shapes[number % len(shapes)](choose.choice(names)) for number in range(count)]


def _families(studies: int) -> list[str]:
    return families(max(200, studies // 40))


def headers(studies: int) -> Iterator[bytes]:
    """One instance without pixels for each study."""
    choose = random.Random(4)  # noqa: S311
    names = _families(studies)
    weights = [1 / (rank + 3) for rank in range(len(names))]
    for number, family in enumerate(choose.choices(names, weights, k=studies)):
        born = f"{choose.randint(1925, 2024)}{choose.randint(1, 12):02}{choose.randint(1, 28):02}"
        yield _part10(
            {
                (0x0008, 0x0016): ("UI", CT_IMAGE_STORAGE),
                (0x0008, 0x0018): ("UI", f"2.999.2.{number}.1.1"),
                (0x0008, 0x0020): ("DA", f"20{choose.randint(5, 25):02}{choose.randint(1, 12):02}01"),
                (0x0008, 0x0050): ("SH", f"ACC{number:07}"),
                (0x0008, 0x0060): ("CS", "CT"),
                (0x0008, 0x1030): ("LO", "TC torace"),
                (0x0010, 0x0010): ("PN", f"{family}^{choose.choice(_GIVEN)}"),
                (0x0010, 0x0020): ("LO", f"P{number:07}"),
                (0x0010, 0x0030): ("DA", born),
                (0x0010, 0x0040): ("CS", choose.choice("MF")),
                (0x0020, 0x000D): ("UI", f"2.999.2.{number}"),
                (0x0020, 0x000E): ("UI", f"2.999.2.{number}.1"),
                (0x0020, 0x0011): ("IS", "1"),
                (0x0020, 0x0013): ("IS", "1"),
            }
        )


# -- asking ----------------------------------------------------------------------------------------------------------


class _Server:
    """Where to ask, and as whom."""

    def __init__(self, port: int, root: str, token: str = "") -> None:
        self._port, self._root = port, root
        self._headers = {"Accept": "application/dicom+json"} | ({"Authorization": f"Bearer {token}"} if token else {})

    def answers(self, names: list[str], limit: int = _PAGE) -> Iterator[list[dict[str, Any]]]:
        """What is found for each name."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self._port)) as connection:
            for name in names:
                path = f"{self._root}/studies?PatientName={quote(name, safe='*?^')}&limit={limit}"
                connection.request("GET", path, headers=self._headers)
                answer = connection.getresponse()
                body = answer.read()
                if answer.status not in (200, 204):
                    raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
                yield json.loads(body) if body else []


def _asking(server: _Server, names: list[str]) -> Any:
    def run() -> float:
        start = time.perf_counter()
        for _ in server.answers(names):
            pass
        return time.perf_counter() - start

    return run


def _found(server: _Server, name: str) -> list[str]:
    """All Study Instance UIDs for a name, in order."""
    return sorted(study["0020000D"]["Value"][0] for answer in server.answers([name], 5000) for study in answer)


# -- ours ------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _ours(place: Path, studies: int) -> Iterator[_Server]:
    archive = place / f"fileroom-{studies}"
    if not archive.exists():
        _fill_ours(archive, studies)
    command = [sys.executable, "-m", "fileroom", "--archive", str(archive), "serve", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        try:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            ready = json.loads(process.stdout.readline())
            port = int(ready["url"].partition("/?")[0].rpartition(":")[2])
            yield _Server(port, "/dicomweb", ready["token"])
        finally:
            process.terminate()


def _fill_ours(archive: Path, studies: int) -> None:
    with tempfile.TemporaryDirectory(prefix="fileroom-bench-", dir=archive.parent) as scans:
        for number, header in enumerate(headers(studies)):
            folder = Path(scans) / str(number // 1000)
            if not number % 1000:
                folder.mkdir()
            (folder / f"IM{number:06}").write_bytes(header)
        said = in_child(IMPORT, scans, str(archive))
    if said["series"] != studies:
        raise RuntimeError(f"{studies} studies were to be imported, {said['series']} were")


# -- Orthanc ---------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _peer(place: Path, studies: int) -> Iterator[_Server | None]:
    found = program("Orthanc")
    if found is None or not any(Path(_PLUGINS).glob("*DicomWeb*")):
        yield None
        return
    own = place / f"orthanc-{studies}"
    own.mkdir(exist_ok=True)
    with orthanc(found, own) as port:
        fill(port, studies)
        yield _Server(port, "/dicom-web")


@contextlib.contextmanager
def orthanc(found: str, own: Path) -> Iterator[int]:
    """Orthanc with its DICOMweb plugin, on the loopback and a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    plugins = [str(path) for path in Path(_PLUGINS).glob("*DicomWeb*")]
    settings = {
        "StorageDirectory": str(own / "store"), "IndexDirectory": str(own / "store"), "HttpPort": port,
        "Plugins": plugins, "RemoteAccessAllowed": False, "AuthenticationEnabled": False, "DicomServerEnabled": False,
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"}, "KeepAlive": True, "TcpNoDelay": True,
    }  # fmt: skip
    (own / "orthanc.json").write_text(json.dumps(settings))
    with subprocess.Popen([found, str(own / "orthanc.json")], stderr=subprocess.DEVNULL) as server:
        try:
            limit = time.monotonic() + _PATIENCE
            while stored(port) is None:
                if time.monotonic() > limit or server.poll() is not None:
                    raise RuntimeError("Orthanc did not start")
                time.sleep(0.1)
            yield port
        finally:
            server.terminate()


def stored(port: int) -> int | None:
    """How many studies it has; None while it does not answer."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        try:
            connection.request("GET", "/statistics")
            return int(json.load(connection.getresponse())["CountStudies"])
        except OSError:
            return None


def fill(port: int, studies: int) -> None:
    """Send it what it does not have yet."""
    had = stored(port) or 0
    if had < studies:
        wanted = list(headers(studies))[max(0, had - _AGAIN) :]

        def send(share: list[bytes]) -> None:
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
                for file in share:
                    connection.request("POST", "/instances", file)
                    connection.getresponse().read()

        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(send, [wanted[first::CONNECTIONS] for first in range(CONNECTIONS)]))
    if stored(port) != studies:
        raise RuntimeError(f"Orthanc has {stored(port)} of {studies} studies")
