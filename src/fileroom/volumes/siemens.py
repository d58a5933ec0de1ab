"""Raw images of Siemens consoles (Numaris 3: Magnetom Vision and its kin): a header of 6144 bytes, big endian, then one
picture of 16 bits a pixel.

The maker never published the layout: taken is only what several programs that read it say alike. Where they differ
(which of two pixel sizes is whose, how a mosaic is cut), nothing is stated instead of one of the two.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import numpy as np

from fileroom.model.others import Remark
from fileroom.volumes.block import Block
from fileroom.volumes.volume import Volume, checked_affine, checked_shape, from_diagonal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fileroom.volumes.files import OtherFile

HEADER: Final = 6144
KIND: Final = np.dtype(">i2")
MAKER: Final = b"SIEMENS"
MAKER_AT, THICKNESS_AT, MATRIX_AT, CENTRE_AT, NORMAL_AT, ROW_AT, COLUMN_AT, LENGTHS_AT, PIXEL_AT = (
    96, 1544, 2864, 3768, 3792, 3832, 3856, 4994, 5000,
)  # fmt: skip
TO_LPS: Final = np.array([1.0, -1.0, -1.0])  # its axes grow to the left, the front and the feet
SMALLEST, LARGEST = 1e-3, 1e3  # mm: of a pixel or a slice
FARTHEST: Final = 1e4  # mm: a picture from the magnet's middle
CLOSE: Final = 1e-3


def read(file: OtherFile) -> tuple[Volume, ...] | None:
    """The image, or None when this is not one of these: the maker's name, and a size that is the header's."""
    if file.size <= HEADER:
        return None
    head = file.read_at(0, HEADER)
    if len(head) < HEADER or not head.startswith(MAKER, MAKER_AT):
        return None
    rows, columns = struct.unpack_from(">2H", head, LENGTHS_AT)
    if not rows * columns or file.size != HEADER + rows * columns * KIND.itemsize:
        return None
    shape = checked_shape((columns, rows), KIND)
    steps = _steps(head) if _is_one_picture(head, rows, columns) else None
    affine = None if steps is None else _affine(head, steps, columns, rows)
    missing = ((affine, Remark.NO_ORIENTATION), (steps, Remark.NO_SPACING))
    return (
        Volume(
            name=file.name,
            format="Siemens Numaris 3",
            shape=shape,
            dtype=KIND,
            values=Block(file, HEADER, KIND, shape).must_fit(),
            affine=from_diagonal((1.0, 1.0, 1.0) if steps is None else steps) if affine is None else affine,
            transform="none" if affine is None else "header",
            oriented=affine is not None,
            spaced=steps is not None,
            remarks=(Remark.UNPROVEN_LAYOUT, *(remark for found, remark in missing if found is None)),
        ),
    )


def _is_one_picture(head: bytes, rows: int, columns: int) -> bool:
    """A mosaic is larger than the matrix that was measured: its sizes and place are not those of any slice in it."""
    (measured,) = struct.unpack_from(">I", head, MATRIX_AT)
    return rows == columns and measured == rows


def _steps(head: bytes) -> tuple[float, float, float] | None:
    """Millimetres across, down and through. None when one is no length, or the pixels are not square."""
    one, other = struct.unpack_from(">2d", head, PIXEL_AT)
    (through,) = struct.unpack_from(">d", head, THICKNESS_AT)
    if not all(SMALLEST <= step <= LARGEST for step in (one, other, through)) or abs(one - other) > CLOSE * one:
        return None  # NaN is within no bounds
    return one, other, through


def _affine(head: bytes, steps: tuple[float, float, float], columns: int, rows: int) -> NDArray[np.float64] | None:
    """From indices to the patient. None unless there are three directions at right angles and a place that can be."""
    found = [np.array(struct.unpack_from(">3d", head, at)) for at in (ROW_AT, COLUMN_AT, NORMAL_AT, CENTRE_AT)]
    if not np.isfinite(found).all() or np.abs(found).max() > FARTHEST:
        return None
    across, down, through, centre = (one * TO_LPS for one in found)
    axes = np.column_stack((across, down, through))
    if np.abs(axes.T @ axes - np.eye(3)).max() > CLOSE:
        return None
    affine = np.eye(4)
    affine[:3, :3] = axes * steps
    # the middle of the picture, not of its first pixel
    affine[:3, 3] = centre - affine[:3, :3] @ ((columns - 1) / 2, (rows - 1) / 2, 0)
    return checked_affine(affine)
