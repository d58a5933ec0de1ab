"""Headers as the catalog keeps them: one whole header a series, and of each instance only what differs from it.

The images of a series share most of what they say. A CT slice differs from its neighbour in a dozen attributes of
seventy: kept as JSON of those alone, a million instances take a sixth of the room.
"""

from __future__ import annotations

import json
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from fileroom.model import Header

if TYPE_CHECKING:
    from collections.abc import Sequence

# What stands here is written into catalogs: append only, never reorder. A test holds it against Header's fields.
FIELDS: Final[tuple[str, ...]] = tuple(
    """
    transfer_syntax_uid specific_character_set sop_class_uid sop_instance_uid study_instance_uid series_instance_uid
    patient_name patient_id issuer_of_patient_id patient_birth_date patient_sex patient_age patient_identity_removed
    study_date study_time study_id study_description accession_number referring_physician_name institution_name
    manufacturer manufacturer_model_name station_name modality series_number series_description series_date
    series_time protocol_name body_part_examined laterality patient_position performing_physician_name
    performed_procedure_step_start_date performed_procedure_step_start_time frame_of_reference_uid instance_number
    acquisition_number acquisition_date acquisition_time content_date content_time image_type image_comments
    number_of_frames rows columns samples_per_pixel photometric_interpretation planar_configuration bits_allocated
    bits_stored high_bit pixel_representation pixel_spacing imager_pixel_spacing slice_thickness
    spacing_between_slices image_position last_image_position image_orientation slice_location window_center
    window_width rescale_slope rescale_intercept rescale_type frame_time cine_rate pixel_offset pixel_length
    has_pixels
    patient_orientation image_laterality view_position pixel_aspect_ratio voi_lut_function presentation_lut_shape
    overlay_rows units recommended_display_frame_rate echo_time diffusion_b_value temporal_position_identifier
    trigger_time
    """.split()
)
values_of = attrgetter(*FIELDS)
_TUPLES = frozenset(
    FIELDS.index(name)
    for name in (
        "specific_character_set image_type pixel_spacing imager_pixel_spacing image_position last_image_position "
        "image_orientation window_center window_width patient_orientation pixel_aspect_ratio"
    ).split()
)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def pack(values: tuple[Any, ...], base: tuple[Any, ...] | None = None) -> str:
    """JSON of ``values`` (of :func:`values_of`): all of them, or only those that differ from ``base``."""
    if base is None:
        return _encode(values)
    different = {i: v for i, (v, b) in enumerate(zip(values, base, strict=True)) if v != b}
    return _encode(different)


def unpack_base(text: str) -> tuple[Any, ...]:
    """The values that :func:`pack` wrote without a base; fields that came later have their defaults."""
    known = [tuple(v) if isinstance(v, list) else v for v in json.loads(text)]
    return tuple(known) + _DEFAULTS[len(known) :]


def unpack(text: str, base: tuple[Any, ...]) -> Header:
    """The header that :func:`pack` wrote against ``base``."""
    values = list(base)
    for key, value in json.loads(text).items():
        index = int(key)
        values[index] = tuple(value) if index in _TUPLES else value
    return Header(**dict(zip(FIELDS, values, strict=True)))


def unpack_some(text: str, base: tuple[Any, ...], fields: Sequence[int]) -> list[Any]:
    """The values of some :data:`FIELDS` only, by their places: for those who look at very many headers."""
    known = json.loads(text)
    return [known.get(str(place), base[place]) for place in fields]


_DEFAULTS: tuple[Any, ...] = values_of(Header(transfer_syntax_uid=""))
