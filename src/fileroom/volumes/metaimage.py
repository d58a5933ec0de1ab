"""MetaImage (.mha, .mhd): lines of ``Name = value``, then the values, or the name of the file that has them.

Read here: the one library that reads it wants a path of the disk, reads all of a file at once, and ended the process on
other files of the corpus.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fileroom.model.others import Refusal, Remark
from fileroom.volumes.block import EITHER, Block, unpacked
from fileroom.volumes.refusing import Refused
from fileroom.volumes.volume import Volume, checked_affine, checked_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fileroom.volumes.files import OtherFile

MOST_HEADER = 64 << 10
KINDS: Final = {
    "MET_CHAR": "i1",
    "MET_UCHAR": "u1",
    "MET_SHORT": "i2",
    "MET_USHORT": "u2",
    "MET_INT": "i4",
    "MET_UINT": "u4",
    "MET_LONG": "i4",  # of 32-bit systems, where the format was made
    "MET_ULONG": "u4",
    "MET_LONG_LONG": "i8",
    "MET_ULONG_LONG": "u8",
    "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}
SPATIAL = 3
COLOUR = 3
_LINE = re.compile(rb"([^=\r\n]+?)[ \t]*=[ \t]*([^\r\n]*)\r?\n")


def read(file: OtherFile) -> tuple[Volume, ...] | None:
    """The image, or None when this is not one of these."""
    head = file.read_at(0, MOST_HEADER)
    found = _fields(head)
    if found is None:
        return None
    fields, behind = found
    try:
        kind = np.dtype(KINDS[fields["ElementType"].removesuffix("_ARRAY")])
        lengths = [int(length) for length in fields["DimSize"].split()]
        samples = int(fields.get("ElementNumberOfChannels", "1"))
    except (KeyError, ValueError) as error:
        raise Refused(Refusal.UNSUPPORTED, fields.get("ElementType", "")[:40]) from error
    if len(lengths) != _number(fields, "NDims", len(lengths)):
        raise Refused(Refusal.SIZE_LIES)
    if samples not in {1, COLOUR, COLOUR + 1}:
        raise Refused(Refusal.UNSUPPORTED, f"{samples} channels")
    if _true(fields, "BinaryDataByteOrderMSB", "ElementByteOrderMSB"):
        kind = kind.newbyteorder(">")
    shape = checked_shape(lengths, kind, samples)
    affine, remarks = _geometry(fields, len(lengths))
    remarks += [Remark.ALPHA_LEFT_OUT] * (samples > COLOUR) + [Remark.MORE_AXES] * (len(lengths) > SPATIAL + 1)
    data, offset = _data(file, fields, behind, kind, shape, samples)
    return (
        Volume(
            name=file.name,
            format="MetaImage",
            shape=shape,
            dtype=kind,
            samples=samples,
            values=Block(data, offset, kind, shape, samples).must_fit(),
            affine=affine,
            transform="none" if Remark.NO_ORIENTATION in remarks else "header",
            oriented=Remark.NO_ORIENTATION not in remarks,
            spaced=Remark.NO_SPACING not in remarks,
            remarks=tuple(remarks),
        ),
    )


def _fields(head: bytes) -> tuple[dict[str, str], int] | None:
    """The lines up to the one that names the data, which is the last; None when this is another kind of file."""
    fields: dict[str, str] = {}
    at = 0
    while line := _LINE.match(head, at):
        name = line[1].decode("latin-1").strip()
        fields[name] = line[2].decode("utf-8", "replace").strip()
        at = line.end()
        if name == "ElementDataFile":
            return (fields, at) if "NDims" in fields and "DimSize" in fields else None
    return None


def _number(fields: dict[str, str], name: str, default: int) -> int:
    try:
        return int(fields.get(name, default))
    except ValueError as error:
        raise Refused(Refusal.DAMAGED, name) from error


def _true(fields: dict[str, str], *names: str) -> bool:
    return any(fields.get(name, "").lower() in {"true", "1", "t"} for name in names)


def _floats(fields: dict[str, str], *names: str) -> list[float] | None:
    given = next((fields[name] for name in names if name in fields), None)
    try:
        return None if given is None else [float(number) for number in given.split()]
    except ValueError as error:
        raise Refused(Refusal.BAD_GEOMETRY) from error


def _geometry(fields: dict[str, str], count: int) -> tuple[NDArray[np.float64], list[Remark]]:
    """As ITK reads it: the rows of the matrix are the directions of the axes, in left, back and head (LPS)."""
    remarks = []
    steps = _floats(fields, "ElementSpacing", "ElementSize")
    if steps is None:
        remarks.append(Remark.NO_SPACING)
    steps = [*(steps or []), *[1.0] * SPATIAL][: max(count, SPATIAL)]
    matrix = _floats(fields, "TransformMatrix", "Rotation", "Orientation")
    origin = _floats(fields, "Offset", "Origin", "Position") or [0.0] * count
    if matrix is None or count < SPATIAL:
        remarks.append(Remark.NO_ORIENTATION)
    turn = np.eye(max(count, SPATIAL))
    if matrix is not None:
        if len(matrix) != count * count or len(origin) != count:
            raise Refused(Refusal.BAD_GEOMETRY)
        turn[:count, :count] = np.array(matrix).reshape(count, count).T
    affine = np.eye(4)
    affine[:SPATIAL, :SPATIAL] = turn[:SPATIAL, :SPATIAL] * np.abs(steps[:SPATIAL])
    affine[: min(count, SPATIAL), SPATIAL] = origin[:SPATIAL]
    return checked_affine(affine), remarks


def _data(
    file: OtherFile,
    fields: dict[str, str],
    behind: int,
    kind: np.dtype[Any],
    shape: tuple[int, int, int, int],
    samples: int,
) -> tuple[OtherFile, int]:
    named = fields["ElementDataFile"]
    data, offset = file, behind
    if named.upper() != "LOCAL":
        if named.startswith("LIST") or "%" in named:
            raise Refused(Refusal.UNSUPPORTED, "one file for each slice")
        found = file.beside(named)
        if found is None:
            raise Refused(Refusal.PART_MISSING, named[:100])
        data, offset = found, 0
    if not _true(fields, "BinaryData") and "BinaryData" in fields:
        raise Refused(Refusal.UNSUPPORTED, "values that are written out")
    if _true(fields, "CompressedData"):
        return unpacked(data, offset, EITHER), 0
    skip = _number(fields, "HeaderSize", 0)
    if skip < 0:  # as much from the end as the values take
        need = shape[0] * shape[1] * shape[2] * shape[3] * samples * kind.itemsize
        offset = data.size - need
    else:
        offset += skip
    if offset < 0:
        raise Refused(Refusal.ENDS_EARLY)
    return data, offset
