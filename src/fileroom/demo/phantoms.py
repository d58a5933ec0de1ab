"""Three people who do not exist and their studies, so that a newcomer sees the product without data of their own.

=========  ==========================  ============================================================================
DEMO-001   Fantôme^Aurélien            CT of chest and abdomen with a coronal reformat; a chest radiograph
DEMO-002   Genzou^Tarou=幻像^太郎=…     MR of the head, T1 sagittal and T2 axial; a year before, T2 axial only
DEMO-003   Specimen^Sam                ultrasound of the heart, a colour loop
=========  ==========================  ============================================================================

Known sizes, on which measurement tests may rely (mm; x to the left, y to the back, z to the head; diameters are
where the value is half way between inside and outside):

* CT: a cylinder along z, 50.0 in diameter, of 100 HU, centred on x = -150.0, y = 101.0 in every slice; four rods of
  16.0 at y = 124.0 and x = 60, 20, -20, -60 of -100, 0, 250 and 800 HU in a pad of 28 HU.
* CT: spheres of 35 HU in the lungs at (-88, -8, 62), (72, 42, 78) and (-60, 52, 12), 14.0, 9.0 and 6.0 in diameter; a
  cyst of 8 HU in the liver at (-88, 8, -72), 22.0 in diameter.
* CT: 124 slices of 2.5, pixels of 0.78125; the uppermost slice is centred on z = 142.5. Air outside is -1000 HU.
* MR: a lesion in the white matter of the right side at (-31, 14, 55), 12.0 in diameter, a year before 8.0; the eyes
  are spheres of 24.0 around (-32, -62, -6) and (32, -62, -6).
* Ultrasound: 0.4 for a pixel in both directions, the beams come from column 320, row 34.
* Radiograph: 0.2 for a pixel at the detector, parallel rays.

The same each time, byte for byte. ``make`` takes some twenty seconds on two slow cores and about 110 MB.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from pydicom.encaps import encapsulate
from pydicom.uid import (
    CTImageStorage,
    DigitalXRayImageStorageForPresentation,
    JPEGBaseline8Bit,
    MRImageStorage,
    UltrasoundMultiFrameImageStorage,
)

from fileroom.demo import heart, xray
from fileroom.demo.canvas import Grain, between
from fileroom.demo.head import LESION_DIAMETER, LESION_DIAMETER_BEFORE, head
from fileroom.demo.torso import torso
from fileroom.demo.writing import Person, Run, Visit, code, item, uid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

    from fileroom.demo.canvas import Floats

    # files written so far, of how many
    OnProgress = Callable[[int, int], None]

AURELIEN = Person("DEMO-001", "Fantôme^Aurélien", "19610704", "M")
TAROU = Person("DEMO-002", "Genzou^Tarou=幻像^太郎=げんぞう^たろう", "19780228", "M")
SAM = Person("DEMO-003", "Specimen^Sam", "19850519", "F")

AXIAL = [1, 0, 0, 0, 1, 0]
CORONAL = [1, 0, 0, 0, 0, -1]
SAGITTAL = [0, 1, 0, 0, 0, -1]

README = """\
PHANTOM DATA - NOT A PERSON

These images were computed by `fileroom demo`. Nobody in them exists: no patient, no illness, no hospital.
They show what fileroom does; they are of no use for diagnosis.
"""


def make(folder: Path, on_progress: OnProgress | None = None) -> None:
    """Write the demo studies below ``folder``, in folders and with names as scanners and discs have them."""
    workers = min(4, os.cpu_count() or 1)
    written = 0
    (folder / "readme.txt").parent.mkdir(parents=True, exist_ok=True)
    (folder / "readme.txt").write_text(README, encoding="utf-8")
    with ThreadPoolExecutor(workers) as pool:
        for place, run, data_set in _everything(pool):
            run.save(data_set, folder / place)
            written += 1
            if on_progress is not None:
                on_progress(written, FILES)


def _everything(pool: ThreadPoolExecutor) -> Iterator[tuple[str, Run, Dataset]]:
    yield from _radiograph(pool)
    yield from _heart_loop()
    yield from _head_now(pool)
    yield from _head_before(pool)
    yield from _chest(pool)


# -- CT ---------------------------------------------------------------------------------------------------------------

SLICES, SIDE, PIXEL, STEP, TOP = 124, 512, 0.78125, 2.5, 142.5
CENTER_Y = 24.0  # of the field of view: the table lies behind
REFORMATS, REFORMAT_STEP, REFORMAT_FRONT = 44, 4.0, -92.0
CT_NOISE = 11.0  # HU
INTERCEPT = -1024

CT_VISIT = Visit(AURELIEN, "ct1", "20240516", "093012", "PHANTOM CT chest and abdomen", "062Y")
CT_ATTRIBUTES: dict[str, Any] = {
    "Modality": "CT",
    "ManufacturerModelName": "Phantom CT",
    "BodyPartExamined": "CHEST",
    "ProtocolName": "Chest Abdomen venous",
    "PatientPosition": "HFS",
    "FrameOfReferenceUID": uid("ct1", "frame"),
    "PositionReferenceIndicator": "",
    "RescaleIntercept": INTERCEPT,
    "RescaleSlope": 1,
    "RescaleType": "HU",
    "KVP": "120",
    "XRayTubeCurrent": "210",
    "ExposureTime": "500",
    "GantryDetectorTilt": "0",
    "ConvolutionKernel": "SMOOTH",
    "ReconstructionDiameter": "400",
    "TableHeight": "150",
    "ContrastBolusAgent": "PHANTOM CONTRAST",
}
SOFT_AND_LUNG = {
    "WindowCenter": [40, -550],
    "WindowWidth": [400, 1600],
    "WindowCenterWidthExplanation": ["SOFT TISSUE", "LUNG"],
}


def _chest(pool: ThreadPoolExecutor) -> Iterator[tuple[str, Run, Dataset]]:
    volume = np.empty((SLICES, SIDE, SIDE), np.uint16)
    run = Run(CT_VISIT, 2, CTImageStorage, CT_ATTRIBUTES | {"SeriesDescription": "Chest/Abdomen 2.5 venous"})
    for index, stored in enumerate(pool.map(_ct_slice, range(SLICES))):
        volume[index] = stored
        z = TOP - STEP * index
        yield (
            f"DICOM/ST000001/SE000002/IM{index + 1:06d}",
            run,
            run.image(
                index + 1,
                stored,
                ImageType=["ORIGINAL", "PRIMARY", "AXIAL"],
                ImagePositionPatient=[-PIXEL * (SIDE - 1) / 2, CENTER_Y - PIXEL * (SIDE - 1) / 2, z],
                ImageOrientationPatient=AXIAL,
                PixelSpacing=[PIXEL, PIXEL],
                SliceThickness=STEP,
                SpacingBetweenSlices=STEP,
                SliceLocation=z,
                **SOFT_AND_LUNG,
            ),
        )
    yield from _reformat(volume)


def _ct_slice(index: int) -> NDArray[np.uint16]:
    xs = ((np.arange(SIDE) - (SIDE - 1) / 2) * PIXEL).astype(np.float32)
    values = torso(xs, xs + np.float32(CENTER_Y), TOP - STEP * index)
    values += _ct_grain().at(values.shape, index) * np.float32(CT_NOISE)
    stored: NDArray[np.uint16] = np.clip(values + np.float32(0.5 - INTERCEPT), 0, 4095).astype(np.uint16)
    return stored


def _reformat(volume: NDArray[np.uint16]) -> Iterator[tuple[str, Run, Dataset]]:
    """Coronal images of the axial ones: square pixels, the mean over the thickness."""
    run = Run(
        CT_VISIT,
        3,
        CTImageStorage,
        CT_ATTRIBUTES
        | {"SeriesDescription": "Coronal MPR 4.0", "DerivationDescription": "Coronal reformat, 4 mm mean"},
    )
    rows = int((SLICES - 1) * STEP / PIXEL) + 1
    heights = np.arange(rows) * PIXEL / STEP
    above = np.minimum(heights.astype(int), SLICES - 2)
    share = (heights - above).astype(np.float32)[:, None]
    first_row = CENTER_Y - PIXEL * (SIDE - 1) / 2
    for index in range(REFORMATS):
        y = REFORMAT_FRONT + REFORMAT_STEP * index
        low = round((y - REFORMAT_STEP / 2 - first_row) / PIXEL)
        slab = volume[:, low : low + round(REFORMAT_STEP / PIXEL)].mean(1, dtype=np.float32)
        stored = slab[above] * (1 - share) + slab[above + 1] * share
        yield (
            f"DICOM/ST000001/SE000003/IM{index + 1:06d}",
            run,
            run.image(
                index + 1,
                np.round(stored),
                ImageType=["DERIVED", "SECONDARY", "REFORMATTED", "AVERAGE"],
                ImagePositionPatient=[-PIXEL * (SIDE - 1) / 2, y, TOP],
                ImageOrientationPatient=CORONAL,
                PixelSpacing=[PIXEL, PIXEL],
                SliceThickness=REFORMAT_STEP,
                SpacingBetweenSlices=REFORMAT_STEP,
                SliceLocation=y,
                **SOFT_AND_LUNG,
            ),
        )


# -- MR ---------------------------------------------------------------------------------------------------------------

MR_VISIT = Visit(TAROU, "mr2", "20240322", "141530", "PHANTOM MR head", "046Y")
MR_VISIT_BEFORE = Visit(TAROU, "mr1", "20230317", "100405", "PHANTOM MR head, baseline", "045Y")

T1_SLICES, T1_SIDE, T1_STEP, T1_PIXEL = 112, 256, 1.5, 1.0
T1_TOP, T1_FRONT = 122.0, -133.5  # the centre of the first pixel
COARSE = 1.25  # mm between the heights that are computed for the sagittal images
T2_STEP, T2_THICKNESS = 5.5, 5.0
T1_NOISE, T2_NOISE = 13.0, 15.0


def _mr(visit: Visit, number: int, description: str, **attributes: Any) -> Run:
    common: dict[str, Any] = {
        "Modality": "MR",
        "ManufacturerModelName": "Phantom MR",
        "BodyPartExamined": "HEAD",
        "PatientPosition": "HFS",
        "FrameOfReferenceUID": uid(visit.key, "frame"),
        "PositionReferenceIndicator": "",
        "SeriesDescription": description,
        "ProtocolName": description,
        "MagneticFieldStrength": "3",
        "ImagingFrequency": "123.2",
        "ImagedNucleus": "1H",
        "NumberOfAverages": "1",
        "PixelBandwidth": "220",
        "ScanOptions": "",
        "EchoNumbers": 1,
    }
    return Run(visit, number, MRImageStorage, common | attributes)


def _head_now(pool: ThreadPoolExecutor) -> Iterator[tuple[str, Run, Dataset]]:
    run = _mr(
        MR_VISIT,
        2,
        "T1 3D sag",
        ScanningSequence=["GR", "IR"],
        SequenceVariant=["SP", "MP"],
        MRAcquisitionType="3D",
        RepetitionTime="2100",
        EchoTime="2.9",
        InversionTime="900",
        FlipAngle="8",
        EchoTrainLength="1",
    )
    for index, stored in enumerate(_sagittal(pool)):
        x = T1_STEP * (index - (T1_SLICES - 1) / 2)
        yield (
            f"EXAM02/SER00002/I{index + 1:04d}.dcm",
            run,
            run.image(
                index + 1,
                stored,
                ImageType=["ORIGINAL", "PRIMARY", "M", "NORM"],
                ImagePositionPatient=[x, T1_FRONT, T1_TOP],
                ImageOrientationPatient=SAGITTAL,
                PixelSpacing=[T1_PIXEL, T1_PIXEL],
                SliceThickness=T1_STEP,
                SpacingBetweenSlices=T1_STEP,
                SliceLocation=x,
                WindowCenter=400,
                WindowWidth=800,
            ),
        )
    yield from _axial_t2(pool, MR_VISIT, "EXAM02/SER00003", 3, side=320, pixel=0.71875, slices=26, first=-44.0)


def _head_before(pool: ThreadPoolExecutor) -> Iterator[tuple[str, Run, Dataset]]:
    yield from _axial_t2(pool, MR_VISIT_BEFORE, "EXAM01/SER00002", 2, side=256, pixel=0.9375, slices=24, first=-38.5)


def _sagittal(pool: ThreadPoolExecutor) -> Iterable[NDArray[np.uint16]]:
    """T1-weighted images at x = const, cut from axial ones."""
    xs = (T1_STEP * (np.arange(T1_SLICES) - (T1_SLICES - 1) / 2)).astype(np.float32)
    ys = (T1_FRONT + T1_PIXEL * np.arange(T1_SIDE)).astype(np.float32)
    heights = np.arange(T1_TOP + COARSE, T1_TOP - T1_SIDE * T1_PIXEL - 2 * COARSE, -COARSE)
    coarse = np.stack(list(pool.map(lambda z: head(xs, ys, float(z))[0], heights)))
    rows = (np.arange(T1_SIDE) * T1_PIXEL + COARSE) / COARSE
    z = T1_TOP - T1_PIXEL * np.arange(T1_SIDE)
    fading = (1 / (1 + np.exp(-(z + 104) / 9))).astype(np.float32)[:, None]  # the coil does not reach the neck
    nearer = _shading(ys, z)
    for index in range(T1_SLICES):
        yield _measured(between(coarse[:, :, index], rows) * fading * nearer, T1_NOISE, index)


def _axial_t2(
    pool: ThreadPoolExecutor,
    visit: Visit,
    place: str,
    number: int,
    *,
    side: int,
    pixel: float,
    slices: int,
    first: float,
) -> Iterator[tuple[str, Run, Dataset]]:
    run = _mr(
        visit,
        number,
        "T2 TSE ax",
        ScanningSequence="SE",
        SequenceVariant=["SK", "SP"],
        MRAcquisitionType="2D",
        RepetitionTime="4800",
        EchoTime="96",
        FlipAngle="150",
        EchoTrainLength="15",
    )
    xs = ((np.arange(side) - (side - 1) / 2) * pixel).astype(np.float32)
    ys = xs - np.float32(8)
    lesion = LESION_DIAMETER_BEFORE if visit is MR_VISIT_BEFORE else LESION_DIAMETER
    heights = [first + T2_STEP * index for index in range(slices)]
    shading = _shading(ys, xs)
    for index, (z, signal) in enumerate(
        zip(heights, pool.map(lambda z: head(xs, ys, z, lesion=lesion)[1], heights), strict=True)
    ):
        yield (
            f"{place}/I{index + 1:04d}.dcm",
            run,
            run.image(
                index + 1,
                _measured(signal * shading.T, T2_NOISE, 500 + index),
                ImageType=["ORIGINAL", "PRIMARY", "M", "NORM"],
                ImagePositionPatient=[float(xs[0]), float(ys[0]), z],
                ImageOrientationPatient=AXIAL,
                PixelSpacing=[pixel, pixel],
                SliceThickness=T2_THICKNESS,
                SpacingBetweenSlices=T2_STEP,
                SliceLocation=z,
                WindowCenter=470,
                WindowWidth=940,
            ),
        )


def _shading(across: Sequence[float] | Floats | NDArray[Any], down: Sequence[float] | Floats | NDArray[Any]) -> Floats:
    """Brighter near the coil, which is all around."""
    far = np.square(np.asarray(across)[None, :] / 95) + np.square(np.asarray(down)[:, None] / 110)
    shading: Floats = (0.92 + 0.13 * np.clip(far, 0, 1.6)).astype(np.float32)
    return shading


def _measured(signal: Floats, noise: float, number: int) -> NDArray[np.uint16]:
    """The magnitude of a signal with noise in both channels (a Rice distribution)."""
    grain = _mr_grain()
    real = signal + grain.at(signal.shape, number) * np.float32(noise)
    imaginary = grain.at(signal.shape, number + 1000) * np.float32(noise)
    stored: NDArray[np.uint16] = np.clip(np.hypot(real, imaginary) + 0.5, 0, 4095).astype(np.uint16)
    return stored


# -- ultrasound -------------------------------------------------------------------------------------------------------

US_VISIT = Visit(SAM, "us1", "20240603", "112244", "PHANTOM Echocardiography", "039Y")
JPEG_QUALITY = 88


def _heart_loop() -> Iterator[tuple[str, Run, Dataset]]:
    import imagecodecs

    frames = [
        bytes(imagecodecs.jpeg8_encode(frame, level=JPEG_QUALITY, outcolorspace="YCBCR", subsampling="422"))
        for frame in heart.frames()
    ]
    run = Run(
        US_VISIT,
        1,
        UltrasoundMultiFrameImageStorage,
        {
            "Modality": "US",
            "ManufacturerModelName": "Phantom US",
            "BodyPartExamined": "HEART",
            "SeriesDescription": "Apical four chambers, colour",
            "ProtocolName": "Echo",
            "HeartRate": "75",
            "TransducerType": "SECTOR_PHASED",
        },
        JPEGBaseline8Bit,
    )
    data_set = run.image(
        1,
        None,
        ImageType=["ORIGINAL", "PRIMARY", "TTE", "0011"],
        PatientOrientation="",
        SamplesPerPixel=3,
        PhotometricInterpretation="YBR_FULL_422",
        PlanarConfiguration=0,
        Rows=heart.ROWS,
        Columns=heart.COLUMNS,
        BitsAllocated=8,
        BitsStored=8,
        HighBit=7,
        PixelRepresentation=0,
        NumberOfFrames=heart.FRAMES,
        FrameIncrementPointer=0x00181063,
        FrameTime=heart.FRAME_TIME,
        CineRate=round(1000 / heart.FRAME_TIME),
        RecommendedDisplayFrameRate=round(1000 / heart.FRAME_TIME),
        UltrasoundColorDataPresent=1,
        LossyImageCompression="01",
        LossyImageCompressionRatio=round(heart.FRAMES * heart.ROWS * heart.COLUMNS * 3 / sum(map(len, frames)), 1),
        LossyImageCompressionMethod="ISO_10918_1",
        SequenceOfUltrasoundRegions=[_us_region()],
        PixelData=encapsulate(frames, has_bot=True),
    )
    data_set["PixelData"].VR = "OB"
    yield "US/IM000001", run, data_set


def _us_region() -> Dataset:
    """The sector with its scale: tissue and colour flow, centimetres both ways (PS3.3 C.8.5.5)."""
    return item(
        RegionSpatialFormat=1,
        RegionDataType=2,
        RegionFlags=0,
        RegionLocationMinX0=heart.LEFT[0],
        RegionLocationMinY0=heart.LEFT[1],
        RegionLocationMaxX1=heart.RIGHT[0],
        RegionLocationMaxY1=heart.RIGHT[1],
        ReferencePixelX0=int(heart.APEX_COLUMN) - heart.LEFT[0],
        ReferencePixelY0=0,
        PhysicalUnitsXDirection=3,
        PhysicalUnitsYDirection=3,
        ReferencePixelPhysicalValueX=0.0,
        ReferencePixelPhysicalValueY=0.0,
        PhysicalDeltaX=heart.MM_PER_PIXEL / 10,
        PhysicalDeltaY=heart.MM_PER_PIXEL / 10,
    )


# -- radiograph -------------------------------------------------------------------------------------------------------

DX_VISIT = Visit(AURELIEN, "dx1", "20240509", "080315", "PHANTOM Chest PA", "062Y")


def _radiograph(pool: ThreadPoolExecutor) -> Iterator[tuple[str, Run, Dataset]]:
    run = Run(
        DX_VISIT,
        1,
        DigitalXRayImageStorageForPresentation,
        {
            "Modality": "DX",
            "PresentationIntentType": "FOR PRESENTATION",
            "ManufacturerModelName": "Phantom DX",
            "BodyPartExamined": "CHEST",
            "SeriesDescription": "Chest PA",
            "ProtocolName": "Chest PA",
        },
    )
    data_set = run.image(
        1,
        xray.radiograph(pool),
        ImageType=["ORIGINAL", "PRIMARY"],
        PatientOrientation=["L", "F"],
        ImageLaterality="U",
        AnatomicRegionSequence=[code("51185008", "SCT", "Chest")],
        ViewPosition="PA",
        PositionerType="",
        ViewCodeSequence=[code("399348003", "SCT", "postero-anterior")],
        KVP="120",
        DetectorType="DIRECT",
        DetectorID="PHANTOM",
        ImagerPixelSpacing=[xray.PIXEL, xray.PIXEL],
        PixelIntensityRelationship="LOG",
        PixelIntensityRelationshipSign=-1,
        RescaleIntercept=0,
        RescaleSlope=1,
        RescaleType="US",
        PresentationLUTShape="IDENTITY",
        WindowCenter=2048,
        WindowWidth=4096,
        AcquisitionContextSequence=[],
    )
    yield "DX/DX000001.dcm", run, data_set


FILES = SLICES + REFORMATS + T1_SLICES + 26 + 24 + 2


@cache
def _ct_grain() -> Grain:
    return Grain(1, 720, 0.85, ramp=True)


@cache
def _mr_grain() -> Grain:
    return Grain(2, 512, 0.45)
