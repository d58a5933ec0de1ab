"""``reopen``: from the start of the process to the first page of patients, over HTTP, as the archive page asks for it.

The same measurement with a catalog of 10 and of 100 000 series: opening a large room should feel like opening a small
one. The floor is a process that starts the same web server with one fixed answer and no archive.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness import Comparison, alternate, environment, in_child

if TYPE_CHECKING:
    from collections.abc import Iterator

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

IMPORT = """
import json, sys
from pathlib import Path
from fileroom.archive import Archive
from fileroom.settings import from_environment
with Archive.open(from_environment(Path(sys.argv[2]))) as archive:
    print(json.dumps({"series": archive.bring_in([sys.argv[1]]).series}))
"""


def measure(series: int = 100_000, runs: int = 7, few: int = 10) -> Comparison:
    """Fill two archives by importing headers made for it, and open each over and over."""
    with tempfile.TemporaryDirectory(prefix="fileroom-bench-") as place:
        small, large = Path(place) / "small", Path(place) / "large"
        for archive, wanted in ((small, few), (large, series)):
            _fill(archive, wanted)
        seconds = alternate(
            {
                _title(few): lambda: first_page(_serve(small)),
                _title(series): lambda: first_page(_serve(large)),
                "floor": lambda: first_page([sys.executable, "-c", FLOOR]),
            },
            runs,
        )
    return Comparison(
        name="reopen: process start to first page of patients",
        ours=_title(series),
        unit="",
        amount=1,
        seconds=seconds,
        extra={"series": series, "few": few},
    )


def _title(series: int) -> str:
    return f"{series:,} series"


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


def _fill(archive: Path, series: int) -> None:
    with tempfile.TemporaryDirectory(prefix="fileroom-bench-") as scans:
        for number, header in enumerate(headers(series)):
            folder = Path(scans) / str(number // 1000)
            if not number % 1000:
                folder.mkdir()
            (folder / f"IM{number:06}").write_bytes(header)
        said = in_child(IMPORT, scans, str(archive))
    if said["series"] != series:
        raise RuntimeError(f"{series} series were to be imported, {said['series']} were")


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
