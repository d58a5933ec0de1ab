"""A rebuild: what the files say is taken anew, what the user said stays, and what cannot be reached is left alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

import fileroom
from fileroom.catalog import anew
from fileroom.errors import NotFound, SourceError
from fileroom.jobs import CancelToken
from fileroom.model.drives import State
from fileroom.model.entries import Level
from fileroom.model.pictures import Measurement
from fileroom.model.plain import plain
from fileroom.model.queries import Query, SavedSearch
from fileroom.model.rules import Verdict
from fileroom.settings import Settings
from fileroom.sources import drives
from fileroom.sources.drives import Mount, Mounts
from tests.intake.test_import import archive as archive  # noqa: PLC0414 - a fixture
from tests.intake.test_import import instances, told
from tests.packing import pack
from tests.world import instance, plant, sop_uid

if TYPE_CHECKING:
    from pathlib import Path

WORLD = {
    "ct/1": instance(number=1),
    "ct/2": instance(number=2),
    "mr/1": instance(patient_name="Verdi^Anna", patient_id="7", study=2, modality="MR", StudyDescription="Testa"),
    "mr/same": instance(patient_name="Verdi^Anna", patient_id="7", study=2, modality="MR", StudyDescription="Testa"),
    "us/1": instance(patient_name="Neri^Ugo", patient_id="8", study=3, modality="US"),
    "us/other": instance(patient_name="Neri^Ugo", patient_id="8", study=3, modality="US", SeriesDescription="other"),
    "notes.txt": b"no image",
}
BOX = {"in/1": instance(patient_name="Box^Bea", patient_id="9", study=4)}


def world(folder: Path) -> Path:
    pack(folder / "box.zip", BOX)
    return plant(folder, WORLD)


LENGTH = Measurement(
    id="1", kind="length", sop_instance_uid=sop_uid(), frame=1, points=((0.0, 0.0), (3.0, 0.0)), text="", values=()
)


def sql(archive: fileroom.Archive, *statements: str) -> None:
    with archive._catalog.database.transaction() as cursor:
        for statement in statements:
            cursor.execute(statement)


def marked(archive: fileroom.Archive) -> int:
    with archive._catalog.database.reading() as cursor:
        return anew.marked(cursor)


def all_of_it(archive: fileroom.Archive) -> Any:
    """Every entry with its id, all that is said of it, and its files."""
    return [plain(item) for level in Level for item in archive.search(Query(level=level)).items]


def find(archive: fileroom.Archive, level: Level, words: str) -> list[str]:
    return [item.id for item in archive.search(Query(level=level, words=words)).items]


LIES = (
    "UPDATE patient SET charset_guessed = 'lies'",
    "UPDATE study SET charset_guessed = 'lies'",
    "UPDATE series SET charset_guessed = 'lies'",
    "UPDATE patient SET name_alphabetic = 'Nobody', sort_name = 'nobody', sex = 'O', birth_date = ''",
    "UPDATE study SET description = 'lies', date = '19000101', institution_name = 'lies', modalities = 'XX'",
    "UPDATE series SET description = 'lies', modality = 'XX', number = 99, n_instances = 77",
    "UPDATE instance SET number = 99, header = '{}', frames = 99, missing = 1",
    "DELETE FROM patient_words",
    "DELETE FROM study_words",
    "DELETE FROM series_words",
)


def test_lies_in_the_tables_are_put_right(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.bring_in(world(tmp_path / "scans"))
    before = all_of_it(archive)
    sql(archive, *LIES)
    assert all_of_it(archive) != before
    assert find(archive, Level.PATIENT, "verdi") == []
    summary = archive.rebuild()
    assert (summary.kind, summary.state, told(summary)) == ("rebuild", "done", {"unchanged": 9})
    assert all_of_it(archive) == before
    assert len(find(archive, Level.PATIENT, "verdi")) == 1
    assert marked(archive) == 0
    assert told(archive.bring_in(tmp_path / "scans")) == {"unchanged": 9}
    assert archive.check().well


def test_a_catalog_of_an_older_version_wants_a_rebuild(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = world(tmp_path / "scans")
    assert not archive.outdated()  # it is empty
    archive.bring_in(root)
    assert not archive.outdated()
    sql(archive, "UPDATE series SET base = json_remove(base, '$[#-1]', '$[#-1]') WHERE id = 1")
    assert archive.status().outdated
    archive.rebuild([root / "box.zip"])  # a part is not all
    assert archive.outdated()
    archive.rebuild()
    assert not archive.outdated()


def test_what_was_said_stays(archive: fileroom.Archive, tmp_path: Path) -> None:
    first = archive.bring_in(world(tmp_path / "scans"))
    rossi, verdi, neri = (find(archive, Level.PATIENT, name)[0] for name in ("rossi", "verdi", "neri"))
    archive.set_note(rossi, "calls on Mondays")
    archive.set_labels(verdi, ["teaching"])
    archive.decide(Verdict.SAME, [rossi, verdi])
    archive.forget([neri, instances(archive)[sop_uid(number=2)].id])
    archive.save_search(SavedSearch(name="heads", level=Level.STUDY, words="testa"))
    archive.choose(str(tmp_path / "scans/us/other"))
    before, said = all_of_it(archive), (archive.rules(), archive.labels(), archive.saved_searches())
    ledger = archive.ledger(first.id)
    archive.rebuild()
    assert all_of_it(archive) == before
    assert (archive.rules(), archive.labels(), archive.saved_searches()) == said
    assert archive.ledger(first.id) == ledger
    assert archive.restore([neri]).studies == 1
    assert archive.undo_import(first.id).studies == 4


def test_copies_are_read_where_they_are(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.bring_in(plant(tmp_path / "stick", {"1": WORLD["ct/1"]}), copy=True)
    before = all_of_it(archive)
    sql(archive, *LIES)
    assert told(archive.rebuild()) == {"unchanged": 1}
    assert all_of_it(archive) == before
    assert archive.roots() == ()


def test_only_a_part(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = world(tmp_path / "scans")
    archive.bring_in(root)
    plant(tmp_path, {"beside/1": instance(number=9)})
    sql(archive, "UPDATE study SET description = 'lies'")
    assert told(archive.rebuild(root / "mr")) == {"unchanged": 2}
    assert sorted(item.description for item in archive.search(Query(level=Level.STUDY)).items) == [
        "Testa", "lies", "lies", "lies",
    ]  # fmt: skip
    assert [os.path.basename(path.path) for path in archive.roots()] == ["scans"]  # noqa: PTH119
    assert told(archive.rebuild(tmp_path)) == {"unchanged": 9}  # the roots in it, and nothing beside them
    with pytest.raises(NotFound):
        archive.rebuild(tmp_path / "beside")
    with pytest.raises(SourceError):
        archive.rebuild(tmp_path / "nowhere")


def test_nothing_to_reach(archive: fileroom.Archive) -> None:
    with pytest.raises(SourceError):
        archive.rebuild()


def test_what_was_not_reached_is_read_by_the_next_import(tmp_path: Path) -> None:
    tree = {f"{n:03}": instance(number=n, study=1 + n % 3, patient_id=str(n % 3)) for n in range(1, 200)}
    root = plant(tmp_path / "scans", tree)
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False, batch=20)) as archive:
        archive.bring_in(root)
        before = all_of_it(archive)
        sql(archive, *LIES)
        token = CancelToken()
        assert archive.rebuild(on_progress=lambda _: token.cancel(), cancel=token).state == "cancelled"
        assert marked(archive) > 0
        archive.bring_in(root)
        assert (marked(archive), all_of_it(archive) == before) == (0, True)


def test_what_changed_is_told(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = world(tmp_path / "scans")
    archive.bring_in(root)
    times = (root / "ct/1").stat()
    plant(root, {"ct/1": instance(number=1, StudyTime="101501")})  # of the same size and time of change
    os.utime(root / "ct/1", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert told(archive.bring_in(root)) == {"unchanged": 9}
    summary = archive.rebuild()
    assert told(summary)["changed"] == 1
    assert archive.check(read_data=True).well


# -- entries that belong elsewhere now -----------------------------------------------------------------------------


def pretend(archive: fileroom.Archive) -> None:
    """Patient 42 was read as 43 when it was brought in: its entries have the ids that belong to that."""
    catalog = archive._catalog
    with catalog.database.transaction() as cursor:
        (key,) = cursor.execute("SELECT key FROM patient WHERE patient_id = '42'").fetchone()
        was = key.replace("42", "43")
        patient = catalog.public_id(Level.PATIENT, was)
        cursor.execute(
            "UPDATE patient SET key = ?, patient_id = '43', public_id = ? WHERE key = ?", (was, patient, key)
        )
        rows = cursor.execute(
            "SELECT study.id, study_instance_uid, series.id, series_instance_uid, instance.id, sop_instance_uid, "
            "instance.public_id FROM patient JOIN study ON patient_ref = patient.id "
            "JOIN series ON study_ref = study.id JOIN instance ON series_ref = series.id WHERE key = ?",
            (was,),
        ).fetchall()
        for study, study_uid, series, series_uid, number, uid, old in rows:
            ids = (was, study_uid, series_uid, uid)
            for table, row, parts in (("study", study, 2), ("series", series, 3), ("instance", number, 4)):
                new = catalog.public_id(Level(table), *ids[:parts])
                cursor.execute(f"UPDATE {table} SET public_id = ? WHERE id = ?", (new, row))  # noqa: S608 - our own names
            cursor.execute(
                "UPDATE ledger SET brought = unhex(replace(hex(brought), hex(?), hex(?)))",
                (old, catalog.public_id(Level.INSTANCE, *ids)),
            )


def test_what_belongs_to_another_patient_moves_with_what_was_said(archive: fileroom.Archive, tmp_path: Path) -> None:
    first = archive.bring_in(world(tmp_path / "scans"))
    right = all_of_it(archive)
    pretend(archive)
    wrong = find(archive, Level.PATIENT, "rossi")[0]
    study = archive.search(Query(level=Level.STUDY, parent=wrong)).items[0].id
    series = archive.search(Query(level=Level.SERIES, parent=wrong)).items[0].id
    verdi = find(archive, Level.PATIENT, "verdi")[0]
    archive.set_note(wrong, "calls on Mondays")
    archive.set_labels(series, ["teaching"])
    archive.set_note(study, "before the fall")
    archive.set_measurements(series, [plain(LENGTH)])
    archive.decide(Verdict.DIFFERENT, [wrong, verdi])
    archive.opened(study)
    archive.forget([instances(archive)[sop_uid(number=2)].id])
    summary = archive.rebuild()
    assert told(summary) == {"unchanged": 9}
    now = find(archive, Level.PATIENT, "rossi")
    assert len(now) == 1
    assert now != [wrong]
    assert [item.note for item in archive.search(Query(level=Level.PATIENT, words="rossi")).items] == [
        "calls on Mondays"
    ]
    assert find(archive, Level.PATIENT, "mondays") == now
    assert [item.note for item in archive.search(Query(level=Level.STUDY, parent=now[0])).items] == ["before the fall"]
    assert [item.labels for item in archive.search(Query(level=Level.SERIES, parent=now[0])).items] == [("teaching",)]
    (series,) = find(archive, Level.SERIES, "rossi")
    assert archive.measurements(series) == (LENGTH,)
    assert [item.id for item in archive.recent()] == find(archive, Level.STUDY, "rossi")
    assert {rule.first.id if rule.first else None for rule in archive.rules()} == {now[0]}
    assert sop_uid(number=2) not in instances(archive)
    with pytest.raises(NotFound):
        archive.get(wrong)
    assert archive.restore(now).instances == 1
    archive.set_note(now[0], "")
    archive.set_note(archive.search(Query(level=Level.STUDY, parent=now[0])).items[0].id, "")
    archive.set_labels(archive.search(Query(level=Level.SERIES, parent=now[0])).items[0].id, [])
    assert sorted(all_of_it(archive), key=str) == sorted(right, key=str)
    assert archive.undo_import(first.id).studies == 4
    assert archive.check().well


def test_one_file_under_two_patients_becomes_one_instance(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.bring_in(plant(tmp_path / "a", {"1": WORLD["ct/1"]}))
    pretend(archive)
    said = archive.bring_in(plant(tmp_path / "b", {"1": WORLD["ct/1"]}))
    assert told(said) == {"conflict": 1}
    for patient in archive.search(Query(level=Level.PATIENT)).items:
        archive.set_note(patient.id, f"said of {patient.patient_id}")
    summary = archive.rebuild()
    assert told(summary) == {"unchanged": 1, "duplicate": 1}
    (only,) = archive.search(Query(level=Level.INSTANCE)).items
    assert (len(only.files), only.state, archive.search(Query(level=Level.PATIENT)).total) == (2, State.ONLINE, 1)
    (patient,) = archive.search(Query(level=Level.PATIENT)).items
    assert sorted(patient.note.split("\n")) == ["said of 42", "said of 43"]


# -- drives --------------------------------------------------------------------------------------------------------


def test_what_is_on_a_drive_that_is_away_stays(
    archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = Mount("uuid:stick", "disk", "Stick", str(tmp_path / "stick"))
    disk = Mount("uuid:disk", "disk", "Disk", "/")
    monkeypatch.setattr(drives, "current", lambda: Mounts.of([disk, stick]))
    archive.bring_in(plant(tmp_path / "stick", {"ct/2": WORLD["ct/2"], "us/1": WORLD["us/1"]}))
    archive.bring_in(plant(tmp_path / "scans", {"ct/1": WORLD["ct/1"], "mr/1": WORLD["mr/1"]}))
    (tmp_path / "stick").rename(tmp_path / "shelf")
    (tmp_path / "stick").mkdir()
    monkeypatch.setattr(drives, "current", lambda: Mounts.of([disk]))
    archive._catalog.mounts(fresh=True)
    before = instances(archive)
    summary = archive.rebuild()
    assert told(summary) == {"unchanged": 2}
    assert summary.message == f"{tmp_path}/stick cannot be reached and was left as it is"
    assert instances(archive) == before
    assert before[sop_uid(number=2)].state is State.OFFLINE


def test_the_ledger_tells_nothing_of_what_stands(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.bring_in(world(tmp_path / "scans"))
    summary = archive.rebuild()
    assert archive.ledger(summary.id).items == ()
