"""SUVbw against a calculation that is written out here, from the file as pydicom reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest

from fileroom.pixels.display import read_display
from fileroom.pixels.frames import native_frame
from tests.pixels.files import header_of, planted
from tests.world import instance, shared_data_folder

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

TRACER = {
    "RadionuclideTotalDose": "370000000",
    "RadionuclideHalfLife": "6586.2",
    "RadiopharmaceuticalStartTime": "095959.5",
}
PET: dict[str, Any] = {
    "modality": "PT",
    "Units": "BQML",
    "CorrectedImage": ["ATTN", "DECY"],
    "DecayCorrection": "START",
    "PatientWeight": "71.5",
    "RescaleSlope": "2.25",
    "RescaleIntercept": "0",
    "SeriesDate": "20240131",
    "SeriesTime": "110203.25",
    "AcquisitionDate": "20240131",
    "AcquisitionTime": "110400",
    "RadiopharmaceuticalInformationSequence": [TRACER],
}


def seconds(time: str) -> float:
    return int(time[:2]) * 3600 + int(time[2:4]) * 60 + float(time[4:])


def literally(path: Path) -> NDArray[Any]:
    """Activity (Bq/ml) by the injected one for each gram, decayed from the injection to the start of the series."""
    data: Any = pydicom.dcmread(path)
    tracer = data.RadiopharmaceuticalInformationSequence[0]
    elapsed = seconds(str(data.SeriesTime)) - seconds(str(tracer.RadiopharmaceuticalStartTime))
    left = float(tracer.RadionuclideTotalDose) * 2 ** (-elapsed / float(tracer.RadionuclideHalfLife))
    activity = data.pixel_array * float(data.RescaleSlope) + float(data.RescaleIntercept)
    found: NDArray[Any] = activity * float(data.PatientWeight) * 1000 / left
    return found


def ours(path: Path) -> NDArray[Any]:
    """The frame as it is served, by the factor that is told, as the viewer multiplies them."""
    header = header_of(path)
    uptake = read_display(path, header).uptake
    assert uptake is not None
    assert uptake.factor is not None
    kind = "<i2" if header.pixel_representation else "<u2"
    stored = np.frombuffer(native_frame(path, header, 1), kind).reshape(header.rows or 0, header.columns or 0)
    return (stored * (header.rescale_slope or 1) + (header.rescale_intercept or 0)) * uptake.factor


def test_a_made_image(tmp_path: Path) -> None:
    path, _ = planted(tmp_path, instance(**PET))
    assert literally(path).max() > 0
    np.testing.assert_allclose(ours(path), literally(path), rtol=1e-12)


@pytest.mark.parametrize("name", ["1.dcm", "2.dcm"])
def test_real_images(name: str) -> None:
    data = shared_data_folder()
    if data is None:
        pytest.skip("no shared data here")
    path = data / "dicom/suyashkumar-dicom" / name
    assert literally(path).max() > 1
    np.testing.assert_allclose(ours(path), literally(path), rtol=1e-9)


@pytest.mark.parametrize(
    ("private", "factor"),
    [
        ({"x70530010": ("LO", "Philips PET Private Group"), "x70531000": ("DS", "0.000425")}, 0.000425),
        ({"x70530010": ("LO", "Philips PET Private Group"), "x70531000": ("DS", "0")}, None),
        ({"x70530010": ("LO", "SOMEBODY ELSE"), "x70531000": ("DS", "0.000425")}, None),
        ({}, None),
    ],
)
def test_counts_of_philips(tmp_path: Path, private: dict[str, Any], factor: float | None) -> None:
    path, header = planted(tmp_path, instance(**(PET | {"Units": "CNTS"} | private)))
    uptake = read_display(path, header).uptake
    assert uptake is not None
    assert uptake.factor == factor
    assert uptake.missing == ("" if factor else "Units")
