"""The attributes that a :class:`~fileroom.model.Header` keeps: one table for every reader and writer of them."""

from __future__ import annotations

from sys import intern
from typing import Final, NamedTuple

TEXT: Final = 0  # text in the default repertoire; several values stay joined
NAME: Final = 1  # Person Name
PROSE: Final = 2  # text in the Specific Character Set, several values
ESSAY: Final = 3  # text in the Specific Character Set, a backslash is a backslash (PS3.5 6.2: LT, ST, UT)
CODES: Final = 4  # text as a tuple of values
INTEGER: Final = 5
INTEGER_TEXT: Final = 6  # IS
DECIMAL: Final = 7  # DS, first value
DECIMALS: Final = 8  # DS as a tuple of values
UID: Final = 9
FLOATING: Final = 10  # FD, first value


class Attribute(NamedTuple):
    """One attribute: where it stands in a data set, its VR (PS3.6), and the field of Header that holds it."""

    tag: int
    vr: str
    field: str
    kind: int


KINDS: Final = {"UI": UID, "CS": TEXT, "DA": TEXT, "TM": TEXT, "AS": TEXT, "PN": NAME, "SH": PROSE, "LO": PROSE,
                "LT": ESSAY, "US": INTEGER, "IS": INTEGER_TEXT, "DS": DECIMAL, "FD": FLOATING}  # fmt: skip

# Marks: * a tuple of values, . kept as a float
_ROWS: Final = """
00080005 CS specific_character_set *
00080008 CS image_type *
00080016 UI sop_class_uid
00080018 UI sop_instance_uid
00080020 DA study_date
00080021 DA series_date
00080022 DA acquisition_date
00080023 DA content_date
00080030 TM study_time
00080031 TM series_time
00080032 TM acquisition_time
00080033 TM content_time
00080050 SH accession_number
00080060 CS modality
00080070 LO manufacturer
00080080 LO institution_name
00080090 PN referring_physician_name
00081010 SH station_name
00081030 LO study_description
0008103E LO series_description
00081050 PN performing_physician_name
00081090 LO manufacturer_model_name
00082144 IS recommended_display_frame_rate
00100010 PN patient_name
00100020 LO patient_id
00100021 LO issuer_of_patient_id
00100030 DA patient_birth_date
00100040 CS patient_sex
00101010 AS patient_age
00120062 CS patient_identity_removed
00180015 CS body_part_examined
00180040 IS cine_rate .
00180050 DS slice_thickness
00180081 DS echo_time
00180088 DS spacing_between_slices
00181030 LO protocol_name
00181060 DS trigger_time
00181063 DS frame_time
00181164 DS imager_pixel_spacing *
00185100 CS patient_position
00185101 CS view_position
00189087 FD diffusion_b_value
0020000D UI study_instance_uid
0020000E UI series_instance_uid
00200010 SH study_id
00200011 IS series_number
00200012 IS acquisition_number
00200013 IS instance_number
00200020 CS patient_orientation *
00200032 DS image_position *
00200037 DS image_orientation *
00200052 UI frame_of_reference_uid
00200060 CS laterality
00200062 CS image_laterality
00200100 IS temporal_position_identifier
00201041 DS slice_location
00204000 LT image_comments
00280002 US samples_per_pixel
00280004 CS photometric_interpretation
00280006 US planar_configuration
00280008 IS number_of_frames
00280010 US rows
00280011 US columns
00280030 DS pixel_spacing *
00280034 IS pixel_aspect_ratio *
00280100 US bits_allocated
00280101 US bits_stored
00280102 US high_bit
00280103 US pixel_representation
00281050 DS window_center *
00281051 DS window_width *
00281052 DS rescale_intercept
00281053 DS rescale_slope
00281054 LO rescale_type
00281056 CS voi_lut_function
00400244 DA performed_procedure_step_start_date
00400245 TM performed_procedure_step_start_time
00541001 CS units
20500020 CS presentation_lut_shape
60000010 US overlay_rows
"""


def _attribute(row: str) -> Attribute:
    tag, vr, field, *mark = row.split()
    kind = KINDS[vr]
    if mark == ["*"]:
        kind = DECIMALS if vr in {"DS", "IS"} else CODES
    elif mark == ["."]:
        kind = DECIMAL
    return Attribute(int(tag, 16), vr, intern(field), kind)  # interned: keywords of a call are compared by identity


ATTRIBUTES: Final = tuple(_attribute(row) for row in _ROWS.strip().splitlines())
# The slots of the attributes whose text depends on Specific Character Set (PS3.5 6.1.2.3), and which of them are the
# patient's.
TEXT_SLOTS: Final = bytes(slot for slot, row in enumerate(ATTRIBUTES) if row.kind in (NAME, PROSE, ESSAY))
PATIENT_GROUP: Final = 0x0010
BY_TAG: Final = {attribute.tag: attribute for attribute in ATTRIBUTES}

# An image may have up to sixteen overlays, in the even groups from 6000 to 601E, and need not begin at the first
# (PS3.3 C.9.2). One field says that there are some: that of the last one is kept.
OVERLAY_ROWS: Final = tuple(range(0x60000010, 0x60200010, 0x00020000))

# Most values of a file are those of the file before it: the name of the hospital, the size of the image. What was
# made of the last few is kept, which saves the making and lets headers share their text. Not kept is what differs
# from file to file, and what is about a person: nothing of a patient stays in memory longer than their header does.
_KEPT_KINDS: Final = (TEXT, CODES, UID, NAME, PROSE, DECIMAL, DECIMALS, INTEGER, INTEGER_TEXT, FLOATING)
_EACH_ITS_OWN: Final = {
    "sop_instance_uid", "acquisition_time", "content_time", "instance_number", "image_position", "slice_location",
    "trigger_time",
}  # fmt: skip


def may_keep(row: Attribute) -> bool:
    """Whether what one file says there may be kept for the next."""
    return row.kind in _KEPT_KINDS and row.tag >> 16 != PATIENT_GROUP and row.field not in _EACH_ITS_OWN


UNDEFINED: Final = 0xFFFFFFFF  # a length that is found at the end (PS3.5 7.1.1)

# What we look at without keeping it.
META_GROUP: Final = 2
FILE_META_CLASS: Final = 0x00020002
TRANSFER_SYNTAX: Final = 0x00020010
CHARACTER_SET: Final = 0x00080005
DIRECTORY_RECORDS: Final = 0x00041220
PIXEL_DATA: Final = (0x7FE00010, 0x7FE00009, 0x7FE00008)

# Functional groups of enhanced multi-frame images (PS3.3 C.7.6.16): for each macro, the sequence it stands in and
# the attributes of ours inside.
SHARED_GROUPS: Final = 0x52009229
PER_FRAME_GROUPS: Final = 0x52009230
PLANE_POSITION: Final = 0x00209113
POSITION: Final = 0x00200032
MACROS: Final = {
    PLANE_POSITION: (POSITION,),  # Plane Position (Patient)
    0x00209116: (0x00200037,),  # Plane Orientation (Patient)
    0x00289110: (0x00280030, 0x00180050, 0x00180088),  # Pixel Measures
    0x00289132: (0x00281050, 0x00281051),  # Frame VOI LUT
    0x00289145: (0x00281052, 0x00281053, 0x00281054),  # Pixel Value Transformation
}

# Media Storage Directory Storage: the class of a DICOMDIR (PS3.10 8.6).
DIRECTORY_CLASS: Final = "1.2.840.10008.1.3.10"

IMPLICIT_LE: Final = "1.2.840.10008.1.2"
EXPLICIT_LE: Final = "1.2.840.10008.1.2.1"
DEFLATED_LE: Final = "1.2.840.10008.1.2.1.99"
EXPLICIT_BE: Final = "1.2.840.10008.1.2.2"
