"""The archive as its doors see it: find, look, forget, tokens; over a small world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import fileroom
from fileroom.errors import BadRequest, NotFound, Unavailable
from fileroom.model.drives import State
from fileroom.model.entries import Instance, Level, Patient, Series, Study
from fileroom.model.plain import plain
from fileroom.model.queries import Condition, Match, Query, SavedSearch
from fileroom.settings import Settings
from tests.world import instance, plant, series_uid, sop_uid, study_uid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UTF8: dict[str, Any] = {"SpecificCharacterSet": "ISO_IR 192"}
WORLD = {
    **{f"ct/{n}": instance(number=n, StudyDescription="Torace HRCT", AccessionNumber="A-17") for n in (3, 1, 2)},
    "ct/mpr": instance(
        series=2, SeriesDescription="coronal", ImageType=["DERIVED", "SECONDARY", "MPR"],
        ImageOrientationPatient=[1, 0, 0, 0, 0, -1],
    ),
    "mr/1": instance(
        patient_name="Müller^Jörg", patient_id="7", study=2, modality="MR", StudyDate="20230501",
        PatientBirthDate="19820312", PatientSex="M", StudyDescription="Head", **UTF8,
    ),
    "jp/1": instance(
        patient_name="Yamada^Tarou=山田^太郎=やまだ^たろう", patient_id="JP_1", study=3, modality="US", StudyDate="",
        **UTF8,
    ),
    "anon/1": instance(patient_name="", patient_id="", study=4, modality="CR", StudyDate="20200101"),
    "anon/2": instance(patient_name="", patient_id="", study=5, modality="CR", StudyDate="20200102"),
}  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plant(tmp_path_factory.mktemp("scans"), WORLD)


@pytest.fixture
def archive(tmp_path: Path, root: Path) -> Iterator[fileroom.Archive]:
    with fileroom.open(settings=Settings(archive=tmp_path / "archive", use_keyring=False)) as opened:
        opened.bring_in(root)
        yield opened


def names(archive: fileroom.Archive, words: str = "", **query: object) -> list[str]:
    page = archive.search(Query(level=Level.PATIENT, words=words, **query))  # type: ignore[arg-type]
    return [patient.name.alphabetic for patient in page.items]


def studies(archive: fileroom.Archive, keyword: str, match: Match, *values: str) -> set[str]:
    found = archive.search(Query(level=Level.STUDY, conditions=(Condition(keyword, match, values),)))
    return {study.study_instance_uid for study in found.items}


def test_patients_stand_by_name_and_the_anonymous_last(archive: fileroom.Archive) -> None:
    assert names(archive) == ["Müller^Jörg", "ROSSI^Mario", "Yamada^Tarou", "", ""]
    assert names(archive, order=("-name",)) == ["", "", "Yamada^Tarou", "ROSSI^Mario", "Müller^Jörg"]
    found = archive.search(Query(level=Level.PATIENT)).items
    assert [patient.anonymous for patient in found] == [False, False, False, True, True]
    assert {patient.last_study_date for patient in found[3:]} == {"20200101", "20200102"}


def test_pages_are_disjoint_and_complete(archive: fileroom.Archive) -> None:
    pages = [archive.search(Query(level=Level.PATIENT, limit=2, offset=n)) for n in (0, 2, 4, 6)]
    assert [len(page.items) for page in pages] == [2, 2, 1, 0]
    assert {page.total for page in pages} == {5}
    assert len({patient.id for page in pages for patient in page.items}) == 5


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("rossi", ["ROSSI^Mario"]),
        ("mario ros", ["ROSSI^Mario"]),
        ("MUELLER", ["Müller^Jörg"]),
        ("jorg", ["Müller^Jörg"]),
        ("山田", ["Yamada^Tarou"]),
        ("12/03/1982", ["Müller^Jörg"]),
        ("1982", ["Müller^Jörg"]),
        ("torace", ["ROSSI^Mario"]),
        ("rossi coronal", ["ROSSI^Mario"]),
        ("a-17", ["ROSSI^Mario"]),
        ("mr", ["Müller^Jörg"]),
        ("jp_1", ["Yamada^Tarou"]),
        ("rossi head", []),
        ("???", []),
        ("   ", ["Müller^Jörg", "ROSSI^Mario", "Yamada^Tarou", "", ""]),
        ("rossi'; DROP TABLE patient; --", []),
    ],
)
def test_words(archive: fileroom.Archive, words: str, expected: list[str]) -> None:
    assert names(archive, words) == expected


def test_words_at_other_levels(archive: fileroom.Archive) -> None:
    found = {level: archive.search(Query(level=level, words="rossi")).total for level in Level}
    assert found == {Level.PATIENT: 1, Level.STUDY: 1, Level.SERIES: 2, Level.INSTANCE: 4}
    assert archive.search(Query(level=Level.SERIES, words="torace coronal")).total == 1


@pytest.mark.parametrize(
    ("keyword", "match", "values", "expected"),
    [
        ("PatientID", Match.SINGLE, ["42"], {1}),
        ("PatientID", Match.SINGLE, ["4"], set()),  # a single value is no beginning
        ("PatientID", Match.SINGLE, ["jp_1"], set()),  # and IDs mind case
        ("PatientID", Match.WILDCARD, ["JP?1"], {3}),
        ("PatientID", Match.SINGLE, ["JP%1"], set()),
        ("PatientName", Match.SINGLE, ["rossi^mario"], {1}),
        ("PatientName", Match.WILDCARD, ["ros*"], {1}),
        ("PatientName", Match.WILDCARD, ["*mario"], {1}),
        ("PatientName", Match.WILDCARD, ["山田*"], {3}),
        ("PatientName", Match.WILDCARD, ["%"], set()),
        ("PatientName", Match.SINGLE, ["["], set()),
        ("PatientName", Match.WILDCARD, ["*"], {1, 2, 3, 4, 5}),
        ("StudyInstanceUID", Match.SINGLE, ["*"], set()),  # a star is a wildcard only where wildcards are
        ("StudyDate", Match.SINGLE, ["20240131"], {1}),
        ("StudyDate", Match.RANGE, ["20230101", "20231231"], {2}),
        ("StudyDate", Match.RANGE, ["20230501", ""], {1, 2}),
        ("StudyDate", Match.RANGE, ["", "20200101"], {4}),  # the empty date of study 3 matches no range
        ("StudyTime", Match.RANGE, ["10", "11"], {1, 2, 3, 4, 5}),
        ("ModalitiesInStudy", Match.SINGLE, ["MR"], {2}),
        ("ModalitiesInStudy", Match.LIST, ["MR", "US"], {2, 3}),
        ("AccessionNumber", Match.SINGLE, ["A-17"], {1}),
        ("StudyInstanceUID", Match.LIST, [study_uid(1), study_uid(3)], {1, 3}),
        ("StudyDescription", Match.SINGLE, [""], {1, 2, 3, 4, 5}),  # universal
    ],
)
def test_attribute_matching(
    archive: fileroom.Archive, keyword: str, match: Match, values: list[str], expected: set[int]
) -> None:
    assert studies(archive, keyword, match, *values) == {study_uid(n) for n in expected}


def test_keys_of_a_lower_level_and_unknown_ones(archive: fileroom.Archive) -> None:
    for keyword in ("Modality", "NoSuchThing"):
        with pytest.raises(BadRequest):
            studies(archive, keyword, Match.SINGLE, "CT")
    with pytest.raises(BadRequest, match="ordered"):
        archive.search(Query(level=Level.PATIENT, order=("shoe_size",)))


@pytest.mark.parametrize("level", list(Level))
def test_every_order_works_both_ways(archive: fileroom.Archive, level: Level) -> None:
    for field in archive.sort_fields(level):
        up = [entry.id for entry in archive.search(Query(level=level, order=(field,))).items]
        down = [entry.id for entry in archive.search(Query(level=level, order=(f"-{field}",))).items]
        assert up == down[::-1] or field == "number"  # entries without a number come last either way
        assert sorted(up) == sorted(down)


def test_from_patient_down_to_instance(archive: fileroom.Archive) -> None:
    (patient,) = archive.search(Query(level=Level.PATIENT, words="rossi")).items
    (study,) = archive.search(Query(level=Level.STUDY, parent=patient.id)).items
    ct, mpr = archive.search(Query(level=Level.SERIES, parent=study.id)).items
    assert isinstance(patient, Patient)
    assert isinstance(study, Study)
    assert isinstance(ct, Series)
    assert (patient.counts.studies, patient.counts.series, patient.counts.instances) == (1, 2, 4)
    assert (study.description, study.modalities, study.counts.series) == ("Torace HRCT", ("CT",), 2)
    assert (ct.plane, ct.original, ct.pixel_spacing) == ("axial", True, (1.0, 1.0))
    assert (mpr.plane, mpr.original, mpr.reformatted) == ("coronal", False, True)
    items = archive.search(Query(level=Level.INSTANCE, parent=ct.id)).items
    assert [item.header.instance_number for item in items] == [1, 2, 3]
    for entry in (patient, study, ct, items[0]):
        assert archive.get(entry.id) == entry
        assert archive.get(entry.id[:12]) == entry
        assert plain(entry)["id"] == entry.id


@pytest.mark.parametrize("entry_id", ["", "p", "x" * 33, "p" + "z" * 32, "p" + "0" * 32, "p0000", "../../etc"])
def test_ids_that_name_nothing(archive: fileroom.Archive, entry_id: str) -> None:
    with pytest.raises(NotFound):
        archive.get(entry_id)


def test_ids_are_stable_in_an_archive_and_tell_nothing(archive: fileroom.Archive, tmp_path: Path, root: Path) -> None:
    first = {patient.id for patient in archive.search(Query(level=Level.PATIENT)).items}
    settings = Settings(archive=tmp_path / "other", use_keyring=False)
    with fileroom.open(settings=settings) as other:
        other.bring_in(root)
        assert not first & {patient.id for patient in other.search(Query(level=Level.PATIENT)).items}
    archive.bring_in(root)
    assert {patient.id for patient in archive.search(Query(level=Level.PATIENT)).items} == first


def test_the_images_of_a_series_in_order_of_position(archive: fileroom.Archive) -> None:
    (ct, _) = archive.search(Query(level=Level.SERIES, words="rossi")).items
    told = archive.images(ct.id)
    assert [item["sop_instance_uid"] for item in told["instances"]] == [sop_uid(number=n) for n in (1, 2, 3)]
    assert told["instances"][0]["image_position"] == [0.0, 0.0, 1.0]
    assert told["series"]["series_instance_uid"] == series_uid()


def test_frames_and_files(archive: fileroom.Archive) -> None:
    item: Instance = archive.search(Query(level=Level.INSTANCE, words="rossi")).items[0]
    frame = archive.frame(item.id, 1)
    assert frame.data == bytes(b for n in range(16) for b in (n, 0))
    assert archive.frame(item.id, 1, decoded=True).data == frame.data
    for number in (0, 2):
        with pytest.raises(BadRequest):
            archive.frame(item.id, number)
    data = archive.metadata(item.id, lambda path: f"/bulk/{path}")
    assert data["00100010"] == {"vr": "PN", "Value": [{"Alphabetic": "ROSSI^Mario"}]}
    assert data["7FE00010"]["BulkDataURI"] == "/bulk/7FE00010"
    assert archive.bulk_data(item.id, "7FE00010") == frame.data


def test_the_files_of_a_path_are_those_that_a_search_finds(tmp_path: Path) -> None:
    scans = plant(tmp_path / "scans", WORLD)
    with fileroom.open(settings=Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        archive.bring_in(scans)
        uids = {"StudyInstanceUID": study_uid(1), "SeriesInstanceUID": series_uid(1, 1)}
        conditions = tuple(Condition(keyword, Match.SINGLE, (uid,)) for keyword, uid in uids.items())
        found = archive.search(Query(level=Level.INSTANCE, conditions=conditions)).items
        assert archive.read_all(uids) == [archive.read(one.id) for one in found]
        assert archive.read_all({**uids, "SOPInstanceUID": sop_uid(1, 1, 2)}) == [archive.read(found[1].id)]
        assert archive.read_all({**uids, "SOPInstanceUID": "2.999.404"}) == []
        (scans / "ct/2").unlink()
        assert [isinstance(one, Unavailable) for one in archive.read_all(uids)] == [False, True, False]
        archive.forget([found[0].id])
        assert len(archive.read_all(uids)) == 2


def test_a_thumbnail_is_made_once_and_kept_sealed(
    archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ct, _) = archive.search(Query(level=Level.SERIES, words="rossi")).items
    made = archive.thumbnail(ct.id)
    assert made is not None
    assert made.data.startswith(b"\xff\xd8")
    monkeypatch.setattr("fileroom.pixels.thumbnail.thumbnail", None)  # it is not asked again
    assert archive.thumbnail(ct.id) == made
    for path in (tmp_path / "archive").iterdir():
        assert made.data[:64] not in path.read_bytes()


def test_a_file_that_is_not_there_now(tmp_path: Path) -> None:
    scans = plant(tmp_path / "scans", {"1": instance()})
    with fileroom.open(settings=Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        archive.bring_in(scans)
        (item,) = archive.search(Query(level=Level.INSTANCE)).items
        (scans / "1").unlink()
        with pytest.raises(Unavailable):
            archive.frame(item.id, 1)
        assert archive.search(Query(level=Level.INSTANCE)).items[0].state is State.ONLINE  # nobody has looked yet


def test_forget_and_restore_at_every_level(archive: fileroom.Archive) -> None:
    before = {level: archive.search(Query(level=level)).total for level in Level}
    for level in Level:
        entry = archive.search(Query(level=level, words="rossi")).items[0]
        removed = archive.forget([entry.id])
        assert removed.instances == (4 if level in {Level.PATIENT, Level.STUDY} else 3 if level is Level.SERIES else 1)
        left = archive.search(Query(level=Level.INSTANCE)).total
        assert left == before[Level.INSTANCE] - removed.instances
        (counted,) = [sum(p.counts.instances for p in archive.search(Query(level=Level.PATIENT)).items)]
        assert counted == left
        restored = archive.restore([entry.id])
        assert restored == removed
        assert {lv: archive.search(Query(level=lv)).total for lv in Level} == before


def test_tokens_of_programs(archive: fileroom.Archive, tmp_path: Path) -> None:
    secret = archive.new_token("notebook")
    assert archive.check_token(secret)
    assert not archive.check_token(secret + "x")
    assert not archive.check_token("")
    assert [token.name for token in archive.tokens()] == ["notebook"]
    with pytest.raises(BadRequest):
        archive.new_token("notebook")
    with pytest.raises(BadRequest):
        archive.new_token(" ")
    for path in (tmp_path / "archive").iterdir():
        assert secret.encode() not in path.read_bytes()
    archive.revoke_token("notebook")
    assert not archive.check_token(secret)
    with pytest.raises(NotFound):
        archive.revoke_token("notebook")


def test_nothing_of_a_person_stands_in_the_clear(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.close()
    written = b"".join(path.read_bytes() for path in (tmp_path / "archive").iterdir())
    for secret in ("ROSSI", "rossi", "Mario", "Müller", "山田", "19820312", "Torace", study_uid(1), "/scans"):
        for codec in ("utf-8", "utf-16-le"):
            assert secret.encode(codec) not in written


def test_status(archive: fileroom.Archive) -> None:
    status = archive.status()
    assert status.sealed
    assert (status.patients, status.studies, status.series, status.instances) == (5, 5, 6, 8)
    assert status.key_source == "file"
    assert status.files == len(WORLD)


def test_reopening_shows_the_same(tmp_path: Path, archive: fileroom.Archive) -> None:
    shown = archive.search(Query(level=Level.SERIES)).items
    archive.close()
    with fileroom.open(settings=Settings(archive=tmp_path / "archive", use_keyring=False)) as again:
        assert again.search(Query(level=Level.SERIES)).items == shown


def test_a_hit_says_where_it_was_found(archive: fileroom.Archive) -> None:
    page = archive.search(Query(level=Level.PATIENT, words="mul head"))
    assert [[(hit.field, hit.text, hit.spans) for hit in hits] for hits in page.hits] == [
        [("name", "Müller^Jörg", ((0, 3),)), ("description", "Head", ((0, 4),))]
    ]


def test_a_slip_of_the_finger_is_forgiven_and_told(archive: fileroom.Archive) -> None:
    page = archive.search(Query(level=Level.PATIENT, words="jorg mulelr"))
    assert [patient.patient_id for patient in page.items] == ["7"]
    assert page.instead == (("mulelr", "muller"),)
    assert archive.search(Query(level=Level.PATIENT, words="jorg")).instead == ()
    assert archive.search(Query(level=Level.PATIENT, words="quite nobody")).items == ()


def test_several_fields_are_those_of_one_study(archive: fileroom.Archive) -> None:
    def found(words: str) -> int:
        return archive.search(Query(level=Level.PATIENT, words=words)).total

    assert found("mod:ct date:2024") == 1
    assert found("mod:ct date:2023") == 0
    assert found("mod:mr date:2023 desc:head born:12/03/1982 name:jörg") == 1
    assert found("mod:mr -desc:head") == 0


def test_a_root_is_taken_from_the_list_with_what_only_it_holds(archive: fileroom.Archive, tmp_path: Path) -> None:
    outer = plant(tmp_path / "outer", {"a/1": instance(study=8, number=1), "b/2": instance(study=8, number=2)})
    elsewhere = plant(tmp_path / "elsewhere", {"2": instance(study=8, number=2)})
    lone = plant(tmp_path / "lone", {"3": instance(study=8, number=3), "4": instance(study=8, number=4)}) / "3"
    archive.bring_in([outer])
    archive.bring_in([outer / "a", elsewhere, lone])
    at = archive.root_at

    def shown() -> set[str]:
        return {
            i.header.sop_instance_uid[-1]
            for i in archive.search(Query(level=Level.INSTANCE)).items
            if i.series.study.study_instance_uid == study_uid(8)
        }

    def forget(path: Path) -> int:
        return archive.forget_root(at(path)).instances

    assert forget(outer / "a") == 0  # it lies in another root
    assert forget(outer) == 1  # the other image lies elsewhere as well
    assert forget(lone) == 1  # a root that is a file
    assert shown() == {"2"}
    (series,) = {
        i.series.id
        for i in archive.search(Query(level=Level.INSTANCE, parent=None)).items
        if i.series.study.study_instance_uid == study_uid(8)
    }
    archive.forget([series])
    with pytest.raises(NotFound):
        at(outer)
    assert archive.restore_root(at(outer, forgotten=True)).instances == 0  # the series was removed by itself
    archive.restore([series])
    assert shown() == {"1", "2", "3"}
    assert archive.bring_in([lone]).outcomes["unchanged"] == 1  # type: ignore[index]  # an outcome is its name
    assert at(lone)


def test_what_was_opened_last_comes_first(archive: fileroom.Archive) -> None:
    studies = archive.search(Query(level=Level.STUDY)).items
    archive.opened(studies[0].id)
    archive.opened(studies[1].id)
    archive.opened(studies[0].id)
    assert [entry.id for entry in archive.recent()] == [studies[0].id, studies[1].id]
    assert [entry.id for entry in archive.recent(limit=1)] == [studies[0].id]
    archive.forget([studies[0].id])
    assert [entry.id for entry in archive.recent()] == [studies[1].id]
    archive.restore([studies[0].id])
    with pytest.raises(BadRequest):
        archive.opened(studies[0].patient.id)
    archive.forget_recent()
    assert archive.recent() == ()


def test_searches_are_kept(archive: fileroom.Archive) -> None:
    archive.save_search(SavedSearch(name=" chest  CTs ", level=Level.STUDY, words="mod:ct torace"))
    archive.save_search(SavedSearch(name="chest CTs", level=Level.STUDY, words="mod:ct desc:torace"))
    assert archive.saved_searches() == (SavedSearch(name="chest CTs", level=Level.STUDY, words="mod:ct desc:torace"),)
    for wrong in ("", "x" * 65, "a\x07"):
        with pytest.raises(BadRequest):
            archive.save_search(SavedSearch(name=wrong, level=Level.STUDY, words=""))
    archive.drop_search("chest CTs")
    with pytest.raises(NotFound):
        archive.drop_search("chest CTs")


def test_entries_of_a_drive_and_of_a_state(archive: fileroom.Archive) -> None:
    (drive,) = archive.drives()
    for level in Level:
        whole = archive.search(Query(level=level)).total
        assert archive.search(Query(level=level, drive=drive.id, state=State.ONLINE)).total == whole
        assert archive.search(Query(level=level, drive=drive.id + 1)).total == 0
        assert archive.search(Query(level=level, state=State.OFFLINE)).total == 0
        assert archive.search(Query(level=level, state=State.MISSING)).total == 0


def test_the_attributes_of_a_file_as_lines(archive: fileroom.Archive) -> None:
    image = archive.search(Query(level=Level.INSTANCE, words="yamada")).items[0]
    lines = {line.keyword: line for line in archive.attributes(image.id)}
    assert (lines["PatientName"].tag, lines["PatientName"].vr) == ("(0010,0010)", "PN")
    assert lines["PatientName"].name == "Patient's Name"
    assert lines["PatientName"].value == "Yamada^Tarou=山田^太郎=やまだ^たろう"
    assert lines["PixelData"].value == ""


@pytest.mark.parametrize("order", [(), ("-birth_date",), ("sex", "-name")])
def test_pages_are_the_parts_of_one_list(archive: fileroom.Archive, order: tuple[str, ...]) -> None:
    whole = [item.id for item in archive.search(Query(level=Level.PATIENT, order=order)).items]
    assert len(whole) > 4
    for size in (1, 2, 3, len(whole), len(whole) + 5):
        for offset in range(len(whole) + 2):
            page = archive.search(Query(level=Level.PATIENT, order=order, limit=size, offset=offset))
            assert [item.id for item in page.items] == whole[offset : offset + size]
            assert page.total == len(whole)
