"""Raw images of Siemens consoles. No original file was to be had: these are made to the layout others read."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fileroom.model.others import Refusal, Remark
from fileroom.volumes.gathering import gather_all
from fileroom.volumes.reading import read_path
from fileroom.volumes.refusing import Refused

if TYPE_CHECKING:
    from pathlib import Path

PIXELS = np.arange(16, dtype=np.int16).reshape(4, 4)  # by rows
NOTHING_KNOWN = (Remark.UNPROVEN_LAYOUT, Remark.NO_ORIENTATION, Remark.NO_SPACING)
FIELDS: dict[int, tuple[Any, ...]] = {
    96: (">7s", b"SIEMENS"),
    768: (">9s", b"DOE^JANE "),
    1544: (">d", 5.0),
    2864: (">I", 4),
    3768: (">3d", 10.0, 20.0, 30.0),  # the middle: left, front, feet
    3792: (">3d", 0.0, 0.0, -1.0),
    3832: (">3d", 1.0, 0.0, 0.0),
    3856: (">3d", 0.0, -1.0, 0.0),
    4994: (">2H", 4, 4),
    5000: (">2d", 2.0, 2.0),
}


def raw(changed: dict[int, tuple[Any, ...]] | None = None) -> bytes:
    head = bytearray(6144)
    for at, (form, *values) in (FIELDS | (changed or {})).items():
        struct.pack_into(form, head, at, *values)
    return bytes(head) + PIXELS.astype(">i2").tobytes()


def opened(folder: Path, changed: dict[int, tuple[Any, ...]] | None = None, name: str = "a.ima") -> Any:
    (folder / name).write_bytes(raw(changed))
    (volume,) = read_path(str(folder / name))
    return volume


@pytest.mark.parametrize("name", ["a.ima", "17-3-1"])
def test_values_sizes_and_place(tmp_path: Path, name: str) -> None:
    """A transverse slice: columns to the left, rows to the back; its middle is 10 left, 20 front, 30 to the feet."""
    volume = opened(tmp_path, name=name)
    assert np.array_equal(volume.stored()[:, :, 0, 0], PIXELS.T)
    assert volume.format == "Siemens Numaris 3"
    assert volume.spacing == (2, 2, 5)
    assert (volume.orientation, volume.remarks) == ("LPH", (Remark.UNPROVEN_LAYOUT,))
    assert np.allclose(volume.affine @ (1.5, 1.5, 0, 1), (10, -20, -30, 1))
    assert np.allclose(volume.affine[:3, 3], (7, -23, -30))


def test_a_sagittal_one_leads_to_the_back_and_the_feet(tmp_path: Path) -> None:
    changed = {3832: (">3d", 0.0, -1.0, 0.0), 3856: (">3d", 0.0, 0.0, 1.0), 3792: (">3d", 1.0, 0.0, 0.0)}
    assert opened(tmp_path, changed).orientation == "PFL"


def test_it_is_looked_at_as_others_are_and_names_no_patient(tmp_path: Path) -> None:
    from io import BytesIO

    from pydicom import dcmread

    (tmp_path / "a.ima").write_bytes(raw())
    files, told = gather_all([str(tmp_path / "a.ima")], {})
    assert [image.format for image in told.images] == ["Siemens Numaris 3"]
    assert "DOE" not in str(told)
    (file,) = files.values()
    shown = dcmread(BytesIO(file if isinstance(file, bytes) else file.read_at(0, file.size)))
    assert np.array_equal(shown.pixel_array, PIXELS)
    assert [float(value) for value in shown.ImagePositionPatient] == [7, -23, -30]
    assert "DOE" not in str(shown)


@pytest.mark.parametrize(
    "changed",
    [
        {3832: (">3d", float("nan"), 0.0, 0.0)},
        {3832: (">3d", 1.0, 1.0, 0.0)},
        {3832: (">3d", 0.0, 0.0, 0.0)},
        {3792: (">3d", 1.0, 0.0, 0.0)},
        {3768: (">3d", float("inf"), 0.0, 0.0)},
        {3768: (">3d", 1e300, 0.0, 0.0)},
        {3832: (">3d", 1e300, 1e300, 0.0)},
    ],
)
def test_directions_that_are_none_are_not_guessed(tmp_path: Path, changed: dict[int, tuple[Any, ...]]) -> None:
    volume = opened(tmp_path, changed)
    assert (volume.orientation, volume.remarks) == ("", (Remark.UNPROVEN_LAYOUT, Remark.NO_ORIENTATION))
    assert volume.spacing == (2, 2, 5)


@pytest.mark.parametrize(
    "changed",
    [
        {5000: (">2d", float("nan"), 2.0)},
        {5000: (">2d", -2.0, -2.0)},
        {5000: (">2d", 2.0, 3.0)},  # programs do not agree which is whose
        {1544: (">d", 0.0)},
        {1544: (">d", 1e300)},
        {2864: (">I", 2)},  # a mosaic of four
        {4994: (">2H", 2, 8)},
    ],
)
def test_sizes_that_are_none_are_not_guessed(tmp_path: Path, changed: dict[int, tuple[Any, ...]]) -> None:
    volume = opened(tmp_path, changed)
    assert (volume.spaced, volume.oriented, volume.remarks) == (False, False, NOTHING_KNOWN)
    assert volume.stored().size == 16


@pytest.mark.parametrize(
    "data",
    [
        raw()[:-1],
        raw() + b"\0",
        raw()[:6144],
        raw()[:100],
        raw({4994: (">2H", 65535, 65535)}),
        raw({4994: (">2H", 0, 0)}),
        raw({4994: (">2H", 4, 5)}),
        raw({96: (">7s", b"NOTHING")}),
    ],
    ids=["cut", "longer", "header only", "cut header", "far too large", "no pixel", "not its size", "no maker"],
)
def test_what_lies_about_its_size_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.ima").write_bytes(data)
    with pytest.raises(Refused) as caught:
        gather_all([str(tmp_path / "a.ima")], {})
    assert caught.value.reason is Refusal.RAW_SIEMENS
