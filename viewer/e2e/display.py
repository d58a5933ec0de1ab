"""A world of images that need more than a window: `python viewer/e2e/display.py FOLDER`.

`FOLDER/files` is what gets imported, `FOLDER/truth.json` what must be seen: greys worked out here by the formulas of
PS3.3 C.11, so that the viewer's own are held against something.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tests import world

from world import BLOCK, COLUMNS, ROWS, Maker, blocks, spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERDI: dict[str, Any] = {"patient_name": "VERDI^Luca", "patient_id": "V-9", "StudyDescription": "CT torace"}
SPACE = world.uid(77)


def greys(levels: NDArray[np.floating[Any]]) -> list[Any]:
    """Levels from 0 to 1 as the colours of the blocks."""
    shown = np.floor(np.clip(levels, 0, 1) * 255 + 0.5).astype(int)
    return np.stack([shown] * 3, axis=-1).tolist()  # type: ignore[no-any-return]


def film(
    maker: Maker, key: str, series: int, levels: NDArray[np.floating[Any]], about: dict[str, Any], /, **attributes: Any
) -> None:
    """One X-ray of blocks, and how it must look."""
    values = attributes.pop("values")
    usual = {"PixelSpacing": None, "ImagePositionPatient": None, "ImageOrientationPatient": None}
    maker.files[f"{key}/DX0001"] = world.instance(
        **VERDI,
        **(usual | attributes),
        study=5,
        series=series,
        modality="DX",
        rows=ROWS,
        columns=COLUMNS,
        pixels=spread(values).astype("<u2").tobytes(),
        BitsStored=12,
        HighBit=11,
        SeriesDescription=key,
    )
    maker.tell(key, [greys(levels)], **({"spacing": [1, 1], "colour": True} | about))


def films(maker: Maker) -> None:
    """Sigmoid and exact windows, tables, inversion, proportions."""
    values = blocks(3, 0, 4095)
    sigmoid = 1 / (1 + np.exp(-4 * (values - 2000) / 1500))
    film(
        maker,
        "sigmoid",
        1,
        sigmoid,
        {},
        values=values,
        WindowCenter="2000",
        WindowWidth="1500",
        VOILUTFunction="SIGMOID",
    )
    exact = (values - 2000) / 1500 + 0.5
    film(
        maker,
        "exact",
        2,
        exact,
        {},
        values=values,
        WindowCenter="2000",
        WindowWidth="1500",
        VOILUTFunction="LINEAR_EXACT",
    )
    table = (np.sqrt(np.arange(4096) / 4095) * 1023).round().astype(int)
    voi = [{"LUTDescriptor": [4096, 0, 10], "LUTData": table.astype("<u2").tobytes(), "LUTExplanation": "Root"}]
    film(maker, "table", 3, table[values] / 1023, {}, values=values, VOILUTSequence=voi)
    film(
        maker,
        "tableinverse",
        4,
        1 - table[values] / 1023,
        {},
        values=values,
        VOILUTSequence=voi,
        PhotometricInterpretation="MONOCHROME1",
    )
    curve = (4095 - np.arange(4096)) * 2
    modality = [{"LUTDescriptor": [4096, 0, 16], "LUTData": curve.astype("<u2").tobytes(), "ModalityLUTType": "OD"}]
    window = {"WindowCenter": "4096", "WindowWidth": "8192"}
    film(
        maker,
        "modality",
        5,
        (curve[values] - 4095.5) / 8191 + 0.5,
        {},
        values=values,
        ModalityLUTSequence=modality,
        **window,
    )
    window = {"WindowCenter": "2048", "WindowWidth": "4096"}
    film(maker, "inverse", 6, 1 - values / 4095, {}, values=values, PresentationLUTShape="INVERSE", **window)
    film(
        maker,
        "aspect",
        7,
        values / 4095,
        {"spacing": [3, 1]},
        values=values,
        PixelAspectRatio=[3, 1],
        PatientOrientation=["L", "F"],
        **window,
    )


def groups(maker: Maker) -> None:
    """Four frames, each of which says by itself what its greys are: a ramp, a sigmoid, a rescale, a table."""
    values = blocks(5, 0, 4095)
    table = (np.sqrt(np.arange(4096) / 4095) * 1023).round().astype(int)
    voi = [{"LUTDescriptor": [4096, 0, 10], "LUTData": table.astype("<u2").tobytes(), "LUTExplanation": "Root"}]
    rescaled = {"RescaleSlope": 2, "RescaleIntercept": -100}
    said: list[dict[str, Any]] = [
        {"FrameVOILUTSequence": [{"WindowCenter": 1000, "WindowWidth": 2000}]},
        {"FrameVOILUTSequence": [{"WindowCenter": 2000, "WindowWidth": 1500, "VOILUTFunction": "SIGMOID"}]},
        {
            "FrameVOILUTSequence": [{"WindowCenter": 4000, "WindowWidth": 6000, "VOILUTFunction": "LINEAR_EXACT"}],
            "PixelValueTransformationSequence": [rescaled],
        },
        {"FrameVOILUTSequence": [{"VOILUTSequence": voi}]},
    ]
    maker.files["groups/XA0001"] = world.instance(
        **VERDI,
        PixelSpacing=None,
        ImagePositionPatient=None,
        ImageOrientationPatient=None,
        study=5,
        series=9,
        modality="XA",
        rows=ROWS,
        columns=COLUMNS,
        pixels=spread(values).astype("<u2").tobytes() * len(said),
        BitsStored=12,
        HighBit=11,
        NumberOfFrames=len(said),
        SeriesDescription="groups",
        SharedFunctionalGroupsSequence=[
            {"PixelValueTransformationSequence": [{"RescaleSlope": 1, "RescaleIntercept": 0}]}
        ],
        PerFrameFunctionalGroupsSequence=said,
    )
    frames = [
        (values - 999.5) / 1999 + 0.5,
        1 / (1 + np.exp(-4 * (values - 2000) / 1500)),
        (values * 2 - 100 - 4000) / 6000 + 0.5,
        table[values] / 1023,
    ]
    maker.tell("groups", [greys(levels) for levels in frames], spacing=[1, 1], colour=True)


def overlay(maker: Maker, key: str = "overlay", series: int = 8, group: int = 0x6000) -> None:
    """A plane of graphics over the upper half of the image, one column of blocks wide."""
    values = blocks(4, 0, 4095)
    plane = np.zeros((ROWS, COLUMNS), np.uint8)
    plane[: ROWS // 2, BLOCK : 2 * BLOCK] = 1
    seen = np.array(greys(values / 4095))
    seen[: ROWS // 2 // BLOCK, 1] = [255, 214, 102]
    plane_of: dict[int, tuple[str, Any]] = {
        0x0010: ("US", ROWS),
        0x0011: ("US", COLUMNS),
        0x0040: ("CS", "G"),
        0x0050: ("SS", [1, 1]),
        0x0100: ("US", 1),
        0x0102: ("US", 0),
        0x3000: ("OW", np.packbits(plane.ravel(), bitorder="little").tobytes()),
    }
    film(
        maker,
        key,
        series,
        values / 4095,
        {},
        values=values,
        WindowCenter="2048",
        WindowWidth="4096",
        **{f"x{group << 16 | element:08x}": value for element, value in plane_of.items()},
    )
    maker.truth[f"{key} drawn"] = maker.truth[key] | {"frames": [seen.tolist()]}


def stack(maker: Maker, key: str, series: int, places: list[dict[str, Any]], **more: Any) -> None:
    """A stack of sections; each place gives its position, and what else it says."""

    def make(number: int) -> dict[str, Any]:
        values = blocks(number + 100 * series, 0, 4095)
        return dict(
            VERDI,
            blocks=values,
            series=series,
            pixels=spread(values).astype("<u2").tobytes(),
            WindowCenter="2048",
            WindowWidth="4096",
            **({"study": 5, "FrameOfReferenceUID": SPACE} | more | places[number - 1]),
        )

    maker.stack(key, len(places), make, window=[2048, 4096])


def stacks(maker: Maker) -> None:
    """Echoes in the same places, a stack across it, one of thicker slices, and an earlier examination."""
    echoes = [
        {"ImagePositionPatient": [-32, -24, 5 * slice_], "EchoTime": str(echo)}
        for slice_ in range(4)
        for echo in (9.2, 4.6)
    ]
    stack(maker, "echoes", 20, echoes, modality="MR")
    axial = [{"ImagePositionPatient": [-32, -24, float(z)]} for z in range(20)]
    stack(maker, "axial", 21, axial)
    thick: list[dict[str, Any]] = [{"ImagePositionPatient": [-32, -24, 5.0 * z]} for z in range(4)]
    stack(maker, "thick", 22, thick)
    coronal = [
        {"ImagePositionPatient": [-32, 4.0 * y - 8, 34], "ImageOrientationPatient": [1, 0, 0, 0, 0, -1]}
        for y in range(4)
    ]
    stack(maker, "coronal", 23, coronal)
    mixed: list[dict[str, Any]] = [*thick[:2], *coronal[:3]]
    stack(maker, "mixed", 24, mixed)
    earlier = {"study": 4, "StudyDate": "20220505", "FrameOfReferenceUID": world.uid(78)}
    stack(maker, "earlier", 30, [{"ImagePositionPatient": [-32, -24, 100 + 2.0 * z]} for z in range(10)], **earlier)


def main(folder: Path) -> None:
    """Write it all below ``folder``."""
    maker = Maker()
    films(maker)
    groups(maker)
    overlay(maker)
    overlay(maker, "second", 12, 0x6002)
    stacks(maker)
    world.plant(folder / "files", maker.files)
    (folder / "truth.json").write_text(json.dumps(maker.truth), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
