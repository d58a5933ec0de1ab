"""Images that were opened for a look, and files made of series."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class Refusal(StrEnum):
    """Why a file that is no DICOM of the archive is not opened; in English words in :data:`REFUSAL_TEXT`."""

    UNKNOWN = "unknown"
    DAMAGED = "damaged"
    ENDS_EARLY = "ends_early"
    SIZE_LIES = "size_lies"
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    BOMB = "bomb"
    BAD_GEOMETRY = "bad_geometry"
    NO_IMAGE = "no_image"
    LEADS_ELSEWHERE = "leads_elsewhere"
    PART_MISSING = "part_missing"
    UNSUPPORTED = "unsupported"
    NOT_ONE_VOLUME = "not_one_volume"
    UNEVEN = "uneven"
    PLACES_DIFFER = "places_differ"
    SOME_PLACELESS = "some_placeless"
    EMPTY = "empty"
    LEADS_OUT = "leads_out"
    LOCKED = "locked"
    DIRECTORY = "directory"
    NOT_LABELS = "not_labels"
    RAW_SIEMENS = "raw_siemens"


REFUSAL_TEXT: dict[Refusal, str] = {
    Refusal.UNKNOWN: "this is no kind of image that fileroom knows",
    Refusal.DAMAGED: "the file is damaged",
    Refusal.ENDS_EARLY: "the file ends before its image does",
    Refusal.SIZE_LIES: "the header speaks of sizes that no image has",
    Refusal.TOO_LARGE: "it is larger than what is opened here",
    Refusal.TOO_MANY_PIXELS: "one picture has more pixels than are opened here",
    Refusal.BOMB: "it would unpack to far more than its header says",
    Refusal.BAD_GEOMETRY: "its transform into the patient is no transform (zero, NaN or infinite)",
    Refusal.NO_IMAGE: "it holds no image (but surfaces, tracks or tables)",
    Refusal.LEADS_ELSEWHERE: "its header names a data file outside its own folder",
    Refusal.PART_MISSING: "the file with its data is not beside it",
    Refusal.UNSUPPORTED: "it is stored in a way that is not read here",
    Refusal.NOT_ONE_VOLUME: "its images do not make up one volume",
    Refusal.UNEVEN: "its slices are not evenly spaced; some may be missing",
    Refusal.PLACES_DIFFER: "some places were imaged more often than others",
    Refusal.SOME_PLACELESS: "some of its images do not say where they lie",
    Refusal.EMPTY: "the file is empty",
    Refusal.LEADS_OUT: "the paths in it lead out of it; they are not followed",
    Refusal.LOCKED: "what is in it is locked with a password",
    Refusal.DIRECTORY: "it is the list of a disc (DICOMDIR) and no image: open its folder, or the disc as a session",
    Refusal.RAW_SIEMENS: "it is called .ima, but is neither DICOM nor ACR-NEMA nor a whole raw image of Numaris 3, "
    "the only one of Siemens consoles that is read",
    Refusal.NOT_LABELS: "its values are no labels (they are not whole, or too many)",
}


class Remark(StrEnum):
    """What is to be known of an image that was opened; in English words in :data:`REMARK_TEXT`."""

    NO_ORIENTATION = "no_orientation"
    NO_SPACING = "no_spacing"
    TRANSFORMS_DIFFER = "transforms_differ"
    MIRRORED_PAIR = "mirrored_pair"
    SHEARED = "sheared"
    UNITS_ASSUMED = "units_assumed"
    COMPLEX = "complex"
    NOT_FINITE = "not_finite"
    ALPHA_LEFT_OUT = "alpha_left_out"
    ROUNDED = "rounded"
    ROUNDED_TO_16_BITS = "rounded_to_16_bits"
    MORE_AXES = "more_axes"
    AXES_ASSUMED = "axes_assumed"
    IDENTITY_MADE = "identity_made"
    OLD_STANDARD = "old_standard"
    UNPROVEN_LAYOUT = "unproven_layout"
    LABELS_ASSUMED = "labels_assumed"


REMARK_TEXT: dict[Remark, str] = {
    Remark.NO_ORIENTATION: "The file does not say how it lies in the patient: no letters are shown, none are guessed.",
    Remark.NO_SPACING: "The file does not say how large a pixel is: lengths are in pixels.",
    Remark.TRANSFORMS_DIFFER: "Its two transforms (qform and sform) do not agree; the one that is named is used.",
    Remark.MIRRORED_PAIR: "An Analyze file does not say left from right: there are no letters.",
    Remark.SHEARED: "Its axes are not at right angles; it is shown slice by slice.",
    Remark.UNITS_ASSUMED: "The file does not name its unit of length; millimetres are assumed.",
    Remark.COMPLEX: "Its values are complex numbers; their magnitude is shown.",
    Remark.NOT_FINITE: "Some of its values are no numbers (NaN or infinite).",
    Remark.ALPHA_LEFT_OUT: "Its transparency is left out.",
    Remark.ROUNDED: "Its values have more digits than can be shown exactly.",
    Remark.ROUNDED_TO_16_BITS: "Its values are rounded to 65 536 steps between the least and the greatest.",
    Remark.MORE_AXES: "It has more axes than space and time; they are shown one after the other.",
    Remark.AXES_ASSUMED: "The file does not name its axes: the last two are taken for rows and columns.",
    Remark.IDENTITY_MADE: "The file has no identifiers of its own; they were made up for this look.",
    Remark.OLD_STANDARD: "It was written by a standard older than DICOM (ACR-NEMA).",
    Remark.UNPROVEN_LAYOUT: "Its maker never published the layout, and no original file was to be had to test with: "
    "check sizes, left and right against another source.",
    Remark.LABELS_ASSUMED: "It looks like a map of labels (few whole numbers in patches), though it does not say so.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What one number of a map of labels stands for. ``layer`` is the point on the fourth axis at which it does:
    segments that overlap are kept one behind the other. ``colour`` is red, green and blue up to 255, if known."""

    value: int
    layer: int = 0
    name: str = ""
    colour: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherImage:
    """An image that was opened for a look, as it is told to people. ``transform`` is where its geometry comes from:
    "sform", "qform", "header" or "none"; ``shape`` is columns, rows, slices, points in time."""

    name: str
    format: str
    shape: tuple[int, ...]
    values: str  # "int16", "float32" …
    samples: int
    spacing: tuple[float, ...]
    orientation: str  # letters of where the axes lead ("LPS"), "" when it is not known
    transform: str
    labels: bool
    unit: str  # of the values; "" is not known
    remarks: tuple[Remark, ...]
    series_uid: str = ""  # of the series that it is shown as; "" of DICOM files of several
    video: int | None = None  # of a video, which one of them it is: the browser plays it

    @classmethod
    def of_dicom(cls, name: str, remarks: tuple[Remark, ...] = ()) -> OtherImage:
        """DICOM files, of which the archive says all there is to say."""
        return replace(cls.without_grid(name, "DICOM"), transform="header", remarks=remarks)

    @classmethod
    def without_grid(cls, name: str, kind: str) -> OtherImage:
        """A file of that format, of whose values and place nothing is said here."""
        return cls(
            name=name,
            format=kind,
            shape=(),
            values="",
            samples=0,
            spacing=(),
            orientation="",
            transform="none",
            labels=False,
            unit="",
            remarks=(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentPaths:
    """Whether the paths of other files that are opened are kept, and those that are, the newest first."""

    keep: bool
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What a series became: a file of that name, and what it holds."""

    image: OtherImage
    name: str
    media_type: str
    size: int
    parts: int = 1  # several directions are several volumes, in a ZIP
    state: str = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherFailure:
    """A file that could not be opened. ``code`` is a :class:`Refusal`, or "unavailable"."""

    name: str
    code: str
    detail: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """What was opened for a look, and what could not be. ``named`` is, by Series Instance UID, what files say of their
    labels; which of these occur is another question, and needs a look at all values."""

    label: str = ""
    images: tuple[OtherImage, ...] = ()
    failures: tuple[OtherFailure, ...] = ()
    named: dict[str, tuple[Label, ...]] = field(default_factory=dict)
    videos: tuple[Any, ...] = ()  # files, as volumes.files has them
    volumes: dict[str, Any] = field(default_factory=dict)  # what was read, by Series Instance UID, to be converted
