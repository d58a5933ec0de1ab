"""The few places where we and pydicom differ on purpose, each with its reason."""

from __future__ import annotations

# Where we do not say what pydicom says: file name, field, and why.
EXPLAINED = {
    ("100_bad_utf8.dcm", "patient_name"): "Latin-1 declared as UTF-8: guessed, and marked as a guess",
    ("latin1-declared-utf8.dcm", "patient_name"): "the same",
    ("utf8-declared-latin1.dcm", "patient_name"): "UTF-8 declared as Latin-1: guessed, and marked as a guess",
    ("utf8-undeclared.dcm", "patient_name"): "UTF-8 with nothing declared: guessed, and marked as a guess",
    ("gb2312-2022.dcm", "patient_name"): "pydicom leaves the escapes of ISO 2022 IR 58 in the text (PS3.5 K.2)",
    ("chrGB2312.dcm", "patient_name"): "the same",
    ("latin9.dcm", "patient_name"): "pydicom 3.0 does not know ISO_IR 203 (PS3.3 Table C.12-2)",
    ("040_bad_numbers.dcm", "window_center"): "NaN and infinities are no numbers of DS (PS3.5 6.2)",
    ("040_bad_numbers.dcm", "window_width"): "the same",
    ("040_bad_numbers.dcm", "rescale_slope"): "the same",
}
# Files that one reader takes and the other does not; the reasons stand in test_hostile.
ONE_SIDED = {"027_vr_garbage.dcm", "028_vr_null.dcm", "035_item_len_lies.dcm"}
