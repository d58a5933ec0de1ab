"""How long the frames of a clip are shown, and that moving pictures keep to it."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageSequence

from fileroom.model.pictures import Look
from fileroom.pixels.pace import frame_time, frame_times
from fileroom.pixels.rendering import rendered
from tests.pixels.files import planted
from tests.world import instance

if TYPE_CHECKING:
    from pathlib import Path

    from fileroom.model.headers import Header

VECTOR, TIME = 0x00181065, 0x00181063
PHASE, SLICE = 0x00540030, 0x00540100
ROTATION, VIEW = 0x00540050, 0x00540090


def clip(folder: Path, frames: int = 4, **values: Any) -> tuple[Path, Header]:
    # a GIF would make one of two frames that look the same
    pixels = b"".join(b"\xc8\0" * (n + 1) + bytes(2 * (15 - n)) for n in range(frames))
    about: dict[str, Any] = {"modality": "US", "NumberOfFrames": frames, "pixels": pixels}
    return planted(folder, instance(**(about | values)))


@pytest.mark.parametrize(
    ("values", "times"),
    [
        ({}, [100] * 4),
        ({"FrameTime": 40}, [40] * 4),
        ({"CineRate": 50}, [20] * 4),
        ({"FrameTime": 40, "RecommendedDisplayFrameRate": 5}, [200] * 4),  # as it is to be shown comes first
        ({"FrameTimeVector": [0, 30, 60, 120], "FrameIncrementPointer": VECTOR}, [30, 60, 120, 70]),
        ({"FrameTimeVector": [0, 30], "FrameIncrementPointer": VECTOR}, [100] * 4),  # not of every frame
        (
            {"FrameTime": 40, "FrameTimeVector": [0, 30, 60, 120], "FrameIncrementPointer": VECTOR},
            [30, 60, 120, 70],
        ),
        ({"FrameTime": 40, "FrameTimeVector": [0, 30, 60, 120], "FrameIncrementPointer": TIME}, [40] * 4),
        ({"FrameTime": 40, "FrameTimeVector": [0, 30], "FrameIncrementPointer": VECTOR}, [40] * 4),
        ({"FrameTime": 0.001}, [10] * 4),
        ({"FrameTime": 1e9}, [10_000] * 4),
    ],
)
def test_each_frame_is_shown_as_long_as_the_file_says(
    tmp_path: Path, values: dict[str, Any], times: list[float]
) -> None:
    path, header = clip(tmp_path, **values)
    assert frame_times(path, header, [1, 2, 3, 4]) == times
    assert frame_times(path, header, [4, 2]) == [times[3], times[1]]
    if len(set(times)) == 1:
        assert frame_time(header) == times[0]


def test_phases_of_a_dynamic_image_last_as_they_did_but_a_second_at_most(tmp_path: Path) -> None:
    path, header = clip(
        tmp_path,
        modality="NM",
        FrameIncrementPointer=[PHASE, SLICE],
        PhaseVector=[1, 1, 2, 2],
        TimeSliceVector=[1, 2, 1, 2],
        PhaseInformationSequence=[{"ActualFrameDuration": 500}, {"ActualFrameDuration": 20_000}],
    )
    assert frame_times(path, header, [1, 2, 3, 4]) == [500, 500, 1000, 1000]


def test_views_make_a_whole_turn_in_six_seconds(tmp_path: Path) -> None:
    path, header = clip(
        tmp_path,
        modality="NM",
        FrameIncrementPointer=[ROTATION, VIEW],
        RotationVector=[1] * 4,
        AngularViewVector=[1, 2, 3, 4],
        RotationInformationSequence=[{"AngularStep": 30, "NumberOfFramesInRotation": 4}],
    )
    assert frame_times(path, header, [1, 2]) == [500, 500]


def test_a_moving_picture_keeps_to_it(tmp_path: Path) -> None:
    path, header = clip(tmp_path, FrameTimeVector=[0, 30, 60, 120], FrameIncrementPointer=VECTOR)
    with Image.open(BytesIO(rendered(path, header, [1, 2, 3, 4], Look(media_type="image/gif")))) as picture:
        assert [frame.info["duration"] for frame in ImageSequence.Iterator(picture)] == [30, 60, 120, 70]
