"""Where the segments of real masks lie: `masks_truth.py FOLDER … TRUTH.json`.

For each segmentation (PS3.3 A.51) over images that say where they lie: of every one of those images the pixels below
which there is something of a segment, by pydicom and numpy, as runs of nothing and something, row by row. The middle of
a pixel is in the mask when the nearest voxel of a frame is, and when it lies within half a slice of it (C.7.6.16.2.1).

Over a projection the mask has the pixels of the image that it was derived from; over the tiles of a slide it is put
where the frame that it names begins, or it says that it does (C.8.12.14), and cut as the slide is.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydicom import dcmread
from pydicom.pixels.utils import pixel_array

from fileroom.dicom.quiet import quiet_pydicom
from fileroom.dicom.reading import read_header

if TYPE_CHECKING:
    from numpy.typing import NDArray

MASKS = {"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"}
NEAR = 0.02  # mm; what rounding in files makes


@dataclass(frozen=True)
class Sheet:
    """Pixels that lie somewhere in the patient."""

    position: NDArray[np.float64]
    row: NDArray[np.float64]
    column: NDArray[np.float64]
    spacing: tuple[float, float]  # between columns, between rows
    shape: tuple[int, int]

    @staticmethod
    def of(data_set: Any, groups: list[Any]) -> Sheet | None:
        """By functional groups, or by the image."""
        items = [item for group in groups for element in group if element.VR == "SQ" for item in element.value[:1]]

        def said(name: str) -> Any:
            return next((one.get(name) for one in [*items, data_set] if one.get(name) not in (None, "")), None)

        position, directions, spacing = (
            said(name) for name in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing")
        )
        if position is None or directions is None or spacing is None:
            return None
        axes = np.array(directions, float)
        across, down = float(spacing[1]), float(spacing[0])
        shape = (int(data_set.Rows), int(data_set.Columns))
        return Sheet(np.array(position, float), axes[:3], axes[3:], (across, down), shape)

    def places(self) -> NDArray[np.float64]:
        """The middles of all pixels."""
        y, x = np.mgrid[: self.shape[0], : self.shape[1]][..., None].astype(float)
        middles: NDArray[np.float64] = (
            self.position + x * self.spacing[0] * self.row + y * self.spacing[1] * self.column
        )
        return middles


def covered(image: Sheet, sheet: Sheet, mask: NDArray[np.bool_], half: float) -> NDArray[np.bool_]:
    """The pixels of an image that lie in a frame of a mask."""
    away = image.places() - sheet.position
    x = np.floor(away @ sheet.row / sheet.spacing[0] + 0.5).astype(int)
    y = np.floor(away @ sheet.column / sheet.spacing[1] + 0.5).astype(int)
    inside = np.abs(away @ np.cross(sheet.row, sheet.column)) <= half
    inside &= (x >= 0) & (y >= 0) & (y < mask.shape[0]) & (x < mask.shape[1])
    found: NDArray[np.bool_] = inside & mask[np.clip(y, 0, mask.shape[0] - 1), np.clip(x, 0, mask.shape[1] - 1)]
    return found


def truth(mask: Any, images: list[Any]) -> dict[str, list[int]]:
    """Of each image that a segmentation is of."""
    frames = mask.get("PerFrameFunctionalGroupsSequence") or ()
    shared = list(mask.get("SharedFunctionalGroupsSequence") or ())
    sheets = [Sheet.of(mask, [frame, *shared]) for frame in frames]
    if not images or not any(sheets):
        return {}
    values = pixel_array(mask).reshape(-1, mask.Rows, mask.Columns)
    half = _thickness(mask, [*frames[:1], *shared]) / 2 + NEAR
    found = {}
    for image in images:
        below = Sheet.of(image, [])
        if below is None:
            continue
        over = [
            covered(below, sheet, value > 0, half)
            for sheet, value in zip(sheets, values, strict=True)
            if sheet is not None
        ]
        if over:
            found[str(image.SOPInstanceUID)] = runs(np.any(over, axis=0))
    return found


def flat_truth(mask: Any, images: list[Any]) -> dict[str, list[int]]:
    """Of images that lie nowhere in the patient: of a projection whole, of a slide frame by frame."""
    values = pixel_array(mask).reshape(-1, mask.Rows, mask.Columns)
    whole = (int(mask.get("TotalPixelMatrixRows", mask.Rows)), int(mask.get("TotalPixelMatrixColumns", mask.Columns)))
    if mask.get("SegmentationType") == "LABELMAP":
        values = np.where(values == _background(mask), 0, 1)
    drawn = np.zeros(whole, bool)
    for (top, left), value in zip(_corners(mask, whole, len(values)), values, strict=True):
        room = drawn[top : top + mask.Rows, left : left + mask.Columns]
        room |= value[: room.shape[0], : room.shape[1]] > 0
    found = {}
    for image in images:
        shape = (int(image.Rows), int(image.Columns))
        uid = str(image.SOPInstanceUID)
        if "TotalPixelMatrixRows" not in image:
            if shape == drawn.shape:
                found[uid] = runs(drawn)
            continue
        tiles = [(top, left) for top in range(0, whole[0], shape[0]) for left in range(0, whole[1], shape[1])]
        for number, (top, left) in enumerate(tiles, start=1):
            found[f"{uid}/{number}"] = runs(drawn[top : top + shape[0], left : left + shape[1]])
    return found


def _background(mask: Any) -> int:
    numbers = [int(one.SegmentNumber) for one in mask.SegmentSequence]
    return 0 if 0 in numbers else min(numbers) - 1


def _corners(mask: Any, whole: tuple[int, int], count: int) -> list[tuple[int, int]]:
    """Where in the whole each frame begins."""
    groups = mask.get("PerFrameFunctionalGroupsSequence")
    tiles = [(y, x) for y in range(0, whole[0], mask.Rows) for x in range(0, whole[1], mask.Columns)]
    if not groups:  # all tiles of a segment, row by row, then those of the next
        return tiles * (count // len(tiles))
    found = []
    for one in groups:
        source = one.DerivationImageSequence[0].SourceImageSequence[0]
        if "ReferencedFrameNumber" in source:  # some files have row and column of the tile the wrong way round
            found.append(tiles[int(source.ReferencedFrameNumber) - 1])
        elif "PlanePositionSlideSequence" in one:
            at = one.PlanePositionSlideSequence[0]
            found.append((at.RowPositionInTotalImagePixelMatrix - 1, at.ColumnPositionInTotalImagePixelMatrix - 1))
        else:
            found.append((0, 0))
    return found


def _thickness(mask: Any, groups: list[Any]) -> float:
    measures = [item for group in groups for item in group.get("PixelMeasuresSequence") or ()]
    return float(next(one.SliceThickness for one in [*measures, mask] if "SliceThickness" in one))


def runs(bits: NDArray[np.bool_]) -> list[int]:
    """How many are out, then in, then out …"""
    turns = np.flatnonzero(np.diff(np.concatenate([[False], bits.ravel()])))
    return [int(one) for one in np.diff(np.concatenate([[0], turns, [bits.size]]))]


def _is_flat(mask: Any) -> bool:
    """Whether none of its frames lies anywhere in the patient."""
    groups = [
        *(mask.get("SharedFunctionalGroupsSequence") or ()),
        *(mask.get("PerFrameFunctionalGroupsSequence") or ()),
    ]
    return not any("PlanePositionSequence" in one for one in groups)


def main(folders: list[Path], out: Path) -> None:
    """The truth of all masks below the folders."""
    paths = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    masks: dict[str, tuple[Path, Any]] = {}
    images: dict[str, tuple[Path, Any]] = {}
    for path in paths:
        header = read_header(str(path)).header
        if header is None or not header.has_pixels:
            continue
        kept = masks if header.sop_class_uid in MASKS else images
        with quiet_pydicom():  # of copies of one image the first
            kept.setdefault(header.sop_instance_uid, (path, dcmread(path, force=True)))
    rows = []
    for uid, (path, mask) in masks.items():
        series = {one.SeriesInstanceUID for one in mask.get("ReferencedSeriesSequence") or ()}
        below = [one for _, one in images.values() if one.get("SeriesInstanceUID") in series]
        with quiet_pydicom():
            over = truth(mask, below) or (flat_truth(mask, below) if _is_flat(mask) else {})
            rows.append({"name": path.name, "uid": uid, "series": mask.SeriesInstanceUID, "over": over})
    out.write_text(json.dumps(rows), encoding="utf-8")


if __name__ == "__main__":
    main([Path(one) for one in sys.argv[1:-1]], Path(sys.argv[-1]))
