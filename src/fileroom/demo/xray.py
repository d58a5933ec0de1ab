"""A chest radiograph, computed from the same trunk as the CT: rays from the back to the front (a PA view)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fileroom.demo.canvas import Grain, between
from fileroom.demo.torso import torso

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from fileroom.demo.canvas import Floats

ROWS, COLUMNS = 1800, 1720
PIXEL = 0.2  # mm at the detector; the rays are parallel, so that it is the same in the body
TOP = 203.0  # height of the first row
COARSE_X, COARSE_Y, COARSE_Z = 0.8, 3.0, 1.4  # mm between what is added up
WATER = 0.0192  # attenuation of water in one mm at the hardness of this beam
WHITEST = 4095


def radiograph(pool: Executor) -> NDArray[np.uint16]:
    """Stored values of 12 bits, dense parts bright (MONOCHROME2)."""
    xs = np.arange(-COLUMNS * PIXEL / 2 - 2, COLUMNS * PIXEL / 2 + 3, COARSE_X, dtype=np.float32)
    ys = np.arange(-124, 124, COARSE_Y, dtype=np.float32)
    heights = np.arange(TOP + 2, TOP - ROWS * PIXEL - 3, -COARSE_Z)

    def shadow(z: float) -> Floats:
        values = torso(xs, ys, float(z), edge=2.0, table=False)
        dense = np.clip(values + 1000, 0, None) / 1000
        dense += 0.55 * np.clip(values - 150, 0, None) / 1000  # bone stops more than its density says
        total: Floats = dense.sum(0) * np.float32(COARSE_Y * WATER)
        return total

    thickness = np.stack(list(pool.map(shadow, heights)))
    x = (np.arange(COLUMNS) - (COLUMNS - 1) / 2) * PIXEL
    z = TOP - (np.arange(ROWS) + 0.5) * PIXEL
    fine = _resampled(thickness, (heights[0] - z) / COARSE_Z, (x - xs[0]) / COARSE_X)
    return _developed(fine)


def _resampled(coarse: Floats, rows: NDArray[Any], columns: NDArray[Any]) -> Floats:
    return between(between(coarse, rows).T, columns).T


def _developed(thickness: Floats) -> NDArray[np.uint16]:
    """From what stops the rays to what a radiologist looks at: quantum noise, edges lifted, the range compressed."""
    grain = Grain(55, 2048, 0.7).at(thickness.shape, 0)
    noisy = thickness + grain * np.float32(0.0042) * np.exp(thickness * np.float32(0.28))
    slow = _blurred(noisy, 48)
    lifted = slow * np.float32(0.74) + (noisy - slow) * np.float32(1.2)
    low, high = np.percentile(lifted[::8, ::8], (1, 99.7))
    grey = np.clip((lifted - low) / (high - low), 0, 1.05)
    shown = grey ** np.float32(1.3) * np.float32(3700) + 120
    stored: NDArray[np.uint16] = np.clip(shown + 0.5, 0, WHITEST).astype(np.uint16)
    return stored


def _blurred(picture: Floats, radius: int) -> Floats:
    """Three passes of a box, about a Gaussian."""
    for axis in (0, 1):
        for _ in range(3):
            padded = np.concatenate(
                [
                    np.repeat(picture.take([0], axis), radius + 1, axis),
                    picture,
                    np.repeat(picture.take([-1], axis), radius, axis),
                ],
                axis,
            )
            total = padded.cumsum(axis, dtype=np.float64)
            width = 2 * radius + 1
            after = total.take(range(width, total.shape[axis]), axis)
            before = total.take(range(total.shape[axis] - width), axis)
            picture = ((after - before) / width).astype(np.float32)
    return picture
