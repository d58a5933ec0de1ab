"""Whether the slices of a series are all there."""

from __future__ import annotations

import pytest

from fileroom.model.checks import Trouble
from fileroom.pixels.slices import Slice, flaws

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)


def at(*heights: float, numbers: bool = True) -> list[Slice]:
    """Axial slices at these heights, numbered by them where they are whole."""
    return [Slice(round(z) if numbers else None, (-100.0, -100.0, z), AXIAL) for z in heights]


def found(slices: list[Slice]) -> list[tuple[Trouble, dict[str, float]]]:
    return [(flaw.trouble, flaw.values) for flaw in flaws(slices)]


@pytest.mark.parametrize(
    "slices",
    [
        [],
        at(1),
        at(1, 2, 9),  # three scouts
        at(1, 2, 3, 4, 5, 6),
        at(3, 1, 2, 5, 4),  # in any order
        at(0, 2.5, 5.01, 7.49, 10, numbers=False),  # rounded
        at(5, 5, 5, 5, 5),  # a film of one place
        [*at(1, 2, 3, 4), *at(1, 2, 3, 4)],  # two time points
        [*at(1, 2, 3, 4, 9), Slice(6, (0, 0, 0), CORONAL)],  # more than one direction
        [Slice(n, (), ()) for n in (1, 2, 3, 4, 5)],
        [Slice(n, (), ()) for n in (10, 20, 30, 40)],  # numbered by tens
        [Slice(n, (), ()) for n in (1, 5, 6, 17, 40, 41, 99)],  # numbered as it came
        [Slice(1, (), ()) for _ in range(9)],
        [Slice(None, (), ()) for _ in range(9)],
    ],
)
def test_what_says_nothing_against_a_series(slices: list[Slice]) -> None:
    assert found(slices) == []


def test_a_gap() -> None:
    ((trouble, values),) = found(at(1, 2, 3, 6, 7, 8, 9))
    assert trouble is Trouble.GAP
    assert values == {"missing": 2, "slices": 7, "step": 1, "gaps": 1, "position": 3, "image": 3}


def test_two_gaps_without_numbers() -> None:
    ((trouble, values),) = found(at(0, 2.5, 5, 10, 12.5, 15, 17.5, 22.5, 25, numbers=False))
    assert trouble is Trouble.GAP
    assert values == {"missing": 2, "slices": 9, "step": 2.5, "gaps": 2, "position": 5}


def test_a_long_step_that_the_numbers_walk_over_is_no_gap() -> None:
    heights = (0, 5, 10, 15, 25, 30, 35)
    numbered = [Slice(n, (0, 0, z), AXIAL) for n, z in enumerate(heights, 1)]
    assert found(numbered) == [(Trouble.UNEVEN, {"from": 5, "to": 10, "slices": 7})]


def test_uneven_slices() -> None:
    ((trouble, values),) = found(at(0, 1, 2, 3.4, 4.4, 5.4, numbers=False))
    assert (trouble, values) == (Trouble.UNEVEN, {"from": 1, "to": 1.4, "slices": 6})


def test_a_slice_twice() -> None:
    ((trouble, values),) = found([*at(1, 2, 3, 4, 5), *at(3)])
    assert (trouble, values) == (Trouble.SAME_PLACE, {"images": 1, "places": 1, "slices": 5})


def test_a_time_point_that_is_not_whole() -> None:
    ((trouble, values),) = found([*at(1, 2, 3, 4, 5), *at(1, 2, 4, 5)])
    assert (trouble, values) == (Trouble.GAP, {"missing": 1, "slices": 5, "each": 2, "gaps": 1})


def test_numbers_left_out_where_there_are_no_positions() -> None:
    ((trouble, values),) = found([Slice(n, (), ()) for n in (1, 2, 3, 6, 7, 8)])
    assert (trouble, values) == (Trouble.NUMBERS, {"missing": 2, "from": 1, "to": 8, "image": 3})


def test_the_normal_counts_and_not_an_axis() -> None:
    tilted = (1.0, 0.0, 0.0, 0.0, 0.8, 0.6)  # the normal is (0, -0.6, 0.8)
    slices = [Slice(n, (0.0, -3.0 * n, 4.0 * n), tilted) for n in (1, 2, 3, 5, 6)]
    ((trouble, values),) = found(slices)
    assert (trouble, values["step"], values["missing"]) == (Trouble.GAP, 5, 1)
