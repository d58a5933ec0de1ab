from __future__ import annotations

import io
import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from fileroom.errors import Undecodable
from fileroom.pixels.palettes import read_palette
from fileroom.pixels.thumbnail import thumbnail
from tests.pixels.files import header_of, planted
from tests.world import instance

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def shown(data: bytes | None) -> NDArray[np.uint8]:
    assert data is not None
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format == "JPEG"
        return np.asarray(picture)


def steps(*values: int, size: int = 32) -> dict[str, Any]:
    """A square of vertical bars of 16-bit values."""
    row = np.repeat(np.array(values, "<u2"), size // len(values))
    return {"rows": size, "columns": size, "pixels": np.tile(row, (size, 1)).tobytes()}


def bars(picture: NDArray[np.uint8], count: int) -> list[int]:
    """The middle value of each bar."""
    height, width = picture.shape[:2]
    return [int(picture[height // 2, width * (2 * bar + 1) // (2 * count)]) for bar in range(count)]


def test_it_is_shown_through_the_window_of_the_file(tmp_path: Path) -> None:
    values: dict[str, Any] = {"WindowCenter": 40, "WindowWidth": 400, "RescaleSlope": 1, "RescaleIntercept": -1024}
    path, header = planted(tmp_path, instance(**steps(0, 1024 + 40, 1024 + 140, 4000), **values))
    assert np.abs(np.subtract(bars(shown(thumbnail(path, header)), 4), [0, 128, 192, 255])).max() <= 2


@pytest.mark.parametrize(("function", "levels"), [("SIGMOID", [12, 69, 186, 250]), ("LINEAR_EXACT", [0, 64, 191, 255])])
def test_the_window_is_meant_as_the_file_says(tmp_path: Path, function: str, levels: list[int]) -> None:
    values: dict[str, Any] = {"WindowCenter": 300, "WindowWidth": 400, "VOILUTFunction": function}
    path, header = planted(tmp_path, instance(**steps(0, 200, 400, 700), **values))
    assert np.abs(np.subtract(bars(shown(thumbnail(path, header)), 4), levels)).max() <= 2


@pytest.mark.parametrize(
    "window", [{}, {"WindowCenter": 9000, "WindowWidth": 10}, {"WindowCenter": 1, "WindowWidth": 0}]
)
def test_without_a_window_that_shows_anything_it_is_automatic(tmp_path: Path, window: dict[str, Any]) -> None:
    path, header = planted(tmp_path, instance(**steps(100, 200, 300, 400), **window))
    assert np.abs(np.subtract(bars(shown(thumbnail(path, header)), 4), [0, 0, 128, 255])).max() <= 3


def test_monochrome1_is_white_where_it_is_small(tmp_path: Path) -> None:
    path, header = planted(tmp_path, instance(**steps(100, 400), PhotometricInterpretation="MONOCHROME1"))
    light, dark = bars(shown(thumbnail(path, header)), 2)
    assert light > 250
    assert dark < 5


@pytest.mark.parametrize(
    ("rows", "columns", "spacing", "size"),
    [
        (32, 32, [1, 1], (160, 160)),
        (32, 64, [1, 1], (80, 160)),
        (32, 32, [4, 1], (160, 40)),  # rows far apart: tall
        (32, 32, [1, 4], (40, 160)),
        (1, 500, [1, 1], (1, 160)),
        (32, 32, [1, 0], (160, 160)),
        (32, 32, [1, 5000], (160, 160)),
    ],
)
def test_the_proportions_are_those_of_the_body(
    tmp_path: Path, rows: int, columns: int, spacing: list[float], size: tuple[int, int]
) -> None:
    path, header = planted(
        tmp_path, instance(rows=rows, columns=columns, PixelSpacing=spacing, pixels=bytes(2 * rows * columns))
    )
    assert shown(thumbnail(path, header)).shape == size
    small = thumbnail(path, header, 64)
    assert max(shown(small).shape) == 64


def test_the_middle_frame_stands_for_all_and_the_first_where_it_is_missing(tmp_path: Path) -> None:
    frames = b"".join(steps(*values)["pixels"] for values in ((400, 100), (100, 400), (250, 250)))
    path, header = planted(tmp_path, instance(rows=32, columns=32, NumberOfFrames=3, pixels=frames))
    left, right = bars(shown(thumbnail(path, header)), 2)
    assert left < right
    left, right = bars(shown(thumbnail(path, replace(header, number_of_frames=500))), 2)
    assert left > right


def test_large_frames_are_thinned_out(tmp_path: Path) -> None:
    path, header = planted(tmp_path, instance(**steps(100, 200, 300, 400, size=2000)))
    assert np.abs(np.subtract(bars(shown(thumbnail(path, header)), 4), [0, 0, 128, 255])).max() <= 3


def test_colour_and_palettes(tmp_path: Path) -> None:
    eight: dict[str, Any] = {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7, "rows": 16, "columns": 16}
    red = bytes([250, 10, 20]) * 256
    path, header = planted(
        tmp_path,
        instance(**eight, pixels=red, SamplesPerPixel=3, PhotometricInterpretation="RGB"),
    )
    assert np.abs(shown(thumbnail(path, header))[8, 8].astype(int) - [250, 10, 20]).max() < 12
    table: dict[str, Any] = {
        f"{name}PaletteColorLookupTable{what}": value
        for name, entries in (("Red", (0, 250)), ("Green", (0, 10)), ("Blue", (0, 20)))
        for what, value in (
            ("Descriptor", [2, 6, 16]),
            ("Data", struct.pack("<2H", *(entry * 257 for entry in entries))),
        )
    }
    path, header = planted(
        tmp_path,
        instance(**eight, pixels=bytes([7]) * 256, PhotometricInterpretation="PALETTE COLOR", **table),
    )
    palette = read_palette(path, header)
    assert (palette.first, palette.colours.tolist()) == (6, [[0, 0, 0], [250, 10, 20]])
    assert np.abs(shown(thumbnail(path, header))[8, 8].astype(int) - [250, 10, 20]).max() < 12


def test_there_is_nothing_to_show_without_pixels_and_nothing_that_could_be_damaged(tmp_path: Path) -> None:
    path, header = planted(tmp_path, instance(rows=0))
    assert thumbnail(path, header) is None
    path, header = planted(tmp_path, instance(pixels=b"\0\0"))
    with pytest.raises(Undecodable):
        thumbnail(path, header)
    path, header = planted(tmp_path, instance(PhotometricInterpretation="PALETTE COLOR"))
    with pytest.raises(Undecodable, match="palette"):
        thumbnail(path, header)


def test_real_palettes_equal_what_pydicom_makes(shared_data: Path) -> None:
    from pydicom import dcmread
    from pydicom.pixels.processing import apply_color_lut

    from fileroom.dicom.quiet import quiet_pydicom
    from fileroom.pixels.frames import decoded_frame
    from fileroom.pixels.window import coloured

    for name in (
        "cornerstone3D/TestPattern_Palette.dcm",
        "cornerstone3D/TestPattern_Palette_16.dcm",
        "pydicom/examples_palette.dcm",
        "pydicom-data/OT-PAL-8-face.dcm",
        "pydicom-data/OBXXXX1A_rle.dcm",
    ):
        path = shared_data / "dicom" / name
        header = header_of(path)
        indices = decoded_frame(path, header, 1)
        with quiet_pydicom():
            expected = apply_color_lut(indices, dcmread(path, force=True))
        if expected.dtype.itemsize > 1:
            expected = expected >> 8
        assert np.array_equal(coloured(indices, read_palette(path, header)), expected), name
