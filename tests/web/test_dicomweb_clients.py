"""Other people's programs against the running server: dicomweb-client (its API and its command line), and every kind
of real file sent by STOW-RS and fetched back by WADO-RS."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from dicomweb_client.api import DICOMwebClient
from pydicom import dcmread
from pydicom.uid import UID

from fileroom.archive import Archive
from fileroom.dicom.reading import read_header
from fileroom.dicom.wholeness import ends_early
from fileroom.settings import Guests, Settings
from fileroom.web.serve import Ready, serve
from tests import world
from tests.web.real import FRAMES, MUELLER, RAMP, rle

if TYPE_CHECKING:
    from collections.abc import Iterator

ALL = os.environ.get("FILEROOM_ROUND_TRIP") == "all"  # every file of the shared data, and not a choice of them
FEW = 60
LARGEST = 4 << 20


@contextmanager
def served(archive: Archive, guests: Guests) -> Iterator[Ready]:
    ready: list[Ready] = []
    begun = threading.Event()

    def on_ready(told: Ready) -> None:
        ready.append(told)
        begun.set()

    thread = threading.Thread(target=serve, args=(archive,), kwargs={"on_ready": on_ready, "guests": guests})
    thread.start()
    try:
        assert begun.wait(30)
        yield ready[0]
    finally:
        ready[0].stop()
        thread.join(30)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ready]:
    settings = Settings(archive=tmp_path_factory.mktemp("room") / "archive", use_keyring=False)
    with Archive.open(settings) as archive, served(archive, Guests(unsigned=True)) as ready:
        yield ready


@pytest.fixture(scope="module")
def client(server: Ready) -> DICOMwebClient:
    found = DICOMwebClient(server.dicomweb)
    capture: dict[str, Any] = {"modality": "SC", "study": 1, "series": 2, **MUELLER}
    cine: dict[str, Any] = {"NumberOfFrames": 3, "BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}
    files = [
        *(world.instance(number=n, **MUELLER) for n in (1, 2, 3)),
        world.instance(number=1, transfer_syntax=world.RLE, pixels=[rle(RAMP)], **capture),
        world.instance(number=2, pixels=b"".join(FRAMES), **capture, **cine),
    ]
    stored = found.store_instances([dcmread(BytesIO(data)) for data in files])
    assert len(stored.ReferencedSOPSequence) == 5
    return found


STUDY, CT, SC = "2.999.1", "2.999.1.1", "2.999.1.2"


def test_dicomweb_client_searches(client: DICOMwebClient) -> None:
    (study,) = client.search_for_studies(search_filters={"PatientName": "MÜLLER*"}, fields=["StudyDescription"])
    assert study["0020000D"]["Value"] == [STUDY]
    assert len(client.search_for_series(STUDY)) == 2
    assert len(client.search_for_instances(STUDY, CT)) == 3
    assert len(client.search_for_studies(search_filters={"PatientName": "muller"}, fuzzymatching=True)) == 1
    assert len(client.search_for_instances(limit=2, get_remaining=True)) == 5


def test_dicomweb_client_retrieves(client: DICOMwebClient) -> None:
    assert len(client.retrieve_study(STUDY)) == 5
    assert len(client.retrieve_series(STUDY, CT)) == 3
    assert client.retrieve_instance(STUDY, SC, "2.999.1.2.1").file_meta.TransferSyntaxUID == world.RLE  # it asks for *
    native = (("application/dicom", world.EXPLICIT_LE),)
    found = client.retrieve_instance(STUDY, SC, "2.999.1.2.1", media_types=native)
    assert (found.file_meta.TransferSyntaxUID, found.PixelData) == (world.EXPLICIT_LE, RAMP)
    assert len(client.retrieve_study_metadata(STUDY)) == 5
    metadata = client.retrieve_instance_metadata(STUDY, CT, "2.999.1.1.1")
    assert client.retrieve_bulkdata(metadata["7FE00010"]["BulkDataURI"])
    frames = client.retrieve_instance_frames(STUDY, SC, "2.999.1.2.2", [1, 3])
    assert frames == [FRAMES[0], FRAMES[2]]
    wanted = (
        (f"image/{kind}", syntax) for kind, syntax in (("jls", "1.2.840.10008.1.2.4.80"), ("jp2", world.JPEG_2000))
    )
    for pair in wanted:
        assert len(client.retrieve_instance_frames(STUDY, CT, "2.999.1.1.1", [1], media_types=(pair,))) == 1


def test_dicomweb_client_renders(client: DICOMwebClient) -> None:
    for kind, magic in (("image/jpeg", b"\xff\xd8"), ("image/png", b"\x89PNG")):
        picture = client.retrieve_instance_rendered(STUDY, CT, "2.999.1.1.1", media_types=(kind,))
        assert picture.startswith(magic)
    assert client.retrieve_instance_frames_rendered(STUDY, SC, "2.999.1.2.2", [2], media_types=("image/png",))


def test_the_command_line_of_dicomweb_client(client: DICOMwebClient, server: Ready, tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        call = [str(Path(sys.executable).with_name("dicomweb_client")), "--url", server.dicomweb, *arguments]
        return subprocess.run(call, check=True, capture_output=True, text=True, timeout=60).stdout

    assert STUDY in run("search", "studies", "--filter", "PatientID=P1")
    assert "00080018" in run(
        "retrieve", "instances", "--study", STUDY, "--series", CT, "--instance", "2.999.1.1.1", "metadata"
    )
    sent = tmp_path / "sent.dcm"
    sent.write_bytes(world.instance(number=9))
    run("store", "instances", str(sent))
    assert len(client.search_for_instances(search_filters={"SOPInstanceUID": world.sop_uid(number=9)})) == 1


def real_files(folder: Path) -> list[Path]:
    """Files that can be kept, one of each kind of SOP class and transfer syntax first."""
    kinds: dict[tuple[str, str], list[Path]] = {}
    folders = ("dicom", "derived", "media") if ALL else ("dicom",)
    for path in (path for one in folders for path in sorted((folder / one).rglob("*"))):
        if not path.is_file() or (not ALL and path.stat().st_size > LARGEST):
            continue
        header = read_header(str(path)).header
        if header is not None and not ends_early(str(path), header):
            kinds.setdefault((header.sop_class_uid, header.transfer_syntax_uid), []).append(path)
    if ALL:
        return [path for paths in kinds.values() for path in paths]
    return [paths[0] for paths in kinds.values()][:FEW]


def test_what_is_stored_comes_back_byte_for_byte(server: Ready, shared_data: Path) -> None:
    files = real_files(shared_data)
    assert files
    compared = 0
    with httpx2.Client(base_url=server.dicomweb, timeout=60) as http:
        for path in files:
            data = path.read_bytes()
            answer = http.post("/studies", content=data, headers={"Content-Type": "application/dicom"})
            assert answer.status_code in {200, 202}, (path, answer.text)
            (item,) = answer.json()["00081199"]["Value"]
            if "00081196" in item:
                continue  # another file of this SOP Instance UID came first, and is the one that is shown
            kept = http.get(item["00081190"]["Value"][0], headers={"Accept": "application/dicom; transfer-syntax=*"})
            assert (kept.status_code, kept.content == data) == (200, True), path
            compared += 1
    assert compared > len(files) / 2


def test_what_is_transcoded_has_the_same_pixels(server: Ready, client: DICOMwebClient) -> None:
    url = f"{server.dicomweb}/studies/{STUDY}/series/{SC}/instances/2.999.1.2.1"
    for syntax in ("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.201"):
        made = httpx2.get(url, headers={"Accept": f"application/dicom; transfer-syntax={syntax}"})
        again = dcmread(BytesIO(made.content))
        assert again.file_meta.TransferSyntaxUID == syntax
        again.SOPInstanceUID = again.file_meta.MediaStorageSOPInstanceUID = UID(f"2.999.9.1{syntax[-2:]}")
        assert len(client.store_instances([again]).ReferencedSOPSequence) == 1
        (pixels,) = client.retrieve_instance_frames(STUDY, SC, again.SOPInstanceUID, [1])
        assert pixels == RAMP
