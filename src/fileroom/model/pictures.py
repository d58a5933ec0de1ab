"""Pictures of frames, and what was measured on them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Plane(StrEnum):
    """The anatomical plane an image lies in, from Image Orientation (Patient) (PS3.3 C.7.6.2.1.1)."""

    AXIAL = "axial"
    SAGITTAL = "sagittal"
    CORONAL = "coronal"
    OBLIQUE = "oblique"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One value of a measurement: what it is of, and its unit (:mod:`fileroom.measuring` names them)."""

    name: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CutPlane:
    """A plane cut through a volume: a place of the patient in it, and where its right and its lower edge lead to, as
    unit vectors. ``name`` is that of the view it was seen in."""

    name: str
    origin: tuple[float, float, float]
    right: tuple[float, float, float]
    down: tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What the user measured or pointed at on one frame. ``points`` are columns and rows, the middle of the first pixel
    at 0, 0; where there is a ``plane``, millimetres to the right and down from its origin, and the frame the nearest.
    """

    id: str
    kind: str
    sop_instance_uid: str
    frame: int
    points: tuple[tuple[float, float], ...]
    text: str
    values: tuple[Measured, ...]
    plane: CutPlane | None = None


@dataclass(frozen=True, slots=True)
class Viewport:
    """How large a picture is to be, and the part of the image it shows: from ``x``, ``y``, a negative width or height
    turning it over (PS3.18 8.3.5.1.3)."""

    columns: int
    rows: int
    x: float = 0
    y: float = 0
    width: float | None = None
    height: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a picture of a frame is to be made. ``window`` is centre, width and "linear", "linear-exact" or "sigmoid"."""

    media_type: str = "image/jpeg"
    window: tuple[float, float, str] | None = None
    viewport: Viewport | None = None
    quality: int | None = None
    annotation: tuple[str, ...] = ()  # "patient", "technique"


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceReport:
    """The surface of a volume that was written: at ``level``, from ``slices``, in patient coordinates."""

    state: str  # done
    level: float
    downsample: int
    slices: int
    triangles: int
    bytes: int
    seconds: float
