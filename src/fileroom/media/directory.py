"""DICOMDIR (PS3.3 F), written: what a record has to hold, by pydicom's recorders; the chain of offsets, by us.

pydicom's ``FileSet`` itself is not used for it: it writes each instance anew (ours are copied byte for byte), refuses
one with an empty Study Date, and looks through all instances for each that it adds.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom.quiet import quiet_pydicom

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydicom import Dataset

FILE_SET_ID: Final = "FILEROOM"
NO_DATE: Final = "19000101"  # where a record must have a date (PS3.3 F.5.2, type 1) and no file has one
_DATES: Final = ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate")
_TIMES: Final = ("StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime")
_ITEM: Final = b"\xfe\xff\x00\xe0"
_NEXT_AT, _LOWER_AT = 16, 38  # of the two offsets in an encoded item: its head has 8 bytes, an element's too
# What an object is called in a directory (PS3.3 F.3.2.2), by words of its SOP class's name; the first that fits.
_TYPES: Final = (
    ("Key Object Selection", "KEY OBJECT DOC"),
    ("Encapsulated", "ENCAP DOC"),
    ("Presentation State", "PRESENTATION"),
    ("Structured Display", "PRESENTATION"),
    ("Waveform", "WAVEFORM"),
    (" SR ", "SR DOCUMENT"),
    ("Procedure Log", "SR DOCUMENT"),
    ("RT Dose Storage", "RT DOSE"),
    ("RT Structure Set", "RT STRUCTURE SET"),
    ("RT Plan Storage", "RT PLAN"),
    ("RT Ion Plan Storage", "RT PLAN"),
    ("Treatment Record", "RT TREAT RECORD"),
    ("Treatment Summary Record", "RT TREAT RECORD"),
    ("Spectroscopy Storage", "SPECTROSCOPY"),
    ("Raw Data Storage", "RAW DATA"),
    ("Spatial Registration", "REGISTRATION"),
    ("Spatial Fiducials", "FIDUCIAL"),
    ("Real World Value Mapping", "VALUE MAP"),
    ("Surface Segmentation", "SURFACE"),
    ("Tractography", "TRACT"),
)


@dataclass(slots=True)
class Record:
    """A record, with those below it."""

    kind: str
    values: Any  # a pydicom Dataset; of the one above all, nothing
    lower: list[Record] = field(default_factory=list)


def kind_of(sop_class: str) -> str:
    """The type of the record of an instance."""
    from pydicom.uid import UID

    name = UID(sop_class).name
    return next((kind for words, kind in _TYPES if words in name), "IMAGE")


def record(kind: str, data: Dataset, usual: dict[str, str]) -> tuple[Record, int]:
    """A record of ``kind`` from what a file says, and how many of its values had to be made up.

    ``usual`` are values for what must not be empty. They stand in the directory alone; the file stays as it is.
    """
    from pydicom import Dataset
    from pydicom.fileset import DIRECTORY_RECORDERS

    whole, filled = Dataset(), 0
    with quiet_pydicom():
        whole.update(data)
        for keyword, given in usual.items():
            if not str(whole.get(keyword) or "").strip():
                setattr(whole, keyword, given)
                filled += 1
        try:
            values = DIRECTORY_RECORDERS[kind](whole)
        except (ValueError, KeyError, AttributeError, TypeError):  # a report without a title, a state without a date …
            kind, values = "PRIVATE", _bare(whole)  # still listed, and found by its file (F.3.2.2)
            filled += 1
        if "SpecificCharacterSet" in data:
            values.SpecificCharacterSet = data.SpecificCharacterSet
    return Record(kind, values), filled


def _bare(data: Dataset) -> Dataset:
    from pydicom import Dataset

    values = Dataset()
    values.PrivateRecordUID = "1.2.840.10008.1.3.10"  # the directory's own class: a record of no other type
    values.InstanceNumber = data.get("InstanceNumber")
    return values


def study_values(data: Dataset, number: int) -> dict[str, str]:
    """What stands for the empty values of a study: another date of the same file before one that nobody can believe."""
    return {
        "StudyDate": next((str(data.get(one)) for one in _DATES if data.get(one)), NO_DATE),
        "StudyTime": next((str(data.get(one)) for one in _TIMES if data.get(one)), "000000"),
        "StudyID": str(number),
    }


def refer(one: Record, parts: Sequence[str], data: Dataset, syntax: str) -> None:
    """Have a record lead to its file (F.3.2.2)."""
    with quiet_pydicom():
        one.values.ReferencedFileID = list(parts)
        one.values.ReferencedSOPClassUIDInFile = data.SOPClassUID
        one.values.ReferencedSOPInstanceUIDInFile = data.SOPInstanceUID
        one.values.ReferencedTransferSyntaxUIDInFile = syntax


def encoded(patients: Sequence[Record]) -> bytes:
    """The whole DICOMDIR."""
    head, last = _head(), len(_element(b"\x04\x00\x02\x12", b"UL", bytes(4)))
    flag = _element(b"\x04\x00\x12\x12", b"US", bytes(2))
    start = len(head) + last * 2 + len(flag) + 12
    order = list(_in_order(patients))
    items, places, at = [], {}, start
    for one in order:
        places[id(one)] = at
        items.append(_item(one))
        at += len(items[-1])
    after = {id(one): places[id(next_one)] for row in _rows(patients) for one, next_one in pairwise(row)}
    body = bytearray().join(items)
    for one in order:
        offset = places[id(one)] - start
        struct.pack_into("<I", body, offset + _NEXT_AT, after.get(id(one), 0))
        struct.pack_into("<I", body, offset + _LOWER_AT, places[id(one.lower[0])] if one.lower else 0)
    first, final = (places[id(patients[0])], places[id(patients[-1])]) if patients else (0, 0)
    return (
        head
        + _element(b"\x04\x00\x00\x12", b"UL", struct.pack("<I", first))
        + _element(b"\x04\x00\x02\x12", b"UL", struct.pack("<I", final))
        + flag
        + b"\x04\x00\x20\x12SQ\0\0"
        + struct.pack("<I", len(body))
        + bytes(body)
    )


def _rows(records: Sequence[Record]) -> Iterable[Sequence[Record]]:
    yield records
    for one in records:
        yield from _rows(one.lower)


def _in_order(records: Sequence[Record]) -> Iterable[Record]:
    for one in records:
        yield one
        yield from _in_order(one.lower)


def _head() -> bytes:
    """All that stands before the offset of the first record (PS3.10 7.1, PS3.3 F.3.2.1)."""
    from pydicom import Dataset, dcmwrite
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, MediaStorageDirectoryStorage, generate_uid

    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian  # PS3.10 8.6
    meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    meta.MediaStorageSOPInstanceUID = generate_uid(None)
    data = Dataset()
    data.file_meta = meta
    data.FileSetID = FILE_SET_ID
    file = io.BytesIO()
    dcmwrite(file, data, enforce_file_format=True)
    return file.getvalue()


def _element(tag: bytes, vr: bytes, value: bytes) -> bytes:
    return tag + vr + struct.pack("<H", len(value)) + value


def _item(one: Record) -> bytes:
    from pydicom.filebase import DicomBytesIO
    from pydicom.filewriter import write_dataset

    values: Any = one.values
    values.OffsetOfTheNextDirectoryRecord = 0
    values.RecordInUseFlag = 0xFFFF
    values.OffsetOfReferencedLowerLevelDirectoryEntity = 0
    values.DirectoryRecordType = one.kind
    file = DicomBytesIO()
    file.is_little_endian, file.is_implicit_VR = True, False
    with quiet_pydicom():
        write_dataset(file, values)
    body = file.getvalue()
    return _ITEM + struct.pack("<I", len(body)) + body
