"""From stored values to grey or colour for the eye: the modality, VOI and palette look-up tables. Pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Grey = NDArray[np.uint8]
    Values = NDArray[np.float32]

WHITE = 255
LEAST = 1e-6  # a width that can be divided by
LINEAR, LINEAR_EXACT, SIGMOID = "LINEAR", "LINEAR_EXACT", "SIGMOID"  # VOI LUT Function (PS3.3 C.11.2.1.3)

BACKGROUND_SHARE = 0.05  # so much of the smallest value is air, padding or collimator, not the picture
DARKEST, BRIGHTEST = 0.5, 99.5  # percentiles
SAMPLE = 65536  # values that percentiles are taken of


@dataclass(frozen=True, slots=True)
class Window:
    """Window Center, Window Width and how they are meant (PS3.3 C.11.2.1.2)."""

    center: float
    width: float
    function: str = LINEAR


@dataclass(frozen=True, slots=True)
class Palette:
    """A palette: the first index that is mapped, and the RGB of it and those after it (PS3.3 C.7.6.3.1.5)."""

    first: int
    colours: NDArray[np.uint8]


def modality_values(stored: NDArray[Any], slope: float | None, intercept: float | None) -> Values:
    """Stored values in the units of the modality, e.g. Hounsfield units (PS3.3 C.11.1.1.2); not finite becomes 0."""
    values = stored.astype(np.float32)
    if stored.dtype.kind == "f":
        values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    if slope not in {None, 0.0, 1.0}:
        values *= np.float32(slope)
    if intercept:
        values += np.float32(intercept)
    return values


def grey(values: Values, window: Window) -> Grey:
    """Values as 0 (black) to 255 (white) through ``window``."""
    shown: Values
    if window.function == SIGMOID:  # C.11.2.1.3.1
        with np.errstate(over="ignore"):
            shown = WHITE / (
                1 + np.exp(-4 * (values - np.float32(window.center)) / np.float32(max(window.width, LEAST)))
            )
    elif window.function == LINEAR_EXACT:  # C.11.2.1.3.2
        shown = _ramp(values, window.center, window.width)
    else:  # C.11.2.1.2.1: the ramp of width w spans w - 1 steps between the middles of its end values
        shown = _ramp(values, window.center - 0.5, window.width - 1)
    shown += np.float32(0.5)  # to the nearest
    np.clip(shown, 0, WHITE, out=shown)
    return shown.astype(np.uint8)


def _ramp(values: Values, middle: float, span: float) -> Values:
    if span <= 0:  # a threshold: at or below it black, above it white
        return np.where(values > middle, np.float32(WHITE), np.float32(0))
    # middle and span are folded into one factor and one term: two passes over the picture instead of four
    factor = WHITE / span
    return values * np.float32(factor) + np.float32((0.5 - middle / span) * WHITE)


def automatic_window(values: Values) -> Window:
    """A window for values of which nobody said how to show them: nearly all of what is not background."""
    sample = values.ravel()
    sample = sample[:: max(1, sample.size // SAMPLE)]
    least = sample.min()
    inside = sample[sample > least]
    if inside.size < sample.size * (1 - BACKGROUND_SHARE):
        sample = inside if inside.size else sample
    low, high = (float(bound) for bound in np.percentile(sample, (DARKEST, BRIGHTEST)))
    if high <= low:  # of one value, as in a mask
        low = float(least)
    return Window((low + high) / 2, max(high - low, LEAST), LINEAR_EXACT) if high > low else Window(low + 0.5, 1.0)


def looked_up(values: NDArray[Any], first: int, entries: NDArray[Any]) -> NDArray[Any]:
    """Values through a table; those beyond its ends take the entry of the end (PS3.3 C.11.1.1, C.11.2.1.1)."""
    return entries[np.clip(values.astype(np.int64) - first, 0, len(entries) - 1)]


def inverted(picture: Grey) -> Grey:
    """MONOCHROME1: the smallest value is white (PS3.3 C.7.6.3.1.2)."""
    return np.bitwise_not(picture)


def coloured(indices: NDArray[Any], palette: Palette) -> Grey:
    """Indices as RGB; what lies beyond the ends of the palette takes the colour of the end (C.7.6.3.1.5)."""
    places = np.clip(indices.astype(np.int64) - palette.first, 0, len(palette.colours) - 1)
    return palette.colours[places]


def eight_bits(samples: NDArray[Any], bits_stored: int) -> Grey:
    """Colour samples of any depth as bytes."""
    if bits_stored == 8:  # noqa: PLR2004 - a byte
        return samples.astype(np.uint8)
    shift = bits_stored - 8
    return (samples >> shift if shift > 0 else samples << -shift).astype(np.uint8)
