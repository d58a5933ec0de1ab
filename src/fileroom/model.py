"""The nouns of the house: frozen values that import nothing of ours.

Dates and times are kept as the text that stands in the file (DA ``YYYYMMDD``, TM ``HHMMSS.ffffff``, PS3.5 6.2),
lengths are millimetres, absent values are ``None`` (numbers) or ``""`` (text).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

T = TypeVar("T")

__all__ = [
    "DETAIL_TEXT",
    "HINTS",
    "REASON_TEXT",
    "REFUSAL_TEXT",
    "REMARK_TEXT",
    "TROUBLE_TEXT",
    "Alias",
    "Asked",
    "Attribute",
    "CheckReport",
    "Condition",
    "Conflict",
    "ConflictFile",
    "Conversion",
    "Counts",
    "Detail",
    "Difference",
    "Drive",
    "FileKey",
    "FileLocation",
    "Finding",
    "Found",
    "Header",
    "Hit",
    "ImportSummary",
    "Instance",
    "LabelCount",
    "LedgerEntry",
    "Level",
    "Likeness",
    "Look",
    "Match",
    "Measured",
    "Measurement",
    "OtherFailure",
    "OtherImage",
    "Others",
    "Outcome",
    "Page",
    "Patient",
    "PatientRule",
    "Peer",
    "PeerKind",
    "PersonName",
    "Plane",
    "PossibleMatch",
    "PurgeReport",
    "Purged",
    "Query",
    "Reason",
    "ReasonCount",
    "Refusal",
    "RelinkReport",
    "Relinked",
    "Remark",
    "Root",
    "SavedSearch",
    "Series",
    "State",
    "Stored",
    "Study",
    "Subject",
    "SurfaceReport",
    "Token",
    "Trouble",
    "Verdict",
    "Viewport",
]


class Level(StrEnum):
    """The four levels of the query/retrieve information model (PS3.4 C.6)."""

    PATIENT = "patient"
    STUDY = "study"
    SERIES = "series"
    INSTANCE = "instance"


class Outcome(StrEnum):
    """What became of one path of an import. Each path has exactly one."""

    ADDED = "added"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    MOVED = "moved"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    NOT_DICOM = "not_dicom"
    NO_IDENTITY = "no_identity"
    UNREADABLE = "unreadable"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class Reason(StrEnum):
    """Why a path has its outcome: a code that doors translate, with English words in :data:`REASON_TEXT`."""

    NEW_INSTANCE = "new_instance"
    COPIED = "copied"
    BROUGHT_BACK = "brought_back"
    SAME_AS_BEFORE = "same_as_before"
    CONTENT_CHANGED = "content_changed"
    MOVED_FROM = "moved_from"
    SAME_INSTANCE = "same_instance"
    OTHER_CONTENT = "other_content"
    CHOSEN = "chosen"
    OTHER_PATIENT = "other_patient"
    EMPTY_FILE = "empty_file"
    ALL_ZEROS = "all_zeros"
    NO_DICOM = "no_dicom"
    SPECIAL_FILE = "special_file"
    DICOMDIR = "dicomdir"
    NO_SOP_INSTANCE_UID = "no_sop_instance_uid"
    NO_STUDY_INSTANCE_UID = "no_study_instance_uid"
    NO_SERIES_INSTANCE_UID = "no_series_instance_uid"
    PERMISSION_DENIED = "permission_denied"
    IO_ERROR = "io_error"
    VANISHED = "vanished"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    LINK_LOOP = "link_loop"
    PATIENT_LIMIT = "patient_limit"
    CONTAINER = "container"
    NO_CONTAINER = "no_container"
    BROKEN_CONTAINER = "broken_container"
    NESTED_CONTAINER = "nested_container"
    OUTSIDE_CONTAINER = "outside_container"
    LINK_MEMBER = "link_member"
    SAME_NAME = "same_name"
    ENCRYPTED = "encrypted"
    UNKNOWN_STORAGE = "unknown_storage"
    BOMB = "bomb"
    NO_SPACE = "no_space"
    COPY_FAILED = "copy_failed"
    CANCELLED = "cancelled"


REASON_TEXT: dict[Reason, str] = {
    Reason.NEW_INSTANCE: "new",
    Reason.COPIED: "new, and copied into the archive's own folder",
    Reason.BROUGHT_BACK: "had been removed from the archive and is back",
    Reason.SAME_AS_BEFORE: "size and time of change are as recorded",
    Reason.CONTENT_CHANGED: "the file has changed since it was last read",
    Reason.MOVED_FROM: "the same file was at another place before",
    Reason.SAME_INSTANCE: "another file of an instance that is already known",
    Reason.OTHER_CONTENT: "same SOP Instance UID as a known instance, with other content",
    Reason.CHOSEN: "you chose it among files of one SOP Instance UID: it is the one that is shown",
    Reason.OTHER_PATIENT: "same SOP Instance UID as an instance of another patient, study or series; both are kept",
    Reason.EMPTY_FILE: "the file is empty",
    Reason.ALL_ZEROS: "the file holds only zeros",
    Reason.NO_DICOM: "not a DICOM file",
    Reason.SPECIAL_FILE: "not a regular file",
    Reason.DICOMDIR: "the directory of a medium (DICOMDIR), not an instance",
    Reason.NO_SOP_INSTANCE_UID: "no SOP Instance UID",
    Reason.NO_STUDY_INSTANCE_UID: "no Study Instance UID",
    Reason.NO_SERIES_INSTANCE_UID: "no Series Instance UID",
    Reason.PERMISSION_DENIED: "no permission to read it",
    Reason.IO_ERROR: "reading it failed",
    Reason.VANISHED: "it was gone when it was to be read",
    Reason.TRUNCATED: "the file ends inside its header",
    Reason.DAMAGED: "the header is damaged",
    Reason.LINK_LOOP: "a link that leads back to itself or to a folder already met",
    Reason.PATIENT_LIMIT: "one patient more than the archive may hold",
    Reason.CONTAINER: "a container; what is in it is listed by itself",
    Reason.NO_CONTAINER: "neither a DICOM file nor the container that its name says",
    Reason.BROKEN_CONTAINER: "the container is damaged or ends early",
    Reason.NESTED_CONTAINER: "a container inside a container is not opened",
    Reason.OUTSIDE_CONTAINER: "its path leads out of the container",
    Reason.LINK_MEMBER: "a link; links inside a container are not followed",
    Reason.SAME_NAME: "a later file of the container has the same name",
    Reason.ENCRYPTED: "it is encrypted",
    Reason.UNKNOWN_STORAGE: "it is stored in a way that is not known here",
    Reason.BOMB: "it would open to far more than is stored",
    Reason.NO_SPACE: "no room for a copy where the archive lies",
    Reason.COPY_FAILED: "no good copy could be made",
    Reason.CANCELLED: "the import was cancelled before this file",
}


class Detail(StrEnum):
    """What exactly is wrong with a file, where its reason leaves that open; in English words in :data:`DETAIL_TEXT`."""

    ENDS_EARLY = "ends_early"
    PIXELS_CUT = "pixels_cut"
    TOO_LONG = "too_long"
    ITEM_TOO_LONG = "item_too_long"
    TOO_DEEP = "too_deep"
    BAD_DEFLATE = "bad_deflate"
    NOT_UNDERSTOOD = "not_understood"
    BAD_UID = "bad_uid"
    BAD_NAME = "bad_name"
    DRIVE_ERROR = "drive_error"
    NO_ANSWER = "no_answer"
    TOO_MANY_OPEN = "too_many_open"
    NAME_TOO_LONG = "name_too_long"
    NOT_THE_SAME = "not_the_same"
    CHANGED_MEANWHILE = "changed_meanwhile"
    NAME_TAKEN = "name_taken"
    LINK_IN_THE_WAY = "link_in_the_way"
    STREAM_ENDS_EARLY = "stream_ends_early"
    STREAM_DAMAGED = "stream_damaged"
    LIST_DAMAGED = "list_damaged"
    TOO_MANY_MEMBERS = "too_many_members"
    FILES_OVERLAP = "files_overlap"
    OUT_OF_PROPORTION = "out_of_proportion"
    SIZES_DIFFER = "sizes_differ"
    BEYOND_END = "beyond_end"
    SPARSE_FILE = "sparse_file"


DETAIL_TEXT: dict[str, str] = {
    Detail.ENDS_EARLY: "it breaks off in the middle of an element; copying it may not have come to its end",
    Detail.PIXELS_CUT: "its pixel data ends before it should; copying it may not have come to its end",
    Detail.TOO_LONG: "it claims, or unpacks to, more than any header holds",
    Detail.ITEM_TOO_LONG: "an item of a sequence claims to be longer than the file",
    Detail.TOO_DEEP: "its sequences lie in each other deeper than any real file's",
    Detail.BAD_DEFLATE: "its compressed data set (deflate) is damaged",
    Detail.NOT_UNDERSTOOD: "something else than DICOM elements stands in it; bytes of it were overwritten or lost",
    Detail.BAD_UID: "the identifier holds what no UID may hold",
    Detail.BAD_NAME: "its name cannot be given to the operating system",
    Detail.DRIVE_ERROR: "the drive reported an error: it may be failing, or was pulled out",
    Detail.NO_ANSWER: "the network share did not answer",
    Detail.TOO_MANY_OPEN: "too many files were open at once; import again",
    Detail.NAME_TOO_LONG: "its name is longer than the system allows",
    Detail.NOT_THE_SAME: "what was written does not read back the same",
    Detail.CHANGED_MEANWHILE: "it changed while it was copied",
    Detail.NAME_TAKEN: "something else has its name in the archive's own folder",
    Detail.LINK_IN_THE_WAY: "a link or a file stands where its folder in the archive should be",
    Detail.STREAM_ENDS_EARLY: "its compressed data breaks off; copying it may not have come to its end",
    Detail.STREAM_DAMAGED: "its compressed data is damaged",
    Detail.LIST_DAMAGED: "the list of its files is damaged or missing; copying it may not have come to its end",
    Detail.TOO_MANY_MEMBERS: "it holds more files than are looked at in one container",
    Detail.FILES_OVERLAP: "files in it lie over each other",
    Detail.OUT_OF_PROPORTION: "it would open to more than two hundred times its size",
    Detail.SIZES_DIFFER: "its two sizes do not agree",
    Detail.BEYOND_END: "it would lie beyond the end of its container",
    Detail.SPARSE_FILE: "it is stored with holes",
}


class State(StrEnum):
    """Whether the files of an entry can be reached, and are what they were when they were read."""

    ONLINE = "online"
    OFFLINE = "offline"
    MISSING = "missing"
    CHANGED = "changed"  # there, but some of them not of the size or time that is recorded; an import reads them again


REACHABLE = frozenset({State.ONLINE, State.CHANGED})


class Plane(StrEnum):
    """The anatomical plane an image lies in, from Image Orientation (Patient) (PS3.3 C.7.6.2.1.1)."""

    AXIAL = "axial"
    SAGITTAL = "sagittal"
    CORONAL = "coronal"
    OBLIQUE = "oblique"


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
    Refusal.UNEVEN: "its slices are not evenly spaced",
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
}


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
    series_uid: str = ""  # of the series that it is shown as; "" of DICOM files, which have their own

    @classmethod
    def of_dicom(cls, name: str, remarks: tuple[Remark, ...] = ()) -> OtherImage:
        """DICOM files, of which the archive says all there is to say."""
        return cls(
            name=name,
            format="DICOM",
            shape=(),
            values="",
            samples=0,
            spacing=(),
            orientation="",
            transform="header",
            labels=False,
            unit="",
            remarks=remarks,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What a series became: a file of that name, and what it holds."""

    image: OtherImage
    name: str
    media_type: str
    size: int
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
    """What was opened for a look, and what could not be."""

    label: str
    images: tuple[OtherImage, ...]
    failures: tuple[OtherFailure, ...]


@dataclass(frozen=True, slots=True)
class PersonName:
    """A Person Name with its three component groups (PS3.5 6.2.1), each as it stands in the file (``A^B^C``)."""

    alphabetic: str = ""
    ideographic: str = ""
    phonetic: str = ""

    def __bool__(self) -> bool:
        return bool(self.alphabetic or self.ideographic or self.phonetic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What one DICOM file says, as far as the catalog needs it; pixel data is never read.

    Fields are named after the DICOM keyword. Text has trailing spaces and NULs removed and is otherwise as decoded;
    a text attribute with several values keeps them joined by a backslash. Person Names keep their groups joined by
    ``=``. Numbers that cannot be parsed are ``None``. For enhanced multi-frame images the geometry is that of the
    first frame, and ``last_image_position`` that of the last (PS3.3 C.7.6.16).
    """

    # encoding
    transfer_syntax_uid: str
    specific_character_set: tuple[str, ...] = ()
    # the set that text was decoded by where its bytes do not fit the declared one, as the Internet's registry names it:
    # a guess, and to be shown as one; "" when text is as declared
    guessed_charset: str = ""
    # identity
    sop_class_uid: str = ""
    sop_instance_uid: str = ""
    study_instance_uid: str = ""
    series_instance_uid: str = ""
    # patient (PS3.3 C.7.1.1)
    patient_name: str = ""
    patient_id: str = ""
    issuer_of_patient_id: str = ""
    patient_birth_date: str = ""
    patient_sex: str = ""
    patient_age: str = ""
    patient_identity_removed: str = ""
    # study (PS3.3 C.7.2.1)
    study_date: str = ""
    study_time: str = ""
    study_id: str = ""
    study_description: str = ""
    accession_number: str = ""
    referring_physician_name: str = ""
    institution_name: str = ""
    # equipment (PS3.3 C.7.5.1)
    manufacturer: str = ""
    manufacturer_model_name: str = ""
    station_name: str = ""
    # series (PS3.3 C.7.3.1)
    modality: str = ""
    series_number: int | None = None
    series_description: str = ""
    series_date: str = ""
    series_time: str = ""
    protocol_name: str = ""
    body_part_examined: str = ""
    laterality: str = ""
    patient_position: str = ""
    performing_physician_name: str = ""
    performed_procedure_step_start_date: str = ""
    performed_procedure_step_start_time: str = ""
    frame_of_reference_uid: str = ""
    # instance
    instance_number: int | None = None
    acquisition_number: int | None = None
    acquisition_date: str = ""
    acquisition_time: str = ""
    content_date: str = ""
    content_time: str = ""
    image_type: tuple[str, ...] = ()
    image_comments: str = ""
    number_of_frames: int | None = None
    # pixels (PS3.3 C.7.6.3)
    rows: int | None = None
    columns: int | None = None
    samples_per_pixel: int | None = None
    photometric_interpretation: str = ""
    planar_configuration: int | None = None
    bits_allocated: int | None = None
    bits_stored: int | None = None
    high_bit: int | None = None
    pixel_representation: int | None = None
    # geometry (PS3.3 C.7.6.2)
    pixel_spacing: tuple[float, ...] = ()
    imager_pixel_spacing: tuple[float, ...] = ()
    slice_thickness: float | None = None
    spacing_between_slices: float | None = None
    image_position: tuple[float, ...] = ()
    last_image_position: tuple[float, ...] = ()
    image_orientation: tuple[float, ...] = ()
    slice_location: float | None = None
    # grey levels (PS3.3 C.11.1, C.11.2)
    window_center: tuple[float, ...] = ()
    window_width: tuple[float, ...] = ()
    rescale_slope: float | None = None
    rescale_intercept: float | None = None
    rescale_type: str = ""
    # cine (PS3.3 C.7.6.5)
    frame_time: float | None = None
    cine_rate: float | None = None
    # where the pixels lie in the file: offset of the first byte of the value (of the element's value field), its
    # length (None when undefined, i.e. encapsulated), None/None when there are none or the file is deflated
    pixel_offset: int | None = None
    pixel_length: int | None = None
    has_pixels: bool = False
    # how it is meant to be shown
    patient_orientation: tuple[str, ...] = ()  # of rows, of columns (PS3.3 C.7.6.1.1.1)
    image_laterality: str = ""
    view_position: str = ""
    pixel_aspect_ratio: tuple[float, ...] = ()  # vertical, horizontal (PS3.3 C.7.6.3.1.7)
    voi_lut_function: str = ""
    presentation_lut_shape: str = ""
    overlay_rows: int | None = None  # of the first overlay; None: there is none (PS3.3 C.9.2)
    units: str = ""  # of PET (PS3.3 C.8.9.1)
    recommended_display_frame_rate: int | None = None
    # what tells images of one place apart: echoes, diffusion weights, points in time
    echo_time: float | None = None
    diffusion_b_value: float | None = None
    temporal_position_identifier: int | None = None
    trigger_time: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much lies below an entry. ``bytes`` is the size of its files on disk."""

    studies: int = 0
    series: int = 0
    instances: int = 0
    frames: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A patient that the user said is the same person as another, by what identifies them."""

    id: str
    name: PersonName
    patient_id: str
    issuer_of_patient_id: str
    birth_date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """A person as the catalog knows them. ``reason`` says why these files are held to be one person's; ``also`` are the
    patients that the user said are the same person: the counts are those of all. ``charset_guessed`` names the set
    that its texts were read by where they do not fit the declared one, as ``Header.guessed_charset`` does."""

    id: str
    name: PersonName
    patient_id: str
    issuer_of_patient_id: str
    birth_date: str
    sex: str
    anonymous: bool
    reason: str
    counts: Counts
    modalities: tuple[str, ...]
    last_study_date: str
    state: State
    also: tuple[Alias, ...] = ()
    charset_guessed: str = ""
    note: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A study of one patient. ``modalities`` are those of its series (ModalitiesInStudy)."""

    id: str
    patient: Patient
    study_instance_uid: str
    study_id: str
    date: str
    time: str
    description: str
    accession_number: str
    institution_name: str
    referring_physician_name: PersonName
    performing_physician_name: PersonName
    manufacturer: str
    manufacturer_model_name: str
    station_name: str
    patient_age: str
    modalities: tuple[str, ...]
    counts: Counts
    state: State
    charset_guessed: str = ""
    note: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A series. ``original`` is False when Image Type says the pixels were derived, ``reformatted`` when they were
    re-sampled or composed from others (PS3.3 C.7.6.1.1.2, C.8.2.1.1.1)."""

    id: str
    study: Study
    series_instance_uid: str
    modality: str
    number: int | None
    description: str
    date: str
    time: str
    protocol_name: str
    body_part_examined: str
    laterality: str
    patient_position: str
    performing_physician_name: PersonName
    performed_procedure_step_start_date: str
    performed_procedure_step_start_time: str
    manufacturer: str
    manufacturer_model_name: str
    station_name: str
    frame_of_reference_uid: str
    rows: int | None
    columns: int | None
    pixel_spacing: tuple[float, ...]
    slice_thickness: float | None
    spacing_between_slices: float | None
    plane: Plane | None
    image_type: tuple[str, ...]
    original: bool
    reformatted: bool
    sop_class_uid: str
    transfer_syntax_uid: str
    counts: Counts
    state: State
    conflicts: int = 0  # images of it whose files have different content
    charset_guessed: str = ""
    note: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLocation:
    """Where one file of an instance lies. ``path`` is the absolute path as the operating system takes it (it may
    hold surrogate escapes; show it by :func:`fileroom.sources.paths.display`). ``owned``: it is a copy that fileroom
    made in the archive's own folder; all others are the user's."""

    path: str
    size: int
    mtime_ns: int
    outcome: Outcome
    reason: Reason
    detail: str
    state: State
    owned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One SOP Instance. Its header is as read at import; ``files`` lists every place it was met, the one that is
    shown first."""

    id: str
    series: Series
    header: Header
    frames: int
    files: tuple[FileLocation, ...]
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One value of a measurement: what it is of, and its unit (:mod:`fileroom.measuring` names them)."""

    name: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What the user measured or pointed at on one frame. ``points`` are columns and rows, the middle of the first pixel
    at 0, 0."""

    id: str
    kind: str
    sop_instance_uid: str
    frame: int
    points: tuple[tuple[float, float], ...]
    text: str
    values: tuple[Measured, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """A mounted filesystem with an identity of its own."""

    id: int
    kind: str
    filesystem_id: str
    label: str
    mount_point: str
    state: State


class Hindrance(StrEnum):
    """Why nothing was concluded from what a root showed: what is known of it was left as it is."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    OTHER_FILESYSTEM = "other_filesystem"
    FAILED = "failed"


HINDRANCE_TEXT: dict[Hindrance, str] = {
    Hindrance.EMPTY: "is empty now",
    Hindrance.UNREADABLE: "cannot be read",
    Hindrance.OTHER_FILESYSTEM: "is on another filesystem now: its drive is not connected",
    Hindrance.FAILED: "could not be looked at to the end; it is tried again",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A folder the user brought in. ``files`` counts those of it that were there when it was last looked at, ``dicom``
    those of them that are of instances; ``watched``: what changes in it comes in by itself; ``offline`` its drive is
    away, ``missing`` the drive is there and the folder is not. ``hindrance``: what kept the last import, or the last
    pass that nobody asked for, from concluding anything. ``charset``: what the user said its files are written in."""

    id: int
    path: str
    drive: Drive
    added: str
    last_import: str
    files: int
    dicom: int
    watched: bool
    state: State
    hindrance: Hindrance | None = None
    charset: str = ""


class Verdict(StrEnum):
    """What the user said of two patients."""

    SAME = "same"
    DIFFERENT = "different"


class Likeness(StrEnum):
    """Why two patients might be one person."""

    SAME_ID = "same_id"  # one Patient ID, other name or birth date
    SAME_PERSON = "same_person"  # one name and birth date, other Patient IDs


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleMatch:
    """Patients that might be one person, and why."""

    likeness: Likeness
    patients: tuple[Patient, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRule:
    """What the user said of two patients. ``first`` is the one that is shown when they are the same; a patient of whom
    nothing is in the catalog is ``None``, and ``said`` tells who was meant."""

    id: int
    verdict: Verdict
    first: Patient | None
    second: Patient | None
    said: tuple[str, str]
    at: str


# What text may be said to be written in: names of the Internet's registry.
CHARSETS: tuple[str, ...] = (
    "utf-8", "iso-8859-1", "windows-1252", "windows-1251", "gb18030", "euc-kr", "shift_jis", "iso-8859-2",
    "windows-1250", "iso-8859-3", "iso-8859-4", "iso-8859-5", "koi8-r", "iso-8859-6", "windows-1256", "iso-8859-7",
    "windows-1253", "iso-8859-8", "windows-1255", "iso-8859-9", "windows-1254", "iso-8859-15", "tis-620", "big5",
    "euc-jp",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CharsetRule:
    """A character set that the user set, as the Internet's registry names it: for a root (its number, None when it was
    taken from the list) or for a patient. ``patients`` are those of the archive that are meant, ``said`` tells in words
    who is."""

    id: int
    charset: str
    root: int | None = None
    patients: tuple[Patient, ...] = ()
    said: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCount:
    """A label of the user and how many entries have it."""

    label: str
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute of a data set as a line.

    ``depth`` counts the sequences it lies in; a sequence has the number of its items as its value, a binary value
    none; ``keyword`` and ``name`` are empty when the standard has none.
    """

    depth: int
    tag: str
    vr: str
    keyword: str
    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A search that the user keeps."""

    name: str
    level: Level
    words: str


class Trouble(StrEnum):
    """What a check of the archive can find, worst first; what each means and asks for is in :data:`TROUBLE_TEXT`."""

    DATABASE = "database"
    DAMAGED = "damaged"
    UNREADABLE = "unreadable"
    MISSING = "missing"
    CHANGED = "changed"
    LOST = "lost"
    GAP = "gap"
    SAME_PLACE = "same_place"
    UNEVEN = "uneven"
    NUMBERS = "numbers"
    ONE_DRIVE = "one_drive"


# What may be so by intention: told, but nothing that is wrong with the archive.
HINTS = frozenset({Trouble.GAP, Trouble.SAME_PLACE, Trouble.UNEVEN, Trouble.NUMBERS, Trouble.ONE_DRIVE})

TROUBLE_TEXT: dict[Trouble, tuple[str, str]] = {
    Trouble.DATABASE: (
        "the catalog itself is damaged",
        "Make a new archive and import the folders again: the files have all that counts.",
    ),
    Trouble.DAMAGED: (
        "damaged: the bytes are not what they were, though size and time are",
        "Fetch the file from a backup or from where it came; the drive may be failing.",
    ),
    Trouble.UNREADABLE: ("cannot be read", "See to the permissions, the cable or the drive, then check again."),
    Trouble.MISSING: (
        "not where it was",
        "Import the folder it has moved to, or fetch it from a backup; nothing is forgotten.",
    ),
    Trouble.CHANGED: (
        "changed since it was read",
        "Import its folder again: the archive then says what the file says.",
    ),
    Trouble.LOST: (
        "series that lost images: their files are gone",
        "Look for the files and import the folder they are in now.",
    ),
    Trouble.GAP: (
        "series with slices missing",
        "Ask where the study came from whether it is whole, and import what is left of it.",
    ),
    Trouble.SAME_PLACE: (
        "series with several images at the same position",
        "Mostly a repeated slice or two series in one: look before measuring or reformatting.",
    ),
    Trouble.UNEVEN: (
        "series whose slices are not evenly spaced",
        "Reformatted and 3D images of them may be distorted: look before measuring.",
    ),
    Trouble.NUMBERS: (
        "series with instance numbers left out",
        "A weak hint that images are missing; many devices leave numbers out.",
    ),
    Trouble.ONE_DRIVE: ("studies of which there is one copy on one drive", "Back them up to another drive."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The study or series that a finding is about, as people know it."""

    patient: PersonName
    anonymous: bool
    study_date: str
    description: str  # of the series; of the study when the finding is about a study
    modality: str
    number: int | None  # of the series


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not right, or worth a look.

    ``path`` is fit to be shown. ``entry`` is the id of the series or study it is about, ``subject`` what people call
    that. ``detail`` says in English what exactly, ``values`` are the numbers and names in it, for other languages.
    """

    trouble: Trouble
    path: str = ""
    entry: str = ""
    subject: Subject | None = None
    detail: str = ""
    values: dict[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What a check looked at, and how often it found what. ``offline`` files could not be looked at; ``read`` ones were
    hashed, of which ``first_read`` for the first time, so that there was nothing to compare with."""

    id: int
    state: str  # done, cancelled
    started: str
    read_data: bool
    sample: float
    files: int
    offline: int
    read: int
    first_read: int
    bytes: int
    seconds: float
    counts: dict[Trouble, int]

    @property
    def well(self) -> bool:
        """Whether nothing is wrong; there may be hints."""
        return not any(n for trouble, n in self.counts.items() if trouble not in HINTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An attribute that two files have different values for: ``one`` in the file that is shown, ``other`` in the file
    it is told of. Both are empty for pixels, sequences and private attributes (keyword "private")."""

    keyword: str
    name: str
    one: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictFile:
    """One of the files that claim to be one image. ``path`` is fit to be shown, ``problem`` says why it could not be
    compared with the one that is shown."""

    id: int
    path: str
    drive: str
    size: int
    mtime_ns: int
    shown: bool
    state: State
    differences: tuple[Difference, ...]
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """An image (SOP Instance) whose files have different content; ``chosen``: the user said which is shown."""

    instance: str
    series: str
    subject: Subject | None
    number: int | None
    chosen: bool
    files: tuple[ConflictFile, ...]


class Match(StrEnum):
    """Kinds of attribute matching (PS3.4 C.2.2.2)."""

    SINGLE = "single"
    LIST = "list"
    WILDCARD = "wildcard"
    RANGE = "range"
    EMPTY = "empty"  # no value at all


@dataclass(frozen=True, slots=True)
class Condition:
    """One matching key: a DICOM keyword, how it matches, and its values (two for a range, ``""`` = open end)."""

    keyword: str
    match: Match
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Viewport:
    """How large a picture is to be, and the part of the image it shows: from ``x``, ``y``, a negative width or height
    turning it over (PS3.18 8.3.5.1.3)."""

    columns: int
    rows: int
    x: float = 0
    y: float = 0
    width: float | None = None
    height: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a picture of a frame is to be made. ``window`` is centre, width and "linear", "linear-exact" or "sigmoid"."""

    media_type: str = "image/jpeg"
    window: tuple[float, float, str] | None = None
    viewport: Viewport | None = None
    quality: int | None = None
    annotation: tuple[str, ...] = ()  # "patient", "technique"


@dataclass(frozen=True, slots=True)
class FileKey:
    """A matching key that the catalog does not keep, and that is looked for in files: the tags that lead to it (those
    of sequences before its own, eight hexadecimal digits each), its value representation, and what to match."""

    tags: tuple[str, ...]
    vr: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked of the archive, whoever asks: the page, QIDO-RS, C-FIND, the command line, the library.

    ``words`` is the search language of people, ``conditions`` that of the standard; both narrow. ``parent`` is the
    id of an entry above ``level``, ``drive`` the id of a drive on which some of it lies, ``state`` that of the
    entry. ``together``: patients of whom the user said that they are the same person are one
    entry; the doors of the standard ask without, for they answer what the files say. ``order`` is a sequence of field
    names of the level, ``-`` before one reverses. ``in_files`` are keys that files have to be opened for, one of each
    entry: what else is asked has to leave few enough.
    """

    level: Level
    words: str = ""
    conditions: tuple[Condition, ...] = ()
    parent: str | None = None
    drive: int | None = None
    state: State | None = None
    together: bool = True
    in_files: tuple[FileKey, ...] = ()
    order: tuple[str, ...] = ()
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """One text in which something was found: the ``field`` of the search it belongs to, and as ``spans`` the parts that
    match, each (start, end) in characters."""

    field: str
    text: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A stretch of an ordered answer: ``items`` from ``offset`` on, of ``total`` in all."""

    items: tuple[T, ...]
    total: int
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Found(Page[T]):
    """What a search answers.

    ``hits`` says for each item why it was found, when words were searched for; ``instead`` has the words that were
    looked for in place of misspelt ones, when nothing had matched: (typed, meant). With ``more`` there are more hits
    than the ``total`` that was counted.
    """

    hits: tuple[tuple[Hit, ...], ...] = ()
    instead: tuple[tuple[str, str], ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSummary:
    """What one import did. ``patients`` … ``instances`` count entries that this import added; ``bytes`` is the size
    of the files that were read; ``outcomes`` has every :class:`Outcome`."""

    id: int
    roots: tuple[str, ...]
    started: str
    state: str  # running, done, cancelled, failed, interrupted (its process ended before it did)
    files: int
    who: str = ""  # the user of the operating system, "page", or "watch" for a pass that nobody asked for
    ended: str = ""  # while it runs: when it was last heard of
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    patients: int = 0
    studies: int = 0
    series: int = 0
    instances: int = 0
    bytes: int = 0
    seconds: float = 0.0
    message: str = ""
    kind: str = "import"  # import, copy (of the files into the archive), relink

    def as_line(self) -> dict[str, Any]:
        """The flat object that closes ``fileroom import --json``."""
        counts = {outcome.value: self.outcomes.get(outcome, 0) for outcome in Outcome}
        return {
            "import": self.id,
            "kind": self.kind,
            "state": self.state,
            "files": self.files,
            **counts,
            "patients": self.patients,
            "studies": self.studies,
            "series": self.series,
            "instances": self.instances,
            "bytes": self.bytes,
            "seconds": round(self.seconds, 3),
            "roots": [plain(root) for root in self.roots],
            "started": self.started,
            "ended": self.ended,
            "who": self.who,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What became of one object that was sent to the archive, and why, as in any import.

    ``outcome`` is None when it is safe on the disk and waits for an import that is running. ``header`` is there when it
    could be read.
    """

    outcome: Outcome | None
    reason: Reason | None
    detail: str = ""
    header: Header | None = None

    @property
    def kept(self) -> bool:
        """Whether the archive has it now."""
        return self.outcome not in _NOT_KEPT

    def in_words(self) -> str:
        """Why, in English."""
        why = REASON_TEXT[self.reason] if self.reason else "an import is running; it follows"
        exactly = DETAIL_TEXT.get(self.detail, "")
        return f"{why}: {exactly}" if exactly else why


_NOT_KEPT = frozenset({Outcome.NOT_DICOM, Outcome.NO_IDENTITY, Outcome.UNREADABLE, Outcome.REFUSED, Outcome.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One path of an import with what became of it and why.

    ``path`` is fit to be shown. ``detail`` is a :class:`Detail` as its code (words in :data:`DETAIL_TEXT`), or the path
    where a moved file was before, or the system's name of an error.
    """

    path: str
    outcome: Outcome
    reason: Reason
    detail: str
    size: int

    def in_words(self) -> str:
        """Why, in English: the reason, and what exactly."""
        exactly = DETAIL_TEXT.get(self.detail, self.detail)
        return f"{REASON_TEXT[self.reason]}: {exactly}" if exactly else REASON_TEXT[self.reason]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonCount:
    """How many paths of an import had an outcome for one reason."""

    outcome: Outcome
    reason: Reason
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """The copies of one removed study that a purge deletes."""

    patient: PersonName
    date: str
    description: str
    files: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeReport:
    """What a purge deleted, or (``done`` is False) would delete. ``left`` are paths of copies that are not as fileroom
    wrote them, or cannot be reached without a link: they are left alone."""

    done: bool
    files: int
    bytes: int
    entries: tuple[Purged, ...]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relinked:
    """Some files of one folder: found in ``new``, or (``new`` is empty) still in ``state``."""

    old: str
    new: str = ""
    state: State = State.ONLINE
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceReport:
    """The surface of a volume that was written: at ``level``, from ``slices``, in patient coordinates."""

    state: str  # done
    level: float
    downsample: int
    slices: int
    triangles: int
    bytes: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RelinkReport:
    """Which files that are not where they were a relink found, or followed: then ``id`` is its number among the
    imports, to take it back by. ``left`` files were not found; ``still`` counts them by folder."""

    id: int | None
    state: str  # done
    files: int
    images: int
    series: int
    bytes: int
    moves: tuple[Relinked, ...]
    left: int
    still: tuple[Relinked, ...]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A long-lived key for a program; the secret itself is shown once and never kept."""

    name: str
    created: str
    last_used: str


class PeerKind(StrEnum):
    """How another node is spoken to."""

    DIMSE = "dimse"
    DICOMWEB = "dicomweb"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another DICOM node that the user named. ``title`` (AE title), ``host`` and ``port`` are of a DIMSE node, ``url``
    is the root of a DICOMweb service. ``calls``: it may open associations to us, under its title and from its host.
    ``secret``: something that proves who we are is kept for it, sealed; it is never shown."""

    name: str
    kind: PeerKind
    title: str = ""
    host: str = ""
    port: int = 0
    url: str = ""
    calls: bool = False
    tls: bool = False
    secret: bool = False
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """A study or series as another node tells of it. ``instances`` is None when it does not say how many there are;
    ``here`` counts those that this archive has."""

    level: Level
    study_instance_uid: str
    series_instance_uid: str = ""
    name: PersonName
    patient_id: str = ""
    birth_date: str = ""
    sex: str = ""
    date: str = ""
    time: str = ""
    description: str = ""
    modalities: tuple[str, ...] = ()
    accession_number: str = ""
    number: int | None = None
    instances: int | None = None
    here: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What another node answered to words of the search box. ``more``: it has more than it was let tell; ``unasked``
    are the words that cannot be looked for there."""

    items: tuple[Elsewhere, ...]
    more: bool
    unasked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """What came of fetching from another node, or of sending to it. ``had`` were here already and were not asked for;
    ``failed`` can be tried again: what is done is not done twice."""

    state: str  # done, cancelled
    done: int
    failed: int
    had: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deidentify:
    """What is kept of what identifies (PS3.15 E.3), and whether pixels that may show a name are taken all the same."""

    retain_uids: bool = False
    retain_dates: bool = False
    retain_characteristics: bool = False
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An image that was not written to a medium: ``reason`` is a code, ``words`` say it."""

    instance: str
    reason: str  # unavailable, unreadable, not-part-10, burned-in, document
    words: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaReport:
    """A medium that was written and read back. ``files`` has the lists in it; ``filled`` values stand in its DICOMDIR
    alone, because no file has them; ``changed`` counts what de-identifying did: ``{"removed PatientAddress": 12}``."""

    state: str  # done
    form: str  # folder, iso, zip
    deidentified: bool
    files: int
    bytes: int
    patients: int
    studies: int
    series: int
    filled: int
    left_out: tuple[LeftOut, ...]
    changed: dict[str, int]
    seconds: float


def plain(value: Any) -> Any:
    """``value`` as JSON knows it: dataclasses become objects with their field names, tuples lists, enums text.

    Text that came from undecodable file names (surrogate escapes) is shown with ``\\xNN`` in their place.
    """
    if isinstance(value, str):
        return value if value.isascii() else _showable(str(value))
    if isinstance(value, ImportSummary):
        return value.as_line()
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON has no such number (RFC 8259, 6)
    if isinstance(value, frozenset):
        return sorted(plain(item) for item in value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return value


def _showable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
