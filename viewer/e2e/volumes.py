"""A world of volumes: `python viewer/e2e/volumes.py FOLDER`.

One phantom, told in the patient's own space, is scanned in the eight ways a patient may lie, with a tilted gantry, and
with what is wrong with a volume. `FOLDER/truth.json` says where in the patient its marks are.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tests import world

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

NERI: dict[str, Any] = {"patient_name": "NERI^Ada", "patient_id": "N-4", "StudyDescription": "Phantoms"}
SIZE = 64  # pixels of 2 mm: rows, columns
SLICES = 40  # of 3 mm
PIXEL, STEP = 2.0, 3.0

# where a patient lies, and so how rows and columns of an axial slice run (PS3.3 C.7.3.1.1.2)
POSITIONS = {
    "HFS": [1, 0, 0, 0, 1, 0],
    "HFP": [-1, 0, 0, 0, -1, 0],
    "HFDR": [0, 1, 0, -1, 0, 0],
    "HFDL": [0, -1, 0, 1, 0, 0],
    "FFS": [-1, 0, 0, 0, 1, 0],
    "FFP": [1, 0, 0, 0, -1, 0],
    "FFDR": [0, -1, 0, -1, 0, 0],
    "FFDL": [0, 1, 0, 1, 0, 0],
}
# marks: a ball at the left, a smaller one in front, a still smaller one at the head (millimetres, radius, value)
MARKS: dict[str, tuple[list[float], float, int]] = {
    "L": ([34.0, 6.0, 0.0], 10.0, 700),
    "A": ([-4.0, -30.0, 0.0], 7.0, 500),
    "H": ([0.0, 6.0, 36.0], 8.0, 300),
}
WINDOW = {"WindowCenter": "0", "WindowWidth": "2000"}


def body(place: NDArray[np.float64]) -> NDArray[np.int16]:
    """The value at each place: air, a body, and its marks."""
    x, y, z = place
    values = np.where((x / 50) ** 2 + (y / 42) ** 2 + (z / 52) ** 2 <= 1, 40, -1000)
    for (left, back, up), radius, value in MARKS.values():
        inside = (x - left) ** 2 + (y - back) ** 2 + (z - up) ** 2 <= radius**2
        values = np.where(inside, value, values)
    return values.astype(np.int16)


def scan(
    key: str,
    series: int,
    orientation: Sequence[float],
    lean: tuple[float, float] = (0.0, 0.0),
    steps: Sequence[float] | None = None,
    add: int = 0,
    steeper: float = 0.0,
    **more: Any,
) -> dict[str, bytes]:
    """A stack of slices through the phantom; ``lean``: millimetres along rows and columns by slice (a tilted gantry).

    ``steps`` are the places along the normal, in slices. Rescale Slope grows by ``steeper`` from slice to slice: each
    slice of PET has its own (PS3.3 C.8.9.4).
    """
    row, column = np.array(orientation[:3], float), np.array(orientation[3:], float)
    normal = np.cross(row, column)
    files = {}
    across = (np.arange(SIZE) - (SIZE - 1) / 2) * PIXEL
    for number, step in enumerate(steps or [float(n) for n in range(SLICES)], start=1):
        slice_ = step - (SLICES - 1) / 2
        middle = normal * slice_ * STEP + row * lean[0] * slice_ + column * lean[1] * slice_
        rows_of, columns_of = row[:, None, None] * across, column[:, None, None] * across[:, None]
        places = middle[:, None, None] + rows_of + columns_of
        first = middle + (row + column) * across[0]
        slope = 1 + steeper * (number - 1)
        lowest = 1000 if steeper > 0 else 0  # no activity is below nothing
        values: dict[str, Any] = {
            "number": number + add,
            "rows": SIZE,
            "columns": SIZE,
            "pixels": np.rint((body(places) + lowest) / slope).astype("<i2").tobytes(),
            "PixelRepresentation": 1,
            "PixelSpacing": [PIXEL, PIXEL],
            "SliceThickness": str(STEP),
            "ImagePositionPatient": [round(float(part), 6) for part in first],
            "ImageOrientationPatient": [round(float(part), 6) for part in orientation],
            "FrameOfReferenceUID": world.uid(90),
            "RescaleSlope": f"{slope:g}",
            "RescaleIntercept": "0",
            "SeriesDescription": key,
        }
        files[f"{key}/IM{number + add:04d}"] = world.instance(
            **(NERI | WINDOW | values | {"study": 9, "series": series, "modality": "CT"} | more)
        )
    return files


def wrong() -> dict[str, bytes]:
    """What makes no volume, by the reason that must be told."""
    axial = POSITIONS["HFS"]
    colour: dict[str, Any] = {
        "SamplesPerPixel": 3,
        "PhotometricInterpretation": "RGB",
        "PlanarConfiguration": 0,
        "BitsAllocated": 8,
        "BitsStored": 8,
        "HighBit": 7,
        "PixelRepresentation": 0,
        "pixels": bytes(SIZE * SIZE * 3),
        "RescaleSlope": None,
        "RescaleIntercept": None,
    }
    return {
        **scan("missing", 20, axial, steps=[0, 1, 2, 3, 6, 7, 8]),
        **scan("uneven", 21, axial, steps=[0, 0.36, 1.36, 3.7, 4.1, 6.3]),
        **scan("single", 22, axial, steps=[20]),
        **scan("colour", 23, axial, steps=[0, 1, 2, 3], **colour),
        **scan("nowhere", 24, axial, steps=[0, 1, 2], ImagePositionPatient=None),
    }


def main(folder: Path) -> None:
    """Write it all below ``folder``."""
    files: dict[str, bytes] = {}
    for series, (key, orientation) in enumerate(POSITIONS.items(), start=1):
        files |= scan(key, series, orientation, PatientPosition=key)
    angle = np.radians(15)
    leaning = [1.0, 0.0, 0.0, 0.0, float(np.cos(angle)), float(np.sin(angle))]
    files |= scan("tilted", 11, leaning, lean=(0.0, STEP * float(np.tan(angle))))
    # of somebody else, or it would be offered over the CT
    activity: dict[str, Any] = {
        "modality": "PT",
        "Units": "BQML",
        "WindowCenter": "1000",
        "WindowWidth": "2000",
        "patient_id": "N-5",
        "study": 10,
        "FrameOfReferenceUID": world.uid(91),
    }
    files |= scan("PET", 13, POSITIONS["HFS"], steeper=0.05, **activity)
    files |= wrong()
    files |= scan("dynamic", 12, POSITIONS["HFS"], steps=[10, 15, 20, 25], TemporalPositionIdentifier="1")
    files |= scan("dynamic", 12, POSITIONS["HFS"], steps=[10, 15, 20, 25], add=4, TemporalPositionIdentifier="2")
    world.plant(folder / "files", files)
    marks = {key: {"place": place, "radius": radius, "value": value} for key, (place, radius, value) in MARKS.items()}
    (folder / "truth.json").write_text(json.dumps({"marks": marks}), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
