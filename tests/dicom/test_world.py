"""The worlds we test with are DICOM: pydicom reads back what was written."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pydicom
import pytest

from tests import world

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "syntax", [world.IMPLICIT_LE, world.EXPLICIT_LE, world.EXPLICIT_BE, world.DEFLATED_LE], ids=lambda uid: uid
)
def test_pydicom_reads_what_world_writes(syntax: str) -> None:
    data = world.instance(
        transfer_syntax=syntax,
        patient_name="Müller^Jürgen",
        SpecificCharacterSet="ISO_IR 100",
        SliceThickness=2.5,
        ReferencedImageSequence=[{"ReferencedSOPInstanceUID": "2.999.7"}],
        x00090010=("LO", "ACME"),
    )
    read = pydicom.dcmread(BytesIO(data))
    assert read.file_meta.TransferSyntaxUID == syntax
    assert read.PatientName == "Müller^Jürgen"
    assert (read.SOPInstanceUID, read.StudyInstanceUID) == (world.sop_uid(), world.study_uid())
    assert (read.Rows, read.SliceThickness, list(read.PixelSpacing)) == (4, 2.5, [1, 1])
    assert read.ReferencedImageSequence[0].ReferencedSOPInstanceUID == "2.999.7"
    assert read[0x0009, 0x0010].value == "ACME"
    assert len(read.PixelData) == 32


def test_fragments_are_encapsulated() -> None:
    read = pydicom.dcmread(BytesIO(world.instance(pixels=[b"abc", b"defg"], transfer_syntax=world.JPEG_BASELINE)))
    assert read["PixelData"].is_undefined_length
    assert read.PixelData.endswith(b"abc\0\xfe\xff\x00\xe0\4\0\0\0defg")


def test_plant(tmp_path: Path) -> None:
    world.plant(tmp_path, {"a/b/IM1": b"1", "empty": None})
    assert (tmp_path / "a/b/IM1").read_bytes() == b"1"
    assert (tmp_path / "empty").is_dir()
