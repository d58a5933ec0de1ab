"""Small worlds from literals: tiny synthetic DICOM instances, and the folders they lie in.

    plant(tmp_path, {
        "a/IM0001": instance(patient_name="ROSSI^Mario", series=1, number=1),
        "a/IM0002": instance(patient_name="ROSSI^Mario", series=1, number=2),
        "b/readme.txt": b"not DICOM",
    })

The encoder is our own and not pydicom's, so that a reader is never tested with the help of itself, odd values can
be written as they are (``bytes``), and an instance costs some tens of microseconds.
"""

from __future__ import annotations

import os
import shutil
import struct
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydicom.datadict import dictionary_VR, tag_for_keyword

if TYPE_CHECKING:
    from collections.abc import Sequence

IMPLICIT_LE = "1.2.840.10008.1.2"
EXPLICIT_LE = "1.2.840.10008.1.2.1"
DEFLATED_LE = "1.2.840.10008.1.2.1.99"
EXPLICIT_BE = "1.2.840.10008.1.2.2"
JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"
JPEG_2000 = "1.2.840.10008.1.2.4.90"
RLE = "1.2.840.10008.1.2.5"

# The storage classes that tests speak of by modality (PS3.4 B.5); all else is Secondary Capture.
SOP_CLASSES = {
    "CR": "1.2.840.10008.5.1.4.1.1.1",
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "US": "1.2.840.10008.5.1.4.1.1.6.1",
    "NM": "1.2.840.10008.5.1.4.1.1.20",
    "PT": "1.2.840.10008.5.1.4.1.1.128",
}
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"

# Python's names for the defined terms that tests write (PS3.3 C.12.1.1.2); anything else is passed as bytes.
CODECS = {
    "": "ascii",
    "ISO_IR 100": "latin-1",
    "ISO_IR 101": "iso8859-2",
    "ISO_IR 144": "iso8859-5",
    "ISO_IR 126": "iso8859-7",
    "ISO_IR 192": "utf-8",
    "GB18030": "gb18030",
    "GBK": "gbk",
}
LONG_FORM = {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
BINARY = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d", "SV": "q", "UV": "Q"}
UNDEFINED = 0xFFFFFFFF
NOBODY = 65534


class Open(list[Mapping[str, Any]]):
    """A sequence that is written with undefined lengths and delimiters, as its items are (PS3.5 7.5.2)."""


def uid(*parts: int) -> str:
    """A UID under the arc of examples (2.999, X.660), the same for the same numbers."""
    return ".".join(["2.999", *map(str, parts)])


def study_uid(study: int | str = 1) -> str:
    """The Study Instance UID that :func:`instance` gives."""
    return study if isinstance(study, str) else uid(study)


def series_uid(study: int | str = 1, series: int | str = 1) -> str:
    """The Series Instance UID that :func:`instance` gives."""
    return series if isinstance(series, str) else f"{study_uid(study)}.{series}"


def sop_uid(study: int | str = 1, series: int | str = 1, number: int = 1) -> str:
    """The SOP Instance UID that :func:`instance` gives."""
    return f"{series_uid(study, series)}.{number}"


def instance(  # noqa: PLR0913 - a world is told in one line
    *,
    patient_name: str = "ROSSI^Mario",
    patient_id: str = "42",
    study: int | str = 1,
    series: int | str = 1,
    number: int = 1,
    modality: str = "CT",
    rows: int = 4,
    columns: int = 4,
    pixels: bytes | Sequence[bytes] | None = None,
    transfer_syntax: str = EXPLICIT_LE,
    preamble: bool = True,
    meta: bool = True,
    **attributes: Any,
) -> bytes:
    """The bytes of one file.

    ``pixels`` is by default a ramp of 16 bits; a list of fragments is encapsulated; ``rows=0`` leaves pixels out.
    ``attributes`` are DICOM keywords (or ``"x00091001"`` with ``(vr, value)``) with text, numbers, lists of them,
    lists of mappings (a sequence; ``Open([…])`` one of undefined length) or raw bytes; ``None`` leaves an attribute
    out, ``""`` makes it empty.
    """
    values: dict[str, Any] = {
        "SOPClassUID": SOP_CLASSES.get(modality, SECONDARY_CAPTURE),
        "SOPInstanceUID": sop_uid(study, series, number),
        "StudyDate": "20240131",
        "StudyTime": "101500",
        "Modality": modality,
        "PatientName": patient_name,
        "PatientID": patient_id,
        "PatientBirthDate": "19700102",
        "PatientSex": "M",
        "StudyInstanceUID": study_uid(study),
        "SeriesInstanceUID": series_uid(study, series),
        "SeriesNumber": series if isinstance(series, int) else 1,
        "InstanceNumber": number,
    }
    if rows:
        values |= {
            "ImagePositionPatient": [0, 0, number],
            "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
            "SamplesPerPixel": 1,
            "PhotometricInterpretation": "MONOCHROME2",
            "Rows": rows,
            "Columns": columns,
            "PixelSpacing": [1, 1],
            "BitsAllocated": 16,
            "BitsStored": 16,
            "HighBit": 15,
            "PixelRepresentation": 0,
        }
        ramp = struct.pack(f"<{rows * columns}H", *(i % 65536 for i in range(rows * columns)))
        values["PixelData"] = ramp if pixels is None else pixels
    return part10(values | attributes, transfer_syntax=transfer_syntax, preamble=preamble, meta=meta)


def part10(
    values: Mapping[str, Any], *, transfer_syntax: str = EXPLICIT_LE, preamble: bool = True, meta: bool = True
) -> bytes:
    """A file (PS3.10 7.1) of exactly these attributes; the File Meta Information is made to fit."""
    head = b"\0" * 128 + b"DICM" if preamble else b""
    if meta:
        group: dict[str, Any] = {
            "FileMetaInformationVersion": b"\0\1",
            "MediaStorageSOPClassUID": values.get("SOPClassUID"),
            "MediaStorageSOPInstanceUID": values.get("SOPInstanceUID"),
            "TransferSyntaxUID": transfer_syntax,
            "ImplementationClassUID": uid(0),
        }
        body = data_set(group)
        head += data_set({"FileMetaInformationGroupLength": len(body)}) + body
    body = data_set(values, transfer_syntax)
    if transfer_syntax == DEFLATED_LE:
        deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        body = deflate.compress(body) + deflate.flush()
        body += b"\0" * (len(body) % 2)
    return head + body


def data_set(values: Mapping[str, Any], transfer_syntax: str = EXPLICIT_LE) -> bytes:
    """The elements in order of their tags, without what is ``None``."""
    order = ">" if transfer_syntax == EXPLICIT_BE else "<"
    explicit = transfer_syntax != IMPLICIT_LE
    charset = values.get("SpecificCharacterSet") or ""
    codec = CODECS.get(charset if isinstance(charset, str) else "", "ascii")
    rows = [(*_tag_and_vr(key, value), value) for key, value in values.items() if value is not None]
    rows.sort(key=lambda row: row[0])
    return b"".join(
        _element(tag, vr, value[1] if isinstance(value, tuple) else value, codec, order, explicit=explicit)
        for tag, vr, value in rows
    )


@cache
def _known(keyword: str) -> tuple[int, str]:
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise ValueError(f"{keyword} is no DICOM keyword")
    return tag, dictionary_VR(tag).split(" or ")[-1]


def _tag_and_vr(key: str, value: Any) -> tuple[int, str]:
    if key[0] == "x":
        return int(key[1:], 16), value[0]
    return _known(key)


def _element(tag: int, vr: str, value: Any, codec: str, order: str, *, explicit: bool) -> bytes:
    body = _encode(vr, value, codec, order, explicit=explicit)
    undefined = isinstance(value, Open) or (vr in {"OB", "OW"} and isinstance(value, list))
    length = UNDEFINED if undefined else len(body)
    head = struct.pack(order + "HH", tag >> 16, tag & 0xFFFF)
    if not explicit:
        return head + struct.pack("<I", length) + body
    short = vr.encode()
    if short in LONG_FORM:  # PS3.5 7.1.2
        return head + short + struct.pack(order + "HI", 0, length) + body
    return head + short + struct.pack(order + "H", length) + body


def _encode(vr: str, value: Any, codec: str, order: str, *, explicit: bool) -> bytes:
    if isinstance(value, bytes):
        return value + (b"\0" if len(value) % 2 else b"")
    if vr == "SQ":
        syntax = IMPLICIT_LE if not explicit else EXPLICIT_BE if order == ">" else EXPLICIT_LE
        items = [data_set(item, syntax) for item in value]
        if isinstance(value, Open):
            begin = struct.pack(order + "HHI", 0xFFFE, 0xE000, UNDEFINED)
            end = struct.pack(order + "HHI", 0xFFFE, 0xE00D, 0)
            return b"".join(begin + item + end for item in items) + struct.pack(order + "HHI", 0xFFFE, 0xE0DD, 0)
        return b"".join(struct.pack(order + "HHI", 0xFFFE, 0xE000, len(item)) + item for item in items)
    if vr in {"OB", "OW"}:  # encapsulated: an empty offset table, the fragments, the delimiter (PS3.5 A.4)
        parts = [b"", *(part + b"\0" * (len(part) % 2) for part in value)]
        fragments = b"".join(struct.pack("<HHI", 0xFFFE, 0xE000, len(part)) + part for part in parts)
        return fragments + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    several = value if isinstance(value, (list, tuple)) else [value]
    if vr in BINARY:
        return b"" if value == "" else struct.pack(f"{order}{len(several)}{BINARY[vr]}", *several)
    if vr == "AT":
        return b"".join(struct.pack(order + "HH", tag >> 16, tag & 0xFFFF) for tag in several)
    text = "\\".join(str(item) for item in several).encode(codec)
    return text + (b"\0" if vr == "UI" else b" ") * (len(text) % 2)


def plant(folder: Path, tree: Mapping[str, bytes | None]) -> Path:
    """Write ``{"relative/path": bytes}`` below ``folder``; ``None`` makes an empty folder. Gives ``folder`` back."""
    for name, data in tree.items():
        path = Path(os.fsdecode(os.fsencode(folder) + b"/" + os.fsencode(name)))
        if data is None:
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def shared_data_folder() -> Path | None:
    """The folder of real data: ``FILEROOM_TEST_DATA``, else ``shared/data`` beside the repository, if it is there."""
    named = os.environ.get("FILEROOM_TEST_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    return folder if (folder / "MANIFEST.tsv").is_file() else None


@contextmanager
def without_privileges() -> Iterator[Path]:
    """A folder of one's own, as somebody whom permissions bind: the super-user puts the crown off for a while."""
    folder = Path(tempfile.mkdtemp())
    crowned = hasattr(os, "geteuid") and os.geteuid() == 0
    try:
        if crowned:
            os.chown(folder, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        yield folder
    finally:
        if crowned:
            os.seteuid(0)
        for path in [folder, *folder.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o700)
        shutil.rmtree(folder)
