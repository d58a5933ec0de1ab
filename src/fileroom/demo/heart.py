"""A beating heart as an ultrasound machine shows it: sector, speckle, and flow in colour over the mitral valve.

An apical view of four chambers. The loop is two beats of :data:`FRAMES_PER_BEAT` frames and closes without a jump.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from fileroom.demo.canvas import Floats

Pair = tuple[float, float]  # millimetres across and deep

ROWS, COLUMNS = 480, 640
FRAMES, FRAMES_PER_BEAT = 40, 20
FRAME_TIME = 40.0  # ms: 75 beats a minute

# -- known sizes: measurement tests rely on them ----------------------------------------------------------------------
MM_PER_PIXEL = 0.4
APEX_COLUMN, APEX_ROW = 320.0, 34.0  # where the beams come from
DEPTH = 160.0  # mm
HALF_ANGLE = np.radians(38.0)
LEFT = (int(APEX_COLUMN - 270), int(APEX_ROW))  # of the box that holds the sector
RIGHT = (int(APEX_COLUMN + 270), int(APEX_ROW + DEPTH / MM_PER_PIXEL))

BEAMS, SAMPLES = 180, 512
DYNAMIC_RANGE = 58.0  # dB that are shown
BOX_NEAR, BOX_FAR, BOX_LEFT, BOX_RIGHT = 44.0, 122.0, np.radians(-4.0), np.radians(21.0)


class _Sector:
    """The places of the pixels in the body: lateral, deep, and along the beams."""

    def __init__(self) -> None:
        row, column = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
        self.u = (column - np.float32(APEX_COLUMN)) * np.float32(MM_PER_PIXEL)
        self.v = (row - np.float32(APEX_ROW)) * np.float32(MM_PER_PIXEL)
        self.range = np.hypot(self.u, self.v)
        self.angle = np.arctan2(self.u, self.v)
        self.shown = (np.abs(self.angle) < HALF_ANGLE) & (self.range < DEPTH) & (self.range > 3)
        self.box = (self.range > BOX_NEAR) & (self.range < BOX_FAR) & (self.angle > BOX_LEFT) & (self.angle < BOX_RIGHT)
        self.sample = np.clip(self.range / DEPTH * SAMPLES, 0, SAMPLES - 1.001)
        self.beam = np.clip((self.angle / HALF_ANGLE + 1) / 2 * BEAMS, 0, BEAMS - 1.001)

    def spread(self, polar: Floats) -> Floats:
        """A picture of samples and beams as pixels, bilinear."""
        i, j = self.sample.astype(np.int32), self.beam.astype(np.int32)
        a, b = self.sample - i, self.beam - j
        flat = polar.ravel()
        place = i * BEAMS + j
        top = flat[place] * (1 - b) + flat[place + 1] * b
        below = flat[place + BEAMS] * (1 - b) + flat[place + BEAMS + 1] * b
        out: Floats = top * (1 - a) + below * a
        return out


def beat(frame: int) -> tuple[float, float]:
    """How far the ventricles are contracted, and how far the mitral valve is open, each from 0 to 1."""
    phase = frame % FRAMES_PER_BEAT / FRAMES_PER_BEAT
    squeeze = np.sin(np.pi * min(1.0, phase / 0.42)) ** 1.3 if phase < 0.42 else 0.0
    early = np.exp(-(((phase - 0.54) / 0.075) ** 2))
    late = 0.65 * np.exp(-(((phase - 0.90) / 0.05) ** 2))
    return float(squeeze), float(min(1.0, early + late))


def frames() -> Iterator[NDArray[np.uint8]]:
    """The frames of the loop in RGB."""
    sector = _Sector()
    noise = [_polar_noise(seed) for seed in (91, 92, 93, 94)]
    static = _still(sector)
    for number in range(FRAMES):
        turn = 2 * np.pi * number / FRAMES
        real = noise[0] * np.cos(turn) + noise[1] * np.sin(turn)
        imaginary = noise[2] * np.cos(turn) + noise[3] * np.sin(turn)
        speckle = sector.spread(np.hypot(real, imaginary).astype(np.float32))
        yield _frame(sector, speckle, number, static)


def _polar_noise(seed: int) -> Floats:
    """White noise as a transducer sees it: fine along the beams, smeared across them."""
    field = np.random.default_rng(seed).standard_normal((SAMPLES, BEAMS)).astype(np.float32)
    for axis, width in ((0, 1.1), (1, 2.1)):
        taps = np.exp(-np.square(np.arange(-6, 7) / width) / 2).astype(np.float32)
        taps /= np.sqrt(np.square(taps).sum())
        field = sum(tap * np.roll(field, shift, axis) for tap, shift in zip(taps, range(-6, 7), strict=True))
    return field


def _ellipse(u: Floats, v: Floats, center: Pair, radii: Pair, turned: float = 0.0) -> Floats:
    a, b = u - np.float32(center[0]), v - np.float32(center[1])
    cos, sin = np.float32(np.cos(turned)), np.float32(np.sin(turned))
    across, along = (a * cos + b * sin) / np.float32(radii[0]), (b * cos - a * sin) / np.float32(radii[1])
    distance: Floats = (np.hypot(across, along) - 1) * np.float32(min(radii))
    return distance


def _inside(distance: Floats, soft: float = 1.2) -> Floats:
    cover: Floats = np.clip(np.float32(0.5) - distance / np.float32(soft), 0, 1)
    return cover


def _anatomy(sector: _Sector, number: int) -> tuple[Floats, Floats]:
    """How strongly each place echoes, and where the blood of the left heart is."""
    squeeze, opened = beat(number)
    u, v = sector.u, sector.v - np.float32(2.2 * squeeze)
    wander = 2.0 * np.sin(u / 9 + 1) * np.sin(v / 12) + 1.2 * np.sin(u / 4.3) * np.cos(v / 5.1)
    left = _ellipse(u, v, (15, 66), (19.5 - 5.6 * squeeze, 37 - 4.5 * squeeze), -0.10)
    right = _ellipse(u, v, (-24, 70), (15 - 4.0 * squeeze, 31 - 3.5 * squeeze), 0.24)
    atrium = _ellipse(u, v, (19, 126 + 2 * squeeze), (21 + 2.5 * squeeze, 19 + 3 * squeeze))
    other = _ellipse(u, v, (-23, 124 + 2 * squeeze), (19 + 2 * squeeze, 18 + 2.5 * squeeze))
    wall = np.minimum(left - (9.5 + 3.0 * squeeze), right - 4.5)
    wall = np.minimum(wall, np.minimum(atrium, other) - 3.0)
    echo = np.full_like(u, 0.045)
    echo = np.maximum(echo, 0.13 * _inside(np.abs(wall - 6 + wander) - 4, 6))
    echo += (0.36 + 0.05 * np.sin(u / 6) * np.sin(v / 7) - echo) * _inside(wall)
    echo = np.maximum(echo, 1.25 * _inside(np.abs(wall - 0.6) - 0.9, 1.6) * np.clip((v - 20) / 40, 0.25, 1))
    cavities = np.minimum(np.minimum(left + 0.4 * wander, right + 0.6 * wander), np.minimum(atrium, other))
    mitral, tricuspid = _ellipse(u, v, (16.5, 103), (14.5, 13)), _ellipse(u, v, (-22.5, 102), (11.5, 12))
    cavities = np.minimum(cavities, np.minimum(mitral, tricuspid))
    blood = _inside(cavities)
    echo += (0.010 - echo) * blood
    echo = np.maximum(
        echo, 0.2 * _inside(np.abs(left + 1.6) - 1.0) * _inside(sector.v - 96, 4) * (np.abs(wander) > 1.5)
    )
    echo = _valves(echo, u, v, squeeze, opened)
    near = _inside(sector.range - 11, 5)
    echo = echo * (1 - near) + 0.9 * near * (0.5 + 0.5 * np.sin(sector.range * 2.1) ** 2)
    return echo.astype(np.float32), _inside(np.minimum(np.minimum(left, atrium), mitral), 2)


def _valves(echo: Floats, u: Floats, v: Floats, squeeze: float, opened: float) -> Floats:
    base = 103.0
    for hinge, length, shut, swing in ((-2.5, 17.5, 0.12, 1.12), (35.0, -17.5, -0.12, -1.12),
                                       (-9.0, -13.0, -0.1, -1.0), (-36.0, 13.0, 0.1, 1.0)):  # fmt: skip
        angle = shut - swing * opened  # leaflets swing towards the apex
        ends = (hinge + length * np.cos(angle), base - 3 * squeeze + length * np.sin(angle))
        echo = np.maximum(echo, 0.95 * _inside(_line(u, v, (hinge, base), ends) - 0.9))
    ring = np.minimum(np.hypot(u + 5.5, v - base), np.minimum(np.hypot(u - 37, v - base), np.hypot(u + 38, v - base)))
    echoes: Floats = np.maximum(echo, 0.9 * _inside(ring - 2.6, 2))
    return echoes


def _line(u: Floats, v: Floats, start: Pair, end: Pair) -> Floats:
    a, b = end[0] - start[0], end[1] - start[1]
    share = np.clip(((u - start[0]) * a + (v - start[1]) * b) / (a * a + b * b), 0, 1)
    distance: Floats = np.hypot(u - start[0] - share * a, v - start[1] - share * b).astype(np.float32)
    return distance


def _frame(sector: _Sector, speckle: Floats, number: int, static: NDArray[np.uint8]) -> NDArray[np.uint8]:
    echo, left = _anatomy(sector, number)
    shade = 1 - 0.55 * np.exp(-np.square((np.abs(sector.angle) - HALF_ANGLE) / 0.09))  # the edges see less
    shade *= 1.05 - 0.0022 * sector.range
    shade *= 1 - 0.5 * np.exp(-np.square((sector.angle + 0.52) / 0.035)) * (sector.range > 30)  # a rib's shadow
    decibels = 20 * np.log10(speckle * echo * shade + np.float32(1e-4))
    grey = np.clip((decibels + 46) / np.float32(DYNAMIC_RANGE), 0, 1) * 255
    picture = np.repeat(grey[..., None], 3, axis=2)
    picture *= np.array((0.98, 0.99, 1.0), np.float32)
    picture[~sector.shown] = 0
    _flow(sector, picture, left, speckle, number)
    still = static.astype(np.float32)
    picture = np.maximum(picture, still)
    _trace(picture, number)
    frame: NDArray[np.uint8] = np.clip(picture, 0, 255).astype(np.uint8)
    return frame


def _flow(sector: _Sector, picture: Floats, blood: Floats, speckle: Floats, number: int) -> None:
    """Colour Doppler: towards the transducer red, away blue, faster than the scale wraps around."""
    squeeze, opened = beat(number)
    u, v = sector.u, sector.v
    inflow = 1.5 * opened * np.exp(-np.square((u - 17) / 10)) * np.exp(-np.square((v - 88) / 26))
    outflow = -1.25 * squeeze * np.exp(-np.square((u - 6 - (v - 80) * 0.06) / 7.5)) * np.exp(-np.square((v - 92) / 24))
    velocity = (inflow + outflow) * (0.86 + 0.16 * np.clip(speckle, 0, 2))
    wrapped = (velocity + 1) % 2 - 1
    seen = sector.box & (blood > 0.5) & (np.abs(velocity) > 0.13)
    strength = np.abs(wrapped)[seen]
    warm = wrapped[seen] > 0
    colours = np.empty((len(strength), 3), np.float32)
    colours[:, 0] = np.where(warm, 110 + 145 * strength, 10 + 40 * strength)
    colours[:, 1] = np.where(warm, 225 * strength**2.2, 20 + 215 * strength**2)
    colours[:, 2] = np.where(warm, 8, 120 + 135 * strength)
    picture[seen] = colours


def _still(sector: _Sector) -> NDArray[np.uint8]:
    """What does not move: the colour scale, the grey scale, depth marks, the outline of the colour box."""
    picture = np.zeros((ROWS, COLUMNS, 3), np.uint8)
    scale = np.linspace(1, -1, 150)
    for place, value in enumerate(scale):
        row, strength = 40 + place, abs(value)
        warm = (110 + 145 * strength, 225 * strength**2.2, 8)
        cold = (10 + 40 * strength, 20 + 215 * strength**2, 120 + 135 * strength)
        picture[row, 606:620] = [int(channel) for channel in (warm if value > 0 else cold)]
    picture[114:116, 606:620] = 0
    picture[210:360, 606:620] = np.linspace(255, 0, 150).astype(np.uint8)[:, None, None]
    for mark in range(0, int(DEPTH) + 1, 10):
        row = int(APEX_ROW + mark / MM_PER_PIXEL)
        if row < ROWS:
            picture[row, 586 if mark % 50 else 580 : 592] = 190
    edge = np.zeros((ROWS, COLUMNS), bool)
    edge[1:, 1:] = (sector.box[1:, 1:] ^ sector.box[:-1, 1:]) | (sector.box[1:, 1:] ^ sector.box[1:, :-1])
    picture[edge] = (150, 190, 150)
    return picture


def _trace(picture: Floats, number: int) -> None:
    """The electrocardiogram along the bottom, with a mark at this frame."""
    columns = np.arange(40, 580)
    phase = ((columns - 40) / 540 * FRAMES / FRAMES_PER_BEAT) % 1
    wave = (
        0.14 * np.exp(-(((phase - 0.86) / 0.03) ** 2))
        - 0.12 * np.exp(-(((phase - 0.965) / 0.008) ** 2))
        + np.exp(-(((phase - 0.985) / 0.009) ** 2))
        - 0.24 * np.exp(-(((phase - 0.008) / 0.010) ** 2))
        + 0.26 * np.exp(-(((phase - 0.30) / 0.055) ** 2))
    )
    rows = (464 - 34 * wave).astype(int)
    for column, row, before in zip(columns, rows, np.roll(rows, 1), strict=True):
        low, high = sorted((int(row), int(before))) if column > columns[0] else (int(row), int(row))
        picture[low : high + 2, column] = (60, 220, 90)
    here = 40 + int(540 * number / FRAMES)
    picture[424:474, here : here + 2] = (230, 230, 120)
