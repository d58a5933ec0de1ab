"""What three planes must look like, by SimpleITK: `planes_truth.py compare|planted FOLDER … SEEN.json`.

Reads what the browser showed of each volume (which frames it took, where each plane lies, its window, its greys) and
compares it with the same planes resampled from the files below the folders: a row for each plane, and all of them once
more as JSON in the last line. ``planted`` holds the pictures against planes one voxel beside.

What may be apart. The graphics card interpolates along three axes, and knows the place between two voxels to eight bits
on each (see `canvas_truth.py`): a value may be off by 3/256 of what lies between the eight voxels around it, and its
picture by one grey level more. A volume of a tilted gantry is set upright first, slice by slice, here too: its values
are rounded to whole ones in between, and may be off by one.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import SimpleITK
from pydicom import dcmread
from pydicom.multival import MultiValue
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID, RLELossless
from tests.pixels.reference import WHITE, window
from tests.pixels.test_truth import READ_HERE

from fileroom.dicom.quiet import quiet_pydicom
from fileroom.dicom.reading import read_header
from fileroom.pixels.frames import decoded_frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

OUTSIDE = -1e9
LEVEL = 1.01  # one grey level, and what is lost in rounding
INTERPOLATED = 3 / 256  # of what lies between the voxels around
SAME = 1e-3  # parts of the window that the file says


def files_of(folders: Sequence[Path]) -> dict[str, Path]:
    """The file of each image; of several files of one image the first."""
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            header = read_header(str(path)).header if path.is_file() else None
            if header is not None and header.has_pixels:
                found.setdefault(header.sop_instance_uid, path)
    return found


@dataclass(frozen=True)
class Slice:
    """One frame, and where it lies."""

    values: NDArray[np.float64]
    position: NDArray[np.float64]
    row: NDArray[np.float64]
    column: NDArray[np.float64]
    spacing: tuple[float, float]
    windows: list[tuple[float, float]]


def slices_of(path: Path, numbers: Iterable[int]) -> list[Slice]:
    """Frames of a file, by number."""
    header = read_header(str(path)).header
    if header is None:
        raise ValueError(path)
    with quiet_pydicom():
        data_set = dcmread(path, force=True)
        syntax = UID(header.transfer_syntax_uid)
        data_set.file_meta.TransferSyntaxUID = syntax
        # pydicom decodes no single bits in RLE
        native = header.transfer_syntax_uid in READ_HERE and not (header.bits_allocated == 1 and syntax == RLELossless)
        return [
            _slice(
                data_set,
                number,
                pixel_array(data_set, index=number - 1) if native else decoded_frame(path, header, number),
            )
            for number in numbers
        ]


def _slice(data_set: Any, number: int, stored: NDArray[Any]) -> Slice:
    frames = data_set.get("PerFrameFunctionalGroupsSequence") or ()
    groups = [*frames[number - 1 : number], *(data_set.get("SharedFunctionalGroupsSequence") or ())[:1]]
    items = [item for group in groups for sequence in group if sequence.VR == "SQ" for item in sequence.value[:1]]

    def said(name: str) -> Any:
        """The frame's own value over that of all frames over that of the image (PS3.3 C.7.6.16)."""
        return next((one.get(name) for one in [*items, data_set] if one.get(name) not in (None, "")), None)

    slope, intercept = float(said("RescaleSlope") or 1), float(said("RescaleIntercept") or 0)
    directions = np.array(said("ImageOrientationPatient"), float)
    down, across = (float(part) for part in said("PixelSpacing"))
    centers, widths = (_list(said(name)) for name in ("WindowCenter", "WindowWidth"))
    return Slice(
        stored.astype(np.float64) * slope + intercept,
        np.array(said("ImagePositionPatient"), float),
        directions[:3],
        directions[3:],
        (across, down),
        list(zip(centers, widths, strict=False)),
    )


def _list(value: Any) -> list[float]:
    return [float(one) for one in (value if isinstance(value, MultiValue) else [] if value is None else [value])]


@dataclass(frozen=True)
class Volume:
    """A series as an image of ITK, and how far it leans."""

    image: Any
    values: NDArray[np.float64]
    windows: list[tuple[float, float]]
    leans: bool


def volume(files: dict[str, Path], frames: Sequence[tuple[str, int]]) -> Volume:
    """All frames, sorted by where they lie."""
    by_file: dict[str, list[int]] = {}
    for uid, number in frames:
        by_file.setdefault(uid, []).append(number)
    slices = [one for uid, numbers in by_file.items() for one in slices_of(files[uid], numbers)]
    row, column = slices[0].row, slices[0].column
    normal = np.cross(row, column)
    slices.sort(key=lambda one: float(normal @ one.position))
    values = np.stack([one.values for one in slices])
    step = (slices[-1].position - slices[0].position) / (len(slices) - 1)
    across, down = slices[0].spacing
    lean = np.array([step @ row / across, step @ column / down])
    leans = bool(np.abs(lean).max() * (len(slices) - 1) > LEANS)
    origin = slices[0].position
    if leans:
        values, begin = upright(values, lean)
        origin = origin + row * begin[0] * across + column * begin[1] * down
    image = SimpleITK.GetImageFromArray(values)
    image.SetOrigin(origin.tolist())
    image.SetSpacing([across, down, float(normal @ step)])
    image.SetDirection(np.column_stack([row, column, normal]).ravel().tolist())
    return Volume(image, values, [window for one in slices for window in one.windows], leans)


def upright(values: NDArray[np.float64], lean: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Slices that lie askew in a box around them; ``lean`` by slice, and where the box begins, in columns and rows."""
    count, rows, columns = values.shape
    begin = np.minimum(0, lean * (count - 1))
    extent = np.ceil(np.abs(lean) * (count - 1)).astype(int)
    wide, high = int(columns + extent[0]), int(rows + extent[1])
    box = np.full((count, high, wide), OUTSIDE)
    grid = SimpleITK.ResampleImageFilter()
    grid.SetSize([wide, high])
    grid.SetInterpolator(SimpleITK.sitkLinear)
    y, x = np.mgrid[:high, :wide]
    for index, one in enumerate(values):
        right, below = lean * index - begin
        flat = SimpleITK.GetImageFromArray(one)
        flat.SetOrigin([right, below])
        found = SimpleITK.GetArrayFromImage(grid.Execute(flat))
        # only what lies between two pixels
        inside = (x >= right - NEAR) & (x <= right + columns - 1 + NEAR)
        inside &= (y >= below - NEAR) & (y <= below + rows - 1 + NEAR)
        box[index] = np.where(inside, found, OUTSIDE)
    return box, begin


LEANS = 0.3  # pixels, over the whole volume


def plane(image: Any, seen: dict[str, Any]) -> NDArray[np.float64]:
    """The values of a plane, pixel by pixel of the canvas."""
    first, right, down, size = _grid(seen)
    grid = SimpleITK.ResampleImageFilter()
    grid.SetSize([seen["width"], seen["height"], 1])
    grid.SetOutputSpacing([size, size, 1.0])
    grid.SetOutputOrigin(first.tolist())
    grid.SetOutputDirection(np.column_stack([right, down, np.cross(right, down)]).ravel().tolist())
    grid.SetInterpolator(SimpleITK.sitkLinear)
    grid.SetDefaultPixelValue(OUTSIDE)
    found: NDArray[np.float64] = SimpleITK.GetArrayFromImage(grid.Execute(image))[0]
    return found


def _grid(seen: dict[str, Any]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], float]:
    """The middle of the first pixel of the canvas, how its rows and columns run, and the size of its pixels."""
    width, height = seen["width"], seen["height"]
    eye, right, down = (np.array(seen["aim"][at : at + 3]) for at in (0, 3, 6))
    size = seen["aim"][9] / height
    return eye + right * (0.5 - width / 2) * size + down * (0.5 - height / 2) * size, right, down, size


def between(found: Volume, seen: dict[str, Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least and greatest of the voxels around each pixel of the canvas; NaN outside."""
    first, right, down, size = _grid(seen)
    image, values = found.image, found.values
    y, x = np.mgrid[: seen["height"], : seen["width"]]
    places = first + right * (x[..., None] * size) + down * (y[..., None] * size)
    matrix = np.array(image.GetDirection()).reshape(3, 3) @ np.diag(image.GetSpacing())
    index = (places - np.array(image.GetOrigin())) @ np.linalg.inv(matrix).T
    most = np.array(values.shape[::-1]) - 1
    inside = ((index >= -NEAR) & (index <= most + NEAR)).all(axis=-1)
    low = np.full(inside.shape, np.inf)
    high = -low
    whole = np.floor(index + NEAR).astype(int)
    exact = np.abs(index - np.rint(index)) < NEAR
    for corner in np.ndindex(2, 2, 2):
        at = np.clip(whole + np.where(exact, 0, np.array(corner)), 0, most)
        value = values[at[..., 2], at[..., 1], at[..., 0]]
        low, high = np.minimum(low, value), np.maximum(high, value)
    inside &= low > OUTSIDE / 2
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)


NEAR = 1e-3  # of a voxel


def compared(found: Volume, seen: dict[str, Any], shape: str, center: float, width: float) -> dict[str, Any]:
    """How many pixels within the volume are right, and how many equal within one level."""
    wanted = plane(found.image, seen)
    low, high = between(found, seen)
    inside = (wanted > OUTSIDE / 2) & np.isfinite(low)
    shown = np.array(seen["greys"], float).reshape(wanted.shape)[inside]
    if seen["inverted"]:
        shown = WHITE - shown
    value = wanted[inside]
    off = (high - low)[inside] * INTERPOLATED + (1 if found.leans else 0)
    least, most = value - off, value + off
    truth, under, over = (window(one, center, width, shape) for one in (value, least, most))
    apart = np.maximum(np.maximum(under - shown, shown - over), 0)
    some = bool(inside.any())
    return {
        "pixels": int(inside.sum()),
        "within": float((apart <= LEVEL).mean()) if some else 0.0,
        "strict": float((np.abs(shown - truth) <= LEVEL).mean()) if some else 0.0,
        "worst": float(apart.max()) if some else 0.0,
        "spread": float(truth.std()) if some else 0.0,
    }


def main(verb: str, folders: Sequence[Path], report: Path) -> None:
    """Compare all planes of all volumes."""
    files = files_of(folders)
    rows = []
    sys.stdout.write("   within  worst   strict  pixels  spread  plane     series\n")
    for told in json.loads(report.read_text(encoding="utf-8")):
        if "reason" in told:
            sys.stdout.write(
                f"{'-':>9} {'-':>6} {'-':>8} {'-':>7} {'-':>7}  {'-':8}  {told['name']}: {told['reason']}\n"
            )
            continue
        found = volume(files, [(uid, number) for uid, number in told["frames"]])
        shape, center, width = told["window"]
        own = any(abs(c - center) <= SAME * max(1, abs(c)) and abs(w - width) <= SAME * w for c, w in found.windows)
        for name, seen in told["planes"].items():
            if verb == "planted":
                step = (
                    np.cross(seen["aim"][3:6], seen["aim"][6:9])
                    * max(found.image.GetSpacing())
                    * (3 if found.leans else 1)
                )
                seen["aim"][:3] = (np.array(seen["aim"][:3]) + step).tolist()
            row = compared(found, {**seen, "inverted": told["inverted"]}, shape, center, width)
            within, strict = f"{row['within']:9.4%} {row['worst']:6.1f}", f"{row['strict']:8.2%}"
            kind = "leans, " if found.leans else ""
            whose = "its window" if own else "no window" if not found.windows else "NOT ITS WINDOW"
            about = f"{told['name']} ({kind}{len(told['frames'])} slices, {whose})"
            sys.stdout.write(f"{within} {strict} {row['pixels']:7} {row['spread']:7.1f}  {name:8}  {about}\n")
            rows.append({"series": told["name"], "plane": name, "leans": found.leans, "own": own, **row})
    sys.stdout.write(json.dumps(rows))


if __name__ == "__main__":
    main(sys.argv[1], [Path(one) for one in sys.argv[2:-1]], Path(sys.argv[-1]))
