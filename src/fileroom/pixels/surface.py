"""The surface of a volume at one value, as binary STL in the patient's millimetres.

Slices are decoded when their turn comes and put down again, triangles are written as they arise: what is in memory is
a slab of slices, however long the series. A triangle soup has no common corners, so slabs need no sewing.
"""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fileroom.errors import BadRequest, Undecodable
from fileroom.jobs import Progress
from fileroom.model.pictures import SurfaceReport
from fileroom.pixels.form import frame_count
from fileroom.pixels.frame_groups import frame_groups
from fileroom.pixels.frames import decoded_frame
from fileroom.pixels.grid import Grid, Place, grid_of, place_of
from fileroom.pixels.window import modality_values

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from numpy.typing import NDArray

    from fileroom.jobs import CancelToken, OnProgress
    from fileroom.model.headers import Header

    Values = NDArray[np.float32]

SLAB = 24  # slices of the (thinned) volume at once
MOST_TRIANGLES = 30_000_000  # 1.5 GB of file
COARSEST = 16
TITLE = b"fileroom: patient coordinates (LPS) in millimetres"
TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])


@dataclass(frozen=True, slots=True)
class Source:
    """One frame: where its pixels are, where it lies, and how its values are meant."""

    path: str | os.PathLike[str]
    header: Header
    number: int
    place: Place | None
    slope: float | None
    intercept: float | None


def sources_of(files: Sequence[tuple[str | os.PathLike[str], Header]]) -> list[Source]:
    """All frames of some files that are grey images, in the order given."""
    grey = [(path, header) for path, header in files if header.has_pixels and (header.samples_per_pixel or 1) == 1]
    if files and not grey:
        raise Undecodable("It holds no grey images.")
    return [source for path, header in grey for source in _frames(path, header)]


def _frames(path: str | os.PathLike[str], header: Header) -> Iterator[Source]:
    count = frame_count(header)
    groups = frame_groups(path, header) if count > 1 else None
    for index in range(count):
        position, orientation, spacing = header.image_position, header.image_orientation, header.pixel_spacing
        slope, intercept = header.rescale_slope, header.rescale_intercept
        if groups is not None:
            position = groups.image_position[index]
            orientation = groups.image_orientation[index] or orientation
            spacing = groups.pixel_spacing[index] or spacing
            slope = slope if groups.rescale_slope[index] is None else groups.rescale_slope[index]
            intercept = intercept if groups.rescale_intercept[index] is None else groups.rescale_intercept[index]
        elif count > 1:
            position = ()  # one position for many frames says nothing of any
        place = place_of(header.rows, header.columns, position, orientation, spacing)
        yield Source(path, header, index + 1, place, slope, intercept)


def write_surface(
    files: Sequence[tuple[str | os.PathLike[str], Header]],
    level: float,
    target: Path,
    *,
    downsample: int = 1,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> SurfaceReport:
    """Write the surface at ``level`` (in the units of the modality); ``downsample`` makes one voxel of n x n x n.

    Undecodable when the files make no volume or nothing of it has the value; Cancelled leaves no file behind.
    """
    if not 1 <= downsample <= COARSEST:
        raise BadRequest(f"a volume is made coarser by 1 (not at all) to {COARSEST}")
    began = time.monotonic()
    sources = sources_of(files)
    grid = grid_of([source.place for source in sources])
    slices = _slices(sources, grid, downsample, on_progress, cancel)
    try:
        with target.open("wb") as out:
            out.write(TITLE.ljust(80, b" ") + struct.pack("<I", 0))
            triangles = sum(_write(out, corners) for corners in _slabs(slices, level, grid, downsample))
            out.seek(80)
            out.write(struct.pack("<I", triangles))
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    if not triangles:
        target.unlink()
        raise Undecodable("Nothing in it has this value: there is no surface.")
    return SurfaceReport(
        state="done",
        level=level,
        downsample=downsample,
        slices=len(grid.order),
        triangles=triangles,
        bytes=target.stat().st_size,
        seconds=time.monotonic() - began,
    )


def _slices(
    sources: list[Source], grid: Grid, coarse: int, on_progress: OnProgress | None, cancel: CancelToken | None
) -> Iterator[Values]:
    """The slices of the volume, thinned by the mean of ``coarse`` in each direction; the rest is left out."""
    total = len(grid.order)
    gathered: list[Values] = []
    for done, index in enumerate(grid.order):
        if cancel is not None:
            cancel.check()
        if on_progress is not None:
            on_progress(Progress(phase="reading", seen=total, done=done, read=done, total=total))
        source = sources[index]
        stored = decoded_frame(source.path, source.header, source.number)
        gathered.append(_thinned(modality_values(stored, source.slope, source.intercept), coarse))
        if len(gathered) == coarse:
            yield np.mean(gathered, axis=0, dtype=np.float32) if coarse > 1 else gathered[0]
            gathered = []


def _thinned(values: Values, coarse: int) -> Values:
    if coarse == 1:
        return values
    rows, columns = (size // coarse for size in values.shape)
    blocks = values[: rows * coarse, : columns * coarse].reshape(rows, coarse, columns, coarse)
    thinned: Values = blocks.mean(axis=(1, 3), dtype=np.float32)
    return thinned


def _slabs(slices: Iterator[Values], level: float, grid: Grid, coarse: int) -> Iterator[NDArray[np.float32]]:
    """The corners of the triangles of slab after slab: each begins with the last slice of the one before.

    Around the volume lies one voxel of what is below the value, so that what is cut by its border is closed.
    """
    from skimage.measure import marching_cubes

    matrix, origin = _affine(grid, coarse)
    total = 0
    for begin, slab in _stacked(slices, level):
        if not slab.min() < level < slab.max():
            continue
        corners, faces, _, _ = marching_cubes(slab, level, allow_degenerate=False)
        voxels = corners[:, ::-1].astype(np.float64) + np.array((-1, -1, begin - 1))  # less the border
        placed = (voxels @ matrix + origin).astype(np.float32)
        triangles = placed[faces if np.linalg.det(matrix) > 0 else faces[:, ::-1]]  # they look outward
        total += len(triangles)
        if total > MOST_TRIANGLES:
            raise Undecodable("The surface would have more than 30 million triangles; make it coarser.")
        yield triangles


def _stacked(slices: Iterator[Values], level: float) -> Iterator[tuple[int, Values]]:
    """Slabs with a border all around, and the number of their first slice (the border before the volume is 0)."""
    border: Values | None = None
    held: list[Values] = []
    begin = 0
    for values in slices:
        padded = np.pad(values, 1, constant_values=_below(level))
        if border is None:
            border = np.full_like(padded, _below(level))
            held = [border]
        held.append(padded)
        if len(held) > SLAB:
            yield begin, np.stack(held)
            begin += len(held) - 1
            held = held[-1:]
    if border is not None:
        yield begin, np.stack([*held, border])


def _below(level: float) -> float:
    """So far below the value that the border is drawn at the outermost voxels."""
    return level - 1e5


def _affine(grid: Grid, coarse: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """From voxels of the thinned volume (columns, rows, slices) to the patient. The first lies amid those it is of."""
    matrix = np.array([grid.across, grid.down, grid.step]) * coarse
    first = np.array(grid.origin) + np.full(3, (coarse - 1) / 2) @ (matrix / coarse)
    return matrix, first


def _write(out: BinaryIO, corners: NDArray[np.float32]) -> int:
    """Triangles with their normals; those without a size are left out."""
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(across, axis=1)
    sound = length > 0
    triangles: NDArray[Any] = np.zeros(int(sound.sum()), TRIANGLE)
    triangles["normal"] = across[sound] / length[sound, None]
    triangles["corners"] = corners[sound]
    out.write(triangles.tobytes())
    return len(triangles)
