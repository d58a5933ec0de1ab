"""Phantoms as DICOM files: the modules that all have in common, and UIDs that are the same each time."""

from __future__ import annotations

import uuid
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

NAMESPACE = uuid.UUID("b1c5f2a0-5f0e-4f0e-9a53-7d8a1f3c2e10")
IMPLEMENTATION = "2.25.236152917283046149374823740295083617290"
NOT_A_PERSON = "Synthetic phantom, not a person"


def uid(*parts: object) -> str:
    """A UID under 2.25 (PS3.5 B.2), the same for the same words."""
    return f"2.25.{uuid.uuid5(NAMESPACE, '/'.join(map(str, parts))).int}"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist."""

    patient_id: str
    name: str
    birth_date: str
    sex: str


@dataclass(frozen=True, slots=True)
class Visit:
    """A study of somebody who does not exist."""

    person: Person
    key: str
    date: str
    time: str
    description: str
    age: str
    referring: str = "Referrer^Robin"


@dataclass(frozen=True, slots=True)
class Run:
    """A series: its images are made with :meth:`image`."""

    visit: Visit
    number: int
    sop_class: str
    attributes: dict[str, Any] = field(default_factory=dict)
    transfer_syntax: str = ExplicitVRLittleEndian

    def image(self, number: int, pixels: NDArray[Any] | None, **attributes: Any) -> Dataset:
        """The data set of image ``number``; ``pixels`` are (rows, columns) of grey."""
        data_set = self._common()
        data_set.SOPInstanceUID = uid(self.visit.key, self.number, number)
        data_set.InstanceNumber = number
        if pixels is not None:
            _set_pixels(data_set, pixels)
        data_set.update(_data_set(attributes))
        return data_set

    def _common(self) -> Dataset:
        visit, person = self.visit, self.visit.person
        common = {
            "SpecificCharacterSet": "ISO_IR 192",
            "SOPClassUID": self.sop_class,
            # Patient (PS3.3 C.7.1.1) and Patient Study (C.7.2.2)
            "PatientName": person.name,
            "PatientID": person.patient_id,
            "IssuerOfPatientID": "FILEROOM-DEMO",
            "PatientBirthDate": person.birth_date,
            "PatientSex": person.sex,
            "PatientAge": visit.age,
            "PatientComments": NOT_A_PERSON,
            # General Study (C.7.2.1)
            "StudyInstanceUID": uid(visit.key),
            "StudyDate": visit.date,
            "StudyTime": visit.time,
            "StudyID": visit.key.upper(),
            "AccessionNumber": f"DEMO{visit.date}",
            "ReferringPhysicianName": visit.referring,
            "StudyDescription": visit.description,
            # General Series (C.7.3.1)
            "SeriesInstanceUID": uid(visit.key, self.number),
            "SeriesNumber": self.number,
            "SeriesDate": visit.date,
            "SeriesTime": visit.time,
            "PerformingPhysicianName": "Operator^Olly",
            # General Equipment (C.7.5.1)
            "Manufacturer": "fileroom",
            "InstitutionName": "fileroom demo",
            "StationName": "PHANTOM",
            "SoftwareVersions": "1",
            # General Image (C.7.6.1), SOP Common (C.12.1)
            "AcquisitionDate": visit.date,
            "AcquisitionTime": visit.time,
            "ContentDate": visit.date,
            "ContentTime": visit.time,
            "InstanceCreationDate": visit.date,
            "InstanceCreationTime": visit.time,
            "AcquisitionNumber": 1,
            "ImageComments": NOT_A_PERSON,
            "QualityControlImage": "YES",
            "BurnedInAnnotation": "NO",
            "LossyImageCompression": "00",
        }
        return _data_set(common | self.attributes)

    def save(self, data_set: Dataset, path: Path) -> None:
        """Write a Part 10 file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        data_set.file_meta = FileMetaDataset()
        data_set.file_meta.TransferSyntaxUID = UID(self.transfer_syntax)
        data_set.file_meta.ImplementationClassUID = UID(IMPLEMENTATION)
        data_set.file_meta.ImplementationVersionName = "FILEROOM_DEMO"
        data_set.save_as(path, enforce_file_format=True)


def _data_set(attributes: dict[str, Any]) -> Dataset:
    data_set = Dataset()
    for keyword, value in attributes.items():
        setattr(data_set, keyword, copy(value))
    return data_set


def item(**attributes: Any) -> Dataset:
    """An item of a sequence."""
    return _data_set(attributes)


def code(value: str, scheme: str, meaning: str) -> Dataset:
    """An item of a code sequence (PS3.3 8.8)."""
    return item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def _set_pixels(data_set: Dataset, pixels: NDArray[Any]) -> None:
    """Image Pixel (C.7.6.3) for 16 bits allocated; how many are stored is said by the series."""
    data_set.Rows, data_set.Columns = pixels.shape
    data_set.SamplesPerPixel = 1
    data_set.PhotometricInterpretation = "MONOCHROME2"
    data_set.BitsAllocated = 16
    data_set.BitsStored = 12
    data_set.HighBit = 11
    data_set.PixelRepresentation = 0
    data_set.PixelData = pixels.astype("<u2").tobytes()
    data_set["PixelData"].VR = "OW"
