"""What a text is written in, where the user said so: for all files of a root, or for one patient's.

Pure, and light enough for the process that reads headers aside. Patients are meant by what a character set leaves
alone: not by their name, which reads differently once it is set, but by Patient ID, issuer and birth date while these
are ASCII, else by their studies.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fileroom.dicom.reading import Reading
    from fileroom.model.headers import Header

SEPARATOR: Final = "\x1f"
ROOT: Final = "root"
PERSON: Final = "person"
STUDY: Final = "study"


def of_root(filesystem_id: str, inside: str) -> str:
    """Who is meant by a root: a place on a drive, wherever that is mounted."""
    return SEPARATOR.join((ROOT, filesystem_id, inside))


def of_person(issuer: str, patient_id: str, birth_date: str) -> str:
    """Who is meant by these identifiers; nobody ("") by a Patient ID that says nothing or may itself be misread."""
    from fileroom.catalog.identity import is_placeholder  # with all scripts: not for a process that is told of nobody

    parts = (issuer.strip(), patient_id.strip(), birth_date.strip())
    return SEPARATOR.join((PERSON, *parts)) if all(map(str.isascii, parts)) and not is_placeholder(parts[1]) else ""


def of_study(study_instance_uid: str) -> str:
    """The patient of a study, of whom nothing else is known for certain."""
    return SEPARATOR.join((STUDY, study_instance_uid))


@dataclass(frozen=True, slots=True)
class Charsets:
    """The character sets that were set, as names of :data:`fileroom.dicom.guessing.CHARSETS`.

    ``places`` are paths with what everything at and below them is written in, inner ones first; what was set for a
    patient goes before that.
    """

    places: tuple[tuple[str, str], ...] = ()
    people: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.places or self.people)

    def of_path(self, path: str) -> str:
        """What was set for the root that ``path`` lies in; ``""`` for nothing."""
        for place, charset in self.places:
            if path == place or path.startswith(place.rstrip(os.sep) + os.sep):
                return charset
        return ""

    def of_patient(self, header: Header) -> str:
        """What was set for the patient of a header; ``""`` for nothing."""
        who = of_person(header.issuer_of_patient_id, header.patient_id, header.patient_birth_date)
        return self.people.get(who) or self.people.get(of_study(header.study_instance_uid), "")

    def of(self, path: str, header: Header) -> str:
        """What the text of a file is to be read by: as it was set, else as it was guessed; ``""``: as declared."""
        return self.of_patient(header) or self.of_path(path) or header.guessed_charset

    def read(self, path: str, read: Callable[[str], Reading]) -> Reading:
        """The file at ``path``, which ``read`` reads by the character set it is given.

        Whose it is shows when it has been read: of a patient with a set of their own it is then read once more.
        """
        asked = self.of_path(path)
        reading = read(asked)
        if self.people and reading.header is not None:
            wanted = self.of_patient(reading.header)
            if wanted and wanted != asked:
                return read(wanted)
        return reading

    def plain(self) -> tuple[Any, ...]:
        """The same as plain values, for another process: ``Charsets.from_plain(*values)``."""
        return self.places, tuple(self.people.items())

    @classmethod
    def from_plain(cls, places: Any, people: Any) -> Charsets:
        """What :meth:`plain` gave."""
        return cls(tuple(places), dict(people))


NONE: Final = Charsets()
