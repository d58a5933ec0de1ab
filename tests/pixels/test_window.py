from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fileroom.pixels.window import (
    LINEAR_EXACT,
    SIGMOID,
    Palette,
    Window,
    automatic_window,
    coloured,
    eight_bits,
    grey,
    inverted,
    modality_values,
)


def by_the_book(x: float, center: float, width: float) -> float:
    """The pseudo-code of PS3.3 C.11.2.1.2.1 for an output from 0 to 255."""
    if x <= center - 0.5 - (width - 1) / 2:
        return 0
    if x > center - 0.5 + (width - 1) / 2:
        return 255
    return ((x - (center - 0.5)) / (width - 1) + 0.5) * 255


@pytest.mark.parametrize("window", [(40, 400), (0, 1), (0, 2), (-600, 1500), (2048, 4096), (127.5, 255), (10.25, 3.5)])
def test_the_linear_window_is_that_of_the_book(window: tuple[float, float]) -> None:
    values = np.arange(-1100, 3100, dtype=np.float32)
    expected = np.array([by_the_book(float(x), *window) for x in values])
    assert np.abs(grey(values, Window(*window)) - expected).max() <= 0.51


def test_the_three_kinds_of_window() -> None:
    values = np.array([-100, 0, 50, 100, 200], np.float32)
    assert grey(values, Window(50, 100, LINEAR_EXACT)).tolist() == [0, 0, 128, 255, 255]
    assert grey(values, Window(50, 101)).tolist() == [0, 1, 129, 255, 255]  # ends at 49.5 - 50 and 49.5 + 50
    assert grey(values, Window(50, 100, SIGMOID)).tolist() == [1, 30, 128, 225, 254]


def test_windows_that_cannot_be_are_thresholds() -> None:
    values = np.array([-1, 0, 1], np.float32)
    for width in (1, 0, -5):
        assert grey(values, Window(0.5, width)).tolist() == [0, 0, 255]
    assert grey(values, Window(0, 0, SIGMOID)).tolist() == [0, 128, 255]


def test_rescale() -> None:
    stored = np.array([[0, 1024, 2048]], np.uint16)
    assert modality_values(stored, 1.0, -1024.0).tolist() == [[-1024, 0, 1024]]
    assert modality_values(stored, 0.5, None).tolist() == [[0, 512, 1024]]
    assert modality_values(stored, None, None).tolist() == [[0, 1024, 2048]]
    assert modality_values(stored, 0.0, 3.0).tolist() == [[3, 1027, 2051]]  # a slope of zero would wipe the picture
    assert modality_values(np.array([np.nan, np.inf, 2.0], np.float32), None, None).tolist() == [0, 0, 2]


def test_an_automatic_window_shows_the_picture_and_not_the_air_around_it() -> None:
    values = np.zeros((100, 100), np.float32)
    values[30:70, 30:70] = np.linspace(500, 900, 1600).reshape(40, 40)
    window = automatic_window(values)
    assert 495 < window.center - window.width / 2 < 510
    assert 890 < window.center + window.width / 2 < 905


@pytest.mark.parametrize(
    ("values", "shown"), [([0, 0, 0], [0, 0, 0]), ([0, 1, 1], [0, 255, 255]), ([5, 5, 5], [0, 0, 0])]
)
def test_an_automatic_window_of_masks_and_blanks(values: list[float], shown: list[int]) -> None:
    array = np.array(values, np.float32)
    assert grey(array, automatic_window(array)).tolist() == shown


def test_inverted() -> None:
    assert inverted(np.array([0, 1, 255], np.uint8)).tolist() == [255, 254, 0]


def test_a_palette_ends_where_it_ends() -> None:
    palette = Palette(-1, np.array([[1, 1, 1], [2, 2, 2], [3, 3, 3]], np.uint8))
    indices = np.array([[-5, -1, 0, 1, 200]], np.int16)
    assert coloured(indices, palette)[..., 0].tolist() == [[1, 1, 2, 3, 3]]


@pytest.mark.parametrize(
    ("kind", "bits", "value", "shown"),
    [("u1", 8, 255, 255), ("u2", 16, 65535, 255), ("u2", 12, 2048, 128), ("u4", 32, 1 << 31, 128), ("u1", 4, 15, 240)],
)
def test_colour_of_any_depth_as_bytes(kind: str, bits: int, value: int, shown: int) -> None:
    samples: Any = np.full((1, 1, 3), value, kind)
    assert eight_bits(samples, bits).tolist() == [[[shown] * 3]]
