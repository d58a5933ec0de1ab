"""Segmentations (PS3.3 C.8.20): what the segments are called and coloured, and which frame is of which.

The frames themselves are images like others, with geometry of their own; they are read as such. Those of projections
and of slides have none in the patient: of these it is told which image, or frame of one, has the same pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from fileroom.dicom.colours import srgb_of
from fileroom.dicom.contents.opening import (
    first_of,
    items_of,
    meaning_of,
    number_of,
    numbers_of,
    text_of,
)
from fileroom.dicom.contents.references import series_of
from fileroom.errors import Undecodable

KIND: Final = "segmentation"
CLASSES: Final = {"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"}
MOST_FRAMES: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A structure: its number (the pixel value in a label map), what it is, and red, green, blue where it says."""

    number: int
    label: str
    category: str
    what: str
    algorithm: str
    colour: tuple[int, int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmentation:
    """``type``: BINARY, FRACTIONAL (a pixel of ``maximum`` is whole) or LABELMAP. ``frames`` has for each frame the
    number of its segment (0 in a label map), ``sources`` the SOP Instance UID of the image that it was drawn on, and
    ``over`` what has pixels where it has them: that UID, with ``/N`` behind it when it is frame N alone; "" where
    nothing says so. ``tiles`` is how many frames a slide has that is tiled as this one, 0 of all else."""

    type: str
    maximum: int
    label: str
    segments: tuple[Segment, ...]
    frames: tuple[int, ...]
    sources: tuple[str, ...]
    over: tuple[str, ...]
    tiles: int
    about: tuple[str, ...]


def is_one(data_set: Any) -> bool:
    """Whether it is one of the two kinds of segmentation."""
    return text_of(data_set, "SOPClassUID") in CLASSES


def read(data_set: Any) -> Segmentation:
    """The segments. Undecodable when there are more frames than any series has images."""
    groups = items_of(data_set, "PerFrameFunctionalGroupsSequence")
    # what is said of frames that are not there is not believed
    said = int(number_of(data_set, "NumberOfFrames") or 1)
    tiles = _tiles(data_set)
    if max(len(groups), said if tiles else 0) > MOST_FRAMES:
        raise Undecodable("the segmentation has too many frames")
    shared = first_of(data_set, "SharedFunctionalGroupsSequence")
    type_ = text_of(data_set, "SegmentationType") or "BINARY"
    segments = tuple(_segment(item) for item in items_of(data_set, "SegmentSequence"))
    frames = groups[: max(0, said)]
    numbers = tuple(_segment_of(item) or _segment_of(shared) for item in frames)
    sources = tuple(_source(item) or _source(shared) for item in frames)
    over = tuple(_over(item) or _over(shared) for item in frames)
    if tiles and not frames:
        slide = _slide(data_set)
        of_each = [0] if type_ == "LABELMAP" else sorted(one.number for one in segments)
        numbers = tuple(number for number in of_each for _ in range(tiles))[:said]
        sources = (slide,) * len(numbers)
        over = tuple(f"{slide}/{at % tiles + 1}" if slide else "" for at in range(len(numbers)))
    return Segmentation(
        type=type_,
        maximum=max(1, int(number_of(data_set, "MaximumFractionalValue") or 1)),
        label=text_of(data_set, "ContentLabel") or text_of(data_set, "ContentDescription"),
        segments=segments,
        frames=numbers,
        sources=sources,
        over=over,
        tiles=tiles if not frames else 0,
        about=series_of(data_set),
    )


def _tiles(data_set: Any) -> int:
    """How many tiles a plane of a slide has whose frames say nothing of themselves (TILED_FULL, C.7.6.17.3); else 0."""
    if text_of(data_set, "DimensionOrganizationType") != "TILED_FULL":
        return 0
    whole, tile = [
        [int(number_of(data_set, name) or 0) for name in names]
        for names in (("TotalPixelMatrixRows", "TotalPixelMatrixColumns"), ("Rows", "Columns"))
    ]
    planes = int(number_of(data_set, "TotalPixelMatrixFocalPlanes") or 1)
    if min(*whole, *tile) < 1 or planes != 1:
        return 0
    return -(-whole[0] // tile[0]) * -(-whole[1] // tile[1])


def _slide(data_set: Any) -> str:
    """The one image that a segmentation is about, where it is one."""
    named = [
        text_of(image, "ReferencedSOPInstanceUID")
        for series in items_of(data_set, "ReferencedSeriesSequence")
        for image in items_of(series, "ReferencedInstanceSequence")
    ]
    return named[0] if len(named) == 1 else ""


def _segment(item: Any) -> Segment:
    return Segment(
        number=int(number_of(item, "SegmentNumber") or 0),
        label=text_of(item, "SegmentLabel"),
        category=meaning_of(item, "SegmentedPropertyCategoryCodeSequence"),
        what=meaning_of(item, "SegmentedPropertyTypeCodeSequence"),
        algorithm=text_of(item, "SegmentAlgorithmType"),
        colour=srgb_of(numbers_of(item, "RecommendedDisplayCIELabValue")),
    )


def _segment_of(groups: Any) -> int:
    item = first_of(groups, "SegmentIdentificationSequence") if groups is not None else None
    return int(number_of(item, "ReferencedSegmentNumber") or 0) if item is not None else 0


def _source_of(groups: Any) -> Any:
    derivation = first_of(groups, "DerivationImageSequence") if groups is not None else None
    return first_of(derivation, "SourceImageSequence") if derivation is not None else None


def _source(groups: Any) -> str:
    source = _source_of(groups)
    return text_of(source, "ReferencedSOPInstanceUID") if source is not None else ""


def _over(groups: Any) -> str:
    """Whose pixels lie where these do: Spatial Locations Preserved (C.7.6.16.2.6) is left out by many, NO by none."""
    source = _source_of(groups)
    if source is None or text_of(source, "SpatialLocationsPreserved") in {"NO", "REORIENTED_ONLY"}:
        return ""
    uid, frames = text_of(source, "ReferencedSOPInstanceUID"), numbers_of(source, "ReferencedFrameNumber")
    return f"{uid}/{int(frames[0])}" if uid and len(frames) == 1 else uid
