"""A small picture of one image, for lists and strips."""

from __future__ import annotations

import math
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from fileroom.errors import Undecodable
from fileroom.pixels.display import entries_of, read_tables
from fileroom.pixels.form import form_of, frame_count
from fileroom.pixels.frames import decoded_frame
from fileroom.pixels.window import (
    LINEAR,
    WHITE,
    Window,
    automatic_window,
    coloured,
    eight_bits,
    grey,
    inverted,
    looked_up,
    modality_values,
)

if TYPE_CHECKING:
    import os

    from numpy.typing import NDArray

    from fileroom.model.headers import Header
    from fileroom.pixels.display import Table

SIZE = 160
QUALITY = 82
OVERSAMPLED = 2  # times the wanted size that is kept when a large frame is thinned out before the fine work
MOST_STRETCHED = 20  # a pixel that is so much longer than wide is a mistake of the file
FLAT = 0.995  # share of pixels at black or white from which on a window of the file shows nothing
COLOURS = 3


def thumbnail(path: str | os.PathLike[str], header: Header, size: int = SIZE) -> bytes | None:
    """A JPEG that fits into ``size`` x ``size`` with the proportions of the body; None without pixels.

    Shows the middle frame through the file's own window, or an automatic one where it has none that shows anything.
    """
    if not header.has_pixels:
        return None
    frame = _representative(path, header)
    width, height = fitted_size(header, size)
    picture = picture_of(_thinned(frame, width, height), path, header)
    return _jpeg(picture, width, height)


def _representative(path: str | os.PathLike[str], header: Header) -> NDArray[Any]:
    frames = frame_count(header)
    try:
        return decoded_frame(path, header, (frames + 1) // 2)
    except Undecodable:
        if frames == 1:
            raise
        return decoded_frame(path, header, 1)  # the count may lie, or the file be cut further on


def fitted_size(header: Header, size: int) -> tuple[int, int]:
    """Width and height in pixels of a picture with the proportions of the body.

    Pixel Spacing is between rows, then between columns (PS3.3 10.7.1.1).
    """
    tall, wide = header.rows or 1, header.columns or 1
    spacing = header.pixel_spacing or header.imager_pixel_spacing
    stretch = spacing[0] / spacing[1] if len(spacing) > 1 and min(spacing) > 0 else 1.0
    if not math.isfinite(stretch) or not 1 / MOST_STRETCHED < stretch < MOST_STRETCHED:
        stretch = 1.0
    scale = size / max(tall * stretch, wide)
    return max(1, round(wide * scale)), max(1, round(tall * stretch * scale))


def _thinned(frame: NDArray[Any], width: int, height: int) -> NDArray[Any]:
    down, across = (
        max(1, have // (wanted * OVERSAMPLED)) for have, wanted in zip(frame.shape, (height, width), strict=False)
    )
    return frame[down // 2 :: down, across // 2 :: across]


def picture_of(
    frame: NDArray[Any], path: str | os.PathLike[str], header: Header, window: Window | None = None, number: int = 1
) -> NDArray[np.uint8]:
    """A decoded frame, the one of this ``number``, as grey or RGB for the eye, through ``window``, else the file's own
    or an automatic one."""
    if frame.ndim == COLOURS:
        return eight_bits(frame[..., :COLOURS], form_of(header).bits_stored)
    if header.photometric_interpretation == "PALETTE COLOR":
        from fileroom.pixels.palettes import read_palette

        return coloured(frame, read_palette(path, header))
    modality, voi = _tables(path, header, number)
    values = modality_values(frame, header.rescale_slope, header.rescale_intercept)
    if modality is not None:
        values = looked_up(frame, modality.first, entries_of(modality)).astype(np.float32)
    if window is not None:
        picture = grey(values, window)
    elif voi is not None:  # from 0 to the largest that its bits can say (PS3.3 C.11.2.1.1)
        shown = looked_up(values, voi.first, entries_of(voi)).astype(np.float32)
        picture = np.rint(shown * (WHITE / ((1 << voi.bits) - 1))).astype(np.uint8)
    else:
        picture = _shown(values, header)
    return inverted(picture) if header.photometric_interpretation == "MONOCHROME1" else picture


def steady_window(path: str | os.PathLike[str], header: Header) -> Window | None:
    """A window for the images of a series that name none, from this one of them; None where another rule holds."""
    if header.window_center or header.samples_per_pixel == COLOURS or header.photometric_interpretation[:1] != "M":
        return None
    modality, voi = _tables(path, header)
    if voi is not None or modality is not None:
        return None
    return automatic_window(
        modality_values(_representative(path, header), header.rescale_slope, header.rescale_intercept)
    )


def _tables(path: str | os.PathLike[str], header: Header, number: int = 1) -> tuple[Table | None, Table | None]:
    """Tables stand in the place of a rescale and of a window: a file that has both of those is not asked."""
    unscaled, unwindowed = header.rescale_slope is None, not header.window_center
    if not (unscaled or unwindowed) or header.pixel_representation is None:
        return None, None
    modality, voi = read_tables(path, header, number)
    return modality if unscaled else None, voi if unwindowed else None


def _shown(values: NDArray[np.float32], header: Header) -> NDArray[np.uint8]:
    if header.window_center and header.window_width and header.window_width[0] >= 1:
        function = header.voi_lut_function or LINEAR
        picture = grey(values, Window(header.window_center[0], header.window_width[0], function))
        if max(np.count_nonzero(picture == 0), np.count_nonzero(picture == np.uint8(255))) < FLAT * picture.size:
            return picture
    return grey(values, automatic_window(values))


def _jpeg(picture: NDArray[np.uint8], width: int, height: int) -> bytes:
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(picture)).resize(
        (width, height),
        Image.Resampling.BOX if (width < picture.shape[1] and height < picture.shape[0]) else Image.Resampling.BILINEAR,
    )
    out = BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
