"""From raw bytes, or from what pydicom makes of them, to the values that a Header holds: one rule for both readers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom.attributes import (
    CODES,
    DECIMAL,
    DECIMALS,
    ESSAY,
    INTEGER,
    INTEGER_TEXT,
    NAME,
    PROSE,
    TEXT,
    UID,
)
from fileroom.dicom.charsets import decode

if TYPE_CHECKING:
    from fileroom.dicom.charsets import Codecs

PADDING: Final = "\0 "
_LARGEST: Final = 2**63  # what a catalog can hold; the standard's own limit for IS is 2**31


def convert(kind: int, raw: bytes, codecs: Codecs, *, little: bool) -> Any:  # noqa: C901, PLR0911 - a plain switch
    """A raw value with the VR that is due, as a field of ``kind`` holds it."""
    if kind == TEXT:
        return raw.decode("latin-1").rstrip(PADDING)
    if kind == PROSE:
        prose = decode(raw, codecs).rstrip(PADDING)
        return prose if "\\" not in prose else "\\".join(part.rstrip(PADDING) for part in prose.split("\\"))
    if kind == UID:
        return "\\".join(part.strip() for part in raw.decode("latin-1").rstrip(PADDING).split("\\"))
    if kind == DECIMALS:
        try:
            numbers = tuple([float(part) for part in raw.split(b"\\")])
        except ValueError:
            return coerce(kind, _clean(raw).split("\\"))
        return numbers if all(map(math.isfinite, numbers)) else ()
    if kind == INTEGER:
        if len(raw) % 2:  # no number of 16 bits
            return None
        return raw[0] | raw[1] << 8 if little else raw[0] << 8 | raw[1]
    if kind == INTEGER_TEXT:
        try:
            return _bounded(int(raw))
        except ValueError:
            return integer(_clean(raw).split("\\")[0])
    if kind == DECIMAL:
        try:
            number = float(raw)
        except ValueError:
            return decimal(_clean(raw).split("\\")[0])
        return number if math.isfinite(number) else None
    if kind == NAME:
        names = decode(raw.rstrip(b"\0 "), codecs).split("\\")
        return "\\".join(name.rstrip("=") for name in names).rstrip(PADDING)
    if kind == ESSAY:
        return decode(raw, codecs).rstrip(PADDING)
    codes = raw.decode("latin-1").rstrip(PADDING)
    return tuple(codes.split("\\")) if codes else ()


def _clean(raw: bytes) -> str:
    return raw.decode("latin-1").strip().rstrip(PADDING)


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
    return _bounded(number)


def _bounded(number: int) -> int | None:
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
