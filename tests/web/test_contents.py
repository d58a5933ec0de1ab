"""What is no image over HTTP: contents, documents, and files as they are; and what a browser may do with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from fileroom.archive import Archive
from fileroom.settings import Settings
from fileroom.web.app import create_app
from fileroom.web.sign_in import SignIn
from tests import world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PDF = b"%PDF-1.4\nnot much of one\n%%EOF"  # of odd length: the file has a byte more
SCRIPT = b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></html>"
NAME = [{"CodeValue": "1", "CodingSchemeDesignator": "X", "CodeMeaning": "Report"}]


def document(series: int, media_type: str, data: bytes) -> bytes:
    return world.instance(
        rows=0,
        modality="DOC",
        series=series,
        SeriesDescription=media_type,
        MIMETypeOfEncapsulatedDocument=media_type,
        EncapsulatedDocument=data,
        EncapsulatedDocumentLength=len(data),
    )


def report() -> bytes:
    image = {"ReferencedSOPClassUID": world.SOP_CLASSES["CT"], "ReferencedSOPInstanceUID": world.sop_uid(1, 1, 1)}
    gone = dict(image, ReferencedSOPInstanceUID=world.uid(99))
    inside = [{"ValueType": "IMAGE", "ReferencedSOPSequence": [one]} for one in (image, gone)]
    root: dict[str, Any] = {"ValueType": "CONTAINER", "ConceptNameCodeSequence": NAME, "ContentSequence": inside}
    return world.instance(rows=0, modality="SR", series=2, SeriesDescription="report", **root)


FILES = {
    "ct": world.instance(SeriesDescription="ct"),
    "sr": report(),
    "pdf": document(3, "application/pdf", PDF),
    "cda": document(4, "text/xml", SCRIPT),
    "liar": document(5, "application/pdf", SCRIPT),
    "seg": world.instance(
        modality="SEG",
        series=7,
        SOPClassUID="1.2.840.10008.5.1.4.1.1.66.4",
        SeriesDescription="mask",
        ReferencedSeriesSequence=[{"SeriesInstanceUID": world.series_uid(1, 1)}],
    ),
    "plan": world.instance(rows=0, modality="RTPLAN", series=6, SeriesDescription="plan"),
}

NAMES = {1: "ct", 2: "sr", 3: "pdf", 4: "cda", 5: "liar", 6: "plan", 7: "seg"}


@pytest.fixture
def door(tmp_path: Path) -> Iterator[tuple[TestClient, dict[str, str]]]:
    """A client, and the ids of the instances by the number of their series."""
    scans = world.plant(tmp_path / "scans", FILES)
    with Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        archive.bring_in([scans])
        sign_in = SignIn(archive.check_token)
        with TestClient(create_app(archive, static=None, sign_in=sign_in), base_url="http://127.0.0.1:8177") as client:
            client.headers["Authorization"] = f"Bearer {sign_in.bearer}"
            items = client.get("/api/instances").json()["items"]
            yield client, {NAMES[one["series"]["number"]]: one["id"] for one in items}


def test_a_report_knows_where_its_images_are(door: tuple[TestClient, dict[str, str]]) -> None:
    client, ids = door
    found = client.get(f"/api/instances/{ids['sr']}/content").json()
    assert (found["kind"], found["content"]["title"]) == ("report", "Report")
    assert found["known"][world.sop_uid(1, 1, 1)]["instance"] == ids["ct"]
    assert world.uid(99) not in found["known"]


def test_what_is_nothing_of_these_is_other(door: tuple[TestClient, dict[str, str]]) -> None:
    client, ids = door
    found = client.get(f"/api/instances/{ids['plan']}/content").json()
    assert (found["kind"], found["content"]) == ("other", None)


def test_a_pdf_is_shown_in_a_frame_of_ours_and_nowhere_else(door: tuple[TestClient, dict[str, str]]) -> None:
    client, ids = door
    found = client.get(f"/api/instances/{ids['pdf']}/content").json()["content"]
    assert found == {"title": "", "media_type": "application/pdf", "size": len(PDF), "ending": "pdf"}
    answer = client.get(f"/api/instances/{ids['pdf']}/document")
    assert (answer.content, answer.headers["Content-Type"]) == (PDF, "application/pdf")
    (policy,) = answer.headers.get_list("Content-Security-Policy")
    assert "frame-ancestors 'self'" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    kept = client.get(f"/api/instances/{ids['pdf']}/document?download=1")
    assert kept.content == PDF
    assert kept.headers["Content-Disposition"] == 'attachment; filename="document.pdf"'


@pytest.mark.parametrize("name", ["cda", "liar"])
def test_what_might_run_is_never_opened(door: tuple[TestClient, dict[str, str]], name: str) -> None:
    client, ids = door
    answer = client.get(f"/api/instances/{ids[name]}/document")
    assert answer.content == SCRIPT
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_the_file_as_it_is(door: tuple[TestClient, dict[str, str]]) -> None:
    client, ids = door
    answer = client.get(f"/api/instances/{ids['plan']}/file")
    assert answer.content == FILES["plan"]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="RTPLAN-6-1.dcm"'


def test_there_is_no_document_in_an_image(door: tuple[TestClient, dict[str, str]]) -> None:
    client, ids = door
    assert client.get(f"/api/instances/{ids['ct']}/document").status_code == 404


def test_what_lies_over_a_series(door: tuple[TestClient, dict[str, str]]) -> None:
    client, ids = door
    series = {one["description"]: one["id"] for one in client.get("/api/series").json()["items"]}
    (found,) = client.get(f"/api/series/{series['ct']}/related").json()
    assert (found["instance"], found["series"]["id"], found["label"]) == (ids["seg"], series["mask"], "mask")
    assert client.get(f"/api/series/{series['mask']}/related").json() == []
    assert client.get(f"/api/instances/{ids['seg']}/content").json()["subjects"] == [series["ct"]]
