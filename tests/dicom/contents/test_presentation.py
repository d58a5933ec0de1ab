"""Presentation states: what somebody wanted to be seen, as values."""

from __future__ import annotations

import base64
import struct
from typing import TYPE_CHECKING, Any

import pytest
from pydicom import dcmread

from fileroom.dicom.contents import content
from fileroom.dicom.contents.presentation import Image, Presentation, Shutter
from fileroom.errors import Undecodable
from tests.world import EXPLICIT_LE, IMPLICIT_LE, instance, uid

if TYPE_CHECKING:
    from pathlib import Path

IMAGES = [{"ReferencedSOPInstanceUID": uid(7), "ReferencedFrameNumber": [2]}]


def read(folder: Path, **values: Any) -> Presentation:
    usual: dict[str, Any] = {
        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.11.1",
        "ContentLabel": "KEY",
        "ReferencedSeriesSequence": [{"SeriesInstanceUID": uid(1, 1)}],
    }
    (folder / "PR").write_bytes(instance(rows=0, modality="PR", **(usual | values)))
    found = content(folder / "PR")
    assert found.kind == "presentation"
    assert isinstance(found.content, Presentation)
    return found.content


@pytest.mark.parametrize("syntax", [EXPLICIT_LE, IMPLICIT_LE])
def test_how_it_is_seen(tmp_path: Path, syntax: str) -> None:
    found = read(
        tmp_path,
        transfer_syntax=syntax,
        ImageRotation=90,
        ImageHorizontalFlip="Y",
        PresentationLUTShape="INVERSE",
        SoftcopyVOILUTSequence=[{"ReferencedImageSequence": IMAGES, "WindowCenter": "40", "WindowWidth": "400"}],
        DisplayedAreaSelectionSequence=[
            {
                "DisplayedAreaTopLeftHandCorner": [-3, 1],
                "DisplayedAreaBottomRightHandCorner": [20, 30],
                "PresentationSizeMode": "SCALE TO FIT",
            }
        ],
        ShutterShape=["RECTANGULAR", "CIRCULAR"],
        ShutterLeftVerticalEdge="2",
        ShutterUpperHorizontalEdge="3",
        ShutterRightVerticalEdge="8",
        ShutterLowerHorizontalEdge="9",
        CenterOfCircularShutter=["5", "6"],
        RadiusOfCircularShutter="4",
    )
    assert (found.label, found.rotation, found.flip, found.inverse, found.about) == (
        "KEY",
        90,
        True,
        True,
        (uid(1, 1),),
    )
    (window,) = found.windows
    assert window.images == (Image(sop_instance_uid=uid(7), frames=(2,)),)
    assert (window.centers, window.widths, window.table) == ((40.0,), (400.0,), None)
    (area,) = found.areas
    assert (area.first, area.last) == ((-3.0, 1.0), (20.0, 30.0))
    assert found.shutters == (
        Shutter(shape="RECTANGULAR", values=(2.0, 3.0, 8.0, 9.0)),
        Shutter(shape="CIRCULAR", values=(5.0, 6.0, 4.0)),
    )


def test_a_table_is_told_as_those_of_images_are(tmp_path: Path) -> None:
    words = {"LUTDescriptor": [3, 10, 12], "LUTData": struct.pack("<3H", 0, 2000, 4095), "LUTExplanation": "soft"}
    (window,) = read(tmp_path, SoftcopyVOILUTSequence=[{"VOILUTSequence": [words]}]).windows
    assert window.table is not None
    assert (window.table["first"], window.table["bits"], window.table["explanation"]) == (10, 12, "soft")
    assert base64.b64decode(window.table["data"]) == struct.pack("<3H", 0, 2000, 4095)
    short = dict(words, LUTDescriptor=[4, 10, 12])
    assert read(tmp_path, SoftcopyVOILUTSequence=[{"VOILUTSequence": [short]}]).windows[0].table is None


def test_tables_before_and_behind_the_windows_are_told(tmp_path: Path) -> None:
    modality = {"LUTDescriptor": [2, 10, 12], "LUTData": struct.pack("<2H", 5, 4095), "ModalityLUTType": "HU"}
    grey = {"LUTDescriptor": [3, 0, 10], "LUTData": struct.pack("<3H", 1023, 500, 0)}
    found = read(tmp_path, ModalityLUTSequence=[modality], PresentationLUTSequence=[grey])
    assert found.modality_table is not None
    assert found.presentation_table is not None
    assert (found.modality_table["bits"], found.presentation_table["bits"]) == (12, 10)
    assert base64.b64decode(found.presentation_table["data"]) == struct.pack("<3H", 1023, 500, 0)
    assert found.unapplied == ()


def test_its_own_rescale_is_told(tmp_path: Path) -> None:
    assert read(tmp_path, RescaleSlope="2", RescaleIntercept="-1000").rescale == (2.0, -1000.0)
    assert read(tmp_path).rescale == ()
    assert read(tmp_path, RescaleSlope="0", RescaleIntercept="5").rescale == ()


def test_what_is_drawn(tmp_path: Path) -> None:
    graphic = {"GraphicType": "CIRCLE", "GraphicAnnotationUnits": "PIXEL", "GraphicData": [5.0, 5.0, 8.0, 9.0]}
    text = {
        "UnformattedTextValue": "here",
        "BoundingBoxAnnotationUnits": "DISPLAY",
        "BoundingBoxTopLeftHandCorner": [0.1, 0.2],
        "BoundingBoxBottomRightHandCorner": [0.3, 0.4],
    }
    layer = {"GraphicLayer": "A", "GraphicObjectSequence": [graphic], "TextObjectSequence": [text]}
    (found,) = read(tmp_path, GraphicAnnotationSequence=[layer]).annotations
    assert (found.graphics[0].type, found.graphics[0].points) == ("CIRCLE", (5.0, 5.0, 8.0, 9.0))
    assert (found.texts[0].value, [round(number, 3) for number in found.texts[0].box]) == ("here", [0.1, 0.2, 0.3, 0.4])


def test_more_than_anybody_would_draw_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fileroom.dicom.contents.presentation.MOST_GRAPHICS", 1)
    graphics = [{"GraphicType": "POINT", "GraphicData": [1.0, 1.0]}] * 2
    with pytest.raises(Undecodable, match="drawn"):
        read(tmp_path, GraphicAnnotationSequence=[{"GraphicObjectSequence": graphics}])


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"ModalityLUTSequence": [{"LUTDescriptor": [1, 0, 8]}]}, "modality_table"),
        ({"PresentationLUTSequence": [{"LUTDescriptor": [1, 0, 8]}]}, "presentation_table"),
        (
            {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.11.3", "RedPaletteColorLookupTableDescriptor": [1, 0, 8]},
            "palette",
        ),
        (
            {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.11.4", "BlendingSequence": [{"BlendingPosition": "UNDERLYING"}]},
            "blending",
        ),
        ({"MaskSubtractionSequence": [{"MaskOperation": "AVG_SUB"}]}, "subtraction"),
        ({"ShutterShape": ["RECTANGULAR", "BITMAP"]}, "bitmap_shutter"),
        ({"GraphicAnnotationSequence": [{"CompoundGraphicSequence": [{"CompoundGraphicType": "RULER"}]}]}, "compounds"),
        ({"DisplayedAreaSelectionSequence": [{"PresentationSizeMode": "TRUE SIZE"}]}, "size"),
    ],
)
def test_what_is_not_applied_is_told(tmp_path: Path, values: dict[str, Any], code: str) -> None:
    assert read(tmp_path, **values).unapplied == (code,)


def test_overlays_of_its_own_are_told_of(tmp_path: Path) -> None:
    read(tmp_path)
    data_set = dcmread(tmp_path / "PR")
    data_set.add_new(0x60083000, "OW", b"\1\0")
    data_set.save_as(tmp_path / "PR")
    assert content(tmp_path / "PR").content.unapplied == ("overlays",)


def test_what_is_applied_is_not_told_of(tmp_path: Path) -> None:
    with_fallback = [{"CompoundGraphicSequence": [{}], "GraphicObjectSequence": [{"GraphicType": "POINT"}]}]
    assert read(tmp_path, GraphicAnnotationSequence=with_fallback, ShutterShape="CIRCULAR").unapplied == ()


def plane(group: int, bits: bytes = b"\x09", **more: Any) -> dict[str, Any]:
    """An overlay of two rows and two columns."""
    values = {0x10: ("US", 2), 0x11: ("US", 2), 0x40: ("CS", "G"), 0x50: ("SS", [1, 1]), 0x3000: ("OW", bits + b"\0")}
    return {f"x{group:04x}{element:04x}": value for element, value in values.items()} | more


@pytest.mark.parametrize("syntax", [EXPLICIT_LE, IMPLICIT_LE])
def test_overlays_of_its_own_and_where_any_are_drawn(tmp_path: Path, syntax: str) -> None:
    layers = [
        {"GraphicLayer": "A", "GraphicLayerOrder": "2", "GraphicLayerRecommendedDisplayGrayscaleValue": 0x8080},
        {"GraphicLayer": "B", "GraphicLayerOrder": "1"},
    ]
    found = read(
        tmp_path,
        transfer_syntax=syntax,
        GraphicLayerSequence=layers,
        x60001001=("CS", "A"),
        x60021001=("CS", ""),
        **plane(0x6004, x60041001=("CS", "B")),
    )
    assert [(one.name, one.order, one.colour) for one in found.layers] == [("A", 2, (128, 128, 128)), ("B", 1, None)]
    assert [(one.group, one.layer) for one in found.activations] == [(0x6000, "A"), (0x6002, ""), (0x6004, "B")]
    (own,) = found.overlays
    assert (own.group, own.rows, own.columns, base64.b64decode(own.data)) == (0x6004, 2, 2, b"\x09")
    assert found.unapplied == ()


def test_an_overlay_that_is_cut_short_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, **plane(0x6000) | {"x60000010": ("US", 200), "x60000011": ("US", 200)})
    assert (found.overlays, found.unapplied) == ((), ("overlays",))


def test_a_shutter_by_pixels(tmp_path: Path) -> None:
    shut = {"ShutterShape": "BITMAP", "ShutterOverlayGroup": 0x6002, "ShutterPresentationValue": 0xFFFF}
    found = read(tmp_path, **plane(0x6002), **shut)
    assert (found.shutter_overlay, found.shutter_colour, found.unapplied) == (0x6002, (255, 255, 255), ())
    # one that is not there
    assert read(tmp_path, **shut).unapplied == ("bitmap_shutter",)
    # a group that is named without being wanted
    assert read(tmp_path, **plane(0x6002), ShutterOverlayGroup=0x6002).shutter_overlay == 0


def test_the_colours_of_a_pseudo_colour_state(tmp_path: Path) -> None:
    palette: dict[str, Any] = {}
    for name, ramp in (("Red", b"\0\x40\xff\xff"), ("Green", b"\0\0\0\xff"), ("Blue", b"\0\0\0\xff")):
        palette[f"{name}PaletteColorLookupTableDescriptor"] = [4, 0, 8]
        palette[f"{name}PaletteColorLookupTableData"] = ramp
    found = read(tmp_path, SOPClassUID="1.2.840.10008.5.1.4.1.1.11.3", **palette)
    assert base64.b64decode(found.palette) == bytes([0, 0, 0, 0x40, 0, 0, 0xFF, 0, 0, 0xFF, 0xFF, 0xFF])
    assert found.unapplied == ()
    del palette["BluePaletteColorLookupTableData"]
    damaged = read(tmp_path, SOPClassUID="1.2.840.10008.5.1.4.1.1.11.3", **palette)
    assert (damaged.palette, damaged.unapplied) == ("", ("palette",))


def test_the_images_that_it_is_about(tmp_path: Path) -> None:
    series = [{"SeriesInstanceUID": uid(1, 1), "ReferencedImageSequence": IMAGES}]
    assert read(tmp_path, ReferencedSeriesSequence=series).images == (Image(sop_instance_uid=uid(7), frames=(2,)),)
    assert read(tmp_path).images == ()
