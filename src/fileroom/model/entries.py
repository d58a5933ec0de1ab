"""What the catalog has: patients, studies, series, instances and their files."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fileroom.model.drives import State
    from fileroom.model.headers import Header
    from fileroom.model.outcomes import Outcome, Reason
    from fileroom.model.pictures import Plane


class Level(StrEnum):
    """The four levels of the query/retrieve information model (PS3.4 C.6)."""

    PATIENT = "patient"
    STUDY = "study"
    SERIES = "series"
    INSTANCE = "instance"


@dataclass(frozen=True, slots=True)
class PersonName:
    """A Person Name with its three component groups (PS3.5 6.2.1), each as it stands in the file (``A^B^C``)."""

    alphabetic: str = ""
    ideographic: str = ""
    phonetic: str = ""

    def __bool__(self) -> bool:
        return bool(self.alphabetic or self.ideographic or self.phonetic)


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
