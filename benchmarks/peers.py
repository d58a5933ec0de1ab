"""``peers``: a whole import of ours against what other programs do with the same files.

* **fileroom** opens a new archive, walks, reads, writes the sealed catalog with its ledger, and closes.
* **dicomtocsv** (vtk-dicom, C++; Debian's vtk-dicom-tools) writes a row of the same attributes for each image to a
  text file. No database.
* **Orthanc** (Debian's orthanc) takes the files over REST, with eight connections, into a new store on the same disk.
  It copies them. It answers this machine only, and is stopped afterwards.
* **dicomindex** (PyPI) fills an SQLite file, with its ``index_full``.

Each is looked for on the PATH; ``FILEROOM_BENCH_DICOMTOCSV``, ``…_ORTHANC`` and ``…_DICOMINDEX`` name another place.
One that is not there is left out and said so. The slow ones are given a smaller corpus of the same make, and their
time is multiplied: rates are compared. Files that are no DICOM are left out, for not all peers can pass them over.
Seconds by the clock, from a warm cache.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.corpus import make_corpus
from benchmarks.harness import Comparison, alternate, in_child
from fileroom.dicom.attributes import ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONNECTIONS = 8
_SMALLER = {"Orthanc": 20, "dicomindex": 40}  # their corpus is one in so many
_PATIENCE = 30.0  # seconds that a server may take to start

IMPORT = """
import json, sys, time
from pathlib import Path
import fileroom.dicom.fallback, fileroom.intake.run
from fileroom.archive import Archive
from fileroom.settings import from_environment
start = time.perf_counter()
with Archive.open(from_environment(Path(sys.argv[2]))) as archive:
    summary = archive.bring_in([sys.argv[1]])
print(json.dumps({"seconds": time.perf_counter() - start, "instances": summary.instances}))
"""


def measure(instances: int = 20_000, runs: int = 3) -> Comparison:
    """Make corpora of each size that is wanted, and let every program that is here have them in turn."""
    found = {name: path for name in ("dicomtocsv", "Orthanc", "dicomindex") if (path := program(name))}
    with tempfile.TemporaryDirectory(prefix="fileroom-bench-") as place:
        corpora = {share: _corpus(Path(place), instances // share) for share in {1, *_SMALLER.values()}}
        fresh = _fresh_folders(Path(place))
        programs: dict[str, Callable[[str, Path, Path], float]] = {
            "dicomtocsv": _dicomtocsv,
            "Orthanc": _orthanc,
            "dicomindex": _dicomindex,
        }

        def peer(name: str) -> Callable[[], float]:
            share = _SMALLER.get(name, 1)
            return lambda: programs[name](found[name], corpora[share], fresh()) * share

        seconds = alternate(
            {"fileroom": lambda: _fileroom(corpora[1], fresh(), instances), **{name: peer(name) for name in found}},
            runs,
        )
    absent = [name for name in programs if name not in found]
    return Comparison(
        name=f"peers, {instances:,} instances",
        ours="fileroom",
        unit="files",
        amount=instances,
        seconds=seconds,
        notes=(
            *(f"{name} had {instances // _SMALLER[name]:,} of them" for name in found if name in _SMALLER),
            *(f"{name} is not here and was left out" for name in absent),
        ),
        extra={"programs": found, "absent": absent},
    )


def program(name: str) -> str | None:
    """Where a peer's program is, or None."""
    named = os.environ.get(f"FILEROOM_BENCH_{name.upper()}")
    return named or shutil.which(name) or shutil.which(name, path="/usr/sbin")


def _corpus(place: Path, instances: int) -> Path:
    folder = place / f"corpus-{instances}"
    folder.mkdir()
    make_corpus(folder, instances, others=0)
    return folder


def _fresh_folders(place: Path) -> Callable[[], Path]:
    made = iter(range(1, 1_000_000))

    def fresh() -> Path:
        folder = place / f"run-{next(made)}"
        folder.mkdir()
        return folder

    return fresh


def _files(corpus: Path) -> list[Path]:
    return sorted(path for path in corpus.rglob("*") if path.is_file())


def _fileroom(corpus: Path, own: Path, instances: int) -> float:
    said = in_child(IMPORT, str(corpus), str(own))
    if said["instances"] != instances:
        raise RuntimeError(f"{instances} instances were to be imported, {said['instances']} were")
    return float(said["seconds"])


def _dicomtocsv(program: str, corpus: Path, own: Path) -> float:
    keys = [part for row in ATTRIBUTES for part in ("-k", f"{row.tag >> 16:04X},{row.tag & 0xFFFF:04X}")]
    output = own / "rows.csv"
    start = time.perf_counter()
    subprocess.run([program, "--image", "--silent", *keys, "-o", str(output), str(corpus)], check=True)
    took = time.perf_counter() - start
    if output.read_bytes().count(b"\n") < len(_files(corpus)):
        raise RuntimeError("dicomtocsv wrote fewer rows than there are files")
    return took


def _dicomindex(program: str, corpus: Path, own: Path) -> float:
    start = time.perf_counter()
    subprocess.run([program, "index_full", str(own / "index.sqlite"), str(corpus)], check=True, capture_output=True)
    return time.perf_counter() - start


def _orthanc(program: str, corpus: Path, own: Path) -> float:
    files = _files(corpus)
    with orthanc_server(program, own) as port:

        def send(share: list[Path]) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            for path in share:
                connection.request("POST", "/instances", path.read_bytes())
                connection.getresponse().read()
            connection.close()

        start = time.perf_counter()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(send, [files[first::CONNECTIONS] for first in range(CONNECTIONS)]))
        took = time.perf_counter() - start
        stored = _statistics(port)["CountInstances"]
    if stored < 0.9 * len(files):  # some kinds it does not take (no preamble)
        raise RuntimeError(f"Orthanc stored {stored} of {len(files)} files")
    return took * len(files) / stored


@contextlib.contextmanager
def orthanc_server(program: str, own: Path, **more: Any) -> Iterator[int]:
    """Orthanc on the loopback; ``more`` are further settings of it. Gives its HTTP port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    settings = {
        "StorageDirectory": str(own / "store"), "IndexDirectory": str(own / "store"), "HttpPort": port, "Plugins": [],
        "RemoteAccessAllowed": False, "AuthenticationEnabled": False, "DicomServerEnabled": False,
        **more,
    }  # fmt: skip
    (own / "orthanc.json").write_text(json.dumps(settings))
    nodelay = {**os.environ, "TCP_NODELAY": "1"}  # DCMTK inside it stalls 45 ms an answer without
    with subprocess.Popen([program, str(own / "orthanc.json")], stderr=subprocess.DEVNULL, env=nodelay) as server:
        try:
            limit = time.monotonic() + _PATIENCE
            while not _answers(port):
                if time.monotonic() > limit or server.poll() is not None:
                    raise RuntimeError("Orthanc did not start")
                time.sleep(0.05)
            yield port
        finally:
            server.terminate()


def _answers(port: int) -> bool:
    try:
        _statistics(port)
    except OSError:
        return False
    return True


def _statistics(port: int) -> dict[str, int]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/statistics")
    told: dict[str, int] = json.load(connection.getresponse())
    connection.close()
    return told
