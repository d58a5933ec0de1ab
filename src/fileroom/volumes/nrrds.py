"""NRRD and NHDR (teem): pynrrd reads the fields of the header; the values lie behind it or in a file beside it."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fileroom.model.others import Label, Refusal, Remark
from fileroom.sources.inflating import STREAMS
from fileroom.volumes.block import BZ2, EITHER, Block, unpacked
from fileroom.volumes.files import InMemory, whole
from fileroom.volumes.grid import Grid
from fileroom.volumes.refusing import Refused
from fileroom.volumes.volume import RAS_TO_LPS, Volume, checked_affine, checked_shape, from_diagonal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fileroom.volumes.files import OtherFile
    from fileroom.volumes.volume import Values

MAGIC = b"NRRD000"
MOST_HEADER = 1 << 20
MOST_TEXT = 64 << 20
RAW, TEXT = {"raw"}, {"ascii", "text", "txt"}
PACKED: Final = {"gzip": EITHER, "gz": EITHER, "bzip2": STREAMS[BZ2], "bz2": STREAMS[BZ2]}
# Where the axes of a space lead, as a transform to ours (teem's nrrdSpace…).
SPACES: Final = {
    "left-posterior-superior": np.eye(4),
    "right-anterior-superior": RAS_TO_LPS,
    "left-anterior-superior": np.diag([1.0, -1.0, 1.0, 1.0]),
}
SHORT: Final = {"lps": "left-posterior-superior", "ras": "right-anterior-superior", "las": "left-anterior-superior"}
COLOURS: Final = {"rgb-color": 3, "rgba-color": 4, "3-color": 3, "4-color": 4}
SPATIAL = 3
FIRST_SEGMENT = "Segment0_"  # how 3D Slicer names what it says of the first of its segments
MOST_SEGMENTS = 4096
MOST_NAME = 200
WHITE = 255


def read(file: OtherFile) -> tuple[Volume, ...] | None:
    """The image, or None when this is not one of these."""
    if file.read_at(0, len(MAGIC)) != MAGIC:
        return None
    header, behind = _header(file)
    kind = _kind(header)
    lengths = [int(length) for length in header["sizes"]]
    order = _order(header, lengths)
    samples = lengths[order.index("v")] if "v" in order else 1
    spatial = [lengths[order.index(one)] for one in "crs" if one in order]
    times = [length for length, one in zip(lengths, order, strict=True) if one == "t"]
    shape = checked_shape([*spatial, *[1] * (SPATIAL - len(spatial)), *times], kind, samples)
    affine, transform, remarks = _geometry(header, order)
    if len(times) > 1:
        remarks.append(Remark.MORE_AXES)
    if samples > SPATIAL:
        remarks.append(Remark.ALPHA_LEFT_OUT)
    return (
        Volume(
            name=file.name,
            format="NRRD",
            shape=shape,
            dtype=kind,
            samples=samples,
            values=_values(file, header, behind, (kind, lengths, order, shape, samples)),
            affine=affine,
            transform=transform,
            oriented=transform != "none",
            spaced=Remark.NO_SPACING not in remarks,
            labels=any(key.startswith(FIRST_SEGMENT) for key in header),
            named=_named(header),
            unit=str(header.get("sample units", "")),
            remarks=tuple(remarks),
        ),
    )


def _header(file: OtherFile) -> tuple[dict[str, Any], int]:
    """The fields, and where the first byte behind them is."""
    import nrrd

    head = file.read_at(0, MOST_HEADER)
    ends = [end for mark in (b"\n\n", b"\r\n\r\n") if (end := head.find(mark) + len(mark)) >= len(mark)]
    behind = min(ends, default=len(head))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a field that stands twice: the later one counts
            fields = nrrd.read_header(BytesIO(head[:behind]))
    except Exception as error:
        raise Refused(Refusal.DAMAGED) from error
    header = {str(name): value for name, value in fields.items()}
    if any(name not in header for name in ("dimension", "type", "encoding", "sizes")):
        raise Refused(Refusal.DAMAGED)
    if int(header["dimension"]) != len(header["sizes"]):
        raise Refused(Refusal.SIZE_LIES)
    return header, behind


def _named(header: dict[str, Any]) -> tuple[Label, ...]:
    """The segments of 3D Slicer, as far as they say which number they are."""
    found = []
    for number in range(MOST_SEGMENTS):
        begin = f"Segment{number}_"
        if not any(key.startswith(begin) for key in header):
            break
        try:
            value, layer = int(header[f"{begin}LabelValue"]), int(header.get(f"{begin}Layer", 0))
            shades = [round(255 * float(part)) for part in str(header.get(f"{begin}Color", "")).split()]
        except (KeyError, ValueError, OverflowError):
            continue
        in_range = len(shades) == SPATIAL and all(0 <= shade <= WHITE for shade in shades)
        colour = (shades[0], shades[1], shades[2]) if in_range else None
        name = str(header.get(f"{begin}Name", ""))[:MOST_NAME]
        found.append(Label(value=value, layer=layer, name=name, colour=colour))
    return tuple(found)


def _kind(header: dict[str, Any]) -> np.dtype[Any]:
    from nrrd.reader import _determine_datatype as datatype

    try:
        found: np.dtype[Any] = np.dtype(datatype(header))
    except Exception as error:
        raise Refused(Refusal.UNSUPPORTED, str(header["type"])) from error
    if found.kind not in "iuf":
        raise Refused(Refusal.UNSUPPORTED, str(header["type"]))
    return found


def _order(header: dict[str, Any], lengths: list[int]) -> str:
    """What each axis is: see :class:`~fileroom.volumes.grid.Grid`."""
    kinds = [str(one).lower() for one in header.get("kinds") or [""] * len(lengths)]
    directions = header.get("space directions")
    named = iter("crs")
    order = ""
    for axis, length in enumerate(lengths):
        kind = kinds[axis] if axis < len(kinds) else ""
        if COLOURS.get(kind) == length or (kind == "vector" and axis == 0 and length in COLOURS.values()):
            order += "v"
            continue
        placed = directions is None or bool(np.isfinite(np.asarray(directions[axis], dtype=float)).all())
        order += next(named, "t") if placed and kind not in {"list", "vector", "time"} else "t"
    if order.count("v") > 1 or "c" not in order:
        raise Refused(Refusal.UNSUPPORTED, " ".join(kinds))
    return order


def _geometry(header: dict[str, Any], order: str) -> tuple[NDArray[np.float64], str, list[Remark]]:
    axes = [order.index(one) for one in "crs" if one in order]
    directions = header.get("space directions")
    if directions is None:
        steps = np.asarray(header.get("spacings", [np.nan] * len(order)), dtype=float)[axes]
        known = bool(np.isfinite(steps).all())
        remarks = [Remark.NO_ORIENTATION] + [Remark.NO_SPACING] * (not known)
        return from_diagonal(steps if known else [1.0] * len(axes)), "none", remarks
    columns = [np.asarray(directions[axis], dtype=float) for axis in axes]
    if len(columns) != SPATIAL or any(len(column) != SPATIAL for column in columns):
        steps = np.array([np.linalg.norm(column) for column in columns])
        return from_diagonal(steps), "none", [Remark.NO_ORIENTATION]
    affine = np.eye(4)
    affine[:SPATIAL, :SPATIAL] = np.column_stack(columns)
    origin = np.asarray(header.get("space origin", np.zeros(SPATIAL)), dtype=float)
    affine[:SPATIAL, SPATIAL] = origin
    space = str(header.get("space", "")).lower()
    to_ours = SPACES.get(SHORT.get(space, space).removesuffix("-time"))
    if to_ours is None:  # scanner-xyz, 3D-right-handed or nothing at all: a space, but not the patient's
        return checked_affine(affine), "none", [Remark.NO_ORIENTATION]
    return checked_affine(to_ours @ affine), "header", []


def _values(
    file: OtherFile,
    header: dict[str, Any],
    behind: int,
    form: tuple[np.dtype[Any], list[int], str, tuple[int, int, int, int], int],
) -> Values:
    kind, lengths, order, shape, samples = form
    data, start = file, behind
    named = header.get("data file", header.get("datafile"))
    if named is not None:
        found = file.beside(str(named)) if not str(named).startswith("LIST") and "%" not in str(named) else None
        if found is None:
            raise Refused(Refusal.PART_MISSING, str(named)[:100])
        data, start = found, 0
    start = _behind_lines(data, start, int(header.get("line skip", header.get("lineskip", 0))))
    skip = int(header.get("byte skip", header.get("byteskip", 0)))
    encoding = str(header["encoding"]).lower()
    need = int(np.prod(lengths, dtype=np.int64)) * kind.itemsize
    if skip < -1:
        raise Refused(Refusal.UNSUPPORTED, f"byte skip {skip}")
    if encoding in TEXT:
        data, start = _as_numbers(data, start + max(0, skip), kind, lengths), 0
    elif encoding in PACKED:  # bytes are skipped in what the stream opens to
        data = unpacked(data, start, PACKED[encoding])
        start = _end_of(data) - need if skip == -1 else skip
    elif encoding in RAW:
        start = data.size - need if skip == -1 else start + skip
    else:
        raise Refused(Refusal.UNSUPPORTED, encoding)
    if start < 0:
        raise Refused(Refusal.ENDS_EARLY)
    plain = order in {"c", "cr", "crs", "vcr", "vcrs"} or (order.strip("t") in {"crs", "vcrs"} and order[0] != "t")
    if plain:
        return Block(data, start, kind, shape, samples).must_fit()
    return Grid(data, start, kind, lengths, order)


def _behind_lines(data: OtherFile, start: int, lines: int) -> int:
    for _ in range(lines):
        end = data.read_at(start, MOST_HEADER).find(b"\n")
        if end < 0:
            raise Refused(Refusal.ENDS_EARLY)
        start += end + 1
    return start


def _end_of(data: OtherFile) -> int:
    """How long a stream is that does not say it: it has to be read to its end."""
    end, step = 0, 1 << 20
    while more := len(data.read_at(end, step)):
        end += more
    return end


def _as_numbers(data: OtherFile, start: int, kind: np.dtype[Any], lengths: list[int]) -> OtherFile:
    """Numbers that are written out, as the bytes they stand for."""
    count = int(np.prod(lengths, dtype=np.int64))
    words = whole(data, MOST_TEXT)[start:].replace(b",", b" ").split(None, count)[:count]
    try:
        numbers = np.array([float(word) for word in words])
    except ValueError as error:
        raise Refused(Refusal.DAMAGED) from error
    if len(numbers) < count:
        raise Refused(Refusal.ENDS_EARLY)
    return InMemory(data.name, numbers.astype(kind).tobytes())
