"""A chest and upper abdomen with contrast medium in its vessels, slice by slice in Hounsfield units."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from fileroom.demo.canvas import Drift, Slice, Tube, chain, thinner
from fileroom.demo.trees import grown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fileroom.demo.canvas import Floats, Point

AIR, LUNG, FAT, SKIN, MUSCLE = -1000, -862, -102, 15, 58
BLOOD, HEART, VEIN, CARTILAGE, MARROW, CORTEX = 205, 108, 165, 110, 190, 640
LIVER, SPLEEN, KIDNEY, MEDULLA, GUT, WALL = 112, 126, 190, 128, 22, 72

# -- known sizes: measurement tests rely on them (diameters in mm, centres in the patient's coordinates) -------------
INSERT_CENTER, INSERT_DIAMETER, INSERT_VALUE = (-150.0, 101.0), 50.0, 100.0  # a cylinder along z, over the whole scan
RODS = ((60.0, 16.0, -100.0), (20.0, 16.0, 0.0), (-20.0, 16.0, 250.0), (-60.0, 16.0, 800.0))  # x, diameter, value
ROD_Y = 124.0
NODULES: tuple[tuple[Point, float], ...] = (  # spheres of 35 HU in the lungs
    ((-88.0, -8.0, 62.0), 14.0),
    ((72.0, 42.0, 78.0), 9.0),
    ((-60.0, 52.0, 12.0), 6.0),
)
NODULE_VALUE = 35.0
CYST: tuple[Point, float] = ((-88.0, 8.0, -72.0), 22.0)  # a sphere of 8 HU in the liver
CYST_VALUE = 8.0

EXTENT = ((-220.0, -220.0, -260.0), (220.0, 220.0, 220.0))


# -- shapes that depend on the height --------------------------------------------------------------------------------


def _at(z: float, *points: tuple[float, float]) -> float:
    return float(np.interp(z, [p[0] for p in points], [p[1] for p in points]))


@dataclass(frozen=True, slots=True)
class _Girth:
    """The outline of the trunk at one height: half width, half depth, thickness of fat."""

    wide: float
    deep: float
    fat: float

    @classmethod
    def at(cls, z: float) -> _Girth:
        return cls(
            _at(z, (-230, 170), (-165, 163), (-70, 163), (40, 168), (120, 172), (150, 160), (185, 105), (215, 72)),
            _at(z, (-230, 112), (-165, 108), (-70, 110), (40, 112), (100, 102), (150, 88), (185, 74), (215, 66)),
            _at(z, (-200, 22), (-100, 18), (0, 13), (120, 12), (190, 6)),
        )


VERTEBRA = 24.5  # mm from one to the next
FIRST = 134.0  # height of the first thoracic vertebra
LEVELS = 16


def _spine_y(z: float) -> float:
    """The front-to-back bend of the spine: kyphosis above, lordosis below."""
    return _at(z, (-230, 30), (-165, 26), (-110, 30), (-40, 42), (40, 49), (100, 45), (160, 32), (210, 28))


def _dome(x: Floats, y: Floats, wide: float, deep: float) -> Floats:
    """Height of the diaphragm: two domes that fall towards the chest wall, most of all at the back."""
    outward = np.hypot(x / np.float32(wide), (y + 1) / np.float32(deep))
    left = 1 / (1 + np.exp(-(x - 4) / np.float32(13)))
    top = -4 - 15 * left - 12 * np.exp(-np.square((x - 8) / np.float32(26)))
    height: Floats = top - (54 + 18 * np.clip(y / np.float32(deep), -0.6, 1)) * outward * outward * outward
    return height


# -- parts that are made once -----------------------------------------------------------------------------------------


@cache
def _ribs() -> tuple[tuple[Tube, ...], tuple[Tube, ...]]:
    """Bone and cartilage of twelve pairs."""
    bone: list[Tube] = []
    cartilage: list[Tube] = []
    for pair in range(12):
        top = FIRST - VERTEBRA * pair
        front = _at(pair, (0, -62), (1, -64), (6, -56), (7, -48), (9, -20), (10, 12), (11, 40))
        drop = _at(pair, (0, 26), (2, 48), (6, 66), (9, 62), (11, 40))
        for side in (-1, 1):
            points: list[Point] = []
            for step in range(19):
                share = step / 18
                angle = np.radians(78 + (front - 78) * share)
                z = top - drop * share**1.15
                girth = _Girth.at(z)
                wide, deep = _cage(girth)
                narrow = _at(pair, (0, 0.60), (1, 0.80), (2, 0.93), (3, 1), (11, 1))
                points.append(
                    (side * (wide + 6) * narrow * float(np.cos(angle)), (deep + 6) * float(np.sin(angle)) - 1, z)
                )
            radii = [4.6 + 1.4 * (step < 2) + 0.5 * np.sin(np.pi * step / 18) for step in range(19)]
            bone += chain(points, [float(radius) for radius in radii])
            if pair < 10:
                z = points[-1][2]
                goal = (side * 12.0, -_Girth.at(z + 14).deep + 21, min(92.0, max(z + 18, -8.0)))
                middle = tuple((a + b) / 2 - c for a, b, c in zip(points[-1], goal, (0, 3, 4), strict=True))
                cartilage += chain([points[-1], middle, goal], 5.2)  # type: ignore[list-item]  # three numbers each
    return tuple(bone), tuple(cartilage)


def _cage(girth: _Girth) -> tuple[float, float]:
    """Half width and depth of the inside of the chest."""
    return girth.wide - girth.fat - 17, girth.deep - girth.fat - 14


@cache
def _other_bones() -> tuple[Tube, ...]:
    tubes: list[Tube] = []
    for level in range(-2, LEVELS):
        z = FIRST - VERTEBRA * level
        y = _spine_y(z)
        tubes += chain([(0, y + 32, z + 2), (0, y + 50, z - 14)], [5.0, 4.0])  # spinous process
        for side in (-1, 1):
            tubes += chain([(side * 12, y + 15, z + 3), (side * 11, y + 27, z), (0, y + 33, z + 1)], [4.6, 4.2, 4.4])
            tubes += chain([(side * 13, y + 24, z + 2), (side * 33, y + 30, z + 2)], [4.4, 3.4])  # transverse
    for side in (-1, 1):
        tubes += chain(
            [(side * 16, -70, 118), (side * 60, -62, 134), (side * 110, -30, 140), (side * 152, 4, 150)], 5.6
        )
        blade = [(side * 78, 82, 122), (side * 84, 88, 20), (side * 128, 52, 118)]
        for share in np.linspace(0, 1, 22):
            inner = tuple(a + (b - a) * float(share) for a, b in zip(blade[0], blade[1], strict=True))
            tip = float(1 - share) ** 0.8
            outer = tuple(
                a + (c - a) * tip + (b - a) * (1 - tip) for a, b, c in zip(blade[0], blade[1], blade[2], strict=True)
            )
            tubes += chain([inner, outer], 2.4)  # type: ignore[list-item]  # three numbers each
        tubes += chain([(side * 80, 92, 112), (side * 140, 58, 138)], [3.0, 5.0])  # its spine
        tubes += chain([(side * 128, 52, 118), (side * 132, 44, 60), (side * 86, 88, 20)], 3.6)
    return tuple(tubes)


@cache
def _lung_vessels() -> tuple[Tube, ...]:
    return tuple(
        tube
        for side, root, seed in ((-1, (-34.0, 2.0, 42.0), 11), (1, (44.0, 6.0, 44.0), 12))
        for tube in grown(root, _lung_targets(side, 1300, seed), leaf=0.46, step=8, sideways=0.8, seed=seed)
    )


def _lung_targets(side: int, count: int, seed: int) -> NDArray[np.float32]:
    """Random points inside one lung."""
    generator = np.random.default_rng(seed)
    found: list[NDArray[np.float32]] = []
    for z in np.arange(-84, 138, 1.5):
        x = side * generator.uniform(0, 150, (1, 48)).astype(np.float32)
        y = generator.uniform(-100, 100, (1, 48)).astype(np.float32)
        inside = _lung_distance(x, y, float(z), _Girth.at(float(z))) < -4
        found.append(np.stack([x[inside], y[inside], np.full(inside.sum(), z, np.float32)], axis=1))
    points = np.concatenate(found)
    return points[generator.permutation(len(points))[:count]]


@cache
def _airways() -> tuple[Tube, ...]:
    trachea = chain([(0, 4, 230), (0, 6, 150), (1, 12, 100), (2, 14, 72)], [8.6, 8.6, 8.8, 9.0])
    right = chain([(2, 14, 72), (-16, 14, 56), (-34, 12, 42), (-44, 18, 22), (-54, 32, -6)], [7.4, 7, 5.6, 4.4, 3.2])
    left = chain([(2, 14, 72), (22, 16, 56), (44, 16, 44), (54, 24, 22), (62, 38, -4)], [7.0, 6.4, 5.4, 4.2, 3.0])
    upper = chain([(-26, 13, 50), (-48, 10, 66), (-64, 2, 90)], [5, 3.8, 2.4])
    upper += chain([(42, 16, 46), (58, 4, 62), (70, -8, 86)], [5, 3.8, 2.4])
    middle = chain([(-44, 22, 22), (-66, -12, 8), (-80, -38, 0)], [3.6, 2.8, 2.0])
    return tuple(trachea + right + left + upper + middle)


@cache
def _great_vessels() -> tuple[Tube, ...]:
    aorta = chain(
        [
            (8, -12, 18),
            (-6, -26, 46),
            (-8, -24, 66),
            (2, -10, 84),
            (16, 12, 90),
            (26, 30, 80),
            (29, 38, 56),
            (28, 38, 0),
            (20, 28, -60),
            (10, 8, -120),
            (8, 2, -240),
        ],
        [15, 15.5, 15, 14, 13.5, 13, 12.5, 12, 11, 10, 9],
    )
    branches = chain([(2, -12, 92), (-14, -8, 118), (-20, -4, 150), (-24, 0, 220)], [6, 5.6, 4, 3.4])
    branches += chain([(10, 0, 94), (14, 0, 130), (20, 2, 220)], [4.4, 4, 3.4])
    branches += chain([(18, 12, 94), (28, 12, 124), (60, -10, 146), (130, 0, 152)], [5, 4.6, 4.2, 3.4])
    branches += chain([(-16, -8, 120), (-58, -12, 146), (-130, 0, 152)], [5, 4.2, 3.4])
    renal = chain([(9, 16, -118), (40, 34, -122), (58, 44, -122)], [4, 3.4, 2.6])
    renal += chain([(9, 6, -122), (-34, 28, -126), (-54, 40, -130)], [4, 3.4, 2.6])
    celiac = chain([(16, 16, -74), (10, -2, -76), (40, 0, -70), (80, 24, -64)], [4.2, 3.8, 3, 2.4])
    mesenteric = chain([(14, 12, -92), (8, -8, -104), (4, -14, -150), (2, -20, -240)], [4.2, 3.6, 3.2, 3])
    return tuple(aorta + branches + renal + celiac + mesenteric)


@cache
def _veins() -> tuple[Tube, ...]:
    upper = chain([(-26, -14, 112), (-25, -12, 70), (-24, -8, 26)], [9, 10, 11])
    upper += chain([(-26, -14, 112), (-62, -26, 140), (-120, -20, 152)], [8, 6, 5])
    upper += chain([(-26, -14, 108), (20, -26, 112), (66, -26, 138), (120, -20, 152)], [7.5, 7, 6, 5])
    lower = chain([(-26, 4, 6), (-27, 12, -30), (-25, 18, -80), (-22, 12, -140), (-20, 8, -240)], [12, 12, 12, 11, 11])
    portal = chain([(18, -2, -104), (-8, 2, -90), (-34, 2, -72)], [6.5, 7, 7])
    portal += chain([(86, 30, -66), (50, 14, -86), (18, 0, -104)], [4, 4.6, 5.6])
    return tuple(upper + lower + portal)


@cache
def _pulmonary() -> tuple[Tube, ...]:
    trunk = chain([(22, -46, 26), (24, -34, 46), (26, -14, 58), (42, 6, 54), (56, 20, 34)], [14, 14, 12.5, 9.5, 7])
    right = chain([(22, -22, 54), (0, -4, 52), (-30, 2, 46), (-44, 10, 30)], [12, 10.5, 9.5, 7])
    veins = chain([(-14, 8, 22), (-44, 2, 16), (-66, 10, 4)], [8, 6, 4]) + chain(
        [(22, 14, 22), (52, 14, 16), (70, 26, 0)], [8, 6, 4]
    )
    return tuple(trunk + right + veins)


@cache
def _liver_vessels() -> tuple[Tube, ...]:
    generator = np.random.default_rng(21)
    inside = generator.normal(size=(700, 3)).astype(np.float32)
    inside /= np.linalg.norm(inside, axis=1, keepdims=True)
    inside *= np.cbrt(generator.uniform(0.02, 0.85, (700, 1))).astype(np.float32)
    targets = inside * np.array((72, 66, 62), np.float32) + np.array((-66, -4, -66), np.float32)
    veins = grown((-28.0, 8.0, -34.0), targets[:130], leaf=1.05, step=8, sideways=0.9, seed=22)
    return tuple(veins + grown((-34.0, 2.0, -72.0), targets[130:300], leaf=1.0, step=8, sideways=0.9, seed=23))


@cache
def _gut() -> tuple[tuple[Tube, ...], tuple[Tube, ...]]:
    """Loops of small bowel; the colon around them."""
    generator = np.random.default_rng(31)
    small: list[Tube] = []
    for _ in range(9):
        place = generator.uniform((-60, -62, -215), (70, -8, -130))
        course = generator.normal(size=3) * (1, 0.5, 0.5)
        points: list[Point] = []
        for _ in range(12):
            course = 0.75 * course + 0.55 * generator.normal(size=3) * (1, 0.5, 0.6)
            place = np.clip(place + 11 * course / np.linalg.norm(course), (-78, -70, -250), (84, 0, -126))
            points.append((float(place[0]), float(place[1]), float(place[2])))
        small += chain(points, 10.5)
    colon = chain([(-104, 14, -240), (-108, 10, -190), (-106, -12, -150), (-84, -54, -138), (-20, -76, -146),
                   (50, -72, -132), (94, -40, -104), (112, 10, -84), (114, 26, -130), (110, 30, -240)],
                  [25, 24, 21, 18, 17, 17, 18, 17, 16, 15])  # fmt: skip
    return tuple(small), tuple(colon)


@cache
def _drifts() -> tuple[Drift, ...]:
    spacings = (55.0, 55.0, 26.0, 26.0, 9.0, 5.0)
    return tuple(Drift(40 + place, spacing, EXTENT) for place, spacing in enumerate(spacings))


# -- one slice --------------------------------------------------------------------------------------------------------


def _lung_distance(x: Floats, y: Floats, z: float, girth: _Girth) -> Floats:
    """Outside of both lungs: the cage, less what stands between them, above the diaphragm."""
    wide, deep = _cage(girth)
    r = np.hypot(x / np.float32(wide), (y + 1) / np.float32(deep))
    inside = (r - _apex(z)) * np.float32(min(wide, deep))
    # the mediastinum: a column around the great vessels, a thin fold behind the sternum, the heart, the spine
    middle = _at(z, (-60, 8), (20, 6), (60, 3), (110, 0))
    width = _at(z, (-90, 30), (-30, 26), (20, 29), (52, 36), (84, 33), (112, 34), (150, 40))
    column = (np.hypot((x - middle) / np.float32(width), (y - 2) / 58) - 1) * np.float32(width)
    fold = np.maximum(np.abs(x - middle + 3) - 0.7, y)
    spine = np.hypot(x, y - np.float32(_spine_y(z) + 6)) - 27
    heart = (np.sqrt(_heart_radius(x, y, z)) - 1) * 46 - 4
    floor = (_dome(x, y, wide, deep) - np.float32(z)) * np.float32(0.72)
    between = np.minimum(np.minimum(column, fold), np.minimum(spine, heart))
    lungs: Floats = np.maximum(np.maximum(inside, floor), -between)
    return lungs


def _apex(z: float) -> float:
    """How far the chest still reaches at a height, of its full width: less towards the top of the lungs."""
    return float(np.sqrt(max(0.02, 1 - max(0.0, (z - 10) / 132) ** 3)))


HEART_CENTER, HEART_TURN = (24.0, -28.0, -4.0), -0.62


def _heart_radius(x: Floats, y: Floats, z: float) -> Floats:
    """Squared distance from the middle of the heart in its own measure: 1 on the pericardium."""
    cos, sin = np.float32(np.cos(HEART_TURN)), np.float32(np.sin(HEART_TURN))
    a, b = x - np.float32(HEART_CENTER[0]), y - np.float32(HEART_CENTER[1])
    c = np.float32((z - HEART_CENTER[2]) / 54)
    out: Floats = np.square((a * cos + b * sin) / 65) + np.square((b * cos - a * sin) / 50) + c * c
    return out


def torso(xs: Floats, ys: Floats, z: float, *, edge: float = 1.3, table: bool = True) -> Floats:
    """Hounsfield units on the grid of ``xs`` and ``ys`` at height ``z``."""
    sheet = Slice(xs, ys, z, AIR, edge)
    girth = _Girth.at(z)
    if table:
        _table(sheet)
    within = sheet.window(0, 0, girth.wide + 14, girth.deep + 14)
    if within is not None:
        sheet.values[within] = _trunk(xs[within[1]], ys[within[0]], z, girth, edge, sheet.values[within])
    return sheet.values


def _trunk(xs: Floats, ys: Floats, z: float, girth: _Girth, edge: float, around: Floats) -> Floats:
    """The body, and ``around`` it what is there."""
    sheet = Slice(xs, ys, z, AIR, edge)
    sheet.values[:] = around
    drifts = [drift.at(xs, ys, z) for drift in _drifts()]
    dx, dy = 3.2 * drifts[0] + 1.5 * drifts[2], 3.2 * drifts[1] + 1.5 * drifts[3]
    x, y = sheet.x + dx, sheet.y + dy
    _wall(sheet, x, y, girth, drifts[5], drifts[2])
    _abdomen(sheet, x, y, girth, dx, dy, drifts)
    _chest(sheet, x, y, girth, dx, dy, drifts)
    _skeleton(sheet, drifts[5])
    return sheet.values


def _wall(sheet: Slice, x: Floats, y: Floats, girth: _Girth, fine: Floats, drift: Floats) -> None:
    """Skin, fat and muscles around an empty trunk."""
    a, b = np.abs(x / np.float32(girth.wide)), np.abs(y / np.float32(girth.deep))
    r = (a * a * np.sqrt(a) + b * b * np.sqrt(b)) ** np.float32(0.4)  # somewhat squarer than an ellipse
    outside = (r - 1) * np.float32(np.sqrt(girth.wide * girth.deep))
    sheet.paint(outside, SKIN)
    sheet.paint(outside + 2, FAT + 7 * fine)
    z = float(sheet.z)
    muscle = outside + np.float32(girth.fat) + 3.5 * np.clip(-y / 90, -0.3, 1) * (z < 0)
    sheet.paint(muscle, MUSCLE + 6 * fine)
    for side in (-1, 1):  # fat between the muscles of the back, the shoulder and the chest
        if z > 20:
            strip = np.abs(np.hypot(x - side * 105, (y - 66) * 1.5) - 34) - 1.6
            sheet.paint(np.maximum(strip, muscle + 3), FAT)
            chest = np.abs(np.hypot((x - side * 70) / 1.9, y + girth.deep - 20) - 17) - 1.3
            sheet.paint(np.maximum(chest, muscle + 2), FAT)
    back = np.abs(np.hypot((np.abs(x) - 36) / 1.25, y - np.float32(_spine_y(z) + 33)) - 25) - 1.1
    sheet.paint(np.maximum(back, muscle + 2), FAT)
    wide, deep = _cage(girth)
    cavity = (np.hypot(x / np.float32(wide), (y + 1) / np.float32(deep)) - _apex(z)) * np.float32(deep)
    if z < 142:
        sheet.paint(cavity - 2, FAT + 8 * fine)
    if z < -20:  # the three flat muscles of the flank
        flank = np.abs(x) * 0.9 - np.abs(y + 6) - 34
        for depth in (5.2, 9.6):
            sheet.paint(np.maximum(np.abs(muscle + depth + drift) - 0.75, -flank), FAT + 30)


def _chest(sheet: Slice, x: Floats, y: Floats, girth: _Girth, dx: Floats, dy: Floats, drifts: list[Floats]) -> None:
    z = float(sheet.z)
    if -100 < z < 150:
        lungs = _lung_distance(x, y, z, girth)
        density = LUNG + 0.32 * y + 12 * drifts[3] + 7 * drifts[4] + 9 * drifts[5]
        sheet.paint(lungs, density)
        fissure = np.abs(y - 16 + 0.55 * (z - 30) + 4 * drifts[2]) - 0.5
        sheet.paint(np.maximum(fissure, lungs + 2), -700)
        sheet.tubes(_lung_vessels(), 45)
        for place, diameter in NODULES:
            radius = diameter / 2
            sheet.ellipsoid(place, (radius, radius, radius), NODULE_VALUE)
    sheet.tubes(_veins(), VEIN)
    _heart(sheet, dx, dy)
    sheet.tubes(_pulmonary(), BLOOD + 20)
    sheet.tubes(_great_vessels(), BLOOD)
    gullet = chain([(4, 22, 230), (4, 28, 60), (12, 24, 0), (34, 12, -34), (54, 0, -50)], 7.0)
    sheet.tubes(gullet, 52)
    sheet.tubes(thinner(gullet, 4.6), 10)
    airways = _airways()
    sheet.tubes([Tube(t.start, t.end, t.start_radius + 1.3, t.end_radius + 1.1) for t in airways], 30)
    sheet.tubes(airways, -985)
    if z > 126:  # thyroid
        for side in (-1, 1):
            sheet.ellipsoid((side * 17, 6, 176), (9, 12, 24), 150)


def _heart(sheet: Slice, dx: Floats, dy: Floats) -> None:
    bend = {"turned": HEART_TURN, "dx": dx * 0.5, "dy": dy * 0.5}
    sheet.ellipsoid(HEART_CENTER, (65, 50, 54), FAT, **bend)  # type: ignore[arg-type]  # keywords of one call
    sheet.ellipsoid((24, -30, -6), (60, 46, 48), HEART, **bend)  # type: ignore[arg-type]
    sheet.ellipsoid((44, -20, -10), (33, 18, 28), BLOOD + 12, **bend)  # type: ignore[arg-type]  # left ventricle
    sheet.ellipsoid((16, -52, -8), (40, 14, 32), BLOOD + 30, turned=-0.42, dx=dx, dy=dy)  # right ventricle
    sheet.ellipsoid((-22, -22, 2), (21, 23, 27), BLOOD + 34, dx=dx, dy=dy)  # right atrium
    sheet.ellipsoid((8, 10, 16), (29, 17, 22), BLOOD + 8, dx=dx, dy=dy)  # left atrium
    for place in ((58, -26, -14), (52, -12, -20)):  # papillary muscles
        sheet.ellipsoid(place, (7, 4, 12), HEART)


def _abdomen(sheet: Slice, x: Floats, y: Floats, girth: _Girth, dx: Floats, dy: Floats, drifts: list[Floats]) -> None:
    z = float(sheet.z)
    if z > 0:
        return
    wide, deep = _cage(girth)
    wall = (np.hypot(x / np.float32(wide), (y + 1) / np.float32(deep)) - 1) * np.float32(deep)
    below = (np.float32(z) - _dome(x, y, wide, deep)) * np.float32(0.72) + 3
    sheet.paint(np.maximum(wall - 3, below - 2.4), MUSCLE)  # the diaphragm
    sheet.paint(np.maximum(wall + 2.4, below), FAT + 8 * drifts[5])
    kept = np.maximum(wall + 2, below)
    for side in (-1, 1):
        sheet.ellipsoid((side * 40, _spine_y(z) - 2, -215), (19, 21, 105), MUSCLE + 4, dx=dx, dy=dy)  # psoas
        sheet.ellipsoid((side * 16, _spine_y(z) - 24, -92), (7, 16, 40), MUSCLE)  # crura
    _gut_loops(sheet, drifts)
    _stomach(sheet, dx, dy)
    spleen = sheet.ellipsoid_distance((100, 32, -64), (29, 44, 50), turned=0.5, dx=dx, dy=dy)
    sheet.paint(np.maximum(spleen, kept), SPLEEN + 5 * drifts[5])
    _liver(sheet, x, y, kept, dx, dy, drifts)
    for side, low in ((1, -128), (-1, -136)):
        center = (side * 66.0, 48.0, low)
        sheet.ellipsoid(center, (33, 32, 60), FAT, turned=side * 0.5)
        sheet.ellipsoid(center, (26, 25, 53), KIDNEY, turned=side * 0.5, dx=dx, dy=dy)
        sheet.ellipsoid(center, (17, 16, 44), MEDULLA, turned=side * 0.5, dx=dx, dy=dy)
        sheet.ellipsoid((side * 57.0, 44.0, low), (13, 9, 26), FAT + 20, turned=side * 0.5)
        sheet.ellipsoid((side * 52.0, 42.0, low), (8, 5, 14), 12, turned=side * 0.5)
    pancreas = chain(
        [(-22, -16, -112), (0, -12, -104), (30, -8, -96), (60, 8, -84), (80, 22, -74)], [13, 10, 10, 10, 7]
    )
    sheet.tubes(pancreas, 98)


def _gut_loops(sheet: Slice, drifts: list[Floats]) -> None:
    small, colon = _gut()
    sheet.tubes(small, WALL + 20)
    sheet.tubes(thinner(small, 2.2), GUT + 8)
    sheet.tubes(colon, WALL)
    before = sheet.values.copy()
    sheet.tubes(thinner(colon, 2.4), -60)
    mottled = sheet.values != before
    air = drifts[4] + 0.7 * drifts[5] > 0.55
    sheet.values[mottled & air] = -700
    sheet.values[mottled & ~air] += 70


def _stomach(sheet: Slice, dx: Floats, dy: Floats) -> None:
    center, radii = (66.0, -26.0, -72.0), (40.0, 44.0, 54.0)
    sheet.ellipsoid(center, radii, WALL + 8, turned=-0.3, dx=dx, dy=dy)
    inside = sheet.ellipsoid_distance(center, (36, 40, 50), turned=-0.3, dx=dx, dy=dy)
    sheet.paint(inside, GUT)
    sheet.paint(np.maximum(inside, sheet.y + 46), -940)  # gas rises, and the patient lies on the back


def _liver(sheet: Slice, x: Floats, y: Floats, kept: Floats, dx: Floats, dy: Floats, drifts: list[Floats]) -> None:
    z = float(sheet.z)
    right = sheet.ellipsoid_distance((-64, -4, -66), (88, 92, 92), dx=dx, dy=dy)
    left = sheet.ellipsoid_distance((2, -44, -58), (72, 44, 42), turned=0.15, dx=dx, dy=dy)
    under = -(np.float32(z) + 118 - 0.34 * (x + 70) - 0.24 * (y - 20)) * np.float32(0.85)
    hilum = 8 - np.sqrt(np.square((x + 30) / 1.6) + np.square(y - 2) + np.float32((z + 84) / 2) ** 2)
    liver = np.maximum(np.maximum(np.maximum(np.minimum(right, left), kept), under), hilum)
    sheet.paint(liver, LIVER + 5 * drifts[5] + 2 * drifts[3])
    if z > -130:
        before = sheet.values.copy()
        sheet.tubes(_liver_vessels(), 168)
        sheet.values[liver > 0] = before[liver > 0]
    sheet.ellipsoid((-42, -34, -106), (15, 20, 24), 8, dx=dx, dy=dy)  # gall bladder
    place, diameter = CYST
    sheet.ellipsoid(place, (diameter / 2,) * 3, CYST_VALUE)


def _skeleton(sheet: Slice, fine: Floats) -> None:
    z = float(sheet.z)
    bone, cartilage = _ribs()
    sheet.tubes(cartilage, CARTILAGE)
    sheet.tubes(bone, CORTEX)
    sheet.tubes(thinner(bone, 1.9), MARROW + 50)
    _vertebra(sheet, fine)
    others = _other_bones()
    sheet.tubes(others, CORTEX - 60)
    sheet.tubes(thinner(others, 1.7), MARROW + 70)
    if -12 < z < 122:  # sternum
        y = -_Girth.at(z).deep + 21
        width = _at(z, (-12, 6), (10, 17), (70, 15), (88, 22), (122, 26))
        distance = (np.sqrt(np.sqrt((sheet.x / width) ** 4 + ((sheet.y - y) / 6) ** 4)) - 1) * 6
        sheet.paint(distance, CORTEX - 180)
        sheet.paint(distance + 2.1, MARROW - 40 + 40 * fine)


def _vertebra(sheet: Slice, fine: Floats) -> None:
    """Bodies with their end plates, discs between them, and the canal behind."""
    z = float(sheet.z)
    middle = np.float32(_spine_y(z))
    level = (FIRST - z) / VERTEBRA
    height = (level - round(level)) * VERTEBRA  # from the middle of the nearest body
    size = _at(z, (-230, 1.28), (-165, 1.22), (-40, 1.05), (60, 0.9), (140, 0.78), (200, 0.72))
    waist = np.float32(size * (1 - 0.1 * (1 - min(1.0, abs(height) / 10) ** 2)))
    within = sheet.window(0, float(middle) + 10, 32, 42)
    if within is None:
        return
    x, y = sheet.x[:, within[1]], sheet.y[within[0]] - middle
    body = np.hypot(x / (18.5 * waist), y / (14.5 * waist))
    distance = np.maximum((body - 1) * 15 * waist, -(np.hypot(x / 1.25, y - 22 * waist) - 8.6))
    disc = np.float32(abs(height) - (VERTEBRA / 2 - 2.6))
    sheet.paint(distance, 92, within)
    sheet.paint(np.maximum(distance, disc), CORTEX - 230, within)
    sheet.paint(np.maximum(distance + 1.6, disc + np.float32(0.9)), MARROW + 12 + 38 * fine[within], within)
    canal = np.hypot(x / 1.25, y - 21 * np.float32(size)) - 8
    sheet.paint(canal, 14, within)
    sheet.paint(canal + 3.4, 38, within)


def _table(sheet: Slice) -> None:
    """The table, a calibration pad with four rods, and the insert of known size."""
    below = sheet.window(0, 135, 230, 32)
    if below is not None:
        x, y = sheet.x[:, below[1]], sheet.y[below[0]]
        top = 134 - np.square(x / 190) * 9
        board = np.maximum(np.abs(y - top - 8) - 8, np.abs(x) - 205)
        sheet.paint(board, -180, below)
        sheet.paint(board + 1.6, -940, below)
        sheet.paint(np.maximum(np.abs(y - np.float32(ROD_Y)) - 11, np.abs(x) - 84), 28, below)
    for place, diameter, value in RODS:
        _cylinder(sheet, (place, ROD_Y), diameter, value)
    _cylinder(sheet, INSERT_CENTER, INSERT_DIAMETER, INSERT_VALUE)


def _cylinder(sheet: Slice, center: tuple[float, float], diameter: float, value: float) -> None:
    within = sheet.window(*center, diameter, diameter)
    if within is not None:
        x, y = sheet.x[:, within[1]] - np.float32(center[0]), sheet.y[within[0]] - np.float32(center[1])
        sheet.paint(np.hypot(x, y) - np.float32(diameter / 2), value, within)
