"""Who is who, by what the user said: the rule on literals, and what the archive makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import fileroom
from fileroom.catalog.persons import Said, stand_ins
from fileroom.errors import BadRequest, NoRoom, NotFound
from fileroom.model.entries import Level, Patient, Study
from fileroom.model.queries import Condition, Match, Query
from fileroom.model.rules import Likeness, Verdict
from fileroom.settings import Settings
from tests.world import instance, plant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SAME, DIFFERENT = Verdict.SAME, Verdict.DIFFERENT


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("", {}),
        ("a=b", {"b": "a"}),
        ("a=b a=c", {"b": "a", "c": "a"}),
        ("a=b b=c", {"b": "a", "c": "a"}),
        ("b=c a=b", {"b": "a", "c": "a"}),
        ("a=b c=d b=d", {"b": "a", "c": "a", "d": "a"}),
        ("a=b b=a", {"b": "a"}),
        ("a=b a!c", {"b": "a"}),
        ("a!b", {}),
    ],
)
def test_what_is_the_same_as_the_same_is_the_same(rules: str, expected: dict[str, str]) -> None:
    said = [Said(DIFFERENT if "!" in rule else SAME, rule[0], rule[-1]) for rule in rules.split()]
    assert stand_ins(said) == expected


WORLD = {
    "1": instance(patient_name="ROSSI^Mario", patient_id="42", study=1, StudyDate="20240101"),
    "2": instance(patient_name="Rossi^Mario Luigi", patient_id="42", study=2, StudyDate="20250101", modality="MR"),
    "3": instance(patient_name="Rossi^Mario", patient_id="A-1", study=3, StudyDate="20200101", modality="US"),
    "4": instance(patient_name="VERDI^Anna", patient_id="9", IssuerOfPatientID="Hospital A", study=4),
    "5": instance(patient_name="BIANCHI^Ugo", patient_id="9", IssuerOfPatientID="Hospital B", study=5),
    "6": instance(patient_name="", patient_id="", study=6),
    "7": instance(patient_name="", patient_id="", study=7),
}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[fileroom.Archive]:
    plant(tmp_path / "in", WORLD)
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as opened:
        opened.bring_in([tmp_path / "in"])
        yield opened


def people(archive: fileroom.Archive, words: str = "") -> list[Patient]:
    return list(archive.search(Query(level=Level.PATIENT, words=words)).items)


def one(archive: fileroom.Archive, name: str, patient_id: str) -> Patient:
    (found,) = [p for p in people(archive, name) if p.patient_id == patient_id and p.name.alphabetic == name]
    return found


def likenesses(archive: fileroom.Archive) -> list[tuple[Likeness, set[str]]]:
    return [(m.likeness, {p.name.alphabetic for p in m.patients}) for m in archive.possible_matches()]


def test_who_might_be_the_same(archive: fileroom.Archive) -> None:
    assert likenesses(archive) == [
        (Likeness.SAME_ID, {"ROSSI^Mario", "Rossi^Mario Luigi"}),  # and not the two whose IDs are of two hospitals
        (Likeness.SAME_PERSON, {"ROSSI^Mario", "Rossi^Mario"}),
    ]


def test_one_person_is_one_entry_with_all_that_is_theirs(archive: fileroom.Archive) -> None:
    mario, luigi = one(archive, "ROSSI^Mario", "42"), one(archive, "Rossi^Mario Luigi", "42")
    before = archive.status()
    (rule,) = archive.decide(SAME, [mario.id, luigi.id])

    (person,) = people(archive, "luigi")
    assert person.id == mario.id
    assert [alias.name.alphabetic for alias in person.also] == ["Rossi^Mario Luigi"]
    assert (person.counts.studies, person.modalities, person.last_study_date) == (2, ("CT", "MR"), "20250101")
    studies = archive.search(Query(level=Level.STUDY, parent=person.id)).items
    assert [study.date for study in studies] == ["20250101", "20240101"]
    assert [study.patient.name.alphabetic for study in studies] == ["Rossi^Mario Luigi", "ROSSI^Mario"]
    assert archive.status().patients == before.patients - 1
    assert archive.status().instances == before.instances
    (still,) = archive.possible_matches()
    assert still.likeness is Likeness.SAME_PERSON

    archive.take_back(rule.id)
    assert one(archive, "ROSSI^Mario", "42") == mario
    assert one(archive, "Rossi^Mario Luigi", "42") == luigi
    assert archive.status().patients == before.patients


def test_the_doors_of_the_standard_say_what_the_files_say(archive: fileroom.Archive) -> None:
    mario, luigi = one(archive, "ROSSI^Mario", "42"), one(archive, "Rossi^Mario Luigi", "42")
    archive.decide(SAME, [mario.id, luigi.id])
    key = Condition("PatientID", Match.SINGLE, ("42",))
    assert archive.search(Query(level=Level.PATIENT, conditions=(key,), together=False)).total == 2
    assert archive.search(Query(level=Level.STUDY, parent=mario.id, together=False)).total == 1


def test_two_people_are_not_asked_about_again(archive: fileroom.Archive) -> None:
    mario, luigi = one(archive, "ROSSI^Mario", "42"), one(archive, "Rossi^Mario Luigi", "42")
    archive.decide(DIFFERENT, [luigi.id, mario.id])
    assert [likeness for likeness, _ in likenesses(archive)] == [Likeness.SAME_PERSON]
    archive.decide(SAME, [mario.id, luigi.id])  # on second thought
    assert [rule.verdict for rule in archive.rules()] == [SAME]


def test_a_person_goes_and_comes_back_as_one(archive: fileroom.Archive) -> None:
    mario, luigi = one(archive, "ROSSI^Mario", "42"), one(archive, "Rossi^Mario Luigi", "42")
    archive.decide(SAME, [mario.id, luigi.id])
    assert archive.forget([mario.id]).studies == 2
    assert people(archive, "luigi") == []
    assert archive.restore([mario.id]).studies == 2
    assert [p.id for p in people(archive, "luigi")] == [mario.id]


def test_a_person_stays_as_long_as_one_of_their_patients_does(archive: fileroom.Archive) -> None:
    mario, luigi = one(archive, "ROSSI^Mario", "42"), one(archive, "Rossi^Mario Luigi", "42")
    archive.decide(SAME, [mario.id, luigi.id])
    own = [s for s in archive.search(Query(level=Level.STUDY, parent=mario.id)).items if s.patient.id == mario.id]
    archive.forget([own[0].id])
    (person,) = people(archive, "luigi")
    assert (person.id, person.counts.studies) == (mario.id, 1)


def test_what_was_said_holds_for_files_that_come_later(tmp_path: Path) -> None:
    plant(tmp_path / "a", {"1": WORLD["1"]})
    plant(tmp_path / "b", {"2": WORLD["2"]})
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        archive.bring_in([tmp_path / "a", tmp_path / "b"])
        mario, luigi = one(archive, "ROSSI^Mario", "42"), one(archive, "Rossi^Mario Luigi", "42")
        archive.decide(SAME, [mario.id, luigi.id])
        rules = archive._catalog.database
        with rules.transaction() as cursor:  # as if the catalog had been made anew from files of which half are offline
            said = cursor.execute("SELECT verdict, first, second, at FROM patient_rule").fetchall()
    with fileroom.Archive.open(Settings(archive=tmp_path / "again", use_keyring=False)) as archive:
        with archive._catalog.database.transaction() as cursor:
            cursor.executemany("INSERT INTO patient_rule(verdict, first, second, at) VALUES (?,?,?,?)", said)
        archive.bring_in([tmp_path / "b"])
        assert [p.name.alphabetic for p in people(archive)] == ["Rossi^Mario Luigi"]
        (rule,) = archive.rules()
        assert (rule.first, rule.said[0]) == (None, "rossi mario, 42, 19700102")
        archive.bring_in([tmp_path / "a"])
        (person,) = people(archive)
        assert (person.name.alphabetic, person.counts.studies) == ("ROSSI^Mario", 2)


def test_what_cannot_be_said(archive: fileroom.Archive) -> None:
    mario = one(archive, "ROSSI^Mario", "42")
    study: Study = archive.search(Query(level=Level.STUDY)).items[0]
    for ids in ([], [mario.id], [mario.id, mario.id], [mario.id, study.id]):
        with pytest.raises(BadRequest):
            archive.decide(SAME, ids)
    with pytest.raises(NotFound):
        archive.decide(SAME, [mario.id, "p" + "0" * 32])
    with pytest.raises(NotFound):
        archive.take_back(1)


def test_notes_and_labels_are_found(archive: fileroom.Archive) -> None:
    anna = one(archive, "VERDI^Anna", "9")
    (study,) = archive.search(Query(level=Level.STUDY, parent=anna.id)).items
    archive.set_note(anna.id, "  seen at the congress ")
    archive.set_labels(study.id, ["teaching", "teaching", " rare  case "])
    found = archive.search(Query(level=Level.PATIENT, words="congress label:rare"))
    assert [p.id for p in found.items] == [anna.id]
    assert [(hit.field, hit.text) for hit in found.hits[0]] == [
        ("label", "rare case"),
        ("note", "seen at the congress"),
    ]
    (study,) = archive.search(Query(level=Level.STUDY, words="label:teaching")).items
    assert (study.labels, study.patient.note) == (("rare case", "teaching"), "seen at the congress")
    assert [(label.label, label.entries) for label in archive.labels()] == [("rare case", 1), ("teaching", 1)]
    archive.set_labels(study.id, [])
    archive.set_note(anna.id, "")
    assert archive.search(Query(level=Level.PATIENT, words="congress")).total == 0
    assert archive.search(Query(level=Level.STUDY, words="label:teaching")).total == 0


def test_strangers_without_a_name_are_told_apart_by_a_note(archive: fileroom.Archive) -> None:
    first, second = [p for p in people(archive) if p.anonymous]
    archive.set_note(first.id, "the man with the hat")
    assert [p.id for p in people(archive, "hat")] == [first.id] != [second.id]


@pytest.mark.parametrize("label", ["", " ", "x" * 65, "a\nb\x00", "\x1b[2J"])
def test_what_is_no_label(archive: fileroom.Archive, label: str) -> None:
    anna = one(archive, "VERDI^Anna", "9")
    with pytest.raises(BadRequest):
        archive.set_labels(anna.id, [label])


def test_notes_have_a_limit_and_instances_none(archive: fileroom.Archive) -> None:
    anna = one(archive, "VERDI^Anna", "9")
    with pytest.raises(BadRequest):
        archive.set_note(anna.id, "x" * 10_001)
    image = archive.search(Query(level=Level.INSTANCE)).items[0]
    with pytest.raises(BadRequest):
        archive.set_note(image.id, "x")


# -- what the issue of identity promises, one by one ---------------------------------------------------------------


def test_the_anonymous_are_told_apart_by_what_little_is_known(tmp_path: Path) -> None:
    nobody: dict[str, Any] = {"patient_name": "", "patient_id": "ANON", "PatientBirthDate": ""}
    files: dict[str, bytes | None] = {
        "1": instance(**nobody, study=1, PatientSex="F", PatientAge="054Y", StudyDate="20240301"),
        "2": instance(**nobody, study=2, PatientSex="M", PatientAge="007Y", StudyDate="20230401"),
        "3": instance(**nobody, study=2, number=2, PatientSex="M", PatientAge="007Y", StudyDate="20230401"),
    }
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        archive.bring_in(plant(tmp_path / "scans", files))
        people = archive.search(Query(level=Level.PATIENT)).items
        assert sorted((one.anonymous, one.sex, one.last_study_date, one.counts.instances) for one in people) == [
            (True, "F", "20240301", 1),
            (True, "M", "20230401", 2),
        ]
        ages = {one.patient.id: one.patient_age for one in archive.search(Query(level=Level.STUDY)).items}
        assert sorted(ages.values()) == ["007Y", "054Y"]
        girl = next(one for one in people if one.sex == "F")
        archive.set_note(girl.id, "Anna of the study\nseen twice")
        archive.rebuild()
        (found,) = archive.search(Query(level=Level.PATIENT, words="anna")).items
        assert (found.id, found.note.splitlines()[0]) == (girl.id, "Anna of the study")
        assert all(b"Anna" not in path.read_bytes() for path in (tmp_path / "scans").iterdir())


def test_what_was_said_survives_a_rebuild_and_a_catalog_made_anew(tmp_path: Path) -> None:
    files: dict[str, bytes | None] = {
        "1": instance(patient_name="ROSSI^Mario", patient_id="42", study=1),
        "2": instance(patient_name="ROSSI^M", patient_id="42", study=2),
        "3": instance(patient_name="VERDI^Anna", patient_id="42", study=3),
    }
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        archive.bring_in(plant(tmp_path / "scans", files))
        who = {one.name.alphabetic: one.id for one in archive.search(Query(level=Level.PATIENT)).items}
        archive.decide(Verdict.SAME, [who["ROSSI^Mario"], who["ROSSI^M"]])
        archive.decide(Verdict.DIFFERENT, [who["ROSSI^Mario"], who["VERDI^Anna"]])
        said = archive.rules()
        archive.rebuild()
        assert archive.rules() == said
        shown = archive.search(Query(level=Level.PATIENT)).items
        assert [(one.name.alphabetic, len(one.also)) for one in shown] == [("ROSSI^Mario", 1), ("VERDI^Anna", 0)]
        assert shown[0].reason == "same_identifiers"
        assert archive.possible_matches() == ()
        for rule in said:
            archive.take_back(rule.id)
        assert len(archive.search(Query(level=Level.PATIENT)).items) == 3
        (match,) = archive.possible_matches()
        assert (match.likeness, len(match.patients)) == (Likeness.SAME_ID, 3)


def test_a_limit_counts_people_as_they_are_shown(tmp_path: Path) -> None:
    people: dict[str, bytes | None] = {str(n): instance(patient_id=str(n), study=n) for n in (1, 2, 3)}
    settings = Settings(archive=tmp_path / "archive", use_keyring=False, max_patients=2)
    with fileroom.Archive.open(settings) as archive:
        scans = plant(tmp_path / "scans", people)
        assert archive.bring_in(scans).patients == 2
        first, second = (one.id for one in archive.search(Query(level=Level.PATIENT)).items)
        (rule,) = archive.decide(Verdict.SAME, [first, second])
        assert archive.bring_in(scans).patients == 1
        assert archive.status().patients == 2
        archive.take_back(rule.id)  # one more than the limit: nothing is hidden for that
        assert archive.status().patients == 3
        plant(scans, {"4": instance(patient_id="4", study=4), "1b": instance(patient_id="1", study=1, number=2)})
        assert {str(k): v for k, v in archive.bring_in(scans).outcomes.items() if v} == {
            "added": 1,
            "unchanged": 3,
            "refused": 1,
        }


def test_what_was_removed_comes_back_when_there_is_room(tmp_path: Path) -> None:
    people: dict[str, bytes | None] = {f"{n}/x": instance(patient_id=str(n), study=n) for n in (1, 2, 3)}
    settings = Settings(archive=tmp_path / "archive", use_keyring=False, max_patients=2)
    with fileroom.Archive.open(settings) as archive:
        scans = plant(tmp_path / "scans", people)
        archive.bring_in([str(scans / "1"), str(scans / "2")])
        first, second = (one.id for one in archive.search(Query(level=Level.PATIENT)).items)
        archive.forget([first])
        assert archive.bring_in(str(scans / "3")).patients == 1
        with pytest.raises(NoRoom, match="2"):
            archive.restore([first])
        assert archive.status().patients == 2
        root = archive.root_at(str(scans / "2"))
        archive.forget_root(root)
        archive.restore([first])
        with pytest.raises(NoRoom):
            archive.restore_root(root)
        assert archive.status().patients == 2
        archive.forget([first])
        archive.restore_root(root)
        assert {one.id for one in archive.search(Query(level=Level.PATIENT)).items} >= {second}


def test_a_minus_leaves_out_entries_of_the_list_that_is_asked_for(tmp_path: Path) -> None:
    ct: dict[str, Any] = {"patient_name": "ROSSI^Mario", "modality": "CT"}
    files: dict[str, bytes | None] = {
        "1": instance(**ct, study=1, series=1, SeriesDescription="scout"),
        "2": instance(**ct, study=1, series=2, SeriesDescription="lung"),
        "3": instance(**ct, study=2, series=1, SeriesDescription="bone"),
        "4": instance(patient_name="VERDI^Anna", patient_id="7", study=3, modality="CT", SeriesDescription="knee"),
    }
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        archive.bring_in(plant(tmp_path / "scans", files))

        def found(level: Level) -> list[Any]:
            return list(archive.search(Query(level=level, words="mod:CT -scout")).items)

        assert sorted(one.description for one in found(Level.SERIES)) == ["bone", "knee", "lung"]
        assert sorted(one.study_instance_uid for one in found(Level.STUDY)) == ["2.999.2", "2.999.3"]
        assert [one.name.alphabetic for one in found(Level.PATIENT)] == ["VERDI^Anna"]
