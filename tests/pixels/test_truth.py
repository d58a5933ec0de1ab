"""Pixel truth: the picture that is made of each real image against one by the formulas of the standard.

``make truth`` prints a row for each: share of pixels within one grey level, largest difference, how it is shown, name.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from fileroom.pixels.frames import NATIVE, decoded_frame
from fileroom.pixels.thumbnail import picture_of
from fileroom.pixels.window import automatic_window
from tests.pixels.reference import reference_picture, window
from tests.pixels.test_exactness import NOT_DECODED, PYDICOM_REFUSES, real_files

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from fileroom.model.headers import Header

ENOUGH = 0.999
READ_HERE = {*NATIVE, "1.2.840.10008.1.2.5"}  # others are held against other decoders in test_exactness


# Rows of the table that pydicom cannot give: why.
NOT_HERE = {
    "dicom/pydicom-data/emri_small_jpeg_2k_lossless_too_short.dcm": "pydicom loses what describes the image",
    "dicom/pydicom-data/liver_nonbyte_aligned_rle.dcm": "single bits in RLE are not decoded",
    "dicom/pydicom-data/liver_rle.dcm": "single bits in RLE are not decoded",
}
LEFT_OUT = {*NOT_DECODED, *PYDICOM_REFUSES, *NOT_HERE}


def chosen(values: NDArray[Any]) -> tuple[float, float, str]:
    found = automatic_window(values.astype(np.float32))
    return found.center, found.width, found.function


def compared(path: Path, header: Header) -> tuple[str, float, float]:
    """How the first frame is shown, the share of samples within one grey level of the truth, the largest difference."""
    frame = decoded_frame(path, header, 1)
    picture = picture_of(frame, path, header)
    stored = frame if header.transfer_syntax_uid not in READ_HERE else None
    how, expected = reference_picture(path, header, chosen, stored)
    apart = np.abs(picture.astype(float) - expected)
    return how, float(np.mean(apart <= 1)), float(apart.max())


def test_what_is_shown_is_what_the_standard_says(shared_data: Path) -> None:
    wrong, seen = [], Counter[str]()
    for name, header in real_files(shared_data):
        if name in LEFT_OUT:
            continue
        how, share, most = compared(shared_data / name, header)
        sys.stdout.write(f"{share:9.4%} {most:6.1f}  {how:9}  {name}\n")
        seen[how] += 1
        if share < ENOUGH:
            wrong.append((name, how, share))
    sys.stdout.write(f"{dict(seen)}\n")
    assert wrong == []
    assert {"linear", "automatic", "table", "palette", "colour"} <= set(seen)


def test_the_reference_itself_is_right() -> None:
    """The example of PS3.3 C.11.2.1.2.1, c = 2048 and w = 4096, and the ends of the others."""
    values = np.array([-1.0, 0.0, 2047.5, 4095.0, 5000.0])
    assert window(values, 2048, 4096, "LINEAR").tolist() == [0, 0, 127.5, 255, 255]
    assert window(values, 2047.5, 4095, "LINEAR_EXACT").tolist() == [0, 0, 127.5, 255, 255]
    assert window(values, 2047.5, 100, "SIGMOID").tolist()[2] == 127.5
