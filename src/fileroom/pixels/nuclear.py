"""Frames of a Nuclear Medicine image (PS3.3 C.8.4): what each is of, where slices lie, how long each took.

Such an image is older than functional groups. It has one vector for each thing that changes from frame to frame
(C.8.4.8), whose values count the items of sequences that say more.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom.contents.opening import items_of, meaning_of, number_of, numbers_of, opened_whole, text_of
from fileroom.pixels.form import frame_count
from fileroom.pixels.functional_groups import FrameVector, PerFrame
from fileroom.pixels.geometry import normal_of

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence

    from fileroom.model.headers import Header

_DEFER: Final = 1 << 20
_PLACES: Final = 3
_MOST_NUMBER: Final = 65535  # vectors are US

# in the order in which C.8.4.8 names them: what counts slowest comes first
VECTORS: Final = (
    ("energy_window", "EnergyWindowVector", 0x00540010),
    ("detector", "DetectorVector", 0x00540020),
    ("phase", "PhaseVector", 0x00540030),
    ("rotation", "RotationVector", 0x00540050),
    ("rr_interval", "RRIntervalVector", 0x00540060),
    ("time_slot", "TimeSlotVector", 0x00540070),
    ("slice", "SliceVector", 0x00540080),
    ("angular_view", "AngularViewVector", 0x00540090),
    ("time_slice", "TimeSliceVector", 0x00540100),
)
POINTER: Final = 0x00280009
SEQUENCES: Final = {
    "energy_window": ("EnergyWindowInformationSequence", 0x00540012),
    "detector": ("DetectorInformationSequence", 0x00540022),
    "phase": ("PhaseInformationSequence", 0x00540032),
    "rotation": ("RotationInformationSequence", 0x00540052),
    "rr_interval": ("GatedInformationSequence", 0x00540062),
}
SPACING_BETWEEN: Final = 0x00180088
WANTED: Final = (
    POINTER,
    SPACING_BETWEEN,
    *(tag for _, _, tag in VECTORS),
    *(tag for _, tag in SEQUENCES.values()),
)


def nuclear_frames(path: str | os.PathLike[str], header: Header) -> PerFrame | None:
    """What each frame is of; None where the file has no vector that speaks of all of them.

    Positions (millimetres) stand for reconstructed slices alone, times are milliseconds, angles degrees. Unavailable
    when the file cannot be read, Undecodable when it is damaged.
    """
    frames = frame_count(header)
    with opened_whole(path, wanted=WANTED, defer=_DEFER) as whole:
        data_set = whole.data_set
        numbers = _vectors(data_set, frames)
        if not numbers:
            return None
        items = {kind: items_of(data_set, keyword) for kind, (keyword, _) in SEQUENCES.items()}
        positions, orientations = _places(data_set, numbers, items["detector"], frames)
        times, steps = _times(numbers, items, frames)
        vectors = tuple(
            FrameVector(kind=kind, values=values, names=_names(kind, items.get(kind, []), values))
            for kind, values in numbers.items()
        )
    return replace(
        PerFrame.of_nothing(frames),
        image_position=positions,
        image_orientation=orientations,
        vectors=vectors,
        frame_time=times,
        angular_step=steps,
    )


def is_nuclear(header: Header) -> bool:
    """Whether an image may have such vectors, as far as its header tells: copies of other SOP Classes keep them."""
    return header.modality == "NM" and frame_count(header) > 1


def _vectors(data_set: Any, frames: int) -> dict[str, tuple[int, ...]]:
    """The vectors that Frame Increment Pointer names and that have a value for every frame."""
    said = numbers_of(data_set, "FrameIncrementPointer")
    pointed = {tag for _, _, tag in VECTORS} & {int(one) for one in said}
    found = {}
    for kind, keyword, tag in VECTORS:
        if pointed and tag not in pointed:
            continue
        values = numbers_of(data_set, keyword)
        if len(values) == frames and all(one == int(one) and 0 < one <= _MOST_NUMBER for one in values):
            found[kind] = tuple(int(one) for one in values)
    return found


def _names(kind: str, items: Sequence[Any], values: Sequence[int]) -> tuple[str, ...]:
    """What each number stands for, the first that of 1; none where no item names anything."""
    says: dict[str, Callable[[Any], str]] = {
        "energy_window": lambda item: text_of(item, "EnergyWindowName"),
        "detector": lambda item: meaning_of(item, "ViewCodeSequence"),
        "phase": lambda item: text_of(item, "PhaseDescription"),
    }
    say = says.get(kind)
    names = tuple(say(item) for item in items[: max(values)]) if say else ()
    return names if any(names) else ()


def _item(items: Sequence[Any], numbers: dict[str, tuple[int, ...]], kind: str, frame: int) -> Any:
    """The item that the vector names for a frame, the only one where there is no such vector; else None."""
    values = numbers.get(kind)
    if values is None:
        return items[0] if len(items) == 1 else None
    return items[values[frame] - 1] if values[frame] <= len(items) else None


# -- where slices lie ----------------------------------------------------------------------------------------------


def _places(
    data_set: Any, numbers: dict[str, tuple[int, ...]], detectors: Sequence[Any], frames: int
) -> tuple[tuple[tuple[float, ...], ...], tuple[tuple[float, ...], ...]]:
    """Positions and orientations of reconstructed slices; those of projections are of the detector as it began."""
    unknown: tuple[tuple[float, ...], ...] = ((),) * frames
    step = number_of(data_set, "SpacingBetweenSlices")
    if "slice" not in numbers or step is None or not math.isfinite(step) or step == 0:
        return unknown, unknown
    stated = [_place(item) for item in detectors]
    known = [one for one in stated if one is not None]
    found = []
    for frame, number in enumerate(numbers["slice"]):
        if "detector" in numbers:
            at = numbers["detector"][frame] - 1
            place = stated[at] if at < len(stated) else None
        else:  # several detectors may have seen what makes one volume: they have to agree on where that lies
            place = known[0] if known and all(one == known[0] for one in known) else None
        if place is None:
            return unknown, unknown
        origin, orientation, normal = place
        # a step below zero goes against the normal (C.8.4.15)
        away = step * (number - 1)
        position = tuple(at + way * away for at, way in zip(origin, normal, strict=True))
        found.append((position, orientation))
    return tuple(position for position, _ in found), tuple(orientation for _, orientation in found)


def _place(item: Any) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]] | None:
    """Position, orientation and normal of the first slice (C.8.4.11)."""
    position = tuple(numbers_of(item, "ImagePositionPatient"))
    orientation = tuple(numbers_of(item, "ImageOrientationPatient"))
    if len(position) != _PLACES or not all(map(math.isfinite, (*position, *orientation))):
        return None
    normal = normal_of(orientation)
    return None if normal is None else (position, orientation, tuple(float(one) for one in normal))


# -- how long frames took ------------------------------------------------------------------------------------------


def _times(
    numbers: dict[str, tuple[int, ...]], items: dict[str, list[Any]], frames: int
) -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
    """Of each frame its time and the angle to the next: of gated ones the Frame Time of their R-R interval (C.8.4.13),
    of dynamic ones the Actual Frame Duration of their phase (C.8.4.14), of rotations the Angular Step (C.8.4.12)."""
    intervals = [inner for gate in items["rr_interval"] for inner in items_of(gate, "DataInformationSequence")]
    times: list[float | None] = []
    steps: list[float | None] = []
    for frame in range(frames):
        time = step = None
        if "time_slot" in numbers:
            time = _positive(_item(intervals, numbers, "rr_interval", frame), "FrameTime")
        elif "time_slice" in numbers or "phase" in numbers:
            time = _positive(_item(items["phase"], numbers, "phase", frame), "ActualFrameDuration")
        if "angular_view" in numbers:
            step = _positive(_item(items["rotation"], numbers, "rotation", frame), "AngularStep")
        times.append(time)
        steps.append(step)
    return tuple(times), tuple(steps)


def _positive(item: Any, keyword: str) -> float | None:
    value = None if item is None else number_of(item, keyword)
    return value if value is not None and 0 < value < math.inf else None
