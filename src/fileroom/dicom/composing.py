"""From the DICOM JSON model (PS3.18 F) and bulk data to a file (PS3.10): what STOW-RS of metadata asks for.

Pixel data goes from the bulk data to the file in pieces; all other values are in memory, as they were in the JSON.
"""

from __future__ import annotations

import struct
from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol

from fileroom.dicom.quiet import load_pydicom, quiet_pydicom
from fileroom.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pydicom.dataset import Dataset

    Write = Callable[[bytes], None]

EXPLICIT_LE = "1.2.840.10008.1.2.1"
_NATIVE = {"1.2.840.10008.1.2", EXPLICIT_LE, "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"}
_PIXELS = ("7FE00008", "7FE00009", "7FE00010")
_UNDEFINED = 0xFFFFFFFF
_LONGEST = 64 << 20  # of a value that is no pixel data
_LONGEST_NATIVE = 0xFFFFFFFE  # PS3.5 7.1.1


class Bulk(Protocol):
    """What a BulkDataURI of the metadata names: one part, or one for each frame."""

    @property
    def sizes(self) -> Sequence[int]:
        """Of its parts, in bytes."""
        ...

    def pieces(self, part: int) -> Iterator[bytes]:
        """The bytes of one of its parts."""
        ...


def compose(data_set: Any, transfer_syntax_uid: str, bulk: Callable[[str], Bulk | None], write: Write) -> None:
    """Write the file that a data set and its bulk data make.

    Without a transfer syntax it is Explicit VR Little Endian, in which native bulk data comes anyway (PS3.18 8.7.3.3).
    BadRequest when that is no DICOM JSON, or the bulk data is wanting.
    """
    syntax = EXPLICIT_LE if transfer_syntax_uid in _NATIVE | {""} else transfer_syntax_uid
    pixels = _pixels_of(data_set)
    with quiet_pydicom():
        found = _data_set(data_set, bulk, but=pixels[0] if pixels else "")
        if pixels:
            found.pop(int(pixels[0], 16), None)
        write(_head(found, syntax))
    if pixels:
        tag, vr, uri = pixels
        source = bulk(uri)
        if source is None:
            raise BadRequest("The bulk data of the pixels is not among the parts.")
        _write_pixels(tag, vr, source, write, native=syntax == EXPLICIT_LE)


def _pixels_of(data_set: Any) -> tuple[str, str, str] | None:
    """Tag, VR and URI of pixel data that is given as bulk data."""
    if not isinstance(data_set, dict):
        raise BadRequest("The metadata are no DICOM JSON.")
    for tag in _PIXELS:
        element = data_set.get(tag)
        if isinstance(element, dict) and isinstance(element.get("BulkDataURI"), str):
            return tag, str(element.get("vr") or "OW"), element["BulkDataURI"]
    return None


def _data_set(given: dict[str, Any], bulk: Callable[[str], Bulk | None], *, but: str) -> Dataset:
    load_pydicom()
    from pydicom.dataset import Dataset

    def fetch(_tag: object, _vr: object, uri: str) -> bytes:
        source = bulk(uri)
        if source is None:
            raise BadRequest("Bulk data is not among the parts.")
        if sum(source.sizes) > _LONGEST:
            raise BadRequest("A value is longer than any header holds.")
        return b"".join(piece for part in range(len(source.sizes)) for piece in source.pieces(part))

    # In JSON everything is UTF-8 (PS3.18 F.2.1); group 2 is ours, group lengths are nobody's.
    kept = {tag: one for tag, one in given.items() if tag != but and tag[:4] != "0002" and tag[4:] != "0000"}
    try:
        found = Dataset.from_json(kept, bulk_data_uri_handler=fetch)
    except BadRequest:
        raise
    except Exception as error:  # pydicom raises many things for what is no DICOM JSON
        raise BadRequest("The metadata are no DICOM JSON.") from error
    found.SpecificCharacterSet = "ISO_IR 192"
    return found


def _head(found: Dataset, syntax: str) -> bytes:
    """The file up to its pixel data."""
    from pydicom.dataset import FileMetaDataset
    from pydicom.filewriter import dcmwrite
    from pydicom.uid import UID

    try:
        found.file_meta = FileMetaDataset()
        found.file_meta.TransferSyntaxUID = UID(syntax)
        found.file_meta.MediaStorageSOPClassUID = found.get("SOPClassUID", "")
        found.file_meta.MediaStorageSOPInstanceUID = found.get("SOPInstanceUID", "")
        held = BytesIO()
        dcmwrite(held, found, implicit_vr=False, little_endian=True, enforce_file_format=True)
    except Exception as error:
        raise BadRequest("The metadata make no data set.") from error
    return held.getvalue()


def _write_pixels(tag: str, vr: str, source: Bulk, write: Write, *, native: bool) -> None:
    group, element = int(tag[:4], 16), int(tag[4:], 16)
    if native:
        size = sum(source.sizes)
        if size > _LONGEST_NATIVE:
            raise BadRequest("The pixel data is longer than a value may be.")
        code = vr.encode("ascii", "replace") if vr in {"OB", "OW", "OF", "OD"} else b"OW"
        write(struct.pack("<HH2sHI", group, element, code, 0, size + size % 2))
        for part in range(len(source.sizes)):
            for piece in source.pieces(part):
                write(piece)
        write(b"\0" * (size % 2))
        return
    write(struct.pack("<HH2sHI", group, element, b"OB", 0, _UNDEFINED))
    write(struct.pack("<HHI", 0xFFFE, 0xE000, 0))  # an empty offset table (PS3.5 A.4)
    for part, size in enumerate(source.sizes):
        write(struct.pack("<HHI", 0xFFFE, 0xE000, size + size % 2))
        for piece in source.pieces(part):
            write(piece)
        write(b"\0" * (size % 2))
    write(struct.pack("<HHI", 0xFFFE, 0xE0DD, 0))
