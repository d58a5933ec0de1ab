"""Dose distributions (RT Dose, PS3.3 C.8.8.3): where each plane lies, and what its numbers are in gray.

The planes of a dose stand at offsets along the normal of the first, and not each at a position of its own.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom.contents.opening import number_of, numbers_of, opened_whole, text_of
from fileroom.pixels.form import frame_count
from fileroom.pixels.functional_groups import PerFrame

if TYPE_CHECKING:
    import os

    from fileroom.model.headers import Header

_DEFER: Final = 1 << 20
_DIRECTIONS: Final = 6
_PLACES: Final = 3


def dose_planes(path: str | os.PathLike[str], header: Header) -> PerFrame | None:
    """Position and scale of each plane; None where the file does not say where they lie."""
    frames = frame_count(header)
    with opened_whole(path, defer=_DEFER) as whole:
        data_set = whole.data_set
        scale = number_of(data_set, "DoseGridScaling") if text_of(data_set, "DoseUnits") == "GY" else None
        positions = _positions(data_set, header, frames)
    if positions is None:
        return None
    return replace(PerFrame.of_nothing(frames), image_position=positions, rescale_slope=(scale,) * frames)


def _positions(data_set: Any, header: Header, frames: int) -> tuple[tuple[float, ...], ...] | None:
    origin, directions = header.image_position, header.image_orientation
    offsets = numbers_of(data_set, "GridFrameOffsetVector") or ([0.0] if frames == 1 else [])
    if len(origin or ()) != _PLACES or len(directions or ()) != _DIRECTIONS or len(offsets) < frames:
        return None
    if not all(map(math.isfinite, (*origin, *directions, *offsets))):
        return None
    row, column = directions[:_PLACES], directions[_PLACES:]
    normal = tuple(row[a] * column[b] - row[b] * column[a] for a, b in ((1, 2), (2, 0), (0, 1)))
    # relative to the first plane, or absolute along the axis: then the first number is its own position (C.8.8.3.2)
    first = offsets[0]
    return tuple(
        tuple(at + way * (offset - first) for at, way in zip(origin, normal, strict=True))
        for offset in offsets[:frames]
    )
