"""GIPL (Guys Image Processing Lab): 256 bytes of header, big endian, then the values."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import numpy as np

from fileroom.model.others import Refusal, Remark
from fileroom.volumes.block import Block, unpacked
from fileroom.volumes.refusing import Refused
from fileroom.volumes.volume import Volume, checked_shape, from_diagonal

if TYPE_CHECKING:
    from fileroom.volumes.files import OtherFile

HEADER = 256
MAGICS: Final = {0xEFFFE9B0, 0x2AE389B8}
MAGIC_AT = 252
KINDS: Final = {7: "i1", 8: "u1", 15: ">i2", 16: ">u2", 31: ">u4", 32: ">i4", 64: ">f4", 65: ">f8"}


def read(file: OtherFile) -> tuple[Volume, ...] | None:
    """The image, or None when this is not one of these."""
    if not file.name.lower().endswith((".gipl", ".gipl.gz")):
        return None
    data = unpacked(file)
    head = data.read_at(0, HEADER)
    if len(head) < HEADER or struct.unpack(">I", head[MAGIC_AT:])[0] not in MAGICS:
        return None
    lengths = [max(1, length) for length in struct.unpack(">4H", head[:8])]
    code = struct.unpack(">H", head[8:10])[0]
    if code not in KINDS:
        raise Refused(Refusal.UNSUPPORTED, f"type {code}")
    kind = np.dtype(KINDS[code])
    shape = checked_shape(lengths, kind)
    steps = struct.unpack(">3f", head[10:22])
    known = all(step > 0 for step in steps)
    affine = from_diagonal(steps if known else (1.0, 1.0, 1.0))
    origin = np.array(struct.unpack(">3d", head[204:228]))
    if np.isfinite(origin).all():
        affine[:3, 3] = origin
    return (
        Volume(
            name=file.name,
            format="GIPL",
            shape=shape,
            dtype=kind,
            values=Block(data, HEADER, kind, shape).must_fit(),
            affine=affine,
            transform="none",
            oriented=False,
            spaced=known,
            # its matrix is written by few programs and read by none: ITK ignores it as well
            remarks=(Remark.NO_ORIENTATION,) if known else (Remark.NO_ORIENTATION, Remark.NO_SPACING),
        ),
    )
