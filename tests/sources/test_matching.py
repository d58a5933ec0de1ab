"""The names of a DICOMDIR, and those that discs have instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fileroom.sources.matching import Finder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("there", "named", "found"),
    [
        (["DICOM/IM1"], ("DICOM", "IM1"), "DICOM/IM1"),
        (["dicom/im1"], ("DICOM", "IM1"), "dicom/im1"),
        (["DICOM/IM1.;1"], ("DICOM", "IM1"), "DICOM/IM1.;1"),
        (["DICOM/IM1;1"], ("DICOM", "IM1"), "DICOM/IM1;1"),
        (["Dicom/Im1.dcm"], ("DICOM", "IM1"), "Dicom/Im1.dcm"),
        (["DICOM/IM1.DCM;1"], ("DICOM", "IM1"), "DICOM/IM1.DCM;1"),
        # the one that fits best, not the first
        (["DICOM/im1", "DICOM/IM1.dcm", "DICOM/IM1"], ("DICOM", "IM1"), "DICOM/IM1"),
        (["DICOM/IM1.dcm", "DICOM/im1"], ("DICOM", "IM1"), "DICOM/im1"),
        (["DICOM/IM2"], ("DICOM", "IM1"), None),
        (["IM1"], ("DICOM", "IM1"), None),
        (["DICOM/IM1"], ("DICOM", "IM1", "IM1"), None),
    ],
)
def test_a_name_is_found_however_the_disc_writes_it(
    tmp_path: Path, there: list[str], named: tuple[str, ...], found: str | None
) -> None:
    for path in there:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"")
    if sum(path.is_file() for path in tmp_path.rglob("*")) < len(there):
        pytest.skip("this filesystem takes these names for one")
    assert Finder(str(tmp_path)).find(named) == found
