"""The folder of DICOM files that the tests in the browser import, and what they must find on the screen.

``python world.py FOLDER [MANY]`` writes the files, and MANY more of no interest, below ``FOLDER/files`` and
``FOLDER/truth.json``. Each image is a chequer of blocks with a value each, so that the middle of a block looks the same
however it is magnified. The truth holds the stored values as they were made here, before any encoder; the browser's
tests rescale and window them themselves.
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import imagecodecs
import numpy as np
from tests import world

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

BLOCK = 8
ROWS, COLUMNS = 48, 64
HTJ2K = "1.2.840.10008.1.2.4.201"
JPEG_LS = "1.2.840.10008.1.2.4.80"
VARIED = 4
BASIC_TEXT_SR = "1.2.840.10008.5.1.4.1.1.88.11"

ROSSI: Mapping[str, Any] = {
    "patient_name": "ROSSI^Mario",
    "patient_id": "R-1",
    "StudyDescription": "TC torace",
    "InstitutionName": "Casa dei Blocchi",
    "study": 1,
}
BIANCHI: Mapping[str, Any] = {
    "patient_name": "BIANCHI^Anna Maria",
    "patient_id": "B-2",
    "PatientBirthDate": "19620314",
    "PatientSex": "F",
    "StudyDate": "20230922",
    "StudyDescription": "Ecografia",
    "study": 2,
}


def blocks(frame: int, low: int, high: int) -> NDArray[np.int64]:
    """A value for each block, all over ``low`` … ``high`` and another for each frame."""
    rows, columns = ROWS // BLOCK, COLUMNS // BLOCK
    steps = (np.arange(rows * columns).reshape(rows, columns) * 37 + frame * 53) % 101
    return low + (high - low) * steps // 100


def spread(values: NDArray[Any]) -> NDArray[Any]:
    """The image of these blocks."""
    return values.repeat(BLOCK, axis=0).repeat(BLOCK, axis=1)


def rle(samples: NDArray[Any]) -> bytes:
    """One frame in RLE: a segment for each byte, the most significant first (PS3.5 annex G)."""
    planes = samples.astype(samples.dtype.newbyteorder(">")).view(np.uint8).reshape(-1, samples.dtype.itemsize).T
    segments = [imagecodecs.packbits_encode(np.ascontiguousarray(plane).tobytes()) for plane in planes]
    segments = [part + b"\0" * (len(part) % 2) for part in segments]
    begins = [64 + sum(map(len, segments[:place])) for place in range(len(segments))]
    head = struct.pack("<16I", len(segments), *begins, *[0] * (15 - len(segments)))
    return head + b"".join(segments)


ENCODERS: dict[str, tuple[str, Callable[[NDArray[Any]], bytes]]] = {
    "lossless": (world.JPEG_LOSSLESS, lambda image: bytes(imagecodecs.ljpeg_encode(image, bitspersample=16))),
    "rle": (world.RLE, rle),
    "jpegls": (JPEG_LS, lambda image: bytes(imagecodecs.jpegls_encode(image))),
    "j2k": (
        world.JPEG_2000,
        lambda image: bytes(imagecodecs.jpeg2k_encode(image, level=0, reversible=True, codecformat="j2k")),
    ),
    "htj2k": (HTJ2K, lambda image: bytes(imagecodecs.htj2k_encode(image, reversible=True))),
}


class Maker:
    """Collects files and the truth about them."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.truth: dict[str, dict[str, Any]] = {}

    def stack(self, key: str, count: int, make: Callable[[int], dict[str, Any]], **about: Any) -> None:
        """A series of ``count`` files; ``make`` gives the values of each: blocks, and attributes."""
        frames = []
        for number in range(1, count + 1):
            values = make(number)
            frames.append(values.pop("blocks").tolist())
            self.files[f"{key}/IM{number:04d}"] = world.instance(
                number=number, rows=ROWS, columns=COLUMNS, SeriesDescription=key, **values
            )
        self.tell(key, frames, **about)

    def tell(self, key: str, frames: list[Any], **about: Any) -> None:
        """What must be seen of a series."""
        usual = {"slope": 1, "intercept": 0, "window": [40, 400], "spacing": [1, 1], "colour": False}
        self.truth[key] = {"rows": ROWS, "columns": COLUMNS, "block": BLOCK, "frames": frames} | usual | about


def ct(maker: Maker) -> None:
    """Native, signed, rescaled, twelve slices 2.5 mm apart, with a window of its own."""

    def make(number: int) -> dict[str, Any]:
        values = blocks(number, -700, 500)
        return dict(
            ROSSI,
            series=1,
            blocks=values,
            pixels=spread(values).astype("<i2").tobytes(),
            PixelRepresentation=1,
            RescaleSlope="2",
            RescaleIntercept="-24",
            WindowCenter="40",
            WindowWidth="1200",
            SliceThickness="2.5",
            PixelSpacing=[0.8, 0.8],
            ImagePositionPatient=[-25.6, -19.2, 2.5 * number],
        )

    maker.stack("ct", 12, make, slope=2, intercept=-24, window=[40, 1200], spacing=[0.8, 0.8])


def encoded(maker: Maker, key: str, series: int) -> None:
    """Three slices in one of the encodings."""
    syntax, encode = ENCODERS[key]

    def make(number: int) -> dict[str, Any]:
        values = blocks(number, 0, 4095)
        return dict(
            ROSSI,
            series=series,
            blocks=values,
            pixels=[encode(spread(values).astype(np.uint16))],
            transfer_syntax=syntax,
            WindowCenter="2048",
            WindowWidth="4096",
        )

    maker.stack(key, 3, make, window=[2048, 4096])


def coronal(maker: Maker) -> None:
    """Derived, coronal, with rows three times as far apart as columns, low values white."""

    def make(number: int) -> dict[str, Any]:
        values = blocks(number, 0, 255)
        return dict(
            ROSSI,
            series=20,
            blocks=values,
            pixels=spread(values).astype(np.uint8).tobytes(),
            BitsAllocated=8,
            BitsStored=8,
            HighBit=7,
            PhotometricInterpretation="MONOCHROME1",
            ImageType=["DERIVED", "SECONDARY", "REFORMATTED"],
            PixelSpacing=[3, 1],
            ImageOrientationPatient=[1, 0, 0, 0, 0, -1],
            ImagePositionPatient=[0, number, 100],
            WindowCenter="128",
            WindowWidth="256",
        )

    maker.stack("coronal", 2, make, window=[128, 256], spacing=[3, 1], inverted=True)


def damaged(maker: Maker) -> None:
    """Three slices of which the one in the middle breaks off. The series before it has no images, so that it is not
    asked for ahead of its time."""
    syntax, encode = ENCODERS["lossless"]

    def make(number: int) -> dict[str, Any]:
        values = blocks(number, 0, 4095)
        coded = encode(spread(values).astype(np.uint16))
        return dict(
            ROSSI,
            series=31,
            blocks=values,
            pixels=[coded[: len(coded) // 3] if number == 2 else coded],  # noqa: PLR2004 - the one in the middle
            transfer_syntax=syntax,
            WindowCenter="2048",
            WindowWidth="4096",
        )

    maker.stack("damaged", 3, make, window=[2048, 4096])


def report(maker: Maker) -> None:
    """A structured report: a series without pixels."""
    maker.files["report/SR0001"] = world.instance(
        **ROSSI, series=30, rows=0, modality="SR", SOPClassUID=BASIC_TEXT_SR, SeriesDescription="report"
    )


def cine(maker: Maker) -> None:
    """A film in colour: eight frames in one file, 25 a second."""
    frames = [np.stack([blocks(frame * 3 + colour, 0, 255) for colour in range(3)], axis=-1) for frame in range(8)]
    film = np.stack([spread(frame) for frame in frames]).astype(np.uint8)
    maker.files["cine/US0001"] = world.instance(
        **BIANCHI,
        series=1,
        modality="US",
        rows=ROWS,
        columns=COLUMNS,
        pixels=film.tobytes(),
        NumberOfFrames=len(frames),
        FrameTime="40",
        SamplesPerPixel=3,
        PhotometricInterpretation="RGB",
        PlanarConfiguration=0,
        BitsAllocated=8,
        BitsStored=8,
        HighBit=7,
        SeriesDescription="cine",
        ImagePositionPatient=None,
        ImageOrientationPatient=None,
        PixelSpacing=None,
    )
    maker.tell("cine", [frame.tolist() for frame in frames], colour=True, window=[128, 256])


def palette(maker: Maker) -> None:
    """Indices into a palette: the browser has to fetch it with the metadata."""
    values = blocks(1, 0, 255)
    red, green, blue = ((np.arange(256) * step + start) % 256 for step, start in ((1, 0), (3, 50), (7, 9)))
    data: dict[str, Any] = {
        f"{name}PaletteColorLookupTable{kind}": value
        for name, table in (("Red", red), ("Green", green), ("Blue", blue))
        for kind, value in (("Descriptor", [256, 0, 16]), ("Data", (table.astype("<u2") * 257).tobytes()))
    }
    maker.files["palette/US0001"] = world.instance(
        **BIANCHI,
        **data,
        series=2,
        modality="US",
        rows=ROWS,
        columns=COLUMNS,
        pixels=spread(values).astype(np.uint8).tobytes(),
        PhotometricInterpretation="PALETTE COLOR",
        BitsAllocated=8,
        BitsStored=8,
        HighBit=7,
        SeriesDescription="palette",
    )
    seen = np.stack([red[values], green[values], blue[values]], axis=-1)
    maker.tell("palette", [seen.tolist()], colour=True, window=[128, 256])


def varied(maker: Maker) -> None:
    """An MR whose images have a window each, the last none."""

    def make(number: int) -> dict[str, Any]:
        values = blocks(number, 0, 1000 * number)
        window = {"WindowCenter": str(500 * number), "WindowWidth": str(1000 * number)} if number < VARIED else {}
        return dict(
            ROSSI,
            **window,
            modality="MR",
            series=22,
            blocks=values,
            pixels=spread(values).astype("<u2").tobytes(),
        )

    windows = [[500 * number, 1000 * number] for number in range(1, VARIED)]
    maker.stack("varied", VARIED, make, windows=windows)


def crowd(maker: Maker, count: int) -> None:
    """Many small files of one patient, so that an import takes long enough to be watched."""
    for number in range(1, count + 1):
        maker.files[f"crowd/{number // 100:03d}/IM{number:05d}"] = world.instance(
            patient_name="MOLTI^Tanti", patient_id="M-3", study=3, series=number // 100 + 1, number=number
        )


def main(folder: Path, many: int) -> None:
    """Write it all below ``folder``."""
    maker = Maker()
    crowd(maker, many)
    ct(maker)
    for series, key in enumerate(ENCODERS, start=2):
        encoded(maker, key, series)
    coronal(maker)
    damaged(maker)
    varied(maker)
    report(maker)
    cine(maker)
    palette(maker)
    maker.files["notes/readme.txt"] = b"This is not DICOM.\n"
    world.plant(folder / "files", maker.files)
    (folder / "truth.json").write_text(json.dumps(maker.truth), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)  # noqa: PLR2004 - the second is optional
