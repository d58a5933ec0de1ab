"""A folder of oddities: names without their character set, two files that claim to be one image, a file to go missing.

``python odd.py FOLDER`` writes the files: for the tests of character sets, of the check and of conflicts.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tests import world

# Every byte of this name is a letter of Latin-1, too, which is declared.
GREEK = "Παπαδόπουλος^Νίκος".encode("iso8859-7")
HTML = "<b onclick>Bold^<script>alert(1)</script>"
IVANOV = "Иванов^Иван^Иванович".encode("cp1251")


def files() -> dict[str, bytes]:
    """Four people, the last of them with files in conflict."""
    rossi: dict[str, Any] = {"study": 3, "StudyDescription": "TC torace", "patient_id": "3", "number": 1}
    return {
        "greek/1": world.instance(PatientName=GREEK, SpecificCharacterSet="ISO_IR 100", patient_id="1"),
        "ivanov/1": world.instance(PatientName=IVANOV, SpecificCharacterSet=None, patient_id="2", study=2),
        "html/1": world.instance(patient_name=HTML, patient_id="<i>4</i>", study=4, StudyDescription=HTML),
        "rossi/1": world.instance(**rossi, SeriesDescription="first"),
        "rossi/2": world.instance(**{**rossi, "number": 2}, SeriesDescription="first"),
        "rossi/other": world.instance(**rossi, SeriesDescription="second"),
    }


if __name__ == "__main__":
    world.plant(Path(sys.argv[1]), files())
