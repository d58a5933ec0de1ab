"""Pixel truth: the picture that is made of each real image against one by the formulas of the standard.

``make truth`` prints a row for each: share of pixels within one grey level, largest difference, how it is shown, name.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from fileroom.dicom.reading import read_header
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


# Files that pydicom cannot read as they are: their first frame is that of another file, which it can.
GOOD = "derived/broken/00-good.dcm"
ALIKE = {
    **dict.fromkeys(PYDICOM_REFUSES, GOOD),
    # it loses what describes the image
    "dicom/pydicom-data/emri_small_jpeg_2k_lossless_too_short.dcm": "dicom/pydicom-data/emri_small.dcm",
    # single bits in RLE
    "dicom/pydicom-data/liver_nonbyte_aligned_rle.dcm": "dicom/pydicom-data/liver_nonbyte_aligned.dcm",
    "dicom/pydicom-data/liver_rle.dcm": "dicom/pydicom-data/liver.dcm",
}


def truth_of(data: Path, name: str, header: Header, number: int = 1) -> tuple[Path, Header, NDArray[Any] | None]:
    """The file to take the truth from; what stands in it; and the samples of a frame, where they are held elsewhere."""
    path = data / ALIKE.get(name, name)
    told = read_header(str(path)).header if name in ALIKE else header
    assert told is not None
    stored = None if told.transfer_syntax_uid in READ_HERE else decoded_frame(path, told, number)
    return path, told, stored


def chosen(values: NDArray[Any]) -> tuple[float, float, str]:
    found = automatic_window(values.astype(np.float32))
    return found.center, found.width, found.function


def compared(data: Path, name: str, header: Header) -> tuple[str, float, float]:
    """How the first frame is shown, the share of samples within one grey level of the truth, the largest difference."""
    path = data / name
    picture = picture_of(decoded_frame(path, header, 1), path, header)
    truth, told, stored = truth_of(data, name, header)
    how, expected = reference_picture(truth, told, chosen, stored)
    apart = np.abs(picture.astype(float) - expected)
    return how, float(np.mean(apart <= 1)), float(apart.max())


def test_what_is_shown_is_what_the_standard_says(shared_data: Path) -> None:
    wrong, seen = [], Counter[str]()
    for name, header in real_files(shared_data):
        if name in NOT_DECODED:
            continue
        how, share, most = compared(shared_data, name, header)
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
