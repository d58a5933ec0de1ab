from __future__ import annotations

import base64
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fileroom.dicom.metadata import header_json
from fileroom.dicom.reading import read_header_by_pydicom
from fileroom.errors import Unavailable
from fileroom.pixels.display import Region, Table, read_display, read_tables
from fileroom.pixels.uptake import Uptake
from tests.pixels.files import header_of, planted
from tests.world import DEFLATED_LE, EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, instance

if TYPE_CHECKING:
    from pathlib import Path

    from fileroom.dicom.overlays import Overlay
    from fileroom.pixels.display import Display


def shown(folder: Path, **values: Any) -> Display:
    path, header = planted(folder, instance(**values))
    return read_display(path, header)


def entries(table: Table) -> list[int]:
    return list(struct.unpack(f"<{len(base64.b64decode(table.data)) // 2}H", base64.b64decode(table.data)))


def bits(overlay: Overlay) -> list[int]:
    return np.unpackbits(np.frombuffer(base64.b64decode(overlay.data), np.uint8), bitorder="little").tolist()


def test_most_images_need_nothing(tmp_path: Path) -> None:
    assert shown(tmp_path) == shown(tmp_path, modality="MR")
    assert shown(tmp_path).voi_tables == ()
    assert shown(tmp_path).uptake is None


@pytest.mark.parametrize("syntax", [EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE])
def test_tables_are_the_same_in_every_encoding(tmp_path: Path, syntax: str) -> None:
    order = ">" if syntax == EXPLICIT_BE else "<"
    found = shown(
        tmp_path,
        transfer_syntax=syntax,
        VOILUTSequence=[
            {"LUTDescriptor": [3, 10, 12], "LUTData": struct.pack(f"{order}3H", 0, 2000, 4095), "LUTExplanation": "A"},
            {"LUTDescriptor": [2, 0, 8], "LUTData": struct.pack(f"{order}2H", 7, 255)},
        ],
        ModalityLUTSequence=[{"LUTDescriptor": [2, 0, 16], "LUTData": struct.pack(f"{order}2H", 5, 600)}],
    )
    first, second = found.voi_tables
    assert (first.first, first.bits, entries(first), first.explanation) == (10, 12, [0, 2000, 4095], "A")
    assert (second.bits, entries(second)) == (8, [7, 255])
    assert found.modality_table is not None
    assert entries(found.modality_table) == [5, 600]


def test_frames_may_have_tables_of_their_own(tmp_path: Path) -> None:
    def macro(top: int) -> dict[str, Any]:
        table = {"LUTDescriptor": [2, 0, 8], "LUTData": struct.pack("<2H", 0, top), "LUTExplanation": str(top)}
        return {"FrameVOILUTSequence": [{"VOILUTSequence": [table]}]}

    own = {"FrameVOILUTSequence": [{"WindowCenter": 1, "WindowWidth": 2}]}
    path, header = planted(
        tmp_path,
        instance(
            NumberOfFrames=5,
            pixels=bytes(160),
            PerFrameFunctionalGroupsSequence=[macro(200), own, macro(100), macro(200)],
        ),
    )
    found = read_display(path, header)
    assert [one.explanation for one in found.frame_tables] == ["200", "100"]
    assert found.table_of_frame == (0, -1, 1, 0, -1)  # of the fifth nothing is said
    tables = [read_tables(path, header, number)[1] for number in range(1, 7)]
    assert [one.explanation if one else "" for one in tables] == ["200", "", "100", "200", "", ""]
    groups = {"SharedFunctionalGroupsSequence": [macro(50)], "PerFrameFunctionalGroupsSequence": [macro(60), own]}
    assert shown(tmp_path, NumberOfFrames=2, pixels=bytes(64), **groups).table_of_frame == (0, 1)
    usual = shown(tmp_path)
    assert (usual.frame_tables, usual.table_of_frame) == ((), ())


def test_the_first_value_of_a_table_is_signed_as_pixels_are(tmp_path: Path) -> None:
    def table(first: int) -> list[dict[str, Any]]:
        return [{"LUTDescriptor": [2, first, 8], "LUTData": b"\1\0\2\0"}]

    assert shown(tmp_path, VOILUTSequence=table(-1)).voi_tables[0].first == 65535
    assert shown(tmp_path, VOILUTSequence=table(-1), PixelRepresentation=1).voi_tables[0].first == -1


def test_a_table_that_is_cut_is_none_and_bits_that_lie_are_counted(tmp_path: Path) -> None:
    cut = {"LUTDescriptor": [9, 0, 16], "LUTData": b"\0\0\1\0"}
    lies = {"LUTDescriptor": [2, 0, 8], "LUTData": struct.pack("<2H", 0, 1023)}
    (found,) = shown(tmp_path, VOILUTSequence=[cut, lies]).voi_tables
    assert found.bits == 10


@pytest.mark.parametrize("syntax", [EXPLICIT_LE, EXPLICIT_BE])
def test_an_overlay_of_its_own(tmp_path: Path, syntax: str) -> None:
    plane = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]], np.uint8)
    data = np.packbits(plane.ravel(), bitorder="little").tobytes()
    (overlay,) = shown(
        tmp_path,
        transfer_syntax=syntax,
        x60000010=("US", 4),
        x60000011=("US", 3),
        x60000040=("CS", "R"),
        x60000050=("SS", [2, 1]),
        x60000100=("US", 1),
        x60000102=("US", 0),
        x60001500=("LO", "ROI"),
        x60003000=("OW", data[::-1] if syntax == EXPLICIT_BE else data),
    ).overlays
    assert (overlay.kind, overlay.rows, overlay.columns, overlay.origin, overlay.label) == ("R", 4, 3, (2, 1), "ROI")
    assert bits(overlay)[:12] == plane.ravel().tolist()


def test_an_overlay_in_a_bit_that_the_pixels_leave(tmp_path: Path) -> None:
    cells = np.array([0x8001, 0x0002, 0x8003, 0x0004], "<u2")
    (overlay,) = shown(
        tmp_path,
        rows=2,
        columns=2,
        pixels=cells.tobytes(),
        BitsStored=12,
        HighBit=11,
        x60020010=("US", 2),
        x60020011=("US", 2),
        x60020100=("US", 16),
        x60020102=("US", 15),
    ).overlays
    assert bits(overlay)[:4] == [1, 0, 1, 0]


def test_each_frame_has_its_own_bits_of_an_overlay_in_the_pixels(tmp_path: Path) -> None:
    cells = np.array([[0x8001, 0x0002, 0x8003], [0x0004, 0x8005, 0x0006]], "<u2")
    (overlay,) = shown(
        tmp_path,
        NumberOfFrames=2,
        rows=1,
        columns=3,
        pixels=cells.tobytes(),
        BitsStored=12,
        HighBit=11,
        x60000010=("US", 1),
        x60000011=("US", 3),
        x60000100=("US", 16),
        x60000102=("US", 15),
    ).overlays
    assert (overlay.frames, bits(overlay)[:6]) == (2, [1, 0, 1, 0, 1, 0])


def test_no_bit_of_the_pixels_is_an_overlay(tmp_path: Path) -> None:
    described = {"x60000010": ("US", 4), "x60000011": ("US", 4), "x60000100": ("US", 1), "x60000102": ("US", 0)}
    assert shown(tmp_path, **described).overlays == ()


def test_padding_is_a_value_or_a_range(tmp_path: Path) -> None:
    assert shown(tmp_path, PixelPaddingValue=-2000, PixelRepresentation=1).padding == (-2000,)
    assert shown(tmp_path, PixelPaddingValue=10, PixelPaddingRangeLimit=0).padding == (0, 10)


def test_regions_of_ultrasound_with_both_sides_in_centimetres(tmp_path: Path) -> None:
    region = {
        "PhysicalUnitsXDirection": 3,
        "PhysicalUnitsYDirection": 3,
        "PhysicalDeltaX": 0.02,
        "PhysicalDeltaY": -0.03,
        "RegionLocationMinX0": 10,
        "RegionLocationMinY0": 20,
        "RegionLocationMaxX1": 100,
        "RegionLocationMaxY1": 200,
    }
    doppler = region | {
        "PhysicalUnitsYDirection": 7,
        "RegionSpatialFormat": 3,
        "RegionFlags": 3,
    }  # centimetres a second
    colours = doppler | {"RegionSpatialFormat": 0}
    found = shown(tmp_path, modality="US", SequenceOfUltrasoundRegions=[doppler, colours, region]).regions
    box = {"left": 10, "top": 20, "right": 100, "bottom": 200}
    assert found == (
        Region(**box, across=None, down=None, high=False),
        Region(**box, across=0.2, down=0.3, high=True),
    )


PET: dict[str, Any] = {
    "modality": "PT",
    "Units": "BQML",
    "CorrectedImage": ["ATTN", "DECY"],
    "DecayCorrection": "START",
    "PatientWeight": "80",
    "SeriesDate": "20240131",
    "SeriesTime": "110000",
    "AcquisitionDate": "20240131",
    "AcquisitionTime": "110000",
}
TRACER = {"RadionuclideTotalDose": "4E8", "RadionuclideHalfLife": "3600", "RadiopharmaceuticalStartTime": "100000.00"}


def test_uptake_by_body_weight(tmp_path: Path) -> None:
    # injected an hour, which is one half-life, before the scan: 80 kg over half of 400 MBq
    found = shown(tmp_path, **PET, RadiopharmaceuticalInformationSequence=[TRACER]).uptake
    assert found == Uptake(factor=80_000 / 2e8, missing="")


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"Units": "CNTS"}, "Units"),
        ({"Units": "GML", "SUVType": "LBM"}, "SUVType"),
        ({"PatientWeight": ""}, "PatientWeight"),
        ({"CorrectedImage": ["ATTN"]}, "CorrectedImage"),
        ({"DecayCorrection": "NONE"}, "DecayCorrection"),
        ({"SeriesTime": "113000"}, "SeriesTime"),
        ({"RadiopharmaceuticalInformationSequence": []}, "RadiopharmaceuticalInformationSequence"),
    ],
)
def test_without_one_of_its_parts_there_is_no_uptake(tmp_path: Path, change: dict[str, Any], missing: str) -> None:
    values = PET | {"RadiopharmaceuticalInformationSequence": [TRACER]} | change
    assert shown(tmp_path, **values).uptake == Uptake(factor=None, missing=missing)


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    path, header = planted(tmp_path, instance())
    path.unlink()
    with pytest.raises(Unavailable):
        read_display(path, header)


def test_the_header_keeps_how_an_image_is_meant(tmp_path: Path) -> None:
    path, _ = planted(
        tmp_path,
        instance(
            modality="MG",
            PatientOrientation=["A", "FR"],
            PixelAspectRatio=[4, 3],
            VOILUTFunction="SIGMOID",
            PresentationLUTShape="INVERSE",
            ImageLaterality="R",
            ViewPosition="MLO",
            x60000010=("US", 4),
            EchoTime="4.6",
            DiffusionBValue=1000.0,
            TemporalPositionIdentifier=3,
            TriggerTime="20.5",
            Units="BQML",
        ),
    )
    header = header_of(path)
    assert (header.patient_orientation, header.pixel_aspect_ratio) == (("A", "FR"), (4, 3))
    assert (header.voi_lut_function, header.presentation_lut_shape, header.units) == ("SIGMOID", "INVERSE", "BQML")
    assert (header.image_laterality, header.view_position, header.overlay_rows) == ("R", "MLO", 4)
    assert (header.echo_time, header.diffusion_b_value) == (4.6, 1000)
    assert (header.temporal_position_identifier, header.trigger_time) == (3, 20.5)


@pytest.mark.parametrize("syntax", [IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE])
@pytest.mark.parametrize("group", [0x6002, 0x601E])
def test_an_overlay_need_not_be_in_the_first_group(tmp_path: Path, group: int, syntax: str) -> None:
    overlay: dict[str, Any] = {
        f"x{group:04X}0010": ("US", 4),
        f"x{group:04X}0011": ("US", 4),
        f"x{group:04X}3000": ("OW", b"\x0f\x00"),
    }
    path, header = planted(tmp_path, instance(transfer_syntax=syntax, **overlay))
    by_pydicom = read_header_by_pydicom(str(path)).header
    assert by_pydicom is not None
    assert (header.overlay_rows, by_pydicom.overlay_rows) == (4, 4)
    assert "60000010" not in header_json(header)  # its group is another
    assert len(read_display(path, header).overlays) == 1


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"NumberOfFrames": 3, "FrameTimeVector": [0, 33.5, 60]}, (0, 33.5, 60)),
        ({"NumberOfFrames": 3, "FrameTimeVector": [0, 33.5]}, ()),  # not of every frame
        ({"NumberOfFrames": 3, "FrameTimeVector": [0, 33.5, -1]}, ()),  # time does not go back
        ({"NumberOfFrames": 3}, ()),
        ({"NumberOfFrames": 3, "FrameTimeVector": [0, 33.5, 60], "FrameTime": 40}, ()),  # nothing names it
        (
            {
                "NumberOfFrames": 3,
                "FrameTimeVector": [0, 33.5, 60],
                "FrameTime": 40,
                "FrameIncrementPointer": 0x00181065,
            },
            (0, 33.5, 60),
        ),
        ({"FrameTimeVector": [0]}, ()),  # one image is no clip
    ],
)
def test_times_between_frames(tmp_path: Path, values: dict[str, Any], expected: tuple[float, ...]) -> None:
    assert shown(tmp_path, **values).frame_times == expected
