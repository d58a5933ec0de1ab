"""Frames and whole instances in another transfer syntax, without loss: by one encoder for each, as with decoders.

============================  ============================  ===========================
Transfer Syntax UID           encoding                      encoder
============================  ============================  ===========================
1.2.840.10008.1.2.1           Explicit VR Little Endian     none needed
1.2.840.10008.1.2.5           RLE (PS3.5 annex G)           PackBits by imagecodecs
…1.2.4.80                     JPEG-LS, lossless             CharLS
…1.2.4.90                     JPEG 2000, lossless only      OpenJPEG
…1.2.4.201                    HTJ2K, lossless only          OpenJPH
============================  ============================  ===========================

Whole instances keep their colour model where it was coded as it is called: YBR_FULL made RGB would be rounded.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, Any

from fileroom.dicom.depth import check_depth
from fileroom.dicom.quiet import quiet_pydicom
from fileroom.dicom.wholeness import ends_early
from fileroom.errors import Unavailable, Undecodable
from fileroom.pixels.files import DEFLATED_LE
from fileroom.pixels.form import form_of, frame_count
from fileroom.pixels.frames import EXPLICIT_LE, NATIVE, VIDEO, decoded_frame, native_frame, stored_frame
from fileroom.sources.opened import as_file, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

    from fileroom.model.headers import Header

RLE, JPEG_LS, JPEG_2000, HTJ2K = (f"1.2.840.10008.1.2.{tail}" for tail in ("5", "4.80", "4.90", "4.201"))
_IMPLICIT_LE = "1.2.840.10008.1.2"
# Processes that cannot but lose (PS3.5 8.2.1: JPEG with a discrete cosine transform).
_LOSSY = frozenset(f"1.2.840.10008.1.2.4.{tail}" for tail in (50, 51, 53, 55))
_WAVELETS = tuple(f"1.2.840.10008.1.2.4.{tail}" for tail in (90, 91, 201, 202, 203))
_HELD = 32 << 20  # bytes of decoded frames that are kept until all are known to be well
_BYTE, _WORD = 8, 16
_GREYSCALE = 2  # dimensions of a frame of one sample
_UNDEFINED = 0xFFFFFFFF
_LONGEST = 0xFFFFFFFE
_RLE_SEGMENTS = 15


def encoded_frame(path: str | os.PathLike[str], header: Header, number: int, transfer_syntax_uid: str) -> bytes:
    """Frame ``number`` in another transfer syntax. Undecodable when it cannot be had so."""
    if transfer_syntax_uid == EXPLICIT_LE:
        return native_frame(path, header, number)
    return _encoded(decoded_frame(path, header, number), header, transfer_syntax_uid)


def can_be(header: Header, transfer_syntax_uid: str) -> bool:
    """Whether the pixels of ``header`` can be had in a transfer syntax, as far as can be told without them."""
    if transfer_syntax_uid == header.transfer_syntax_uid:
        return True
    if header.transfer_syntax_uid.startswith(VIDEO) or header.transfer_syntax_uid == DEFLATED_LE:
        return False
    if transfer_syntax_uid == EXPLICIT_LE:
        return header.transfer_syntax_uid in NATIVE or _is_decoded(header)
    whole = header.bits_allocated in {_BYTE, _WORD} and header.samples_per_pixel in {1, 3, None}
    return transfer_syntax_uid in ENCODERS and header.has_pixels and whole and _is_decoded(header)


def _is_decoded(header: Header) -> bool:
    from fileroom.pixels.codecs import DECODERS

    return header.transfer_syntax_uid in NATIVE or header.transfer_syntax_uid in DECODERS


def _encoded(frame: NDArray[Any], header: Header, transfer_syntax_uid: str) -> bytes:
    encoder = ENCODERS.get(transfer_syntax_uid)
    if encoder is None or frame.dtype.kind not in "iu" or frame.dtype.itemsize * _BYTE not in {_BYTE, _WORD}:
        raise Undecodable("such pixels are not encoded in that transfer syntax here")
    if header.bits_allocated not in {_BYTE, _WORD}:
        raise Undecodable("single bits and long words are not encoded here")
    try:
        return encoder(frame)
    except (ValueError, RuntimeError, TypeError) as error:
        raise Undecodable("the frame cannot be encoded in that transfer syntax") from error


def _jpeg_ls(frame: NDArray[Any]) -> bytes:
    import imagecodecs

    return bytes(imagecodecs.jpegls_encode(frame.view(f"u{frame.dtype.itemsize}")))  # JPEG-LS knows no sign


def _jpeg_2000(frame: NDArray[Any]) -> bytes:
    import imagecodecs

    return bytes(imagecodecs.jpeg2k_encode(frame, level=0, codecformat="j2k", reversible=True, mct=False))


def _htj2k(frame: NDArray[Any]) -> bytes:
    import imagecodecs

    return bytes(imagecodecs.htj2k_encode(frame, reversible=True, rgb=False))


def _rle(frame: NDArray[Any]) -> bytes:
    """One segment for each byte of each sample, the most significant first (PS3.5 G.2), row by row (G.3.1)."""
    import imagecodecs
    import numpy as np

    width = frame.dtype.itemsize
    planes = frame.reshape(*frame.shape[:2], -1)
    segments = []
    for sample in range(planes.shape[2]):
        data = np.ascontiguousarray(planes[:, :, sample]).astype(f"<u{width}", copy=False).view(np.uint8)
        for place in reversed(range(width)):
            rows = (bytes(imagecodecs.packbits_encode(row[place::width].tobytes())) for row in data)
            segment = b"".join(rows)
            segments.append(segment + b"\0" * (len(segment) % 2))
    if len(segments) > _RLE_SEGMENTS:
        raise ValueError("too many segments")
    offsets, at = [], 64
    for segment in segments:
        offsets.append(at)
        at += len(segment)
    head = struct.pack("<16I", len(segments), *offsets, *[0] * (_RLE_SEGMENTS - len(offsets)))
    return head + b"".join(segments)


ENCODERS: dict[str, Callable[[NDArray[Any]], bytes]] = {
    RLE: _rle,
    JPEG_LS: _jpeg_ls,
    JPEG_2000: _jpeg_2000,
    HTJ2K: _htj2k,
}


# -- whole instances ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Transcoded:
    """An instance in another transfer syntax: pieces of the file (PS3.10), and how long it is, where known."""

    size: int | None
    pieces: Iterator[bytes]


def transcoded(path: str | os.PathLike[str], header: Header, transfer_syntax_uid: str) -> Transcoded:
    """The instance of a file in another transfer syntax, frame by frame. Undecodable when it cannot be had so: that is
    said before the first piece, as far as it shows at the first 32 MiB and at the last frame, which what was cut short
    lacks."""
    if not can_be(header, transfer_syntax_uid):
        raise Undecodable("the instance cannot be had in that transfer syntax here")
    data_set = _without_pixels(path)
    if not header.has_pixels:
        head = _head(data_set, transfer_syntax_uid)
        return Transcoded(len(head), iter((head,)))
    header = _as_coded(path, header)
    first = _frame(path, header, 1, transfer_syntax_uid)
    if frame_count(header) > 1:
        decoded_frame(path, header, frame_count(header))
    _describe(data_set, header, first, transfer_syntax_uid)
    head = _head(data_set, transfer_syntax_uid)
    frames = _begun(_frames(path, header, transfer_syntax_uid, first))
    if transfer_syntax_uid != EXPLICIT_LE:
        return Transcoded(None, _encapsulated(head, frames))
    if header.bits_allocated == 1:
        frames = _in_bits(frames)
    size = _native_size(header, first)
    opening = head + _pixel_head(header, size, EXPLICIT_LE)
    return Transcoded(len(opening) + size + size % 2, _native(opening, frames, size))


def is_whole(path: str | os.PathLike[str], header: Header) -> bool:
    """Whether a file comes to its end and has its last frame; nothing is decoded. False as well when it cannot be
    read."""
    try:
        if header.has_pixels:
            stored_frame(path, header, frame_count(header))
        return not ends_early(os.fspath(path), header)
    except (OSError, Unavailable, Undecodable):
        return False


def encoded_data_set(path: str | os.PathLike[str], header: Header, transfer_syntax_uid: str) -> Iterator[bytes]:
    """The data set alone in Explicit or Implicit VR Little Endian or compressed without loss, frame by frame.
    Undecodable before the first piece when any frame cannot be decoded: a message that has begun cannot be taken
    back."""
    pixels = EXPLICIT_LE if transfer_syntax_uid == _IMPLICIT_LE else transfer_syntax_uid
    if not can_be(header, pixels):
        raise Undecodable("the instance cannot be had in that transfer syntax here")
    data_set = _without_pixels(path)
    if not header.has_pixels:
        yield _bare(data_set, transfer_syntax_uid)
        return
    header = _as_coded(path, header)
    first = _frame(path, header, 1, pixels)
    _describe(data_set, header, first, pixels)
    frames = _frames(path, header, pixels, first)
    form = form_of(header)
    if form.frame_bytes * form.frames <= _HELD:
        frames = iter(list(frames))
    else:
        for number in range(2, form.frames + 1):
            decoded_frame(path, header, number)
    opening = _bare(data_set, transfer_syntax_uid)
    if pixels != EXPLICIT_LE:
        yield from _encapsulated(opening, frames)
        return
    size = _native_size(header, first)
    opening += _pixel_head(header, size, transfer_syntax_uid)
    yield from _native(opening, _in_bits(frames) if header.bits_allocated == 1 else frames, size)


def _as_coded(path: str | os.PathLike[str], header: Header) -> Header:
    """The header by which samples are decoded to what was coded. What was coded as YBR_FULL stays so."""
    syntax = header.transfer_syntax_uid
    if header.photometric_interpretation != "YBR_FULL" or syntax in _LOSSY:
        return header
    if syntax in _WAVELETS:
        from fileroom.pixels.codestream import read_jpeg_2000, unwrapped

        if read_jpeg_2000(unwrapped(stored_frame(path, header, 1).data)).transformed:
            return header  # the decoder takes the transform back: it was RGB, whatever it is called
    return replace(header, photometric_interpretation=_KEPT)


_KEPT = "YBR_FULL as it is"  # no name that a decoder knows


def _pixel_head(header: Header, size: int, syntax: str) -> bytes:
    """Tag, VR and length of native pixel data. They may be of 8 bits in OW as well, which is what no VR means."""
    if size > _LONGEST:
        raise Undecodable("the pixel data is longer than a value may be")
    if syntax == _IMPLICIT_LE:
        return struct.pack("<HHI", 0x7FE0, 0x0010, size + size % 2)
    vr = b"OB" if header.bits_allocated == _BYTE else b"OW"
    return struct.pack("<HH2sHI", 0x7FE0, 0x0010, vr, 0, size + size % 2)


def _frames(path: str | os.PathLike[str], header: Header, syntax: str, first: bytes) -> Iterator[bytes]:
    yield first
    for number in range(2, frame_count(header) + 1):
        yield _frame(path, header, number, syntax)


def _begun(frames: Iterator[bytes]) -> Iterator[bytes]:
    """The same frames, of which as many as may be held are there: what is the matter with these is said now."""
    ready, size = list[bytes](), 0
    for frame in frames:
        ready.append(frame)
        size += len(frame)
        if size > _HELD:
            break
    return chain(ready, frames)


def _frame(path: str | os.PathLike[str], header: Header, number: int, syntax: str) -> bytes:
    """A frame; of single bits that are to be native a byte for each, which :func:`_native` makes bits again."""
    if header.bits_allocated == 1 and syntax == EXPLICIT_LE:
        return decoded_frame(path, header, number).tobytes()
    return encoded_frame(path, header, number, syntax)


def _native_size(header: Header, first: bytes) -> int:
    form = form_of(header)
    if form.bits_allocated == 1:
        return (len(first) * form.frames + 7) // 8
    return len(first) * form.frames


def _in_bits(frames: Iterator[bytes]) -> Iterator[bytes]:
    """Frames of a byte for each bit as bits; each begins where the one before ends, within a byte too (PS3.5 8.1.1)."""
    import numpy as np

    left = b""
    for frame in frames:
        bits = left + frame
        whole = len(bits) // _BYTE * _BYTE
        left = bits[whole:]
        yield np.packbits(np.frombuffer(bits[:whole], np.uint8), bitorder="little").tobytes()
    if left:
        yield np.packbits(np.frombuffer(left, np.uint8), bitorder="little").tobytes()


def _native(opening: bytes, frames: Iterator[bytes], size: int) -> Iterator[bytes]:
    for frame in frames:
        yield opening + frame
        opening = b""
    if size % 2:
        yield b"\0"


def _encapsulated(head: bytes, frames: Iterator[bytes]) -> Iterator[bytes]:
    """Fragments, one for each frame, behind an empty offset table (PS3.5 A.4)."""
    opening = (
        head + struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, _UNDEFINED) + struct.pack("<HHI", 0xFFFE, 0xE000, 0)
    )
    for frame in frames:
        yield (
            opening
            + struct.pack("<HHI", 0xFFFE, 0xE000, len(frame) + len(frame) % 2)
            + frame
            + b"\0" * (len(frame) % 2)
        )
        opening = b""
    yield struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)


def _item(data: bytes) -> bytes:
    data += b"\0" * (len(data) % 2)
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(data)) + data


def _without_pixels(path: str | os.PathLike[str]) -> Dataset:
    from pydicom import dcmread

    with quiet_pydicom():
        try:
            with opened(path) as source:
                data_set = dcmread(as_file(source), force=True, stop_before_pixels=True)
                check_depth(data_set)
                data_set.decode()
                return data_set
        except OSError as error:
            raise Unavailable("the file cannot be read") from error
        except Exception as error:
            raise Undecodable("the header cannot be decoded") from error


def _describe(data_set: Dataset, header: Header, first: bytes, syntax: str) -> None:
    """What the Image Pixel module says of the pixels as they are now (PS3.5 8.2, PS3.3 C.7.6.3)."""
    if header.transfer_syntax_uid in NATIVE and syntax == EXPLICIT_LE:
        return  # as they stood
    if header.transfer_syntax_uid in NATIVE and _has_overlay_in_pixels(data_set):
        raise Undecodable("an overlay lies in the bits of its pixels that are not encoded")
    if header.transfer_syntax_uid in _LOSSY and data_set.get("LossyImageCompression") != "01":
        data_set.LossyImageCompression = "01"  # once lost, always lost (PS3.3 C.7.6.1.1.5); now nothing else says it
    for keyword in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
        if keyword in data_set:
            delattr(data_set, keyword)
    if (header.samples_per_pixel or 1) > 1:  # every decoder here gives RGB, pixel by pixel, or what was kept
        transformed = False
        if syntax in {JPEG_2000, HTJ2K}:
            from fileroom.pixels.codestream import read_jpeg_2000

            transformed = bool(read_jpeg_2000(first).transformed)
        kept = header.photometric_interpretation == _KEPT
        data_set.PhotometricInterpretation = "YBR_FULL" if kept else "YBR_RCT" if transformed else "RGB"
        data_set.PlanarConfiguration = 1 if syntax == RLE else 0


def _has_overlay_in_pixels(data_set: Dataset) -> bool:
    """Whether bits above Bits Stored are an overlay's (PS3.5 8.1.2, retired): it has no data of its own."""
    groups = range(0x6000, 0x6020, 2)
    return any((group, 0x0010) in data_set and (group, 0x3000) not in data_set for group in groups)


def _head(data_set: Dataset, syntax: str) -> bytes:
    from pydicom.dataset import FileMetaDataset
    from pydicom.filewriter import dcmwrite
    from pydicom.uid import UID

    held = BytesIO()
    with quiet_pydicom():
        try:
            old = getattr(data_set, "file_meta", None) or FileMetaDataset()
            data_set.file_meta = FileMetaDataset()
            data_set.file_meta.TransferSyntaxUID = UID(syntax)
            data_set.file_meta.MediaStorageSOPClassUID = old.get("MediaStorageSOPClassUID", data_set.get("SOPClassUID"))
            data_set.file_meta.MediaStorageSOPInstanceUID = data_set.SOPInstanceUID
            dcmwrite(held, data_set, implicit_vr=False, little_endian=True, enforce_file_format=True)
        except Exception as error:
            raise Undecodable("the data set cannot be written anew") from error
    return held.getvalue()


def _bare(data_set: Dataset, syntax: str) -> bytes:
    """The same without a meta group, as messages have it (PS3.7 6.3.1)."""
    from pydicom.filebase import DicomBytesIO
    from pydicom.filewriter import write_dataset

    target = DicomBytesIO()
    target.is_implicit_VR, target.is_little_endian = syntax == _IMPLICIT_LE, True
    with quiet_pydicom():
        try:
            write_dataset(target, data_set)
        except Exception as error:
            raise Undecodable("the data set cannot be written anew") from error
    return target.getvalue()
