"""Headers as the catalog keeps them: one whole header a series, and of each instance only what differs from it.

The images of a series share most of what they say. A CT slice differs from its neighbour in a dozen attributes of
seventy: kept as JSON of those alone, a million instances take a sixth of the room.
"""

from __future__ import annotations

import json
import json.encoder
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom.drafts import Comparer, Maker
from fileroom.model.headers import Header

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
    guessed_charset
    """.split()
)
values_of = attrgetter(*FIELDS)
_MAKER: Final = Maker(Header, FIELDS)


def taken(*names: str) -> itemgetter[Any]:
    """What takes some of the values of :func:`values_of`, by the names of their fields."""
    return itemgetter(*map(FIELDS.index, names))


# What places an image in its series: these are the same in all of its headers.
_PLACING: Final = (
    "series_instance_uid",
    "study_instance_uid",
    "patient_name",
    "patient_id",
    "issuer_of_patient_id",
    "patient_birth_date",
)
series_said = attrgetter(*_PLACING)
series_said_in = taken(*_PLACING)
_TUPLES = frozenset(
    FIELDS.index(name)
    for name in (
        "specific_character_set image_type pixel_spacing imager_pixel_spacing image_position last_image_position "
        "image_orientation window_center window_width patient_orientation pixel_aspect_ratio"
    ).split()
)


def _encoder() -> Callable[[Any], str]:
    """JSON without spaces. JSONEncoder makes the encoder in C anew for each text; it is taken itself where it is as it
    was in all versions so far."""
    usual = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
    try:
        made: Any = json.encoder.c_make_encoder  # type: ignore[attr-defined]  # not in the stubs
        in_quotes: Any = json.encoder.encode_basestring
        neither, nan = False, True  # keys are sorted, or left out; NaN is written, as it is without
        each = made(None, usual, in_quotes, None, ":", ",", neither, neither, nan)
        told = {"1": ("a", 2.5, None, True)}
        fits = "".join(each(told, 0)) == usual(told)
    except (AttributeError, TypeError):
        return usual
    return (lambda value: "".join(each(value, 0))) if fits else usual


encode = _encoder()


# These have columns of their own and are not packed; catalogs of the first version have them here as well.
_UID: Final = FIELDS.index("sop_instance_uid")
_NUMBER: Final = FIELDS.index("instance_number")
_PACKED: Final = tuple(i for i in range(len(FIELDS)) if i not in {_UID, _NUMBER})
# Where the images of a series nearly always differ.
_OFTEN: Final = tuple(
    FIELDS.index(name) for name in "acquisition_time content_time image_position slice_location pixel_offset".split()
)


class Packer:
    """Packs the headers of one series against its ``base``, as JSON of the attributes that differ.

    The attributes that are known to differ are looked at one by one, all others compared at a stroke; one of those that
    differs after all is one more to be looked at from then on.
    """

    def __init__(self, base: tuple[Any, ...]) -> None:
        self.base = base
        self._steady: tuple[Any, ...] | None = None  # until it packs: of most series another process has packed

    def pack(self, values: Sequence[Any]) -> str:
        """JSON of what differs in ``values`` (of :func:`values_of`)."""
        if self._steady is None:
            self._look_at(_OFTEN)
        if self._steady_of(values) != self._steady:
            self._look_at(self._loose + tuple(i for i in _PACKED if i not in self._loose and values[i] != self.base[i]))
        found = zip(self._names, self._loose_of(values), self._usual, strict=True)
        return encode({name: value for name, value, usual in found if value != usual})

    def _look_at(self, loose: tuple[int, ...]) -> None:
        self._loose = loose
        self._names = tuple(map(str, loose))
        self._loose_of, self._steady_of = _getters(self._loose)
        self._usual = self._loose_of(self.base)
        self._steady = self._steady_of(self.base)


_COMPARER: Final = Comparer(Header, [FIELDS[i] for i in _PACKED], [str(i) for i in _PACKED])
differing = _COMPARER.differing
"""What one header says where another says something else: what a :class:`Packer` would make JSON of."""
_PLACES: Final = frozenset(str(FIELDS.index(name)) for name in _PLACING)
in_same_series = _PLACES.isdisjoint
"""Whether two headers that differ so are placed in the same series."""


def same_base(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Whether what is packed against one may be unpacked against the other."""
    return one is other or all(one[i] == other[i] for i in _PACKED)


@lru_cache(maxsize=256)
def _getters(loose: tuple[int, ...]) -> tuple[itemgetter[Any], itemgetter[Any]]:
    """What takes some values, and what takes all others."""
    # One is taken twice: an itemgetter of a single one would give no tuple.
    return itemgetter(*loose), itemgetter(0, 0, *(i for i in _PACKED if i not in loose))


def pack_base(values: tuple[Any, ...]) -> str:
    """JSON of all ``values`` (of :func:`values_of`)."""
    return encode(values)


def unpack_base(text: str) -> tuple[Any, ...]:
    """The values that :func:`pack_base` wrote; fields that came later have their defaults."""
    known = [tuple(v) if isinstance(v, list) else v for v in json.loads(text)]
    return tuple(known) + _DEFAULTS[len(known) :]


def unpack(text: str, base: tuple[Any, ...], uid: str, number: int | None) -> Header:
    """The header that a :class:`Packer` wrote against ``base``, of the instance of this UID and number."""
    made: Header = _MAKER.make(unpack_values(text, base, uid, number))
    return made


def unpack_values(text: str, base: tuple[Any, ...], uid: str, number: int | None) -> list[Any]:
    """Its values, in the order of :data:`FIELDS`."""
    values = list(base)
    for key, value in json.loads(text).items():
        index = int(key)
        values[index] = tuple(value) if index in _TUPLES else value
    values[_UID], values[_NUMBER] = uid, number
    return values


def unpack_some(text: str, base: tuple[Any, ...], fields: Sequence[int]) -> list[Any]:
    """The values of some :data:`FIELDS` only, by their places: for those who look at very many headers.

    The UID and the number of the instance are not among them: they have columns of their own.
    """
    known = json.loads(text)
    return [known.get(str(place), base[place]) for place in fields]


_DEFAULTS: tuple[Any, ...] = values_of(Header(transfer_syntax_uid=""))
