"""Structured reports as documents: what people read of a content tree, and what hostile trees come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fileroom.dicom.contents import content
from fileroom.dicom.contents.report import DEEPEST, Reference, Report, Table
from fileroom.errors import Undecodable
from tests.world import DEFLATED_LE, EXPLICIT_LE, IMPLICIT_LE, instance, uid

if TYPE_CHECKING:
    from pathlib import Path


def code(meaning: str, value: str = "1", scheme: str = "99X") -> list[dict[str, Any]]:
    return [{"CodeValue": value, "CodingSchemeDesignator": scheme, "CodeMeaning": meaning}]


def item(kind: str, name: str, **values: Any) -> dict[str, Any]:
    return {"ValueType": kind, "ConceptNameCodeSequence": code(name), **values}


def num(name: str, value: str, unit: str = "mm", **values: Any) -> dict[str, Any]:
    measured = [{"NumericValue": value, "MeasurementUnitsCodeSequence": code("millimeter", unit, "UCUM")}]
    return item("NUM", name, MeasuredValueSequence=measured, **values)


def read(folder: Path, *inside: dict[str, Any], **values: Any) -> Report:
    root = item("CONTAINER", "CT report", ContentSequence=list(inside))
    path = folder / "SR"
    path.write_bytes(instance(rows=0, modality="SR", **root, **values))
    found = content(path)
    assert found.kind == "report"
    assert isinstance(found.content, Report)
    return found.content


@pytest.mark.parametrize("syntax", [EXPLICIT_LE, IMPLICIT_LE, DEFLATED_LE])
def test_values_read_as_people_say_them(tmp_path: Path, syntax: str) -> None:
    image = {"ReferencedSOPClassUID": uid(2), "ReferencedSOPInstanceUID": uid(7), "ReferencedFrameNumber": [2, 3]}
    found = read(
        tmp_path,
        item("TEXT", "Finding", TextValue="A <b>mass</b>"),
        num("Diameter", "12.50"),
        num("Ratio", "0.4", "1"),
        item("CODE", "Site", ConceptCodeSequence=code("Left lung")),
        item("PNAME", "Reader", PersonName="ROSSI^Mario^^Dr."),
        item("IMAGE", "Source", ReferencedSOPSequence=[image]),
        item("SCOORD", "Outline", GraphicType="POLYLINE", GraphicData=[1.0, 1.0, 2.0, 2.0]),
        item("NUM", "Weight", NumericValueQualifierCodeSequence=code("Not a number")),
        transfer_syntax=syntax,
    )
    assert found.title == "CT report"
    assert [(one.kind, one.name, one.value, one.unit) for one in found.entries] == [
        ("text", "Finding", "A <b>mass</b>", ""),
        ("num", "Diameter", "12.50", "mm"),
        ("num", "Ratio", "0.4", ""),
        ("code", "Site", "Left lung", ""),
        ("pname", "Reader", "ROSSI, Dr. Mario", ""),
        ("image", "Source", "", ""),
        ("scoord", "Outline", "POLYLINE (2)", ""),
        ("num", "Weight", "Not a number", ""),
    ]
    assert found.entries[5].references == (Reference(sop_class_uid=uid(2), sop_instance_uid=uid(7), frames=(2, 3)),)


def test_measurement_groups_are_lines_of_a_table(tmp_path: Path) -> None:
    def group(*inside: dict[str, Any]) -> dict[str, Any]:
        name = code("Measurement Group", "125007", "DCM")
        return {"ValueType": "CONTAINER", "ConceptNameCodeSequence": name, "ContentSequence": list(inside)}

    mean = {"ValueType": "CODE", "ConceptNameCodeSequence": code("Derivation", "121401", "DCM")}
    mean["ConceptCodeSequence"] = code("Mean")
    groups = [
        group(item("TEXT", "Tracking", TextValue="one"), num("Length", "10")),
        group(item("TEXT", "Tracking", TextValue="two"), num("Density", "40", "HU", ContentSequence=[mean])),
    ]
    (measured,) = read(tmp_path, item("CONTAINER", "Imaging Measurements", ContentSequence=groups)).entries
    assert measured.table == Table(
        columns=("Tracking", "Length", "Density (Mean)"), rows=(("one", "10 mm", ""), ("two", "", "40 HU"))
    )
    assert len(measured.children) == 2


def test_a_reference_to_another_item_is_not_followed(tmp_path: Path) -> None:
    loop = {"RelationshipType": "CONTAINS", "ReferencedContentItemIdentifier": [1, 1]}
    (seen,) = read(tmp_path, loop).entries
    assert (seen.kind, seen.value) == ("see", "1.1")


def test_a_tree_that_is_too_deep_is_refused(tmp_path: Path) -> None:
    tree = item("TEXT", "leaf", TextValue="x")
    for _ in range(DEEPEST):
        tree = item("CONTAINER", "branch", ContentSequence=[tree])
    with pytest.raises(Undecodable, match="deeply"):
        read(tmp_path, tree)


def test_a_tree_that_is_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fileroom.dicom.contents.report.MOST_ENTRIES", 5)
    assert len(read(tmp_path, *[item("TEXT", "line", TextValue="x")] * 5).entries) == 5
    with pytest.raises(Undecodable, match="long"):
        read(tmp_path, *[item("TEXT", "line", TextValue="x")] * 6)


def test_a_file_that_is_cut_is_damaged_or_short(tmp_path: Path) -> None:
    whole = instance(
        rows=0, modality="SR", **item("CONTAINER", "R", ContentSequence=[item("TEXT", "a", TextValue="b" * 99)])
    )
    for length in range(len(whole) - 160, len(whole), 7):
        (tmp_path / "SR").write_bytes(whole[:length])
        try:
            content(tmp_path / "SR")
        except Undecodable:
            continue
