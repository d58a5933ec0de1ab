"""Painting with soft edges on one slice of a body: what all phantoms are made of.

Lengths are millimetres in the patient's coordinates (x to the left, y to the back, z to the head, PS3.3 C.7.6.2.1.1).
A shape is a signed distance from its surface, negative inside; its edge is half covered exactly on the surface, so
that what is measured half way between two values is the true size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

Point = tuple[float, float, float]
FLAT = 1e-6  # mm: a tube that runs within the slice


@dataclass(frozen=True, slots=True)
class Tube:
    """A tapering piece of vessel, bone or gut."""

    start: Point
    end: Point
    start_radius: float
    end_radius: float

    def reaches(self, z: float) -> bool:
        """Whether the slice at ``z`` may cut it."""
        radius = max(self.start_radius, self.end_radius) + 1.5
        return min(self.start[2], self.end[2]) - radius <= z <= max(self.start[2], self.end[2]) + radius


def chain(points: Sequence[Point], radii: Sequence[float] | float) -> list[Tube]:
    """Tubes from point to point."""
    every = [radii] * len(points) if isinstance(radii, (int, float)) else radii
    return [Tube(a, b, ra, rb) for a, b, ra, rb in zip(points[:-1], points[1:], every[:-1], every[1:], strict=True)]


def thinner(tubes: Iterable[Tube], by: float) -> list[Tube]:
    """The inside of tubes with walls of ``by``."""
    return [
        Tube(tube.start, tube.end, max(0.1, tube.start_radius - by), max(0.1, tube.end_radius - by)) for tube in tubes
    ]


class Slice:
    """The plane at one z, on a grid of x and y. ``values`` are what is painted: Hounsfield units, say."""

    def __init__(self, xs: Floats, ys: Floats, z: float, background: float, edge: float) -> None:
        self.x = xs[None, :]
        self.y = ys[:, None]
        self.z = np.float32(z)
        self.edge = np.float32(edge)
        self.values = np.full((len(ys), len(xs)), background, np.float32)
        self._x0, self._dx = float(xs[0]), float(xs[1] - xs[0])
        self._y0, self._dy = float(ys[0]), float(ys[1] - ys[0])

    def paint(self, distance: Floats, value: float | Floats, within: tuple[slice, slice] = np.s_[:, :]) -> None:
        """Mix ``value`` in where ``distance`` is negative."""
        cover = distance * np.float32(-1 / self.edge)
        cover += np.float32(0.5)
        np.clip(cover, 0, 1, out=cover)
        view = self.values[within]
        view += cover * (value - view)

    def window(self, x: float, y: float, half_width: float, half_height: float) -> tuple[slice, slice] | None:
        """The part of the grid around a point, or None where it lies outside."""
        left = max(0, int((x - half_width - self._x0) / self._dx) - 1)
        right = min(self.values.shape[1], int((x + half_width - self._x0) / self._dx) + 3)
        top = max(0, int((y - half_height - self._y0) / self._dy) - 1)
        bottom = min(self.values.shape[0], int((y + half_height - self._y0) / self._dy) + 3)
        return (slice(top, bottom), slice(left, right)) if left < right and top < bottom else None

    def ellipsoid(
        self,
        center: Point,
        radii: Point,
        value: float,
        *,
        turned: float = 0.0,
        dx: Floats | float = 0,
        dy: Floats | float = 0,
    ) -> None:
        """An ellipsoid, ``turned`` (radians) about the z axis; ``dx`` and ``dy`` bend the space it stands in."""
        height = (float(self.z) - center[2]) / radii[2]
        if abs(height) >= 1:
            return
        reach = max(radii[0], radii[1]) + 8
        within = self.window(center[0], center[1], reach, reach)
        if within is None:
            return
        self.paint(self.ellipsoid_distance(center, radii, turned=turned, dx=dx, dy=dy, within=within), value, within)

    def ellipsoid_distance(
        self,
        center: Point,
        radii: Point,
        *,
        turned: float = 0.0,
        dx: Floats | float = 0,
        dy: Floats | float = 0,
        within: tuple[slice, slice] = np.s_[:, :],
    ) -> Floats:
        """About how far each point lies outside of an ellipsoid; exact for a sphere."""
        x = self.x[:, within[1]] + (dx[within] if isinstance(dx, np.ndarray) else dx) - np.float32(center[0])
        y = self.y[within[0]] + (dy[within] if isinstance(dy, np.ndarray) else dy) - np.float32(center[1])
        if turned:
            cos, sin = np.float32(np.cos(turned)), np.float32(np.sin(turned))
            x, y = x * cos + y * sin, y * cos - x * sin
        z = (self.z - np.float32(center[2])) / np.float32(radii[2])
        size = np.float32(min(radii))
        out: Floats = np.sqrt(np.square(x / np.float32(radii[0])) + np.square(y / np.float32(radii[1])) + z * z)
        return (out - 1) * size

    def tubes(self, tubes: Iterable[Tube], value: float) -> None:
        """All ``tubes`` that the slice cuts."""
        for tube in tubes:
            if tube.reaches(float(self.z)):
                found = self.tube_distance(tube)
                if found is not None:
                    self.paint(found[0], value, found[1])

    def tube_distance(self, tube: Tube) -> tuple[Floats, tuple[slice, slice]] | None:
        """How far points lie outside of a tube, on the part of the grid where that may matter."""
        (x0, y0, z0), (x1, y1, z1) = tube.start, tube.end
        radius = max(tube.start_radius, tube.end_radius) + 1.5
        # only the piece of the axis that lies within a radius of this plane matters
        low, high = 0.0, 1.0
        if abs(z1 - z0) > FLAT:
            ends = sorted(((float(self.z) - radius - z0) / (z1 - z0), (float(self.z) + radius - z0) / (z1 - z0)))
            low, high = max(0.0, ends[0]), min(1.0, ends[1])
        xa, xb = x0 + low * (x1 - x0), x0 + high * (x1 - x0)
        ya, yb = y0 + low * (y1 - y0), y0 + high * (y1 - y0)
        within = self.window((xa + xb) / 2, (ya + yb) / 2, abs(xb - xa) / 2 + radius, abs(yb - ya) / 2 + radius)
        if within is None:
            return None
        ax, ay, az = np.float32(x1 - x0), np.float32(y1 - y0), np.float32(z1 - z0)
        x, y, z = self.x[:, within[1]] - np.float32(x0), self.y[within[0]] - np.float32(y0), self.z - np.float32(z0)
        along = (x * ax + y * ay + z * az) / np.float32(max(FLAT, float(ax * ax + ay * ay + az * az)))
        np.clip(along, 0, 1, out=along)
        away = np.sqrt(np.square(x - along * ax) + np.square(y - along * ay) + np.square(z - along * az))
        return away - (np.float32(tube.start_radius) + along * np.float32(tube.end_radius - tube.start_radius)), within


class Drift:
    """Slow random fields, so that nothing is a perfect ellipse: coarse noise, smoothly spread over any slice."""

    def __init__(self, seed: int, spacing: float, extent: tuple[Point, Point]) -> None:
        generator = np.random.default_rng(seed)
        self._low, self._spacing = extent[0], spacing
        shape = [int((high - low) / spacing) + 4 for low, high in zip(*extent, strict=True)]
        self._grid = generator.standard_normal(shape[::-1], np.float32)

    def at(self, xs: Floats, ys: Floats, z: float) -> Floats:
        """The field on a slice: about -2 to 2, about 0 in the mean."""
        x0, y0, z0 = self._low
        plane = _spread(self._grid, np.array([z], np.float32), z0, self._spacing)[0]
        rows = _spread(plane, ys, y0, self._spacing)
        return _spread(rows.T, xs, x0, self._spacing).T


def _spread(coarse: Floats, places: Floats, low: float, spacing: float) -> Floats:
    """``coarse`` along its first axis at ``places``, by cubic B-splines: each place is made of four grid points."""
    t = (places - np.float32(low)) / np.float32(spacing)
    first = np.clip(t.astype(int) - 1, 0, len(coarse) - 4)
    shape = (-1,) + (1,) * (coarse.ndim - 1)
    fine: Floats = np.zeros((len(places), *coarse.shape[1:]), np.float32)
    for tap in range(4):
        away = np.abs(t - (first + tap))
        near = 2 / 3 - np.square(away) + 0.5 * away**3
        far = np.clip(2 - away, 0, None) ** 3 / 6
        weight = np.where(away < 1, near, far).astype(np.float32) * np.float32(1.6)  # splines flatten noise
        fine += weight.reshape(shape) * coarse[first + tap]
    return fine


class Grain:
    """Noise of detectors and tissue, made once and laid over each slice at another place."""

    def __init__(self, seed: int, size: int, softness: float, *, ramp: bool = False) -> None:
        generator = np.random.default_rng(seed)
        frequencies = np.fft.fftfreq(size).astype(np.float32)
        squared = np.square(frequencies[:, None]) + np.square(frequencies[None, : size // 2 + 1])
        keep = np.exp(-squared * np.float32((np.pi * softness) ** 2 * 2))
        if ramp:  # reconstruction from projections leaves little noise of long waves
            keep *= np.sqrt(squared)
        grain = np.fft.irfft2(np.fft.rfft2(generator.standard_normal((size, size), np.float32)) * keep)
        self._tile = (grain / grain.std()).astype(np.float32)

    def at(self, shape: tuple[int, int], number: int) -> Floats:
        """Noise of standard deviation 1 for slice ``number``, the same each time."""
        rows, columns = shape
        size = len(self._tile)
        top, left = (number * 197) % (size - rows + 1), (number * 311) % (size - columns + 1)
        part = self._tile[top : top + rows, left : left + columns]
        turned: Floats = part[:: 1 if number % 2 else -1, :: 1 if number % 3 else -1]
        return turned


def between(coarse: Floats, places: NDArray[Any]) -> Floats:
    """``coarse`` along its first axis at ``places``, by cubic (Catmull-Rom) interpolation."""
    first = np.clip(places.astype(int) - 1, 0, len(coarse) - 4)
    t = (places - first - 1).astype(np.float32).reshape(-1, *(1,) * (coarse.ndim - 1))
    fine: Floats = coarse[first] * (-0.5 * t + t**2 - 0.5 * t**3)
    fine += coarse[first + 1] * (1 - 2.5 * t**2 + 1.5 * t**3)
    fine += coarse[first + 2] * (0.5 * t + 2 * t**2 - 1.5 * t**3)
    fine += coarse[first + 3] * (0.5 * t**3 - 0.5 * t**2)
    return fine
