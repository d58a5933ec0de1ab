"""One decoder for each transfer syntax (PS3.5 annex A.4, 10), chosen by name and never by what happens to be there.

============================  ============================  =====================================================
Transfer Syntax UID           encoding                      decoder
============================  ============================  =====================================================
1.2.840.10008.1.2.5           RLE (PS3.5 annex G)           our own, PackBits by imagecodecs with a fixed end
…1.2.4.50, 51, 53, 55         JPEG, 8 and 12 bit            libjpeg-turbo
…1.2.4.57, 70                 JPEG Lossless                 libjpeg-turbo (liblj92 crashed on damaged frames)
…1.2.4.80, 81                 JPEG-LS                       CharLS
…1.2.4.90, 91                 JPEG 2000                     OpenJPEG
…1.2.4.201, 202, 203          HTJ2K                         OpenJPEG
…1.2.8.1                      Deflated Image Frame          zlib
…1.2.1.98                     Encapsulated Uncompressed     none needed
============================  ============================  =====================================================

All but zlib come with imagecodecs, so that each machine has the same versions. Not decoded: video (…1.2.4.100-108),
whose frames are not coded one by one; JPIP (…1.2.4.94, 95), whose pixels lie elsewhere; part 2 of JPEG 2000 (…92, 93)
and JPEG XL (…110-112), of which there was nothing to try.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from fileroom.errors import Undecodable
from fileroom.pixels.codestream import Codestream, read_jpeg, read_jpeg_2000, unwrapped
from fileroom.pixels.colour import to_rgb

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from fileroom.pixels.form import Form


ENCAPSULATED_UNCOMPRESSED = "1.2.840.10008.1.2.1.98"
DEFLATED_FRAME = "1.2.840.10008.1.2.8.1"
RLE_HEADER = struct.Struct("<16I")
RLE_MAX_SEGMENTS = 15
# PackBits cannot make more than 128 bytes of two, so a small fragment does not justify a large frame.
RLE_MOST = 64


def decode(data: bytes, form: Form, transfer_syntax_uid: str) -> NDArray[Any]:
    """The samples of one encapsulated frame in the form of ``form``. Undecodable when that fails."""
    decoder = DECODERS.get(transfer_syntax_uid)
    if decoder is None:
        raise Undecodable(f"the transfer syntax {transfer_syntax_uid} is not decoded here")
    try:
        return decoder(data, form)
    except (ValueError, RuntimeError, TypeError, IndexError, struct.error, zlib.error, MemoryError) as error:
        raise Undecodable("the compressed frame is damaged") from error


# -- JPEG and its relatives -----------------------------------------------------------------------------------------


def _jpeg(data: bytes, form: Form) -> NDArray[Any]:
    import imagecodecs

    stream = _checked(read_jpeg(data), form)
    if stream.components == 1:
        return _whole_bits(imagecodecs.jpeg8_decode(data), form, stream)
    coded = _jpeg_colours(stream, form)
    return _whole_bits(imagecodecs.jpeg8_decode(data, colorspace=coded, outcolorspace="RGB"), form, stream)


def _jpeg_colours(stream: Codestream, form: Form) -> str:
    """How the three components are coded: by the stream's own marks, else by Photometric Interpretation."""
    transformed = form.photometric != "RGB" if stream.transformed is None else stream.transformed
    return "YCBCR" if transformed else "RGB"


def _jpeg_lossless(data: bytes, form: Form) -> NDArray[Any]:
    import imagecodecs

    stream = _checked(read_jpeg(data), form)
    # Process 14 knows no colour transform: the components are what Photometric Interpretation calls them.
    samples = _whole_bits(imagecodecs.jpeg8_decode(data), form, stream)
    return to_rgb(samples, form.photometric, stream.precision)


def _jpeg_ls(data: bytes, form: Form) -> NDArray[Any]:
    import imagecodecs

    stream = _checked(read_jpeg(data), form)
    samples = _whole_bits(imagecodecs.jpegls_decode(data), form, stream)
    return to_rgb(samples, form.photometric, stream.precision)


def _jpeg_2000(data: bytes, form: Form) -> NDArray[Any]:
    import imagecodecs

    stream = _checked(read_jpeg_2000(data), form)
    samples = imagecodecs.jpeg2k_decode(unwrapped(data))
    # lossy values may overshoot Bits Stored: they are still the values
    fit = stream.signed == form.signed
    samples = _fitting(samples, form) if fit else _whole_bits(samples, form, stream)
    return samples if stream.transformed else to_rgb(samples, form.photometric, stream.precision)


def _checked(stream: Codestream, form: Form) -> Codestream:
    if (stream.rows, stream.columns, stream.components) != (form.rows, form.columns, form.samples):
        raise Undecodable(
            f"the compressed frame is {stream.rows} x {stream.columns} x {stream.components}, "
            f"the header says {form.rows} x {form.columns} x {form.samples}"
        )
    if stream.precision > max(8, form.bits_allocated):
        raise Undecodable(f"the compressed frame has {stream.precision} bits, {form.bits_allocated} are allocated")
    if not stream.complete:
        raise Undecodable("the compressed frame is cut")
    return stream


def _fitting(samples: NDArray[Any], form: Form) -> NDArray[Any]:
    """Decoded samples in the integer type of Bits Allocated, two's complement where it changes sign."""
    if samples.shape != form.shape:
        raise Undecodable("the compressed frame has another size than the header says")
    return np.ascontiguousarray(samples).astype(container(form), copy=False)


def _whole_bits(samples: NDArray[Any], form: Form, stream: Codestream) -> NDArray[Any]:
    return keep_bits(_fitting(samples, form), min(stream.precision, form.bits_stored), form)


def container(form: Form) -> np.dtype[Any]:
    """The integer type that Bits Allocated and Pixel Representation make."""
    return np.dtype(f"<{'i' if form.signed else 'u'}{form.bytes_allocated}")


def keep_bits(samples: NDArray[Any], bits: int, form: Form, *, shift: int = 0) -> NDArray[Any]:
    """Only the ``bits`` bits above ``shift`` of each sample; the highest is the sign when there is one (8.1.1)."""
    width = form.bytes_allocated * 8
    if bits + shift == width and shift == 0:
        return samples
    moved = samples << (width - bits - shift)
    return moved >> (width - bits)


# -- RLE (PS3.5 annex G) --------------------------------------------------------------------------------------------


def _rle(data: bytes, form: Form) -> NDArray[Any]:
    if form.bits_allocated == 1:
        packed = np.frombuffer(_segment(data, _segments(data, 1)[0], (form.pixels + 7) // 8), np.uint8)
        return unpacked(packed, form)
    count = form.samples * form.bytes_allocated
    if form.frame_bytes > RLE_MOST * len(data):
        raise Undecodable("the compressed frame is too short for its size")
    planes = np.empty((count, form.pixels), np.uint8)
    for place, span in enumerate(_segments(data, count)):
        planes[place] = np.frombuffer(_segment(data, span, form.pixels), np.uint8)
    # One segment for each byte, the most significant first, sample after sample (G.2).
    samples = planes.reshape(form.samples, form.bytes_allocated, form.pixels)[:, ::-1]
    values = np.ascontiguousarray(samples.transpose(2, 0, 1)).view(container(form)).reshape(form.shape)
    return to_rgb(stored_bits(values, form), form.photometric, form.bits_stored)


def _segments(data: bytes, count: int) -> list[tuple[int, int]]:
    """Where each segment begins and ends (G.5)."""
    number, *offsets = RLE_HEADER.unpack_from(data)
    if number != count or number > RLE_MAX_SEGMENTS:
        raise Undecodable(f"the compressed frame has {number} segments instead of {count}")
    begins = offsets[:count]
    ends = [*begins[1:], len(data)]
    if any(not RLE_HEADER.size <= begin <= end <= len(data) for begin, end in zip(begins, ends, strict=True)):
        raise Undecodable("the segments of the compressed frame lie outside of it")
    return list(zip(begins, ends, strict=True))


def _segment(data: bytes, span: tuple[int, int], size: int) -> bytearray:
    import imagecodecs

    # A byte may be added to make the segment even, and some encoders pack the padding too (G.3.1).
    room = bytearray(size + 2)
    packed = data[span[0] : span[1]]
    try:
        unpacked_size = len(imagecodecs.packbits_decode(packed, out=memoryview(room)))
    except RuntimeError:
        # An odd byte too many at the end reads as a run that is cut.
        unpacked_size = len(imagecodecs.packbits_decode(packed[:-1], out=memoryview(room)))
    if unpacked_size < size:
        raise Undecodable("a segment of the compressed frame is too short")
    return room[:size]


# -- not compressed, or by zlib -------------------------------------------------------------------------------------


def _deflated(data: bytes, form: Form) -> NDArray[Any]:
    size = native_size(form)
    return native(zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, size), form)


def native_size(form: Form) -> int:
    """Bytes of a frame that stands alone and whole, single bits packed."""
    return (form.pixels * form.samples * form.bits_allocated + 7) // 8


def native(data: bytes, form: Form) -> NDArray[Any]:
    """A frame of little-endian samples in the order that Planar Configuration says."""
    if len(data) < native_size(form):
        raise Undecodable("the frame is cut")
    if form.bits_allocated == 1:
        return unpacked(np.frombuffer(data, np.uint8), form)
    flat = np.frombuffer(data, container(form), form.pixels * form.samples)
    samples = (
        flat.reshape(form.samples, *form.shape[:2]).transpose(1, 2, 0) if form.planar else flat.reshape(form.shape)
    )
    return to_rgb(stored_bits(np.ascontiguousarray(samples), form), form.photometric, form.bits_stored)


def stored_bits(samples: NDArray[Any], form: Form) -> NDArray[Any]:
    """Samples without what else lies in their cells: overlays of old, junk (PS3.5 8.1.1)."""
    return keep_bits(samples, form.bits_stored, form, shift=form.high_bit + 1 - form.bits_stored)


def unpacked(packed: NDArray[Any], form: Form) -> NDArray[Any]:
    """Single bits, the first in the least significant place (PS3.5 8.1.1), as bytes of 0 and 1."""
    return np.unpackbits(packed, count=form.pixels * form.samples, bitorder="little").reshape(form.shape)


DECODERS: dict[str, Callable[[bytes, Form], NDArray[Any]]] = {
    ENCAPSULATED_UNCOMPRESSED: native,
    DEFLATED_FRAME: _deflated,
    "1.2.840.10008.1.2.5": _rle,
    "1.2.840.10008.1.2.4.50": _jpeg,
    "1.2.840.10008.1.2.4.51": _jpeg,
    "1.2.840.10008.1.2.4.53": _jpeg,
    "1.2.840.10008.1.2.4.55": _jpeg,
    "1.2.840.10008.1.2.4.57": _jpeg_lossless,
    "1.2.840.10008.1.2.4.70": _jpeg_lossless,
    "1.2.840.10008.1.2.4.80": _jpeg_ls,
    "1.2.840.10008.1.2.4.81": _jpeg_ls,
    "1.2.840.10008.1.2.4.90": _jpeg_2000,
    "1.2.840.10008.1.2.4.91": _jpeg_2000,
    "1.2.840.10008.1.2.4.201": _jpeg_2000,
    "1.2.840.10008.1.2.4.202": _jpeg_2000,
    "1.2.840.10008.1.2.4.203": _jpeg_2000,
}
