"""Outlines of structures (RT Structure Set, PS3.3 C.8.8.5, C.8.8.6): points in the patient, by structure."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, Final

from fileroom.dicom.contents.opening import first_of, items_of, number_of, numbers_of, raw_of, text_of
from fileroom.dicom.contents.references import series_of
from fileroom.errors import Undecodable

KIND: Final = "contours"
CONTOUR_DATA: Final = 0x30060050
MOST_POINTS: Final = 3_000_000
MOST_CONTOURS: Final = 100_000
COLOURS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Contour:
    """CLOSED_PLANAR, OPEN_PLANAR, POINT …; ``points`` are x, y, z of each in mm, as 32-bit floats in Base64."""

    type: str
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """A region of interest: ORGAN, PTV, EXTERNAL … (``what``), its colour where it has one, and its outlines."""

    number: int
    label: str
    what: str
    colour: tuple[int, int, int] | None
    contours: tuple[Contour, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contours:
    """All structures; ``damaged`` outlines were left out, for their numbers are none."""

    label: str
    space: str
    structures: tuple[Structure, ...]
    damaged: int
    about: tuple[str, ...]


def is_one(data_set: Any) -> bool:
    """Whether structures are in it."""
    return "StructureSetROISequence" in data_set


def read(data_set: Any) -> Contours:
    """The structures. Undecodable when there are more points than a page can draw."""
    named = {int(number_of(one, "ROINumber") or 0): one for one in items_of(data_set, "StructureSetROISequence")}
    kinds = {
        int(number_of(one, "ReferencedROINumber") or 0): text_of(one, "RTROIInterpretedType")
        for one in items_of(data_set, "RTROIObservationsSequence")
    }
    outlines = _Outlines()
    drawn = {int(number_of(one, "ReferencedROINumber") or 0): one for one in items_of(data_set, "ROIContourSequence")}
    structures = tuple(
        Structure(
            number=number,
            label=text_of(one, "ROIName"),
            what=kinds.get(number, ""),
            colour=_colour(drawn.get(number)),
            contours=outlines.of(drawn.get(number)),
        )
        for number, one in named.items()
    )
    spaces = [text_of(one, "ReferencedFrameOfReferenceUID") for one in named.values()]
    referenced = first_of(data_set, "ReferencedFrameOfReferenceSequence")
    space = next(filter(None, spaces), "") or (text_of(referenced, "FrameOfReferenceUID") if referenced else "")
    return Contours(
        label=text_of(data_set, "StructureSetLabel"),
        space=space,
        structures=structures,
        damaged=outlines.damaged,
        about=series_of(data_set),
    )


def _colour(item: Any) -> tuple[int, int, int] | None:
    values = numbers_of(item, "ROIDisplayColor") if item is not None else []
    if len(values) != COLOURS:
        return None
    red, green, blue = (min(255, max(0, int(value))) for value in values)
    return red, green, blue


class _Outlines:
    """Reads outlines, and counts what they come to."""

    def __init__(self) -> None:
        self.points = 0
        self.contours = 0
        self.damaged = 0

    def of(self, item: Any) -> tuple[Contour, ...]:
        """Those of one structure."""
        found = []
        for one in items_of(item, "ContourSequence") if item is not None else []:
            points = _points(raw_of(one, CONTOUR_DATA))
            if points is None:
                self.damaged += 1
                continue
            self.points += len(points) // 3
            self.contours += 1
            if self.points > MOST_POINTS or self.contours > MOST_CONTOURS:
                raise Undecodable("there are more outlines than can be drawn")
            found.append(Contour(type=text_of(one, "ContourGeometricType"), points=_packed(points)))
        return tuple(found)


def _points(raw: bytes | None) -> Any:
    """Numbers written as text, taken all at once: pydicom would make an object of each."""
    import numpy as np

    try:
        values = np.array((raw or b"").rstrip(b"\0 ").split(b"\\"), dtype="S32").astype(np.float64)
    except ValueError:
        return None
    return values if len(values) % 3 == 0 and np.isfinite(values).all() else None


def _packed(values: Any) -> str:
    import numpy as np

    return base64.b64encode(values.astype(np.dtype("<f4")).tobytes()).decode("ascii")
