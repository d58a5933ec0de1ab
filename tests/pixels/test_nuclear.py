"""Frames of Nuclear Medicine images: what each is of, where reconstructed slices lie, how long frames took."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fileroom.model.plain import plain
from fileroom.pixels.frame_groups import frame_groups
from fileroom.pixels.nuclear import nuclear_frames
from fileroom.volumes.series import series_volume
from tests.pixels.files import planted
from tests.world import DEFLATED_LE, EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, instance

if TYPE_CHECKING:
    from pathlib import Path

    from fileroom.model.headers import Header
    from fileroom.pixels.functional_groups import PerFrame

ENERGY, DETECTOR, PHASE, ROTATION = 0x00540010, 0x00540020, 0x00540030, 0x00540050
INTERVAL, SLOT, SLICE, VIEW, TIME = 0x00540060, 0x00540070, 0x00540080, 0x00540090, 0x00540100
PLACELESS = {"ImagePositionPatient": None, "ImageOrientationPatient": None}


def file(folder: Path, frames: int, pointer: Any, **values: Any) -> tuple[Path, Header]:
    about = {"modality": "NM", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.20", **PLACELESS}
    pixels = bytes(32 * frames)
    return planted(
        folder, instance(**(about | values), NumberOfFrames=frames, FrameIncrementPointer=pointer, pixels=pixels)
    )


def frames_of(folder: Path, frames: int, pointer: Any, **values: Any) -> PerFrame:
    found = nuclear_frames(*file(folder, frames, pointer, **values))
    assert found is not None
    return found


@pytest.mark.parametrize("syntax", [EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE])
def test_windows_and_detectors_with_their_names(tmp_path: Path, syntax: str) -> None:
    found = frames_of(
        tmp_path,
        4,
        [ENERGY, DETECTOR],
        transfer_syntax=syntax,
        EnergyWindowVector=[1, 1, 2, 2],
        DetectorVector=[1, 2, 1, 2],
        TimeSliceVector=[1, 1, 1, 1],  # nothing points to it
        EnergyWindowInformationSequence=[{"EnergyWindowName": "Tc99m"}, {"EnergyWindowName": "Scatter"}],
        DetectorInformationSequence=[{"ViewCodeSequence": [{"CodeMeaning": name}]} for name in ("Anterior", "Post.")],
    )
    assert plain(found.vectors) == [
        {"kind": "energy_window", "values": [1, 1, 2, 2], "names": ["Tc99m", "Scatter"]},
        {"kind": "detector", "values": [1, 2, 1, 2], "names": ["Anterior", "Post."]},
    ]
    assert plain(found.image_position) == [[]] * 4
    assert plain(found.frame_time) == [None] * 4


def test_dynamic_frames_last_as_long_as_their_phase_says(tmp_path: Path) -> None:
    found = frames_of(
        tmp_path,
        5,
        [PHASE, TIME],
        PhaseVector=[1, 1, 1, 2, 2],
        TimeSliceVector=[1, 2, 3, 1, 2],
        PhaseInformationSequence=[
            {"ActualFrameDuration": 1000, "PhaseDescription": "FLOW"},
            {"ActualFrameDuration": 20000, "PhaseDescription": "UPTAKE"},
        ],
    )
    assert plain(found.frame_time) == [1000, 1000, 1000, 20000, 20000]
    assert found.vectors[0].names == ("FLOW", "UPTAKE")


def test_gated_frames_last_as_long_as_their_interval_says(tmp_path: Path) -> None:
    gate = [{"DataInformationSequence": [{"FrameTime": "62.5"}, {"FrameTime": "80"}]}]
    found = frames_of(
        tmp_path,
        4,
        [INTERVAL, SLOT],
        RRIntervalVector=[1, 1, 2, 2],
        TimeSlotVector=[1, 2, 1, 2],
        GatedInformationSequence=gate,
    )
    assert plain(found.frame_time) == [62.5, 62.5, 80, 80]


def test_views_of_a_rotation_are_a_step_apart_and_lie_nowhere(tmp_path: Path) -> None:
    found = frames_of(
        tmp_path,
        3,
        [ROTATION, VIEW],
        RotationVector=[1, 1, 1],
        AngularViewVector=[1, 2, 3],
        SpacingBetweenSlices="4",
        RotationInformationSequence=[{"AngularStep": "6"}],
        DetectorInformationSequence=[DETECTED],
    )
    assert plain(found.angular_step) == [6, 6, 6]
    assert plain(found.image_position) == [[]] * 3


DETECTED = {"ImagePositionPatient": [-10, -20, 100], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}


@pytest.mark.parametrize(("spacing", "heights"), [("4", [108, 100, 104]), ("-4", [92, 100, 96])])
def test_slices_lie_along_the_normal_or_against_it(tmp_path: Path, spacing: str, heights: list[float]) -> None:
    found = frames_of(
        tmp_path,
        3,
        SLICE,
        SliceVector=[3, 1, 2],
        SpacingBetweenSlices=spacing,
        DetectorInformationSequence=[DETECTED, DETECTED],
    )
    assert list(found.image_position) == [(-10, -20, height) for height in heights]
    assert list(found.image_orientation) == list(((1, 0, 0, 0, 1, 0),) * 3)


@pytest.mark.parametrize(
    "values",
    [
        {"SpacingBetweenSlices": None},
        {"SpacingBetweenSlices": "0"},
        {"DetectorInformationSequence": [DETECTED, DETECTED | {"ImagePositionPatient": [0, 0, 0]}]},
        {"DetectorInformationSequence": [{"ImagePositionPatient": [-10, -20, 100]}]},
        {"DetectorInformationSequence": None},
    ],
)
def test_slices_of_unknown_geometry_lie_nowhere(tmp_path: Path, values: dict[str, Any]) -> None:
    usual = {"SpacingBetweenSlices": "4", "DetectorInformationSequence": [DETECTED]}
    found = frames_of(tmp_path, 2, SLICE, SliceVector=[1, 2], **(usual | values))
    assert plain(found.image_position) == [[], []]
    assert plain(found.image_orientation) == [[], []]


def test_a_vector_of_another_length_counts_for_nothing(tmp_path: Path) -> None:
    path, header = file(tmp_path, 3, DETECTOR, DetectorVector=[1, 2])
    assert nuclear_frames(path, header) is None
    assert frame_groups(path, header) is None


def test_items_that_are_missing_say_nothing(tmp_path: Path) -> None:
    phases = [{"ActualFrameDuration": 1000}]
    found = frames_of(
        tmp_path, 2, [PHASE, TIME], PhaseVector=[1, 9], TimeSliceVector=[1, 1], PhaseInformationSequence=phases
    )
    assert plain(found.frame_time) == [1000, None]


def test_reconstructed_slices_make_a_volume_with_the_times_behind(tmp_path: Path) -> None:
    path, header = file(
        tmp_path,
        6,
        [SLOT, SLICE],
        TimeSlotVector=[1, 1, 1, 2, 2, 2],
        SliceVector=[1, 2, 3, 1, 2, 3],
        SpacingBetweenSlices="-4",
        PixelSpacing=[3, 3],
        DetectorInformationSequence=[DETECTED],
    )
    made = series_volume("heart", [(str(path), header)])
    assert made.shape == (4, 4, 3, 2)
    assert made.affine[:3, 2].tolist() == [0, 0, 4]
    assert made.affine[:3, 3].tolist() == [-10, -20, 92]
