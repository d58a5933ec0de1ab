"""Measurements: checked, kept sealed, and handed out as a table and as a structured report."""

from __future__ import annotations

import shutil
import subprocess
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pydicom
import pytest

import fileroom
from fileroom.errors import BadRequest, NotFound
from fileroom.model.entries import Level
from fileroom.model.plain import plain
from fileroom.model.queries import Query
from fileroom.settings import Settings
from tests.world import instance, plant, sop_uid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LENGTH: dict[str, Any] = {
    "id": "a-1",
    "kind": "length",
    "sop_instance_uid": sop_uid(1, 1, 2),
    "frame": 1,
    "points": [[1.0, 2.0], [4.0, 6.0]],
    "text": "=cmd",
    "values": [{"name": "length", "value": 5.0, "unit": "mm"}],
}
REGION: dict[str, Any] = {
    "id": "b-2",
    "kind": "ellipse",
    "sop_instance_uid": sop_uid(1, 1, 1),
    "frame": 1,
    "points": [[2, 0], [2, 2], [0, 1], [4, 1]],
    "text": "",
    "values": [
        {"name": "area", "value": 12.5, "unit": "mm2"},
        {"name": "mean", "value": -31.25, "unit": "HU"},
        {"name": "sd", "value": 3.5, "unit": "HU"},
    ],
}
CUT: dict[str, Any] = LENGTH | {
    "id": "d-4",
    "points": [[1.0, 2.0], [4.0, -2.0]],
    "plane": {"name": "coronal", "origin": [10.0, 20.0, 30.0], "right": [1.0, 0.0, 0.0], "down": [0.0, 0.0, -1.0]},
}
ARROW: dict[str, Any] = LENGTH | {"id": "c-3", "kind": "arrow", "text": "Nodulo?", "values": []}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[fileroom.Archive]:
    plant(tmp_path / "scans", {f"{n}": instance(number=n, FrameOfReferenceUID="2.999.7") for n in (1, 2, 3)})
    with fileroom.open(settings=Settings(archive=tmp_path / "archive", use_keyring=False)) as opened:
        opened.bring_in(tmp_path / "scans")
        yield opened


def series(archive: fileroom.Archive) -> str:
    found: str = archive.search(Query(level=Level.SERIES)).items[0].id
    return found


def test_what_is_kept_comes_back_and_is_replaced(archive: fileroom.Archive) -> None:
    one = series(archive)
    assert archive.measurements(one) == ()
    archive.set_measurements(one, [LENGTH, REGION])
    assert plain(archive.measurements(one)) == [LENGTH | {"plane": None}, REGION | {"plane": None}]
    archive.set_measurements(one, [ARROW])
    assert [found.id for found in archive.measurements(one)] == ["c-3"]
    archive.set_measurements(one, [])
    assert archive.measurements(one) == ()


def test_nothing_of_it_can_be_read_in_the_catalog(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.set_measurements(series(archive), [ARROW])
    assert all(b"Nodulo" not in path.read_bytes() for path in (tmp_path / "archive").rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "volume"},
        {"points": [[1, 2]]},
        {"points": [[1, 2], [3, "4"]]},
        {"points": [[1, 2], [float("nan"), 4]]},
        {"points": [[1, 2], [1e9, 4]]},
        {"frame": 0},
        {"frame": True},
        {"id": "../x"},
        {"sop_instance_uid": ""},
        {"text": "x" * 501},
        {"values": [{"name": "length", "value": 5, "unit": "ells"}]},
        {"values": [{"name": "length", "value": 5, "unit": "mm"}] * 9},
        {"plane": "axial"},
        {"plane": CUT["plane"] | {"name": "oblique"}},
        {"plane": CUT["plane"] | {"origin": [1, 2]}},
        {"plane": CUT["plane"] | {"right": [0, 0, 0]}},
        {"plane": CUT["plane"] | {"right": [0, 0, 1]}},
    ],
)
def test_what_is_no_measurement_is_refused_whole(archive: fileroom.Archive, change: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        archive.set_measurements(series(archive), [REGION, LENGTH | change])
    assert archive.measurements(series(archive)) == ()


def test_there_is_a_limit_and_each_id_is_one(archive: fileroom.Archive) -> None:
    for wrong in ([LENGTH | {"id": str(n)} for n in range(1001)], [LENGTH, LENGTH], "x", None):
        with pytest.raises(BadRequest):
            archive.set_measurements(series(archive), wrong)
    with pytest.raises(BadRequest):
        archive.set_measurements(archive.search(Query(level=Level.STUDY)).items[0].id, [])


def test_as_a_table_that_no_spreadsheet_runs(archive: fileroom.Archive) -> None:
    one = series(archive)
    with pytest.raises(NotFound):
        archive.export_measurements(one, "csv")
    archive.set_measurements(one, [LENGTH, REGION, ARROW])
    head, *lines = archive.export_measurements(one, "csv").decode().split("\r\n")
    assert head == "measurement,kind,sop_instance_uid,frame,points,text,name,value,unit"
    assert lines[0] == f"a-1,length,{sop_uid(1, 1, 2)},1,1\\2\\4\\6,'=cmd,length,5.0,mm"
    assert [line.split(",")[-3:] for line in lines[1:5]] == [
        ["area", "12.5", "mm2"],
        ["mean", "-31.25", "HU"],
        ["sd", "3.5", "HU"],
        ["", "", ""],
    ]


def test_what_was_measured_in_a_plane_leaves_by_its_places_in_the_patient(archive: fileroom.Archive) -> None:
    one = series(archive)
    region = CUT | {"id": "e-5", "kind": "rectangle", "values": REGION["values"]}
    ellipse = CUT | {"id": "f-6", "kind": "ellipse", "points": [[0, -1], [0, 1], [-3, 0], [3, 0]], "values": []}
    archive.set_measurements(one, [CUT, region, ellipse, LENGTH])
    assert plain(archive.measurements(one))[0] == CUT
    _, line, *_ = archive.export_measurements(one, "csv").decode().split("\r\n")
    assert line.split(",")[4] == r"11\20\28\14\20\32"
    report = pydicom.dcmread(BytesIO(archive.export_measurements(one, "sr")))
    assert report.SOPClassUID == report.file_meta.MediaStorageSOPClassUID == "1.2.840.10008.5.1.4.1.1.88.34"
    found = [(item.GraphicType, list(item.GraphicData)) for item in items(report, "SCOORD3D")]
    assert found == [
        ("POLYLINE", [11, 20, 28, 14, 20, 32]),
        ("POLYGON", [11, 20, 28, 14, 20, 28, 14, 20, 32, 11, 20, 32, 11, 20, 28]),
        ("ELLIPSE", [7, 20, 30, 13, 20, 30, 10, 20, 31, 10, 20, 29]),  # the longer axis first
    ]
    space = {item.ReferencedFrameOfReferenceUID for item in items(report, "SCOORD3D")}
    assert space == {"2.999.7"}
    assert [item.GraphicType for item in items(report, "SCOORD")] == ["POLYLINE"]


def items(content: Any, kind: str) -> list[Any]:
    inside = list(content.get("ContentSequence", []))
    return [item for item in inside if item.ValueType == kind] + [f for item in inside for f in items(item, kind)]


def test_as_a_structured_report(archive: fileroom.Archive) -> None:
    one = series(archive)
    archive.set_measurements(one, [LENGTH, REGION, ARROW, LENGTH | {"id": "z", "sop_instance_uid": "2.999.404"}])
    report = pydicom.dcmread(BytesIO(archive.export_measurements(one, "sr")))
    assert (str(report.PatientName), report.Modality, report.ContentTemplateSequence[0].TemplateIdentifier) == (
        "ROSSI^Mario",
        "SR",
        "1500",
    )
    numbers = [
        (
            item.ConceptNameCodeSequence[0].CodeMeaning,
            value.NumericValue,
            value.MeasurementUnitsCodeSequence[0].CodeValue,
        )
        for item in items(report, "NUM")
        for value in item.MeasuredValueSequence
    ]
    assert numbers == [
        ("Length", 5, "mm"),
        ("Area", 12.5, "mm2"),
        ("Attenuation Coefficient", -31.25, "[hnsf'U]"),
        ("Attenuation Coefficient", 3.5, "[hnsf'U]"),
    ]
    assert len(items(report, "SCOORD")) == 3
    shapes = {item.GraphicType: list(item.GraphicData) for item in items(report, "SCOORD")}
    # the longer axis first, and half a pixel from its middle to its corner
    assert shapes["ELLIPSE"] == [0.5, 1.5, 4.5, 1.5, 2.5, 0.5, 2.5, 2.5]
    assert shapes["POLYLINE"] == [1.5, 2.5, 4.5, 6.5]
    (study,) = report.CurrentRequestedProcedureEvidenceSequence
    named = {image.ReferencedSOPInstanceUID for image in study.ReferencedSeriesSequence[0].ReferencedSOPSequence}
    assert named == {sop_uid(1, 1, 1), sop_uid(1, 1, 2)}


@pytest.mark.skipif(shutil.which("dsrdump") is None, reason="dsrdump (DCMTK) is not installed")
def test_another_toolkit_reads_the_report_without_a_word(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.set_measurements(series(archive), [LENGTH, REGION, ARROW])
    path = tmp_path / "report.dcm"
    path.write_bytes(archive.export_measurements(series(archive), "sr"))
    done = subprocess.run(["dsrdump", "-Ee", "+Pn", str(path)], capture_output=True, text=True, check=True)
    # its checker of values knows no UTF-8, and says so
    assert [line for line in done.stderr.splitlines() if "VR checker does not support" not in line] == []
    for wanted in ('"Imaging Measurement Report"', '"5" (mm', "ELLIPSE", "Nodulo?"):
        assert wanted in done.stdout
