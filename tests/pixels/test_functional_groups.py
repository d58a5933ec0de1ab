from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from fileroom.errors import Unavailable
from fileroom.model.pictures import Look
from fileroom.model.plain import plain
from fileroom.pixels.functional_groups import of_frame, per_frame
from fileroom.pixels.rendering import rendered
from tests.pixels.files import header_of, planted
from tests.world import DEFLATED_LE, EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, instance

if TYPE_CHECKING:
    from pathlib import Path


def position(z: float) -> dict[str, Any]:
    return {"PlanePositionSequence": [{"ImagePositionPatient": [1, 2, z]}]}


SHARED = {
    "PlaneOrientationSequence": [{"ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}],
    "PixelMeasuresSequence": [{"PixelSpacing": [0.5, 0.25], "SliceThickness": 3}],
    "PixelValueTransformationSequence": [{"RescaleSlope": 2, "RescaleIntercept": -1024}],
    "FrameVOILUTSequence": [{"WindowCenter": [40, 300], "WindowWidth": [400, 1500]}],
    "MRImageFrameTypeSequence": [{"FrameType": ["ORIGINAL", "PRIMARY", "M", "NONE"]}],
    "MREchoSequence": [{"EffectiveEchoTime": 4.5}],
}


@pytest.mark.parametrize("syntax", [EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE])
def test_shared_and_own_values(tmp_path: Path, syntax: str) -> None:
    own = position(7) | {
        "FrameVOILUTSequence": [{"WindowCenter": 50, "WindowWidth": 60, "VOILUTFunction": "SIGMOID"}],
        "FrameContentSequence": [{"TemporalPositionIndex": 2}],
        "MRDiffusionSequence": [{"DiffusionBValue": 1000.0}],
    }
    path, header = planted(
        tmp_path,
        instance(
            NumberOfFrames=2,
            pixels=bytes(64),
            transfer_syntax=syntax,
            SharedFunctionalGroupsSequence=[SHARED],
            PerFrameFunctionalGroupsSequence=[position(5), own],
        ),
    )
    assert plain(per_frame(path, header)) == {
        "image_position": [[1, 2, 5], [1, 2, 7]],
        "image_orientation": [[1, 0, 0, 0, 1, 0]] * 2,
        "pixel_spacing": [[0.5, 0.25]] * 2,
        "window_center": [[40, 300], [50]],
        "window_width": [[400, 1500], [60]],
        "rescale_slope": [2, 2],
        "rescale_intercept": [-1024, -1024],
        "voi_lut_function": ["", "SIGMOID"],
        "stack_id": ["", ""],
        "frame_type": ["ORIGINAL\\PRIMARY\\M\\NONE"] * 2,
        "temporal_position": [None, 2],
        "echo_time": [4.5, 4.5],
        "diffusion_b_value": [None, 1000],
        "trigger_time": [None, None],
        "dimensions": [[], []],
        "vectors": [],
        "frame_time": [],
        "angular_step": [],
    }


def test_the_order_of_frames_at_one_place(tmp_path: Path) -> None:
    def frame(stack: int, echo: int, slice_: int) -> dict[str, Any]:
        return position(slice_) | {"FrameContentSequence": [{"DimensionIndexValues": [stack, echo, slice_]}]}

    # Stack ID, Effective Echo Time, In-Stack Position Number
    order = [{"DimensionIndexPointer": tag} for tag in (0x00209056, 0x00189082, 0x00209057)]
    frames = [frame(1, 2, 7), frame(1, 1, 7)]
    found = instance(
        NumberOfFrames=2, pixels=bytes(64), DimensionIndexSequence=order, PerFrameFunctionalGroupsSequence=frames
    )
    assert plain(per_frame(*planted(tmp_path, found)))["dimensions"] == [[2], [1]]


def test_points_in_time_by_their_offset(tmp_path: Path) -> None:
    frames = [position(1) | {"TemporalPositionSequence": [{"TemporalPositionTimeOffset": at}]} for at in (0.0, 2.5)]
    path, header = planted(
        tmp_path, instance(NumberOfFrames=2, pixels=bytes(64), PerFrameFunctionalGroupsSequence=frames)
    )
    assert plain(per_frame(path, header))["temporal_position"] == [0, 2.5]


def test_what_is_not_said_or_nonsense_is_absent_and_there_is_an_item_for_each_frame(tmp_path: Path) -> None:
    broken = {"PlanePositionSequence": [{"ImagePositionPatient": b"1\\x\\3 "}], "PlaneOrientationSequence": []}
    path, header = planted(
        tmp_path,
        instance(NumberOfFrames=3, pixels=bytes(96), PerFrameFunctionalGroupsSequence=[position(5), broken]),
    )
    found = plain(per_frame(path, header))
    assert found["image_position"] == [[1, 2, 5], [], []]
    assert found["image_orientation"] == [[], [], []]
    assert found["rescale_slope"] == [None, None, None]


def test_none_without_groups_for_each_frame(tmp_path: Path) -> None:
    shared_alone = instance(NumberOfFrames=2, pixels=bytes(64), SharedFunctionalGroupsSequence=[SHARED])
    for data in (instance(), shared_alone):
        path, header = planted(tmp_path, data)
        assert per_frame(path, header) is None


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    path, header = planted(tmp_path, instance(NumberOfFrames=2, pixels=bytes(64)))
    path.unlink()
    with pytest.raises(Unavailable):
        per_frame(path, header)


def test_real_enhanced_images(shared_data: Path) -> None:
    folder = shared_data / "dicom"
    philips = folder / "dcm_qa_philips_enh" / "In" / "enh" / "1901_WIP_3DpCASL_real.dcm"
    siemens = folder / "dcm_qa_enh" / "In" / "Siemens" / "XA10" / "6_1.dcm"
    for path, frames, spacing in ((philips, 40, (2.5, 2.5)), (siemens, 6, (3.375, 3.375))):
        header = header_of(path)
        found = per_frame(path, header)
        assert found is not None
        assert len(found.image_position) == len(found.window_center) == frames
        assert len(set(found.image_position)) == frames
        assert set(found.pixel_spacing) == {spacing}
        assert found.image_position[0] == header.image_position
        assert found.image_position[-1] == header.last_image_position


def test_a_frame_is_shown_as_its_own_groups_say(tmp_path: Path) -> None:
    """PS3.3 C.7.6.16.2.9 and 10, also in a picture that is made for others (PS3.18 8.3.5)."""
    table = {"LUTDescriptor": [4, 0, 8], "LUTData": bytes((0, 0, 10, 0, 20, 0, 250, 0))}
    own = [
        {"FrameVOILUTSequence": [{"WindowCenter": 2, "WindowWidth": 4}]},
        {
            "FrameVOILUTSequence": [{"WindowCenter": 50, "WindowWidth": 100, "VOILUTFunction": "LINEAR_EXACT"}],
            "PixelValueTransformationSequence": [{"RescaleSlope": 10, "RescaleIntercept": 41}],
            "PixelMeasuresSequence": [{"PixelSpacing": [2, 1]}],
        },
        {"FrameVOILUTSequence": [{"VOILUTSequence": [table]}]},
    ]
    path, header = planted(
        tmp_path,
        instance(
            NumberOfFrames=3,
            rows=1,
            columns=4,
            pixels=bytes((0, 0, 1, 0, 2, 0, 3, 0)) * 3,
            PerFrameFunctionalGroupsSequence=own,
        ),
    )
    groups = per_frame(path, header)
    told = [of_frame(header, groups, number) for number in (1, 2, 3, 4)]
    assert [one.window_center for one in told] == [(2,), (50,), (), header.window_center]
    assert (told[1].rescale_slope, told[1].rescale_intercept, told[1].pixel_spacing) == (10, 41, (2, 1))
    assert of_frame(header, None, 2) is header

    def seen(number: int, window: tuple[float, float, str] | None = None) -> list[int]:
        picture = Image.open(BytesIO(rendered(path, header, [number], Look(media_type="image/png", window=window))))
        return list(picture.convert("L").tobytes())

    assert seen(1) == [0, 85, 170, 255]
    assert seen(2) == [105, 130, 156, 181]  # (v * 10 + 41) / 100
    assert seen(3) == [0, 10, 20, 250]
    assert seen(2, (56, 30, "linear-exact")) == [0, 85, 170, 255]  # in units of that frame
