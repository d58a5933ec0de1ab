"""DICOM that an archive refuses as it cannot say whose it is: no UIDs, ACR-NEMA. For a look it is given identifiers.

Everything else of the file stays as it is: the data set is written anew in memory, with the pixels as they are stored.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom.quiet import load_pydicom, quiet_pydicom
from fileroom.model.others import Refusal, Remark
from fileroom.volumes.as_dicom import as_text, new_uid
from fileroom.volumes.block import unpacked
from fileroom.volumes.elements import SECONDARY_CAPTURE
from fileroom.volumes.files import InMemory, reader_of, whole
from fileroom.volumes.refusing import Refused

if TYPE_CHECKING:
    from fileroom.volumes.files import OtherFile

MOST: Final = 1 << 30  # such files are old and small; what is larger is something else
GROUPS: Final = (0x0008, 0x0002)
IMAGE: Final = ("Rows", "Columns", "BitsAllocated")
ACR_POSITION, ACR_ORIENTATION = 0x00200030, 0x00200035  # retired (PS3.6): as Image Position and Orientation are
COLOUR = 3
META_GROUP = 0x0003
PREAMBLE, PREFIX = 128, b"DICM"  # PS3.10 7.1
STEP = 1 << 20


def with_identity(file: OtherFile, study: str) -> tuple[bytes, tuple[Remark, ...]] | None:
    """The file with identifiers, and what is to be said of it; None when it is no such file."""
    if not _looks_like(file.read_at(0, 256)):
        return None
    if file.size > MOST:
        raise Refused(Refusal.TOO_LARGE)
    load_pydicom()
    with quiet_pydicom():
        try:
            data_set = _read(file)
        except Exception:  # noqa: BLE001 - pydicom raises nine kinds of errors for what is no DICOM
            return None
        if data_set is None:
            return None
        try:
            return _written(data_set, file.name, study)
        except Exception as error:
            raise Refused(Refusal.DAMAGED) from error


def as_meant(file: OtherFile) -> OtherFile:
    """The file as PS3.10 has it where only its wrapping is odd: packed by gzip, or without what precedes DICM."""
    if file.read_at(0, len(PREFIX)) == PREFIX:
        return InMemory(file.name, bytes(PREAMBLE) + whole(file, MOST))
    data = unpacked(file)
    if data is file or data.read_at(PREAMBLE, len(PREFIX)) != PREFIX:
        return file
    parts: list[bytes] = []
    size = 0
    while part := data.read_at(size, STEP):
        size += len(part)
        if size > MOST:
            raise Refused(Refusal.TOO_LARGE)
        parts.append(part)
    return InMemory(data.name, b"".join(parts))


def _looks_like(head: bytes) -> bool:
    """A preamble, or a first element of group 8 or 2, in either byte order."""
    if head[PREAMBLE:].startswith(PREFIX):
        return True
    group = head[:2]
    return any(group in {number.to_bytes(2, "little"), number.to_bytes(2, "big")} for number in GROUPS)


def _read(file: OtherFile) -> Any:
    from pydicom import dcmread

    backwards = file.read_at(0, 8)[:2] == GROUPS[0].to_bytes(2, "big")
    data_set = _turned(file) if backwards else dcmread(reader_of(file), force=True)
    if any(keyword not in data_set for keyword in IMAGE) or "PixelData" not in data_set:
        return None
    return data_set


def _turned(file: OtherFile) -> Any:
    """A data set whose numbers have their great end first, as ACR-NEMA tapes of some consoles had them, the other way.

    Words of pixels are turned by us; where two pixels of eight bits share a word, so are these (PS3.5 7.3).
    """
    from pydicom import Dataset
    from pydicom.filereader import read_dataset
    from pydicom.filewriter import correct_ambiguous_vr

    head = file.read_at(0, 8)
    implicit = not head[4:6].isalpha()
    read = read_dataset(reader_of(file), is_implicit_VR=implicit, is_little_endian=False)
    data_set = Dataset()
    for element in correct_ambiguous_vr(read, is_little_endian=False):
        if element.VR in {"OW", "OB or OW"} and element.value:
            words = bytearray(element.value[: len(element.value) // 2 * 2])
            words[::2], words[1::2] = words[1::2], words[::2]
            element.value = bytes(words)
        data_set.add(element)
    return data_set


def _written(data_set: Any, name: str, study: str) -> tuple[bytes, tuple[Remark, ...]]:
    from pydicom import dcmwrite
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

    remarks: list[Remark] = []
    recognition = str(data_set.get("RecognitionCode", "")) + str(data_set.get("ImageFormat", ""))
    if "NEMA" in recognition.upper() or "SOPClassUID" not in data_set:
        _modernise(data_set, remarks)
    made = False
    for keyword, value in (
        ("SOPClassUID", SECONDARY_CAPTURE),
        ("SOPInstanceUID", new_uid()),
        ("StudyInstanceUID", study),
        ("SeriesInstanceUID", new_uid()),
    ):
        if not data_set.get(keyword):
            setattr(data_set, keyword, value)
            made = True
    if made:
        remarks.append(Remark.IDENTITY_MADE)
    if not data_set.get("SeriesDescription"):
        data_set.SeriesDescription = as_text(name)
    syntax = getattr(getattr(data_set, "file_meta", None), "TransferSyntaxUID", None)
    if syntax is None:
        implicit, little = data_set.original_encoding
        syntax = ImplicitVRLittleEndian if implicit or not little else ExplicitVRLittleEndian
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = syntax
    meta.MediaStorageSOPClassUID = data_set.SOPClassUID
    meta.MediaStorageSOPInstanceUID = data_set.SOPInstanceUID
    data_set.file_meta = meta
    data_set.preamble = bytes(128)
    for tag in [element.tag for element in data_set if element.tag.group <= META_GROUP]:
        del data_set[tag]  # commands, and file meta information that stands in the data set (PS3.5 7.1)
    out = BytesIO()
    dcmwrite(out, data_set, enforce_file_format=True)
    return out.getvalue(), tuple(remarks)


def _modernise(data_set: Any, remarks: list[Remark]) -> None:
    """What ACR-NEMA 2.0 leaves out or says otherwise."""
    if "SamplesPerPixel" not in data_set:
        data_set.SamplesPerPixel = 1
    if "PhotometricInterpretation" not in data_set:
        data_set.PhotometricInterpretation = "RGB" if data_set.SamplesPerPixel == COLOUR else "MONOCHROME2"
    if "PixelRepresentation" not in data_set:
        data_set.PixelRepresentation = 0
    if "BitsStored" not in data_set:
        data_set.BitsStored = data_set.BitsAllocated
    if "HighBit" not in data_set:
        data_set.HighBit = data_set.BitsStored - 1
    for old, new in ((ACR_POSITION, "ImagePositionPatient"), (ACR_ORIENTATION, "ImageOrientationPatient")):
        if new not in data_set and old in data_set:
            setattr(data_set, new, list(data_set[old].value))
    if "RecognitionCode" in data_set or str(data_set.get("ImageFormat", "")):
        remarks.append(Remark.OLD_STANDARD)
