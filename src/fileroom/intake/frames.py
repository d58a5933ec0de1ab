"""How many frames the file of an instance holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fileroom.model.headers import Header

_SMALLEST_FRAGMENT = 8  # bytes of the header of one item of encapsulated pixel data (PS3.5 A.4)


def frames_of(header: Header, size: int) -> int:
    """How many frames an instance of a file of ``size`` bytes has: 1 for a single image, 0 without pixels.

    Number of Frames (PS3.3 C.7.6.6) is believed only as far as the pixel data can hold so many.
    """
    if not header.has_pixels:
        return 0
    claimed = header.number_of_frames or 1
    if claimed <= 1:
        return 1
    bits = (header.rows or 0) * (header.columns or 0) * (header.samples_per_pixel or 1) * (header.bits_allocated or 0)
    if header.pixel_length is not None and bits:
        return min(claimed, max(1, header.pixel_length * 8 // bits))
    return min(claimed, max(1, size // _SMALLEST_FRAGMENT))
