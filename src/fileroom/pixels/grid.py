"""Whether images make a volume, and where its voxels lie. Pure arithmetic; the viewer judges by the same rules
(viewer/src/core/volume.ts), so that both refuse the same series."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low
from typing import TYPE_CHECKING

from fileroom.errors import Undecodable
from fileroom.pixels.geometry import SAME_PLACE, Vector, normal_of

if TYPE_CHECKING:
    from collections.abc import Sequence

PIXEL_SIZES = 2
OFF_PLACE = 0.1  # how far a slice may lie from its place, in steps
OFF_LINE = 0.5  # and beside the line that all lie on, in pixels
GAP = 1.5  # from a gap of so many steps on, slices are missing
SAME_SIZE = 1e-3  # of pixels, in parts
SAME_DIRECTION = 1 - 2.5e-5  # cosine; directions are rounded in files


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one frame lies in the patient: millimetres, unit vectors (PS3.3 C.7.6.2.1.1)."""

    rows: int
    columns: int
    position: Vector
    row: Vector
    column: Vector
    normal: Vector
    spacing: tuple[float, float]  # between rows, between columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The voxels of a volume: ``order`` has the index of the frame of each slice.

    A voxel (column, row, slice) lies at ``origin`` + column x ``across`` + row x ``down`` + slice x ``step``; of a
    tilted gantry ``step`` leans, and nothing else is different.
    """

    order: tuple[int, ...]
    rows: int
    columns: int
    origin: Vector
    across: Vector
    down: Vector
    step: Vector


def place_of(
    rows: int | None,
    columns: int | None,
    position: Sequence[float],
    orientation: Sequence[float],
    spacing: Sequence[float],
) -> Place | None:
    """The place of a frame; None when it does not say all of it."""
    normal = normal_of(orientation)
    if normal is None or not rows or not columns or len(position) != len(normal):
        return None
    if len(spacing) != PIXEL_SIZES or not all(math.isfinite(size) and size > 0 for size in spacing):
        return None
    if not all(math.isfinite(part) for part in position):
        return None
    return Place(
        rows=rows,
        columns=columns,
        position=_vector(position),
        row=_unit(orientation[:3]),
        column=_unit(orientation[3:]),
        normal=normal,
        spacing=(spacing[0], spacing[1]),
    )


def grid_of(places: Sequence[Place | None]) -> Grid:
    """The grid of frames; Undecodable, in words for people, when they make none.

    Of a series in several directions or sizes the most frequent is taken; of several images at one place the first.
    """
    chosen = _alike(places)
    normal = chosen[0][1].normal
    row = _by_place(chosen, normal)
    if len(row) < 2:  # noqa: PLR2004 - one slice has no depth
        raise Undecodable("It is one image, not a stack of them.")
    _check_steps([_dot(normal, place.position) for _, place in row])
    first, last = row[0][1], row[-1][1]
    step = _scaled(_minus(last.position, first.position), 1 / (len(row) - 1))
    for number, (_, place) in enumerate(row):
        off = _minus(_minus(place.position, first.position), _scaled(step, number))
        if max(abs(_dot(off, place.row)), abs(_dot(off, place.column))) > OFF_LINE * min(place.spacing):
            raise Undecodable("Its slices are shifted against each other, and not evenly.")
    return Grid(
        order=tuple(index for index, _ in row),
        rows=first.rows,
        columns=first.columns,
        origin=first.position,
        across=_scaled(first.row, first.spacing[1]),
        down=_scaled(first.column, first.spacing[0]),
        step=step,
    )


def _alike(places: Sequence[Place | None]) -> list[tuple[int, Place]]:
    known = [(index, place) for index, place in enumerate(places) if place is not None]
    if not known:
        raise Undecodable("Its images do not say where they lie in the patient.")

    def kind(place: Place) -> tuple[float, ...]:
        return (place.rows, place.columns, *(round(part, 2) + 0.0 for part in (*place.row, *place.column)))

    (usual, _), *_ = Counter(kind(place) for _, place in known).most_common(1)
    chosen = [(index, place) for index, place in known if kind(place) == usual]
    model = chosen[0][1]
    for _, place in chosen:
        if min(_dot(place.row, model.row), _dot(place.column, model.column)) < SAME_DIRECTION:
            raise Undecodable("Its images lie in several directions.")
        if any(
            abs(ours - theirs) > SAME_SIZE * theirs for ours, theirs in zip(place.spacing, model.spacing, strict=True)
        ):
            raise Undecodable("Its images are not of one size.")
    return chosen


def _by_place(chosen: list[tuple[int, Place]], normal: Vector) -> list[tuple[int, Place]]:
    """In order along the normal; of several at one place (echoes, points in time) the first that was given."""
    row: list[tuple[int, Place]] = []
    for index, place in sorted(chosen, key=lambda one: (round(_dot(normal, one[1].position), 3), one[0])):
        if not row or _dot(normal, _minus(place.position, row[-1][1].position)) > SAME_PLACE:
            row.append((index, place))
    return row


def _check_steps(heights: list[float]) -> None:
    gaps = [after - before for before, after in pairwise(heights)]
    usual = median_low(gaps)
    missing = sum(round(gap / usual) - 1 for gap in gaps if gap >= GAP * usual)
    if missing and all(abs(gap / usual - round(gap / usual)) < 2 * OFF_PLACE for gap in gaps):
        raise Undecodable(f"{missing} of its slices {'is' if missing == 1 else 'are'} missing.")
    step = (heights[-1] - heights[0]) / len(gaps)
    if missing or any(abs(height - heights[0] - n * step) > OFF_PLACE * step for n, height in enumerate(heights)):
        raise Undecodable("Its slices are not evenly spaced.")


def _vector(values: Sequence[float]) -> Vector:
    x, y, z = values
    return float(x), float(y), float(z)


def _unit(values: Sequence[float]) -> Vector:
    length = math.hypot(*values)
    return _scaled(_vector(values), 1 / length)


def _dot(a: Vector, b: Vector) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def _minus(a: Vector, b: Vector) -> Vector:
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


def _scaled(a: Vector, by: float) -> Vector:
    return a[0] * by, a[1] * by, a[2] * by
