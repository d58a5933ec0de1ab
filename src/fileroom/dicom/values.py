"""From raw bytes, or from what pydicom makes of them, to the values that a Header holds: one rule for both readers."""

from __future__ import annotations

import struct
from collections.abc import Callable
from math import isfinite
from typing import Any, Final

from fileroom.dicom import primitives
from fileroom.dicom.attributes import (
    CODES,
    DECIMAL,
    DECIMALS,
    ESSAY,
    FLOATING,
    INTEGER,
    INTEGER_TEXT,
    NAME,
    PROSE,
    TEXT,
    UID,
)
from fileroom.dicom.charsets import Codecs, decode

PADDING: Final = "\0 "
_FEW_DIGITS: Final = 18  # of which there is no number out of bounds
_LITTLE_DOUBLE: Final = struct.Struct("<d")
_BIG_DOUBLE: Final = struct.Struct(">d")
_LARGEST: Final = 2**63  # what a catalog can hold; the standard's own limit for IS is 2**31


Converter = Callable[[bytes, Codecs], Any]


def converter(kind: int, *, little: bool) -> Converter:
    """What makes of a raw value with the VR that is due, in a character set, the value of a field of ``kind``."""
    if not little:
        return _BIG_ENDIAN.get(kind, _CONVERTERS[kind])
    return _CONVERTERS[kind]


def convert(kind: int, otherwise: Converter, raw: bytes, codecs: Codecs) -> Any:
    """As ``otherwise(raw, codecs)``, the converter of that kind; compiled, of most it is known what is called."""
    if kind == TEXT:
        return _text(raw, codecs)
    if kind == DECIMALS:
        return _decimals(raw, codecs)
    if kind == DECIMAL:
        return _decimal(raw, codecs)
    if kind == UID:
        return _uid(raw, codecs)
    if kind == INTEGER_TEXT:
        return _integer(raw, codecs)
    if kind == NAME:
        return _name(raw, codecs)
    return _prose(raw, codecs) if kind == PROSE else otherwise(raw, codecs)


def _text(raw: bytes, _: Codecs) -> str:
    return primitives.text(raw)


def _uid(raw: bytes, _: Codecs) -> str:
    value = primitives.text(raw)
    if primitives.COMPILED and primitives.is_digits_and_dots(value):
        return value
    value = value.strip()
    return value if "\\" not in value else "\\".join([part.strip() for part in value.split("\\")])


def _codes(raw: bytes, _: Codecs) -> tuple[str, ...]:
    codes = primitives.text(raw)
    return tuple(codes.split("\\")) if codes else ()


def _prose(raw: bytes, codecs: Codecs) -> str:
    prose = primitives.text(raw) if primitives.is_plain(raw) else decode(raw, codecs).rstrip(PADDING)
    return prose if "\\" not in prose else "\\".join([part.rstrip(PADDING) for part in prose.split("\\")])


def _essay(raw: bytes, codecs: Codecs) -> str:
    return decode(raw, codecs).rstrip(PADDING)


def _name(raw: bytes, codecs: Codecs) -> str:
    name = primitives.text(raw) if primitives.is_plain(raw) else decode(raw.rstrip(b"\0 "), codecs)
    if "\\" in name:
        return "\\".join([each.rstrip("=") for each in name.split("\\")]).rstrip(PADDING)
    return name if name and name[-1] not in "= \0" else name.rstrip("=").rstrip(PADDING)


def _word(raw: bytes, _: Codecs) -> int | None:
    return raw[0] | raw[1] << 8 if len(raw) % 2 == 0 else None


def _word_big(raw: bytes, _: Codecs) -> int | None:
    return raw[0] << 8 | raw[1] if len(raw) % 2 == 0 else None


def _double(raw: bytes, _: Codecs) -> float | None:
    return decimal(_LITTLE_DOUBLE.unpack_from(raw)[0]) if len(raw) % _LITTLE_DOUBLE.size == 0 else None


def _double_big(raw: bytes, _: Codecs) -> float | None:
    return decimal(_BIG_DOUBLE.unpack_from(raw)[0]) if len(raw) % _BIG_DOUBLE.size == 0 else None


def _integer(raw: bytes, _: Codecs) -> int | None:
    try:
        number = int(raw)
    except ValueError:
        return integer(_clean(raw).split("\\")[0])
    return number if len(raw) <= _FEW_DIGITS else _bounded(number)


def _decimal(raw: bytes, _: Codecs) -> float | None:
    try:
        number = float(raw)
    except ValueError:
        return decimal(_clean(raw).split("\\")[0])
    return number if isfinite(number) else None


def _decimals(raw: bytes, _: Codecs) -> tuple[float, ...]:
    try:
        numbers = tuple([float(part) for part in raw.split(b"\\")])
    except ValueError:
        return _all_decimals(_clean(raw).split("\\"))
    return numbers if primitives.are_finite(numbers) else ()


_CONVERTERS: Final[dict[int, Converter]] = {
    TEXT: _text,
    UID: _uid,
    CODES: _codes,
    PROSE: _prose,
    ESSAY: _essay,
    NAME: _name,
    INTEGER: _word,
    INTEGER_TEXT: _integer,
    DECIMAL: _decimal,
    DECIMALS: _decimals,
    FLOATING: _double,
}
_BIG_ENDIAN: Final[dict[int, Converter]] = {INTEGER: _word_big, FLOATING: _double_big}


def _clean(raw: bytes) -> str:
    return raw.decode("latin-1").strip().rstrip(PADDING)


def coerce(kind: int, value: Any) -> Any:
    """A value as pydicom gives it, as a field of ``kind`` holds it; what cannot be understood is empty."""
    if kind == DECIMALS:
        return _all_decimals(_several(value))
    if kind in (DECIMAL, FLOATING):
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
    return number if isfinite(number) else None


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


def _all_decimals(several: list[Any]) -> tuple[float, ...]:
    numbers = tuple(decimal(item) for item in several)
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
