"""Single pictures: PNG, BMP, JPEG (8 and 12 bit, lossless), JPEG-LS and JPEG 2000.

How large a picture is stands in its first bytes and is looked at before a decoder, which would allocate it, sees it.
imagecodecs decodes: the same decoders as for DICOM, with all bits that are stored (Pillow gives 8 of 16 for colours).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fileroom.errors import Undecodable
from fileroom.model.others import Refusal, Remark
from fileroom.pixels.codestream import FRAMES, LS_FRAME, read_jpeg, read_jpeg_2000
from fileroom.volumes.by_nibabel import guarded
from fileroom.volumes.files import whole
from fileroom.volumes.refusing import Refused
from fileroom.volumes.volume import Held, Volume, checked_shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from fileroom.volumes.files import OtherFile

MOST_FILE = 1 << 30
HEAD = 1 << 20
J2K: Final = b"\xff\x4f\xff\x51"
JP2: Final = b"\0\0\0\x0cjP  \r\n\x87\n"
SCAN: Final = 0xDA  # SOS: what follows is packed
COLOUR, ALPHA = 3, (2, 4)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of picture: how it begins, how large it says it is, and who decodes it."""

    name: str
    magic: bytes
    size: Callable[[bytes], tuple[int, int]]  # columns, rows
    decoder: str


def _png(head: bytes) -> tuple[int, int]:
    return struct.unpack(">II", head[16:24])  # the first chunk is IHDR, always


def _bmp(head: bytes) -> tuple[int, int]:
    if struct.unpack("<I", head[14:18])[0] == 12:  # noqa: PLR2004 - the header of OS/2
        return struct.unpack("<HH", head[18:22])
    columns, rows = struct.unpack("<ii", head[18:26])
    return columns, abs(rows)  # negative: the first row is the upper one


def _jpeg(head: bytes) -> tuple[int, int]:
    found = read_jpeg(head)
    return found.columns, found.rows


def _j2k(head: bytes) -> tuple[int, int]:
    start = head.find(J2K)  # in a .jp2 the codestream lies behind boxes that describe it
    if start < 0:
        raise Refused(Refusal.DAMAGED)
    found = read_jpeg_2000(head[start:])
    return found.columns, found.rows


KINDS: Final = (
    Kind("PNG", b"\x89PNG\r\n\x1a\n", _png, "png"),
    Kind("BMP", b"BM", _bmp, "bmp"),
    Kind("JPEG", b"\xff\xd8\xff", _jpeg, "jpeg"),
    Kind("JPEG 2000", JP2, _j2k, "jpeg2k"),
    Kind("JPEG 2000", J2K, _j2k, "jpeg2k"),
)
LITTERED: Final = Kind("JPEG", b"\xff\xd8", _jpeg, "jpeg")
LOSSLESS: Final = Kind("JPEG-LS", b"", _jpeg, "jpegls")


def read(file: OtherFile) -> tuple[Volume, ...] | None:
    """The picture, or None when this is not one of these."""
    head = file.read_at(0, HEAD)
    kind = next((kind for kind in KINDS if head.startswith(kind.magic)), None)
    if kind is None and head.startswith(LITTERED.magic) and file.name.lower().endswith((".jpg", ".jpeg")):
        kind, head = LITTERED, without_litter(head)
    if kind is None or (kind.name == "BMP" and not file.name.lower().endswith(".bmp")):
        return None  # two letters are no proof
    if kind.decoder == "jpeg" and _is_ls(head):
        kind = LOSSLESS
    try:
        columns, rows = kind.size(head)
    except (struct.error, IndexError, Undecodable) as error:
        raise error if isinstance(error, Refused) else Refused(Refusal.DAMAGED) from error
    checked_shape((columns, rows), np.dtype("u2"), COLOUR + 1)
    data = whole(file, MOST_FILE)
    if kind is LITTERED:
        data = without_litter(data)
    return (picture(file.name, kind.name, guarded(lambda: _decoded(kind, data))),)


def without_litter(data: bytes) -> bytes:
    """A JPEG without bytes between its segments that belong to none: decoders pass them by (ISO/IEC 10918-1 B.1.1.2
    allows only fill bytes there)."""
    kept, at = [data[:2]], 2
    while (at := data.find(b"\xff", at)) >= 0 and at + 4 <= len(data):
        marker = data[at + 1]
        if marker in {0x00, 0xFF}:
            at += 1
            continue
        if marker == SCAN:
            return b"".join([*kept, data[at:]])
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        kept.append(data[at:end])
        at = end
    return b"".join(kept)


def _decoded(kind: Kind, data: bytes) -> Any:
    import imagecodecs

    return getattr(imagecodecs, f"{kind.decoder}_decode")(data)


def _is_ls(head: bytes) -> bool:
    """Whether the first frame header of a JPEG is that of JPEG-LS (ISO/IEC 14495-1 C.1.1)."""
    at = 2
    while at + 4 <= len(head) and head[at] == 0xFF:  # noqa: PLR2004 - every marker begins so
        if head[at + 1] in FRAMES:
            return head[at + 1] == LS_FRAME
        at += 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return False


def picture(name: str, form: str, array: Any) -> Volume:
    """One decoded picture, (rows, columns[, samples]), as a volume of one slice."""
    if array.dtype == np.bool_:
        array = array.astype(np.uint8)
    if array.ndim not in {2, 3} or array.dtype.kind not in "iuf":
        raise Refused(Refusal.UNSUPPORTED, str(array.shape))
    samples = array.shape[2] if array.ndim > 2 else 1  # noqa: PLR2004 - rows and columns
    remarks = [Remark.NO_ORIENTATION, Remark.NO_SPACING]
    if samples in ALPHA:
        remarks.append(Remark.ALPHA_LEFT_OUT)
    if samples == ALPHA[0]:  # grey with transparency
        array, samples = array[:, :, 0], 1
    if samples == 1 and array.ndim > 2:  # noqa: PLR2004
        array = array[:, :, 0]
    if samples not in {1, COLOUR, COLOUR + 1}:
        raise Refused(Refusal.UNSUPPORTED, f"{samples} samples")
    turned = array.transpose(1, 0, *range(2, array.ndim))[:, :, np.newaxis]
    return Volume(
        name=name,
        format=form,
        shape=checked_shape(turned.shape[:3], array.dtype, samples),
        dtype=array.dtype,
        samples=samples,
        values=Held(turned),
        affine=np.eye(4),
        transform="none",
        oriented=False,
        spaced=False,
        remarks=tuple(remarks),
    )
