"""A volume: values on a grid, where the grid lies in the patient, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from fileroom.model.others import Label, OtherImage, Refusal, Remark
from fileroom.volumes.refusing import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

RAS_TO_LPS: Final = np.diag([-1.0, -1.0, 1.0, 1.0])  # NIfTI's axes to DICOM's (PS3.3 C.7.6.2.1.1); its own inverse
MOST_ACROSS: Final = 65_535  # Rows and Columns are US (PS3.3 C.7.6.3.1)
MOST_PLANES: Final = 100_000
MOST_PLANE_BYTES: Final = 512 << 20
MOST_BYTES: Final = 16 << 30
PLANE_AXES: Final = 2
_RIGHT_ANGLE: Final = 1e-3  # cosine between axes that still counts as one
_SMALLEST, _LARGEST = 1e-9, 1e9  # mm: of a voxel


class Values(Protocol):
    """Where the stored values come from, one plane at a time."""

    def plane(self, number: int) -> NDArray[Any]:
        """Plane ``number`` from 0, slices before points in time: (columns, rows), and samples for colour."""


@dataclass(frozen=True, slots=True)
class Held:
    """Values that had to be decoded as a whole: (columns, rows, planes[, samples])."""

    array: NDArray[Any] = field(repr=False)

    def plane(self, number: int) -> NDArray[Any]:
        """As :class:`Values` says."""
        return self.array[:, :, number]


@dataclass(frozen=True, slots=True)
class OneAtATime:
    """Values that several may ask for at once: what reads them is in one place of a file at a time."""

    values: Values = field(repr=False)
    lock: Lock = field(default_factory=Lock, repr=False)

    def plane(self, number: int) -> NDArray[Any]:
        """As :class:`Values` says."""
        with self.lock:
            return self.values.plane(number)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Volume:
    """``shape`` is columns, rows, slices and points in time (or whatever the fourth axis is); ``affine`` leads from
    indices into it to millimetres of the patient, left, back and head growing (LPS).

    ``slope`` and ``intercept`` make values of what is stored. Where ``oriented`` is False the affine is what the
    format falls back to, and says nothing of a patient.
    """

    name: str
    format: str
    shape: tuple[int, int, int, int]
    dtype: np.dtype[Any]
    values: Values = field(repr=False)
    affine: NDArray[np.float64]
    transform: str = "header"
    oriented: bool = True
    spaced: bool = True
    samples: int = 1
    slope: float = 1.0
    intercept: float = 0.0
    labels: bool = False
    named: tuple[Label, ...] = ()  # what the file says of its labels
    unit: str = ""
    step_ms: float | None = None  # between points in time
    remarks: tuple[Remark, ...] = ()

    @property
    def planes(self) -> int:
        """How many there are."""
        return self.shape[2] * self.shape[3]

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Millimetres from one column, row and slice to the next."""
        lengths = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(lengths[0]), float(lengths[1]), float(lengths[2])

    @property
    def orientation(self) -> str:
        """Where columns, rows and slices lead to, as letters; "" when that is not known."""
        return letters(self.affine) if self.oriented else ""

    def stored(self) -> NDArray[Any]:
        """All values as they are stored: (columns, rows, slices, times), and samples for colour."""
        planes = [self.values.plane(number) for number in range(self.planes)]
        stacked = np.stack(planes, axis=2)
        return (
            stacked.reshape(*self.shape, *stacked.shape[3:], order="F")
            if self.samples == 1
            else _by_time(self, stacked)
        )

    def scaled(self) -> NDArray[Any]:
        """All values as they are meant."""
        stored = self.stored()
        return stored if (self.slope, self.intercept) == (1, 0) else stored * self.slope + self.intercept

    def told(self) -> OtherImage:
        """What people are told of it."""
        return OtherImage(
            name=self.name,
            format=self.format,
            shape=self.shape,
            values=self.dtype.name,
            samples=self.samples,
            spacing=tuple(round(length, 4) for length in self.spacing) if self.spaced else (),
            orientation=self.orientation,
            transform=self.transform,
            labels=self.labels,
            unit=self.unit,
            remarks=self.remarks,
        )


def _by_time(volume: Volume, stacked: NDArray[Any]) -> NDArray[Any]:
    columns, rows, slices, times = volume.shape
    by_time = stacked.reshape(columns, rows, times, slices, volume.samples)
    return by_time.transpose(0, 1, 3, 2, 4)


def letters(affine: NDArray[np.float64]) -> str:
    """Where each axis leads, for the most part: L or R, P or A, H or F. Axes that share a letter are all told by it."""
    found = ""
    for axis in affine[:3, :3].T:
        along = int(np.argmax(np.abs(axis)))
        found += ("LPH" if axis[along] > 0 else "RAF")[along]
    return found


def checked_affine(affine: NDArray[Any]) -> NDArray[np.float64]:
    """A transform that leads somewhere. Refused otherwise: a viewer would divide by it."""
    found = np.asarray(affine, dtype=np.float64)
    if found.shape != (4, 4) or not np.isfinite(found).all():
        raise Refused(Refusal.BAD_GEOMETRY)
    lengths = np.linalg.norm(found[:3, :3], axis=0)
    if not ((lengths > _SMALLEST) & (lengths < _LARGEST)).all():
        raise Refused(Refusal.BAD_GEOMETRY)
    if abs(np.linalg.det(found[:3, :3] / lengths)) < 1e-6:  # noqa: PLR2004 - two axes in one plane
        raise Refused(Refusal.BAD_GEOMETRY)
    return found


def at_right_angles(affine: NDArray[np.float64], axes: Sequence[int] = (0, 1, 2)) -> bool:
    """Whether these axes are at right angles to each other."""
    part = affine[:3, list(axes)] / np.linalg.norm(affine[:3, list(axes)], axis=0)
    angles = part.T @ part - np.eye(len(axes))
    return bool(np.abs(angles).max() < _RIGHT_ANGLE)


def checked_shape(lengths: Sequence[int], dtype: np.dtype[Any], samples: int = 1) -> tuple[int, int, int, int]:
    """Columns, rows, slices, and all further axes as one. Refused for what no image has; nothing is allocated yet."""
    given = [int(length) for length in lengths] or [0]
    if any(length < 1 for length in given):
        raise Refused(Refusal.SIZE_LIES)
    columns, rows, slices, *others = [*given, 1, 1, 1][: max(4, len(given))]
    times = math.prod(others)
    plane = columns * rows * dtype.itemsize * samples
    if max(columns, rows) > MOST_ACROSS or plane > MOST_PLANE_BYTES:
        raise Refused(Refusal.TOO_MANY_PIXELS, f"{columns} x {rows}")
    if slices * times > MOST_PLANES or plane * slices * times > MOST_BYTES:
        raise Refused(Refusal.TOO_LARGE, " x ".join(map(str, given)))
    return columns, rows, slices, times


def from_diagonal(spacing: Iterable[float]) -> NDArray[np.float64]:
    """A transform that only knows how large a voxel is."""
    steps = [*(abs(float(step)) for step in spacing), 1.0, 1.0, 1.0][:3]
    return checked_affine(np.diag([*steps, 1.0]))
