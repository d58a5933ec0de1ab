"""The data set of a file, without its preamble and meta group: as it is stored, or in another native encoding."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import TYPE_CHECKING, Final

from fileroom.dicom.depth import check_depth
from fileroom.dicom.quiet import load_pydicom, quiet_pydicom
from fileroom.errors import Unavailable, Undecodable
from fileroom.sources.opened import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IMPLICIT_LE: Final = "1.2.840.10008.1.2"
EXPLICIT_LE: Final = "1.2.840.10008.1.2.1"
DEFLATED_LE: Final = "1.2.840.10008.1.2.1.99"
EXPLICIT_BE: Final = "1.2.840.10008.1.2.2"
# What can be re-encoded into one another without a pixel being touched.
NATIVE: Final = frozenset({IMPLICIT_LE, EXPLICIT_LE, DEFLATED_LE, EXPLICIT_BE})
_PREAMBLE: Final = 132
_HEAD: Final = 12
_LONG_VRS: Final = frozenset(
    {b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UC", b"UN", b"UR", b"UT", b"SV", b"UV"}
)
MOST_IN_MEMORY: Final = 2 << 30
_PIECE: Final = 1 << 20


def start_of_data_set(read_at: Callable[[int, int], bytes]) -> int:
    """Where the data set begins: after the last element of group 2, which is explicit little endian (PS3.10 7.1)."""
    offset = _PREAMBLE if read_at(_PREAMBLE - 4, 4) == b"DICM" else 0
    while len(head := read_at(offset, _HEAD)) >= _HEAD - 4 and head[:2] == b"\x02\x00":
        if head[4:6] in _LONG_VRS:
            if len(head) < _HEAD:
                break
            offset += _HEAD + struct.unpack("<I", head[8:12])[0]
        else:
            offset += 8 + struct.unpack("<H", head[6:8])[0]
    return offset


def pieces(path: str, of: str, to: str = "") -> Iterator[bytes]:
    """The data set of a file in pieces. Undecodable or Unavailable, the latter also when it breaks off."""
    try:
        with opened(path) as file:
            begin = start_of_data_set(file.read_at)
            if to in {"", of}:
                for offset in range(begin, file.size, _PIECE):
                    piece = file.read_at(offset, size := min(_PIECE, file.size - offset))
                    if len(piece) < size:
                        raise Unavailable("the file has become shorter")
                    yield piece
                return
            if file.size - begin > MOST_IN_MEMORY:
                raise Undecodable("it is too large to be written in another transfer syntax")
            data = file.read_at(begin, file.size - begin)
    except OSError as error:
        raise Unavailable("the file cannot be read now") from error
    yield re_encoded(data, of, to)


def re_encoded(data: bytes, of: str, to: str) -> bytes:
    """A data set in another native transfer syntax. Undecodable when it cannot be made."""
    if of not in NATIVE or to not in {IMPLICIT_LE, EXPLICIT_LE}:
        raise Undecodable("its pixels would have to be decoded")
    load_pydicom()
    from pydicom.filebase import DicomBytesIO
    from pydicom.filereader import read_dataset
    from pydicom.filewriter import write_dataset

    if of == DEFLATED_LE:
        import zlib

        data = zlib.decompress(data, -zlib.MAX_WBITS)
    try:
        with quiet_pydicom():
            little = of != EXPLICIT_BE
            read = read_dataset(BytesIO(data), is_implicit_VR=of == IMPLICIT_LE, is_little_endian=little)
            check_depth(read)
            target = DicomBytesIO()
            target.is_implicit_VR, target.is_little_endian = to == IMPLICIT_LE, True
            write_dataset(target, read)
            return target.getvalue()
    except Exception as error:  # whatever pydicom stumbles over: a file that is not as it should be
        raise Undecodable("it cannot be written in another transfer syntax") from error
