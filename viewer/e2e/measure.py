"""Phantoms with known sizes: `python viewer/e2e/measure.py FOLDER`.

`FOLDER/files/phantom`: one image whose pixels are half a millimetre wide and one high, with a block, a disc, a
triangle and two bars; `FOLDER/truth.json` says how large they are, in millimetres from the middle of the first pixel.
`FOLDER/files/clip`: a film whose frames come unevenly. `ultrasound`: the phantom with a calibrated region at the left,
a spectrum below within it, and a pixel spacing for the whole that holds for neither. `uptake`: the phantom as PET.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tests import world

if TYPE_CHECKING:
    from numpy.typing import NDArray

NERI: dict[str, Any] = {"patient_name": "NERI^Ada", "patient_id": "N-5", "StudyDescription": "Phantoms", "study": 11}
ROWS, COLUMNS = 120, 240
DOWN, ACROSS = 1.0, 0.5  # millimetres between rows, and between columns
BACKGROUND = -50
BLOCK = ((10.0, 10.0), (50.0, 30.0), 100)
DISC = ((90.0, 32.0), 20.0, 200)
TRIANGLE = (((10.0, 60.0), (50.0, 60.0), (10.0, 90.0)), 300)
SLOPES = (10.0, -15.0)  # degrees
TANGENTS = [float(np.tan(np.radians(slope))) for slope in SLOPES]
BARS = tuple(((60.0, y), (110.0, y + 50 * slope)) for y, slope in zip((75.0, 110.0), TANGENTS, strict=True))
BAR = 400


def phantom() -> NDArray[np.int16]:
    """A value at each place."""
    y, x = np.mgrid[:ROWS, :COLUMNS] * np.array([DOWN, ACROSS])[:, None, None]
    values = np.full((ROWS, COLUMNS), BACKGROUND)
    (left, top), (right, bottom), value = BLOCK
    values[(x >= left) & (x <= right) & (y >= top) & (y <= bottom)] = value
    (middle_x, middle_y), radius, value = DISC
    values[(x - middle_x) ** 2 + (y - middle_y) ** 2 <= radius**2] = value
    ((x0, y0), (x1, _), (_, y2)), value = TRIANGLE
    values[(x >= x0) & (y >= y0) & ((x - x0) / (x1 - x0) + (y - y0) / (y2 - y0) <= 1)] = value
    for (from_x, from_y), (to_x, to_y) in BARS:
        line = from_y + (x - from_x) * (to_y - from_y) / (to_x - from_x)
        values[(x >= from_x) & (x <= to_x) & (np.abs(y - line) <= DOWN)] = BAR
    return values.astype(np.int16)


def image_of(series: int, modality: str, name: str, **attributes: Any) -> bytes:
    """The phantom as an image of ``modality``."""
    usual = {"PixelSpacing": [DOWN, ACROSS]}
    return world.instance(
        **NERI,
        **(usual | attributes),
        series=series,
        modality=modality,
        rows=ROWS,
        columns=COLUMNS,
        pixels=phantom().astype("<i2").tobytes(),
        PixelRepresentation=1,
        RescaleSlope="1",
        RescaleIntercept="0",
        WindowCenter="150",
        WindowWidth="600",
        SeriesDescription=name,
    )


def region(bottom: int) -> dict[str, Any]:
    """The left half of an image of ultrasound, with columns of the phantom's size."""
    return {
        "RegionSpatialFormat": 1,
        "RegionFlags": 1,
        "RegionLocationMinX0": 0,
        "RegionLocationMinY0": 0,
        "RegionLocationMaxX1": COLUMNS // 2,
        "RegionLocationMaxY1": bottom,
        "PhysicalUnitsXDirection": 3,
        "PhysicalUnitsYDirection": 4,
        "PhysicalDeltaX": ACROSS / 10,
        "PhysicalDeltaY": 0.01,
    }


# 280 MBq, injected one half-life before the scan: half of it is left for 70 kg
PET: dict[str, Any] = {
    "Units": "BQML",
    "CorrectedImage": ["ATTN", "DECY"],
    "DecayCorrection": "START",
    "SeriesDate": "20240131",
    "SeriesTime": "110000",
    "AcquisitionDate": "20240131",
    "AcquisitionTime": "110000",
    "RadiopharmaceuticalInformationSequence": [
        {"RadionuclideTotalDose": "2.8E8", "RadionuclideHalfLife": "3600", "RadiopharmaceuticalStartTime": "100000.00"}
    ],
}
SUV = 70_000 / 1.4e8  # of 1 Bq/ml


def main(folder: Path) -> None:
    """Write it all below ``folder``."""
    image = image_of(1, "CT", "phantom")
    regions = [
        {**region(ROWS - 1), "PhysicalUnitsYDirection": 3, "PhysicalDeltaY": DOWN / 10},
        {**region(ROWS - 1), "RegionLocationMinY0": 70, "RegionSpatialFormat": 3, "RegionFlags": 0},
    ]
    ultrasound = image_of(3, "US", "ultrasound", SequenceOfUltrasoundRegions=regions, PixelSpacing=[14, 7])
    uptake = image_of(4, "PT", "uptake", **PET, PatientWeight="70")
    weightless = image_of(5, "PT", "weightless", **PET)
    times = [0, 100, 400, 100, 400, 250]
    clip = world.instance(
        **NERI,
        series=2,
        modality="US",
        rows=ROWS,
        columns=COLUMNS,
        pixels=b"".join(np.full((ROWS, COLUMNS), 40 * n, "u1").tobytes() for n in range(len(times))),
        NumberOfFrames=len(times),
        FrameTimeVector=times,
        FrameTime=40,  # the pointer names the other
        FrameIncrementPointer=("AT", 0x00181065),
        BitsAllocated=8,
        BitsStored=8,
        HighBit=7,
        SeriesDescription="clip",
        ImagePositionPatient=None,
        ImageOrientationPatient=None,
        PixelSpacing=None,
    )
    world.plant(
        folder / "files",
        {
            "phantom/CT0001": image,
            "clip/US0001": clip,
            "ultrasound": ultrasound,
            "uptake": uptake,
            "weightless": weightless,
        },
    )
    truth = {
        "pixel": [ACROSS, DOWN],
        "size": [COLUMNS, ROWS],
        "block": {"from": BLOCK[0], "to": BLOCK[1], "value": BLOCK[2]},
        "disc": {"middle": DISC[0], "radius": DISC[1], "value": DISC[2]},
        "triangle": {"corners": TRIANGLE[0], "value": TRIANGLE[1]},
        "bars": {"lines": BARS, "slopes": SLOPES, "value": BAR},
        "suv": SUV,
        "times": times,
        "rate": 1000 / (sum(times) / (len(times) - 1)),
    }
    (folder / "truth.json").write_text(json.dumps(truth), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
