"""Colour as it was coded to RGB (PS3.3 C.7.6.3.1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The inverse of the matrices of the standard: what one step of Cb and Cr adds to red, green and blue.
FULL = ((0.0, 1.402), (-0.344136286201022, -0.714136286201022), (1.772, 0.0))
# YBR_PARTIAL squeezes luminance into 16..235 and chrominance into 16..240 of 255.
PARTIAL_LUMINANCE = 255 / 219
PARTIAL_CHROMINANCE = 255 / 224
BLACK = 16

TO_RGB = frozenset({"YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_420", "YBR_PARTIAL_422"})
BAND = 1 << 20  # pixels at a time, so that a large frame does not need ten times its size


def to_rgb(samples: NDArray[Any], photometric: str, bits: int) -> NDArray[Any]:
    """``samples`` (…, 3) of luminance and two colour differences as RGB; other colours come back as they are."""
    if photometric not in TO_RGB:
        return samples
    flat = samples.reshape(-1, 3)
    rgb = np.empty_like(flat)
    for start in range(0, len(flat), BAND):
        rgb[start : start + BAND] = _band_to_rgb(flat[start : start + BAND], bits, partial="PARTIAL" in photometric)
    return rgb.reshape(samples.shape)


def _band_to_rgb(band: NDArray[Any], bits: int, *, partial: bool) -> NDArray[Any]:
    half, top = 1 << (bits - 1), (1 << bits) - 1
    luminance = band[:, 0].astype(np.float32)
    blue, red = (band[:, place].astype(np.float32) - half for place in (1, 2))
    if partial:
        luminance = (luminance - (BLACK << (bits - 8))) * PARTIAL_LUMINANCE
        blue, red = blue * PARTIAL_CHROMINANCE, red * PARTIAL_CHROMINANCE
    rgb = np.stack([luminance + b * blue + r * red for b, r in FULL], axis=1)
    return np.clip(np.floor(rgb + np.float32(0.5)), 0, top).astype(band.dtype)


def spread_422(data: NDArray[Any], rows: int, columns: int) -> NDArray[Any]:
    """Native YBR_FULL_422 (Y Y Cb Cr for two pixels) to three samples for each pixel (C.7.6.3.1.2)."""
    pairs = data.reshape(-1, 4)
    full = np.empty((len(pairs), 2, 3), data.dtype)
    full[..., 0] = pairs[:, :2]
    full[..., 1:] = pairs[:, None, 2:]
    return full.reshape(rows, columns, 3)
