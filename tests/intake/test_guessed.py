"""Text that does not fit its declared character set: found by what it is taken to say, and marked as a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fileroom.model.entries import Level
from fileroom.model.queries import Query
from tests.intake.test_import import archive as archive  # noqa: PLC0414 - a fixture
from tests.world import instance, plant

if TYPE_CHECKING:
    from pathlib import Path

    import fileroom

IVANOV = "Иванов^Иван^Иванович"
WORLD = {
    "lies": instance(PatientName=IVANOV.encode("cp1251"), SpecificCharacterSet=None),
    "says": instance(patient_name=IVANOV, patient_id="43", study=2, SpecificCharacterSet="ISO_IR 192"),
    "ascii": instance(patient_name="ROSSI^Mario", patient_id="44", study=3),
}


def test_a_guess_is_marked_at_every_level(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.bring_in(plant(tmp_path / "scans", WORLD))
    for level in (Level.PATIENT, Level.STUDY, Level.SERIES):
        found = archive.search(Query(level=level, words="ivanov")).items
        assert sorted(item.charset_guessed for item in found) == ["", "windows-1251"]
    patients = archive.search(Query(level=Level.PATIENT)).items
    names = {one.patient_id: (one.name.alphabetic, one.charset_guessed) for one in patients}
    assert names == {"42": (IVANOV, "windows-1251"), "43": (IVANOV, ""), "44": ("ROSSI^Mario", "")}


def test_what_was_brought_in_before_is_marked_by_a_rebuild(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.bring_in(plant(tmp_path / "scans", {"lies": WORLD["lies"]}))
    with archive._catalog.database.transaction() as cursor:
        for level in ("patient", "study", "series"):
            cursor.execute(f"UPDATE {level} SET charset_guessed = ''")  # noqa: S608 - our own names
    archive.rebuild()
    (series,) = archive.search(Query(level=Level.SERIES)).items
    assert [entry.charset_guessed for entry in (series, series.study, series.study.patient)] == ["windows-1251"] * 3
