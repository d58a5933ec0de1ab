"""Measurements as a viewer hands them in: checked, and as a table."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

from fileroom.errors import BadRequest
from fileroom.model.pictures import CutPlane, Measured, Measurement
from fileroom.tabular import csv_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Least and most points of each kind; an ellipse has the ends of its two axes, a rectangle two corners.
KINDS: Final = {
    "length": (2, 2),
    "angle": (3, 3),
    "cobb": (4, 4),
    "ellipse": (4, 4),
    "rectangle": (2, 2),
    "freehand": (3, 5000),
    "probe": (1, 1),
    "arrow": (2, 2),
}
NAMES: Final = frozenset({"length", "angle", "area", "mean", "sd", "min", "max", "value"})
# Millimetres, pixels where the image has no size, degrees; Hounsfield units, uptake, activity, stored values
UNITS: Final = frozenset({"mm", "px", "deg", "mm2", "px2", "HU", "SUVbw", "Bq/ml", "1"})
PLANES: Final = frozenset({"axial", "coronal", "sagittal"})
ROUNDED: Final = 1e-3
MOST: Final = 1000
LONGEST: Final = 500
FARTHEST: Final = 1e6
MOST_VALUES: Final = 8
_ID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_UID: Final = re.compile(r"[!-~]{1,64}")


def checked(items: Any) -> tuple[Measurement, ...]:
    """What was handed in, as measurements. BadRequest when any of it is none: nothing is kept by halves."""
    if not isinstance(items, list) or len(items) > MOST:
        raise BadRequest(f"measurements are a list of at most {MOST}")
    found = tuple(_measurement(item) for item in items)
    if len({one.id for one in found}) != len(found):
        raise BadRequest("two measurements have the same id")
    return found


def _measurement(item: Any) -> Measurement:
    if not isinstance(item, dict):
        raise BadRequest("a measurement is an object")
    kind, number, text = item.get("kind"), item.get("frame"), item.get("text", "")
    if kind not in KINDS:
        raise BadRequest("a measurement has a kind")
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number < FARTHEST:
        raise BadRequest("a measurement names a frame, from 1")
    if not isinstance(text, str) or len(text) > LONGEST:
        raise BadRequest(f"the text of a measurement has at most {LONGEST} characters")
    return Measurement(
        id=_matching(item.get("id"), _ID, "id"),
        kind=kind,
        sop_instance_uid=_matching(item.get("sop_instance_uid"), _UID, "SOP Instance UID"),
        frame=number,
        points=_points(item.get("points"), *KINDS[kind]),
        text=text,
        values=_values(item.get("values", [])),
        plane=None if item.get("plane") is None else _plane(item["plane"]),
    )


def _plane(value: Any) -> CutPlane:
    """A plane whose directions are unit vectors at a right angle."""
    if not isinstance(value, dict) or value.get("name") not in PLANES:
        raise BadRequest("a plane is axial, coronal or sagittal")
    origin, right, down = (_place(value.get(key)) for key in ("origin", "right", "down"))
    squares = [sum(a * b for a, b in zip(one, other, strict=True)) for one, other in ((right, right), (down, down))]
    across = sum(a * b for a, b in zip(right, down, strict=True))
    if any(abs(square - 1) > ROUNDED for square in squares) or abs(across) > ROUNDED:
        raise BadRequest("the directions of a plane are unit vectors at a right angle")
    return CutPlane(name=value["name"], origin=origin, right=right, down=down)


def _place(value: Any) -> tuple[float, float, float]:
    if not isinstance(value, list) or len(value) != 3:  # noqa: PLR2004 - x, y, z
        raise BadRequest("a place of the patient has three coordinates")
    x, y, z = (_number(one) for one in value)
    if max(abs(x), abs(y), abs(z)) > FARTHEST:
        raise BadRequest("a place lies too far away")
    return x, y, z


def _matching(value: Any, pattern: re.Pattern[str], what: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BadRequest(f"a measurement has no usable {what}")
    return value


def _points(value: Any, least: int, most: int) -> tuple[tuple[float, float], ...]:
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise BadRequest("a measurement has as many points as its kind asks for")
    return tuple(_point(one) for one in value)


def _point(value: Any) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:  # noqa: PLR2004 - column and row
        raise BadRequest("a point is a column and a row")
    column, row = (_number(one) for one in value)
    if max(abs(column), abs(row)) > FARTHEST:
        raise BadRequest("a point lies too far away")
    return column, row


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise BadRequest("a number is wanted")
    return float(value)


def _values(value: Any) -> tuple[Measured, ...]:
    if not isinstance(value, list) or len(value) > MOST_VALUES:
        raise BadRequest("the values of a measurement are a short list")
    return tuple(_value(one) for one in value)


def _value(one: Any) -> Measured:
    if not isinstance(one, dict) or one.get("name") not in NAMES or one.get("unit") not in UNITS:
        raise BadRequest("a value has a name and a unit")
    return Measured(name=one["name"], value=_number(one.get("value")), unit=one["unit"])


def in_patient(one: Measurement) -> tuple[tuple[float, float, float], ...]:
    """The points of what was measured in a plane, in the patient (PS3.3 C.7.6.2.1.1); none of what was on an image."""
    plane = one.plane
    if plane is None:
        return ()
    axes = tuple(zip(plane.origin, plane.right, plane.down, strict=True))
    return tuple(_in_patient(axes, right, down) for right, down in one.points)


def _in_patient(axes: Sequence[tuple[float, float, float]], right: float, down: float) -> tuple[float, float, float]:
    x, y, z = (origin + right * across + down * along for origin, across, along in axes)
    return x, y, z


def as_table(measurements: Sequence[Measurement]) -> Iterator[str]:
    """Lines of CSV (RFC 4180): one for each value of each measurement, and one for those without.

    Points are columns and rows; of what was measured in a plane x, y and z in the patient.
    """
    yield csv_line(["measurement", "kind", "sop_instance_uid", "frame", "points", "text", "name", "value", "unit"])
    for one in measurements:
        points = "\\".join(f"{part:.6g}" for place in in_patient(one) or one.points for part in place)
        about = [one.id, one.kind, one.sop_instance_uid, one.frame, points, one.text]
        for value in one.values or (None,):
            yield csv_line([*about, *(("", "", "") if value is None else (value.name, value.value, value.unit))])
