"""One frame of an instance: as it is stored, or decoded. Only the bytes of that frame are read.

Numbers count from 1. Errors: BadRequest when there is no frame of that number, Unavailable when the file is gone,
cannot be read or is no longer the one that was imported, Undecodable when what is there is damaged or in a transfer
syntax that is not decoded here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fileroom.errors import BadRequest, Undecodable
from fileroom.pixels import layout
from fileroom.pixels.files import DOUBLE_PIXEL_DATA, FLOAT_PIXEL_DATA, FileBytes, pixel_element
from fileroom.pixels.form import Form, form_of, frame_count

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from fileroom.model.headers import Header
    from fileroom.pixels.files import PixelElement

EXPLICIT_LE = "1.2.840.10008.1.2.1"
# Implicit VR, explicit VR, big endian, deflated: the pixel data is not encapsulated (PS3.5 A.1, A.2, A.3, A.5).
NATIVE = frozenset({"1.2.840.10008.1.2", EXPLICIT_LE, "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"})
# MPEG-2, MPEG-4, HEVC and SMPTE ST 2110: one stream for all frames (PS3.5 8.2.5 to 8.2.8, 8.2.16)
VIDEO = tuple(f"1.2.840.10008.1.2.{tail}" for tail in (*(f"4.{last}" for last in range(100, 109)), "7.1", "7.2", "7.3"))
FLOATS = {FLOAT_PIXEL_DATA: "<f4", DOUBLE_PIXEL_DATA: "<f8"}


@dataclass(frozen=True, slots=True)
class StoredFrame:
    """The bytes of one frame and the transfer syntax they are encoded in."""

    data: bytes
    transfer_syntax_uid: str


def stored_frame(path: str | os.PathLike[str], header: Header, number: int) -> StoredFrame:
    """Frame ``number`` as it is stored.

    What is native in the file, in whatever byte order or deflated, is given as Explicit VR Little Endian: that is
    what a client of DICOMweb may be given (PS3.18 8.7.3.5.2), and its bytes are the same.
    """
    form = _asked(header, number)
    with pixel_element(path, header) as pixels:
        if header.transfer_syntax_uid in NATIVE:
            return StoredFrame(layout.native_bytes(pixels, form, number), EXPLICIT_LE)
        data = layout.encapsulated_bytes(pixels, form, number, header.transfer_syntax_uid)
        return StoredFrame(data, header.transfer_syntax_uid)


def stored_stretches(path: str | os.PathLike[str], header: Header, number: int) -> tuple[tuple[int, int], ...] | None:
    """Where the bytes of :func:`stored_frame` lie in the file itself: offset and length of each stretch.

    None when they lie nowhere as they are: what is deflated or in a container, big endian, or begins inside a byte.
    """
    form = _asked(header, number)
    with pixel_element(path, header) as pixels:
        if not isinstance(pixels.source, FileBytes) or not pixels.source.alone:
            return None
        if header.transfer_syntax_uid in NATIVE:
            one = layout.native_stretch(pixels, form, number)
            found: Sequence[tuple[int, int]] = () if one is None else (one,)
        else:
            found = layout.encapsulated_stretches(pixels, form, number, header.transfer_syntax_uid)
        return tuple((pixels.start + offset, length) for offset, length in found) or None


def decoded_frame(path: str | os.PathLike[str], header: Header, number: int) -> NDArray[Any]:
    """The stored values of frame ``number``: (rows, columns), or (rows, columns, samples) with colour as RGB.

    The type is the integer (or float) of Bits Allocated and Pixel Representation. PALETTE COLOR gives the indices.
    """
    form = _asked(header, number)
    with pixel_element(path, header) as pixels:
        if header.transfer_syntax_uid in NATIVE:
            return _decoded_native(pixels, form, number)
        data = layout.encapsulated_bytes(pixels, form, number, header.transfer_syntax_uid)
    from fileroom.pixels.codecs import decode

    return decode(data, form, header.transfer_syntax_uid)


def native_frame(path: str | os.PathLike[str], header: Header, number: int) -> bytes:
    """Frame ``number`` in Explicit VR Little Endian, uncompressed.

    A frame that is native in its file is given as it stands there, so that it is what the instance's own metadata
    describe (colour model, Planar Configuration, single bits packed). A compressed one is given as
    :func:`decoded_frame` has it.
    """
    if header.transfer_syntax_uid in NATIVE:
        return stored_frame(path, header, number).data
    return decoded_frame(path, header, number).tobytes()


def _asked(header: Header, number: int) -> Form:
    if not 1 <= number <= frame_count(header):
        raise BadRequest(f"there is no frame {number}: the instance has {frame_count(header)}")
    if header.transfer_syntax_uid.startswith(VIDEO):
        raise Undecodable("video is one stream, its frames cannot be had one by one")
    return form_of(header)


def _decoded_native(pixels: PixelElement, form: Form, number: int) -> NDArray[Any]:
    import numpy as np

    from fileroom.pixels import codecs
    from fileroom.pixels.colour import spread_422, to_rgb

    data = layout.native_bytes(pixels, form, number)
    if pixels.element in FLOATS:
        kind = np.dtype(FLOATS[pixels.element])
        if kind.itemsize != form.bytes_allocated:
            raise Undecodable("floating point pixel data with the wrong number of bits")
        return np.frombuffer(data, kind).reshape(form.shape)
    if layout.frame_bits(pixels, form) < form.pixels * form.samples * form.bits_allocated:
        samples = spread_422(np.frombuffer(data, codecs.container(form)), form.rows, form.columns)
        return to_rgb(samples, form.photometric, form.bits_stored)
    return codecs.native(data, form)
