"""PET and CT of one space for the browser: ``python fusion.py FOLDER`` writes them below ``FOLDER/files``.

The CT is air with a block of bone, the PET a little uptake with a hot cube, and both blocks fill the same place of the
patient: x and y from -8 to 0 and from -16 to -8 mm, z from 10 to 18 mm. Their pixels, slices and first corners differ,
and each slice of the PET has a slope of its own, as most scanners write it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from tests import world

SPACE = world.uid(60)
PERSON: dict[str, Any] = {"patient_name": "BRUNI^Ida", "patient_id": "F-1", "StudyDescription": "PET/CT"}
# 70 kg and 70 MBq, injected as the scan began: a thousandth of Bq/ml is SUVbw
UPTAKE: dict[str, Any] = {
    "Units": "BQML",
    "CorrectedImage": ["DECY", "ATTN"],
    "DecayCorrection": "START",
    "PatientWeight": "70",
    "SeriesDate": "20240131",
    "SeriesTime": "101500",
    "AcquisitionDate": "20240131",
    "AcquisitionTime": "101500",
    "RadiopharmaceuticalInformationSequence": [
        {
            "RadionuclideTotalDose": "70000000",
            "RadionuclideHalfLife": "6586",
            "RadiopharmaceuticalStartTime": "101500",
        }
    ],
}
HOT, WARM = 5000, 500
BONE, AIR = 700, -1000


def ct(number: int) -> bytes:
    """64 × 64 pixels of 1 mm from -32 to 32 mm, at z = 0, 3 … 27."""
    z = 3 * (number - 1)
    values = np.full((64, 64), AIR, "<i2")
    if 10 < z < 18:  # noqa: PLR2004 - where the block lies
        values[16:24, 24:32] = BONE
    return world.instance(
        **PERSON,
        number=number,
        rows=64,
        columns=64,
        SeriesDescription="ct",
        FrameOfReferenceUID=SPACE,
        PixelRepresentation=1,
        WindowCenter="0",
        WindowWidth="2000",
        PixelSpacing=[1, 1],
        SliceThickness="3",
        ImagePositionPatient=[-31.5, -31.5, z],
        pixels=values.tobytes(),
    )


def pet(number: int) -> bytes:
    """16 × 16 pixels of 4 mm from -32 to 32 mm, at z = 0, 4 … 28."""
    slope = 1 + number % 3
    values = np.full((16, 16), WARM / slope, "<u2")
    if number in (4, 5):  # 12 and 16 mm: with half a slice at either end from 10 to 18
        values[4:6, 6:8] = HOT / slope
    return world.instance(
        **PERSON,
        **UPTAKE,
        number=number,
        modality="PT",
        series=2,
        SOPClassUID="1.2.840.10008.5.1.4.1.1.128",
        rows=16,
        columns=16,
        SeriesDescription="pet",
        FrameOfReferenceUID=SPACE,
        RescaleSlope=str(slope),
        RescaleIntercept="0",
        PixelSpacing=[4, 4],
        SliceThickness="4",
        ImagePositionPatient=[-30, -30, 4 * (number - 1)],
        pixels=values.tobytes(),
    )


def main(folder: Path) -> None:
    """Write it all below ``folder``."""
    files = {f"ct/{n}": ct(n) for n in range(1, 11)} | {f"pet/{n}": pet(n) for n in range(1, 9)}
    world.plant(folder / "files", files)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
