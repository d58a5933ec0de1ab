"""Every file gets a header or a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fileroom.dicom.reading import read_header
from tests import world

if TYPE_CHECKING:
    from pathlib import Path


def test_a_plain_instance(tmp_path: Path) -> None:
    file = tmp_path / "IM1"
    file.write_bytes(world.instance(patient_name="ROSSI^Mario", number=3, SliceThickness=2.5))
    reading = read_header(str(file))
    assert reading.header is not None
    assert (reading.outcome, reading.reason, reading.detail) == (None, None, "")
    assert (reading.size, reading.mtime_ns) == (file.stat().st_size, file.stat().st_mtime_ns)
    assert len(reading.digest) == 16
    header = reading.header
    assert (header.patient_name, header.instance_number, header.slice_thickness) == ("ROSSI^Mario", 3, 2.5)
    assert header.sop_instance_uid == world.sop_uid(1, 1, 3)
    assert (header.pixel_length, header.has_pixels) == (32, True)
    assert header.pixel_offset == reading.size - 32
