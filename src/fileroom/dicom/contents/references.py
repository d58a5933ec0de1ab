"""Of which series an object speaks: masks, outlines and presentation states lie over images that are elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom.contents.opening import items_of, opened_whole, text_of

if TYPE_CHECKING:
    import os

MOST_SERIES: Final = 100
_TAGS: Final = (0x00080016, 0x00081115, 0x00200052, 0x00700080, 0x00700081, 0x30060002, 0x30060010)
_DEFER: Final = 64 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """Series Instance UIDs that are named, Frame of Reference UIDs, and what the object is called."""

    series: tuple[str, ...]
    spaces: tuple[str, ...]
    label: str

    def concern(self, series_uid: str, space: str) -> bool:
        """Whether it is about that series: by name, else (when it names none) by lying in the same space."""
        return series_uid in self.series if self.series else bool(space) and space in self.spaces


def references(path: str | os.PathLike[str], charset: str = "") -> References:
    """Those of the file at ``path``, its label by ``charset``; its large values are not read. Unavailable, Undecodable
    as everywhere."""
    with opened_whole(path, wanted=_TAGS, defer=_DEFER, charset=charset) as whole:
        data_set = whole.data_set
        spaces = [text_of(data_set, "FrameOfReferenceUID")]
        spaces += [text_of(one, "FrameOfReferenceUID") for one in _frames_of_reference(data_set)]
        labels = (text_of(data_set, name) for name in ("ContentLabel", "ContentDescription", "StructureSetLabel"))
        return References(
            series=series_of(data_set),
            spaces=tuple(dict.fromkeys(filter(None, spaces))),
            label=next(filter(None, labels), ""),
        )


def series_of(data_set: Any) -> tuple[str, ...]:
    """Series Instance UIDs in the two places where they stand (PS3.3 C.17.2.1, C.8.8.5)."""
    named = items_of(data_set, "ReferencedSeriesSequence")
    for space in _frames_of_reference(data_set):
        for study in items_of(space, "RTReferencedStudySequence"):
            named += items_of(study, "RTReferencedSeriesSequence")
    found = dict.fromkeys(text_of(item, "SeriesInstanceUID") for item in named[:MOST_SERIES])
    return tuple(filter(None, found))


def _frames_of_reference(data_set: Any) -> list[Any]:
    return items_of(data_set, "ReferencedFrameOfReferenceSequence")
