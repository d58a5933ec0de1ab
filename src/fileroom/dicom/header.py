"""From values to a :class:`~fileroom.model.Header`: one rule for what either reader found."""

from __future__ import annotations

import math
from typing import Any, Final

from fileroom.dicom.attributes import CODES, DECIMAL, DECIMALS, INTEGER, INTEGER_TEXT

PADDING: Final = "\0 "
_LARGEST: Final = 2**63  # what a catalog can hold; the standard's own limit for IS is 2**31


def coerce(kind: int, value: Any) -> Any:
    """A value as pydicom gives it, as a field of ``kind`` holds it; what cannot be understood is empty."""
    if kind == DECIMALS:
        return _decimals(value)
    if kind == DECIMAL:
        return decimal(_first(value))
    if kind in (INTEGER, INTEGER_TEXT):
        return integer(_first(value))
    if kind == CODES:
        return tuple(str(item) for item in _several(value)) if text(value) else ()
    return text(value)


def text(value: Any) -> str:
    """Text without its padding; several values stay joined by a backslash. Binary values are no text."""
    if value is None or isinstance(value, (bytes, bytearray)):
        return ""
    return "\\".join(str(item) for item in _several(value)).rstrip(PADDING)


def decimal(value: Any) -> float | None:
    """A finite number, or None: infinities and NaN are legal in Python but not in DS (PS3.5 6.2)."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def integer(value: Any) -> int | None:
    """A whole number (``1.0`` is one, ``1.5`` is not), or None."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        whole = decimal(value)
        if whole is None or not whole.is_integer():
            return None
        number = int(whole)
    if number != value and isinstance(value, float):
        return None
    return number if -_LARGEST <= number < _LARGEST else None


def _decimals(value: Any) -> tuple[float, ...]:
    numbers = tuple(decimal(item) for item in _several(value))
    found = tuple(number for number in numbers if number is not None)
    return found if len(found) == len(numbers) else ()


def _several(value: Any) -> list[Any]:
    """The values of an element: pydicom gives one alone and several in a list of its own kind."""
    if isinstance(value, str) or not hasattr(value, "__iter__") or hasattr(value, "original_string"):
        return [value]
    return list(value)


def _first(value: Any) -> Any:
    several = _several(value)
    return several[0] if several else None
