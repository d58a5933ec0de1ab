"""The character set that the user sets: for a root or a patient, wherever a header is read, for as long as it holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fileroom.catalog.home import FolderHome
from fileroom.dicom.guessing import CHARSETS
from fileroom.errors import BadRequest, Busy, NotFound
from fileroom.intake.lock import import_lock
from fileroom.model.entries import Level, Patient
from fileroom.model.outcomes import Outcome
from fileroom.model.queries import Query
from fileroom.model.rules import Verdict
from tests.intake.test_import import archive as archive  # noqa: PLC0414 - a fixture
from tests.packing import pack
from tests.world import instance, plant, shared_data_folder

if TYPE_CHECKING:
    import fileroom

GREEK = "Παπαδόπουλος^Νίκος"
# Every byte of it is a letter of windows-1251 as well, and Latin-1 is declared: no guess can be sure.
BYTES = GREEK.encode("iso8859-7")
AS_LATIN = BYTES.decode("latin-1")
LIES = instance(PatientName=BYTES, SpecificCharacterSet="ISO_IR 100", StudyDescription="Θώραξ".encode("iso8859-7"))
OTHER = instance(patient_name="ROSSI^Mario", patient_id="7", study=2)


def names(archive: fileroom.Archive, words: str = "") -> list[str]:
    return [one.name.alphabetic for one in archive.search(Query(level=Level.PATIENT, words=words)).items]


def only(archive: fileroom.Archive) -> Patient:
    (patient,) = archive.search(Query(level=Level.PATIENT)).items
    assert isinstance(patient, Patient)
    return patient


def root(archive: fileroom.Archive) -> int:
    return archive.roots()[0].id


def test_names_and_search_follow_what_is_set_for_a_root(archive: fileroom.Archive, tmp_path: Path) -> None:
    scans = plant(tmp_path / "scans", {"a/1": LIES, "b/2": OTHER})
    archive.bring_in(scans)
    assert names(archive) != [GREEK, "ROSSI^Mario"]
    summary = archive.set_charset(root(archive), "iso-8859-7")
    assert (summary.kind, summary.state, summary.outcomes[Outcome.UNCHANGED]) == ("rebuild", "done", 2)
    assert names(archive, "papadopoulos") == names(archive, "νικος") == [GREEK]
    assert sorted(names(archive)) == ["ROSSI^Mario", GREEK]
    assert (archive.roots()[0].charset, only_guess(archive)) == ("iso-8859-7", "")
    assert (scans / "a/1").read_bytes() == LIES
    (rule,) = archive.charsets()
    assert (rule.charset, rule.root, rule.said) == ("iso-8859-7", root(archive), str(scans))
    archive.unset_charset(rule.id)
    assert archive.charsets() == ()
    assert names(archive, "papadopoulos") == []
    assert archive.check().well


def only_guess(archive: fileroom.Archive) -> str:
    found = archive.search(Query(level=Level.STUDY)).items
    return "".join(one.charset_guessed for one in found)


def test_it_is_of_a_patient_whatever_the_name_reads_like(archive: fileroom.Archive, tmp_path: Path) -> None:
    more = instance(PatientName=BYTES, SpecificCharacterSet="ISO_IR 100", number=2)
    archive.bring_in(plant(tmp_path / "scans", {"1": LIES, "2": more, "3": OTHER}))
    patient = next(one for one in archive.search(Query(level=Level.PATIENT)).items if one.patient_id == "42")
    archive.set_note(patient.id, "calls on Mondays")
    archive.decide(Verdict.DIFFERENT, [one.id for one in archive.search(Query(level=Level.PATIENT)).items])
    archive.set_charset(patient.id, "iso-8859-7")
    (rule,) = archive.charsets()
    (told,) = rule.patients
    assert (told.name.alphabetic, told.note, rule.said) == (GREEK, "calls on Mondays", "42, 19700102")
    assert archive.rules()[0].first == told or archive.rules()[0].second == told
    # It holds for what comes later, and outlives a rebuild.
    plant(tmp_path / "scans", {"later/4": instance(PatientName=BYTES, SpecificCharacterSet=None, study=9)})
    archive.bring_in(tmp_path / "scans")
    archive.rebuild()
    assert sorted(names(archive)) == ["ROSSI^Mario", GREEK]
    archive.set_charset(told.id, "")
    assert GREEK not in names(archive)
    assert archive.charsets() == ()


def test_a_patient_without_a_number_is_known_by_the_studies(archive: fileroom.Archive, tmp_path: Path) -> None:
    nobody: dict[str, Any] = {"SpecificCharacterSet": "ISO_IR 100", "PatientName": BYTES, "patient_id": ""}
    archive.bring_in(plant(tmp_path / "scans", {"1": instance(**nobody), "2": instance(**nobody, study=2)}))
    first, _ = archive.search(Query(level=Level.PATIENT)).items
    archive.set_charset(first.id, "iso-8859-7")
    assert names(archive).count(GREEK) == 1


def test_the_inner_root_and_the_patient_go_first(archive: fileroom.Archive, tmp_path: Path) -> None:
    cyrillic = "Иванов^Иван".encode("cp1251")
    inner: dict[str, Any] = {"PatientName": cyrillic, "SpecificCharacterSet": "ISO_IR 100"}
    plant(tmp_path / "scans", {"1": LIES, "in/2": instance(**inner, patient_id="1", study=2)})
    plant(tmp_path / "scans", {"in/3": instance(PatientName="Ковач".encode("koi8-r"), patient_id="2", study=3)})
    archive.bring_in([tmp_path / "scans"])
    archive.bring_in([tmp_path / "scans" / "in"])
    numbers = {Path(one.path).name: one.id for one in archive.roots()}
    archive.set_charset(numbers["scans"], "iso-8859-7")
    archive.set_charset(numbers["in"], "windows-1251")
    third = next(one for one in archive.search(Query(level=Level.PATIENT)).items if one.patient_id == "2")
    archive.set_charset(third.id, "koi8-r")
    assert sorted(names(archive)) == sorted([GREEK, "Иванов^Иван", "Ковач"])


def test_members_of_containers_are_read_by_it(archive: fileroom.Archive, tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    pack(tmp_path / "scans" / "box.zip", {"in/1": LIES, "in/2": OTHER})
    plant(tmp_path / "scans", {"misnamed.zip": instance(PatientName=BYTES, study=3, patient_id="5")})
    archive.bring_in(tmp_path / "scans")
    patient = next(one for one in archive.search(Query(level=Level.PATIENT)).items if one.patient_id == "42")
    archive.set_charset(patient.id, "iso-8859-7")
    assert names(archive).count(GREEK) == 1
    archive.set_charset(root(archive), "iso-8859-7")
    assert names(archive).count(GREEK) == 2


def test_a_file_that_is_chosen_is_read_by_it(archive: fileroom.Archive, tmp_path: Path) -> None:
    other = instance(
        PatientName=BYTES, SpecificCharacterSet="ISO_IR 100", SeriesDescription="Θώραξ".encode("iso8859-7")
    )
    archive.bring_in(plant(tmp_path / "scans", {"1": LIES, "2": other}))
    archive.set_charset(only(archive).id, "iso-8859-7")
    image = archive.choose(str(tmp_path / "scans" / "2"))
    assert (image.header.patient_name, image.header.series_description) == (GREEK, "Θώραξ")


def test_what_is_received_is_read_by_it(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.bring_in(plant(tmp_path / "scans", {"1": LIES}))
    archive.set_charset(only(archive).id, "iso-8859-7")
    sent = instance(PatientName=BYTES, SpecificCharacterSet="ISO_IR 100", number=2)
    archive.store([sent])
    assert (only(archive).name.alphabetic, only(archive).counts.instances) == (GREEK, 2)


def test_what_is_away_is_read_by_it_when_it_is_back(archive: fileroom.Archive, tmp_path: Path) -> None:
    scans = plant(tmp_path / "scans", {"1": LIES})
    archive.bring_in(scans)
    scans.rename(tmp_path / "away")
    summary = archive.set_charset(root(archive), "iso-8859-7")
    assert "cannot be reached" in summary.message
    assert names(archive) != [GREEK]
    (tmp_path / "away").rename(scans)
    archive.bring_in(scans)
    assert names(archive) == [GREEK]


def test_all_attributes_and_the_json_are_shown_by_it(archive: fileroom.Archive, tmp_path: Path) -> None:
    nested = [{"CodeMeaning": "Θώραξ".encode("iso8859-7")}]
    file = instance(
        PatientName=BYTES,
        SpecificCharacterSet="ISO_IR 100",
        PatientComments="Αθήνα".encode("iso8859-7"),
        ProcedureCodeSequence=nested,
    )
    archive.bring_in(plant(tmp_path / "scans", {"1": file}))
    archive.set_charset(only(archive).id, "iso-8859-7")
    (image,) = archive.search(Query(level=Level.INSTANCE)).items
    lines = {line.keyword: line.value for line in archive.attributes(image.id)}
    assert (lines["PatientName"], lines["PatientComments"], lines["CodeMeaning"]) == (GREEK, "Αθήνα", "Θώραξ")
    data_set = archive.metadata(image.id, lambda path: path)
    assert data_set["00100010"] == {"vr": "PN", "Value": [{"Alphabetic": GREEK}]}
    assert data_set["00080005"] == {"vr": "CS", "Value": ["ISO_IR 192"]}


def test_what_was_guessed_is_shown_by_the_guess(archive: fileroom.Archive, tmp_path: Path) -> None:
    name = "Иванов^Иван^Иванович"
    file = instance(PatientName=name.encode("cp1251"), SpecificCharacterSet=None)
    archive.bring_in(plant(tmp_path / "scans", {"1": file}))
    (image,) = archive.search(Query(level=Level.INSTANCE)).items
    assert [line.value for line in archive.attributes(image.id) if line.keyword == "PatientName"] == [name]


def test_what_cannot_be_is_said(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.bring_in(plant(tmp_path / "scans", {"1": LIES}))
    study = archive.search(Query(level=Level.STUDY)).items[0]
    with pytest.raises(BadRequest, match="klingon"):
        archive.set_charset(root(archive), "klingon")
    with pytest.raises(BadRequest):
        archive.set_charset(study.id, "iso-8859-7")
    with pytest.raises(NotFound):
        archive.set_charset(999, "iso-8859-7")
    with pytest.raises(NotFound):
        archive.unset_charset(999)
    with import_lock(FolderHome(tmp_path / "archive")), pytest.raises(Busy):
        archive.set_charset(root(archive), "iso-8859-7")
    assert archive.charsets() == ()


ODD = {  # real oddities: what they hold by themselves, and read by another set
    "utf8-undeclared.dcm": "utf-8",
    "utf8-declared-latin1.dcm": "utf-8",
    "latin1-declared-utf8.dcm": "iso-8859-1",
    "latin2.dcm": "iso-8859-2",
    "thai.dcm": "tis-620",
    "gbk.dcm": "gb18030",
    "truncated-multibyte.dcm": "utf-8",
}


@pytest.mark.parametrize(("file", "charset"), ODD.items())
def test_odd_files_are_read_by_what_was_set(archive: fileroom.Archive, tmp_path: Path, file: str, charset: str) -> None:
    folder = shared_data_folder()
    if folder is None:
        pytest.skip("the shared data is not here")
    data = (folder / "derived" / "charsets" / file).read_bytes()
    archive.bring_in(plant(tmp_path / "scans", {"1": data}))
    archive.set_charset(root(archive), charset)
    patient = only(archive)
    raw = read_raw_name(tmp_path / "scans" / "1")
    group = raw.decode(CHARSETS[charset], "replace").split("=")[0]
    assert patient.name.alphabetic.rstrip("^") == group.rstrip(" ^")
    assert patient.charset_guessed == ""
    assert archive.search(Query(level=Level.PATIENT, words=patient.name.alphabetic.split("^")[0])).total == 1


def read_raw_name(path: Path) -> bytes:
    import pydicom

    element = pydicom.dcmread(path, stop_before_pixels=True).get_item(0x00100010)
    assert element is not None
    return bytes(element.value)  # raw, for nobody has asked for it yet


def test_reports_follow_too(archive: fileroom.Archive, tmp_path: Path) -> None:
    text = "Θώραξ"
    name = [{"CodeValue": "1", "CodingSchemeDesignator": "99X", "CodeMeaning": "Finding"}]
    inside: dict[str, Any] = {
        "ValueType": "TEXT",
        "ConceptNameCodeSequence": name,
        "TextValue": text.encode("iso8859-7"),
    }
    root_item: dict[str, Any] = {"ValueType": "CONTAINER", "ConceptNameCodeSequence": name, "ContentSequence": [inside]}
    said = instance(rows=0, modality="SR", SpecificCharacterSet="ISO_IR 100", PatientName=BYTES, **root_item)
    archive.bring_in(plant(tmp_path / "scans", {"1": said}))

    def report() -> Any:
        (one,) = archive.search(Query(level=Level.INSTANCE)).items
        return archive.content(one.id)["content"]

    assert text not in str(report())
    archive.set_charset(root(archive), "iso-8859-7")
    assert text in str(report())
