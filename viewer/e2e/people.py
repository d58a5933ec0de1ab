"""A folder of people to be found, told apart and put together: for the tests of search, matches, notes and labels.

``python people.py FOLDER`` writes the files.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tests import world

ROSSI: dict[str, Any] = {"patient_name": "ROSSI^Mario", "patient_id": "42", "InstitutionName": "Casa dei Blocchi"}
JOINT: dict[str, Any] = {"StudyDescription": "RM ginocchio", "modality": "MR", "StudyDate": "20220510", "study": 12}


def files() -> dict[str, bytes]:
    """Eight people: one twice under two names, one twice under two IDs, one whom nobody knows."""
    told: dict[str, dict[str, Any]] = {
        "rossi": dict(ROSSI, study=11, StudyDescription="TC torace", SeriesDescription="Torace basale"),
        "rossi-mpr": dict(
            ROSSI,
            study=11,
            series=2,
            StudyDescription="TC torace",
            SeriesDescription="MPR coronale",
            ImageType=["DERIVED", "SECONDARY", "REFORMATTED"],
        ),
        "rossi-knee": dict(ROSSI, **JOINT, SeriesDescription="T2 sag", BodyPartExamined="KNEE"),
        "rossi-other": dict(
            ROSSI, patient_name="ROSSI^Mario Luigi", study=21, StudyDescription="Torace AP", modality="CR"
        ),
        "mueller": {
            "patient_name": "MÜLLER^Hans",
            "patient_id": "M-7",
            "study": 31,
            "SpecificCharacterSet": "ISO_IR 100",
        },
        "verdi": {"patient_name": "VERDI^Anna", "patient_id": "V-1", "study": 41, "PatientBirthDate": "19620314"},
        "verdi-again": {
            "patient_name": "Verdi^Anna^^",
            "patient_id": "W-9",
            "study": 42,
            "PatientBirthDate": "19620314",
        },
        "yamada": {
            "patient_name": "Yamada^Tarou=山田^太郎=やまだ^たろう",
            "patient_id": "Y-1",
            "study": 51,
            "SpecificCharacterSet": "ISO_IR 192",
            "modality": "MR",
        },
        "anonymous": {"patient_name": "", "patient_id": "", "study": 61, "StudyDescription": "TC encefalo"},
    }
    return {
        f"{name}/IM{number}": world.instance(number=number, **values)
        for name, values in told.items()
        for number in (1, 2, 3)
    }


if __name__ == "__main__":
    world.plant(Path(sys.argv[1]), files())
