"""NumPy's .npy, and .npz with several of them. Objects (pickles) are never loaded: they are programs."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from fileroom.model.others import Refusal, Remark
from fileroom.volumes.grid import Grid
from fileroom.volumes.packed import members
from fileroom.volumes.refusing import Refused
from fileroom.volumes.volume import Volume, checked_shape

if TYPE_CHECKING:
    from fileroom.volumes.files import OtherFile

MAGIC = b"\x93NUMPY"
MOST_HEADER = 64 << 10
COLOURS = {3, 4}
PLANE = 2


def read(file: OtherFile) -> tuple[Volume, ...] | None:
    """The arrays, or None when this is not one of these."""
    if file.read_at(0, len(MAGIC)) == MAGIC:
        return (_array(file, file.name),)
    if not file.name.lower().endswith(".npz"):
        return None
    found = [_array(member, f"{file.name}: {member.name.removesuffix('.npy')}") for member in members(file)]
    if not found:
        raise Refused(Refusal.NO_IMAGE)
    return tuple(found)


def _array(file: OtherFile, name: str) -> Volume:
    head = BytesIO(file.read_at(0, MOST_HEADER))
    try:
        version = np.lib.format.read_magic(head)
        reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        lengths, by_columns, kind = reader(head)
    except ValueError as error:
        raise Refused(Refusal.DAMAGED) from error
    if kind.hasobject or kind.kind not in "biufc":
        raise Refused(Refusal.UNSUPPORTED, str(kind))
    if kind.kind == "b":
        kind = np.dtype(np.uint8)
    if len(lengths) < PLANE:
        raise Refused(Refusal.NO_IMAGE, f"{len(lengths)} axes")
    return _volume(file, name, (lengths, by_columns, kind), head.tell())


def _volume(file: OtherFile, name: str, form: tuple[tuple[int, ...], bool, np.dtype[Any]], offset: int) -> Volume:
    lengths, by_columns, kind = form
    colour = len(lengths) > PLANE and lengths[-1] in COLOURS and kind == np.uint8
    order = _order(len(lengths), colour=colour)
    samples = lengths[-1] if colour else 1
    named = {one: lengths[order.index(one)] for one in "crs" if one in order}
    times = [length for length, one in zip(lengths, order, strict=True) if one == "t"]
    shape = checked_shape([named["c"], named["r"], named.get("s", 1), *times], kind, samples)
    remarks = [Remark.AXES_ASSUMED, Remark.NO_ORIENTATION, Remark.NO_SPACING]
    remarks += [Remark.MORE_AXES] * (len(times) > 1) + [Remark.COMPLEX] * (kind.kind == "c")
    lengths, order = (lengths, order) if by_columns else (lengths[::-1], order[::-1])
    return Volume(
        name=name,
        format="NumPy",
        shape=shape,
        dtype=kind,
        samples=samples,
        values=Grid(file, offset, kind, lengths, order),
        affine=np.eye(4),
        transform="none",
        oriented=False,
        spaced=False,
        remarks=tuple(remarks + [Remark.ALPHA_LEFT_OUT] * (samples == max(COLOURS))),
    )


def _order(count: int, *, colour: bool) -> str:
    """As programs index images: … time, slice, row, column, and then colour."""
    spatial = count - colour
    return ("t" * spatial + "src")[-spatial:] + "v" * colour
