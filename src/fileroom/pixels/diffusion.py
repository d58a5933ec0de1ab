"""How strongly diffusion was weighted, where only the maker's own attribute says so.

The catalog keeps the standard's b-value (0018,9087). Classic MR images of many scanners have it in a private attribute
alone; it is read from the files of a series whose images lie several to a place, when nothing of the standard tells
them apart, and only when a few of them show that it will.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom.quiet import load_pydicom, quiet_pydicom
from fileroom.pixels.files import DEFLATED_LE
from fileroom.sources.opened import as_file, opened

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from pydicom.dataset import Dataset

    from fileroom.model.headers import Header

_PLACES = 2  # decimals of a millimetre by which two images lie in one place
_TRIED = 16  # images of one place that are read to see whether they differ at all
_MOST_KEPT = 50_000
_GE_OFFSET = 1_000_000_000  # newer GE software adds it to the b-value
_HIGHEST = 100_000  # s/mm²; what is more is no b-value


@dataclass(frozen=True, slots=True)
class _Maker:
    """Whose attribute it is: its block is named by a private creator (PS3.5 7.8.1)."""

    manufacturer: str
    group: int
    element: int
    creator: str


_MAKERS: Final = (
    _Maker("SIEMENS", 0x0019, 0x0C, "SIEMENS MR HEADER"),
    _Maker("GE ", 0x0043, 0x39, "GEMS_PARM_01"),
    _Maker("PHILIPS", 0x2001, 0x03, "PHILIPS IMAGING DD 001"),
)
_CUSTOMARY_BLOCK = 0x10
_LAST = 0x200110FF


class BValues:
    """What the files of an archive said of it; asked again only when a file has changed."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], float | None] = {}

    def told_apart(self, headers: Sequence[Header], files: Sequence[tuple[str, int] | None]) -> dict[int, float]:
        """The private b-values of the images of a series, by index, where there are several; else nothing.

        ``files`` has the path and the time of each file; None of what cannot be read.
        """
        largest = max(_repeated(headers), key=len, default=[])
        tried = largest[: _TRIED // 2] + largest[_TRIED // 2 :: max(1, 2 * len(largest) // _TRIED)]
        if len({self._of(headers[index], files[index]) for index in tried} - {None}) < 2:  # noqa: PLR2004 - none differ
            return {}
        found = {index: self._of(header, files[index]) for index, header in enumerate(headers) if _may_have(header)}
        return {index: value for index, value in found.items() if value is not None}

    def _of(self, header: Header, file: tuple[str, int] | None) -> float | None:
        if file is None:
            return None
        if file not in self._known:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[file] = private_b_value(file[0], header)
        return self._known[file]


def _may_have(header: Header) -> bool:
    return header.modality == "MR" and header.has_pixels and header.diffusion_b_value is None


def _repeated(headers: Sequence[Header]) -> list[list[int]]:
    """The images that lie in one place and are of one echo and one point in time."""

    def place(index: int) -> tuple[Any, ...]:
        one = headers[index]
        lies = tuple(round(value, _PLACES) for value in (*one.image_orientation, *one.image_position))
        return (lies, one.echo_time or 0.0, one.temporal_position_identifier or 0)

    images = [index for index, one in enumerate(headers) if _may_have(one) and one.image_position]
    groups = (list(group) for _, group in groupby(sorted(images, key=place), place))
    return [group for group in groups if len(group) > 1]


def private_b_value(path: str | os.PathLike[str], header: Header) -> float | None:
    """The b-value (s/mm²) in the private attribute of Siemens, GE or Philips; None where there is none, or none that is
    sure to be one."""
    if header.transfer_syntax_uid == DEFLATED_LE:  # pydicom would inflate without a limit; no scanner writes so
        return None
    with quiet_pydicom():
        try:
            data_set = _beginning(path)
            found = (_value(data_set, maker, header.manufacturer) for maker in _MAKERS)
            return next((value for value in found if value is not None), None)
        except Exception:  # noqa: BLE001 - pydicom raises nearly anything; without it images are shown all the same
            return None


def _beginning(path: str | os.PathLike[str]) -> Dataset:
    """The data set up to the last group that is asked for."""
    load_pydicom()
    from pydicom.filereader import read_partial

    with opened(path) as source:
        return read_partial(
            as_file(source), stop_when=lambda tag, _vr, _length: int(tag) > _LAST, defer_size=65536, force=True
        )


def _value(data_set: Dataset, maker: _Maker, manufacturer: str) -> float | None:
    block = _block(data_set, maker, manufacturer)
    tag = (maker.group, (block or 0) << 8 | maker.element)
    if block is None or tag not in data_set:
        return None
    number = _number(data_set[tag].value)
    if number is not None and number >= _GE_OFFSET:
        number -= _GE_OFFSET
    return number if number is not None and 0 <= number < _HIGHEST else None


def _block(data_set: Dataset, maker: _Maker, manufacturer: str) -> int | None:
    """The block that the maker reserved.

    Where no creator stands for the customary one (files that were cleaned of names without care) it counts if the
    Manufacturer is theirs.
    """
    for block in range(_CUSTOMARY_BLOCK, 0x100):
        creator: Any = data_set.get((maker.group, block))
        if creator is not None and str(creator.value).strip().upper() == maker.creator:
            return block
    unnamed = (maker.group, _CUSTOMARY_BLOCK) not in data_set
    return _CUSTOMARY_BLOCK if unnamed and manufacturer.upper().startswith(maker.manufacturer) else None


def _number(value: Any) -> float | None:
    """The first number of a value; of bytes, whose VR nobody knew, a float of four bytes (FL) or text (IS)."""
    if isinstance(value, bytes):
        text = value.partition(b"\\")[0].strip(b" \0")
        if text.isdigit():
            return float(text)
        return _finite(struct.unpack("<f", value)[0]) if len(value) == struct.calcsize("<f") else None
    first = value if isinstance(value, (str, int, float)) else next(iter(value or ()), None)
    try:
        return None if first is None else _finite(float(first))
    except (TypeError, ValueError):
        return None


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
