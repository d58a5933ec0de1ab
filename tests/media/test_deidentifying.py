"""What is left of a patient after de-identifying (PS3.15 E.1), as a reader of the files finds it."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from dicomanonymizer.dicom_anonymization_databases import dicomfields_2026c as table
from pydicom import DataElement, Dataset, FileDataset, dcmread
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.tag import Tag

from fileroom.archive import Archive
from fileroom.model.entries import Level
from fileroom.model.media import Deidentify, MediaReport
from fileroom.model.queries import Query
from fileroom.settings import Settings
from tests.dicom.test_depth import nested
from tests.world import instance, plant, sop_uid, study_uid

if TYPE_CHECKING:
    from pathlib import Path

WHOLE_SLIDE = "1.2.840.10008.5.1.4.1.1.77.1.6"
SECRETS = (b"ROSSI", b"Via Roma", b"Doctor", b"PID-42", b"SECRET", b"19700102", b"20240131", b"2.999.")
TELLING: dict[str, Any] = {
    "PatientAddress": "Via Roma 1",
    "ReferringPhysicianName": "Doctor^Who",
    "PatientAge": "054Y",
    "x00091001": ("LO", "SECRET private"),
    "x00090010": ("LO", "SECRET CREATOR"),
    "RequestAttributesSequence": [
        {"RequestedProcedureID": "PID-42", "RequestedProcedureDescription": "SECRET", "ScheduledProcedureStepID": "1"}
    ],
    "ReferencedImageSequence": [
        {"ReferencedSOPClassUID": "1.2.840.10008.5.1.4.1.1.2", "ReferencedSOPInstanceUID": sop_uid(1, 1, 2)}
    ],
    "ProcedureCodeSequence": [{"CodeMeaning": "chest", "x00111001": ("LO", "SECRET inside")}],
    "StudyComments": "SECRET",
    "PatientBirthDateInAlternativeCalendar": "SECRET year of the horse",
    "PositionReferenceIndicator": "SECRET",
    "PlacerOrderNumberProcedure": "SECRET",
    "RetrieveURL": "https://house.example/SECRET",
    "DateOfGainCalibration": "20240131",
    "SOPInstanceUIDOfConcatenationSource": sop_uid(1, 1, 2),
    "SeriesDescriptionCodeSequence": [{"CodeMeaning": "for Ali", "CodeValue": "1", "CodingSchemeDesignator": "L"}],
    "SequenceName": "for rossi",
    "AcquisitionProtocolDescription": "PID-42",
}


def write(
    tmp_path: Path, world: dict[str, bytes], wanted: Deidentify | None = None
) -> tuple[MediaReport, list[FileDataset]]:
    folder = plant(tmp_path / "in", world)
    with Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as house:
        house.bring_in([str(folder)])
        ids = [one.id for one in house.search(Query(level=Level.PATIENT)).items]
        report = house.write_media(ids, tmp_path / "out", deidentify=wanted or Deidentify())
    found = [dcmread(path) for path in sorted((tmp_path / "out" / "DICOM").rglob("IM*"))]
    return report, found


def test_nothing_that_identifies_is_left_in_any_file_of_the_medium(tmp_path: Path) -> None:
    world = {
        "1": instance(number=1, patient_id="PID-42", **TELLING),
        "2": instance(number=2, patient_id="PID-42", **TELLING),
    }
    report, (first, second) = write(tmp_path, world)
    everything = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert [one for one in SECRETS if one in everything] == []
    assert (first.PatientName, first.PatientID) == ("ANON00001", "ANON00001")
    assert first.PatientIdentityRemoved == "YES"
    assert [one.CodeValue for one in first.DeidentificationMethodCodeSequence] == ["113100"]
    assert first.ProcedureCodeSequence[0].CodeMeaning == "chest"
    assert first.pixel_array.tolist() == dcmread(tmp_path / "in" / "1").pixel_array.tolist()
    assert first.StudyInstanceUID == second.StudyInstanceUID
    assert first.ReferencedImageSequence[0].ReferencedSOPInstanceUID == second.SOPInstanceUID
    assert first.file_meta.MediaStorageSOPInstanceUID == first.SOPInstanceUID
    assert second.SOPInstanceUID == first.SOPInstanceUIDOfConcatenationSource
    assert report.changed["removed PatientAddress"] == 2
    assert report.changed["removed private attributes"] >= 4


ROWS = sorted(
    {tuple(tag) for tag in table.ALL_TAGS if len(tag) == 2}
    - {(0x0002, 0x0003), (0x0040, 0xA730), (0x0042, 0x0011)}  # of the meta group; documents, which are left out
)
OVERLAY: dict[str, Any] = {
    "x60000010": ("US", 2),
    "x60000011": ("US", 2),
    "x60003000": ("OB", b"SECRET"),
    "x60004000": ("LT", "SECRET"),
}


def test_no_row_of_the_table_keeps_what_it_said(tmp_path: Path) -> None:
    """Each attribute of Table E.1-1 that a dictionary knows, at the top and in a sequence that is kept."""
    data = dcmread(BytesIO(instance()))
    inside = Dataset()
    for tag in ROWS:
        if dictionary_has_tag(tag) and Tag(tag).group > 2:
            for one in (data, inside):
                one[tag] = DataElement(tag, dictionary_VR(tag), telling(dictionary_VR(tag)))
    data.DerivationCodeSequence = [inside]
    out = BytesIO()
    data.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    data.save_as(out)
    _, (found,) = write(tmp_path, {"1": out.getvalue()})
    kept = [
        str(one.tag)
        for cleaned, was in ((found, data), (found.DerivationCodeSequence[0], inside))
        for one in cleaned
        if (one.tag.group, one.tag.element) in ROWS and one.value == was[one.tag].value and one.value not in ("", None)
    ]
    assert len(inside) > 600
    assert kept == []


def telling(vr: str) -> Any:
    if vr == "SQ":
        item = Dataset()
        item.ReferencedSOPInstanceUID = "2.999.77"
        return [item]
    words = {"DA": "19700102", "TM": "111213", "DT": "19700102111213", "AS": "054Y", "DS": "77", "IS": "77"}
    words |= {"UI": "2.999.77", "CS": "SECRET", "UR": "https://house.example/"}
    if vr in {"US", "UL", "SS", "SL", "FL", "FD", "UV", "SV"}:
        return 77
    return words.get(vr) or (b"SECRET" if vr in {"OB", "OW", "UN", "OF", "OD", "OL", "OV"} else "SECRET")


def test_an_overlay_goes_as_a_whole(tmp_path: Path) -> None:
    _, (found,) = write(tmp_path, {"1": instance(**OVERLAY)})
    assert [one.tag for one in found if one.tag.group == 0x6000] == []


@pytest.mark.parametrize("text", ["for KIM", "seen by Strangelove", "acc 4711-88", "pid-42"])
def test_text_that_speaks_of_somebody_is_emptied(tmp_path: Path, text: str) -> None:
    """Names of two letters count as words, those of physicians and the numbers of the house as well."""
    image = instance(
        patient_name="KIM^Yu",
        patient_id="PID-42",
        SequenceName=text,
        ReconstructionMethod="3D-OSEM of MAXIKIM",
        AccessionNumber="4711-88",
        OperatorsName="Strangelove^Dr",
    )
    _, (found,) = write(tmp_path, {"1": image})
    assert not found.SequenceName
    assert found.ReconstructionMethod == "3D-OSEM of MAXIKIM"


def test_what_is_asked_for_is_kept_and_said(tmp_path: Path) -> None:
    wanted = Deidentify(retain_uids=True, retain_dates=True, retain_characteristics=True)
    _, (only,) = write(tmp_path, {"1": instance(**TELLING)}, wanted)
    assert (only.StudyInstanceUID, only.StudyDate, only.PatientAge, only.PatientSex) == (
        study_uid(),
        "20240131",
        "054Y",
        "M",
    )
    assert not only.PatientBirthDate
    codes = [one.CodeValue for one in only.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113106", "113108", "113110"]
    assert only.LongitudinalTemporalInformationModified == "UNMODIFIED"


def test_strangers_stay_strangers_and_two_exports_have_nothing_in_common(tmp_path: Path) -> None:
    world = {"1": instance(), "2": instance(study=2, patient_id="43", patient_name="NERI^Anna")}
    _, once = write(tmp_path / "a", world)
    _, again = write(tmp_path / "b", world)
    assert [str(one.PatientID) for one in once] == ["ANON00001", "ANON00002"]
    assert {one.SOPInstanceUID for one in once}.isdisjoint(one.SOPInstanceUID for one in again)


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (instance(BurnedInAnnotation="YES"), "burned-in"),
        (instance(modality="US"), "burned-in"),
        (instance(modality="US", BurnedInAnnotation="NO"), ""),
        (instance(modality="OT"), "burned-in"),
        (instance(ImageType=["DERIVED", "SECONDARY", "SCREEN SAVE"]), "burned-in"),
        (
            instance(modality="SM", ImageType=["ORIGINAL", "PRIMARY", "LABEL", "NONE"], SOPClassUID=WHOLE_SLIDE),
            "burned-in",
        ),
        (instance(modality="SM", ImageType=["ORIGINAL", "PRIMARY", "VOLUME", "NONE"], SOPClassUID=WHOLE_SLIDE), ""),
        (instance(modality="SEG", SOPClassUID="1.2.840.10008.5.1.4.1.1.66.4"), ""),
        (instance(x60000010=("US", 2), x60000102=("US", 12)), "burned-in"),  # an overlay in bits of the pixels
        (instance(RequestAttributesSequence=nested(2000)[12:]), "unreadable"),
        (instance(modality="SR", rows=0, ContentSequence=[{"TextValue": "Mario Rossi"}]), "document"),
        (instance(), ""),
    ],
)
def test_what_cannot_be_cleaned_is_left_out(tmp_path: Path, image: bytes, reason: str) -> None:
    report, found = write(tmp_path, {"1": image, "2": instance(study=9)})
    assert [one.reason for one in report.left_out] == ([reason] if reason else [])
    assert len(found) == (1 if reason else 2)


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"])
def test_a_file_without_a_meta_group_gets_one(tmp_path: Path, syntax: str) -> None:
    bare = instance(transfer_syntax=syntax, preamble=False, meta=False)
    report, (only,) = write(tmp_path, {"1": bare})
    assert (report.left_out, only.file_meta.TransferSyntaxUID) == ((), syntax)
    assert (only.Rows, len(only.PixelData), only.PatientID == "42") == (4, 32, False)


def test_force_takes_pixels_that_may_show_a_name(tmp_path: Path) -> None:
    _, (only,) = write(tmp_path, {"1": instance(modality="US")}, Deidentify(force=True))
    assert only.Modality == "US"
