"""A volume as a series of DICOM images, one for each slice and point in time, made while they are read.

They are Secondary Captures that say where they lie (PS3.3 A.8.1, C.7.6.2): nothing is claimed of a scanner that nobody
knows. Values are exact: integers of up to 32 bits as Pixel Data, all others as Float or Double Float Pixel Data
(C.7.6.24, C.7.6.25); the scale of the file becomes Rescale Slope and Intercept.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fileroom.model.others import Refusal, Remark
from fileroom.volumes.elements import SECONDARY_CAPTURE, Elements, data_set, decimals, encoded, file_meta
from fileroom.volumes.refusing import Refused
from fileroom.volumes.volume import at_right_angles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from fileroom.volumes.volume import Volume

FLOAT, DOUBLE, PIXELS = 0x7FE00008, 0x7FE00009, 0x7FE00010
LONGEST_TEXT = 64  # characters of an LO (PS3.5 6.2)
COLOURS = 3
SAMPLED = 24  # planes that are looked at for a first window
TAILS = (0.5, 99.5)  # per cent of values beyond it
_EXACT: Final = {"u1": "u1", "i1": "i2", "u2": "u2", "i2": "i2", "u4": "u4", "i4": "i4", "b1": "u1"}
# Which way the columns and the rows of a picture go when it lies across x, y or z: patient's left to the right hand,
# back or feet down, as films hang.
_ACROSS: Final = {0: (0, 1, 0), 1: (1, 0, 0), 2: (1, 0, 0)}
_DOWN: Final = {0: (0, 0, -1), 1: (0, 0, -1), 2: (0, 1, 0)}


@dataclass(frozen=True, slots=True)
class Turn:
    """How a plane is turned for the screen: columns and rows changed about, then mirrored. Geometry goes with it."""

    swapped: bool
    mirrored: tuple[bool, bool]
    affine: NDArray[np.float64]

    def rows_of(self, plane: NDArray[Any]) -> NDArray[Any]:
        """A plane (columns, rows[, samples]) as rows of pixels."""
        turned = plane.swapaxes(0, 1) if self.swapped else plane
        turned = turned[:: -1 if self.mirrored[0] else 1, :: -1 if self.mirrored[1] else 1]
        return turned.swapaxes(0, 1)


def turn_of(volume: Volume) -> Turn:
    """As films hang, where it is known how the volume lies; else as it is stored."""
    affine = volume.affine
    if not volume.oriented:
        return Turn(False, (False, False), affine)  # noqa: FBT003 - nothing is turned
    axes = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    along = int(np.argmax(np.abs(np.cross(axes[:, 0], axes[:, 1]))))
    across = np.array(_ACROSS[along])
    swapped = bool(abs(axes[:, 1] @ across) > abs(axes[:, 0] @ across))
    order = [1, 0] if swapped else [0, 1]
    turned = affine.copy()
    turned[:, :2] = affine[:, order]
    lengths = [volume.shape[axis] for axis in order]
    mirrored = []
    for axis, wanted in enumerate((across, np.array(_DOWN[along]))):
        mirror = bool(turned[:3, axis] @ wanted < 0)
        if mirror:
            turned[:3, 3] += turned[:3, axis] * (lengths[axis] - 1)
            turned[:3, axis] *= -1
        mirrored.append(mirror)
    return Turn(swapped, (mirrored[0], mirrored[1]), turned)


@dataclass(frozen=True, eq=False)
class Slices:
    """The images of one volume. ``study`` and ``frame_of_reference`` are theirs with others."""

    volume: Volume
    study: str
    frame_of_reference: str
    number: int = 1
    series: str = field(default_factory=lambda: new_uid())  # noqa: PLW0108 - it stands further down
    rounded: bool = False  # values to 16 bits with a scale, for files that other programs shall read

    def __len__(self) -> int:
        return self.volume.planes

    def __iter__(self) -> Iterator[Slice]:
        return (self.slice(number) for number in range(len(self)))

    def slice(self, number: int) -> Slice:
        """One of them, from 0; slices run before points in time."""
        uid = new_uid()
        place, time = number % self.volume.shape[2], number // self.volume.shape[2]
        own: Elements = {
            0x00080018: ("UI", uid),
            0x00200013: ("IS", str(number + 1)),
        }
        if self.placed:
            position = self.turn.affine @ np.array([0, 0, place, 1.0])
            own[0x00200032] = ("DS", decimals(position[:3]))
        if self.volume.shape[3] > 1:
            own[0x00200100] = ("IS", str(time + 1))  # C.7.6.16.2.2 and PS3.3 C.8.3.1 have it as Temporal Position
            if self.volume.step_ms:
                own[0x00181060] = ("DS", decimals([time * self.volume.step_ms]))
        head = file_meta(SECONDARY_CAPTURE, uid) + data_set({**self.shared, **own})
        vr = {PIXELS: "OW", FLOAT: "OF", DOUBLE: "OD"}[self.pixel_tag]
        length = self.bytes_of_plane + self.bytes_of_plane % 2
        head += encoded(self.pixel_tag, vr, b"")[:-4] + length.to_bytes(4, "little")
        return Slice(self, number, head, length)

    def pixels(self, number: int) -> bytes:
        """The pixels of one of them."""
        plane = self.volume.values.plane(number)
        if plane.dtype.kind == "c":
            plane = np.abs(plane)
        if self.volume.samples > COLOURS:
            plane = plane[..., :COLOURS]
        if self.rounded and self.steps is not None:
            slope, intercept = self.steps
            finite = np.clip(np.nan_to_num(plane.astype(np.float64), nan=intercept), intercept, self.range[3])
            plane = np.rint((finite - intercept) / slope)
        data = np.ascontiguousarray(self.turn.rows_of(plane), dtype=self.kind).tobytes()
        return data + b"\0" * (len(data) % 2)

    @cached_property
    def turn(self) -> Turn:
        """How planes lie on the screen."""
        return turn_of(self.volume)

    @cached_property
    def placed(self) -> bool:
        """Whether it can be said where an image lies: rows and columns have to be at right angles (C.7.6.2.1.1)."""
        return self.volume.oriented and at_right_angles(self.turn.affine, (0, 1))

    @cached_property
    def kind(self) -> np.dtype[Any]:
        """The type of the pixels, little endian."""
        return np.dtype("<u2") if self.steps is not None else pixel_kind(self.volume)

    @cached_property
    def pixel_tag(self) -> int:
        """Which of the three kinds of pixel data it is."""
        return PIXELS if self.kind.kind in "ui" else FLOAT if self.kind.itemsize == 4 else DOUBLE  # noqa: PLR2004

    @cached_property
    def bytes_of_plane(self) -> int:
        """How many bytes the pixels of an image take."""
        columns, rows = self.volume.shape[:2]
        return columns * rows * min(self.volume.samples, COLOURS) * self.kind.itemsize

    @cached_property
    def range(self) -> tuple[float, float, float, float]:
        """Least, low, high and greatest of the stored values, by some planes, always with the last one."""
        return value_range(self.volume, every=self.rounded)

    @cached_property
    def steps(self) -> tuple[float, float] | None:
        """Slope and intercept of values that are rounded to 16 bits; None where they are exact."""
        if not self.rounded or pixel_kind(self.volume).kind in "ui":
            return None
        least, _, _, greatest = self.range
        return (greatest - least) / 65_535 or 1.0, least

    @cached_property
    def shared(self) -> Elements:
        """What all images of the series say."""
        return {**self._who(), **self._geometry(), **self._form(), **self._grey()}

    def _who(self) -> Elements:
        return {
            0x00080005: ("CS", "ISO_IR 192"),
            0x00080008: ("CS", "DERIVED\\SECONDARY"),
            0x00080016: ("UI", SECONDARY_CAPTURE),
            0x00080020: ("DA", ""),
            0x00080030: ("TM", ""),
            0x00080050: ("SH", ""),
            0x00080060: ("CS", "OT"),
            0x00080064: ("CS", "WSD"),  # PS3.3 C.8.6.1: from a workstation
            0x00080090: ("PN", ""),
            0x0008103E: ("LO", as_text(self.volume.name)),
            0x00100010: ("PN", ""),
            0x00100020: ("LO", ""),
            0x00100030: ("DA", ""),
            0x00100040: ("CS", ""),
            0x0020000D: ("UI", self.study),
            0x0020000E: ("UI", self.series),
            0x00200010: ("SH", ""),
            0x00200011: ("IS", str(self.number)),
        }

    def _geometry(self) -> Elements:
        found: Elements = {}
        affine = self.turn.affine
        lengths = np.linalg.norm(affine[:3, :3], axis=0)
        if self.volume.spaced:
            found[0x00280030] = ("DS", decimals([lengths[1], lengths[0]]))  # rows first (PS3.3 10.7.1.3)
            apart = self._apart()
            found[0x00180050] = ("DS", decimals([apart]))
            found[0x00180088] = ("DS", decimals([apart]))
        if self.placed:
            found[0x00200037] = ("DS", decimals([*affine[:3, 0] / lengths[0], *affine[:3, 1] / lengths[1]]))
            found[0x00200052] = ("UI", self.frame_of_reference)
        if self.volume.shape[3] > 1:
            found[0x00200105] = ("IS", str(self.volume.shape[3]))
        return found

    def _apart(self) -> float:
        """Millimetres from slice to slice, at right angles to them."""
        axes = self.turn.affine[:3, :3]
        normal = np.cross(axes[:, 0], axes[:, 1])
        return float(abs(axes[:, 2] @ normal) / np.linalg.norm(normal))

    def _form(self) -> Elements:
        columns, rows = self.volume.shape[:2]
        if self.turn.swapped:
            columns, rows = rows, columns
        bits = self.kind.itemsize * 8
        found: Elements = {
            0x00280002: ("US", min(self.volume.samples, COLOURS)),
            0x00280004: ("CS", "MONOCHROME2" if self.volume.samples == 1 else "RGB"),
            0x00280010: ("US", rows),
            0x00280011: ("US", columns),
            0x00280100: ("US", bits),
        }
        if self.volume.samples > 1:
            found[0x00280006] = ("US", 0)
        if self.pixel_tag == PIXELS:
            found[0x00280101] = ("US", bits)
            found[0x00280102] = ("US", bits - 1)
            found[0x00280103] = ("US", int(self.kind.kind == "i"))
        return found

    def _grey(self) -> Elements:
        if self.volume.samples > 1:
            return {}
        slope, intercept = self.volume.slope, self.volume.intercept
        _, low, high, _ = self.range
        ends = sorted((low * slope + intercept, high * slope + intercept))
        if self.steps is not None:
            slope, intercept = slope * self.steps[0], slope * self.steps[1] + intercept
        return {
            0x00281050: ("DS", decimals([(ends[0] + ends[1]) / 2])),
            0x00281051: ("DS", decimals([max(ends[1] - ends[0], 1e-9 if self.kind.kind == "f" else 1.0)])),
            0x00281052: ("DS", decimals([intercept])),
            0x00281053: ("DS", decimals([slope])),
            0x00281054: ("LO", self.volume.unit[:16] or "US"),  # unspecified (PS3.3 C.11.1.1.2)
        }


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """One image as the bytes of a file, of which the pixels are made when they are read."""

    of: Slices = field(repr=False)
    number: int
    head: bytes = field(repr=False)
    length: int

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return len(self.head) + self.length

    def read_at(self, position: int, length: int) -> bytes:
        """As :class:`~fileroom.sources.positioned.Positioned` says."""
        end = min(position + length, self.size)
        if position < 0 or end <= position:
            return b""
        if end <= len(self.head):
            return self.head[position:end]
        pixels = self.of.pixels(self.number)
        before = self.head[position:] if position < len(self.head) else b""
        return before + pixels[max(0, position - len(self.head)) : end - len(self.head)]


def pixel_kind(volume: Volume) -> np.dtype[Any]:
    """The type that holds the values of a volume exactly, as far as DICOM has one."""
    kind = volume.dtype
    plain = _EXACT.get(f"{kind.kind}{kind.itemsize}")
    if volume.samples > 1:
        if plain not in {"u1", "u2"}:
            raise Refused(Refusal.UNSUPPORTED, f"colours of {kind.name}")
        return np.dtype(f"<{plain}")
    if plain is not None:
        return np.dtype(f"<{plain}")
    single = (kind.kind == "f" and kind.itemsize <= 4) or (kind.kind == "c" and kind.itemsize <= 8)  # noqa: PLR2004
    return np.dtype("<f4") if single else np.dtype("<f8")


def value_range(volume: Volume, *, every: bool = False) -> tuple[float, float, float, float]:
    """Least, low, high and greatest of the stored values that are numbers."""
    chosen = range(volume.planes) if every else sorted({round(at) for at in np.linspace(0, volume.planes - 1, SAMPLED)})
    found = []
    for number in chosen:
        plane = volume.values.plane(number)
        values = np.abs(plane) if plane.dtype.kind == "c" else plane
        finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values.ravel()
        if finite.size:
            found.append((finite.min(), *np.percentile(finite, TAILS), finite.max()))
    if not found:
        return 0.0, 0.0, 1.0, 1.0
    least, low, high, greatest = (np.array(column, dtype=np.float64) for column in zip(*found, strict=True))
    return float(least.min()), float(low.min()), float(high.max()), float(greatest.max())


def shown_with(volume: Volume) -> tuple[Remark, ...]:
    """What is to be said of how a volume is shown, besides what its file says."""
    remarks = list(volume.remarks)
    if volume.oriented and not at_right_angles(volume.affine):
        remarks.append(Remark.SHEARED)
    if volume.dtype.kind in "iufc" and volume.dtype.itemsize // (2 if volume.dtype.kind == "c" else 1) > 4:  # noqa: PLR2004
        remarks.append(Remark.ROUNDED)
    return tuple(remarks)


def as_text(name: str) -> str:
    """A name as Series Description: without what a backslash and control characters mean there, and not too long."""
    clean = "".join(" " if one in "\\\r\n\t\f" or ord(one) < 32 else one for one in name)  # noqa: PLR2004 - control characters
    clean = clean.encode("utf-8", "replace").decode()
    return clean if len(clean) <= LONGEST_TEXT else f"{clean[:30]}…{clean[-33:]}"


def new_uid() -> str:
    """A UID from a random UUID (PS3.5 B.2)."""
    return f"2.25.{uuid.uuid4().int}"
