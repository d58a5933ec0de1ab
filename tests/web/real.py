"""A door over a real archive with a small world in it: the one that the checklist of DICOMweb speaks of.

Five patients, six studies; the first study has a CT of three instances, and a secondary capture of two, one in RLE
and one of three frames.
"""

from __future__ import annotations

import struct
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2
from starlette.testclient import TestClient

from fileroom.archive import Archive
from fileroom.settings import Settings
from fileroom.web.app import create_app
from fileroom.web.serve import Ready, serve
from fileroom.web.sign_in import SignIn
from tests import world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from httpx2 import Response

PRIVATE = bytes(range(256)) * 40  # 10 kB
RAMP = struct.pack("<16H", *range(16))
FRAMES = [bytes([number]) * 16 for number in (1, 2, 3)]
MUELLER: dict[str, Any] = {
    "patient_name": "MÜLLER^Jörg",
    "patient_id": "P1",
    "SpecificCharacterSet": "ISO_IR 192",
    "ReferringPhysicianName": "BIANCHI^Anna",
    "AccessionNumber": "ACC-1",
    "StudyID": "S one",
    "StudyDescription": "Chest 100%_[x]'s",
    "StudyDate": "20240131",
    "StudyTime": "101500",
}


def rle(pixels: bytes) -> bytes:
    """16-bit pixels as RLE (PS3.5 G): the high bytes, then the low ones, each as one literal run."""
    segments = [bytes([len(pixels) // 2 - 1]) + pixels[start::2] for start in (1, 0)]
    segments = [segment + b"\0" * (len(segment) % 2) for segment in segments]
    offsets = [64, 64 + len(segments[0])]
    return struct.pack("<16I", 2, *offsets, *[0] * 13) + b"".join(segments)


def tree() -> dict[str, bytes]:
    """The files of the world."""
    request = [{"ScheduledProcedureStepID": "SPS1", "RequestedProcedureID": "RP1"}]
    ct: dict[str, Any] = {
        "x00091001": ("OB", PRIVATE),
        "x00090010": ("LO", "TESTS"),
        "RequestAttributesSequence": request,
        "PerformedProcedureStepStartDate": "20240131",
        "PerformedProcedureStepStartTime": "101000",
        "WindowCenter": [40, 50],
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
    }
    capture: dict[str, Any] = {"modality": "SC", "study": 1, "series": 2, **MUELLER}
    cine: dict[str, Any] = {"NumberOfFrames": 3, "BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}
    files = {f"1/ct{n}": world.instance(study=1, number=n, **MUELLER, **ct) for n in (1, 2, 3)}
    return files | {
        "1/rle": world.instance(number=1, transfer_syntax=world.RLE, pixels=[rle(RAMP)], **capture),
        "1/cine": world.instance(number=2, pixels=b"".join(FRAMES), **capture, **cine),
        "2/us": world.instance(
            study=2,
            modality="US",
            patient_name="Yamada^Tarou=山田^太郎=やまだ^たろう",
            patient_id="p1",
            SpecificCharacterSet="ISO_IR 192",
            StudyDate="",
            StudyTime="",
        ),
        "3/mr": world.instance(study=3, modality="MR", patient_name="ROSSI^Mario", StudyDate="20200229"),
        "4/mr": world.instance(
            study=4, modality="MR", patient_name="ROSSI^Mario", StudyDate="20191231", StudyTime="2330"
        ),
        "5/cr": world.instance(
            study=5, modality="CR", patient_name="ROSSINI^Gio", patient_id="A_1", StudyTime="000000"
        ),
        "6/cr": world.instance(study=6, modality="CR", patient_name="BLANK", patient_id="AX1", PatientSex=""),
    }


@dataclass
class Web:
    """The door of that world, to ask of it."""

    client: httpx2.Client
    archive: Archive
    files: dict[str, bytes]

    def get(self, path: str, accept: str | None = None, **more: Any) -> Response:
        headers = {"Accept": accept} if accept is not None else {}
        return self.client.get("/dicomweb" + path, headers=headers, **more)

    def found(self, path: str) -> list[dict[str, Any]]:
        """The data sets of a search; none for 204."""
        answer = self.get(path)
        assert answer.status_code in {200, 204}, answer.text
        return [] if answer.status_code == 204 else list(answer.json())

    def studies(self, query: str) -> set[int]:
        """The numbers of the studies that a search finds."""
        return {int(one["0020000D"]["Value"][0].split(".")[-1]) for one in self.found(f"/studies?{query}")}


@contextmanager
def opened(folder: Path) -> Iterator[Web]:
    """The world, imported, behind a door that lets a program in."""
    with _imported(folder) as (archive, files):
        sign_in = SignIn(archive.check_token)
        app = create_app(archive, static=None, sign_in=sign_in)
        with TestClient(app, base_url="http://127.0.0.1:8177", follow_redirects=False) as client:
            yield Web(_let_in(client, sign_in.bearer), archive, files)


@contextmanager
def running(folder: Path) -> Iterator[Web]:
    """The same behind a server at work, asked over its port."""
    ready: list[Ready] = []
    begun = threading.Event()

    def on_ready(told: Ready) -> None:
        ready.append(told)
        begun.set()

    with _imported(folder) as (archive, files):
        thread = threading.Thread(target=serve, args=(archive,), kwargs={"on_ready": on_ready})
        thread.start()
        try:
            assert begun.wait(30)
            with httpx2.Client(base_url=f"http://127.0.0.1:{ready[0].port}", timeout=60) as client:
                yield Web(_let_in(client, ready[0].token), archive, files)
        finally:
            for one in ready:
                one.stop()
            thread.join(30)


@contextmanager
def _imported(folder: Path) -> Iterator[tuple[Archive, dict[str, bytes]]]:
    files = tree()
    scans = world.plant(folder / "scans", files)
    with Archive.open(Settings(archive=folder / "archive", use_keyring=False)) as archive:
        summary = archive.bring_in([scans])
        assert (summary.studies, summary.instances) == (6, 10)
        yield archive, files


def _let_in(client: httpx2.Client, secret: str) -> httpx2.Client:
    client.headers["Authorization"] = f"Bearer {secret}"
    del client.headers["Accept"]
    return client
