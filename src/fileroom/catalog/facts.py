"""What the rows of patients, studies and series say, out of the values of a header (``packing.values_of``)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from fileroom.catalog import identity
from fileroom.catalog.packing import taken
from fileroom.catalog.words import fold
from fileroom.dicom.names import person_name
from fileroom.pixels.geometry import plane_of

_LAST: Final = "\uffff"  # sorts after every name: the anonymous stand at the end

# What a header says as it is, and the column where another name is usual.
_SERIES_AS_IS = (
    "series_number:number series_description:description series_date:date series_time:time series_instance_uid "
    "modality protocol_name body_part_examined laterality patient_position performing_physician_name "
    "performed_procedure_step_start_date performed_procedure_step_start_time manufacturer manufacturer_model_name "
    "station_name frame_of_reference_uid rows columns slice_thickness spacing_between_slices sop_class_uid "
    "transfer_syntax_uid guessed_charset:charset_guessed"
).split()
_STUDY_AS_IS = (
    "study_date:date study_time:time study_description:description study_instance_uid study_id accession_number "
    "institution_name referring_physician_name performing_physician_name manufacturer manufacturer_model_name "
    "station_name patient_age guessed_charset:charset_guessed"
).split()
OF_PATIENT: Final = (
    "name_alphabetic name_ideographic name_phonetic sort_name patient_id issuer birth_date sex anonymous reason "
    "charset_guessed"
)
OF_STUDY: Final = " ".join(name.rpartition(":")[2] for name in _STUDY_AS_IS)
OF_SERIES: Final = "pixel_spacing plane image_type original reformatted " + " ".join(
    name.rpartition(":")[2] for name in _SERIES_AS_IS
)
_series_as_is = taken(*(name.partition(":")[0] for name in _SERIES_AS_IS))
_more_of_series = taken("image_type", "image_orientation", "pixel_spacing", "imager_pixel_spacing")
_patient_as_is = taken(
    "study_instance_uid",
    "patient_name",
    "patient_id",
    "issuer_of_patient_id",
    "patient_birth_date",
    "patient_sex",
    "guessed_charset",
)
of_study = taken(*(name.partition(":")[0] for name in _STUDY_AS_IS))


def of_patient(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """The columns of :data:`OF_PATIENT`."""
    study, spelled, patient_id, issuer, birth_date, sex, charset = _patient_as_is(values)
    who, name = identity.identity_of(study, spelled, patient_id, issuer, birth_date), person_name(spelled)
    last = _LAST if who.anonymous else fold(identity.leading_group(spelled)) or _LAST
    return (
        name.alphabetic,
        name.ideographic,
        name.phonetic,
        last,
        patient_id,
        issuer,
        birth_date,
        sex,
        int(who.anonymous),
        who.reason,
        charset,
    )


def of_series(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """The columns of :data:`OF_SERIES`."""
    image_type, orientation, spacing, imager_spacing = _more_of_series(values)
    return (
        _spacing_of(spacing or imager_spacing),
        _plane_of(orientation),
        "\\".join(image_type),
        *_kind_of(image_type),
        *_series_as_is(values),
    )


@lru_cache(maxsize=256)
def _spacing_of(spacing: tuple[float, ...]) -> str:
    return "\\".join(map(repr, spacing))


@lru_cache(maxsize=256)
def _plane_of(orientation: tuple[float, ...]) -> str:
    return plane_of(orientation) or ""


@lru_cache(maxsize=256)
def _kind_of(image_type: tuple[str, ...]) -> tuple[int, int]:
    return int(is_original(image_type)), int(is_reformatted(image_type))


def is_original(image_type: tuple[str, ...]) -> bool:
    """Whether pixel values are those of the acquisition: Image Type value 1 (PS3.3 C.7.6.1.1.2); silence says yes."""
    return not image_type or image_type[0].strip().upper() != "DERIVED"


def is_reformatted(image_type: tuple[str, ...]) -> bool:
    """Whether Image Type names a re-sampled or composed image (PS3.3 C.8.16.1.3 and makers' own words)."""
    return any(word in value.upper() for value in image_type[2:] for word in _REFORMATTED)


_REFORMATTED = (
    "MPR", "REFORMAT", "RESAMPLED", "MAX_IP", "MIN_IP", "MIP", "PROJECTION", "VOLREN", "VOLUME_RENDER", "VRT", "SSD",
    "CURVED", "COMPOSED", "MOSAIC", "CSAPARALLEL", "AVERAGE", "SURFACE_RENDER",
)  # fmt: skip
