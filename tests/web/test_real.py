"""The app's own api over a real archive: from choosing a folder to the pixels of a frame."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import world
from tests.patience import until
from tests.web.real import FRAMES, RAMP, Web, opened

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with opened(tmp_path) as door:
        yield door


def get(web: Web, path: str) -> Any:
    answer = web.client.get(path)
    assert answer.status_code == 200, answer.text[:200]
    return answer.json()


def test_from_patients_to_pixels(web: Web) -> None:
    patients = get(web, "/api/patients?q=muller")
    assert patients["total"] == 1
    (patient,) = patients["items"]
    assert patient["name"]["alphabetic"] == "MÜLLER^Jörg"
    (study,) = get(web, f"/api/studies?patient={patient['id']}")["items"]
    assert (study["study_instance_uid"], study["counts"]["instances"]) == ("2.999.1", 5)
    ct, capture = get(web, f"/api/series?study={study['id']}")["items"]
    assert (ct["modality"], capture["modality"]) == ("CT", "SC")
    assert get(web, f"/api/entries/{ct['id']}") == {"level": "series", "entry": ct}
    images = get(web, f"/api/series/{ct['id']}/images")
    assert [image["instance_number"] for image in images["instances"]] == [1, 2, 3]
    accept = {"Accept": "application/octet-stream; transfer-syntax=*"}
    for image in images["instances"]:
        answer = web.client.get(f"{image['frames_url']}/1", headers=accept)
        assert answer.content == RAMP
        assert answer.headers["Content-Type"].endswith(image["transfer_syntax_uid"])
    cine = get(web, f"/api/series/{capture['id']}/images")["instances"][1]
    assert cine["frames"] == 3
    assert [web.client.get(f"{cine['frames_url']}/{n}", headers=accept).content for n in (1, 2, 3)] == FRAMES
    page = get(web, f"/api/instances?series={ct['id']}&limit=2")
    assert (len(page["items"]), page["total"]) == (2, 3)


def test_thumbnails(web: Web) -> None:
    for series in get(web, "/api/series")["items"]:
        answer = web.client.get(f"/api/series/{series['id']}/thumbnail")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] in {"image/jpeg", "image/png"}
        assert answer.content


def test_a_thumbnail_of_a_series_whose_middle_image_is_lost(web: Web) -> None:
    ct = next(one for one in get(web, "/api/series")["items"] if one["modality"] == "CT")
    images = get(web, f"/api/series/{ct['id']}/images")["instances"]
    Path(web.archive.read(images[1]["id"]).path).unlink()
    assert web.client.get(f"/api/series/{ct['id']}/thumbnail").status_code == 200


def test_no_thumbnail_is_kept_of_a_series_that_cannot_be_reached(web: Web) -> None:
    ct = next(one for one in get(web, "/api/series")["items"] if one["modality"] == "CT")
    images = get(web, f"/api/series/{ct['id']}/images")["instances"]
    paths = [Path(web.archive.read(image["id"]).path) for image in images]
    for path in paths:
        path.rename(f"{path}.away")
    assert web.client.get(f"/api/series/{ct['id']}/thumbnail").status_code != 200
    for path in paths:
        Path(f"{path}.away").rename(path)
    assert web.client.get(f"/api/series/{ct['id']}/thumbnail").status_code == 200


SORTABLE = {
    "patients": "name birth_date patient_id sex studies series instances bytes last_study_date",
    "studies": "date description modalities accession_number institution_name series instances bytes patient_name",
    "series": "number modality description date instances frames bytes slice_thickness body_part_examined",
    "instances": "number",
}


@pytest.mark.parametrize("name", SORTABLE)
def test_every_documented_field_sorts_both_ways(web: Web, name: str) -> None:
    for field in SORTABLE[name].split():
        up = [one["id"] for one in get(web, f"/api/{name}?order={field}")["items"]]
        down = [one["id"] for one in get(web, f"/api/{name}?order=-{field}")["items"]]
        assert sorted(up) == sorted(down)
        assert len(up) == len(set(up)) > 1


@pytest.mark.parametrize(
    "path", ["patients?order=password", "patients?order=name,", "patients?order=--name", "studies?order=name"]
)
def test_no_other_field_does(web: Web, path: str) -> None:
    answer = web.client.get(f"/api/{path}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_lists_come_in_their_documented_order(web: Web) -> None:
    names = [one["name"]["alphabetic"] for one in get(web, "/api/patients")["items"]]
    assert names == ["BLANK", "MÜLLER^Jörg", "ROSSI^Mario", "ROSSINI^Gio", "Yamada^Tarou"]
    dates = [one["date"] for one in get(web, "/api/studies")["items"]]
    assert dates == sorted(dates, reverse=True)


def test_an_import_by_the_page(web: Web, tmp_path: Path) -> None:
    more = world.plant(tmp_path / "more", {"new": world.instance(study=9, patient_id="9"), "text.dcm": b"not DICOM"})
    folder = get(web, f"/api/folder?path={tmp_path}")
    (chosen,) = [one["path"] for one in folder["folders"] if one["name"] == "more"]
    assert chosen == str(more)
    answer = web.client.post("/api/imports", json={"paths": [chosen]})
    assert answer.status_code == 202
    events = web.client.get(f"/api/jobs/{answer.json()['job']}/events").text
    kind, data = events.strip().rpartition("\n\n")[2].split("\n")
    assert kind == "event: end"
    end = json.loads(data.removeprefix("data: "))
    assert end["state"] == "done"
    assert (end["summary"]["added"], end["summary"]["not_dicom"], end["summary"]["studies"]) == (1, 1, 1)
    assert get(web, "/api/imports?limit=1")["items"] == [end["summary"]]
    number = end["summary"]["import"]
    assert get(web, f"/api/imports/{number}") == end["summary"]
    ledger = get(web, f"/api/imports/{number}/ledger")["items"]
    assert [(one["path"].rpartition("/")[2], one["outcome"]) for one in ledger] == [
        ("new", "added"),
        ("text.dcm", "not_dicom"),
    ]
    (left_out,) = get(web, f"/api/imports/{number}/ledger?outcome=not_dicom")["items"]
    assert left_out["reason"] == "no_dicom"
    recent = [one["path"] for one in get(web, "/api/places") if one["kind"] == "recent"]
    assert str(more) in recent


def test_removing_and_taking_it_back(web: Web) -> None:
    (patient,) = get(web, "/api/patients?q=muller")["items"]
    removed = web.client.post("/api/remove", json={"ids": [patient["id"]]}).json()["removed"]
    assert removed["instances"] == 5
    assert get(web, "/api/patients")["total"] == 4
    assert web.get("/studies/2.999.1").status_code == 404
    restored = web.client.post("/api/restore", json={"ids": [patient["id"]]}).json()["restored"]
    assert restored == removed
    assert get(web, "/api/patients")["total"] == 5
    assert web.client.post("/api/remove", json={"ids": ["none-such"]}).status_code == 404


def test_files_that_are_gone_are_unavailable_not_unknown(web: Web, tmp_path: Path) -> None:
    for path in (tmp_path / "scans" / "1").iterdir():
        path.unlink()
    answer = web.get("/studies/2.999.1")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    (series, *_) = get(web, "/api/series?q=muller")["items"]
    image = get(web, f"/api/series/{series['id']}/images")["instances"][0]
    assert web.client.get(f"{image['frames_url']}/1").status_code == 503


def test_status_and_tokens(web: Web) -> None:
    status = get(web, "/api/status")
    assert (status["patients"], status["studies"], status["instances"], status["sealed"]) == (5, 6, 10, True)
    secret = web.archive.new_token("script")
    assert web.client.get("/api/session", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert web.client.get("/api/session", headers={"Authorization": f"Bearer {secret}x"}).status_code == 401


def test_a_ledger_to_keep(web: Web, tmp_path: Path) -> None:
    more = world.plant(tmp_path / "more", {"=1": b"not DICOM", "a\nb": b"no"} | {f"n{n}": b"no" for n in range(2100)})
    web.archive.bring_in(more)
    table = web.client.get("/api/imports/2/ledger.csv")
    assert table.headers["Content-Disposition"] == 'attachment; filename="import-2.csv"'
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = table.content.decode("utf-8-sig").split("\r\n")
    assert (rows[0], len(rows)) == ("path,outcome,reason,why,size", 2102 + 2)
    assert rows[1] == f"{more}/=1,not_dicom,no_dicom,not a DICOM file,9"
    assert rf"{more}/a\nb,not_dicom,no_dicom,not a DICOM file,2" in rows
    whole = web.client.get("/api/imports/2/ledger.json")
    assert whole.headers["Content-Disposition"] == 'attachment; filename="import-2.json"'
    told = whole.json()
    assert (told["import"]["import"], len(told["ledger"])) == (2, 2102)
    assert get(web, "/api/imports/1/ledger.json?outcome=unreadable")["ledger"] == []
    assert web.client.get("/api/imports/7/ledger.csv").status_code == 404


def test_the_list_of_roots(web: Web, tmp_path: Path) -> None:
    root = get(web, "/api/roots")[0]
    at = f"/api/roots/{root['id']}"
    assert (root["state"], root["watched"], root["files"] >= root["dicom"] > 0) == ("online", False, True)
    assert web.client.patch(at, json={"watched": True}).json() == root | {"watched": True} == get(web, at)
    assert web.client.patch(at, json={"watched": 1}).status_code == 400
    job = web.client.post(f"{at}/import", json={}).json()["job"]
    until(lambda: get(web, f"/api/jobs/{job}")["state"] == "done")
    assert get(web, f"/api/jobs/{job}")["summary"]["unchanged"] == root["files"]
    before = get(web, "/api/patients")
    removed = web.client.delete(at).json()["removed"]
    assert removed["instances"] > 0
    assert root["id"] not in [one["id"] for one in get(web, "/api/roots")]
    assert get(web, "/api/patients")["total"] < before["total"]
    assert web.client.delete(at).status_code == web.client.get(at).status_code == 404
    assert web.client.post(f"{at}/import", json={}).status_code == 404
    assert web.client.post(f"{at}/restore", json={}).json()["restored"] == removed
    assert get(web, "/api/patients") == before
    assert web.client.get("/api/roots/x").status_code == 404
