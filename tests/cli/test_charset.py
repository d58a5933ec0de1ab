"""``fileroom charset``: shown, set for a folder or a patient, taken back; what is guessed has its mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.world import instance, plant

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Fileroom

GREEK = "Παπαδόπουλος^Νίκος"
GUESSED = "Иванов^Иван^Иванович"
WORLD = {
    "1": instance(PatientName=GREEK.encode("iso8859-7"), SpecificCharacterSet="ISO_IR 100"),
    "2": instance(PatientName=GUESSED.encode("cp1251"), SpecificCharacterSet=None, patient_id="43", study=2),
    "3": instance(patient_name="ROSSI^Mario", patient_id="44", study=3),
}


def test_it_is_set_for_a_folder_and_taken_back(fileroom: Fileroom, tmp_path: Path) -> None:
    scans = plant(tmp_path / "scans", WORLD)
    fileroom("import", scans)
    said = fileroom("charset")
    assert "No character set was set" in said.out
    assert "windows-1251" in said.out
    said = fileroom("charset", "set", scans, "ISO-8859-7")
    assert said.code == 0
    assert f"Read as iso-8859-7: {scans}" in said.out
    assert "fileroom charset unset 1" in said.out
    assert "Παπαδόπουλος" in fileroom("list", "papadopoulos").out
    assert fileroom("charset", "show", "--json").json["rules"][0]["charset"] == "iso-8859-7"
    assert fileroom("charset", "unset", scans).code == 0
    assert fileroom("charset", "show", "--json").json["rules"] == []


def test_it_is_set_for_a_patient_and_taken_back_by_its_number(fileroom: Fileroom, tmp_path: Path) -> None:
    fileroom("import", plant(tmp_path / "scans", WORLD))
    patients = fileroom("list", "--json").json["items"]
    wrong = next(one for one in patients if one["patient_id"] == "42")
    said = fileroom("charset", "set", wrong["id"], "iso-8859-7")
    assert "Παπαδόπουλος Νίκος" in said.out.replace(",", "")
    assert "Παπαδόπουλος" in fileroom("charset").out
    assert fileroom("charset", "unset", "1", "--json").json["kind"] == "rebuild"
    assert fileroom("charset", "unset", "1").code != 0


def test_a_guess_has_its_mark(fileroom: Fileroom, tmp_path: Path) -> None:
    fileroom("import", plant(tmp_path / "scans", WORLD))
    said = fileroom("list", "ivanov")
    (row,) = [line for line in said.out.splitlines() if "Иванов" in line]
    assert "~" in row
    assert "~ decoded by a guess" in said.err
    said = fileroom("list", "rossi")
    assert "~" not in said.out + said.err
    patient = fileroom("list", "ivanov", "--json").json["items"][0]
    assert patient["charset_guessed"] == "windows-1251"
    assert "windows-1251 (a guess" in fileroom("show", patient["id"]).out


def test_what_is_not_known_is_said(fileroom: Fileroom, tmp_path: Path) -> None:
    scans = plant(tmp_path / "scans", WORLD)
    fileroom("import", scans)
    assert "klingon" in fileroom("charset", "set", scans, "klingon", "--json").error["message"]
    assert fileroom("charset", "set", tmp_path, "utf-8").code != 0
    assert fileroom("charset", "set", "p000000", "utf-8").code != 0
