"""MGH and MGZ (FreeSurfer): nibabel reads the header, the values are a block behind it, big endian."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fileroom.model.others import Refusal, Remark
from fileroom.volumes.block import Block, unpacked
from fileroom.volumes.refusing import Refused
from fileroom.volumes.volume import RAS_TO_LPS, Volume, checked_affine, checked_shape

if TYPE_CHECKING:
    from fileroom.volumes.files import OtherFile

NAMES: Final = (".mgh", ".mgz", ".mgh.gz")
HEADER = 284
VERSION = b"\0\0\0\1"


def read(file: OtherFile) -> tuple[Volume, ...] | None:
    """The image, or None when this is not one of these."""
    if not file.name.lower().endswith(NAMES):
        return None
    data = unpacked(file)
    head = data.read_at(0, HEADER)
    if len(head) < HEADER or not head.startswith(VERSION):
        raise Refused(Refusal.DAMAGED)
    header = _header(head)
    lengths = [int(length) for length in header["dims"]]
    try:
        kind: np.dtype[Any] = header.get_data_dtype()
    except Exception as error:
        raise Refused(Refusal.UNSUPPORTED, f"type {int(header['type'])}") from error
    shape = checked_shape(lengths, kind)
    oriented = int(header["goodRASFlag"]) == 1
    step = float(header["tr"]) if np.isfinite(header["tr"]) else 0.0
    return (
        Volume(
            name=file.name,
            format="MGH",
            shape=shape,
            dtype=kind,
            values=Block(data, HEADER, kind, shape).must_fit(),
            affine=checked_affine(RAS_TO_LPS @ header.get_affine()),
            transform="header" if oriented else "none",
            oriented=oriented,
            step_ms=step if shape[3] > 1 and step > 0 else None,
            remarks=() if oriented else (Remark.NO_ORIENTATION,),
        ),
    )


def _header(head: bytes) -> Any:
    from nibabel.freesurfer.mghformat import MGHHeader

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return MGHHeader.from_fileobj(BytesIO(head))
    except Exception as error:
        raise Refused(Refusal.DAMAGED) from error
