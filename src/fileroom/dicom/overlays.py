"""Overlay planes (PS3.3 C.9.2): what lies over an image bit by bit, in the image itself or in a presentation state."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom.parsing import value_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydicom.dataset import Dataset

GROUPS: Final = range(0x6000, 0x6020, 2)
MOST_PIXELS: Final = 64 * 1024 * 1024
_ROWS, _COLUMNS, _FRAMES, _DESCRIPTION = 0x0010, 0x0011, 0x0015, 0x0022
_TYPE, _ORIGIN, _FIRST_FRAME, _BIT_POSITION, _LABEL, _DATA = 0x0040, 0x0050, 0x0051, 0x0102, 0x1500, 0x3000
_HERE = (1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """An overlay plane. ``data`` has one bit a pixel, the first in the lowest place, in Base64; frame ``first_frame``
    of the image is the first of the ``frames`` that it lies over."""

    group: int  # 0x6000, and every second one up to 0x601E
    kind: str  # G: graphics, R: region of interest
    rows: int
    columns: int
    origin: tuple[int, int]  # row and column of the image, from 1
    frames: int
    first_frame: int
    label: str
    data: str


@dataclass(frozen=True, slots=True)
class Bits:
    """The bits of an overlay, as they stand in little endian, and how many frames they are of."""

    data: bytes
    frames: int


def overlay_of(
    data_set: Dataset,
    group: int,
    *,
    swapped: Callable[[bytes], bytes] = bytes,
    elsewhere: Callable[[int, int, int], Bits | None] | None = None,
) -> Overlay | None:
    """The overlay of a group; None when there is none, or not all of it.

    ``swapped`` puts words into little endian. ``elsewhere`` is asked for the bits, by rows, columns and Overlay Bit
    Position, where the overlay has no data of its own.
    """

    def value(element: int, default: Any = None) -> Any:
        found = value_of(data_set, group << 16 | element)
        return found if found or isinstance(found, int) else default

    rows, columns, frames = value(_ROWS, 0), value(_COLUMNS, 0), int(value(_FRAMES, 1))
    if not (isinstance(rows, int) and isinstance(columns, int)) or min(rows, columns, frames) < 1:
        return None
    if rows * columns * frames > MOST_PIXELS:
        return None
    raw = value_of(data_set, group << 16 | _DATA)
    if raw is not None:
        bits = Bits(swapped(raw), frames) if isinstance(raw, bytes) else None
    else:
        bits = elsewhere(rows, columns, int(value(_BIT_POSITION, 0))) if elsewhere is not None else None
    if bits is None:
        return None
    size = (rows * columns * bits.frames + 7) // 8
    if len(bits.data) < size:
        return None
    origin = value(_ORIGIN, _HERE)
    return Overlay(
        group=group,
        kind=str(value(_TYPE, "G")),
        rows=rows,
        columns=columns,
        origin=(int(origin[0]), int(origin[1])),
        frames=bits.frames,
        first_frame=int(value(_FIRST_FRAME, 1)),
        label=str(value(_LABEL, "") or value(_DESCRIPTION, "")),
        data=base64.b64encode(bits.data[:size]).decode("ascii"),
    )
