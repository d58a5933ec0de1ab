"""A head in two weightings at once, slice by slice: signal as a scanner would draw it, without noise."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from fileroom.demo.canvas import Drift, Slice, Tube, chain, thinner

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fileroom.demo.canvas import Floats, Point

Signal = tuple[float, float]  # T1-weighted, T2-weighted

AIR: Signal = (6, 6)
FAT: Signal = (860, 470)
SKIN: Signal = (470, 260)
MUSCLE: Signal = (370, 150)
BONE: Signal = (45, 35)
MARROW: Signal = (640, 300)
WATER: Signal = (110, 1000)
GREY: Signal = (430, 500)
WHITE: Signal = (640, 330)
DEEP: Signal = (520, 420)
MUCOSA: Signal = (400, 720)
LENS: Signal = (330, 160)
LESION: Signal = (330, 860)

# -- known sizes: measurement tests rely on them ----------------------------------------------------------------------
LESION_CENTER: Point = (-31.0, 14.0, 55.0)  # a sphere in the white matter of the right side, bright in T2
LESION_DIAMETER, LESION_DIAMETER_BEFORE = 12.0, 8.0  # now, and a year before
EYE_DIAMETER, EYES = 24.0, ((-32.0, -62.0, -6.0), (32.0, -62.0, -6.0))  # spheres of water

EXTENT = ((-140.0, -140.0, -160.0), (140.0, 140.0, 160.0))


class Weighted(Slice):
    """A slice with two values at each point, painted together."""

    def __init__(self, xs: Floats, ys: Floats, z: float, edge: float) -> None:
        super().__init__(xs, ys, z, AIR[0], edge)
        self.second = np.full_like(self.values, AIR[1])

    def lay(
        self, distance: Floats, signal: Signal, within: tuple[slice, slice] = np.s_[:, :], share: float = 1
    ) -> None:
        """Mix ``signal`` in where ``distance`` is negative."""
        cover = np.clip(distance * np.float32(-1 / self.edge) + np.float32(0.5), 0, 1) * np.float32(share)
        for sheet, value in ((self.values, signal[0]), (self.second, signal[1])):
            sheet[within] += cover * (np.float32(value) - sheet[within])

    def ball(
        self,
        center: Point,
        radii: Point,
        signal: Signal,
        *,
        turned: float = 0.0,
        dx: Floats | float = 0,
        dy: Floats | float = 0,
    ) -> None:
        """An ellipsoid of ``signal``."""
        if abs(float(self.z) - center[2]) >= radii[2]:
            return
        reach = max(radii[0], radii[1]) + 8
        within = self.window(center[0], center[1], reach, reach)
        if within is not None:
            self.lay(self.ellipsoid_distance(center, radii, turned=turned, dx=dx, dy=dy, within=within), signal, within)

    def pipes(self, tubes: Iterable[Tube], signal: Signal) -> None:
        """Tubes of ``signal``."""
        for tube in tubes:
            if tube.reaches(float(self.z)):
                found = self.tube_distance(tube)
                if found is not None:
                    self.lay(found[0], signal, found[1])


def _smooth_min(a: Floats, b: Floats, soft: float) -> Floats:
    """The union of two shapes with a rounded seam."""
    h = np.clip(np.float32(0.5) + (b - a) * np.float32(0.5 / soft), 0, 1)
    joined: Floats = b + (a - b) * h - np.float32(soft) * h * (1 - h)
    return joined


@cache
def _drifts() -> tuple[Drift, ...]:
    spacings = (46.0, 46.0, 14.0, 14.0, 13.0)
    return tuple(Drift(70 + place, spacing, EXTENT) for place, spacing in enumerate(spacings))


def head(
    xs: Floats, ys: Floats, z: float, *, lesion: float = LESION_DIAMETER, edge: float = 1.1
) -> tuple[Floats, Floats]:
    """T1- and T2-weighted signal on the grid of ``xs`` and ``ys`` at height ``z``."""
    sheet = Weighted(xs, ys, z, edge)
    drifts = [drift.at(xs, ys, z) for drift in _drifts()]
    dx, dy = 2.2 * drifts[0], 2.2 * drifts[1]
    x, y = sheet.x + dx, sheet.y + dy
    _soft_parts(sheet, x, y, drifts)
    _neck(sheet, x, y)
    _face(sheet, x, y, dx, dy)
    vault = _vault(x, y, z)
    _skull(sheet, vault, x, y)
    _brain(sheet, vault, x, y, dx, dy, drifts)
    radius = lesion / 2
    sheet.ball(LESION_CENTER, (radius, radius, radius), LESION)
    return sheet.values, sheet.second


def _vault(x: Floats, y: Floats, z: float) -> Floats:
    """Outside of the space that holds the brain: rounder behind, flat below."""
    back = np.clip((y - 10) / 80, -1, 1)
    wide = 66 + 5 * back
    up = np.float32(max(0.0, (z - 34) / 64) if z > 34 else (34 - z) / 74)
    r = np.sqrt(np.square(x / wide) + np.square((y - 8) / 84) + up * up)
    upper = (r - 1) * 66
    behind = np.sqrt(np.square(x / 52) + np.square((y - 48) / 38) + np.float32(((z + 22) / 30) ** 2))
    posterior = (behind - 1) * 32
    sides = np.sqrt(np.square((np.abs(x) - 40) / 27) + np.square((y + 6) / 48) + np.float32(((z - 4) / 27) ** 2))
    temporal = (sides - 1) * 26
    # the front of the skull base is higher than the back
    rise = (6 + 5 * np.square(x / 34) - 4 * np.exp(-np.square(x / 9))) * np.clip((-y - 14) / 20, 0, 1)
    base = (np.float32(3 - z) + rise - 14 * np.clip((y - 8) / 20, 0, 1)) * np.float32(0.8)
    return _smooth_min(_smooth_min(np.maximum(upper, base), posterior, 4), temporal, 5)


def _soft_parts(sheet: Weighted, x: Floats, y: Floats, drifts: list[Floats]) -> None:
    """Skin and fat of head, face and neck."""
    z = float(sheet.z)
    r = np.sqrt(np.square(x / 80) + np.square((y - 8) / 99) + np.float32(((z - 26) / (88 if z > 26 else 104)) ** 2))
    cranium = (r - 1) * 80
    r = np.sqrt(np.square(x / 62) + np.square((y + 42) / 58) + np.float32(((z + 40) / 74) ** 2))
    face = (r - 1) * 58
    neck = np.maximum((np.hypot(x / 60, (y - 26) / 58) - 1) * 58, np.float32(z + 20))
    chin = np.sqrt(np.square(x / 30) + np.square((y + 74) / 26) + np.float32(((z + 84) / 22) ** 2))
    whole = _smooth_min(_smooth_min(cranium, face, 14), neck, 18) if z < 50 else cranium
    if z < -50:
        chin = np.sqrt(np.square(x / 30) + np.square((y + 74) / 26) + np.float32(((z + 84) / 22) ** 2))
        whole = _smooth_min(whole, (chin - 1) * 24, 12)
    if -70 < z < 4:
        nose = np.sqrt(np.square(x / 13) + np.square((y + 100) / 20) + np.float32(((z + 34) / 22) ** 2))
        whole = _smooth_min(whole, (nose - 1) * 12, 9)
    if -88 < z < -40:
        lips = np.sqrt(np.square(x / 24) + np.square((y + 96) / 10) + np.float32(((z + 64) / 11) ** 2))
        whole = _smooth_min(whole, (lips - 1) * 9, 5)
    sheet.lay(whole, SKIN)
    sheet.lay(whole + 1.8, FAT)
    deep = whole + 6 + 3 * np.clip((-30 - z) / 40, 0, 1) + 1.4 * drifts[2]
    sheet.lay(deep, MUSCLE)
    for side in (-1, 1):  # ears
        sheet.ball((side * 84.0, 18.0, -8.0), (5, 15, 28), SKIN)


@cache
def _cord() -> list[Tube]:
    return chain([(0, 21, -26), (0, 28, -48), (0, 33, -80), (0, 34, -170)], [8, 6.4, 5.4, 5.4])


NECK_MUSCLES: tuple[tuple[Point, Point], ...] = (  # of the left side: middle and half axes
    ((30, 62, -95), (26, 18, 60)),
    ((14, 58, -95), (12, 20, 60)),
    ((46, 30, -100), (18, 16, 70)),
)


def _neck(sheet: Weighted, x: Floats, y: Floats) -> None:
    z = float(sheet.z)
    if z > 0:
        return
    for side in (-1, 1):  # muscles with fat between them
        for place, size in NECK_MUSCLES:
            center = (side * place[0], place[1], place[2])
            sheet.ball(center, (size[0] + 2.2, size[1] + 2.2, size[2] + 2.0), FAT)
            sheet.ball(center, size, MUSCLE)
        sheet.pipes(chain([(side * 26, 8, -14), (side * 30, 10, -60), (side * 28, 6, -170)], 4.2), BONE)  # flow
        sheet.pipes(chain([(side * 36, 16, -20), (side * 38, 16, -170)], 5.2), (120, 80))
    if z < -42:
        height = (z + 52) / 17
        offset = abs(height - round(height)) * 17  # from the middle of the nearest vertebra
        body = (np.hypot(x / 12.5, (y - 15) / 9.5) - 1) * 10
        sheet.lay(body - 1.5, BONE)
        sheet.lay(body + 0.3, (MARROW[0] - 120, MARROW[1] - 40) if offset < 5.9 else (230, 240))
        arch = np.abs(np.hypot(x / 1.25, y - 33) - 14) - 3
        sheet.lay(np.maximum(arch, 30 - y), BONE)
        spine = np.maximum(np.hypot(x, (y - 58) / 4) - 3.4, np.float32(offset - 5))
        sheet.lay(spine, MARROW)
    canal = chain([(0, 22, -30), (0, 29, -50), (0, 33.5, -80), (0, 34, -170)], [12, 10.5, 9, 9])
    sheet.pipes([Tube(t.start, t.end, t.start_radius + 2, t.end_radius + 2) for t in canal], BONE)
    sheet.pipes(canal, WATER)
    sheet.pipes(_cord(), (WHITE[0] - 60, WHITE[1]))
    sheet.ball((0, 8, -44), (14, 7, 13), MARROW)  # dens
    pharynx = np.hypot(x / 1.7, y + 10) - 8.5
    sheet.lay(np.maximum(pharynx - 4.5, np.float32(z + 26)), MUCOSA)
    sheet.lay(np.maximum(pharynx, np.float32(z + 30)), AIR)


def _face(sheet: Weighted, x: Floats, y: Floats, dx: Floats, dy: Floats) -> None:
    z = float(sheet.z)
    if z > 32:
        return
    sheet.ball((0, -58, -62), (25, 31, 19), (MUSCLE[0] + 60, MUSCLE[1] + 70), dx=dx, dy=dy)  # tongue
    sheet.ball((0, -60, -52), (21, 26, 10), (MUSCLE[0] + 110, MUSCLE[1] + 90), dx=dx, dy=dy)
    for side in (-1, 1):
        jaw = chain(
            [(side * 52, -6, -24), (side * 50, -22, -66), (side * 36, -58, -82), (side * 10, -84, -90), (0, -87, -90)],
            8.5,
        )
        sheet.pipes(jaw, BONE)
        sheet.pipes(thinner(jaw, 3.0), MARROW)
        sheet.ball((side * 58.0, -24.0, -48.0), (9, 17, 26), MUSCLE)  # masseter
        sheet.ball((side * 46.0, -48.0, -54.0), (11, 15, 16), FAT)  # cheek
        sheet.ball((side * 55.0, -22.0, -6.0), (8, 28, 26), MUSCLE)  # temporal muscle
        teeth = chain([(side * 28, -58, -54), (side * 22, -80, -54), (0, -90, -54)], 5.5)
        sheet.pipes(teeth, BONE)
        sheet.pipes(chain([(side * 28, -58, -66), (side * 22, -78, -68), (0, -87, -68)], 5.0), BONE)
        # orbit: bone, fat, muscles, nerve, globe
        eye = (side * 32.0, -62.0, -6.0)
        sheet.ball((side * 30.0, -48.0, -6.0), (21, 33, 20), BONE)
        sheet.ball((side * 31.0, -50.0, -6.0), (18.5, 30, 17.5), FAT)
        for across, up in ((12, 0), (-12, 0), (0, 11), (0, -11)):
            muscle = chain([(eye[0] + across, -56, eye[2] + up), (side * 20.0, -22, -2)], [2.2, 1.6])
            sheet.pipes(muscle, MUSCLE)
        sheet.pipes(chain([(eye[0], -50, -6), (side * 22.0, -26, -1), (side * 7.0, -8, 6)], 2.5), WHITE)
        radius = EYE_DIAMETER / 2
        sheet.ball(eye, (radius + 1.1, radius + 1.1, radius + 1.1), MUSCLE)
        sheet.ball(eye, (radius, radius, radius), WATER)
        sheet.ball((eye[0], -71.0, eye[2]), (4.6, 2.4, 4.6), LENS)
        # sinuses, nose
        sheet.ball((side * 28.0, -56.0, -36.0), (17, 21, 19), BONE)
        sheet.ball((side * 28.0, -56.0, -36.0), (16, 20, 18), MUCOSA)
        sheet.ball((side * 28.0, -56.0, -36.0), (14.4, 18.4, 16.6), AIR)
        sheet.ball((side * 7.0, -60.0, -28.0), (7, 32, 24), MUCOSA)
        for turbinate in (-38, -26, -15):
            gap = np.abs(np.hypot((x - side * 7) / 1.2, 1.2 * (z - turbinate)) - 4.4) - 1.1
            within = np.sqrt(np.square(x / 15) + np.square((y + 60) / 33) + np.float32(((z + 27) / 23) ** 2)) - 1
            sheet.lay(np.maximum(gap, within * 14), AIR)
        sheet.ball((side * 8.0, -50.0, -4.0), (7, 22, 10), BONE)
        sheet.ball((side * 8.0, -50.0, -4.0), (6, 20, 9), AIR)
    sheet.lay(np.maximum(np.abs(x) - 1.2, np.maximum(np.abs(y + 60) - 30, np.float32(abs(z + 24) - 20))), MUCOSA)
    sheet.ball((0, -27, -9), (17, 14, 12), BONE)  # sphenoid
    sheet.ball((0, -28, -9), (15, 12, 10), AIR)
    sheet.lay(np.maximum(np.abs(np.hypot(x, y + 28) - 1) - 0.2, np.float32(abs(z + 9) - 10)), MUCOSA)


def _skull(sheet: Weighted, vault: Floats, x: Floats, y: Floats) -> None:
    z = float(sheet.z)
    if z < -62:
        return
    thick = float(np.interp(z, (-10, 26), (5.0, 8.6)))
    sheet.lay(vault - np.float32(thick), BONE)
    sheet.lay(np.abs(vault - np.float32(thick * 0.6)) - np.float32(thick * 0.17), MARROW)
    clivus = chain([(0, -12, -4), (0, 2, -22), (0, 7, -36)], [8, 6.5, 5.5])
    sheet.pipes([Tube(t.start, t.end, t.start_radius + 2, t.end_radius + 2) for t in clivus], BONE)
    sheet.pipes(clivus, MARROW)
    for side in (-1, 1):  # petrous bone with air cells
        petrous = chain([(side * 18, 2, -20), (side * 40, 12, -16), (side * 58, 24, -20)], [7, 10, 14])
        sheet.pipes(petrous, BONE)
        cells = np.hypot((x - side * 60) / 9, (y - 30) / 13) - 1
        pattern = np.sin(x * 1.3 + 0.7 * y) * np.sin(y * 1.1 - z) * 4 - 0.5
        sheet.lay(np.maximum(np.maximum(cells * 9, pattern), np.float32(abs(z + 22) - 16)), MUCOSA, share=0.5)
        sheet.pipes(chain([(side * 24, 10, -13), (side * 36, 15, -13)], 2.4), WATER)  # inner ear
        sheet.pipes(chain([(side * 38, 13, -13), (side * 44, 16, -12)], 2.8), WATER)
    sheet.ball((0, -80, 20), (18, 6, 13), BONE)
    sheet.ball((0, -80, 20), (15, 4, 10), AIR)  # frontal sinus


def _brain(sheet: Weighted, vault: Floats, x: Floats, y: Floats, dx: Floats, dy: Floats, drifts: list[Floats]) -> None:
    z = float(sheet.z)
    sheet.lay(vault, WATER)
    cerebellum = _cerebellum_distance(x, y, z)
    _cerebrum(sheet, vault, cerebellum, x, y, drifts)
    _middle(sheet, dx, dy)
    _cerebellum(sheet, cerebellum, x, y, drifts)
    sheet.pipes(_cord(), (WHITE[0] - 50, WHITE[1] + 10))
    sheet.ball((0, 8, -13), (18, 13, 15), (WHITE[0] - 50, WHITE[1] + 20), dx=dx, dy=dy)  # pons
    sheet.ball((0, 17, -13), (13, 9, 16), (WHITE[0] - 60, WHITE[1] + 40), dx=dx, dy=dy)
    for side in (-1, 1):
        sheet.pipes(chain([(side * 6, 12, -2), (side * 12, 6, 10)], [9, 9]), (WHITE[0] - 40, WHITE[1] + 10))
        sheet.pipes(chain([(side * 15, 18, -14), (side * 24, 40, -22)], [7, 8]), WHITE)
    sheet.pipes(chain([(0, 20, 12), (0, 24, 0)], 1.4), WATER)  # aqueduct
    if -30 < z < 2:  # fourth ventricle
        wide = 8 * (1 - abs(z + 12) / 17)
        sheet.lay(np.maximum(np.abs(x) - wide, np.abs(y - 29) - wide * 0.55), WATER)
    sheet.pipes(chain([(0, -5, -16), (0, -6, 6)], [2.1, 2.0]), BONE)  # basilar artery
    sheet.ball((0, -14, 3), (7, 5, 3.6), (GREY[0] + 60, GREY[1]))  # pituitary


def _cerebrum(sheet: Weighted, vault: Floats, cerebellum: Floats, x: Floats, y: Floats, drifts: list[Floats]) -> None:
    """Hemispheres: a folded ribbon of grey matter around white matter."""
    z = float(sheet.z)
    if z < -28:
        return
    # they rest on the cerebellum and leave the brain stem free
    stem = 15 - np.hypot(x / 1.3, y - 14) - np.float32(max(0.0, z - 2))
    depth = np.maximum(vault + 1.8, np.where(y > -14, np.maximum(1.5 - cerebellum, stem), np.float32(-99)))
    # the cleft between the hemispheres, except where the callosum and what hangs below it join them
    joined = (np.hypot((y - 6) / 42, np.float32((z - 31) / 29)) - 1) * 29
    joined = np.minimum(joined, np.maximum(np.abs(y - 16) - 24, np.float32(z - 24)))
    depth = np.maximum(depth, -np.maximum(np.abs(x + 2.6 * drifts[0]) - 0.75, -joined))
    sylvian = (np.abs(np.float32(z - 12) - 0.34 * (y + 6) - 0.8 * (np.abs(x) - 46) + 2 * drifts[3]) - 1.5) * 0.75
    sylvian = np.maximum(sylvian, np.maximum(37 - np.abs(x), np.abs(y + 6) - 33))
    depth = np.maximum(depth, -sylvian)
    inside = depth < 1
    folds = _folds(x[inside], y[inside], z, drifts[2][inside])
    lost = np.clip(-depth[inside] - 13 - 4 * drifts[3][inside], 0, None) * np.float32(0.7)
    middle = np.square(x / 46) + np.square((y - 5) / 60) + np.float32(((z - 24) / 38) ** 2)
    lost = np.maximum(lost, (1 - np.sqrt(middle[inside])) * 60)
    fold = np.full_like(depth, 9)
    fold[inside] = np.abs(folds) * 6.2 + lost
    sheet.lay(np.maximum(depth, 0.9 - fold), GREY)
    sheet.lay(np.maximum(depth + 2.8, 3.4 - fold), WHITE)


WAVES = 15


@cache
def _waves() -> tuple[Floats, Floats]:
    """Random waves of 21 to 34 mm in all directions, and their phases."""
    generator = np.random.default_rng(77)
    ways = generator.standard_normal((WAVES, 3))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    lengths = generator.uniform(21, 34, (WAVES, 1))
    phases = generator.uniform(0, 2 * np.pi, WAVES)
    return (2 * np.pi * ways / lengths).astype(np.float32), phases.astype(np.float32)


def _folds(x: Floats, y: Floats, z: float, drift: Floats) -> Floats:
    """A field that is constant along the rays from the middle of each hemisphere: where it is zero is a sulcus."""
    across = (x - np.where(x > 0, np.float32(27), np.float32(-27))) / 38
    along = (y - 6) / 76
    up = np.float32((z - 30) / 54)
    ray = 62 / np.sqrt(across * across + along * along + up * up + np.float32(1e-4))
    bend = 3.5 * drift
    across, along, height = across * ray + np.sign(x) * 40 + bend, along * ray - bend, up * ray + bend
    ways, phases = _waves()
    field = np.zeros_like(x)
    for way, phase in zip(ways, phases, strict=True):
        field += np.sin(across * way[0] + along * way[1] + height * way[2] + phase)
    return field * np.float32(0.42)


def _middle(sheet: Weighted, dx: Floats, dy: Floats) -> None:
    """What lies around the middle: callosum, ventricles, deep grey matter."""
    z = float(sheet.z)
    x, y = sheet.x + 0.4 * dx, sheet.y + 0.4 * dy
    sheet.ball((0, 8, 21), (8, 31, 17), (DEEP[0] - 40, DEEP[1] + 10), dx=dx, dy=dy)
    arc = np.hypot((y - 6) / 1.42, np.float32(z - 32))
    callosum = np.maximum(
        np.maximum(np.abs(arc - 24.5) - 3.4, np.abs(x) - 14), np.float32(30 - z) - np.clip(y / 6, -2, 2)
    )
    sheet.lay(callosum, (WHITE[0] + 15, WHITE[1] - 10))
    sheet.ball((0, 3, 43), (12.5, 27, 8), WATER)
    for side in (-1, 1):
        front: list[Point] = [(side * 7, -26, 38), (side * 10, -8, 45), (side * 15, 20, 46)]
        horn = chain([*front, (side * 24, 38, 36), (side * 22, 62, 31)], [5.5, 5.5, 6, 7, 2.5])
        horn += chain([(side * 25, 38, 34), (side * 32, 22, 16), (side * 33, -6, 3)], [5.5, 3, 2.2])
        sheet.pipes(horn, WATER)
        sheet.ball((side * 14.5, -18.0, 38.0), (5.5, 13, 10), GREY, dx=dx, dy=dy)  # caudate
        sheet.pipes(chain([(side * 14, -10, 46), (side * 20, 18, 48)], [4, 2.4]), GREY)
        sheet.ball(
            (side * 27.0, -4.0, 25.0), (7, 19, 12), (GREY[0] + 20, GREY[1] - 70), turned=side * -0.22, dx=dx, dy=dy
        )
        sheet.ball(
            (side * 20.5, -1.0, 23.0), (4.6, 11, 8), (WHITE[0] - 40, WHITE[1] - 60), turned=side * -0.35, dx=dx, dy=dy
        )
        sheet.ball((side * 10.5, 13.0, 29.0), (9, 15.5, 11), DEEP, turned=side * 0.3, dx=dx, dy=dy)  # thalamus
        sheet.ball((side * 30.0, -2.0, 4.0), (8, 15, 6), GREY, dx=dx, dy=dy)  # hippocampus, amygdala
    septum = np.maximum(np.abs(x) - 0.9, np.maximum(np.abs(y + 8) - 18, np.float32(abs(z - 42) - 9)))
    sheet.lay(septum, WHITE)
    sheet.pipes(chain([(0, -20, 40), (0, 4, 43), (0, 22, 40)], 2.4), WHITE)  # fornix
    third = np.maximum(np.abs(x) - 1.9, (np.hypot((y - 4) / 14, np.float32((z - 20) / 10)) - 1) * 10)
    sheet.lay(third, WATER)
    sheet.ball((0, 4, 23), (4, 4.5, 4.5), DEEP)
    sheet.ball((0, 27, 18), (7, 5, 5), (GREY[0], GREY[1] + 60))  # pineal, colliculi


def _cerebellum_distance(x: Floats, y: Floats, z: float) -> Floats:
    halves = np.sqrt(np.square((np.abs(x) - 22) / 33) + np.square((y - 50) / 31) + np.float32(((z + 23) / 26) ** 2))
    vermis = np.sqrt(np.square(x / 14) + np.square((y - 46) / 26) + np.float32(((z + 15) / 26) ** 2))
    return _smooth_min((halves - 1) * 29, (vermis - 1) * 22, 3)


def _cerebellum(sheet: Weighted, shape: Floats, x: Floats, y: Floats, drifts: list[Floats]) -> None:
    z = float(sheet.z)
    if not -52 < z < 14:
        return
    sheet.lay(shape, (GREY[0] + 10, GREY[1] - 20))
    # Leaves: thin sheets around a white core, seen from the point where the cerebellum hangs on the brain stem.
    away = np.sqrt(np.square(x * 0.55) + np.square(y - 26) + np.float32((z + 16) ** 2))
    angle = np.arctan2(np.float32(z + 16), y - 26)
    leaves = np.sin(angle * 13 + 1.7 * drifts[3]) * np.clip(away / 26, 0.2, 1.2)
    sheet.lay(np.maximum(shape + 3.2, 0.3 - leaves) * np.float32(1.2), (WHITE[0] - 80, WHITE[1] + 30), share=0.7)
    grooves = np.abs(np.sin(away * np.float32(np.pi / 5.2) + 1.6 * drifts[4])) * 2.6 - 0.3
    sheet.lay(np.maximum(shape, np.maximum(grooves, -shape - 13)), (270, 760), share=0.6)
    core = np.sqrt(np.square((np.abs(x) - 17) / 13) + np.square((y - 42) / 11) + np.float32(((z + 22) / 9) ** 2)) - 1
    sheet.lay(core * 9, WHITE)
