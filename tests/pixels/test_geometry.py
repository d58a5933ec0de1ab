from __future__ import annotations

import math
import subprocess
import sys

import pytest

from fileroom.model.headers import Header
from fileroom.model.pictures import Plane
from fileroom.pixels.geometry import display_order, plane_of, position_along_normal

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)


def tilted(degrees: float) -> tuple[float, ...]:
    angle = math.radians(degrees)
    return (1.0, 0.0, 0.0, 0.0, math.cos(angle), math.sin(angle))


def image(number: int | None, z: float, orientation: tuple[float, ...] = AXIAL, time: str = "") -> Header:
    return Header(
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        instance_number=number,
        image_position=(-100.0, -100.0, z),
        image_orientation=orientation,
        content_time=time,
    )


@pytest.mark.parametrize(
    ("orientation", "plane"),
    [
        (AXIAL, Plane.AXIAL),
        (CORONAL, Plane.CORONAL),
        (SAGITTAL, Plane.SAGITTAL),
        ((-1.0, 0.0, 0.0, 0.0, 1.0, 0.0), Plane.AXIAL),  # prone or feet first: still axial
        (tilted(18.5), Plane.AXIAL),  # a tilted gantry
        (tilted(25), Plane.OBLIQUE),
        (tilted(45), Plane.OBLIQUE),
        (tilted(80), Plane.CORONAL),
        ((0.9999, 0.0001, 0, 0, 1, 0), Plane.AXIAL),
        ((), None),
        ((1.0, 0.0, 0.0), None),
        ((0.0,) * 6, None),
        ((1.0, 0.0, 0.0, 1.0, 0.0, 0.0), None),  # rows and columns in one direction
        ((math.nan, 0.0, 0.0, 0.0, 1.0, 0.0), None),
        ((1e200, 0.0, 0.0, 0.0, 1e200, 0.0), None),
    ],
)
def test_the_plane_comes_from_the_normal(orientation: tuple[float, ...], plane: Plane | None) -> None:
    assert plane_of(orientation) is plane


def test_position_along_the_normal() -> None:
    assert position_along_normal((5, 6, 7), AXIAL) == 7
    assert position_along_normal((5, 6, 7), CORONAL) == 6
    assert position_along_normal((5, 6, 7), SAGITTAL) == -5
    with pytest.raises(ValueError, match="no usable"):
        position_along_normal((5, 6), AXIAL)
    with pytest.raises(ValueError, match="no usable"):
        position_along_normal((5, 6, 7), ())


@pytest.mark.parametrize(
    ("headers", "order"),
    [
        ([], []),
        ([image(7, 0)], [0]),
        ([image(1, 30), image(2, 10), image(3, 20)], [0, 2, 1]),  # falls with the number: from the head down
        ([image(3, 30), image(1, 10), image(2, 20)], [1, 2, 0]),
        ([image(None, 30), image(None, 10), image(None, 20)], [1, 2, 0]),  # no numbers: along the normal
        ([image(1, 0), image(2, 5), image(3, 0), image(4, 5)], [0, 2, 1, 3]),  # time points of a place together
        ([image(2, 5), image(1, 5)], [1, 0]),  # all in one place
        ([image(2, 0), image(3, 5, CORONAL), image(1, 9, SAGITTAL)], [2, 0, 1]),  # a scout: no common orientation
        ([image(2, 0, ()), image(1, 5, ())], [1, 0]),
        ([image(None, 0, ()), image(4, 5, ())], [1, 0]),
        ([image(1, 0, (), "120002"), image(1, 0, (), "120001")], [1, 0]),
        ([image(1, math.nan), image(2, 0)], [0, 1]),
    ],
)
def test_display_order(headers: list[Header], order: list[int]) -> None:
    assert display_order(headers) == order


def test_slices_go_along_their_normal_not_by_their_unreliable_numbers() -> None:
    shuffled = [image(number, z) for number, z in ((1, 0.0), (3, 2.5), (2, 5.0), (4, 7.5))]
    assert [shuffled[index].image_position[2] for index in display_order(shuffled)] == [0, 2.5, 5, 7.5]


def test_geometry_brings_no_heavy_module_along() -> None:
    heavy = "{'numpy', 'pydicom', 'imagecodecs', 'PIL'}"
    code = f"import sys, fileroom.pixels.geometry; print(sorted({heavy} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
