"""Surfaces: of a phantom whose size and place are known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fileroom.archive import Archive
from fileroom.errors import BadRequest, Cancelled, NotFound, Undecodable
from fileroom.jobs import CancelToken, Progress
from fileroom.model.entries import Level
from fileroom.model.queries import Query
from fileroom.pixels.grid import Place, grid_of, place_of
from fileroom.settings import Settings
from tests import world

if TYPE_CHECKING:
    from pathlib import Path

MIDDLE, RADIUS = (7.0, -12.0, 30.0), 14.0  # of a ball, millimetres
SIZE, PIXEL, STEP = 48, (1.0, 1.25), 1.5  # pixels, between rows and columns, between slices
SLICES = 26
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
HEAD_DOWN = (-1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def slices(orientation: tuple[float, ...] = AXIAL, lean: float = 0.0, **more: Any) -> dict[str, bytes]:
    """A ball of 1000 with soft edges, in slices around its middle; ``lean``: millimetres down by slice."""
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    normal = np.cross(row, column)
    files = {}
    for number in range(SLICES):
        away = (number - (SLICES - 1) / 2) * STEP
        first = (
            np.array(MIDDLE)
            + normal * away
            + column * (lean * (number - (SLICES - 1) / 2))
            - row * PIXEL[1] * (SIZE - 1) / 2
            - column * PIXEL[0] * (SIZE - 1) / 2
        )
        across, down = np.meshgrid(np.arange(SIZE) * PIXEL[1], np.arange(SIZE) * PIXEL[0])
        places = first + across[..., None] * row + down[..., None] * column
        distance = np.linalg.norm(places - np.array(MIDDLE), axis=-1)
        values = np.clip((RADIUS - distance) * 200, -1000, 1000) + 1000  # 1000 at the surface
        files[f"ball/{number:03d}"] = world.instance(
            **{
                "number": number + 1,
                "rows": SIZE,
                "columns": SIZE,
                "pixels": values.astype("<i2").tobytes(),
                "PixelRepresentation": 1,
                "PixelSpacing": list(PIXEL),
                "ImagePositionPatient": [float(part) for part in first.round(6)],
                "ImageOrientationPatient": list(orientation),
                "RescaleSlope": "2",
                "RescaleIntercept": "-1000",
            }
            | more
        )
    return files


@pytest.fixture
def room(tmp_path: Path) -> Archive:
    return Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False))


def bring(room: Archive, folder: Path, files: dict[str, bytes]) -> str:
    world.plant(folder, files)
    room.bring_in([str(folder)])
    return str(room.search(Query(level=Level.SERIES)).items[0].id)


def triangles(path: Path) -> np.ndarray[Any, Any]:
    """The corners of a binary STL, and that it is one."""
    data = path.read_bytes()
    count = int.from_bytes(data[80:84], "little")
    assert len(data) == 84 + 50 * count
    kind = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
    found = np.frombuffer(data, kind, offset=84)
    corners = found["corners"].astype(float)
    outward = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert ((outward * found["normal"]).sum(axis=1) > 0).all()  # normals by the right hand
    return corners


def volume(corners: np.ndarray[Any, Any]) -> float:
    """By the divergence theorem: positive when all triangles look outward, and exact only when nothing is open."""
    return float(np.einsum("ni,ni->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6)


BALL = 4 / 3 * math.pi * RADIUS**3


@pytest.mark.parametrize(
    ("orientation", "lean"), [(AXIAL, 0.0), (HEAD_DOWN, 0.0), (AXIAL, 0.4), ((0.0, 1.0, 0.0, 0.0, 0.0, -1.0), 0.0)]
)
def test_a_ball_has_its_size_and_place(
    room: Archive, tmp_path: Path, orientation: tuple[float, ...], lean: float
) -> None:
    series, target = bring(room, tmp_path / "files", slices(orientation, lean)), tmp_path / "ball.stl"
    seen: list[Progress] = []
    report = room.surface(series, target, level=1000, on_progress=seen.append)
    corners = triangles(target)
    assert (report.state, report.triangles, report.slices) == ("done", len(corners), SLICES)
    assert report.bytes == target.stat().st_size
    assert abs(volume(corners) / BALL - 1) < 0.02
    assert np.abs(corners.reshape(-1, 3).mean(axis=0) - MIDDLE).max() < 0.3
    distances = np.linalg.norm(corners.reshape(-1, 3) - MIDDLE, axis=1)
    assert np.abs(distances - RADIUS).max() < 0.3
    assert [one.done for one in seen] == list(range(SLICES))


def test_coarser_is_smaller_and_stays_in_its_place(room: Archive, tmp_path: Path) -> None:
    series, target = bring(room, tmp_path / "files", slices()), tmp_path / "ball.stl"
    fine = room.surface(series, target, level=1000)
    coarse = room.surface(series, target, level=1000, downsample=2)
    assert coarse.triangles < fine.triangles / 3
    corners = triangles(target)
    assert abs(volume(corners) / BALL - 1) < 0.04
    assert np.abs(corners.reshape(-1, 3).mean(axis=0) - MIDDLE).max() < 0.5


def test_what_the_border_cuts_is_closed(room: Archive, tmp_path: Path) -> None:
    half = {path: data for path, data in slices().items() if int(path[-3:]) < SLICES // 2}
    target = tmp_path / "half.stl"
    room.surface(bring(room, tmp_path / "files", half), target, level=1000)
    # up to the last slice there, which lies half a step below the middle
    high = RADIUS - STEP / 2
    cap = math.pi * high**2 * (3 * RADIUS - high) / 3
    assert abs(volume(triangles(target)) / cap - 1) < 0.02


def test_what_makes_no_surface(room: Archive, tmp_path: Path) -> None:
    files = slices()
    series = bring(room, tmp_path / "files", files)
    target = tmp_path / "none.stl"
    with pytest.raises(Undecodable, match="no surface"):
        room.surface(series, target, level=9000)
    with pytest.raises(BadRequest):
        room.surface(series, target, level=100, downsample=17)
    with pytest.raises(NotFound):
        room.surface("0" * 32, target, level=100)
    stop = CancelToken()
    stop.cancel()
    with pytest.raises(Cancelled):
        room.surface(series, target, level=100, cancel=stop)
    assert not target.exists()


def test_what_is_no_volume(room: Archive, tmp_path: Path) -> None:
    files = {path: data for path, data in slices().items() if path[-3:] not in {"007", "008"}}
    with pytest.raises(Undecodable, match="2 of its slices are missing"):
        room.surface(bring(room, tmp_path / "files", files), tmp_path / "none.stl", level=100)


def at(
    *places: tuple[float, float, float], orientation: tuple[float, ...] = AXIAL, rows: int = 4
) -> list[Place | None]:
    return [place_of(rows, 4, place, orientation, (1.0, 1.0)) for place in places]


def heights(*values: float) -> list[Place | None]:
    return at(*((0.0, 0.0, value) for value in values))


class TestGrid:
    def test_is_in_order_along_the_normal(self) -> None:
        grid = grid_of(heights(6, 0, 3))
        assert (grid.order, grid.origin, grid.step) == ((1, 2, 0), (0, 0, 0), (0, 0, 3))

    def test_leans_with_the_gantry(self) -> None:
        assert grid_of(at((0, 0, 0), (0, 1, 3), (0, 2, 6))).step == (0, 1, 3)

    def test_takes_the_first_of_several_at_one_place(self) -> None:
        assert grid_of(heights(0, 0, 3, 3, 6, 6)).order == (0, 2, 4)

    def test_takes_the_most_frequent_direction(self) -> None:
        scout = at((9.0, 9.0, 9.0), orientation=(0.0, 1.0, 0.0, 0.0, 0.0, -1.0))
        assert grid_of([*scout, *heights(0, 3, 6)]).order == (1, 2, 3)

    @pytest.mark.parametrize(
        ("places", "words"),
        [
            (heights(0), "one image"),
            (heights(0, 3, 6, 12, 15), "1 of its slices is missing"),
            (heights(0, 1.08, 4, 7, 13.99), "not evenly"),
            (heights(0, 3, 6, 9.5, 12.9, 16), "not evenly"),
            ([None, None], "where they lie"),
            (at((0, 0, 0), (1, 0, 3), (0, 0, 6)), "shifted"),
        ],
    )
    def test_is_refused_in_words(self, places: list[Place | None], words: str) -> None:
        with pytest.raises(Undecodable, match=words):
            grid_of(places)
