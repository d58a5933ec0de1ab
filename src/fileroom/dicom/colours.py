"""Colours as DICOM has them, as a screen wants them: CIELab, and palettes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom.quiet import load_pydicom

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

LAB_VALUES: Final = 3
MOST_ENTRIES: Final = 65536
BYTE: Final = 255


def palette_of(data_set: Dataset) -> tuple[int, NDArray[Any]]:
    """The palette of a data set (PS3.3 C.7.9): the index of its first entry, and red, green and blue of each, from 0 to
    255 (entries by 3, uint8). Raises whatever pydicom raises where there is none, or it is damaged."""
    import numpy as np

    load_pydicom()
    from pydicom.pixels.processing import apply_color_lut

    entries, first, _ = data_set.RedPaletteColorLookupTableDescriptor
    # The table of all colours is what comes of looking up each index once; segmented tables (C.7.9.2) are expanded.
    table = apply_color_lut(np.arange(first, first + (entries or MOST_ENTRIES), dtype=np.int32), data_set)
    # Sixteen bits are announced more often than they are used.
    colours = (table >> 8 if table.dtype.itemsize > 1 and table.max() > BYTE else table).astype(np.uint8)
    return int(first), colours[:, :3]


def srgb_of(lab: Sequence[float]) -> tuple[int, int, int] | None:
    """CIELab as 16-bit words (C.10.7.1.1) to red, green and blue of sRGB, from 0 to 255; None where
    there are not three. By way of XYZ, its white of D50 adapted to D65."""
    if len(lab) != LAB_VALUES:
        return None
    lightness, a, b = lab[0] / 65535 * 100, lab[1] / 65535 * 255 - 128, lab[2] / 65535 * 255 - 128
    middle = (lightness + 16) / 116
    x, y, z = (white * _lab_inverse(t) for white, t in zip((0.9642, 1.0, 0.8249), _axes(middle, a, b), strict=True))
    linear = (
        3.1338561 * x - 1.6168667 * y - 0.4906146 * z,
        -0.9787684 * x + 1.9161415 * y + 0.0334540 * z,
        0.0719453 * x - 0.2289914 * y + 1.4052427 * z,
    )
    red, green, blue = (_companded(value) for value in linear)
    return red, green, blue


def _axes(middle: float, a: float, b: float) -> tuple[float, float, float]:
    return middle + a / 500, middle, middle - b / 200


def _lab_inverse(t: float) -> float:
    return float(t**3) if t > 6 / 29 else 3 * (6 / 29) ** 2 * (t - 4 / 29)


def _companded(value: float) -> int:
    clipped = min(1.0, max(0.0, value))
    shown = 12.92 * clipped if clipped <= 0.0031308 else 1.055 * clipped ** (1 / 2.4) - 0.055  # noqa: PLR2004 - sRGB (IEC 61966-2-1)
    return round(shown * 255)
