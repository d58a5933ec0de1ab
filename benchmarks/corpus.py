"""A corpus that looks like what lies on a clinic's disk, the same every time and made in seconds.

Each series is a template of one scanner, encoded once: classic CT and MR with private groups (among them two long
blocks of the Siemens kind), nested sequences of both kinds of length, implicit VR, big endian, deflated, JPEG
ultrasound, enhanced multi-frame, files without preamble, names in Latin-1, UTF-8 and Japanese. Instances are made of
a template by putting UIDs, names and numbers of the same width into its bytes. Beside them lie files that are not
DICOM. The sizes of header and pixel data follow what was found on real disks: some 150 elements, 9 KiB before the
pixel data at the median, 95 KiB at the upper end; pixel data itself is kept small.
"""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tests.world import DEFLATED_LE, EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, JPEG_BASELINE, SOP_CLASSES, Open, part10

if TYPE_CHECKING:
    from pathlib import Path

SEED: Final = 20240131
PER_SERIES: Final = 20
SERIES_PER_STUDY: Final = 4
STUDIES_PER_PATIENT: Final = 2

# What templates carry in the place of what differs; the same width as what takes its place.
STUDY: Final = "2.999.1.1000000000"
SERIES: Final = "2.999.1.1000000000.2000000000"
INSTANCE: Final = "2.999.1.1000000000.2000000000.3000000000"
NUMBER: Final = "4000000000"
POSITION: Final = "5000000000"
NAME: Final = "FAMILYNAME^GIVENNAME"
PATIENT: Final = "6000000000"
BIRTH: Final = "19001122"

ENHANCED_MR: Final = "1.2.840.10008.5.1.4.1.1.4.1"
FAMILIES: Final = (
    "ROSSI BIANCHI VERDI FERRARI ESPOSITO COLOMBO RICCI MARINO GRECO BRUNO GALLO CONTI MANCINI COSTA".split()
)
GIVEN: Final = "MARIO ANNA GIULIA LUCA SOFIA MARCO ELENA PAOLO CHIARA PIETRO".split()


@dataclass(frozen=True)
class Scanner:
    """A kind of series and how many in a hundred are of it."""

    share: int
    values: dict[str, Any]
    transfer_syntax: str = EXPLICIT_LE
    preamble: bool = True
    more: dict[str, Any] = field(default_factory=dict)


def make_corpus(folder: Path, instances: int = 2000, others: int | None = None, seed: int = SEED) -> None:
    """Fill ``folder`` with ``instances`` DICOM files and ``others`` that are none (by default one for twenty)."""
    chance = random.Random(seed)  # noqa: S311 - the same corpus every time is what is wanted
    templates = [(scanner, _template(scanner)) for scanner in SCANNERS]
    shares = [scanner.share for scanner, _ in templates]
    places: list[Path] = []
    for series in range(-(-instances // PER_SERIES)):
        study, patient = series // SERIES_PER_STUDY, series // SERIES_PER_STUDY // STUDIES_PER_PATIENT
        place = folder / f"P{patient:05}" / f"ST{study % STUDIES_PER_PATIENT}" / f"SE{series % SERIES_PER_STUDY:03}"
        place.mkdir(parents=True)
        places.append(place)
        scanner, template = chance.choices(templates, shares)[0]
        template = with_identity(template, study, series, patient)
        for number in range(min(PER_SERIES, instances - series * PER_SERIES)):
            data = with_number(template, series * PER_SERIES + number, number)
            (place / f"IM{number:06}").write_bytes(_closed(data, scanner))
    for number in range(instances // 20 if others is None else others):
        name, data = OTHERS[number % len(OTHERS)]
        (chance.choice(places or [folder]) / f"{number:05}-{name}").write_bytes(data)


def _template(scanner: Scanner) -> bytes:
    # A deflated data set is deflated when its values are in place.
    syntax = EXPLICIT_LE if scanner.transfer_syntax == DEFLATED_LE else scanner.transfer_syntax
    return part10(
        {**COMMON, **scanner.values}, transfer_syntax=syntax, preamble=scanner.preamble, meta=scanner.preamble
    )


def with_identity(template: bytes, study: int, series: int, patient: int) -> bytes:
    """A template of one series of one patient: name and birth date are a matter of chance, and the same in every series
    of a patient, or each series would be of a patient of its own."""
    chance = random.Random(patient)  # noqa: S311 - the same person every time
    name = f"{chance.choice(FAMILIES)}^{chance.choice(GIVEN)}".ljust(len(NAME))[: len(NAME)]
    birth = f"{chance.randrange(1930, 2015)}{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}"
    for old, new in (
        (STUDY, f"2.999.1.{1_000_000_001 + study}"),
        ("2000000000", f"{2_000_000_001 + series}"),
        (NAME, name),
        (PATIENT, f"{6_000_000_001 + patient}"),
        (BIRTH, birth),
    ):
        template = template.replace(old.encode(), new.encode())
    return template


def with_number(template: bytes, instance: int, number: int) -> bytes:
    """The file of one instance of a series, the ``number``-th of it."""
    for old, new in (
        ("3000000000", f"{3_000_000_001 + instance}"),
        (NUMBER, f"{number + 1:<10}"),
        (POSITION, f"{number * 2.5:<10}"),
    ):
        template = template.replace(old.encode(), new.encode())
    return template


def _closed(data: bytes, scanner: Scanner) -> bytes:
    """The file as it is written: a deflated one is deflated now (PS3.5 A.5)."""
    if scanner.transfer_syntax != DEFLATED_LE:
        return data
    start = data.index(b"\x08\x00\x05\x00CS")
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    body = deflate.compress(data[start:]) + deflate.flush()
    head = data[:start]
    old = b"UI\x14\x00" + EXPLICIT_LE.encode() + b"\0"
    new = b"UI\x16\x00" + DEFLATED_LE.encode()
    length = int.from_bytes(head[140:144], "little") + len(new) - len(old)
    return head[:140] + length.to_bytes(4, "little") + head[144:].replace(old, new) + body + b"\0" * (len(body) % 2)


# -- what the scanners say ---------------------------------------------------------------------------------------


def _private(group: int, creator: str, count: int, size: int = 12) -> dict[str, Any]:
    """A private block: its creator and ``count`` elements of varied VRs (PS3.5 7.8.1)."""
    chance = random.Random(group)  # noqa: S311 - the same block every time
    block: dict[str, Any] = {f"x{group:04X}0010": ("LO", creator)}
    for element in range(count):
        vr = ("DS", "SL", "LO", "IS", "FD", "UN", "SH", "OB")[element % 8]
        text = {"DS": "12.5", "IS": "7", "LO": "PRIVATE TEXT", "SH": "PRIVATE"}
        value: Any = text.get(vr) or chance.randbytes(8 * (size // 8 or 1) if vr in {"FD", "UN", "OB"} else 4)
        block[f"x{group:04X}10{element:02X}"] = (vr, value)
    return block


def _reference(uid: str) -> dict[str, str]:
    return {"ReferencedSOPClassUID": "1.2.840.10008.3.1.2.3.1", "ReferencedSOPInstanceUID": uid}


COMMON: Final[dict[str, Any]] = {
    "SpecificCharacterSet": "ISO_IR 100",
    "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
    "InstanceCreationDate": "20240131",
    "SOPClassUID": SOP_CLASSES["CT"],
    "SOPInstanceUID": INSTANCE,
    "StudyDate": "20240131",
    "SeriesDate": "20240131",
    "AcquisitionDate": "20240131",
    "ContentDate": "20240131",
    "StudyTime": "101500.123000",
    "SeriesTime": "101730",
    "AcquisitionTime": "101731.25",
    "ContentTime": "101731.25",
    "AccessionNumber": "A0012345",
    "Modality": "CT",
    "Manufacturer": "ACME MEDICAL SYSTEMS",
    "InstitutionName": "Ospedale San Luca",
    "InstitutionAddress": "Via Roma 1, Milano",
    "ReferringPhysicianName": "NERI^CARLO^^DR",
    "StationName": "STATION01",
    "StudyDescription": "TORACE E ADDOME CON MDC",
    "ProcedureCodeSequence": [{"CodeValue": "71260", "CodingSchemeDesignator": "C4", "CodeMeaning": "CT THORAX"}],
    "SeriesDescription": "TORACE 2.5MM STD",
    "PerformingPhysicianName": "GIALLI^MARTA",
    "OperatorsName": "BLU^ANNA",
    "ManufacturerModelName": "SCANNER 64",
    "ReferencedStudySequence": [_reference(STUDY)],
    "PatientName": NAME,
    "PatientID": PATIENT,
    "PatientBirthDate": BIRTH,
    "PatientSex": "F",
    "PatientAge": "054Y",
    "PatientWeight": "70",
    "AdditionalPatientHistory": "Controllo.",
    "BodyPartExamined": "CHEST",
    "ScanOptions": "HELICAL MODE",
    "SliceThickness": "2.500000",
    "KVP": "120",
    "SpacingBetweenSlices": "2.500000",
    "DataCollectionDiameter": "500.000000",
    "DeviceSerialNumber": "000012345",
    "SoftwareVersions": "V10.1",
    "ProtocolName": "6.1 TORACE/ADDOME",
    "ReconstructionDiameter": "360.000000",
    "DistanceSourceToDetector": "949.075012",
    "DistanceSourceToPatient": "541.000000",
    "GantryDetectorTilt": "0.000000",
    "TableHeight": "156.000000",
    "RotationDirection": "CW",
    "ExposureTime": "872",
    "XRayTubeCurrent": "200",
    "Exposure": "8",
    "FilterType": "BODY FILTER",
    "GeneratorPower": "24000",
    "FocalSpots": "0.700000",
    "ConvolutionKernel": "STANDARD",
    "PatientPosition": "FFS",
    "StudyInstanceUID": STUDY,
    "SeriesInstanceUID": SERIES,
    "StudyID": "1234",
    "SeriesNumber": "3",
    "AcquisitionNumber": "1",
    "InstanceNumber": NUMBER,
    "ImagePositionPatient": ["-180.000000", "-172.500000", POSITION],
    "ImageOrientationPatient": ["1.000000", "0.000000", "0.000000", "0.000000", "1.000000", "0.000000"],
    "FrameOfReferenceUID": STUDY + ".1",
    "PositionReferenceIndicator": "SN",
    "SliceLocation": POSITION,
    "ImagesInAcquisition": "120",
    "SamplesPerPixel": 1,
    "PhotometricInterpretation": "MONOCHROME2",
    "Rows": 16,
    "Columns": 16,
    "PixelSpacing": ["0.703125", "0.703125"],
    "BitsAllocated": 16,
    "BitsStored": 16,
    "HighBit": 15,
    "PixelRepresentation": 1,
    "PixelPaddingValue": b"\x30\xf8",
    "WindowCenter": "40",
    "WindowWidth": "400",
    "RescaleIntercept": "-1024",
    "RescaleSlope": "1",
    "RescaleType": "HU",
    "PerformedProcedureStepStartDate": "20240131",
    "PerformedProcedureStepStartTime": "101500",
    "RequestAttributesSequence": [{"ScheduledProcedureStepID": "1", "RequestedProcedureID": "A0012345"}],
    "PixelData": bytes(512),
}

_MR: Final = {"SOPClassUID": SOP_CLASSES["MR"], "Modality": "MR", "ScanningSequence": "SE", "EchoTime": "12.5",
              "RepetitionTime": "500", "MagneticFieldStrength": "1.5", "FlipAngle": "90", "EchoNumbers": "1",
              "RescaleType": None, "KVP": None, "ManufacturerModelName": "MAGNET 15"}  # fmt: skip
_GE: Final = {
    **_private(0x0009, "GEMS_IDEN_01", 6),
    **_private(0x0019, "GEMS_ACQU_01", 20),
    **_private(0x0021, "GEMS_RELA_01", 10),
    **_private(0x0027, "GEMS_IMAG_01", 12),
    **_private(0x0043, "GEMS_PARM_01", 16, 96),
    **_private(0x0045, "GEMS_HELIOS_01", 10, 1200),
}
_SIEMENS: Final = {
    **_MR,
    **_private(0x0019, "SIEMENS MR HEADER", 16),
    "x00290010": ("LO", "SIEMENS CSA HEADER"),
    "x00291008": ("CS", "IMAGE NUM 4"),
    "x00291010": ("OB", b"SV10" + bytes(11_000)),
    "x00291020": ("OB", b"SV10" + bytes(83_000)),
    **_private(0x0051, "SIEMENS MR HEADER", 16),
}
_PHILIPS: Final = {
    **_MR,
    **_private(0x2001, "Philips Imaging DD 001", 40),
    **_private(0x2005, "Philips MR Imaging DD 001", 50),
    "x20051080": ("SQ", Open([{"x20050010": ("LO", "Philips MR Imaging DD 005"), **_private(0x2005, "NESTED", 12),
                               "ReferencedImageSequence": Open([_reference(SERIES)])}])),
    "ReferencedPerformedProcedureStepSequence": Open([_reference(STUDY + ".2")]),
}  # fmt: skip
_REGION: Final = {"RegionSpatialFormat": 1, "RegionDataType": 1, "PhysicalDeltaX": 0.02, "PhysicalDeltaY": 0.02}
_US: Final = {
    "SOPClassUID": SOP_CLASSES["US"], "Modality": "US", "SequenceOfUltrasoundRegions": Open([_REGION, _REGION]),
    "ImagePositionPatient": None, "ImageOrientationPatient": None, "SliceThickness": None, "PixelSpacing": None,
    "SamplesPerPixel": 3, "PhotometricInterpretation": "YBR_FULL_422", "PlanarConfiguration": 0, "Rows": 480,
    "Columns": 640, "BitsAllocated": 8, "BitsStored": 8, "HighBit": 7, "PixelRepresentation": 0, "FrameTime": "33.3",
    "PixelPaddingValue": None, "NumberOfFrames": "1", "PixelData": [b"\xff\xd8" + bytes(4000) + b"\xff\xd9"],
}  # fmt: skip


def _frame(number: int) -> dict[str, Any]:
    return {
        "FrameContentSequence": Open([{"TemporalPositionIndex": 1, "FrameAcquisitionNumber": number}]),
        "PlanePositionSequence": Open([{"ImagePositionPatient": ["-100", "-90", str(number * 3)]}]),
        "PixelValueTransformationSequence": Open(
            [{"RescaleIntercept": "0", "RescaleSlope": "1.5", "RescaleType": "US"}]
        ),
    }


_ENHANCED: Final = {
    **_MR, "SOPClassUID": ENHANCED_MR, "NumberOfFrames": "30", "ImagePositionPatient": None, "PixelSpacing": None,
    "ImageOrientationPatient": None, "SliceThickness": None, "SpacingBetweenSlices": None, "WindowCenter": None,
    "WindowWidth": None, "RescaleSlope": None, "RescaleIntercept": None,
    "SharedFunctionalGroupsSequence": Open([{
        "PixelMeasuresSequence": Open([{"PixelSpacing": ["0.9", "0.9"], "SliceThickness": "3"}]),
        "PlaneOrientationSequence": Open([{"ImageOrientationPatient": ["1", "0", "0", "0", "1", "0"]}]),
    }]),
    "PerFrameFunctionalGroupsSequence": Open([_frame(number) for number in range(30)]), "PixelData": bytes(512 * 30),
}  # fmt: skip
_JAPANESE: Final = {
    "SpecificCharacterSet": ["", "ISO 2022 IR 87"],
    "InstitutionName": b"\x1b$B\x41\x71\x39\x67\x49\x42\x31\x21\x1b(B",
    "PatientName": NAME.encode() + b"=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
}

SCANNERS: Final = (
    Scanner(34, _GE),
    Scanner(22, _SIEMENS),
    Scanner(14, _PHILIPS),
    Scanner(14, {**_private(0x7005, "TOSHIBA_MEC_CT3", 24)}, IMPLICIT_LE),
    Scanner(8, _US, JPEG_BASELINE),
    Scanner(2, _ENHANCED),
    Scanner(2, {**_GE, **_JAPANESE}),
    Scanner(1, {"SpecificCharacterSet": "ISO_IR 192", "InstitutionName": "Клиника №5"}),
    Scanner(1, _GE, EXPLICIT_BE),
    Scanner(1, _PHILIPS, DEFLATED_LE),
    Scanner(1, {}, IMPLICIT_LE, preamble=False),
)

OTHERS: Final = (
    ("readme.txt", b"These are the scans of January.\r\n" * 40),
    ("report.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 80),
    ("Thumbs.db", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000)),
    ("photo.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\0" + bytes(range(256)) * 100),
    ("empty", b""),
    ("table.csv", b"patient;study;date\n" * 200),
    ("autorun.inf", b"[autorun]\r\nopen=viewer.exe\r\n"),
)
