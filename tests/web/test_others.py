"""Files of other kinds behind the door: by path and handed in, shown by the same routes; series as files."""

from __future__ import annotations

import gzip
import io
import json
import time
import zipfile
from typing import TYPE_CHECKING, Any

import nibabel
import numpy as np
import pydicom
import pytest

from tests.cli.test_open_hostile import hostile
from tests.volumes.making import NUMBERS, itk, nifti
from tests.volumes.test_videos import VIDEO
from tests.world import instance, plant

if TYPE_CHECKING:
    from pathlib import Path

    from httpx2 import Response
    from starlette.testclient import TestClient

    from tests.web.fake import FakeArchive

HANDED_IN = {"Content-Type": "application/vnd.fileroom.files"}


@pytest.fixture(autouse=True)
def settings(archive: FakeArchive, tmp_path: Path) -> None:
    from fileroom.settings import Settings

    archive.as_archive.settings = Settings(archive=tmp_path / "archive", use_keyring=False)


def ended(client: TestClient, url: str) -> None:
    for _ in range(500):
        if all(job["state"] != "running" for job in client.get(f"{url}/api/jobs").json()):
            return
        time.sleep(0.01)
    raise AssertionError("it never ends")


def opened(client: TestClient, answer: Response) -> tuple[str, dict[str, Any]]:
    assert answer.status_code == 201, answer.text
    url = str(answer.json()["url"]).rstrip("/")
    ended(client, url)
    others: dict[str, Any] = answer.json()["others"]
    return url, others


def handed_in(files: dict[str, bytes]) -> bytes:
    listed = [{"name": name, "size": len(data)} for name, data in files.items()]
    return json.dumps(listed).encode() + b"\n" + b"".join(files.values())


def test_files_by_path_become_a_session_with_the_same_routes(client: TestClient, tmp_path: Path) -> None:
    paths = [str(nifti(tmp_path / "a.nii.gz")), str(itk(tmp_path / "b.nrrd"))]
    url, others = opened(client, client.post("/api/others", json={"paths": paths}))
    assert [(image["name"], image["format"], image["orientation"]) for image in others["images"]] == [
        ("a.nii.gz", "NIfTI-1", "LPH"),
        ("b.nrrd", "NRRD", "LPH"),
    ]
    assert client.get(f"{url}/api/others").json() == others
    series = client.get(f"{url}/api/series").json()["items"]
    assert {one["series_instance_uid"] for one in series} == {image["series_uid"] for image in others["images"]}
    images = client.get(f"{url}/api/series/{series[0]['id']}/images").json()["instances"]
    assert len(images) == 3
    frame = client.get(url + images[1]["frames_url"] + "/1", headers={"Accept": "application/octet-stream"})
    assert np.array_equal(np.frombuffer(frame.content, "<i2").reshape(4, 5), NUMBERS[:, :, 1].T)
    assert client.get(f"{url}/dicomweb/series").status_code == 200
    assert frame.headers["cache-control"] == "no-store"


def test_files_that_a_page_hands_in_lie_nowhere(client: TestClient, tmp_path: Path) -> None:
    itk(tmp_path / "a.mhd")
    files = {name: (tmp_path / name).read_bytes() for name in ("a.mhd", "a.raw")}
    before = sorted(tmp_path.rglob("*"))
    url, others = opened(client, client.post("/api/others", content=handed_in(files), headers=HANDED_IN))
    assert [image["name"] for image in others["images"]] == ["a.mhd"]
    assert len(client.get(f"{url}/api/series").json()["items"]) == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_a_list_that_lies_about_its_files_is_refused(client: TestClient) -> None:
    for body in (b"", b"[]x", b'[{"name": "a", "size": 99}]\nshort', b'[{"name": "a", "size": -1}]\n', b'{"a": 1}\n'):
        answer = client.post("/api/others", content=body, headers=HANDED_IN)
        assert answer.status_code == 400, body


def test_what_cannot_be_opened_is_told_beside_what_can(client: TestClient, tmp_path: Path) -> None:
    good = nifti(tmp_path / "good.nii")
    (tmp_path / "cut.nii").write_bytes(good.read_bytes()[:-9])
    answer = client.post("/api/others", json={"paths": [str(good), str(tmp_path / "cut.nii")]})
    _, others = opened(client, answer)
    assert [(one["name"], one["code"]) for one in others["failures"]] == [("cut.nii", "ends_early")]


def test_when_nothing_can_be_opened_the_reason_has_a_code(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    answer = client.post("/api/others", json={"paths": [str(tmp_path / "a.txt")]})
    assert (answer.status_code, answer.json()["code"], answer.json()["reason"]) == (422, "undecodable", "unknown")
    assert client.get("/api/sessions").json() == []
    answer = client.post("/api/others", json={"paths": [str(tmp_path / "nothing.nii")]})
    assert answer.status_code == 503
    assert client.post("/api/others", json={"paths": ["relative.nii"]}).status_code == 400


def test_the_archive_itself_has_no_others(client: TestClient) -> None:
    assert client.get("/api/others").status_code == 405


def test_a_file_that_changes_while_it_is_shown_is_noticed(client: TestClient, tmp_path: Path) -> None:
    path = nifti(tmp_path / "a.nii")
    url, _ = opened(client, client.post("/api/others", json={"paths": [str(path)]}))
    [series] = client.get(f"{url}/api/series").json()["items"]
    frame = client.get(f"{url}/api/series/{series['id']}/images").json()["instances"][0]["frames_url"] + "/1"
    assert client.get(url + frame).status_code == 200
    nifti(path, np.zeros((9, 9, 9), np.int16))
    answer = client.get(url + frame)
    assert answer.status_code == 503
    assert "has changed" in answer.json()["detail"]
    assert client.get(f"{url}/api/series").status_code == 200


def test_a_map_of_labels_tells_its_numbers(client: TestClient, tmp_path: Path) -> None:
    values = np.zeros((8, 8, 4), np.uint8)
    values[2:5, 2:5], values[5:7, 5:7] = 4, 9
    paths = [str(nifti(tmp_path / "map.nii.gz", values)), str(nifti(tmp_path / "scan.nii", NUMBERS / np.float32(7)))]
    url, others = opened(client, client.post("/api/others", json={"paths": paths}))
    assert [(one["labels"], "labels_assumed" in one["remarks"]) for one in others["images"]] == [
        (True, True),
        (False, False),
    ]
    series = {one["description"]: one["id"] for one in client.get(f"{url}/api/series").json()["items"]}
    told = client.get(f"{url}/api/series/{series['map.nii.gz']}/label-map").json()
    assert told == [{"value": value, "layer": 0, "name": "", "colour": None} for value in (4, 9)]
    answer = client.get(f"{url}/api/series/{series['scan.nii']}/label-map")
    assert (answer.status_code, answer.json()["reason"]) == (422, "not_labels")


def test_the_session_of_a_folder_has_no_others(client: TestClient, tmp_path: Path) -> None:
    answer = client.post("/api/sessions", json={"path": str(plant(tmp_path / "in", {"IM1": instance()}))})
    url = str(answer.json()["url"]).rstrip("/")
    ended(client, url)
    assert client.get(f"{url}/api/others").json() == {"label": "", "images": [], "failures": []}


def test_a_series_is_converted_and_fetched_once(client: TestClient, tmp_path: Path) -> None:
    files = {f"IM{n}": instance(number=n) for n in (1, 2, 3)}
    url, _ = opened(client, client.post("/api/others", json={"paths": [str(plant(tmp_path / "in", files))]}))
    [series] = client.get(f"{url}/api/series").json()["items"]
    job = client.post(f"{url}/api/series/{series['id']}/convert", json={"form": "nii.gz"}).json()["job"]
    ended(client, url)
    told = client.get(f"{url}/api/jobs/{job}").json()
    assert (told["kind"], told["state"], told["summary"]["image"]["shape"]) == ("conversion", "done", [4, 4, 3, 1])
    answer = client.get(f"{url}/api/jobs/{job}/file")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert len(answer.content) == told["summary"]["size"]
    image = nibabel.Nifti1Image.from_bytes(gzip.decompress(answer.content))
    assert image.shape == (4, 4, 3)
    assert client.get(f"{url}/api/jobs/{job}/file").status_code == 404


def converted(client: TestClient, url: str, series: str, form: str) -> tuple[dict[str, Any], bytes]:
    job = client.post(f"{url}/api/series/{series}/convert", json={"form": form}).json()["job"]
    ended(client, url)
    told: dict[str, Any] = client.get(f"{url}/api/jobs/{job}").json()
    return told, client.get(f"{url}/api/jobs/{job}/file").content


def test_a_file_of_another_kind_becomes_dicom_in_a_zip_with_its_values_and_place(
    client: TestClient, tmp_path: Path
) -> None:
    values = NUMBERS / np.float32(7)
    url, _ = opened(client, client.post("/api/others", json={"paths": [str(nifti(tmp_path / "a.nii", values))]}))
    [series] = client.get(f"{url}/api/series").json()["items"]
    told, data = converted(client, url, series["id"], "dicom")
    assert (told["state"], told["summary"]["name"], told["progress"]["done"]) == ("done", "a.zip", 3)
    assert told["summary"]["image"]["remarks"] == ["rounded_to_16_bits"]
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert packed.namelist() == ["a/1.dcm", "a/2.dcm", "a/3.dcm"]
        images = [pydicom.dcmread(io.BytesIO(packed.read(name))) for name in packed.namelist()]
    assert [list(image.ImagePositionPatient) for image in images] == [[-10, 5, 20], [-10, 5, 24], [-10, 5, 28]]
    for image, plane in zip(images, np.moveaxis(values, 2, 0), strict=True):
        meant = image.pixel_array * float(image.RescaleSlope) + float(image.RescaleIntercept)
        assert np.allclose(meant, plane.T, atol=values.max() / 65_000)


def test_a_file_of_another_kind_is_converted_as_it_is_and_not_as_it_is_shown(
    client: TestClient, tmp_path: Path
) -> None:
    values = NUMBERS.astype(np.complex64) * 1j
    url, _ = opened(client, client.post("/api/others", json={"paths": [str(nifti(tmp_path / "a.nii", values))]}))
    [series] = client.get(f"{url}/api/series").json()["items"]
    _, data = converted(client, url, series["id"], "nii.gz")
    image = nibabel.Nifti1Image.from_bytes(gzip.decompress(data))
    assert np.array_equal(np.asanyarray(image.dataobj), values)  # its magnitude is what is shown


def test_a_series_that_is_dicom_comes_as_its_files_are(client: TestClient, tmp_path: Path) -> None:
    # no volume, and none is needed
    files = {f"IM{n}": instance(number=n, ImagePositionPatient=[0, 0, n * n]) for n in (1, 2, 3)}
    answer = client.post("/api/sessions", json={"path": str(plant(tmp_path / "in", files))})
    url = str(answer.json()["url"]).rstrip("/")
    ended(client, url)
    [series] = client.get(f"{url}/api/series").json()["items"]
    told, data = converted(client, url, series["id"], "dicom")
    assert (told["state"], told["summary"]["media_type"]) == ("done", "application/zip")
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert [packed.read(name) for name in packed.namelist()] == list(files.values())


def test_a_file_that_changed_is_not_converted_and_the_session_goes_on(client: TestClient, tmp_path: Path) -> None:
    paths = [str(nifti(tmp_path / name)) for name in ("a.nii", "b.nii")]
    url, _ = opened(client, client.post("/api/others", json={"paths": paths}))
    series = {one["description"]: one["id"] for one in client.get(f"{url}/api/series").json()["items"]}
    nifti(tmp_path / "a.nii", np.zeros((9, 9, 9), np.int16))
    answer = client.post(f"{url}/api/series/{series['a.nii']}/convert", json={"form": "dicom"})
    ended(client, url)
    # it is told at once, or by the job where that had begun by then
    said = client.get(f"{url}/api/jobs/{answer.json()['job']}").json() if answer.status_code == 202 else answer.json()
    assert "has changed" in (said.get("detail") or said["message"])
    assert converted(client, url, series["b.nii"], "nrrd")[1].startswith(b"NRRD0005")


def test_what_is_no_volume_is_said_with_its_reason(client: TestClient, tmp_path: Path) -> None:
    files = {f"IM{n}": instance(number=n, ImagePositionPatient=[0, 0, n * n]) for n in range(1, 6)}
    url, _ = opened(client, client.post("/api/others", json={"paths": [str(plant(tmp_path / "in", files))]}))
    [series] = client.get(f"{url}/api/series").json()["items"]
    answer = client.post(f"{url}/api/series/{series['id']}/convert", json={"form": "nii.gz"})
    assert (answer.status_code, answer.json()["reason"]) == (422, "uneven")
    assert client.post(f"{url}/api/series/{series['id']}/convert", json={"form": "exe"}).status_code == 400
    assert client.post(f"{url}/api/series/{series['id']}/convert", json={}).status_code == 400


def test_files_that_lie_are_refused_with_the_reason_and_the_door_goes_on(client: TestClient, tmp_path: Path) -> None:
    reasons = {
        "lying.nii": "ends_early",
        "nan.nii": "bad_geometry",
        "bomb.nii.gz": "bomb",
        "huge.png": "too_many_pixels",
    }
    for path in hostile(tmp_path):
        answer = client.post("/api/others", json={"paths": [path]})
        assert (answer.status_code, answer.json()["reason"]) == (422, reasons[path.rpartition("/")[2]])
    assert client.get("/api/sessions").json() == []
    opened(client, client.post("/api/others", json={"paths": [str(nifti(tmp_path / "good.nii"))]}))


def test_a_video_comes_in_stretches_as_a_browser_asks_for_it(client: TestClient, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(VIDEO)
    url, others = opened(client, client.post("/api/others", json={"paths": [str(path)]}))
    assert [(one["format"], one["video"]) for one in others["images"]] == [("MP4", 0)]
    address = f"{url}/api/others/videos/0"
    whole = client.get(address)
    assert (whole.status_code, whole.headers["content-type"], whole.content) == (200, "video/mp4", VIDEO)
    assert whole.headers["cache-control"] == "no-store"
    part = client.get(address, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.headers["content-range"]) == (206, f"bytes 10-19/{len(VIDEO)}")
    assert part.content == VIDEO[10:20]
    assert client.get(address, headers={"Range": f"bytes={len(VIDEO)}-"}).status_code == 416
    assert client.get(f"{url}/api/others/videos/1").status_code == 404
    path.write_bytes(VIDEO * 2)
    assert client.get(address).status_code == 503


def test_what_is_only_called_a_video_is_refused(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"<script>" * 100)
    answer = client.post("/api/others", json={"paths": [str(tmp_path / "clip.mp4")]})
    assert (answer.status_code, answer.json()["reason"]) == (422, "unknown")
