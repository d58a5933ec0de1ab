"""What an object holds that is no image: reports, documents, curves, outlines. Bytes to plain values for a page.

A kind is a module with ``KIND``, ``is_one`` and ``read``, and a line in the list below.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom.contents import contours, document, presentation, report, segmentation, waveform
from fileroom.dicom.contents.opening import opened_whole, text_of

if TYPE_CHECKING:
    import os
    from types import ModuleType

KINDS: Final[tuple[ModuleType, ...]] = (report, waveform, document, segmentation, contours, presentation)
OTHER: Final = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What an object holds: ``content`` is that of the module of its ``kind``, None for "other"; ``references`` are the
    SOP Instance UIDs of what it speaks of, ``about`` the Series Instance UIDs of the images that it lies over."""

    kind: str
    sop_class_uid: str
    content: Any
    references: frozenset[str]
    about: tuple[str, ...]


def content(path: str | os.PathLike[str], charset: str = "") -> Content:
    """What the object at ``path`` holds, its text read by ``charset`` where it can be read in more than one way.

    Unavailable when it cannot be read, Undecodable when it is damaged or larger than a page can show.
    """
    with opened_whole(path, charset=charset) as whole:
        kind = next((kind for kind in KINDS if kind.is_one(whole.data_set)), None)
        found = None if kind is None else kind.read(whole.data_set)
        return Content(
            kind=OTHER if kind is None else kind.KIND,
            sop_class_uid=text_of(whole.data_set, "SOPClassUID"),
            content=found,
            references=report.references_of(found.entries) if isinstance(found, report.Report) else frozenset(),
            about=getattr(found, "about", ()),
        )
