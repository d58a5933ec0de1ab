"""The data set of an instance as another node takes it: as stored, else native, decompressed, else compressed.

Whoever sends may decompress (PS3.5 10.1: everybody takes Implicit VR Little Endian). Some take compressed images only:
for them they are compressed, without loss.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fileroom.dicom import data_set
from fileroom.dicom.data_set import EXPLICIT_LE, IMPLICIT_LE, NATIVE
from fileroom.network.uids import LOSSLESS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fileroom.model.headers import Header


def syntaxes(header: Header) -> Sequence[str]:
    """The transfer syntaxes in which a data set can be had, that of its file first."""
    from fileroom.pixels.transcoding import can_be

    own = header.transfer_syntax_uid
    if own not in NATIVE and not can_be(header, EXPLICIT_LE):
        return (own,)
    return (own, *(one for one in (EXPLICIT_LE, IMPLICIT_LE) if one != own))


def compressed(header: Header) -> Sequence[str]:
    """The other transfer syntaxes in which a data set can be had by compressing its pixels, without loss."""
    from fileroom.pixels.transcoding import can_be

    return tuple(one for one in LOSSLESS if one != header.transfer_syntax_uid and can_be(header, one))


def pieces(path: str, header: Header, to: str = "") -> Iterator[bytes]:
    """The data set of a file without its meta group, in pieces: as stored, or in one of :func:`syntaxes` or
    :func:`compressed`.

    Undecodable or Unavailable, before the first piece as far as that can be; later only when the file changes.
    """
    own = header.transfer_syntax_uid
    if to in {"", own} or (own in NATIVE and to not in LOSSLESS):
        return data_set.pieces(path, own, to)
    from fileroom.pixels.transcoding import encoded_data_set

    return encoded_data_set(path, header, to)
