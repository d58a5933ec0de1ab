"""What one file says."""

from __future__ import annotations

from dataclasses import dataclass


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
    overlay_rows: int | None = None  # of its last overlay; None: there is none (PS3.3 C.9.2)
    units: str = ""  # of PET (PS3.3 C.8.9.1)
    recommended_display_frame_rate: int | None = None
    # what tells images of one place apart: echoes, diffusion weights, points in time
    echo_time: float | None = None
    diffusion_b_value: float | None = None
    temporal_position_identifier: int | None = None
    trigger_time: float | None = None
