"""Where each frame of an enhanced multi-frame image lies and how its values are meant (PS3.3 C.7.6.16).

An attribute stands in a macro, a sequence of one item, either in the groups shared by all frames or in those of each
frame; never in both, and where files do it all the same the frame's own word counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fileroom.dicom.quiet import load_pydicom, quiet_pydicom
from fileroom.errors import Unavailable, Undecodable
from fileroom.pixels.files import DEFLATED_LE, PIXEL_DATA_TAGS, inflated_data_set
from fileroom.pixels.form import frame_count
from fileroom.sources.opened import as_file, opened

if TYPE_CHECKING:
    import os

    from pydicom.dataset import Dataset

    from fileroom.model.headers import Header

SHARED, PER_FRAME, DIMENSIONS = 0x52009229, 0x52009230, 0x00209222
# Stack ID, In-Stack Position Number, Image Position and Orientation (Patient), Image Position (Volume)
SPATIAL = frozenset({0x00209056, 0x00209057, 0x00200032, 0x00200037, 0x00209301})
FRAME_TYPES = ("MRImageFrameTypeSequence", "CTImageFrameTypeSequence", "PETFrameTypeSequence")
# where a frame says to which point in time it belongs (C.7.6.16.2.2, C.8.24.6.7)
TIMES = (
    ("FrameContentSequence", "TemporalPositionIndex"),
    ("TemporalPositionSequence", "TemporalPositionTimeOffset"),
)
Numbers = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameVector:
    """By which number of its ``kind`` each frame goes, from 1, and what the numbers are called, that of 1 first; no
    names where the file has none."""

    kind: str
    values: tuple[int, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PerFrame:
    """One item a frame in each list; ``()`` or ``None`` where a frame does not say."""

    image_position: tuple[Numbers, ...]
    image_orientation: tuple[Numbers, ...]
    pixel_spacing: tuple[Numbers, ...]
    window_center: tuple[Numbers, ...]
    window_width: tuple[Numbers, ...]
    rescale_slope: tuple[float | None, ...]
    rescale_intercept: tuple[float | None, ...]
    voi_lut_function: tuple[str, ...]
    # what tells frames of one place apart
    stack_id: tuple[str, ...]
    frame_type: tuple[str, ...]
    temporal_position: tuple[float | None, ...]
    echo_time: tuple[float | None, ...]
    diffusion_b_value: tuple[float | None, ...]
    trigger_time: tuple[float | None, ...]
    dimensions: tuple[Numbers, ...]  # the order of frames (C.7.6.17), but for where they lie
    # of Nuclear Medicine alone (C.8.4.8), else empty: a list for each thing that changes, milliseconds, degrees
    vectors: tuple[FrameVector, ...] = ()
    frame_time: tuple[float | None, ...] = ()
    angular_step: tuple[float | None, ...] = ()

    @classmethod
    def of_nothing(cls, frames: int) -> PerFrame:
        """So many frames that say nothing."""
        nothing: tuple[Numbers, ...] = ((),) * frames
        none: tuple[None, ...] = (None,) * frames
        empty = ("",) * frames
        return cls(
            image_position=nothing,
            image_orientation=nothing,
            pixel_spacing=nothing,
            window_center=nothing,
            window_width=nothing,
            rescale_slope=none,
            rescale_intercept=none,
            voi_lut_function=empty,
            stack_id=empty,
            frame_type=empty,
            temporal_position=none,
            echo_time=none,
            diffusion_b_value=none,
            trigger_time=none,
            dimensions=nothing,
        )


def per_frame(path: str | os.PathLike[str], header: Header) -> PerFrame | None:
    """The geometry and grey levels of each frame; None when the file has no groups for each frame.

    Reads the header of the file by pydicom, pixel data left out: some tens of milliseconds, for files that need it.
    """
    if header.number_of_frames is None:  # required wherever there are functional groups (C.7.6.6.1)
        return None

    with quiet_pydicom():
        try:
            groups = _groups(path, header)
            return _per_frame(groups, frame_count(header)) if PER_FRAME in groups else None
        except OSError as error:
            raise Unavailable("the file cannot be read") from error
        except (Unavailable, Undecodable):
            raise
        except Exception as error:
            raise Undecodable("the functional groups are damaged") from error


def of_frame(header: Header, groups: PerFrame | None, number: int) -> Header:
    """``header`` as it is of frame ``number``, from 1: with what its own groups say of grey levels and pixel sizes."""
    at = number - 1
    if groups is None or not 0 <= at < len(groups.window_center):
        return header
    slope, intercept = groups.rescale_slope[at], groups.rescale_intercept[at]
    # an image that is silent as a whole has the windows of its first frame, which are not those of one that has none
    common = () if groups.window_center[0] == header.window_center else header.window_center
    return replace(
        header,
        rescale_slope=header.rescale_slope if slope is None else slope,
        rescale_intercept=header.rescale_intercept if intercept is None else intercept,
        window_center=groups.window_center[at] or common,
        window_width=groups.window_width[at] or header.window_width,
        voi_lut_function=groups.voi_lut_function[at] or header.voi_lut_function,
        pixel_spacing=groups.pixel_spacing[at] or header.pixel_spacing,
    )


def _groups(path: str | os.PathLike[str], header: Header) -> Dataset:
    load_pydicom()
    from pydicom import dcmread
    from pydicom.filereader import read_dataset

    if header.transfer_syntax_uid == DEFLATED_LE:  # pydicom would inflate without a limit
        stream = inflated_data_set(path)
        return read_dataset(
            stream,
            is_implicit_VR=False,
            is_little_endian=True,
            stop_when=lambda tag, _vr, _length: tag in PIXEL_DATA_TAGS,
        )
    with opened(path) as source:
        return dcmread(
            as_file(source), stop_before_pixels=True, force=True, specific_tags=[SHARED, PER_FRAME, DIMENSIONS]
        )


def _per_frame(groups: Dataset, frames: int) -> PerFrame:
    shared = _first(groups, SHARED)
    items = list(groups[PER_FRAME].value)[:frames]

    def field(sequence: str, keyword: str) -> tuple[Numbers, ...]:
        common = _value(shared, sequence, keyword)
        own = [_value(item, sequence, keyword) or common for item in items]
        return (*own, *[common] * (frames - len(own)))

    def words(sequence: str, keyword: str) -> tuple[str, ...]:
        common = _words(shared, sequence, keyword)
        own = [_words(item, sequence, keyword) or common for item in items]
        return (*own, *[common] * (frames - len(own)))

    return PerFrame(
        image_position=field("PlanePositionSequence", "ImagePositionPatient"),  # C.7.6.16.2.3
        image_orientation=field("PlaneOrientationSequence", "ImageOrientationPatient"),  # C.7.6.16.2.4
        pixel_spacing=field("PixelMeasuresSequence", "PixelSpacing"),  # C.7.6.16.2.1
        window_center=field("FrameVOILUTSequence", "WindowCenter"),  # C.7.6.16.2.10
        window_width=field("FrameVOILUTSequence", "WindowWidth"),
        rescale_slope=_single(field("PixelValueTransformationSequence", "RescaleSlope")),  # C.7.6.16.2.9
        rescale_intercept=_single(field("PixelValueTransformationSequence", "RescaleIntercept")),
        voi_lut_function=words("FrameVOILUTSequence", "VOILUTFunction"),
        stack_id=words("FrameContentSequence", "StackID"),  # C.7.6.16.2.2
        frame_type=next((found for name in FRAME_TYPES if any(found := words(name, "FrameType"))), ("",) * frames),
        temporal_position=_single(next((times for where in TIMES if any(times := field(*where))), ((),) * frames)),
        echo_time=_single(field("MREchoSequence", "EffectiveEchoTime")),  # C.8.13.5.4
        diffusion_b_value=_single(field("MRDiffusionSequence", "DiffusionBValue")),  # C.8.13.5.9
        # C.7.6.16.2.7
        trigger_time=_single(field("CardiacSynchronizationSequence", "NominalCardiacTriggerDelayTime")),
        dimensions=_but_places(groups, field("FrameContentSequence", "DimensionIndexValues")),
    )


def _but_places(groups: Dataset, indices: tuple[Numbers, ...]) -> tuple[Numbers, ...]:
    """Dimension Index Values without those that say in which stack and where in it a frame lies (C.7.6.17)."""
    items = groups[DIMENSIONS].value if DIMENSIONS in groups else ()
    others = [at for at, item in enumerate(items or ()) if item.get("DimensionIndexPointer") not in SPATIAL]
    return tuple(tuple(one[at] for at in others if at < len(one)) for one in indices)


def _single(values: tuple[Numbers, ...]) -> tuple[float | None, ...]:
    return tuple(value[0] if value else None for value in values)


def _first(groups: Any, tag: int | str) -> Any:
    """The one item of a sequence, or None."""
    if groups is None or tag not in groups:
        return None
    value = groups[tag].value
    return value[0] if value else None


def _words(groups: Any, sequence: str, keyword: str) -> str:
    """Text of a macro, several values joined by a backslash."""
    item = _first(groups, sequence)
    value = None if item is None else item.get(keyword)
    if value is None or isinstance(value, (bytes, float, int)):
        return ""
    return value.strip() if isinstance(value, str) else "\\".join(map(str, value))


def _value(groups: Any, sequence: str, keyword: str) -> Numbers:
    item = _first(groups, sequence)
    if item is None or keyword not in item:
        return ()
    value = item[keyword].value
    values = [value] if isinstance(value, (str, float, int)) else list(value or ())
    try:
        numbers = tuple(float(one) for one in values)
    except (TypeError, ValueError):
        return ()
    return numbers if all(map(math.isfinite, numbers)) else ()
