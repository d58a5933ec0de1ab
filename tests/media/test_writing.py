"""Media as they are written: a File-set that other programs read, or nothing at all."""

from __future__ import annotations

import hashlib
import hmac
import re
import shutil
import struct
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
import pyzipper
from pydicom import dcmread
from pydicom.fileset import FileSet

import fileroom
from fileroom.archive import Archive
from fileroom.errors import BadRequest, Cancelled, Unavailable
from fileroom.jobs import CancelToken
from fileroom.model.entries import Level
from fileroom.model.media import Deidentify
from fileroom.model.queries import Query
from fileroom.settings import Settings
from tests.media.conftest import everybody
from tests.world import instance, plant

WORLD: dict[str, bytes] = {
    "a/1": instance(number=1),
    "a/2": instance(number=2),
    "a/3": instance(series=2, number=1, StudyDate="", AcquisitionDate="20230405"),
    "b/1": instance(
        study=2, patient_id="", StudyDate="", StudyTime="", modality="MR", SeriesNumber="", InstanceNumber=""
    ),
    "c/1": instance(study=3, patient_id="7", patient_name="NERI^Anna", preamble=False),
}


def listed_by_pydicom(folder: Path) -> set[str]:
    found = FileSet(folder / "DICOMDIR")
    try:
        return {Path(one.path).relative_to(folder).as_posix() for one in found}
    finally:
        found._stage["t"].cleanup()  # it leaves that to chance


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_files_are_copied_as_they_are_and_all_records_lead_to_one(house: Archive, tmp_path: Path) -> None:
    report = house.write_media(everybody(house), tmp_path / "out")
    written = files(tmp_path / "out")
    images = {name: data for name, data in written.items() if name.startswith("DICOM/")}
    assert sorted(images.values()) == sorted(data for name, data in WORLD.items() if name != "c/1")
    assert all(re.fullmatch(r"[A-Z0-9_]{1,8}", part) for name in images for part in name.split("/"))
    assert set(written) - set(images) == {"DICOMDIR", "INDEX.HTM", "README.TXT"}
    assert listed_by_pydicom(tmp_path / "out") == set(images)
    assert (report.patients, report.studies, report.series, report.files) == (2, 2, 3, 7)
    assert [(one.reason, Path(one.path).name) for one in report.left_out] == [("not-part-10", "1")]


def test_what_a_directory_must_have_is_made_up_in_the_directory_alone(house: Archive, tmp_path: Path) -> None:
    report = house.write_media(everybody(house), tmp_path / "out")
    records = dcmread(tmp_path / "out" / "DICOMDIR").DirectoryRecordSequence
    studies = {str(one.StudyDate) for one in records if one.DirectoryRecordType == "STUDY"}
    assert studies == {"20240131", "19000101"}
    assert report.filled == 7  # Study ID twice; of b its patient, date, time, series and number
    assert dcmread(next((tmp_path / "out").rglob("PAT00002/*/*/IM*"))).StudyDate == ""


def test_two_people_of_one_patient_id_have_two_in_the_directory(tmp_path: Path) -> None:
    world = {
        "1": instance(patient_id="0"),
        "2": instance(study=2, patient_id="0", patient_name="NERI^Anna"),
        "3": instance(study=3, patient_id="0", patient_name="BIANCHI^Ugo"),
        "4": instance(study=4, patient_id="0#2", patient_name="VERDI^Ada"),
        "5": instance(study=5, patient_id="0", patient_name="NERI^Anna"),
    }
    with Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as house:
        house.bring_in([str(plant(tmp_path / "in", world))])
        house.write_media(everybody(house), tmp_path / "out")
    ids = [
        str(one.PatientID)
        for one in dcmread(tmp_path / "out" / "DICOMDIR").DirectoryRecordSequence
        if one.DirectoryRecordType == "PATIENT"
    ]
    assert len(ids) == len(set(ids)) >= 4
    assert sorted(path.read_bytes() for path in (tmp_path / "out").rglob("IM*")) == sorted(world.values())


def test_a_study_of_two_people_is_written_for_one_of_them(tmp_path: Path) -> None:
    world = {"1": instance(number=1), "2": instance(number=2, patient_id="7", patient_name="NERI^Anna")}
    with Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as house:
        house.bring_in([str(plant(tmp_path / "in", world))])
        report = house.write_media(everybody(house), tmp_path / "out")
    assert [one.reason for one in report.left_out] == ["uid-twice"]
    assert (report.patients, report.studies, report.series) == (1, 1, 1)


@pytest.mark.parametrize("name", ["disc.iso", "disc.zip"])
def test_an_image_and_a_zip_hold_the_same_and_can_be_imported(house: Archive, tmp_path: Path, name: str) -> None:
    house.write_media(everybody(house), tmp_path / name)
    with fileroom.open(tmp_path / "other", Settings(archive=tmp_path / "other", use_keyring=False)) as other:
        other.bring_in([str(tmp_path / name)])
        assert other.search(Query(level=Level.INSTANCE)).total == 4
    with Archive.ephemeral(str(tmp_path / name)) if name.endswith(".iso") else Archive.ephemeral({}) as session:
        session.look_in()
        found = session.medium_found()
    if name.endswith(".iso"):
        assert (found["listed"], found["missing"], found["unlisted"], found["trouble"]) == (4, [], 0, "")


def test_a_password_seals_the_zip(house: Archive, tmp_path: Path) -> None:
    house.write_media(everybody(house), tmp_path / "a.zip", password="über secret")
    with pyzipper.AESZipFile(tmp_path / "a.zip") as sealed:
        assert all(one.flag_bits & 1 for one in sealed.infolist())
        with pytest.raises(RuntimeError):
            sealed.read("DICOMDIR")
        sealed.setpassword("über secret".encode())
        assert sealed.read("DICOM/PAT00001/STU00001/SER00001/IM000001") in WORLD.values()


def test_what_cannot_be_reached_is_listed(house: Archive, tmp_path: Path) -> None:
    (tmp_path / "in" / "a" / "2").unlink()
    report = house.write_media(everybody(house), tmp_path / "out")
    assert sorted(one.reason for one in report.left_out) == ["not-part-10", "unavailable"]
    odd = house.search(Query(level=Level.STUDY, words="neri")).items[0]
    with pytest.raises(Unavailable, match="none of these images"):
        house.write_media([odd.id], tmp_path / "none")


def test_nothing_is_left_of_what_was_cancelled_and_nothing_written_over(house: Archive, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        house.write_media(everybody(house), tmp_path / "out.iso", on_progress=lambda _: cancel.cancel(), cancel=cancel)
    assert sorted(tmp_path.iterdir()) == before
    (tmp_path / "there").mkdir()
    with pytest.raises(BadRequest, match="there already"):
        house.write_media(everybody(house), tmp_path / "there")
    with pytest.raises(BadRequest, match=r"only a \.zip"):
        house.write_media(everybody(house), tmp_path / "a.iso", password="x")


def test_real_files_come_back_as_they_are_and_without_those_who_they_are_of(shared_data: Path, tmp_path: Path) -> None:
    some = [one for one in sorted((shared_data / "dicom").rglob("*")) if one.is_file() and one.stat().st_size < 40_000]
    folder = plant(tmp_path / "in", {f"{n}": one.read_bytes() for n, one in enumerate(some[::5])})
    with Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as house:
        house.bring_in([str(folder)])
        people = house.search(Query(level=Level.PATIENT)).items
        images = house.search(Query(level=Level.INSTANCE)).total
        whole = house.write_media([one.id for one in people], tmp_path / "out")
        house.write_media([one.id for one in people], tmp_path / "clean", deidentify=Deidentify(force=True))
    sources = {path.read_bytes() for path in folder.iterdir()}
    written = files(tmp_path / "out" / "DICOM")
    assert len(written) + len(whole.left_out) == images > 20
    assert set(written.values()) <= sources
    assert listed_by_pydicom(tmp_path / "out") == {f"DICOM/{name}" for name in written}
    names = {one.name.alphabetic.encode() for one in people if len(one.name.alphabetic) > 5}
    clean = b"".join(files(tmp_path / "clean").values())
    assert [name for name in names if name in clean] == []


def test_what_is_opened_from_a_medium_is_written_too(tmp_path: Path) -> None:
    with Archive.ephemeral({"IM1": instance(number=1), "IM2": instance(number=2)}) as session:
        session.look_in()
        study = session.search(Query(level=Level.STUDY)).items[0]
        assert session.write_media([study.id], tmp_path / "out").files == 5
    assert len(files(tmp_path / "out" / "DICOM")) == 2


def test_a_place_that_cannot_be_written_is_told_in_words(house: Archive, tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="no folder"):
        house.write_media(everybody(house), tmp_path / "nowhere" / "out")


def test_the_password_is_as_winzip_describes_it(house: Archive, tmp_path: Path) -> None:
    """AE-2, by the published description and the standard library alone: keys, what verifies the password, and the seal
    over what is encrypted (APPNOTE 7, WinZip AE-2)."""
    house.write_media(everybody(house), tmp_path / "a.zip", password="secret")
    whole = (tmp_path / "a.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        members = archive.infolist()
    for member in members:
        name, extra = struct.unpack("<HH", whole[member.header_offset + 26 : member.header_offset + 30])
        begin = member.header_offset + 30 + name + extra
        salt, check, sealed = (whole[begin + a : begin + b] for a, b in ((0, 16), (16, 18), (18, member.compress_size)))
        keys = hashlib.pbkdf2_hmac("sha1", b"secret", salt, 1000, 66)  # AES-256: 32 bytes, 32 of the seal, 2 to check
        assert check == keys[64:]
        assert hmac.new(keys[32:64], sealed[:-10], "sha1").digest()[:10] == sealed[-10:]
        assert member.compress_type == 99  # that it is AES
    assert len(members) > 5


def test_dcmtk_reads_the_directory_and_makes_the_same_one(house: Archive, tmp_path: Path) -> None:
    dump, make = shutil.which("dcmdump"), shutil.which("dcmmkdir")
    if dump is None or make is None:
        pytest.skip("DCMTK is not installed: nothing to compare with")
    house.write_media(everybody(house), tmp_path / "out", viewer=True)
    told = subprocess.run([dump, "-q", "DICOMDIR"], cwd=tmp_path / "out", capture_output=True, text=True, check=True)
    assert told.stderr == ""
    command = [make, "+r", "+I", "-Nxc", "-nb", "+D", str(tmp_path / "THEIRS"), "DICOM"]
    subprocess.run(command, cwd=tmp_path / "out", capture_output=True, check=True)
    ours, theirs = (dcmread(path).DirectoryRecordSequence for path in (tmp_path / "out/DICOMDIR", tmp_path / "THEIRS"))
    assert listed(theirs) == listed(ours)
    assert len(listed(ours)) == 4


def listed(records: Any) -> set[tuple[str, str, str]]:
    """What is said of each file."""
    return {
        ("/".join(one.ReferencedFileID), str(one.ReferencedSOPInstanceUIDInFile), one.DirectoryRecordType)
        for one in records
        if "ReferencedFileID" in one
    }
