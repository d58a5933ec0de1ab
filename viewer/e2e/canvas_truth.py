"""What the canvas must show of each real image: `canvas_truth.py plan DATA FOLDER [NAME …]`; `compare DATA FOLDER`.

``plan`` lays copies of the files below ``FOLDER/round-1``, ``round-2`` …, no image twice in one (there are copies of
one image that differ), and what is there in ``plan.json``: of several frames the first, the middle and the last one.
The browser leaves ``seen.json`` and the pictures beside it. ``compare`` holds them against the formulas of the
standard, and prints a row for each picture; ``planted`` does so too, but with pictures as a window that is 5 % too wide
would show them.

What may be apart. One grey level, where the middle of a pixel of the screen lies on the middle of one of the image: so
it is everywhere at 1:1, unless pixels are not square. Between the middles the graphics card interpolates, and it knows
the place between two pixels to eight bits (the sub-texel precision of all cards at hand; the standards of WebGL and
Vulkan promise four): a value may be off by 1/256 of what lies between its neighbours, along rows and along columns. So
there the picture of every value within 1/128 of that is right, and one level more.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from pydicom import dcmread
from tests.pixels.reference import WHITE, reference_picture
from tests.pixels.test_exactness import NOT_DECODED, PYDICOM_REFUSES, real_files
from tests.pixels.test_truth import ENOUGH, truth_of

from fileroom.dicom.quiet import quiet_pydicom
from fileroom.dicom.reading import read_header

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from fileroom.model.headers import Header

LEVEL = 1.01  # one grey level, and what is lost in rounding
NEAR = 1e-3  # of a pixel
INTERPOLATED = 1 / 128  # of what lies between neighbours: see above
SIZED = 2e-3  # how far the size of a pixel may be off, in parts
MASKS = {"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"}
TOO_WIDE = 1.05  # the window that is planted


def plan(data: Path, folder: Path, names: set[str]) -> None:
    """Copies of all files (or of those that are named), so many folders as one image has copies."""
    met: Counter[str] = Counter()
    rows = []
    for name, header in real_files(data):
        if names and name not in names:
            continue
        met[header.sop_instance_uid] += 1
        number = met[header.sop_instance_uid]
        copy = folder / f"round-{number}" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(data / name, copy)
        rows.append({"name": name, "round": number, "uid": header.sop_instance_uid, "frames": chosen(name, header)})
    (folder / "plan.json").write_text(json.dumps(rows), encoding="utf-8")


def chosen(name: str, header: Header) -> list[int]:
    """The first frame, the middle and the last one."""
    count = header.number_of_frames or 1
    alone = name in {*NOT_DECODED, *PYDICOM_REFUSES}
    return [1] if alone else sorted({1, (count + 1) // 2, count})


@dataclass(frozen=True)
class Row:
    """How an image is shown, and how it compares."""

    how: str
    within: float
    most: float
    pixels: int
    strict: float
    faults: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Nothing is wrong, and there was something that could be."""
        return self.within >= ENOUGH and self.pixels > 0 and not self.faults


def compare(data: Path, folder: Path, wider: float = 1.0) -> dict[str, Any]:
    """All rows; those that are wrong once more, as JSON in the last line."""
    seen = json.loads((folder / "seen.json").read_text(encoding="utf-8"))
    wrong, right, words = [], [], Counter[str]()
    sys.stdout.write("   within  most   strict  how        image\n")
    for key, row in seen.items():
        name, _, number = key.partition("#")
        if "reason" in row:
            words["not shown"] += 1
            sys.stdout.write(f"{'-':>9} {'-':>5} {'-':>8}  {'-':9}  {key}: {row['reason']}\n")
            if not excused(data, name, row["reason"]):
                wrong.append([key, "not shown", 0.0, row["reason"]])
            continue
        found = compared(data, name, int(number), row, folder, wider)
        words[found.how] += 1
        faults = "".join(f"; {fault}" for fault in found.faults)
        within = f"{found.within:9.4%} {found.most:5.1f} {found.strict:8.2%}"
        sys.stdout.write(f"{within}  {found.how:9}  {key}{faults}\n")
        if found.right:
            right.append([key, found.how])
        else:
            wrong.append([key, found.how, found.within, *found.faults])
    sys.stdout.write(f"{len(right)} of {len(seen)} are right, {len(wrong)} are wrong: {dict(words)}\n")
    return {"wrong": wrong, "right": right, "how": words}


def excused(data: Path, name: str, reason: str) -> bool:
    """Whether there is nothing to show of an image; or it is a mask, which is laid over the images that it is of."""
    header = read_header(str(data / name)).header
    mask = header is not None and header.sop_class_uid in MASKS and "a mask" in reason
    return mask or (name in NOT_DECODED and reason.startswith(("no image", "Image ")))


def compared(data: Path, name: str, number: int, row: dict[str, Any], folder: Path, wider: float) -> Row:
    """One picture against the formulas."""
    header = read_header(str(data / name)).header
    if header is None:
        raise ValueError(name)
    seen = row["seen"].split()
    canvas = np.asarray(Image.open(folder / row["picture"]).convert("RGB")).astype(float)
    if wider != 1:  # what is clipped may stay so
        canvas = np.where((canvas > 0) & (canvas < WHITE), (canvas - WHITE / 2) / wider + WHITE / 2, canvas)
    size = (header.rows or 1, header.columns or 1)
    place = [float(part) for part in seen[6:]]
    at = places(canvas.shape[:2], place)
    inside = _within(at[0], size[0]) & _within(at[1], size[1])
    grid = (at[0][inside], at[1][inside])

    def sampled(values: NDArray[Any]) -> NDArray[Any]:
        """What stands there, the least it may be, the most it may be."""
        found, off = _between(values.reshape(*size, -1), *grid)
        all_three = np.concatenate([found, found - off, found + off])
        return all_three[:, 0] if values.shape == size else all_three

    window = (float(seen[4]), float(seen[5]), seen[3])
    path, told, stored = truth_of(data, name, header, number)
    how, wanted = reference_picture(path, told, lambda _: window, stored, sampled, number)
    truth, one, other = np.split(wanted.reshape(len(wanted), -1), 3)
    shown = canvas[inside]
    apart = np.maximum(np.maximum(np.minimum(one, other) - shown, shown - np.maximum(one, other)), 0)
    return Row(
        how,
        float(np.mean(apart <= LEVEL)),
        float(apart.max(initial=0)),
        int(inside.sum()),
        float(np.mean(np.abs(shown - truth) <= LEVEL)),
        (*sized(path, number, place), *overlaid(path, number, place, row["overlays"], folder)),
    )


def sized(path: Path, number: int, place: Sequence[float]) -> list[str]:
    """Whether a pixel is as wide as one of the screen, and as high as the file says."""
    with quiet_pydicom():
        data_set = dcmread(path, force=True, stop_before_pixels=True)
    wide, high = (float(np.hypot(place[at], place[at + 1])) for at in (0, 2))
    faults = [] if abs(wide - 1) < SIZED else [f"a pixel is {wide:.4f} wide"]
    aspect = _aspect(data_set, number)
    return faults if abs(high / wide / aspect - 1) < SIZED else [*faults, f"{high / wide:.4f} high, not {aspect:.4f}"]


def _aspect(data_set: Any, number: int) -> float:
    """Height of a pixel to its width (PS3.3 10.7.1.3 and C.7.6.3.1.7)."""
    frames = data_set.get("PerFrameFunctionalGroupsSequence") or ()
    groups = [*frames[number - 1 : number], *(data_set.get("SharedFunctionalGroupsSequence") or ())[:1]]
    measures = [item for group in groups for item in group.get("PixelMeasuresSequence") or ()]
    told = [item.get("PixelSpacing") for item in [*measures, data_set]]
    for pair in [*told, data_set.get("ImagerPixelSpacing"), data_set.get("PixelAspectRatio")]:
        try:
            high, wide = (float(part) for part in pair)
        except (TypeError, ValueError):
            continue
        if high > 0 and wide > 0:
            return high / wide
    return 1.0


def overlaid(path: Path, number: int, place: Sequence[float], shown: Sequence[Any], folder: Path) -> list[str]:
    """What is wrong with the planes of graphics over the image: which there are, their pixels, where they lie."""
    wanted = _overlays(path, number)
    if len(wanted) != len(shown):
        return [f"{len(shown)} overlays, not {len(wanted)}"]
    faults = []
    for number_of, ((row, column), plane), one in zip(range(1, 17), wanted, shown, strict=False):
        pixels = np.asarray(Image.open(folder / one["picture"]))[..., 3] > 0
        a, b, c, d, e, f = place
        corner = [column - 1.5, row - 1.5]  # of its first pixel; the middle of the image's first lies at 0, 0
        where = [a, b, c, d, a * corner[0] + c * corner[1] + e, b * corner[0] + d * corner[1] + f]
        if pixels.shape != plane.shape or (pixels != plane).any():
            faults.append(f"overlay {number_of} has other pixels")
        if not np.allclose(where, one["place"], atol=0.02):
            faults.append(f"overlay {number_of} lies elsewhere")
    return faults


def _overlays(path: Path, number: int) -> list[tuple[tuple[int, int], NDArray[np.bool_]]]:
    """The planes of groups 6000 to 601E: where they begin, and their bits (PS3.3 C.9.2)."""
    found = []
    with quiet_pydicom():
        data_set = dcmread(path, force=True)
        for group in range(0x6000, 0x6020, 2):
            if (group, 0x0010) not in data_set:
                continue
            size = (int(data_set[group, 0x0010].value), int(data_set[group, 0x0011].value))
            if (group, 0x3000) in data_set:
                bits = np.reshape(data_set.overlay_array(group) > 0, (-1, *size))
            else:  # in a bit of the pixels that is not used for their values (retired; PS3.3 C.9.2.1.3 of 2004)
                words = np.frombuffer(data_set.PixelData, "<u2").reshape(-1, *size)
                bits = (words >> int(data_set[group, 0x0102].value)) & 1 > 0
            row, column = (int(part) for part in data_set[group, 0x0050].value)
            found.append(((row, column), bits[min(number, len(bits)) - 1]))
    return found


def places(canvas: tuple[int, ...], place: list[float]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Row and column of the image below the middle of each pixel of the canvas."""
    a, b, c, d, e, f = place
    y, x = np.mgrid[: canvas[0], : canvas[1]] + 0.5
    whole = a * d - b * c
    column, row = (d * (x - e) - c * (y - f)) / whole, (a * (y - f) - b * (x - e)) / whole
    row, column = (np.where(np.abs(np.rint(at) - at) < NEAR, np.rint(at), at) for at in (row, column))
    return row, column


def _within(at: NDArray[Any], count: int) -> NDArray[Any]:
    return (at >= 0) & (at <= count - 1)


def _between(values: NDArray[Any], row: NDArray[Any], column: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Bilinear, and how far it may be off; what lies on a pixel has its value, and nothing else."""
    top, left = np.floor(row).astype(int), np.floor(column).astype(int)
    v, u = (row - top)[:, None], (column - left)[:, None]
    below = np.where(v[:, 0] > 0, np.minimum(top + 1, values.shape[0] - 1), top)
    right = np.where(u[:, 0] > 0, np.minimum(left + 1, values.shape[1] - 1), left)
    corners = np.stack([values[top, left], values[top, right], values[below, left], values[below, right]]).astype(float)
    upper, lower = corners[0] * (1 - u) + corners[1] * u, corners[2] * (1 - u) + corners[3] * u
    found: NDArray[Any] = upper * (1 - v) + lower * v
    return found, np.ptp(corners, axis=0) * INTERPOLATED


if __name__ == "__main__":
    verb, data, folder, *names = sys.argv[1:]
    if verb == "plan":
        plan(Path(data), Path(folder), set(names))
    else:
        wider = TOO_WIDE if verb == "planted" else 1.0
        sys.stdout.write(json.dumps(compare(Path(data), Path(folder), wider)))
