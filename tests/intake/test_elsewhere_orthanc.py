"""Orthanc as the other node, where it is installed: both ways, by DIMSE and by DICOMweb."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fileroom.archive import Archive
from fileroom.model.entries import Level
from fileroom.model.peers import Peer, PeerKind
from fileroom.model.queries import Query
from fileroom.settings import Settings
from tests import world
from tests.dimse.node import rle, started
from tests.patience import until

if TYPE_CHECKING:
    from collections.abc import Iterator

ORTHANC = shutil.which("Orthanc")
PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
pytestmark = pytest.mark.skipif(ORTHANC is None or not PLUGIN.exists(), reason="Orthanc and its plugin are not here")
KANJI: dict[str, Any] = {"patient_name": "YAMADA^Tarou=山田^太郎", "SpecificCharacterSet": "ISO_IR 192", "study": 4}
FILES = {
    "1": world.instance(number=1, patient_name="MISTER^CT"),
    "2": world.instance(number=2, patient_name="MISTER^CT", transfer_syntax=world.IMPLICIT_LE),
    "3": rle(1),
    "4": world.instance(**KANJI),
}
STUDIES = (world.study_uid(1), world.study_uid(5), world.study_uid(4))


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """Its address over HTTP, and its DICOM port; it has nothing."""
    folder, http, dicom = tmp_path_factory.mktemp("orthanc"), free_port(), free_port()
    told = {
        "StorageDirectory": str(folder), "IndexDirectory": str(folder), "HttpPort": http, "DicomPort": dicom,
        "DicomAet": "ORTHANC", "DicomAlwaysAllowFind": True, "DicomAlwaysAllowGet": True, "Plugins": [str(PLUGIN)],
        "AuthenticationEnabled": False, "RemoteAccessAllowed": False,
    }  # fmt: skip
    (folder / "told.json").write_text(json.dumps(told))
    assert ORTHANC is not None
    with subprocess.Popen([ORTHANC, str(folder / "told.json")], stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: answers(http))
            yield f"http://127.0.0.1:{http}", dicom
        finally:
            process.terminate()


def answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def ask(url: str, data: Any = None, method: str = "POST") -> Any:
    body = None if data is None else json.dumps(data).encode()
    with urllib.request.urlopen(urllib.request.Request(url, body, method=method)) as answer:  # noqa: S310 - our own
        return json.loads(answer.read() or b"null")


def opened(folder: Path, orthanc: tuple[str, int]) -> Archive:
    archive = Archive.open(Settings(archive=folder, use_keyring=False))
    archive.set_peer(Peer(name="dimse", kind=PeerKind.DIMSE, title="ORTHANC", host="127.0.0.1", port=orthanc[1]))
    archive.set_peer(Peer(name="dicomweb", kind=PeerKind.DICOMWEB, url=f"{orthanc[0]}/dicom-web"))
    return archive


@pytest.mark.parametrize("way", ["dimse", "dicomweb"])
def test_it_is_sent_to_searched_and_fetched_from(orthanc: tuple[str, int], tmp_path: Path, way: str) -> None:
    with opened(tmp_path / "mine", orthanc) as mine:
        mine.bring_in(world.plant(tmp_path / "files", FILES))
        ids = [one.id for one in mine.search(Query(level=Level.PATIENT)).items]
        sent = mine.send_to_peer(way, ids)
        assert (sent.done, sent.failed) == (len(FILES), 0)
    with opened(tmp_path / "other", orthanc) as other:
        other.echo_peer(way)
        (found,) = other.search_peer(way, {"PatientName": "MISTER^C*"})
        assert (found.study_instance_uid, found.instances, found.here) == (STUDIES[0], 2, 0)
        if way == "dimse":  # its plugin compares the letters as they stand in the address, encoded
            assert [one.study_instance_uid for one in other.ask_peer(way, "山田").items] == [STUDIES[2]]
        for study in STUDIES:
            got = other.fetch_from_peer(way, study)
            assert (got.failed, got.had) == (0, 0)
        syntaxes = {one.header.transfer_syntax_uid for one in other.search(Query(level=Level.INSTANCE)).items}
        assert syntaxes == {world.EXPLICIT_LE, world.IMPLICIT_LE, world.RLE}


def test_its_plugin_searches_fetches_and_stores_here(orthanc: tuple[str, int], tmp_path: Path) -> None:
    url = orthanc[0]
    node = started(tmp_path, {"1": world.instance(study=9, number=1), "2": world.instance(study=9, number=2)})
    with node.dicomweb() as (service, token):
        server = {"Url": service, "HttpHeaders": {"Authorization": f"Bearer {token}"}}
        ask(f"{url}/dicom-web/servers/here", server, "PUT")
        uid = world.study_uid(9)
        found = ask(f"{url}/dicom-web/servers/here/qido", {"Uri": "/studies", "Arguments": {"0020000D": uid}})
        assert [one["0020000D"]["Value"] for one in found] == [uid]
        ask(f"{url}/dicom-web/servers/here/retrieve", {"Resources": [{"Study": uid}], "Synchronous": True})
        (study,) = ask(f"{url}/tools/find", {"Level": "Study", "Query": {"StudyInstanceUID": uid}})
        assert len(ask(f"{url}/studies/{study}/instances", method="GET")) == 2
        new = {"Tags": {"PatientName": "MADE^There", "PatientID": "there", "Modality": "OT"}}
        made = ask(f"{url}/tools/create-dicom", new)
        ask(f"{url}/dicom-web/servers/here/stow", {"Resources": [made["ID"]], "Synchronous": True})
        with node.archive() as archive:
            until(lambda: archive.status().instances == 3)
    node.running.stop()
