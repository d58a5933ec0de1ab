"""What the canvas must show of each real image: `canvas_truth.py plan DATA FOLDER [NAME …]`; `compare DATA FOLDER`.

``plan`` lays copies of the files below ``FOLDER/round-1``, ``round-2`` …, no image twice in one (there are copies of
one image that differ), and what is there in ``plan.json``. The browser leaves ``seen.json`` and the pictures beside it.
``compare`` holds them against the formulas of the standard, and prints a row for each file.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from tests.pixels.reference import reference_picture
from tests.pixels.test_exactness import real_files
from tests.pixels.test_truth import ENOUGH, LEFT_OUT, READ_HERE

from fileroom.dicom.reading import read_header
from fileroom.pixels.frames import decoded_frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVEL = 1.01  # one grey level, and what is lost in rounding
NEAR = 1e-3  # of a pixel


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
        rows.append({"name": name, "round": number, "uid": header.sop_instance_uid})
    (folder / "plan.json").write_text(json.dumps(rows), encoding="utf-8")


def compare(data: Path, folder: Path) -> dict[str, Any]:
    """All rows; those that are wrong once more, as JSON in the last line."""
    seen = json.loads((folder / "seen.json").read_text(encoding="utf-8"))
    wrong, words = [], Counter[str]()
    for name, row in seen.items():
        if "reason" in row:
            words["not shown"] += 1
            sys.stdout.write(f"{'-':>9} {'-':>6}  {'-':9}  {name}: {row['reason']}\n")
            continue
        if name in LEFT_OUT:
            words["no reference"] += 1
            sys.stdout.write(f"{'-':>9} {'-':>6}  {'-':9}  {name}: shown; pydicom has no picture to hold it against\n")
            continue
        how, share, most, pixels = compared(data / name, folder / row["picture"], row["seen"].split())
        words[how] += 1
        sys.stdout.write(f"{share:9.4%} {most:6.1f}  {how:9}  {name}\n")
        if share < ENOUGH or pixels == 0:
            wrong.append([name, how, share])
    return {"wrong": wrong, "how": words}


def compared(path: Path, picture: Path, seen: list[str]) -> tuple[str, float, float, int]:
    """How it is shown, the share of samples within one grey level, the largest difference, how many there are."""
    header = read_header(str(path)).header
    if header is None:
        raise ValueError(path)
    canvas = np.asarray(Image.open(picture).convert("RGB")).astype(float)
    size = (header.rows or 1, header.columns or 1)
    row, column = places(canvas.shape[:2], [float(part) for part in seen[6:]])
    inside = _within(row, size[0]) & _within(column, size[1])

    def sampled(values: NDArray[Any]) -> NDArray[Any]:
        between = _between(values.reshape(*size, -1), row[inside], column[inside])
        return between[:, 0] if values.shape == size else between

    window = (float(seen[4]), float(seen[5]), seen[3])
    stored = decoded_frame(path, header, 1) if header.transfer_syntax_uid not in READ_HERE else None
    how, wanted = reference_picture(path, header, lambda _: window, stored, sampled)
    apart = np.abs(canvas[inside] - wanted.reshape(len(wanted), -1))
    return how, float(np.mean(apart <= LEVEL)), float(apart.max(initial=0)), int(inside.sum())


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


def _between(values: NDArray[Any], row: NDArray[Any], column: NDArray[Any]) -> NDArray[Any]:
    """Bilinear; what lies on a pixel has its value."""
    top, left = np.floor(row).astype(int), np.floor(column).astype(int)
    below, right = (np.minimum(at + 1, most - 1) for at, most in zip((top, left), values.shape, strict=False))
    v, u = (row - top)[:, None], (column - left)[:, None]
    upper = values[top, left] * (1 - u) + values[top, right] * u
    lower = values[below, left] * (1 - u) + values[below, right] * u
    found: NDArray[Any] = upper * (1 - v) + lower * v
    return found


if __name__ == "__main__":
    verb, data, folder, *names = sys.argv[1:]
    if verb == "plan":
        plan(Path(data), Path(folder), set(names))
    else:
        sys.stdout.write(json.dumps(compare(Path(data), Path(folder))))
