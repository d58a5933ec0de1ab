from __future__ import annotations

import logging
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from fileroom.errors import Undecodable
from fileroom.web import wado
from tests import world
from tests.web import fake
from tests.web.parts import parts_of

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from fileroom.archive import InstanceFile
    from tests.web.fake import FakeArchive

BASE = "http://127.0.0.1:8177/dicomweb"
STUDY = "/dicomweb/studies/2.999.1"
SERIES = f"{STUDY}/series/2.999.1.1"
ONE = f"{SERIES}/instances/2.999.1.1.1"
RLE = f"{STUDY}/series/2.999.1.2/instances/2.999.1.2.1"
OCTETS = "application/octet-stream"
EVERY_SYNTAX = {"Accept": f'multipart/related; type="{OCTETS}"; transfer-syntax=*'}


# -- instances ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "count"), [(STUDY, 4), (SERIES, 3), (ONE, 1)])
def test_instances_byte_for_byte(client: TestClient, archive: FakeArchive, path: str, count: int) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    parts = parts_of(answer, "application/dicom")
    stored = {path.read_bytes() for path in archive.files.values()}
    assert len(parts) == count
    for headers, body in parts:
        assert body in stored
        assert headers["Content-Type"].startswith("application/dicom; transfer-syntax=1.2.840.10008.1.2")
        assert client.get(headers["Content-Location"], headers={"Accept": "application/dicom"}).content == body
    assert int(answer.headers["Content-Length"]) == len(answer.content)


def test_one_instance_alone(client: TestClient, archive: FakeArchive) -> None:
    answer = client.get(ONE, headers={"Accept": "application/dicom"})
    assert answer.headers["Content-Type"] == "application/dicom; transfer-syntax=1.2.840.10008.1.2.1"
    assert answer.content == archive.files["in-2.999.1.1.1"].read_bytes()
    head = client.head(ONE, headers={"Accept": "application/dicom"})
    assert (head.headers["Content-Length"], head.content) == (str(len(answer.content)), b"")


@pytest.mark.parametrize("at_once", [1, 1_000, 2_000])
def test_a_series_is_the_same_however_many_files_are_read_at_once(
    client: TestClient, archive: FakeArchive, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(wado, "AT_ONCE", at_once)
    monkeypatch.setattr(wado, "CHUNK", 300)
    bodies = [body for _, body in parts_of(client.get(SERIES), "application/dicom")]
    assert bodies == [archive.files[f"in-2.999.1.1.{number}"].read_bytes() for number in (1, 2, 3)]


def test_a_large_file_comes_in_pieces(
    client: TestClient, archive: FakeArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wado, "CHUNK", 100)
    ((_, body),) = parts_of(client.get(ONE), "application/dicom")
    assert body == archive.files["in-2.999.1.1.1"].read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/dicomweb/studies/2.999.7",
        f"{STUDY}/series/2.999.7",
        f"{SERIES}/instances/2.999.7",
        "/dicomweb/studies/2.999.2/series/2.999.1.1/instances/2.999.1.1.1",  # under another study
        f"{STUDY}/series/2.999.1.2/instances/2.999.1.1.1",  # under another series
        "/dicomweb/studies/..%2F..%2Fetc",
        "/dicomweb/studies/not-a-uid",
        "/dicomweb/studies/%00",
        "/dicomweb/studies/*",
    ],
)
@pytest.mark.parametrize("what", ["", "/metadata"])
def test_what_is_not_there(client: TestClient, path: str, what: str) -> None:
    answer = client.get(path + what)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        (ONE, "image/png"),
        (ONE, "application/dicom; transfer-syntax=1.2.840.10008.1.2.4.50"),
        (RLE, 'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.1'),
        (SERIES, "application/dicom"),  # one part cannot hold a series
        (f"{ONE}/metadata", "application/dicom"),
        (f"{ONE}/frames/1", "text/html"),
        (f"{RLE}/frames/1,2", OCTETS),
        (f"{ONE}/bulkdata/7FE00010", "image/png"),
    ],
)
def test_what_is_not_acceptable(client: TestClient, archive: FakeArchive, path: str, accept: str) -> None:
    answer = client.get(path, headers={"Accept": accept})
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
    assert archive.frame_reads == []


def test_what_cannot_be_reached_is_said(client: TestClient, archive: FakeArchive) -> None:
    archive.offline.add("in-2.999.1.1.2")
    for path in (SERIES, f"{SERIES}/metadata"):
        answer = client.get(path)
        assert answer.status_code == 206
        assert answer.headers["Warning"] == "299 fileroom: 1 instances cannot be read now"
    assert len(parts_of(client.get(SERIES), "application/dicom")) == 2
    assert len(client.get(f"{SERIES}/metadata").json()) == 2
    archive.offline |= set(archive.files)
    for path in (SERIES, f"{SERIES}/metadata", f"{ONE}/frames/1", f"{ONE}/bulkdata/7FE00010"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_an_answer_that_fails_midway_is_broken_off(
    client: TestClient, archive: FakeArchive, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    files = sorted(archive.files.values())

    def shrinking(held: Any, found: wado.Found, offset: int, size: int) -> bytes:
        os.truncate(files[2], 10)  # after its length was promised
        return read(held, found, offset, size)

    read = wado._read
    monkeypatch.setattr(wado, "_read", shrinking)
    with caplog.at_level(logging.DEBUG, logger="fileroom"):
        answer = client.get(SERIES)
    assert len(answer.content) < int(answer.headers["Content-Length"])
    assert not answer.content.endswith(b"--\r\n")
    (told,) = caplog.messages
    assert told.startswith("Unavailable at wado.py:")


# -- metadata ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "count"), [(STUDY, 4), (SERIES, 3), (ONE, 1)])
def test_metadata(client: TestClient, path: str, count: int) -> None:
    answer = client.get(f"{path}/metadata")
    assert answer.headers["Content-Type"] == "application/dicom+json"
    found = answer.json()
    assert len(found) == count
    uid = found[0]["00080018"]["Value"][0]
    assert uid == "2.999.1.1.1"
    assert found[0]["7FE00010"] == {
        "vr": "OW",
        "BulkDataURI": f"{BASE}{ONE.removeprefix('/dicomweb')}/bulkdata/7FE00010",
    }


def test_metadata_are_asked_for_again_by_their_tag(client: TestClient, archive: FakeArchive) -> None:
    answer = client.get(f"{SERIES}/metadata")
    tag = {"If-None-Match": answer.headers["ETag"]}
    again = client.get(f"{SERIES}/metadata", headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(f"{ONE}/metadata", headers=tag).status_code == 200
    os.utime(archive.files["in-2.999.1.1.3"], ns=(1, 1))
    assert client.get(f"{SERIES}/metadata", headers=tag).status_code == 200


def test_metadata_of_a_damaged_instance(
    client: TestClient, archive: FakeArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = archive.metadata

    def damaged(file: InstanceFile, uri: Any) -> dict[str, Any]:
        if file.id == "in-2.999.1.1.1":
            raise Undecodable("The header is damaged.")
        return metadata(file, uri)

    monkeypatch.setattr(archive, "metadata", damaged)
    answer = client.get(f"{SERIES}/metadata")
    assert answer.status_code == 206
    assert [one["00080018"]["Value"] for one in answer.json()] == [["2.999.1.1.2"], ["2.999.1.1.3"]]
    assert client.get(f"{ONE}/metadata").status_code == 422


# -- frames ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [f"{RLE}/frames", "/api/instances/in-2.999.1.2.1/frames"])
@pytest.mark.parametrize(
    ("accept", "content_type", "data"),
    [
        (OCTETS, f"{OCTETS}; transfer-syntax={world.EXPLICIT_LE}", b"decoded 2"),
        (f"{OCTETS}; transfer-syntax=*", f"{OCTETS}; transfer-syntax={world.RLE}", b"stored 2"),
        (f"{OCTETS}; transfer-syntax={world.RLE}", f"{OCTETS}; transfer-syntax={world.RLE}", b"stored 2"),
        ("image/dicom-rle", f"image/dicom-rle; transfer-syntax={world.RLE}", b"stored 2"),
    ],
)
def test_a_frame_alone(client: TestClient, path: str, accept: str, content_type: str, data: bytes) -> None:
    answer = client.get(f"{path}/2", headers={"Accept": accept})
    assert (answer.headers["Content-Type"], answer.content) == (content_type, data)


@pytest.mark.parametrize("path", [f"{RLE}/frames", "/api/instances/in-2.999.1.2.1/frames"])
@pytest.mark.parametrize("asked", ["1", "1,3", "3,1", "2,2"])
def test_frames_in_parts(client: TestClient, path: str, asked: str) -> None:
    parts = parts_of(client.get(f"{path}/{asked}"), OCTETS)
    assert [body for _, body in parts] == [b"decoded %d" % int(n) for n in asked.split(",")]
    stored = parts_of(client.get(f"{path}/{asked}", headers=EVERY_SYNTAX), OCTETS)
    assert [body for _, body in stored] == [b"stored %d" % int(n) for n in asked.split(",")]
    for headers, body in stored:
        assert headers["Content-Type"] == f"{OCTETS}; transfer-syntax={world.RLE}"
        alone = {"Accept": f"{OCTETS}; transfer-syntax=*"}
        assert client.get(headers["Content-Location"], headers=alone).content == body


def test_native_frames_are_never_decoded(client: TestClient, archive: FakeArchive) -> None:
    client.get(f"{ONE}/frames/1")
    client.get(f"{ONE}/frames/1", headers=EVERY_SYNTAX)
    assert archive.frame_reads == [("in-2.999.1.1.1", 1, False)] * 2


def test_big_endian_frames_are_turned_round(client: TestClient, archive: FakeArchive, tmp_path: Path) -> None:
    archive.add(fake.instance(9, syntax=world.EXPLICIT_BE), b"-", tmp_path)
    answer = client.get(f"{SERIES}/instances/2.999.1.1.9/frames/1", headers={"Accept": f"{OCTETS}; transfer-syntax=*"})
    # PS3.18 8.7.3: big endian shall not be used with web services
    assert answer.headers["Content-Type"] == f"{OCTETS}; transfer-syntax={world.EXPLICIT_LE}"
    assert answer.content == b"decoded 1"


@pytest.mark.parametrize("path", [f"{RLE}/frames", "/api/instances/in-2.999.1.2.1/frames"])
@pytest.mark.parametrize(
    ("asked", "status"),
    [("4", 404), ("0", 404), ("1,4", 404), ("999999999", 404), ("abc", 400), ("1,", 400), ("-1", 400), ("1;2", 400)],
)
def test_frames_that_are_not_there(
    client: TestClient, archive: FakeArchive, path: str, asked: str, status: int
) -> None:
    assert client.get(f"{path}/{asked}").status_code == status
    assert archive.frame_reads == []


@pytest.mark.parametrize("entry", ["none", "st-1"])
def test_frames_of_no_instance(client: TestClient, entry: str) -> None:
    assert client.get(f"/api/instances/{entry}/frames/1").status_code == 404


def test_a_frame_the_browser_has_is_not_read_again(client: TestClient, archive: FakeArchive) -> None:
    path = "/api/instances/in-2.999.1.2.1/frames/1"
    first = client.get(path, headers={"Accept": OCTETS})
    assert first.headers["Cache-Control"] == "no-store"  # a browser's cache on disk is not sealed
    tag = {"If-None-Match": first.headers["ETag"]}
    archive.frame_reads.clear()
    assert client.get(path, headers={"Accept": OCTETS} | tag).status_code == 304
    assert archive.frame_reads == []
    # other frames, other forms and other files have other tags
    assert client.get(path.replace("/1", "/2"), headers={"Accept": OCTETS} | tag).status_code == 200
    assert client.get(path, headers={"Accept": f"{OCTETS}; transfer-syntax=*"} | tag).status_code == 200
    assert first.headers["Vary"] == "Accept"
    os.utime(archive.files["in-2.999.1.2.1"], ns=(1, 1))
    assert client.get(path, headers={"Accept": OCTETS} | tag).status_code == 200


# -- bulk data ---------------------------------------------------------------------------------------------------


def test_bulk_data(client: TestClient) -> None:
    uri = client.get(f"{ONE}/metadata").json()[0]["7FE00010"]["BulkDataURI"]
    assert client.get(uri, headers={"Accept": OCTETS}).content == b"bulk 7FE00010"
    ((headers, body),) = parts_of(client.get(uri), OCTETS)
    assert (headers["Content-Location"], body) == (uri, b"bulk 7FE00010")
    inner = f"{ONE}/bulkdata/00081140/0/00091001"
    assert client.get(inner, headers={"Accept": OCTETS}).content == b"bulk 00081140/0/00091001"
    assert client.get(f"{ONE}/bulkdata/00100010").status_code == 404


def test_a_claim_of_endless_frames_is_not_believed(client: TestClient, archive: FakeArchive, tmp_path: Path) -> None:
    boast = replace(fake.instance(8, syntax=world.RLE, frames=2**31 - 1), frames=2)
    archive.add(boast, b"-", tmp_path)
    parts = parts_of(client.get(f"{SERIES}/instances/2.999.1.1.8/bulkdata/7FE00010"), OCTETS)
    assert [body for _, body in parts] == [b"decoded 1", b"decoded 2"]


def test_encapsulated_pixels_come_frame_by_frame(client: TestClient) -> None:
    parts = parts_of(client.get(f"{RLE}/bulkdata/7FE00010", headers=EVERY_SYNTAX), OCTETS)
    assert [body for _, body in parts] == [b"stored 1", b"stored 2", b"stored 3"]
