"""What three planes must look like, by SimpleITK: `planes_truth.py compare|planted FOLDER … SEEN.json`.

Reads what the browser showed of each volume (which frames it took, where each plane lies, its window, its greys) and
compares it with the same planes resampled from the files below the folders: a row for each plane, and all of them once
more as JSON in the last line. ``planted`` holds the pictures against planes one voxel beside. Where there are no
planes the page says why, and whether that is so is looked up in the files, too.

What may be apart. The graphics card interpolates along three axes, and knows the place between two voxels to eight bits
on each (see `canvas_truth.py`): a value may be off by 3/256 of what lies between the eight voxels around it, and its
picture by one grey level more. Nor does a pixel lie nearer to its place than half of what SUBPIXEL_BITS tells, four
bits at least: any value that is found so near is right, too. A volume of a tilted gantry is set upright first, slice by
slice, here too: its values are rounded to whole ones in between, and may be off by one.
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
from tests.pixels.test_exactness import NOT_DECODED
from tests.pixels.test_truth import READ_HERE

from fileroom.dicom.quiet import quiet_pydicom
from fileroom.dicom.reading import read_header
from fileroom.pixels.frames import decoded_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

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
    said = _said(data_set, number)
    slope, intercept = float(said("RescaleSlope") or 1), float(said("RescaleIntercept") or 0)
    directions = np.array(said("ImageOrientationPatient"), float)
    position = np.array(said("ImagePositionPatient"), float) + _further(data_set, number, directions)
    down, across = (float(part) for part in said("PixelSpacing"))
    centers, widths = (_list(said(name)) for name in ("WindowCenter", "WindowWidth"))
    return Slice(
        stored.astype(np.float64) * slope + intercept,
        position,
        directions[:3],
        directions[3:],
        (across, down),
        list(zip(centers, widths, strict=False)),
    )


def _said(data_set: Any, number: int) -> Callable[[str], Any]:
    """A value of a frame: its own over that of all frames over that of the image (PS3.3 C.7.6.16)."""
    frames = data_set.get("PerFrameFunctionalGroupsSequence") or ()
    groups = [*frames[number - 1 : number], *(data_set.get("SharedFunctionalGroupsSequence") or ())[:1]]
    items = [item for group in groups for sequence in group if sequence.VR == "SQ" for item in sequence.value[:1]]
    return lambda name: next((one.get(name) for one in [*items, data_set] if one.get(name) not in (None, "")), None)


def _further(data_set: Any, number: int, directions: NDArray[np.float64]) -> NDArray[np.float64]:
    """From the first frame of a dose to another (PS3.3 C.8.8.3.2)."""
    offsets = data_set.get("GridFrameOffsetVector") or [0.0] * number
    away: NDArray[np.float64] = np.cross(directions[:3], directions[3:]) * (
        float(offsets[number - 1]) - float(offsets[0])
    )
    return away


def _list(value: Any) -> list[float]:
    return [float(one) for one in (value if isinstance(value, MultiValue) else [] if value is None else [value])]


def refuted(files: dict[str, Path], told: dict[str, Any]) -> str:
    """What is untrue of the reason for which there are no planes; nothing when it holds."""
    if "flaw" not in told:
        broken = any(str(files[uid]).endswith(name) for uid, _ in told["frames"] for name in NOT_DECODED)
        return "" if broken and told["said"] == "trouble" else "there should be planes"
    if told["said"] != told["flaw"]:
        return f"the page says {told['said']}, not {told['flaw']}"
    headers = {uid: _header(files[uid]) for uid, _ in told["frames"]}
    facts = [Facts.of(headers[uid], number) for uid, number in told["frames"]]
    holds, about = FLAWS[told["flaw"]](facts)
    told["says"] += f" [{about}]" if about else ""
    if not holds:
        return "that is not so"
    counted = told.get("missing")
    return f"{about}, not {counted}" if counted is not None and f"{counted} missing" not in about else ""


def _header(path: Path) -> Any:
    with quiet_pydicom():
        return dcmread(path, force=True, stop_before_pixels=True)


BESIDE = 0.5  # pixels
TURNED = 0.3  # degrees
APART = 0.01  # mm


@dataclass(frozen=True)
class Facts:
    """What a file says of a frame's place; None where it does not."""

    colour: bool
    size: tuple[float, ...]
    directions: NDArray[np.float64] | None
    position: NDArray[np.float64] | None
    spacing: tuple[float, ...] | None

    @staticmethod
    def of(data_set: Any, number: int) -> Facts:
        """By the frame's own groups, else by the image."""
        said = _said(data_set, number)

        def numbers(name: str, count: int) -> NDArray[np.float64] | None:
            try:
                found = np.array([float(one) for one in said(name)])
            except (TypeError, ValueError):
                return None
            return found if len(found) == count else None

        spacing, directions = numbers("PixelSpacing", 2), numbers("ImageOrientationPatient", 6)
        position = numbers("ImagePositionPatient", 3)
        if position is not None and directions is not None:
            position = position + _further(data_set, number, directions)
        return Facts(
            int(said("SamplesPerPixel") or 1) > 1 or said("PhotometricInterpretation") == "PALETTE COLOR",
            (float(data_set.Rows), float(data_set.Columns)),
            directions,
            position,
            None if spacing is None else tuple(spacing.tolist()),
        )


def _places(facts: list[Facts]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Along the normal, sorted; and how far along rows and columns then, in pixels."""
    directions, spacing = facts[0].directions, facts[0].spacing
    if directions is None or spacing is None:
        raise ValueError("no place")
    axes = np.stack([np.cross(directions[:3], directions[3:]), directions[:3], directions[3:]])
    found = np.array([one.position for one in facts]) @ axes.T
    found = found[np.argsort(found[:, 0])] - found[:, 0].min() * np.array([1, 0, 0])
    return found[:, 0], found[:, 1] / spacing[1], found[:, 2] / spacing[0]


def _gaps(facts: list[Facts]) -> NDArray[np.float64]:
    return np.diff(_places(facts)[0])


def _missing(facts: list[Facts]) -> tuple[bool, str]:
    steps = np.rint(_gaps(facts) / np.median(_gaps(facts)))
    return bool((steps > 1).any()), f"{int((steps - 1).sum())} missing"


def _uneven(facts: list[Facts]) -> tuple[bool, str]:
    gaps = _gaps(facts)
    return bool(np.ptp(gaps) > np.mean(gaps) / 10), f"{gaps.min():.2f} to {gaps.max():.2f} mm"


def _crooked(facts: list[Facts]) -> tuple[bool, str]:
    along, *beside = _places(facts)
    off = max(float(np.abs(one - np.interp(along, along[[0, -1]], one[[0, -1]])).max()) for one in beside)
    return off > BESIDE, f"{off:.1f} pixels off"


def _sizes(facts: list[Facts]) -> tuple[bool, str]:
    sizes = {one.size for one in facts}
    spread = float(np.ptp(np.array([one.spacing for one in facts], float), axis=0).max())
    return len(sizes) > 1 or spread > 0, f"{len(sizes)} sizes, spacings {spread:.4f} mm apart"


def _directions(facts: list[Facts]) -> tuple[bool, str]:
    found = np.array([one.directions for one in facts], float).reshape(-1, 2, 3)
    cosines = np.einsum("nij,ij->ni", found, found[0])
    degrees = float(np.rad2deg(np.arccos(np.clip(cosines, -1, 1))).max())
    return degrees > TURNED, f"{degrees:.1f} degrees"


def _lacking(*names: str) -> Callable[[list[Facts]], tuple[bool, str]]:
    def lacking(facts: list[Facts]) -> tuple[bool, str]:
        lacks = [name for name in names if any(getattr(one, name) is None for one in facts)]
        return bool(lacks), "no " + ", no ".join(lacks)

    return lacking


FLAWS = {
    "single": lambda facts: (len(facts) == 1, ""),
    "colour": lambda facts: (any(one.colour for one in facts), ""),
    "place": _lacking("directions", "position"),
    "scale": _lacking("spacing"),
    "sizes": _sizes,
    "directions": _directions,
    "double": lambda facts: (bool(_gaps(facts).min() < APART), ""),
    "missing": _missing,
    "uneven": _uneven,
    "crooked": _crooked,
}


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


def shifted(image: Any, seen: dict[str, Any]) -> list[NDArray[np.float64]]:
    """The same, each pixel by as much to a side as its place may be off."""
    eye, right, down = (np.array(seen["aim"][at : at + 3]) for at in (0, 3, 6))
    step = seen["aim"][9] / seen["height"] * SUBPIXEL
    ways = [right * step, right * -step, down * step, down * -step]
    return [plane(image, {**seen, "aim": [*(eye + way), *seen["aim"][3:]]}) for way in ways]


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
    middle = np.rint(index)
    off = np.abs(index - middle)
    # so near to a voxel it may be taken to lie on either side of it
    first = np.where(off < NEAR, middle, np.floor(index - SUBTEXEL))
    last = np.where(off < NEAR, middle, np.ceil(index + SUBTEXEL))
    for corner in np.ndindex(3, 3, 3):
        at = np.clip(np.choose(np.array(corner), [first, middle, last]), 0, most).astype(int)
        value = values[at[..., 2], at[..., 1], at[..., 0]]
        low, high = np.minimum(low, value), np.maximum(high, value)
    inside &= low > OUTSIDE / 2
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)


NEAR = 1e-3  # of a voxel
SUBTEXEL = 1 / 256
SUBPIXEL = 1 / 32  # half of what four bits tell, which all cards know the corners of what they draw to (SUBPIXEL_BITS)


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
    beside = np.stack([value, *(one[inside] for one in shifted(found.image, seen))])
    beside = np.where(beside > OUTSIDE / 2, beside, value)
    least, most = beside.min(axis=0) - off, beside.max(axis=0) + off
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
        if "planes" not in told:
            rows += without(files, told)
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
            rows.append(
                {
                    "series": told["name"],
                    "plane": name,
                    "leans": found.leans,
                    "own": own or not found.windows,
                    "trouble": "",
                    **row,
                }
            )
    sys.stdout.write(json.dumps(rows))


def without(files: dict[str, Path], told: dict[str, Any]) -> list[dict[str, Any]]:
    """A line for what has no planes; a row where that is wrong."""
    trouble = told.get("trouble") or (refuted(files, told) if "said" in told else "")
    reason = told.get("reason") or told.get("says", "")
    sys.stdout.write(f"{'-':>9} {'-':>6} {'-':>8} {'-':>7} {'-':>7}  {'none':8}  {told['name']}: {reason}")
    sys.stdout.write(f" WRONG: {trouble}\n" if trouble else "\n")
    empty = {"plane": "none", "pixels": 0, "within": 0, "strict": 0, "worst": 0, "spread": 0, "leans": False}
    return [{"series": told["name"], "own": False, "trouble": trouble, **empty}] if trouble else []


if __name__ == "__main__":
    main(sys.argv[1], [Path(one) for one in sys.argv[2:-1]], Path(sys.argv[-1]))
