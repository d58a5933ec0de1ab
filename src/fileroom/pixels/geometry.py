"""Where an image lies in the patient, and in which order images are shown. Pure arithmetic: no numpy, no files.

Coordinates are the patient's (PS3.3 C.7.6.2.1.1): x grows to the left hand side, y to the back, z to the head.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from fileroom.model.pictures import Plane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fileroom.model.headers import Header

Vector = tuple[float, float, float]

# A slice keeps the name of its plane up to 20 degrees of tilt: head scans along the orbitomeatal line and gantry
# tilts of that size are called axial by everybody; beyond it people say oblique.
OBLIQUE_BELOW = math.cos(math.radians(20))
POSITION_VALUES, ORIENTATION_VALUES = 3, 6
LENGTHS = (0.5, 2.0)  # of the cross product of two unit vectors at a right angle: forgives bad rounding, not nonsense
SAME_DIRECTION = 1e-3  # direction cosines are written with as few as four digits
SAME_PLACE = 0.01  # mm; below what any scanner steps, above what rounding in a DS value does


def normal_of(orientation: Sequence[float]) -> Vector | None:
    """The unit normal of an image: row direction x column direction; None when the six numbers are no orientation."""
    if len(orientation) != ORIENTATION_VALUES or not all(math.isfinite(value) for value in orientation):
        return None
    a, b, c, d, e, f = orientation
    x, y, z = b * f - c * e, c * d - a * f, a * e - b * d
    length = math.sqrt(x * x + y * y + z * z)
    if not LENGTHS[0] < length < LENGTHS[1]:
        return None
    return x / length, y / length, z / length


def plane_of(orientation: Sequence[float]) -> Plane | None:
    """The anatomical plane of an Image Orientation (Patient); None when there is no orientation."""
    normal = normal_of(orientation)
    if normal is None:
        return None
    size, plane = max(zip(map(abs, normal), (Plane.SAGITTAL, Plane.CORONAL, Plane.AXIAL), strict=True))
    return plane if size >= OBLIQUE_BELOW else Plane.OBLIQUE


def position_along_normal(position: Sequence[float], orientation: Sequence[float]) -> float:
    """Millimetres of an Image Position (Patient) along the normal of its image. ValueError when either is unusable."""
    normal = normal_of(orientation)
    if normal is None or len(position) != POSITION_VALUES or not all(math.isfinite(value) for value in position):
        raise ValueError("no usable position and orientation")
    return sum(p * n for p, n in zip(position, normal, strict=True))


_OPPOSITE = dict(zip("LRAPHF", "RLPAFH", strict=True))
_OBLIQUE_SHARE = 0.3  # of a direction that has a letter of its own: what is tilted less is called by one
_MOST_LETTERS = 2


def sides(header: Header) -> tuple[str, str, str, str] | None:
    """The letters at the left, right, top and bottom of an image; None when it does not say how it lies.

    Image Orientation (Patient) says what rows and columns lead to, else Patient Orientation does (PS3.3 C.7.6.1.1.1).
    Of an image with several frames the former is known of the first alone.
    """
    if header.image_orientation and (header.number_of_frames or 1) == 1 and normal_of(header.image_orientation):
        right, bottom = _letters(header.image_orientation[:3]), _letters(header.image_orientation[3:])
    elif len(header.patient_orientation) == len(("row", "column")):
        right, bottom = header.patient_orientation
    else:
        return None
    if not (right and bottom and {*right, *bottom} <= _OPPOSITE.keys()):
        return None
    left, top = ("".join(_OPPOSITE[letter] for letter in side) for side in (right, bottom))
    return left, right, top, bottom


def _letters(direction: Sequence[float]) -> str:
    parts = sorted(zip(map(abs, direction), direction, ("LR", "PA", "HF"), strict=True), reverse=True)
    return "".join(names[value < 0] for size, value, names in parts[:_MOST_LETTERS] if size >= _OBLIQUE_SHARE)


def display_order(headers: Sequence[Header]) -> list[int]:
    """The indices of ``headers`` in the order in which a viewer shows them.

    Slices of one orientation go by their position along the normal; Instance Number only says which end comes
    first (scanners number a CT from head to feet as often as the other way) and orders images of one place. Without
    a common geometry it is Instance Number, then the time of the content.
    """
    by_number = sorted(range(len(headers)), key=lambda index: _number_key(headers[index]))
    positions = _common_positions(headers)
    if positions is None:
        return by_number
    rank = {index: place for place, index in enumerate(by_number)}
    by_position = sorted(by_number, key=lambda index: positions[index])
    places = _places(by_position, positions)
    if len(places) == 1:
        return by_number
    if _numbered_backwards(headers, positions):
        places.reverse()
    return [index for place in places for index in sorted(place, key=lambda index: rank[index])]


def _number_key(header: Header) -> tuple[float, float, str, str, str]:
    number, acquisition = header.instance_number, header.acquisition_number
    return (
        math.inf if number is None else number,  # unnumbered images come last
        math.inf if acquisition is None else acquisition,
        header.content_date or header.acquisition_date,
        header.content_time or header.acquisition_time,
        header.sop_instance_uid,
    )


def _common_positions(headers: Sequence[Header]) -> list[float] | None:
    """Every image's position along the normal that all share, or None when they share none."""
    if not headers:
        return None
    common = headers[0].image_orientation
    positions = []
    for header in headers:
        orientation = header.image_orientation
        if len(orientation) != len(common) or any(
            abs(ours - theirs) > SAME_DIRECTION for ours, theirs in zip(orientation, common, strict=True)
        ):
            return None
        try:
            positions.append(position_along_normal(header.image_position, common))
        except ValueError:
            return None
    return positions


def _places(ordered: Sequence[int], positions: Sequence[float]) -> list[list[int]]:
    """``ordered`` cut where the position changes: time points and echoes of one slice stay together."""
    places = [[ordered[0]]]
    for before, after in pairwise(ordered):
        if positions[after] - positions[before] > SAME_PLACE:
            places.append([])
        places[-1].append(after)
    return places


def _numbered_backwards(headers: Sequence[Header], positions: Sequence[float]) -> bool:
    """Whether Instance Number falls, on the whole, while the position along the normal rises."""
    pairs = [
        (float(header.instance_number), position)
        for header, position in zip(headers, positions, strict=True)
        if header.instance_number is not None
    ]
    if not pairs:
        return False
    middle = sum(number for number, _ in pairs) / len(pairs)
    return sum((number - middle) * position for number, position in pairs) < 0
