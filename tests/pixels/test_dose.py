"""Planes of a dose distribution: where they lie, and what their numbers are in gray."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fileroom.pixels.dose import dose_planes
from tests.pixels.files import planted
from tests.world import instance

if TYPE_CHECKING:
    from pathlib import Path

    from fileroom.pixels.functional_groups import PerFrame

DOSE: dict[str, Any] = {
    "modality": "RTDOSE",
    "SOPClassUID": "1.2.840.10008.5.1.4.1.1.481.2",
    "pixels": b"\0" * 32 * 3,
    "NumberOfFrames": 3,
    "ImagePositionPatient": [1, 2, 10],
    "GridFrameOffsetVector": [0, 2.5, 5],
    "DoseGridScaling": "0.001",
    "DoseUnits": "GY",
}


def planes(folder: Path, **values: Any) -> PerFrame | None:
    return dose_planes(*planted(folder, instance(**(DOSE | values))))


def test_planes_stand_along_the_normal(tmp_path: Path) -> None:
    found = planes(tmp_path)
    assert found is not None
    assert list(found.image_position) == [(1, 2, 10), (1, 2, 12.5), (1, 2, 15)]
    assert list(found.rescale_slope) == list((0.001,) * 3)


def test_offsets_may_be_positions(tmp_path: Path) -> None:
    found = planes(tmp_path, GridFrameOffsetVector=[10, 12, 14])
    assert found is not None
    assert list(found.image_position) == [(1, 2, 10), (1, 2, 12), (1, 2, 14)]


def test_a_dose_without_gray_has_no_scale(tmp_path: Path) -> None:
    found = planes(tmp_path, DoseUnits="RELATIVE")
    assert found is not None
    assert list(found.rescale_slope) == list((None,) * 3)


@pytest.mark.parametrize(
    "values",
    [{"GridFrameOffsetVector": [0, 2]}, {"GridFrameOffsetVector": None}, {"ImagePositionPatient": [1, 2]}],
)
def test_planes_that_lie_nowhere(tmp_path: Path, values: dict[str, Any]) -> None:
    assert planes(tmp_path, **values) is None
