"""What three planes must look like, by SimpleITK: `python viewer/e2e/planes_truth.py FOLDER SERIES_UID SEEN.json`.

Reads what the browser showed (where each plane lies, its window as it is written, its greys) and prints how it compares
with the same planes resampled from the files: a row for each plane, as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import SimpleITK

if TYPE_CHECKING:
    from numpy.typing import NDArray

OUTSIDE = -1e9
LEVEL = 1.01  # one grey level, and what is lost in rounding
EDGE = 24  # grey levels between a pixel and its neighbours from which on it counts as an edge


def volume(folder: Path, series: str) -> tuple[Any, list[tuple[float, float]]]:
    """The series as an image of ITK, and the windows that its files bring."""
    files = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = pydicom.dcmread(path, force=True)
            if data.get("SeriesInstanceUID") == series and "PixelData" in data:
                files.append(data)
    row, column = (np.array(files[0].ImageOrientationPatient[at : at + 3], float) for at in (0, 3))
    normal = np.cross(row, column)
    files.sort(key=lambda one: float(normal @ np.array(one.ImagePositionPatient, float)))
    values = np.stack([_values(one) for one in files]).astype(np.float64)
    image = SimpleITK.GetImageFromArray(values)
    first, last = (np.array(one.ImagePositionPatient, float) for one in (files[0], files[-1]))
    step = (last - first) / (len(files) - 1)
    down, across = (float(size) for size in files[0].PixelSpacing)
    image.SetOrigin(first.tolist())
    image.SetSpacing([across, down, float(np.linalg.norm(step))])
    image.SetDirection(np.column_stack([row, column, step / np.linalg.norm(step)]).ravel().tolist())
    windows = [(float(_one(one.WindowCenter)), float(_one(one.WindowWidth))) for one in files if "WindowCenter" in one]
    return image, windows


def _values(one: Any) -> NDArray[np.float64]:
    stored: NDArray[np.float64] = one.pixel_array.astype(np.float64)
    return stored * float(one.get("RescaleSlope", 1)) + float(one.get("RescaleIntercept", 0))


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, pydicom.multival.MultiValue) else value


def plane(image: Any, seen: dict[str, Any]) -> NDArray[np.float64]:
    """The values of a plane, pixel by pixel of the canvas."""
    width, height = seen["width"], seen["height"]
    eye, right, down = (np.array(seen["aim"][at : at + 3]) for at in (0, 3, 6))
    size = seen["aim"][9] / height
    first = eye + right * (0.5 - width / 2) * size + down * (0.5 - height / 2) * size
    grid = SimpleITK.ResampleImageFilter()
    grid.SetSize([width, height, 1])
    grid.SetOutputSpacing([size, size, 1.0])
    grid.SetOutputOrigin(first.tolist())
    grid.SetOutputDirection(np.column_stack([right, down, np.cross(right, down)]).ravel().tolist())
    grid.SetInterpolator(SimpleITK.sitkLinear)
    grid.SetDefaultPixelValue(OUTSIDE)
    found: NDArray[np.float64] = SimpleITK.GetArrayFromImage(grid.Execute(image))[0]
    return found


def compared(values: NDArray[np.float64], seen: dict[str, Any], window: tuple[float, float]) -> dict[str, Any]:
    """How many pixels, away from edges and from the outside, are within one grey level."""
    center, width = window
    wanted = np.clip(((values - (center - 0.5)) / max(width - 1, 1e-3) + 0.5) * 255, 0, 255)
    greys = np.array(seen["greys"], float).reshape(wanted.shape)
    inside = _least(np.where(values > OUTSIDE / 2, 1.0, 0.0)) > 0
    flat = -_least(-wanted) - _least(wanted) <= EDGE
    chosen = inside & flat
    off = np.abs(greys - wanted)[chosen]
    return {
        "pixels": int(chosen.sum()),
        "inside": int(inside.sum()),
        "within": float((off <= LEVEL).mean()) if off.size else 0.0,
        "worst": float(off.max()) if off.size else 0.0,
        "spread": float(wanted[inside].std()) if inside.any() else 0.0,
    }


def _least(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The least of each pixel and its eight neighbours."""
    padded = np.pad(values, 1, mode="edge")
    rows, columns = values.shape
    around = [padded[y : y + rows, x : x + columns] for y in range(3) for x in range(3)]
    least: NDArray[np.float64] = np.min(around, axis=0)
    return least


def main(folder: Path, series: str, report: Path) -> None:
    """Compare all planes of one series."""
    image, windows = volume(folder, series)
    told = json.loads(report.read_text(encoding="utf-8"))
    wide, level = told["window"]
    near = min(windows, key=lambda one: abs(one[0] - level) + abs(one[1] - wide))
    rows = {name: compared(plane(image, seen), seen, near) for name, seen in told["planes"].items()}
    sys.stdout.write(json.dumps(rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
