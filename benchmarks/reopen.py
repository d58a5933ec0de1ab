"""``reopen``: from the start of the process to the first page of patients, over HTTP, as the archive page asks for it.

The same measurement with a catalog of 10 000 and of a million instances (``--full``: ten million), a hundred of each
patient: opening a large room should feel like opening a small one. The catalogs are made, not imported: rows of
patients, studies, series and instances, no files. The floor is a process that starts the same web server with one
fixed answer and no archive. What the time goes into is measured in processes without a server.
"""

from __future__ import annotations

import json
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.catalogs import add_instances, make
from benchmarks.harness import Comparison, alternate, environment, in_child

if TYPE_CHECKING:
    from collections.abc import Iterator

IMAGES = 100  # of a patient
SERIES_OF_A_STUDY = 5
STUDIES_OF_A_PATIENT = 2
FAMILIES = ("Rossi", "Bianchi", "Ferrari", "Esposito", "Russo", "Romano", "Colombo", "Ricci", "Marino", "Greco")
CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
EXPLICIT_LE = "1.2.840.10008.1.2.1"

FLOOR = """
import json, socket, uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
app = Starlette(routes=[Route("/api/patients", lambda request: JSONResponse({"items": [], "total": 0, "offset": 0}))])
listener = socket.create_server(("127.0.0.1", 0))
class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        port = listener.getsockname()[1]
        print(json.dumps({"url": f"http://127.0.0.1:{port}/?token=none", "token": "none"}), flush=True)
Server(uvicorn.Config(app, log_level="critical")).run(sockets=[listener])
"""

SHARES = """
import json, sys, time
marks = [time.perf_counter()]
from pathlib import Path
import fileroom.web.serve, uvicorn
from fileroom.archive import Archive
from fileroom.model.entries import Level
from fileroom.model.queries import Query
from fileroom.settings import from_environment
marks.append(time.perf_counter())
archive = Archive.open(from_environment(Path(sys.argv[1])))
marks.append(time.perf_counter())
archive.search(Query(level=Level.PATIENT, limit=200))
marks.append(time.perf_counter())
took = [later - sooner for sooner, later in zip(marks, marks[1:])]
print(json.dumps(dict(zip(("imports", "unsealing", "query"), took))))
archive.close()
"""

IMPORT = """
import json, sys
from pathlib import Path
from fileroom.archive import Archive
from fileroom.settings import from_environment
with Archive.open(from_environment(Path(sys.argv[2]))) as archive:
    print(json.dumps({"series": archive.bring_in([sys.argv[1]]).series}))
"""


def measure(instances: int = 1_000_000, runs: int = 7, few: int = 10_000) -> Comparison:
    """Make two archives, and open each over and over."""
    with tempfile.TemporaryDirectory(prefix="fileroom-bench-") as place:
        small, large = Path(place) / "small", Path(place) / "large"
        for archive, wanted in ((small, few), (large, instances)):
            make(archive, max(1, wanted // IMAGES), searched=())
            add_instances(archive, wanted)
        seconds = alternate(
            {
                _title(few): lambda: first_page(_serve(small)),
                _title(instances): lambda: first_page(_serve(large)),
                "floor": lambda: first_page([sys.executable, "-c", FLOOR]),
            },
            runs,
        )
        shares = [in_child(SHARES, str(large)) for _ in range(runs)]
    parts = {part: statistics.median(share[part] for share in shares) for part in shares[0]}
    return Comparison(
        name="reopen: process start to first page of patients",
        ours=_title(instances),
        unit="",
        amount=1,
        seconds=seconds,
        notes=(
            "of which, in a process of its own: " + ", ".join(f"{n} {took * 1e3:.0f} ms" for n, took in parts.items()),
        ),
        extra={"instances": instances, "few": few, "parts": parts},
    )


def _title(instances: int) -> str:
    return f"{instances:,} instances"


def _serve(archive: Path) -> list[str]:
    return [sys.executable, "-m", "fileroom", "--archive", str(archive), "serve", "--port", "0", "--json"]


def first_page(command: list[str]) -> float:
    """Seconds from starting ``command`` to holding the first page of patients."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        try:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            ready = json.loads(process.stdout.readline())
            _ask(ready)
            return time.perf_counter() - start
        finally:
            process.terminate()


def _ask(ready: dict[str, Any]) -> None:
    address = ready["url"].partition("/?")[0] + "/api/patients?limit=200"
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {ready['token']}"})  # noqa: S310 - http
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        json.load(answer)


def headers(series: int) -> Iterator[bytes]:
    """One instance without pixels for each series; two studies of five series for each patient."""
    for number in range(series):
        study = number // SERIES_OF_A_STUDY
        patient = study // STUDIES_OF_A_PATIENT
        yield _part10(
            {
                (0x0008, 0x0016): ("UI", CT_IMAGE_STORAGE),
                (0x0008, 0x0018): ("UI", f"2.999.1.{study}.{number}.1"),
                (0x0008, 0x0020): ("DA", f"20{10 + study % 15:02}{1 + study % 12:02}{1 + study % 28:02}"),
                (0x0008, 0x0060): ("CS", "CT"),
                (0x0008, 0x1030): ("LO", f"Study {study}"),
                (0x0008, 0x103E): ("LO", f"Series {number % SERIES_OF_A_STUDY}"),
                (0x0010, 0x0010): ("PN", f"{FAMILIES[patient % len(FAMILIES)]}^{patient}"),
                (0x0010, 0x0020): ("LO", f"P{patient}"),
                (0x0010, 0x0030): ("DA", f"19{20 + patient % 80:02}0102"),
                (0x0020, 0x000D): ("UI", f"2.999.1.{study}"),
                (0x0020, 0x000E): ("UI", f"2.999.1.{study}.{number}"),
                (0x0020, 0x0011): ("IS", str(1 + number % SERIES_OF_A_STUDY)),
                (0x0020, 0x0013): ("IS", "1"),
            }
        )


def _part10(elements: dict[tuple[int, int], tuple[str, str]]) -> bytes:
    """A file of these elements (PS3.10 7.1), which are in order of their tags."""
    syntax = _element((0x0002, 0x0010), "UI", EXPLICIT_LE)
    length = struct.pack("<HH2sHI", 0x0002, 0x0000, b"UL", 4, len(syntax))
    body = b"".join(_element(tag, vr, text) for tag, (vr, text) in elements.items())
    return b"\0" * 128 + b"DICM" + length + syntax + body


def _element(tag: tuple[int, int], vr: str, text: str) -> bytes:
    value = text.encode("ascii")
    value += (b"\0" if vr == "UI" else b" ") * (len(value) % 2)
    return struct.pack("<HH2sH", *tag, vr.encode("ascii"), len(value)) + value
